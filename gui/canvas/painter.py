"""Draws nodes: the same strokes on the canvas and in exported pictures.

What is drawn fades with the zoom, see `detail`; what stands within a node's shape is in
`insides`, what sits on its edge in `marks`.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.design.block import KIND
from engine.errors import Severity
from gui.canvas.block_face import paint_frame, paint_stack, paint_times
from gui.canvas.detail import CARD, DOTS, FAR, RING, SMALL, seen
from gui.canvas.edges import (
    paint_badge,
    paint_dots,
    paint_link,
    paint_lost,
    paint_port_names,
    paint_snowflake,
)
from gui.canvas.face import STRIP, Face
from gui.canvas.inks import Inks, pen
from gui.canvas.insides import INSIDE
from gui.canvas.lettering import faded
from gui.canvas.mood import CALM, Mood

CORNER = 9.0
FORMS = 500  # of strips that are remembered
FADED = 0.4  # of what does not fit what is dragged
PALE = 0.28  # by which a node that waits for its shapes is paler
BOLD = 2.0  # pixels: least width of what must be seen from afar

_strips: dict[tuple[str, bool, float, float, float], QPainterPath] = {}


def paint_node(
    painter: QPainter, face: Face, inks: Inks, zoom: float, mood: Mood = CALM
) -> None:
    """The whole node, around the painter's origin."""
    colour = inks.family(face.family)
    card, marks = seen(CARD, zoom), seen(DOTS, zoom)
    whole = given = painter.opacity()
    if mood.lit is not None and not mood.lit:
        given *= FADED  # nothing here fits what is dragged
    pale = PALE * card if face.state == "waiting" else 0.0
    painter.setOpacity(given * (1.0 - pale))
    if face.times and marks:
        opacity = faded(painter, marks)
        paint_stack(painter, face, inks, colour)
        painter.setOpacity(opacity)
    _shape(painter, face, inks, zoom, mood)
    if zoom > FAR:
        _inside(painter, face, inks, zoom)
    painter.setOpacity(given)
    if marks or mood.lit is not None:
        _edge(painter, face, inks, mood, 1.0 if mood.lit is not None else marks)
    painter.setOpacity(whole)


def _inside(painter: QPainter, face: Face, inks: Inks, zoom: float) -> None:
    colour = inks.family(face.family)
    small = seen(SMALL, zoom)
    if face.kind == KIND and small:
        opacity = faded(painter, small)
        paint_frame(painter, face, inks, colour)
        painter.setOpacity(opacity)
    INSIDE[face.form](painter, face, inks, colour, zoom)
    if face.named and small:
        opacity = faded(painter, small)
        paint_port_names(painter, face, inks)
        painter.setOpacity(opacity)


def _edge(painter: QPainter, face: Face, inks: Inks, mood: Mood, shows: float) -> None:
    """How often it runs, its ports, what is wrong with it and whether it is frozen."""
    colour = inks.family(face.family)
    opacity = faded(painter, shows)
    if face.times:
        paint_times(painter, face, inks, colour)
    paint_dots(painter, face, inks, colour, mood)
    if face.worst is not None:
        paint_badge(painter, face, inks)
    if face.frozen:
        paint_snowflake(painter, face.body.topLeft() + QPointF(5, 3), inks)
    if face.shares:
        beside = 16 if face.frozen else 0
        paint_link(painter, face.body.topLeft() + QPointF(5 + beside, 3), inks)
    if mood.lost:
        paint_lost(painter, face, inks, mood.lost)
    painter.setOpacity(opacity)


def _outline(face: Face, zoom: float, grow: float = 0.0) -> QPainterPath:
    """The shape of the node, or one that lies `grow` outside it."""
    card = seen(CARD, zoom)
    if not card:
        return _block(face, grow)
    body = face.body.adjusted(-grow, -grow, grow, grow)
    if face.form == "tag":
        return _tag(body, card, outward=face.kind == "input", grow=grow)
    path = QPainterPath()
    radius = {"curve": 15.0, "sign": 22.0, "chip": 14.0}.get(face.form, CORNER)
    radius = card * (radius + grow)
    path.addRoundedRect(body, radius, radius)
    return path


def _block(face: Face, grow: float) -> QPainterPath:
    """The rectangle that every shape is from far away."""
    path = QPainterPath()
    path.addRect(face.body.adjusted(-grow, -grow, grow, grow))
    return path


