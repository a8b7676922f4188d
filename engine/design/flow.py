"""What is known at every node: the shapes of a whole design, without torch.

The flow of the latest design is remembered, so that after an edit only what it touched
is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import Dim, Tensor, symbol
from engine.catalog.params import Dims
from engine.design.evaluate import Key, Known, evaluate
from engine.design.model import Design, Graph, Node, Wire
from engine.errors import ShapeError

REAL = "float32"  # what real numbers are where nobody says otherwise
UNSET = 8  # the sample of a symbol that the settings do not name

Found = Known | ShapeError | None  # None: what it needs is not known


class Flow(NamedTuple):
    """The flow of a graph, with what it was worked out from."""

    graph: Graph
    symbols: Mapping[str, int]
    dtype: str
    found: Mapping[str, Found]  # by id, in order; a node on a cycle is not in it


_latest = Flow(Graph(), {}, REAL, {})


def flow(design: Design) -> Mapping[str, Found]:
    """What is known of each node, in order; ids on a cycle or behind one are absent."""
    global _latest
    known, graph, symbols = _latest, design.graph, design.settings.symbols
    dtype = design.settings.dtype
    same = known.graph is graph and known.symbols is symbols
    if not same or known.dtype != dtype:
        found = _flowing(graph, symbols, dtype, known)
        _latest = Flow(graph, symbols, dtype, found)
        return found
    return known.found


def _flowing(
    graph: Graph, symbols: Mapping[str, int], dtype: str, before: Flow
) -> Mapping[str, Found]:
    nodes, incoming, outgoing = graph.nodes, graph.incoming, graph.outgoing
    old, past, rewired = before.graph.nodes, before.found, before.graph.incoming
    same_wires = rewired is incoming
    same_symbols = before.symbols == symbols and before.dtype == dtype
    found: dict[str, Found] = {}
    touched: set[str] = set()  # ids behind an output that is not what it was
    for key in graph.order:
        node, was = nodes[key], past.get(key)
        if (
            same_symbols
            and key not in touched
            and old.get(key) is node
            and key in past
            and (same_wires or incoming.get(key) == rewired.get(key))
        ):
            found[key] = was
            continue
        answer = found[key] = _at(node, incoming.get(key, {}), found, symbols, dtype)
        if not _same_outputs(answer, was):
            touched.update(wire.target for wire in outgoing.get(key, ()))
    return found


def _same_outputs(one: Found, other: Found) -> bool:
    if isinstance(one, Known) and isinstance(other, Known):
        return one.outputs == other.outputs
    return False


def _at(
    node: Node,
    wires: Mapping[str, Wire],
    found: Mapping[str, Found],
    symbols: Mapping[str, int],
    dtype: str,
) -> Found:
    if node.row is None or node.misfits:
        return None
    arriving: list[tuple[str, Tensor]] = []
    for port in node.inputs:
        wire = wires.get(port.name)
        if wire is None:
            if port.optional:
                continue
            return None
        source = found.get(wire.source)
        tensor = source.outputs.get(wire.output) if isinstance(source, Known) else None
        if tensor is None:
            return None
        arriving.append((port.name, tensor))
    return evaluate(resolved(node, symbols, dtype), tuple(arriving))


def resolved(node: Node, symbols: Mapping[str, int], dtype: str = REAL) -> Key:
    """The node's key with a `Sym` for every name in a shape, defaults included.

    Where the node makes real numbers and says no kind of them, they are of `dtype`.
    """
    shapes = _shapes(node.kind)
    says = dtype != REAL and OPERATORS[node.kind].makes_reals
    if not shapes and not says:
        return node.key
    given = {**node.params}
    if says:
        given.setdefault("dtype", dtype)
    for name in shapes:
        value = node.args[name]
        if isinstance(value, tuple):
            given[name] = tuple(_dim(part, symbols) for part in value)  # type: ignore[arg-type, misc]
    return node.kind, tuple(sorted(given.items()))


def _dim(part: int | str, symbols: Mapping[str, int]) -> Dim:
    return symbol(part, symbols.get(part, UNSET)) if isinstance(part, str) else part


@lru_cache(maxsize=1024)
def _shapes(kind: str) -> tuple[str, ...]:
    """The names of the parameters that may hold symbols."""
    return tuple(p.name for p in OPERATORS[kind].params if isinstance(p, Dims))
