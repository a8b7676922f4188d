"""Frames and the nodes in them: who belongs to whom, and who follows whom.

A node belongs to every frame that its middle lies in. A hand that moves nodes or
frames settles that anew (`settle`); a layout keeps it, and frames follow their nodes
(`follow`, `refit`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.design.marks import LEAST_SIDE, Box, Frame, Mark, around, sound
from engine.design.model import Design, by_age
from engine.errors import EditError

Spot = tuple[float, float]

PAD = 20.0  # from a frame's edge to the nodes in it
HEAD = 32.0  # from a frame's top, for its title
# About what a node covers around its middle: a card, and a curve with its name below.
CARD, CURVE = Box(-64.0, -42.0, 128.0, 84.0), Box(-34.0, -34.0, 68.0, 86.0)


def carried(
    design: Design, ids: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """What goes along when these marks are moved: nodes, and marks, themselves too.

    A frame takes its members along, and the frames and comments that lie in it.
    """
    marks = design.look.marks
    waiting = [key for key in ids if key in marks]
    along = dict.fromkeys(waiting)
    nodes: set[str] = set()
    for key in waiting:  # grows while it is walked
        frame = marks[key]
        if not isinstance(frame, Frame):
            continue
        nodes.update(frame.members)
        for other, mark in marks.items():
            if other not in along and frame.box.covers(mark.box):
                along[other] = None
                waiting.append(other)
    return frozenset(nodes), frozenset(along)


def settle(
    design: Design, ids: Iterable[str] = (), frames: Iterable[str] = ()
) -> Design:
    """Let nodes belong to the frames that they are in now.

    Args:
        design: the design.
        ids: nodes that were moved or added.
        frames: those that were moved or resized: of them, every node is asked.
    """
    moved, anew = set(ids), set(frames)
    spots = design.look.positions
    changed: dict[str, Mark] = {}
    for key, mark in design.look.marks.items():
        if not isinstance(mark, Frame):
            continue
        if key in anew:
            members = within(design, mark.box)
        else:
            stay = set(mark.members) - moved
            come = {k for k in moved & spots.keys() if mark.box.holds(spots[k])}
            members = tuple(sorted((stay | come) & design.nodes.keys(), key=by_age))
        if members != mark.members:
            changed[key] = replace(mark, members=members)
    return with_marks(design, {**design.look.marks, **changed}) if changed else design


def follow(before: Design, after: Design) -> Design:
    """Have marks go where the nodes went that an edit moved without a hand on them.

    A frame keeps its distances from the outermost of its members. What has none, and
    a comment, goes with the node that was nearest.
    """
    was, now = before.look.positions, after.look.positions
    if was is now or not after.look.marks:
        return after
    known = was.keys() & now.keys()
    boxes = {}
    for key, mark in after.look.marks.items():
        members = [m for m in members_of(mark) if m in known]
        if members:
            boxes[key] = _kept_around(mark.box, was, now, members)
        elif known:
            near = _nearest(mark.box, was, known)
            boxes[key] = mark.box.moved(
                now[near][0] - was[near][0], now[near][1] - was[near][1]
            )
    return place_marks(after, boxes)


def refit(
    design: Design,
    spans: Mapping[str, Box] | None = None,
    ids: Iterable[str] | None = None,
) -> Design:
    """Draw frames anew around their members, after a layout.

    Args:
        design: the design.
        spans: what each node covers, its middle at the origin.
        ids: of the frames; None is every one.
    """
    marks = design.look.marks
    chosen = marks.keys() if ids is None else marks.keys() & set(ids)
    frames = [m for k, m in marks.items() if k in chosen and isinstance(m, Frame)]
    frames.sort(key=lambda frame: (len(frame.members), frame.box.width))
    done: list[Frame] = []
    for frame in frames:  # the inner ones first
        if not frame.members:
            continue
        inner = [
            other.box
            for other in done
            if set(other.members) <= set(frame.members)
            and frame.box.covers(design.look.marks[other.id].box)
        ]
        box = sound(fit(design, frame.members, spans or {}, inner))
        done.append(replace(frame, box=box))
    return place_marks(design, {frame.id: frame.box for frame in done})


def fit(
    design: Design,
    members: Iterable[str],
    spans: Mapping[str, Box],
    inner: Iterable[Box],
) -> Box:
    spots = design.look.positions
    boxes = []
    for key in members:
        row = design.nodes[key].row
        usual = CURVE if row and row.role == "activation" else CARD
        boxes.append(spans.get(key, usual).moved(*spots.get(key, (0.0, 0.0))))
    whole = around([*boxes, *inner])
    return Box(
        whole.left - PAD,
        whole.top - HEAD,
        whole.width + 2 * PAD,
        whole.height + PAD + HEAD,
    )


def _kept_around(
    box: Box, was: Mapping[str, Spot], now: Mapping[str, Spot], members: list[str]
) -> Box:
    first = around(Box(*was[key], 0.0, 0.0) for key in members)
    then = around(Box(*now[key], 0.0, 0.0) for key in members)
    return Box(
        box.left + then.left - first.left,
        box.top + then.top - first.top,
        max(box.width + then.width - first.width, LEAST_SIDE),
        max(box.height + then.height - first.height, LEAST_SIDE),
    )


def _nearest(box: Box, spots: Mapping[str, Spot], known: Iterable[str]) -> str:
    x, y = box.middle
    return min(
        known, key=lambda k: (math.hypot(spots[k][0] - x, spots[k][1] - y), by_age(k))
    )


def members_of(mark: Mark) -> tuple[str, ...]:
    """The nodes in a frame; a comment holds none."""
    return mark.members if isinstance(mark, Frame) else ()


def within(design: Design, box: Box) -> tuple[str, ...]:
    spots = design.look.positions
    found = (k for k in design.nodes if box.holds(spots.get(k, (0.0, 0.0))))
    return tuple(sorted(found, key=by_age))


def place_marks(design: Design, boxes: Mapping[str, Box]) -> Design:
    """Move and resize frames and comments; who belongs to whom stays."""
    for key, box in boxes.items():
        design = with_mark(design, replace(mark_at(design, key), box=sound(box)))
    return design


def mark_at(design: Design, key: str) -> Mark:
    """The frame or comment with this id.

    Raises:
        EditError: there is none.
    """
    mark = design.look.marks.get(key)
    if mark is None:
        raise EditError("There is no frame or comment {id} any more.", id=key)
    return mark


def with_mark(design: Design, mark: Mark) -> Design:
    """The design with this mark in the place of the one with its id."""
    if design.look.marks.get(mark.id) == mark:
        return design
    return with_marks(design, {**design.look.marks, mark.id: mark})


def with_marks(design: Design, marks: Mapping[str, Mark]) -> Design:
    """The design with these marks instead."""
    return replace(design, look=replace(design.look, marks=marks))
