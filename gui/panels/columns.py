"""The menu of a table's heading: which columns are shown, remembered for next time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from gui.panels.table import TableView


class ColumnMenu(QObject):
    """Lets a person choose the columns of one table, by mouse or by the menu key.

    Args:
        table: whose columns.
        key: under which the choice is remembered.
        usual: the columns that are shown until a person chooses.
        if_room: of those, the columns that are shown only where there is room.
        more: called with the menu before it opens, to put further choices below.
    """

    def __init__(
        self,
        table: TableView,
        key: str,
        usual: Collection[int],
        if_room: Sequence[int],
        more: Callable[[QMenu], None],
    ) -> None:
        super().__init__(table)
        self._table, self._key, self._more = table, key, more
        self._usual, self._if_room = frozenset(usual), if_room
        header = table.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.open)
        self._restore()

    def open(self, at: QPoint) -> QMenu:
        """Show the menu at a point of the heading; it deletes itself."""
        menu = QMenu(self._table)
        menu.setObjectName("columnMenu")
        for place, column in enumerate(self._table.table.columns):
            if place == 0:
                continue  # who hides the names hides what the numbers belong to
            action = QAction(column.title, menu)
            action.setCheckable(True)
            action.setChecked(not self._table.isColumnHidden(place))
            action.setToolTip(column.tip)
            action.toggled.connect(lambda on, place=place: self._show(place, on=on))
            menu.addAction(action)
        menu.addSeparator()
        usual = menu.addAction(self.tr("Usual columns"))
        usual.triggered.connect(self._forget)
        self._more(menu)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._table.horizontalHeader().mapToGlobal(at))
        return menu

    def _show(self, place: int, *, on: bool) -> None:
        shown = set(self._table.shown)
        self._choose(shown | {place} if on else shown - {place})

    def _choose(self, places: Collection[int]) -> None:
        self._table.show_columns(places)
        ids = [self._table.table.columns[place].id for place in self._table.shown]
        QSettings().setValue(self._key, ",".join(ids))

    def _forget(self) -> None:
        QSettings().remove(self._key)
        self._restore()

    def _restore(self) -> None:
        """Show what was chosen, which is kept by name: places change with versions."""
        stored = QSettings().value(self._key)
        if not isinstance(stored, str):
            self._table.show_columns(self._usual, self._if_room)
            return
        names = stored.split(",")
        columns = self._table.table.columns
        kept = [place for place, column in enumerate(columns) if column.id in names]
        self._table.show_columns(kept)


def choices(
    menu: QMenu,
    texts: Mapping[str, str],
    chosen: str,
    choose: Callable[[str], None],
) -> None:
    """Put one of several in the menu, as a group of which one is checked."""
    group = QActionGroup(menu)
    for name, text in texts.items():
        action = QAction(text, group)
        action.setObjectName(name)
        action.setCheckable(True)
        action.setChecked(name == chosen)
        action.triggered.connect(lambda _=False, name=name: choose(name))
        menu.addAction(action)
