"""Where the shape on a wire is written: on it, where nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

from gui.canvas.layout.ground import Ground, Key, Other
from gui.canvas.layout.shapes import Box, Point
from gui.canvas.layout.way import Way, along

HALF = 9.0  # of a label's height
AIR = 1.0  # around it
SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
BEFORE = 7.0  # from a port where wires part to the label
LIFTED = 13.0  # above nodes that leave no room between them


def label_spot(
    way: Way,
    width: float,
    ground: Ground[Key],
    labels: Ground[Other],
    *,
    forks: bool = False,
) -> Point | None:
    """The middle of a label of this width; None where there is no room at all.

    Args:
        way: of the wire.
        width: of the label.
        ground: what nodes cover.
        labels: what other labels cover.
        forks: whether other wires leave the same port, which turn behind the label.
    """
    for spot in _spots(way, width, forks=forks):
        box = label_box(spot, width)
        if not labels.near(box) and not ground.near(box):
            return spot
    return None


def label_box(spot: Point, width: float) -> Box:
    """What a label covers, with a little air."""
    half = width / 2 + AIR
    x, y = spot
    return Box(x - half, y - HALF - AIR, x + half, y + HALF + AIR)


def _spots(way: Way, width: float, *, forks: bool) -> Iterator[Point]:
    """On the lane of a way that has one, along it, and right above it."""
    if len(way.legs) == len(way.legs[0]) == 1:  # a level line: by far the most
        (x, y), (end, _) = way.start, way.end
        if forks and end - x > width + 2 * BEFORE:
            yield x + BEFORE + width / 2, y
        yield (x + end) / 2, y
        if end - x > width + 24:
            for share in SHARES[1:]:
                yield x + (end - x) * share, y
    else:
        if way.lane is not None:
            y, left, right = way.lane
            for share in SHARES:
                yield left + (right - left) * share, y
        yield from along(way.points(), SHARES)
    middle = along(way.points(), (0.5,))[0]
    for lift in range(1, 12):
        yield middle[0], middle[1] - lift * LIFTED
