"""Standing several nodes in line, or evenly apart, by command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF

from engine.design import edits
from engine.design.model import Design

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

Spots = dict[str, tuple[float, float]]


class Standing(NamedTuple):
    """A node as it stands: its place and its shape, in scene coordinates."""

    at: QPointF
    box: QRectF


def in_line(nodes: Mapping[str, Standing], edge: str) -> Spots:
    """Nodes moved so that one edge, or their middles, lie on a line.

    Args:
        nodes: those that move.
        edge: left, centre, right, top, middle or bottom. `middle` is the line of the
            first ports, on which wires are straight.
    """
    boxes = [node.box for node in nodes.values()]
    across = edge in ("left", "centre", "right")
    mark = {
        "left": lambda: min(box.left() for box in boxes),
        "right": lambda: max(box.right() for box in boxes),
        "top": lambda: min(box.top() for box in boxes),
        "bottom": lambda: max(box.bottom() for box in boxes),
        "centre": lambda: _halfway([node.at.x() for node in nodes.values()]),
        "middle": lambda: _halfway([node.at.y() for node in nodes.values()]),
    }[edge]()
    here: Callable[[Standing], float] = {
        "left": lambda node: node.box.left(),
        "right": lambda node: node.box.right(),
        "top": lambda node: node.box.top(),
        "bottom": lambda node: node.box.bottom(),
        "centre": lambda node: node.at.x(),
        "middle": lambda node: node.at.y(),
    }[edge]
    moved = {}
    for key, node in nodes.items():
        by = mark - here(node)
        way = QPointF(by, 0) if across else QPointF(0, by)
        moved[key] = (node.at.x() + way.x(), node.at.y() + way.y())
    return moved


def evenly(nodes: Mapping[str, Standing], *, down: bool) -> Spots:
    """Nodes moved so that the room between neighbours is the same; the ends stay."""

    def start(node: Standing) -> float:
        return node.box.top() if down else node.box.left()

    def length(node: Standing) -> float:
        return node.box.height() if down else node.box.width()

    order = sorted(nodes, key=lambda key: start(nodes[key]))
    first, last = nodes[order[0]], nodes[order[-1]]
    span = start(last) + length(last) - start(first)
    filled = sum(length(node) for node in nodes.values())
    gap = (span - filled) / (len(order) - 1)
    moved, at = {}, start(first)
    for key in order:
        node = nodes[key]
        by = at - start(node)
        x, y = node.at.x(), node.at.y()
        moved[key] = (x, y + by) if down else (x + by, y)
        at += length(node) + gap
    return moved


def _halfway(values: list[float]) -> float:
    return (min(values) + max(values)) / 2


class Aligning(QObject):
    """The commands, as menus and the command palette call them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def left(self) -> None:
        self._align("left", self.tr("Align the left edges"))

    def centre(self) -> None:
        self._align("centre", self.tr("Align in a column"))

    def right(self) -> None:
        self._align("right", self.tr("Align the right edges"))

    def top(self) -> None:
        self._align("top", self.tr("Align the upper edges"))

    def middle(self) -> None:
        self._align("middle", self.tr("Align in a row"))

    def bottom(self) -> None:
        self._align("bottom", self.tr("Align the lower edges"))

    def across(self) -> None:
        self._distribute(self.tr("Distribute across"), down=False)

    def down(self) -> None:
        self._distribute(self.tr("Distribute down"), down=True)

    def _align(self, edge: str, text: str) -> None:
        nodes = self._standing()
        if len(nodes) < 2:
            self._desk.session.tell(self.tr("Select two nodes or more to align them."))
        else:
            self._put(in_line(nodes, edge), text)

    def _distribute(self, text: str, *, down: bool) -> None:
        nodes = self._standing()
        if len(nodes) < 3:
            said = self.tr("Select three nodes or more to distribute them.")
            self._desk.session.tell(said)
        else:
            self._put(evenly(nodes, down=down), text)

    def _standing(self) -> dict[str, Standing]:
        """What is selected; what is docked goes with its layer."""
        ids = self._desk.session.selection.ids
        docked = self._desk.session.document.design.look.docked
        items = self._desk.canvas.node_items
        return {
            key: Standing(items[key].pos(), items[key].body)
            for key in sorted(ids)
            if key in items and docked.get(key) not in ids
        }

    def _put(self, spots: Spots, text: str) -> None:
        self._desk.session.document.attempt(_put, spots, text=text)


def _put(design: Design, spots: Spots) -> Design:
    """Nodes at places, what is docked to them along."""
    before = design.look.positions
    moved = dict(spots)
    for key, layer in design.look.docked.items():
        if layer in spots and key in before and layer in before:
            dx, dy = (spots[layer][axis] - before[layer][axis] for axis in (0, 1))
            moved[key] = (before[key][0] + dx, before[key][1] + dy)
    return edits.move(design, moved)
