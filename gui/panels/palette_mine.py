"""The palette's list of the person's own blocks, which any design can use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.spec import Operator
from engine.design import file, library
from engine.design.model import Design
from engine.errors import EngineError, FileError
from gui.library import SUFFIX, Shelved
from gui.panels.palette_blocks import BLOCK_MIME, BlockRows, put
from gui.session import Session
from gui.words import say


class MyBlocks(QWidget):
    """The heading, the list, and what to do with files; a block dropped here is kept.

    Shown while the library holds something, or there is a block to put into it.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("myBlocks")
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(2)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 6, 0)
        self._heading = QLabel(self.tr("My blocks").upper(), self)
        line.addWidget(self._heading, 1)
        line.addWidget(self._more())
        layout.addLayout(line)
        self._hint = self._said(self.tr("Drop a block here to keep it for all designs"))
        self._faults = self._said("")
        self.list = LibraryRows(session, self)
        for part in (self.list, self._hint, self._faults):
            layout.addWidget(part)

    def fill(self, query: str, *, hinted: bool) -> None:
        """Show the blocks that answer a query; a hint where there is none yet."""
        theme, known = self._session.theme, self._session.library
        font = theme.font("caption")
        font.setWeight(QFont.Weight.DemiBold)
        self._heading.setFont(font)
        for label in (self._heading, self._hint, self._faults):
            label.setStyleSheet(f"color: {theme.muted.name()}; padding-left: 3px;")
        self.list.fill(query)
        searching = bool(query.strip())
        self._hint.setVisible(hinted and not known.shelf and not searching)
        self._faults.setText("\n".join(known.faults))
        self._faults.setVisible(bool(known.faults) and not searching)
        parts = (self.list, self._hint, self._faults)
        self.setVisible(not all(part.isHidden() for part in parts))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(BLOCK_MIME) and event.source() is not self.list:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = bytes(event.mimeData().data(BLOCK_MIME).data())
        try:
            part = library.read(data.decode("utf-8", "replace"))
        except EngineError as error:
            self._session.tell(say(error.message))
            return
        event.acceptProposedAction()
        self._session.keep_part(part)

    def take_in(self) -> None:
        """Ask for files, and keep the blocks that are in them."""
        title, kinds = self.tr("Import blocks"), self.tr("Fanin designs (*.fanin)")
        names, _ = QFileDialog.getOpenFileNames(self, title, "", kinds)
        for name in names:
            self._take(Path(name))

    def _take(self, path: Path) -> None:
        try:
            parts = list(library.offered(file.load(path)))
        except EngineError as error:
            self._session.tell(say(error.message))
            return
        if not parts:
            said = self.tr("There are no blocks in {name}.")
            self._session.tell(said.format(name=path.name))
        for part in parts:
            self._session.keep_part(part)

    def _more(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("myBlocksMore")
        button.setText("⋯")
        button.setAutoRaise(True)
        button.setProperty("flat", True)
        button.setFixedSize(22, 20)
        button.setToolTip(self.tr("Import blocks, or show the folder they are in"))
        button.setAccessibleName(self.tr("More about my blocks"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(button)
        put(menu, self.tr("Import…"), self.take_in)
        put(menu, self.tr("Show the folder"), self._show_folder)
        button.setMenu(menu)
        return button

    def _show_folder(self) -> None:
        folder = self._session.library.folder
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _said(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(label.textFormat().PlainText)
        label.setProperty("role", "small")
        label.setWordWrap(True)
        return label


class LibraryRows(BlockRows):
    """The blocks of the library."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "myBlockList", parent)
        self.setAccessibleName(self.tr("My blocks"))

    def rows(self) -> Iterable[tuple[str, Operator, int, str]]:
        for one in self._session.library.shelf:
            said = self.tr("{name}, of your own blocks").format(name=one.block.name)
            yield one.id, replace(one.row), 0, said

    def packed(self, key: str) -> Design:
        one = self._at(key)
        return one.part if one else Design()

    def offer(self, menu: QMenu, key: str) -> None:
        put(menu, self.tr("Export…"), partial(self._export, key))

    def rename(self, key: str, name: str) -> None:
        if one := self._at(key):
            try:
                self._session.library.rename(one, name)
            except EngineError as error:
                self._session.tell(say(error.message))

    def remove(self, key: str) -> None:
        one = self._at(key)
        if one is None:
            return
        try:
            trashed = self._session.library.remove(one)
        except OSError as error:
            said = self.tr("{name} could not be removed: {reason}.")
            reason = error.strerror or type(error).__name__
            self._session.tell(said.format(name=one.block.name, reason=reason))
            return
        said = self.tr("{name} is in the trash.") if trashed else ""
        said = said or self.tr("{name} is no longer among your blocks.")
        self._session.tell(said.format(name=one.block.name))

    def _export(self, key: str) -> None:
        one = self._at(key)
        if one is None:
            return
        title, kinds = self.tr("Export the block"), self.tr("Fanin designs (*.fanin)")
        start = str(Path.home() / f"{one.block.name}{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self, title, start, kinds)
        if not name:
            return
        path = Path(name)
        try:
            if path.suffix.lower() != SUFFIX:  # nobody was asked about the full name
                path = Path(f"{name}{SUFFIX}")
                if path.exists():
                    raise FileError("{file} exists already.", file=path.name)
            file.save(one.part, path)
        except EngineError as error:
            self._session.tell(say(error.message))
            return
        self._session.tell(self.tr("Exported {name}.").format(name=path.name))

    def _at(self, key: str) -> Shelved | None:
        return self._session.library.get(key)
