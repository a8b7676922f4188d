"""From left to right: the column of every unit, and where the drawing can be cut.

Between two cuts lies a section. Only one wire leads from a section to the next, so each
is ordered by itself, and rows may end between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gui.canvas.layout.units import Link


@dataclass(slots=True)
class Item:
    """A unit in its column, or a wire that passes through the column.

    Args:
        unit: which; -1 is a passing wire.
        back: items of the column before that it is wired to: item, port there, port
            here; ports as distances below the origin.
        on: the same for the column after.
    """

    unit: int
    back: list[tuple[Item, float, float]] = field(default_factory=list)
    on: list[tuple[Item, float, float]] = field(default_factory=list)
    place: int = 0  # within its column, from above
    y: float = 0.0


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


def sections(
    members: Sequence[int], links: Sequence[Link], depth: Sequence[int]
) -> list[Section]:
    """The sections of one part of the drawing, from left to right."""
    width = max(depth[place] for place in members) + 1
    columns: list[list[Item]] = [[] for _ in range(width)]
    items: dict[int, Item] = {}
    for place in members:
        item = items[place] = Item(place)
        columns[depth[place]].append(item)
    passing = [0] * (width + 1)
    for link in links:
        passing[depth[link.source]] += 1
        passing[depth[link.target]] -= 1
    crossing, cut = 0, [False] * width
    for column in range(width - 1):
        crossing += passing[column]
        cut[column] = crossing == 1
    lone = _lone(links, depth, cut)
    begins = [0, *(c + 1 for c in range(width - 1) if c in lone), width]
    found = [
        Section(columns[first:last], [], lone.get(first - 1))
        for first, last in pairwise(begins)
    ]
    of_column = [
        place for place, (a, b) in enumerate(pairwise(begins)) for _ in range(a, b)
    ]
    for link in links:
        first, last = depth[link.source], depth[link.target]
        if first in lone and lone[first] is link:
            continue
        found[of_column[first]].links.append(link)
        before, port = items[link.source], link.leaves
        for column in range(first + 1, last):
            item = Item(-1)
            columns[column].append(item)
            _tie(before, item, port, 0.0)
            before, port = item, 0.0
        _tie(before, items[link.target], port, link.arrives)
    return found


def _lone(
    links: Sequence[Link], depth: Sequence[int], cut: Sequence[bool]
) -> dict[int, Link]:
    """Column -> the one link that leads on from it to the next."""
    return {
        depth[link.source]: link
        for link in links
        if cut[depth[link.source]] and depth[link.target] == depth[link.source] + 1
    }


def _tie(before: Item, after: Item, leaves: float, arrives: float) -> None:
    before.on.append((after, leaves, arrives))
    after.back.append((before, leaves, arrives))
