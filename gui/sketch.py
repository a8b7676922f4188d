"""The first paint: the window's places in their colours, still empty.

Nothing here touches the `Qt` namespace. Python's first look at it takes as long as a
tenth of a bare window's start, and everything else waits for the paint anyway.
"""

from __future__ import annotations

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

LEFT, RIGHT, BELOW = 212, 336, 236  # pixels of a dock until the person moves it
SHARE = 0.44  # of the right side's height that is the inspector's
SIDES = ("left", "right", "below")


def sizes() -> dict[str, int]:
    """How wide or high the docks were when a window was last closed; 0 is hidden."""
    settings = QSettings()
    first = {"left": LEFT, "right": RIGHT, "below": BELOW}
    return {
        side: int(str(settings.value(f"places/{side}", first[side]))) for side in SIDES
    }


def remember(found: dict[str, int]) -> None:
    """Keep the sizes for the next start."""
    for side in SIDES:
        QSettings().setValue(f"places/{side}", found[side])


class Sketch(QFrame):
    """Frames where the docks and the canvas will be; the gaps are the hairlines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sketch")
        size = sizes()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        middle = QVBoxLayout()
        middle.setSpacing(1)
        if size["left"]:
            side = self._place("sketchSide")
            side.setFixedWidth(size["left"])
            line.addWidget(side)
        middle.addWidget(self._place("sketchCanvas"), 1)
        if size["below"]:
            below = self._place("sketchSide")
            below.setFixedHeight(size["below"])
            middle.addWidget(below)
        line.addLayout(middle, 1)
        if size["right"]:
            line.addLayout(self._right(size["right"]))

    def _right(self, width: int) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(1)
        for share in (SHARE, 1 - SHARE):
            side = self._place("sketchSide")
            side.setFixedWidth(width)
            column.addWidget(side, round(100 * share))
        return column

    def _place(self, name: str) -> QFrame:
        place = QFrame(self)
        place.setObjectName(name)
        return place
