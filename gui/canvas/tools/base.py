"""A gesture: one object from press to release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Keys = Qt.KeyboardModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Tool:
    """Follows the pointer and ends in one edit, or in none when it is cancelled.

    Points are in scene coordinates. A tool holds what lasts as long as the gesture;
    the design changes only in `finish`. Until then it shows what `finish` would do.
    """

    cursor = Qt.CursorShape.ArrowCursor
    pans = False  # near the border the canvas goes on underneath

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self.view = view
        self.scene = view.canvas
        self.session = view.session
        self.document = view.session.document
        self.start = start

    def move(self, at: QPointF, keys: Keys) -> None:
        """The pointer is elsewhere now, or other keys are held."""

    def finish(self, at: QPointF, keys: Keys) -> None:
        """The button was let go: do it."""

    def cancel(self) -> None:
        """Esc, or the focus went away: leave no trace."""

    def hint(self, text: str, at: QPointF, *, refused: bool = False) -> None:
        """Say at the pointer what letting go would do, or why it would not be done."""
        self.view.cue.say(text, self.view.mapFromScene(at), refused=refused)
