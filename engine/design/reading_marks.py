"""Raw JSON to frames and comments, refusing with a reason whatever is not one."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping

from engine.design.marks import (
    COLOURS,
    FARTHEST,
    LEAST_SIDE,
    LONGEST_COMMENT,
    LONGEST_TITLE,
    MOST_MARKS,
    MOST_SIDE,
    SIZES,
    Box,
    Comment,
    Frame,
    Mark,
)
from engine.design.model import LAST_ID, by_age
from engine.design.strictly import UnreadableError, list_of, only, text_of

MARKS = ("frames", "comments")  # the keys they stand under
FRAME_ID = re.compile(r"f[1-9][0-9]{0,12}\Z")
COMMENT_ID = re.compile(r"c[1-9][0-9]{0,12}\Z")
_REAL = frozenset({int, float})


def marks_of(
    raw: Mapping[str, object], nodes: Collection[str], ids: set[str]
) -> dict[str, Mark]:
    """The frames and comments beside a graph.

    Args:
        raw: what holds them.
        nodes: ids of those that can be in a frame.
        ids: those that are taken; the ids read are added.

    Raises:
        UnreadableError: something in it is not as the format has it.
    """
    frames, comments = (list_of(raw, key) for key in MARKS)
    if len(frames) + len(comments) > MOST_MARKS:
        raise UnreadableError(
            "it has more than {most} frames and comments", most=MOST_MARKS
        )
    found: dict[str, Mark] = {}
    for rows, read in ((frames, _frame), (comments, _comment)):
        for row in rows:
            if not isinstance(row, dict):
                raise UnreadableError("a frame or comment is not written as one")
            mark = read(row, nodes)
            if mark.id in ids:
                raise UnreadableError("the id {id} stands twice", id=mark.id)
            ids.add(mark.id)
            found[mark.id] = mark
    return found


def _frame(row: Mapping[str, object], nodes: Collection[str]) -> Mark:
    key = _id(row, FRAME_ID, "a frame")
    where = f"frame {key}"
    only(row, ("id", "box", "colour", "title", "members"), where)
    title = text_of(row, "title", where, "")
    if len(title) > LONGEST_TITLE or title != " ".join(title.split()):
        raise UnreadableError("the title of {where} is no short line", where=where)
    members = row.get("members", [])
    if not isinstance(members, list) or len(members) > len(nodes):
        raise UnreadableError("'members' of {where} is no list of nodes", where=where)
    for member in members:
        if not isinstance(member, str) or member not in nodes:
            raise UnreadableError("{where} holds a node that is not there", where=where)
    if len(set(members)) < len(members):
        raise UnreadableError("{where} holds a node twice", where=where)
    colour = _word(row, "colour", COLOURS, Frame.colour, where)
    return Frame(
        key, _box(row, where), title, colour, tuple(sorted(members, key=by_age))
    )


def _comment(row: Mapping[str, object], nodes: Collection[str]) -> Mark:
    key = _id(row, COMMENT_ID, "a comment")
    where = f"comment {key}"
    only(row, ("id", "box", "colour", "text", "size"), where)
    text = text_of(row, "text", where, "")
    if len(text) > LONGEST_COMMENT:
        raise UnreadableError(
            "{where} has more than {most} characters", where=where, most=LONGEST_COMMENT
        )
    colour = _word(row, "colour", COLOURS, Comment.colour, where)
    size = _word(row, "size", SIZES, Comment.size, where)
    return Comment(key, _box(row, where), text, colour, size)


def _id(row: Mapping[str, object], form: re.Pattern[str], what: str) -> str:
    key = row.get("id")
    if not isinstance(key, str) or not form.match(key) or int(key[1:]) > LAST_ID:
        raise UnreadableError("{what} has no proper id", what=what)
    return key


def _box(row: Mapping[str, object], where: str) -> Box:
    raw = row.get("box")
    if isinstance(raw, list) and len(raw) == 4 and {*map(type, raw)} <= _REAL:
        # A long integer is no float; compared before it is made one.
        near = all(abs(part) <= FARTHEST for part in raw[:2])
        sized = all(LEAST_SIDE <= part <= MOST_SIDE for part in raw[2:])
        if near and sized and all(map(math.isfinite, raw)):
            return Box(*map(float, raw))
    raise UnreadableError("{where} has no proper box", where=where)


def _word(
    row: Mapping[str, object],
    key: str,
    known: tuple[str, ...],
    usual: str,
    where: str,
) -> str:
    found = row.get(key, usual)
    if isinstance(found, str) and found in known:
        return found
    raise UnreadableError(
        "'{key}' of {where} is none of {known}",
        key=key,
        where=where,
        known=", ".join(known),
    )
