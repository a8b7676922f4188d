"""Long networks in rows, like text: as many as make the whole as large as can be.

A row best ends where one wire leads on. Where the whole would be tiny otherwise, it may
also end where several do: they then go back together, through the channel to the row
below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

CANVAS = 1000.0, 625.0  # what a person sees at once, at full size
ENOUGH = 0.95  # no more rows once the whole is shown at this zoom
SMALL = 0.7  # at this zoom, rows may end where several wires lead on
ONE_ROW = 1300.0  # what is no wider stays in one row
BETWEEN = 76.0  # rows, with a wire and its label going back through the channel
LANE = 18.0  # more for each further wire in the channel
WORTH = 1.12  # more rows must make the whole so much larger
DEAR = 1.5  # so much, where several wires lead on at the end of a row
WIRE = 0.95  # what is left of a size for each further wire in a channel
MOST = 2  # wires in a channel
LONGEST = 90  # columns that are looked through for places to end a row
STUB = 0.2  # of the widest row is what any but the last must hold
KEPT = 0.8  # the person's rows stay while they are this good


class Stretch(NamedTuple):
    """What stays in one row, with the gap before it."""

    gap: float
    width: float
    top: float
    bottom: float


def folded(stretches: Sequence[Stretch]) -> list[int]:
    """Which stretches begin a row, where one wire leads from each to the next."""
    best = [0]
    if len(stretches) < 2 or width(stretches) <= ONE_ROW:
        return best
    size = zoom(stretches, best)
    for count in range(2, len(stretches) + 1):
        begins = _split(stretches, count)
        found = zoom(stretches, begins)
        if found > size * WORTH and not _ragged(stretches, begins):
            best, size = begins, found
        if size > ENOUGH or found < size * 0.5:  # or it only gets worse
            break
    return best


def _ragged(stretches: Sequence[Stretch], begins: Sequence[int]) -> bool:
    """Whether a row but the last holds next to nothing."""
    wide = [width(stretches[a:b]) for a, b in pairwise([*begins, len(stretches)])]
    return min(wide[:-1], default=inf) < STUB * max(wide)


def breaks(xs: Sequence[float], crossing: Sequence[int]) -> Iterator[list[int]]:
    """Columns to end rows with, for two rows and more, where few wires lead on.

    Args:
        xs: of each column, all in one row.
        crossing: how many wires lead from each column to the ones after it.
    """
    if len(xs) > LONGEST:
        return
    for count in range(2, min(6, len(xs)) + 1):
        found = _cheapest(xs, crossing, count)
        if found:
            yield found


def filled(wide: Sequence[float], high: float, crossing: Sequence[int]) -> list[int]:
    """Columns to end rows with in a network of very many: rows filled one by one.

    Args:
        wide: of each column, with the gap after it.
        high: about the height of a row.
        crossing: how many wires lead from each column to the ones after it.
    """
    whole = sum(wide)
    aspect = CANVAS[0] / CANVAS[1]
    count = max(2, round((whole / (aspect * (high + BETWEEN))) ** 0.5))
    most, found = whole / count, list[int]()
    used, since = 0.0, 0.0
    best, crowd = -1, MOST + 1  # where the row would end, and the wires there
    for column, each in enumerate(wide[:-1]):
        used += each
        since += each
        if used > most and best >= 0:
            found.append(best)
            used, best, crowd = since, -1, MOST + 1
        if crossing[column] <= MOST and (crossing[column] <= crowd or since > each * 3):
            best, crowd, since = column, crossing[column], 0.0
    return found


def width(stretches: Sequence[Stretch]) -> float:
    """Of a row."""
    return sum(s.width + s.gap for s in stretches) - stretches[0].gap


def zoom(
    stretches: Sequence[Stretch], begins: Sequence[int], wires: Sequence[int] = ()
) -> float:
    """The zoom at which the whole fills a canvas, less for crowded channels.

    Args:
        stretches: all of them.
        begins: those that begin a row.
        wires: how many lead back to each row but the first; one where it is not said.
    """
    ends = [*begins[1:], len(stretches)]
    wide = high = 0.0
    for first, last in zip(begins, ends, strict=True):
        row = stretches[first:last]
        wide = max(wide, width(row))
        high += max(s.bottom for s in row) - min(s.top for s in row)
    high += BETWEEN * (len(begins) - 1)
    more = sum(count - 1 for count in wires)
    high += LANE * more
    return float(min(CANVAS[0] / wide, CANVAS[1] / high) * WIRE**more)


def _split(stretches: Sequence[Stretch], count: int) -> list[int]:
    """Rows of which the widest is as narrow as possible."""
    low = max(s.width for s in stretches)
    high = width(stretches)
    while high - low > 4.0:
        middle = (low + high) / 2
        if len(_filled(stretches, middle)) <= count:
            high = middle
        else:
            low = middle
    return _filled(stretches, high)


def _filled(stretches: Sequence[Stretch], most: float) -> list[int]:
    """Rows filled one after the other."""
    begins, used = [0], -stretches[0].gap
    for place, stretch in enumerate(stretches):
        used += stretch.gap + stretch.width
        if used > most and place > begins[-1]:
            begins.append(place)
            used = stretch.width
    return begins


def _cheapest(xs: Sequence[float], crossing: Sequence[int], count: int) -> list[int]:
    """Rows of about one width; [] where too many wires lead on everywhere."""
    ideal = (xs[-1] - xs[0]) / count or 1.0
    # cost and breaks of the best rows that end with each column
    best: dict[int, tuple[float, list[int]]] = {-1: (0.0, [])}
    for row in range(count):
        found: dict[int, tuple[float, list[int]]] = {}
        last = row == count - 1
        for end in [len(xs) - 1] if last else range(len(xs) - 1):
            crowd = 1 if last else crossing[end]
            if crowd > MOST:
                continue
            least, via = inf, list[int]()
            for begin, (cost, before) in best.items():
                if begin < end:
                    wide = (xs[end] - xs[begin + 1]) / ideal
                    cost += wide * wide + 0.2 * (crowd - 1)
                    if cost < least:
                        least, via = cost, before
                        start = begin
            if least < inf:
                found[end] = (least, via if start < 0 else [*via, start])
        best = found
    return best[len(xs) - 1][1] if len(xs) - 1 in best else []
