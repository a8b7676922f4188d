"""What a design costs: numbers to learn, work, memory, and how far a value sees.

Everything is counted from shapes, at the sample sizes of the design (its batch) and in
its dtype; no torch. Memory is what tensors take: an allocator rounds up and an
operator may borrow room while it computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from engine.check.field import Field, Fields, followed, spatial
from engine.check.kept import is_view, kept, size
from engine.design.evaluate import Known

if TYPE_CHECKING:
    from engine.check.check import Checked

Measure = Literal["parameters", "mult_adds", "memory"]
Place = tuple[str, str]  # a node and one of its output ports


@dataclass(frozen=True)
class Cost:
    """What one node costs.

    Args:
        parameters: numbers that could learn.
        trainable: those that do: none where the node is frozen.
        mult_adds: per sample.
        weight_bytes: of its parameters and buffers.
        gradient_bytes: of the gradients of what learns.
        output_bytes: of what it puts out; 0 for a view of what came in.
        kept_bytes: of its output and of what is its alone (masks, indices), as far as
            the backward pass of this or another node reads them.
        sure: whether `kept_bytes` follows a rule that torch was found to agree with.
        field: how far its values see, for each axis that windows passed over.
    """

    parameters: int = 0
    trainable: int = 0
    mult_adds: int = 0
    weight_bytes: int = 0
    gradient_bytes: int = 0
    output_bytes: int = 0
    kept_bytes: int = 0
    sure: bool = True
    field: tuple[Field, ...] = ()

    @property
    def memory(self) -> int:
        """Bytes it takes in training: weights, their gradients, what backward keeps."""
        return self.weight_bytes + self.gradient_bytes + self.kept_bytes


@dataclass(frozen=True)
class Costs:
    """What each known node costs, by id, and what they cost together."""

    nodes: Mapping[str, Cost]

    def total(self, of: Callable[[Cost], int]) -> int:
        """The sum of one cost over all nodes."""
        return sum(of(cost) for cost in self.nodes.values())

    @cached_property
    def weight_bytes(self) -> int:
        """Of all parameters and buffers."""
        return self.total(lambda cost: cost.weight_bytes)

    @cached_property
    def forward_bytes(self) -> int:
        """Of all that nodes put out, Inputs included, as if nothing were let go."""
        return self.total(lambda cost: cost.output_bytes)

    @cached_property
    def kept_bytes(self) -> int:
        """Of what the backward pass needs from the forward pass."""
        return self.total(lambda cost: cost.kept_bytes)

    @cached_property
    def training_bytes(self) -> int:
        """Weights, gradients and what backward keeps; an optimizer takes its own."""
        return self.total(lambda cost: cost.memory)

    def shares(self, measure: Measure) -> Mapping[str, float]:
        """Each node's part of the whole, from 0 to 1; all 0 where there is none."""
        of = MEASURES[measure]
        whole = self.total(of)
        return {key: of(at) / whole if whole else 0.0 for key, at in self.nodes.items()}


MEASURES: Mapping[Measure, Callable[[Cost], int]] = {
    "parameters": lambda cost: cost.parameters,
    "mult_adds": lambda cost: cost.mult_adds,
    "memory": lambda cost: cost.memory,
}


def _kept_inputs(checked: Checked, costs: Costs) -> int:
    """Bytes that the nodes of a body read of what enters it."""
    return sum(costs.nodes[key].kept_bytes for key in checked.inputs)


def costs(checked: Checked) -> Costs:
    """The costs of every node whose shapes are known."""
    return Costs(dict(_Walk(checked).nodes()))


