"""Going into blocks and out again on the same canvas; a breadcrumb says where.

Each level keeps the view it was left with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from gui.canvas.breadcrumb import Breadcrumb
from gui.canvas.standing import Standing
from gui.place import Place

if TYPE_CHECKING:
    from gui.canvas.camera import Camera


class Levels(QObject):
    """Opens and leaves blocks; remembers where each level was looked at."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._session = camera.canvas.session
        self._now: Place = ()
        self._looks: dict[Place, tuple[float, QPointF]] = {}
        document = self._session.document
        self.standing = Standing(document, self)
        self.breadcrumb = Breadcrumb(camera, self.go, self.standing, camera.viewport())
        document.place_changed.connect(self._moved)
        document.whole_changed.connect(self._follow)
        document.path_changed.connect(self._follow)
        self._session.theme.changed.connect(self._follow)
        camera.looked.connect(self.breadcrumb.stay)  # scrolling takes children along
        self._follow()

    def enter(self, key: str | None = None) -> bool:
        """Open a block, the selected one without an id; False where it is none."""
        key = key or self._session.selection.one
        document = self._session.document
        node = document.design.nodes.get(key or "")
        if node is None or node.block is None or key is None:
            return False
        self._keep()
        document.open((*document.here.place, key))
        return True

    def leave(self) -> bool:
        """Go back to where the open block is used; False in the whole design."""
        place = self._session.document.here.place
        if place:
            self.go(place[:-1])
        return bool(place)

    def go(self, place: Place) -> None:
        """Look at a place; one that led here has its use selected."""
        here = self._session.document.here.place
        self._keep()
        self._session.document.open(place)
        if here[: len(place)] == place and here != place:
            self._session.selection.set([here[len(place)]])
        self._camera.setFocus()

    def show(self, place: Place) -> None:
        """Look at a place, and leave the keyboard where it is."""
        if place != self._session.document.here.place:
            self._keep()
            self._session.document.open(place)

    def turn(self, place: Place, turn: int | None) -> None:
        """Look at another use or repeat of the open block, from where one looks.

        Args:
            place: of the use.
            turn: its repeat; None is the one that was looked at last.
        """
        self._keep()
        self._looks[place] = self._looks[self._now]
        turns = {} if turn is None else {place: turn}
        self._session.document.open(place, turns)
        self._camera.setFocus()

    def tell_alone(self) -> None:
        """Say that there is no other use or repeat."""
        said = self.tr("The open block stands nowhere else.")
        if not self._now:
            said = self.tr("Open a block first.")
        self._session.tell(said)

    def _keep(self) -> None:
        camera = self._camera
        self._looks[self._now] = camera.zoom, camera.middle

    def _moved(self) -> None:
        before, self._now = self._now, self._session.document.here.place
        camera, kept = self._camera, self._looks.get(self._now)
        if before == self._now:  # another repeat: what is in sight stays so
            self._follow()
            return
        if kept is None:
            camera.fit_first()
        else:
            camera.zoom_to(kept[0])
            camera.centerOn(kept[1])
            camera.looked.emit()
        self._follow()

    def _follow(self, *_: object) -> None:
        if not self._session.document.history.count() and not self._now:
            self._looks.clear()  # of the document before
        self.breadcrumb.display()
