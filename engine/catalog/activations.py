"""The activations of torch.nn, in the order of the palette."""

from engine.catalog import (
    activations_over,
    activations_rectifiers,
    activations_smooth,
)
from engine.catalog.spec import Operator

ROWS: tuple[Operator, ...] = (
    *activations_rectifiers.ROWS,
    *activations_smooth.ROWS,
    *activations_over.ROWS,
)
