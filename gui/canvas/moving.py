"""Nodes and wires on their way to other places, so that one sees what went where.

The design is there already; only the items are still on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEasingCurve, QEvent, QObject, Qt, QVariantAnimation
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStyle

from engine.design.marks import Box
from engine.design.model import Wire
from gui.canvas.layout.shapes import Point
from gui.canvas.layout.way import along

if TYPE_CHECKING:
    from gui.canvas.camera import Camera

TIME = 250  # ms
MOST = 400  # nodes and wires: more of them are there at once
SHARES = tuple(step / 23 for step in range(24))  # points that stand for a wire
STOPS = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.Resize,
)


class Thread(NamedTuple):
    """A wire as points at even distances, and the middle of its label."""

    points: list[Point]
    label: Point | None


class Moving(QObject):
    """Moves what a change of the design put elsewhere.

    Any key or press, and any further change, ends it at once; Esc does nothing besides.
    Who has switched animations off in the system sees none.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._nodes: dict[str, tuple[Point, Point]] = {}
        self._wires: dict[Wire, tuple[Thread, Thread]] = {}
        self._marks: dict[str, tuple[Box, Box]] = {}
        self._way = QVariantAnimation(self)
        self._way.setStartValue(0.0)
        self._way.setEndValue(1.0)
        self._way.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._way.valueChanged.connect(self._step)
        self._way.finished.connect(self.finish)
        camera.canvas.session.document.changed.connect(self.finish)

    @property
    def busy(self) -> bool:
        return bool(self._nodes or self._wires or self._marks)

    def after(self, change: Callable[[], bool]) -> bool:
        """Make a change, and let what it moved go there; whether it was made."""
        self.finish()
        scene, camera = self._camera.canvas, self._camera
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        calm = camera.style().styleHint(hint, None, camera) <= 0
        many = len(scene.node_items) + len(scene.wire_items) > 2 * MOST
        if calm or many or scene.far or not camera.isVisible():
            return change()
        spots, threads = dict(scene.stage.spots), self._threads()
        boxes = {key: item.mark.box for key, item in scene.marks.items.items()}
        if not change():
            return False
        self._nodes = {
            key: (before, scene.stage.spots[key])
            for key, before in spots.items()
            if key in scene.stage.spots and scene.stage.spots[key] != before
        }
        self._wires = {
            wire: (threads[wire], thread)
            for wire, thread in self._threads().items()
            if wire in threads and threads[wire] != thread
        }
        self._marks = {
            key: (boxes[key], item.mark.box)
            for key, item in scene.marks.items.items()
            if key in boxes and item.mark.box != boxes[key]
        }
        if self.busy:
            camera.installEventFilter(self)
            camera.viewport().installEventFilter(self)
            self._step(0.0)
            self._way.setDuration(TIME)
            self._way.start()
        return True

    def finish(self, *_: object) -> None:
        """Be there."""
        if not self.busy:
            return
        scene, wires = self._camera.canvas, self._wires
        nodes, self._nodes, self._wires = self._nodes, {}, {}
        marks, self._marks = self._marks, {}
        scene.marks.restore(marks)
        self._way.stop()
        self._camera.removeEventFilter(self)
        self._camera.viewport().removeEventFilter(self)
        for key in nodes.keys() & scene.node_items.made.keys():
            scene.node_items[key].setPos(*scene.stage.spots[key])
        for wire in wires.keys() & scene.wire_items.made.keys():
            if wire in scene.wiring.laid:
                scene.wire_items[wire].lay(scene.wiring.laid[wire])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End it at whatever the person does next."""
        if event.type() in STOPS and self.busy:
            self.finish()
            if isinstance(event, QKeyEvent):
                return event.key() == Qt.Key.Key_Escape
        return super().eventFilter(watched, event)

    def _threads(self) -> dict[Wire, Thread]:
        items = self._camera.canvas.wire_items
        return {
            wire: Thread(along(item.points, SHARES), item.laid.label)
            for wire, item in items.items()
        }

    def _step(self, share: float) -> None:
        scene = self._camera.canvas
        for key, (before, after) in self._nodes.items():
            scene.node_items[key].setPos(*_between(before, after, share))
        scene.marks.put(
            {
                key: Box(*(a + (b - a) * share for a, b in zip(*ends, strict=True)))
                for key, ends in self._marks.items()
            }
        )
        for wire, (one, other) in self._wires.items():
            points = _mixed(one.points, other.points, share)
            label = other.label
            if one.label is not None and label is not None:
                label = _between(one.label, label, share)
            scene.wire_items[wire].glide(points, label)


def _between(one: Point, other: Point, share: float) -> Point:
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
    )


def _mixed(one: Sequence[Point], other: Sequence[Point], share: float) -> list[Point]:
    return [_between(a, b, share) for a, b in zip(one, other, strict=True)]
