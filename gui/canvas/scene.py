"""The design as graphics items, kept in step by what is not identical."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from engine.design.model import Design, Wire
from gui.canvas.face import Dot, Face, face_of, tensor_text
from gui.canvas.inks import Inks
from gui.canvas.layout.measure import leaning
from gui.canvas.layout.shapes import Point
from gui.canvas.marks import MarkHit, Marks
from gui.canvas.node_item import NodeItem
from gui.canvas.painter import LABEL_EDGE
from gui.canvas.wire_item import WireItem, WireLook
from gui.canvas.wiring import Line, Wiring
from gui.session import Session

ROOM = 2000.0  # the index reaches this far beyond the nodes


class Hit(NamedTuple):
    """What lies under a point: a port, a node, a wire, a mark, or nothing."""

    node: NodeItem | None = None
    dot: Dot | None = None
    wire: WireItem | None = None
    mark: MarkHit | None = None


class CanvasScene(QGraphicsScene):
    """Items for nodes and wires; changes nothing itself."""

    arranged = Signal()  # nodes came, went or moved

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.session = session
        self.inks = Inks(session.theme)
        self.node_items: dict[str, NodeItem] = {}
        self.wire_items: dict[Wire, WireItem] = {}
        self.wiring = Wiring()
        self._freed: set[Wire] = set()  # wires that went round a node now gone
        self._astray: set[str] = set()  # nodes shown where the design has them not
        self._keys: dict[str, tuple[object, ...]] = {}
        self._hovered: QGraphicsItem | None = None
        self._selected: frozenset[str] = frozenset()
        self.chosen: Wire | None = None  # the wire that Delete would take away
        self.marks = Marks(self)
        session.document.changed.connect(self._follow)
        session.selection.changed.connect(self.mark_selected)
        session.theme.changed.connect(self._repaint)
        self.marks.follow(Design(), session.document.design)
        self._follow(Design(), session.document.design)

    # The diff

    def _follow(self, before: Design, after: Design) -> None:
        """Redraw what differs between two designs."""
        moved = self._sync_nodes(after)
        arranged = moved or len(before.nodes) != len(after.nodes)
        if arranged:
            self.grow()  # before the wires ask what lies in their way
        self._sync_wires(after, moved)
        if arranged:
            self.arranged.emit()

    def _sync_nodes(self, design: Design) -> set[str]:
        """Items for the nodes; the ids whose ports are now elsewhere."""
        for key in self.node_items.keys() - design.nodes.keys():
            self._drop(self.node_items.pop(key))
            del self._keys[key]
            self._freed |= self.wiring.uncover(key)
        checked = self.session.document.checked
        moved, self._astray = self._astray & design.nodes.keys(), set()
        spots = design.look.positions
        for key, node in design.nodes.items():
            item = self.node_items.get(key)
            state = (node, checked.nodes.get(key), checked.of(key))
            if item is None or not _same(state, self._keys[key]):
                face = face_of(node, checked, self.inks)
                self._keys[key] = state
                if item is None:
                    item = self._added(face)
                    moved.add(key)
                elif item.show_face(face, self.inks):
                    moved.add(key)
            spot = spots.get(key, (0.0, 0.0))
            if item.x() != spot[0] or item.y() != spot[1]:
                item.setPos(*spot)
                moved.add(key)
        return moved

    def _added(self, face: Face) -> NodeItem:
        item = NodeItem(face, self.inks)
        self.node_items[face.id] = item
        self.addItem(item)
        return item

    def _sync_wires(self, design: Design, moved: set[str]) -> None:
        wanted = dict.fromkeys(design.wires)
        changed: set[str] = set()
        relaid: dict[Wire, None] = dict.fromkeys(self._freed)
        self._freed = set()
        for wire in self.wire_items.keys() - wanted.keys():
            self._drop(self.wire_items.pop(wire))
            self.wiring.forget(wire)
            if wire == self.chosen:
                self.chosen = None
            changed.update((wire.source, wire.target))
            # Another wire of the same output may now carry the label.
            relaid.update(dict.fromkeys(design.graph.outgoing.get(wire.source, ())))
        for wire in wanted:
            item = self.wire_items.get(wire)
            fresh = item is None
            if item is None:
                item = self.wire_items[wire] = WireItem(wire, self.inks)
                self.addItem(item)
                changed.update((wire.source, wire.target))
            lay = item.say(self._look(wire), self.inks) or fresh
            if lay or wire.source in moved or wire.target in moved:
                relaid[wire] = None
        relaid.update(dict.fromkeys(self._cover(moved)))
        self._lay(relaid)
        for key in changed & design.nodes.keys():
            self._note_wired(design, key)

    def _note_wired(self, design: Design, key: str) -> None:
        entering = design.graph.incoming.get(key, {})
        leaving = design.graph.outgoing.get(key, ())
        wired = {(port, True) for port in entering}
        wired.update((wire.output, False) for wire in leaving)
        self.node_items[key].feel(wired=frozenset(wired))

    def _look(self, wire: Wire) -> WireLook:
        checked = self.session.document.checked
        tensor = checked.tensor(wire.source, wire.output)
        usual = checked.design.settings.dtype
        text = ""
        if tensor:
            text = tensor_text(tensor.shape, tensor.dtype, sampling=True, usual=usual)
        return WireLook(text, wire in checked.wrong_wires)

    def _lay(self, wires: Iterable[Wire]) -> None:
        """Run wires from port to port, round what lies between."""
        lines = {wire: self._line(wire) for wire in wires if wire in self.wire_items}
        for wire, laid in self.wiring.lay(lines).items():
            self.wire_items[wire].lay(laid)

    def _line(self, wire: Wire) -> Line:
        start, end = self.ends(wire)
        look = self.wire_items[wire].look
        room = self.inks.width("label", look.text) + 2 * LABEL_EDGE if look.text else 0
        faces = self.node_items[wire.source].face, self.node_items[wire.target].face
        return Line(*_ends(start, end), room, look.wrong, leaning(wire, *faces))

    def _cover(self, moved: Iterable[str]) -> set[Wire]:
        """Note where nodes are now; the wires that this may concern."""
        met: set[Wire] = set()
        for key in moved:
            item = self.node_items[key]
            met |= self.wiring.cover(key, item.face, item.x(), item.y())
        return met

    def _drop(self, item: QGraphicsItem) -> None:
        if item is self._hovered:
            self._hovered = None
        self.removeItem(item)

    def grow(self) -> None:
        """Keep the index around the nodes: Qt divides the scene's rectangle evenly."""
        content = self.content
        if not self.sceneRect().contains(content):
            self.setSceneRect(content.adjusted(-ROOM, -ROOM, ROOM, ROOM))

    @property
    def content(self) -> QRectF:
        """The rectangle around all nodes, frames and comments; empty without any."""
        nodes = around(item.space for item in self.node_items.values())
        return nodes.united(self.marks.content)

    def extent(self, ids: Iterable[str]) -> QRectF:
        """The rectangle around some of the nodes."""
        items = (self.node_items[key] for key in ids if key in self.node_items)
        return around(item.space for item in items)

    # While a gesture lasts

    def put(self, spots: Mapping[str, QPointF]) -> None:
        """Show nodes elsewhere, wires following; the design stays as it is."""
        self._astray.update(spots)
        for key, spot in spots.items():
            self.node_items[key].setPos(spot)
        for item in self._touching(spots.keys()):
            item.lay(self.wiring.quick(self._line(item.wire)))

    def detour(self, moved: Iterable[str]) -> None:
        """Let wires go round nodes that came into their way."""
        self._lay(self._cover(key for key in moved if key in self.node_items))

    def settle(self, ids: Iterable[str]) -> None:
        """Put nodes back where the design has them, and wires on their best ways."""
        spots = self.session.document.design.look.positions
        kept = [key for key in ids if key in self.node_items]
        self._astray.difference_update(kept)
        for key in kept:
            self.node_items[key].setPos(*spots.get(key, (0.0, 0.0)))
        met = dict.fromkeys(item.wire for item in self._touching(kept))
        met.update(dict.fromkeys(self._cover(kept)))
        self._lay(met)

    def _touching(self, ids: Iterable[str]) -> list[WireItem]:
        graph = self.session.document.design.graph
        found: dict[Wire, None] = {}
        for key in ids:
            found.update(dict.fromkeys(graph.outgoing.get(key, ())))
            found.update(dict.fromkeys(graph.incoming.get(key, {}).values()))
        return [self.wire_items[wire] for wire in found if wire in self.wire_items]

    # What lies where

    def hit(self, at: QPointF, reach: float = 9.0) -> Hit:
        """What a press at this point means."""
        area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        found = self.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        nodes = [item for item in found if isinstance(item, NodeItem)]
        for node in nodes:
            dot = node.near_port(at, reach)
            if dot:
                return Hit(node, dot)
        for node in nodes:
            if node.body.contains(at):
                return Hit(node)
        return Hit(wire=self.wire_at(at, reach, found))

    def wire_at(
        self, at: QPointF, reach: float, found: Sequence[QGraphicsItem] | None = None
    ) -> WireItem | None:
        """The wire nearest to a point; its label counts as wire."""
        if found is None:
            area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
            found = self.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        best, least = None, reach
        for item in found:
            if isinstance(item, WireItem):
                away = 0.0 if item.label_box.contains(at) else item.away(at)
                if away <= least:
                    best, least = item, away
        return best

    def hover(self, hit: Hit) -> None:
        """Let the thing under the pointer answer to it."""
        item: NodeItem | WireItem | None = hit.node or hit.wire
        if item is self._hovered:
            return
        for each, on in ((self._hovered, False), (item, True)):
            if isinstance(each, NodeItem | WireItem):
                each.feel(hovered=on)
        self._hovered = item

    # Selection and theme

    def mark_selected(self, ids: frozenset[str]) -> None:
        """Draw these as selected: those that are, or would be after a gesture."""
        for key in self._selected ^ ids:
            if key in self.node_items:
                self.node_items[key].feel(selected=key in ids)
        self._selected = ids

    def choose(self, wire: Wire | None) -> None:
        """Mark one wire, or none."""
        for each, on in ((self.chosen, False), (wire, True)):
            if each in self.wire_items:
                self.wire_items[each].feel(chosen=on)
        self.chosen = wire

    def ends(self, wire: Wire) -> tuple[QPointF, QPointF]:
        """Where a wire starts and ends."""
        source, target = self.node_items[wire.source], self.node_items[wire.target]
        first = source.face.dot(wire.output, entering=False)
        last = target.face.dot(wire.input, entering=True)
        # A file may hold wires on ports that are gone; they end at the node's middle.
        return (
            source.port_at(first) if first else source.pos(),
            target.port_at(last) if last else target.pos(),
        )

    def _repaint(self) -> None:
        self.inks = Inks(self.session.theme)
        self._keys = dict.fromkeys(self._keys, ())
        design = self.session.document.design
        self._follow(design, design)
        self.marks.follow(design, design)
        self.update()


def around(boxes: Iterable[QRectF]) -> QRectF:
    """The rectangle around all of these."""
    whole = QRectF()
    for box in boxes:
        whole = whole.united(box)
    return whole


def _ends(start: QPointF, end: QPointF) -> tuple[Point, Point]:
    return (start.x(), start.y()), (end.x(), end.y())


def _same(now: tuple[object, ...], then: tuple[object, ...]) -> bool:
    """Whether node and what is known are the very same, and the problems equal."""
    return (
        len(then) == len(now)
        and now[0] is then[0]
        and now[1] is then[1]
        and now[2] == then[2]
    )
