"""Which part of a design a picture shows, said in words."""

from __future__ import annotations

from collections.abc import Iterable

from engine.check import check
from engine.design.model import Design, Node
from engine.errors import EditError
from gui.place import look


def inside(whole: Design, path: str) -> Design:
    """The body of a block as a design, on what arrives at the use that leads there.

    Args:
        whole: the design.
        path: ids or names of uses, one in the other: "n5/n3", "stage1/block2"; "" is
            the design itself.

    Raises:
        EditError: it leads nowhere.
    """
    checked = check(whole)
    here = look(whole, checked, ())
    for step in path.split("/"):
        if not step or step.isdigit():  # the index of a repeat: all look alike
            continue
        node = _found(here.design, step)
        if node is None or node.block is None:
            raise EditError("There is no block '{name}' to look into.", name=step[:80])
        here = look(whole, checked, (*here.place, node.id))
    return here.design


def chosen(design: Design, words: Iterable[str]) -> frozenset[str]:
    """The ids of the nodes with these ids or names.

    Raises:
        EditError: there is no such node.
    """
    found = set()
    for word in filter(None, map(str.strip, words)):
        node = _found(design, word)
        if node is None:
            raise EditError("There is no node '{name}' here.", name=word[:80])
        found.add(node.id)
    return frozenset(found)


def _found(design: Design, word: str) -> Node | None:
    return design.nodes.get(word) or design.named(word)
