"""Keeps the ways of all wires and the spots of their labels, as nodes come and go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import NamedTuple

from engine.design.model import Wire
from gui.canvas.face import Face
from gui.canvas.layout.ground import Ground
from gui.canvas.layout.labels import label_box, label_spot
from gui.canvas.layout.measure import box_of
from gui.canvas.layout.shapes import Box, Point
from gui.canvas.layout.way import Way, direct
from gui.canvas.layout.ways import Lanes, way_of

LEVEL = 14.0  # more than its label is what a wire runs level at first
CAPTION = " caption"  # no id has a space
FAR = 300.0  # a wire of this length carries a label even where a sibling does
SHORT = 26.0  # between a layer and what is docked to it: no label


class Line(NamedTuple):
    """A wire to lay.

    Args:
        start: its output port, in scene coordinates.
        end: its input port.
        label: how wide the shape on it is written; 0 is none.
        loud: whether the label is wanted even where a sibling has the same.
        lean: on which side of what lies between it crosses less; see `way_of`.
    """

    start: Point
    end: Point
    label: float
    loud: bool = False
    lean: float = 0.0


class Laid(NamedTuple):
    """How a wire runs, and the middle of its label."""

    way: Way
    label: Point | None


class Wiring:
    """Ways and labels of one level of a design, without anything drawn."""

    def __init__(self) -> None:
        self.ground: Ground[str] = Ground()
        self.laid: dict[Wire, Laid] = {}
        self._lines: dict[Wire, Line] = {}
        self._lanes: Lanes[Wire] = Lanes()
        self._labels: Ground[Wire] = Ground()
        self._reach: Ground[Wire] = Ground()
        self._fans: dict[tuple[str, str], set[Wire]] = {}  # output -> its wires
        self._bows: dict[Wire, Box] = {}  # what goes round nodes, or back
        self._around_bows: Box | None = None
        self._said: dict[tuple[str, str], Wire] = {}  # output -> wire with its label

    def cover(self, key: str, face: Face, x: float, y: float) -> set[Wire]:
        """A node now stands here; the wires that it meets here or met before."""
        met: set[Wire] = set()
        for part, rect in ((key, face.space), (key + CAPTION, face.spills)):
            before = self.ground.boxes.get(part)
            box = box_of(rect).moved(x, y) if rect else None
            if box == before:
                continue
            met |= self._around(before) | self._around(box)
            if box:
                self.ground.put(part, box)
            else:
                self.ground.drop(part)
        return met

    def uncover(self, key: str) -> set[Wire]:
        """A node is gone; the wires that had to go round it."""
        met = self._around(self.ground.boxes.get(key))
        self.ground.drop(key)
        self.ground.drop(key + CAPTION)
        return met

    def forget(self, wire: Wire) -> None:
        """A wire is gone."""
        self._lift(wire)
        self._lines.pop(wire, None)
        self._fans.get((wire.source, wire.output), set()).discard(wire)
        self.laid.pop(wire, None)

    def lay(self, lines: Mapping[Wire, Line]) -> dict[Wire, Laid]:
        """Run these wires anew, straight and short ones first; the others stay."""
        for wire, line in lines.items():
            self._lift(wire)
            self._lines[wire] = line
            self._fans.setdefault((wire.source, wire.output), set()).add(wire)
        ways: dict[Wire, Way] = {}
        for wire in sorted(lines, key=self._rank):
            line = lines[wire]
            ends = wire.source, wire.target
            level = line.label + LEVEL if line.label else 0.0
            way = ways[wire] = way_of(
                *(line.start, line.end, ends, self.ground, self._lanes),
                level=level,
                lean=line.lean,
            )
            self._lanes.lay(wire, way)
        found: dict[Wire, Laid] = {}
        for wire, way in ways.items():
            found[wire] = Laid(way, self._labelled(wire, way))
            reach = _reach(way)
            self._reach.put(wire, reach)
            if not way.direct:
                self._bows[wire], self._around_bows = reach, None
        self.laid.update(found)
        return found

    def quick(self, line: Line) -> Laid:
        """How a wire looks while one of its ends is dragged."""
        way = direct(line.start, line.end, line.label + LEVEL if line.label else 0.0)
        middle = (line.start[0] + line.end[0]) / 2, (line.start[1] + line.end[1]) / 2
        apart = line.end[0] - line.start[0]
        return Laid(way, middle if line.label and apart > line.label else None)

    @property
    def outline(self) -> Box | None:
        """What goes round nodes may lead beyond all of them: the box around it."""
        if self._around_bows is None and self._bows:
            self._around_bows = reduce(Box.united, self._bows.values())
        return self._around_bows

    def _rank(self, wire: Wire) -> tuple[float, float, float, Wire]:
        (x, y), (to_x, to_y) = self._lines[wire][:2]
        return abs(to_x - x) + abs(to_y - y), y, x, wire

    def _labelled(self, wire: Wire, way: Way) -> Point | None:
        """The spot of a label: one for each output, and for what goes far or bows."""
        line, port = self._lines[wire], (wire.source, wire.output)
        short = line.end[0] - line.start[0] < SHORT and line.start[1] == line.end[1]
        if not line.label or (short and way.direct):
            return None
        said = self._said.get(port)
        near = way.direct and line.end[0] - line.start[0] < FAR
        if said is not None and near and not line.loud:
            return None
        forks = len(self._fans[port]) > 1
        spot = label_spot(way, line.label, self.ground, self._labels, forks=forks)
        if spot is not None:
            self._labels.put(wire, label_box(spot, line.label))
            self._said.setdefault(port, wire)
        return spot

    def _lift(self, wire: Wire) -> None:
        self._lanes.drop(wire)
        self._labels.drop(wire)
        self._reach.drop(wire)
        if self._bows.pop(wire, None) is not None:
            self._around_bows = None
        if self._said.get((wire.source, wire.output)) == wire:
            del self._said[wire.source, wire.output]

    def _around(self, box: Box | None) -> set[Wire]:
        return set(self._reach.near(box.grown(4.0))) if box else set()


def _reach(way: Way) -> Box:
    """The rectangle around a way."""
    xs, ys = [way.start[0]], [way.start[1]]
    for leg in way.legs:
        for x, y in leg:
            xs.append(x)
            ys.append(y)
    return Box(min(xs), min(ys) - 1, max(xs), max(ys) + 1)
