"""What can be done on the canvas by name: add, copy, delete, rename, search."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.catalog import OPERATORS
from engine.design import clipboard, edits
from engine.design.annotations import new_marks
from engine.design.framing import carried
from engine.design.model import Design, Wire
from gui.canvas.aligning import Aligning
from gui.canvas.camera import Camera
from gui.canvas.connecting import Connecting
from gui.canvas.find import FindBar
from gui.canvas.freezing import all_frozen, freezable
from gui.canvas.glide import Glide
from gui.canvas.grouping import Grouping
from gui.canvas.heat import Heat
from gui.canvas.levels import Levels
from gui.canvas.marking import (
    Marking,
    called,
    framed,
    marks_beside,
    moving,
    removed,
    shifted,
)
from gui.canvas.moving import Moving
from gui.canvas.placing import (
    Plan,
    added,
    added_after,
    clear_of,
)
from gui.canvas.rename import RenameField
from gui.canvas.scene import CanvasScene
from gui.canvas.searching import Anchor, Searching
from gui.canvas.signal_tint import SignalTint
from gui.session import Session


class Desk(Camera):
    """The commands of the canvas, as the menus and the window call them."""

    levels: Levels  # the view makes them, once it can show them

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.session = session
        super().__init__(CanvasScene(session, session.document), parent)
        self._pointer: QPointF | None = None
        self._renaming: RenameField | None = None
        self.grouping: Grouping = Grouping(self)
        self.searching: Searching = Searching(self)
        self.finder = self.searching.finder
        self.connecting: Connecting = Connecting(self)
        self.walked: str | None = None  # the node that the arrows went to last
        self.marking: Marking = Marking(self)
        self.aligning: Aligning = Aligning(self)
        self.glide = Glide(self)
        self.moving = Moving(self)
        self.finding: FindBar | None = None
        self.heat = Heat(self)
        self.signal = SignalTint(self)

    def place(self, kind: str) -> None:
        """Add a node: after the selected one, or at the centre of the view."""
        if kind in self.session.document.whole.blocks:
            self.grouping.use(kind)
            return
        if mine := self.session.library.get(kind):
            self.grouping.take(mine.part)
            return
        if kind not in OPERATORS:
            return
        self.session.added.used(kind)
        after = self.session.selection.one
        nodes = self.session.document.design.nodes
        row = OPERATORS[kind]
        wired = after and nodes[after].outputs and row.input_ports(row.defaults)
        plan = self.plan()
        if after and wired:
            edit = partial(added_after, kind=kind, after=after, plan=plan)
        else:
            at = self.middle
            if after:
                at = QPointF(plan.boxes[after].center().x(), plan.boxes[after].top())
            edit = partial(added, kind=kind, at=at, plan=plan)
        self.grow(edit, self.tr("Add {title}").format(title=row.title))

    def grow(self, edit: Callable[..., Design], text: str) -> None:
        """Do an edit that adds a node; select it and bring it into view."""
        document = self.session.document
        if document.attempt(partial(framed, edit), text=text):
            newest = document.design.newest
            self.select_only(newest)
            self.reveal([newest])

    def select_only(self, key: str | None) -> None:
        """Select this node alone, or nothing."""
        self.canvas.choose(None)
        self.session.selection.set([key] if key else [])

    def select_all(self) -> None:
        design = self.session.document.design
        self.session.selection.set(design.nodes, design.look.marks)

    def reveal(self, ids: list[str]) -> None:
        """Pan as little as it takes to see these nodes."""
        self.reveal_area(self.canvas.extent(ids))

    def reveal_area(self, area: QRectF) -> None:
        """Pan as little as it takes to see this part of the canvas."""
        if area.isValid() and not self.seen.contains(area):
            self.ensureVisible(area, 60, 60)
            self.looked.emit()

    def delete(self) -> None:
        """Remove the selected nodes, frames and comments, or the chosen wire."""
        document, wire = self.session.document, self.canvas.chosen
        ids, marks = self.session.selection.ids, self.session.selection.marks
        if marks:
            document.attempt(removed, ids, marks, text=self.marking.named_deletion())
        elif ids:
            text = self._counted(
                self.tr("Delete {name}"), self.tr("Delete {count} nodes")
            )
            document.attempt(edits.remove, ids, text=text)
        elif wire is not None:
            name = document.design.nodes[wire.target].name
            text = self.tr("Disconnect {name}").format(name=name)
            document.attempt(edits.disconnect, [wire], text=text)

    def delete_and_reconnect(self) -> None:
        """Remove the selected nodes and join their neighbours."""
        text = self._counted(
            self.tr("Delete {name} and reconnect"),
            self.tr("Delete {count} nodes and reconnect"),
        )
        ids = self.session.selection.ids
        if ids:
            document = self.session.document
            document.attempt(edits.remove_and_reconnect, ids, text=text)

    def freeze(self) -> None:
        """Freeze the selected nodes; when all that can be are frozen, unfreeze them."""
        ids = freezable(self.session)
        if not ids and self.session.selection.ids:
            self.session.tell(self.tr("Nothing that is selected has weights to hold."))
        if not ids:
            return
        frozen = not all_frozen(self.session)
        names = ", ".join(self.session.document.design.nodes[key].name for key in ids)
        said = self.tr("Freeze {name}") if frozen else self.tr("Unfreeze {name}")
        if len(ids) > 1:
            names = self.tr("{count} nodes").format(count=len(ids))
        text = said.format(name=names)
        self.session.document.attempt(edits.set_frozen, ids, frozen, text=text)

    def find_nodes(self) -> None:
        """Open the bar that finds nodes of the design."""
        if self.finding is None:
            self.finding = FindBar(self)
        self.finding.open()

    def copy(self) -> bool:
        """Put the selected nodes on the clipboard, as text."""
        text = self._copied()
        if text:
            QGuiApplication.clipboard().setText(text)
        return bool(text)

    def _copied(self) -> str:
        """The selection as text; a frame brings what is in it."""
        selection = self.session.selection
        if not selection.ids and not selection.marks:
            return ""
        design = self.session.document.design
        return clipboard.copy(design, selection.ids, selection.marks)

    def cut(self) -> None:
        text = self._counted(self.tr("Cut {name}"), self.tr("Cut {count} nodes"))
        if self.copy():
            design, selection = self.session.document.design, self.session.selection
            nodes, marks = carried(design, selection.marks)
            ids = selection.ids | nodes
            self.session.document.attempt(removed, ids, marks, text=text)

    def paste(self, at: QPointF | None = None) -> None:
        """Add what the clipboard holds, at a point or the pointer."""
        at = at or self.spot()
        text = QGuiApplication.clipboard().text()
        self._insert(text, (at.x(), at.y()), self.tr("Paste"))

    def duplicate(self) -> None:
        """Add the selected nodes once more, below."""
        text = self._copied()
        if text:
            self._insert(text, None, self.tr("Duplicate"))

    def rename(self, key: str | None = None) -> None:
        """Open the name of a node for typing; of the selected one without a name."""
        if key is None and self.marking.edit():
            return
        key = key or self.session.selection.one
        item = self.canvas.node_items.get(key or "")
        if item is None or key is None:
            return
        self.reveal([key])
        if self._renaming is not None:
            self._renaming.leave()
        name = self.session.document.design.nodes[key].name
        self._renaming = RenameField(self, item, name)
        self._renaming.destroyed.connect(self._forget_renaming)

    def search(
        self, at: QPointF | None = None, anchor: Anchor | None = None, text: str = ""
    ) -> None:
        """Open the search at a point; from a port, with what fits it."""
        self.searching.open(at, anchor, text)

    def search_into(self, wire: Wire, at: QPointF) -> None:
        """Open the search for what can be put into a wire."""
        self.searching.into(wire, at)

    def plan(self) -> Plan:
        """What placing needs to know now."""
        stage = self.canvas.stage
        boxes = {key: stage.space(key) for key in stage.faces}
        return Plan(boxes, self.canvas.inks, self.session.document.checked)

    def visible_nodes(self) -> list[str]:
        """The nodes in view."""
        return self.canvas.nodes_in(self.seen)

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected nodes a little; nudges in a row are one step."""
        selection = self.session.selection
        design = self.session.document.design
        spots, boxes = moving(design, selection.ids, selection.marks)
        if spots or boxes:
            text = self._counted(self.tr("Move {name}"), self.tr("Move {count} nodes"))
            key = "nudge " + " ".join(sorted((*spots, *boxes)))
            moved = {k: (x + dx, y + dy) for k, (x, y) in spots.items()}
            put = {k: box.moved(dx, dy) for k, box in boxes.items()}
            self.session.document.attempt(shifted, moved, put, text=text, merge=key)

    # How that is done

    def _insert(self, text: str, at: tuple[float, float] | None, said: str) -> None:
        document = self.session.document
        before, plan = document.design, self.plan()

        def pasted(design: Design) -> Design:
            after = clipboard.paste(design, text, at)
            fresh, marks = clipboard.new_ids(design, after), new_marks(design, after)
            return marks_beside(after, clear_of(after, fresh, plan), fresh, marks)

        if document.attempt(pasted, text=said):
            fresh = clipboard.new_ids(before, document.design)
            marks = new_marks(before, document.design)
            self.session.selection.set(fresh, marks)
            area = self.canvas.extent(fresh)
            self.reveal_area(area.united(self.canvas.marks.extent(marks)))

    def _counted(self, one: str, many: str) -> str:
        ids, marks = self.session.selection.ids, self.session.selection.marks
        design = self.session.document.design
        if len(ids) == 1 and not marks:
            (key,) = ids
            return one.format(name=design.nodes[key].name)
        if len(marks) == 1 and not ids:
            (key,) = marks
            return one.format(name=called(design.look.marks[key]))
        return many.format(count=len(ids | carried(design, marks)[0]))

    def spot(self, at: QPointF | None = None) -> QPointF:
        """Where something new goes: a point, the pointer, or the middle of the view."""
        return at or (self._pointer if self.underMouse() else None) or self.middle

    def _forget_renaming(self) -> None:
        self._renaming = None
