"""First networks: a few Linear layers."""

from __future__ import annotations

from pathlib import Path

from engine.design.file import load
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import HE_IN, init, linear, part, relu
from scripts.templates.template import Template


def tutorial() -> Design:
    """The one that opens first; it was drawn by hand."""
    return load(Path(__file__).parents[2] / "resources/examples/tutorial.fanin")


def mlp() -> Design:
    """Digits by two hidden layers of 512."""
    sheet = Sheet()
    x = sheet.input("x", ("N", 784))
    with sheet.framed("Hidden layers: a straight map, then a bend, twice", "blue"):
        x = sheet.chain(
            x,
            linear(512, "fc1").drawn(weight=HE_IN),
            relu(),
            linear(512, "fc2").drawn(weight=HE_IN),
            relu(),
        )
    sheet.chain(x, linear(10, "fc3"))
    return sheet.design


def xor() -> Design:
    """Exclusive or."""
    sheet = Sheet()
    x = sheet.input("x", ("N", 2))
    xavier = init("xavier_uniform")
    with sheet.framed("Bends the plane", "blue"):
        x = sheet.chain(x, linear(2, "hidden").drawn(weight=xavier), part("tanh"))
    with sheet.framed("Cuts it once", "amber"):
        sheet.chain(x, linear(1, "out").drawn(weight=xavier), part("sigmoid"))
    return sheet.design


TEMPLATES = {
    "tutorial": Template(
        "Tutorial",
        "A first network: three features in, two hidden layers, two classes out.",
        26,
        (("N", 2),),
        "3·3 + 3 + 3·2 + 2 + 2·2 + 2",
        tutorial,
    ),
    "mlp": Template(
        "MLP 784-512-512-10",
        "Pixels of a digit as one long vector, two hidden layers, ten scores. Almost "
        "all of its numbers stand in the first two layers: look at the shares in the "
        "summary. The scores leave as they are, for a cross-entropy loss.",
        669_706,
        (("N", 10),),
        "784·512 + 512 + 512·512 + 512 + 512·10 + 10",
        mlp,
    ),
    "xor": Template(
        "XOR",
        "The smallest problem that no single layer solves: true where exactly one of "
        "two inputs is. Two hidden units bend the plane so that one line cuts it.",
        9,
        (("N", 1),),
        "Rumelhart, Hinton and Williams 1986, Learning internal representations by "
        "error propagation",
        xor,
    ),
}
