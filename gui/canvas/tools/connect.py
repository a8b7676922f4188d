"""Drag from a port, or take a wire by its end: connect, re-route, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsPathItem

from engine.catalog.dims import text as shape_text
from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.fitting import fitting_inputs, fitting_outputs, wire_for
from gui.canvas.inks import pen
from gui.canvas.loose_end import LooseEnd
from gui.canvas.node_item import NodeItem
from gui.canvas.outcome import Outcome, outcome, rewired
from gui.canvas.route import straight
from gui.canvas.scene import Hit
from gui.canvas.tools.base import Keys, Tool
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CATCH = 22.0  # a port this near takes the wire
CROWD = 800  # nodes in view
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
    pans = True

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
        self.meant: Wire | None = None  # what letting go would leave
        self.outcome = Outcome()
        self.fits: dict[str, frozenset[tuple[str, bool]]] = {}
        self._seen = QRectF()  # the part of the scene where ports are lit

    def move(self, at: QPointF, keys: Keys) -> None:
        if self.ghost is None:
            if (at - self.start).manhattanLength() < CLICK / self.view.zoom:
                return
            self._begin()
        if self.view.seen != self._seen:
            self._light_up()
        hit = self._hit(at)
        self._aim(hit.node)
        self._mean(self._meant(hit) if hit.node else None)
        self._draw(at)
        self.hint(self._words(hit.node), at, refused=self._bad)

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
            self.session.tell(self._no_port(hit.node))
        elif wire != self.taken:
            text = QCoreApplication.translate("canvas", "Connect {source} to {target}")
            nodes = self.document.design.nodes
            names = nodes[wire.source].name, nodes[wire.target].name
            said = text.format(source=names[0], target=names[1])
            self.document.attempt(rewired, self.taken, wire, text=said)

    def cancel(self) -> None:
        if self.ghost is not None:
            self.scene.removeItem(self.ghost)
            self.ghost = None
        self._aim(None)
        for key in self.fits:
            if key in self.scene.node_items:
                self.scene.node_items[key].feel(lit=None)
        if self.taken is not None and self.taken in self.scene.wire_items:
            self.scene.wire_items[self.taken].setVisible(True)

    def _begin(self) -> None:
        """Show the wire in the hand."""
        self.ghost = QGraphicsPathItem()
        self.ghost.setZValue(5)
        self.scene.addItem(self.ghost)
        if self.taken is not None and self.taken in self.scene.wire_items:
            self.scene.wire_items[self.taken].setVisible(False)

    def _light_up(self) -> None:
        """Light up the ports in view that would take the wire."""
        self._seen = self.view.seen
        design, checked = self._freed(), self.document.checked
        key, port, entering = self.anchor
        known = self.fits.keys() | {key}  # the end that stays is neither
        fresh = [each for each in self.view.visible_nodes() if each not in known]
        if len(fresh) > CROWD:
            return  # from so far away no port can be told from another
        search = fitting_outputs if entering else fitting_inputs
        found = search(design, checked, (key, port), fresh)
        for each, ports in found.items():
            self.scene.node_items[each].feel(lit=ports)
        self.fits |= found

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

    def _mean(self, wire: Wire | None) -> None:
        """What it would come to is worked out once for each wire that is meant."""
        if wire == self.meant:
            return
        self.meant = wire
        self.outcome = Outcome()
        if wire is not None and wire != self.taken:
            self.outcome = outcome(
                self.document.design, self.document.checked, self.taken, wire
            )

    # What is shown

    def _draw(self, at: QPointF) -> None:
        """From the end that stays to the port that is meant, or to the pointer."""
        if self.ghost is None:
            return
        end, fixed = self._other_end(at), self._fixed()
        pair = (end, fixed) if self.anchor[2] else (fixed, end)
        self.ghost.setPath(straight(*pair))
        self.ghost.setPen(self._pen())

    @property
    def _bad(self) -> bool:
        """Whether nothing good would come of letting go here."""
        nowhere = self.target is not None and self.meant is None
        return bool(self.outcome.refused or self.outcome.wrong or nowhere)

    def _pen(self) -> QPen:
        inks = self.scene.inks
        if self._bad:
            return inks.wire_wrong
        if self.target is None and self.taken is not None:
            loose = pen(inks.muted, 2.0)
            loose.setDashPattern([1.5, 2.5])
            return loose
        return inks.wire_bold

    def _other_end(self, at: QPointF) -> QPointF:
        if self.meant is None or self.target is None:
            return at
        leaving = self.anchor[2]
        port = self.meant.output if leaving else self.meant.input
        dot = self.target.face.dot(port, entering=not leaving)
        if dot is not None:
            return self.target.port_at(dot)
        body = self.target.body  # an input that it will have
        return QPointF(body.left(), body.bottom() - 8)

    def _words(self, over: NodeItem | None) -> str:
        if over is None:
            return self._words_nowhere()
        trouble = self.outcome.refused or self.outcome.wrong
        if trouble:
            return say(trouble)
        if self.meant is None:
            return self._no_port(over)
        wire, nodes = self.meant, self.document.design.nodes
        target = nodes[wire.target]
        names = [target.name]
        if len(target.inputs) > 1:
            names.append(wire.input)
        parts = [" · ".join(names)]
        before = self._freed().graph.incoming.get(wire.target, {}).get(wire.input)
        if before is not None:
            text = _tr("in place of {name}")
            parts.append(text.format(name=nodes[before.source].name))
        if self.outcome.tensor is not None:
            text = _tr("gives {shape}")
            shape = shape_text(self.outcome.tensor.shape)
            parts.append(text.format(shape=shape))
        return ", ".join(parts)

    def _words_nowhere(self) -> str:
        if self.taken is None:
            return _tr("Let go to search for what fits")
        name = self.document.design.nodes[self.taken.target].name
        return _tr("Let go to disconnect {name}").format(name=name)

    def _no_port(self, item: NodeItem) -> str:
        name = self.document.design.nodes[item.id].name
        return _tr("{name} has no port for it.").format(name=name)

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
            end = self._fixed()
            self.view.search(at, self.anchor)
            LooseEnd(self.view, (at, end) if self.anchor[2] else (end, at))
            return
        name = self.document.design.nodes[self.taken.target].name
        said = _tr("Disconnect {name}").format(name=name)
        self.document.attempt(edits.disconnect, [self.taken], text=said)


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
