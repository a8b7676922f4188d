"""What somebody switched off: rules of the advisor, for a node or a whole design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.check.rules import RULES
from engine.design.model import Design, Graph, Node
from engine.errors import Problem, Severity


class Muted(NamedTuple):
    """A rule that is switched off.

    Args:
        rule: its name.
        node: at this one; None for the whole design.
        block: id of the definition that the node stands in; "" for none.
    """

    rule: str
    node: Node | None = None
    block: str = ""


def mutable(problem: Problem) -> bool:
    """Whether a problem may be switched off: what stops the build may not."""
    return problem.severity is not Severity.ERROR and problem.rule in RULES


def muted(design: Design, problem: Problem) -> bool:
    """Whether a problem is one that somebody switched off.

    Those within blocks were judged there, but for what was found across borders.
    """
    if not mutable(problem):
        return False
    if problem.rule in design.settings.muted:
        return True
    block = design.blocks.get(problem.block)
    nodes = block.graph.nodes if block else design.graph.nodes
    node = nodes.get(problem.node.rpartition("/")[2])
    return node is not None and problem.rule in node.muted


def all_muted(design: Design) -> Iterator[Muted]:
    """Everything that is switched off in a design."""
    for rule in design.settings.muted:
        yield Muted(rule)
    yield from _within(design.graph, "")
    for key, block in design.blocks.items():
        yield from _within(block.graph, key)


def _within(graph: Graph, block: str) -> Iterator[Muted]:
    for node in graph.nodes.values():
        for rule in node.muted:
            yield Muted(rule, node, block)
