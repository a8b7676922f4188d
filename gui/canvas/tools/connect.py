"""Drag from a port, or take a wire by its end: connect, re-route, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtWidgets import QGraphicsPathItem

from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.fitting import fitting_inputs, fitting_outputs, wire_for
from gui.canvas.node_item import NodeItem
from gui.canvas.route import straight
from gui.canvas.scene import Hit
from gui.canvas.tools.base import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CATCH = 22.0  # a port this near takes the wire
CLICK = 4.0  # a shorter way is a click, not a drag


class ConnectTool(Tool):
    """Holds one end of a wire; the other is at the pointer.

    Args:
        view: the canvas.
        start: where it was pressed.
        anchor: node, port and whether that port is an input: the end that stays.
        taken: the wire whose other end was taken, for re-routing.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        view: CanvasView,
        start: QPointF,
        anchor: tuple[str, str, bool],
        taken: Wire | None = None,
    ) -> None:
        super().__init__(view, start)
        self.anchor = anchor
        self.taken = taken
        self.ghost: QGraphicsPathItem | None = None
        self.target: NodeItem | None = None
        self.fits: dict[str, frozenset[tuple[str, bool]]] = {}

    def move(self, at: QPointF, keys: Keys) -> None:
        if self.ghost is None:
            if (at - self.start).manhattanLength() < CLICK / self.view.zoom:
                return
            self._begin()
        hit = self._hit(at)
        end = hit.node.port_at(hit.dot) if hit.node and hit.dot else at
        self._aim(hit.node if hit.node and hit.node.id != self.anchor[0] else None)
        fixed = self._fixed()
        pair = (end, fixed) if self.anchor[2] else (fixed, end)
        if self.ghost:
            self.ghost.setPath(straight(*pair))

    def finish(self, at: QPointF, keys: Keys) -> None:
        if self.ghost is None:
            self.view.select_only(self.anchor[0] if self.taken is None else None)
            return
        hit = self._hit(at)
        self.cancel()
        if hit.node is None:
            self._drop_on_nothing(at)
            return
        wire = self._meant(hit)
        if wire is None:
            text = QCoreApplication.translate("canvas", "{name} has no port for it.")
            name = self.document.design.nodes[hit.node.id].name
            self.session.tell(text.format(name=name))
        elif wire != self.taken:
            text = QCoreApplication.translate("canvas", "Connect {source} to {target}")
            nodes = self.document.design.nodes
            names = nodes[wire.source].name, nodes[wire.target].name
            said = text.format(source=names[0], target=names[1])
            self.document.attempt(_rewired, self.taken, wire, text=said)

    def cancel(self) -> None:
        if self.ghost is not None:
            self.scene.removeItem(self.ghost)
            self.ghost = None
        self._aim(None)
        for key in self.fits:
            if key in self.scene.node_items:
                self.scene.node_items[key].feel(lit=None)
        if self.taken in self.scene.wire_items:
            self.scene.wire_items[self.taken].setVisible(True)

    def _begin(self) -> None:
        """Show the wire, and light up the ports that would take it."""
        self.ghost = QGraphicsPathItem()
        self.ghost.setPen(self.scene.inks.wire_bold)
        self.ghost.setZValue(5)
        self.scene.addItem(self.ghost)
        if self.taken in self.scene.wire_items:
            self.scene.wire_items[self.taken].setVisible(False)
        design, checked = self._freed(), self.document.checked
        key, port, entering = self.anchor
        visible = self.view.visible_nodes()
        search = fitting_outputs if entering else fitting_inputs
        self.fits = search(design, checked, (key, port), visible)
        for each, ports in self.fits.items():
            self.scene.node_items[each].feel(lit=ports)

    def _freed(self) -> Design:
        """The design without the wire whose end is in the hand."""
        design = self.document.design
        return edits.disconnect(design, [self.taken]) if self.taken else design

    def _hit(self, at: QPointF) -> Hit:
        """The port or node that would take the wire here."""
        hit = self.scene.hit(at, CATCH / max(self.view.zoom, 0.5))
        if hit.node is None or hit.node.id == self.anchor[0]:
            return Hit()
        if hit.dot and hit.dot.entering != self.anchor[2]:
            return hit
        return Hit(hit.node) if hit.node.body.contains(at) or hit.dot else Hit()

    def _meant(self, hit: Hit) -> Wire | None:
        assert hit.node is not None  # noqa: S101 -- asked only over a node
        key, port, entering = self.anchor
        if hit.dot is None:
            design, checked = self._freed(), self.document.checked
            return wire_for(design, checked, self.anchor, hit.node.id)
        if entering:
            return Wire(hit.node.id, hit.dot.port.name, key, port)
        return Wire(key, port, hit.node.id, hit.dot.port.name)

    def _fixed(self) -> QPointF:
        key, port, entering = self.anchor
        item = self.scene.node_items[key]
        dot = item.face.dot(port, entering=entering)
        return item.port_at(dot) if dot else item.pos()

    def _aim(self, item: NodeItem | None) -> None:
        if item is not self.target:
            for each, on in ((self.target, False), (item, True)):
                if each is not None:
                    each.feel(target=on)
            self.target = item

    def _drop_on_nothing(self, at: QPointF) -> None:
        if self.taken is None:
            self.view.search(at, self.anchor)
            return
        text = QCoreApplication.translate("canvas", "Disconnect {name}")
        name = self.document.design.nodes[self.taken.target].name
        said = text.format(name=name)
        self.document.attempt(edits.disconnect, [self.taken], text=said)


def _rewired(design: Design, taken: Wire | None, wire: Wire) -> Design:
    """One wire more, in place of the one whose end was taken."""
    if taken is not None:
        design = edits.disconnect(design, [taken])
    return edits.connect_further(design, wire)
