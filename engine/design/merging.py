"""Bringing definitions from one design into another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace

from engine.design import names
from engine.design.block import Block
from engine.design.blocks import copied
from engine.design.model import Design, Graph, by_age
from engine.design.nodes import with_ids

DIGITS = "0123456789"


def adopted(
    design: Design, blocks: Mapping[str, Block]
) -> tuple[Design, Mapping[str, Block]]:
    """The design with further definitions, under fresh ids.

    A block that it has already is not taken again: one of the same name and content,
    or one that was renamed when it came because its name was taken.

    Args:
        design: the design.
        blocks: those of another design.

    Returns:
        The design, and which of its blocks each of the others has become.
    """
    here = tuple(design.blocks.values())
    became: dict[str, Block] = {}
    for block in inner_first(blocks):
        meant = replace(block, graph=pointed(block.graph, became))
        fresh = _known(here, meant)
        if fresh is None:
            design, graph, look = copied(design, meant.graph, block.look)
            design = with_ids(design, 1)
            taken = {other.name for other in design.blocks.values()}
            key, name = f"b{design.last_id}", names.free(block.name, taken)
            fresh = replace(block, id=key, name=name, graph=graph, look=look)
            design = replace(design, blocks={**design.blocks, key: fresh})
        became[block.id] = fresh
    return design, became


def _known(here: Iterable[Block], meant: Block) -> Block | None:
    """The block that is `meant`, by its own name or by one that it was given here."""
    alike = [block for block in here if _same(block) == _same(meant)]
    stem = meant.name.rstrip(DIGITS)
    for block in alike:
        if block.name == meant.name:
            return block
    return next((b for b in alike if b.name.rstrip(DIGITS) == stem), None)


def needed(graph: Graph) -> dict[str, Block]:
    """The definitions that uses in a graph need, those within them too."""
    found: dict[str, Block] = {}
    waiting = [graph]
    while waiting:
        for node in waiting.pop().nodes.values():
            if node.block is not None and node.block.id not in found:
                found[node.block.id] = node.block
                waiting.append(node.block.graph)
    return {key: found[key] for key in sorted(found, key=by_age)}


def pointed(graph: Graph, blocks: Mapping[str, Block]) -> Graph:
    """A graph whose uses are of other definitions, by the ids of the old ones."""
    nodes = dict(graph.nodes)
    for key, node in nodes.items():
        if node.block is not None:
            nodes[key] = replace(node, block=blocks[node.block.id])
    return Graph(nodes, graph.wires)


def likeness(block: Block) -> Hashable:
    """What a block is, whatever its ids are."""
    return block.name, _same(block)


def _same(block: Block) -> Hashable:
    """What a block is, but for its name."""
    known: Hashable = block.memo.get("likeness")
    if known is None:
        graph = content(block.graph)
        known = block.memo["likeness"] = (block.params, block.notes, graph)
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


def inner_first(blocks: Mapping[str, Block]) -> list[Block]:
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
