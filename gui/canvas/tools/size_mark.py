"""Drag an edge or a corner of a frame or a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt

from engine.design.marks import Box
from gui.canvas.marking import box_of, called, resized
from gui.canvas.tools.base import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

LEAST = 40.0  # of a side: room for a handle at either end
CURSORS = {
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
}


class SizeMarkTool(Tool):
    """Moves the edges that were taken; lights up the nodes that come to be in it."""

    def __init__(self, view: CanvasView, start: QPointF, key: str, grip: str) -> None:
        super().__init__(view, start)
        self.key, self.grip = key, grip
        self.cursor = CURSORS[grip]
        self.before = self.document.design.look.marks[key].box
        self.box = self.before

    def move(self, at: QPointF, keys: Keys) -> None:
        self.box = stretched(self.before, self.grip, at - self.start)
        self.scene.marks.put({self.key: self.box})

    def finish(self, at: QPointF, keys: Keys) -> None:
        text = QCoreApplication.translate("canvas", "Resize “{title}”")
        mark = self.document.design.look.marks[self.key]
        if self.box == self.before:
            self.session.selection.set((), (self.key,))
            return
        self.document.attempt(
            resized, {self.key: self.box}, text=text.format(title=called(mark))
        )

    def cancel(self) -> None:
        self.scene.marks.restore([self.key])


def stretched(box: Box, grip: str, by: QPointF) -> Box:
    """A box with some of its edges elsewhere, and not less than a handle wide."""
    area = QRectF(*box)
    if "w" in grip:
        area.setLeft(min(area.left() + by.x(), area.right() - LEAST))
    if "e" in grip:
        area.setRight(max(area.right() + by.x(), area.left() + LEAST))
    if "n" in grip:
        area.setTop(min(area.top() + by.y(), area.bottom() - LEAST))
    if "s" in grip:
        area.setBottom(max(area.bottom() + by.y(), area.top() + LEAST))
    return box_of(area)
