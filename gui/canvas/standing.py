"""Where one block stands: its uses all over a design, and the repeats of the open one.

One goes from each to the next, or chooses one in the menu of the breadcrumb.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from engine.design.blocks import graphs
from engine.design.model import Design, Graph
from gui.place import Place, steps

if TYPE_CHECKING:
    from gui.canvas.levels import Levels
    from gui.document import Document

MOST = 60  # uses that are listed and gone through
LAST = 1 << 30  # of the repeats, however many there are


def places(whole: Design, block: str) -> tuple[Place, ...]:
    """Where a block stands, in the order in which its uses stand; few of very many."""
    holding = _holding(whole, block)

    def within(graph: Graph, way: Place) -> Iterator[Place]:
        for key, node in graph.nodes.items():
            if node.block is None or node.block.id not in holding:
                continue
            if node.block.id == block:
                yield (*way, key)
            else:
                yield from within(node.block.graph, (*way, key))

    return tuple(islice(within(whole.graph, ()), MOST))


def _holding(whole: Design, block: str) -> set[str]:
    """The block and all that have a use of it within them."""
    used = {
        around: {node.block.id for node in graph.nodes.values() if node.block}
        for around, graph in graphs(whole)
        if around
    }
    found = {block}
    while more := {k for k, held in used.items() if held & found} - found:
        found |= more
    return found


class Standing(QObject):
    """Goes from one use or repeat of the open block to another.

    Args:
        document: what stands open.
        levels: what opens another.
    """

    def __init__(self, document: Document, levels: Levels) -> None:
        super().__init__(levels)
        self._document, self._levels = document, levels

    @property
    def uses(self) -> tuple[Place, ...]:
        """The places of the open block; those of the repeats around count as one."""
        document = self._document
        block = document.design.scope.block
        return places(document.whole, block) if block else ()

    @property
    def at(self) -> tuple[int, int] | None:
        """Which repeat is open, of how many, or which use; None for the only one."""
        here, uses = self._document.here, self.uses
        if here.repeats and here.repeats[-1] > 1:
            return here.turns[-1] + 1, here.repeats[-1]
        if len(uses) > 1 and here.place in uses:
            return uses.index(here.place) + 1, len(uses)
        return None

    def said(self, *, brief: bool = False) -> str:
        """Which one stands open; "" where there is only one."""
        at = self.at
        if at is None:
            return ""
        text = self.tr("use {n} of {all}")
        if self._document.here.repeats[-1] > 1:
            text = self.tr("repeat {n} of {all}")
        if brief:
            text = self.tr("{n} of {all}")
        return text.format(n=at[0], all=at[1])

    def forth(self) -> None:
        """Go to the next repeat, after the last one to the next use."""
        self._step(1)

    def back(self) -> None:
        """Go to the repeat before, from the first one to the use before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        here, uses = self._document.here, self.uses
        if self.at is None:
            self._levels.tell_alone()
            return
        turn = here.turns[-1] + by
        if 0 <= turn < here.repeats[-1] or here.place not in uses:
            self._levels.turn(here.place, turn % here.repeats[-1])
            return
        to = uses[(uses.index(here.place) + by) % len(uses)]
        self._levels.turn(to, 0 if by > 0 else LAST)

    def menu(self, parent: QWidget) -> QMenu:
        """The repeats of the open use and the other uses, where one is."""
        menu = QMenu(parent)
        here, uses = self._document.here, self.uses
        group = QActionGroup(menu)
        for turn in range(here.repeats[-1] if here.repeats[-1] > 1 else 0):
            text = self.tr("Repeat {n} of {all}").format(
                n=turn + 1, all=here.repeats[-1]
            )
            self._put(group, text, turn == here.turns[-1], self._to(here.place, turn))
        menu.addActions(group.actions())
        if len(uses) > 1:
            menu.addSection(self.tr("Uses"))
            group = QActionGroup(menu)
            for place in uses:
                way = steps(self._document.whole, place)
                named = " › ".join(step.name for step in way)
                self._put(group, named, place == here.place, self._to(place, None))
            menu.addActions(group.actions())
        return menu

    def _to(self, place: Place, turn: int | None) -> Callable[[], None]:
        return lambda: self._levels.turn(place, turn)

    def _put(
        self, group: QActionGroup, text: str, on: bool, go: Callable[[], None]
    ) -> None:
        action = QAction(text.replace("&", "&&"), group)
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(go)
