"""Frames and comments on the canvas, kept in step with the design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtGui import QPainter

from engine.design.marks import Box, Frame
from engine.design.model import Design
from gui.canvas.mark_item import MarkItem
from gui.canvas.mark_paint import mixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.canvas.scene import CanvasScene

REACH = 6.0  # pixels around an edge that still mean it


class MarkHit(NamedTuple):
    """A frame or comment under a point.

    Args:
        id: which.
        grip: the edges that a drag from here would move; "" moves all of it.
        title: whether it is a frame.
    """

    id: str
    grip: str = ""
    frame: bool = False


class Marks(QObject):
    """The items of the marks; changes nothing itself."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._session = scene.session
        self.items: dict[str, MarkItem] = {}
        self._hovered = ""
        self._targets: frozenset[str] = frozenset()
        self._session.document.changed.connect(self.follow)
        self._session.selection.changed.connect(self._show_selection)

    @property
    def content(self) -> QRectF:
        """The rectangle around all of them; empty without any."""
        return self.extent(self.items)

    def extent(self, ids: Iterable[str]) -> QRectF:
        """The rectangle around some of them."""
        whole = QRectF()
        for key in ids:
            if key in self.items:
                whole = whole.united(self.items[key].box)
        return whole

    def hit(self, at: QPointF, zoom: float) -> MarkHit | None:
        """What a press here means: the smallest frame or comment under it."""
        reach = REACH / min(max(zoom, 0.2), 2.0)
        around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        found = [item for item in self.items.values() if item.box.intersects(around)]
        for item in sorted(found, key=lambda item: -item.zValue()):
            frame = isinstance(item.mark, Frame)
            grip = item.grip(at, reach)
            if grip and (frame or item.mood.selected):
                return MarkHit(item.id, grip, frame)
            if item.held(at):
                return MarkHit(item.id, "", frame)
        return None

    def within(self, area: QRectF) -> frozenset[str]:
        """What a rubber band takes: frames that lie in it, comments that it touches."""
        return frozenset(
            key
            for key, item in self.items.items()
            if (
                area.contains(item.box)
                if isinstance(item.mark, Frame)
                else area.intersects(item.box)
            )
        )

    def hover(self, hit: MarkHit | None) -> None:
        """Let the mark under the pointer answer to it."""
        key = hit.id if hit else ""
        if key == self._hovered:
            return
        for each, on in ((self._hovered, False), (key, True)):
            if each in self.items:
                self.items[each].feel(hovered=on)
        self._hovered = key

    # While a gesture lasts

    def put(self, boxes: Mapping[str, Box]) -> None:
        """Show marks elsewhere; the design stays as it is."""
        for key, box in boxes.items():
            item = self.items[key]
            item.show_mark(replace(item.mark, box=box), self._scene.inks)

    def restore(self, ids: Iterable[str]) -> None:
        """Show marks where the design has them."""
        marks = self._session.document.design.look.marks
        for key in ids:
            if key in marks and key in self.items:
                self.items[key].show_mark(marks[key], self._scene.inks)

    def aim(self, spots: Iterable[QPointF]) -> None:
        """Light up the frames that nodes dropped at these points would belong to."""
        spots = list(spots)
        targets = frozenset(
            key
            for key, item in self.items.items()
            if isinstance(item.mark, Frame) and any(map(item.box.contains, spots))
        )
        for key in targets ^ self._targets:
            if key in self.items:
                self.items[key].feel(target=key in targets)
        self._targets = targets

    def paint_small(
        self, painter: QPainter, to_map: Callable[[QRectF], QRectF]
    ) -> None:
        """Into the minimap."""
        inks = self._scene.inks
        for item in sorted(self.items.values(), key=lambda item: item.zValue()):
            share = 0.22 if isinstance(item.mark, Frame) else 0.5
            colour = inks.theme.mark(item.mark.colour)
            painter.setBrush(mixed(inks.theme.panel, colour, share))
            painter.drawRect(to_map(item.box))

    # In step with the design

    def follow(self, before: Design, after: Design) -> None:
        """Redraw what differs between two designs."""
        marks, inks = after.look.marks, self._scene.inks
        gone = self.items.keys() - marks.keys()
        changed = bool(gone)
        for key in gone:
            self._scene.removeItem(self.items.pop(key))
        for key, mark in marks.items():
            item = self.items.get(key)
            if item is None:
                item = self.items[key] = MarkItem(mark, inks)
                self._scene.addItem(item)
                changed = True
            elif item.mark is not mark or item.inks is not inks:
                item.show_mark(mark, inks)
                changed = True
        if changed:
            self._show_selection()
            self._scene.grow()
            self._scene.arranged.emit()

    def _show_selection(self, *_: object) -> None:
        self.show_selected(self._session.selection.marks)

    def show_selected(self, chosen: frozenset[str]) -> None:
        """Draw these as selected; what is selected stays as it is."""
        for key, item in self.items.items():
            item.feel(selected=key in chosen)
