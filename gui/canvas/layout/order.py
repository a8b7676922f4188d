"""Who stands above whom in a column, so that few wires cross.

Sweeps by the middles of the neighbours, then swaps of two that are next to each other.
An order is only left for one with fewer crossings: what the person arranged stays.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence

from gui.canvas.layout.layers import Item
from gui.canvas.layout.shapes import Point

SWEEPS = 8
PORT = 1e-4  # what a port further down counts beside a place further down
SWAPPED = 24  # columns of more items are not improved by swaps

Columns = Sequence[list[Item]]


def ordered(columns: Columns, now: Callable[[int], Point | None]) -> None:
    """Sort every column in place.

    Args:
        columns: from left to right.
        now: where a unit stands before.
    """
    if all(len(column) == 1 for column in columns):
        return
    _as_they_are(columns, now)
    _number(columns)
    least = crossings(columns)
    if least:
        kept = _kept(columns)
        _improve(columns, kept, least)


def crossings(columns: Columns) -> int:
    """How many pairs of wires cross between the columns."""
    return sum(_between(column) for column in columns[:-1])


def _between(column: list[Item]) -> int:
    """Crossings right of a column."""
    if len(column) == 1 and len(column[0].on) < 2:
        return 0
    ends = sorted(
        (item.place + leaves * PORT, target.place + arrives * PORT)
        for item in column
        for target, leaves, arrives in item.on
    )
    count, met = 0, list[float]()
    start = 0
    for place, (begin, end) in enumerate(ends):
        if begin != ends[start][0]:  # wires of one port do not cross each other
            for other in ends[start:place]:
                insort(met, other[1])
            start = place
        count += len(met) - bisect_right(met, end)
    return count


def _as_they_are(columns: Columns, now: Callable[[int], Point | None]) -> None:
    """Begin with the order that the person sees; a passing wire goes with its ends."""
    for column in columns:
        for item in column:
            spot = now(item.unit) if item.unit >= 0 else None
            item.y = spot[1] if spot else 0.0
    for column in columns:
        for item in column:
            if item.unit < 0:
                before, leaves, _ = item.back[0]
                item.y = before.y + leaves - 1e-3 if before.unit >= 0 else before.y
    for column in reversed(columns):
        for item in column:
            if item.unit < 0:
                after, _, arrives = item.on[0]
                end = after.y + arrives if after.unit >= 0 else after.y
                item.y = min(item.y, end) if item.y < end else (item.y + end) / 2
    for column in columns:
        column.sort(key=lambda item: item.y)


def _improve(columns: Columns, kept: list[list[Item]], least: int) -> None:
    for sweep in range(SWEEPS):
        if sweep % 2 == 0:
            for column in columns[1:]:
                _sweep(column, back=True)
        else:
            for column in reversed(columns[:-1]):
                _sweep(column, back=False)
        _swap(columns)
        count = crossings(columns)
        if count < least:
            least, kept = count, _kept(columns)
        if not least:
            break
    for column, best in zip(columns, kept, strict=True):
        column[:] = best
    _number(columns)


def _sweep(column: list[Item], *, back: bool) -> None:
    if len(column) == 1:
        return
    keys = {}
    for item in column:
        ends = item.back if back else item.on
        if not ends:
            keys[id(item)] = float(item.place)
        elif back:
            keys[id(item)] = sum(e.place + y * PORT for e, y, _ in ends) / len(ends)
        else:
            keys[id(item)] = sum(e.place + y * PORT for e, _, y in ends) / len(ends)
    column.sort(key=lambda item: keys[id(item)])
    for place, item in enumerate(column):
        item.place = place


def _swap(columns: Columns) -> None:
    """Exchange neighbours as long as that takes crossings away."""
    for column in columns:
        if not 1 < len(column) <= SWAPPED:
            continue
        better = True
        while better:
            better = False
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                if _pair(upper, lower) > _pair(lower, upper):
                    column[place], column[place + 1] = lower, upper
                    lower.place, upper.place = place, place + 1
                    better = True


def _pair(upper: Item, lower: Item) -> int:
    """Crossings of the wires of two items, if they stand in this order."""
    count = 0
    for above, below in ((upper.back, lower.back), (upper.on, lower.on)):
        back = above is upper.back
        for one, leaves, arrives in above:
            first = one.place + (leaves if back else arrives) * PORT
            for other, leaving, arriving in below:
                second = other.place + (leaving if back else arriving) * PORT
                count += first > second
    return count


def _kept(columns: Columns) -> list[list[Item]]:
    return [list(column) for column in columns]


def _number(columns: Columns) -> None:
    for column in columns:
        for place, item in enumerate(column):
            item.place = place
