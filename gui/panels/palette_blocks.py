"""The palette's section of blocks: those of this design, and the person's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.spec import Operator
from engine.design import edits, library
from engine.design.blocks import uses
from engine.design.file import encode
from engine.design.model import Design
from gui.panels.carrying import carry
from gui.panels.glyphs import glyph_icon
from gui.panels.palette_names import COUNT, ID, ROW, NameDelegate, RowField
from gui.panels.search import Index
from gui.session import Session

BLOCK_MIME = "application/x-fanin-block"  # the text of a packed block
MOST = 8  # rows that are shown without scrolling


class BlockSection(QWidget):
    """Shown while there are blocks; each can be used again from here."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        from gui.panels.palette_mine import MyBlocks

        self._session = session
        self._query = ""
        self.setObjectName("paletteBlocks")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 0, 6, 6)
        layout.setSpacing(2)
        self._heading = QLabel(self.tr("Blocks").upper(), self)
        layout.addWidget(self._heading)
        self.list = DesignBlocks(session, self)
        layout.addWidget(self.list)
        self.mine = MyBlocks(session, self)
        layout.addWidget(self.mine)
        session.document.whole_changed.connect(self._follow)
        session.library.changed.connect(self.fill)
        session.theme.changed.connect(self.fill)
        self.fill()

    def _follow(self, before: Design, after: Design) -> None:
        if before.blocks is not after.blocks or before.graph is not after.graph:
            self.fill()

    def search(self, query: str) -> bool:
        """Show what answers a query, all for none; whether anything does."""
        self._query = query
        self.fill()
        return bool(self.list.count() or self.mine.list.count())

    def begins(self, text: str) -> bool:
        """Whether the first block that was found is called as the text begins."""
        first = self._first.item(0)
        return bool(first) and first.text().casefold().startswith(
            text.strip().casefold()
        )

    def use_first(self) -> bool:
        """Put the first block that was found to use; whether there is one."""
        first = self._first.item(0)
        if first is not None:
            self._first.use(first.data(ID))
        return first is not None

    @property
    def _first(self) -> BlockRows:
        return self.list if self.list.count() else self.mine.list

    def fill(self) -> None:
        """List the definitions, each with how often it is used, and the library."""
        font = self._session.theme.font("caption")
        font.setWeight(QFont.Weight.DemiBold)
        muted = self._session.theme.muted.name()
        self._heading.setFont(font)
        self._heading.setStyleSheet(f"color: {muted}; padding-left: 3px;")
        self.list.fill(self._query)
        self._heading.setVisible(self.list.count() > 0)
        self.mine.fill(self._query, hinted=bool(self._session.document.whole.blocks))
        self.setVisible(self.list.count() > 0 or not self.mine.isHidden())


