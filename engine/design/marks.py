"""What is drawn beside the graph: frames around nodes, and comments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.errors import EditError

# By name, so that light and dark can each draw their own shade.
COLOURS = ("grey", "blue", "teal", "amber", "rose", "violet")
SIZES = ("small", "medium", "large")  # of a comment's text
FARTHEST = 1e7  # of a coordinate: beyond it a drawing loses its pixels
LEAST_SIDE, MOST_SIDE = 24.0, 1e6  # of a box
LONGEST_TITLE, LONGEST_COMMENT = 120, 4000  # characters
MOST_MARKS = 2000  # in one graph


class Box(NamedTuple):
    """A rectangle on the canvas, in its units."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    def holds(self, spot: tuple[float, float]) -> bool:
        """Whether a point lies in it."""
        x, y = spot
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def covers(self, other: Box) -> bool:
        """Whether another box lies in it as a whole."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def moved(self, dx: float, dy: float) -> Box:
        return self._replace(left=self.left + dx, top=self.top + dy)


def around(boxes: Iterable[Box]) -> Box:
    """The least box over all of these, of which there is one at least."""
    every = list(boxes)
    left, top = min(box.left for box in every), min(box.top for box in every)
    right, bottom = max(box.right for box in every), max(box.bottom for box in every)
    return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Frame:
    """A titled rectangle behind nodes that belong together.

    Args:
        id: short, unique in the file, never reused: f8.
        box: where it is.
        title: one line, at its top.
        colour: one of `COLOURS`.
        members: ids of the nodes in it, the oldest first: they move with it, and it
            follows them when the layout is made anew.
    """

    id: str
    box: Box
    title: str = ""
    colour: str = "grey"
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comment:
    """A note on the canvas.

    Args:
        id: short, unique in the file, never reused: c9.
        box: where it is.
        text: what it says, in lines.
        colour: one of `COLOURS`.
        size: of its text, one of `SIZES`.
    """

    id: str
    box: Box
    text: str = ""
    colour: str = "amber"
    size: str = "medium"


Mark = Frame | Comment


def without_members(marks: Mapping[str, Mark], gone: Set[str]) -> Mapping[str, Mark]:
    """The marks, none of these nodes in a frame any more."""
    changed: dict[str, Mark] = {
        key: replace(mark, members=tuple(m for m in mark.members if m not in gone))
        for key, mark in marks.items()
        if isinstance(mark, Frame) and gone & set(mark.members)
    }
    return {**marks, **changed} if changed else marks


def shifted(mark: Mark, dx: float, dy: float) -> Mark:
    """The mark elsewhere."""
    return replace(mark, box=sound(mark.box.moved(dx, dy)))


def moved_marks(
    marks: Mapping[str, Mark],
    fresh: Mapping[str, str],
    first: int,
) -> dict[str, Mark]:
    """Copies of marks under fresh ids.

    Args:
        marks: those to copy.
        fresh: what the ids of the nodes have become; others are no members any more.
        first: the number of the first fresh id of a mark.
    """
    found: dict[str, Mark] = {}
    for number, mark in enumerate(marks.values(), first):
        copy: Mark = replace(mark, id=f"{mark.id[0]}{number}")
        if isinstance(copy, Frame):
            copy = replace(
                copy, members=tuple(fresh[key] for key in copy.members if key in fresh)
            )
        found[copy.id] = copy
    return found


def sound(box: Box) -> Box:
    """The box within what a drawing can show.

    Raises:
        EditError: it has a side or a place that is no number.
    """
    if not all(map(math.isfinite, box)):
        raise EditError("A frame or comment cannot be put there.")
    left, top = (float(min(max(at, -FARTHEST), FARTHEST)) for at in box[:2])
    wide, high = (float(min(max(s, LEAST_SIDE), MOST_SIDE)) for s in box[2:])
    return Box(left, top, wide, high)
