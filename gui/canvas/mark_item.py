"""A frame or a comment on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.design.marks import Frame, Mark
from gui.canvas.inks import Inks
from gui.canvas.mark_paint import HEAD, STILL, paint_mark, rect

BEHIND, ABOVE = -10.0, 0.5  # frames lie behind all, comments on the wires
MARGIN = 8.0  # around the box: the line, and handles as far as they reach


class MarkItem(QGraphicsItem):
    """Shows a mark; knows nothing of the document."""

    def __init__(self, mark: Mark, inks: Inks) -> None:
        super().__init__()
        self.mark = mark
        self.inks = inks
        self.mood = STILL
        self._rank()

    @property
    def id(self) -> str:
        return self.mark.id

    @property
    def box(self) -> QRectF:
        """What it covers, in scene coordinates."""
        return rect(self.mark.box)

    def show_mark(self, mark: Mark, inks: Inks) -> None:
        """Take another look, or another place."""
        if mark == self.mark and inks is self.inks:
            return
        if mark.box != self.mark.box:
            self.prepareGeometryChange()
        self.mark, self.inks = mark, inks
        self._rank()
        self.update()

    def feel(self, **changes: bool) -> None:
        """Change the mood, and repaint where it is another."""
        mood = self.mood._replace(**changes)
        if mood != self.mood:
            self.mood = mood
            self.update()

    def grip(self, at: QPointF, reach: float) -> str:
        """The edges that a drag from here would move: "", "n", "se", ..."""
        box = self.box
        near = box.adjusted(-reach, -reach, reach, reach)
        # Comments are dragged by all of themselves, and so are small frames.
        inner = min(reach, box.width() / 4, box.height() / 4)
        if not near.contains(at) or box.adjusted(inner, inner, -inner, -inner).contains(
            at
        ):
            return ""
        up, down = at.y() <= box.top() + inner, at.y() >= box.bottom() - inner
        left, right = at.x() <= box.left() + inner, at.x() >= box.right() - inner
        return ("n" if up else "s" if down else "") + (
            "w" if left else "e" if right else ""
        )

    def held(self, at: QPointF) -> bool:
        """Whether a drag from here moves it: a frame by its title, a comment by all."""
        if not isinstance(self.mark, Frame):
            return self.box.contains(at)
        head = self.box
        head.setHeight(min(HEAD, head.height()))
        return head.contains(at)

    def _rank(self) -> None:
        """Smaller frames lie on larger ones."""
        if isinstance(self.mark, Frame):
            area = self.mark.box.width * self.mark.box.height
            self.setZValue(BEHIND - area / 1e12)
        else:
            self.setZValue(ABOVE)

    # What Qt asks for

    def boundingRect(self) -> QRectF:
        return self.box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        paint_mark(painter, self.mark, self.inks, zoom, self.mood)
