"""The design on the canvas, kept in step by what is not identical.

What everything looks like and where it stands is in `ground` and `strands`; graphics
items are made for what is looked at closely, and the overview paints the rest.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from engine.design.model import Design, Wire
from gui.canvas.face import Dot, Face, face_of, tensor_text
from gui.canvas.inks import Inks
from gui.canvas.layout.measure import leaning
from gui.canvas.layout.shapes import Point
from gui.canvas.layout.way import direct
from gui.canvas.lazy import Lazy
from gui.canvas.marks import MarkHit, Marks
from gui.canvas.node_item import NodeItem
from gui.canvas.overview import Overview
from gui.canvas.sprites import Sprites
from gui.canvas.stage import NO_PLACE, Stage
from gui.canvas.strands import Strands, Stroke, coarse
from gui.canvas.wire_item import WireItem, WireLook
from gui.canvas.wire_paint import LABEL_EDGE, label_box
from gui.canvas.wiring import Laid, Line, Wiring
from gui.session import Session

ROOM = 2000.0  # the index reaches this far beyond the nodes
AT_ONCE = 400  # wires: these find their ways at once, more of them between frames


class Hit(NamedTuple):
    """What lies under a point: a port, a node, a wire, a mark, or nothing."""

    node: NodeItem | None = None
    dot: Dot | None = None
    wire: WireItem | None = None
    mark: MarkHit | None = None


class CanvasScene(QGraphicsScene):
    """Shows nodes and wires; changes nothing itself."""

    arranged = Signal()  # nodes came, went or moved

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.session = session
        self.inks = Inks(session.theme)
        self.stage = Stage()
        self.strands = Strands()
        self.sprites = Sprites()
        self.node_items = Lazy(self.stage.faces, self._node_item)
        self.wire_items = Lazy(self.strands.strokes, self._wire_item)
        self.overview = Overview(self)
        self._keys: dict[str, tuple[object, ...]] = {}
        self.wiring = Wiring()
        self.unlaid: dict[Wire, None] = {}  # wires that run straight as yet
        self._texts: dict[tuple[object, ...], str] = {}
        self._freed: set[Wire] = set()  # wires that went round a node now gone
        self._astray: set[str] = set()  # nodes shown where the design has them not
        self._wires: tuple[Wire, ...] = ()
        self._wrong: frozenset[Wire] = frozenset()
        self._hovered: QGraphicsItem | None = None
        self._selected: frozenset[str] = frozenset()
        self.chosen: Wire | None = None  # the wire that Delete would take away
        self.marks = Marks(self)
        session.document.changed.connect(self._follow)
        session.selection.changed.connect(self.mark_selected)
        session.theme.changed.connect(self._repaint)
        self.marks.follow(Design(), session.document.design)
        self._follow(Design(), session.document.design)

    @property
    def far(self) -> bool:
        """Whether the design is looked at as a whole, not by its items."""
        return self.overview.isVisible()

    # The diff

    def _follow(self, before: Design, after: Design) -> None:
        """Redraw what differs between two designs."""
        count = len(self.stage.faces)
        moved, renewed = self._sync_nodes(after)
        arranged = bool(moved) or count != len(after.nodes)
        if arranged:
            self.grow()  # before the wires ask what lies in their way
        self._sync_wires(after, moved, renewed)
        if arranged:
            self.arranged.emit()

    def _sync_nodes(self, design: Design) -> tuple[dict[str, None], list[str]]:
        """Faces for the nodes.

        Returns:
            The nodes whose ports are now elsewhere, and those of which something else
            is known.
        """
        for key in self.stage.faces.keys() - design.nodes.keys():
            self._lose(key)
        checked = self.session.document.checked
        known = checked.nodes
        moved = dict.fromkeys(self._astray & design.nodes.keys())
        self._astray = set()
        renewed: list[str] = []
        sharing = design.graph.sharing
        spots, now, keys = design.look.positions, self.stage.spots, self._keys
        for key, node in design.nodes.items():
            state = (node, known.get(key), checked.of(key), key in sharing)
            spot = spots.get(key, NO_PLACE)
            if not _same(state, keys.get(key, ())):
                keys[key] = state
                renewed.append(key)
                self._put(face_of(node, checked, self.inks), spot, moved)
            elif now[key] != spot:
                self._put(self.stage.faces[key], spot, moved)
        return moved, renewed

    def _put(
        self, face: Face, spot: tuple[float, float], moved: dict[str, None]
    ) -> None:
        """Let a node look like this, here."""
        stage, key = self.stage, face.id
        then = stage.faces.get(key)
        before = stage.reach(key) if then else QRectF()
        item = self.node_items.made.get(key)
        if then is None or stage.spots[key] != spot or _elsewhere(then, face):
            moved[key] = None
        stage.put(face, spot)
        if item is not None:
            item.show_face(face, self.inks)
            item.setPos(*spot)
        self._redo([before, stage.reach(key)])

    def _lose(self, key: str) -> None:
        """A node is gone."""
        item = self.node_items.made.pop(key, None)
        if item is not None:
            self._drop(item)
            self.sprites.drop(key)
        self._redo([self.stage.reach(key)])
        self.stage.drop(key)
        self._freed |= self.wiring.uncover(key)
        del self._keys[key]

    def _redo(self, areas: Iterable[QRectF] | None) -> None:
        """The far picture is another, in these areas."""
        self.overview.forget(areas)

    def _sync_wires(
        self, design: Design, moved: Mapping[str, None], renewed: Sequence[str]
    ) -> None:
        checked, strands = self.session.document.checked, self.strands
        outgoing = design.graph.outgoing
        changed: set[str] = set()
        stale: dict[Wire, None] = dict.fromkeys(self._freed)
        self._freed = set()
        if design.wires is not self._wires:
            wanted = dict.fromkeys(design.wires)
            for wire in strands.strokes.keys() - wanted.keys():
                self._unwire(wire)
                changed.update((wire.source, wire.target))
                # Another wire of the same output may now carry the label.
                stale.update(dict.fromkeys(outgoing.get(wire.source, ())))
            fresh = {w: None for w in wanted if w not in strands.strokes}
            changed.update(key for wire in fresh for key in wire[::2])
            strands.strokes.update(dict.fromkeys(fresh, "waiting"))
            stale.update(fresh)
            self._wires = design.wires
        stale.update(self._touching(moved))
        stale.update((wire, None) for key in renewed for wire in outgoing.get(key, ()))
        stale.update(dict.fromkeys(self._wrong ^ checked.wrong_wires))
        self._wrong = checked.wrong_wires
        stale.update(dict.fromkeys(self._cover(moved)))
        self._lay(wire for wire in stale if wire in strands.strokes)
        for key in changed & self.node_items.made.keys():
            self._note_wired(key)

    def _unwire(self, wire: Wire) -> None:
        item = self.wire_items.made.pop(wire, None)
        if item is not None:
            self._drop(item)
        if wire == self.chosen:
            self.chosen = None
        self._redo([self.strands.box(wire)])
        self.strands.drop(wire)
        self.wiring.forget(wire)
        self.unlaid.pop(wire, None)

    def _lay(self, wires: Iterable[Wire]) -> None:
        """Run wires from port to port; many find their ways when there is time."""
        stale = dict.fromkeys(wires)
        many = len(stale) > AT_ONCE
        for wire in stale:
            self.strands.strokes[wire] = self._stroke(wire)
            item = self.wire_items.made.get(wire)
            if item is not None:
                item.say(self._look(wire), self.inks)
            if many:  # straight, until there is time
                self.strands.run(wire, list(_ends(*self.ends(wire))))
                if item is not None:
                    item.lay(Laid(direct(*_ends(*self.ends(wire))), None))
        if many:
            self.unlaid.update(stale)
            self._redo(None)
        else:
            self._find_ways(stale)

    def _find_ways(self, wires: Iterable[Wire]) -> None:
        """Lead wires round what lies between."""
        lines = {wire: self._line(wire) for wire in wires}
        for wire, laid in self.wiring.lay(lines).items():
            self.unlaid.pop(wire, None)
            self._show_way(wire, laid)

    def lay_some(self, limit: float) -> bool:
        """Find ways for wires that have none yet; True while some are left."""
        until = time.perf_counter() + limit
        while self.unlaid and time.perf_counter() < until:
            self._find_ways([next(iter(self.unlaid))])
        return bool(self.unlaid)

    def _show_way(self, wire: Wire, laid: Laid) -> None:
        """Draw a wire along its way, in both pictures."""
        before, label = self.strands.box(wire), None
        if laid.label is not None:
            label = label_box(QPointF(*laid.label), self._text(wire), self.inks)
        self.strands.run(wire, coarse(laid.way), label)
        item = self.wire_items.made.get(wire)
        if item is not None:
            item.lay(laid)
        self._redo([before, self.strands.box(wire)])

    def _stroke(self, wire: Wire) -> Stroke:
        checked = self.session.document.checked
        if wire in checked.wrong_wires:
            return "wrong"
        return "wire" if checked.tensor(wire.source, wire.output) else "waiting"

    def _note_wired(self, key: str) -> None:
        graph = self.session.document.design.graph
        wired = {(port, True) for port in graph.incoming.get(key, {})}
        wired.update((wire.output, False) for wire in graph.outgoing.get(key, ()))
        self.node_items[key].feel(wired=frozenset(wired))

    def _look(self, wire: Wire) -> WireLook:
        tensor = self.session.document.checked.tensor(wire.source, wire.output)
        wrong = wire in self._wrong
        return WireLook.of(wire, tensor, self._text(wire), wrong=wrong)

    def _text(self, wire: Wire) -> str:
        """The shape on a wire; thousands have a few, which are written once."""
        checked = self.session.document.checked
        tensor = checked.tensor(wire.source, wire.output)
        if not tensor:
            return ""
        key = tensor.shape, tensor.dtype, checked.design.settings.dtype
        text = self._texts.get(key)
        if text is None:
            shape, dtype, usual = key
            text = tensor_text(shape, dtype, sampling=True, usual=usual)
            self._texts[key] = text
        return text

    def _line(self, wire: Wire) -> Line:
        text, faces = self._text(wire), self.stage.faces
        room = self.inks.width("label", text) + 2 * LABEL_EDGE if text else 0.0
        lean = leaning(wire, faces[wire.source], faces[wire.target])
        ends = _ends(*self.ends(wire))
        return Line(*ends, room, wire in self._wrong, lean)

    def _cover(self, moved: Iterable[str]) -> set[Wire]:
        """Note where nodes are now; the wires that this may concern."""
        met: set[Wire] = set()
        faces, spots = self.stage.faces, self.stage.spots
        for key in moved:
            met |= self.wiring.cover(key, faces[key], *spots[key])
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
        """The rectangle around nodes, frames, comments and the wires round them."""
        whole = self.stage.content.united(self.marks.content)
        bows = self.wiring.outline
        if bows is None:
            return whole
        return whole.united(QRectF(QPointF(*bows[:2]), QPointF(*bows[2:])))

    def extent(self, ids: Iterable[str]) -> QRectF:
        """The rectangle around some of the nodes."""
        return self.stage.around(key for key in ids if key in self.stage.faces)

    # Items, for what is looked at closely

    def _node_item(self, key: str) -> NodeItem:
        stage = self.stage
        item = NodeItem(stage.faces[key], self.inks, stage, self.sprites)
        item.setPos(*stage.spots[key])
        self.addItem(item)
        self.node_items.made[key] = item
        self._note_wired(key)
        return item

    def _wire_item(self, wire: Wire) -> WireItem:
        if wire in self.unlaid:
            self._find_ways([wire])
        item = WireItem(wire, self.inks)
        item.say(self._look(wire), self.inks)
        item.lay(self.wiring.laid[wire])
        item.carry(self.strands.tints.get(wire))
        if wire == self.chosen:
            item.feel(chosen=True)
        self.addItem(item)
        return item

    def purge(self, kept: QRectF | None = None) -> None:
        """Let the items go that nobody looks at; those in `kept` stay."""
        for wire, thread in list(self.wire_items.made.items()):
            if kept is None or not thread.boundingRect().intersects(kept):
                self._drop(self.wire_items.made.pop(wire))
        for key, item in list(self.node_items.made.items()):
            if kept is None or not item.body.intersects(kept):
                self._drop(self.node_items.made.pop(key))
                self.sprites.drop(key)
                self.stage.feel(key, item.mood._replace(wired=frozenset()))

    def realize(self, area: QRectF, limit: float) -> bool:
        """Make items for an area; False when `limit`, in seconds, was not enough."""
        until = time.perf_counter() + limit
        wanted: tuple[tuple[Sequence[Hashable], Mapping[Any, QGraphicsItem]], ...] = (
            (self.stage.within(area), self.node_items),
            (self.strands.near(area), self.wire_items),
        )
        for keys, items in wanted:
            for key in keys:
                items[key]  # made by being asked for
                if time.perf_counter() > until:
                    return False
        return True

    def items(self, *args: Any) -> list[QGraphicsItem]:
        """What Qt finds, after all that lies in the asked area got its item."""
        for area in args:
            if isinstance(area, QRectF):
                self.realize(area, float("inf"))
        return super().items(*args)

    # While a gesture lasts

    def put(self, spots: Mapping[str, QPointF]) -> None:
        """Show nodes elsewhere, wires following; the design stays as it is."""
        made, stage = self.node_items.made, self.stage
        self._astray.update(spots)
        areas = []
        for key, spot in spots.items():
            areas.append(stage.reach(key))
            stage.put(stage.faces[key], spot.toTuple())
            areas.append(stage.reach(key))
            if key in made:
                made[key].setPos(spot)
        self._redo(areas)
        for wire in self._touching(spots):
            self._show_way(wire, self.wiring.quick(self._line(wire)))

    def detour(self, moved: Iterable[str]) -> None:
        """Let wires go round nodes that came into their way."""
        self._lay(self._cover(key for key in moved if key in self.stage.faces))

    def settle(self, ids: Iterable[str]) -> None:
        """Put nodes back where the design has them, and wires on their best ways."""
        spots = self.session.document.design.look.positions
        kept = [key for key in ids if key in self.stage.faces]
        self._astray.difference_update(kept)
        made, stage = self.node_items.made, self.stage
        for key in kept:
            spot = spots.get(key, NO_PLACE)
            stage.put(stage.faces[key], spot)
            if key in made:
                made[key].setPos(*spot)
        self._redo(None)
        met = self._touching(kept)
        met.update(dict.fromkeys(self._cover(kept)))
        self._lay(met)

    def _touching(self, ids: Iterable[str]) -> dict[Wire, None]:
        graph = self.session.document.design.graph
        found: dict[Wire, None] = {}
        for key in ids:
            found.update(dict.fromkeys(graph.outgoing.get(key, ())))
            found.update(dict.fromkeys(graph.incoming.get(key, {}).values()))
        return {wire: None for wire in found if wire in self.strands.strokes}

    # What lies where

    def hit(self, at: QPointF, reach: float = 9.0) -> Hit:
        """What a press at this point means."""
        area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        stage, keys = self.stage, self.stage.near(area)
        for key in keys if not self.far else ():  # none can be told from far away
            dot = stage.port(key, at, reach)
            if dot:
                return Hit(self.node_items[key], dot)
        for key in keys:
            if stage.body(key).contains(at):
                return Hit(self.node_items[key])
        return Hit(wire=self.wire_at(at, reach))

    def nodes_in(self, area: QRectF) -> list[str]:
        """The nodes whose shapes meet an area, the uppermost first."""
        stage = self.stage
        return [key for key in stage.near(area) if stage.body(key).intersects(area)]

    def wire_at(self, at: QPointF, reach: float) -> WireItem | None:
        """The wire nearest to a point; its label counts as wire."""
        area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        best, least = None, reach
        for wire in self.strands.near(area):
            away = self._away(wire, at)
            if away <= least:
                best, least = wire, away
        return self.wire_items[best] if best else None

    def _away(self, wire: Wire, at: QPointF) -> float:
        if self.far:
            return self.strands.away(wire, at)
        item = self.wire_items[wire]
        return 0.0 if item.label_box.contains(at) else item.away(at)

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

    def feel(self, key: str, **changes: object) -> None:
        """Let a node stand out, whether or not there is an item for it."""
        item = self.node_items.made.get(key)
        if item is not None:
            item.feel(**changes)
        mood = self.stage.mood(key)._replace(**changes)  # type: ignore[arg-type]
        self.stage.feel(key, mood)

    def tint(self, tints: dict[Wire, int]) -> None:
        """Show on the wires how large the signal is; those left out in their colour."""
        self.strands.tints = tints
        for wire, item in self.wire_items.made.items():
            item.carry(tints.get(wire))

    def mark_selected(self, ids: frozenset[str]) -> None:
        """Draw these as selected: those that are, or would be after a gesture."""
        changed = [key for key in self._selected ^ ids if key in self.stage.faces]
        for key in changed:
            self.feel(key, selected=key in ids)
        self._selected = ids
        self._redo(self.stage.reach(key) for key in changed)

    def choose(self, wire: Wire | None) -> None:
        """Mark one wire, or none."""
        for each, on in ((self.chosen, False), (wire, True)):
            if each is not None and each in self.wire_items:
                self.wire_items[each].feel(chosen=on)
        self.chosen = wire

    def ends(self, wire: Wire) -> tuple[QPointF, QPointF]:
        """Where a wire starts and ends."""
        stage = self.stage
        start = stage.end(wire.source, wire.output, entering=False)
        return start, stage.end(wire.target, wire.input, entering=True)

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


def _elsewhere(before: Face, after: Face) -> bool:
    """Whether wires must follow: ports or size are others."""
    return before.body != after.body or before.dots != after.dots


def _same(now: tuple[object, ...], then: tuple[object, ...]) -> bool:
    """Whether node and what is known are the very same, and the problems equal."""
    return (
        len(then) == len(now)
        and now[0] is then[0]
        and now[1] is then[1]
        and now[2] == then[2]
        and now[3] == then[3]
    )
