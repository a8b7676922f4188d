"""Draws nodes and wires: the same strokes on the canvas and in exported pictures."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from engine.design.block import KIND
from engine.errors import Severity
from gui.canvas.block_face import paint_frame, paint_stack, paint_times
from gui.canvas.face import MARGIN, STRIP, Dot, Face, curve_points, zero_line
from gui.canvas.glyphs import initializer_path
from gui.canvas.inks import Inks, pen

FARTHER = 0.16  # below this one, not even corners
FAR = 0.35  # below this zoom text is dust: shapes only
NEAR = 0.6  # above it, names of ports and labels on wires
CORNER = 9.0
FADED = 0.4  # of what does not fit what is dragged
WAITING = 0.72  # of what is not known yet
LABEL_EDGE = 5.0  # between the text of a pill and its ends
HALF = Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | HALF
RIGHT = Qt.AlignmentFlag.AlignRight | HALF
CENTRE = Qt.AlignmentFlag.AlignCenter


class Mood(NamedTuple):
    """What a gesture or the pointer does to a node's looks for a while."""

    selected: bool = False
    hovered: bool = False
    lit: frozenset[tuple[str, bool]] | None = None  # ports that fit; None: no gesture
    target: bool = False  # what is dragged would land here
    wired: frozenset[tuple[str, bool]] = frozenset()
    heat: float | None = None  # its part of the hottest node's cost; None: no heat
    found: bool = False  # the search found it


CALM = Mood()


def paint_node(
    painter: QPainter, face: Face, inks: Inks, zoom: float, mood: Mood = CALM
) -> None:
    """The whole node, around the painter's origin."""
    colour = inks.family(face.family)
    whole = given = painter.opacity()
    if mood.lit is not None and not mood.lit:
        given *= FADED  # nothing here fits what is dragged
    painter.setOpacity(given)
    if zoom < FAR:
        _far(painter, face, inks, colour, mood, zoom)
        painter.setOpacity(whole)
        return
    painter.setOpacity(given * (WAITING if face.state == "waiting" else 1.0))
    if face.times:
        paint_stack(painter, face, inks, colour)
    _shape(painter, face, inks, colour, mood)
    if face.kind == KIND:
        paint_frame(painter, face, inks, colour)
    _INSIDE[face.form](painter, face, inks, colour)
    if face.named:
        _port_names(painter, face, inks)
    if face.times:
        paint_times(painter, face, inks, colour)
    painter.setOpacity(given)
    _dots(painter, face, inks, colour, mood)
    if face.worst is not None:
        _badge(painter, face, inks)
    if face.frozen:
        _snowflake(painter, face.body.topLeft() + QPointF(5, 3), inks)
    painter.setOpacity(whole)


def _far(
    painter: QPainter,
    face: Face,
    inks: Inks,
    colour: QColor,
    mood: Mood,
    zoom: float,
) -> None:
    """Only the family's colour, and whether it is wrong or selected."""
    if zoom < FARTHER:
        fill = (
            inks.error if face.worst is Severity.ERROR else _warmed(colour, inks, mood)
        )
        fill = inks.warning if mood.found else fill
        painter.fillRect(face.body, inks.accent if mood.selected else fill)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    if face.worst is Severity.ERROR:
        painter.setPen(pen(inks.error, 2 / zoom))
    if mood.found:
        painter.setPen(pen(inks.warning, 3.5 / zoom))
    if mood.selected:
        painter.setPen(pen(inks.accent, 2.5 / zoom))
    painter.setBrush(_warmed(colour, inks, mood))
    painter.drawRoundedRect(face.body, 12, 12)


def _warmed(colour: QColor, inks: Inks, mood: Mood) -> QColor:
    """The family's colour; with heat, how hot the node is."""
    return colour if mood.heat is None else inks.heated(mood.heat)


def _outline(face: Face, grow: float = 0.0) -> QPainterPath:
    """The shape of the node, or one that lies `grow` outside it."""
    body = face.body.adjusted(-grow, -grow, grow, grow)
    path = QPainterPath()
    if face.form == "tag":
        return _tag(body, outward=face.kind == "input", grow=grow)
    radius = {"curve": 15.0, "sign": 22.0, "chip": 14.0}.get(face.form, CORNER) + grow
    path.addRoundedRect(body, radius, radius)
    return path


