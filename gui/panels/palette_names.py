"""Paints the name of a block with its count, and lets it be typed anew in place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.theme import Theme

ID = Qt.ItemDataRole.UserRole
COUNT = Qt.ItemDataRole.UserRole + 1
ROW = 26  # height of a row
RIGHT = 36  # room for a count

_Place = QModelIndex | QPersistentModelIndex


class NameDelegate(QStyledItemDelegate):
    """The name, and at the right how often the block is used.

    Args:
        theme: the look.
        parent: the list.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Place
    ) -> None:
        super().paint(painter, option, index)
        count = index.data(COUNT)
        if not count:
            return
        whole: QRect = option.rect
        painter.save()
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.muted)
        room = whole.adjusted(whole.width() - RIGHT, 0, -8, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, right, f"×{count}")
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Place) -> None:
        super().initStyleOption(option, index)
        if index.data(COUNT):  # the name gives way to the count
            metrics = option.fontMetrics
            room = option.rect.width() - RIGHT - 34
            option.text = metrics.elidedText(
                option.text, Qt.TextElideMode.ElideRight, room
            )


class RowField(QLineEdit):
    """The name of a row, to be typed anew where it stands; Enter takes it.

    Args:
        row: what it covers, in the viewport of the list.
        name: what stands there now.
        take: told the new name.
        parent: that viewport.
    """

    def __init__(
        self, row: QRect, name: str, take: Callable[[str], None], parent: QWidget
    ) -> None:
        super().__init__(name, parent)
        self.setObjectName("blockNameField")
        self.setAccessibleName(self.tr("Name of the block"))
        self.setToolTip(self.tr("Enter takes the name, Esc leaves the old one"))
        self._old, self._take, self._list = name, take, parent
        self.setGeometry(row.adjusted(26, 0, -4, 0))
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            name = self.text().strip()
            self._leave()
            if name and name != self._old:
                self._take(name)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()

    def _leave(self) -> None:
        if not self.isHidden():
            had = self.hasFocus()
            self.hide()
            self.deleteLater()
            if had:
                self._list.setFocus()
