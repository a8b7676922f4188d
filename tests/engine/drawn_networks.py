"""Known networks, drawn from blocks by public edits alone."""

from __future__ import annotations

from typing import Any

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design, Wire

NARROW = 4  # a width that a test can run


def of(design: Design, name: str) -> str:
    """The id of the node with this name."""
    node = design.named(name)
    assert node is not None, name
    return node.id


def wired(design: Design, source: str, target: str) -> Design:
    """With a wire from "name" or "name.port" to another."""
    (a, _, out), (b, _, into) = source.partition("."), target.partition(".")
    start, end = design.named(a), design.named(b)
    assert start, a
    assert end, b
    wire = Wire(
        start.id,
        out or start.outputs[0].name,
        end.id,
        into or end.inputs[0].name,
    )
    return edits.connect(design, wire)


def chain(
    design: Design, after: str, *steps: tuple[str, str, dict[str, Any]]
) -> Design:
    """Nodes one behind the other; a step is kind or block, name and parameters."""
    blocks = {block.name: key for key, block in design.blocks.items()}
    for kind, name, params in steps:
        row = "block" if kind in blocks else kind
        design = edits.add(
            design,
            row,
            (0.0, 0.0),
            name=name,
            params=params,
            block=blocks.get(kind, ""),
        )
        if after:
            design = wired(design, after, name)
        after = name
    return design


def body(design: Design, name: str, *exposed: tuple[str, int]) -> tuple[Design, str]:
    """A new block that holds one Identity, with parameters."""
    design = edits.add(design, "identity", name="seed_of_it")
    design = edits.make_block(design, [design.newest], name)
    use = design.newest
    key = design.nodes[use].block.id
    design = edits.remove(design, [use])
    inner = of(edits.opened(design, key), "seed_of_it")
    for param, default in exposed:
        design = edits.add_block_param(design, key, param, default)
    return edits.inside(design, key, edits.remove, [inner]), key


def conv(width: Any, size: int, stride: Any = 1) -> dict[str, Any]:
    return {
        "out_channels": width,
        "kernel_size": size,
        "stride": stride,
        "padding": size // 2,
        "bias": False,
    }


def _branch(design: Design, steps: list[tuple[str, str, dict[str, Any]]]) -> Design:
    """A residual body: the steps, the shortcut (identity or a projection), the sum."""
    design = chain(design, "x", *steps)
    return chain(design, steps[-1][1], ("add", "sum", {}), ("relu", "relu", {}))


def _identity(design: Design, steps: list[tuple[str, str, dict[str, Any]]]) -> Design:
    design = _branch(design, steps)
    design = wired(design, "x", "sum.in2")
    return wired(design, "relu", "output")


def _projected(
    design: Design, steps: list[tuple[str, str, dict[str, Any]]], out: str
) -> Design:
    design = _branch(design, steps)
    down = ("conv2d", "down", conv(out, 1, "=stride"))
    design = chain(design, "x", down, ("batch_norm2d", "down_norm", {}))
    design = wired(design, "down_norm", "sum.in2")
    return wired(design, "relu", "output")


def _basic(stride: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("conv2d", "conv1", conv("=width", 3, stride)),
        ("batch_norm2d", "bn1", {}),
        ("relu", "relu1", {}),
        ("conv2d", "conv2", conv("=width", 3)),
        ("batch_norm2d", "bn2", {}),
    ]


def _bottleneck(stride: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("conv2d", "conv1", conv("=width", 1)),
        ("batch_norm2d", "bn1", {}),
        ("relu", "relu1", {}),
        ("conv2d", "conv2", conv("=width", 3, stride)),
        ("batch_norm2d", "bn2", {}),
        ("relu", "relu2", {}),
        ("conv2d", "conv3", conv("=4*width", 1)),
        ("batch_norm2d", "bn3", {}),
    ]


def _stem(size: int, width: int) -> Design:
    design = edits.set_symbol(Design(), "N", 2)
    design = edits.add(
        design, "input", name="x", params={"shape": ("N", 3, size, size)}
    )
    return chain(
        design,
        "x",
        ("conv2d", "conv1", {**conv(width, 7, 2), "padding": 3}),
        ("batch_norm2d", "bn1", {}),
        ("relu", "relu", {}),
        ("max_pool2d", "pool", {"kernel_size": 3, "stride": 2, "padding": 1}),
    )


def _head(design: Design, after: str, classes: int = 1000) -> Design:
    return chain(
        design,
        after,
        ("adaptive_avg_pool2d", "average", {"output_size": 1}),
        ("flatten", "flatten", {}),
        ("linear", "fc", {"out_features": classes}),
    )


