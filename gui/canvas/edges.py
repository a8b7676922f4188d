"""Draws what sits on a node's edge: ports, badges, signs of being held still."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.errors import Severity
from gui.canvas.face import Dot, Face
from gui.canvas.inks import Inks, pen
from gui.canvas.lettering import LEFT, RIGHT, write
from gui.canvas.mood import Mood


def paint_port_names(painter: QPainter, face: Face, inks: Inks) -> None:
    half = face.body.width() / 2 - 11
    for dot in face.dots:
        ink = inks.faint if dot.port.optional else inks.muted
        left = dot.x + 10 if dot.entering else dot.x - 10 - half
        where = QRectF(left, dot.y - 9, half, 18)
        align = LEFT if dot.entering else RIGHT
        write(painter, inks, "label", ink, where, align, dot.port.name)


def paint_dots(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, mood: Mood
) -> None:
    painter.setBrush(inks.ground)
    plain = pen(colour, 1.8)
    shy = pen(inks.faint, 1.4)
    wanted, unused = pen(inks.error, 1.8), pen(inks.warning, 1.8)
    for dot in face.dots:
        key = (dot.port.name, dot.entering)
        if mood.lit and key in mood.lit:
            painter.setPen(inks.halo)
            painter.setBrush(inks.accent)
            painter.drawEllipse(dot.at, 6.0, 6.0)
            painter.setBrush(inks.ground)
            continue
        if key not in mood.wired and _wanted(face, dot):
            painter.setPen(wanted if dot.entering else unused)
            painter.drawEllipse(dot.at, 5.0, 5.0)
            continue
        quiet = dot.port.optional and key not in mood.wired
        painter.setPen(shy if quiet else plain)
        size = 3.5 if quiet else 4.5
        painter.drawEllipse(dot.at, size, size)


def _wanted(face: Face, dot: Dot) -> bool:
    """Whether the node is unfinished until a wire comes to this port."""
    side = "input" if dot.entering else "output"
    return face.lacks == side and not dot.port.optional


def paint_badge(painter: QPainter, face: Face, inks: Inks) -> None:
    """A disc at the corner: what is wrong, unwise, or might be better."""
    corner = face.body.topRight() + QPointF(-4, 3)
    if face.worst is Severity.ADVICE:
        painter.setPen(pen(inks.canvas, 1.5))
        painter.setBrush(inks.accent)
        painter.drawEllipse(corner, 4.5, 4.5)
        return
    colour = inks.error if face.worst is Severity.ERROR else inks.warning
    painter.setPen(pen(inks.canvas, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(corner, 8.0, 8.0)
    # The mark is drawn, so that it sits in the middle with every font.
    painter.setPen(pen(inks.on_badge, 2.0))
    painter.drawLine(corner + QPointF(0, -3.6), corner + QPointF(0, 0.6))
    painter.drawPoint(corner + QPointF(0, 3.8))


def paint_link(painter: QPainter, at: QPointF, inks: Inks) -> None:
    """A disc with two links of a chain: it has a tensor with another node."""
    painter.setPen(pen(inks.accent, 1.2))
    painter.setBrush(inks.node)
    painter.drawEllipse(at, 8.0, 8.0)
    painter.save()
    painter.translate(at)
    painter.rotate(-45)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for left in (-5.4, -1.0):
        painter.drawRoundedRect(QRectF(left, -2.2, 6.4, 4.4), 2.2, 2.2)
    painter.restore()


def paint_snowflake(painter: QPainter, at: QPointF, inks: Inks) -> None:
    """A disc with six arms: what it has learned is held still."""
    painter.setPen(pen(inks.accent, 1.2))
    painter.setBrush(inks.node)
    painter.drawEllipse(at, 8.0, 8.0)
    painter.save()
    painter.translate(at)
    for _ in range(6):
        painter.drawLine(QPointF(0, 0), QPointF(0, -5.2))
        painter.drawLine(QPointF(0, -3.2), QPointF(-1.6, -4.8))
        painter.drawLine(QPointF(0, -3.2), QPointF(1.6, -4.8))
        painter.rotate(60)
    painter.restore()


def paint_lost(painter: QPainter, face: Face, inks: Inks, text: str) -> None:
    """A pill at the upper edge, away from the name below: how much is lost here."""
    wide = inks.width("chip", text) + 14
    at = QPointF(face.body.center().x() - wide / 2, face.body.top() - 9)
    box = QRectF(at.x(), at.y(), wide, 17)
    painter.setPen(pen(inks.canvas, 1.5))
    painter.setBrush(inks.error)
    painter.drawRoundedRect(box, 8.5, 8.5)
    painter.setFont(inks.fonts["chip"])
    painter.setPen(inks.on_badge)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
