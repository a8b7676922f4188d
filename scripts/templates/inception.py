"""Several kernels side by side: GoogLeNet and Inception v3."""

from __future__ import annotations

from engine.catalog.params import Value
from engine.catalog.spec import Init
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import (
    Part,
    bn,
    init,
    linear,
    maxpool,
    part,
    relu,
    use,
)
from scripts.templates.template import Template

# 1x1, 3x3 from, 3x3, 5x5 from, 5x5, pooled: channels, as the paper's table 1 has them
GOOGLENET: dict[str, tuple[int, ...]] = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}
BRANCHES = {
    "ch1x1": "Channels of the 1x1 branch.",
    "ch3x3red": "Channels that the 3x3 sees.",
    "ch3x3": "Channels of the 3x3 branch.",
    "ch5x5red": "Channels that the second 3x3 sees.",
    "ch5x5": "Channels of that branch.",
    "pool_proj": "Channels of the pooled branch.",
}

ENTERING = {3: ("N", 192, 28, 28), 4: ("N", 480, 14, 14), 5: ("N", 832, 7, 7)}
UNIT = "A convolution, a batch norm and a ReLU."
WIDTH = "Channels that leave."


def googlenet() -> Design:
    """Torchvision's: batch norms, and a 3x3 where the paper has its 5x5."""
    sheet = Sheet()
    weight = init("trunc_normal", std=0.01)
    unit = sheet.define(
        "BasicConv2d",
        lambda body: _unit(
            body,
            weight,
            ("=kernel", "=kernel"),
            ("=kernel//2", "=kernel//2"),
            "=stride",
        ),
        UNIT,
        width=(64, WIDTH),
        kernel=(1, "Side of the kernel; the size stays as it is."),
        stride=(1, "2 halves height and width."),
    )
    widths = zip(BRANCHES, GOOGLENET["inception3a"], strict=True)
    mixed = sheet.define(
        "Inception",
        lambda body: _mixed(body, unit),
        "Four branches see the same maps; what they find is put side by side.",
        **{name: (width, BRANCHES[name]) for name, width in widths},
    )

    def stage(number: int) -> Part:
        parts = [
            use(mixed, name, **dict(zip(BRANCHES, channels, strict=True)))
            for name, channels in GOOGLENET.items()
            if name.startswith(f"inception{number}")
        ]
        block = sheet.define(
            f"Stage{number}",
            lambda body: body.chain(body.input("x", ENTERING[number]), *parts),
            "Inception modules one after another, on images of one size.",
        )
        return use(block, f"stage{number}")

    sheet.chain(
        sheet.input("x", ("N", 3, 224, 224)),
        use(unit, "conv1", width=64, kernel=7, stride=2),
        maxpool(3, 2, "maxpool1", ceil_mode=True),
        use(unit, "conv2", width=64),
        use(unit, "conv3", width=192, kernel=3),
        maxpool(3, 2, "maxpool2", ceil_mode=True),
        stage(3),
        maxpool(3, 2, "maxpool3", ceil_mode=True),
        stage(4),
        maxpool(2, 2, "maxpool4", ceil_mode=True),
        stage(5),
        part("adaptive_avg_pool2d", "avgpool"),
        part("flatten"),
        part("dropout", p=0.2),
        linear(1000, "fc").drawn(weight=weight),
    )
    return sheet.design


def _unit(
    body: Sheet,
    weight: Init,
    kernel: tuple[int | str, int | str],
    padding: tuple[int | str, int | str],
    stride: int | str = 1,
) -> None:
    """What both are made of: convolution, batch norm, ReLU."""
    x = body.input("x", ("N", 64, 56, 56))
    given: dict[str, Value] = {"padding": padding, "stride": stride, "bias": False}
    layer = Part(
        "conv2d", "conv", {"out_channels": "=width", "kernel_size": kernel, **given}
    )
    body.chain(x, layer.drawn(weight=weight), bn("bn", eps=0.001), relu("relu"))


