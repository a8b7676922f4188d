"""From left to right: the column of every unit, and where the drawing can be cut.

Between two cuts lies a section. Only one wire leads from a section to the next, so each
is ordered by itself, and rows may end between them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import inf

from gui.canvas.layout.units import Link


@dataclass(slots=True, eq=False)
class Item:
    """A unit in its column, or a wire that passes through the column.

    Args:
        unit: which; -1 is a passing wire.
        back: items of the column before that it is wired to: item, port there, port
            here; ports as distances below the origin.
        on: the same for the column after.
        place: within its column, from above.
        y: of its origin.
        key: what a sweep sorts by.
        worth: of the best way that leads here, and the item by which it comes, while
            the main line is found.
        run: the straight line that it stands on, and how far below its first item.
        main: whether it is of the main line.
        behind: whether its run goes on in the next column.
    """

    unit: int
    back: list[tuple[Item, float, float]] = field(default_factory=list)
    on: list[tuple[Item, float, float]] = field(default_factory=list)
    place: int = 0
    y: float = 0.0
    key: float = 0.0
    worth: float = -1.0
    via: Item | None = None
    run: Run | None = None
    lower: float = 0.0
    main: bool = False
    behind: bool = False


@dataclass(slots=True, eq=False)
class Run:
    """Items that stand on one straight line.

    Args:
        base: the height of its first item.
        beyond: the runs next to it, away from the main line, and how far they must be.
        waits: how many runs must be settled before this one.
        least: how far from the main line it must be by those that are.
        down: -1 above the main line.
    """

    items: list[Item] = field(default_factory=list)
    base: float = 0.0
    beyond: list[tuple[Run, float]] = field(default_factory=list)
    waits: int = 0
    least: float = -inf
    down: float = 1.0


@dataclass(slots=True)
class Section:
    """Columns that stay together.

    Args:
        columns: the items of each, from above.
        links: between units of this section.
        entry: the link that leads here from the section before.
    """

    columns: list[list[Item]]
    links: list[Link]
    entry: Link | None = None


def parts(count: int, links: Sequence[Link]) -> list[list[int]]:
    """Units by what hangs together, the earliest first."""
    root = list(range(count))

    def top(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for link in links:
        one, other = top(link.source), top(link.target)
        if one != other:
            root[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for place in range(count):
        found.setdefault(top(place), []).append(place)
    return list(found.values())


def depths(count: int, links: Sequence[Link]) -> list[int]:
    """The column of each unit: after its sources, side inputs right before their use.

    Args:
        count: of the units, which are in topological order.
        links: between them.
    """
    depth, leaving = [0] * count, [0] * count
    least = [count] * count  # the first column that a unit feeds
    entering: list[list[int]] = [[] for _ in range(count)]
    for link in links:
        leaving[link.source] += 1
        entering[link.target].append(link.source)
    side = [False] * count  # whether all that comes here comes from nowhere else
    for place, sources in enumerate(entering):
        if sources:
            depth[place] = 1 + max(depth[source] for source in sources)
        side[place] = all(side[s] and leaving[s] == 1 for s in sources)
    for place in range(count - 1, -1, -1):
        if side[place] and leaving[place]:
            depth[place] = max(depth[place], least[place] - 1)
        for source in entering[place]:
            least[source] = min(least[source], depth[place])
    return depth


def crowds(links: Sequence[Link], depth: Sequence[int], width: int) -> list[int]:
    """How many links lead over the boundary right of each column."""
    passing = [0] * (width + 1)
    for link in links:
        passing[depth[link.source]] += 1
        passing[depth[link.target]] -= 1
    return list(accumulate(passing[: width - 1]))


def leading(
    members: Sequence[int], links: Sequence[Link], depth: Sequence[int], width: int
) -> list[int]:
    """As `crowds`, and very many where a row must not end: between branches.

    A wire that skips from a place that everything passes may go on in the row below.
    """
    found = crowds(links, depth, width)
    over = [0] * (width + 1)  # units in a column, and links that pass over it
    for link in links:
        over[depth[link.source] + 1] += 1
        over[depth[link.target]] -= 1
    over = list(accumulate(over))
    for unit in members:
        over[depth[unit]] += 1
    skips = [0] * (width + 1)
    for link in links:
        if (
            depth[link.target] - depth[link.source] > 1
            and over[depth[link.source]] == 1
        ):
            skips[depth[link.source]] += 1
            skips[depth[link.target]] -= 1
    for column, count in enumerate(accumulate(skips[: width - 1])):
        if found[column] > 1 + count:
            found[column] = len(links) + 1
    return found


def sections(
    members: Sequence[int],
    links: Sequence[Link],
    depth: Sequence[int],
    breaks: Collection[int] = (),
) -> list[Section]:
    """The sections of one part of the drawing, from left to right.

    Args:
        members: units of this part.
        links: between them.
        depth: the column of every unit.
        breaks: columns that a row ends with; wires to other rows take no lane in them.
    """
    width = max(depth[place] for place in members) + 1
    columns: list[list[Item]] = [[] for _ in range(width)]
    items: dict[int, Item] = {}
    for place in members:
        item = items[place] = Item(place)
        columns[depth[place]].append(item)
    lone = _lone(links, depth, crowds(links, depth, width))
    cuts = sorted(lone.keys() | set(breaks))
    begins = [0, *(cut + 1 for cut in cuts), width]
    found = [
        Section(columns[first:last], [], lone.get(first - 1))
        for first, last in pairwise(begins)
    ]
    row = list(accumulate(column - 1 in breaks for column in range(width)))
    spans = pairwise(begins)
    of_column = [place for place, (a, b) in enumerate(spans) for _ in range(a, b)]
    for link in links:
        first, last = depth[link.source], depth[link.target]
        if lone.get(first) is link or row[first] != row[last]:
            continue
        found[of_column[first]].links.append(link)
        before, port = items[link.source], link.leaves
        for column in range(first + 1, last):
            item = Item(-1)
            columns[column].append(item)
            tie(before, item, port, 0.0)
            before, port = item, 0.0
        tie(before, items[link.target], port, link.arrives)
    return found


def _lone(
    links: Sequence[Link], depth: Sequence[int], crossing: Sequence[int]
) -> dict[int, Link]:
    """Column -> the one link that leads on from it to the next."""
    return {
        depth[link.source]: link
        for link in links
        if crossing[depth[link.source]] == 1
        and depth[link.target] == depth[link.source] + 1
    }


def tie(before: Item, after: Item, leaves: float, arrives: float) -> None:
    """Wire two items of columns next to each other."""
    before.on.append((after, leaves, arrives))
    after.back.append((before, leaves, arrives))
