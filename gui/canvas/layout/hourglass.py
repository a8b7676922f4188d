"""Down and up again: a chain whose ends are joined by skips, one within the other.

It is drawn as its inventors did, as a U: what leads down stands on the left, what leads
up on the right, and every skip is a straight line across.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gui.canvas.layout.parts import LABEL, SWUNG
from gui.canvas.layout.rows import BETWEEN
from gui.canvas.layout.shapes import Point
from gui.canvas.layout.units import Link, Unit

LEAST = 3  # skips that make a U
NARROW = 240.0  # least from one side to the other
BESIDE = 70.0  # of what stands at the bottom


class Glass(NamedTuple):
    """A chain of units, and the skips over it from the outermost inwards."""

    units: Sequence[Unit]
    chain: list[int]
    steps: list[Link]  # from each of the chain to the next
    skips: list[Link]

    def places(self) -> dict[int, Point]:
        """The skips' sources end at x = 0, and their targets begin at one x."""
        chain, found = self.chain, dict[int, Point]()
        where = {unit: place for place, unit in enumerate(chain)}
        ends = [(where[skip.source], where[skip.target]) for skip in self.skips]
        across = self._across(range(ends[-1][0] + 1, ends[-1][1]))
        y, began, stopped = 0.0, 0, len(chain)
        for skip, (source, target) in zip(self.skips, ends, strict=True):
            left, right = range(began, source + 1), range(target, stopped)
            end = self.units[skip.source].box.right
            self._row(left, (-end, 0.0), len(left) - 1, found)
            begin = across - self.units[skip.target].box.left
            self._row(right, (begin, skip.leaves - skip.arrives), 0, found)
            y = self._lower([*left, *right], y, found)
            began, stopped = source + 1, target
        bottom = range(began, stopped)
        wide = self._wide(bottom)
        first = (across - wide) / 2 - self.units[chain[began]].box.left
        self._row(bottom, (first, 0.0), 0, found)
        self._lower(list(bottom), y, found)
        least = min(x + self.units[unit].box.left for unit, (x, _) in found.items())
        return {unit: (x - least, y) for unit, (x, y) in found.items()}

    def _across(self, bottom: range) -> float:
        """From one side to the other."""
        labels = max(skip.room for skip in self.skips) + LABEL + SWUNG
        leading = self.steps[bottom.start - 1].room, self.steps[bottom.stop - 1].room
        beside = 2 * (max(leading) + BESIDE)
        return max(NARROW, labels, self._wide(bottom) + beside)

    def _wide(self, places: range) -> float:
        boxes = [self.units[self.chain[place]].box for place in places]
        gaps = sum(self._gap(place) for place in places[:-1])
        return sum(box.right - box.left for box in boxes) + gaps

    def _gap(self, place: int) -> float:
        return self.steps[place].room + LABEL + 14.0

    def _row(
        self, places: range, at: Point, fixed: int, found: dict[int, Point]
    ) -> None:
        """A part of the chain from left to right, one of it at a given point."""
        chain, units = self.chain, self.units
        spots = [(0.0, 0.0)]
        for one, other in pairwise(places):
            x, y = spots[-1]
            step = self.steps[one]
            wide = units[chain[one]].box.right - units[chain[other]].box.left
            spots.append((x + wide + self._gap(one), y + step.leaves - step.arrives))
        x, y = at[0] - spots[fixed][0], at[1] - spots[fixed][1]
        for place, spot in zip(places, spots, strict=True):
            found[chain[place]] = (spot[0] + x, spot[1] + y)

    def _lower(self, places: Sequence[int], y: float, found: dict[int, Point]) -> float:
        """Put a row below y; where the next one may begin."""
        chain, units = self.chain, self.units
        reach = [(units[chain[p]].box, found[chain[p]][1]) for p in places]
        down = y - min(box.top + height for box, height in reach)
        for place in places:
            spot = found[chain[place]]
            found[chain[place]] = (spot[0], spot[1] + down)
        return down + max(box.bottom + height for box, height in reach) + BETWEEN


def glass(
    members: Sequence[int],
    links: Sequence[Link],
    depth: Sequence[int],
    units: Sequence[Unit],
) -> Glass | None:
    """The U that these are; None where they are none."""
    chain = sorted(members, key=lambda unit: depth[unit])
    if [depth[unit] for unit in chain] != list(range(len(chain))):
        return None
    steps = {link.source: link for link in links if _span(link, depth) == 1}
    skips = sorted(
        (link for link in links if _span(link, depth) > 1),
        key=lambda link: depth[link.source],
    )
    nested = all(
        depth[outer.source] < depth[inner.source]
        and depth[outer.target] > depth[inner.target]
        for outer, inner in pairwise(skips)
    )
    whole = len(steps) + len(skips) == len(links) and len(steps) == len(chain) - 1
    if len(skips) < LEAST or not nested or not whole:
        return None
    return Glass(units, chain, [steps[unit] for unit in chain[:-1]], skips)


def _span(link: Link, depth: Sequence[int]) -> int:
    return depth[link.target] - depth[link.source]
