"""Which way a wire takes: straight where it can, else round what lies between.

A wire that cannot be straight runs level on a lane that is free, above or below what
is in its way, and turns where nothing stands. Short ways are found first and get the
lanes nearest to the nodes, so that one skip inside another does not cover it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise

from gui.canvas.layout.ground import Ground, Key, Other
from gui.canvas.layout.shapes import Box, Point
from gui.canvas.layout.way import Way, bowed, cornered, direct, levelled

CLEAR = 20.0  # between a lane and the nodes beside it
TIGHT = 7.0  # where there is no room for that
BESIDE = 9.0  # beside an upright line: not between a layer and what is docked to it
PITCH = 16.0  # between two lanes
TURN = 44.0  # what a turn wants from left to right
SHORT = 18.0  # what it needs
NARROW = 11.0  # between a layer and what is docked to it
AROUND = 22.0  # from a port to the line that goes round its node
LEAST = 60.0  # a wire shorter than this has nothing in its way
LONG = 230.0  # a slanting wire of this length runs level as far as it can
SIGHT = 260.0  # how far above and below a lane is looked for at first
CROWD = 400  # nodes; a way round all of more than these is worth no search
AGAINST = 160.0  # what a lane on the side that crosses more is further
LEVEL = 110.0  # straight wires of this length are lanes to others


class Lanes(Ground[Key]):
    """The level stretches of wires; none may come to lie upon another."""

    def lay(self, key: Key, way: Way) -> None:
        """Remember the way of a wire."""
        self.drop(key)
        if way.lane and way.lane[2] - way.lane[1] >= LEVEL:
            y, left, right = way.lane
            half = PITCH / 2 - 1
            self.put(key, Box(left, y - half, right, y + half))

    def taken(self, y: float, left: float, right: float) -> bool:
        """Whether a wire already runs there."""
        half = PITCH / 2 - 1
        return bool(self.near(Box(left + 12, y - half, right - 12, y + half)))


def way_of(
    start: Point,
    end: Point,
    ends: Collection[Hashable],
    ground: Ground[Key],
    lanes: Lanes[Other],
    level: float = 0.0,
    lean: float = 0.0,
) -> Way:
    """The way from a port to a port.

    Args:
        start: an output.
        end: an input.
        ends: the keys of the nodes that these are of.
        ground: what nodes cover.
        lanes: where wires run level.
        level: how far a straight way is level at first.
        lean: -1 where a way above what lies between crosses less than one below, or 1.
    """
    plain = direct(start, end, level)
    if end[0] - start[0] > LONG and abs(end[1] - start[1]) > 2.0:
        for way in (*levelled(start, end), plain):
            if not _met(way, ends, ground) and not _on_another(way, lanes):
                return way
        return _bow(start, end, ends, ground, lanes, lean) or plain
    if end[0] - start[0] >= 8.0:
        if end[0] - start[0] < LEAST or not _met(plain, ends, ground):
            return plain
        return _bow(start, end, ends, ground, lanes, lean) or plain
    return _return(start, end, ground, lanes) or plain


def _on_another(way: Way, lanes: Lanes[Other]) -> bool:
    return way.lane is not None and lanes.taken(*way.lane)


def _met(way: Way, ends: Collection[Hashable], ground: Ground[Key]) -> bool:
    """Whether a node other than those at its ends lies on or close to a direct way."""
    (left, y), (right, other) = way.start, way.end
    area = Box(left, min(y, other) - 3, right, max(y, other) + 3)
    boxes = [box for key, box in ground.near(area).items() if key not in ends]
    if not boxes or len(way.legs) == len(way.legs[0]) == 1:
        return bool(boxes)
    points = way.points()
    return any(_touched(points, box) for box in boxes)


def _touched(points: Sequence[Point], box: Box) -> bool:
    """Whether a polyline comes within a few pixels of a box."""
    left, top, right, bottom = box.grown(3.0)
    for (x, y), (to_x, to_y) in pairwise(points):
        low, high = 0.0, 1.0  # the part of this piece that may lie inside
        for at, to, least, most in ((x, to_x, left, right), (y, to_y, top, bottom)):
            if at == to:
                if not least < at < most:
                    low, high = 1.0, 0.0
                continue
            one, other = (least - at) / (to - at), (most - at) / (to - at)
            low, high = max(low, min(one, other)), min(high, max(one, other))
        if low < high:
            return True
    return False


def _bow(
    start: Point,
    end: Point,
    ends: Collection[Hashable],
    ground: Ground[Key],
    lanes: Lanes[Other],
    lean: float,
) -> Way | None:
    """Along a lane above or below what lies between."""
    for sight in (SIGHT, 4 * SIGHT, None):
        boxes = _seen(start, end, sight, ground, 0.0)
        near = list(boxes.values())
        if sight is None and len(near) > CROWD:
            return None
        low, high = _limits(start, end, sight)
        others = (box for key, box in boxes.items() if key not in ends)
        for lane, away in _candidates(start, end, others, lean):
            for y in _pitched(lane, away, start[0], end[0], lanes):
                if not low < y < high:
                    break
                out = _turn(start, y, end[0], near, 1.0)
                back = _turn(end, y, start[0], near, -1.0)
                if out is None or back is None or out[1] > back[1]:
                    break
                if _blocked(out[1], back[1], y, near, TIGHT):
                    break
                return _bow_by(start, out, back, y, end)
    return None


def _bow_by(start: Point, out: Point, back: Point, y: float, end: Point) -> Way:
    """`out`, `back`: where a turn leaves a port's height and meets the lane."""
    stops: list[Point] = []
    if out[0] - start[0] > 1.0:
        stops += [start, (out[0], start[1])]
    stops += [(out[1], y), (back[1], y)]
    if end[0] - back[0] > 1.0:
        stops += [(back[0], end[1]), end]
    return bowed(start, stops, end)


