"""What the activations' rows share: parameters, flat zones, the links to torch.

A zone is flat where |f′| is below 1 % of the largest |f′| there is. One threshold
for all keeps the picture honest: it puts sigmoid's zone outside ±6 and tanh's
outside ±3, where the textbooks put them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.catalog.params import Bool, Float
from engine.catalog.spec import Args

Zones = tuple[tuple[float, float], ...]
Saturates = Callable[[Args], Zones]

FLAT = 0.01

# float32 ends at 3.4e38; far below that nothing a network computes is lost.
BIG = 1e30

# What a curve is divided by; below this torch answers NaN before long.
SMALL = 1e-6

INPLACE = Bool(
    "inplace", False, doc="Overwrite the input to save memory; the values are the same."
)


def docs(name: str) -> str:
    """Where torch documents torch.nn.`name`."""
    return f"https://docs.pytorch.org/docs/stable/generated/torch.nn.{name}.html"


def number(name: str, default: float, doc: str, *, low: float = -BIG) -> Float:
    """A finite parameter of a curve that float32 can hold."""
    return Float(name, default, doc=doc, low=low, high=BIG)


def below(edge: float) -> Saturates:
    """Flat to the left of `edge`."""
    return lambda args: ((-math.inf, edge),)


def outside(low: float, high: float) -> Saturates:
    """Flat to the left of `low` and to the right of `high`."""
    return lambda args: ((-math.inf, low), (high, math.inf))


def leaking(slope: float) -> Zones:
    """The zones of a line with `slope` for x < 0 and slope 1 for x > 0."""
    if abs(slope) < FLAT:
        return ((-math.inf, 0.0),)
    return ((0.0, math.inf),) if abs(slope) * FLAT > 1 else ()


def decaying(height: float, width: float) -> Zones:
    """The zones of f′ = height · e^(x / width) for x < 0 and f′ = 1 for x > 0."""
    if not height:
        return ((-math.inf, 0.0),)
    largest = max(1.0, abs(height))
    edge = width * math.log(FLAT * largest / abs(height))
    steep = ((0.0, math.inf),) if FLAT * largest > 1 else ()
    return ((-math.inf, min(edge, 0.0)), *steep)


def between(half: float) -> Zones:
    """Flat from -half to half, where that is an interval."""
    return ((-half, half),) if half > 0 else ()
