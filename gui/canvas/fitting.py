"""What can be wired to what, before it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.catalog.dims import INTEGERS, Tensor
from engine.catalog.spec import Port
from engine.check import Checked, Known
from engine.design import edits
from engine.design.evaluate import evaluate
from engine.design.flow import resolved
from engine.design.model import Design, Node, Wire
from engine.errors import EngineError, ShapeError


def takes(port: Port, tensor: Tensor | None) -> bool:
    """Whether a port accepts this kind of number; what is not known may fit."""
    if tensor is None or port.dtype == "any":
        return True
    return tensor.dtype in INTEGERS if port.dtype == "int" else tensor.floating


def reachable(design: Design, start: str, *, upstream: bool = False) -> set[str]:
    """The nodes that a node feeds, or that feed it, itself included."""
    seen, waiting = {start}, [start]
    graph = design.graph
    while waiting:
        key = waiting.pop()
        if upstream:
            nexts = [wire.source for wire in graph.incoming.get(key, {}).values()]
        else:
            nexts = [wire.target for wire in graph.outgoing.get(key, ())]
        for other in nexts:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def fitting_inputs(
    design: Design, checked: Checked, source: tuple[str, str], ids: Iterable[str]
) -> dict[str, frozenset[tuple[str, bool]]]:
    """For each node the inputs that the output `source` could feed."""
    tensor = checked.tensor(*source)
    behind = reachable(design, source[0], upstream=True)
    found = {}
    for key in ids:
        node = design.nodes[key]
        ports = () if key in behind else node.inputs
        found[key] = frozenset(
            (port.name, True)
            for port in ports
            if takes(port, tensor) and _shaped(design, node, checked, port, tensor)
        )
    return found


def fitting_outputs(
    design: Design, checked: Checked, target: tuple[str, str], ids: Iterable[str]
) -> dict[str, frozenset[tuple[str, bool]]]:
    """For each node the outputs that could feed the input `target`."""
    ahead = reachable(design, target[0])
    node = design.nodes[target[0]]
    wanted = next(port for port in node.inputs if port.name == target[1])
    found = {}
    for key in ids:
        fits = set()
        for port in () if key in ahead else design.nodes[key].outputs:
            tensor = checked.tensor(key, port.name)
            if takes(wanted, tensor) and _shaped(design, node, checked, wanted, tensor):
                fits.add((port.name, False))
        found[key] = frozenset(fits)
    return found


def wire_for(
    design: Design, checked: Checked, anchor: tuple[str, str, bool], onto: str
) -> Wire | None:
    """The wire that a drop on the node `onto` means: its first fitting free port.

    An operator of any number of inputs, such as Add, is never full: it gets another.
    Any other gives up the wire that it has, where the new one fits or it has but one.

    Args:
        design: the design.
        checked: what is known of it.
        anchor: node, port and whether that port is an input.
        onto: where the wire was dropped.
    """
    node = design.nodes[onto]
    key, port, entering = anchor
    if entering:
        fits = fitting_outputs(design, checked, (key, port), [onto])[onto]
        for out in node.outputs:
            if (out.name, False) in fits:
                return Wire(onto, out.name, key, port)
        return None
    fits = fitting_inputs(design, checked, (key, port), [onto])[onto]
    taken = design.graph.incoming.get(onto, {})
    free = [p for p in node.inputs if p.name not in taken]
    free.sort(key=lambda p: ((p.name, True) not in fits, p.optional))
    entry = free[0].name if free else edits.further_input(node) or _given_up(node, fits)
    return Wire(key, port, onto, entry) if entry else None


def _given_up(node: Node, fits: frozenset[tuple[str, bool]]) -> str | None:
    """The input of a full node whose wire makes place for another."""
    fitting = [port.name for port in node.inputs if (port.name, True) in fits]
    if not fitting and len(node.inputs) == 1:
        fitting = [node.inputs[0].name]
    return fitting[0] if fitting else None


def _shaped(
    design: Design, node: Node, checked: Checked, port: Port, tensor: Tensor | None
) -> bool:
    """Whether the node would accept the tensor beside what reaches it already."""
    known, symbols = checked.known(node.id), design.settings.symbols
    required = [p.name for p in node.inputs if not p.optional]
    if tensor is None or node.row is None:
        return True
    if known is not None:
        arriving = {**known.inputs, port.name: tensor}
        return _works(node, symbols, tuple(arriving.items()))
    arriving = {port.name: tensor}
    for name, wire in design.graph.incoming.get(node.id, {}).items():
        here = checked.tensor(wire.source, wire.output)
        if name != port.name and here is not None:
            arriving[name] = here
    if any(name not in arriving for name in required):
        return True  # what else arrives is not known yet
    return _works(node, symbols, tuple(arriving.items()))


def made_of(design: Design, checked: Checked, node: Node) -> Known | ShapeError | None:
    """What a node makes of what its wires bring; None where not all of it is known.

    Args:
        design: with the wires that count.
        checked: knows the tensors, though maybe not these wires.
        node: of the design, no use of a block.
    """
    arriving = {}
    for name, wire in design.graph.incoming.get(node.id, {}).items():
        tensor = checked.tensor(wire.source, wire.output)
        if tensor is not None:
            arriving[name] = tensor
    required = [port.name for port in node.inputs if not port.optional]
    if node.block is not None or node.row is None:
        return None
    if any(name not in arriving for name in required):
        return None
    try:
        key = resolved(node, design.settings.symbols)
    except EngineError:
        return None
    return evaluate(key, tuple(arriving.items()))


def _works(
    node: Node, symbols: Mapping[str, int], arriving: tuple[tuple[str, Tensor], ...]
) -> bool:
    try:
        key = resolved(node, symbols)
        return not isinstance(evaluate(key, arriving), ShapeError)
    except (EngineError, KeyError):
        return False
