"""The little picture of a row: its own curve, a bell or a box, a family's sign."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Initializer, Operator
from gui.theme import Theme

Row = Operator | Initializer
Points = Sequence[tuple[float, float]]  # x from 0 to 1 rightwards, y from 0 to 1 down

SIDE = 18.0  # of a glyph in a list, in pixels


def glyph_colour(row: Row, theme: Theme) -> QColor:
    """The colour of a row's family; initializers share one."""
    if isinstance(row, Initializer):
        return theme.family("initializer")
    return theme.family(row.family if row.role == "layer" else row.role)


def paint_glyph(painter: QPainter, where: QRectF, row: Row, colour: QColor) -> None:
    """Draw the row's picture in a rounded frame."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = where.width() / SIDE
    fill = QColor(colour)
    fill.setAlphaF(0.10)
    pen = QPen(colour, 1.4 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(fill)
    edge = 0.7 * unit
    frame = where.adjusted(edge, edge, -edge, -edge)
    painter.drawRoundedRect(frame, 4.2 * unit, 4.2 * unit)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = 4.2 * unit
    painter.drawPath(_path(row, where.adjusted(inset, inset, -inset, -inset)))
    painter.restore()


def glyph_icon(row: Row, theme: Theme) -> QIcon:
    """The picture as an icon, for combo boxes and list items."""
    initial = isinstance(row, Initializer)
    return _icon(row.kind, initial, glyph_colour(row, theme).name())


@lru_cache(maxsize=512)
def _icon(kind: str, initial: bool, colour: str) -> QIcon:
    row: Row = INITIALIZERS[kind] if initial else OPERATORS[kind]
    side = round(SIDE * 2)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(2)
    painter = QPainter(pixmap)
    paint_glyph(painter, QRectF(0, 0, SIDE, SIDE), row, QColor(colour))
    painter.end()
    return QIcon(pixmap)


def _path(row: Row, box: QRectF) -> QPainterPath:
    if isinstance(row, Initializer):
        return _drawn(box, *_INITIALIZERS[row.picture])
    if row.role == "activation":
        return _drawn(box, _curve(row))
    return _drawn(box, *_sign(row))


def _drawn(box: QRectF, *lines: Points) -> QPainterPath:
    """Polylines over the unit square, put into `box`."""
    path = QPainterPath()
    for line in lines:
        for index, (x, y) in enumerate(line):
            point = QPointF(box.left() + x * box.width(), box.top() + y * box.height())
            if index:
                path.lineTo(point)
            else:
                path.moveTo(point)
    return path


def _curve(row: Operator) -> Points:
    """An activation's own curve near zero; rising bars for those over a dimension."""
    from engine.catalog.curves import curve

    line = curve(row.kind)
    if line is None:
        return _BARS
    near = [(x, y) for x, y in zip(line.x, line.f, strict=True) if -3 <= x <= 3]
    low = min(y for _, y in near)
    high = max(y for _, y in near)
    scale = 1 / ((high - low) or 1)
    return [((x + 3) / 6, 1 - (y - low) * scale) for x, y in near[:: len(near) // 24]]


def _plotted(height: Callable[[float], float], steps: int = 16) -> Points:
    return [(i / steps, 1 - height(i / steps * 2 - 1)) for i in range(steps + 1)]


def _ring(x: float, y: float, radius: float, steps: int = 12) -> Points:
    turns = [2 * math.pi * i / steps for i in range(steps + 1)]
    return [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]


_BELL = _plotted(lambda x: math.exp(-5 * x * x))
_BOX: Points = ((0, 1), (0.2, 1), (0.2, 0.1), (0.8, 0.1), (0.8, 1), (1, 1))
_BARS: Points = (
    *((0, 1), (0, 0.7), (0.2, 0.7), (0.2, 1), (0.4, 1), (0.4, 0.45), (0.6, 0.45)),
    *((0.6, 1), (0.8, 1), (0.8, 0.05), (1, 0.05), (1, 1), (0, 1)),
)

_INITIALIZERS: dict[str, tuple[Points, ...]] = {
    "bell": (_BELL,),
    "box": (_BOX,),
    "point": (((0, 1), (1, 1)), ((0.5, 1), (0.5, 0))),
    "cut": (
        ((0, 1), (0.2, 1)),
        tuple(p for p in ((0.2, 1.0), *_BELL[4:13], (0.8, 1.0), (1.0, 1.0))),
    ),
    "diagonal": (((0, 0), (1, 1)), _ring(0.85, 0.15, 0.1), _ring(0.15, 0.85, 0.1)),
    "sparse": (
        *(_ring(x, y, 0.09) for x, y in ((0.1, 0.15), (0.9, 0.4), (0.35, 0.6))),
        _ring(0.75, 0.95, 0.09),
    ),
    "rotate": (((0.5, 0), (0.5, 0.55), (1, 0.8)), ((0.5, 0.55), (0, 0.8))),
    "torch": (_ring(0.5, 0.62, 0.36, 20), ((0.5, 0.26), (0.5, 0))),
}

_SQUARE: Points = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))

