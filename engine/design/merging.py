"""Bringing definitions from one design into another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

from engine.design import names
from engine.design.block import Block
from engine.design.blocks import copied
from engine.design.model import Design, Graph


def adopted(
    design: Design, blocks: Mapping[str, Block]
) -> tuple[Design, Mapping[str, Block]]:
    """The design with further definitions, under fresh ids.

    A block that it has already, by name and content, is not taken again.

    Args:
        design: the design.
        blocks: those of another design.

    Returns:
        The design, and which of its blocks each of the others has become.
    """
    known = {likeness(block): block for block in design.blocks.values()}
    became: dict[str, Block] = {}
    for block in _inner_first(blocks):
        fresh = known.get(likeness(block))
        if fresh is None:
            design, graph, look = copied(
                design, pointed(block.graph, became), block.look
            )
            design = replace(design, last_id=design.last_id + 1)
            taken = {other.name for other in design.blocks.values()}
            key, name = f"b{design.last_id}", names.free(block.name, taken)
            fresh = replace(block, id=key, name=name, graph=graph, look=look)
            design = replace(design, blocks={**design.blocks, key: fresh})
        became[block.id] = fresh
    return design, became


def pointed(graph: Graph, blocks: Mapping[str, Block]) -> Graph:
    """A graph whose uses are of other definitions, by the ids of the old ones."""
    nodes = dict(graph.nodes)
    for key, node in nodes.items():
        if node.block is not None:
            nodes[key] = replace(node, block=blocks[node.block.id])
    return Graph(nodes, graph.wires)


def likeness(block: Block) -> Hashable:
    """What a block is, whatever its ids are."""
    known: Hashable = block.memo.get("likeness")
    if known is None:
        known = block.memo["likeness"] = _likeness(block)
    return known


def content(graph: Graph) -> Hashable:
    """What a graph computes, by the names of its nodes."""
    nodes = graph.nodes
    called = {key: node.name for key, node in nodes.items()}
    rows = tuple(
        (
            node.name,
            node.kind,
            node.frozen,
            tuple(sorted(node.params.items())),
            tuple(sorted(node.init.items())),
            tuple(
                (tensor, called.get(source, source), of)
                for tensor, (source, of) in sorted(node.ties.items())
            ),
            likeness(node.block) if node.block else None,
        )
        for node in sorted(nodes.values(), key=lambda node: node.name)
    )
    wires = sorted(
        (called[w.source], w.output, called[w.target], w.input) for w in graph.wires
    )
    ports = tuple(
        called[key] for key in nodes if nodes[key].kind in ("input", "output")
    )
    return rows, tuple(wires), ports


def _likeness(block: Block) -> Hashable:
    return block.name, block.params, block.notes, content(block.graph)


def _inner_first(blocks: Mapping[str, Block]) -> list[Block]:
    """The blocks, each behind those that it uses."""
    done: dict[str, Block] = {}

    def visit(block: Block) -> None:
        for node in block.graph.nodes.values():
            if node.block is not None and node.block.id not in done:
                visit(node.block)
        done[block.id] = block

    for block in blocks.values():
        if block.id not in done:
            visit(block)
    return list(done.values())
