"""The wires as plain lines: what is seen of them from far away, and what lies where."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.design.model import Wire
from gui.canvas.layout.shapes import Point
from gui.canvas.layout.way import Way
from gui.canvas.places import Places
from gui.canvas.route import distance

Stroke = Literal["wire", "waiting", "wrong"]

EDGE = 6.0  # around a wire: its width, and what still means it
PARTS = (1 / 3, 2 / 3, 1.0)  # of a curve: from far away it has few corners
HALVES = (0.5, 1.0)  # of one that is less than this
LITTLE = 120.0


class Strands:
    """Lines and strokes of all wires, whether or not there are items for them.

    A wire's path has each of its lines apart from the next: so thousands of paths in
    one are painted line by line, not as one shape whose outline has to be found.
    """

    def __init__(self) -> None:
        self.strokes: dict[Wire, Stroke] = {}
        self.points: dict[Wire, list[Point]] = {}
        self.paths: dict[Wire, QPainterPath] = {}
        self.tints: dict[Wire, int] = {}  # how large the signal is, where it is shown
        self._places: Places[Wire] = Places()

    def drop(self, wire: Wire) -> None:
        """A wire is gone."""
        del self.strokes[wire], self.points[wire], self.paths[wire]
        self.tints.pop(wire, None)
        self._places.drop(wire)

    def run(self, wire: Wire, points: list[Point], label: QRectF | None = None) -> None:
        """Run through points; the label is part of the wire."""
        self.points[wire] = points
        self.paths[wire] = path = QPainterPath()
        for one, other in pairwise(points):
            path.moveTo(*one)
            path.lineTo(*other)
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        corner = QPointF(min(xs) - EDGE, min(ys) - EDGE)
        box = QRectF(corner, QPointF(max(xs) + EDGE, max(ys) + EDGE))
        self._places.put(wire, box.united(label) if label else box)

    def box(self, wire: Wire) -> QRectF:
        """All that is painted of a wire."""
        return self._places.boxes.get(wire, QRectF())

    def near(self, area: QRectF) -> list[Wire]:
        """The wires of which something may lie in an area."""
        return self._places.near(area)

    def across(self, areas: Iterable[QRectF]) -> dict[Wire, None]:
        """The wires that may run through one of these areas."""
        found: dict[Wire, None] = {}
        for area in areas:
            found.update(dict.fromkeys(self._places.near(area)))
        return found

    def away(self, wire: Wire, at: QPointF) -> float:
        """How far a point is from the lines of a wire."""
        return distance(self.points[wire], at)


def coarse(way: Way) -> list[Point]:
    """A way as few points."""
    points = [way.start]
    for leg in way.legs:
        if len(leg) == 1:
            points.append(leg[0])
            continue
        (x, y), (one, two, end) = points[-1], leg
        little = abs(end[0] - x) + abs(end[1] - y) < LITTLE
        for t in HALVES if little else PARTS:
            s = 1 - t
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            points.append(
                (
                    a * x + b * one[0] + c * two[0] + d * end[0],
                    a * y + b * one[1] + c * two[1] + d * end[1],
                )
            )
    return points
