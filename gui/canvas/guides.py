"""Lines that things fall into while they are dragged, and how those are drawn.

Two things line up by their middles, on which their first ports lie, or by an edge;
three stand evenly when the room between them is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.inks import Inks, pen

BEYOND = 14.0  # how far a line goes on behind what it joins
NEAR = 640.0  # how far away a neighbour's line is felt
AWAY = 3.0  # times the reach: so far it has left its row or column
EVEN = 0.75  # of the reach: even gaps give way to lines that are as near


class Shape(NamedTuple):
    """What lines up: a rectangle, and the point on the line of the first ports."""

    box: QRectF
    at: QPointF

    def moved(self, offset: QPointF) -> Shape:
        return Shape(self.box.translated(offset), self.at + offset)


class Snap(NamedTuple):
    """How far to move to stand in line, and the lines that say why."""

    offset: QPointF
    lines: tuple[QLineF, ...] = ()
    gaps: tuple[QLineF, ...] = ()  # the room that is now the same


class _Pull(NamedTuple):
    """One neighbour's pull along one axis."""

    by: float
    weakness: float  # the least one wins
    drawn: Callable[[Shape], Snap]


def snapped(
    moving: Shape, others: Sequence[Shape], reach: float, home: Shape | None = None
) -> Snap:
    """Where `moving` falls into line with its neighbours.

    Args:
        moving: where it would be without them.
        others: the neighbours.
        reach: how far a line pulls, in scene units.
        home: where it came from: once it has left its row it may keep its column, and
            the other way round.
    """
    columns = rows = others
    if home is not None:
        way = moving.at - home.at
        columns = (*others, home) if abs(way.y()) > AWAY * reach else others
        rows = (*others, home) if abs(way.x()) > AWAY * reach else others
    across = _strongest(_lines(moving, columns, reach, upright=True))
    down = _strongest(_lines(moving, rows, reach, upright=False))
    if across is None:
        lowered = moving.moved(QPointF(0, down.by if down else 0))
        across = _strongest(_even(lowered, others, reach * EVEN, upright=False))
    if down is None:
        shifted = moving.moved(QPointF(across.by if across else 0, 0))
        down = _strongest(_even(shifted, others, reach * EVEN, upright=True))
    offset = QPointF(across.by if across else 0, down.by if down else 0)
    settled = moving.moved(offset)
    drawn = [pull.drawn(settled) for pull in (across, down) if pull]
    lines = tuple(line for snap in drawn for line in snap.lines)
    return Snap(offset, lines, tuple(gap for snap in drawn for gap in snap.gaps))


def _strongest(pulls: Iterable[_Pull]) -> _Pull | None:
    return min(pulls, key=lambda pull: pull.weakness, default=None)


def _lines(
    moving: Shape, others: Sequence[Shape], reach: float, *, upright: bool
) -> Iterable[_Pull]:
    """Pulls into one column (`upright`) or row: by the middle, or by an edge."""
    mine = _marks(moving, upright)
    for other in others:
        for rank, (here, there) in enumerate(
            zip(mine, _marks(other, upright), strict=True)
        ):
            by = there - here
            if abs(by) <= reach:
                # The middle before an edge, as wires are straight then; of lines at
                # one place the nearest neighbour's.
                weakness = abs(by) + (reach if rank else 0.0)
                weakness += _apart(moving, other) * 1e-4
                yield _Pull(by, weakness, _joining(other, there, upright))


def _marks(shape: Shape, upright: bool) -> tuple[float, float, float]:
    box = shape.box
    if upright:
        return shape.at.x(), box.left(), box.right()
    return shape.at.y(), box.top(), box.bottom()


def _apart(one: Shape, other: Shape) -> float:
    return float((one.at - other.at).manhattanLength())


def _joining(other: Shape, mark: float, upright: bool) -> Callable[[Shape], Snap]:
    def drawn(settled: Shape) -> Snap:
        whole = settled.box.united(other.box)
        whole.adjust(-BEYOND, -BEYOND, BEYOND, BEYOND)
        if upright:
            line = QLineF(mark, whole.top(), mark, whole.bottom())
        else:
            line = QLineF(whole.left(), mark, whole.right(), mark)
        return Snap(QPointF(), (line,))

    return drawn


