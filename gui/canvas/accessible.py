"""The canvas for those who do not see it: its nodes as things with names.

Qt asks a factory for the accessible side of a widget. For the canvas it is given one
whose children are, besides the widgets over it, the nodes in the order of computation:
each with what it is called, what it computes, what is wrong with it, where its wires
lead, and an action that selects it.

Three things end the program if they are done otherwise. Python holds every interface as
long as Qt may ask for it, which for nodes is for good. `interface_cast` answers with a
`VoidPtr`, even for "no". And the factory makes a new interface whenever it is asked: Qt
keeps one for every meta-object of a widget, and PySide may change that. What PySide
declares of these methods leaves out that they may answer None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QColor,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import Shiboken

from engine.catalog.dims import text as shape_text
from engine.design.model import Design
from engine.errors import Severity
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.document import Document

CLASS = "CanvasView"
_readers: dict[int, Reader] = {}  # by the view's id
_kept: list[NodeInterface] = []
_installed = False


def install() -> None:
    """Let Qt ask for the accessible side of canvases; once is enough."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_made)


def _made(key: str, widget: QObject | None) -> QAccessibleInterface | None:
    """What Qt asks for every class of every widget that is read out."""
    if key != CLASS or widget is None:
        return None
    place = id(widget)
    if place not in _readers:
        _readers[place] = Reader(widget)  # type: ignore[arg-type]
        widget.destroyed.connect(lambda: _readers.pop(place).leave())
    return _readers[place].canvas()


