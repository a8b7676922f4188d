"""One tensor of the model beside what its initializer promises.

Only that tensor is drawn: its generator is its own, so that its numbers are those it
has in the built model.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch

from engine.catalog import INITIALIZERS
from engine.catalog.dims import BYTES
from engine.catalog.spec import Theory
from engine.check import check
from engine.design.model import Design
from engine.errors import MeasureError
from engine.measure.density import density
from engine.measure.histogram import histogram
from engine.measure.parameters import moments
from engine.measure.results import WeightReport
from engine.model.build import draw_into, draw_with, takes_generator
from engine.model.draws import Draw, draw_of, seed_of
from engine.model.memory import LEFT, available, readable
from engine.model.source import call_text

if TYPE_CHECKING:
    from engine.measure.results import Array

TICKS = 1000  # values below which each is a tick, and a histogram pools redraws
POOL = 20_000  # values that show the shape of a distribution
REDRAWS = 4000  # draws after which a pool is large enough whatever its size


def weights(design: Design, node: str, tensor: str, bins: int = 60) -> WeightReport:
    """The report of one tensor.

    Args:
        design: may have errors elsewhere; this node's shapes must be known.
        node: id.
        tensor: its name within the node: weight.
        bins: of the histogram.

    Raises:
        MeasureError: no such tensor, or it does not fit in memory.
    """
    draw = draw_of(design, check(design), node, tensor)
    if draw is None:
        raise MeasureError(
            "There is no tensor '{tensor}' to draw there yet.", tensor=tensor
        )
    _reserve(draw)
    init = INITIALIZERS[draw.init.kind]
    args = init.complete(draw.init.params)
    theory = init.theory(args, draw.spec)
    values = _empty(draw)
    draw_into(values, draw, design.settings.seed)
    pooled = _pool(values, draw, theory, design.settings.seed)
    shown = histogram(values if pooled is None else pooled, bins)
    own = shown if pooled is None else histogram(values, bins)
    mean, std = (own.mean, own.std) if own.sampled else moments(values)
    x, y = density(theory, float(shown.counts.sum()), shown.edges, centre=_centre(draw))
    return WeightReport(
        name=draw.name,
        shape=draw.spec.shape,
        count=values.numel(),
        edges=shown.edges,
        counts=shown.counts,
        ticks=_ticks(values),
        redraws=pooled is not None,
        expected=theory,
        mean=mean,
        std=std,
        low=own.low,
        high=own.high,
        density_x=x,
        density_y=y,
        fan_in=draw.spec.fan_in,
        fan_out=draw.spec.fan_out,
        torch_fans=_torch_fans(draw),
        steps=init.why(args, draw.spec),
        call=call_text(draw, draw.name),
        init=draw.title,
        sampled=shown.sampled,
    )


def _reserve(draw: Draw) -> None:
    size = prod(draw.spec.shape) * BYTES[draw.dtype]
    if size > available() * (1 - LEFT):
        raise MeasureError(
            "{tensor} needs {needed} and {free} are free, so its values cannot be "
            "drawn here. Make the layer smaller to see them.",
            tensor=draw.name,
            needed=readable(size),
            free=readable(available()),
        )


def _empty(draw: Draw) -> torch.Tensor:
    return torch.empty(draw.spec.shape, dtype=getattr(torch, draw.dtype))


def _pool(
    values: torch.Tensor, draw: Draw, theory: Theory, seed: int
) -> torch.Tensor | None:
    """These values and as many redraws as show their distribution; None if they do.

    A tensor whose values are certain, or come from a file, is not drawn again.
    """
    count = values.numel()
    if (
        count >= TICKS
        or not count
        or draw.source
        or theory.std == 0
        or not takes_generator(draw.call.function)
    ):
        return None
    generator = torch.Generator().manual_seed(seed_of(seed, f"{draw.name}/redraws"))
    further = min(-(-POOL // count), REDRAWS) - 1
    pool = torch.empty((further + 1, *values.shape), dtype=values.dtype)
    pool[0] = values
    for redraw in pool[1:]:
        draw_with(redraw, draw, generator)
    return pool


def _centre(draw: Draw) -> float | None:
    """Where a bell stood before it was cut: the call says it, the theory does not."""
    if draw.call.function != "trunc_normal_":
        return None
    return float(str(dict(draw.call.args).get("mean", 0.0)))


def _ticks(values: torch.Tensor) -> Array | None:
    if values.numel() >= TICKS:
        return None
    return values.double().flatten().numpy()


def _torch_fans(draw: Draw) -> tuple[int, int]:
    """What torch takes for the fans, which it reads off the shape."""
    shape = draw.spec.shape
    if len(shape) < 2:
        return 0, 0
    field = prod(shape[2:])
    return shape[1] * field, shape[0] * field
