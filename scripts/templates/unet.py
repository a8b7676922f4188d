"""U-Net: down to see the whole, up again to say it of every pixel."""

from __future__ import annotations

from collections.abc import Sequence

from engine.design.model import Design
from scripts.templates.drawing import Setting, Sheet
from scripts.templates.parts import HE_IN, bn, conv, maxpool, part, relu, use
from scripts.templates.template import Template

WIDTHS = (64, 128, 256, 512, 1024)  # from the top to the bottom of the U
CROPS = (88, 40, 16, 4)  # pixels that unpadded convolutions lose, top to bottom
WIDTH = "Channels that leave."


def unet() -> Design:
    """The paper's: no padding, 572 in, 388 out, skips cropped to fit."""
    return _unet(("N", 1, 572, 572), 2, normed=False)


def unet_bn() -> Design:
    """What most people use today: padded, normed, any size that 16 divides."""
    return _unet(("N", 3, 512, 512), 1, normed=True)


def _unet(shape: tuple[int | str, ...], classes: int, *, normed: bool) -> Design:
    sheet = Sheet()
    double = sheet.define(
        "DoubleConv",
        lambda body: _double(body, normed=normed),
        "Two 3x3 convolutions with their ReLUs.",
        width=(64, WIDTH),
    )
    down = sheet.define(
        "Down",
        lambda body: body.chain(
            body.input("x", ("N", 64, 256, 256)),
            maxpool(2, name="pool"),
            use(double, "conv", width="=width"),
        ),
        "Half the size, then two convolutions.",
        width=(128, WIDTH),
    )
    params: dict[str, Setting] = {"width": (64, WIDTH)}
    if not normed:
        params["crop"] = (4, "Pixels cut off each side of what comes across.")
    up = sheet.define(
        "Up",
        lambda body: _up(body, double, cropped=not normed),
        "Twice the size, beside what comes across from the same height of the U.",
        **params,
    )
    _draw_u(sheet, shape, classes, (double, down, up), () if normed else CROPS)
    return sheet.design


def _draw_u(
    sheet: Sheet,
    shape: tuple[int | str, ...],
    classes: int,
    blocks: tuple[str, str, str],
    crops: Sequence[int],
) -> None:
    """Down, and up again beside what was kept on the way."""
    double, down, up = blocks
    x = sheet.input("x", shape)
    skips = [sheet.put(use(double, "inc", width=WIDTHS[0]), x)]
    for row, width in enumerate(WIDTHS[1:], 1):
        skips.append(sheet.put(use(down, f"down{row}", width=width), skips[-1]))
    below = skips.pop()
    for row in range(len(skips) - 1, -1, -1):
        given = {"width": WIDTHS[row], **({"crop": crops[row]} if crops else {})}
        name = f"up{len(WIDTHS) - 1 - row}"
        below = sheet.put(use(up, name, **given), skips[row], below)
    sheet.put(conv(classes, 1, "outc").drawn(weight=HE_IN), below)


def _double(body: Sheet, *, normed: bool) -> None:
    parts = []
    for place in (1, 2):
        layer = conv("=width", 3, f"conv{place}", padding=int(normed), bias=not normed)
        parts += [layer.drawn(weight=HE_IN), *([bn(f"norm{place}")] if normed else [])]
        parts.append(relu(f"relu{place}"))
    body.chain(body.input("x", ("N", 64, 256, 256)), *parts)


def _up(body: Sheet, double: str, *, cropped: bool) -> None:
    across = body.input("across", ("N", 64, 64, 64))
    below = body.input(
        "below", ("N", 128, 28 if cropped else 32, 28 if cropped else 32)
    )
    if cropped:
        across = body.put(part("zero_pad2d", "cut", padding="=-crop"), across)
    grown = part(
        "conv_transpose2d", "up", out_channels="=width", kernel_size=2, stride=2
    )
    raised = body.put(grown.drawn(weight=HE_IN), below)
    body.chain(
        body.put(part("concatenate", "beside"), across, raised),
        use(double, "conv", width="=width"),
    )


TEMPLATES = {
    "unet": Template(
        "U-Net",
        "Finds the outlines of cells: down the U the image shrinks and widens, up the "
        "U it grows again, and at each height what was seen on the way down comes "
        "across, so that the answer is sharp. Convolutions are unpadded as in the "
        "paper: 572 pixels go in, 388 come out, and what comes across is cropped by a "
        "padding below zero. One image in, two scores for each pixel out.",
        31_030_658,
        (("N", 2, 388, 388),),
        "Ronneberger, Fischer and Brox 2015, U-Net",
        unet,
    ),
    "unet_bn": Template(
        "U-Net with batch norm",
        "The U-Net that most people use today: padded convolutions, so that a colour "
        "image of 512 by 512 gives a mask of the same size, with a batch norm in "
        "place of each bias. Any size that 16 divides will do.",
        31_037_633,
        (("N", 1, 512, 512),),
        "Ronneberger, Fischer and Brox 2015, U-Net; Ioffe and Szegedy 2015",
        unet_bn,
    ),
}
