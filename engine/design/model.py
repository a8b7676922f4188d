"""The document: frozen values that edits share and replace.

Mappings are plain dicts that nobody changes; an edit copies the one it touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import Tensor
from engine.catalog.params import Value
from engine.catalog.spec import Init, Operator, Port
from engine.design.expression import formulas
from engine.design.marks import Mark
from engine.errors import ParamError

if TYPE_CHECKING:
    from engine.design.block import Block

LAST_ID = 10**12  # no person gets there; a forged file could, and would not reopen


def by_age(key: str) -> tuple[int, str]:
    """What sorts ids by the order of their making: n9 before n10."""
    return len(key), key


MODES = ("train", "eval")
DEVICES = ("cpu", "cuda")


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
        block: what a node of kind "block" is a use of.
        ties: its tensors that are another node's: name -> that node's id and tensor.
        frozen: what it has learned stays as it is: its tensors get no gradient.
        muted: the advisor's rules that are not to speak of it, sorted.
    """

    id: str
    kind: str
    name: str
    params: Mapping[str, Value] = field(default_factory=dict)
    init: Mapping[str, Init] = field(default_factory=dict)
    label: str = ""
    block: Block | None = None
    ties: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    frozen: bool = False
    muted: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, object]:
        return _stored(self)

    @property
    def row(self) -> Operator | None:
        return self.block.row if self.block else OPERATORS.get(self.kind)

    @property
    def title(self) -> str:
        return self.row.title if self.row else self.kind

    @property
    def called(self) -> str:
        """How a sentence speaks of it: Linear 'fc1'."""
        return f"{self.title} '{self.name}'"

    @cached_property
    def formulas(self) -> frozenset[str]:
        """The parameters whose values hold formulas over those of a block."""
        return frozenset(
            name for name, value in self.params.items() if any(formulas(value))
        )

    @cached_property
    def misfits(self) -> Mapping[str, ParamError]:
        """The parameters that the row does not have or would not take, and why."""
        found: dict[str, ParamError] = {}
        for name, value in self.params.items() if self.row else ():
            if name in self.formulas:  # it depends on where the node stands
                continue
            param = self.row.param(name) if self.row else None
            try:
                if param is None:
                    raise ParamError("There is no parameter {param}.", param=name)
                param.coerce(value)
            except ParamError as error:
                found[name] = error
        return found

    @cached_property
    def args(self) -> Mapping[str, Value]:
        """The parameters, defaults included, and instead of what does not fit.

        Where there is a formula, this is the default too; see `written`.
        """
        if not self.row:
            return self.params
        out = self.misfits.keys() | self.formulas
        fitting = {k: v for k, v in self.params.items() if k not in out}
        return {**self.row.defaults, **fitting}

    @property
    def written(self) -> Mapping[str, Value]:
        """The parameters as a form shows them: `args`, with formulas as they stand."""
        return {**self.args, **{name: self.params[name] for name in self.formulas}}

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

    @cached_property
    def entries(self) -> frozenset[str]:
        """The names of its inputs."""
        return frozenset(port.name for port in self.inputs)

    @cached_property
    def exits(self) -> frozenset[str]:
        """The names of its outputs."""
        return frozenset(port.name for port in self.outputs)


@dataclass(frozen=True)
class Graph:
    """Nodes by id and the wires between them: all that shapes depend on."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()

    def __getstate__(self) -> dict[str, object]:
        return _stored(self)

    @cached_property
    def incoming(self) -> Mapping[str, Mapping[str, Wire]]:
        """Node id -> input port -> the wire on it."""
        found: dict[str, dict[str, Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.target, {})[wire.input] = wire
        return found

    @cached_property
    def sharing(self) -> frozenset[str]:
        """The nodes that have a tensor with another one, on either side."""
        ties = {k: [to for to, _ in n.ties.values()] for k, n in self.nodes.items()}
        return frozenset(end for k, to in ties.items() if to for end in (k, *to))

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
        waiting = dict.fromkeys(self.nodes, 0)
        for wire in self.wires:
            if wire.source in waiting and wire.target in waiting:
                waiting[wire.target] += 1
        ready = [key for key, count in waiting.items() if not count]
        for key in ready:  # grows while it is walked
            wires = self.outgoing.get(key, ())
            if len(wires) > 1:  # the order must not depend on which was drawn first
                wires = tuple(sorted(wires, key=lambda wire: by_age(wire.target)))
            for wire in wires:
                if wire.target not in waiting:
                    continue
                waiting[wire.target] -= 1
                if not waiting[wire.target]:
                    ready.append(wire.target)
        return tuple(ready)


@dataclass(frozen=True)
class Look:
    """How the graph is drawn; nothing here changes what it computes."""

    positions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    docked: Mapping[str, str] = field(default_factory=dict)  # activation id -> layer id
    marks: Mapping[str, Mark] = field(default_factory=dict)  # frames and comments


@dataclass(frozen=True)
class Settings:
    """What holds for the whole design.

    Args:
        seed: every tensor's generator is seeded by this and the tensor's name.
        symbols: sample value of each symbol; N is the batch.
        dtype: of the real numbers, wherever a node does not say another.
        mode: "train" or "eval": how the network runs when something of it is measured.
        device: where it runs: "cpu", or "cuda" on a machine that has one.
        weights: path of a .safetensors file whose tensors stand in the place of what
            the initializers draw; "" for none.
        muted: the advisor's rules that are not to speak at all, sorted.
    """

    seed: int = 0
    symbols: Mapping[str, int] = field(default_factory=lambda: {"N": 8})
    dtype: str = "float32"
    mode: str = "train"
    device: str = "cpu"
    weights: str = ""
    muted: tuple[str, ...] = ()


class Scope(NamedTuple):
    """Where a graph stands: by itself, or as the body of a block.

    Args:
        block: id of the block; "" for the design's own graph.
        values: of the block's parameters.
        given: Input id and what arrives there, in the place of its sample.
    """

    block: str = ""
    values: tuple[tuple[str, int], ...] = ()
    given: tuple[tuple[str, Tensor], ...] = ()


NOWHERE = Scope()


@dataclass(frozen=True)
class Design:
    """The whole document.

    `==` compares looks too; compare `graph` and `settings` to leave them out.

    Args:
        graph: the network.
        look: how it is drawn.
        settings: what holds for all of it.
        last_id: the number of the newest id.
        notes: free text.
        blocks: the definitions, by id; uses in graphs hold the same objects.
        scope: of `graph`, where this is a look into a block; see `bodies.opened`.
    """

    graph: Graph = field(default_factory=Graph)
    look: Look = field(default_factory=Look)
    settings: Settings = field(default_factory=Settings)
    last_id: int = 0
    notes: str = ""
    blocks: Mapping[str, Block] = field(default_factory=dict)
    scope: Scope = NOWHERE

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
        before = self.graph
        graph = Graph(
            before.nodes if nodes is None else nodes,
            before.wires if wires is None else wires,
        )
        if graph.wires is before.wires:
            _carry(before, graph, "incoming", "outgoing")
            if graph.nodes.keys() == before.nodes.keys():
                _carry(before, graph, "order")
        return replace(self, graph=graph)


def _carry(before: Graph, after: Graph, *indexes: str) -> None:
    """What was worked out of the same wires need not be worked out again."""
    for name in indexes:
        if name in before.__dict__:
            after.__dict__[name] = before.__dict__[name]


def _stored(value: Node | Graph) -> dict[str, object]:
    """The fields alone: what is worked out of them does not travel to the worker."""
    return {part.name: getattr(value, part.name) for part in fields(value)}
