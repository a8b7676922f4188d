"""Who stands above whom in a column, so that few wires cross.

Sweeps by the middles of the neighbours, then swaps of two that are next to each other.
An order is only left for one with fewer crossings: what the person arranged stays.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from gui.canvas.layout.layers import Item

SWEEPS, FEW = 8, 2  # over the columns of a span, and of one with many items
MANY = 1500
IDLE = 1  # sweeps that took nothing away before it is left at that
PORT = 1e-4  # what a port further down counts beside a place further down
SWAPPED = 24  # columns of more items are not improved by swaps

Columns = Sequence[list[Item]]


def ordered(columns: Columns, now: Mapping[int, float]) -> None:
    """Sort every column in place.

    Args:
        columns: from left to right.
        now: how high units stand before.
    """
    if all(len(column) == 1 for column in columns):
        return
    _as_they_are(columns, now)
    _number(columns)
    for span in _spans(columns):
        counts = [_between(column) for column in span[:-1]]
        if any(counts):
            _improve(span, counts)


def _spans(columns: Columns) -> Iterator[Columns]:
    """What lies between columns of a single item: nothing there depends on the rest."""
    first = 0
    for place, column in enumerate(columns):
        if len(column) == 1:
            if place - first > 1:
                yield columns[first : place + 1]
            first = place
    if len(columns) - first > 1:
        yield columns[first:]


def _between(column: list[Item]) -> int:
    """Crossings right of a column."""
    if len(column) == 1 and len(column[0].on) < 2:
        return 0
    ends: list[tuple[float, float]] = []
    for item in column:
        found = [
            (item.place + leaves * PORT, target.place + arrives * PORT)
            for target, leaves, arrives in item.on
        ]
        if len(found) > 1:
            found.sort()
        ends += found
    if all(one[1] <= other[1] for one, other in pairwise(ends)):
        return 0
    count, met = 0, list[float]()
    start = 0
    for place, (begin, end) in enumerate(ends):
        if begin != ends[start][0]:  # wires of one port do not cross each other
            for other in ends[start:place]:
                insort(met, other[1])
            start = place
        count += len(met) - bisect_right(met, end)
    return count


def _as_they_are(columns: Columns, now: Mapping[int, float]) -> None:
    """Begin with the order that the person sees; a passing wire goes with its ends."""
    passing = []
    for column in columns:
        for item in column:
            if item.unit >= 0:
                item.key = now.get(item.unit, 0.0)
            else:
                before, leaves, _ = item.back[0]
                item.key = (
                    before.key + leaves - 1e-3 if before.unit >= 0 else before.key
                )
                passing.append(item)
    for item in reversed(passing):
        after, _, arrives = item.on[0]
        end = after.key + arrives if after.unit >= 0 else after.key
        item.key = end if end < item.key else (item.key + end) / 2
    for column in columns:
        if len(column) > 1:
            column.sort(key=_key)


def _improve(columns: Columns, counts: list[int]) -> None:
    """Sweep to and fro; `counts` are crossings right of each column but the last."""
    kept, least, idle = _kept(columns), sum(counts), 0
    items = sum(len(column) for column in columns)
    for sweep in range(SWEEPS if items < MANY else FEW):
        moved = _swept(columns, counts, back=sweep % 2 == 0)
        for place in moved | {place - 1 for place in moved}:
            if 0 <= place < len(counts):
                counts[place] = _between(columns[place])
        count = sum(counts)
        if count < least:
            least, kept, idle = count, _kept(columns), 0
        else:
            idle += 1
        if not least or not moved or idle > IDLE:
            break
    for column, best in zip(columns, kept, strict=True):
        column[:] = best
    _number(columns)


def _swept(columns: Columns, counts: Sequence[int], *, back: bool) -> set[int]:
    """Sort columns one after the other where wires cross; which are now others."""
    moved: set[int] = set()
    last = len(columns) - 1
    for step in range(1, last + 1):
        place = step if back else last - step
        column = columns[place]
        crossed = counts[place - 1] if place else 0
        crossed += counts[place] if place < last else 0
        if len(column) == 1 or not (
            crossed or place - 1 in moved or place + 1 in moved
        ):
            continue
        before = list(column)
        _sweep(column, back=back)
        if len(column) <= SWAPPED:
            _swap(column)
        if column != before:
            moved.add(place)
    return moved


def _sweep(column: list[Item], *, back: bool) -> None:
    """Sort a column by the middles of the neighbours on one side."""
    for item in column:
        ends = item.back if back else item.on
        if not ends:
            item.key = float(item.place)
            continue
        total = 0.0
        for end, leaves, arrives in ends:
            total += end.place + (leaves if back else arrives) * PORT
        item.key = total / len(ends)
    column.sort(key=_key)
    for place, item in enumerate(column):
        item.place = place


def _key(item: Item) -> float:
    return item.key


def _swap(column: list[Item]) -> None:
    """Exchange neighbours as long as that takes crossings away."""
    better = True
    while better:
        better = False
        for place in range(len(column) - 1):
            upper, lower = column[place], column[place + 1]
            if _tangled(upper, lower):
                column[place], column[place + 1] = lower, upper
                lower.place, upper.place = place, place + 1
                better = True


def _tangled(upper: Item, lower: Item) -> bool:
    """Whether the wires of two items would cross less if they changed places."""
    more = 0
    for one, leaves, _ in upper.back:
        first = one.place + leaves * PORT
        for other, leaving, _ in lower.back:
            second = other.place + leaving * PORT
            more += (first > second) - (first < second)
    for one, _, arrives in upper.on:
        first = one.place + arrives * PORT
        for other, _, arriving in lower.on:
            second = other.place + arriving * PORT
            more += (first > second) - (first < second)
    return more > 0


def _kept(columns: Columns) -> list[list[Item]]:
    return [list(column) for column in columns]


def _number(columns: Columns) -> None:
    for column in columns:
        for place, item in enumerate(column):
            item.place = place