class BlockRows(QListWidget):
    """Blocks by name: Enter, a double click or a drag adds a use.

    F2 renames in place, Delete removes, the right button has the rest.
    """

    def __init__(self, session: Session, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(18, 18))
        self.setDragEnabled(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QListWidget.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(NameDelegate(session.theme, self))
        self.itemDoubleClicked.connect(lambda item: self.use(item.data(ID)))

    # What each of the two lists does in its own way.

    def rows(self) -> Iterable[tuple[str, Operator, int, str]]:
        """Id, row, count (0 is none) and what a screen reader says of each block."""
        raise NotImplementedError

    def packed(self, key: str) -> Design:
        """A block as it is carried."""
        raise NotImplementedError

    def rename(self, key: str, name: str) -> None:
        """Call a block something else."""
        raise NotImplementedError

    def remove(self, key: str) -> None:
        """Take a block away."""
        raise NotImplementedError

    def offer(self, menu: QMenu, key: str) -> None:
        """Fill the menu of a block."""
        raise NotImplementedError

    # What they share.

    def use(self, key: str) -> None:
        """Add a use of a block to the design."""
        self._session.place(key)

    def fill(self, query: str) -> None:
        """Show the blocks that answer a query."""
        chosen = self.currentRow()
        self.clear()
        rows = {key: (row, count, said) for key, row, count, said in self.rows()}
        alike = {id(row): key for key, (row, *_) in rows.items()}
        found = [row for row, *_ in rows.values()]
        ranked = Index(found).rank(query) if query.strip() else found
        for row in ranked:
            key = alike[id(row)]
            _, count, said = rows[key]
            self._add(key, row, count, said)
        self.setCurrentRow(min(chosen, self.count() - 1))
        self.setFixedHeight(min(self.count(), MOST) * ROW + 4)
        self.setVisible(self.count() > 0)

    def _add(self, key: str, row: object, count: int, said: str) -> None:
        assert isinstance(row, Operator)  # noqa: S101 - the index gives what it got
        icon: QIcon = glyph_icon(row, self._session.theme)
        item = QListWidgetItem(icon, row.title, self)
        item.setData(ID, key)
        item.setData(COUNT, count)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        item.setToolTip(f"{said}\n{row.doc}")
        item.setSizeHint(QSize(100, ROW))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.use(item.data(ID))
        elif item and event.key() == Qt.Key.Key_F2:
            self.ask_name(item)
        elif item and event.key() == Qt.Key.Key_Delete:
            self.remove(item.data(ID))
        else:
            super().keyPressEvent(event)

    def ask_name(self, item: QListWidgetItem) -> None:
        """Let the name of a block be typed anew where it stands."""
        self.scrollToItem(item)
        take = partial(self.rename, item.data(ID))
        RowField(self.visualItemRect(item), item.text(), take, self.viewport())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if keys else self.itemAt(event.pos())
        if item is None:
            return
        menu = QMenu(self)
        menu.setObjectName("blockMenu")
        put(menu, self.tr("Add a use"), partial(self.use, item.data(ID)))
        self.offer(menu, item.data(ID))
        menu.addSeparator()
        put(menu, self.tr("Rename"), partial(self.ask_name, item))
        put(menu, self.tr("Remove"), partial(self.remove, item.data(ID)))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None:
            return
        data = QMimeData()
        text = encode(self.packed(item.data(ID)))
        data.setData(BLOCK_MIME, QByteArray(text.encode()))
        carry(self, data, item.icon().pixmap(34, 34))


class DesignBlocks(BlockRows):
    """The definitions of this design."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "blockList", parent)
        self.setAccessibleName(self.tr("Blocks of this design"))

    def rows(self) -> Iterable[tuple[str, Operator, int, str]]:
        design = self._session.document.whole
        for key, block in design.blocks.items():
            count = len(uses(design, key))
            said = self.tr("{name}, used {count} times")
            yield key, block.row, count, said.format(name=block.name, count=count)

    def packed(self, key: str) -> Design:
        return library.packed(self._session.document.whole, key)

    def offer(self, menu: QMenu, key: str) -> None:
        put(menu, self.tr("Open"), partial(self._open, key))
        said = self.tr("Keep in my blocks")
        put(menu, said, partial(self._session.keep_block, key))

    def rename(self, key: str, name: str) -> None:
        document = self._session.document
        old = document.whole.blocks[key].name
        text = self.tr("Rename {old} to {new}").format(old=old, new=name)
        document.attempt_whole(edits.rename_block, key, name, text=text)

    def remove(self, key: str) -> None:
        document = self._session.document
        name = document.whole.blocks[key].name
        text = self.tr("Remove the block {name}").format(name=name)
        document.attempt_whole(edits.remove_block, key, text=text)

    def _open(self, key: str) -> None:
        """Through its first use, so that real shapes are shown; else by itself."""
        document = self._session.document
        first = [node for around, node in uses(document.whole, key) if not around]
        document.open((*first[:1],) or (key,))


def put(menu: QMenu, text: str, act: Callable[[], object]) -> None:
    """Add a line to a menu."""
    menu.addAction(text).triggered.connect(lambda _=False: act())
