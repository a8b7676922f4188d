"""A heading that folds what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from gui.theme import Theme


class Fold(QToolButton):
    """Shows and hides the widgets it was given; `toggled` tells whether they show."""

    def __init__(self, theme: Theme, parent: QWidget, text: str) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[QWidget, ...] = ()
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(12, 12))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._turn)
        theme.changed.connect(self._dress)
        self._dress()

    def over(self, *parts: QWidget) -> None:
        """Show and hide these."""
        self._parts = parts

    def _turn(self, opened: bool) -> None:
        for part in self._parts:
            part.setVisible(opened)
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        name = "chevron-down" if self.isChecked() else "chevron-right"
        self.setIcon(theme.icon(name, theme.muted))
        folds = self.tr("Fold") if self.isChecked() else self.tr("Unfold")
        self.setToolTip(folds)
        font = theme.font("caption")
        self.setStyleSheet(
            "QToolButton { border: 1px solid transparent; background: transparent;"
            " padding: 1px 4px 1px 0; margin-left: -3px; border-radius: 3px;"
            f" color: {theme.muted.name()}; font-size: {font.pointSizeF():g}pt;"
            f" font-weight: {int(font.weight())} }}"
            f"QToolButton:hover {{ color: {theme.text.name()} }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()} }}"
        )
