"""Every named tensor of the built model, with its numbers."""

from __future__ import annotations

import torch

from engine.check import check
from engine.design.model import Design
from engine.measure.models import built
from engine.measure.results import ParameterRow
from engine.model.draws import Draw, draws

SHOWN = 1000  # values up to which all of them are sent


def parameters(design: Design) -> tuple[ParameterRow, ...]:
    """A row for each tensor of the state_dict, in its order.

    Raises:
        BuildError: the design has an error or does not fit in memory.
    """
    tensors = built(design).state_dict()
    drawn = {draw.name: draw for draw in draws(design, check(design))}
    return tuple(_row(drawn[name], tensor) for name, tensor in tensors.items())


def _row(draw: Draw, tensor: torch.Tensor) -> ParameterRow:
    low, high = torch.aminmax(tensor)
    few = tensor.numel() <= SHOWN
    mean, std = moments(tensor)
    return ParameterRow(
        name=draw.name,
        node=draw.node,
        shape=tuple(tensor.shape),
        init=draw.title,
        family=draw.spec.family,
        mean=mean,
        std=std,
        low=float(low),
        high=float(high),
        values=tensor.double().numpy().copy() if few else None,
    )


def moments(tensor: torch.Tensor) -> tuple[float, float]:
    """Mean and standard deviation, summed in float64 without a copy in float64."""
    flat = tensor.flatten()
    pieces = torch.split(flat, 1 << 20)
    mean = sum(float(piece.sum(dtype=torch.float64)) for piece in pieces) / len(flat)
    spread = sum(float((piece.double() - mean).square().sum()) for piece in pieces)
    return mean, (spread / len(flat)) ** 0.5
