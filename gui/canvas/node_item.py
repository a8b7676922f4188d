"""A node on the canvas: one item, ports included."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.face import Dot, Face
from gui.canvas.inks import Inks
from gui.canvas.painter import CALM, Mood, paint_node


class NodeItem(QGraphicsItem):
    """Shows a face; knows nothing of the document."""

    def __init__(self, face: Face, inks: Inks) -> None:
        super().__init__()
        self.id = face.id
        self.face = face
        self.inks = inks
        self.mood = CALM
        self._reach = face.reach
        self.setZValue(1)

    def show_face(self, face: Face, inks: Inks) -> bool:
        """Take another look; True where ports or size moved, so that wires follow."""
        if face == self.face and inks is self.inks:
            return False
        moved = face.body != self.face.body or face.dots != self.face.dots
        if face.reach != self._reach:
            self.prepareGeometryChange()
            self._reach = face.reach
        self.face, self.inks = face, inks
        self.update()
        return moved

    def feel(self, **changes: object) -> None:
        """Change the mood, and repaint where it is another."""
        mood = self.mood._replace(**changes)  # type: ignore[arg-type]
        if mood != self.mood:
            self.mood = mood
            self.setZValue(2 if mood.selected else 1)
            self.update()

    @property
    def body(self) -> QRectF:
        """The shape's rectangle, in scene coordinates."""
        return self.face.body.translated(self.pos())

    @property
    def space(self) -> QRectF:
        """What no other node may cover, in scene coordinates."""
        return self.face.space.translated(self.pos())

    def port_at(self, dot: Dot) -> QPointF:
        return self.pos() + dot.at

    def near_port(self, at: QPointF, reach: float) -> Dot | None:
        """The port within `reach` of a point of the scene, the nearest of them."""
        local = at - self.pos()
        best, least = None, reach
        for dot in self.face.dots:
            away = max(abs(dot.x - local.x()), abs(dot.y - local.y()))
            if away <= least:
                best, least = dot, away
        return best

    # What Qt asks for

    def boundingRect(self) -> QRectF:
        return self._reach

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.face.body)
        return path

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        paint_node(painter, self.face, self.inks, zoom, self.mood)


__all__ = ["Mood", "NodeItem"]
