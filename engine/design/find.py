"""Nodes of a design by what stands on them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog import INITIALIZERS
from engine.catalog.params import Value
from engine.catalog.spec import no_brief
from engine.design.model import Design, Node, by_age


def find(design: Design, text: str) -> tuple[str, ...]:
    """The ids of the nodes that hold every word of `text`, in the order of reading.

    A word is found in the name, the label, the kind and its title, in parameters
    (64, out_features=64) and in the initializers. Order is from left to right, and
    down where nodes stand above each other.
    """
    words = text.casefold().split()
    if not words:
        return ()
    spots = design.look.positions
    found: list[tuple[float, float, int, str]] = []
    for key in sorted(design.nodes, key=by_age):
        said = " ".join(_said(design.nodes[key])).casefold()
        if all(word in said for word in words):
            x, y = spots.get(key, (0.0, 0.0))
            found.append((x, y, len(found), key))
    return tuple(key for *_, key in sorted(found))


def _said(node: Node) -> Iterator[str]:
    yield from (node.name, node.label, node.kind, node.title)
    if node.row:
        yield node.row.family
        if node.row.brief is not no_brief:
            yield node.row.brief(node.args)
    for name, value in node.args.items():
        yield f"{name}={_plain(value)}"
    for tensor, init in node.init.items():
        row = INITIALIZERS.get(init.kind)
        yield from (tensor, init.kind, row.title if row else "")
        yield from (f"{name}={_plain(value)}" for name, value in init.params)
    if node.frozen:
        yield "frozen"


def _plain(value: Value) -> str:
    """A value as one types it: 3×3 for a pair of numbers."""
    if isinstance(value, tuple):
        return "×".join(str(part) for part in value)
    return str(value)