class Reader(QObject):
    """The nodes of one canvas as they are read out; tells what is selected."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.view: CanvasView | None = view
        self.document = view.session.document
        self._canvases: list[CanvasInterface] = []
        self._nodes: dict[str, NodeInterface] = {}
        self._order: tuple[object, list[str]] = (None, [])
        self.document.changed.connect(self._forget)
        view.session.selection.changed.connect(self._tell)

    def leave(self) -> None:
        """The canvas has gone."""
        self.view = None
        self._canvases.clear()

    def canvas(self) -> CanvasInterface:
        """A further interface of the canvas."""
        assert self.view is not None  # noqa: S101 -- Qt asks while it is there
        self._canvases.append(CanvasInterface(self.view, self))
        return self._canvases[-1]

    @property
    def latest(self) -> CanvasInterface | None:
        """The canvas as Qt knows it now."""
        known = (one for one in reversed(self._canvases) if Shiboken.isValid(one))
        return next(known, None)

    def order(self) -> list[str]:
        """The nodes as they compute, then those that cannot."""
        graph = self.document.design.graph
        if self._order[0] is not graph:
            rest = graph.nodes.keys() - set(graph.order)
            self._order = graph, [*graph.order, *sorted(rest)]
        return self._order[1]

    def of(self, key: str) -> NodeInterface:
        """The interface of a node; the same one each time it is asked for."""
        if key not in self._nodes:
            made = self._nodes[key] = NodeInterface(self, key)
            _kept.append(made)
            QAccessible.registerAccessibleInterface(made)
        return self._nodes[key]

    def _forget(self, before: Design, after: Design) -> None:
        """Nodes that have gone say so when they are asked; an id never comes back."""
        if before.graph.nodes is not after.graph.nodes:
            for key in self._nodes.keys() - after.nodes.keys():
                del self._nodes[key]

    def _tell(self, ids: frozenset[str]) -> None:
        """A node that is selected alone is what is read out."""
        if not QAccessible.isActive() or len(ids) != 1 or self.latest is None:
            return
        (key,) = ids
        for kind in (QAccessible.Event.Selection, QAccessible.Event.Focus):
            QAccessible.updateAccessibility(QAccessibleEvent(self.of(key), kind))


class CanvasInterface(QAccessibleWidget):
    """The canvas with its nodes for children, behind the widgets that lie over it."""

    def __init__(self, view: CanvasView, reader: Reader) -> None:
        super().__init__(view, QAccessible.Role.Canvas, view.accessibleName())
        self.view = view
        self.reader = reader

    def childCount(self) -> int:
        return super().childCount() + len(self.reader.order())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        widgets, keys = super().childCount(), self.reader.order()
        if index < widgets:
            return super().child(index)
        at = index - widgets
        return self.reader.of(keys[at]) if at < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, NodeInterface):
            keys = self.reader.order()
            at = keys.index(child.key) if child.key in keys else -1
            return super().childCount() + at if at >= 0 else -1
        return super().indexOfChild(child)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        at = self.view.mapToScene(self.view.viewport().mapFromGlobal(QPoint(x, y)))
        hit = self.view.canvas.hit(at)
        return self.reader.of(hit.node.id) if hit.node else super().childAt(x, y)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        one = self.view.session.selection.one
        if one is not None and self.view.hasFocus():
            return self.reader.of(one)
        return super().focusChild()


class NodeInterface(QAccessibleInterface):
    """One node: a thing in a list that can be chosen."""

    def __init__(self, reader: Reader, key: str) -> None:
        super().__init__()
        self.reader = reader
        self.key = key
        self.actions = NodeActions(self)

    @property
    def view(self) -> CanvasView | None:
        """The canvas, while it and the node are there."""
        return self.reader.view if self.isValid() else None

    def isValid(self) -> bool:
        there = self.reader.view is not None and self.reader.latest is not None
        return there and self.key in self.reader.document.design.nodes

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        canvas = self.reader.latest
        return canvas.window() if canvas else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.reader.latest

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        view = self.view
        if view is None or self.key not in view.canvas.stage.faces:
            return QRect()
        place = view.mapFromScene(view.canvas.stage.body(self.key)).boundingRect()
        return QRect(view.viewport().mapToGlobal(place.topLeft()), place.size())

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return called(self.reader.document, self.key)
        if kind in (QAccessible.Text.Description, QAccessible.Text.Help):
            return described(self.reader.document, self.key)
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """The name is given by a rename, which may be refused."""

    def state(self) -> QAccessible.State:
        view, state = self.view, QAccessible.State()
        if view is None:
            state.invalid = True
            return state
        state.selectable = state.focusable = True
        selection = view.session.selection
        state.selected = self.key in selection.ids
        state.focused = selection.one == self.key and view.hasFocus()
        stage = view.canvas.stage
        there = self.key in stage.faces
        state.offscreen = not there or not stage.body(self.key).intersects(view.seen)
        return state

    def foregroundColor(self) -> QColor:
        return self.view.session.theme.text if self.view else QColor()

    def backgroundColor(self) -> QColor:
        return self.view.session.theme.node if self.view else QColor()

    def interface_cast(  # type: ignore[override]
        self, kind: QAccessible.InterfaceType
    ) -> Shiboken.VoidPtr:
        if kind == QAccessible.InterfaceType.ActionInterface:
            return Shiboken.VoidPtr(Shiboken.getCppPointer(self.actions)[0])
        return Shiboken.VoidPtr(0)


class NodeActions(QAccessibleActionInterface):
    """What can be done with a node: select it, ask for its menu."""

    def __init__(self, node: NodeInterface) -> None:
        super().__init__()
        self._node = node

    def actionNames(self) -> list[str]:
        return [self.pressAction(), self.setFocusAction(), self.showMenuAction()]

    def localizedActionName(self, name: str) -> str:
        return _tr("Menu") if name == self.showMenuAction() else _tr("Select")

    def localizedActionDescription(self, name: str) -> str:
        if name == self.showMenuAction():
            return _tr("Shows what can be done with the node")
        return _tr("Selects the node")

    def keyBindingsForAction(self, name: str) -> list[str]:
        return ["Menu"] if name == self.showMenuAction() else []

    def doAction(self, name: str) -> None:
        view, key = self._node.view, self._node.key
        if view is not None:
            view.setFocus()
            view.select_only(key)
            view.reveal([key])
            if name == self.showMenuAction():
                view.menu_of_selection()


def called(document: Document, key: str) -> str:
    """A node in a breath: "fc1, Linear, 128 → 10, output N×10, 1 problem"."""
    node, checked = document.design.nodes[key], document.checked
    known, problems = checked.known(key), checked.of(key)
    parts = [node.name]
    if node.title != node.name:
        parts.append(node.title)
    row = node.row
    brief = row.brief(known.args) if row and known else ""
    if brief:
        parts.append(brief)
    if known and known.outputs:
        shapes = ", ".join(shape_text(t.shape) for t in known.outputs.values())
        parts.append(_tr("output {shape}").format(shape=shapes))
    elif not known:
        parts.append(_tr("shape not known yet"))
    wrong = [one for one in problems if one.severity is not Severity.ADVICE]
    if wrong:
        said = _tr("{count} problem") if len(wrong) == 1 else _tr("{count} problems")
        parts.append(said.format(count=len(wrong)))
    return ", ".join(parts)


def described(document: Document, key: str) -> str:
    """What is wrong with a node, and where its wires lead."""
    design, checked = document.design, document.checked
    lines = [say(problem.message) for problem in checked.of(key)]
    for port, wire in design.graph.incoming.get(key, {}).items():
        name = design.nodes[wire.source].name
        lines.append(_tr("{port} from {name}.").format(port=port, name=name))
    leaving = design.graph.outgoing.get(key, ())
    names = dict.fromkeys(design.nodes[wire.target].name for wire in leaving)
    if names:
        lines.append(_tr("Feeds {names}.").format(names=", ".join(names)))
    return " ".join(lines)


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
