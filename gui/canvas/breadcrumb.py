"""Where one is within blocks: a line of buttons that lead back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsView,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QWidget,
)

from engine.design.blocks import uses
from gui.place import Place, steps

if TYPE_CHECKING:
    from gui.canvas.camera import Camera
    from gui.canvas.standing import Standing

OFFSET = 12  # from the edge
ASIDE = 170  # left free for the zoom at the other side
LONGEST, SHORTEST = 96, 24  # pixels of a name where there is little room
EDGES, SPACING = 18, 2  # of the line and between its parts
NARROW = 360  # pixels of room; in less, "repeat 2 of 3" is "2 of 3"
LEAST = 3  # levels that are shown however little room there is: the first, the last two


class Crumb(NamedTuple):
    """One step of the line.

    Args:
        text: as it is shown.
        name: as it is called.
        place: where it leads.
    """

    text: str
    name: str
    place: Place


class Breadcrumb(QFrame):
    """design › Stage › Bottleneck, each a button that goes there; gone at the top.

    What has no room is cut, the middle levels first: they stand in the menu of "…".
    """

    def __init__(
        self,
        camera: Camera,
        go: Callable[[Place], None],
        standing: Standing,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumb")
        self.setAccessibleName(self.tr("Which block stands open"))
        self._camera, self._go, self._standing = camera, go, standing
        self._session = camera.canvas.session
        self._room = self._spare = 0  # for all, and for the steps
        self._probe, self._mark = QToolButton(self), self._said("›")
        self._probe.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it only measures
        for probe in (self._probe, self._mark):
            probe.setEnabled(False)  # bold, as the last step is
            probe.hide()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(6, 3, 10, 3)
        self._line.setSpacing(SPACING)
        self.move(OFFSET, OFFSET)
        self.hide()

    def stay(self) -> None:
        """Keep to the corner, and within the room there is."""
        self.move(OFFSET, OFFSET)
        if self.isVisible() and self._room != self._width():
            self.display()

    def display(self) -> None:
        """Say where we are."""
        document = self._session.document
        place = document.here.place
        self.setVisible(bool(place))
        self._clear()
        if not place:
            return
        self._dress()
        self._room = self._spare = self._width()
        switch = self._which()
        if switch:
            self._spare -= self._measured(switch) + SPACING
        names = document.name, *self._named()
        count = len(uses(document.whole, document.design.scope.block))
        note = self.tr("edits change all {count} uses").format(count=count)
        self._fill(self._crumbs(names, place), place, switch, note if count > 1 else "")
        for at in range(self._line.count()):
            item = self._line.itemAt(at)
            widget = item.widget() if item else None
            if widget is not None:
                widget.show()
        self.adjustSize()
        self.move(OFFSET, OFFSET)
        self.raise_()

    def _named(self) -> list[str]:
        """The uses on the way, with the repeats; the last one with its block."""
        here = self._session.document.here
        way = steps(self._session.document.whole, here.place)
        names = []
        for step, turn, count in zip(way[:-1], here.turns, here.repeats, strict=False):
            which = self.tr("{name} {n} of {all}")
            told = which.format(name=step.name, n=turn + 1, all=count)
            names.append(told if count > 1 else step.name)
        last = way[-1]
        return [*names, f"{last.use} · {last.block}" if last.use else last.block]

    # What there is room for

    def _width(self) -> int:
        return max(self._camera.viewport().width() - 2 * OFFSET - ASIDE, 120)

    def _crumbs(self, names: tuple[str, ...], place: Place) -> list[Crumb]:
        """The steps, their names cut where there is no room for all of them."""
        metrics = QFontMetrics(self.font())
        crumbs = [Crumb(name, name, place[:at]) for at, name in enumerate(names)]
        if self._wide(crumbs) <= self._spare:
            return crumbs
        shown = min(len(crumbs), LEAST)
        each = min(LONGEST, max(SHORTEST, (self._spare - 40) // shown - 34))
        middle = Qt.TextElideMode.ElideMiddle
        cut = [
            crumb._replace(text=metrics.elidedText(crumb.name, middle, each))
            for crumb in crumbs
        ]
        whole = [*cut[:-1], crumbs[-1]]  # where one is comes before where one was
        return whole if self._wide(whole) <= self._spare else cut

    def _wide(self, crumbs: list[Crumb], note: str = "") -> int:
        between = self._mark.sizeHint().width() + 2 * SPACING
        wide = EDGES + sum(self._measured(crumb.text) + between for crumb in crumbs)
        if note:
            wide += QFontMetrics(self.font()).horizontalAdvance(note) + 4 * SPACING + 8
        return wide

    def _measured(self, text: str) -> int:
        """How wide the button of a step is."""
        self._probe.setText(text.replace("&", "&&"))
        self._probe.ensurePolished()
        return self._probe.sizeHint().width()

    def _fill(
        self,
        crumbs: list[Crumb],
        place: Place,
        switch: str,
        note: str,
    ) -> None:
        hidden: list[Crumb] = []
        while len(crumbs) > LEAST and self._wide(crumbs) > self._spare:
            hidden.append(crumbs.pop(1))
        for at, crumb in enumerate(crumbs):
            if at:
                self._line.addWidget(self._said("›"))
            if at == 1 and hidden:
                self._line.addWidget(self._more(hidden))
                self._line.addWidget(self._said("›"))
            here = crumb.place == place
            self._line.addWidget(self._step(crumb, note if here else "", here=here))
        if switch:
            self._line.addWidget(self._switch(switch))
        if note and self._wide(crumbs, note) <= self._spare:
            self._line.addSpacing(8)
            self._line.addWidget(self._said(note))

    # The parts of the line

    def _step(self, crumb: Crumb, note: str, *, here: bool) -> QToolButton:
        button = QToolButton(self)
        button.setText(crumb.text.replace("&", "&&"))
        button.setAutoRaise(True)
        button.setEnabled(not here)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setObjectName(f"crumb{len(crumb.place)}")
        button.setAccessibleName(crumb.name)
        tip = self.tr("Back to {name} (Esc)").format(name=crumb.name)
        if here:
            tip = f"{crumb.name}: {note}" if note else crumb.name
        button.setToolTip(tip)
        button.clicked.connect(lambda: self._go(crumb.place))
        return button

    def _which(self) -> str:
        """Which use or repeat stands open, as there is room; "" for the only one."""
        said = self._standing.said(brief=self._room < NARROW)
        return f"{said} ▾" if said else ""

    def _switch(self, text: str) -> QToolButton:
        """Says which use or repeat stands open, and leads to another."""
        button = QToolButton(self)
        button.setText(text)
        button.setAutoRaise(True)
        button.setObjectName("crumbSwitch")
        button.setAccessibleName(self._standing.said())
        tip = self.tr("Another repeat or use of this block (Alt+PgDn, Alt+PgUp)")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._standing.menu(button))
        return button

    def _more(self, hidden: list[Crumb]) -> QToolButton:
        """The levels for which there is no room."""
        button = QToolButton(self)
        button.setText("…")
        button.setAutoRaise(True)
        button.setObjectName("crumbMore")
        button.setAccessibleName(self.tr("The levels between"))
        button.setToolTip(" › ".join(crumb.name for crumb in hidden))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for crumb in hidden:
            action = menu.addAction(crumb.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, to=crumb.place: self._go(to))
        button.setMenu(menu)
        return button

    def _said(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "small")
        return label

    @property
    def buttons(self) -> list[QToolButton]:
        """What leads somewhere, from left to right."""
        items = [self._line.itemAt(at) for at in range(self._line.count())]
        found = [item.widget() for item in items if item]
        return [b for b in found if isinstance(b, QToolButton) and b.isEnabled()]

    def take_keys(self) -> bool:
        """Give the keyboard to the last step that leads back, if there is one."""
        buttons = self.buttons if self.isVisible() else []
        buttons = [b for b in buttons if b.objectName() != "crumbSwitch"]
        if buttons:
            buttons[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
        return bool(buttons)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab and the arrows go from step to step, and on to the canvas."""
        buttons = self.buttons
        at = next((n for n, b in enumerate(buttons) if b.hasFocus()), -1)
        to = at + (1 if forward else -1)
        if at >= 0 and 0 <= to < len(buttons):
            buttons[to].setFocus(Qt.FocusReason.TabFocusReason)
        elif forward:
            self._camera.setFocus(Qt.FocusReason.TabFocusReason)
        else:  # on, before the canvas, which would come back here
            self._camera.setFocus()
            return QGraphicsView.focusNextPrevChild(self._camera, False)
        return True

    def event(self, event: QEvent) -> bool:
        """Esc is ours, also while the engine works and Esc would stop it."""
        pressed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if pressed and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives the keyboard back to the canvas; it leaves no block from here."""
        if event.key() == Qt.Key.Key_Escape:
            self._camera.setFocus()
        else:
            super().keyPressEvent(event)

    def _clear(self) -> None:
        while self._line.count():
            item = self._line.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _dress(self) -> None:
        theme = self._session.theme
        self.setFont(theme.font("small"))
        self.setStyleSheet(
            f"QFrame#breadcrumb {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 8px; }}"
            f"QToolButton {{ color: {theme.accent.name()};"
            " border: 1px solid transparent;"
            " padding: 1px 4px; border-radius: 4px; background: transparent; }"
            f"QToolButton:hover {{ background: {theme.hover.name()}; }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
            "QToolButton::menu-indicator { image: none; }"
            f"QToolButton:disabled {{ color: {theme.text.name()};"
            " font-weight: 600; }"
            f"QLabel {{ color: {theme.muted.name()}; background: transparent; }}"
        )
