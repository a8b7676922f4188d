"""The document: frozen values that edits share and replace.

Mappings are plain dicts that nobody changes; an edit copies the one it touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Init, Operator, Port


class Wire(NamedTuple):
    """From an output port to an input port."""

    source: str  # node id
    output: str  # port name
    target: str
    input: str


@dataclass(frozen=True)
class Node:
    """One operator in a graph.

    Args:
        id: short, unique in the file, never reused.
        kind: the row's; an unknown one is kept as it came.
        name: a Python identifier, unique among siblings: the attribute in the module.
        params: only what differs from the row's defaults.
        init: tensor name or family (weight, bias, recurrent) -> initializer.
        label: free text shown beside the name.
    """

    id: str
    kind: str
    name: str
    params: Mapping[str, Value] = field(default_factory=dict)
    init: Mapping[str, Init] = field(default_factory=dict)
    label: str = ""

    @property
    def row(self) -> Operator | None:
        return OPERATORS.get(self.kind)

    @property
    def title(self) -> str:
        return self.row.title if self.row else self.kind

    @cached_property
    def args(self) -> Mapping[str, Value]:
        """The parameters, defaults included."""
        return {**self.row.defaults, **self.params} if self.row else self.params

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What shapes depend on, hashable: alike nodes share one evaluation."""
        return self.kind, tuple(sorted(self.params.items()))

    @cached_property
    def inputs(self) -> tuple[Port, ...]:
        return self.row.input_ports(self.args) if self.row else ()

    @cached_property
    def outputs(self) -> tuple[Port, ...]:
        return self.row.output_ports(self.args) if self.row else ()


@dataclass(frozen=True)
class Graph:
    """Nodes by id and the wires between them: all that shapes depend on."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()

    @cached_property
    def incoming(self) -> Mapping[str, Mapping[str, Wire]]:
        """Node id -> input port -> the wire on it."""
        found: dict[str, dict[str, Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.target, {})[wire.input] = wire
        return found

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Wire, ...]]:
        """Node id -> the wires that leave it."""
        found: dict[str, list[Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.source, []).append(wire)
        return {key: tuple(wires) for key, wires in found.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Ids so that every node follows its sources; those on a cycle are left out."""
        waiting = {key: len(self.incoming.get(key, ())) for key in self.nodes}
        ready = [key for key, count in waiting.items() if not count]
        for key in ready:  # grows while it is walked
            for wire in self.outgoing.get(key, ()):
                waiting[wire.target] -= 1
                if not waiting[wire.target]:
                    ready.append(wire.target)
        return tuple(ready)


@dataclass(frozen=True)
class Look:
    """How the graph is drawn; nothing here changes what it computes."""

    positions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    docked: Mapping[str, str] = field(default_factory=dict)  # activation id -> layer id


@dataclass(frozen=True)
class Settings:
    """What holds for the whole design.

    Args:
        seed: every tensor's generator is seeded by this and the tensor's name.
        symbols: sample value of each symbol; N is the batch.
    """

    seed: int = 0
    symbols: Mapping[str, int] = field(default_factory=lambda: {"N": 5})


@dataclass(frozen=True)
class Design:
    """The whole document.

    `==` compares looks too; compare `graph` and `settings` to leave them out.
    """

    graph: Graph = field(default_factory=Graph)
    look: Look = field(default_factory=Look)
    settings: Settings = field(default_factory=Settings)
    last_id: int = 0
    notes: str = ""

    @property
    def nodes(self) -> Mapping[str, Node]:
        return self.graph.nodes

    @property
    def wires(self) -> tuple[Wire, ...]:
        return self.graph.wires

    @property
    def newest(self) -> str:
        """The id the last `add` gave."""
        return f"n{self.last_id}"

    def named(self, name: str) -> Node | None:
        """The node with this name."""
        return next((node for node in self.nodes.values() if node.name == name), None)

    def with_graph(
        self,
        nodes: Mapping[str, Node] | None = None,
        wires: tuple[Wire, ...] | None = None,
    ) -> Design:
        """This design with other nodes or wires; the rest is shared."""
        graph = Graph(
            self.nodes if nodes is None else nodes,
            self.wires if wires is None else wires,
        )
        return replace(self, graph=graph)
