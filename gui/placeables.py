"""What can be added to a design: operators, its blocks, and the person's own.

The palette and every search read it here, so that nothing can be found in one of them
and not in the other.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Initializer
from engine.design.block import Block
from engine.design.model import Design
from gui.panels.search import Row, Words, words_of
from gui.session import Session


class Placeable(NamedTuple):
    """One thing that a person can add.

    Args:
        key: what `Session.place` takes, or `Session.initialize` for an initializer.
        row: its picture, its parameters and what it says of itself.
        words: what it is found by.
        origin: its family, or where it comes from.
        block: the definition it is a use of.
        part: the packed block that has to be taken in first: one of the library.
    """

    key: str
    row: Row
    words: Words
    origin: str
    block: Block | None = None
    part: Design | None = None

    @property
    def initializer(self) -> bool:
        return isinstance(self.row, Initializer)


def placeables(session: Session, *, initializers: bool = False) -> list[Placeable]:
    """All that can be added now, the design's own blocks first.

    Args:
        session: whose design and library.
        initializers: those too, which go onto what is selected.
    """
    found = [*blocks(session), *_operators()]
    return [*found, *_initializers()] if initializers else found


def blocks(session: Session) -> list[Placeable]:
    """The blocks of the design, and those of the library that it has not."""
    here, kept = _tr("Block of this design"), _tr("Your block")
    defined = session.document.whole.blocks
    found = [
        Placeable(key, block.row, _block_words(block.row), here, block)
        for key, block in defined.items()
    ]
    names = {block.name for block in defined.values()}
    for one in session.library.shelf:
        if one.block.name not in names:
            words = _block_words(one.row)
            found.append(Placeable(one.id, one.row, words, kept, one.block, one.part))
    return found


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
