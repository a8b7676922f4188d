"""A sentence above the canvas that stays until it is answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class Banner(QFrame):
    """Says what a status line would lose too soon, and stops nobody from working."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(12, 6, 8, 6)
        self._line.addWidget(self.text, 1)
        self._buttons: list[QPushButton] = []
        self._asks = False
        self.hide()

    def say(self, text: str, *choices: tuple[str, Callable[[], None]]) -> None:
        """Show a sentence with its buttons; each closes the banner.

        Args:
            text: "" takes back a sentence that asked nothing.
            choices: what the buttons say, and do.
        """
        if not text:
            self.setVisible(self.isVisible() and self._asks)
            return
        self._asks = bool(choices)
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        self.text.setText(text)
        for label, act in choices or ((self.tr("Close"), _nothing),):
            self._add(label, act)
        self.show()

    def _add(self, label: str, act: Callable[[], None]) -> None:
        button = QPushButton(label, self)
        button.setAccessibleDescription(self.text.text())
        button.clicked.connect(self.hide)
        button.clicked.connect(lambda: act())
        self._line.addWidget(button)
        self._buttons.append(button)


def _nothing() -> None:
    """Closing is enough."""
