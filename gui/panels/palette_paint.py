"""Paints the palette's headings and rows."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.catalog.spec import Operator
from gui.panels.catalogue import ENTRY, Entry
from gui.panels.found_row import paint_marked
from gui.panels.glyphs import SIDE, glyph_colour, paint_glyph
from gui.theme import Theme

ROW = 24  # height of every line, in pixels
_LEFT = 14
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """Draws a heading with its count, or a row with its picture."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        return QSize(120, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        state = option.state
        font = QFont(option.font)
        self._ground(painter, rect, state, entry)
        if entry.row is None:
            opened = bool(state & QStyle.StateFlag.State_Open)
            self._heading(painter, rect, entry, font, opened)
        else:
            self._row(painter, rect, entry, font)
        painter.restore()

    def _ground(
        self,
        painter: QPainter,
        rect: QRectF,
        state: QStyle.StateFlag,
        entry: Entry,
    ) -> None:
        """The soft ground under the pointer, and a stronger one for the current row."""
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if not chosen and not hovered and not focused:
            return
        painter.setBrush(self._theme.selected if chosen else self._theme.hover)
        edge = Qt.PenStyle.NoPen if not focused else QPen(self._theme.accent, 1)
        painter.setPen(edge)
        painter.drawRoundedRect(rect.adjusted(7.5, 0.5, -7.5, -0.5), 6, 6)

    def _heading(
        self, painter: QPainter, rect: QRectF, entry: Entry, font: QFont, opened: bool
    ) -> None:
        section = entry.level == 0
        small = self._theme.font("caption")
        small.setWeight(QFont.Weight.DemiBold if section else QFont.Weight.Medium)
        painter.setFont(small)
        painter.setPen(self._theme.muted)
        left = rect.left() + _LEFT + (0 if section else 12 * entry.level + 2)
        title = entry.title.upper() if section else entry.title
        where = QRectF(left, rect.top(), rect.width() - left - 40, rect.height())
        painter.drawText(where, _MIDDLE, title)
        width = painter.fontMetrics().horizontalAdvance(title)
        if section:
            self._chevron(painter, QPointF(left + width + 9, rect.center().y()), opened)
        else:
            middle = QPointF(left - 9, rect.center().y())
            self._chevron(painter, middle, opened)
        small.setWeight(QFont.Weight.Normal)
        painter.setFont(small)
        count = rect.adjusted(0, 0, -_LEFT - 4, 0)
        painter.drawText(count, _MIDDLE | Qt.AlignmentFlag.AlignRight, str(entry.count))

    def _chevron(self, painter: QPainter, middle: QPointF, opened: bool) -> None:
        pen = QPen(self._theme.muted, 1.3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        points = [(-3.0, -1.5), (0.0, 1.5), (3.0, -1.5)]
        if not opened:
            points = [(-1.5, -3.0), (1.5, 0.0), (-1.5, 3.0)]
        painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in points]))
        painter.setPen(self._theme.muted)

    def _row(self, painter: QPainter, rect: QRectF, entry: Entry, font: QFont) -> None:
        row = entry.row
        if row is None:
            return
        top = rect.center().y() - SIDE / 2 + 0.5
        frame = QRectF(rect.left() + _LEFT + 2, top, SIDE, SIDE)
        paint_glyph(painter, frame, row, glyph_colour(row, self._theme))
        painter.setPen(self._theme.text)
        text = rect.adjusted(_LEFT + 30, 0, -_LEFT, 0)
        letters = entry.match.letters if entry.match else ()
        wide = paint_marked(painter, text, entry.title, letters, font)
        if entry.match is not None:
            self._origin(painter, text.adjusted(wide + 12, 0, 0, 0), entry)

    def _origin(self, painter: QPainter, room: QRectF, entry: Entry) -> None:
        """While searching, the other name it was found by, or its family."""
        row, via = entry.row, entry.match.via if entry.match else ""
        family = row.family if isinstance(row, Operator) else self.tr("Initializer")
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.muted)
        said = via or family
        if painter.fontMetrics().horizontalAdvance(said) <= room.width():
            painter.drawText(room, _MIDDLE | Qt.AlignmentFlag.AlignRight, said)
