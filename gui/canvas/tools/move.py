"""Drag nodes: they snap to their neighbours' lines, and may be let go into a wire."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsLineItem

from engine.design import edits
from engine.design.model import Design
from gui.canvas.inks import pen
from gui.canvas.node_item import NodeItem
from gui.canvas.placing import between
from gui.canvas.tools.base import Keys, Tool
from gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CLICK = 4.0  # pixels of the screen
SNAP = 7.0
SIGHT = 600.0  # how far a neighbour's line is felt


class MoveTool(Tool):
    """Moves the selected nodes, and the activations docked to them."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, view: CanvasView, start: QPointF, grabbed: str) -> None:
        super().__init__(view, start)
        self.grabbed = grabbed
        self.origins: dict[str, QPointF] = {}
        self.lines: list[QGraphicsLineItem] = []
        self.wire: WireItem | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        offset = at - self.start
        if not self.origins:
            if offset.manhattanLength() < CLICK / self.view.zoom:
                return
            self._begin()
        free = bool(keys & Keys.AltModifier)
        offset = offset if free else offset + self._snapped(offset)
        self.scene.put({key: spot + offset for key, spot in self.origins.items()})
        self._light(None if free else self._wire_below())

    def finish(self, at: QPointF, keys: Keys) -> None:
        if not self.origins:
            if not keys & (Keys.ControlModifier | Keys.ShiftModifier):
                self.view.select_only(self.grabbed)
            return
        wire = self.wire.wire if self.wire else None
        spot = self.scene.node_items[self.grabbed].pos()
        spots = {
            key: (self.scene.node_items[key].x(), self.scene.node_items[key].y())
            for key in self.origins
        }
        self._clean()
        if wire is not None:
            text = QCoreApplication.translate("canvas", "Put {name} into a wire")
            name = self.document.design.nodes[self.grabbed].name
            plan = self.view.plan()
            edit = partial(between, key=self.grabbed, wire=wire, at=spot, plan=plan)
            done = self.document.attempt(edit, text=text.format(name=name))
        else:
            done = self.document.attempt(_moved, spots, text=self._text())
        self.scene.settle(self.origins)
        if done:
            self.scene.detour(self.origins)
            self.scene.arranged.emit()

    def cancel(self) -> None:
        self._clean()
        self.scene.settle(self.origins)

    def _begin(self) -> None:
        design = self.document.design
        moving = set(self.session.selection.ids | {self.grabbed})
        moving |= {a for a, layer in design.look.docked.items() if layer in moving}
        items = self.scene.node_items
        self.origins = {key: items[key].pos() for key in moving if key in items}
        self.view.setCursor(Qt.CursorShape.SizeAllCursor)

    def _text(self) -> str:
        count = len(self.origins)
        if count == 1:
            name = self.document.design.nodes[self.grabbed].name
            text = QCoreApplication.translate("canvas", "Move {name}")
            return text.format(name=name)
        text = QCoreApplication.translate("canvas", "Move {count} nodes")
        return text.format(count=count)

    def _snapped(self, offset: QPointF) -> QPointF:
        """What to add so that the grabbed node lines up with a neighbour."""
        item = self.scene.node_items[self.grabbed]
        at = self.origins[self.grabbed] + offset
        near = QRectF(at.x() - SIGHT, at.y() - SIGHT, 2 * SIGHT, 2 * SIGHT)
        others = [
            other
            for other in self.scene.items(near)
            if isinstance(other, NodeItem) and other.id not in self.origins
        ]
        reach = SNAP / self.view.zoom
        extra = QPointF()
        guides = []
        column = min(others, key=lambda o: abs(o.x() - at.x()), default=None)
        row = min(others, key=lambda o: abs(o.y() - at.y()), default=None)
        if column and abs(column.x() - at.x()) <= reach:
            extra.setX(column.x() - at.x())
            guides.append(_between(column, item, at + extra, upright=True))
        if row and abs(row.y() - at.y()) <= reach:
            extra.setY(row.y() - at.y())
            guides.append(_between(row, item, at + extra, upright=False))
        self._show(guides)
        return extra

    def _show(self, guides: list[QLineF]) -> None:
        """Draw the lines that were snapped to."""
        while len(self.lines) < len(guides):
            line = QGraphicsLineItem()
            thin = pen(self.scene.inks.accent, 1.0)
            thin.setCosmetic(True)
            thin.setStyle(Qt.PenStyle.DashLine)
            line.setPen(thin)
            line.setZValue(-1)
            self.scene.addItem(line)
            self.lines.append(line)
        for index, line in enumerate(self.lines):
            line.setVisible(index < len(guides))
            if index < len(guides):
                line.setLine(guides[index])

    def _wire_below(self) -> WireItem | None:
        """The wire under a single node that nothing is wired to yet."""
        graph = self.document.design.graph
        key = self.grabbed
        if len(self.origins) > 1 or graph.incoming.get(key) or graph.outgoing.get(key):
            return None
        node = self.document.design.nodes[key]
        if not node.inputs or not node.outputs:
            return None
        return self.scene.wire_at(self.scene.node_items[key].body.center(), 14.0)

    def _light(self, wire: WireItem | None) -> None:
        if wire is not self.wire:
            for each, on in ((self.wire, False), (wire, True)):
                if each is not None:
                    each.feel(lit=on)
            self.wire = wire

    def _clean(self) -> None:
        self._light(None)
        for line in self.lines:
            self.scene.removeItem(line)
        self.lines.clear()
        self.view.unsetCursor()


def _between(other: NodeItem, item: NodeItem, at: QPointF, *, upright: bool) -> QLineF:
    """The line through two nodes in a row or a column, a little beyond both."""
    boxes = other.body, item.face.body.translated(at)
    whole = boxes[0].united(boxes[1]).adjusted(-16, -16, 16, 16)
    if upright:
        return QLineF(at.x(), whole.top(), at.x(), whole.bottom())
    return QLineF(whole.left(), at.y(), whole.right(), at.y())


def _moved(design: Design, spots: dict[str, tuple[float, float]]) -> Design:
    """Nodes elsewhere; an activation that was pulled off its layer is on its own."""
    before = design.look.positions
    for key, layer in design.look.docked.items():
        if key in spots and layer not in spots and spots[key] != before.get(key):
            design = edits.dock(design, key, None)
    return edits.move(design, spots)
