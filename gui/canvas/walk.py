"""Ways along the wires: the neighbour in a direction, the path between two nodes."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF

from engine.design.model import Graph


def path_between(graph: Graph, first: str, last: str) -> tuple[str, ...]:
    """The shortest path along the wires, in whichever direction there is one."""
    return _path(graph, first, last) or _path(graph, last, first)


def _path(graph: Graph, first: str, last: str) -> tuple[str, ...]:
    came: dict[str, str] = {first: ""}
    waiting = [first]
    for key in waiting:  # grows while it is walked
        for wire in graph.outgoing.get(key, ()):
            if wire.target not in came:
                came[wire.target] = key
                waiting.append(wire.target)
    if last not in came:
        return ()
    steps = [last]
    while came[steps[-1]]:
        steps.append(came[steps[-1]])
    return tuple(reversed(steps))


def neighbour(
    graph: Graph, spots: Mapping[str, QPointF], key: str, dx: int, dy: int
) -> str | None:
    """The node to go to from `key`: along a wire sideways, the nearest up or down."""
    if dx > 0:
        near = [wire.target for wire in graph.outgoing.get(key, ())]
    elif dx < 0:
        near = [wire.source for wire in graph.incoming.get(key, {}).values()]
    else:
        here = spots[key]
        near = [
            other
            for other, at in spots.items()
            if (at.y() - here.y()) * dy > abs(at.x() - here.x()) / 2
        ]
    return min(near, key=lambda other: _far(spots[key], spots[other]), default=None)


def _far(first: QPointF, second: QPointF) -> float:
    away = second - first
    return float(QPointF.dotProduct(away, away))
