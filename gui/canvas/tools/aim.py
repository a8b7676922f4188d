"""What a gesture aims at: a wire that is not lost at a tremor, lines to fall into."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.design.model import Wire
from gui.canvas.guides import NEAR, GuideItem, Shape, Snap, snapped
from gui.canvas.layout.shapes import Point
from gui.canvas.route import distance

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

REACH = 16.0  # pixels around a wire that mean it
HOLD = 1.6  # times that, once it is meant
SNAP = 7.0  # pixels around a line that pull


class WireAim:
    """The wire that something would be put into; lit while it is meant.

    A preview moves the wire away under the pointer, so a wire that is meant stays so
    until the pointer has left the place where it lay before.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene: CanvasScene = view.canvas
        self.wire: Wire | None = None
        self._lay: list[Point] = []

    def holds(self, at: QPointF) -> bool:
        """Whether the wire that is meant is still meant here."""
        return self.wire is not None and distance(self._lay, at) <= self.reach * HOLD

    def seek(self, at: QPointF) -> Wire | None:
        """Mean the wire near a point, or none; nothing may be previewed now."""
        found = self._scene.wire_at(at, self.reach)
        self.release()
        if found is not None:
            self.wire = found.wire
            self._lay = list(found.points)
            found.feel(lit=True)
        return self.wire

    def release(self) -> None:
        """Mean no wire."""
        if self.wire is not None and self.wire in self._scene.wire_items:
            self._scene.wire_items[self.wire].feel(lit=False)
        self.wire = None

    @property
    def reach(self) -> float:
        return REACH / max(self._view.zoom, 0.5)


class Lines:
    """Pulls what is dragged into line with its neighbours, and draws the lines."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._item: GuideItem | None = None
        self.shown = Snap(QPointF())

    def pull(
        self,
        shape: Shape,
        without: Collection[str] = (),
        home: Shape | None = None,
        *,
        marks: bool = False,
    ) -> QPointF:
        """How far to move `shape` to stand in line; the lines are shown.

        Args:
            shape: where it would be by the pointer alone.
            without: nodes that have no lines, since they are dragged too.
            home: where it came from, which has lines as well.
            marks: whether frames and comments have lines too.
        """
        near = shape.box.adjusted(-NEAR, -NEAR, NEAR, NEAR)
        area = near.intersected(self._view.seen)
        stage = self._view.canvas.stage
        others = [
            Shape(stage.body(key), QPointF(*stage.spots[key]))
            for key in self._view.canvas.nodes_in(area)
            if key not in without
        ]
        if marks:
            others += [
                Shape(item.box, item.box.center())
                for item in self._view.canvas.marks.items.values()
                if item.id not in without and area.intersects(item.box)
            ]
        snap = snapped(shape, others, SNAP / self._view.zoom, home)
        self.display(snap)
        return snap.offset

    def display(self, snap: Snap) -> None:
        """Draw these lines, or none."""
        self.shown = snap
        if self._item is None:
            self._item = GuideItem(self._view.canvas.inks)
            self._view.canvas.addItem(self._item)
        self._item.display(snap)

    def hide(self) -> None:
        """Draw none."""
        if self._item is not None:
            self._view.canvas.removeItem(self._item)
            self._item = None
        self.shown = Snap(QPointF())