def _even(
    moving: Shape, others: Sequence[Shape], reach: float, *, upright: bool
) -> Iterable[_Pull]:
    """Pulls to where the room between three neighbours of a row is the same."""
    span = _Span(upright)
    row = [o.box for o in others if span.beside(o.box, moving.box)]
    before = sorted(
        (box for box in row if span.end(box) <= span.start(moving.box) + reach),
        key=span.end,
    )[-2:]
    after = sorted(
        (box for box in row if span.start(box) >= span.end(moving.box) - reach),
        key=span.start,
    )[:2]
    for pull in _evenly(moving.box, before, after, span):
        if abs(pull.by) <= reach:
            yield pull


class _Span(NamedTuple):
    """A row (or, upright, a column) of boxes."""

    upright: bool

    def start(self, box: QRectF) -> float:
        return box.top() if self.upright else box.left()

    def end(self, box: QRectF) -> float:
        return box.bottom() if self.upright else box.right()

    def beside(self, one: QRectF, other: QRectF) -> bool:
        if self.upright:
            return one.left() < other.right() and other.left() < one.right()
        return one.top() < other.bottom() and other.top() < one.bottom()

    def gap(self, one: QRectF, other: QRectF) -> QLineF:
        """The line across the room between two boxes."""
        if self.upright:
            x = (max(one.left(), other.left()) + min(one.right(), other.right())) / 2
            return QLineF(x, one.bottom(), x, other.top())
        y = (max(one.top(), other.top()) + min(one.bottom(), other.bottom())) / 2
        return QLineF(one.right(), y, other.left(), y)


def _evenly(
    box: QRectF, before: list[QRectF], after: list[QRectF], span: _Span
) -> Iterable[_Pull]:
    if before and after:
        first, last = before[-1], after[0]
        room = span.start(last) - span.end(first) - (span.end(box) - span.start(box))
        by = span.end(first) + room / 2 - span.start(box)
        yield _spaced(by, span, lambda s: ((first, s), (s, last)))
    if len(before) == 2:
        far, near = before
        by = span.end(near) + span.start(near) - span.end(far) - span.start(box)
        yield _spaced(by, span, lambda s: ((far, near), (near, s)))
    if len(after) == 2:
        near, far = after
        by = span.start(near) - (span.start(far) - span.end(near)) - span.end(box)
        yield _spaced(by, span, lambda s: ((s, near), (near, far)))


def _spaced(
    by: float,
    span: _Span,
    pairs: Callable[[QRectF], tuple[tuple[QRectF, QRectF], ...]],
) -> _Pull:
    def drawn(settled: Shape) -> Snap:
        gaps = tuple(span.gap(*pair) for pair in pairs(settled.box))
        return Snap(QPointF(), (), gaps)

    return _Pull(by, abs(by), drawn)


class GuideItem(QGraphicsItem):
    """Draws the lines, thin at every zoom."""

    def __init__(self, inks: Inks) -> None:
        super().__init__()
        self._inks = inks
        self.lines: tuple[QLineF, ...] = ()
        self.gaps: tuple[QLineF, ...] = ()
        self._area = QRectF()
        self.setZValue(0.5)  # over the wires, under the nodes and their text

    def display(self, snap: Snap) -> None:
        """Show these lines, or none."""
        self.prepareGeometryChange()
        self.lines, self.gaps = snap.lines, snap.gaps
        area = QRectF()
        for line in (*self.lines, *self.gaps):
            area = area.united(QRectF(line.p1(), line.p2()).normalized())
        self._area = (
            area.adjusted(-32, -32, 32, 32) if self.lines or self.gaps else area
        )
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        thin = pen(self._inks.accent, 1.0)
        thin.setCosmetic(True)
        painter.setPen(thin)
        for line in self.lines:
            painter.drawLine(line)
        for gap in self.gaps:
            painter.drawPath(_ruled(gap))


def _ruled(gap: QLineF) -> QPainterPath:
    """A line with a stroke across at either end."""
    path = QPainterPath(gap.p1())
    path.lineTo(gap.p2())
    flat = abs(gap.dy()) < abs(gap.dx())
    stroke = QPointF(0, 5) if flat else QPointF(5, 0)
    for end in (gap.p1(), gap.p2()):
        path.moveTo(end - stroke)
        path.lineTo(end + stroke)
    return path
