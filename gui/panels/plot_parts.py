"""The small widgets around a plot: words, links, legend keys, chips."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.design.model import Design
from gui.panels.labels import breakable
from gui.session import Session
from gui.theme import Theme

DASHES = [3.0, 2.0]


class Words(QLabel):
    """Plain text in a role's font and one of the theme's colours.

    Args:
        theme: followed as it changes.
        parent: Qt's.
        role: of `Theme.font`.
        colour: name of one of the theme's colours.
        wrap: break long lines; otherwise the label may be as narrow as it must.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        role: str = "small",
        colour: str = "muted",
        *,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self._theme, self._role, self._colour = theme, role, colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        theme.changed.connect(self._dress)
        self._dress()

    def say(self, text: str, colour: str = "") -> None:
        """Show `text`, or nothing at all when there is none."""
        self.setText(breakable(text) if self.wordWrap() else text)
        self.setVisible(bool(text))
        if colour and colour != self._colour:
            self._colour = colour
            self._dress()

    def _dress(self) -> None:
        self.setFont(self._theme.font(self._role))
        colour: QColor = getattr(self._theme, self._colour)
        self.setStyleSheet(f"color: {colour.name()}; background: transparent")


class Elided(Words):
    """One line that gives way in the middle when it has too little room."""

    def minimumSizeHint(self) -> QSize:
        return QSize(30, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().windowText().color())
        metrics, middle = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        text = metrics.elidedText(self.text(), middle, self.width())
        painter.drawText(self.rect(), int(self.alignment()), text)
        self.setToolTip("" if text == self.text() else self.text())


class Link(QPushButton):
    """A quiet button in the accent colour, for what is done in place."""

    def __init__(self, theme: Theme, parent: QWidget, text: str, tip: str) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        self.setFont(theme.font("small"))
        self.setStyleSheet(
            "QPushButton { border: none; background: transparent; padding: 2px 3px;"
            f" min-height: 16px; border-radius: 3px; color: {theme.accent.name()} }}"
            f"QPushButton:hover {{ background: {theme.hover.name()} }}"
            f"QPushButton:focus {{ border: 1px solid {theme.accent.name()} }}"
            f"QPushButton:disabled {{ color: {theme.faint.name()} }}"
        )


class Key(QToolButton):
    """A key of the legend: shows a stroke, and hides or shows what it stands for."""

    def __init__(self, theme: Theme, parent: QWidget, text: str, tip: str) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stroke: Callable[[], QColor] = lambda: theme.text
        self._dashed = False
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(18, 8))
        self.toggled.connect(self._dress)
        theme.changed.connect(self._dress)
        self._dress()

    def stroke(self, colour: Callable[[], QColor], *, dashed: bool = False) -> None:
        """Show this stroke; `colour` is asked again when the scheme changes."""
        self._stroke, self._dashed = colour, dashed
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        colour = self._stroke() if self.isChecked() else theme.faint
        text = theme.muted if self.isChecked() else theme.faint
        self.setFont(theme.font("small"))
        self.setIcon(QIcon(stroke(colour, dashed=self._dashed)))
        self.setStyleSheet(
            "QToolButton { border: none; background: transparent; padding: 2px 4px 2px"
            f" 2px; border-radius: 3px; color: {text.name()} }}"
            f"QToolButton:hover {{ background: {theme.hover.name()} }}"
            f"QToolButton:focus {{ border: 1px solid {theme.accent.name()} }}"
        )


class Stroke(QWidget):
    """A stroke of a legend and what it stands for; nothing to press."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        text: str,
        colour: Callable[[], QColor],
        *,
        dashed: bool = False,
    ) -> None:
        super().__init__(parent)
        self._colour, self._dashed = colour, dashed
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(3)
        self._picture = QLabel(self)
        words = Words(theme, self)
        words.say(text)
        row.addWidget(self._picture)
        row.addWidget(words)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._picture.setPixmap(stroke(self._colour(), dashed=self._dashed))


def stroke(colour: QColor, *, dashed: bool = False) -> QPixmap:
    """A short line as it stands in a legend."""
    ratio = 2.0
    pixmap = QPixmap(QSize(18, 8) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    pen = QPen(colour, 2.0)
    if dashed:
        pen.setDashPattern(DASHES)
    painter.setPen(pen)
    painter.drawLine(QPointF(1, 4), QPointF(15, 4))
    painter.end()
    return pixmap


class Sheet(QScrollArea):
    """A column that scrolls when the panel is lower than what it holds.

    It asks to be brought up to date when it is shown and only then.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.theme = session.theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body = QWidget(self)
        self.column = QVBoxLayout(self.body)
        margin = self.theme.space("m")
        self.column.setContentsMargins(margin, margin - 3, margin, margin - 3)
        self.column.setSpacing(6)
        self.setWidget(self.body)
        self.setMinimumWidth(260)
        session.document.changed.connect(self._follow)
        session.document.place_changed.connect(self.refresh)  # a repeat of its own

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _follow(self, before: Design, after: Design) -> None:
        """A node was moved: nothing to do, and that sixty times a second."""
        docked = before.look.docked == after.look.docked
        settled = before.settings == after.settings and before.scope == after.scope
        if before.graph is not after.graph or not (docked and settled):
            self.refresh()

    def refresh(self) -> None:
        """Show what is so now; subclasses say how."""

    def sizeHint(self) -> QSize:
        return QSize(300, 420)
