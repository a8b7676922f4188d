"""Tables whose rows stand within each other: indented, opened and closed by a click."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.panels.table import Line, TableModel, TableView

INDENT = 14  # pixels for each level
CHEVRON = 16  # for the sign before the name
_Place = QModelIndex | QPersistentModelIndex


class TreeRows(QSortFilterProxyModel):
    """Leaves out what stands within closed rows; sorted, all rows are one flat list.

    A row is known by the key of its first cell, its whole name, so that rows stay
    closed when the numbers in them change.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.closed: frozenset[str] = frozenset()
        self.flat = False
        self._of: tuple[object, object] = (None, None)  # what `_hidden` is of
        self._hidden: frozenset[int] = frozenset()
        self._branched = False

    @property
    def lines(self) -> tuple[Line, ...]:
        source = self.sourceModel()
        return source.lines if isinstance(source, TableModel) else ()

    def close(self, names: frozenset[str]) -> None:
        """Close these rows and no others."""
        self.closed = names
        self.invalidate()

    def line(self, index: _Place) -> Line:
        """The line that a row shows."""
        return self.lines[self.mapToSource(index).row()]

    def around(self, row: int) -> list[int]:
        """The rows of the source around one, the nearest first."""
        found, depth = [], self.lines[row].depth
        for at in range(row - 1, -1, -1):
            if self.lines[at].depth < depth:
                found.append(at)
                depth = self.lines[at].depth
        return found

    def filterAcceptsRow(self, row: int, parent: _Place) -> bool:
        if self.flat:
            return True
        self._take()
        return row not in self._hidden

    @property
    def branched(self) -> bool:
        """Whether there is anything to open: a plain list needs no signs."""
        self._take()
        return self._branched

    def _take(self) -> None:
        """Look through the lines, once for all that is asked of them."""
        if self._of[0] is not self.lines or self._of[1] != self.closed:
            self._of = self.lines, self.closed
            self._hidden = frozenset(self._within_closed())
            self._branched = any(line.stem for line in self.lines)

    def _within_closed(self) -> list[int]:
        found, closed = [], None
        for row, line in enumerate(self.lines):
            if closed is not None and line.depth > closed:
                found.append(row)
                continue
            closed = line.depth if name_of(line) in self.closed else None
        return found

    def data(self, index: _Place, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The last part of a name under those it stands in; alone, all of it."""
        if index.isValid() and index.column() == 0:
            line = self.line(index)
            if role == Qt.ItemDataRole.DisplayRole and self.flat:
                return name_of(line)
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(line)
        return super().data(index, role)

    def _spoken(self, line: Line) -> str:
        if self.flat or not line.stem:
            return name_of(line)
        text = self.tr("{name}, closed") if name_of(line) in self.closed else ""
        return (text or self.tr("{name}, open")).format(name=name_of(line))


def name_of(line: Line) -> str:
    """The whole name, by which a row is known."""
    return str(line.cells[0].key)


class TreeTable(TableView):
    """A click on the sign before a name, or ← and →, open and close what is within."""

    def __init__(self, model: TableModel, parent: QWidget) -> None:
        super().__init__(model, parent)
        self.setItemDelegateForColumn(0, _Indented(self))
        self.horizontalHeader().sortIndicatorChanged.connect(self._sorted)
        self._sorted(-1)

    def _rows(self) -> TreeRows:
        self.tree = TreeRows(self)
        return self.tree

    def _sorted(self, column: int, *_: object) -> None:
        self.tree.flat = column >= 0
        self.tree.invalidate()

    def set_open(self, name: str, *, on: bool) -> None:
        """Open or close a row."""
        closed = self.tree.closed
        self._close(closed - {name} if on else closed | {name})

    def close_all(self) -> None:
        """Close every row but the outermost."""
        lines = self.tree.lines
        least = min((line.depth for line in lines), default=0)
        inner = (line for line in lines if line.stem and line.depth > least)
        self._close(frozenset(map(name_of, inner)))

    def open_all(self) -> None:
        self._close(frozenset())

    def _close(self, names: frozenset[str]) -> None:
        self._following = True  # a row that goes out of sight is no choice
        self.tree.close(names)
        self._following = False

    def follow(self, ids: frozenset[str]) -> None:
        """Select the rows of these nodes; what the first stands in is opened."""
        lines = self.tree.lines
        first = next((n for n, line in enumerate(lines) if line.node in ids), None)
        if first is not None and not self.tree.flat:
            around = {name_of(lines[at]) for at in self.tree.around(first)}
            if around & self.tree.closed:
                self._close(self.tree.closed - around)
        super().follow(ids)

    def sign(self, index: QModelIndex) -> QRect:
        """Where the sign of a row is; empty where it has none."""
        if index.column() != 0 or self.tree.flat or not self.tree.line(index).stem:
            return QRect()
        cell = self.visualRect(index)
        left = cell.left() + 6 + INDENT * self.tree.line(index).depth
        return QRect(left, cell.top(), CHEVRON, cell.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.sign(index).contains(event.position().toPoint()):
            name = name_of(self.tree.line(index))
            self.set_open(name, on=name in self.tree.closed)
            event.accept()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        ways = {Qt.Key.Key_Left: False, Qt.Key.Key_Right: True}
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not (plain and key in ways and index.isValid()) or self.tree.flat:
            super().keyPressEvent(event)
            return
        line, on = self.tree.line(index), ways[Qt.Key(key)]
        if line.stem and (name_of(line) in self.tree.closed) is on:
            self.set_open(name_of(line), on=on)
        elif not on and (
            around := self.tree.around(self.tree.mapToSource(index).row())
        ):
            to = self.tree.mapFromSource(self.table.index(around[0], index.column()))
            self.setCurrentIndex(to)

    def said(self, row: int, column: int) -> str:
        if column == 0:
            return name_of(self.tree.line(self.tree.index(row, 0)))
        return super().said(row, column)

    def _besides(self, line: Line, place: int) -> int:
        deep = INDENT * line.depth + CHEVRON if self.tree.branched else 0
        return deep if place == 0 and not self.tree.flat else 0


class _Indented(QStyledItemDelegate):
    """The first column: as deep as its row stands, with a sign where more is within."""

    def __init__(self, table: TreeTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: _Place,
    ) -> None:
        tree = self._table.tree
        if tree.flat or not tree.branched:
            super().paint(painter, option, index)
            return
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        text, bare.text = bare.text, ""
        style = bare.widget.style()
        style.drawControl(
            style.ControlElement.CE_ItemViewItem, bare, painter, bare.widget
        )
        line, theme = tree.line(index), self._table.table.theme
        sign = self._table.sign(tree.index(index.row(), 0))
        if not sign.isEmpty():
            name = "chevron-right" if name_of(line) in tree.closed else "chevron-down"
            box = QRect(0, 0, 12, 12)
            box.moveCenter(sign.center())
            theme.icon(name).paint(painter, box)
        deep = 6 + INDENT * line.depth + CHEVRON
        room = option.rect.adjusted(deep, 0, -4, 0)
        right = Qt.TextElideMode.ElideRight
        text = bare.fontMetrics.elidedText(text, right, room.width())
        painter.save()
        painter.setFont(bare.font)
        painter.setPen(theme.text)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