def resnet18(width: int = 64, size: int = 224) -> Design:
    """He et al. 2016, "Deep residual learning for image recognition", table 1."""
    design = _stem(size, width)
    design, plain = body(design, "BasicBlock", ("width", 64))
    design = edits.inside(design, plain, _identity, _basic(1))
    design, down = body(design, "DownBlock", ("width", 64), ("stride", 2))
    design = edits.inside(design, down, _projected, _basic("=stride"), "=width")
    design = chain(
        design, "pool", ("BasicBlock", "layer1", {"width": width, "repeat": 2})
    )
    after = "layer1"
    for number in (2, 3, 4):
        given = {"width": width * 2 ** (number - 1)}
        design = chain(
            design,
            after,
            ("DownBlock", f"down{number}", given),
            ("BasicBlock", f"layer{number}", given),
        )
        after = f"layer{number}"
    return _head(design, after)


def resnet50(width: int = 64, size: int = 224) -> Design:
    """The same table; stages are blocks of blocks, their depth and width exposed."""
    design = _stem(size, width)
    design, plain = body(design, "Bottleneck", ("width", 64))
    design = edits.inside(design, plain, _identity, _bottleneck(1))
    design, down = body(design, "DownBottleneck", ("width", 64), ("stride", 2))
    design = edits.inside(design, down, _projected, _bottleneck("=stride"), "=4*width")
    exposed = (("width", 64), ("stride", 2), ("depth", 3))
    design, stage = body(design, "Stage", *exposed)
    design = edits.inside(design, stage, _stage)
    after = "pool"
    for number, depth in enumerate((3, 4, 6, 3), 1):
        given = {
            "width": width * 2 ** (number - 1),
            "stride": 1 if number == 1 else 2,
            "depth": depth,
        }
        design = chain(design, after, ("Stage", f"stage{number}", given))
        after = f"stage{number}"
    return _head(design, after)


def _stage(design: Design) -> Design:
    design = chain(
        design,
        "x",
        ("DownBottleneck", "first", {"width": "=width", "stride": "=stride"}),
        ("Bottleneck", "rest", {"width": "=width", "repeat": "=depth-1"}),
    )
    return wired(design, "rest", "output")


def gpt2(
    width: int = 768, layers: int = 12, tokens: int = 50257, length: int = 1024
) -> Design:
    """Radford et al. 2019: pre-norm layers, learnt positions, the embedding tied.

    Positions come in from outside; attention is not masked.
    """
    design = edits.set_symbol(edits.set_symbol(Design(), "N", 2), "T", 6)
    for name, shape, dtype in (
        ("tokens", ("N", "T"), "int64"),
        ("places", ("T",), "int64"),
    ):
        params: dict[str, Any] = {"shape": shape, "dtype": dtype}
        if dtype == "int64":
            params["high"] = tokens if name == "tokens" else 6
        design = edits.add(design, "input", name=name, params=params)
    normal = Init("normal", (("std", 0.02),))
    for name, source, count in (("wte", "tokens", tokens), ("wpe", "places", length)):
        sizes = {"num_embeddings": count, "embedding_dim": width}
        design = chain(design, source, ("embedding", name, sizes))
        design = edits.set_init(design, [design.newest], "weight", normal)
    design = chain(design, "wte", ("add", "embedded", {}))
    design = wired(design, "wpe", "embedded.in2")
    design, layer = body(design, "Layer", ("width", 768), ("heads", 12))
    design = edits.inside(design, layer, _layer)
    design = chain(
        design,
        "embedded",
        (
            "Layer",
            "h",
            {"width": width, "heads": max(width // 64, 1), "repeat": layers},
        ),
    )
    design = chain(
        design,
        "h",
        ("layer_norm", "ln_f", {}),
        ("linear", "lm_head", {"out_features": tokens, "bias": False}),
    )
    return edits.tie(
        design, of(design, "lm_head"), "weight", of(design, "wte"), "weight"
    )


def _layer(design: Design) -> Design:
    shape = {"shape": ("N", "T", 768)}
    design = edits.set_params(design, [of(design, "x")], shape)
    design = chain(
        design,
        "x",
        ("layer_norm", "ln_1", {}),
        (
            "multihead_attention",
            "attn",
            {"num_heads": "=heads", "batch_first": True},
        ),
    )
    for port in ("key", "value"):
        design = wired(design, "ln_1", f"attn.{port}")
    design = chain(design, "x", ("add", "attended", {}))
    design = wired(design, "attn", "attended.in2")
    design = chain(
        design,
        "attended",
        ("layer_norm", "ln_2", {}),
        ("linear", "c_fc", {"out_features": "=4*width"}),
        ("gelu", "gelu", {"approximate": "tanh"}),
        ("linear", "c_proj", {"out_features": "=width"}),
        ("add", "result", {}),
    )
    design = wired(design, "attended", "result.in2")
    return wired(design, "result", "output")
