"""The reference: a page for every row of the catalogue, found by typing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.spec import Initializer
from gui.panels.catalogue import CatalogueModel
from gui.panels.glyphs import Row, glyph_icon
from gui.panels.help_page import HelpPage
from gui.panels.labels import Label, panel_sheet
from gui.panels.palette_paint import RowDelegate
from gui.session import Session


def show_help(session: Session, window: QWidget, kind: str) -> HelpDialog:
    """Open the reference at this row; the one window of it is kept and reused."""
    dialog = window.findChild(HelpDialog)
    if not isinstance(dialog, HelpDialog):
        dialog = HelpDialog(session, window)
    dialog.open_at(kind)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog


class HelpDialog(QDialog):
    """Search and contents at the left, the page at the right; never modal."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.kind = ""
        self.setObjectName("help")
        self.setWindowTitle(self.tr("Reference"))
        self.setModal(False)
        self.resize(820, 620)
        self.model = CatalogueModel(self)
        self.search = QLineEdit(self)
        self.search.setObjectName("helpSearch")
        self.search.setPlaceholderText(self.tr("Find in the reference…"))
        self.search.setAccessibleName(self.tr("Search the reference"))
        self.search.setToolTip(self.tr("↓ and ↑ turn the pages"))
        self.search.setClearButtonEnabled(True)
        self.list = self._made_list()
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(left)
        layout.addWidget(self._made_reading(), 1)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(self._turned)
        self.list.clicked.connect(self._fold)
        session.theme.changed.connect(self._recolour)
        self._recolour()

    def open_at(self, kind: str) -> None:
        """Show the page of this row."""
        self.search.clear()
        index = self.model.find(kind)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index, QTreeView.ScrollHint.PositionAtCenter)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            here = self.list.currentIndex()
            down = event.key() == Qt.Key.Key_Down
            there = self.list.indexBelow(here) if down else self.list.indexAbove(here)
            if there.isValid():
                self.list.setCurrentIndex(there)
            return True
        return super().eventFilter(watched, event)

    def _made_list(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setObjectName("helpList")
        tree.setAccessibleName(self.tr("Contents"))
        tree.setModel(self.model)
        tree.setItemDelegate(RowDelegate(self._session.theme, tree))
        tree.setHeaderHidden(True)
        tree.setIndentation(0)
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setMouseTracking(True)
        tree.setFrameShape(QTreeView.Shape.NoFrame)
        tree.setFixedWidth(230)
        tree.expandAll()
        return tree

    def _made_reading(self) -> QWidget:
        page = QWidget(self)
        self._picture = QLabel(page)
        self._title = Label("", "title", page)
        self._family = Label("", "small", page)
        self._doc = Label("", "muted", page)
        self._page = HelpPage(self._session, page)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._picture)
        head.addWidget(self._title)
        head.addWidget(self._family, 1)
        self._family.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 6, 22, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._doc)
        layout.addWidget(self._page, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        return scroll

    def _search(self, text: str) -> None:
        self.model.search(text)
        if self.model.query:
            self.list.setCurrentIndex(self.model.index(0, 0))
        else:
            self.list.expandAll()

    def _fold(self, index: QModelIndex) -> None:
        if self.model.entry(index).row is None:
            self.list.setExpanded(index, not self.list.isExpanded(index))

    def _turned(self, index: QModelIndex) -> None:
        row = self.model.entry(index).row if index.isValid() else None
        if row is not None:
            self._show(row)

    def _show(self, row: Row) -> None:
        self.kind = row.kind
        self._picture.setPixmap(
            glyph_icon(row, self._session.theme).pixmap(QSize(18, 18))
        )
        self._title.setText(row.title)
        heading = self.tr("Initializer")
        if not isinstance(row, Initializer):
            heading = row.family
        self._family.setText(heading)
        self._doc.setText(row.doc)
        self._page.show_row(row)

    def _recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self._session.theme))
        index = self.model.find(self.kind)
        if index.isValid():
            self._turned(index)
