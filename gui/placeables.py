"""What can be added to a design: operators, its blocks, and what libraries offer.

The palette and every search read it here, so that nothing can be found in one of them
and not in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Initializer
from gui.panels.search import Row, Words, words_of
from gui.session import Session


class Placeable(NamedTuple):
    """One thing that a person can add.

    Args:
        key: what `Session.place` takes, or `Session.initialize` for an initializer.
        row: its picture, its parameters and what it says of itself.
        words: what it is found by.
        origin: its family, or where it comes from.
        place: how it is added, where `Session.place` cannot: a library's block.
    """

    key: str
    row: Row
    words: Words
    origin: str
    place: Callable[[], object] | None = None

    @property
    def initializer(self) -> bool:
        return isinstance(self.row, Initializer)


def placeables(session: Session, *, initializers: bool = False) -> list[Placeable]:
    """All that can be added now, the design's own blocks first.

    Args:
        session: whose design and libraries.
        initializers: those too, which go onto what is selected.
    """
    found = blocks(session)
    for source in session.libraries:
        found += source()
    found += _operators()
    return [*found, *_initializers()] if initializers else found


def blocks(session: Session) -> list[Placeable]:
    """The blocks of the design."""
    origin = _tr("Block of this design")
    return [
        Placeable(key, block.row, _block_words(block.row), origin)
        for key, block in session.document.whole.blocks.items()
    ]


def _block_words(row: Row) -> Words:
    words = words_of(row)
    return words._replace(near=(*words.near, "block"))


@cache
def _operators() -> tuple[Placeable, ...]:
    return tuple(
        Placeable(row.kind, row, words_of(row), row.family)
        for row in OPERATORS.values()
    )


@cache
def _initializers() -> tuple[Placeable, ...]:
    return tuple(
        Placeable(row.kind, row, words_of(row), "") for row in INITIALIZERS.values()
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("placeables", text)
