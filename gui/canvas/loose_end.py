"""A wire that was let go on empty canvas, while the search asks what comes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtWidgets import QGraphicsPathItem

from gui.canvas.inks import pen
from gui.canvas.route import straight

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class LooseEnd(QObject):
    """Shows the wire until the search closes."""

    def __init__(self, view: CanvasView, ends: tuple[QPointF, QPointF]) -> None:
        super().__init__(view.finder)
        self._scene = view.canvas
        line = pen(view.canvas.inks.accent, 2.5)
        line.setStyle(Qt.PenStyle.DashLine)
        self._item = QGraphicsPathItem(straight(*ends))
        self._item.setPen(line)
        self._item.setZValue(5)
        self._scene.addItem(self._item)
        view.finder.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and self._item.scene() is not None:
            self._scene.removeItem(self._item)
            watched.removeEventFilter(self)
            self.deleteLater()
        return super().eventFilter(watched, event)
