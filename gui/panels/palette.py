"""The palette: everything that can be dropped on the canvas, searched and dragged."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.spec import Initializer
from gui.panels.carrying import carry
from gui.panels.catalogue import CatalogueModel
from gui.panels.glyphs import Row, glyph_colour, paint_glyph
from gui.panels.palette_blocks import BlockSection
from gui.panels.palette_paint import RowDelegate
from gui.session import Session

# Families that stand open at first; the others show their name and count.
OPEN_FAMILIES = ("Linear", "Convolution", "Rectifiers", "Arithmetic")
_Place = QModelIndex | QPersistentModelIndex


class PalettePanel(QWidget):
    """Shows the catalogue; Enter, a double click or a drag puts a row to use."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Palette"))
        self.model = CatalogueModel(self, session.added)
        self.search = self._made_search()
        self.tree = PaletteTree(session, self.model, self)
        self._nothing = QLabel(self)
        self._nothing.setWordWrap(True)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setProperty("role", "muted")
        self._nothing.setContentsMargins(12, 8, 12, 8)
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(6)
        holder = QVBoxLayout()
        holder.setContentsMargins(10, 0, 10, 0)
        holder.addWidget(self.search)
        layout.addLayout(holder)
        layout.addWidget(self._nothing)
        self.blocks = BlockSection(session, self)
        layout.addWidget(self.blocks)
        layout.addWidget(self.tree, 1)
        self.setFocusProxy(self.search)
        self.tree.open_first()
        session.theme.changed.connect(self.tree.viewport().update)

    def _made_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setObjectName("searchBox")
        search.setPlaceholderText(self.tr("Find a layer…"))
        search.setClearButtonEnabled(True)
        search.setAccessibleName(self.tr("Search the palette"))
        search.setToolTip(
            self.tr(
                "Finds by name, family, alias and description.\n"
                "Enter adds the first match; ↓ moves into the list."
            )
        )
        search.textChanged.connect(self._search)
        search.installEventFilter(self)
        return search

    def _search(self, text: str) -> None:
        self.model.search(text)
        found = self.model.rowCount() > 0
        blocks = self.blocks.search(text)
        self.tree.setVisible(found)
        self._nothing.setVisible(not found and not blocks)
        if not found and blocks:
            pass  # they stand above
        elif not found:
            said = self.tr("Nothing is called “{text}”. Try a shorter word.")
            self._nothing.setText(said.format(text=text.strip()))
        elif self.model.query:
            self.tree.setCurrentIndex(self.model.index(0, 0))
        else:
            self.tree.open_first()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The search box hands the keys that move and choose to the list."""
        pressed = event.type() == QEvent.Type.KeyPress
        if watched is self.search and pressed and isinstance(event, QKeyEvent):
            return self._steer(event.key()) or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)

    def _steer(self, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not (self.model.query and self._use_block()):
                self.tree.use_current()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.tree.step(step)
            if not self.model.query:
                self.tree.setFocus()
            return True
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        if key == Qt.Key.Key_F1:
            self.tree.explain()
            return True
        return False

    def _use_block(self) -> bool:
        """Put the first block found to use, where it answers best or alone."""
        alone = not self.model.rowCount()
        if not alone and not self.blocks.begins(self.search.text()):
            return False
        return self.blocks.use_first()


class PaletteTree(QTreeView):
    """The rows; knows how each is put to use."""

    def __init__(
        self, session: Session, model: CatalogueModel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._catalogue = model
        self.setObjectName("paletteTree")
        self.setAccessibleName(self.tr("Layers, activations, initializers, operations"))
        self.setModel(model)
        self.setItemDelegate(RowDelegate(session.theme, self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.clicked.connect(self._toggle)
        self.doubleClicked.connect(self._use)

    def open_first(self) -> None:
        """Open every section; what is less common stays folded, its families open."""
        tree = self._catalogue
        for place in range(tree.rowCount()):
            section = tree.index(place, 0)
            self.setExpanded(section, True)
            for inner in range(tree.rowCount(section)):
                more = tree.index(inner, 0, section)
                self.collapse(more)
                for family in range(tree.rowCount(more)):
                    self.setExpanded(tree.index(family, 0, more), True)

    def step(self, by: int) -> None:
        """Move the current row down or up."""
        here = self.currentIndex()
        if not here.isValid():
            self.setCurrentIndex(self._catalogue.index(0, 0))
            return
        there = self.indexBelow(here) if by > 0 else self.indexAbove(here)
        if there.isValid():
            self.setCurrentIndex(there)

    def use_current(self) -> None:
        """Put the current row to use, or fold the current heading."""
        index = self.currentIndex()
        if self._catalogue.entry(index).row is None:
            self._toggle(index)
        else:
            self._use(index)

    def explain(self) -> None:
        """Open the help of the current row."""
        row = self._catalogue.entry(self.currentIndex()).row
        if row is not None:
            self._session.help(row.kind)

    def _use(self, index: QModelIndex) -> None:
        row = self._catalogue.entry(index).row
        if isinstance(row, Initializer):
            self._session.initialize(row.kind)
        elif row is not None:
            self._session.place(row.kind)

    def _toggle(self, index: QModelIndex) -> None:
        if index.isValid() and self._catalogue.entry(index).row is None:
            self.setExpanded(index, not self.isExpanded(index))

    def currentChanged(self, current: _Place, previous: _Place) -> None:
        super().currentChanged(current, previous)
        row = self._catalogue.entry(current).row if current.isValid() else None
        self._session.peek(row.kind if row else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.use_current()
        elif key == Qt.Key.Key_F1:
            self.explain()
        else:
            super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the row as a small card with its picture."""
        index = self.currentIndex()
        row = self._catalogue.entry(index).row
        if row is None:
            return
        carry(self, self._catalogue.mimeData([index]), self.card(row))

    def card(self, row: Row) -> QPixmap:
        """What hangs at the pointer while a row is dragged."""
        theme = self._session.theme
        ratio = self.devicePixelRatioF()
        width = 52 + self.fontMetrics().horizontalAdvance(row.title)
        pixmap = QPixmap(round(width * ratio), round(36 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, 1.5))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(QRectF(1, 1, width - 2, 34), 8, 8)
        paint_glyph(painter, QRectF(10, 9, 18, 18), row, glyph_colour(row, theme))
        painter.setPen(theme.text)
        painter.setFont(self.font())
        where = QRectF(36, 0, width - 40, 36)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, row.title)
        painter.end()
        return pixmap
