"""The signal as points of a picture: one for each call, both ways."""

from __future__ import annotations

from math import isfinite, log10, nan
from typing import NamedTuple

from engine.measure.signals import Layer, Predicted, Signal, Spread, band, middle

LOW, HIGH = 0.1, 10.0  # a spread between them is healthy
DEAD, SATURATED = 0.5, 0.5  # shares from which on an activation is ill


class Curve(NamedTuple):
    """One way through the network, a figure for each call; NaN where there is none.

    Args:
        middle: the spread: the median over the seeds.
        low: the lowest over the seeds.
        high: the highest.
        theory: what theory expects.
    """

    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    theory: tuple[float, ...]


class Points(NamedTuple):
    """All that is drawn of a signal."""

    layers: tuple[Layer, ...]
    forward: Curve
    backward: Curve

    def range(self) -> tuple[float, float]:
        """The smallest and the largest power of ten in it."""
        found = [
            log10(value)
            for curve in (self.forward, self.backward)
            for part in curve
            for value in part
            if isfinite(value) and value > 0
        ]
        return min(found, default=-1.0), max(found, default=1.0)


def points(signal: Signal, *, weighted: bool = False) -> Points:
    """The points of a signal.

    Args:
        signal: what was measured.
        weighted: only the layers with weights.
    """
    layers = tuple(
        layer
        for layer in signal.layers
        if layer.main and layer.main.forward and (layer.weighted or not weighted)
    )
    mains = [layer.main for layer in layers if layer.main]
    return Points(
        layers,
        _curve([one.forward for one in mains], [one.ahead for one in mains]),
        _curve([one.backward for one in mains], [one.behind for one in mains]),
    )


def _curve(spreads: list[Spread | None], said: list[Predicted]) -> Curve:
    stds = [spread.std if spread else () for spread in spreads]
    bands = [band(std) for std in stds]
    return Curve(
        tuple(middle(std) for std in stds),
        tuple(low for low, _ in bands),
        tuple(high for _, high in bands),
        tuple(nan if one.std is None else one.std for one in said),
    )


def healthy(value: float) -> bool:
    """Whether a spread neither fades nor explodes."""
    return LOW <= value <= HIGH
