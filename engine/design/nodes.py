"""Edits of nodes as such: adding, removing, moving, naming."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from engine.catalog.params import Value
from engine.catalog.spec import Init
from engine.design import names
from engine.design.block import KIND
from engine.design.fitting import coerced, coerced_init, node_at, row_of
from engine.design.framing import follow, members_of, refit
from engine.design.marks import FARTHEST, Box, without_members
from engine.design.model import LAST_ID, Design, Node, Wire
from engine.errors import EditError

STEP = 170.0  # from the middle of a node to the middle of the next one
LONGEST_TEXT = 100_000


def with_ids(design: Design, count: int) -> Design:
    """The design with `count` more ids given away.

    Raises:
        EditError: there are no more.
    """
    if design.last_id + count > LAST_ID:
        raise EditError("The ids of this design are used up; copy it into a new one.")
    return replace(design, last_id=design.last_id + count)


def add(
    design: Design,
    kind: str,
    at: tuple[float, float] = (0.0, 0.0),
    *,
    name: str = "",
    params: Mapping[str, Value] | None = None,
    init: Mapping[str, Init] | None = None,
    block: str = "",
) -> Design:
    """Put a new node of `kind` at a place; its id is the result's `newest`.

    Args:
        design: the design.
        kind: of a row, or "block" for a use of one of the design's blocks.
        at: its place.
        name: "" is a default one.
        params: what differs from the defaults.
        init: tensor or family -> initializer.
        block: id of the block of which it is a use.

    Raises:
        EditError: an unknown kind or block, or a name that cannot be.
        ParamError: a value that does not fit.
    """
    definition = design.blocks.get(block) if kind == KIND else None
    row = definition.row if definition else row_of(kind)
    taken = names.all_names(design)
    if name:
        _nameable(name, taken)
    design = with_ids(design, 1)
    node = Node(
        design.newest,
        kind,
        name or names.fresh(names.stem(kind, definition), taken),
        coerced(row, params or {}, design.scope),
        {tensor: coerced_init(chosen) for tensor, chosen in (init or {}).items()},
        block=definition,
    )
    design = design.with_graph({**design.nodes, node.id: node})
    positions = {**design.look.positions, node.id: _place(at)}
    return replace(design, look=replace(design.look, positions=positions))


def add_outputs(design: Design, ids: Iterable[str]) -> Design:
    """Give each of these nodes an Output of its own, to its right."""
    for source in ids:
        node = node_at(design, source)
        if not node.outputs:
            raise EditError("{node} gives nothing on.", node=node.called)
        x, y = design.look.positions.get(source, (0.0, 0.0))
        design = add(design, "output", (x + STEP, y))
        wire = Wire(source, node.outputs[0].name, design.newest, "input")
        design = design.with_graph(wires=(*design.wires, wire))
    return design


def remove(design: Design, ids: Iterable[str]) -> Design:
    """Take nodes away, with the wires on them."""
    gone = {key for key in ids if key in design.nodes}
    if not gone:
        return design
    nodes = {
        key: without_ties(node, gone)
        for key, node in design.nodes.items()
        if key not in gone
    }
    wires = tuple(
        wire
        for wire in design.wires
        if wire.source not in gone and wire.target not in gone
    )
    look = design.look
    positions = {key: spot for key, spot in look.positions.items() if key not in gone}
    docked = {
        key: layer
        for key, layer in look.docked.items()
        if key not in gone and layer not in gone
    }
    design = design.with_graph(nodes, wires)
    marks = without_members(look.marks, gone)
    look = replace(look, positions=positions, docked=docked, marks=marks)
    return replace(design, look=look)


def without_ties(node: Node, gone: Container[str]) -> Node:
    """The node, none of its tensors being one of those nodes'."""
    if not node.ties:
        return node
    kept = {name: tie for name, tie in node.ties.items() if tie[0] not in gone}
    return node if len(kept) == len(node.ties) else replace(node, ties=kept)


def move(design: Design, positions: Mapping[str, tuple[float, float]]) -> Design:
    """Put nodes at places; the others stay."""
    spots = {node_at(design, key).id: _place(spot) for key, spot in positions.items()}
    before = design.look.positions
    if all(before.get(key) == spot for key, spot in spots.items()):
        return design
    look = replace(design.look, positions={**before, **spots})
    return replace(design, look=look)


def arrange(
    design: Design,
    positions: Mapping[str, tuple[float, float]],
    spans: Mapping[str, Box] | None = None,
) -> Design:
    """Lay the nodes out anew: `move`, with frames and comments after their nodes.

    Args:
        design: the design.
        positions: where nodes go.
        spans: what each node covers, its middle at the origin: frames whose nodes
            moved are drawn close around them. Without, they keep their margins.
    """
    after = follow(design, move(design, positions))
    if spans is None or after is design:
        return after
    before = design.look.positions
    moved = {key for key, spot in positions.items() if before.get(key) != spot}
    frames = [
        key
        for key, mark in after.look.marks.items()
        if not moved.isdisjoint(members_of(mark))
    ]
    return refit(after, spans, frames)


def dock(design: Design, activation_id: str, layer_id: str | None) -> Design:
    """Draw an activation as part of a layer, or by itself; only looks change.

    Raises:
        EditError: it is no activation, or what it should sit on is one.
    """
    node = node_at(design, activation_id)
    docked = dict(design.look.docked)
    docked.pop(activation_id, None)
    if layer_id is not None:
        layer = node_at(design, layer_id)
        if _role(node) != "activation" or _role(layer) in ("activation", "output"):
            raise EditError(
                "{node} cannot be docked to {layer}: an activation is docked to a "
                "layer.",
                node=node.called,
                layer=layer.called,
            )
        docked[activation_id] = layer_id
    if docked == design.look.docked:
        return design
    return replace(design, look=replace(design.look, docked=docked))


def rename(design: Design, key: str, name: str) -> Design:
    """Give a node another name: the attribute in the module and in the code.

    Raises:
        EditError: it cannot be an attribute, or another node has it.
    """
    node = node_at(design, key)
    name = name.strip()
    if name == node.name:
        return design
    _nameable(name, names.all_names(design))
    return design.with_graph({**design.nodes, key: replace(node, name=name)})


def set_label(design: Design, key: str, text: str) -> Design:
    """Show free text beside a node's name."""
    label = readable(" ".join(text.split()), 200)
    node = node_at(design, key)
    if label == node.label:
        return design
    return design.with_graph({**design.nodes, key: replace(node, label=label)})


def set_notes(design: Design, text: str) -> Design:
    """Keep free text about the whole design."""
    text = readable(text, LONGEST_TEXT)
    return design if text == design.notes else replace(design, notes=text)


def _role(node: Node) -> str:
    return node.row.role if node.row else ""


def _nameable(name: str, taken: set[str]) -> None:
    if fault := names.fault(name):
        raise EditError(fault.template, **fault.values)
    if name in taken:
        raise EditError(
            "Another node is called '{name}' already; names are unique.", name=name
        )


def _place(spot: tuple[float, float]) -> tuple[float, float]:
    x, y = (float(part) for part in spot)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise EditError("A node cannot be put at {x}, {y}.", x=x, y=y)
    return min(max(x, -FARTHEST), FARTHEST), min(max(y, -FARTHEST), FARTHEST)


def readable(text: str, most: int) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EditError("This text holds half a character; type it again.") from None
    if len(text) > most:
        raise EditError(
            "This text is {count} characters long; {most} fit.",
            count=len(text),
            most=most,
        )
    return text
