"""Search, at the pointer or at a node: a field, what it finds, and a word about it."""

from __future__ import annotations

from collections.abc import Sequence

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

from gui.announce import announce
from gui.canvas.offers import Offer
from gui.canvas.typed import read, split
from gui.habits import Habits
from gui.panels.found_row import HEIGHT, LETTERS, QUIET, SIDE, VIA, FoundRow
from gui.panels.search import Found, rank
from gui.theme import Theme

WIDE, HIGH = 340, 372
PLACE = Qt.ItemDataRole.UserRole  # among the offers


class Finder(QFrame):
    """A small panel over the canvas; choosing a row or Esc closes it."""

    def __init__(self, theme: Theme, habits: Habits, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvasFinder")
        self._theme = theme
        self._habits = habits
        self._over = parent
        self._offers: Sequence[Offer] = ()
        self._liked: dict[int, float] = {}
        self._about = ""
        self.field = QLineEdit(self)
        self.field.setObjectName("canvasSearch")
        self.field.setClearButtonEnabled(True)
        self.field.setToolTip(
            self.tr(
                "Name, alias or family; numbers after it are its parameters: "
                "conv2d 6 5. ↑ ↓ choose, Enter adds, Esc closes."
            )
        )
        self.rows = QListWidget(self)
        self.rows.setObjectName("canvasSearchRows")
        self.rows.setAccessibleName(self.tr("What can be added"))
        self.rows.setIconSize(QSize(18, 18))
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setMouseTracking(True)
        self.rows.setUniformItemSizes(True)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setItemDelegate(FoundRow(theme, self.rows))
        self.note = QLabel(self)
        self.note.setObjectName("canvasSearchNote")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note.setFixedHeight(2 * self.note.fontMetrics().lineSpacing() + 6)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 6)
        box.setSpacing(6)
        for part in (self.field, self.rows, self.note):
            box.addWidget(part)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.rows.itemClicked.connect(self._choose)
        self.rows.currentItemChanged.connect(self._tell)
        self.setAutoFillBackground(True)
        self.hide()

    def open(
        self, at: QPoint, offers: Sequence[Offer], about: str, text: str = ""
    ) -> None:
        """Show what is offered, near a point of the parent.

        Args:
            at: where.
            offers: what.
            about: what choosing does: "Add after fc1".
            text: what was typed already.
        """
        liked = self._habits.liked
        self._offers, self._about = offers, about
        self._liked = {
            place: liked[offer.key]
            for place, offer in enumerate(offers)
            if offer.key in liked
        }
        self._paint()
        self._lie(at)
        self.field.setPlaceholderText(self.tr("{about}…").format(about=about))
        self.field.setAccessibleName(
            self.tr("Search and add a node: {about}").format(about=about)
        )
        self.field.blockSignals(True)
        self.field.setText(text)
        self.field.blockSignals(False)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.setCursorPosition(len(text))
        self._fill(text)

    def _lie(self, at: QPoint) -> None:
        around = self._over.rect().adjusted(6, 6, -6, -6)
        self.resize(min(WIDE, around.width()), min(HIGH, around.height()))
        x = min(max(at.x(), around.left()), around.right() - self.width())
        y = min(max(at.y(), around.top()), around.bottom() - self.height())
        self.move(x, y)

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
        page = max(1, self.rows.viewport().height() // HEIGHT - 1)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        steps |= {Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        if key == Qt.Key.Key_Escape:
            self.close_quietly()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            item = self.rows.currentItem()
            if item is not None:
                self._choose(item)
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        """One row round the ends; a page as far as there are rows."""
        count, row = max(self.rows.count(), 1), self.rows.currentRow() + by
        row = row % count if abs(by) == 1 else max(0, min(count - 1, row))
        self.rows.setCurrentRow(row)

    def _fill(self, text: str) -> None:
        found = self._found(split(text).query)
        self.rows.blockSignals(True)
        self.rows.clear()
        for one in found:
            self.rows.addItem(self._item(one))
        if not found:
            item = QListWidgetItem(self.tr("Nothing by that name fits here."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setData(QUIET, True)
            self.rows.addItem(item)
        self.rows.blockSignals(False)
        self.rows.setCurrentRow(0)
        self._tell()

    def _found(self, query: str) -> list[Found]:
        """What answers, best first; of equals, what would not fit stands behind."""
        found = rank(query, [offer.words for offer in self._offers], self._liked)
        return sorted(
            found,
            key=lambda one: (
                bool(query) and one.match.weak,
                bool(self._offers[one.place].blocked),
            ),
        )

    def _item(self, found: Found) -> QListWidgetItem:
        offer = self._offers[found.place]
        item = QListWidgetItem(offer.icon, offer.words.title)
        item.setData(PLACE, found.place)
        item.setData(LETTERS, found.match.letters)
        item.setData(VIA, found.match.via)
        item.setData(SIDE, offer.side)
        item.setData(QUIET, bool(offer.blocked))
        item.setToolTip(offer.blocked or offer.doc)
        said = ", ".join(part for part in (offer.side, offer.blocked) if part)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, said)
        return item

    def _offer(self, item: QListWidgetItem | None) -> Offer | None:
        place = item.data(PLACE) if item is not None else None
        return None if place is None else self._offers[place]

    def _tell(self, *_: object) -> None:
        """Under the rows: why it does not fit, its parameters, or what it is."""
        item = self.rows.currentItem()
        offer = self._offer(item)
        values = split(self.field.text()).values
        said = "" if offer is None else offer.blocked or offer.doc
        if offer is not None and values and offer.row is not None:
            meant = read(offer.row, values)
            told = (f"{name} = {value}" for name, value in meant.params.items())
            said = meant.wrong or ", ".join(told)
        self.note.setText(said)
        if offer is not None and item is not None:
            self._read_out(offer, said)

    def _read_out(self, offer: Offer, said: str) -> None:
        count, row = self.rows.count(), self.rows.currentRow() + 1
        text = self.tr("{title}, {n} of {all}. {said}").format(
            title=offer.words.title, n=row, all=count, said=said
        )
        self.field.setAccessibleDescription(text)
        announce(self.field, text)

    def _choose(self, item: QListWidgetItem) -> None:
        offer, values = self._offer(item), split(self.field.text()).values
        if offer is None:
            return
        self.close_quietly()
        if offer.key:
            self._habits.used(offer.key)
        offer.take(values)

    def _paint(self) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"QFrame#canvasFinder {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 8px; }}"
            f"QListWidget {{ background: transparent; color: {theme.text.name()}; }}"
            f"QLabel {{ color: {theme.muted.name()}; }}"
        )
