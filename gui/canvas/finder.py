"""Search and add, at the pointer: a field and the rows that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.spec import Operator
from gui.panels.glyphs import glyph_icon
from gui.panels.search import Index
from gui.theme import Theme

WIDE, HIGH = 280, 320
KIND = Qt.ItemDataRole.UserRole


class Finder(QFrame):
    """A small panel over the canvas; choosing a row or Esc closes it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvasFinder")
        self._theme = theme
        self._over = parent
        self._index = Index(())
        self._chosen: Callable[[str], None] | None = None
        self.field = QLineEdit(self)
        self.field.setObjectName("canvasSearch")
        self.field.setAccessibleName(self.tr("Search and add a node"))
        self.field.setClearButtonEnabled(True)
        self.rows = QListWidget(self)
        self.rows.setObjectName("canvasSearchRows")
        self.rows.setAccessibleName(self.tr("What can be added"))
        self.rows.setIconSize(QSize(18, 18))
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        for part in (self.field, self.rows, self.note):
            box.addWidget(part)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.rows.itemClicked.connect(self._choose)
        self.resize(WIDE, HIGH)
        self.setAutoFillBackground(True)
        self.hide()

    def open(
        self,
        at: QPoint,
        rows: Sequence[Operator],
        chosen: Callable[[str], None],
        text: str = "",
        note: str = "",
    ) -> None:
        """Show what can be added, near a point of the parent.

        Args:
            at: where the node will go.
            rows: what is offered.
            chosen: called with the kind.
            text: what was typed already.
            note: what the offer is limited to.
        """
        self._index = Index(rows)
        self._chosen = chosen
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._paint()
        around = self._over.rect().adjusted(6, 6, -6, -6)
        self.resize(min(WIDE, around.width()), min(HIGH, around.height()))
        x = min(max(at.x(), around.left()), around.right() - self.width())
        y = min(max(at.y(), around.top()), around.bottom() - self.height())
        self.move(x, y)
        self.field.setPlaceholderText(self.tr("Add a layer…"))
        self.field.setText(text)
        self._fill(text)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.setCursorPosition(len(text))

    def close_quietly(self) -> None:
        """Close without a choice; the canvas has the keyboard again."""
        if self.isVisible():
            self.hide()
            self._over.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the list work while the field has the keyboard."""
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._key(event)
        elif watched is self.field and isinstance(event, QFocusEvent):
            popup = event.reason() in (
                Qt.FocusReason.PopupFocusReason,  # its own context menu
                Qt.FocusReason.ActiveWindowFocusReason,
            )
            if event.lostFocus() and not popup:
                self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_quietly()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            item = self.rows.currentItem()
            if item is not None:
                self._choose(item)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            count = max(self.rows.count(), 1)
            self.rows.setCurrentRow((self.rows.currentRow() + step) % count)
        else:
            return False
        return True

    def _fill(self, text: str) -> None:
        self.rows.clear()
        for row in self._index.rank(text):
            if not isinstance(row, Operator):
                continue
            item = QListWidgetItem(glyph_icon(row, self._theme), row.title)
            item.setToolTip(row.doc)
            item.setData(KIND, row.kind)
            item.setSizeHint(QSize(100, 28))
            self.rows.addItem(item)
        if not self.rows.count():
            item = QListWidgetItem(self.tr("Nothing by that name fits here."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.rows.addItem(item)
        self.rows.setCurrentRow(0)

    def _choose(self, item: QListWidgetItem) -> None:
        kind, chosen = item.data(KIND), self._chosen
        if not kind or chosen is None:
            return
        self.close_quietly()
        chosen(str(kind))

    def _paint(self) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"QFrame#canvasFinder {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 8px; }}"
            f"QListWidget {{ background: transparent; color: {theme.text.name()}; }}"
            f"QLabel {{ color: {theme.muted.name()}; }}"
        )
