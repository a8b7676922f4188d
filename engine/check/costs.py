"""What a design costs: numbers to learn, work, memory, and how far a value sees.

Everything is counted from shapes, at the sample sizes of the design (its batch) and in
its dtype; no torch. Memory is what tensors take: an allocator rounds up and an
operator may borrow room while it computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from engine.check.field import Field
from engine.check.kept import is_view, kept, size
from engine.check.sight import Sight
from engine.check.unfold import Place, Plain, Unfolded, unfolded

if TYPE_CHECKING:
    from engine.check.check import Checked

Measure = Literal["parameters", "mult_adds", "memory"]


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

    def plus(self, other: Cost, times: int) -> Cost:
        """This and `times` another one."""
        return Cost(
            self.parameters + times * other.parameters,
            self.trainable + times * other.trainable,
            self.mult_adds + times * other.mult_adds,
            self.weight_bytes + times * other.weight_bytes,
            self.gradient_bytes + times * other.gradient_bytes,
            self.output_bytes + times * other.output_bytes,
            self.kept_bytes + times * other.kept_bytes,
            self.sure and other.sure,
        )


@dataclass(frozen=True)
class Costs:
    """What each known node costs, by id, and what they cost together.

    Args:
        nodes: of this level; a block costs what is within it.
        paths: of every level, by path; alike repeats stand under the first of them.
        unfolded: knows which those are.
        sight: how far the nodes of every level see.
    """

    nodes: Mapping[str, Cost]
    paths: Mapping[str, Cost]
    unfolded: Unfolded
    sight: Sight

    def at(self, path: str) -> Cost:
        """What a node costs, by its path: n5/0/n2; of a use, all its repeats."""
        if path in self.nodes:
            return self.nodes[path]
        found = self.paths.get(self.unfolded.canonical(path), Cost())
        return replace(found, field=self.sight.of(path))

    def total(self, of: Callable[[Cost], int]) -> int:
        """The sum of one cost over all nodes."""
        return sum(of(cost) for cost in self.nodes.values())

    def share(self, path: str, measure: Measure) -> float:
        """A node's part of the whole, by its path."""
        of = MEASURES[measure]
        whole = self.total(of)
        return of(self.at(path)) / whole if whole else 0.0

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


def costs(checked: Checked) -> Costs:
    """The costs of every node whose shapes are known."""
    walk = _Walk(checked)
    paths: dict[str, Cost] = {}
    for at, cost in walk.costs():
        for path in _upward(at.path):
            copies = at.copies if path == at.path else walk.unfolded.copies[path]
            before = paths.get(path, _NONE)
            paths[path] = before.plus(cost, at.times // copies)
    sight = Sight(checked.design.graph, checked.found)
    known = (key for key in checked.order if checked.known(key))
    nodes = {key: replace(paths.get(key, _NONE), field=sight.of(key)) for key in known}
    return Costs(nodes, paths, walk.unfolded, sight)


_NONE = Cost()


def _upward(path: str) -> Iterator[str]:
    """A path, and those of the uses and repeats around: n5/0/n2, n5/0, n5."""
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


class _Walk:
    """One pass over the plain nodes, in the order in which they are computed."""

    def __init__(self, checked: Checked) -> None:
        design = checked.design
        self.unfolded = unfolded(design.graph, checked.found)
        self._training = design.settings.mode == "train"
        self._learning: set[int] = set()  # those whose output has a gradient
        # what enters a block has passed what learns
        self._given = set(checked.inputs) if design.scope.block else set()
        self._home: dict[Place, Place] = {}  # a view -> where its numbers really lie
        self._read: set[Place] = set()  # what some backward pass reads
        self._extra: dict[int, int] = {}

    def costs(self) -> Iterator[tuple[Plain, Cost]]:
        """Each node's cost; who reads an output is known only after all of them."""
        for number, at in enumerate(self.unfolded.nodes):
            self._keep(number, at)
        for number, at in enumerate(self.unfolded.nodes):
            yield at, self._cost(number, at)

    def _cost(self, number: int, at: Plain) -> Cost:
        known, learns = at.known, _learns(at)
        read = sum(
            size(tensor)
            for port, tensor in known.outputs.items()
            if (number, port) in self._read
        )
        return Cost(
            parameters=known.parameters if at.own else 0,
            trainable=learns if at.own else 0,
            mult_adds=known.mult_adds,
            weight_bytes=known.weight_bytes if at.own else 0,
            gradient_bytes=known.learned_bytes if learns and at.own else 0,
            output_bytes=self._output(at),
            kept_bytes=read + self._extra.get(number, 0),
            sure=number not in self._extra or kept(at.node.kind, known).sure,
        )

    def _output(self, at: Plain) -> int:
        kind = at.node.kind
        if kind == "output" or is_view(kind, at.known, training=self._training):
            return 0
        return sum(size(tensor) for tensor in at.known.outputs.values())

    def _keep(self, number: int, at: Plain) -> None:
        """Note what the node's backward pass reads, if it has one."""
        node, known = at.node, at.known
        sources = {port: self._home.get(p, p) for port, p in at.sources.items()}
        if sources and is_view(node.kind, known, training=True):
            first = next(iter(sources.values()))
            self._home.update({(number, port): first for port in known.outputs})
        learning = {port for port, p in sources.items() if p[0] in self._learning}
        learns = _learns(at) > 0
        if not learning and not learns and at.path not in self._given:
            return
        self._learning.add(number)
        if node.kind in ("input", "output"):
            return
        rule = kept(node.kind, known)
        self._extra[number] = rule.besides(known)
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
            self._read.add((number, "indices"))
        if rule.what in ("output", "both"):
            places = [(number, port) for port in known.outputs]
            self._read.update(self._home.get(place, place) for place in places)


def _learns(at: Plain) -> int:
    return 0 if at.frozen else at.known.trainable
