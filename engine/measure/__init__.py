"""What is measured: curves, histograms, weights, and the signal through a network."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.design.model import Design
    from engine.measure.signals import Signal


class _Face(ModuleType):
    """`engine.measure` is this package and, to a notebook, the function in it."""

    def __call__(self, design: Design, seed: int = 0, batch: int = 512) -> Signal:
        from engine.measure.signal import measure

        return measure(design, seed, batch)


sys.modules[__name__].__class__ = _Face
