"""How high everything stands in a section.

The main line, the way with most nodes on it, is straight from port to port. Other
chains are straight too: runs, pushed towards the main line as far as nodes and passing
wires have room.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter

from gui.canvas.layout.layers import Item, Run, Section, tie
from gui.canvas.layout.units import Unit

AIR = 26.0  # between nodes above each other
LANE = 8.0  # half of what a passing wire takes
CLEAR = 12.0  # between a passing wire's lane and a node
NODE = 1000.0  # what a node more is worth to the main line


def raised(section: Section, units: Sequence[Unit], leaving: int) -> None:
    """Give every item of a section its y; the wire that enters comes at y = 0.

    Args:
        section: ordered.
        units: of the drawing.
        leaving: the unit that the next section is fed by; -1 at the end.
    """
    columns, entry = section.columns, section.entry
    start = 0.0 if entry is None else -entry.arrives
    if all(len(column) == 1 for column in columns):
        _chained(columns, start)
        return
    spine = _main_line(columns, -1 if entry is None else entry.target, leaving)
    for item in spine:
        item.main = True
    runs = _runs(columns)
    main = runs[0] if spine[0].run is None else spine[0].run
    main.base = start
    _press(columns, units, main)
    for run in runs:
        for item in run.items:
            item.y = run.base + item.lower


def _chained(columns: Sequence[list[Item]], y: float) -> None:
    """A single line of nodes."""
    for (item,) in columns:
        if item.back:
            before, leaves, arrives = item.back[0]
            y = before.y + leaves - arrives
        item.y = y


def _main_line(columns: Sequence[list[Item]], first: int, last: int) -> list[Item]:
    """The way through all columns with most nodes on it; the middle one of equals."""
    for place, column in enumerate(columns):
        middle = (len(column) - 1) / 2
        for item in column:
            item.worth, item.main = -1.0, False
        if place and not any(b.worth >= 0 for item in column for b, _, _ in item.back):
            # The way goes on in another row: here the line jumps.
            best = max(columns[place - 1], key=_worth)
            tie(best, column[0], 0.0, 0.0)
        for item in column:
            worth = NODE * (item.unit >= 0) - abs(item.place - middle) + NODE
            if not place:
                item.via = None
                item.worth = worth if first < 0 or item.unit == first else -1.0
                continue
            for before, _, _ in item.back:
                if before.worth >= 0 and before.worth + worth > item.worth:
                    item.worth, item.via = before.worth + worth, before
    exits = [item for item in columns[-1] if item.unit == last and item.worth >= 0]
    step: Item | None = max(exits or columns[-1], key=_worth)
    line: list[Item] = []
    while step is not None:
        line.append(step)
        step = step.via
    return line[::-1]


def _worth(item: Item) -> float:
    return item.worth


def _runs(columns: Sequence[list[Item]]) -> list[Run]:
    """All runs; every item knows its own."""
    for column in columns:
        for item in column:
            item.run, item.lower, item.behind = None, 0.0, False
    found: list[Run] = []
    for column in columns:
        for item in column:
            if item.run is None:
                item.run = Run([item])
                found.append(item.run)
        kept: list[tuple[int, int]] = []
        for item, after, lower in _ties(column):
            if item.behind or after.run is not None:
                continue
            here, there = item.place, after.place
            if any((here < one) != (there < other) for one, other in kept):
                continue
            kept.append((here, there))
            item.behind, after.run = True, item.run
            after.lower = item.lower + lower
            after.run.items.append(after)  # type: ignore[union-attr]  # set above
    return found


def _ties(column: Sequence[Item]) -> list[tuple[Item, Item, float]]:
    """Wires to the next column, those first that should be straight."""
    if len(column) == 1 and len(column[0].on) == 1:
        after, leaves, arrives = column[0].on[0]
        both = column[0].main == after.main
        return [(column[0], after, leaves - arrives)] if both else []
    ranked = []
    for item in column:
        for after, leaves, arrives in item.on:
            if item.main != after.main:
                continue  # a branch: the main line goes on elsewhere
            passing = item.unit < 0 and after.unit < 0
            alone = len(item.on) == 1 and len(after.back) == 1
            rank = 0 if item.main else 1 if passing else 2 if alone else 3
            order = rank, item.place, after.place
            ranked.append((order, (item, after, leaves - arrives)))
    ranked.sort(key=itemgetter(0))
    return [found for _, found in ranked]


def _press(columns: Sequence[list[Item]], units: Sequence[Unit], main: Run) -> None:
    """Push the runs above and below the main line towards it."""
    for column in columns:
        met = False
        for upper, lower in pairwise(column):
            one, other = upper.run, lower.run
            if one is None or other is None:
                continue
            met = met or one is main
            apart = _apart(upper, lower, units) + upper.lower - lower.lower
            if met:
                one.beyond.append((other, apart))
                other.waits += 1
            else:
                other.beyond.append((one, apart))
                one.waits += 1
                one.down = -1.0
    ready = [main]
    for run in ready:  # grows while it is walked
        for other, apart in run.beyond:
            other.least = max(other.least, run.base * other.down + apart)
            other.waits -= 1
            if not other.waits:
                other.base = other.least * other.down
                ready.append(other)


def _apart(upper: Item, lower: Item, units: Sequence[Unit]) -> float:
    """From the one's origin to the other's, at least."""
    under = units[upper.unit].box.bottom if upper.unit >= 0 else LANE
    over = -units[lower.unit].box.top if lower.unit >= 0 else LANE
    nodes = (upper.unit >= 0) + (lower.unit >= 0)
    return under + over + (0.0, CLEAR, AIR)[nodes]
