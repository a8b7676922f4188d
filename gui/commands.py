"""The command palette: every action by name, found by a few letters."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import plain

WIDTH, ROWS, TOP = 460, 11, 56
KEYS = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


def score(wanted: str, text: str) -> int:
    """How well a text answers what was typed; 0 is not at all.

    The letters must appear in their order; those that begin a word and those that
    follow each other count more, and of equals the shorter text wins.
    """
    if not wanted:
        return 1
    total, at, low = 0, -1, text.casefold()
    for letter in wanted.casefold().replace(" ", ""):
        found = _best(low, letter, at + 1)
        if found < 0:
            return 0
        total += 8 if found == at + 1 else 1
        total += 6 if found == 0 or not low[found - 1].isalnum() else 0
        at = found
    return 100 + 4 * total - len(text)


def _best(text: str, letter: str, start: int) -> int:
    """Where the letter comes next: at once, at a word's beginning, or anywhere."""
    if text[start : start + 1] == letter:
        return start
    for at in range(start, len(text)):
        if text[at] == letter and (at == 0 or not text[at - 1].isalnum()):
            return at
    return text.find(letter, start)


class _Row(QStyledItemDelegate):
    """A command with its shortcut at the right end."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        super().paint(painter, option, index)
        keys = index.data(KEYS)
        if keys:
            painter.save()
            palette: QPalette = option.palette
            painter.setPen(palette.placeholderText().color())
            room: QRect = option.rect
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room.adjusted(0, 0, -10, 0), right, keys)
            painter.restore()


class CommandPalette(QFrame):
    """A field and a list over the window; Enter runs, Esc leaves."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commandPalette")
        self.setAccessibleName(self.tr("Commands"))
        self._actions: list[QAction] = []
        self._before: QWidget | None = None
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("What would you like to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setItemDelegate(_Row(self.list))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self.hide()

    def open(self, actions: list[QAction]) -> None:
        """Show all commands; the field has the keyboard."""
        self._actions = actions
        window = self.window()
        self._before = window.focusWidget()
        width = min(WIDTH, window.width() - 32)
        self.setGeometry((window.width() - width) // 2, TOP, width, 80)
        self.field.clear()
        self._find("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Hide; the keyboard goes back to where it was."""
        had = self.isAncestorOf(self.window().focusWidget() or self)
        self.hide()
        if had and self._before is not None:
            self._before.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Esc and the like are ours while the field is open
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        steps |= {Qt.Key.Key_PageUp: -ROWS, Qt.Key.Key_PageDown: ROWS}
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
        elif key in steps:
            last = self.list.count() - 1
            row = self.list.currentRow() + steps[Qt.Key(key)]
            self.list.setCurrentRow(max(0, min(last, row)))
        else:
            return False
        return True

    def _find(self, text: str) -> None:
        found = [
            (score(text, plain(action.text())), -place, action)
            for place, action in enumerate(self._actions)
            if action.isEnabled()
        ]
        found = [entry for entry in found if entry[0]]
        if text:
            found.sort(key=lambda entry: entry[:2], reverse=True)
        self.list.clear()
        for _score, _place, action in found:
            self._add(action)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """As high as what was found, and never higher than the window."""
        row = max(self.list.sizeHintForRow(0), 1)
        rows = min(self.list.count(), ROWS, (self.window().height() - 2 * TOP) // row)
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * row + 4)
        self.resize(self.width(), self.field.sizeHint().height() + rows * row + 30)

    def _add(self, action: QAction) -> None:
        item = QListWidgetItem(action.icon(), plain(action.text()), self.list)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        item.setData(KEYS, keys)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, keys)
        item.setToolTip(action.statusTip())
        item.setData(Qt.ItemDataRole.UserRole, action)

    def _run(self, item: QListWidgetItem | None) -> None:
        self.leave()
        if item is not None:
            action: QAction = item.data(Qt.ItemDataRole.UserRole)
            action.trigger()
