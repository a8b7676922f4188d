"""Gains: by how much weights are scaled to make up for what an activation takes.

The table is that of torch.nn.init.calculate_gain, compared with torch in a test.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Gain(NamedTuple):
    """A gain and where it comes from, in LaTeX."""

    value: float
    formula: str


LINEAR = Gain(1.0, r"g = 1")

# In torch's order. The kernel and layer names stand for "no activation".
NONLINEARITIES = (
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "selu",
)

_FIXED = {
    "tanh": Gain(5 / 3, r"g = \frac{5}{3}"),
    "relu": Gain(math.sqrt(2), r"g = \sqrt{2}"),
    # Found by experiment; it trades self-normalization for a steadier gradient.
    "selu": Gain(3 / 4, r"g = \frac{3}{4}"),
}


def gain(nonlinearity: str, slope: float = 0.01) -> Gain:
    """The gain torch recommends.

    Args:
        nonlinearity: one of `NONLINEARITIES`.
        slope: of a leaky ReLU for x < 0; the others ignore it.
    """
    if nonlinearity == "leaky_relu":
        return Gain(math.sqrt(2 / (1 + slope**2)), r"g = \sqrt{\frac{2}{1 + a^2}}")
    return _FIXED.get(nonlinearity, LINEAR)
