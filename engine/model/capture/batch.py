"""Which sizes are the batch's: what differs between two runs that differ in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch

from engine.model.capture.draft import Sizes
from engine.model.capture.record import Call, Run, Scope, Value


class Pair(NamedTuple):
    """The same inputs with a batch, and with one sample more."""

    batch: int
    inputs: Mapping[str | int, Any]
    more: Mapping[str | int, Any]


def batches(inputs: Mapping[str | int, Any]) -> Pair | None:
    """Inputs of two batches, both of several samples: a batch of one hides much.

    None where the inputs have no first axis in common.
    """
    found = [one for one in inputs.values() if isinstance(one, torch.Tensor)]
    sizes = {one.shape[0] if one.dim() else 0 for one in found}
    if len(sizes) != 1 or not min(sizes):
        return None
    batch = max(2, sizes.pop())
    return Pair(batch, _of(inputs, batch), _of(inputs, batch + 1))


def _of(inputs: Mapping[str | int, Any], batch: int) -> dict[str | int, Any]:
    """Inputs with so many samples, the last one again where there are too few."""
    return {
        key: torch.cat([one, *[one[-1:]] * (batch - one.shape[0])])
        if isinstance(one, torch.Tensor)
        else one
        for key, one in inputs.items()
    }


def otherwise(inputs: Mapping[str | int, Any]) -> dict[str | int, Any]:
    """Inputs of the same sizes with other values."""
    return {
        key: _shuffled(one) if isinstance(one, torch.Tensor) else one
        for key, one in inputs.items()
    }


def _shuffled(one: torch.Tensor) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    order = torch.randperm(one.numel(), generator=generator)
    moved = one.reshape(-1)[order].reshape(one.shape)
    return 0.1 - moved * 1.5 if one.is_floating_point() else moved


def calls(scope: Scope) -> Iterator[Call]:
    """All calls of a run, in order."""
    for item in scope.items:
        if isinstance(item, Scope):
            yield from calls(item)
        else:
            yield item


def compared(one: Run, other: Run, batch: int) -> Sizes | None:
    """What grows with the batch; None where the two runs are not alike."""
    pairs = list(zip(one.inputs, other.inputs, strict=False))
    left, right = list(calls(one.root)), list(calls(other.root))
    if len(left) != len(right):
        return None
    grown: set[Call] = set()
    for first, second in zip(left, right, strict=True):
        same = (first.target, first.path) == (second.target, second.path)
        if not same or len(first.made) != len(second.made):
            return None
        pairs += zip(first.made, second.made, strict=True)
        if _plain(first) != _plain(second):
            grown.add(first)
    varies: dict[Value, Mapping[int, int]] = {}
    for first_value, second_value in pairs:
        times = _times(first_value.shape, second_value.shape, batch)
        if times is None:
            return None
        if times:
            varies[first_value] = times
    return Sizes(batch, varies, grown)


def _times(
    one: tuple[int, ...], other: tuple[int, ...], batch: int
) -> dict[int, int] | None:
    """The axes that grow, and by how much for each sample; None where they do not."""
    if len(one) != len(other):
        return None
    found = {}
    for axis, (small, large) in enumerate(zip(one, other, strict=True)):
        if small == large:
            continue
        times, rest = divmod(small, batch)
        if rest or large != times * (batch + 1):
            return None
        found[axis] = times
    return found


def _plain(call: Call) -> list[object]:
    """The plain arguments of a call."""
    return list(_leaves((call.args, call.kwargs)))


def _leaves(nest: Any) -> Iterator[object]:
    if isinstance(nest, Mapping):
        for key, part in nest.items():
            yield key
            yield from _leaves(part)
    elif isinstance(nest, list | tuple):
        for part in nest:
            yield from _leaves(part)
    elif isinstance(nest, slice):
        yield from _leaves((nest.start, nest.stop, nest.step))
    elif not isinstance(nest, Value | torch.Tensor):
        yield repr(nest)
