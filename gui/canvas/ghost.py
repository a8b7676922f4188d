"""A node that is not there yet, where it would be."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.face import Face
from gui.canvas.inks import Inks
from gui.canvas.mood import Mood
from gui.canvas.painter import paint_node

PALE = 0.62
AROUND = 64.0  # far away the line around a node is wider than it, in the scene
MARKED = Mood(target=True)


class GhostItem(QGraphicsItem):
    """Looks like the node that letting go would leave.

    Args:
        face: its face.
        inks: the look.
        pale: whether it lets through what lies below; what takes the place of a node
            that is there does not.
    """

    def __init__(self, face: Face, inks: Inks, *, pale: bool = True) -> None:
        super().__init__()
        self._inks = inks
        self.face = face
        self.setOpacity(PALE if pale else 1.0)
        self.setZValue(8)

    @property
    def body(self) -> QRectF:
        """The shape's rectangle, in scene coordinates."""
        return self.face.body.translated(self.pos())

    def boundingRect(self) -> QRectF:
        return self.face.reach.adjusted(-AROUND, -AROUND, AROUND, AROUND)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        paint_node(painter, self.face, self._inks, zoom, MARKED)
