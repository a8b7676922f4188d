"""The menu bar's titles; `gui.acts` has what is in the menus."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QMenuBar

CONTEXT = "Actions"
TITLES = ("&File", "&Edit", "&View", "&Design", "&Insight", "&Help")


def spoken(text: str) -> str:
    """A text of the tables in the person's language."""
    return QCoreApplication.translate(CONTEXT, text)


def titles(bar: QMenuBar) -> list[QMenu]:
    """The menus, still empty: what the first paint needs of them."""
    return [bar.addMenu(spoken(title)) for title in TITLES]
