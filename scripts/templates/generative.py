"""Networks that make images: DCGAN, an autoencoder and a variational one."""

from __future__ import annotations

from engine.catalog.params import Value
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import Part, bn, conv, init, linear, part, relu, use
from scripts.templates.template import Template

SMALL = init("normal", std=0.02)  # all weights, Radford et al. 2016, section 4
NEAR_ONE = init("normal", mean=1.0, std=0.02)
XAVIER = init("xavier_normal")
WIDTH = "Channels that leave."


def dcgan_generator() -> Design:
    """From 100 numbers to an image of 64x64."""
    sheet = Sheet()

    def draw(body: Sheet) -> None:
        x = body.input("x", ("N", 512, 4, 4))
        layer = _grown("=width", stride="=stride", padding="=padding")
        body.chain(x, layer, bn("norm").drawn(weight=NEAR_ONE), relu("relu"))

    block = sheet.define(
        "Up",
        draw,
        "A transposed convolution of 4x4, a batch norm and a ReLU.",
        width=(512, WIDTH),
        stride=(2, "2 doubles height and width."),
        padding=(1, "Pixels taken off each side.", 0),
    )
    sheet.chain(
        sheet.input("z", ("N", 100, 1, 1)),
        use(block, "up1", width=512, stride=1, padding=0),
        use(block, "up2", width=256),
        use(block, "up3", width=128),
        use(block, "up4", width=64),
        _grown(3, stride=2, padding=1, name="image"),
        part("tanh"),
    )
    return sheet.design


def _grown(out: int | str, name: str = "conv", **rest: Value) -> Part:
    given: dict[str, Value] = {"out_channels": out, "kernel_size": 4, "bias": False}
    return Part("conv_transpose2d", name, {**given, **rest}).drawn(weight=SMALL)


def dcgan_discriminator() -> Design:
    """From an image to how likely it is a real one."""
    sheet = Sheet()
    leaky = part("leaky_relu", negative_slope=0.2)

    def draw(body: Sheet) -> None:
        x = body.input("x", ("N", 64, 32, 32))
        norm = bn("norm").drawn(weight=NEAR_ONE)
        body.chain(x, _shrunk("=width"), norm, leaky)

    block = sheet.define(
        "Down",
        draw,
        "A convolution of 4x4 that halves the size, a batch norm and a leaky ReLU.",
        width=(128, WIDTH),
    )
    sheet.chain(
        sheet.input("x", ("N", 3, 64, 64)),
        _shrunk(64, "down1"),
        leaky,
        use(block, "down2", width=128),
        use(block, "down3", width=256),
        use(block, "down4", width=512),
        conv(1, 4, "score", bias=False).drawn(weight=SMALL),
        part("sigmoid"),
    )
    return sheet.design


def _shrunk(out: int | str, name: str = "conv") -> Part:
    layer = conv(out, 4, name, stride=2, padding=1, bias=False)
    return layer.drawn(weight=SMALL)


def autoencoder() -> Design:
    """784 pixels through 30 numbers and back."""
    sheet = Sheet()
    encoder = sheet.define(
        "Encoder",
        lambda body: body.chain(
            body.input("x", ("N", 784)), *_layers((1000, 500, 250)), _dense(30, "code")
        ),
        "From the image to its code.",
    )
    decoder = sheet.define(
        "Decoder",
        lambda body: body.chain(
            body.input("code", ("N", 30)), *_layers((250, 500, 1000, 784))
        ),
        "From a code to an image.",
    )
    sheet.chain(
        sheet.input("x", ("N", 784)),
        use(encoder, "encoder"),
        use(decoder, "decoder"),
    )
    return sheet.design


def _layers(widths: tuple[int, ...]) -> list[Part]:
    """Linear layers, each with a Sigmoid."""
    parts = []
    for place, width in enumerate(widths, 1):
        parts += [_dense(width, f"fc{place}"), part("sigmoid")]
    return parts


def _dense(width: int, name: str) -> Part:
    return linear(width, name).drawn(weight=XAVIER)


def vae() -> Design:
    """An autoencoder whose code is a bell for each image, with a draw from it."""
    sheet = Sheet()
    x = sheet.input("x", ("N", 784))
    with sheet.framed("Encoder: a bell for each image", "blue"):
        hidden = sheet.chain(x, linear(400, "fc1"), relu())
        mean = sheet.put(linear(20, "fc21"), hidden)
        logvar = sheet.put(linear(20, "fc22"), hidden)
    std = sheet.chain(logvar, part("exp", "variance"), part("sqrt", "std"))
    noise = sheet.input("noise", ("N", 20))
    spread = sheet.put(part("multiply"), std, noise)
    code = sheet.put(part("add"), mean, spread)
    with sheet.framed("Decoder: an image from a code", "amber"):
        image = sheet.chain(
            code, linear(400, "fc3"), relu(), linear(784, "fc4"), part("sigmoid")
        )
    sheet.output(image, "image")
    sheet.output(mean, "mean")
    sheet.output(logvar, "logvar")
    return sheet.design


TEMPLATES = {
    "dcgan_generator": Template(
        "DCGAN generator",
        "Makes an image of 64 by 64 from 100 random numbers: five transposed "
        "convolutions, each twice the size and half the width of the one before, "
        "with batch norms and ReLUs between, Tanh at the end. All weights start at "
        "N(0, 0.02²), those of the norms at N(1, 0.02²). Its opponent is the DCGAN "
        "discriminator.",
        3_576_704,
        (("N", 3, 64, 64),),
        "Radford, Metz and Chintala 2016, Unsupervised representation learning; "
        "PyTorch's DCGAN tutorial",
        dcgan_generator,
    ),
    "dcgan_discriminator": Template(
        "DCGAN discriminator",
        "Says how likely an image of 64 by 64 is a real one: the generator turned "
        "round, with convolutions that step by two instead of pooling, and leaky "
        "ReLUs, so that gradients reach the generator from where it fails.",
        2_765_568,
        (("N", 1, 1, 1),),
        "Radford, Metz and Chintala 2016, Unsupervised representation learning; "
        "PyTorch's DCGAN tutorial",
        dcgan_discriminator,
    ),
    "autoencoder": Template(
        "Autoencoder",
        "Squeezes a digit of 784 pixels into 30 numbers and draws it again from "
        "them: what survives is what the digits have in common. Encoder and decoder "
        "are blocks, so that either can be taken away. The layers are the paper's; "
        "today they need no layer-by-layer training before, a Xavier start is enough.",
        2_837_314,
        (("N", 784),),
        "Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with "
        "neural networks",
        autoencoder,
    ),
    "vae": Template(
        "Variational autoencoder",
        "An autoencoder that gives each image a bell instead of a point: a mean and "
        "the logarithm of a variance for each of 20 numbers. The code is mean + std · "
        "noise, so that gradients pass through the draw; the noise, N(0, 1), comes in "
        "by an Input of its own. Layers as in PyTorch's example.",
        652_824,
        (("N", 784), ("N", 20), ("N", 20)),
        "Kingma and Welling 2014, Auto-encoding variational Bayes; PyTorch examples",
        vae,
    ),
}
