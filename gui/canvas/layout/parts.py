"""A section with the places of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gui.canvas.layout import runs
from gui.canvas.layout.layers import Item, Section
from gui.canvas.layout.order import MANY, ordered
from gui.canvas.layout.rows import Stretch
from gui.canvas.layout.shapes import Box
from gui.canvas.layout.units import Link, Unit

GAP = 44.0  # least room between two columns
LABEL = 30.0  # of a wire that is seen on both sides of its label
SWUNG = 64.0  # the same, where the wire turns up or down behind its label
FAN = 6.0  # more room for each wire that does not run straight
FANNED = 60.0  # at most
SETTLED = 4  # times that a section is ordered at most
LANES = Box(0.0, -runs.LANE - runs.CLEAR, 0.0, runs.LANE + runs.CLEAR)


class Part(NamedTuple):
    """A section, laid out: items at x from its left edge."""

    section: Section
    xs: list[float]  # the origin of each column
    stretch: Stretch
    leaves: float  # how much lower the next section's wire is than this one's


def laid(section: Section, units: Sequence[Unit], follows: Link | None) -> Part:
    """Columns and heights of one section."""
    leaving = -1 if follows is None else follows.source
    _stacked(section, units, leaving)
    xs = _across(section.columns, section.links, units)
    left = min(
        xs[0] + units[i.unit].box.left for i in section.columns[0] if i.unit >= 0
    )
    right = top = bottom = 0.0
    out = 0.0
    for column, x in zip(section.columns, xs, strict=True):
        for item in column:
            box = units[item.unit].box if item.unit >= 0 else LANES
            top, bottom = min(top, item.y + box.top), max(bottom, item.y + box.bottom)
            right = max(right, x + box.right)
            if follows is not None and item.unit == leaving:
                out = item.y + follows.leaves
    gap = 0.0 if section.entry is None else max(GAP, section.entry.room + LABEL)
    stretch = Stretch(gap, right - left, top, bottom)
    return Part(section, [x - left for x in xs], stretch, out)


def _stacked(section: Section, units: Sequence[Unit], leaving: int) -> None:
    """Order and heights; once more from there, until a tidy section stays as it is.

    Where wires pass is not kept with a design, so it must follow from where nodes are.
    """
    columns = section.columns
    heights = {
        item.unit: now[1]
        for column in columns
        for item in column
        if item.unit >= 0 and (now := units[item.unit].now) is not None
    }
    before: list[list[Item]] = []
    many = sum(len(column) for column in columns) > MANY
    for _ in range(1 if many else SETTLED):
        ordered(columns, heights)
        if before == columns:
            return
        before = [list(column) for column in columns]
        runs.raised(section, units, leaving)
        if all(len(c) == 1 or all(item.unit >= 0 for item in c) for c in columns):
            return
        found = {i.unit: float(round(i.y)) for c in columns for i in c if i.unit >= 0}
        if found == heights:
            return
        heights = found


def _across(
    columns: Sequence[list[Item]], links: Sequence[Link], units: Sequence[Unit]
) -> list[float]:
    """The x of every column: room for the nodes, and for the labels between them."""
    lefts, rights = [], []
    where: dict[int, int] = {}
    for place, column in enumerate(columns):
        boxes = [units[item.unit].box for item in column if item.unit >= 0]
        lefts.append(min((box.left for box in boxes), default=0.0))
        rights.append(max((box.right for box in boxes), default=0.0))
        for item in column:
            where[item.unit] = place
    level = _level(columns, links, where)
    needs = [
        rights[place] - lefts[place + 1] + GAP + _fan(columns[place])
        for place in range(len(columns) - 1)
    ]
    for link in links:
        place = where[link.source]
        if where[link.target] == place + 1:
            wide = units[link.source].box.right - units[link.target].box.left
            room = LABEL if link in level else SWUNG
            needs[place] = max(needs[place], wide + link.room + room)
    xs = [0.0]
    for need in needs:
        xs.append(xs[-1] + need)
    return xs


def _level(
    columns: Sequence[list[Item]], links: Sequence[Link], where: Mapping[int, int]
) -> set[Link]:
    """The links that run straight from column to column."""
    ys = {item.unit: item.y for column in columns for item in column}
    return {
        link
        for link in links
        if where[link.target] - where[link.source] == 1
        and ys[link.source] + link.leaves == ys[link.target] + link.arrives
    }


def _fan(column: Sequence[Item]) -> float:
    """More room where wires turn up and down to reach what is above and below."""
    turns = sum(
        abs(item.y + leaves - after.y - arrives) > 2.0
        for item in column
        for after, leaves, arrives in item.on
    )
    return min(FANNED, FAN * turns)
