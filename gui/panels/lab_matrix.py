"""The matrix of the init lab: initializers down, activations across."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log10

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.measure.signals import Cell
from gui.canvas.inks import TONES, Inks
from gui.panels.plot import number
from gui.theme import Theme
from gui.words import say

_Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
FADE = 0.55  # of a cell's colour: its text stays readable
DECADES = 4.0  # powers of ten over all layers from healthy to the end of the scale


class LabModel(QAbstractTableModel):
    """Cells by row and column; they arrive one by one."""

    def __init__(
        self,
        initializers: Sequence[Init],
        activations: Sequence[str],
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.initializers = tuple(initializers)
        self.activations = tuple(activations)
        self.cells: dict[tuple[int, int], Cell] = {}
        self.theme = theme
        self._inks = Inks(theme)
        theme.changed.connect(self._recolour)

    def clear(self) -> None:
        """Forget what was tried."""
        self.beginResetModel()
        self.cells.clear()
        self.endResetModel()

    def take(self, cell: Cell) -> None:
        """A pair was tried."""
        row = self.initializers.index(cell.init)
        column = self.activations.index(cell.activation)
        self.cells[row, column] = cell
        place = self.index(row, column)
        self.dataChanged.emit(place, place)

    def cell(self, index: _Place) -> Cell | None:
        """What stands at a place."""
        return self.cells.get((index.row(), index.column()))

    def rowCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.initializers)

    def columnCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.activations)

    def data(self, index: _Place, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.cell(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.FontRole:
            return self.theme.font("tiny")
        if cell is None:
            return "·" if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(cell)
        if role in (
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleDescriptionRole,
        ):
            return self._tip(cell)
        if role == Qt.ItemDataRole.BackgroundRole:
            return self.colour(cell)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.muted if cell.refused else self.theme.text
        return None

    def _text(self, cell: Cell) -> str:
        if cell.refused:
            return "–"
        factors = f"{number(cell.forward, 2)} {number(cell.backward, 2)}"
        through = min(cell.survives, cell.survives_back)
        return f"{factors}\n{through}/{cell.layers}"

    def _tip(self, cell: Cell) -> str:
        if cell.refused:
            return say(cell.refused)
        said = self.tr(
            "Each layer multiplies the signal's second moment by {ahead} and the "
            "gradient's by {back}. The signal keeps its size through {n} of {all} "
            "layers, the gradient through {m}."
        )
        return said.format(
            ahead=number(cell.forward),
            back=number(cell.backward),
            n=cell.survives,
            m=cell.survives_back,
            all=cell.layers,
        )

    def colour(self, cell: Cell) -> QColor | None:
        """Blue where the worse way fades, orange where it explodes."""
        if cell.refused:
            return None
        steps = max(cell.layers - 1, 1)
        levels = [
            log10(value) / 2 * steps if isfinite(value) and value > 0 else DECADES
            for value in (cell.forward, cell.backward)
        ]
        worst = max(levels, key=abs)
        step = round(max(-1.0, min(1.0, worst / DECADES)) * TONES)
        if not step:
            return _mixed(self.theme.field, self.theme.good, 0.3)
        return _mixed(self.theme.field, self._inks.toned(step), FADE)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.FontRole:
            return self.theme.font("small")
        if role == Qt.ItemDataRole.DisplayRole:
            if across:
                kind = self.activations[section]
                return OPERATORS[kind].title if kind else self.tr("as it is")
            return INITIALIZERS[self.initializers[section].kind].short
        if role == Qt.ItemDataRole.ToolTipRole and not across:
            return INITIALIZERS[self.initializers[section].kind].title
        return None

    def _recolour(self) -> None:
        self._inks = Inks(self.theme)
        last = self.index(self.rowCount() - 1, self.columnCount() - 1)
        self.dataChanged.emit(self.index(0, 0), last)


class LabDelegate(QStyledItemDelegate):
    """A cell in its colour, whatever the style sheet says; a frame where one looks."""

    def __init__(self, model: LabModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Place
    ) -> None:
        theme, cell = self._model.theme, self._model.cell(index)
        painter.save()
        colour = self._model.colour(cell) if cell else None
        if colour is not None:
            painter.fillRect(option.rect, colour)
        painter.setFont(theme.font("tiny"))
        known = cell is not None and not cell.refused
        painter.setPen(theme.text if known else theme.muted)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(option.rect, int(centre), str(index.data() or ""))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
        painter.restore()


class LabView(QTableView):
    """One cell at a time, by mouse or arrow keys."""

    def __init__(self, model: LabModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setObjectName("labMatrix")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setWordWrap(False)
        self.setItemDelegate(LabDelegate(model, self))
        stretch = QHeaderView.ResizeMode.Stretch
        self.horizontalHeader().setSectionResizeMode(stretch)
        self.horizontalHeader().setMinimumSectionSize(_widest(model))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(30)


def _widest(model: LabModel) -> int:
    """The room that the longest heading takes: none is cut."""
    metrics = QFontMetrics(model.theme.font("strong"))
    across = Qt.Orientation.Horizontal
    heads = (str(model.headerData(at, across)) for at in range(model.columnCount()))
    return 16 + max(map(metrics.horizontalAdvance, heads), default=54)


def _mixed(one: QColor, other: QColor, way: float) -> QColor:
    starts = one.redF(), one.greenF(), one.blueF()
    ends = other.redF(), other.greenF(), other.blueF()
    pairs = zip(starts, ends, strict=True)
    return QColor.fromRgbF(*(a + way * (b - a) for a, b in pairs))