def _mixed(body: Sheet, unit: str) -> None:
    """GoogLeNet's module."""
    x = body.input("x", ("N", 192, 28, 28))
    ends = [
        body.chain(x, *parts)
        for parts in (
            [use(unit, "branch1", width="=ch1x1")],
            [
                use(unit, "branch2a", width="=ch3x3red"),
                use(unit, "branch2b", width="=ch3x3", kernel=3),
            ],
            [
                use(unit, "branch3a", width="=ch5x5red"),
                use(unit, "branch3b", width="=ch5x5", kernel=3),
            ],
            [
                maxpool(3, 1, "branch4a", padding=1, ceil_mode=True),
                use(unit, "branch4b", width="=pool_proj"),
            ],
        )
    ]
    body.put(_joined(4), *ends)


def _joined(count: int) -> Part:
    return part("concatenate", inputs=count)


def inception_v3() -> Design:
    """Torchvision's, without the auxiliary classifier."""
    sheet = Sheet()
    weight = init("trunc_normal", std=0.1)
    unit = sheet.define(
        "BasicConv2d",
        lambda body: _unit(body, weight, ("=high", "=wide"), ("=high//2", "=wide//2")),
        f"{UNIT} The image keeps its size.",
        width=(64, WIDTH),
        high=(1, "Height of the kernel."),
        wide=(1, "Width of the kernel."),
    )
    bare = sheet.define(
        "UnpaddedConv2d",
        lambda body: _unit(body, weight, (3, 3), (0, 0), "=stride"),
        f"{UNIT} Its kernel of 3x3 stays within the image, which loses its edge.",
        width=(64, WIDTH),
        stride=(2, "2 halves height and width."),
    )
    modules = _Modules(unit, bare)
    stem = sheet.define(
        "Stem", modules.stem, "From 299x299 to 35x35 before the first module."
    )
    a = sheet.define(
        "InceptionA",
        modules.a,
        "35x35: kernels of 1, 5 and twice 3.",
        pool_features=(32, "Channels of the pooled branch."),
    )
    b = sheet.define("InceptionB", modules.b, "From 35x35 to 17x17.")
    c = sheet.define(
        "InceptionC",
        modules.c,
        "17x17: kernels of 1x7 and 7x1 in turn, a 7x7 for less.",
        channels_7x7=(128, "Channels between the long kernels."),
    )
    d = sheet.define("InceptionD", modules.d, "From 17x17 to 8x8.")
    e = sheet.define("InceptionE", modules.e, "8x8: 1x3 and 3x1 side by side.")
    sheet.chain(
        sheet.input("x", ("N", 3, 299, 299)),
        use(stem, "stem"),
        use(a, "Mixed_5b", pool_features=32),
        use(a, "Mixed_5c", pool_features=64, repeat=2),
        use(b, "Mixed_6a"),
        use(c, "Mixed_6b", channels_7x7=128),
        use(c, "Mixed_6c", channels_7x7=160, repeat=2),
        use(c, "Mixed_6e", channels_7x7=192),
        use(d, "Mixed_7a"),
        use(e, "Mixed_7b", repeat=2),
        part("adaptive_avg_pool2d", "avgpool"),
        part("dropout"),
        part("flatten"),
        linear(1000, "fc").drawn(weight=weight),
    )
    return sheet.design


