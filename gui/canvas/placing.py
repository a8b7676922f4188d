"""Where new nodes go: never on top of others, and what follows makes room.

Edits here are the engine's, put together for one gesture, so that each is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

from engine.catalog.params import Value
from engine.check import Checked, check
from engine.design import edits, library
from engine.design.model import Design, Node, Wire
from gui.canvas.face import face_of, tensor_text
from gui.canvas.inks import Inks

GAP = 48.0  # between nodes in a row; a label widens it
DOCKED = 16.0  # between a layer and the activation docked to it
AIR = 14.0  # least distance of nodes that are not in a row
SMALL = 1500  # nodes up to which a check is done before a hand notices
CELL = 240.0  # side of the squares by which neighbours are found


@dataclass(frozen=True)
class Plan:
    """What placing needs to know of the canvas.

    Args:
        boxes: what each node covers, in scene coordinates.
        inks: measures the text of a node that is not there yet.
        checked: knows the labels on wires.
    """

    boxes: Mapping[str, QRectF]
    inks: Inks
    checked: Checked

    def box(self, node: Node) -> QRectF:
        """What `node` would cover at the origin."""
        return face_of(node, None, self.inks).space

    def gap(self, source: str, output: str) -> float:
        """Room for the label of what leaves a port."""
        tensor = self.checked.tensor(source, output)
        if tensor is None:
            return GAP
        text = tensor_text(tensor.shape, tensor.dtype, sampling=True)
        return max(GAP, self.inks.width("label", text) + 32)


def foreseen(design: Design, checked: Checked) -> Checked:
    """What will be known of a design; of a large one only what is known by now.

    A hand asks this on its way, where nobody waits.
    """
    return check(design) if len(design.nodes) <= SMALL else checked


def free_spot(box: QRectF, at: QPointF, taken: Sequence[QRectF]) -> QPointF:
    """The spot nearest below or above `at` where `box` covers nothing."""
    step = 24.0
    wide = box.translated(at).adjusted(-AIR, -AIR, AIR, AIR)
    left, right = wide.left(), wide.right()  # it only moves up and down
    column = [b for b in taken if b.left() < right and left < b.right()]
    for count in range(400):
        for sign in (1, -1) if count else (1,):
            way = QPointF(0, sign * count * step)
            around = wide.translated(way)
            if not any(around.intersects(other) for other in column):
                return at + way
    return at


def added(
    design: Design,
    kind: str,
    at: QPointF,
    plan: Plan,
    params: Mapping[str, Value] | None = None,
) -> Design:
    """A new node at a free spot near `at`."""
    grown = edits.add(design, kind, (at.x(), at.y()), params=params)
    box = plan.box(grown.nodes[grown.newest])
    spot = free_spot(box, at, list(plan.boxes.values()))
    return edits.move(grown, {grown.newest: (spot.x(), spot.y())})


def added_after(design: Design, kind: str, after: str, plan: Plan) -> Design:
    """A new node to the right of another and wired after it, in a chain between."""
    grown = edits.insert_after(design, kind, after, at=(0.0, 0.0))
    return _seated(grown, grown.newest, after, plan, GAP)


def added_between(
    design: Design, kind: str, wire: Wire, at: QPointF, plan: Plan
) -> Design:
    """A new node spliced into a wire."""
    grown = edits.add(design, kind, (at.x(), at.y()))
    return between(grown, grown.newest, wire, at, plan)


def between(design: Design, key: str, wire: Wire, at: QPointF, plan: Plan) -> Design:
    """A node that is there already, spliced into a wire near `at`."""
    spliced = edits.splice(design, key, wire)
    return _seated(spliced, key, wire.source, plan, GAP, near=at)


def docked_after(design: Design, kind: str, after: str, plan: Plan) -> Design:
    """A new activation after a layer, drawn as part of it."""
    grown = edits.insert_after(design, kind, after, at=(0.0, 0.0))
    grown = edits.dock(grown, grown.newest, after)
    return _seated(grown, grown.newest, after, plan, DOCKED)


def wired_from(
    design: Design, kind: str, port: tuple[str, str], at: QPointF, plan: Plan
) -> Design:
    """A new node fed by an output port, by the input of it that fits first."""
    grown = added(design, kind, at, plan)
    node = grown.nodes[grown.newest]
    return edits.connect(grown, Wire(*port, node.id, node.inputs[0].name))


def wired_to(
    design: Design, kind: str, port: tuple[str, str], at: QPointF, plan: Plan
) -> Design:
    """A new node that feeds an input port; an Input takes on the port's dtype."""
    target, name = port
    wanted = next(p for p in design.nodes[target].inputs if p.name == name)
    whole = kind == "input" and wanted.dtype == "int"
    params: dict[str, Value] = {"dtype": "int64", "shape": ("N", "T")} if whole else {}
    grown = added(design, kind, at, plan, params)
    node = grown.nodes[grown.newest]
    return edits.connect(grown, Wire(node.id, node.outputs[0].name, *port))


def taken_in(
    design: Design,
    part: Design,
    at: QPointF,
    plan: Plan,
    after: str | None = None,
    wire: Wire | None = None,
    anchor: tuple[str, str, bool] | None = None,
) -> Design:
    """A new use of a packed block, which the design takes in if it lacks it."""
    design, key = library.taken(design, part)
    return used(design, key, at, plan, after, wire, anchor)


