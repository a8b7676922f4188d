"""Draws wires and the shapes on them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.canvas.detail import THIN
from gui.canvas.inks import Inks
from gui.canvas.lettering import CENTRE

LABEL_EDGE = 5.0  # between the text of a pill and its ends


def paint_wire(
    painter: QPainter,
    path: QPainterPath,
    stroke: QPen,
    zoom: float,
    least: float = THIN,
) -> None:
    """The line itself, at least so many pixels wide."""
    if stroke.widthF() * zoom < least:
        stroke = QPen(stroke)
        stroke.setWidthF(least / zoom)
    painter.setPen(stroke)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def paint_label(
    painter: QPainter, at: QPointF, text: str, inks: Inks, *, wrong: bool = False
) -> None:
    """The shape on a wire, in a pill around `at`."""
    box = label_box(at, text, inks)
    painter.setPen(inks.wrong if wrong else inks.card)
    painter.setBrush(inks.ground)
    painter.drawRoundedRect(box, 9, 9)
    painter.setFont(inks.fonts["label"])
    painter.setPen(inks.error if wrong else inks.muted)
    painter.drawText(box, CENTRE, text)


def label_box(at: QPointF, text: str, inks: Inks) -> QRectF:
    """The pill of a label."""
    width = inks.width("label", text) + 2 * LABEL_EDGE
    return QRectF(at.x() - width / 2, at.y() - 9, width, 18)
