"""Drawing frames and writing comments, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from engine.design import edits
from engine.design.clipboard import new_ids
from engine.design.framing import carried, follow, members_of
from engine.design.marks import LEAST_SIDE, Box, Comment, Frame, Mark
from engine.design.model import Design
from gui.canvas.mark_edit import CommentField, TitleField

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

EMPTY = (320.0, 200.0)  # of a frame around nothing
NOTE = (200.0, 60.0)  # of a comment that says nothing yet
STEP = 8.0  # of a side that is moved by the keyboard
GAP = 16.0  # between a node and a comment on it


class Marking(QObject):
    """The commands about frames and comments, as menus and keys call them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._document = desk.session.document
        self._selection = desk.session.selection
        self._field: TitleField | CommentField | None = None

    def frame(self, at: QPointF | None = None) -> None:
        """Draw a frame around the selected nodes, or where the pointer is."""
        ids = sorted(self._selection.ids)
        text = self.tr("Add a frame")
        if ids:
            spans = {key: _span(self._desk, key) for key in ids}
            edit = partial(edits.frame_nodes, ids=ids, spans=spans)
            self._add("f", edit, text)
        else:
            box = _around(self._desk.spot(at), EMPTY)
            self._add("f", partial(edits.add_frame, box=box), text)

    def comment(self, at: QPointF | None = None) -> None:
        """Put a comment where the pointer is, or below the selected nodes."""
        box = _around(self._desk.spot(at), NOTE)
        chosen = self._desk.canvas.extent(self._selection.ids)
        if at is None and chosen.isValid():
            box = Box(chosen.left(), chosen.bottom() + GAP, *NOTE)
        edit = partial(edits.add_comment, box=box)
        self._add("c", edit, self.tr("Add a comment"))

    def edit(self, key: str | None = None) -> bool:
        """Open a title or a comment for typing; False where nothing of it is chosen."""
        key = key or self._selection.one_mark
        marks = self._desk.canvas.marks
        item = marks.items.get(key or "")
        if item is None:
            return False
        self._desk.reveal_area(item.box)
        if self._field is not None:
            self._field.leave()
        if isinstance(item.mark, Frame):
            self._field = TitleField(self._desk, item, item.mark)
        else:
            self._field = CommentField(self._desk, item, item.mark)
        self._field.destroyed.connect(self._forget)
        return True

    def fit(self, key: str) -> None:
        """Draw a frame anew around its nodes, with their sizes."""
        items = self._desk.canvas.stage.faces
        design = self._document.design
        members = {m for f in design.look.marks.values() for m in members_of(f)}
        spans = {m: _span(self._desk, m) for m in members if m in items}

        def refitted(design: Design) -> Design:
            box = edits.refit(design, spans).look.marks[key].box
            return edits.place_marks(design, {key: box})

        self._document.attempt(refitted, text=self.tr("Fit the frame to its nodes"))

    def select_nodes(self, key: str) -> None:
        """Select what is in a frame."""
        self._selection.set(members_of(self._document.design.look.marks[key]))

    def next(self) -> None:
        """Select the next frame or comment, in the order of reading."""
        marks = self._document.design.look.marks
        if not marks:
            self._desk.session.tell(self.tr("There are no frames or comments here."))
            return
        order = sorted(marks, key=lambda k: (marks[k].box.left, marks[k].box.top, k))
        one = self._selection.one_mark
        key = order[(order.index(one) + 1) % len(order)] if one in order else order[0]
        self._selection.set((), (key,))
        self._desk.reveal_area(self._desk.canvas.marks.items[key].box)

    def recolour(self, colour: str) -> None:
        """Give the selected frames and comments a colour."""
        text = self.tr("Colour it {colour}").format(colour=colour)
        ids = sorted(self._selection.marks)
        self._document.attempt(edits.recolour, ids, colour, text=text)

    def resize(self, dx: float, dy: float) -> None:
        """Move the right and lower edge of the selected ones by steps."""
        marks = self._document.design.look.marks
        boxes = {
            key: marks[key].box._replace(
                width=max(marks[key].box.width + dx * STEP, LEAST_SIDE),
                height=max(marks[key].box.height + dy * STEP, LEAST_SIDE),
            )
            for key in self._selection.marks
        }
        key = "resize " + " ".join(sorted(boxes))
        self._document.attempt(resized, boxes, text=self.tr("Resize"), merge=key)

    @property
    def chosen_names(self) -> list[str]:
        """The titles of the selected frames and comments, as they are read out."""
        marks = self._document.design.look.marks
        said = {Frame: self.tr("frame {title}"), Comment: self.tr("comment {title}")}
        return [
            said[type(marks[key])].format(title=called(marks[key]))
            for key in sorted(self._selection.marks)
            if key in marks
        ]

    def named_deletion(self) -> str:
        """What the step that deletes the selection is called."""
        ids, marks = self._selection.ids, self._selection.marks
        if len(marks) == 1 and not ids:
            mark = self._document.design.look.marks[next(iter(marks))]
            text = self.tr("Delete the comment “{title}”")
            if isinstance(mark, Frame):
                text = self.tr("Delete the frame “{title}”")
            return text.format(title=called(mark))
        text = self.tr("Delete {count} things")
        return text.format(count=len(ids) + len(marks))

    def _add(self, kind: str, edit: Callable[..., Design], text: str) -> None:
        """Add a mark, select it, and let it be typed: one step with what is typed."""
        document = self._document
        key = f"{kind}{document.design.last_id + 1}"
        if document.attempt(edit, text=text, merge=f"mark {key}"):
            self._selection.set((), (key,))
            self._desk.setFocus()
            self.edit(key)

    def _forget(self) -> None:
        self._field = None


