"""The command palette: everything that can be done, found by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
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
from gui.command_list import Command
from gui.habits import Habits
from gui.panels.found_row import (
    AFTER,
    HEADING,
    HEIGHT,
    LETTERS,
    QUIET,
    SIDE,
    FoundRow,
)
from gui.panels.search import Found, Match, rank
from gui.theme import Theme

WIDTH, ROWS, TOP = 520, 13, 48
PLACE = Qt.ItemDataRole.UserRole  # among the commands


class CommandPalette(QFrame):
    """A field and a list over the window; Enter runs, Esc leaves."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commandPalette")
        self.setAccessibleName(self.tr("Commands"))
        self._commands: Sequence[Command] = ()
        self._habits = Habits("run")
        self._before: QWidget | None = None
        self.field = QLineEdit(self)
        self.field.setObjectName("commandField")
        self.field.setPlaceholderText(self.tr("What would you like to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.field.setToolTip(self.tr("↑ ↓ choose, Enter runs, Esc leaves"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(16, 16))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(FoundRow(theme, self.list))
        self.note = QLabel(self)
        self.note.setObjectName("commandNote")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for part in (self.field, self.list, self.note):
            layout.addWidget(part)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self.list.currentItemChanged.connect(self._tell)
        self.hide()

    def open(self, found: Sequence[Command]) -> None:
        """Show all commands; the field has the keyboard."""
        self._commands = found
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
        if isinstance(event, QFocusEvent) and event.lostFocus():
            if event.reason() != Qt.FocusReason.PopupFocusReason:
                self.hide()
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Esc and the like are ours while the field is open
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        steps |= {Qt.Key.Key_PageUp: 1 - ROWS, Qt.Key.Key_PageDown: ROWS - 1}
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
        elif key == Qt.Key.Key_Tab:
            pass  # there is nowhere else to go
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        """Over the headings, and round the ends by single steps."""
        count = self.list.count()
        row = self.list.currentRow() + by
        row = row % count if abs(by) == 1 and count else max(0, min(count - 1, row))
        way = 1 if by > 0 else -1
        while 0 <= row < count and self._command(self.list.item(row)) is None:
            row += way
        if not 0 <= row < count:
            row = 1 if by < 0 else self.list.currentRow()
        if self._command(self.list.item(row)) is not None:
            self.list.setCurrentRow(row)

    # What is shown

    def _find(self, text: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        if text.strip():
            self._fill_found(text)
        else:
            self._fill_all()
        self.list.blockSignals(False)
        rows = range(self.list.count())
        first = (n for n in rows if self._command(self.list.item(n)) is not None)
        self.list.setCurrentRow(next(first, -1))
        self._tell()
        self._fit()

    def _fill_found(self, text: str) -> None:
        """What answers, best first; what cannot be done now behind its equals."""
        liked = self._habits.liked
        likes = {
            place: liked[command.key]
            for place, command in enumerate(self._commands)
            if command.key in liked
        }
        found = rank(text, [command.words for command in self._commands], likes)
        found.sort(key=lambda one: (one.match.weak, self._blocked(one)))
        for one in found:
            self._add(one)
        if not found:
            self._head(self.tr("No command of that name"))

    def _blocked(self, found: Found) -> bool:
        return bool(self._commands[found.place].blocked)

    def _fill_all(self) -> None:
        """What was run last, then every group."""
        places = {command.key: place for place, command in enumerate(self._commands)}
        last = [places[key] for key in self._habits.lately if key in places][:4]
        group = ""
        if last:
            self._head(self.tr("Used last"))
        for place in last:
            self._add(Found(place, Match(0)))
        for place, command in enumerate(self._commands):
            if command.group != group:
                group = command.group
                self._head(group)
            self._add(Found(place, Match(0)), grouped=True)

    def _head(self, text: str) -> None:
        item = QListWidgetItem(text, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setData(HEADING, True)

    def _add(self, found: Found, *, grouped: bool = False) -> None:
        command = self._commands[found.place]
        item = QListWidgetItem(command.title, self.list)
        if command.icon is not None and not command.icon.isNull():
            item.setIcon(command.icon)
        item.setData(PLACE, found.place)
        item.setData(LETTERS, found.match.letters)
        item.setData(AFTER, "" if grouped else command.group)
        item.setData(SIDE, command.keys)
        item.setData(QUIET, bool(command.blocked))
        item.setToolTip(command.blocked or command.about)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, self._said(command))

    def _said(self, command: Command) -> str:
        parts = (command.group, command.keys, command.blocked)
        return ", ".join(part for part in parts if part)

    def _command(self, item: QListWidgetItem | None) -> Command | None:
        place = item.data(PLACE) if item is not None else None
        return None if place is None else self._commands[place]

    def _tell(self, *_: object) -> None:
        """Below: what it does, or why it cannot be done now."""
        command = self._command(self.list.currentItem())
        said = "" if command is None else command.blocked or command.about
        metrics, room = self.note.fontMetrics(), self.width() - 24
        cut = metrics.elidedText(said, Qt.TextElideMode.ElideRight, room)
        self.note.setText(cut)
        if command is not None:
            read = f"{command.title}, {self._said(command)}. {said}"
            self.field.setAccessibleDescription(read)
            announce(self.field, read)

    def _fit(self) -> None:
        """As high as what was found, and never higher than the window."""
        above = self.field.sizeHint().height() + self.note.sizeHint().height() + 32
        room = self.window().height() - TOP - above - 40
        rows = max(1, min(self.list.count(), ROWS, room // HEIGHT))
        self.list.setFixedHeight(rows * HEIGHT + 4)
        self.resize(self.width(), above + rows * HEIGHT + 4)

    def _run(self, item: QListWidgetItem | None) -> None:
        command = self._command(item)
        if command is None:
            return
        if command.blocked:  # it stays open, with the reason
            self._tell()
            return
        self.leave()
        self._habits.used(command.key)
        command.run()
