"""A block of the palette, carried over the canvas."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF

from gui.canvas.placing import used
from gui.canvas.tools.base import Keys
from gui.canvas.tools.drop import REACH, DropTool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

BLOCK = "application/x-fanin-block"


def carried_block(data: QMimeData) -> str:
    """The id of the block that a drag holds."""
    if not data.hasFormat(BLOCK):
        return ""
    return bytes(data.data(BLOCK).data()).decode("utf-8", "replace")


class BlockDropTool(DropTool):
    """Lights the wire it would be spliced into; adds a use where it is dropped."""

    def __init__(self, view: CanvasView, start: QPointF, block: str) -> None:
        super().__init__(view, start, "operator", block)

    def move(self, at: QPointF, keys: Keys) -> None:
        wire = None
        row = self.document.whole.blocks[self.kind].row
        if not keys & Keys.AltModifier and row.inputs and row.outputs:
            wire = self.scene.wire_at(at, REACH / max(self.view.zoom, 0.5))
        self._aim_wire(wire)

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        wire = self.wire.wire if self.wire else None
        self.cancel()
        edit = partial(used, block=self.kind, at=at, plan=self.view.plan(), wire=wire)
        name = self.document.whole.blocks[self.kind].name
        text = QCoreApplication.translate("canvas", "Add {title}")
        self.view.grow(edit, text.format(title=name))
