"""Drag a frame by its title, or a comment: what is in a frame goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, Qt

from engine.design.marks import Box, Frame
from gui.canvas.guides import Shape
from gui.canvas.mark_paint import rect
from gui.canvas.marking import called, moving, shifted
from gui.canvas.tools.aim import Lines
from gui.canvas.tools.base import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CLICK = 4.0  # pixels of the screen


class MoveMarksTool(Tool):
    """Moves the selected marks, with the nodes that are selected or in a frame."""

    pans = True

    def __init__(self, view: CanvasView, start: QPointF, grabbed: str) -> None:
        super().__init__(view, start)
        self.grabbed = grabbed
        selection = self.session.selection
        self.spots, self.boxes = moving(
            self.document.design, selection.ids, selection.marks | {grabbed}
        )
        self.offset: QPointF | None = None  # none while it may be a click
        self.lines = Lines(view)
        box = rect(self.boxes[grabbed])
        self.home = Shape(box, box.center())

    def move(self, at: QPointF, keys: Keys) -> None:
        offset = at - self.start
        if self.offset is None:
            if offset.manhattanLength() < CLICK / self.view.zoom:
                return
            self.view.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        self.offset = offset + self._pull(offset, keys)
        spots, boxes = self._now()
        self.scene.put({key: QPointF(*spot) for key, spot in spots.items()})
        self.scene.marks.put(boxes)

    def finish(self, at: QPointF, keys: Keys) -> None:
        if self.offset is None:
            if not keys & (Keys.ControlModifier | Keys.ShiftModifier):
                self.session.selection.set((), (self.grabbed,))
            return
        spots, boxes = self._now()
        self._clean()
        done = self.document.attempt(shifted, spots, boxes, text=self._text())
        self.scene.settle(self.spots)
        if done:
            self.scene.detour(self.spots)
            self.scene.arranged.emit()
        else:
            self.scene.marks.restore(self.boxes)

    def cancel(self) -> None:
        self._clean()
        if self.offset is not None:
            self.scene.settle(self.spots)
            self.scene.marks.restore(self.boxes)

    def _pull(self, offset: QPointF, keys: Keys) -> QPointF:
        """Into line with the neighbours, unless Alt is held."""
        if keys & Keys.AltModifier:
            self.lines.hide()
            return QPointF()
        without = {*self.spots, *self.boxes}
        shape = self.home.moved(offset)
        return self.lines.pull(shape, without, self.home, marks=True)

    def _now(self) -> tuple[dict[str, tuple[float, float]], dict[str, Box]]:
        """Where nodes and marks are while they are dragged."""
        offset = self.offset or QPointF()
        dx, dy = offset.x(), offset.y()
        return (
            {key: (x + dx, y + dy) for key, (x, y) in self.spots.items()},
            {key: box.moved(dx, dy) for key, box in self.boxes.items()},
        )

    def _text(self) -> str:
        mark = self.document.design.look.marks[self.grabbed]
        text = QCoreApplication.translate("canvas", "Move the comment “{title}”")
        if isinstance(mark, Frame):
            text = QCoreApplication.translate("canvas", "Move the frame “{title}”")
        return text.format(title=called(mark))

    def _clean(self) -> None:
        self.lines.hide()
