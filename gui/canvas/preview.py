"""What a design would look like if the pointer let go now, without changing it.

An edit is a pure function, so a gesture can ask for the design it would leave and show
the difference: the new nodes pale, the new wires dashed, neighbours where they would
move to.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsPathItem

from engine.check import Checked
from engine.design.model import Design, Node, Wire
from gui.canvas.face import Face, face_of
from gui.canvas.ghost import GhostItem
from gui.canvas.inks import pen
from gui.canvas.placing import foreseen
from gui.canvas.route import straight

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

CROWD = 400  # nodes of which a part is moved faster than a hand moves


class Preview:
    """Shows one possible design over the present one."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene: CanvasScene = view.canvas
        self.ghosts: dict[str, GhostItem] = {}
        self.wires: dict[Wire, QGraphicsPathItem] = {}
        self.moved: dict[str, QPointF] = {}
        self._hidden: list[Wire] = []

    def show(
        self, before: Design, after: Design, held: Collection[str] = ()
    ) -> Checked:
        """Show what differs.

        Args:
            before: the present design.
            after: the one that would be.
            held: nodes in the hand: they stay there, a ghost shows where they land.

        Returns:
            What would be known of it.
        """
        self.clear()
        known = self._scene.session.document.checked
        if after.graph is not before.graph:
            known = foreseen(after, known)
        for key, node in after.nodes.items():
            old = before.nodes.get(key)
            if old is not node or key in held:
                face = face_of(node, known, self._scene.inks)
                fresh = old is None or old is node
                self._ghost(face, self._spot(after, key), pale=fresh)
        self._move(after, held)
        gone = set(before.wires) - set(after.wires)
        self._hide(gone)
        for wire in after.wires:
            if wire not in self._scene.wire_items:
                self._draw(wire, after)
        return known

    def place(self, face: Face, at: QPointF) -> None:
        """Show one new node at a place."""
        ghost = self.ghosts.get(face.id)
        if ghost is None or ghost.face is not face:
            self.clear()
            ghost = self._ghost(face, at)
        ghost.setPos(at)

    def clear(self) -> None:
        """Show the design as it is."""
        scene = self._scene
        for item in (*self.ghosts.values(), *self.wires.values()):
            scene.removeItem(item)
        self.ghosts.clear()
        self.wires.clear()
        for wire in self._hidden:
            if wire in scene.wire_items:
                scene.wire_items[wire].setVisible(True)
        self._hidden.clear()
        moved = self.moved
        self.moved = {}
        if moved:
            scene.settle(moved)

    def _move(self, after: Design, held: Collection[str]) -> None:
        """Show neighbours where they would move to; of a crowd those in view."""
        was = self._scene.session.document.design.look.positions
        moved = {
            key: QPointF(*spot)
            for key, spot in after.look.positions.items()
            if key in was and was[key] != spot and key not in held
        }
        if len(moved) > CROWD:
            seen = self._view.visible_nodes()
            moved = {key: moved[key] for key in seen if key in moved}
        if 0 < len(moved) <= CROWD:  # too many are small dots on the screen anyway
            self.moved = moved
            self._scene.put(moved)

    def _hide(self, wires: Collection[Wire]) -> None:
        for wire in wires:
            if wire in self._scene.wire_items:
                self._scene.wire_items[wire].setVisible(False)
                self._hidden.append(wire)

    def _ghost(self, face: Face, at: QPointF, *, pale: bool = True) -> GhostItem:
        item = GhostItem(face, self._scene.inks, pale=pale)
        item.setPos(at)
        self._scene.addItem(item)
        self.ghosts[face.id] = item
        return item

    def _draw(self, wire: Wire, after: Design) -> None:
        start = self._end(after.nodes[wire.source], wire.output, entering=False)
        end = self._end(after.nodes[wire.target], wire.input, entering=True)
        item = QGraphicsPathItem(straight(start, end))
        line = pen(self._scene.inks.accent, 2.5)
        line.setStyle(Qt.PenStyle.DashLine)
        item.setPen(line)
        item.setZValue(7)
        self._scene.addItem(item)
        self.wires[wire] = item

    def _end(self, node: Node, port: str, *, entering: bool) -> QPointF:
        shown = self.ghosts.get(node.id) or self._scene.node_items[node.id]
        dot = shown.face.dot(port, entering=entering)
        return shown.pos() + dot.at if dot else shown.pos()

    @staticmethod
    def _spot(design: Design, key: str) -> QPointF:
        return QPointF(*design.look.positions.get(key, (0.0, 0.0)))
