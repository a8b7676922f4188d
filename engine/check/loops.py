"""Loops in a graph: only a file or two edits from different hands can make one."""

from __future__ import annotations

from engine.design.model import Graph, Wire


def loops(graph: Graph) -> tuple[tuple[Wire, ...], ...]:
    """The loops, none sharing a node with another, each as the wires around it."""
    left = set(graph.nodes) - set(graph.order)
    found = []
    while left := _trimmed(graph, left):
        loop = _around(graph, left)
        found.append(loop)
        left -= {wire.target for wire in loop}
    return tuple(found)


def _trimmed(graph: Graph, left: set[str]) -> set[str]:
    """`left` without the nodes that nothing in it feeds, or that feed nothing in it."""
    left = set(left)
    waiting = list(left)
    while waiting:
        key = waiting.pop()
        fed = {wire.source for wire in graph.incoming.get(key, {}).values()} & left
        feeding = {wire.target for wire in graph.outgoing.get(key, ())} & left
        if key in left and not (fed and feeding):
            left.discard(key)
            waiting += fed | feeding
    return left


def _around(graph: Graph, left: set[str]) -> tuple[Wire, ...]:
    """One loop within `left`, where every node is fed: walk back until one repeats."""
    path: list[Wire] = []
    seen: dict[str, int] = {}
    key = min(left)
    while key not in seen:
        seen[key] = len(path)
        wires = graph.incoming[key].values()
        path.append(next(wire for wire in wires if wire.source in left))
        key = path[-1].source
    return tuple(reversed(path[seen[key] :]))
