"""Middle drag, or drag with Space: the canvas follows the hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from gui.canvas.tools.base import Keys, Tool


class PanTool(Tool):
    """Keeps the point that was pressed under the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def move(self, at: QPointF, keys: Keys) -> None:
        self.view.shift(self.start - at)