class _Modules:
    """The five modules of Inception v3 and the stem, each a body to draw."""

    def __init__(self, unit: str, bare: str) -> None:
        self._unit, self._bare = unit, bare

    def stem(self, body: Sheet) -> None:
        body.chain(
            body.input("x", ("N", 3, 299, 299)),
            self._halving("Conv2d_1a_3x3", 32),
            use(self._bare, "Conv2d_2a_3x3", width=32, stride=1),
            self._conv("Conv2d_2b_3x3", 64, 3, 3),
            maxpool(3, 2, "maxpool1"),
            self._conv("Conv2d_3b_1x1", 80),
            use(self._bare, "Conv2d_4a_3x3", width=192, stride=1),
            maxpool(3, 2, "maxpool2"),
        )

    def a(self, body: Sheet) -> None:
        self._branches(
            body,
            ("N", 192, 35, 35),
            [self._conv("branch1x1", 64)],
            [self._conv("branch5x5_1", 48), self._conv("branch5x5_2", 64, 5, 5)],
            [
                self._conv("branch3x3dbl_1", 64),
                self._conv("branch3x3dbl_2", 96, 3, 3),
                self._conv("branch3x3dbl_3", 96, 3, 3),
            ],
            [_average(), self._conv("branch_pool", "=pool_features")],
        )

    def b(self, body: Sheet) -> None:
        self._branches(
            body,
            ("N", 288, 35, 35),
            [self._halving("branch3x3", 384)],
            [
                self._conv("branch3x3dbl_1", 64),
                self._conv("branch3x3dbl_2", 96, 3, 3),
                self._halving("branch3x3dbl_3", 96),
            ],
            [maxpool(3, 2, "branch_pool")],
        )

    def c(self, body: Sheet) -> None:
        between = "=channels_7x7"
        self._branches(
            body,
            ("N", 768, 17, 17),
            [self._conv("branch1x1", 192)],
            [
                self._conv("branch7x7_1", between),
                self._conv("branch7x7_2", between, 1, 7),
                self._conv("branch7x7_3", 192, 7, 1),
            ],
            [
                self._conv("branch7x7dbl_1", between),
                self._conv("branch7x7dbl_2", between, 7, 1),
                self._conv("branch7x7dbl_3", between, 1, 7),
                self._conv("branch7x7dbl_4", between, 7, 1),
                self._conv("branch7x7dbl_5", 192, 1, 7),
            ],
            [_average(), self._conv("branch_pool", 192)],
        )

    def d(self, body: Sheet) -> None:
        self._branches(
            body,
            ("N", 768, 17, 17),
            [self._conv("branch3x3_1", 192), self._halving("branch3x3_2", 320)],
            [
                self._conv("branch7x7x3_1", 192),
                self._conv("branch7x7x3_2", 192, 1, 7),
                self._conv("branch7x7x3_3", 192, 7, 1),
                self._halving("branch7x7x3_4", 192),
            ],
            [maxpool(3, 2, "branch_pool")],
        )

    def e(self, body: Sheet) -> None:
        """The two branches in the middle fork again."""
        x = body.input("x", ("N", 1280, 8, 8))
        one = body.chain(x, self._conv("branch1x1", 320))
        three = body.chain(x, self._conv("branch3x3_1", 384))
        double = body.chain(
            x,
            self._conv("branch3x3dbl_1", 448),
            self._conv("branch3x3dbl_2", 384, 3, 3),
        )
        pooled = body.chain(x, _average(), self._conv("branch_pool", 192))
        ends = [one]
        for source, name in ((three, "branch3x3_2"), (double, "branch3x3dbl_3")):
            flat = self._conv(f"{name}a", 384, 1, 3)
            tall = self._conv(f"{name}b", 384, 3, 1)
            ends.append(body.put(flat, source))
            ends.append(body.put(tall, source))
        body.put(_joined(6), *ends, pooled)

    def _conv(self, name: str, width: int | str, high: int = 1, wide: int = 1) -> Part:
        return use(self._unit, name, width=width, high=high, wide=wide)

    def _halving(self, name: str, width: int) -> Part:
        return use(self._bare, name, width=width, stride=2)

    def _branches(
        self, body: Sheet, shape: tuple[int | str, ...], *branches: list[Part]
    ) -> None:
        x = body.input("x", shape)
        ends = [body.chain(x, *parts) for parts in branches]
        body.put(_joined(len(ends)), *ends)


def _average() -> Part:
    return part("avg_pool2d", "pool", kernel_size=3, stride=1, padding=1)


TEMPLATES = {
    "googlenet": Template(
        "GoogLeNet",
        "Which kernel is right? All of them: each Inception module has four branches "
        "and puts their maps side by side, with 1x1 convolutions in front that keep "
        "the work small. Nine uses of one block, each with six widths of its own, and "
        "fewer numbers than a ninth of AlexNet's. As in torchvision, with batch norms, "
        "without the auxiliary classifiers, and with a 3x3 where the paper has 5x5.",
        6_624_904,
        (("N", 1000),),
        "Szegedy et al. 2014, Going deeper with convolutions; torchvision",
        googlenet,
    ),
    "inception_v3": Template(
        "Inception v3",
        "GoogLeNet's idea taken apart further: a 5x5 becomes two 3x3, a 7x7 becomes a "
        "1x7 and a 7x1. Five kinds of modules, from 35x35 down to 8x8, named as in "
        "torchvision; alike ones that follow each other are one, repeated. Without the "
        "auxiliary classifier. Mind the input: 299 to a side.",
        23_834_568,
        (("N", 1000),),
        "Szegedy et al. 2015, Rethinking the Inception architecture; torchvision",
        inception_v3,
    ),
}
