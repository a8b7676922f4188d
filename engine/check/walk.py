"""Every node of a design, those within blocks too, each where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.check.check import Checked
from engine.design.evaluate import Known
from engine.design.model import Node
from engine.design.within import Found


class At(NamedTuple):
    """A known node.

    Args:
        path: of ids: n5/0/n2.
        name: of its module in the network: layer1.0.conv.
        node: the node.
        known: what is known of it.
        depth: how many blocks are around it.
    """

    path: str
    name: str
    node: Node
    known: Known
    depth: int


def walk(checked: Checked) -> Iterator[At]:
    """The known nodes in the order of computation, each use before what is in it."""
    return _walk(checked.design.nodes, checked.found, "", "", 0)


def _walk(
    nodes: Mapping[str, Node],
    found: Mapping[str, Found],
    path: str,
    name: str,
    depth: int,
) -> Iterator[At]:
    for key, known in found.items():
        if not isinstance(known, Known):
            continue
        node = nodes[key]
        at = At(f"{path}{key}", f"{name}{node.name}", node, known, depth)
        yield at
        for index, one in known.inside.modules if known.inside else ():
            yield from _walk(
                one.block.graph.nodes,
                one.found,
                f"{at.path}/{index}/" if index else f"{at.path}/",
                f"{at.name}.{index}." if index else f"{at.name}.",
                depth + 1,
            )
