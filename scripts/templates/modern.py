"""Image networks found by scaling and by borrowing from transformers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog.params import Value
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.inverted import (
    ARRIVING,
    EXPANSION,
    IMAGE,
    KERNEL,
    LEAVING,
    STRIDE,
    Knobs,
    depthwise,
    narrow,
    pooled,
    skipped,
    squeeze_excitation,
    staged,
)
from scripts.templates.parts import ZEROS, Part, bn, conv, init, linear, part, use
from scripts.templates.template import Template


def efficientnet_b0() -> Design:
    """Inverted residuals with squeeze and excitation, in seven stages."""
    sheet = Sheet()
    weigh = squeeze_excitation(sheet, "silu", "sigmoid", 96, 4)
    channels, width = (16, ARRIVING), (24, LEAVING)
    both: dict[str, Knobs] = {
        "width": width,
        "expansion": EXPANSION,
        "kernel": KERNEL,
    }
    own = {"channels": channels, "stride": STRIDE}
    notes = (
        "1x1 up to expansion * channels, a window on each channel by itself, channels "
        "weighed, 1x1 down to width."
    )
    block = sheet.define(
        "MBConv", lambda body: _mbconv(body, weigh), notes, **both, **own
    )
    alike: Mapping[str, Value] = {"channels": "=width", "stride": 1}
    residual = skipped(sheet, block, "Residual", alike, **both)
    stage = staged(sheet, block, residual, own, **both)
    first = sheet.define(
        "MBConv1",
        lambda body: _mbconv1(body, weigh),
        "An MBConv without expansion.",
        channels=(32, ARRIVING),
        width=(16, LEAVING),
    )
    x = sheet.chain(
        sheet.input("x", IMAGE),
        narrow(32, 3, "conv1", 2),
        bn("bn1"),
        part("silu"),
        use(first, "stage1"),
    )
    before = 16
    for place, (kernel, out, count, stride) in enumerate(_B0, 2):
        given = {"channels": before, "width": out, "kernel": kernel, "stride": stride}
        x = sheet.put(use(stage, f"stage{place}", rest=count - 1, **given), x)
        before = out
    spread = 1000**-0.5
    sheet.chain(
        x,
        use(block, "stage7", channels=192, width=320, stride=1),
        narrow(1280, 1, "conv2"),
        bn("bn2"),
        part("silu"),
        *pooled(),
        part("dropout", p=0.2),
        linear(1000, "classifier").drawn(
            weight=init("uniform", a=-spread, b=spread), bias=ZEROS
        ),
    )
    return sheet.design


# Window, width, blocks and stride of the stages with several blocks (table 1).
_B0 = ((3, 24, 2, 2), (5, 40, 2, 2), (3, 80, 3, 2), (5, 112, 3, 1), (5, 192, 4, 2))


def _mbconv(body: Sheet, weigh: str) -> None:
    wide = "=expansion*channels"
    body.chain(
        body.input("x", ("N", 16, 112, 112)),
        narrow(wide, 1, "expand"),
        bn("bn1"),
        part("silu", "silu1"),
        depthwise(wide, "=kernel", "=stride"),
        bn("bn2"),
        part("silu", "silu2"),
        use(weigh, "se", channels=wide, squeeze="=channels//4"),
        narrow("=width", 1, "project"),
        bn("bn3"),
    )


def _mbconv1(body: Sheet, weigh: str) -> None:
    body.chain(
        body.input("x", ("N", 32, 112, 112)),
        depthwise("=channels", 3),
        bn("bn1"),
        part("silu"),
        use(weigh, "se", channels="=channels", squeeze="=channels//4"),
        narrow("=width", 1, "project"),
        bn("bn2"),
    )


def convnext_tiny() -> Design:
    """Depthwise windows of 7 x 7 and two Linear layers, as a transformer has them."""
    sheet = Sheet()
    norm = sheet.define(
        "LayerNorm2d",
        _channel_norm,
        "Normalizes the channels of each pixel: LayerNorm with channels as last axis.",
    )
    block = sheet.define(
        "CNBlock",
        _cnblock,
        "A window on each channel by itself, then two Linear layers on each pixel, "
        "beside a skip.\nlayer_scale multiplies each channel by a learnt number that "
        "begins at a millionth, so that a fresh block does next to nothing.",
        width=(96, "Channels that arrive, and leave."),
    )

    def stage(body: Sheet) -> None:
        body.chain(
            body.input("x", ("N", 96, 56, 56)),
            use(norm, "norm"),
            _spread(conv("=width", 2, "downsample", stride=2)),
            use(block, "blocks", width="=width", repeat="=count"),
        )

    stages = sheet.define(
        "Stage",
        stage,
        "Halves the image and changes the width, then blocks that keep both.",
        width=(192, LEAVING),
        count=(3, "Blocks."),
    )
    sheet.chain(
        sheet.input("x", IMAGE),
        _spread(conv(96, 4, "conv1", stride=4)),
        use(norm, "norm1"),
        use(block, "stage1", width=96, repeat=3),
        use(stages, "stage2", width=192, count=3),
        use(stages, "stage3", width=384, count=9),
        use(stages, "stage4", width=768, count=3),
        part("adaptive_avg_pool2d", "avgpool"),
        use(norm, "norm2"),
        part("flatten"),
        _spread(linear(1000, "head")),
    )
    return sheet.design


def _spread(layer: Part) -> Part:
    """The layer, drawn as Liu et al. do."""
    return layer.drawn(weight=init("trunc_normal", std=0.02), bias=ZEROS)


_LAST, _SECOND = (0, 2, 3, 1), (0, 3, 1, 2)  # where a permutation puts the channels


def _channel_norm(body: Sheet) -> None:
    body.chain(
        body.input("x", ("N", 96, 56, 56)),
        part("permute", "channels_last", dims=_LAST),
        part("layer_norm", "norm", eps=1e-6),
        part("permute", "channels_second", dims=_SECOND),
    )


def _cnblock(body: Sheet) -> None:
    x = body.input("x", ("N", 96, 56, 56))
    window = conv("=width", 7, "depthwise", padding=3, groups="=width")
    scale = part("parameter", "layer_scale", shape=("=width", 1, 1))
    found = body.chain(
        x,
        _spread(window),
        part("permute", "channels_last", dims=_LAST),
        part("layer_norm", "norm", eps=1e-6),
        _spread(linear("=4*width", "fc1")),
        part("gelu"),
        _spread(linear("=width", "fc2")),
        part("permute", "channels_second", dims=_SECOND),
    )
    learnt = body.put(scale.drawn(weight=init("constant", val=1e-6)))
    scaled = body.put(part("multiply", "scaled"), found, learnt)
    body.put(part("add", "add"), x, scaled)


_SCORES = (("N", 1000),)

TEMPLATES = {
    "efficientnet_b0": Template(
        "EfficientNet-B0",
        "Seven stages of inverted residuals that weigh their channels by squeeze and "
        "excitation, with SiLU throughout: the base that EfficientNet-B1 to B7 widen, "
        "deepen and feed larger images. torchvision also drops whole blocks at random "
        "while it trains (stochastic depth); that changes nothing when it is used, and "
        "is left out here.",
        5_288_548,
        _SCORES,
        "Tan and Le 2019, EfficientNet: rethinking model scaling for convolutional "
        "neural networks; torchvision",
        efficientnet_b0,
    ),
    "convnext_tiny": Template(
        "ConvNeXt-T",
        "A ResNet changed step by step until it does as well as a transformer: patches "
        "instead of a stem, windows of 7x7 on each channel by itself, LayerNorm, GELU, "
        "and a wide middle in each block. Stages of 3, 3, 9 and 3 blocks. torchvision "
        "also drops whole blocks at random while it trains (stochastic depth); that "
        "changes nothing when it is used, and is left out here.",
        28_589_128,
        _SCORES,
        "Liu et al. 2022, A ConvNet for the 2020s; torchvision",
        convnext_tiny,
    ),
}
