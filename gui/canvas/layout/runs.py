"""How high everything stands in a section.

The main line, the way with most nodes on it, is straight from port to port. Other
chains are straight too: runs, pushed towards the main line as far as nodes and passing
wires have room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gui.canvas.layout.layers import Item, Section, tie
from gui.canvas.layout.units import Unit

AIR = 26.0  # between nodes above each other
LANE = 8.0  # half of what a passing wire takes
CLEAR = 12.0  # between a passing wire's lane and a node
NODE = 1000.0  # what a node more is worth to the main line

Tie = tuple[Item, Item, float]  # from, to, and how much lower the second's origin is


@dataclass(slots=True)
class Run:
    """Items that stand on one straight line."""

    items: list[tuple[Item, float]] = field(default_factory=list)  # and its offset
    base: float = 0.0


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
    main = _main_line(columns, -1 if entry is None else entry.target, leaving)
    runs = _runs(columns, main)
    spine = runs[id(main[0])]
    spine.base = start
    _press(columns, runs, units, spine)
    for run in {id(run): run for run in runs.values()}.values():
        for item, offset in run.items:
            item.y = run.base + offset


def _chained(columns: Sequence[list[Item]], y: float) -> None:
    """A single line of nodes."""
    for (item,) in columns:
        if item.back:
            before, leaves, arrives = item.back[0]
            y = before.y + leaves - arrives
        item.y = y


def _main_line(columns: Sequence[list[Item]], first: int, last: int) -> list[Item]:
    """The way through all columns with most nodes on it; the middle one of equals."""
    best: dict[int, tuple[float, Item | None]] = {}
    for place, column in enumerate(columns):
        middle = (len(column) - 1) / 2
        if place and not any(id(b) in best for item in column for b, _, _ in item.back):
            # The way goes on in another row: here the line jumps.
            ends = [item for item in columns[place - 1] if id(item) in best]
            tie(max(ends, key=lambda item: best[id(item)][0]), column[0], 0.0, 0.0)
        for item in column:
            worth = NODE * (item.unit >= 0) - abs(item.place - middle)
            ways = [(best[id(b)][0], b) for b, _, _ in item.back if id(b) in best]
            if not place and (first < 0 or item.unit == first):
                best[id(item)] = (worth, None)
            elif place and ways:
                most, via = max(ways, key=lambda way: way[0])
                best[id(item)] = (worth + most, via)
    ends = [item for item in columns[-1] if id(item) in best]
    exits = [item for item in ends if item.unit == last]
    line: list[Item] = []
    step: Item | None = max(exits or ends, key=lambda item: best[id(item)][0])
    while step is not None:
        line.append(step)
        step = best[id(step)][1]
    return line[::-1]


def _runs(columns: Sequence[list[Item]], main: Sequence[Item]) -> dict[int, Run]:
    """The run of each item, by id()."""
    found: dict[int, Run] = {}
    on_main = {id(item) for item in main}
    straight: dict[int, tuple[Item, float]] = {}  # item -> the one before on its run
    for column in columns[:-1]:
        taken: set[int] = set()
        kept: list[tuple[int, int]] = []
        for item, after, lower in _ties(column, on_main):
            if id(item) in taken or id(after) in straight:
                continue
            if any((item.place < one) != (after.place < other) for one, other in kept):
                continue
            kept.append((item.place, after.place))
            taken.add(id(item))
            straight[id(after)] = (item, lower)
    for column in columns:
        for item in column:
            before = straight.get(id(item))
            if before is None:
                run = found[id(item)] = Run([(item, 0.0)])
            else:
                run = found[id(item)] = found[id(before[0])]
                run.items.append((item, run.items[-1][1] + before[1]))
    return found


def _ties(column: Sequence[Item], on_main: set[int]) -> list[Tie]:
    """Wires to the next column, those first that should be straight."""
    ranked = []
    for item in column:
        for after, leaves, arrives in item.on:
            both = (id(item) in on_main) + (id(after) in on_main)
            if both == 1:
                continue  # a branch: the main line goes on elsewhere
            passing = item.unit < 0 and after.unit < 0
            alone = len(item.on) == 1 and len(after.back) == 1
            rank = 0 if both == 2 else 1 if passing else 2 if alone else 3
            ranked.append((rank, item, after, leaves - arrives))
    ranked.sort(key=lambda tie: (tie[0], tie[1].place, tie[2].place))
    return [tie[1:] for tie in ranked]


def _press(
    columns: Sequence[list[Item]],
    runs: Mapping[int, Run],
    units: Sequence[Unit],
    spine: Run,
) -> None:
    """Push the runs above and below the main line towards it."""
    below: dict[int, list[tuple[Run, float]]] = {}  # run -> what lies under it, how far
    waits: dict[int, int] = {}
    above: dict[int, list[tuple[Run, float]]] = {}
    stays: dict[int, int] = {}
    offsets = {id(item): y for run in runs.values() for item, y in run.items}
    for column in columns:
        met = False
        for upper, lower in pairwise(column):
            one, other = runs[id(upper)], runs[id(lower)]
            met = met or one is spine
            apart = _apart(upper, lower, units)
            apart += offsets[id(upper)] - offsets[id(lower)]
            if met:
                below.setdefault(id(one), []).append((other, apart))
                waits[id(other)] = waits.get(id(other), 0) + 1
            else:
                above.setdefault(id(other), []).append((one, apart))
                stays[id(one)] = stays.get(id(one), 0) + 1
    _push(spine, below, waits, 1.0)
    _push(spine, above, stays, -1.0)


def _push(
    spine: Run,
    beyond: Mapping[int, list[tuple[Run, float]]],
    waits: dict[int, int],
    down: float,
) -> None:
    """Runs on one side of the main line, each once all between are settled."""
    settled: dict[int, float] = {}
    ready = [spine]
    for run in ready:  # grows while it is walked
        for other, apart in beyond.get(id(run), ()):
            least = run.base * down + apart
            settled[id(other)] = max(settled.get(id(other), least), least)
            waits[id(other)] -= 1
            if not waits[id(other)]:
                other.base = settled[id(other)] * down
                ready.append(other)


def _apart(upper: Item, lower: Item, units: Sequence[Unit]) -> float:
    """From the one's origin to the other's, at least."""
    under = units[upper.unit].box.bottom if upper.unit >= 0 else LANE
    over = -units[lower.unit].box.top if lower.unit >= 0 else LANE
    nodes = (upper.unit >= 0) + (lower.unit >= 0)
    return under + over + (0.0, CLEAR, AIR)[nodes]
