"""A chain whose ids count how often they are looked up or compared.

So a test can tell what takes time in square, without a clock.
"""

from __future__ import annotations

from itertools import pairwise

from engine.design.model import Design, Graph, Look, Node, Wire


class Counted(str):
    """An id that counts what is done with any of its kind."""

    __slots__ = ()
    count = 0

    def __hash__(self) -> int:
        Counted.count += 1
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        Counted.count += 1
        return str.__eq__(self, other)


def counted_chain(count: int) -> Design:
    """Linear layers one after another, with such ids."""
    keys = [Counted(f"n{place + 1}") for place in range(count)]
    nodes = {key: Node(key, "linear", f"fc{key[1:]}") for key in keys}
    wires = [Wire(one, "output", other, "input") for one, other in pairwise(keys)]
    spots = {key: (0.0, 100.0 * place) for place, key in enumerate(keys)}
    return Design(Graph(nodes, tuple(wires)), Look(spots), last_id=count)
