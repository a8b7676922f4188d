"""What the layout knows of a design: how large nodes are and where their ports sit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.design.model import Wire

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, x: float, y: float) -> Box:
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def grown(self, by: float) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def united(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class Shape(NamedTuple):
    """A node, relative to its position.

    Args:
        box: what it covers: nothing else may stand there.
        ins: where its inputs sit.
        outs: where its outputs sit.
    """

    box: Box
    ins: Mapping[str, Point]
    outs: Mapping[str, Point]


class Drawing(NamedTuple):
    """A graph to lay out.

    Args:
        shapes: nodes by id, every one after its sources (`Graph.order`).
        wires: between them.
        labels: how wide the shape on what leaves a port is written.
        docked: activation -> the layer that it is drawn as part of.
        spots: where the nodes are now; their order is kept where it costs nothing.
    """

    shapes: Mapping[str, Shape]
    wires: Sequence[Wire]
    labels: Mapping[tuple[str, str], float] = {}
    docked: Mapping[str, str] = {}
    spots: Mapping[str, Point] = {}
