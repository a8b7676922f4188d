"""A place for every node: layers from left to right, long networks in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gui.canvas.layout import layers, runs
from gui.canvas.layout.layers import Item, Section
from gui.canvas.layout.order import ordered
from gui.canvas.layout.rows import BETWEEN, Stretch, rows
from gui.canvas.layout.shapes import Box, Drawing, Point
from gui.canvas.layout.units import Link, Unit, gathered

GAP = 44.0  # least room between two columns
LABEL = 30.0  # of a wire that is seen on both sides of its label
SWUNG = 64.0  # the same, where the wire turns up or down behind its label
FAN = 6.0  # more room for each wire that does not run straight
FANNED = 60.0  # at most
APART = 72.0  # between parts that no wire connects


class Part(NamedTuple):
    """A section, laid out: items at x from its left edge."""

    section: Section
    xs: list[float]  # the origin of each column
    stretch: Stretch
    leaves: float  # how much lower the next section's wire is than this one's


def tidy(drawing: Drawing) -> dict[str, Point]:
    """Where every node goes.

    The main line is straight; branches stand above and below it; wires that skip
    columns have lanes between the nodes. Activations stay docked. The same drawing
    always gives the same places, and a tidy one gives its own.
    """
    units, links = gathered(drawing)
    depth = layers.depths(len(units), links)
    by_part = layers.parts(len(units), links)
    part_of = {unit: place for place, part in enumerate(by_part) for unit in part}
    linked: list[list[Link]] = [[] for _ in by_part]
    for link in links:
        linked[part_of[link.source]].append(link)
    spots: dict[str, Point] = {}
    top = 0.0
    for members, inner in zip(by_part, linked, strict=True):
        placed, high = _part(members, inner, depth, units)
        shift = top - high[0] if spots else 0.0
        for unit, (x, y) in placed.items():
            for key, (across, down) in units[unit].members:
                spots[key] = (round(x + across), round(y + down + shift))
        top = high[1] + shift + APART
    return spots


Places = dict[int, Point]


def _part(
    members: Sequence[int],
    links: Sequence[Link],
    depth: Sequence[int],
    units: Sequence[Unit],
) -> tuple[Places, tuple[float, float]]:
    """Places of what hangs together, and from where to where it reaches down."""
    found = layers.sections(members, links, depth)
    parts = []
    for place, section in enumerate(found):
        follows = found[place + 1].entry if place + 1 < len(found) else None
        parts.append(_laid(section, units, follows))
    begins = rows([part.stretch for part in parts], _rows_now(found, units))
    places: Places = {}
    ends = [*begins[1:], len(parts)]
    least, bottom = 0.0, 0.0
    for row, (first, last) in enumerate(zip(begins, ends, strict=True)):
        base = _baseline(parts[first:last])
        top = min(part.stretch.top + y for part, y in base)
        down = 0.0 if not row else bottom + BETWEEN - top
        least = min(least, top) if not row else least
        x = 0.0
        for part, y in base:
            x += part.stretch.gap if part is not base[0][0] else 0.0
            _put(part, x, y + down, places)
            x += part.stretch.width
            bottom = max(bottom, part.stretch.bottom + y + down) if row or x else 0.0
    return places, (least, bottom)


def _baseline(parts: Sequence[Part]) -> list[tuple[Part, float]]:
    """Sections of a row, each with the y of the wire that enters it."""
    found, y = [], 0.0
    for part in parts:
        found.append((part, y))
        y += part.leaves
    return found


def _put(part: Part, x: float, y: float, places: Places) -> None:
    for column, across in zip(part.section.columns, part.xs, strict=True):
        for item in column:
            if item.unit >= 0:
                places[item.unit] = (x + across, y + item.y)


def _laid(section: Section, units: Sequence[Unit], follows: Link | None) -> Part:
    """Columns and heights of one section."""
    ordered(section.columns, lambda unit: units[unit].now)
    leaving = -1 if follows is None else follows.source
    runs.raised(section, units, leaving)
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


LANES = Box(0.0, -runs.LANE - runs.CLEAR, 0.0, runs.LANE + runs.CLEAR)


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


def _rows_now(found: Sequence[Section], units: Sequence[Unit]) -> list[int]:
    """The rows that the person has: a section left of the one before begins one."""
    begins = [0]
    for place, section in enumerate(found):
        link = section.entry
        if link is not None:
            before, after = units[link.source].now, units[link.target].now
            if before is None or after is None:
                return [0]
            if after[0] < before[0]:
                begins.append(place)
    return begins
