"""What is known at every node: the shapes of a whole design, without torch.

The latest flow of each graph on the screen is remembered, so that after an edit only
what it touched is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.design.evaluate import Known
from engine.design.model import Design, Graph, Scope
from engine.design.within import REAL, UNSET, Env, Found, at, env_of, resolved

__all__ = ["REAL", "UNSET", "Found", "flow", "resolved"]


class Flow(NamedTuple):
    """The flow of a graph, with what it was worked out from."""

    graph: Graph
    symbols: Mapping[str, int]
    dtype: str
    scope: Scope
    found: Mapping[str, Found]  # by id, in order; a node on a cycle is not in it


_NONE = Flow(Graph(), {}, REAL, Scope(), {})
_latest: dict[str, Flow] = {}  # of the design, and of the block last looked into


def flow(design: Design) -> Mapping[str, Found]:
    """What is known of each node, in order; ids on a cycle or behind one are absent."""
    graph, symbols, scope = design.graph, design.settings.symbols, design.scope
    known, dtype = _latest.get(scope.block, _NONE), design.settings.dtype
    same = known.graph is graph and known.symbols is symbols and known.dtype == dtype
    if same and known.scope == scope:
        return known.found
    found = _flowing(graph, env_of(scope, symbols, dtype), known, scope)
    for other in [key for key in _latest if key and scope.block]:
        del _latest[other]
    _latest[scope.block] = Flow(graph, symbols, dtype, scope, found)
    return found


def _flowing(graph: Graph, env: Env, before: Flow, scope: Scope) -> Mapping[str, Found]:
    nodes, incoming, outgoing = graph.nodes, graph.incoming, graph.outgoing
    old, past, rewired = before.graph.nodes, before.found, before.graph.incoming
    same_wires = rewired is incoming
    alike = before.symbols == env.symbols and before.scope == scope
    alike = alike and before.dtype == env.dtype
    found: dict[str, Found] = {}
    touched: set[str] = set()  # ids behind an output that is not what it was
    for key in graph.order:
        node, was = nodes[key], past.get(key)
        if (
            alike
            and key not in touched
            and old.get(key) is node
            and key in past
            and (same_wires or incoming.get(key) == rewired.get(key))
        ):
            found[key] = was
            continue
        answer = found[key] = at(node, incoming.get(key, {}), found, env)
        if not _same_outputs(answer, was):
            touched.update(wire.target for wire in outgoing.get(key, ()))
    return found


def _same_outputs(one: Found, other: Found) -> bool:
    if isinstance(one, Known) and isinstance(other, Known):
        return one.outputs == other.outputs
    return False
