"""Networks for telephones: depthwise convolutions between cheap 1x1 ones."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog.params import Value
from engine.design.model import Design
from scripts.templates.drawing import Sheet, Source
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
from scripts.templates.parts import (
    ZEROS,
    Part,
    bn,
    conv,
    init,
    linear,
    maxpool,
    part,
    relu,
    use,
)
from scripts.templates.template import Template

NARROW = init("normal", std=0.01)
SQUEEZE = "Channels in the middle of its squeeze and excitation."


def mobilenet_v2() -> Design:
    """Inverted residuals in seven stages."""
    sheet = Sheet()
    channels, width = (16, ARRIVING), (24, LEAVING)
    inverted = sheet.define(
        "InvertedResidual",
        _inverted,
        "1x1 up to expansion * channels, 3x3 on each by itself, 1x1 down to width.\n"
        "No activation follows the last convolution: in so few channels it would lose "
        "too much.",
        channels=channels,
        width=width,
        expansion=EXPANSION,
        stride=STRIDE,
    )
    alike: Mapping[str, Value] = {"channels": "=width", "stride": 1}
    both = {"width": width, "expansion": EXPANSION}
    residual = skipped(sheet, inverted, "Residual", alike, **both)
    own = {"channels": channels, "stride": STRIDE}
    stage = staged(sheet, inverted, residual, own, **both)
    x = sheet.chain(
        sheet.input("x", IMAGE),
        narrow(32, 3, "conv1", 2),
        bn("bn1"),
        part("relu6"),
        use(_separable(sheet, "relu6", bn()), "stage1"),
    )
    before = 16
    plan = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2))
    for place, (out, count, stride) in enumerate(plan, 2):
        given = {"channels": before, "width": out, "stride": stride}
        x = sheet.put(use(stage, f"stage{place}", rest=count - 1, **given), x)
        before = out
    sheet.chain(
        x,
        use(inverted, "stage7", channels=160, width=320, stride=1),
        narrow(1280, 1, "conv2"),
        bn("bn2"),
        part("relu6"),
        *pooled(),
        part("dropout", p=0.2),
        linear(1000, "classifier").drawn(weight=NARROW, bias=ZEROS),
    )
    return sheet.design


def _inverted(body: Sheet) -> None:
    wide = "=expansion*channels"
    body.chain(
        body.input("x", ("N", 16, 112, 112)),
        narrow(wide, 1, "expand"),
        bn("bn1"),
        part("relu6"),
        depthwise(wide, 3, "=stride"),
        bn("bn2"),
        part("relu6"),
        narrow("=width", 1, "project"),
        bn("bn3"),
    )


def _separable(sheet: Sheet, act: str, norm: Part) -> str:
    """The first block of MobileNetV2: no expansion."""

    def draw(body: Sheet) -> None:
        body.chain(
            body.input("x", ("N", 32, 112, 112)),
            depthwise("=channels", 3),
            norm._replace(name="bn1"),
            part(act),
            narrow("=width", 1, "project"),
            norm._replace(name="bn2"),
        )

    return sheet.define(
        "DepthwiseSeparable",
        draw,
        "3x3 on each channel by itself, then 1x1 across channels.",
        channels=(32, ARRIVING),
        width=(16, LEAVING),
    )


def mobilenet_v3_large() -> Design:
    """Fifteen inverted residuals of four kinds, alike ones repeated."""
    sheet = Sheet()
    weigh = squeeze_excitation(sheet, "relu", "hardsigmoid", 72, 24)
    relu_, relu_add = _bnecks(sheet, "relu", "")
    relu_se, relu_se_add = _bnecks(sheet, "relu", weigh)
    hard, hard_add = _bnecks(sheet, "hardswish", "")
    hard_se, hard_se_add = _bnecks(sheet, "hardswish", weigh)
    separable = _separable(sheet, "relu", _BN3)
    first = skipped(
        *(sheet, separable, "ResidualSeparable", {"channels": "=width"}),
        width=(16, LEAVING),
    )
    half, same = {"stride": 2}, {"stride": 1}
    sheet.chain(
        sheet.input("x", IMAGE),
        narrow(16, 3, "conv1", 2),
        _BN3._replace(name="bn1"),
        part("hardswish"),
        use(first, "bneck1"),
        use(relu_, "bneck2", wide=64, width=24, **half),
        use(relu_add, "bneck3", wide=72, width=24),
        use(relu_se, "bneck4", kernel=5, wide=72, width=40, squeeze=24, **half),
        use(relu_se_add, "bneck5", repeat=2, kernel=5, wide=120, width=40, squeeze=32),
        use(hard, "bneck7", wide=240, width=80, **half),
        use(hard_add, "bneck8", wide=200, width=80),
        use(hard_add, "bneck9", repeat=2, wide=184, width=80),
        use(hard_se, "bneck11", wide=480, width=112, squeeze=120, **same),
        use(hard_se_add, "bneck12", wide=672, width=112, squeeze=168),
        use(hard_se, "bneck13", kernel=5, wide=672, width=160, squeeze=168, **half),
        use(hard_se_add, "bneck14", repeat=2, kernel=5, **_LAST),
        narrow(960, 1, "conv2"),
        _BN3._replace(name="bn2"),
        part("hardswish"),
        *pooled(),
        linear(1280, "fc1").drawn(weight=NARROW, bias=ZEROS),
        part("hardswish"),
        part("dropout", p=0.2),
        linear(1000, "fc2").drawn(weight=NARROW, bias=ZEROS),
    )
    return sheet.design


_BN3 = bn(eps=0.001, momentum=0.01)
_LAST = {"wide": 960, "width": 160, "squeeze": 240}


def _bnecks(sheet: Sheet, act: str, weigh: str) -> tuple[str, str]:
    """A block of MobileNetV3, and the same beside a skip."""

    def draw(body: Sheet) -> None:
        scale = (use(weigh, "se", channels="=wide", squeeze="=squeeze"),)
        body.chain(
            body.input("x", ("N", 40, 28, 28)),
            narrow("=wide", 1, "expand"),
            _BN3._replace(name="bn1"),
            part(act),
            depthwise("=wide", "=kernel", "=stride"),
            _BN3._replace(name="bn2"),
            part(act),
            *(scale if weigh else ()),
            narrow("=width", 1, "project"),
            _BN3._replace(name="bn3"),
        )

    knobs: dict[str, Knobs] = {
        "wide": (120, "Channels inside."),
        "width": (40, LEAVING),
        "kernel": KERNEL,
    }
    if weigh:
        knobs["squeeze"] = (32, SQUEEZE)
    kind = {"relu": "ReLU", "hardswish": "Hardswish"}[act] + ("SE" if weigh else "")
    notes = "1x1 up to wide, a window on each channel by itself, 1x1 down to width."
    block = sheet.define(f"Bneck{kind}", draw, notes, **knobs, stride=STRIDE)
    return block, skipped(sheet, block, f"Residual{kind}", {"stride": 1}, **knobs)


def shufflenet_v2() -> Design:
    """Three stages of units that compute on half of their channels."""
    sheet = Sheet()
    knobs = {"channels": (24, ARRIVING), "width": (116, LEAVING)}
    down = sheet.define(
        "ShuffleDown",
        _shuffle_down,
        "Halves the image: both branches stride, and their channels are joined and "
        "shuffled.",
        **knobs,
    )
    unit = sheet.define(
        "ShuffleUnit",
        _shuffle_unit,
        "One half of the channels passes, the other is computed on; then they are "
        "joined and shuffled.",
        width=knobs["width"],
    )
    own = {"channels": knobs["channels"]}
    stage = staged(sheet, down, unit, own, width=knobs["width"])
    sheet.chain(
        sheet.input("x", IMAGE),
        conv(24, 3, "conv1", stride=2, padding=1, bias=False),
        bn("bn1"),
        relu(),
        maxpool(3, 2, "maxpool", padding=1),
        use(stage, "stage2", channels=24, width=116, rest=3),
        use(stage, "stage3", channels=116, width=232, rest=7),
        use(stage, "stage4", channels=232, width=464, rest=3),
        conv(1024, 1, "conv5", bias=False),
        bn("bn5"),
        relu(),
        part("mean", "pool", dim=(2, 3)),
        linear(1000, "fc"),
    )
    return sheet.design


_HALF = "=width//2"


def _three(stride: int) -> tuple[Part, ...]:
    """1x1, depthwise, 1x1: what a unit computes."""
    same: dict[str, Value] = {"padding": 1, "bias": False, "groups": _HALF}
    return (
        conv(_HALF, 1, "conv1", bias=False),
        bn("bn1"),
        relu("relu1"),
        conv(_HALF, 3, "depthwise", stride=stride, **same),
        bn("bn2"),
        conv(_HALF, 1, "conv2", bias=False),
        bn("bn3"),
        relu("relu2"),
    )


def _shuffle_down(body: Sheet) -> None:
    x = body.input("x", ("N", 24, 56, 56))
    beside: dict[str, Value] = {"padding": 1, "bias": False, "groups": "=channels"}
    skip = body.chain(
        x,
        conv("=channels", 3, "skip_depthwise", stride=2, **beside),
        bn("skip_bn1"),
        conv(_HALF, 1, "skip_conv", bias=False),
        bn("skip_bn2"),
        relu("skip_relu"),
    )
    path = body.chain(x, *_three(2))
    _shuffled(body, skip, path)


def _shuffle_unit(body: Sheet) -> None:
    x = body.input("x", ("N", 116, 28, 28))
    halves = body.put(part("chunk", "halves", chunks=2, dim=1), x)
    path = body.chain((halves, "part2"), *_three(1))
    _shuffled(body, (halves, "part1"), path)


def _shuffled(body: Sheet, skip: Source, path: str) -> None:
    joined = body.put(part("concatenate", "cat"), skip, path)
    body.chain(joined, part("channel_shuffle", "shuffle", groups=2))


_SCORES = (("N", 1000),)

TEMPLATES = {
    "mobilenet_v2": Template(
        "MobileNetV2",
        "Seven stages of inverted residuals: narrow between blocks and wide inside, "
        "where a 3x3 convolution works on each channel by itself and so costs little. "
        "Where shapes allow, a block adds to what arrived. Expansion, width and stride "
        "of each stage can be set.",
        3_504_872,
        _SCORES,
        "Sandler et al. 2018, MobileNetV2: inverted residuals and linear bottlenecks; "
        "torchvision",
        mobilenet_v2,
    ),
    "mobilenet_v3_large": Template(
        "MobileNetV3-Large",
        "Found by search: fifteen inverted residuals whose widths, windows and "
        "activations differ, some weighing their channels by squeeze and excitation. "
        "Hardswish takes over from ReLU where the image is small and channels are "
        "many. Alike neighbours are drawn once and repeated.",
        5_483_032,
        _SCORES,
        "Howard et al. 2019, Searching for MobileNetV3; torchvision",
        mobilenet_v3_large,
    ),
    "shufflenet_v2": Template(
        "ShuffleNetV2 x1.0",
        "Each unit computes on one half of its channels and leaves the other as it is; "
        "then the halves are joined and shuffled, so that the next unit mixes them. "
        "No sums and few groups: it is made for what a telephone really spends time "
        "on. Open stage2, then blocks, to see one unit.",
        2_278_604,
        _SCORES,
        "Ma et al. 2018, ShuffleNet V2: practical guidelines for efficient CNN "
        "architecture design; torchvision",
        shufflenet_v2,
    ),
}
