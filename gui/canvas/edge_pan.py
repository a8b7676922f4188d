"""Something is dragged to the border: the canvas goes on underneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

BORDER = 36  # pixels in which it is felt
FASTEST = 22.0  # pixels a step, at the very edge
STEP = 16  # ms


class EdgePan(QObject):
    """Pans while a gesture is held near the border, faster the nearer."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._at = QPoint()
        self._keys = Qt.KeyboardModifier.NoModifier
        self._armed = False  # it has been inside: coming from the palette pans nothing
        self._timer = QTimer(self)
        self._timer.setInterval(STEP)
        self._timer.timeout.connect(self._go_on)

    def feel(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The gesture is at this point of the viewport."""
        self._at, self._keys = at, keys
        tool = self._view.tool
        away = self._away()
        self._armed = self._armed or away.isNull()
        if tool is None or not tool.pans or away.isNull() or not self._armed:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The gesture is over."""
        self._timer.stop()
        self._armed = False

    def _go_on(self) -> None:
        view = self._view
        if view.tool is None:
            self.stop()
            return
        view.shift(self._away() * (1 / view.zoom))
        view.tool.move(view.mapToScene(self._at), self._keys)

    def _away(self) -> QPointF:
        """How far to pan a step, in pixels; null inside."""
        area = self._view.viewport().rect()
        return QPointF(
            _pull(self._at.x(), area.left(), area.right()),
            _pull(self._at.y(), area.top(), area.bottom()),
        )


def _pull(at: int, low: int, high: int) -> float:
    if high - low < 4 * BORDER:
        return 0.0
    if at < low + BORDER:
        return -FASTEST * min(1.0, (low + BORDER - at) / BORDER)
    if at > high - BORDER:
        return FASTEST * min(1.0, (at - high + BORDER) / BORDER)
    return 0.0
