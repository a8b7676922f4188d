"""Draws what stands within a node's shape: one function for each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from gui.canvas.detail import ALONE, CAPTIONS, READABLE, SMALL, seen
from gui.canvas.face import BELOW, BESIDE, MARGIN, STRIP, Face, curve_points, zero_line
from gui.canvas.glyphs import initializer_path
from gui.canvas.inks import TYPE, Inks, pen
from gui.canvas.lettering import (
    ABOVE,
    CENTRE,
    LEFT,
    RIGHT,
    Fit,
    faded,
    fit,
    write,
    write_fitted,
)

FREED = 6.0  # above and below a name, once the small text there has faded


def _card(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, zoom: float
) -> None:
    body = face.body
    room = body.width() - 2 * MARGIN
    top = body.top() + STRIP + 6
    left = body.left() + MARGIN
    _heading(painter, face, inks, QRectF(left, top, room, 20), zoom)
    small = seen(SMALL, zoom)
    if not small:
        return
    opacity = faded(painter, small)
    line = QRectF(left, top + 20, room, 17)
    beside = not face.chip and face.learns and face.brief
    taken = inks.width("small", face.learns) + 8 if beside else 0.0
    said = line.adjusted(0, 0, -taken, 0)
    write(painter, inks, "mono", inks.muted, said, LEFT, face.brief)
    if face.chip:
        below = top + (43 if face.brief else 25)
        _chip(painter, face, inks, QRectF(left - 4, below, room + 8, 20))
    elif beside:
        write(painter, inks, "small", inks.muted, line, RIGHT, face.learns)
    painter.setOpacity(opacity)


def _heading(
    painter: QPainter, face: Face, inks: Inks, where: QRectF, zoom: float
) -> None:
    """The name in bold; the title beside it, as far as there is room."""
    edge = 6.0 if face.form == "card" else 12.0  # a tag is round on one side
    alone = face.body.adjusted(edge, STRIP if face.form == "card" else 2, -edge, -2)
    small = seen(SMALL, zoom)
    least = max(1.0, READABLE / (TYPE["name"][0] * zoom))  # the name goes first
    free = where.width() - inks.width("name", face.name) * least - 8
    titled = free >= 16 and face.title not in ("", face.name)
    wide = min(free, inks.width("small", face.title)) if titled else 0.0
    # The name grows into the title's room once that has faded, never over it.
    kept = (wide + 8) * seen((0, 0.5), small) if titled else 0.0
    usual = where.adjusted(0, 0, -kept, 0)
    _name(painter, inks, "name", LEFT, (usual, alone), face.name, zoom)
    shows = seen((0.5, 1), small)
    if titled and shows:
        rest = where.adjusted(where.width() - wide - 1, 0, 0, 0)
        opacity = faded(painter, shows)
        write(painter, inks, "small", inks.muted, rest, RIGHT, face.title)
        painter.setOpacity(opacity)


def _name(
    painter: QPainter,
    inks: Inks,
    role: str,
    align: Qt.AlignmentFlag,
    rooms: tuple[QRectF, QRectF],
    text: str,
    zoom: float,
) -> Fit:
    """A name in its place; in the second of the rooms once it is alone on the node."""
    usual, alone = rooms
    placed = seen(ALONE, zoom)
    freed = FREED * (1 - seen(SMALL, zoom))
    usual = usual.adjusted(0, -freed, 0, freed)
    where = usual if placed == 1.0 else _between(alone, usual, placed)
    how = fit(inks, role, text, zoom, where.width(), where.height())
    write_fitted(painter, inks, role, inks.text, where, align, how)
    return how


def _between(first: QRectF, last: QRectF, share: float) -> QRectF:
    """A rectangle on the way from one to another."""
    corners = (
        (first.topLeft(), last.topLeft()),
        (first.bottomRight(), last.bottomRight()),
    )
    return QRectF(*(start + (end - start) * share for start, end in corners))


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
    write(painter, inks, "chip", ink, box.adjusted(24, 0, 0, 0), LEFT, text)
    if face.learns:
        end = where.adjusted(0, 0, -4, 0)
        write(painter, inks, "small", inks.muted, end, RIGHT, face.learns)


def _tagged(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, zoom: float
) -> None:
    body = face.body
    left = 20.0 if face.kind == "input" else MARGIN
    right = 20.0 if face.kind == "output" else MARGIN
    room = body.width() - left - right
    _heading(painter, face, inks, QRectF(body.left() + left, -20, room, 20), zoom)
    small = seen(SMALL, zoom)
    if small:
        opacity = faded(painter, small)
        line = QRectF(body.left() + left, 2, room, 17)
        write(painter, inks, "mono", inks.muted, line, LEFT, face.brief)
        painter.setOpacity(opacity)


def _curved(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, zoom: float
) -> None:
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
        _caption(painter, face, inks, zoom)


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


def _caption(painter: QPainter, face: Face, inks: Inks, zoom: float) -> None:
    """The name below the shape, where it may grow."""
    body = face.body
    wide = body.width() + 2 * BESIDE
    usual = QRectF(body.center().x() - wide / 2, body.bottom() + 3, wide, 17)
    alone = QRectF(usual.topLeft(), QPointF(usual.right(), body.bottom() + BELOW))
    placed = seen(CAPTIONS, zoom)
    where = usual if placed == 1.0 else _between(alone, usual, placed)
    how = fit(inks, "small", face.caption, zoom, where.width(), where.height())
    write_fitted(painter, inks, "small", inks.muted, where, ABOVE, how)


def _signed(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, zoom: float
) -> None:
    write(painter, inks, "sign", colour, face.body, CENTRE, face.sign)
    if face.caption:
        _caption(painter, face, inks, zoom)


def _chipped(
    painter: QPainter, face: Face, inks: Inks, colour: QColor, zoom: float
) -> None:
    box = face.body.adjusted(10, 0, -10, 0)
    alone = face.body.adjusted(4, 2, -4, -2)
    if not face.brief:
        _name(painter, inks, "title", CENTRE, (box, alone), face.name, zoom)
        return
    upper = QRectF(box.left(), -19, box.width(), 19)
    _name(painter, inks, "title", CENTRE, (upper, alone), face.name, zoom)
    small = seen(SMALL, zoom)
    if small:
        opacity = faded(painter, small)
        lower = QRectF(box.left(), 0, box.width(), 17)
        write(painter, inks, "mono", inks.muted, lower, CENTRE, face.brief)
        painter.setOpacity(opacity)


Inside = Callable[[QPainter, Face, Inks, QColor, float], None]

INSIDE: Mapping[str, Inside] = {
    "card": _card,
    "tag": _tagged,
    "curve": _curved,
    "sign": _signed,
    "chip": _chipped,
}
