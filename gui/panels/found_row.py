"""Rows of a search: the letters that were meant are bold, the rest is quiet."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import Theme

LETTERS = Qt.ItemDataRole.UserRole + 10  # places in the title that were meant
SIDE = Qt.ItemDataRole.UserRole + 11  # text at the right: a family, a shortcut
VIA = Qt.ItemDataRole.UserRole + 12  # the other name by which it was found
QUIET = Qt.ItemDataRole.UserRole + 13  # greyed: it does not fit, it cannot be done now
AFTER = Qt.ItemDataRole.UserRole + 14  # quiet text behind the title: a menu's name
HEADING = Qt.ItemDataRole.UserRole + 15  # stands over others
HEIGHT = 28
Index = QModelIndex | QPersistentModelIndex


def paint_marked(
    painter: QPainter,
    room: QRectF,
    text: str,
    letters: Collection[int],
    font: QFont,
) -> float:
    """Draw text with some of its letters bold; cut where there is no room.

    Returns:
        How wide it came out, in pixels.
    """
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Bold)
    if not letters:
        text = QFontMetricsF(font).elidedText(
            text, Qt.TextElideMode.ElideRight, room.width()
        )
    x = room.left()
    for run, marked in _runs(text, letters):
        face = bold if marked else font
        painter.setFont(face)
        width = QFontMetricsF(face).horizontalAdvance(run)
        where = QRectF(x, room.top(), room.right() - x, room.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, run)
        x += width
    return x - room.left()


def _runs(text: str, letters: Collection[int]) -> Iterator[tuple[str, bool]]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (at in letters) != (start in letters):
            yield text[start:at], start in letters
            start = at


class FoundRow(QStyledItemDelegate):
    """Picture, title, the other name it has, and at the right where it belongs."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(option.rect)
        if index.data(HEADING):
            self._heading(painter, room, str(index.data()))
            painter.restore()
            return
        self._ground(painter, room, option.state)
        self._icon(painter, option.rect, index)
        theme, quiet = self._theme, bool(index.data(QUIET))
        left = room.adjusted(36, 0, -10, 0)
        side = str(index.data(SIDE) or "")
        small = theme.font("small")
        used = QFontMetricsF(small).horizontalAdvance(side) + 12 if side else 0
        painter.setPen(theme.faint if quiet else theme.text)
        title, letters = str(index.data()), index.data(LETTERS) or ()
        title_room = left.adjusted(0, 0, -min(used, left.width() / 2), 0)
        wide = paint_marked(painter, title_room, title, letters, theme.font("body"))
        self._beside(painter, title_room.adjusted(wide + 8, 0, 0, 0), index)
        self._side(painter, left.adjusted(wide + 12, 0, 0, 0), side, theme.muted)
        painter.restore()

    def _ground(self, painter: QPainter, room: QRectF, state: QStyle.StateFlag) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if not chosen and not state & QStyle.StateFlag.State_MouseOver:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.selected if chosen else self._theme.hover)
        painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), 5, 5)

    def _icon(self, painter: QPainter, room: QRect, index: Index) -> None:
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            where = QRect(room.left() + 9, room.center().y() - 8, 18, 18)
            mode = QIcon.Mode.Disabled if index.data(QUIET) else QIcon.Mode.Normal
            icon.paint(painter, where, mode=mode)

    def _heading(self, painter: QPainter, room: QRectF, text: str) -> None:
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.muted)
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room.adjusted(10, 4, -10, 0), where, text.upper())

    def _beside(self, painter: QPainter, room: QRectF, index: Index) -> None:
        """The other name that was meant, bold; or what the title belongs to."""
        via, after = str(index.data(VIA) or ""), str(index.data(AFTER) or "")
        font, said = self._theme.font("small"), via or after
        if said and QFontMetricsF(font).horizontalAdvance(said) < room.width():
            painter.setPen(self._theme.muted)
            paint_marked(painter, room, said, range(len(via)), font)

    def _side(self, painter: QPainter, room: QRectF, text: str, colour: QColor) -> None:
        if not text:
            return
        font = self._theme.font("small")
        painter.setPen(colour)
        painter.setFont(font)
        cut = QFontMetricsF(font).elidedText(
            text, Qt.TextElideMode.ElideRight, room.width()
        )
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(room, where, cut)
