"""Counts what a tidy layout must not have, over the ready designs, level by level.

    python -m scripts.tidiness [--shipped] [NAME ...]

Prints for every level: wires that run over a node, labels that overlap each other,
labels over nodes, wires that cross each other, pairs of wires that run on top of one
another, and outputs whose shape is written nowhere. The first three must be 0.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from engine.check import check
from engine.design.bodies import opened
from engine.design.edits import arrange
from engine.design.model import Design
from gui.canvas.inks import Inks
from gui.canvas.layout import Box, Point, tidy
from gui.canvas.layout.measure import box_of, drawing
from gui.canvas.picture import Picture
from gui.theme import Theme

TOUCH = 1.0  # pixels into a node count as nothing
LONG = 60.0  # on top of one another for this long is too long
NEAR = 4.0


class Count(NamedTuple):
    """What there is of each."""

    wires: int = 0
    over_nodes: int = 0
    label_on_label: int = 0
    label_on_node: int = 0
    crossings: int = 0
    together: int = 0
    unsaid: int = 0

    def __add__(self, other: object) -> Count:
        return Count(*(a + b for a, b in zip(self, other, strict=True)))  # type: ignore[call-overload]


def levels(design: Design) -> Iterator[tuple[str, Design]]:
    """The design's own graph and the body of every block, by name."""
    yield "", design
    for key, block in design.blocks.items():
        yield block.name, opened(design, key)


def tidied(design: Design, inks: Inks) -> Design:
    """The level as the command would lay it out from nothing."""
    found = drawing(design, check(design), inks)._replace(spots={})
    return arrange(design, tidy(found))


def counted(design: Design, theme: Theme) -> Count:
    """The faults of a level as it is drawn."""
    picture = Picture(design, theme)
    spaces = [box_of(rect) for rect in picture.spaces]
    lines = {item.wire: item.points for item in picture.wires}
    pills = [box_of(i.label_box) for i in picture.wires if i.label_box.isValid()]
    said = {(i.wire.source, i.wire.output) for i in picture.wires if i.laid.label}
    told = {(i.wire.source, i.wire.output) for i in picture.wires if i.look.text}
    pairs = [
        (one, other)
        for (wire, one), (another, other) in combinations(lines.items(), 2)
        if wire[:2] != another[:2]
    ]
    return Count(
        len(lines),
        sum(
            runs_over(points, box.grown(-TOUCH))
            for points in lines.values()
            for box in spaces
        ),
        sum(one.meets(other) for one, other in combinations(pills, 2)),
        sum(pill.meets(box) for pill in pills for box in spaces),
        sum(_crossed(one, other) for one, other in pairs),
        sum(_together(one, other) > LONG for one, other in pairs),
        len(told - said - _docked(design)),
    )


def _docked(design: Design) -> set[tuple[str, str]]:
    """Outputs that only feed what is docked to them: there is no room for a shape."""
    docked = design.look.docked
    return {
        (wire.source, wire.output)
        for wire in design.wires
        if docked.get(wire.target) in (wire.source, docked.get(wire.source))
    }


def runs_over(points: list[Point], box: Box) -> bool:
    """Whether a polyline comes into a box."""
    for (x, y), (to_x, to_y) in pairwise(points):
        steps = max(1, int(max(abs(to_x - x), abs(to_y - y)) / 3))
        for step in range(steps + 1):
            at = x + (to_x - x) * step / steps, y + (to_y - y) * step / steps
            if box.left < at[0] < box.right and box.top < at[1] < box.bottom:
                return True
    return False


def _crossed(one: list[Point], other: list[Point]) -> int:
    return sum(_meet(a, b, c, d) for a, b in pairwise(one) for c, d in pairwise(other))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    def turn(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def _together(one: list[Point], other: list[Point]) -> float:
    """For how long two wires run level within a few pixels of each other."""
    return sum(
        max(
            0.0,
            min(max(a[0], b[0]), max(c[0], d[0]))
            - max(min(a[0], b[0]), min(c[0], d[0])),
        )
        for a, b in pairwise(one)
        for c, d in pairwise(other)
        if a[1] == b[1] and c[1] == d[1] and abs(a[1] - c[1]) < NEAR
    )


def main() -> None:
    """Count and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from scripts.templates import TEMPLATES

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shipped", action="store_true", help="as the files have them")
    parser.add_argument("names", nargs="*", metavar="NAME", help="instead of all")
    options = parser.parse_args()
    app = QGuiApplication([])
    theme = Theme("light")
    inks, total = Inks(theme), Count()
    print(f"{'':42}" + "".join(f"{name:>15}" for name in Count._fields))
    for name in options.names or TEMPLATES:
        for block, level in levels(TEMPLATES[name].design):
            shown = level if options.shipped else tidied(level, inks)
            count = counted(shown, theme)
            total += count
            print(f"{name + ' ' + block:42}" + "".join(f"{n:15}" for n in count))
    print(f"{'all':42}" + "".join(f"{n:15}" for n in total))
    theme.deleteLater()
    del app


if __name__ == "__main__":
    main()
