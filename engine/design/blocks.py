"""Edits of blocks: definitions, their parameters, and single uses.

`grouping.py` makes blocks of nodes and nodes of blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.catalog.params import Int, Value
from engine.design import names
from engine.design.block import OWN, Block, BlockParam
from engine.design.bodies import block_at, inside, with_block
from engine.design.expression import names_of, substituted
from engine.design.fitting import node_at
from engine.design.marks import moved_marks
from engine.design.model import Design, Graph, Look, Node, Wire
from engine.design.nodes import readable, with_ids
from engine.design.values import set_params
from engine.errors import EditError


def rename_block(design: Design, key: str, name: str) -> Design:
    """Give a block another name: the class in the code.

    Raises:
        EditError: it is no identifier, or another block has it.
    """
    block, name = block_at(design, key), name.strip()
    if name == block.name:
        return design
    nameable_block(design, name)
    return with_block(design, replace(block, name=name))


def set_block_notes(design: Design, key: str, text: str) -> Design:
    """Keep free text about a block; its first line stands in the palette."""
    block, text = block_at(design, key), readable(text, 100_000)
    if text == block.notes:
        return design
    return with_block(design, replace(block, notes=text))


def remove_block(design: Design, key: str) -> Design:
    """Take a definition away that nothing uses.

    Raises:
        EditError: something uses it.
    """
    block = block_at(design, key)
    used = uses(design, key)
    if used:
        raise EditError(
            "The block '{name}' is still in use, at {count} of the nodes; take them "
            "away first.",
            name=block.name,
            count=len(used),
        )
    left = {other: kept for other, kept in design.blocks.items() if other != key}
    return replace(design, blocks=left)


def uses(design: Design, key: str) -> tuple[tuple[str, str], ...]:
    """Where a block is used: id of the block around, "" for none, and the node's."""
    return tuple(
        (around, node.id)
        for around, graph in graphs(design)
        for node in graph.nodes.values()
        if node.block is not None and node.block.id == key
    )


def graphs(design: Design) -> Iterator[tuple[str, Graph]]:
    """Every graph of the design, with the id of its block."""
    if not design.scope.block:
        yield "", design.graph
    for key, block in design.blocks.items():
        yield key, design.graph if key == design.scope.block else block.graph


def detach(design: Design, key: str) -> Design:
    """Give a use a definition of its own, which starts as a copy.

    Raises:
        EditError: the node is no use of a block.
    """
    node, block = use_at(design, key)
    design = with_ids(design, 1)
    own = f"b{design.last_id}"
    taken = {other.name for other in design.blocks.values()}
    design, graph, look = copied(design, block.graph, block.look)
    copy = replace(
        block, id=own, name=names.free(block.name, taken), graph=graph, look=look
    )
    design = replace(design, blocks={**design.blocks, own: copy})
    return design.with_graph({**design.nodes, key: replace(node, block=copy)})


def copied(design: Design, graph: Graph, look: Look) -> tuple[Design, Graph, Look]:
    """A body under fresh ids, and the design with those ids given away."""
    fresh = {
        key: f"n{design.last_id + 1 + place}" for place, key in enumerate(graph.nodes)
    }
    first = design.last_id + 1 + len(fresh)
    design = with_ids(design, len(fresh) + len(look.marks))
    nodes = {
        fresh[key]: replace(node, id=fresh[key], ties=moved_ties(node, fresh))
        for key, node in graph.nodes.items()
    }
    wires = tuple(
        Wire(fresh[w.source], w.output, fresh[w.target], w.input) for w in graph.wires
    )
    positions = {fresh[key]: spot for key, spot in look.positions.items()}
    docked = {fresh[key]: fresh[layer] for key, layer in look.docked.items()}
    marks = moved_marks(look.marks, fresh, first)
    return design, Graph(nodes, wires), Look(positions, docked, marks)


