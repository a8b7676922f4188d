"""The values of one small tensor, tinted by sign and size."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.panels.labels import Label, grouped
from gui.session import Session
from gui.theme import Theme

if TYPE_CHECKING:
    from engine.service import ParameterRow

_Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()  # what Qt's own signatures have as the default


class ValuesView(QWidget):
    """A matrix of numbers; leading axes are stacked, each line saying where it is."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = Label("", "caption", self)
        self._said = Label("", "muted", self)
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.model = _Values(session.theme, self)
        self.table = QTableView(self)
        self.table.setObjectName("parameterValues")
        self.table.setAccessibleName(self.tr("Values"))
        self.table.setToolTip(self.tr("Blue is above zero, orange below."))
        self.table.setModel(self.model)
        self.table.setItemDelegate(Tinted(self.table))
        self.table.setShowGrid(False)
        self.table.setFrameShape(QTableView.Shape.NoFrame)
        self.table.setTabKeyNavigation(False)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
        self.table.horizontalHeader().setDefaultSectionSize(68)
        self.table.verticalHeader().setDefaultSectionSize(24)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 6, 4)
        layout.addWidget(self._title)
        layout.addWidget(self._said, 1)
        layout.addWidget(self.table, 1)

    def display(self, name: str, row: ParameterRow | None) -> None:
        """Show this tensor's values; a sentence where there are none to show."""
        small = row is not None and row.values is not None
        self._title.setVisible(bool(name))
        self._title.setText(name)
        self.table.setVisible(small)
        self._said.setVisible(not small)
        if row is not None and row.values is not None:
            self.model.fill(row.values.ravel().tolist(), row.shape)
        elif row is not None:
            said = self.tr(
                "{count} numbers: too many to list. Its histogram is in Weights."
            )
            self._said.setText(said.format(count=grouped(prod(row.shape))))
        elif name:
            self._said.setText(self.tr("Not drawn yet."))
        else:
            self._said.setText(self.tr("Select a parameter to see its values."))

    def recolour(self) -> None:
        self.table.viewport().update()


class Tinted(QStyledItemDelegate):
    """Paints a cell's own ground first: style sheets leave it out."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.fillRect(option.rect, index.data(Qt.ItemDataRole.BackgroundRole))
        super().paint(painter, option, index)


class _Values(QAbstractTableModel):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._numbers: list[float] = []
        self._shape: tuple[int, ...] = ()
        self._width = 1
        self._most = 1.0

    def fill(self, numbers: list[float], shape: tuple[int, ...]) -> None:
        """Show the numbers of a tensor of this shape."""
        if numbers == self._numbers and shape == self._shape:
            return
        self.beginResetModel()
        self._numbers, self._shape = numbers, shape
        self._width = max(shape[-1], 1) if shape else 1
        self._most = max((abs(number) for number in numbers), default=1.0) or 1.0
        self.endResetModel()

    def rowCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._numbers) // self._width

    def columnCount(self, parent: _Place = _NOWHERE) -> int:
        return 0 if parent.isValid() or not self._numbers else self._width

    def data(self, index: _Place, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        number = self._numbers[index.row() * self._width + index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{number:+.4f}".replace("-", "−") if number else "0"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self._where(index.row())}[{index.column()}] = {number!r}"
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font("mono")
        if role == Qt.ItemDataRole.BackgroundRole:
            shade = self._theme.derivative if number > 0 else self._theme.curve
            tint = QColor(shade)
            tint.setAlphaF(0.30 * abs(number) / self._most)
            return tint
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font("tiny")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return str(section)
        return self._where(section)

    def _where(self, line: int) -> str:
        """The place of a line: 3, or 1,0,2 for a convolution's kernels."""
        places: list[str] = []
        for size in reversed(self._shape[:-1]):
            places.append(str(line % size))
            line //= size
        return ",".join(reversed(places)) or "0"
