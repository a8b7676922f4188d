"""Labels, headings and small buttons that all panels share."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.theme import Theme

NARROW = 120  # a width that every wrapped text can do with
_LONG, _PIECES = re.compile(r"\S{25,}"), re.compile(r".{1,12}")


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

    def minimumSizeHint(self) -> QSize:
        """A wrapped text is not as wide as its longest word, which may be a name."""
        least = super().minimumSizeHint()
        return (
            least.boundedTo(QSize(NARROW, least.height())) if self.wordWrap() else least
        )


class Line(Label):
    """One line that is cut at its end where there is no room; then the tip has it."""

    def __init__(self, text: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setWordWrap(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, right = self.fontMetrics(), Qt.TextElideMode.ElideRight
        room = self.contentsRect()
        text = metrics.elidedText(self.text(), right, room.width())
        painter = QPainter(self)
        self.style().drawItemText(
            *(painter, room, int(self.alignment()), self.palette()),
            *(self.isEnabled(), text, self.foregroundRole()),
        )
        self.setToolTip("" if text == self.text() else self.text())


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


def breakable(text: str) -> str:
    """`text` with places to break long words at: a label is as wide as its words."""
    return _LONG.sub(lambda found: "\u200b".join(_PIECES.findall(found[0])), text)


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
            f'QLabel[role="{role}"], QToolButton[role="{role}"] {{ '
            f"color: {colour.name()}; background: transparent; "
            f'font-family: "{font.family()}"; font-size: {font.pointSizeF():g}pt; '
            f"font-weight: {int(font.weight())}; }}"
        )
    rules.append('QToolButton[role="link"] { border: none; padding: 1px 2px; }')
    rules.append('QToolButton[role="link"]:hover { text-decoration: underline; }')
    rules.append(
        'QToolButton[role="link"]:focus '
        f"{{ border: 1px solid {theme.accent.name()}; border-radius: 3px; }}"
    )
    rules.append(_field_rules(theme))
    return "\n".join([*rules, _table_rules(theme)])


def _field_rules(theme: Theme) -> str:
    """Fields whose text is wrong, the cards of problems, the arrows beside numbers."""
    mono = theme.font("mono")
    error, line = theme.error.name(), theme.line.name()
    return (
        f'QLineEdit[mono="true"] {{ font-family: "{mono.family()}"; '
        f"font-size: {mono.pointSizeF():g}pt; }} "
        f'QLineEdit[invalid="true"] {{ border: 1px solid {error}; }} '
        f'QFrame[role="card"] {{ border: 1px solid {line}; border-radius: 6px; '
        f"background: {theme.field.name()}; }} "
        f"QWidget#notes {{ border: 1px solid {line}; border-radius: 6px; "
        f"background: {theme.field.name()}; }} "
        'QToolButton[flat="true"] { border: 1px solid transparent; padding: 0; } '
        'QToolButton[flat="true"]:focus '
        f"{{ border-color: {theme.accent.name()}; border-radius: 3px; }} "
    )


def _table_rules(theme: Theme) -> str:
    """Quiet tables: no lines, captions for headings, a soft ground for the chosen."""
    font = theme.font("caption")
    chosen, text = theme.selected.name(), theme.text.name()
    return (
        f"QTableView {{ background: {theme.panel.name()}; "
        "border: 1px solid transparent; border-radius: 4px; "
        f"selection-background-color: {chosen}; selection-color: {text}; "
        "outline: 0; } "
        "QTableView::item { padding: 0 8px; border: none; } "
        f"QTableView:focus {{ border-color: {theme.accent.name()}; }} "
        f"QTableView::item:selected {{ background: {chosen}; }} "
        f"QHeaderView {{ background: {theme.panel.name()}; border: none; }} "
        f"QHeaderView::section {{ background: {theme.panel.name()}; border: none; "
        f"color: {theme.muted.name()}; padding: 4px 8px; "
        f'font-family: "{font.family()}"; font-size: {font.pointSizeF():g}pt; '
        f"font-weight: {int(font.weight())}; }} "
        f"QListView#problemList {{ background: {theme.panel.name()}; outline: 0; }} "
        f"QListView#problemList::item:selected {{ background: {chosen}; "
        "border-radius: 6px; }"
    )
