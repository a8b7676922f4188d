"""Convolutions in a row: from digits to ImageNet."""

from __future__ import annotations

from engine.catalog.spec import Init
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import (
    HE_OUT,
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

IMAGE = ("N", 3, 224, 224)
VGG_16 = {64: 2, 128: 2, 256: 3, 512: 3}  # width -> convolutions in its stage
WIDTH = "Channels that leave."


def lenet5() -> Design:
    """LeCun's digits, 28 to a side and padded to the paper's 32."""
    sheet = Sheet()
    x = sheet.input("x", ("N", 1, 28, 28))
    sheet.chain(
        x,
        _lecun(conv(6, 5, "c1", padding=2), 25),
        part("tanh"),
        part("avg_pool2d", "s2", kernel_size=2),
        _lecun(conv(16, 5, "c3"), 6 * 25),
        part("tanh"),
        part("avg_pool2d", "s4", kernel_size=2),
        _lecun(conv(120, 5, "c5"), 16 * 25),
        part("tanh"),
        part("flatten"),
        _lecun(linear(84, "f6"), 120),
        part("tanh"),
        _lecun(linear(10, "output"), 84),
    )
    return sheet.design


def _lecun(what: Part, fan_in: int) -> Part:
    """U(±2.4 / inputs of a unit), as the paper's appendix A has it."""
    bound = round(2.4 / fan_in, 6)
    return what.drawn(weight=init("uniform", a=-bound, b=bound))


def mnist() -> Design:
    """The network of PyTorch's own MNIST example."""
    sheet = Sheet()
    x = sheet.input("x", ("N", 1, 28, 28))
    sheet.chain(
        x,
        conv(32, 3, "conv1"),
        relu(),
        conv(64, 3, "conv2"),
        relu(),
        maxpool(2),
        part("dropout", "dropout1", p=0.25),
        part("flatten"),
        linear(128, "fc1"),
        relu(),
        part("dropout", "dropout2"),
        linear(10, "fc2"),
        part("log_softmax", dim=1),
    )
    return sheet.design


def alexnet() -> Design:
    """Torchvision's: the single tower of 2014, with the weights drawn as in 2012."""
    sheet = Sheet()
    features = sheet.define(
        "Features", _alexnet_features, "Five convolutions find what is where."
    )
    classifier = sheet.define(
        "Classifier",
        lambda body: _classifier(body, 256 * 6 * 6, 0.01, init("ones"), first=True),
        "Three Linear layers say what it is; most of the numbers stand here.",
    )
    x = sheet.input("x", IMAGE)
    sheet.chain(
        x,
        use(features, "features"),
        part("adaptive_avg_pool2d", "avgpool", output_size=6),
        part("flatten"),
        use(classifier, "classifier"),
    )
    return sheet.design


def _alexnet_features(body: Sheet) -> None:
    x = body.input("x", IMAGE)
    small, ones = init("normal", std=0.01), init("ones")
    body.chain(
        x,
        conv(64, 11, "conv1", stride=4, padding=2).drawn(weight=small, bias=ZEROS),
        relu(),
        maxpool(3, 2),
        conv(192, 5, "conv2", padding=2).drawn(weight=small, bias=ones),
        relu(),
        maxpool(3, 2),
        conv(384, 3, "conv3", padding=1).drawn(weight=small, bias=ZEROS),
        relu(),
        conv(256, 3, "conv4", padding=1).drawn(weight=small, bias=ones),
        relu(),
        conv(256, 3, "conv5", padding=1).drawn(weight=small, bias=ones),
        relu(),
        maxpool(3, 2),
    )


def _classifier(
    body: Sheet, features: int, std: float, bias: Init, *, first: bool
) -> None:
    """Two hidden layers of 4096 and the scores; dropout before each, or after."""
    small = init("normal", std=std)
    hidden = [
        (linear(4096, name).drawn(weight=small, bias=bias), relu())
        for name in ("fc6", "fc7")
    ]
    drop = part("dropout")
    parts: list[Part] = []
    for layer, active in hidden:
        parts += [drop, layer, active] if first else [layer, active, drop]
    scores = linear(1000, "fc8").drawn(weight=small, bias=ZEROS)
    body.chain(body.input("x", ("N", features)), *parts, scores)


def vgg16() -> Design:
    """Thirteen 3x3 convolutions in five stages."""
    return _vgg(normed=False)


def vgg16_bn() -> Design:
    """The same with a batch norm after each convolution."""
    return _vgg(normed=True)


def _vgg(*, normed: bool) -> Design:
    sheet = Sheet()
    layer = sheet.define(
        "ConvBNReLU" if normed else "ConvReLU",
        lambda body: _vgg_layer(body, normed=normed),
        "A 3x3 convolution that keeps the image's size.",
        width=(64, WIDTH),
    )
    stage = sheet.define(
        "Stage",
        lambda body: body.chain(
            body.input("x", ("N", 64, 56, 56)),
            use(layer, "layers", width="=width", repeat="=depth"),
            maxpool(2, name="pool"),
        ),
        "Convolutions of one width, then half the size.",
        width=(64, WIDTH),
        depth=(2, "How many convolutions."),
    )
    classifier = sheet.define(
        "Classifier",
        lambda body: _classifier(body, 512 * 7 * 7, 0.01, ZEROS, first=False),
        "Three Linear layers with nine tenths of all numbers.",
    )
    stages = [*VGG_16.items(), (512, 3)]
    sheet.chain(
        sheet.input("x", IMAGE),
        *(
            use(stage, f"stage{place}", width=width, depth=depth)
            for place, (width, depth) in enumerate(stages, 1)
        ),
        part("adaptive_avg_pool2d", "avgpool", output_size=7),
        part("flatten"),
        use(classifier, "classifier"),
    )
    return sheet.design


def _vgg_layer(body: Sheet, *, normed: bool) -> None:
    x = body.input("x", ("N", 64, 56, 56))
    layer = conv("=width", 3, "conv", padding=1).drawn(weight=HE_OUT, bias=ZEROS)
    body.chain(x, layer, *([bn("norm")] if normed else []), relu("relu"))


TEMPLATES = {
    "lenet5": Template(
        "LeNet-5",
        "The network that read cheques: two convolutions of 5x5, each followed by an "
        "average over 2x2, then a convolution that sees all of the image and two "
        "Linear layers. Here every map of C3 sees all maps of S2 and the averages "
        "have no weights, as in most of today's copies; tanh stands for the paper's "
        "scaled one. Weights start uniform in ±2.4 / inputs.",
        61_706,
        (("N", 10),),
        "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to "
        "document recognition",
        lenet5,
    ),
    "mnist": Template(
        "MNIST example",
        "The network of PyTorch's own example for handwritten digits, 99 of 100 right "
        "after a few rounds. Nearly all of its numbers stand in fc1, which sees 9216 "
        "features. It ends in a LogSoftmax, for the negative log-likelihood loss.",
        1_199_882,
        (("N", 10),),
        "PyTorch examples, mnist",
        mnist,
    ),
    "alexnet": Template(
        "AlexNet",
        "The network that won ImageNet in 2012 and began it all, in the form that "
        "torchvision has: one tower instead of two. Five convolutions find features, "
        "three Linear layers with 58 of its 61 million numbers name one of 1000 "
        "classes. Weights start at N(0, 0.01²), some biases at 1, as in the paper.",
        61_100_840,
        (("N", 1000),),
        "Krizhevsky, Sutskever and Hinton 2012; Krizhevsky 2014, One weird trick",
        alexnet,
    ),
    "vgg16": Template(
        "VGG-16",
        "Nothing but 3x3 convolutions, two or three in a row, then half the size and "
        "twice the width: plain depth. Open a stage: its convolution is one block, "
        "repeated. 124 of 138 million numbers stand in the classifier, nearly all of "
        "the work in the stages.",
        138_357_544,
        (("N", 1000),),
        "Simonyan and Zisserman 2014, Very deep convolutional networks; torchvision",
        vgg16,
    ),
    "vgg16_bn": Template(
        "VGG-16 with batch norm",
        "VGG-16 with a batch norm between each convolution and its ReLU, which makes "
        "it train without a careful start. The convolutions keep their biases, though "
        "the norm takes them away again: torchvision's weights have them.",
        138_365_992,
        (("N", 1000),),
        "Simonyan and Zisserman 2014; Ioffe and Szegedy 2015; torchvision",
        vgg16_bn,
    ),
}
