"""The density an initializer promises, in the units of a histogram."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.spec import Theory

if TYPE_CHECKING:
    from engine.measure.results import Array

POINTS = 241
REACH = 4.0  # standard deviations of a bell that are worth drawing


def density(
    theory: Theory, total: float, edges: Array, *, centre: float | None = None
) -> tuple[Array, Array]:
    """Where, and how many of `total` values are expected in a bin there.

    Args:
        theory: what the initializer promises.
        total: values in the histogram.
        edges: of its bins.
        centre: of a bell before it was cut; None is the expected mean.

    Returns:
        x and y; both empty where all mass lies in a point or no form is known.
    """
    unit = total * float(edges[1] - edges[0])
    if theory.density == "uniform" and theory.high > theory.low:
        level = unit / (theory.high - theory.low)
        x = np.array([theory.low, theory.low, theory.high, theory.high])
        return x, np.array([0.0, level, level, 0.0])
    if theory.density in ("normal", "truncated", "sparse") and theory.std > 0:
        x, y = _bell(theory, edges, theory.mean if centre is None else centre)
        return x, y * unit
    return np.empty(0), np.empty(0)


def _bell(theory: Theory, edges: Array, centre: float) -> tuple[Array, Array]:
    """A normal density, cut and thinned as the theory says."""
    sigma = theory.spread or theory.std
    start = max(theory.low, min(float(edges[0]), centre - REACH * sigma))
    end = min(theory.high, max(float(edges[-1]), centre + REACH * sigma))
    x = np.linspace(start, end, POINTS)
    z = (x - centre) / sigma
    y = np.exp(-(z**2) / 2) / (sigma * math.sqrt(2 * math.pi)) * (1 - theory.zeros)
    if theory.density == "truncated":
        y /= _below((theory.high - centre) / sigma) - _below(
            (theory.low - centre) / sigma
        )
    return x, y


def _below(z: float) -> float:
    """The share of a standard normal below z."""
    return math.erfc(-z / math.sqrt(2)) / 2