# What a family does to a tensor, in a few strokes.
_FAMILIES: dict[str, tuple[Points, ...]] = {
    "Linear": (((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)),),
    "Convolution": (
        ((0, 0), (0.65, 0), (0.65, 0.65), (0, 0.65), (0, 0)),
        ((0.35, 0.35), (1, 0.35), (1, 1), (0.35, 1), (0.35, 0.35)),
    ),
    "Pooling": (_SQUARE, ((0.5, 0), (0.5, 1)), ((0, 0.5), (1, 0.5))),
    "Normalization": (_BELL, ((0, 1), (1, 1))),
    "Dropout": (_ring(0.2, 0.25, 0.17), _ring(0.8, 0.25, 0.17), ((0.1, 1), (0.9, 0.6))),
    "Embedding": (((0, 0.1), (1, 0.1)), ((0, 0.5), (1, 0.5)), ((0, 0.9), (0.5, 0.9))),
    "Recurrent": (_ring(0.5, 0.5, 0.45)[2:], ((1, 0.1), (0.85, 0.75), (0.45, 0.95))),
    "Attention": (
        ((0, 0.1), (1, 0.9)),
        ((0, 0.9), (1, 0.1)),
        ((0, 0.5), (1, 0.5)),
    ),
    "Shaping": (((0, 0), (0.5, 0), (0.5, 1), (0, 1), (0, 0)), ((0.75, 0.5), (1, 0.5))),
}
_ARROW_IN: tuple[Points, ...] = (
    ((0, 0.5), (0.8, 0.5)),
    ((0.5, 0.15), (0.85, 0.5), (0.5, 0.85)),
    ((1, 0), (1, 1)),
)
_ARROW_OUT: tuple[Points, ...] = (
    ((0.2, 0.5), (1, 0.5)),
    ((0.65, 0.15), (1, 0.5), (0.65, 0.85)),
    ((0, 0), (0, 1)),
)
_KINDS: dict[str, tuple[Points, ...]] = {
    "input": _ARROW_IN,
    "output": _ARROW_OUT,
    "identity": (((0, 0.3), (1, 0.3)), ((0, 0.7), (1, 0.7))),
    "add": (((0.5, 0), (0.5, 1)), ((0, 0.5), (1, 0.5))),
    "subtract": (((0, 0.5), (1, 0.5)),),
    "multiply": (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9))),
    "concatenate": (
        ((0, 0), (0.4, 0), (0.4, 1), (0, 1), (0, 0)),
        ((0.6, 0), (1, 0), (1, 1), (0.6, 1), (0.6, 0)),
    ),
    "mean": (((0, 0.1), (1, 0.1)), ((0.1, 1), (0.5, 0.4), (0.9, 1))),
    "permute": (
        ((0, 0.25), (1, 0.25), (0.75, 0)),
        ((1, 0.75), (0, 0.75), (0.25, 1)),
    ),
}


def _sign(row: Operator) -> tuple[Points, ...]:
    known = _KINDS.get(row.kind) or _FAMILIES.get(row.family)
    return known or (((0, 0.5), (1, 0.5)), ((0.65, 0.15), (1, 0.5), (0.65, 0.85)))
