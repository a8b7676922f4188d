"""What theory carries from layer to layer, and the reason where it carries nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.errors import Message

if TYPE_CHECKING:
    from engine.measure.results import Array

Law = Literal["normal", "mixed", "other"]
EVEN = 1e-6  # relative differences between places that are none


class Gap(Exception):  # noqa: N818 - no error: theory is silent here
    """There is no theory here; the message says why."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template)
        self.message = Message(template, values)


@dataclass(frozen=True)
class State:
    """What is known of a value over weights and data, before anything runs.

    The numbers are arrays over the places of an image, because a border of zeros makes
    them differ; () where there are no places.

    Args:
        mean: E x.
        second: E x².
        common: E x y, where y stands at the same place for another sample; None where
            it is not known.
        law: whether x is normal, normal with another variance for each unit, or not.
        odd: the draws (a bit for each) whose change of sign changes that of x.
        needs: the draws that x depends on at all.
        start: path of the node from whose sampled size this goes on; "" is the input.
    """

    mean: Array
    second: Array
    common: Array | None
    law: Law
    odd: int = 0
    needs: int = 0
    start: str = ""

    @property
    def size(self) -> float:
        """E x² over all places."""
        return float(np.mean(self.second))

    @property
    def even(self) -> bool:
        """Whether all places are alike."""
        low, high = float(np.min(self.second)), float(np.max(self.second))
        return high - low <= EVEN * max(abs(high), 1e-300)

    @property
    def constant(self) -> float | None:
        """The number that x is, where it is one number."""
        mean = float(np.mean(self.mean))
        sure = self.even and abs(self.size - mean * mean) <= 1e-12 * max(self.size, 1)
        return mean if sure and self.law == "other" else None

    def flat(self) -> State:
        """The same values, wherever they stand."""
        if not self.second.shape:
            return self
        law: Law = self.law if self.even or self.law == "other" else "mixed"
        common = None if self.common is None else np.mean(self.common)
        return replace(
            self,
            mean=np.asarray(np.mean(self.mean)),
            second=np.asarray(np.mean(self.second)),
            common=None if common is None else np.asarray(common),
            law=law,
        )

    def over(self, sides: tuple[int, ...]) -> State:
        """The numbers at every place of an image with these sides."""
        if self.second.shape == sides:
            return self
        flat = self.flat()
        common = None if flat.common is None else np.full(sides, flat.common)
        return replace(
            flat,
            mean=np.full(sides, flat.mean),
            second=np.full(sides, flat.second),
            common=common,
        )

    def scaled(self, by: float) -> State:
        """The values multiplied by a number."""
        return replace(
            self,
            mean=self.mean * by,
            second=self.second * by * by,
            common=None if self.common is None else self.common * by * by,
        )


def number(value: float) -> Array:
    """One number, for all places."""
    return np.asarray(float(value))


def apart(one: State, other: State) -> bool:
    """Whether E x y is 0 because a draw turns the sign of one alone."""
    return bool(one.odd & ~other.needs or other.odd & ~one.needs)
