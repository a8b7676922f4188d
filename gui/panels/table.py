"""Tables of text and numbers: sortable, copyable, one node to a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.theme import Theme

NARROWEST = 44  # of a column, in pixels
NAMED = 80  # pixels that the first column keeps beyond the others: rows go by it
EDGES = 24  # of a cell, at its sides
ARROW = 8  # beside the heading that is sorted by
LOOKED_AT = 200  # rows that are measured to fit the columns
ROW = 23
SORT = Qt.ItemDataRole.UserRole
_Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()  # what Qt's own signatures have as the default


class Column(NamedTuple):
    """A heading, what its tooltip explains, and how its cells are set."""

    title: str
    tip: str
    number: bool = False  # right-aligned, in the mono font
    mono: bool = False
    muted: bool = False
    width: int = 110  # its share of what is left over when all words are in sight
    picture: int = 0  # room beside the text
    id: str = ""  # by which a choice of columns is remembered


class Cell(NamedTuple):
    """What is shown and what is sorted by."""

    text: str
    key: float | str
    tip: str = ""


class NameDelegate(QStyledItemDelegate):
    """Cuts names in the middle: layer1.0.conv1 and layer1.0.conv2 differ at the end."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Place) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


@dataclass(frozen=True)
class Line:
    """A row: the node it belongs to ("" for none) and a cell for each column.

    Args:
        node: id or path.
        cells: one for each column.
        depth: how many rows it stands within, in a table that shows that.
        stem: whether others stand within it.
    """

    node: str
    cells: tuple[Cell, ...]
    depth: int = 0
    stem: bool = False


