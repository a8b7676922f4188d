"""A block of the palette, carried over the canvas."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF

from engine.design import library
from engine.design.model import Design, Wire
from engine.errors import EngineError
from gui.canvas.node_item import NodeItem
from gui.canvas.placing import taken_in
from gui.canvas.tools.drop import DropTool, _tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

BLOCK = "application/x-fanin-block"


def carried_block(data: QMimeData) -> Design | None:
    """The packed block that a drag holds."""
    if not data.hasFormat(BLOCK):
        return None
    try:
        return library.read(bytes(data.data(BLOCK).data()).decode("utf-8", "replace"))
    except EngineError:
        return None


class BlockDropTool(DropTool):
    """Adds a use of a block: in a wire, after a node, or where it is dropped."""

    def __init__(self, view: CanvasView, start: QPointF, part: Design) -> None:
        super().__init__(view, start, "block")
        self._part = part
        self._row = library.block_of(part).row

    @property
    def title(self) -> str:
        return self._row.title

    def takes(self, item: NodeItem) -> bool:
        node = self.document.design.nodes[item.id]
        return bool(node.outputs and self._row.inputs)

    def edit_on(self, key: str, *, shift: bool) -> partial[Design]:
        at = self.scene.node_items[key].pos()
        return partial(taken_in, part=self._part, at=at, plan=self.plan, after=key)

    def edit_in(self, wire: Wire, at: QPointF) -> partial[Design]:
        return partial(taken_in, part=self._part, at=at, plan=self.plan, wire=wire)

    def edit_at(self, at: QPointF) -> partial[Design]:
        return partial(taken_in, part=self._part, at=at, plan=self.plan)

    @property
    def _splices(self) -> bool:
        return bool(self._row.inputs and self._row.outputs)

    def words(self) -> str:
        if self.aim.node:
            name = self.document.design.nodes[self.aim.node].name
            return _tr("after {name}").format(name=name)
        return super().words()
