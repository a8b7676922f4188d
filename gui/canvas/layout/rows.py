"""Long networks in rows, like text: as many as make the whole as large as can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

CANVAS = 1000.0, 625.0  # what a person sees at once, at full size
ENOUGH = 0.95  # no more rows once the whole is shown at this zoom
ONE_ROW = 1300.0  # what is no wider stays in one row
BETWEEN = 76.0  # rows, with a wire and its label going back through the channel
WORTH = 1.25  # more rows must make the whole so much larger
KEPT = 0.8  # the person's rows stay while they are this good


class Stretch(NamedTuple):
    """A section with the gap before it."""

    gap: float
    width: float
    top: float
    bottom: float


def rows(stretches: Sequence[Stretch], now: Sequence[int]) -> list[int]:
    """Where rows begin: places in `stretches`, the first of them 0.

    Args:
        stretches: from left to right.
        now: the rows as they are.
    """
    whole = _width(stretches)
    if whole <= ONE_ROW or len(stretches) < 2:
        return [0]
    best, size = [0], _size(stretches, [0])
    for count in range(2, len(stretches) + 1):
        begins = _split(stretches, count)
        found = _size(stretches, begins)
        if found > size * WORTH:
            best, size = begins, found
        if size > ENOUGH or found < size * 0.5:  # or it only gets worse
            break
    if (
        len(now) > 1
        and now[-1] < len(stretches)
        and _size(stretches, now) > size * KEPT
    ):
        return list(now)
    return best


def _width(stretches: Sequence[Stretch]) -> float:
    return sum(s.width + s.gap for s in stretches) - stretches[0].gap


def _split(stretches: Sequence[Stretch], count: int) -> list[int]:
    """Rows of which the widest is as narrow as possible."""
    low = max(s.width for s in stretches)
    high = _width(stretches)
    while high - low > 4.0:
        middle = (low + high) / 2
        if len(_filled(stretches, middle)) <= count:
            high = middle
        else:
            low = middle
    return _filled(stretches, high)


def _filled(stretches: Sequence[Stretch], width: float) -> list[int]:
    """Rows filled one after the other."""
    begins, used = [0], -stretches[0].gap
    for place, stretch in enumerate(stretches):
        used += stretch.gap + stretch.width
        if used > width and place > begins[-1]:
            begins.append(place)
            used = stretch.width
    return begins


def _size(stretches: Sequence[Stretch], begins: Sequence[int]) -> float:
    """The zoom at which the whole fills a canvas."""
    ends = [*begins[1:], len(stretches)]
    wide = high = 0.0
    for first, last in zip(begins, ends, strict=True):
        row = stretches[first:last]
        wide = max(wide, _width(row))
        high += max(s.bottom for s in row) - min(s.top for s in row)
    high += BETWEEN * (len(begins) - 1)
    return min(CANVAS[0] / wide, CANVAS[1] / high)
