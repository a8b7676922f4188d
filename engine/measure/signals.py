"""What the signal in a new network looks like, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from statistics import median
from typing import Literal, NamedTuple

from engine.catalog.spec import Init
from engine.errors import Message

Backward = Literal["noise", "loss"]


@dataclass(frozen=True)
class Asked:
    """How a signal is to be measured.

    Args:
        seed: of the first run; each further run has the next number.
        seeds: how many runs.
        batch: samples at most; None is as many as one waits for, up to 512.
        exact: whether every value is read, of large tensors too.
        source: a file or folder of data for each Input, by its name; noise without.
        backward: whether gradients are noise at the end, or those of the loss.
    """

    seed: int = 0
    seeds: int = 1
    batch: int | None = None
    exact: bool = False
    source: tuple[tuple[str, str], ...] = ()
    backward: Backward = "noise"


class Spread(NamedTuple):
    """How the values of a tensor are spread, one figure for each seed.

    Args:
        mean: of the values.
        std: about their mean.
        second: mean of their squares.
        sampled: whether only a part of the values was read.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    second: tuple[float, ...]
    sampled: bool = False


class Predicted(NamedTuple):
    """What theory says of a value.

    Args:
        second: expected mean of the squares; None where there is no theory.
        why: there is none.
        start: the value whose sampled size the theory goes on from: its node's path;
            "" is the network's own input, or its end.
        mean: expected mean.
    """

    second: float | None = None
    why: Message | None = None
    start: str = ""
    mean: float = 0.0

    @property
    def std(self) -> float | None:
        """The expected spread about the mean."""
        if self.second is None:
            return None
        return float(max(self.second - self.mean**2, 0.0) ** 0.5)


class Leaving(NamedTuple):
    """What leaves a node by one port.

    Args:
        port: its name.
        forward: the values; None for whole numbers.
        backward: their gradient; None where none arrives.
        ahead: what theory says of the values.
        behind: what theory says of the gradient.
    """

    port: str
    forward: Spread | None
    backward: Spread | None
    ahead: Predicted = Predicted()
    behind: Predicted = Predicted()


@dataclass(frozen=True)
class Layer:
    """One call of the network.

    Args:
        node: path of ids.
        name: of its module.
        kind: of its row.
        role: of its row.
        depth: how many blocks are around it.
        weighted: whether it multiplies by weights: the steps that factors count.
        leaving: what it makes, by port.
        after: path of the weighted layer that its forward factor starts from.
        before: path of the weighted layer that its backward factor starts from.
        forward_factor: second moment over that of `after`, for each seed.
        backward_factor: of the gradients, over that of `before`.
        dead: share of units without any gradient; of an activation, or of the
            activation that follows a layer.
        saturated: share of values in a flat zone, likewise.
        weight_norm: root of the sum of the squares of its weights.
        gradient_norm: likewise of their gradients.
    """

    node: str
    name: str
    kind: str
    role: str
    depth: int
    weighted: bool
    leaving: tuple[Leaving, ...]
    after: str = ""
    before: str = ""
    forward_factor: tuple[float, ...] = ()
    backward_factor: tuple[float, ...] = ()
    dead: tuple[float, ...] = ()
    saturated: tuple[float, ...] = ()
    weight_norm: tuple[float, ...] = ()
    gradient_norm: tuple[float, ...] = ()

    @property
    def main(self) -> Leaving | None:
        """What leaves it first."""
        return self.leaving[0] if self.leaving else None

    @property
    def forward_std(self) -> float:
        """The spread of what leaves it first: the median over the seeds."""
        spread = self.main.forward if self.main else None
        return middle(spread.std if spread else ())

    @property
    def backward_std(self) -> float:
        """The spread of its gradient: the median over the seeds."""
        spread = self.main.backward if self.main else None
        return middle(spread.std if spread else ())


@dataclass(frozen=True)
class Signal:
    """The signal through a new network, forward and backward.

    Args:
        layers: every call in its order, the network's inputs first.
        seeds: one run each.
        batch: samples in a run.
        source: where the input came from: "noise" or a file's name.
        backward: where the gradients came from: "noise" or "loss".
        note: what a reader has to know.
        aliases: paths that give on another's value: (path, port, path, port).
    """

    layers: tuple[Layer, ...]
    seeds: tuple[int, ...]
    batch: int
    source: str = "noise"
    backward: str = "noise"
    note: Message | None = None
    aliases: tuple[tuple[str, str, str, str], ...] = ()

    def layer(self, node: str) -> Layer | None:
        """The call of a node, by its path."""
        return self._by_node.get(node)

    @cached_property
    def _by_node(self) -> dict[str, Layer]:
        return {layer.node: layer for layer in self.layers}

    def leaving(self, node: str, port: str) -> Leaving | None:
        """What leaves a node, a use of a block or a body's Input by a port."""
        node, port = self._values.get((node, port), (node, port))
        layer = self.layer(node)
        found = layer.leaving if layer else ()
        return next((one for one in found if one.port == port), None)

    def at(self, node: str) -> Layer | None:
        """The call of a node; of one in a body whose repeats share, the first."""
        return self.layer(node) or self.layer(self._nodes.get(node, ""))

    @cached_property
    def _values(self) -> dict[tuple[str, str], tuple[str, str]]:
        return {(a, b): (c, d) for a, b, c, d in self.aliases}

    @cached_property
    def _nodes(self) -> dict[str, str]:
        return {path: other for path, _, other, _ in self.aliases}

    @property
    def weighted(self) -> tuple[Layer, ...]:
        """The layers that multiply by weights."""
        return tuple(layer for layer in self.layers if layer.weighted)


class Cell(NamedTuple):
    """What a pair of initializer and activation makes of a network.

    Args:
        init: of the weights.
        activation: kind of the hidden activations; "" for the network's own.
        forward: factor of the second moment for each layer: their geometric mean.
        backward: likewise of the gradient.
        survives: layers that the signal gets through within ten times its spread.
        survives_back: likewise the gradient.
        layers: how many there are.
        signal: its curves; None where it was refused.
        refused: why the pair does not go with the network.
    """

    init: Init
    activation: str
    forward: float = nan
    backward: float = nan
    survives: int = 0
    survives_back: int = 0
    layers: int = 0
    signal: Signal | None = None
    refused: Message | None = None


class Lab(NamedTuple):
    """All pairs that were tried, row by row."""

    initializers: tuple[Init, ...]
    activations: tuple[str, ...]
    cells: tuple[Cell, ...]


def middle(values: Iterable[float]) -> float:
    """The median over the seeds; NaN of nothing, or where one overflowed."""
    found = list(values)
    return median(found) if found and all(map(isfinite, found)) else nan


def band(values: Iterable[float]) -> tuple[float, float]:
    """The lowest and the highest over the seeds."""
    found = list(values)
    return (min(found), max(found)) if found else (nan, nan)


def each(
    values: Iterable[float],
    others: Iterable[float],
    of: Callable[[float, float], float],
) -> tuple[float, ...]:
    """A figure of two for each seed."""
    return tuple(of(a, b) for a, b in zip(values, others, strict=True))
