"""What the use of a block shows: how often it runs, what is set, how much is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.check import Known
from engine.design.block import REPEAT
from engine.design.model import Node

if TYPE_CHECKING:
    from gui.canvas.face import Face
    from gui.canvas.inks import Inks

CARDS = 2  # behind the front one, where it is repeated
RISE, INSET = 5.0, 6.0  # of each card over the one before it
RADIUS = 9.0


def times_of(node: Node, known: Known | None) -> str:
    """×6, of a use that is repeated; what a formula comes to, where that is known."""
    if node.block is None:
        return ""
    count = (known.args if known else node.args).get(REPEAT, 1)
    return f"×{count}" if count != 1 else ""


def block_brief(node: Node, args: object) -> str:
    """What the use sets otherwise than the block; else how many nodes it holds."""
    if node.block is None:
        return ""
    given = dict(args)  # type: ignore[call-overload]
    own = [p for p in node.block.params if given[p.name] != p.default]
    if own:
        return ", ".join(f"{p.name} {given[p.name]}" for p in own)
    inner = node.block.graph.nodes.values()
    count = sum(each.kind not in ("input", "output") for each in inner)
    text = QCoreApplication.translate("canvas", "{count} nodes inside")
    return text.format(count=count)


def paint_stack(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    """The cards behind a repeated block, the farthest first."""
    faded, edge = QColor(colour), QPen(inks.canvas, 1.0)
    for place in range(CARDS, 0, -1):
        faded.setAlphaF(0.75 / (place + 0.5))
        inset, rise = INSET * place, RISE * place
        card = face.body.adjusted(inset, -rise, -inset, -rise)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.canvas)  # what lies behind must not shine through
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        painter.setBrush(faded)
        painter.setPen(edge)
        painter.drawRoundedRect(card, RADIUS, RADIUS)


def paint_times(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    """How often, in a pill on the upper edge."""
    width = inks.width("chip", face.times) + 14
    corner = face.body.topLeft() + QPointF(10, -9)
    pill = QRectF(corner.x(), corner.y(), width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(pill, 9, 9)
    painter.setFont(inks.fonts["chip"])
    painter.setPen(inks.on_badge)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, face.times)


def paint_frame(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    """The second line around a block: it can be opened."""
    inner = face.body.adjusted(3, 12, -3, -3)
    faded = QColor(colour)
    faded.setAlphaF(0.45)
    painter.setPen(faded)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, RADIUS - 3, RADIUS - 3)
