"""A plain layered layout: from left to right, each node after its sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from engine.design.model import Graph

ACROSS, DOWN = 152.0, 116.0  # between the layers, between the nodes of one
SWEEPS = 4

Positions = dict[str, tuple[float, float]]


def tidy(graph: Graph) -> Positions:
    """Where every node goes.

    A node's column is the longest way to it; within a column nodes stand in the
    order of their neighbours' middles, which leaves few wires crossing.
    """
    columns = _columns(graph)
    rows = {key: float(at) for keys in columns for at, key in enumerate(keys)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = _sources(graph) if forward else _targets(graph)
        for keys in columns if forward else reversed(columns):
            keys.sort(key=lambda key: _middle(rows, neighbours.get(key, []), key))
            for at, key in enumerate(keys):
                rows[key] = at - (len(keys) - 1) / 2
    return {
        key: (column * ACROSS, rows[key] * DOWN)
        for column, keys in enumerate(columns)
        for key in keys
    }


def _columns(graph: Graph) -> list[list[str]]:
    depth: dict[str, int] = {}
    sources = _sources(graph)
    for key in graph.order:
        depth[key] = 1 + max(
            (depth[source] for source in sources.get(key, [])), default=-1
        )
    for key in graph.nodes:  # what stands on a loop
        depth.setdefault(key, 0)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, column in depth.items():
        columns[column].append(key)
    return columns


def _sources(graph: Graph) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for wire in graph.wires:
        found[wire.target].append(wire.source)
    return found


def _targets(graph: Graph) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for wire in graph.wires:
        found[wire.source].append(wire.target)
    return found


def _middle(rows: Mapping[str, float], neighbours: list[str], key: str) -> float:
    if not neighbours:
        return rows[key]
    return sum(rows[other] for other in neighbours) / len(neighbours)
