"""A block of the palette, carried over the canvas."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QMimeData, QPointF

from engine.design.model import Design, Wire
from gui.canvas.node_item import NodeItem
from gui.canvas.placing import used
from gui.canvas.tools.drop import DropTool, _tr

BLOCK = "application/x-fanin-block"


def carried_block(data: QMimeData) -> str:
    """The id of the block that a drag holds."""
    if not data.hasFormat(BLOCK):
        return ""
    return bytes(data.data(BLOCK).data()).decode("utf-8", "replace")


class BlockDropTool(DropTool):
    """Adds a use of a block: in a wire, after a node, or where it is dropped."""

    @property
    def title(self) -> str:
        return self.document.whole.blocks[self.kind].name

    def takes(self, item: NodeItem) -> bool:
        row = self.document.whole.blocks[self.kind].row
        return bool(self.document.design.nodes[item.id].outputs and row.inputs)

    def edit_on(self, key: str, *, shift: bool) -> partial[Design]:
        at = self.scene.node_items[key].pos()
        return partial(used, block=self.kind, at=at, plan=self.plan, after=key)

    def edit_in(self, wire: Wire, at: QPointF) -> partial[Design]:
        return partial(used, block=self.kind, at=at, plan=self.plan, wire=wire)

    def edit_at(self, at: QPointF) -> partial[Design]:
        return partial(used, block=self.kind, at=at, plan=self.plan)

    @property
    def _splices(self) -> bool:
        row = self.document.whole.blocks[self.kind].row
        return bool(row.inputs and row.outputs)

    def words(self) -> str:
        if self.aim.node:
            name = self.document.design.nodes[self.aim.node].name
            return _tr("after {name}").format(name=name)
        return super().words()
