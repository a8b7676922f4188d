"""How far the nodes of a design see, those within blocks from the design's own Inputs.

A block's output sees what the last layers within it see, so that fields go on past its
border; each repeat sees further than the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from engine.check.field import Field, Fields, followed, spatial
from engine.design.evaluate import Known
from engine.design.model import Graph, Node
from engine.design.within import Found

MOST = 20_000  # nodes that are followed; a body repeated beyond that ends the fields


class Sight:
    """The fields of every node, worked out when the first is asked for."""

    def __init__(self, graph: Graph, found: Mapping[str, Found]) -> None:
        self._graph, self._found = graph, found
        self._left = MOST

    def of(self, path: str) -> tuple[Field, ...]:
        """The axes of a node's output that windows have passed over, by its path."""
        return spatial(self._paths.get(path, ()))

    @cached_property
    def _paths(self) -> Mapping[str, Fields]:
        paths: dict[str, Fields] = {}
        self._follow(paths, self._graph, self._found, {}, "")
        return paths

    def _follow(
        self,
        paths: dict[str, Fields],
        graph: Graph,
        found: Mapping[str, Found],
        given: Mapping[str, Fields],
        prefix: str,
    ) -> dict[tuple[str, str], Fields]:
        """Note the fields of a graph's nodes; those of each of their outputs."""
        seen: dict[tuple[str, str], Fields] = {}
        for key, known in found.items():
            if not isinstance(known, Known):
                continue
            self._left -= 1
            node, wires = graph.nodes[key], graph.incoming.get(key, {})
            arriving = {
                port: fields
                for port in known.inputs
                if (wire := wires.get(port))
                and (fields := seen.get((wire.source, wire.output))) is not None
            }
            path = f"{prefix}{key}"
            if key in given:
                made = dict.fromkeys(known.outputs, given[key])
            elif known.inside is not None:
                made = self._within(paths, node, known, arriving, path)
            else:
                made = _outputs(node, known, arriving)
            seen.update({(key, port): fields for port, fields in made.items()})
            paths[path] = next(iter(made.values()), ())
        return seen

    def _within(
        self,
        paths: dict[str, Fields],
        node: Node,
        known: Known,
        arriving: Mapping[str, Fields],
        path: str,
    ) -> dict[str, Fields]:
        """Follow the repeats of a use; the fields of what leaves the last."""
        inside = known.inside
        assert inside is not None  # noqa: S101 - the caller has looked
        flowing, leaving = dict(arriving), dict[str, Fields]()
        for place, one in enumerate(inside.passes):
            if self._left < 0:
                return {port: (None,) * t.rank for port, t in known.outputs.items()}
            given = {
                key: flowing[port.name]
                for key, port in zip(one.block.entering, node.inputs, strict=True)
                if port.name in flowing
            }
            prefix = f"{path}/{place}/" if inside.indexed else f"{path}/"
            seen = self._follow(paths, one.block.graph, one.found, given, prefix)
            leaving = {
                end.port: seen[end.source, end.leaving]
                for end in one.block.leaving
                if (end.source, end.leaving) in seen
            }
            if node.inputs and leaving:
                flowing[node.inputs[0].name] = next(iter(leaving.values()))
        return leaving


def _outputs(
    node: Node, known: Known, arriving: Mapping[str, Fields]
) -> dict[str, Fields]:
    """The fields by port; of several outputs only maxima and their places have some."""
    fields = followed(node, known, arriving)
    several = len(known.outputs) > 1 and "indices" not in known.outputs
    return dict.fromkeys(known.outputs, (None,) * len(fields) if several else fields)
