"""Edits of wires: connecting, splicing, taking a node out of a chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.catalog.params import Int
from engine.catalog.spec import Operator
from engine.design.fitting import node_at, row_of
from engine.design.framing import follow
from engine.design.model import Design, Node, Wire
from engine.design.nodes import STEP, add, remove
from engine.design.values import set_params
from engine.errors import EditError


def connect(design: Design, wire: Wire) -> Design:
    """Put a wire on an input, in place of the one that was there.

    Raises:
        EditError: a node or port that is not there, or the wire would make a loop.
    """
    wire = Wire(*wire)
    source, target = node_at(design, wire.source), node_at(design, wire.target)
    if wire.output not in (port.name for port in source.outputs):
        raise EditError(
            "{node} has no output '{port}'.", node=source.called, port=wire.output
        )
    if wire.input not in (port.name for port in target.inputs):
        raise EditError(
            "{node} has no input '{port}'.", node=target.called, port=wire.input
        )
    before = design.graph.incoming.get(wire.target, {}).get(wire.input)
    if before == wire:
        return design
    if wire.source == wire.target:
        raise EditError("{node} cannot feed itself.", node=source.called)
    if leads(design, wire.target, wire.source):
        raise EditError(
            "A wire from {source} to {node} would make a loop: a network computes in "
            "one direction.",
            source=source.called,
            node=target.called,
        )
    kept = tuple(
        w for w in design.wires if (w.target, w.input) != (wire.target, wire.input)
    )
    return design.with_graph(wires=(*kept, wire))


def further_input(node: Node) -> str | None:
    """The input that a node such as Add would have if it took one tensor more."""
    count, row = node.args.get("inputs"), node.row
    if row is None or not isinstance(count, int) or count >= _most(row):
        return None
    names = (port.name for port in row.input_ports({**node.args, "inputs": count + 1}))
    return next((name for name in names if name not in node.entries), None)


def connect_further(design: Design, wire: Wire) -> Design:
    """Like `connect`, but a node such as Add gets the further input that is meant.

    Raises:
        EditError: as `connect` does.
    """
    node = node_at(design, wire.target)
    if wire.input not in node.entries and wire.input == further_input(node):
        count = int(str(node.args["inputs"])) + 1
        design = set_params(design, (node.id,), {"inputs": count})
    return connect(design, wire)


def disconnect(design: Design, wires: Iterable[Wire]) -> Design:
    """Take wires away."""
    gone = set(wires)
    kept = tuple(wire for wire in design.wires if wire not in gone)
    return design if len(kept) == len(design.wires) else design.with_graph(wires=kept)


def splice(design: Design, key: str, wire: Wire) -> Design:
    """Put a node into a wire, by its first free input and its first output.

    Raises:
        EditError: the wire is gone, the node has no free input or no output, or it
            would make a loop.
    """
    node = node_at(design, key)
    if wire not in design.wires:
        raise EditError("That wire is not there any more.")
    entry, leaving = first_free(design, node), _first_output(node)
    if entry is None or leaving is None or key in (wire.source, wire.target):
        raise EditError(
            "{node} cannot be put into a wire: it needs a free input and an output.",
            node=node.called,
        )
    design = disconnect(design, [wire])
    design = connect(design, Wire(wire.source, wire.output, key, entry))
    return connect(design, Wire(key, leaving, wire.target, wire.input))


def insert_after(
    design: Design,
    kind: str,
    after_id: str,
    at: tuple[float, float] | None = None,
) -> Design:
    """Add a node and wire it after another; in a chain, what follows moves behind it.

    Where one of the two has no port for it, the node is added without a wire.

    Args:
        design: the design.
        kind: of the new node; its id is the result's `newest`.
        after_id: the node whose first output feeds it.
        at: its place; None is to the right of that node, what follows making room.

    Raises:
        EditError: an unknown kind or node.
    """
    row_of(kind)
    node_at(design, after_id)
    if at is None:
        x, y = design.look.positions.get(after_id, (0.0, 0.0))
        at = (x + STEP, y)
        design = _with_room(design, after_id, at)
    design = add(design, kind, at)
    node = design.nodes[design.newest]
    if not node.inputs or not design.nodes[after_id].outputs:
        return design
    return append_to(design, node.id, after_id)


def append_to(design: Design, key: str, after_id: str) -> Design:
    """Wire a node after another one; in a chain, what followed follows the node.

    Raises:
        EditError: one of them has no port for it, or it would make a loop.
    """
    node, after = node_at(design, key), node_at(design, after_id)
    entry, leaving = first_free(design, node), _first_output(after)
    if entry is None:
        raise EditError("{node} has no free input.", node=node.called)
    if leaving is None:
        raise EditError("{node} gives nothing on.", node=after.called)
    following = [
        wire
        for wire in design.graph.outgoing.get(after_id, ())
        if wire.output == leaving
    ]
    onward = _first_output(node)
    chained = len(following) == 1 and onward and key not in design.graph.outgoing
    if chained and following[0].target != key:
        return splice(design, key, following[0])
    return connect(design, Wire(after_id, leaving, key, entry))


def remove_and_reconnect(design: Design, ids: Iterable[str]) -> Design:
    """Take nodes away and wire what fed each one's first input to what it fed."""
    gone = {key for key in ids if key in design.nodes}
    bridges = _bridges(design, gone)
    design = remove(design, gone)
    return design.with_graph(wires=(*design.wires, *bridges)) if bridges else design


