"""Labels, headings and small buttons that all panels share."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.theme import Theme


class Label(QLabel):
    """Plain text in one of the style sheet's roles.

    Never rich text: a name could hold an image's address.

    Args:
        role: "title", "caption", "muted", "mono", "error", ...; see fanin.qss.
    """

    def __init__(self, text: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", role)
        self.setText(text)


class Heading(QWidget):
    """A section's title with room for buttons at its right."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        self.label = Label(text.upper(), "caption", self)
        self.label.setWordWrap(False)
        layout.addWidget(self.label)
        layout.addStretch(1)
        self.line = layout

    def button(self, text: str, tip: str) -> QToolButton:
        """A button that looks like a link, at the right end."""
        made = link_button(text, tip, self)
        self.line.addWidget(made)
        return made


def link_button(text: str, tip: str, parent: QWidget) -> QToolButton:
    """A button that looks like a link."""
    button = QToolButton(parent)
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tip)
    button.setProperty("role", "link")
    button.setAutoRaise(True)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def grouped(number: int) -> str:
    """A whole number with a comma between thousands."""
    return f"{number:,}"


def short(number: float) -> str:
    """A measured number in four figures at most, without a needless exponent."""
    if number != number:
        return "–"
    return f"{number:.4g}".replace("-", "−")


def panel_sheet(theme: Theme) -> str:
    """The style sheet of these roles in the theme's colours."""
    faces = {
        "title": ("title", theme.text),
        "strong": ("strong", theme.text),
        "body": ("body", theme.text),
        "caption": ("caption", theme.muted),
        "muted": ("body", theme.muted),
        "small": ("small", theme.muted),
        "mono": ("mono", theme.text),
        "faint-mono": ("mono", theme.muted),
        "error": ("small", theme.error),
        "warning": ("small", theme.warning),
        "good": ("body", theme.good),
        "link": ("small", theme.accent),
    }
    rules = []
    for role, (face, colour) in faces.items():
        font = theme.font(face)
        rules.append(
            f'*[role="{role}"] {{ color: {colour.name()}; background: transparent; '
            f'font-family: "{font.family()}"; font-size: {font.pointSizeF():g}pt; '
            f"font-weight: {int(font.weight())}; }}"
        )
    rules.append('QToolButton[role="link"] { border: none; padding: 1px 2px; }')
    rules.append('QToolButton[role="link"]:hover { text-decoration: underline; }')
    rules.append(
        'QToolButton[role="link"]:focus '
        f"{{ border: 1px solid {theme.accent.name()}; border-radius: 3px; }}"
    )
    return "\n".join(rules)
