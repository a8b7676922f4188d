"""Find in the design: a bar over the canvas that names, marks and selects nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from engine.design.find import Steps, find_within

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

WIDE = 360
OFFSET = 12  # from the upper edge


class FindBar(QFrame):
    """A field, how many nodes there are, and the way from one to the next.

    Enter goes on, Shift+Enter back, Esc closes; the node that is shown is selected,
    and the block it stands in is opened.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.viewport())
        self.setObjectName("findBar")
        self.setAccessibleName(self.tr("Find in the design"))
        self.setAutoFillBackground(True)
        self._desk = desk
        self._session = desk.session
        self.found: tuple[Steps, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self.field = QLineEdit(self)
        self.field.setObjectName("findField")
        self.field.setAccessibleName(self.tr("Find nodes"))
        tip = self.tr(
            "Name, label, kind, parameter (64, stride=2) or initializer; Enter goes "
            "to the next, Shift+Enter back, Esc closes."
        )
        self.field.setToolTip(tip)
        self.field.setAccessibleDescription(tip)
        self.field.setPlaceholderText(self.tr("Find in the design"))
        self.field.setClearButtonEnabled(True)
        self.count = QLabel(self)
        self.count.setObjectName("findCount")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.back = self._button("chevron-up", self.tr("Previous (Shift+Enter)"))
        self.forth = self._button("chevron-down", self.tr("Next (Enter)"))
        self.shut = self._button("x", self.tr("Close (Esc)"))
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 6, 6)
        line.setSpacing(4)
        line.addWidget(self.field, 1)
        for part in (self.count, self.back, self.forth, self.shut):
            line.addWidget(part)
        self.back.clicked.connect(lambda: self.step(-1))
        self.forth.clicked.connect(lambda: self.step(1))
        self.shut.clicked.connect(self.close_bar)
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self._session.document.changed.connect(self._again)
        self._session.selection.changed.connect(self._tell)
        self._session.theme.changed.connect(self._paint)
        desk.looked.connect(self._lay)
        self.hide()

    def open(self) -> None:
        """Show the bar with what was sought last; the field has the keyboard."""
        self._paint()
        self.show()
        self._lay()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._again()

    def close_bar(self) -> None:
        """Hide; the canvas has the keyboard, and what was found last is selected."""
        self.hide()
        self._mark(())
        self._desk.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """Select the next found node, or the one before; after the last the first."""
        if not self.found:
            return
        if self._shown in self.found:
            place = (self.found.index(self._shown) + by) % len(self.found)
        else:
            place = 0 if by > 0 else len(self.found) - 1
        *way, key = self.found[place]
        self._desk.levels.show(tuple(way))
        self._desk.select_only(key)
        self._desk.reveal([key])

    @property
    def _shown(self) -> Steps:
        """The way to the selected node; () where there is not exactly one."""
        one = self._session.selection.one
        return (*self._session.document.here.place, one) if one else ()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the bar, before the window's shortcuts and the field."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = event.key()
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not enter and key != Qt.Key.Key_Escape:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if enter:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.step(-1 if back else 1)
        else:
            self.close_bar()
        return True

    def _typed(self) -> None:
        self._again()
        # While somebody types, what stands here comes before what another level has.
        here = self._session.document.here.place
        if self.found and self._shown not in self.found:
            near = next((n for n, s in enumerate(self.found) if s[:-1] == here), None)
            if near is not None:
                self._desk.select_only(self.found[near][-1])
                self._desk.reveal([self.found[near][-1]])

    def _again(self) -> None:
        """Look anew: the text or the design is another."""
        if self.isVisible():
            document = self._session.document
            place = document.here.place
            self.found = find_within(document.whole, self.field.text(), place)
            self._mark(steps[-1] for steps in self.found if steps[:-1] == place)
            self._tell()

    def _mark(self, ids: Iterable[str]) -> None:
        scene, marked = self._desk.canvas, frozenset(ids)
        for key in self._marked ^ marked:
            if key in scene.node_items:
                scene.feel(key, found=key in marked)
        scene.overview.forget()
        self._marked = marked

    def _tell(self) -> None:
        """Say which of how many is shown."""
        one, all_ = self._shown, len(self.found)
        said = ""
        if self.found:
            said = self.tr("{n} found").format(n=all_)
            if one in self.found:
                said = self.tr("{n} of {all}").format(
                    n=self.found.index(one) + 1, all=all_
                )
        elif self.field.text().strip():
            said = self.tr("nothing found")
        self.count.setText(said)
        self.count.setAccessibleName(said)
        for button in (self.back, self.forth):
            button.setEnabled(bool(self.found))

    def _lay(self) -> None:
        if not self.isVisible():
            return
        room = self._desk.viewport().width()
        self.resize(min(WIDE, room - 2 * OFFSET), self.sizeHint().height())
        self.move((room - self.width()) // 2, OFFSET)

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("icon_name", icon)
        return button

    def _paint(self) -> None:
        theme = self._session.theme
        for button in (self.back, self.forth, self.shut):
            button.setIcon(theme.icon(str(button.property("icon_name"))))
        self.setStyleSheet(
            f"QFrame#findBar {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 8px; }}"
            f"QLabel {{ color: {theme.muted.name()}; }}"
        )
