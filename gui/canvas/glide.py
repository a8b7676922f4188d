"""Going to another part of the canvas so gently that one sees where it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation
from PySide6.QtWidgets import QStyle

if TYPE_CHECKING:
    from gui.canvas.camera import Camera

LONGEST = 180  # ms


class Glide(QObject):
    """Looks at all, at the selection, in true size; gone to within a moment.

    Who has switched animations off in the system is there at once.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._ends = (1.0, QPointF(), 1.0, QPointF())
        self._arrive: Callable[[], None] | None = None
        self._way = QVariantAnimation(self)
        self._way.setStartValue(0.0)
        self._way.setEndValue(1.0)
        self._way.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._way.valueChanged.connect(self._step)
        self._way.finished.connect(self._land)

    def fit(self) -> None:
        self.to(self._camera.fit)

    def fit_selection(self) -> None:
        self.to(self._camera.fit_selection)

    def actual(self) -> None:
        self.to(lambda: self._camera.zoom_to(1.0))

    def to(self, look: Callable[[], None]) -> None:
        """Go where `look` would jump to."""
        camera = self._camera
        self.stop()
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        time = min(LONGEST, camera.style().styleHint(hint, None, camera))
        zoom, middle = camera.zoom, camera.middle
        look()
        if time <= 0 or not camera.isVisible():
            return
        self._ends = zoom, middle, camera.zoom, camera.middle
        self._arrive = look
        self._step(0.0)
        self._way.setDuration(time)
        self._way.start()

    def stop(self) -> None:
        """Stay where it is now: somebody looks elsewhere."""
        self._arrive = None
        self._way.stop()

    @property
    def busy(self) -> bool:
        return self._arrive is not None

    def _step(self, share: float) -> None:
        if self._arrive is None:
            return
        zoom, middle, last, end = self._ends
        # What is seen grows evenly, so that one point of it stays where it is.
        self._camera.zoom_to(1 / ((1 - share) / zoom + share / last))
        self._camera.centerOn(middle + (end - middle) * share)
        self._camera.looked.emit()

    def _land(self) -> None:
        arrive, self._arrive = self._arrive, None
        if arrive is not None:
            arrive()
