"""Drag nodes: they snap to their neighbours' lines, and may be let go into a wire."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, Qt

from engine.design import clipboard, edits
from engine.design.annotations import new_marks
from engine.design.marks import Box
from engine.design.model import Design, Wire
from engine.errors import EngineError
from gui.canvas.ghost import GhostItem
from gui.canvas.guides import Shape, Snap
from gui.canvas.mark_paint import rect
from gui.canvas.marking import framed, moving, shifted
from gui.canvas.placing import Plan, between
from gui.canvas.preview import Preview
from gui.canvas.scene import around
from gui.canvas.tools.aim import Lines, WireAim
from gui.canvas.tools.base import Keys, Tool
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CLICK = 4.0  # pixels of the screen
FEW = 400  # nodes of which each gets a ghost, while copies are dragged


class MoveTool(Tool):
    """Moves the selected nodes, and the activations docked to them.

    Shift keeps to a line, Alt snaps to nothing and leaves wires alone, Ctrl drags
    copies; the keys may be pressed and let go on the way.

    Args:
        view: the canvas.
        start: where it was pressed.
        grabbed: the node under the pointer.
        clicked: what it means when nothing is dragged.
    """

    pans = True

    def __init__(
        self,
        view: CanvasView,
        start: QPointF,
        grabbed: str,
        clicked: Callable[[], None],
    ) -> None:
        super().__init__(view, start)
        self.grabbed = grabbed
        self.clicked = clicked
        self.offset = QPointF()
        self.copying = False
        self.origins: dict[str, QPointF] = {}
        self.boxes: dict[str, Box] = {}  # of frames and comments that go along
        self.lines = Lines(view)
        self.aim = WireAim(view)
        self.preview = Preview(view)
        self.copies: list[tuple[GhostItem, QPointF]] = []
        self._edit: partial[Design] | None = None  # into the wire that is meant
        self._shape = Shape(self.scene.node_items[grabbed].body, start)
        self._plan: Plan | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        offset = at - self.start
        if not self.origins:
            if offset.manhattanLength() < CLICK / self.view.zoom:
                return
            self._begin()
        self.copying = bool(keys & Keys.ControlModifier)
        shape = Qt.CursorShape
        cursor = shape.DragCopyCursor if self.copying else shape.SizeAllCursor
        self.view.viewport().setCursor(cursor)
        self.offset = self._steered(offset, keys)
        spots = {key: spot + self.offset for key, spot in self.origins.items()}
        if self.copying:
            self._show_copies()
        else:
            self._hide_copies()
            self.scene.put(spots)
            self.scene.marks.put(self._boxes())
        belongs = not self.copying and not self.boxes
        self.scene.marks.aim([spots[self.grabbed]] if belongs else ())
        self._seek(at, free=self.copying or bool(keys & Keys.AltModifier))

    def finish(self, at: QPointF, keys: Keys) -> None:
        if not self.origins:
            self.clicked()
            return
        edit, offset, copying = self._edit, self.offset, self.copying
        self._clean()
        if copying:
            self._duplicate(offset)
            return
        if edit is not None:
            text = QCoreApplication.translate("canvas", "Put {name} into a wire")
            name = self.document.design.nodes[self.grabbed].name
            done = self.document.attempt(
                partial(framed, edit, also=(self.grabbed,)), text=text.format(name=name)
            )
        else:
            spots = {
                key: (spot.x() + offset.x(), spot.y() + offset.y())
                for key, spot in self.origins.items()
            }
            done = self.document.attempt(
                _moved, spots, self._boxes(), text=self._text()
            )
        self.scene.settle(self.origins)
        self.scene.marks.restore(self.boxes)
        if done:
            self.scene.detour(self.origins)
            self.scene.arranged.emit()

    def cancel(self) -> None:
        self._clean()
        self.scene.settle(self.origins)
        self.scene.marks.restore(self.boxes)

    def _boxes(self) -> dict[str, Box]:
        dx, dy = self.offset.x(), self.offset.y()
        return {key: box.moved(dx, dy) for key, box in self.boxes.items()}

    def _begin(self) -> None:
        design = self.document.design
        stage, selection = self.scene.stage, self.session.selection
        if self.grabbed in selection.ids:
            spots, self.boxes = moving(design, selection.ids, selection.marks)
        else:  # pressed with Shift or Ctrl: it alone is dragged
            spots, self.boxes = moving(design, frozenset({self.grabbed}), frozenset())
        now = stage.spots
        self.origins = {key: QPointF(*now[key]) for key in spots if key in now}
        whole = around(stage.body(key) for key in self.origins)
        self._shape = Shape(whole, self.origins[self.grabbed])

    def _steered(self, offset: QPointF, keys: Keys) -> QPointF:
        """Along an axis with Shift; into line with the neighbours without Alt."""
        straight = bool(keys & Keys.ShiftModifier)
        level = straight and abs(offset.x()) >= abs(offset.y())
        if straight:
            offset = QPointF(offset.x(), 0) if level else QPointF(0, offset.y())
        if keys & Keys.AltModifier:
            self.lines.hide()
            return offset
        without = () if self.copying else self.origins.keys()
        pull = self.lines.pull(self._shape.moved(offset), without, self._shape)
        if straight:
            pull = QPointF(pull.x(), 0) if level else QPointF(0, pull.y())
            self.lines.display(Snap(pull) if pull.isNull() else self.lines.shown)
        return offset + pull

    def _text(self) -> str:
        count = len(self.origins)
        if count == 1:
            name = self.document.design.nodes[self.grabbed].name
            text = QCoreApplication.translate("canvas", "Move {name}")
            return text.format(name=name)
        text = QCoreApplication.translate("canvas", "Move {count} nodes")
        return text.format(count=count)

    # Into a wire

    def _seek(self, at: QPointF, *, free: bool) -> None:
        """Aim at the wire under a node that nothing is wired to yet."""
        if free or not self._loose:
            self._leave_wire()
            self.hint(self._copy_words(), at)
            return
        middle = QPointF(*self.scene.stage.spots[self.grabbed])
        if not self.aim.holds(middle) and not self.aim.holds(at):
            self._leave_wire()
            if self.aim.seek(middle) is None:
                self.aim.seek(at)
        wire = self.aim.wire
        if wire is None:
            self.hint("", at)
            return
        self.lines.hide()  # it will not stand there
        if self._edit is None or self._edit.keywords["wire"] != wire:
            self._intend(wire, middle)
        nodes = self.document.design.nodes
        text = QCoreApplication.translate("canvas", "between {source} and {target}")
        source, target = nodes[wire.source].name, nodes[wire.target].name
        self.hint(self._trouble or text.format(source=source, target=target), at)

    def _intend(self, wire: Wire, spot: QPointF) -> None:
        """Show what it would look like in the wire that is meant."""
        self._plan = self._plan or self.view.plan()
        edit = partial(between, key=self.grabbed, wire=wire, at=spot, plan=self._plan)
        design = self.document.design
        self._trouble = ""
        try:
            after = edit(design)
        except EngineError as error:
            self._trouble = say(error.message)
        else:
            self.preview.show(design, after, held={self.grabbed})
        self._edit = edit

    def _leave_wire(self) -> None:
        if self.aim.wire is not None or self._edit is not None:
            self.aim.release()
            self.preview.clear()
            self._edit = None

    _trouble = ""

    @property
    def _loose(self) -> bool:
        """Whether it is a single node that could be put into a wire."""
        graph = self.document.design.graph
        key = self.grabbed
        if len(self.origins) > 1 or graph.incoming.get(key) or graph.outgoing.get(key):
            return False
        node = self.document.design.nodes[key]
        return bool(node.inputs and node.outputs)

    # Copies

    def _show_copies(self) -> None:
        if not self.copies:
            self.scene.settle(self.origins)
            self.scene.marks.restore(self.boxes)
            for key in list(self.origins)[:FEW]:
                ghost = GhostItem(self.scene.stage.faces[key], self.scene.inks)
                self.scene.addItem(ghost)
                self.copies.append((ghost, self.origins[key]))
        for ghost, origin in self.copies:
            ghost.setPos(origin + self.offset)

    def _hide_copies(self) -> None:
        for ghost, _ in self.copies:
            self.scene.removeItem(ghost)
        self.copies.clear()

    def _copy_words(self) -> str:
        if not self.copying:
            return ""
        if len(self.origins) == 1:
            return QCoreApplication.translate("canvas", "a copy")
        text = QCoreApplication.translate("canvas", "{count} copies")
        return text.format(count=len(self.origins))

    def _duplicate(self, offset: QPointF) -> None:
        design = self.document.design
        text = clipboard.copy(design, self.origins, self.boxes)
        boxes = [rect(box) for box in self.boxes.values()]
        corners = [at for box in boxes for at in (box.topLeft(), box.bottomRight())]
        middle = around_points([*self.origins.values(), *corners]) + offset
        edit = partial(clipboard.paste, text=text, at=(middle.x(), middle.y()))
        said = QCoreApplication.translate("canvas", "Duplicate")
        if self.document.attempt(edit, text=said):
            fresh = clipboard.new_ids(design, self.document.design)
            self.session.selection.set(fresh, new_marks(design, self.document.design))

    def _clean(self) -> None:
        self._leave_wire()
        self._hide_copies()
        self.lines.hide()
        self.scene.marks.aim(())


def around_points(points: list[QPointF]) -> QPointF:
    """The middle between the outermost of these."""
    xs, ys = [p.x() for p in points], [p.y() for p in points]
    return QPointF((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def _moved(
    design: Design,
    spots: dict[str, tuple[float, float]],
    boxes: dict[str, Box],
) -> Design:
    """Nodes elsewhere, in the frames that are there.

    An activation that was pulled off its layer is on its own.
    """
    before = design.look.positions
    for key, layer in design.look.docked.items():
        if key in spots and layer not in spots and spots[key] != before.get(key):
            design = edits.dock(design, key, None)
    return shifted(design, spots, boxes)
