"""One activation's samples on the plot: their places, colours and lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from gui.theme import Theme

Params = tuple[tuple[str, Value], ...]
Span = tuple[float, float]
Numbers = NDArray[np.float64]

POINTS = 2000  # at most, on one and a half times the range: a drag shows curve at once

# Okabe and Ito's colours, told apart by colour-blind eyes; two are darkened on white.
OVERLAYS = {
    True: ("#cc79a7", "#35b58c", "#d55e00", "#f0e442", "#8f7fe8", "#56b4e9", "#c3cad6"),
    False: (
        "#b0568a", "#00855f", "#d55e00", "#8a7a00", "#4a3c8c", "#0072b2", "#56606f",
    ),
}  # fmt: skip


def overlay_colour(theme: Theme, place: int) -> QColor:
    """The colour of the overlay at this place in the list."""
    colours = OVERLAYS[theme.dark]
    return QColor(colours[place % len(colours)])


@dataclass
class Series:
    """One activation on the plot.

    Args:
        kind: the row's.
        params: what differs from its defaults.
        f: the line of the function.
        df: the line of its derivative.
        x, y, dy: the samples in hand.
        wanted: what has been asked last: the range.
        fresh: whether the samples are of this kind with these parameters.
    """

    kind: str
    params: Params
    f: Any
    df: Any
    colour: Callable[[], QColor]
    accent: Callable[[], QColor]
    x: Numbers = field(default_factory=lambda: np.empty(0))
    y: Numbers = field(default_factory=lambda: np.empty(0))
    dy: Numbers = field(default_factory=lambda: np.empty(0))
    wanted: Span | None = None
    fresh: bool = False

    @property
    def title(self) -> str:
        row = OPERATORS.get(self.kind)
        return row.title if row else self.kind

    def take(self, x: Numbers, y: Numbers, dy: Numbers) -> None:
        """Show these samples."""
        self.x, self.y, self.dy = x, y, dy
        self.f.setData(x, y, connect="finite")
        self.df.setData(x, dy, connect="finite")

    def at(self, x: float) -> tuple[float, float, float] | None:
        """The sample nearest to `x`: torch's own numbers, nothing in between."""
        if not len(self.x):
            return None
        index = int(np.abs(self.x - x).argmin())
        return float(self.x[index]), float(self.y[index]), float(self.dy[index])


def step_of(low: float, high: float) -> float:
    """The distance of samples: 1, 2 or 5 times a power of ten, so that x reads well."""
    least = (high - low) / (0.8 * POINTS)
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least)


def rounded(low: float, high: float) -> Span:
    """The range grown to whole steps."""
    step = step_of(low, high)
    return round(low / step) * step, round(high / step) * step
