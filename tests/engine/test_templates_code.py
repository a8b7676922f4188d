"""The code of every ready design runs, and is the builder's network bit for bit.

Names, shapes and modules are compared at full size on the meta device. Numbers are
compared on the same design with smaller images and widths, set as a person would.
"""

from typing import Any

import pytest
import torch

from engine.check import check
from engine.design import edits
from engine.design.model import Design
from engine.model.build import build, build_meta
from engine.model.source import to_python
from scripts.templates import TEMPLATES
from tests.engine.standing import inputs_of, run

torch.set_num_threads(1)

IMAGE = {"x": {"shape": ("N", 3, 64, 64)}}


def widths(names: list[str], *sizes: int) -> dict[str, dict[str, Any]]:
    return {name: {"width": size} for name, size in zip(names, sizes, strict=True)}


STAGES = [f"stage{place}" for place in range(1, 6)]
DOWN, UP = [f"down{place}" for place in range(1, 5)], [f"up{p}" for p in range(1, 5)]
VGG = {**IMAGE, **widths(STAGES, 8, 8, 8, 16, 16)}
RESNET = {**IMAGE, "layer3": {"width": 32}, "layer4": {"width": 16}}
UNET = widths(["inc", *DOWN, *UP], 4, 8, 16, 32, 64, 32, 16, 8, 4)

# What is made smaller, by the names of nodes.
SMALL: dict[str, dict[str, dict[str, Any]]] = {
    **dict.fromkeys(
        ("squeezenet1_0", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_large"), IMAGE
    ),
    **dict.fromkeys(("googlenet", "shufflenet_v2", "densenet121"), IMAGE),
    "alexnet": IMAGE,
    "vgg16": VGG,
    "vgg16_bn": VGG,
    "inception_v3": {"x": {"shape": ("N", 3, 107, 107)}},
    "efficientnet_b0": {**IMAGE, "stage6": {"rest": 1}},
    "resnet18": RESNET,
    "resnet34": RESNET,
    "resnet50": RESNET,
    "convnext_tiny": {
        **IMAGE,
        "stage3": {"width": 24, "count": 2},
        "stage4": {"width": 48},
    },
    "unet": {"x": {"shape": ("N", 1, 188, 188)}, **UNET},
    "unet_bn": {"x": {"shape": ("N", 3, 48, 48)}, **UNET},
    "lstm_classifier": {
        "tokens": {"shape": ("N", 9), "high": 50},
        "words": {"num_embeddings": 50},
    },
    "bilstm": {"x": {"shape": ("N", 9, 16)}, "lstm": {"hidden_size": 12}},
    "transformer_encoder": {
        "src": {"shape": ("N", 9, 64)},
        "layers": {"repeat": 2},
    },
    "transformer_encoder_parts": {
        "src": {"shape": ("N", 9, 64)},
        "layers": {"repeat": 2, "width": 64},
    },
    "transformer": {
        "src": {"shape": ("N", 7, 32)},
        "tgt": {"shape": ("N", 5, 32)},
        "transformer": {"dim_feedforward": 40},
    },
    "gpt2": {
        "tokens": {"high": 100},
        "wte": {"num_embeddings": 100, "embedding_dim": 48},
        "wpe": {"embedding_dim": 48},
        "h": {"width": 48, "heads": 4, "repeat": 2},
        "lm_head": {"out_features": 100},
    },
    "vit_b_16": {
        "conv_proj": {"out_channels": 48},
        "class_token": {"shape": (1, 1, 48)},
        "pos_embedding": {"shape": (1, 197, 48)},
        "layers": {"width": 48, "heads": 4, "repeat": 2},
    },
    "swin_t": {
        "patches": {"out_channels": 12},
        **{
            f"{part}{place}": {"width": 12 << place - 1}
            for place in (1, 2, 3)
            for part in ("stage", "merge")
        },
        "stage4": {"width": 96},
    },
}
WITHIN = {  # nodes of a block with numbers of its own
    "alexnet": ("Classifier", {"fc6": 24, "fc7": 24}),
    "vgg16": ("Classifier", {"fc6": 24, "fc7": 24}),
    "vgg16_bn": ("Classifier", {"fc6": 24, "fc7": 24}),
}


def small(name: str) -> Design:
    """The design with less to compute."""
    design = edits.set_symbol(TEMPLATES[name].design, "N", 2)
    for node, values in SMALL.get(name, {}).items():
        design = edits.set_params(design, [design.named(node).id], values)
    called, layers = WITHIN.get(name, ("", {}))
    for block in [b for b in design.blocks.values() if b.name == called]:
        for node in block.graph.nodes.values():
            if node.name in layers:
                values = {"out_features": layers[node.name]}
                design = edits.inside(
                    design, block.id, edits.set_params, [node.id], values
                )
    assert [p for p in check(design).problems if p.severity.value == "error"] == []
    return design


def written(design: Design) -> type[torch.nn.Module]:
    """The class of the generated code."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(to_python(design), "generated.py", "exec"), namespace)
    return namespace["Network"]


def described(network: torch.nn.Module) -> list[tuple[object, ...]]:
    state = network.state_dict()
    return [(name, tensor.shape, tensor.dtype) for name, tensor in state.items()]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_code_of_a_template_makes_the_modules_and_tensors_of_the_builder(name):
    design = TEMPLATES[name].design
    built = build_meta(design)
    with torch.device("meta"):
        network = written(design)()
    assert described(network) == described(built)
    assert str(network) == str(built)  # every argument that torch shows


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_code_of_a_template_draws_and_computes_what_the_builder_does(name):
    design = small(name)
    built, network = build(design, seed=3, threads=1).eval(), written(design)().eval()
    network.init(seed=3)
    state = built.state_dict()
    for key, tensor in network.state_dict().items():
        assert torch.equal(tensor, state[key]), key
    inputs = inputs_of(design)
    with torch.no_grad():
        for one, other in zip(run(network, inputs), run(built, inputs), strict=True):
            assert torch.equal(one, other)