def resized(design: Design, boxes: dict[str, Box]) -> Design:
    """Marks with other edges; nodes belong to the frames that reach them now."""
    return edits.settle(edits.place_marks(design, boxes), frames=boxes)


def shifted(
    design: Design,
    spots: dict[str, tuple[float, float]],
    boxes: dict[str, Box],
) -> Design:
    """Nodes and marks moved by hand; who is in which frame is asked anew."""
    moved = edits.place_marks(edits.move(design, spots), boxes)
    return edits.settle(moved, spots, boxes)


def framed(
    edit: Callable[..., Design], design: Design, also: tuple[str, ...] = ()
) -> Design:
    """What an edit that adds or splices makes of a design, its frames growing along.

    Args:
        edit: the edit.
        design: the design.
        also: nodes that it puts elsewhere by hand.
    """
    after = edit(design)
    return edits.settle(follow(design, after), (*new_ids(design, after), *also))


def marks_beside(
    before: Design, after: Design, nodes: tuple[str, ...], marks: tuple[str, ...]
) -> Design:
    """Marks moved as far as the nodes were that came with them."""
    if nodes:
        was, now = (look.positions[nodes[0]] for look in (before.look, after.look))
        dx, dy = now[0] - was[0], now[1] - was[1]
        boxes = {key: after.look.marks[key].box.moved(dx, dy) for key in marks}
        after = edits.place_marks(after, boxes)
    return edits.settle(after, nodes)


def removed(design: Design, ids: frozenset[str], marks: frozenset[str]) -> Design:
    """The design without these nodes and marks."""
    return edits.remove_marks(edits.remove(design, ids), marks)


def moving(
    design: Design, ids: frozenset[str], marks: frozenset[str]
) -> tuple[dict[str, tuple[float, float]], dict[str, Box]]:
    """What moves when these are dragged: places of nodes, and boxes of marks."""
    nodes, along = carried(design, marks)
    nodes |= ids
    nodes |= {a for a, layer in design.look.docked.items() if layer in nodes}
    spots = design.look.positions
    return (
        {key: spots.get(key, (0.0, 0.0)) for key in nodes},
        {key: design.look.marks[key].box for key in along},
    )


def called(mark: Mark) -> str:
    """What a sentence calls a mark by: its title or its first words."""
    if isinstance(mark, Frame):
        return mark.title
    first = mark.text.strip().partition("\n")[0]
    return first if len(first) <= 24 else first[:23] + "…"


def _span(desk: Desk, key: str) -> Box:
    """What a node covers around its middle."""
    return box_of(desk.canvas.stage.faces[key].space)


def _around(at: QPointF, size: tuple[float, float]) -> Box:
    wide, high = size
    return Box(at.x() - wide / 2, at.y() - high / 2, wide, high)


def box_of(area: QRectF) -> Box:
    return Box(area.left(), area.top(), area.width(), area.height())