def _limits(start: Point, end: Point, sight: float | None) -> tuple[float, float]:
    if sight is None:
        return float("-inf"), float("inf")
    return min(start[1], end[1]) - sight + CLEAR, max(start[1], end[1]) + sight - CLEAR


def _seen(
    start: Point, end: Point, sight: float | None, ground: Ground[Key], side: float
) -> dict[Key, Box]:
    """The nodes beside and between the ends."""
    left, right = min(start[0], end[0]) - side, max(start[0], end[0]) + side
    if sight is None:
        whole = ground.whole or Box(0, 0, 0, 0)
        return ground.near(Box(left, whole.top - 1, right, whole.bottom + 1))
    top, bottom = min(start[1], end[1]) - sight, max(start[1], end[1]) + sight
    return ground.near(Box(left, top, right, bottom))


def _candidates(
    start: Point, end: Point, boxes: Iterable[Box], lean: float = 0.0
) -> list[tuple[float, float]]:
    """Free lanes, the shortest way first, and on which side of each there is room."""
    left, right = sorted((start[0], end[0]))
    met = [box for box in boxes if box[2] > left + SHORT and box[0] < right - SHORT]
    found: set[tuple[float, float]] = set()
    for upper, lower in _gaps(met):
        for y in (start[1], end[1]):
            if upper + TIGHT < y < lower - TIGHT:  # level with an end: a turn less
                found |= {(y, 1.0), (y, -1.0)}
        if lower - upper < 2 * CLEAR:
            found.add(((upper + lower) / 2, 1.0))
            continue
        if upper > float("-inf"):
            found.add((upper + CLEAR, 1.0))
        if lower < float("inf"):
            found.add((lower - CLEAR, -1.0))

    middle = (start[1] + end[1]) / 2

    def far(lane: tuple[float, float]) -> tuple[float, float]:
        across = AGAINST if (lane[0] - middle) * lean < 0 else 0.0
        return abs(start[1] - lane[0]) + abs(end[1] - lane[0]) + across, lane[0]

    return sorted(found, key=far)


def _gaps(boxes: Iterable[Box]) -> Iterator[tuple[float, float]]:
    """The free heights above, between and below boxes."""
    reached = float("-inf")
    for box in sorted(boxes, key=lambda box: box[1]):
        if box[1] - reached > 2 * TIGHT:
            yield reached, box[1]
        reached = max(reached, box[3])
    yield reached, float("inf")


