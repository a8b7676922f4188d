"""Expectations of an activation under a normal distribution, by torch's own function.

Every activation is evaluated by the module that the network itself holds, in float64,
on nodes that lie densest around 0: there a wide distribution meets the bend of a tanh,
and a ReLU has its corner.

Source:
    Poole et al. 2016, "Exponential expressivity in deep neural networks through
    transient chaos", eqs. 3 to 5; Schoenholz et al. 2017, "Deep information
    propagation", eqs. 4 and 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from engine.catalog.params import Value
from engine.catalog.spec import Activation
from engine.measure.curves import differentiated, module_of

if TYPE_CHECKING:
    from engine.measure.results import Array

NODES = 4000  # an even number: no node lies on a corner at 0
REACH = 9.0  # standard deviations
BEND = 10.0  # how much denser the nodes lie around 0 than far from it
PAIR = 128  # nodes for what two samples have in common
DIGITS = 4  # of a variance: nearer ones share one quadrature


class Through(NamedTuple):
    """What an activation makes of a normal value.

    Args:
        mean: E f.
        second: E f².
        slope: E f′².
    """

    mean: float
    second: float
    slope: float


class Function:
    """An elementwise activation as a function of normal values.

    Args:
        row: the activation.
        args: its arguments.
    """

    def __init__(self, row: Activation, args: dict[str, Value]) -> None:
        self._module = module_of(row, args)
        self._through: dict[tuple[float, float], Through] = {}
        self._shared: dict[tuple[float, float, float], float] = {}

    def through(self, mean: float, variance: float) -> Through:
        """The moments of f(x) and f′(x) for x of this mean and variance."""
        variance = max(variance, 0.0)
        key = (mean, variance)
        if key not in self._through:
            z, weight = _nodes()
            x = torch.from_numpy(mean + math.sqrt(variance) * z)
            f, slope = differentiated(self._module, x)
            self._through[key] = Through(
                float(f.numpy() @ weight),
                float(f.square().numpy() @ weight),
                float(slope.square().numpy() @ weight),
            )
        return self._through[key]

    def shared(self, mean: float, variance: float, common: float) -> float:
        """E f(x) f(y) for x and y with this covariance."""
        variance = max(variance, 0.0)
        common = min(max(common, 0.0), variance)
        key = (mean, variance, common)
        if key not in self._shared:
            z, weight = _few()
            both = math.sqrt(common) * z[:, None]
            own = math.sqrt(variance - common) * z[None, :]
            with torch.no_grad():
                values = self._module(torch.from_numpy(mean + both + own)).numpy()
            self._shared[key] = float((values @ weight) ** 2 @ weight)
        return self._shared[key]

    @property
    def odd(self) -> bool:
        """Whether f(−x) = −f(x)."""
        x = torch.linspace(0.01, 8, 200, dtype=torch.float64)
        with torch.no_grad():
            there, back = self._module(x.clone()), self._module(-x)
        return bool(torch.allclose(there, -back, atol=1e-12))


@lru_cache(maxsize=1)
def _nodes() -> tuple[Array, Array]:
    """Places in standard deviations, and the weight of each."""
    return _spaced(NODES)


@lru_cache(maxsize=1)
def _few() -> tuple[Array, Array]:
    return _spaced(PAIR, 3.0)


def _spaced(count: int, bend: float = BEND) -> tuple[Array, Array]:
    """The middles of cells that grow away from 0, weighted by a normal density."""
    edges = np.sinh(np.linspace(-bend, bend, count + 1)) * (REACH / math.sinh(bend))
    mass = np.diff([math.erf(edge / math.sqrt(2)) / 2 for edge in edges])
    return (edges[:-1] + edges[1:]) / 2, mass / mass.sum()


def each(of: Callable[..., float], *numbers: Array) -> Array:
    """A figure of these numbers at every place; alike places share one quadrature."""
    shape = numbers[0].shape
    rows = np.stack([_rounded(values).ravel() for values in numbers], 1)
    unique, where = np.unique(rows, axis=0, return_inverse=True)
    found = [of(*(float(value) for value in row)) for row in unique]
    return np.asarray(found)[where.ravel()].reshape(shape)


def _rounded(values: Array) -> Array:
    """Numbers by their first digits."""
    size = np.abs(values)
    with np.errstate(divide="ignore"):
        unit = 10.0 ** (np.floor(np.log10(size)) - DIGITS)
    safe = np.where((size > 0) & np.isfinite(unit) & (unit > 0), unit, 1.0)
    return np.where(size > 0, np.round(values / safe) * safe, 0.0)
