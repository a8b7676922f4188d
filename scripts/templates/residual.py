"""Networks that add what a layer found to what it was given, or keep both."""

from __future__ import annotations

from engine.catalog.spec import Init
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import (
    HE_IN,
    HE_OUT,
    ZEROS,
    Part,
    bn,
    conv,
    linear,
    maxpool,
    part,
    relu,
    use,
)
from scripts.templates.template import Template

IMAGE = ("N", 3, 224, 224)
WIDTH = "Channels of its 3x3 convolutions."
STRIDE = "2 halves height and width, 1 keeps them."
REST = "Blocks after the first."


def plain(
    out: int | str,
    kernel: int,
    name: str,
    stride: int | str = 1,
    weight: Init = HE_OUT,
) -> Part:
    """A convolution beside a batch norm: no bias, as large out as in, He's weights."""
    drawn = conv(out, kernel, name, stride=stride, padding=kernel // 2, bias=False)
    return drawn.drawn(weight=weight)


def resnet18() -> Design:
    """Two basic blocks in each stage."""
    return _plain_resnet((2, 2, 2, 2))


def resnet34() -> Design:
    """Basic blocks, three to six in a stage."""
    return _plain_resnet((3, 4, 6, 3))


def resnet50() -> Design:
    """Bottlenecks, three to six in a stage."""
    sheet = Sheet()
    block = sheet.define(
        "Bottleneck",
        _bottleneck,
        "Three convolutions beside a skip: 1x1 down to width, 3x3, 1x1 up to 4 width.",
        width=(64, WIDTH),
    )
    first = sheet.define(
        "BottleneckDown",
        _bottleneck_down,
        "A Bottleneck whose skip is a 1x1 convolution: other channels, maybe halved.",
        width=(64, WIDTH),
        stride=(2, STRIDE),
    )
    stage = _stage(sheet, first, block, 256)
    x = _stem(sheet)
    for place, count in enumerate((3, 4, 6, 3)):
        x = sheet.put(
            use(
                stage,
                f"layer{place + 1}",
                width=64 << place,
                stride=2 if place else 1,
                rest=count - 1,
            ),
            x,
        )
    _head(sheet, x)
    return sheet.design


def _plain_resnet(counts: tuple[int, ...]) -> Design:
    """A ResNet of basic blocks; the first stage has no projection."""
    sheet = Sheet()
    block = sheet.define(
        "BasicBlock",
        _basic,
        "Two 3x3 convolutions beside a skip.",
        width=(64, WIDTH),
    )
    first = sheet.define(
        "BasicBlockDown",
        _basic_down,
        "A BasicBlock whose skip is a 1x1 convolution: other channels, halved.",
        width=(128, WIDTH),
        stride=(2, STRIDE),
    )
    stage = _stage(sheet, first, block, 64)
    x = sheet.put(use(block, "layer1", width=64, repeat=counts[0]), _stem(sheet))
    for place, count in enumerate(counts[1:], 1):
        named = f"layer{place + 1}"
        x = sheet.put(use(stage, named, width=64 << place, rest=count - 1), x)
    _head(sheet, x)
    return sheet.design


def _stem(sheet: Sheet) -> str:
    return sheet.chain(
        sheet.input("x", IMAGE),
        plain(64, 7, "conv1", 2),
        bn("bn1"),
        relu("relu"),
        maxpool(3, 2, "maxpool", padding=1),
    )


def _head(sheet: Sheet, x: str) -> str:
    return sheet.chain(
        x, part("adaptive_avg_pool2d", "avgpool"), part("flatten"), linear(1000, "fc")
    )


def _stage(sheet: Sheet, first: str, block: str, arriving: int) -> str:
    """A stage: a block that changes the shape, then blocks that keep it."""

    def draw(body: Sheet) -> None:
        body.chain(
            body.input("x", ("N", arriving, 56, 56)),
            use(first, "down", width="=width", stride="=stride"),
            use(block, "blocks", width="=width", repeat="=rest"),
        )

    return sheet.define(
        "Stage",
        draw,
        "The first block changes width and size, the others keep them.",
        width=(128, WIDTH),
        stride=(2, STRIDE),
        rest=(1, REST),
    )


def _basic(body: Sheet) -> None:
    x = body.input("x", ("N", 64, 56, 56))
    _joined(body, x, _twice(body, x))


def _basic_down(body: Sheet) -> None:
    x = body.input("x", ("N", 64, 56, 56))
    path = _twice(body, x, "=stride")
    _joined(body, _projected(body, x, "=width"), path)


def _twice(body: Sheet, x: str, stride: int | str = 1, weight: Init = HE_OUT) -> str:
    """The path of a basic block."""
    return body.chain(
        x,
        plain("=width", 3, "conv1", stride, weight),
        bn("bn1"),
        relu("relu1"),
        plain("=width", 3, "conv2", weight=weight),
        bn("bn2"),
    )


def _bottleneck(body: Sheet) -> None:
    x = body.input("x", ("N", 256, 56, 56))
    _joined(body, x, _narrowed(body, x, 1))


def _bottleneck_down(body: Sheet) -> None:
    x = body.input("x", ("N", 64, 56, 56))
    path = _narrowed(body, x, "=stride")
    _joined(body, _projected(body, x, "=4*width"), path)


def _narrowed(body: Sheet, x: str, stride: int | str) -> str:
    return body.chain(
        x,
        plain("=width", 1, "conv1"),
        bn("bn1"),
        relu("relu1"),
        plain("=width", 3, "conv2", stride),
        bn("bn2"),
        relu("relu2"),
        plain("=4*width", 1, "conv3"),
        bn("bn3"),
    )


def _projected(body: Sheet, x: str, out: str) -> str:
    shortcut = plain(out, 1, "downsample", "=stride")
    return body.chain(x, shortcut, bn("downsample_bn"))


def _joined(body: Sheet, skip: str, path: str) -> str:
    joined = body.put(part("add", "add"), skip, path)
    return body.chain(joined, relu("relu"))


def resnet20() -> Design:
    """Three stages of three blocks, for images of 32 x 32; no convolution in skips."""
    sheet = Sheet()
    block = sheet.define(
        "BasicBlock",
        _small,
        "Two 3x3 convolutions beside a skip.",
        width=(16, WIDTH),
    )
    first = sheet.define(
        "BasicBlockDown",
        _small_down,
        "A BasicBlock that halves the image and doubles the channels.\nIts skip learns "
        "nothing: every second pixel of every second row is kept, and channels of "
        "zeros fill up what is missing.",
        width=(32, WIDTH),
    )

    def stage(body: Sheet) -> None:
        body.chain(
            body.input("x", ("N", 16, 32, 32)),
            use(first, "down", width="=width"),
            use(block, "blocks", width="=width", repeat="=rest"),
        )

    notes = "The first block changes width and size, the others keep them."
    stages = sheet.define("Stage", stage, notes, width=(32, WIDTH), rest=(2, REST))
    sheet.chain(
        sheet.input("x", ("N", 3, 32, 32)),
        plain(16, 3, "conv1", weight=HE_IN),
        bn("bn1"),
        relu("relu"),
        use(block, "layer1", width=16, repeat=3),
        use(stages, "layer2", width=32, rest=2),
        use(stages, "layer3", width=64, rest=2),
        part("adaptive_avg_pool2d", "avgpool"),
        part("flatten"),
        linear(10, "fc").drawn(weight=HE_IN),
    )
    return sheet.design


def _small(body: Sheet) -> None:
    x = body.input("x", ("N", 16, 32, 32))
    _joined(body, x, _twice(body, x, weight=HE_IN))


def _small_down(body: Sheet) -> None:
    x = body.input("x", ("N", 16, 32, 32))
    path = _twice(body, x, 2, HE_IN)
    side = "=width//4"
    skip = body.chain(
        x,
        part("slice", "half_the_rows", dim=2, step=2),
        part("slice", "half_the_columns", dim=3, step=2),
        part("pad", "more_channels", pad=(0, 0, 0, 0, side, side)),
    )
    _joined(body, skip, path)


def densenet121() -> Design:
    """Four blocks of layers that each see all that came before."""
    sheet = Sheet()
    layer = sheet.define(
        "DenseLayer",
        _dense_layer,
        "Finds `growth` new channels and sets them beside all that arrived.",
        growth=(32, "Channels that it adds."),
    )
    transition = sheet.define(
        "Transition",
        _transition,
        "Halves the channels with a 1x1 convolution, and the image with a pool.",
        width=(128, "Channels that leave."),
    )
    x = sheet.chain(
        sheet.input("x", IMAGE),
        plain(64, 7, "conv0", 2, HE_IN),
        bn("norm0"),
        relu("relu0"),
        maxpool(3, 2, "pool0", padding=1),
    )
    for place, (count, width) in enumerate(((6, 128), (12, 256), (24, 512)), 1):
        x = sheet.chain(
            x,
            use(layer, f"denseblock{place}", repeat=count),
            use(transition, f"transition{place}", width=width),
        )
    sheet.chain(
        x,
        use(layer, "denseblock4", repeat=16),
        bn("norm5"),
        relu("relu5"),
        part("adaptive_avg_pool2d", "avgpool"),
        part("flatten"),
        linear(1000, "classifier").drawn(bias=ZEROS),
    )
    return sheet.design


def _dense_layer(body: Sheet) -> None:
    x = body.input("x", ("N", 64, 56, 56))
    found = body.chain(
        x,
        bn("norm1"),
        relu("relu1"),
        plain("=4*growth", 1, "conv1", weight=HE_IN),
        bn("norm2"),
        relu("relu2"),
        plain("=growth", 3, "conv2", weight=HE_IN),
    )
    body.put(part("concatenate", "cat"), x, found)


def _transition(body: Sheet) -> None:
    body.chain(
        body.input("x", ("N", 256, 56, 56)),
        bn("norm"),
        relu("relu"),
        plain("=width", 1, "conv", weight=HE_IN),
        part("avg_pool2d", "pool"),
    )


_RESNET = (
    "A stem of one 7x7 convolution and a pool, four stages of residual blocks, the "
    "average over the image and one Linear. {what} A block adds what it computes to "
    "what it was given, so that gradients pass the additions unweakened and depth "
    "pays. Open layer2: its first block doubles the channels, halves the image, and "
    "takes the skip through a 1x1 convolution."
)
_HE = "He et al. 2015, Deep residual learning for image recognition; torchvision"
_SCORES = (("N", 1000),)

TEMPLATES = {
    "resnet18": Template(
        "ResNet-18",
        _RESNET.format(what="Each stage has two blocks of two 3x3 convolutions."),
        11_689_512,
        _SCORES,
        _HE,
        resnet18,
    ),
    "resnet34": Template(
        "ResNet-34",
        _RESNET.format(
            what="The stages have 3, 4, 6 and 3 blocks of two 3x3 convolutions."
        ),
        21_797_672,
        _SCORES,
        _HE,
        resnet34,
    ),
    "resnet50": Template(
        "ResNet-50",
        _RESNET.format(
            what="The stages have 3, 4, 6 and 3 bottlenecks: 1x1 down to the width, "
            "3x3, 1x1 up to four times the width. The width of each stage can be set."
        ),
        25_557_032,
        _SCORES,
        _HE,
        resnet50,
    ),
    "resnet20_cifar": Template(
        "ResNet-20 for CIFAR",
        "Three stages of three residual blocks for images of 32x32, in 0.27 million "
        "numbers. Its skips learn nothing, not even where the channels double: there "
        "every second pixel is kept and channels of zeros are set beside (option A of "
        "the paper). Open layer2 to see it.",
        269_722,
        (("N", 10),),
        "He et al. 2015, Deep residual learning for image recognition, section 4.2",
        resnet20,
    ),
    "densenet121": Template(
        "DenseNet-121",
        "Each layer sees all that the layers before it in its block have found, and "
        "sets 32 channels of its own beside them: concatenating instead of adding. So "
        "layers can be narrow. A dense block is one layer repeated, whose input grows "
        "from repeat to repeat; between blocks a transition halves channels and image.",
        7_978_856,
        _SCORES,
        "Huang et al. 2017, Densely connected convolutional networks; torchvision",
        densenet121,
    ),
}
