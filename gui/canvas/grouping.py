"""Making blocks of what is selected, and loose nodes of blocks, by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from engine.design import clipboard, edits, library, names
from engine.design.model import Design
from engine.errors import EngineError
from gui.canvas.placing import taken_in, used
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.desk import Desk


class Grouping(QObject):
    """The commands about blocks, as menus and keys call them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._document = desk.session.document
        self._selection = desk.session.selection

    @property
    def uses(self) -> list[str]:
        """The uses of blocks that are selected."""
        nodes = self._document.design.nodes
        return [key for key in nodes if key in self._selection.ids and nodes[key].block]

    def use(self, block: str) -> None:
        """Add a use of a block: after the selected node, or in the view's middle."""
        design, after = self._document.design, self._selection.one
        row = design.blocks[block].row
        wired = after and design.nodes[after].outputs and row.inputs
        plan, at = self._desk.plan(), self._desk.middle
        edit = partial(
            used, block=block, at=at, plan=plan, after=after if wired else None
        )
        text = self.tr("Add {name}").format(name=design.blocks[block].name)
        self._desk.grow(edit, text)

    def take(self, part: Design) -> None:
        """Add a use of a packed block, as `use` does."""
        design, after = self._document.design, self._selection.one
        block = library.block_of(part)
        wired = after and design.nodes[after].outputs and block.row.inputs
        plan, at = self._desk.plan(), self._desk.middle
        edit = partial(
            taken_in, part=part, at=at, plan=plan, after=after if wired else None
        )
        text = self.tr("Add {name}").format(name=block.name)
        self._desk.grow(edit, text)

    def keep(self) -> None:
        """Keep the blocks of the selected uses in the person's library."""
        nodes, uses = self._document.design.nodes, self.uses
        for key in dict.fromkeys(b.id for one in uses if (b := nodes[one].block)):
            self._desk.session.keep_block(key)
        if not uses:
            self._say_none()

    def group(self) -> None:
        """Ask for a name where the nodes are, and make a block of them."""
        design, ids = self._document.design, self._selection.ids
        taken = {block.name for block in design.blocks.values()}
        name = names.free("Block", taken)
        try:  # a name is asked only for what can be a block
            edits.make_block(design, ids, name)
        except EngineError as error:
            self._document.refused.emit(say(error.message))
            return
        spot = self._desk.canvas.extent(ids).topLeft() - QPointF(0, 34)
        NameField(self._desk, spot, name, lambda text: self._grouped(ids, text))

    def ungroup(self) -> None:
        """Put what is inside the selected blocks in their place."""
        before, uses = self._document.design, self.uses

        def loose(design: Design) -> Design:
            for key in uses:
                design = edits.ungroup(design, key)
            return design

        if not uses:
            self._say_none()
        elif self._document.attempt(loose, text=self._named(self.tr("Ungroup {name}"))):
            self._selection.set(clipboard.new_ids(before, self._document.design))

    def detach(self) -> None:
        """Give each selected use a definition of its own."""
        uses = self.uses

        def apart(design: Design) -> Design:
            for key in uses:
                design = edits.detach(design, key)
            return design

        if not uses:
            self._say_none()
            return
        if self._document.attempt(apart, text=self._named(self.tr("Detach {name}"))):
            block = self._document.design.nodes[uses[-1]].block
            said = self.tr("It is a use of {name} now, a copy of its own.")
            self._desk.session.tell(said.format(name=block.name if block else ""))

    def _grouped(self, ids: frozenset[str], name: str) -> bool:
        text = self.tr("Make the block {name}").format(name=name)
        if not self._document.attempt(edits.make_block, ids, name, text=text):
            return False
        self._desk.select_only(self._document.design.newest)
        return True

    def _named(self, text: str) -> str:
        nodes = self._document.design.nodes
        return text.format(name=", ".join(nodes[key].name for key in self.uses))

    def _say_none(self) -> None:
        self._desk.session.tell(self.tr("Select a block first."))


class NameField(QLineEdit):
    """Asks for a name on the canvas: Enter takes it, Esc does not.

    Args:
        desk: the canvas.
        spot: where, in the scene.
        name: what stands there at first.
        take: told the name; False leaves the field open, to be mended.
    """

    def __init__(
        self, desk: Desk, spot: QPointF, name: str, take: Callable[[str], bool]
    ) -> None:
        super().__init__(name, desk)
        self.setObjectName("blockName")
        self.setAccessibleName(self.tr("Name of the block"))
        self.setToolTip(self.tr("The block's name: its class in the code"))
        self._desk, self._take = desk, take
        self.setFixedWidth(180)
        corner = desk.mapFromScene(spot)
        room = desk.viewport().rect().adjusted(8, 8, -188, -40)
        x = min(max(corner.x(), room.left()), max(room.right(), 0))
        y = min(max(corner.y(), room.top()), max(room.bottom(), 0))
        self.move(x, y)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        desk.looked.connect(self.leave)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._take(self.text().strip()):
                self.leave()
            else:
                self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.leave()

    def leave(self, *_: object) -> None:
        """Go away; the canvas has the keyboard again."""
        if self.isHidden():
            return
        had = self.hasFocus()
        self.hide()
        self.deleteLater()
        if had:
            self._desk.setFocus()
