"""The first paint: the window's places in their colours, still empty.

Nothing here touches the `Qt` namespace. Python's first look at it takes as long as a
tenth of a bare window's start, and everything else waits for the paint anyway.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSettings, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

SIDES = ("left", "right", "below")


class Part(NamedTuple):
    """How much of a window a dock takes: a share, within limits in pixels."""

    share: float
    least: int
    most: int
    limit: float  # the share that it never exceeds, however small the window

    def of(self, whole: int) -> int:
        wanted = min(self.most, max(self.least, round(self.share * whole)))
        return min(wanted, round(self.limit * whole))


LEFT, RIGHT = Part(0.144, 190, 264, 0.2), Part(0.236, 324, 440, 0.33)
BELOW = Part(0.262, 210, 340, 0.34)


def first(window: QSize) -> dict[str, int]:
    """How wide or high the docks are until the person moves them."""
    across, down = window.width(), window.height()
    return {"left": LEFT.of(across), "right": RIGHT.of(across), "below": BELOW.of(down)}


def sizes(window: QSize) -> dict[str, int]:
    """How wide or high the docks were when a window was last closed; 0 is hidden."""
    settings, new = QSettings(), first(window)
    found = {
        side: int(str(settings.value(f"places/{side}", new[side]))) for side in SIDES
    }
    if int(str(settings.value("places/sizes", 0))):  # the person has chosen them
        return found
    return {side: new[side] if found[side] else 0 for side in SIDES}


def remember(found: dict[str, int]) -> None:
    """Keep the sizes for the next start."""
    for side in found:
        QSettings().setValue(f"places/{side}", found[side])


class Sketch(QFrame):
    """Frames where the docks and the canvas will be; the gaps are the hairlines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sketch")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        middle = QVBoxLayout()
        middle.setSpacing(1)
        self._sides = {side: self._place("sketchSide") for side in SIDES}
        line.addWidget(self._sides["left"])
        middle.addWidget(self._place("sketchCanvas"), 1)
        middle.addWidget(self._sides["below"])
        line.addLayout(middle, 1)
        line.addWidget(self._sides["right"])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = sizes(self.window().size())
        for side, place in self._sides.items():
            place.setVisible(size[side] > 0)
        self._sides["left"].setFixedWidth(size["left"])
        self._sides["right"].setFixedWidth(size["right"])
        self._sides["below"].setFixedHeight(size["below"])

    def _place(self, name: str) -> QFrame:
        place = QFrame(self)
        place.setObjectName(name)
        return place