class _Walk:
    """One pass over the nodes, in the order in which they are computed."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._design = checked.design
        self._training = self._design.settings.mode == "train"
        self._known = [
            (key, known)
            for key in checked.order
            if (known := checked.known(key)) is not None
        ]
        self._fields: dict[str, Fields] = {}
        self._learning: set[str] = set()  # ids whose output has a gradient
        if self._design.scope.block:  # what enters a block has passed what learns
            self._learning.update(checked.inputs)
        self._home: dict[Place, Place] = {}  # a view -> where its numbers really lie
        self._read: set[Place] = set()  # what some backward pass reads
        self._extra: dict[str, int] = {}

    def nodes(self) -> Iterator[tuple[str, Cost]]:
        """Each node's cost; who reads an output is known only after all of them."""
        for key, known in self._known:
            self._follow(key, known)
            self._keep(key, known)
        for key, known in self._known:
            yield key, self._cost(key, known)

    def _within(self, key: str, known: Known) -> list[tuple[Checked, Costs]]:
        """The passes through a block with their costs."""
        count = len(known.inside.passes) if known.inside else 0
        found = (self._checked.inside(f"{key}/{place}") for place in range(count))
        return [(one, one.costs) for one in found if one]

    def _block(self, key: str, known: Known) -> Cost:
        """A block costs what its nodes do; what it was given is another's."""
        passes = self._within(key, known)
        own = [
            cost
            for one, each in passes
            for inner, cost in each.nodes.items()
            if inner not in one.inputs
        ]
        learns = self._trainable(key, known)
        weights = passes[:1] if known.inside and known.inside.shared else passes
        between = sum(_kept_inputs(one, each) for one, each in passes[1:])
        return Cost(
            parameters=known.parameters,
            trainable=learns,
            mult_adds=known.mult_adds,
            weight_bytes=sum(each.weight_bytes for _, each in weights),
            gradient_bytes=sum(
                each.total(lambda cost: cost.gradient_bytes) for _, each in weights
            )
            if learns
            else 0,
            output_bytes=sum(cost.output_bytes for cost in own),
            kept_bytes=sum(cost.kept_bytes for cost in own) + between,
            sure=False,
            field=spatial(self._fields[key]),
        )

    def _keep_block(self, key: str, known: Known) -> None:
        """Note what of its inputs the nodes of a block read."""
        sources, passes = self._sources(key), self._within(key, known)
        if not passes:
            return
        if known.trainable or {at[0] for at in sources.values()} & self._learning:
            self._learning.add(key)
            one, each = passes[0]
            for port, inner in zip(sources, one.inputs, strict=False):
                if each.nodes[inner].kept_bytes:
                    self._read.add(sources[port])

    def _cost(self, key: str, known: Known) -> Cost:
        if known.inside:
            return self._block(key, known)
        node, learns = self._design.nodes[key], self._trainable(key, known)
        read = sum(
            size(tensor)
            for port, tensor in known.outputs.items()
            if (key, port) in self._read
        )
        return Cost(
            parameters=known.parameters,
            trainable=learns,
            mult_adds=known.mult_adds,
            weight_bytes=known.weight_bytes,
            gradient_bytes=known.learned_bytes if learns else 0,
            output_bytes=self._output(key, known),
            kept_bytes=read + self._extra.get(key, 0),
            sure=key not in self._extra or kept(node.kind, known).sure,
            field=spatial(self._fields[key]),
        )

    def _trainable(self, key: str, known: Known) -> int:
        return 0 if self._design.nodes[key].frozen else known.trainable

    def _output(self, key: str, known: Known) -> int:
        kind = self._design.nodes[key].kind
        if kind == "output" or is_view(kind, known, training=self._training):
            return 0
        return sum(size(tensor) for tensor in known.outputs.values())

    def _sources(self, key: str) -> dict[str, Place]:
        """Input port -> where its numbers lie; an open port follows another one."""
        wires = self._design.graph.incoming.get(key, {})
        found: dict[str, Place] = {}
        for port in self._design.nodes[key].inputs:
            wire = wires.get(port.name)
            if wire:
                place = (wire.source, wire.output)
                found[port.name] = self._home.get(place, place)
            elif port.follows in found:
                found[port.name] = found[port.follows]
        return found

    def _follow(self, key: str, known: Known) -> None:
        """The receptive field of what comes out."""
        wires = self._design.graph.incoming.get(key, {})
        arriving = {
            port: self._fields[wires[port].source]
            for port in known.inputs
            if port in wires
        }
        several = len(known.outputs) > 1 and "indices" not in known.outputs
        fields = followed(self._design.nodes[key], known, arriving)
        self._fields[key] = (None,) * len(fields) if several else fields

    def _keep(self, key: str, known: Known) -> None:
        """Note what the node's backward pass reads, if it has one."""
        if known.inside:
            self._keep_block(key, known)
            return
        node, sources = self._design.nodes[key], self._sources(key)
        if sources and is_view(node.kind, known, training=True):
            first = next(iter(sources.values()))
            self._home.update({(key, port): first for port in known.outputs})
        learning = {port for port, at in sources.items() if at[0] in self._learning}
        learns = self._trainable(key, known) > 0
        if not learning and not learns:
            return
        self._learning.add(key)
        if node.kind == "output":
            return
        rule = kept(node.kind, known)
        self._extra[key] = rule.besides(known)
        ports = list(sources)
        read: list[str] = []
        if rule.what in ("inputs", "both") or (rule.what == "weight" and learns):
            read = ports
        elif rule.what == "last":
            read = ports[-1:]
        elif rule.what == "other":
            read = [port for port in ports if learning - {port}]
        self._read.update(sources[port] for port in read)
        if "indices" in known.outputs:
            self._read.add((key, "indices"))
        if rule.what in ("output", "both"):
            places = [(key, port) for port in known.outputs]
            self._read.update(self._home.get(place, place) for place in places)
