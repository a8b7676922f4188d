"""Text on nodes: names that stay readable while the node gets smaller."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.canvas.detail import NAMES, READABLE, STEADY, seen
from gui.canvas.inks import TYPE, Inks

HALF = Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | HALF
RIGHT = Qt.AlignmentFlag.AlignRight | HALF
ABOVE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
CENTRE = Qt.AlignmentFlag.AlignCenter
LEADING = 1.3  # height of a line, of the letters' size
GONE = READABLE - 1.5  # pixels: letters of this size are not drawn
SHOWN = 0.3, 0.5  # of a name that must be left of it when it is cut


class Fit(NamedTuple):
    """How a name is written: how much larger than usual, how strongly, and what."""

    scale: float
    shows: float
    text: str


def fit(inks: Inks, role: str, text: str, zoom: float, wide: float, high: float) -> Fit:
    """Write a name as large as its room lets it, where else it would be too small.

    Args:
        inks: measures it.
        role: of the type scale.
        text: the name.
        zoom: pixels of the screen to one of the scene.
        wide: the room it has, in scene units.
        high: likewise.
    """
    size, length = TYPE[role][0], max(inks.width(role, text), 1.0)
    most = high / (size * LEADING)
    scale = max(1.0, min(STEADY / (size * zoom), most))
    if length * scale > wide:  # rather smaller than cut, while it can be read
        least = max(1.0, READABLE / (size * zoom))
        scale = min(scale, max(least, wide / length))
    share = min(1.0, wide / (length * scale))
    shows = seen(NAMES, zoom) * seen((GONE, READABLE), size * scale * zoom)
    if share < 1.0 and zoom < 1.0:
        shows *= max(seen(SHOWN, share), seen((0.5, 0.7), zoom))
    return Fit(
        scale, shows, text if share == 1.0 else inks.cut(role, text, wide / scale)
    )


def write(
    painter: QPainter,
    inks: Inks,
    role: str,
    colour: QColor,
    where: QRectF,
    align: Qt.AlignmentFlag,
    text: str,
) -> None:
    """A line of text in its usual size, cut where it has no room."""
    painter.setFont(inks.fonts[role])
    painter.setPen(colour)
    painter.drawText(where, align, inks.elided(role, text, where.width()))


def write_fitted(
    painter: QPainter,
    inks: Inks,
    role: str,
    colour: QColor,
    where: QRectF,
    align: Qt.AlignmentFlag,
    how: Fit,
) -> None:
    """A name as `fit` found it, in its room."""
    if not how.shows:
        return
    opacity = painter.opacity()
    painter.setOpacity(opacity * how.shows)
    painter.setFont(inks.fonts[role])
    painter.setPen(colour)
    if how.scale == 1.0:
        painter.drawText(where, align, how.text)
    else:
        painter.save()
        painter.translate(where.topLeft())
        painter.scale(how.scale, how.scale)
        room = QRectF(0, 0, where.width() / how.scale, where.height() / how.scale)
        painter.drawText(room, align, how.text)
        painter.restore()
    painter.setOpacity(opacity)


def faded(painter: QPainter, shows: float) -> float:
    """Draw more weakly from here on; what to hand to `setOpacity` afterwards."""
    opacity = painter.opacity()
    if shows < 1.0:
        painter.setOpacity(opacity * shows)
    return opacity
