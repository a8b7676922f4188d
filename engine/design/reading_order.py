"""The order in which a person reads a drawn graph: row by row, each from the left.

A long network is folded into rows as text is. What tells a fold from a branch beside
the main line is the wires: over a fold they lead down and back to the left, while a
branch leaves and comes back on the way to the right.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from engine.design.model import Graph, Look, by_age

NOWHERE = (0.0, 0.0)


def reading_order(graph: Graph, look: Look) -> list[str]:
    """The ids by rows; within one from left to right, then down, then by age."""
    spots = look.positions
    ends = _folds(graph, look)

    def place(key: str) -> tuple[object, ...]:
        x, y = spots.get(key, NOWHERE)
        return bisect_right(ends, y), x, y, by_age(key)

    return sorted(graph.nodes, key=place)


def _folds(graph: Graph, look: Look) -> list[float]:
    """The heights below which another row begins, in ascending order.

    Between two heights at which nodes stand there is a fold where no wire leads up and
    most of those that lead down also lead back to the left.
    """
    spots = [look.positions.get(key, NOWHERE) for key in graph.nodes]
    heights = sorted({y for _, y in spots})
    rank = {y: at for at, y in enumerate(heights)}
    down, back, up = ([0] * (len(heights) + 1) for _ in range(3))
    for wire in graph.wires:
        (x0, y0), (x1, y1) = (
            look.positions.get(key, NOWHERE) for key in (wire.source, wire.target)
        )
        low, high = sorted((rank[y0], rank[y1]))
        for counts, counted in ((down, y1 > y0), (back, x1 < x0), (up, y1 < y0)):
            if counted:
                counts[low] += 1
                counts[high] -= 1
    crossing = zip(accumulate(down), accumulate(back), accumulate(up), strict=True)
    return [
        heights[at + 1]
        for at, (all_, left, above) in enumerate(crossing)
        if at + 1 < len(heights) and above == 0 and 2 * left > all_ > 0
    ]
