"""A place for every node: layers from left to right, long networks in rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import NamedTuple

from gui.canvas.layout import layers, rows
from gui.canvas.layout.hourglass import glass
from gui.canvas.layout.parts import GAP, LABEL, Part, laid
from gui.canvas.layout.shapes import Drawing, Point
from gui.canvas.layout.units import Link, Unit, gathered

APART = 72.0  # between parts that no wire connects

Places = dict[int, Point]


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
        web = _Web(members, inner, depth, units)
        places = web.glass() or _placed(web.best())
        high = _reach(places, units)
        shift = top - high[0] if spots else 0.0
        for unit, (x, y) in places.items():
            for key, (across, down) in units[unit].members:
                spots[key] = (round(x + across), round(y + down + shift))
        top = high[1] + shift + APART
    return spots


class Fold(NamedTuple):
    """Parts in rows.

    Args:
        begins: the parts that begin a row.
        wires: how many lead back to each row but the first.
    """

    parts: list[Part]
    begins: list[int]
    wires: list[int]

    @property
    def zoom(self) -> float:
        stretches = [part.stretch for part in self.parts]
        return rows.zoom(stretches, self.begins, self.wires)


@dataclass(slots=True)
class _Web:
    """Units that hang together."""

    members: Sequence[int]
    links: Sequence[Link]
    depth: Sequence[int]
    units: Sequence[Unit]

    def best(self) -> Fold:
        """Rows that make it large: the person's, if they are about as good."""
        crossing = layers.leading(self.members, self.links, self.depth, self._columns())
        long = self._long(crossing)
        if long is not None:
            return self._kept(long, crossing)
        plain = self._fold(())
        stretches = [part.stretch for part in plain.parts]
        if rows.width(stretches) <= rows.ONE_ROW:
            return plain
        begins = rows.folded(stretches)
        best = Fold(plain.parts, begins, [1] * (len(begins) - 1))
        if best.zoom < rows.SMALL:
            best = self._crowded(plain, crossing, best)
        return self._kept(best, crossing)

    def _kept(self, best: Fold, crossing: Sequence[int]) -> Fold:
        """The person's rows, if they are about as good as the best."""
        now = self._now()
        if now and self._apart(now) and max(crossing[c] for c in now) <= rows.MOST:
            kept = self._fold(now)
            if kept.zoom > best.zoom * rows.KEPT:
                return kept
        return best

    def _long(self, crossing: Sequence[int]) -> Fold | None:
        """Rows of very many columns, guessed by the sizes of the nodes."""
        if self._columns() <= rows.LONGEST:
            return None
        wide, high = [0.0] * self._columns(), 0.0
        for unit in self.members:
            box, column = self.units[unit].box, self.depth[unit]
            wide[column] = max(wide[column], box.right - box.left)
            high = max(high, box.bottom - box.top)
        rooms = [link.room for link in self.links]
        gap = max(GAP, sum(rooms) / max(len(rooms), 1) + LABEL)
        ends = rows.filled([each + gap for each in wide], high, crossing)
        return self._fold(ends) if ends and self._apart(ends) else None

    def glass(self) -> Places:
        """Places as a U, where it is one and too wide for a row."""
        wide = sum(_width(self.units[unit]) for unit in self.members)
        if wide <= rows.ONE_ROW / 2:
            return {}
        found = glass(self.members, self.links, self.depth, self.units)
        return found.places() if found else {}

    def _crowded(self, plain: Fold, crossing: Sequence[int], best: Fold) -> Fold:
        """Rows that also end where several wires lead on, if that is much better."""
        xs, left = [], 0.0
        for part in plain.parts:
            left += part.stretch.gap
            xs += [left + x for x in part.xs]
            left += part.stretch.width
        size = best.zoom
        for ends in rows.breaks(xs, crossing):
            found = self._fold(ends)
            zoom = found.zoom if self._apart(ends) else 0.0
            worth = rows.WORTH if max(best.wires, default=1) > 1 else rows.DEAR
            if zoom > size * worth:
                best, size = found, zoom
        return best

    def _apart(self, ends: Sequence[int]) -> bool:
        """Whether no wire leads past a whole row."""
        row = list(accumulate(c - 1 in ends for c in range(self._columns())))
        return all(
            row[self.depth[link.target]] - row[self.depth[link.source]] < 2
            for link in self.links
        )

    def _columns(self) -> int:
        return max(self.depth[unit] for unit in self.members) + 1

    def _fold(self, ends: Collection[int]) -> Fold:
        """Rows that end with these columns, and nowhere else."""
        found = layers.sections(self.members, self.links, self.depth, ends)
        parts, begins, column = [], [0], 0
        for place, section in enumerate(found):
            if column - 1 in ends:
                begins.append(place)
            column += len(section.columns)
            follows = found[place + 1].entry if place + 1 < len(found) else None
            parts.append(laid(section, self.units, follows))
        crossing = layers.crowds(self.links, self.depth, column) if ends else []
        return Fold(parts, begins, [crossing[end] for end in sorted(ends)])

    def _now(self) -> list[int]:
        """The columns that the person's rows end with: the next one is not beyond."""
        lefts, rights = [inf] * self._columns(), [-inf] * self._columns()
        for unit in self.members:
            now, column = self.units[unit].now, self.depth[unit]
            if now is None:
                return []
            box = self.units[unit].box
            lefts[column] = min(lefts[column], now[0] + box.left)
            rights[column] = max(rights[column], now[0] + box.right)
        return [c for c, right in enumerate(rights[:-1]) if lefts[c + 1] < right]


def _width(unit: Unit) -> float:
    return unit.box.right - unit.box.left


def _reach(places: Places, units: Sequence[Unit]) -> tuple[float, float]:
    """From where to where nodes reach down."""
    tops = (y + units[unit].box.top for unit, (_, y) in places.items())
    bottoms = (y + units[unit].box.bottom for unit, (_, y) in places.items())
    return min(tops), max(bottoms)


def _placed(fold: Fold) -> Places:
    """Places of the units."""
    places: Places = {}
    ends = [*fold.begins[1:], len(fold.parts)]
    bottom = 0.0
    for row, (first, last) in enumerate(zip(fold.begins, ends, strict=True)):
        base = _baseline(fold.parts[first:last])
        top = min(part.stretch.top + y for part, y in base)
        down = 0.0
        if row:
            down = bottom + rows.BETWEEN + rows.LANE * (fold.wires[row - 1] - 1) - top
        x = 0.0
        for place, (part, y) in enumerate(base):
            x += part.stretch.gap if place else 0.0
            _put(part, x, y + down, places)
            x += part.stretch.width
        bottom = down + max(part.stretch.bottom + y for part, y in base)
    return places


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
