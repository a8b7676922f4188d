"""Histograms of tensors of any size, at the price of a pass or two over memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from engine.measure.results import Array

EXACT = 1_000_000  # values up to which every one is counted
BLOCK = 256  # values read together: a few cache lines


class Histogram(NamedTuple):
    """Counts over the true range of the values.

    Args:
        edges: of the bins, one more than there are bins.
        counts: values in each bin, scaled up where only a sample was counted.
        mean: of the counted values.
        std: of the counted values.
        low: the true minimum.
        high: the true maximum.
        sampled: whether a sample was counted.
    """

    edges: Array
    counts: Array
    mean: float
    std: float
    low: float
    high: float
    sampled: bool


def histogram(values: torch.Tensor, bins: int, *, seed: int = 0) -> Histogram:
    """The histogram of finite values, exact up to a million of them.

    Of more, the true range is found in one pass and a million values in random blocks
    are counted: an error of at most 2 % of the peak for values without order.
    """
    flat = values.detach().flatten()
    low, high = (float(edge) for edge in torch.aminmax(flat))
    sampled = flat.numel() > EXACT
    counted = (_sample(flat, seed) if sampled else flat).double()
    edges = _edges(low, high, bins)
    counts = torch.histc(counted, bins, float(edges[0]), float(edges[-1]))
    mean = float(counted.mean())
    return Histogram(
        edges=edges,
        counts=counts.numpy() * (flat.numel() / counted.numel()),
        mean=mean,
        std=float((counted - mean).square_().mean()) ** 0.5,
        low=low,
        high=high,
        sampled=sampled,
    )


def _sample(flat: torch.Tensor, seed: int) -> torch.Tensor:
    """A million values in blocks chosen at random, so that no period is missed."""
    generator = torch.Generator().manual_seed(seed)
    blocks = flat[: flat.numel() // BLOCK * BLOCK].view(-1, BLOCK)
    chosen = torch.randint(len(blocks), (EXACT // BLOCK,), generator=generator)
    return blocks[chosen.sort().values].flatten()


def _edges(low: float, high: float, bins: int) -> Array:
    """Bins from low to high; around a single value, a little to both sides."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        around = 0.1 * abs(low) or 0.1
        low, high = low - around, high + around
    return np.linspace(low, high, bins + 1)
