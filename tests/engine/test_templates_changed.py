"""Ready designs with other numbers set on their blocks: their published siblings."""

import pytest

from engine.check import check
from engine.design import edits
from engine.errors import Severity
from engine.measure.summary import summary, table
from engine.model.build import build_meta
from scripts.templates import TEMPLATES

# design, what is set on which of its nodes, parameters as torchvision has them
SIBLINGS = {
    "resnet101": ("resnet50", {"layer3": {"rest": 22}}, 44_549_160),
    "resnet152": (
        "resnet50",
        {"layer2": {"rest": 7}, "layer3": {"rest": 35}},
        60_192_808,
    ),
    "densenet169": (
        "densenet121",
        {
            "denseblock3": {"repeat": 32},
            "transition3": {"width": 640},
            "denseblock4": {"repeat": 32},
        },
        14_149_480,
    ),
    "densenet161": (
        "densenet121",
        {
            "conv0": {"out_channels": 96},
            "denseblock1": {"growth": 48},
            "transition1": {"width": 192},
            "denseblock2": {"growth": 48},
            "transition2": {"width": 384},
            "denseblock3": {"growth": 48, "repeat": 36},
            "transition3": {"width": 1056},
            "denseblock4": {"growth": 48, "repeat": 24},
        },
        28_681_000,
    ),
    "shufflenet_v2_x1_5": (
        "shufflenet_v2",
        {
            "stage2": {"width": 176},
            "stage3": {"channels": 176, "width": 352},
            "stage4": {"channels": 352, "width": 704},
        },
        3_503_624,
    ),
    "vit_l_16": (
        "vit_b_16",
        {
            "conv_proj": {"out_channels": 1024},
            "class_token": {"shape": (1, 1, 1024)},
            "pos_embedding": {"shape": (1, 197, 1024)},
            "layers": {"width": 1024, "heads": 16, "repeat": 24},
        },
        304_326_632,
    ),
    "vit_b_32": (
        "vit_b_16",
        {
            "conv_proj": {"kernel_size": 32, "stride": 32},
            "pos_embedding": {"shape": (1, 50, 768)},
        },
        88_224_232,
    ),
    "swin_s": ("swin_t", {"stage3": {"repeat": 9}}, 49_606_258),
    "swin_b": (
        "swin_t",
        {
            "patches": {"out_channels": 128},
            "stage1": {"width": 128, "heads": 4},
            "merge1": {"width": 128},
            "stage2": {"width": 256, "heads": 8},
            "merge2": {"width": 256},
            "stage3": {"width": 512, "heads": 16, "repeat": 9},
            "merge3": {"width": 512},
            "stage4": {"width": 1024, "heads": 32},
        },
        87_768_224,
    ),
    "convnext_small": ("convnext_tiny", {"stage3": {"count": 27}}, 50_223_688),
    "convnext_base": (
        "convnext_tiny",
        {
            "conv1": {"out_channels": 128},
            "stage1": {"width": 128},
            "stage2": {"width": 256},
            "stage3": {"width": 512, "count": 27},
            "stage4": {"width": 1024},
        },
        88_591_464,
    ),
}


def changed(name, values):
    design = TEMPLATES[name].design
    for node, given in values.items():
        design = edits.set_params(design, [design.named(node).id], given)
    return design


def counted(design):
    """The parameters, which the check and the built module agree on."""
    checked = check(design)
    assert not [p for p in checked.problems if p.severity is not Severity.ADVICE]
    parameters = build_meta(design).parameters()
    assert checked.parameters == sum(tensor.numel() for tensor in parameters)
    return checked.parameters


@pytest.mark.parametrize("sibling", SIBLINGS)
def test_other_depths_and_widths_make_the_published_siblings(sibling):
    name, values, published = SIBLINGS[sibling]
    assert counted(changed(name, values)) == published


def bottleneck(arriving, width, *, first):
    """Weights of three convolutions and of their norms, and of the skip's."""
    path = arriving * width + 9 * width**2 + 4 * width**2 + 2 * (2 + 4) * width
    return path + (arriving * 4 * width + 2 * 4 * width if first else 0)


@pytest.mark.parametrize("width", [8, 256, 1024])
def test_another_width_of_a_stage_changes_what_it_and_the_next_layer_learn(width):
    design = changed("resnet50", {"layer4": {"width": width}})
    others = TEMPLATES["resnet50"].published_params
    for old, sign in ((512, -1), (width, 1)):
        stage = bottleneck(1024, old, first=True)
        stage += 2 * bottleneck(4 * old, old, first=False)
        others += sign * (stage + 1000 * 4 * old)
    assert counted(design) == others


@pytest.mark.parametrize("expansion", [1, 3])
def test_another_expansion_changes_what_an_inverted_residual_learns(expansion):
    design = changed("mobilenet_v2", {"stage7": {"expansion": expansion}})
    inside = 160 * (6 - expansion)  # fewer channels: into them, among them, out of them
    fewer = inside * (160 + 2 + 9 + 2 + 320)
    assert counted(design) == TEMPLATES["mobilenet_v2"].published_params - fewer


@pytest.mark.parametrize("heads", [1, 8, 48])
def test_other_heads_of_gpt2_learn_as_much(heads):
    design = changed("gpt2", {"h": {"heads": heads}})
    assert counted(design) == TEMPLATES["gpt2"].published_params


def test_heads_that_do_not_divide_gpt2s_features_are_refused_where_they_are_cut():
    (fault,) = check(changed("gpt2", {"h": {"heads": 7}})).problems
    assert fault.severity is Severity.ERROR
    assert "heads_of_all" in str(fault.message.values["problem"])


# width, heads and blocks, as published of GPT-2's larger siblings
@pytest.mark.parametrize(
    ("width", "heads", "blocks", "published"),
    [(1024, 16, 24, 354_823_168), (1600, 25, 48, 1_557_611_200)],
)
def test_other_widths_and_depths_make_gpt2s_larger_siblings(
    width, heads, blocks, published
):
    design = changed(
        "gpt2",
        {
            "wte": {"embedding_dim": width},
            "wpe": {"embedding_dim": width},
            "h": {"width": width, "heads": heads, "repeat": blocks},
        },
    )
    assert counted(design) == published


def test_the_summary_counts_the_tied_matrix_of_gpt2_once():
    design = changed("gpt2", {"h": {"repeat": 1}})
    told, text = summary(design), table(design)
    assert told.total_params == counted(design)
    assert f"Total params: {counted(design):,}\n" in text
    assert f"Params size (MB): {told.param_bytes / 1e6:.2f}\n" in text
