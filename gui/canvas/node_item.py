"""A node on the canvas: one item, ports included."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.face import Dot, Face
from gui.canvas.inks import Inks
from gui.canvas.mood import Mood
from gui.canvas.painter import paint_node
from gui.canvas.sprites import Sprites
from gui.canvas.stage import Stage

AROUND = 24.0
STEP = 1e-7  # of the height: what came later lies above, whenever its item was made


class NodeItem(QGraphicsItem):
    """Shows a face; knows nothing of the document.

    Its mood is the stage's, so that it lasts while there is no item.
    """

    def __init__(self, face: Face, inks: Inks, stage: Stage, sprites: Sprites) -> None:
        super().__init__()
        self.id = face.id
        self.face = face
        self.inks = inks
        self._stage = stage
        self._sprites = sprites
        self._reach = _covered(face)
        self._lift()

    @property
    def mood(self) -> Mood:
        """How it stands out."""
        return self._stage.mood(self.id)

    def _lift(self) -> None:
        height = 2 if self.mood.selected else 1
        self.setZValue(height + STEP * self._stage.ranks.get(self.id, 0))

    def show_face(self, face: Face, inks: Inks) -> None:
        """Take another look."""
        if face == self.face and inks is self.inks:
            return
        if _covered(face) != self._reach:
            self.prepareGeometryChange()
            self._reach = _covered(face)
        self.face, self.inks = face, inks
        self.update()

    def feel(self, **changes: object) -> None:
        """Change the mood, and repaint where it is another."""
        mood = self.mood._replace(**changes)  # type: ignore[arg-type]
        if mood != self.mood:
            self._stage.feel(self.id, mood)
            self._lift()
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
        face, inks, mood = self.face, self.inks, self.mood

        def draw(painter: QPainter) -> None:
            paint_node(painter, face, inks, zoom, mood)

        if widget is None:  # a picture of the scene, of any resolution
            draw(painter)
        else:
            looks = id(face), id(inks), mood
            self._sprites.paint(painter, self.id, looks, self._reach, draw)


def _covered(face: Face) -> QRectF:
    """All that may be painted: far away the lines around a node are wider than it."""
    return face.reach.adjusted(-AROUND, -AROUND, AROUND, AROUND)
