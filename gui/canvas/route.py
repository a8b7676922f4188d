"""The way of a wire from port to port, and where its label sits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

CLEAR = 22.0  # between a wire that goes round a node and that node
SAMPLES = 24


def straight(start: QPointF, end: QPointF) -> QPainterPath:
    """A smooth curve that leaves to the right and arrives from the left."""
    gap = end.x() - start.x()
    if gap >= 0:
        pull = max(gap / 2, min(36.0, abs(end.y() - start.y()) / 2))
    else:  # backwards: out, round and in
        pull = min(180.0, 50.0 - gap / 2)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(pull, 0), end - QPointF(pull, 0), end)
    return path


def round_about(start: QPointF, end: QPointF, lane: float) -> QPainterPath:
    """A curve that runs along y = `lane`, above or below what lies between."""
    turn = max(30.0, min(70.0, (end.x() - start.x()) / 3))
    path = QPainterPath(start)
    left, right = start.x() + turn, end.x() - turn
    path.cubicTo(
        QPointF(start.x() + turn * 0.7, start.y()),
        QPointF(left - turn * 0.7, lane),
        QPointF(left, lane),
    )
    path.lineTo(right, lane)
    path.cubicTo(
        QPointF(right + turn * 0.7, lane),
        QPointF(end.x() - turn * 0.7, end.y()),
        end,
    )
    return path


def polyline(path: QPainterPath) -> list[QPointF]:
    """Points along the path, for measuring distances to it."""
    return [path.pointAtPercent(index / SAMPLES) for index in range(SAMPLES + 1)]


def routed(
    start: QPointF, end: QPointF, obstacles: Sequence[QRectF]
) -> tuple[QPainterPath, bool]:
    """The way that avoids `obstacles`; True where it had to leave the straight one."""
    path = straight(start, end)
    if not obstacles or end.x() <= start.x():
        return path, False
    points = polyline(path)
    hit = [box for box in obstacles if any(box.contains(point) for point in points)]
    if not hit:
        return path, False
    above = min(box.top() for box in obstacles) - CLEAR
    below = max(box.bottom() for box in obstacles) + CLEAR
    middle = (start.y() + end.y()) / 2
    # A longer way lies further out, so that one skip inside another does not cover it.
    further = min(60.0, (end.x() - start.x()) * 0.035)
    upper = middle - above <= below - middle
    lane = above - further if upper else below + further
    return round_about(start, end, lane), True


def label_place(
    path: QPainterPath,
    width: float,
    ends: tuple[QRectF, QRectF],
    obstacles: Sequence[QRectF],
) -> QPointF:
    """The middle of the label: on the wire where it is free, else above the nodes."""
    boxes = (*ends, *obstacles)
    for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
        at = path.pointAtPercent(share)
        box = QRectF(at.x() - width / 2 - 1, at.y() - 11, width + 2, 22)
        if not any(box.intersects(other) for other in boxes):
            return at
    middle = path.pointAtPercent(0.5)
    covered = QRectF(middle.x() - width / 2 - 3, middle.y() - 500, width + 6, 1000)
    beside = [box for box in ends if box.intersects(covered)]
    if not beside:
        return middle - QPointF(0, 15)
    return QPointF(middle.x(), min(box.top() for box in beside) - 13)


def distance(points: Sequence[QPointF], at: QPointF) -> float:
    """How far `at` is from a polyline."""
    return min(_to_segment(at, first, second) for first, second in pairwise(points))


def _to_segment(at: QPointF, first: QPointF, second: QPointF) -> float:
    along = second - first
    length = QPointF.dotProduct(along, along)
    share = QPointF.dotProduct(at - first, along) / length if length else 0.0
    nearest = first + along * min(1.0, max(0.0, share))
    away = at - nearest
    return float(QPointF.dotProduct(away, away) ** 0.5)
