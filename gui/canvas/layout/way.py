"""The way of a wire as lines and curves, without anything to draw it on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import hypot
from typing import NamedTuple

from gui.canvas.layout.shapes import Point

ROUND = 14.0  # radius of a corner
SWING = 34.0  # least from left to right of a curve after a level stretch
STEPS = 12  # points that stand for a curve

Leg = tuple[Point, ...]  # (end,) is a line, (pull, pull, end) a curve


class Way(NamedTuple):
    """From a port to a port.

    Args:
        start: the output port.
        legs: lines and cubic curves, one after the other.
        lane: y and reach of the level stretch that keeps others at a distance.
        direct: whether nothing had to be gone round.
    """

    start: Point
    legs: tuple[Leg, ...]
    lane: tuple[float, float, float] | None = None
    direct: bool = True

    @property
    def end(self) -> Point:
        return self.legs[-1][-1]

    def points(self) -> list[Point]:
        """A polyline along it."""
        found = [self.start]
        for leg in self.legs:
            if len(leg) == 1:
                found.append(leg[0])
            else:
                found += _curve(found[-1], *leg)
        return found


def along(points: Sequence[Point], shares: Sequence[float]) -> list[Point]:
    """The points at these parts of a polyline's length, from 0 to 1."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    reached = [0.0, *accumulate(lengths)]
    found = []
    for share in shares:
        wanted = share * reached[-1]
        place = min(max(bisect_left(reached, wanted), 1), len(points) - 1)
        length = reached[place] - reached[place - 1]
        part = (wanted - reached[place - 1]) / length if length else 0.0
        (x, y), (to_x, to_y) = points[place - 1], points[place]
        found.append((x + (to_x - x) * part, y + (to_y - y) * part))
    return found


def swing(start: Point, end: Point) -> Leg:
    """A curve that leaves to the right and arrives from the left."""
    gap = end[0] - start[0]
    if gap >= 0:
        pull = min(gap, max(gap / 2, min(36.0, abs(end[1] - start[1]) / 2)))
    else:  # backwards: out, round and in
        pull = min(180.0, 50.0 - gap / 2)
    return (start[0] + pull, start[1]), (end[0] - pull, end[1]), end


def direct(start: Point, end: Point, level: float = 0.0) -> Way:
    """Straight, or one curve.

    Args:
        start: the output port.
        end: the input port.
        level: how far it runs level first, where there is room: its label is there.
    """
    if start[1] == end[1] and end[0] > start[0]:
        return Way(start, ((end,),), (start[1], start[0], end[0]))
    if level and end[0] - start[0] >= level + SWING:
        turn = start[0] + level, start[1]
        return Way(start, ((turn,), swing(turn, end)), (start[1], start[0], turn[0]))
    return Way(start, (swing(start, end),))


def levelled(start: Point, end: Point) -> tuple[Way, Way]:
    """For a long way between two heights: with the turn at its end, or its start."""
    wide = min(110.0, 44.0 + abs(end[1] - start[1]) * 0.5)
    late, soon = (end[0] - wide, start[1]), (start[0] + wide, end[1])
    return (
        Way(start, ((late,), swing(late, end)), (start[1], start[0], late[0])),
        Way(start, (swing(start, soon), (end,)), (end[1], soon[0], end[0])),
    )


def bowed(start: Point, stops: Sequence[Point], end: Point) -> Way:
    """Level stretches joined by curves.

    Args:
        start: the output port.
        stops: ends of level stretches, from left to right, in pairs.
        end: the input port.
    """
    legs: list[Leg] = []
    now = start
    widest: tuple[float, float, float] | None = None
    for first, last in zip(stops[::2], stops[1::2], strict=True):
        legs.append((first,) if first[1] == now[1] else swing(now, first))
        legs.append((last,))
        if widest is None or last[0] - first[0] > widest[2] - widest[1]:
            widest = (first[1], first[0], last[0])
        now = last
    legs.append((end,) if now[1] == end[1] else swing(now, end))
    return Way(start, tuple(legs), widest, direct=False)


def cornered(corners: Sequence[Point]) -> Way:
    """Level and upright lines with rounded corners; the longest level one is a lane."""
    legs: list[Leg] = []
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(ROUND, _length(before, corner) / 2, _length(corner, after) / 2)
        if radius < 0.5:
            continue
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        soft = radius * 0.45
        legs.append((begin,))
        legs.append(
            (_towards(corner, before, soft), _towards(corner, after, soft), end)
        )
    legs.append((corners[-1],))
    level = [(a, b) for a, b in pairwise(corners) if a[1] == b[1]]
    first, last = max(level, key=lambda ends: _length(*ends))
    lane = (first[1], min(first[0], last[0]), max(first[0], last[0]))
    return Way(corners[0], tuple(legs), lane, direct=False)


def _curve(start: Point, one: Point, two: Point, end: Point) -> list[Point]:
    found = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        found.append(
            (
                a * start[0] + b * one[0] + c * two[0] + d * end[0],
                a * start[1] + b * one[1] + c * two[1] + d * end[1],
            )
        )
    return found


def _length(one: Point, other: Point) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])


def _towards(point: Point, other: Point, far: float) -> Point:
    length = _length(point, other) or 1.0
    share = far / length
    return (
        point[0] + (other[0] - point[0]) * share,
        point[1] + (other[1] - point[1]) * share,
    )