class TableModel(QAbstractTableModel):
    """Rows of cells; replaced as a whole, or in place when only numbers changed."""

    def __init__(
        self, columns: Sequence[Column], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.lines: tuple[Line, ...] = ()
        self.theme = theme

    def fill(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        lines = tuple(lines)
        if lines == self.lines:
            return
        if len(lines) == len(self.lines):
            self.lines = lines
            if lines:
                last = self.index(len(lines) - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Place, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        cell = self.lines[index.row()].cells[index.column()]
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == SORT:
            return cell.key
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or cell.text or None
        if role == Qt.ItemDataRole.FontRole and (column.number or column.mono):
            return self.theme.font("mono")
        if role == Qt.ItemDataRole.ForegroundRole:
            quiet = column.muted or cell.text == "–"
            return self.theme.muted if quiet else self.theme.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else None
            return (side or Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else None
            return (side or Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return None


class TableView(QTableView):
    """Whole rows; Ctrl+C copies them, a header sorts, a third click unsorts."""

    chosen = Signal(list)  # node ids of the rows that the person selected

    def __init__(self, model: TableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = model
        self.sorted = self._rows()
        self.sorted.setSourceModel(model)
        self.sorted.setSortRole(SORT)
        self.setModel(self.sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setItemDelegateForColumn(0, NameDelegate(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fitting = self._moved = self._following = False
        self.if_room: tuple[int, ...] = ()
        self._set_header()
        self.selectionModel().selectionChanged.connect(self._tell)

    def _rows(self) -> QSortFilterProxyModel:
        """What stands between the table and its model."""
        return QSortFilterProxyModel(self)

    def _set_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(True)
        self.setSortingEnabled(True)
        self.table.dataChanged.connect(self._fit)
        self.table.modelReset.connect(self._fit)
        for place, column in enumerate(self.table.columns):
            self.setColumnWidth(place, column.width)
        header.setMinimumSectionSize(NARROWEST)
        header.sectionResized.connect(self._border_moved)

    def follow(self, ids: frozenset[str]) -> None:
        """Select the rows of these nodes, without telling that as a choice."""
        self._following = True
        model = self.selectionModel()
        model.clearSelection()
        rows = [
            self.sorted.mapFromSource(self.table.index(row, 0)).row()
            for row, line in enumerate(self.table.lines)
            if line.node and line.node in ids
        ]
        rows = [row for row in rows if row >= 0]  # the others are out of sight
        flag = QItemSelectionModel.SelectionFlag
        model.select(self._stretches(sorted(rows)), flag.Select | flag.Rows)
        if rows:
            self.scrollTo(self.sorted.index(rows[0], 0))
        self._following = False

    def _stretches(self, rows: list[int]) -> QItemSelection:
        """Rows as a selection of few pieces: Qt looks through them for each other."""
        found = QItemSelection()
        start = 0
        for end, row in enumerate(rows, 1):
            if end == len(rows) or rows[end] != row + 1:
                first, last = rows[start], row
                found.select(self.sorted.index(first, 0), self.sorted.index(last, 0))
                start = end
        return found

    def copy(self) -> None:
        """Put the selected rows, or all, on the clipboard with tabs between cells."""
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        rows = sorted(rows) or list(range(self.sorted.rowCount()))
        columns = self.shown
        lines = ["\t".join(self.table.columns[at].title for at in columns)]
        lines += ("\t".join(self.said(row, at) for at in columns) for row in rows)
        QGuiApplication.clipboard().setText("\n".join(lines))

    def said(self, row: int, column: int) -> str:
        """A cell's text as it is copied."""
        return str(self.sorted.index(row, column).data() or "")

    @property
    def shown(self) -> list[int]:
        """The columns that are not hidden."""
        places = range(len(self.table.columns))
        return [place for place in places if not self.isColumnHidden(place)]

    def show_columns(
        self, places: Collection[int], if_room: Sequence[int] = ()
    ) -> None:
        """Show these columns, the first always, and hide the others.

        Args:
            places: to be shown.
            if_room: of them, those that are hidden where the others need their room.
        """
        self.if_room = tuple(if_room)
        for place in range(len(self.table.columns)):
            self.setColumnHidden(place, place > 0 and place not in places)
        self._moved = False
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out as the columns ask, until a person moves a border."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        if self._moved or width <= 0:
            return
        self._fitting = True
        self._make_room(width)
        for place, share in enumerate(self._shared(width)):
            self.setColumnWidth(place, share)
        self._fitting = False

    def _make_room(self, width: int) -> None:
        """Hide the columns that nobody asked for where the others need their room."""
        if not self.if_room:
            return
        places = [at for at in range(len(self.table.columns)) if at not in self.if_room]
        shown = [at for at in places if not self.isColumnHidden(at)]
        pictures = sum(self.table.columns[at].picture for at in shown)  # give way
        spare = width - sum(map(self._wanted, shown)) + pictures
        for place in self.if_room:
            spare -= self._wanted(place)
            self.setColumnHidden(place, spare < 0)

    def _shared(self, width: int) -> list[int]:
        """The widths of all columns: numbers are never cut off, words may be."""
        columns = self.table.columns
        hidden = [self.isColumnHidden(place) for place in range(len(columns))]
        wide = [0 if off else self._wanted(place) for place, off in enumerate(hidden)]
        spare = width - sum(wide)
        if spare >= 0:
            wants = [
                c.width * (not off) for c, off in zip(columns, hidden, strict=True)
            ]
            total = max(sum(wants), 1)
            shares = (want * spare // total for want in wants)
            return [own + more for own, more in zip(wide, shares, strict=True)]
        words = [i for i, c in enumerate(columns) if not c.number and not hidden[i]]
        for place, column in enumerate(columns):  # pictures give way first
            cut = 0 if hidden[place] else min(column.picture, max(-spare, 0))
            wide[place] -= cut
            spare += cut
        for _ in range(-spare):  # then words, a pixel at a time, from the widest
            widest = max(words, key=lambda i: wide[i] - (0 if i else NAMED))
            least = NARROWEST if widest else min(NAMED, wide[0])
            wide[widest] = max(least, wide[widest] - 1)
        return wide

    def _wanted(self, place: int) -> int:
        """How wide a column is with every word in sight."""
        column = self.table.columns[place]
        metrics = self.horizontalHeader().fontMetrics()
        wide = metrics.horizontalAdvance(column.title) + ARROW
        role = "mono" if column.number or column.mono else "body"
        metrics = QFontMetrics(self.table.theme.font(role))
        shown = {
            (line.cells[place].text, self._besides(line, place))
            for line in self.table.lines[:LOOKED_AT]
        }
        for text, more in shown:
            wide = max(wide, metrics.horizontalAdvance(text) + column.picture + more)
        return wide + EDGES

    def _besides(self, line: Line, place: int) -> int:
        """Pixels that a cell needs beside its text."""
        return 0

    def _border_moved(self, place: int) -> None:
        stretched = place == self.shown[-1]  # Qt's own doing
        self._moved = self._moved or not (self._fitting or stretched)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if self._following:
            return
        indexes = self.selectionModel().selectedRows()
        rows = [self.sorted.mapToSource(index).row() for index in indexes]
        nodes = [self.table.lines[row].node for row in rows]
        self.chosen.emit([node for node in nodes if node])
