"""An operator or an initializer of the palette, carried over the canvas."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design, Node
from gui.canvas.ghost import GhostItem
from gui.canvas.node_item import NodeItem
from gui.canvas.placing import Plan, added, added_after, added_between, docked_after
from gui.canvas.tools.base import Keys, Tool
from gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

OPERATOR = "application/x-fanin-operator"
INITIALIZER = "application/x-fanin-initializer"
REACH = 16.0


def carried(data: QMimeData) -> tuple[Literal["operator", "initializer"], str] | None:
    """What a drag holds, if it is from our palette and in the catalogue."""
    for mime, known in ((OPERATOR, OPERATORS), (INITIALIZER, INITIALIZERS)):
        if data.hasFormat(mime):
            kind = bytes(data.data(mime).data()).decode("utf-8", "replace")
            if kind in known:
                return ("operator" if mime == OPERATOR else "initializer"), kind
    return None


class DropTool(Tool):
    """Shows what a drop would do here, and does it."""

    def __init__(
        self,
        view: CanvasView,
        start: QPointF,
        what: Literal["operator", "initializer"],
        kind: str,
    ) -> None:
        super().__init__(view, start)
        self.what = what
        self.kind = kind
        self.wire: WireItem | None = None
        self.node: NodeItem | None = None
        self.ghost: GhostItem | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        hit = self.scene.hit(at, 1.0)
        self._aim_node(hit.node if hit.node and self._takes(hit.node) else None)
        wire = None
        if self.what == "operator":
            self._show_ghost(at)
            if self.node is None and not keys & Keys.AltModifier and self._splices():
                wire = self.scene.wire_at(at, REACH / max(self.view.zoom, 0.5))
        self._aim_wire(wire)

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        node, wire = self.node, self.wire
        self.cancel()
        if self.what == "initializer":
            self._initialize(node, keys)
            return
        edit = self._edit(at, node, wire, self.view.plan())
        text = QCoreApplication.translate("canvas", "Add {title}")
        title = OPERATORS[self.kind].title
        self.view.grow(edit, text.format(title=title))

    def cancel(self) -> None:
        self._aim_node(None)
        self._aim_wire(None)
        if self.ghost is not None:
            self.scene.removeItem(self.ghost)
            self.ghost = None

    def _edit(
        self, at: QPointF, node: NodeItem | None, wire: WireItem | None, plan: Plan
    ) -> partial[Design]:
        if node is not None:
            seat = docked_after if self._activates(node) else added_after
            return partial(seat, kind=self.kind, after=node.id, plan=plan)
        if wire is not None:
            return partial(
                added_between, kind=self.kind, wire=wire.wire, at=at, plan=plan
            )
        return partial(added, kind=self.kind, at=at, plan=plan)

    def _initialize(self, node: NodeItem | None, keys: Keys) -> None:
        if node is None:
            said = QCoreApplication.translate(
                "canvas", "Drop an initializer on a layer that has weights."
            )
            self.session.tell(said)
            return
        tensor = "bias" if keys & Keys.ShiftModifier else "weight"
        text = QCoreApplication.translate("canvas", "Set {tensor} of {name}")
        name = self.document.design.nodes[node.id].name
        said = text.format(tensor=tensor, name=name)
        init = Init(self.kind)
        if self.document.attempt(edits.set_init, [node.id], tensor, init, text=said):
            self.view.select_only(node.id)

    def _takes(self, item: NodeItem) -> bool:
        """Whether a drop on this node means something."""
        node = self.document.design.nodes[item.id]
        if self.what == "initializer":
            return item.face.chip is not None or bool(node.init)
        return bool(node.outputs) and bool(OPERATORS[self.kind].inputs)

    def _activates(self, item: NodeItem) -> bool:
        target = self.document.design.nodes[item.id].row
        return (
            OPERATORS[self.kind].role == "activation"
            and target is not None
            and target.role == "layer"
        )

    def _splices(self) -> bool:
        node = Node("", self.kind, "")
        return bool(node.inputs and node.outputs)

    def _aim_node(self, item: NodeItem | None) -> None:
        if item is not self.node:
            for each, on in ((self.node, False), (item, True)):
                if each is not None:
                    each.feel(target=on)
            self.node = item

    def _aim_wire(self, wire: WireItem | None) -> None:
        if wire is not self.wire:
            for each, on in ((self.wire, False), (wire, True)):
                if each is not None:
                    each.feel(lit=on)
            self.wire = wire

    def _show_ghost(self, at: QPointF) -> None:
        if self.ghost is None:
            self.ghost = GhostItem(self.kind, self.scene.inks)
            self.scene.addItem(self.ghost)
        self.ghost.setPos(at)
