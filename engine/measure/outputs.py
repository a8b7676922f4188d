"""One input through the new network, and what a node makes of it."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.design.model import Design
from engine.errors import MeasureError
from engine.measure.histogram import histogram
from engine.measure.moments import moments
from engine.measure.results import Output
from engine.measure.signal import Bench
from engine.measure.signals import Asked
from engine.model.unroll import Place

if TYPE_CHECKING:
    from engine.measure.results import Array

SHOWN = 1000  # values up to which all are told
PICTURES = 16  # channels that are shown side by side
SIDE = 64  # pixels of one of them, at most
BINS = 40


def output(design: Design, node: str, port: str, asked: Asked) -> Output:
    """What leaves a node by a port, for one input.

    Args:
        design: without errors.
        node: path of ids.
        port: by which it leaves; "" for the first.
        asked: seed, and data in the place of noise.

    Raises:
        BuildError: the design cannot be built.
        MeasureError: nothing with numbers leaves there.
    """
    bench = Bench(design, asked)
    place = _found(bench, node, port)
    run = bench.run(asked.seed, keep=(place,))
    values = run.kept.get(place)
    if values is None or not values.is_floating_point():
        raise MeasureError("No real numbers leave there.")
    one = values.detach().cpu()[0] if values.dim() else values.detach().cpu()
    finite = one[one.isfinite()].flatten()
    if not finite.numel():
        raise MeasureError("Nothing finite leaves there: the signal overflows.")
    shown = histogram(finite, BINS)
    mean, variance = moments(finite).tolist()
    few = one.numel() <= SHOWN
    return Output(
        node=node,
        shape=tuple(one.shape),
        mean=mean,
        std=variance**0.5,
        low=float(finite.min()),
        high=float(finite.max()),
        edges=shown.edges,
        counts=shown.counts,
        picture=_picture(one),
        values=one.double().flatten().numpy().copy() if few else None,
    )


def _found(bench: Bench, node: str, port: str) -> Place:
    """The value that is meant."""
    unrolled = bench.unrolled
    known = [*unrolled.inputs, *(place for op in unrolled.ops for place in op.made)]
    for place in (*known, *unrolled.aliases):
        if place.path == node and port in ("", place.port):
            return unrolled.aliases.get(place, place)
    raise MeasureError("That node leads nowhere, so that nothing leaves it.")


def _picture(values: torch.Tensor) -> Array | None:
    """The channels of an image side by side; a matrix as it is; None of a row."""
    if values.dim() == 2 and min(values.shape) > 1:
        return _small(values)
    if values.dim() != 3 or min(values.shape[1:]) < 2:
        return None
    channels = [_small(one) for one in values[:PICTURES]]
    across = ceil(sqrt(len(channels)))
    high, wide = channels[0].shape
    down = ceil(len(channels) / across)
    sheet = np.full((down * (high + 1), across * (wide + 1)), np.nan)
    for at, channel in enumerate(channels):
        row, column = divmod(at, across)
        top, left = row * (high + 1), column * (wide + 1)
        sheet[top : top + high, left : left + wide] = channel
    return sheet


def _small(values: torch.Tensor) -> Array:
    """A picture, with every so many of its points where it is large."""
    steps = [max(1, ceil(side / SIDE)) for side in values.shape]
    found: Array = values[:: steps[0], :: steps[1]].double().numpy().copy()
    return found
