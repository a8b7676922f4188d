"""Looking into a block, editing it there, and having all its uses follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Concatenate, ParamSpec

from engine.design.block import Block
from engine.design.model import Design, Graph, Node, Scope, Wire
from engine.errors import EditError

DEEPEST = 32  # blocks within blocks

P = ParamSpec("P")
Edit = Callable[Concatenate[Design, P], Design]


def block_at(design: Design, key: str) -> Block:
    """The definition with this id.

    Raises:
        EditError: there is none.
    """
    block = design.blocks.get(key)
    if block is None:
        raise EditError("There is no block {id} any more.", id=key)
    return block


def opened(design: Design, key: str, scope: Scope | None = None) -> Design:
    """A block's body as a design, to be shown, checked and edited like any other.

    Args:
        design: the whole.
        key: id of the block.
        scope: of the use that is looked into; None is the block by itself, with its
            parameters' defaults and its Inputs' samples.

    Raises:
        EditError: there is no such block.
    """
    block = block_at(design, key)
    return replace(
        design,
        graph=block.graph,
        look=block.look,
        notes=block.notes,
        scope=scope or Scope(key, tuple(block.defaults.items())),
    )


def inside(
    design: Design, key: str, edit: Edit[P], *args: P.args, **kwargs: P.kwargs
) -> Design:
    """Run an ordinary edit on a block's body; every use of the block follows.

    Args:
        design: the whole.
        key: id of the block.
        edit: any edit, called with the body as a design.
        args: what the edit takes besides.
        kwargs: likewise.

    Raises:
        EditError: the edit was refused, or it would put the block within itself.
    """
    if not key:
        return edit(design, *args, **kwargs)
    view = opened(design, key)
    after = edit(view, *args, **kwargs)
    return design if after is view else closed(design, key, after)


def closed(design: Design, key: str, view: Design) -> Design:
    """The design with a block's body as it was edited in a view of it."""
    before = block_at(design, key)
    # The edit may have had a hand in the block's own entry: its parameters.
    block = replace(
        view.blocks.get(key, before), graph=view.graph, look=view.look, notes=view.notes
    )
    return relinked(
        replace(
            design,
            blocks={**view.blocks, key: block},
            settings=view.settings,
            last_id=view.last_id,
        )
    )


def with_block(design: Design, block: Block) -> Design:
    """The design with another definition in the place of the one with its id."""
    return relinked(replace(design, blocks={**design.blocks, block.id: block}))


def relinked(design: Design) -> Design:
    """Have every use hold the definition that stands in `design.blocks`.

    Wires follow ports that were renamed and go with ports that went; a use keeps the
    values that its block still takes.

    Raises:
        EditError: a block would stand within itself, or too deep.
    """
    linker = _Linker(design.blocks)
    blocks = {key: linker.block(key) for key in design.blocks}
    graph = linker.graph(design.graph)
    if graph is not design.graph:
        design = design.with_graph(graph.nodes, graph.wires)
    if all(blocks[key] is block for key, block in design.blocks.items()):
        return design
    return replace(design, blocks=blocks)


class _Linker:
    """Definitions rebuilt from the innermost outwards, each once."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._blocks = blocks
        self._done: dict[str, Block] = {}
        self._open: list[str] = []

    def block(self, key: str) -> Block:
        if key in self._done:
            return self._done[key]
        block = self._blocks.get(key)
        if block is None:
            raise EditError("There is no block {id} any more.", id=key)
        if key in self._open:
            raise EditError(
                "The block '{name}' cannot stand within itself: it would never end.",
                name=block.name,
            )
        if len(self._open) >= DEEPEST:
            raise EditError(
                "Blocks can stand {most} deep within each other, and no deeper.",
                most=DEEPEST,
            )
        self._open.append(key)
        graph = self.graph(block.graph)
        self._open.pop()
        fresh = block if graph is block.graph else replace(block, graph=graph)
        self._done[key] = fresh
        return fresh

    def graph(self, graph: Graph) -> Graph:
        changed = {}
        for key, node in graph.nodes.items():
            if node.block is not None:
                fresh = self.block(node.block.id)
                if fresh is not node.block:
                    changed[key] = _use(node, fresh)
        if not changed:
            return graph
        wires = graph.wires
        for key, node in changed.items():
            wires = _following(graph, wires, graph.nodes[key], node)
        return Graph({**graph.nodes, **changed}, wires)


def _use(node: Node, block: Block) -> Node:
    """A use of the block as it is now, with the values that it still takes."""
    params = {k: v for k, v in node.params.items() if block.row.param(k)}
    return replace(node, block=block, params=params)


def _following(
    graph: Graph, wires: tuple[Wire, ...], before: Node, after: Node
) -> tuple[Wire, ...]:
    """The wires of a use on its new ports, without those whose port is gone."""
    assert before.block is not None and after.block is not None  # noqa: S101, PT018
    old, new = before.block, after.block
    names = {
        old.graph.nodes[key].name: new.graph.nodes[key].name
        for key in old.entering
        if key in new.graph.nodes
    }
    leaving = _leaving(old, new)
    if before.inputs == after.inputs and all(k == v for k, v in leaving.items()):
        gone = before.exits - leaving.keys()
        if not gone:
            return wires
    kept = []
    for wire in wires:
        source, output, target, entry = wire
        if source == after.id:
            output = leaving.get(output, "")
        if target == after.id:
            entry = names.get(entry, "")
        if output and entry:
            kept.append(Wire(source, output, target, entry))
    return tuple(kept)


def _leaving(old: Block, new: Block) -> dict[str, str]:
    """Output ports by what they were called before."""
    ports = {end.output: end.port for end in new.leaving}
    first = new.leaving[0].port if new.leaving else ""
    found = {}
    for end in old.leaving:
        port = ports.get(end.output)
        if port is None and "" in (end.output, *ports):
            port = first  # a loose end was given an Output, or lost its only one
        if port:
            found[end.port] = port
    return found
