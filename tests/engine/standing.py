"""Small designs around every row of the catalogue that can stand alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from engine.catalog import OPERATORS
from engine.catalog.params import Bool, Choice
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import EngineError
from engine.model.sample import sample_inputs

torch.set_num_threads(1)

KINDS = sorted(
    kind for kind, row in OPERATORS.items() if row.role not in ("input", "output")
)

SHAPES: dict[str, tuple[int | str, ...]] = {
    "embedding": ("N", 5),
    "glu": ("N", 6),
    "gru": ("T", "N", 6),
    "lstm": ("T", "N", 6),
    "rnn": ("T", "N", 6),
    "transformer": ("T", "N", 16),
    "transformer_decoder": ("T", "N", 16),
    "transformer_decoder_layer": ("T", "N", 16),
    "transformer_encoder": ("T", "N", 16),
    "transformer_encoder_layer": ("T", "N", 16),
    "matmul": ("N", 4, 4),
    "multihead_attention": ("T", "N", 6),
    "permute": ("N", 3, 4),
    "reshape": ("N", 3, 4),
    "softmax2d": ("N", 4, 5, 5),
    "upsample": ("N", 4, 5, 5),
    "attend": ("N", 2, 5, 4),
    "causal_mask": ("N", "T", 4),
    "arange": ("N", "T"),
    "chunk": ("N", 6, 4),
    "expand": ("N", 1),
    "interpolate": ("N", 4, 5, 5),
    "select": ("N", 6, 4),
    "slice": ("N", 6, 4),
    "split": ("N", 2, 4),
    "squeeze": ("N", 3, 1),
    "transpose": ("N", 3, 4),
    "channel_shuffle": ("N", 4, 6),
    "local_response_norm": ("N", 6, 4),
    "fold": ("N", 18, 36),
    "pixel_shuffle": ("N", 8, 3, 4),
    "pixel_unshuffle": ("N", 3, 6, 4),
    "unfold": ("N", 2, 6, 7),
    "embedding_bag": ("N", 5),
    "torch_call": ("N", 3),
}
AXES = {"1d": ("N", 4, 12), "2d": ("N", 4, 12, 12), "3d": ("N", 4, 8, 8, 8)}

SPECIAL: dict[str, tuple[dict[str, Any], ...]] = {
    "add": ({"inputs": 3},),
    "batch_norm2d": ({"momentum": None},),
    "bilinear": ({"out_features": 3},),
    "concatenate": ({"inputs": 4, "dim": -1},),
    "conv1d": ({"padding": "same"}, {"groups": 2, "out_channels": 6}),
    "conv2d": (
        {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
        {"groups": 4, "out_channels": 8, "dilation": 2},
    ),
    "conv_transpose2d": ({"stride": 2, "output_padding": 1, "groups": 2},),
    "embedding": ({"padding_idx": 2, "num_embeddings": 9},),
    "gru": ({"num_layers": 2, "dropout": 0.2, "bidirectional": True},),
    "lstm": ({"proj_size": 3}, {"num_layers": 2, "bidirectional": True}),
    "mean": ({"dim": (0, 1), "keepdim": True},),
    "multihead_attention": ({"num_heads": 3, "dropout": 0.1, "bias": False},),
    "prelu": ({"num_parameters": 8, "init": 0.1},),
    "reshape": ({"shape": ("N", 2, 6)}, {"shape": (-1, 12)}),
    "cosine_similarity": ({"dim": 0},),
    "embedding_bag": ({"padding_idx": 2, "num_embeddings": 9},),
    "rnn": ({"nonlinearity": "relu", "num_layers": 2},),
    "transformer_encoder": ({"num_layers": 2, "bias": False, "final_norm": False},),
    "transformer_decoder": ({"num_layers": 1, "activation": "gelu", "nhead": 4},),
    "attend": ({"is_causal": True}, {"scale": 0.5}),
    "arange": ({"dim": -2},),
    "cast": ({"dtype": "int64"}, {"dtype": "float64"}),
    "chunk": ({"chunks": 3}, {"dim": -1}),
    "clamp": ({"max": 0.5}, {"min": None, "max": 1.5}),
    "fixed_value": ({"shape": (2, 3), "dtype": "int64", "fill_value": 7.0},),
    "expand": ({"size": ("N", 5)}, {"size": (2, "N", -1)}),
    "interpolate": ({"size": (7, 9), "scale_factor": None, "mode": "bicubic"},),
    "max": ({"dim": 0, "keepdim": True},),
    "pad": ({"pad": (1, 2, 0, 1)},),
    "parameter": ({"shape": (8,)}, {"shape": ()}),
    "pow": ({"exponent": 3.0},),
    "roll": ({"shifts": (1, -2), "dims": (0, 1)},),
    "select": ({"dim": -1, "index": -1}, {"dim": -2, "index": 2}),
    "slice": (
        {"start": 1, "stop": -1, "step": 2},
        {"dim": -2, "start": -3},
        {"dim": 2, "stop": 2},
    ),
    "split": ({"split_size_or_sections": (1, 2, 1), "dim": -1},),
    "squeeze": ({"dim": (0, 2)},),
    "stack": ({"inputs": 3, "dim": -1},),
    "sum": ({"dim": (0, 1), "keepdim": True}, {"dim": None}),
    "transpose": ({"dim0": 0, "dim1": -1},),
    "cross_entropy_loss": ({"label_smoothing": 0.1, "ignore_index": 2},),
    "gaussian_nll_loss": ({"eps": 0.5},),
    "huber_loss": ({"delta": 0.5},),
    "triplet_margin_loss": ({"p": 1.0, "margin": 0.5},),
    "instance_norm2d": ({"affine": True, "track_running_stats": True},),
    "upsampling_bilinear2d": ({"scale_factor": None, "size": (7, 9)},),
    "zero_pad2d": ({"padding": (1, 2, -1, 0)},),
    "constant_pad1d": ({"value": 2.5},),
    "fractional_max_pool2d": ({"output_size": 5, "output_ratio": None},),
    "max_unpool2d": ({"output_size": (13, 12)},),
    "upsample": ({"scale_factor": (2.0, 3.0)}, {"scale_factor": None, "size": (7, 9)}),
}


# What single ports are given, where it is not what the others are: shape and dtype.
PORTS: dict[str, dict[str, tuple[tuple[int | str, ...], str]]] = {}
# What stands between an Input and a port, where not every value will do.
BEFORE: dict[tuple[str, str], tuple[str, dict[str, Any], str]] = {}
# What the parameters have to be for that.
WITH: dict[str, dict[str, Any]] = {"embedding_bag": {"mode": "sum"}}
# Optional ports that are wired together in one more variant each.
WIRED: dict[str, tuple[tuple[str, ...], ...]] = {}

WIRED["attend"] = (("attn_mask",),)
PORTS["attend"] = {"attn_mask": ((5, 5), "float32")}
_MASK, _PADDING = (("T", "T"), "float32"), (("N", "T"), "float32")
WIRED["lstm_cell"] = (("h_0", "c_0"),)
for _kind in ("lstm_cell", "gru_cell", "rnn_cell"):
    PORTS[_kind] = dict.fromkeys(("h_0", "c_0", "hx"), (("N", 64), "float32"))
for _kind in ("gru_cell", "rnn_cell"):
    WIRED[_kind] = (("hx",),)
for _kind, _masks in {
    "multihead_attention": (("attn_mask",), ("key_padding_mask",)),
    "transformer_encoder_layer": (("src_mask",), ("src_key_padding_mask",)),
    "transformer_encoder": (("mask",), ("src_key_padding_mask",)),
    "transformer_decoder_layer": (("tgt_mask", "memory_key_padding_mask"),),
    "transformer_decoder": (("memory_mask", "tgt_key_padding_mask"),),
    "transformer": (("tgt_mask", "src_key_padding_mask"),),
}.items():
    WIRED[_kind] = _masks
    PORTS[_kind] = {
        name: _PADDING if name.endswith("key_padding_mask") else _MASK
        for group in _masks
        for name in group
    }
WITH["transformer_encoder"] = {"num_layers": 2, "is_causal": False}
WITH["transformer_decoder"] = {"num_layers": 2, "tgt_is_causal": False}
WITH["transformer"] = {"src_is_causal": False, "tgt_is_causal": False}
_ROW, _CLASS = (("N", 10), "float32"), (("N",), "int64")
_EACH = (("N",), "float32")
for _kind in (kind for kind, row in OPERATORS.items() if row.role == "loss"):
    SHAPES[_kind] = ("N", 10)
for _kind in ("cross_entropy_loss", "nll_loss", "multi_margin_loss"):
    PORTS[_kind] = {"target": _CLASS}
PORTS["multi_label_margin_loss"] = {"target": (("N", 10), "int64")}
PORTS["cosine_embedding_loss"] = {"target": _EACH}
PORTS["ctc_loss"] = {
    "log_probs": ((9, "N", 10), "float32"),
    "targets": (("N", 9), "int64"),
    "input_lengths": _CLASS,
    "target_lengths": _CLASS,
}
BEFORE["bce_loss", "input"] = BEFORE["bce_loss", "target"] = ("sigmoid", {}, "output")
BEFORE["gaussian_nll_loss", "var"] = ("softplus", {}, "output")
PORTS["embedding_bag"] = {
    "input": (("N", 5), "int64"),
    "per_sample_weights": (("N", 5), "float32"),
}
WIRED["embedding_bag"] = (("per_sample_weights",),)
for _axes in (1, 2, 3):
    _kind = f"max_unpool{_axes}d"
    SHAPES[_kind] = ("N", 4, *(6,) * _axes)
    PORTS[_kind] = {"indices": (("N", 4, *(12,) * _axes), "float32")}
    BEFORE[_kind, "indices"] = (
        f"max_pool{_axes}d",
        {"return_indices": True},
        "indices",
    )


def standing(
    kind: str, dtype: str = "float32", wired: tuple[str, ...] = (), **params: Any
) -> Design:
    """The operator alone, an Input on each port that has to be wired or is `wired`."""
    design = edits.add(edits.set_symbol(Design(), "N", 3), "input", params={})
    design = edits.set_params(design, [design.newest], entrance(kind, dtype))
    design = edits.add(design, kind)
    node = design.newest
    design = edits.set_params(design, [node], params)
    source = "n1"
    for port in design.nodes[node].inputs:
        if port.optional and port.name not in wired:
            continue
        if not source:
            design = edits.add(design, "input")
            source = design.newest
        given = entrance(kind, dtype, port.name)
        design = edits.set_params(design, [source], given)
        leaving = "output"
        if (kind, port.name) in BEFORE:
            between, values, leaving = BEFORE[kind, port.name]
            design = edits.add(design, between, params=values)
            wire = Wire(source, "output", design.newest, "input")
            design, source = edits.connect(design, wire), design.newest
        design = edits.connect(design, Wire(source, leaving, node, port.name))
        source = ""
    return design


def entrance(kind: str, dtype: str = "float32", port: str = "") -> dict[str, Any]:
    """What the Inputs of an operator say."""
    if port in PORTS.get(kind, {}):
        shape, dtype = PORTS[kind][port]
        return {"shape": shape, "dtype": dtype, "high": 9}
    if kind == "embedding":
        return {"shape": SHAPES[kind], "dtype": "int64", "high": 9}
    shape = SHAPES.get(kind) or AXES.get(kind[-2:]) or ("N", 8)
    return {"shape": shape, "dtype": dtype}


def variants(kind: str) -> Iterator[Design]:
    """The operator with its defaults, each switch thrown, each word said, and more."""
    row = OPERATORS[kind]
    yield standing(kind)
    for param in row.params:
        values: tuple[Any, ...] = ()
        if isinstance(param, Bool):
            values = (not param.default,)
        elif isinstance(param, Choice):
            values = param.options
        for value in values:
            design = tried(kind, {param.name: value})
            if design:
                yield design
    for wired in WIRED.get(kind, ()):
        design = standing(kind, wired=wired, **WITH.get(kind, {}))
        assert check(design).ok, [str(p.message) for p in check(design).problems]
        yield design
    for params in SPECIAL.get(kind, ()):
        design = standing(kind, **params)
        assert check(design).ok, [str(p.message) for p in check(design).problems]
        yield design


def tried(kind: str, params: dict[str, Any]) -> Design | None:
    """The operator with these parameters, where they fit its input."""
    try:
        design = standing(kind, **params)
    except EngineError:
        return None
    return design if check(design).ok else None


def inputs_of(design: Design, batch: int | None = None) -> tuple[torch.Tensor, ...]:
    return sample_inputs(design, check(design), batch=batch)


def run(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[Any]:
    """What a network makes of copies of the inputs: all tensors it returns."""
    torch.manual_seed(0)
    result = network(*(given.clone() for given in inputs))
    return list(result) if isinstance(result, tuple) else [result]