def _tag(body: QRectF, *, outward: bool, grow: float) -> QPainterPath:
    """Round on the side that faces the world: an input's left, an output's right."""
    big = min(body.height() / 2, 28.0 + grow)
    small = CORNER + grow
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


def _shape(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, mood: Mood
) -> None:
    """Ground, coloured strip, outline and what surrounds it."""
    path = _outline(face)
    edge = inks.card
    if face.worst is Severity.ERROR:
        edge = inks.wrong
    elif mood.hovered:
        edge = inks.hover
    if mood.found:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(inks.found)
        painter.drawPath(_outline(face, 6.0))
    if mood.selected or mood.target:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(inks.halo)
        painter.drawPath(_outline(face, 3.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.node if mood.heat is None else inks.heated(mood.heat))
    painter.drawPath(path)
    if face.form in ("card", "tag"):
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.fillRect(_strip(face), colour)
        painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if face.form in ("sign", "chip") and edge is inks.card:
        edge = pen(colour, 1.4)
    painter.setPen(edge)
    painter.drawPath(path)


def _strip(face: Face) -> QRectF:
    body = face.body
    if face.form == "card":
        return QRectF(body.left(), body.top(), body.width(), STRIP)
    left = body.left() if face.kind == "input" else body.right() - 7
    return QRectF(left, body.top(), 7, body.height())


def _text(
    painter: QPainter,
    inks: Inks,
    role: str,
    colour: QColor,
    where: QRectF,
    align: Qt.AlignmentFlag,
    text: str,
) -> None:
    painter.setFont(inks.fonts[role])
    painter.setPen(colour)
    painter.drawText(where, align, inks.elided(role, text, where.width()))


def _card(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    body = face.body
    room = body.width() - 2 * MARGIN
    top = body.top() + STRIP + 6
    left = body.left() + MARGIN
    _heading(painter, face, inks, QRectF(left, top, room, 20))
    line = QRectF(left, top + 20, room, 17)
    beside = not face.chip and face.learns and face.brief
    taken = inks.width("small", face.learns) + 8 if beside else 0.0
    said = line.adjusted(0, 0, -taken, 0)
    _text(painter, inks, "mono", inks.muted, said, LEFT, face.brief)
    if face.chip:
        _chip(
            painter,
            face,
            inks,
            QRectF(left - 4, top + (43 if face.brief else 25), room + 8, 20),
        )
    elif beside:
        _text(painter, inks, "small", inks.muted, line, RIGHT, face.learns)


def _heading(painter: QPainter, face: Face, inks: Inks, where: QRectF) -> None:
    """The name in bold; the title beside it, as far as there is room."""
    _text(painter, inks, "name", inks.text, where, LEFT, face.name)
    used = inks.width("name", face.name) + 8
    if face.title not in ("", face.name) and used < where.width() - 16:
        rest = where.adjusted(used, 0, 0, 0)
        _text(painter, inks, "small", inks.muted, rest, RIGHT, face.title)


def _chip(painter: QPainter, face: Face, inks: Inks, where: QRectF) -> None:
    """The initializer with its little picture, and the parameter count."""
    chip = face.chip
    assert chip is not None  # noqa: S101 -- the caller has looked
    count = inks.width("small", face.learns) + 8 if face.learns else 0.0
    room = where.width() - count - 30
    text = inks.elided("chip", chip.text, room)
    box = QRectF(where.left(), where.top(), inks.width("chip", text) + 32, 20)
    painter.setPen(inks.card if chip.chosen else Qt.PenStyle.NoPen)
    painter.setBrush(inks.ground if chip.chosen else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 10, 10)
    picture = QRectF(box.left() + 7, box.top() + 5, 12, 10)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(inks.initializer if chip.chosen else inks.faint, 1.4))
    painter.drawPath(initializer_path(chip.picture, picture))
    ink = inks.text if chip.chosen else inks.faint
    _text(painter, inks, "chip", ink, box.adjusted(24, 0, 0, 0), LEFT, text)
    if face.learns:
        end = where.adjusted(0, 0, -4, 0)
        _text(painter, inks, "small", inks.muted, end, RIGHT, face.learns)


def _tagged(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    body = face.body
    left = 20.0 if face.kind == "input" else MARGIN
    right = 20.0 if face.kind == "output" else MARGIN
    room = body.width() - left - right
    _heading(painter, face, inks, QRectF(body.left() + left, -20, room, 20))
    line = QRectF(body.left() + left, 2, room, 17)
    _text(painter, inks, "mono", inks.muted, line, LEFT, face.brief)


def _curved(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    """The activation as its own curve over thin axes; bars when it has none."""
    box = face.body.adjusted(11, 11, -11, -11)
    points = curve_points(face.kind)
    painter.setPen(inks.card)
    ground = box.bottom() - (zero_line(face.kind) * box.height() if points else 0)
    painter.drawLine(QPointF(box.left(), ground), QPointF(box.right(), ground))
    if points:
        middle = box.center().x()
        painter.drawLine(QPointF(middle, box.top()), QPointF(middle, box.bottom()))
        line = [
            QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())
            for x, y in points
        ]
        painter.setPen(pen(colour, 2.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))
    else:
        _bars(painter, box, colour)
    if face.caption:
        _caption(painter, face, inks)


def _bars(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Shares of a whole: what softmax and its kin make of scores."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    step = box.width() / 5
    for index, share in enumerate((0.22, 0.42, 0.95, 0.3, 0.14)):
        height = box.height() * share
        left = box.left() + index * step + 1
        bar = QRectF(left, box.bottom() - height, step - 2, height)
        painter.drawRoundedRect(bar, 1.5, 1.5)


def _caption(painter: QPainter, face: Face, inks: Inks) -> None:
    body = face.body
    where = QRectF(body.left() - 40, body.bottom() + 3, body.width() + 80, 17)
    _text(painter, inks, "small", inks.muted, where, CENTRE, face.caption)


def _signed(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    _text(painter, inks, "sign", colour, face.body, CENTRE, face.sign)
    if face.caption:
        _caption(painter, face, inks)


def _chipped(painter: QPainter, face: Face, inks: Inks, colour: QColor) -> None:
    box = face.body.adjusted(10, 0, -10, 0)
    if not face.brief:
        _text(painter, inks, "title", inks.text, box, CENTRE, face.name)
        return
    upper = QRectF(box.left(), -19, box.width(), 19)
    lower = QRectF(box.left(), 0, box.width(), 17)
    _text(painter, inks, "title", inks.text, upper, CENTRE, face.name)
    _text(painter, inks, "mono", inks.muted, lower, CENTRE, face.brief)


_INSIDE = {
    "card": _card,
    "tag": _tagged,
    "curve": _curved,
    "sign": _signed,
    "chip": _chipped,
}


def _port_names(painter: QPainter, face: Face, inks: Inks) -> None:
    half = face.body.width() / 2 - 11
    for dot in face.dots:
        ink = inks.faint if dot.port.optional else inks.muted
        left = dot.x + 10 if dot.entering else dot.x - 10 - half
        where = QRectF(left, dot.y - 9, half, 18)
        align = LEFT if dot.entering else RIGHT
        _text(painter, inks, "label", ink, where, align, dot.port.name)


def _dots(
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


def _badge(painter: QPainter, face: Face, inks: Inks) -> None:
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


def _snowflake(painter: QPainter, at: QPointF, inks: Inks) -> None:
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


def paint_wire(
    painter: QPainter, path: QPainterPath, stroke: QPen, zoom: float
) -> None:
    """The line itself."""
    if zoom < FAR:
        stroke = QPen(stroke)
        stroke.setWidthF(stroke.widthF() * 1.4)
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


def port_colour(face: Face, inks: Inks, dot: Dot) -> QColor:
    """The colour of a port, for the wire drawn from it."""
    return inks.faint if dot.port.optional else inks.family(face.family)