def _tag(body: QRectF, card: float, *, outward: bool, grow: float) -> QPainterPath:
    """Round on the side that faces the world: an input's left, an output's right."""
    big = card * min(body.height() / 2, 28.0 + grow)
    small = card * (CORNER + grow)
    left, right = (big, small) if outward else (small, big)
    path = QPainterPath(QPointF(body.left() + left, body.top()))
    for x, y, radius, start in (
        (body.right(), body.top(), right, 90),
        (body.right(), body.bottom(), right, 0),
        (body.left(), body.bottom(), left, 270),
        (body.left(), body.top(), left, 180),
    ):
        corner = QRectF(0, 0, 2 * radius, 2 * radius)
        if x == body.left():
            corner.moveLeft(x)
        else:
            corner.moveRight(x)
        if y == body.top():
            corner.moveTop(y)
        else:
            corner.moveBottom(y)
        path.arcTo(corner, start, -90)
    path.closeSubpath()
    return path


def _shape(painter: QPainter, face: Face, inks: Inks, zoom: float, mood: Mood) -> None:
    """Ground, coloured strip, outline and what surrounds it."""
    colour, card = inks.family(face.family), seen(CARD, zoom)
    path = _outline(face, zoom)
    _surround(painter, face, inks, zoom, mood)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = mixed(colour, inks.node, card)
    painter.setBrush(ground if mood.heat is None else inks.heated(mood.heat))
    painter.drawPath(path)
    if card and face.form in ("card", "tag"):
        painter.setBrush(colour)
        painter.drawPath(_strip(face, path, card))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge = _line(face, inks, zoom, mood)
    if edge is not None:
        painter.setPen(edge)
        painter.drawPath(path)


def _surround(
    painter: QPainter, face: Face, inks: Inks, zoom: float, mood: Mood
) -> None:
    """What was found, selected or is aimed at stands out from the others."""
    card = seen(CARD, zoom)
    afar = (1.0 - card) * RING / zoom
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mood.found:
        painter.setPen(_bold(inks.found, zoom))
        painter.drawPath(_outline(face, zoom, 6.0 * card + 2 * afar))
    if mood.selected or mood.target:
        painter.setPen(_bold(inks.halo, zoom))
        painter.drawPath(_outline(face, zoom, 3.0 * card + afar))


def _line(face: Face, inks: Inks, zoom: float, mood: Mood) -> QPen | None:
    """The outline; from far away only what is wrong has one."""
    if face.worst is Severity.ERROR:
        return _bold(inks.wrong, zoom)
    if mood.hovered:
        return _bold(inks.hover, zoom)
    card = seen(CARD, zoom)
    if not card:
        return None
    edge = inks.card
    if face.form in ("sign", "chip"):
        edge = pen(inks.family(face.family), 1.4)
    if card < 1.0:
        edge = QPen(edge)
        colour = edge.color()
        colour.setAlphaF(colour.alphaF() * card)
        edge.setColor(colour)
    return edge


def _bold(line: QPen, zoom: float) -> QPen:
    """A line that can be seen at this zoom."""
    if line.widthF() * zoom >= BOLD or zoom >= 0.8:
        return line
    wide = QPen(line)
    wide.setWidthF(max(line.widthF(), BOLD * (1.0 - zoom / 2) / zoom))
    return wide


def mixed(first: QColor, last: QColor, share: float) -> QColor:
    """A colour on the way from one to another."""
    if share in (0.0, 1.0):
        return last if share else first
    parts = zip(first.getRgbF(), last.getRgbF(), strict=True)  # type: ignore[call-overload]
    return QColor.fromRgbF(*(a + (b - a) * share for a, b in parts))


def _strip(face: Face, outline: QPainterPath, card: float) -> QPainterPath:
    """The coloured part of a card or tag, without a clip: a picture may know none."""
    body = face.body
    key = (face.form, face.kind == "input", body.width(), body.height(), card)
    if key not in _strips:
        if len(_strips) >= FORMS:
            _strips.clear()
        area = QRectF(body.left(), body.top(), body.width(), STRIP)
        if face.form != "card":
            left = body.left() if face.kind == "input" else body.right() - 7
            area = QRectF(left, body.top(), 7, body.height())
        rect = QPainterPath()
        rect.addRect(area)
        _strips[key] = outline.intersected(rect).translated(-body.topLeft())
    return _strips[key].translated(body.topLeft())
