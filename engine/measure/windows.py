"""Which places of an image a convolution's places read, along each axis."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine.measure.results import Array


def along_axes(value: Any, axes: int) -> tuple[int, ...]:
    """A size along every axis."""
    return tuple(value) if isinstance(value, tuple) else (int(value),) * axes


def windows(
    args: Any, sides: tuple[int, ...], made: tuple[int, ...]
) -> tuple[Array, ...]:
    """For each axis, how often each place of the output reads each of the input.

    Args:
        args: of a convolution or its transpose.
        sides: of its input.
        made: sides of its output.
    """
    axes = len(sides)
    kernel, stride = (
        along_axes(args["kernel_size"], axes),
        along_axes(args["stride"], axes),
    )
    dilation = along_axes(args["dilation"], axes)
    padding, mode = args["padding"], str(args["padding_mode"])
    found = []
    for axis in range(axes):
        reach = dilation[axis] * (kernel[axis] - 1)
        if padding == "same":
            before = reach // 2
        else:
            before = 0 if padding == "valid" else along_axes(padding, axes)[axis]
        steps = kernel[axis], stride[axis], dilation[axis], before, mode
        if "output_padding" in args:  # transposed: who reads and who is read change
            found.append(_window(made[axis], sides[axis], *steps).T)
        else:
            found.append(_window(sides[axis], made[axis], *steps))
    return tuple(found)


@lru_cache(maxsize=256)
def _window(
    size: int,
    made: int,
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    mode: str,
) -> Array:
    """(made, size): how often output place o reads input place i."""
    found = np.zeros((made, size))
    for tap in range(kernel):
        for place in range(made):
            at = _inside(place * stride + tap * dilation - before, size, mode)
            if at is not None:
                found[place, at] += 1
    return found


def _inside(at: int, size: int, mode: str) -> int | None:
    """The place of the input that is read there; None in a border of zeros."""
    if 0 <= at < size:
        return at
    if mode == "circular":
        return at % size
    if mode == "replicate":
        return min(max(at, 0), size - 1)
    if mode == "reflect":
        return -at if at < 0 else 2 * (size - 1) - at
    return None


def summed(values: Array, along: tuple[Array, ...], *, back: bool = False) -> Array:
    """The sum over each window; `back`: over all windows that hold a place."""
    for axis, window in enumerate(along):
        matrix = window.T if back else window
        values = np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)
    return values
