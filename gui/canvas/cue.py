"""Words at the pointer: what letting go here would do, or why it would not be done."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import Theme

AWAY = QPoint(18, 22)  # from the pointer, so that it covers nothing that is aimed at
EDGE = 6
WIDEST = 320


class Cue(QLabel):
    """One short sentence that follows the pointer while a gesture lasts."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("canvasCue")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self._over = over
        self.refused = False  # what it says is why not
        self.hide()

    def say(self, text: str, at: QPoint, *, refused: bool = False) -> None:
        """Show a sentence beside a point of the viewport; nothing for an empty one."""
        if not text:
            self.hide()
            return
        if text != self.text() or refused != self.refused or self.isHidden():
            self.refused = refused
            self.setText(text)
            self._dress()
            self._fit()
        room = self._over.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        spot = at + AWAY
        x = min(spot.x(), room.right() - self.width())
        y = spot.y()
        if y + self.height() > room.bottom():  # no room below: above the pointer
            y = at.y() - AWAY.y() - self.height()
        self.move(max(x, room.left()), max(y, room.top()))
        self.show()
        self.raise_()

    def _fit(self) -> None:
        """In one line while it is short enough."""
        self.setWordWrap(False)
        self.setMinimumWidth(0)
        self.adjustSize()
        if self.width() > WIDEST:
            self.setWordWrap(True)
            self.resize(WIDEST, self.heightForWidth(WIDEST))

    def _dress(self) -> None:
        theme = self._theme
        ink = theme.error if self.refused else theme.text
        edge = theme.error if self.refused else theme.line
        self.setFont(theme.font("small"))
        self.setStyleSheet(
            f"QLabel#canvasCue {{ color: {ink.name()};"
            f" background: {theme.panel.name()};"
            f" border: 1px solid {edge.name()}; border-radius: 6px;"
            " padding: 3px 7px; }"
        )
