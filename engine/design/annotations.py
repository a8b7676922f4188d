"""Edits of frames and comments, together the marks of a design: only looks change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.design.framing import fit, mark_at, with_mark, with_marks, within
from engine.design.marks import (
    COLOURS,
    LONGEST_COMMENT,
    LONGEST_TITLE,
    MOST_MARKS,
    SIZES,
    Box,
    Comment,
    Frame,
    sound,
)
from engine.design.model import Design, by_age
from engine.design.nodes import readable, with_ids
from engine.errors import EditError


def add_frame(
    design: Design, box: Box, title: str = "", colour: str = "grey"
) -> Design:
    """Draw a frame; the nodes in it become its members. Its id: `newest_mark`."""
    design = _with_room(design)
    frame = Frame(
        f"f{design.last_id}", sound(box), _line(title), _known(colour, COLOURS)
    )
    return with_mark(design, replace(frame, members=within(design, frame.box)))


def frame_nodes(
    design: Design,
    ids: Iterable[str],
    title: str = "",
    colour: str = "grey",
    spans: Mapping[str, Box] | None = None,
) -> Design:
    """Draw a frame around nodes, which are its members.

    Args:
        design: the design.
        ids: of the nodes.
        title: one line.
        colour: one of `COLOURS`.
        spans: what each node covers, its middle at the origin.

    Raises:
        EditError: there are no such nodes.
    """
    members = tuple(
        sorted((key for key in set(ids) if key in design.nodes), key=by_age)
    )
    if not members:
        raise EditError("Select the nodes that the frame should hold.")
    design = _with_room(design)
    box = sound(fit(design, members, spans or {}, ()))
    key = f"f{design.last_id}"
    return with_mark(
        design, Frame(key, box, _line(title), _known(colour, COLOURS), members)
    )


def add_comment(
    design: Design,
    box: Box,
    text: str = "",
    colour: str = "amber",
    size: str = "medium",
) -> Design:
    """Put a comment on the canvas. Its id: `newest_mark`."""
    design = _with_room(design)
    return with_mark(
        design,
        Comment(
            f"c{design.last_id}",
            sound(box),
            readable(text, LONGEST_COMMENT),
            _known(colour, COLOURS),
            _known(size, SIZES),
        ),
    )


def newest_mark(design: Design) -> str:
    """The id that the last `add_frame`, `frame_nodes` or `add_comment` gave."""
    return max(design.look.marks, key=lambda key: int(key[1:]), default="")


def new_marks(before: Design, after: Design) -> tuple[str, ...]:
    """The marks that an edit added."""
    return tuple(key for key in after.look.marks if key not in before.look.marks)


def remove_marks(design: Design, ids: Iterable[str]) -> Design:
    """Take frames and comments away; the nodes in a frame stay."""
    gone = set(ids) & design.look.marks.keys()
    if not gone:
        return design
    return with_marks(
        design, {k: mark for k, mark in design.look.marks.items() if k not in gone}
    )


def set_title(design: Design, key: str, title: str) -> Design:
    """Give a frame another title."""
    mark = mark_at(design, key)
    if not isinstance(mark, Frame):
        raise EditError("Only a frame has a title.")
    return with_mark(design, replace(mark, title=_line(title)))


def set_text(design: Design, key: str, text: str, height: float = 0.0) -> Design:
    """Have a comment say something else; it grows to this height where it is lower."""
    mark = mark_at(design, key)
    if not isinstance(mark, Comment):
        raise EditError("Only a comment has a text.")
    box = sound(mark.box._replace(height=max(mark.box.height, height)))
    return with_mark(
        design, replace(mark, text=readable(text, LONGEST_COMMENT), box=box)
    )


def recolour(design: Design, ids: Iterable[str], colour: str) -> Design:
    """Give frames and comments another colour."""
    _known(colour, COLOURS)
    for key in ids:
        design = with_mark(design, replace(mark_at(design, key), colour=colour))
    return design


def set_size(design: Design, ids: Iterable[str], size: str) -> Design:
    """Have comments say it smaller or larger; frames among them stay as they are."""
    _known(size, SIZES)
    for key in ids:
        mark = mark_at(design, key)
        if isinstance(mark, Comment):
            design = with_mark(design, replace(mark, size=size))
    return design


def _with_room(design: Design) -> Design:
    if len(design.look.marks) >= MOST_MARKS:
        raise EditError(
            "There are {most} frames and comments here, and no more fit.",
            most=MOST_MARKS,
        )
    return with_ids(design, 1)


def _line(text: str) -> str:
    return readable(" ".join(text.split()), LONGEST_TITLE)


def _known(word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise EditError("{word} is none of {known}.", word=word, known=", ".join(words))
    return word
