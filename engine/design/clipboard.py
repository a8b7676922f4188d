"""Nodes as text: copied, mailed, pasted into another window or a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.design import names
from engine.design.blocks import moved_ties
from engine.design.file import decode, encode
from engine.design.framing import carried
from engine.design.marks import (
    MOST_MARKS,
    Box,
    around,
    moved_marks,
    shifted,
    without_members,
)
from engine.design.merging import adopted, needed, pointed
from engine.design.model import Design, Graph, Look, Wire
from engine.design.nodes import with_ids, without_ties
from engine.errors import EditError, FileError


def copy(design: Design, ids: Iterable[str], marks: Iterable[str] = ()) -> str:
    """These nodes and the wires among them, as the text of a design of their own.

    Args:
        design: the design.
        ids: of the nodes.
        marks: ids of frames and comments; what is in a frame comes along.
    """
    nodes, along = carried(design, marks)
    kept = {key for key in (*ids, *nodes) if key in design.nodes}
    left = design.nodes.keys() - kept
    look = design.look
    part = Design(
        Graph(
            {
                key: without_ties(node, left)
                for key, node in design.nodes.items()
                if key in kept
            },
            tuple(w for w in design.wires if w.source in kept and w.target in kept),
        ),
        Look(
            {key: spot for key, spot in look.positions.items() if key in kept},
            {k: v for k, v in look.docked.items() if k in kept and v in kept},
            without_members(
                {key: look.marks[key] for key in look.marks if key in along}, left
            ),
        ),
        design.settings,
        design.last_id,
    )
    return encode(replace(part, blocks=needed(part.graph)))


def paste(design: Design, text: str, at: tuple[float, float] | None = None) -> Design:
    """Add copied nodes under fresh ids and names.

    Args:
        design: the design.
        text: what `copy` gave, or a whole file.
        at: where the middle of them goes; None is a little below where they were.

    Raises:
        EditError: the text holds no nodes.
    """
    try:
        part = decode(text)
    except FileError:
        raise EditError("There are no nodes in what was copied.") from None
    if not part.nodes and not part.look.marks:
        raise EditError("There are no nodes in what was copied.")
    _fits(design, part)
    design, became = adopted(design, part.blocks)
    part = replace(part, graph=pointed(part.graph, became))
    shift = _shift(part, at)
    fresh = {key: f"n{design.last_id + 1 + i}" for i, key in enumerate(part.nodes)}
    taken = names.all_names(design)
    nodes = dict(design.nodes)
    positions = dict(design.look.positions)
    for key, node in part.nodes.items():
        name = names.free(names.cleaned(node.name, node.kind), taken)
        taken.add(name)
        ties = moved_ties(node, fresh)
        nodes[fresh[key]] = replace(node, id=fresh[key], name=name, ties=ties)
        x, y = part.look.positions.get(key, (0.0, 0.0))
        positions[fresh[key]] = (x + shift[0], y + shift[1])
    docked = {fresh[key]: fresh[layer] for key, layer in part.look.docked.items()}
    first = design.last_id + 1 + len(fresh)
    copies = moved_marks(part.look.marks, fresh, first)
    marks = {key: shifted(mark, *shift) for key, mark in copies.items()}
    wires = tuple(
        Wire(fresh[wire.source], wire.output, fresh[wire.target], wire.input)
        for wire in part.wires
    )
    symbols = {**part.settings.symbols, **design.settings.symbols}
    look = Look(
        positions, {**design.look.docked, **docked}, {**design.look.marks, **marks}
    )
    design = replace(with_ids(design, len(fresh) + len(marks)), look=look)
    if symbols != design.settings.symbols:
        symbols = dict(sorted(symbols.items()))
        design = replace(design, settings=replace(design.settings, symbols=symbols))
    return design.with_graph(nodes, (*design.wires, *wires))


def new_ids(before: Design, after: Design) -> tuple[str, ...]:
    """The ids that an edit added, the oldest first."""
    return tuple(key for key in after.nodes if key not in before.nodes)


def _shift(part: Design, at: tuple[float, float] | None) -> tuple[float, float]:
    if at is None:
        return 40.0, 40.0
    spots = [Box(*part.look.positions.get(k, (0.0, 0.0)), 0.0, 0.0) for k in part.nodes]
    x, y = around([*spots, *(mark.box for mark in part.look.marks.values())]).middle
    return at[0] - x, at[1] - y


def _fits(design: Design, part: Design) -> None:
    if len(design.look.marks) + len(part.look.marks) > MOST_MARKS:
        raise EditError(
            "More than {most} frames and comments do not fit here.", most=MOST_MARKS
        )
