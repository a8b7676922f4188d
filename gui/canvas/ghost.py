"""A node that is not there yet, under the pointer that carries it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.catalog import OPERATORS
from engine.design.model import Node
from gui.canvas.face import face_of
from gui.canvas.inks import Inks
from gui.canvas.painter import paint_node


class GhostItem(QGraphicsItem):
    """Looks like the node that a drop would add."""

    def __init__(self, kind: str, inks: Inks) -> None:
        super().__init__()
        self._inks = inks
        self._face = face_of(Node("", kind, OPERATORS[kind].title), None, inks)
        self.setOpacity(0.55)
        self.setZValue(8)

    def boundingRect(self) -> QRectF:
        return self._face.reach

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        paint_node(painter, self._face, self._inks, 1.0)