def moved_ties(node: Node, fresh: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """The ties of a node whose fellows have other ids now."""
    return {
        name: (fresh[source], of)
        for name, (source, of) in node.ties.items()
        if source in fresh
    }


def expose(design: Design, key: str, node: str, param: str, name: str = "") -> Design:
    """Let each use of a block set a whole number of a node within it.

    Args:
        design: the whole.
        key: id of the block.
        node: id of the node in its body.
        param: the node's parameter.
        name: of the block's parameter; one that is there already is taken up.

    Raises:
        EditError: the node has no such parameter, it is no whole number, or the name
            cannot be.
    """
    block, name = block_at(design, key), name or param
    at = node_at_body(block, node)
    row = at.row.param(param) if at.row else None
    if row is None:
        raise EditError(
            "{node} has no parameter '{param}'.", node=at.called, param=param
        )
    value = at.written[param]
    if isinstance(value, bool) or not isinstance(value, int):
        raise EditError(
            "{param} of {node} is {value}: only a whole number can be set by each use.",
            param=param,
            node=at.called,
            value=row.format(value),
        )
    if name not in block.defaults:
        nameable_param(block, name)
        low = row.low if isinstance(row, Int) else getattr(row, "low", 1)
        made = BlockParam(name, value, int(low), row.doc)
        design = with_block(design, replace(block, params=(*block.params, made)))
    return inside(design, key, set_params, (node,), {param: f"={name}"})


def add_block_param(
    design: Design, key: str, name: str, default: int, *, low: int = 1, doc: str = ""
) -> Design:
    """Give a block a parameter that formulas within it may name.

    Raises:
        EditError: the name cannot be, or is taken.
        ParamError: the default is under the limit.
    """
    block = block_at(design, key)
    nameable_param(block, name)
    param = BlockParam(name, default, low, readable(doc, 1000))
    param.row.coerce(default)
    return with_block(design, replace(block, params=(*block.params, param)))


def set_block_param(
    design: Design,
    key: str,
    name: str,
    *,
    default: int | None = None,
    low: int | None = None,
    doc: str | None = None,
) -> Design:
    """Change the default, the limit or the line about a block's parameter.

    Raises:
        EditError: there is none of that name.
        ParamError: the default is under the limit.
    """
    block = block_at(design, key)
    old = param_at(block, name)
    new = BlockParam(
        name,
        old.default if default is None else default,
        old.low if low is None else low,
        old.doc if doc is None else readable(doc, 1000),
    )
    new.row.coerce(new.default)
    if new == old:
        return design
    params = tuple(new if param is old else param for param in block.params)
    return with_block(design, replace(block, params=params))


def rename_block_param(design: Design, key: str, name: str, to: str) -> Design:
    """Call a block's parameter something else, in its formulas and uses too.

    Raises:
        EditError: there is none of that name, or the new name cannot be.
    """
    block, to = block_at(design, key), to.strip()
    old = param_at(block, name)
    if to == name:
        return design
    nameable_param(block, to)
    params = tuple(replace(p, name=to) if p is old else p for p in block.params)
    graph = _substituted(block.graph, {name: f"={to}"})
    fresh = replace(block, params=params, graph=graph)
    design = _in_every_use(design, key, name, to)
    return with_block(design, replace(fresh, graph=fresh.graph))


def unexpose(design: Design, key: str, name: str) -> Design:
    """Take a parameter from a block: everywhere inside stands its default.

    Raises:
        EditError: there is none of that name.
    """
    block = block_at(design, key)
    gone = param_at(block, name)
    params = tuple(param for param in block.params if param is not gone)
    graph = _substituted(block.graph, {name: gone.default})
    return with_block(design, replace(block, params=params, graph=graph))


def param_at(block: Block, name: str) -> BlockParam:
    """The block's parameter of this name.

    Raises:
        EditError: there is none.
    """
    for param in block.params:
        if param.name == name:
            return param
    raise EditError(
        "The block '{block}' has no parameter '{name}'.", block=block.name, name=name
    )


def use_at(design: Design, key: str) -> tuple[Node, Block]:
    """A use and its definition.

    Raises:
        EditError: the node is none.
    """
    node = node_at(design, key)
    if node.block is None:
        raise EditError("{node} is no block.", node=node.called)
    return node, node.block


def node_at_body(block: Block, key: str) -> Node:
    """A node of a block's body.

    Raises:
        EditError: there is none of that id.
    """
    node = block.graph.nodes.get(key)
    if node is None:
        raise EditError("There is no node {id} any more.", id=key)
    return node


def nameable_block(design: Design, name: str) -> None:
    """Refuse a name that a class of the design could not have.

    Raises:
        EditError: says why.
    """
    if fault := names.fault(name):
        raise EditError(fault.template, **fault.values)
    if any(block.name == name for block in design.blocks.values()):
        raise EditError(
            "Another block is called '{name}' already; names are unique.", name=name
        )


def nameable_param(block: Block, name: str) -> None:
    """Refuse a name that a parameter of the block could not have.

    Raises:
        EditError: says why.
    """
    if fault := names.fault(name):
        raise EditError(fault.template, **fault.values)
    if name in block.defaults or name in OWN:
        raise EditError(
            "The block '{block}' has a parameter '{name}' already.",
            block=block.name,
            name=name,
        )


def substituted_params(node: Node, given: Mapping[str, Value]) -> Mapping[str, Value]:
    """A node's parameters with values or formulas in the place of names."""
    if not node.formulas:
        return node.params
    return {
        name: substituted(value, given) if name in node.formulas else value
        for name, value in node.params.items()
    }


def _substituted(graph: Graph, given: Mapping[str, Value]) -> Graph:
    nodes = dict(graph.nodes)
    for key, node in nodes.items():
        if any(names_of(node.params[name]) & given.keys() for name in node.formulas):
            nodes[key] = replace(node, params=substituted_params(node, given))
    return replace(graph, nodes=nodes)


def _in_every_use(design: Design, key: str, name: str, to: str) -> Design:
    """The design with a value of every use of a block under another name."""

    def renamed(graph: Graph) -> Graph:
        nodes = dict(graph.nodes)
        for other, node in nodes.items():
            if node.block is not None and node.block.id == key and name in node.params:
                params = {to if k == name else k: v for k, v in node.params.items()}
                nodes[other] = replace(node, params=params)
        return replace(graph, nodes=nodes)

    blocks = {
        other: replace(block, graph=renamed(block.graph))
        for other, block in design.blocks.items()
    }
    return replace(design, graph=renamed(design.graph), blocks=blocks)
