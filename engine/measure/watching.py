"""Looks on while a network runs forward and backward, and notes what passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from engine.catalog.spec import Activation
from engine.measure.curves import differentiated
from engine.measure.moments import Moments, Sampler, told
from engine.model.network import Network, filed
from engine.model.step import Step
from engine.model.unroll import Op, Place, Unrolled

FEW = 1 << 14  # values whose slopes are worked out without another thought
STEPS = 33  # places between a unit's least and largest value that are looked at


class Lost(NamedTuple):
    """What an activation loses.

    Args:
        dead: share of units through which no gradient passes.
        saturated: share of values in a flat zone.
    """

    dead: float
    saturated: float


class Passing:
    """What passed in one run.

    Args:
        unrolled: the calls that are made.
        sampler: reads tensors.
        keep: the values whose tensors are wanted themselves: backward starts there.
        axes: of each activation, the axis of its units; see `units`.
    """

    def __init__(
        self,
        unrolled: Unrolled,
        sampler: Sampler,
        keep: Sequence[Place] = (),
        axes: Mapping[str, int] | None = None,
    ) -> None:
        self.kept: dict[Place, torch.Tensor] = {}
        self.lost: dict[str, Lost] = {}
        self._forward: dict[Place, torch.Tensor] = {}
        self._backward: dict[Place, torch.Tensor] = {}
        self._partly: set[Place] = set()
        self._unrolled = unrolled
        self._sampler = sampler
        self._keep = frozenset(keep)
        self._axes = axes or {}
        self._modules: dict[str, nn.Module] = {}
        self._at = 0

    @property
    def forward(self) -> dict[Place, Moments]:
        """How the values were spread."""
        return told(self._forward, frozenset(self._partly))

    @property
    def backward(self) -> dict[Place, Moments]:
        """How their gradients were spread."""
        return told(self._backward, frozenset(self._partly))

    def run(self, network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> Any:
        """Send inputs through the network and look on."""
        networks = [part for part in network.modules() if isinstance(part, Network)]
        self._modules = dict(network.named_modules())
        self._at = 0
        for place, given in zip(self._unrolled.inputs, inputs, strict=True):
            self._note(place, given)
        for part in networks:
            part.watch = self
        try:
            return network(*inputs)
        finally:
            for part in networks:
                part.watch = None

    def before(self, step: Step, args: tuple[Any, ...]) -> None:
        """How much of what an activation receives is lost; it may overwrite it."""
        op = self._unrolled.ops[self._at]
        axis = self._axes.get(op.path)
        if axis is None or not isinstance(step.row, Activation):
            return
        with torch.enable_grad():
            gone = dead(self._modules[op.name], args[0], axis)
        zones = step.row.saturates(step.known.args) if step.row.saturates else ()
        values = self._sampler.take(args[0])
        self.lost[op.path] = Lost(gone, saturated(values, zones))

    def after(self, step: Step, made: Any) -> Any:
        """Note what a call made."""
        op = self._unrolled.ops[self._at]
        self._at += 1
        for ref, value in filed(step, made):
            if isinstance(value, torch.Tensor):
                self._note(Place(op.path, ref.port), value)
        return made

    def _note(self, place: Place, value: torch.Tensor) -> None:
        if not value.is_floating_point() or not value.numel():
            return
        self._forward[place] = self._sampler.moments(value)
        if self._sampler.partly(value):
            self._partly.add(place)
        if place in self._keep:
            self.kept[place] = value
        if value.requires_grad:
            listen: Any = value.register_hook  # torch does not say its type
            listen(lambda gradient: self._note_gradient(place, gradient))

    def _note_gradient(self, place: Place, gradient: torch.Tensor) -> None:
        self._backward[place] = self._sampler.moments(gradient)


def saturated(values: torch.Tensor, zones: Iterable[tuple[float, float]]) -> float:
    """The share of values in a flat zone of an activation."""
    within = torch.zeros_like(values, dtype=torch.bool)
    for low, high in zones:
        within |= (values >= low) & (values <= high)
    return float(within.double().mean()) if within.numel() else 0.0


def dead(module: nn.Module, values: torch.Tensor, axis: int) -> float:
    """The share of units through which no gradient passes, in no sample, at no place.

    Args:
        module: an elementwise activation.
        values: what it receives.
        axis: of the units: the neurons of a Linear, the channels of a convolution.
    """
    values = values.detach()
    if values.numel() <= FEW or isinstance(module, nn.PReLU):
        return float(_flat(module, values, axis).double().mean())
    # Between its least and its largest value a unit is dead if the curve is flat there;
    # only where it is flat at both ends and not between, every value has to be seen.
    others = tuple(at for at in range(values.dim()) if at != axis % values.dim())
    low, high = values.amin(others), values.amax(others)
    between = low + (high - low) * _between(low).unsqueeze(1)
    between[-1] = high  # as rounding would not give it
    flat = _slope(module, between) == 0
    surely = flat.all(0)
    suspects = (flat[0] & flat[-1] & ~surely).nonzero().flatten()
    count = int(surely.sum())
    if len(suspects):
        count += int(_flat(module, values.index_select(axis, suspects), axis).sum())
    return count / values.shape[axis]


def _between(like: torch.Tensor) -> torch.Tensor:
    """Shares of the way from the least to the largest value, both among them."""
    return torch.linspace(0, 1, STEPS, dtype=like.dtype, device=like.device)


def _flat(module: nn.Module, values: torch.Tensor, axis: int) -> torch.Tensor:
    """For each unit, whether the slope is zero everywhere."""
    slope = _slope(module, values)
    others = [at for at in range(values.dim()) if at != axis % values.dim()]
    return (slope == 0).all(dim=tuple(others)) if others else slope == 0


def _slope(module: nn.Module, values: torch.Tensor) -> torch.Tensor:
    training, module.training = module.training, False  # RReLU would draw its slopes
    _, slope = differentiated(module, values)
    module.training = training
    return slope


def units(unrolled: Unrolled) -> dict[str, int]:
    """The axis of the units that each elementwise activation receives, from the end.

    A unit is what shares its weights: a neuron of a Linear, a channel of a convolution.
    """
    axes: dict[Place, int] = {}
    found: dict[str, int] = {}
    for op in unrolled.ops:
        row, first = op.step.row, op.first
        axis = axes.get(first, -1) if first else -1
        own = _own(op)
        axis = own if own is not None else axis
        if isinstance(row, Activation) and not row.over:
            found[op.path] = axis
        axes.update((place, axis) for place in op.made)
    return found


def _own(op: Op) -> int | None:
    """Where an operator puts its units; None where it leaves them as they are."""
    kind = op.kind
    if kind.startswith("conv"):
        return -int(kind[-2]) - 1
    if op.step.row.family in _LEAVING or isinstance(op.step.row, Activation):
        return None if kind not in _MIXING else -1
    return None if kind.startswith(("identity", "upsampl", "interpolate")) else -1


_LEAVING = frozenset(
    ("Normalization", "Dropout", "Pooling", "Padding", "Arithmetic", "Functions")
)
_MIXING = frozenset(("matmul", "mean", "sum", "max", "min"))
