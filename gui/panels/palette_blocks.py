"""The palette's section of the design's own blocks."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QIcon,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFrame,
    QInputDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from engine.design import edits
from engine.design.blocks import uses
from engine.design.model import Design
from gui.panels.carrying import carry
from gui.panels.glyphs import glyph_colour, paint_glyph
from gui.session import Session

BLOCK_MIME = "application/x-fanin-block"
ID = Qt.ItemDataRole.UserRole
ROW, MOST = 26, 8  # height of a row, and how many are shown without scrolling


class BlockSection(QWidget):
    """Shown while the design has blocks; each can be used again from here."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("paletteBlocks")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 0, 6, 6)
        layout.setSpacing(2)
        self._heading = QLabel(self.tr("Blocks").upper(), self)
        layout.addWidget(self._heading)
        self.list = BlockList(session, self)
        layout.addWidget(self.list)
        session.document.whole_changed.connect(self._follow)
        session.theme.changed.connect(self.fill)
        self.fill()

    def _follow(self, before: Design, after: Design) -> None:
        if before.blocks is not after.blocks or before.graph is not after.graph:
            self.fill()

    def fill(self) -> None:
        """List the definitions, each with how often it is used."""
        design, theme = self._session.document.whole, self._session.theme
        font = theme.font("caption")
        font.setWeight(QFont.Weight.DemiBold)
        self._heading.setFont(font)
        self._heading.setStyleSheet(f"color: {theme.muted.name()}; padding-left: 3px;")
        chosen = self.list.currentRow()
        self.list.clear()
        for key, block in design.blocks.items():
            count = len(uses(design, key))
            item = QListWidgetItem(self.list.picture(key), block.name, self.list)
            item.setData(ID, key)
            said = self.tr("{name}, used {count} times")
            said = said.format(name=block.name, count=count)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            item.setToolTip(f"{said}\n{block.row.doc}")
            item.setText(f"{block.name}   ×{count}" if count != 1 else block.name)
            item.setSizeHint(QSize(100, ROW))
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        self.list.setFixedHeight(min(self.list.count(), MOST) * ROW + 4)
        self.setVisible(bool(design.blocks))


class BlockList(QListWidget):
    """Enter, a double click or a drag adds a use; the right button has the rest."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("blockList")
        self.setAccessibleName(self.tr("Blocks of this design"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(18, 18))
        self.setDragEnabled(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda item: self._use(item.data(ID)))

    def picture(self, key: str) -> QIcon:
        """A block's sign."""
        pixmap = QPixmap(36, 36)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        row = self._session.document.whole.blocks[key].row
        colour = glyph_colour(row, self._session.theme)
        paint_glyph(painter, QRectF(1, 1, 34, 34), row, colour)
        painter.end()
        return QIcon(pixmap)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._use(item.data(ID))
        elif item and event.key() == Qt.Key.Key_F2:
            self._rename(item.data(ID))
        elif item and event.key() == Qt.Key.Key_Delete:
            self._remove(item.data(ID))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        if item is None:
            return
        key = item.data(ID)
        menu = QMenu(self)
        menu.setObjectName("blockMenu")
        menu.addAction(self.tr("Add a use")).triggered.connect(lambda: self._use(key))
        menu.addAction(self.tr("Open")).triggered.connect(lambda: self._open(key))
        menu.addSeparator()
        rename = menu.addAction(self.tr("Rename…"))
        rename.triggered.connect(lambda: self._rename(key))
        remove = menu.addAction(self.tr("Remove"))
        remove.triggered.connect(lambda: self._remove(key))
        remove.setEnabled(not uses(self._session.document.whole, key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None:
            return
        data = QMimeData()
        data.setData(BLOCK_MIME, QByteArray(item.data(ID).encode()))
        carry(self, data, item.icon().pixmap(34, 34))

    def _use(self, key: str) -> None:
        self._session.place(key)

    def _open(self, key: str) -> None:
        """Through its first use, so that real shapes are shown; else by itself."""
        document = self._session.document
        first = [node for around, node in uses(document.whole, key) if not around]
        document.open((*first[:1],) or (key,))

    def _rename(self, key: str) -> None:
        document = self._session.document
        old = document.whole.blocks[key].name
        title, said = self.tr("Rename the block"), self.tr("Name:")
        name, done = QInputDialog.getText(self, title, said, text=old)
        if done:
            text = self.tr("Rename {old} to {new}").format(old=old, new=name)
            document.attempt_whole(edits.rename_block, key, name, text=text)

    def _remove(self, key: str) -> None:
        document = self._session.document
        name = document.whole.blocks[key].name
        text = self.tr("Remove the block {name}").format(name=name)
        document.attempt_whole(edits.remove_block, key, text=text)
