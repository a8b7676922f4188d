"""Dragging something out of the palette: a card hangs at the pointer.

Over the canvas it goes, as the node itself is shown there where it would land.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDrag, QDragMoveEvent, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

HOT = QPoint(18, 17)  # of the card, under the pointer


def carry(source: QWidget, data: QMimeData, picture: QPixmap) -> None:
    """Drag `data` until the button is let go.

    The system's own picture would cover what the canvas shows, and cannot be changed on
    the way; so it is empty, and the card belongs to the window.
    """
    empty = QPixmap(1, 1)
    empty.fill(Qt.GlobalColor.transparent)
    card = Card(source.window(), picture)
    drag = QDrag(source)
    drag.setMimeData(data)
    drag.setPixmap(empty)
    drag.exec(Qt.DropAction.CopyAction)
    card.drop()


class Card(QLabel):
    """Follows the pointer over the window, and hides where something takes a drop."""

    def __init__(self, window: QWidget, picture: QPixmap) -> None:
        super().__init__(window)
        self.setObjectName("carriedCard")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setPixmap(picture)
        self.adjustSize()
        self._watched = window.windowHandle()
        self._watched.installEventFilter(self)
        self.hide()

    def drop(self) -> None:
        """The drag is over."""
        self._watched.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragMoveEvent):  # entering is one as well
            self._follow(event.position().toPoint())
        elif event.type() in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self.hide()
        return super().eventFilter(watched, event)

    def _follow(self, at: QPoint) -> None:
        self.move(at - HOT)
        below = self.window().childAt(at)
        while below is not None and not below.isWindow() and not below.acceptDrops():
            below = below.parentWidget()
        taken = below is not None and not below.isWindow()
        self.setVisible(not taken)
        self.raise_()
