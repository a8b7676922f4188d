"""A design as a picture, on any painter, without a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QMarginsF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPen

from engine.check import check
from engine.design.marks import Comment, Frame, Mark
from engine.design.model import Design, Wire
from engine.errors import Severity
from gui.canvas.face import Face, face_of, tensor_text
from gui.canvas.inks import Inks
from gui.canvas.layout.measure import leaning
from gui.canvas.mark_paint import paint_mark, rect
from gui.canvas.mood import CALM
from gui.canvas.painter import paint_node
from gui.canvas.wire_item import WireItem, WireLook
from gui.canvas.wire_paint import LABEL_EDGE, paint_wire
from gui.canvas.wiring import Line, Wiring
from gui.theme import Theme

EDGE = 24.0
STUB = 22.0  # what is left of a wire whose other end is not in the picture


@dataclass(frozen=True)
class Shot:
    """What is in a picture, and how.

    Args:
        nodes: ids of those that are in it; None is the whole design.
        marks: ids of frames and comments that are in it beside those whose nodes are.
        labels: whether the shapes stand on the wires.
        notes: whether frames and comments are drawn at all.
        margin: around everything.
        transparent: whether the ground is left out.
    """

    nodes: frozenset[str] | None = None
    marks: frozenset[str] = frozenset()
    labels: bool = True
    notes: bool = True
    margin: float = EDGE
    transparent: bool = False


WHOLE = Shot()


class Picture:
    """Faces and wires of a design, laid out as on the canvas."""

    def __init__(self, design: Design, theme: Theme, shot: Shot = WHOLE) -> None:
        self.inks = Inks(theme)
        self._design = design
        self._shot = shot
        self._checked = check(design)
        self._faces = {
            key: _plain(face_of(node, self._checked, self.inks))
            for key, node in design.nodes.items()
            if shot.nodes is None or key in shot.nodes
        }
        self.wires = self._drawn()
        self.stubs = list(self._stubs())
        self.marks = _marks(design.look.marks, shot)

    @property
    def area(self) -> QRectF:
        """What the picture covers, with an edge around it."""
        whole = QRectF()
        for key, face in self._faces.items():
            whole = whole.united(face.reach.translated(self._spot(key)))
        for wire in self.wires:
            whole = whole.united(wire.boundingRect())
        for path, _ in self.stubs:
            whole = whole.united(path.controlPointRect())
        for mark in self.marks:
            whole = whole.united(rect(mark.box).adjusted(-1, -1, 1, 1))
        if whole.isEmpty():
            whole = QRectF(0, 0, 160, 90)
        return whole.marginsAdded(QMarginsF(*[self._shot.margin] * 4))

    @property
    def spaces(self) -> list[QRectF]:
        """What nodes cover."""
        parts = [(self._spot(k), f) for k, f in self._faces.items()]
        found = [face.space.translated(spot) for spot, face in parts]
        return found + [f.spills.translated(spot) for spot, f in parts if f.spills]

    def paint(self, painter: QPainter) -> None:
        """Draw at the scene's coordinates; wires first, so that nodes lie on top."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._shot.transparent:
            painter.fillRect(self.area, self.inks.canvas)
        for mark in self.marks:
            if isinstance(mark, Frame):
                paint_mark(painter, mark, self.inks, 1.0)
        for path, stroke in self.stubs:
            paint_wire(painter, path, stroke, 1.0)
        for wire in sorted(self.wires, key=WireItem.zValue):
            if self._shot.labels:
                wire.draw(painter, 1.0)
            else:
                paint_wire(painter, wire.path, wire.stroke, 1.0)
        for mark in self.marks:
            if isinstance(mark, Comment):
                paint_mark(painter, mark, self.inks, 1.0)
        for key, face in self._faces.items():
            painter.save()
            painter.translate(self._spot(key))
            mood = CALM._replace(wired=self._wired(key))
            paint_node(painter, face, self.inks, 1.0, mood)
            painter.restore()

    def _spot(self, key: str) -> QPointF:
        return QPointF(*self._design.look.positions.get(key, (0.0, 0.0)))

    def _wired(self, key: str) -> frozenset[tuple[str, bool]]:
        graph = self._design.graph
        entering = {(port, True) for port in graph.incoming.get(key, {})}
        return frozenset(
            entering | {(w.output, False) for w in graph.outgoing.get(key, ())}
        )

    def _drawn(self) -> list[WireItem]:
        """The wires on their ways, as the canvas has them."""
        wiring = Wiring()
        for key, face in self._faces.items():
            wiring.cover(key, face, *self._spot(key).toTuple())
        items = {
            wire: self._item(wire)
            for wire in self._design.wires
            if wire.source in self._faces and wire.target in self._faces
        }
        lines = {wire: self._line(item) for wire, item in items.items()}
        for wire, laid in wiring.lay(lines).items():
            items[wire].lay(laid)
        return list(items.values())

    def _stubs(self) -> Iterator[tuple[QPainterPath, QPen]]:
        """A short piece of every wire that leads out of the picture."""
        done: set[tuple[str, str]] = set()  # outputs: their wires begin alike
        for wire in self._design.wires:
            source, target = (key in self._faces for key in wire[::2])
            if source == target or (source and wire[:2] in done):
                continue
            done.add(wire[:2] if source else (wire.target, wire.input))
            ends = (wire.source, wire.output) if source else (wire.target, wire.input)
            at = self._end(*ends, entering=not source)
            path = QPainterPath(at)
            path.lineTo(at + QPointF(STUB if source else -STUB, 0))
            yield path, self._item(wire).stroke

    def _item(self, wire: Wire) -> WireItem:
        item = WireItem(wire, self.inks)
        tensor = self._checked.tensor(wire.source, wire.output)
        usual = self._design.settings.dtype
        text = ""
        if tensor:
            text = tensor_text(tensor.shape, tensor.dtype, sampling=True, usual=usual)
        wrong = wire in self._checked.wrong_wires
        item.say(WireLook.of(wire, tensor, text, wrong=wrong), self.inks)
        return item

    def _line(self, item: WireItem) -> Line:
        wire, text = item.wire, item.look.text
        start = self._end(wire.source, wire.output, entering=False)
        end = self._end(wire.target, wire.input, entering=True)
        room = self.inks.width("label", text) + 2 * LABEL_EDGE if text else 0.0
        lean = leaning(wire, self._faces[wire.source], self._faces[wire.target])
        points = (start.x(), start.y()), (end.x(), end.y())
        return Line(*points, room, item.look.wrong, lean)

    def _end(self, key: str, port: str, *, entering: bool) -> QPointF:
        face: Face = self._faces[key]
        dot = face.dot(port, entering=entering)
        return self._spot(key) + (dot.at if dot else QPointF())


def _plain(face: Face) -> Face:
    """Without the badge of what is merely unwise: advice is for whoever builds it."""
    return face if face.worst is Severity.ERROR else face._replace(worst=None)


def _marks(marks: Mapping[str, Mark], shot: Shot) -> list[Mark]:
    """The frames and comments in a picture, the larger ones first."""
    if not shot.notes:
        return []
    found = list(marks.values())
    if shot.nodes is not None:
        chosen, nodes = shot.marks, shot.nodes
        found = [
            mark
            for mark in found
            if mark.id in chosen
            or (isinstance(mark, Frame) and mark.members and nodes >= {*mark.members})
        ]
    return sorted(found, key=lambda mark: -mark.box.width * mark.box.height)
