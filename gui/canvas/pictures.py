"""Which of the two pictures of a design is shown, and the items for the near one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QTimer

from gui.canvas.detail import FAR

if TYPE_CHECKING:
    from gui.canvas.camera import Camera

AT_ONCE = 0.06  # seconds: what takes longer to make is made between two frames
SLICE = 0.012  # seconds of such a part
AROUND = 0.35  # of the view: made beyond its edges, so that panning makes nothing
MOST = 3000  # items; beyond it those out of view go


class Pictures(QObject):
    """Close up the items in view, far away the overview.

    Where there are too many items to make at once, the overview stays until they are
    there: the window answers all the while, and nothing flickers.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._scene = camera.canvas
        self._ready = QRectF()  # all items in here are made
        self._later = QTimer(self, interval=0)
        self._later.timeout.connect(self._go_on)
        camera.canvas.session.document.changed.connect(self._changed)
        self.choose()

    def choose(self) -> None:
        """Show what suits the zoom."""
        camera, scene = self._camera, self._scene
        if camera.zoom < FAR:
            if not scene.far:
                scene.overview.setVisible(True)
                self._ready = QRectF()
            if not camera.held:
                scene.purge()
            if scene.unlaid:
                self._later.start()
            return
        seen = camera.seen
        if self._ready.contains(seen):
            return
        if len(scene.node_items.made) > MOST and not camera.held:
            scene.purge(seen)
        self._make(AT_ONCE)

    def _changed(self) -> None:
        self._ready = QRectF()
        self.choose()

    def _make(self, limit: float) -> None:
        """Make items for what is seen and for what lies around it."""
        seen, scene = self._camera.seen, self._scene
        if not scene.realize(seen, limit):
            scene.overview.setVisible(True)
            self._later.start()
            return
        scene.overview.setVisible(False)
        wide, high = seen.width() * AROUND, seen.height() * AROUND
        area = seen.adjusted(-wide, -high, wide, high)
        if scene.realize(area, SLICE):
            self._ready = area
            self._later.stop()
        else:
            self._later.start()

    def _go_on(self) -> None:
        if self._camera.zoom >= FAR:
            self._make(SLICE)
        elif not self._scene.lay_some(SLICE):
            self._later.stop()