def pull_out(design: Design, ids: Iterable[str]) -> Design:
    """Take nodes out of their wires, which close behind them; the nodes stay."""
    out = {key for key in ids if key in design.nodes}
    kept = [w for w in design.wires if (w.source in out) == (w.target in out)]
    if len(kept) == len(design.wires):
        return design
    return design.with_graph(wires=(*kept, *_bridges(design, out)))


def _bridges(design: Design, gone: set[str]) -> list[Wire]:
    """The wires that join what fed these nodes to what they fed."""
    bridges = []
    for wire in design.wires:
        if wire.source in gone and wire.target not in gone:
            origin = _origin(design, wire.source, gone)
            if origin:
                bridges.append(
                    Wire(origin.source, origin.output, wire.target, wire.input)
                )
    return bridges


def first_free(design: Design, node: Node) -> str | None:
    """The node's first input without a wire, required ones first."""
    taken = design.graph.incoming.get(node.id, {})
    open_ports = [port for port in node.inputs if port.name not in taken]
    open_ports.sort(key=lambda port: port.optional)
    return open_ports[0].name if open_ports else None


def leads(design: Design, start: str, end: str) -> bool:
    """Whether `end` can be reached from `start` along the wires."""
    seen, waiting = {start}, [start]
    while waiting:
        key = waiting.pop()
        if key == end:
            return True
        for wire in design.graph.outgoing.get(key, ()):
            if wire.target not in seen:
                seen.add(wire.target)
                waiting.append(wire.target)
    return False


def _most(row: Operator) -> int:
    """How many inputs a row with a parameter `inputs` takes at most."""
    param = row.param("inputs")
    return param.high if isinstance(param, Int) else 0


def _first_output(node: Node) -> str | None:
    return node.outputs[0].name if node.outputs else None


def _origin(design: Design, key: str, gone: set[str]) -> Wire | None:
    """The wire from a node that stays into the first input of a chain that goes."""
    seen: set[str] = set()  # a file may bring a loop
    while key in gone:
        if key in seen:
            return None
        seen.add(key)
        entering = design.graph.incoming.get(key, {})
        ports = [
            port.name for port in design.nodes[key].inputs if port.name in entering
        ]
        if not ports:
            return None
        wire = entering[ports[0]]
        key = wire.source
    return wire


def _with_room(design: Design, after_id: str, at: tuple[float, float]) -> Design:
    """The design with what follows a node moved right, if it is in the way of `at`."""
    behind = _descendants(design, after_id)
    positions = design.look.positions
    x, y = at
    crowded = any(
        abs(positions[key][0] - x) < STEP and abs(positions[key][1] - y) < STEP / 2
        for key in behind
        if key in positions
    )
    if not crowded:
        return design
    moved = {
        key: (positions[key][0] + STEP, positions[key][1])
        for key in behind
        if key in positions
    }
    look = replace(design.look, positions={**positions, **moved})
    return follow(design, replace(design, look=look))


def _descendants(design: Design, key: str) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for wire in design.graph.outgoing.get(waiting.pop(), ()):
            if wire.target not in found:
                found.add(wire.target)
                waiting.append(wire.target)
    return found
