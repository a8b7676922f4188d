"""The little picture of a row: its own curve, a bell or a box, a family's sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Initializer, Operator
from engine.design.block import Block
from gui.panels import glyph_shapes as shapes
from gui.panels.glyph_shapes import Points, Shape
from gui.theme import Theme

Row = Operator | Initializer
SIDE = 18.0  # of a glyph in a list, in pixels
SOLID = ("Convolution", "Padding", "Pooling")  # drawn along one, two, three axes
INSET = 3.8  # of the picture within its frame
_BLOCK = Block("", "").row  # of all blocks: a body in a body


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
    pen = QPen(colour, 1.3 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(fill)
    edge = 0.7 * unit
    frame = where.adjusted(edge, edge, -edge, -edge)
    painter.drawRoundedRect(frame, 4.2 * unit, 4.2 * unit)
    inset = INSET * unit
    box = where.adjusted(inset, inset, -inset, -inset)
    shape = _shape(row)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(_path(shape.filled, box))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_path(shape.lines, box))
    painter.restore()


def glyph_icon(row: Row, theme: Theme) -> QIcon:
    """The picture as an icon, for combo boxes and list items."""
    initial = isinstance(row, Initializer)
    # A block's row stands in no catalogue; all of them have one picture.
    listed = isinstance(row, Initializer) or row.kind in OPERATORS
    kind = row.kind if listed else ""
    return _icon(kind, initial, glyph_colour(row, theme).name())


@lru_cache(maxsize=512)
def _icon(kind: str, initial: bool, colour: str) -> QIcon:
    row: Row = INITIALIZERS[kind] if initial else OPERATORS.get(kind, _BLOCK)
    side = round(SIDE * 2)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(2)
    painter = QPainter(pixmap)
    paint_glyph(painter, QRectF(0, 0, SIDE, SIDE), row, QColor(colour))
    painter.end()
    return QIcon(pixmap)


def _shape(row: Row) -> Shape:
    if isinstance(row, Initializer):
        return shapes.INITIALIZERS.get(row.kind, shapes.PLAIN_INITIALIZER)
    if row.role == "activation":
        return _curve(row)
    return _sign(row)


def _path(lines: Sequence[Points], box: QRectF) -> QPainterPath:
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


def _window(kind: str) -> tuple[float, float]:
    return shapes.WINDOWS.get(kind, (-3, 3))


def _curve(row: Operator) -> Shape:
    """An activation's own curve where it is most itself; else its bars."""
    from engine.catalog.curves import curve

    line = curve(row.kind)
    if line is None:
        return shapes.OVER.get(row.kind, shapes.OVER["softmax"])
    left, right = _window(row.kind)
    near = [(x, y) for x, y in zip(line.x, line.f, strict=True) if left <= x <= right]
    low = min(y for _, y in near)
    high = max(y for _, y in near)
    across, up = 1 / (right - left), 1 / ((high - low) or 1)
    step = max(1, len(near) // 40)
    return Shape(
        ([((x - left) * across, 1 - (y - low) * up) for x, y in near[::step]],)
    )


def _sign(row: Operator) -> Shape:
    """What a layer does, along as many axes as it does it."""
    lines, filled = shapes.KINDS.get(row.kind) or shapes.FAMILIES.get(
        row.family, shapes.OTHER
    )
    if row.family == "Pooling" and "max" in row.kind:
        filled = shapes.LARGEST
    if "transpose" in row.kind or "unpool" in row.kind:
        lines, filled = _each(shapes.mirrored, lines), _each(shapes.mirrored, filled)
    if row.family not in SOLID:
        return Shape(lines, filled)
    if row.kind.endswith("1d"):
        lines, filled = _each(shapes.flat, lines), _each(shapes.flat, filled)
    elif row.kind.endswith("3d"):
        lines = (*_each(shapes.near, lines), *shapes.BEHIND)
        filled = _each(shapes.near, filled)
    return Shape(lines, filled)


def _each(
    change: Callable[[Points], Points], lines: Sequence[Points]
) -> tuple[Points, ...]:
    return tuple(change(line) for line in lines)
