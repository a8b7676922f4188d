"""A graph while it is read, before its blocks and initializers are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.catalog.spec import Init
from engine.catalog.values import VALUE
from engine.design.block import Block, BlockParam
from engine.design.model import Graph, Node, Wire
from engine.model.reading.dialect import Known
from engine.model.reading.docstrings import Said

Inits = Mapping[str, Mapping[str, Init]]  # node id -> what its tensors are drawn by


@dataclass
class Body:
    """One class of the file.

    Args:
        name: of the class.
        said: what its docstring says.
        ids: gives an id to each node that is added.
        number: of the block's own id.
        arguments: of its constructor -> the parameter of the block; None for one that
            only carries a number which follows from the inputs.
    """

    name: str
    said: Said
    ids: Iterator[int]
    number: int
    arguments: dict[str, str | None] = field(default_factory=dict)
    params: tuple[BlockParam, ...] = ()
    made: dict[str, Node] = field(default_factory=dict)  # name -> what has no id yet
    classes: dict[str, str] = field(default_factory=dict)  # name -> class of the block
    ties: list[tuple[str, str]] = field(default_factory=list)  # names in a state_dict
    nodes: dict[str, Node] = field(default_factory=dict)
    uses: dict[str, str] = field(default_factory=dict)  # node id -> name of the class
    wires: list[Wire] = field(default_factory=list)

    @property
    def called(self) -> str:
        """The name of the block."""
        return self.said.called or self.name

    @property
    def known(self) -> Known:
        """What the constructor's arguments stand for in expressions."""
        every = {arg: param or arg for arg, param in self.arguments.items()}
        return Known(every, {})

    def names(self) -> set[str]:
        """The names that are taken in forward's place."""
        return {*self.made, *(node.name for node in self.nodes.values())}

    def add(self, node: Node) -> Node:
        """A further node, under a new id."""
        key = f"n{next(self.ids)}"
        fresh = self.nodes[key] = replace(node, id=key)
        return fresh

    def entered(self, name: str) -> Node | None:
        """The layer or tensor of this name, which forward now comes to."""
        if name in self.made:
            node = self.add(self.made.pop(name))
            if name in self.classes:
                self.uses[node.id] = self.classes[name]
            return node
        return next((n for n in self.nodes.values() if n.name == name), None)

    def tie(self) -> None:
        """Note the ties on the nodes, by ids."""
        ids = {node.name: node for node in self.nodes.values()}
        for mine, theirs in self.ties:
            (name, _, tensor), (source, _, of) = (
                mine.partition("."),
                theirs.partition("."),
            )
            node, other = ids[name], ids[source]
            ties = {**node.ties, tensor or VALUE: (other.id, of or VALUE)}
            ids[name] = self.nodes[node.id] = replace(
                node, ties=dict(sorted(ties.items()))
            )

    def graph(self, blocks: Mapping[str, Block], inits: Inits) -> Graph:
        """The graph, with the blocks by the names of their classes."""
        nodes = {}
        for key, node in self.nodes.items():
            block = blocks[self.uses[key]] if key in self.uses else None
            init = dict(inits.get(key, {}))
            nodes[key] = (
                replace(node, block=block, init=init) if block or init else node
            )
        return Graph(nodes, tuple(self.wires))
