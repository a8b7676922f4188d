"""Putting blocks into the person's library, and the question when one is there."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.design import library
from engine.design.model import Design
from engine.design.names import free
from engine.errors import EngineError
from gui.library import Library, Shelved
from gui.session import Session
from gui.words import say


class Keeper(QObject):
    """Keeps blocks of one window's design for all designs."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    @property
    def _library(self) -> Library:
        return self._session.library

    def keep_block(self, key: str) -> None:
        """Keep a definition of the design."""
        self.keep_part(library.packed(self._session.document.whole, key))

    def keep_part(self, part: Design) -> None:
        """Keep a packed block; asks where another one has its name."""
        self._library.refresh()
        name, known = library.block_of(part).name, self._library.like(part)
        if known and library.alike(known.part, part):
            said = self.tr("{name} is among your blocks already.")
            self._session.tell(said.format(name=name))
            return
        answer = self._asked(name) if known else QMessageBox.StandardButton.Yes
        if answer == QMessageBox.StandardButton.Cancel:
            return
        try:
            if answer == QMessageBox.StandardButton.No:
                taken = {one.block.name for one in self._library.shelf}
                part, known = library.renamed(part, free(name, taken)), None
            made: Shelved = self._library.keep(part, known)
        except EngineError as error:
            self._session.tell(say(error.message))
            return
        said = self.tr("{name} is among your blocks now: any design can use it.")
        self._session.tell(said.format(name=made.block.name))

    def _asked(self, name: str) -> QMessageBox.StandardButton:
        """Yes to replace, No to keep both."""
        box = QMessageBox(self._window)
        box.setObjectName("keepQuestion")
        said = self.tr("Another of your blocks is called “{name}”. Replace it?")
        box.setText(said.format(name=name))
        box.setInformativeText(
            self.tr("Designs that use it have copies of their own, which stay.")
        )
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Yes | button.No | button.Cancel)
        box.button(button.Yes).setText(self.tr("Replace"))
        box.button(button.No).setText(self.tr("Keep both"))
        box.setDefaultButton(button.No)
        answer = QMessageBox.StandardButton(box.exec())
        box.deleteLater()
        return answer
