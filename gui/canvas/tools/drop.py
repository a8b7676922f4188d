"""An operator or an initializer of the palette, carried over the canvas."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, QRectF

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Graph, Look, Node, Wire
from engine.errors import EngineError
from gui.canvas.face import Face, face_of
from gui.canvas.guides import Shape
from gui.canvas.node_item import NodeItem
from gui.canvas.placing import (
    Plan,
    added,
    added_after,
    added_between,
    docked_after,
    free_spot,
)
from gui.canvas.preview import Preview
from gui.canvas.tools.aim import Lines, WireAim
from gui.canvas.tools.base import Keys, Tool
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

OPERATOR = "application/x-fanin-operator"
VAST = 4000  # nodes
INITIALIZER = "application/x-fanin-initializer"


def carried(data: QMimeData) -> tuple[Literal["operator", "initializer"], str] | None:
    """What a drag holds, if it is from our palette and in the catalogue."""
    for mime, known in ((OPERATOR, OPERATORS), (INITIALIZER, INITIALIZERS)):
        if data.hasFormat(mime):
            kind = bytes(data.data(mime).data()).decode("utf-8", "replace")
            if kind in known:
                return ("operator" if mime == OPERATOR else "initializer"), kind
    return None


class Aim(NamedTuple):
    """What a drop would meet: a node, a wire, or with neither empty canvas."""

    node: str = ""
    wire: Wire | None = None
    shift: bool = False  # an initializer sets the bias


class DropTool(Tool):
    """Shows what a drop would do here, and does it."""

    pans = True
    edit: partial[Design]

    def __init__(self, view: CanvasView, start: QPointF, kind: str) -> None:
        super().__init__(view, start)
        self.kind = kind
        self.aim = Aim()
        self.wire = WireAim(view)
        self.node: NodeItem | None = None
        self.preview = Preview(view)
        self.lines = Lines(view)
        self.refusal = ""
        self.plan: Plan = view.plan()
        self._taken = list(self.plan.boxes.values())
        self._known = False  # whether `aim` has been shown
        self._alone: tuple[Face, QRectF] | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        aim = self._aim(at, keys)
        if aim != self.aim or not self._known:
            self.preview.clear()
            self.lines.hide()
            self.aim, self._known, self.refusal = aim, True, ""
            if aim.node or aim.wire:
                self._try(at)
        if not aim.node and not aim.wire:
            self._hover(at, keys)
        self.scene.marks.aim([at])
        self.hint(self.refusal or self.words(), at, refused=bool(self.refusal))

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        edit = self.edit
        self.cancel()
        self.view.grow(edit, self.name)

    def cancel(self) -> None:
        self._light(None)
        self.wire.release()
        self.preview.clear()
        self.lines.hide()
        self.scene.marks.aim(())
        self._known = False

    # What is carried: subclasses answer for theirs

    @property
    def title(self) -> str:
        return OPERATORS[self.kind].title

    @property
    def name(self) -> str:
        """What the undo step is called."""
        text = QCoreApplication.translate("canvas", "Add {title}")
        return text.format(title=self.title)

    def takes(self, item: NodeItem) -> bool:
        """Whether a drop on this node means something."""
        node = self.document.design.nodes[item.id]
        return bool(node.outputs) and bool(OPERATORS[self.kind].inputs)

    def edit_on(self, key: str, *, shift: bool) -> partial[Design]:
        """What a drop on a node does."""
        seat = docked_after if self._activates(key) else added_after
        return partial(seat, kind=self.kind, after=key, plan=self.plan)

    def edit_in(self, wire: Wire, at: QPointF) -> partial[Design]:
        """What a drop on a wire does."""
        return partial(added_between, kind=self.kind, wire=wire, at=at, plan=self.plan)

    def edit_at(self, at: QPointF) -> partial[Design]:
        """What a drop on empty canvas does."""
        return partial(added, kind=self.kind, at=at, plan=self.plan)

    def words(self) -> str:
        """What a drop here would do."""
        nodes = self.document.design.nodes
        if self.aim.wire is not None:
            text = _tr("between {source} and {target}")
            source, target = self.aim.wire.source, self.aim.wire.target
            return text.format(source=nodes[source].name, target=nodes[target].name)
        if self.aim.node:
            docks = self._activates(self.aim.node)
            text = _tr("docked after {name}") if docks else _tr("after {name}")
            return text.format(name=nodes[self.aim.node].name)
        return ""

    # How that is done

    def _aim(self, at: QPointF, keys: Keys) -> Aim:
        """What lies here; what is previewed gives way to what is there."""
        over = self.scene.node_items.get(self.aim.node)
        if over is not None and over.body.contains(at):
            return self._noted(over, None, keys)
        alone = bool(keys & Keys.AltModifier)
        if not alone and self.wire.holds(at):
            return self._noted(None, self.wire.wire, keys)
        self.preview.clear()
        self._known = False
        hit = self.scene.hit(at, 1.0)
        node = hit.node if hit.node and self.takes(hit.node) else None
        if node is not None or alone or not self._splices:
            self.wire.release()
        else:
            self.wire.seek(at)
        return self._noted(node, self.wire.wire, keys)

    def _noted(self, node: NodeItem | None, wire: Wire | None, keys: Keys) -> Aim:
        self._light(node)
        shift = bool(keys & Keys.ShiftModifier)
        return Aim(node.id if node else "", wire, bool(node) and shift)

    def _try(self, at: QPointF) -> None:
        """Show what the edit would leave, or why it would be refused."""
        aim = self.aim
        if aim.node:
            self.edit = self.edit_on(aim.node, shift=aim.shift)
        elif aim.wire is not None:
            self.edit = self.edit_in(aim.wire, at)
        design = self.document.design
        try:
            if self._vast:  # thousands would move: the target is lit, that must do
                self.preview.place(self._fresh()[0], at)
                return
            after = self.edit(design)
        except EngineError as error:
            self.refusal = say(error.message)
        else:
            self.preview.show(design, after)

    @property
    def _vast(self) -> bool:
        """Whether working out who makes room would make the hand wait."""
        return len(self.document.design.nodes) > VAST

    def _hover(self, at: QPointF, keys: Keys) -> None:
        """Show the node where it would land on empty canvas."""
        try:
            face, box = self._fresh()
        except EngineError as error:
            self.edit = self.edit_at(at)
            self.refusal = say(error.message)
            return
        spot = at
        if not keys & Keys.AltModifier:
            spot = at + self.lines.pull(Shape(face.body.translated(at), at))
        else:
            self.lines.hide()
        self.edit = self.edit_at(spot)
        self.preview.place(face, free_spot(box, spot, self._taken))

    def _fresh(self) -> tuple[Face, QRectF]:
        """The face of the node that would stand alone, and the room it asks for."""
        if self._alone is None:
            grown = self.edit_at(QPointF())(self.document.design)
            node = grown.nodes[grown.newest]
            alone = replace(grown, graph=Graph({node.id: node}), look=Look())
            face = face_of(node, check(alone), self.scene.inks)
            self._alone = face, self.plan.box(node)
        return self._alone

    def _activates(self, key: str) -> bool:
        target = self.document.design.nodes[key].row
        return (
            OPERATORS[self.kind].role == "activation"
            and target is not None
            and target.role == "layer"
        )

    @property
    def _splices(self) -> bool:
        node = Node("", self.kind, "")
        return bool(node.inputs and node.outputs)

    def _light(self, item: NodeItem | None) -> None:
        if item is not self.node:
            for each, on in ((self.node, False), (item, True)):
                if each is not None:
                    each.feel(target=on)
            self.node = item


class InitializerTool(DropTool):
    """Sets the weight of the layer it is dropped on; with Shift its bias."""

    def finish(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        aim, edit = self.aim, getattr(self, "edit", None)
        name = self.name
        self.cancel()
        if not aim.node or edit is None:
            self.session.tell(self.words())
        elif self.document.attempt(edit, text=name):
            self.view.select_only(aim.node)

    @property
    def title(self) -> str:
        return INITIALIZERS[self.kind].title

    @property
    def name(self) -> str:
        node = self.document.design.nodes.get(self.aim.node)
        text = _tr("Set {tensor} of {name}")
        return text.format(tensor=self.tensor, name=node.name if node else "")

    @property
    def tensor(self) -> str:
        return "bias" if self.aim.shift else "weight"

    def takes(self, item: NodeItem) -> bool:
        """Every node: one without weights says that it has none."""
        return True

    def edit_on(self, key: str, *, shift: bool) -> partial[Design]:
        tensor = "bias" if shift else "weight"
        return partial(edits.set_init, ids=[key], tensor=tensor, init=Init(self.kind))

    def words(self) -> str:
        if not self.aim.node:
            return _tr("Drop an initializer on a layer that has weights.")
        node = self.document.design.nodes[self.aim.node]
        if self.aim.shift:
            text = _tr("{title} for the bias of {name}")
        else:
            text = _tr("{title} for the weight of {name} · Shift: its bias")
        return text.format(title=self.title, name=node.name)

    def _hover(self, at: QPointF, keys: Keys) -> None:
        """On empty canvas it means nothing."""

    @property
    def _vast(self) -> bool:
        return False  # nobody makes room for an initializer

    @property
    def _splices(self) -> bool:
        return False


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
