"""Inverted residuals: what the networks for telephones are made of."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog.params import Value
from scripts.templates.drawing import Sheet
from scripts.templates.parts import HE_OUT, ZEROS, Part, conv, part, use

Knobs = tuple[int, str]  # what each use may set: the default, and a line about it

IMAGE = ("N", 3, 224, 224)

EXPANSION = (6, "How many times more channels it has inside.")
STRIDE = (2, "2 halves height and width, 1 keeps them.")
KERNEL = (3, "Side of the depthwise convolution's window.")
REST = (1, "Blocks after the first.")
ARRIVING, LEAVING = "Channels that arrive.", "Channels that leave."


def narrow(
    out: int | str, kernel: int | str, name: str, stride: int | str = 1, **rest: Value
) -> Part:
    """A convolution before a batch norm that keeps the size but for its stride."""
    side: int | str = kernel // 2 if isinstance(kernel, int) else f"{kernel}//2"
    drawn = conv(out, kernel, name, stride=stride, padding=side, bias=False, **rest)
    return drawn.drawn(weight=HE_OUT)


def depthwise(
    channels: int | str, kernel: int | str, stride: int | str = 1, name: str = ""
) -> Part:
    """A convolution of each channel by itself."""
    return narrow(channels, kernel, name or "depthwise", stride, groups=channels)


def pooled() -> tuple[Part, ...]:
    """The average over the image, as one vector."""
    return part("adaptive_avg_pool2d", "avgpool"), part("flatten")


def skipped(
    sheet: Sheet, inner: str, name: str, given: Mapping[str, Value], **knobs: Knobs
) -> str:
    """A block beside a skip: as many channels and pixels out as in."""
    path = sheet.design.blocks[inner]

    def draw(body: Sheet) -> None:
        x = body.input("x", ("N", knobs["width"][0], 28, 28))
        through = {knob: f"={knob}" for knob in knobs}
        found = body.put(use(inner, "path", **through, **given), x)
        body.put(part("add", "add"), x, found)

    notes = f"Adds to what arrives what {path.name} makes of it."
    return sheet.define(name, draw, notes, **knobs)


def staged(
    sheet: Sheet, first: str, rest: str, own: Mapping[str, Knobs], **both: Knobs
) -> str:
    """A stage: a block that changes the shape, then blocks that keep it.

    Args:
        sheet: of the network.
        first: the block that it begins with.
        rest: the block that is repeated.
        own: what only the first takes.
        both: what both take.
    """

    def draw(body: Sheet) -> None:
        alike = {knob: f"={knob}" for knob in both}
        only = {knob: f"={knob}" for knob in own}
        body.chain(
            body.input("x", ("N", own["channels"][0], 56, 56)),
            use(first, "first", **alike, **only),
            use(rest, "blocks", **alike, repeat="=rest"),
        )

    notes = "The first block changes channels and size, the others keep them."
    return sheet.define("Stage", draw, notes, **own, **both, rest=REST)


def squeeze_excitation(
    sheet: Sheet, act: str, gate: str, channels: int, squeeze: int
) -> str:
    """A block that weighs channels by what the whole image shows."""

    def draw(body: Sheet) -> None:
        x = body.input("x", ("N", channels, 28, 28))
        weights = body.chain(
            x,
            part("adaptive_avg_pool2d", "avgpool"),
            conv("=squeeze", 1, "fc1").drawn(weight=HE_OUT, bias=ZEROS),
            part(act),
            conv("=channels", 1, "fc2").drawn(weight=HE_OUT, bias=ZEROS),
            part(gate),
        )
        body.put(part("multiply", "scale"), x, weights)

    return sheet.define(
        "SqueezeExcitation",
        draw,
        "Weighs each channel by what the whole image shows.\nThe average of every "
        "channel, through two 1x1 convolutions, says how much of each passes.",
        channels=(channels, "Channels that arrive, and leave."),
        squeeze=(squeeze, "Channels between the two convolutions."),
    )
