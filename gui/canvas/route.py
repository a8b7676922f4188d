"""Ways of wires as paths that Qt draws."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from gui.canvas.layout.shapes import Point
from gui.canvas.layout.way import Way, direct


def straight(start: QPointF, end: QPointF) -> QPainterPath:
    """A smooth curve that leaves to the right and arrives from the left."""
    return path_of(direct((start.x(), start.y()), (end.x(), end.y())))


def path_of(way: Way) -> QPainterPath:
    """The path along a way."""
    path = QPainterPath()
    path.moveTo(*way.start)
    for leg in way.legs:
        if len(leg) == 1:
            path.lineTo(*leg[0])
        else:
            path.cubicTo(*leg[0], *leg[1], *leg[2])
    return path


def path_along(points: Sequence[Point]) -> QPainterPath:
    """The path through points, while wires are on the move."""
    path = QPainterPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    return path


def distance(points: Sequence[Point], at: QPointF) -> float:
    """How far `at` is from a polyline."""
    spot = at.x(), at.y()
    return min(_to_segment(spot, first, second) for first, second in pairwise(points))


def _to_segment(at: Point, first: Point, second: Point) -> float:
    across, down = second[0] - first[0], second[1] - first[1]
    length = across * across + down * down
    to = at[0] - first[0], at[1] - first[1]
    share = (to[0] * across + to[1] * down) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    away = to[0] - across * share, to[1] - down * share
    return float((away[0] ** 2 + away[1] ** 2) ** 0.5)
