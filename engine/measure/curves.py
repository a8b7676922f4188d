"""Activations at work: f and f′ by torch's autograd, and scores as bars."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Activation
from engine.errors import MeasureError
from engine.measure.results import Bars, Curve
from engine.model.resolve import resolve

Params = tuple[tuple[str, Value], ...]


def curve(kind: str, params: Params, low: float, high: float, points: int) -> Curve:
    """An elementwise activation over [low, high] in float64.

    RReLU is drawn as in evaluation, with its mean slope; PReLU with one slope.

    Raises:
        MeasureError: no such activation, or a range without extent.
    """
    row = _row(kind)
    if row.over:
        raise MeasureError(
            "{title} works over a whole dimension and has no curve of its own; it is "
            "shown as bars.",
            title=row.title,
        )
    if not low < high or points < 2:
        raise MeasureError(
            "A curve needs a range from low to high; {low:g} to {high:g} is none.",
            low=low,
            high=high,
        )
    args = {**row.defaults, **dict(params)}
    x = torch.linspace(low, high, points, dtype=torch.float64)
    f, df = differentiated(module_of(row, args), x)
    zones = row.saturates(args) if row.saturates else ()
    clipped = ((max(low, start), min(high, end)) for start, end in zones)
    return Curve(
        x=x.numpy(),
        f=f.numpy(),
        df=df.numpy(),
        saturated=tuple((float(a), float(b)) for a, b in clipped if a < b),
    )


def bars(kind: str, params: Params, scores: tuple[float, ...]) -> Bars:
    """The scores before and after an activation over a dimension.

    Raises:
        MeasureError: no such activation, or scores it cannot take.
    """
    row = _row(kind)
    before = torch.tensor(scores, dtype=torch.float64)
    if row.kind == "glu" and len(scores) % 2:
        raise MeasureError(
            "GLU halves its scores and needs an even number of them, not {count}.",
            count=len(scores),
        )
    args = {**row.defaults, **dict(params)}
    if row.param("dim"):
        args["dim"] = 0  # the scores are the whole of the dimension
    shaped = before.reshape(-1, 1, 1) if row.over == "channels" else before
    with torch.no_grad():
        after = module_of(row, args)(shaped).flatten()
    return Bars(before.numpy(), after.numpy())


def differentiated(
    module: nn.Module, x: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """f(x) and f′(x) of an elementwise module."""
    x = x.detach().requires_grad_()
    # An inplace activation may not overwrite a leaf, hence the copy.
    f = module(x.clone())
    (df,) = torch.autograd.grad(f.sum(), x)
    return f.detach(), df


def _row(kind: str) -> Activation:
    row = OPERATORS.get(kind)
    if not isinstance(row, Activation):
        raise MeasureError("There is no activation called '{kind}'.", kind=kind)
    return row


def module_of(row: Activation, args: dict[str, Value]) -> nn.Module:
    """The activation in float64, as it is in evaluation."""
    given: dict[str, Any] = {
        param.name: args[param.name] for param in row.params if param.place == "init"
    }
    if "num_parameters" in given:
        given["num_parameters"] = 1  # a curve has one slope
    module = resolve(row.target)(**given)
    assert isinstance(module, nn.Module)  # noqa: S101 - rows name classes of torch.nn
    return module.double().eval()