def _pitched(
    lane: float, away: float, left: float, right: float, lanes: Lanes[Other]
) -> Iterator[float]:
    """The lane, or the next ones outward that no wire runs on."""
    for step in range(24):
        y = lane + away * step * PITCH
        if not lanes.taken(y, left, right):
            yield y


def _turn(
    port: Point, y: float, limit: float, boxes: Sequence[Box], ahead: float
) -> Point | None:
    """Where to leave a port's height and where the lane is reached; None: nowhere."""
    top, bottom = min(port[1], y) - TIGHT, max(port[1], y) + TIGHT
    if abs(y - port[1]) < 1.0:
        return port[0], port[0] + ahead
    for wide in (min(TURN, abs(limit - port[0]) / 3), SHORT, NARROW):
        x = port[0]
        for _ in range(12):
            far = x + ahead * wide
            low, high = min(x, far), max(x, far)
            hit = [
                b
                for b in boxes
                if b[0] < high - 0.5
                and low + 0.5 < b[2]
                and b[1] < bottom
                and top < b[3]
            ]
            if not hit:
                if (limit - far) * ahead > 0 and _level(port, x, boxes):
                    return x, far
                break
            x = max(b[2] for b in hit) + 4 if ahead > 0 else min(b[0] for b in hit) - 4
    return None


def _level(port: Point, x: float, boxes: Iterable[Box]) -> bool:
    """Whether nothing lies between a port and an x beside it, at the port's height."""
    left, right = min(port[0], x), max(port[0], x)
    others = (
        b
        for b in boxes
        if not (b[0] <= port[0] <= b[2] and b[1] <= port[1] <= b[3])  # the port's own
    )
    return not _blocked(left, right, port[1], others, 2.0)


def _blocked(
    left: float, right: float, y: float, boxes: Iterable[Box], clear: float
) -> bool:
    return any(
        box[0] < right - 1
        and left + 1 < box[2]
        and box[1] < y + clear
        and y - clear < box[3]
        for box in boxes
    )


def _return(
    start: Point, end: Point, ground: Ground[Key], lanes: Lanes[Other]
) -> Way | None:
    """Backwards: out to the right, along a channel to the left, in from the left."""
    for sight in (SIGHT, 4 * SIGHT, None):
        boxes = list(_seen(start, end, sight, ground, 3 * AROUND).values())
        if sight is None and len(boxes) > CROWD:
            return None
        low, high = _limits(start, end, sight)
        for lane, away in _channels(start, end, boxes):
            for y in _pitched(lane, away, end[0] - AROUND, start[0] + AROUND, lanes):
                if not low < y < high:
                    break
                right = _upright(start, y, boxes, 1.0)
                left = _upright(end, y, boxes, -1.0)
                if right is None or left is None:
                    break
                if _blocked(left, right, y, boxes, TIGHT):
                    break
                corners = [start, (right, start[1]), (right, y)]
                return cornered([*corners, (left, y), (left, end[1]), end])
    return None


def _channels(
    start: Point, end: Point, boxes: Sequence[Box]
) -> list[tuple[float, float]]:
    """As `_candidates`; the middle of a channel between rows comes before its edges."""
    between = sorted((start[1], end[1]))
    gaps = [
        (upper - lower, (upper + lower) / 2)
        for upper, lower in _gaps(boxes)
        if between[0] < (upper + lower) / 2 < between[1] and lower - upper < 3 * SIGHT
    ]
    # The widest is the one between rows; others are between branches of one.
    middles = [(middle, 1.0) for _, middle in sorted(gaps)]
    return middles + _candidates(start, end, boxes)


def _upright(port: Point, y: float, boxes: Sequence[Box], ahead: float) -> float | None:
    """The x of an upright line from a port's height to a lane."""
    top, bottom = min(port[1], y), max(port[1], y)
    x = port[0] + ahead * AROUND
    for _ in range(12):
        hit = [
            b
            for b in boxes
            if b[0] < x + BESIDE and x - BESIDE < b[2] and b[1] < bottom and top < b[3]
        ]
        if not hit:
            return x if _level(port, x, boxes) else None
        x = max(b[2] for b in hit) + 10 if ahead > 0 else min(b[0] for b in hit) - 10
    return None