def used(
    design: Design,
    block: str,
    at: QPointF,
    plan: Plan,
    after: str | None = None,
    wire: Wire | None = None,
    anchor: tuple[str, str, bool] | None = None,
) -> Design:
    """A new use of a block.

    Args:
        design: the design.
        block: id of its definition.
        at: about where it goes, if nothing else is said.
        plan: what placing needs to know.
        after: the node it is wired after.
        wire: what it is spliced into.
        anchor: node, port and whether that is an input: what it is wired to.
    """
    grown = edits.add(design, "block", (at.x(), at.y()), block=block)
    key = grown.newest
    if anchor is not None:
        grown = _anchored(grown, grown.nodes[key], anchor)
    if wire is not None:
        return between(grown, key, wire, at, plan)
    if after is not None:
        grown = edits.append_to(grown, key, after)
        return _seated(grown, key, after, plan, GAP)
    box = plan.box(grown.nodes[key])
    spot = free_spot(box, at, list(plan.boxes.values()))
    return edits.move(grown, {key: (spot.x(), spot.y())})


def _anchored(design: Design, node: Node, anchor: tuple[str, str, bool]) -> Design:
    """A fresh node wired to a port, by its first input or output."""
    other, port, entering = anchor
    if entering and node.outputs:
        wire = Wire(node.id, node.outputs[0].name, other, port)
    elif node.inputs and not entering:
        wire = Wire(other, port, node.id, node.inputs[0].name)
    else:
        return design
    return edits.connect(design, wire)


def clear_of(design: Design, ids: Iterable[str], plan: Plan) -> Design:
    """Move a group of nodes together until it covers none of the others."""
    group = dict.fromkeys(ids)
    spots = design.look.positions
    boxes = [
        plan.box(design.nodes[key]).translated(QPointF(*spots.get(key, (0, 0))))
        for key in group
    ]
    others = _by_cell(box for key, box in plan.boxes.items() if key not in group)
    for count in range(400):
        offset = QPointF(0, count * 24.0)
        moved = (box.translated(offset) for box in boxes)
        if not any(_crowds(box, others) for box in moved):
            break
    return edits.move(
        design,
        {
            key: (spots[key][0] + offset.x(), spots[key][1] + offset.y())
            for key in group
            if key in spots
        },
    )


Cell = tuple[int, int]


def _cells(box: QRectF) -> Iterator[Cell]:
    """The squares of a grid that a box lies in, in part or as a whole."""
    for column in range(int(box.left() // CELL), int(box.right() // CELL) + 1):
        for row in range(int(box.top() // CELL), int(box.bottom() // CELL) + 1):
            yield column, row


def _by_cell(boxes: Iterable[QRectF]) -> Mapping[Cell, Sequence[QRectF]]:
    """Boxes by the squares they lie in: thousands against thousands is too much."""
    found: dict[Cell, list[QRectF]] = {}
    for box in boxes:
        for cell in _cells(box):
            found.setdefault(cell, []).append(box)
    return found


def _crowds(box: QRectF, others: Mapping[Cell, Sequence[QRectF]]) -> bool:
    around = box.adjusted(-AIR, -AIR, AIR, AIR)
    return any(
        around.intersects(other)
        for cell in _cells(around)
        for other in others.get(cell, ())
    )


def _seated(
    design: Design,
    key: str,
    after: str,
    plan: Plan,
    gap: float,
    near: QPointF | None = None,
) -> Design:
    """Put a freshly wired node right of its source, and move what follows away.

    Everything to the right moves by the same amount, so nothing meets anything anew.
    """
    node, source = design.nodes[key], design.nodes[after]
    # Its text, and so its width, is that of the shapes that now reach it.
    checked = foreseen(design, plan.checked)
    plan = replace(plan, checked=checked)
    box = face_of(node, checked, plan.inks).space
    output = source.outputs[0].name if source.outputs else ""
    entering = design.graph.incoming.get(key, {})
    for wire in entering.values():
        if wire.source == after:
            output = wire.output
    if gap != DOCKED:
        gap = plan.gap(after, output)
    x = plan.boxes[after].right() + gap - box.left()
    y = design.look.positions.get(after, (0.0, 0.0))[1]
    if near is not None:
        x = max(x, near.x())
        y = y if abs(near.y() - y) < 60 else near.y()
    onward = node.outputs[0].name if node.outputs else ""
    followers = [wire.target for wire in design.graph.outgoing.get(key, ())]
    lefts = [plan.boxes[f].left() for f in followers if f in plan.boxes]
    shift = 0.0
    if lefts:
        shift = max(0.0, x + box.right() + plan.gap(key, onward) - min(lefts))
    boxes = {k: b for k, b in plan.boxes.items() if k != key}
    moved = {}
    if shift:
        edge = min(lefts) - 1
        for other, covered in boxes.items():
            if covered.left() >= edge and other != after:
                spot = design.look.positions.get(other, (0.0, 0.0))
                moved[other] = (spot[0] + shift, spot[1])
                boxes[other] = covered.translated(shift, 0)
    taken = [b for k, b in boxes.items() if gap != DOCKED or k != after]
    spot_for = free_spot(box, QPointF(x, y), taken)
    return edits.move(design, {**moved, key: (spot_for.x(), spot_for.y())})
