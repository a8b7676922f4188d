"""The canvas: it turns what hands do into gestures, and gestures into edits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from engine.design.model import Design, Wire
from gui.canvas import accessible, keys, menus
from gui.canvas.cue import Cue
from gui.canvas.desk import Desk
from gui.canvas.edge_pan import EdgePan
from gui.canvas.hints import tooltip
from gui.canvas.levels import Levels
from gui.canvas.marks import MarkHit
from gui.canvas.overlays import Overlays
from gui.canvas.scene import Hit
from gui.canvas.tools.band import BandTool
from gui.canvas.tools.base import Keys, Tool
from gui.canvas.tools.connect import ConnectTool
from gui.canvas.tools.drop import DropTool, InitializerTool, carried
from gui.canvas.tools.drop_block import BlockDropTool, carried_block
from gui.canvas.tools.move import MoveTool
from gui.canvas.tools.move_marks import MoveMarksTool
from gui.canvas.tools.pan import PanTool
from gui.canvas.tools.size_mark import CURSORS, SizeMarkTool
from gui.canvas.walk import path_between
from gui.session import Session

REACH = 9.0  # pixels around a port or a wire that still mean it
TAIL = 26.0  # this near its end, a wire is taken by that end
HELD = {
    Qt.Key.Key_Shift: Keys.ShiftModifier,
    Qt.Key.Key_Control: Keys.ControlModifier,
    Qt.Key.Key_Alt: Keys.AltModifier,
}


class CanvasView(Desk):
    """Shows the session's document and lets it be edited by hand."""

    tool: Tool | None = None  # Qt sends events before there is more

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        accessible.install()
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Canvas"))
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cue = Cue(session.theme, self.viewport())
        self._edges = EdgePan(self)
        self._space = False
        self._path: frozenset[str] = frozenset()  # what Shift and a click would select
        self._overlays = Overlays(self)
        self.minimap = self._overlays.minimap
        self.levels: Levels = Levels(self)
        session.document.changed.connect(self._follow)
        session.selection.changed.connect(self._describe)

    def _follow(self, before: Design, after: Design) -> None:
        self.cancel()  # a gesture on a design that is no more
        # Another document was opened: none of its nodes was here before.
        fresh = not any(
            before.nodes.get(key) is node for key, node in after.nodes.items()
        )
        if fresh and not self.session.document.history.count():
            seen = self.seen.contains(self.canvas.content)
            if len(after.nodes) > 1 or not seen:
                self.fit_first()

    def _describe(self, ids: frozenset[str]) -> None:
        """Say what is selected to those who cannot see it."""
        nodes = self.session.document.design.nodes
        if ids or self.session.selection.marks:
            self.canvas.choose(None)
        names = [nodes[key].name for key in sorted(ids) if key in nodes]
        one = self.session.selection.one
        if one is not None:
            names = [accessible.called(self.session.document, one)]
        self.setAccessibleDescription(", ".join([*names, *self.marking.chosen_names]))

    @property
    def held(self) -> bool:
        """Whether a gesture is under way: it may hold on to items."""
        return self.tool is not None

    # The pointer

    def _hit(self, at: QPointF) -> Hit:
        hit = self.canvas.hit(at, REACH / min(max(self.zoom, 0.4), 1.6))
        mark = None if hit.node else self.canvas.marks.hit(at, self.zoom)
        # A comment lies on the wires, a frame below them.
        return Hit(mark=mark) if mark and not (mark.frame and hit.wire) else hit

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            return  # a second button does not start a second gesture
        self.glide.stop()
        at = self.mapToScene(event.position().toPoint())
        self._show_path(Hit(), Keys.NoModifier)
        self.finder.hide()
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._begin(PanTool(self, at))
        elif event.button() == Qt.MouseButton.LeftButton:
            tool = self._tool_for(self._hit(at), at, event.modifiers())
            if tool is not None:
                self._begin(tool)
        event.accept()

    def _begin(self, tool: Tool) -> None:
        self.tool = tool
        QToolTip.hideText()
        if tool.cursor != Qt.CursorShape.ArrowCursor:
            self.viewport().setCursor(tool.cursor)

    def _tool_for(self, hit: Hit, at: QPointF, held: Keys) -> Tool | None:
        """The gesture that a press here begins."""
        if hit.node and hit.dot:
            return self._from_port(hit, at)
        if hit.node:
            return self._on_node(hit.node.id, at, held)
        if hit.wire:
            return self._on_wire(hit.wire.wire, at)
        if hit.mark:
            return self._on_mark(hit.mark, at, held)
        self.canvas.choose(None)
        return BandTool(self, at, held)

    def _from_port(self, hit: Hit, at: QPointF) -> Tool:
        """A new wire; from an input that has one, that wire's end."""
        assert hit.node is not None  # noqa: S101 -- the caller has looked
        assert hit.dot is not None  # noqa: S101
        key, port = hit.node.id, hit.dot.port.name
        graph = self.session.document.design.graph
        wire = graph.incoming.get(key, {}).get(port) if hit.dot.entering else None
        if wire is not None:
            return ConnectTool(self, at, (wire.source, wire.output, False), wire)
        return ConnectTool(self, at, (key, port, hit.dot.entering))

    def _on_node(self, key: str, at: QPointF, held: Keys) -> Tool:
        """A drag moves it, whatever is held; a click selects, or adds to it."""
        selection = self.session.selection
        if held & Keys.ControlModifier:
            return MoveTool(self, at, key, lambda: self._turn(key))
        if held & Keys.ShiftModifier:
            path = self._path_to(key)
            marks = selection.marks
            return MoveTool(self, at, key, lambda: selection.set(path, marks))
        if key not in selection.ids:
            self.select_only(key)
        return MoveTool(self, at, key, lambda: self.select_only(key))

    def _turn(self, key: str) -> None:
        """Take a node into the selection, or out of it."""
        selection = self.session.selection
        selection.set(selection.ids ^ {key}, selection.marks)

    def _path_to(self, key: str) -> frozenset[str]:
        """What Shift and a click on a node select."""
        selection = self.session.selection
        graph = self.session.document.design.graph
        between = path_between(graph, selection.one, key) if selection.one else ()
        return frozenset({*selection.ids, *between, key})

    def _show_path(self, hit: Hit, held: Keys) -> None:
        """While Shift is held, mark what a click here would select."""
        shift = held == Keys.ShiftModifier and self.tool is None
        path: frozenset[str] = frozenset()
        if shift and hit.node and not hit.dot:
            path = self._path_to(hit.node.id)
        for key in self._path ^ path:
            if key in self.canvas.node_items:
                self.canvas.node_items[key].feel(target=key in path)
        self._path = path

    def _on_mark(self, hit: MarkHit, at: QPointF, held: Keys) -> Tool | None:
        """An edge is resized; what is taken elsewhere is moved."""
        selection = self.session.selection
        self.canvas.choose(None)
        if held & (Keys.ControlModifier | Keys.ShiftModifier):
            selection.set(selection.ids, selection.marks ^ {hit.id})
            return None
        if hit.grip:
            selection.set((), (hit.id,))
            return SizeMarkTool(self, at, hit.id, hit.grip)
        if hit.id not in selection.marks:
            selection.set((), (hit.id,))
        return MoveMarksTool(self, at, hit.id)

    def _on_wire(self, wire: Wire, at: QPointF) -> Tool | None:
        """Near an end, that end is taken; elsewhere the wire is chosen."""
        self.session.selection.set(())
        self.canvas.choose(wire)
        end = self._end_at(wire, at)
        if end == "target":
            return ConnectTool(self, at, (wire.source, wire.output, False), wire)
        if end == "source":
            return ConnectTool(self, at, (wire.target, wire.input, True), wire)
        return None

    def _end_at(self, wire: Wire, at: QPointF) -> str:
        """The end of a wire that a press here takes: source, target or none."""
        start, end = self.canvas.ends(wire)
        to_end = (at - end).manhattanLength()
        to_start = (at - start).manhattanLength()
        if min(to_end, to_start) > TAIL / self.zoom:
            return ""
        return "target" if to_end <= to_start else "source"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        at = self.mapToScene(spot)
        self._pointer = at
        if self.tool is not None:
            self.tool.move(at, event.modifiers())
            self._edges.feel(spot, event.modifiers())
            return
        hit = self._hit(at)
        self.canvas.hover(hit)
        self.canvas.marks.hover(hit.mark)
        pressed = bool(event.buttons())  # on what begins no gesture
        self._show_path(hit, Keys.NoModifier if pressed else event.modifiers())
        self.viewport().setCursor(self._cursor_over(hit, at))

    def _cursor_over(self, hit: Hit, at: QPointF) -> Qt.CursorShape:
        """What a press here would begin."""
        if self._space:
            return Qt.CursorShape.OpenHandCursor
        if hit.dot or (hit.wire and self._end_at(hit.wire.wire, at)):
            return Qt.CursorShape.CrossCursor
        grip = hit.mark.grip if hit.mark else ""
        return CURSORS.get(grip, Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        tool, self.tool = self.tool, None
        if tool is None:
            return
        self._ended()
        tool.finish(self.mapToScene(event.position().toPoint()), event.modifiers())
        self.cue.hide()
        event.accept()

    def _ended(self) -> None:
        """A gesture is over: nothing of it is shown any more."""
        self._edges.stop()
        self.cue.hide()
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        hit = self._hit(at)
        if event.button() != Qt.MouseButton.LeftButton or hit.wire or hit.dot:
            self.mousePressEvent(event)
        elif hit.node and self.canvas.far:  # too small to read: come near first
            self.zoom_to(1.0)
            self.centerOn(hit.node.body.center())
            self.looked.emit()
        elif hit.node and not self.levels.enter(hit.node.id):
            self.rename(hit.node.id)
        elif hit.node:
            pass  # the block stands open
        elif hit.mark:
            self.marking.edit(hit.mark.id)
        else:
            self.search(at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A mouse's wheel zooms; two fingers on a touchpad pan, with Ctrl they zoom."""
        self.glide.stop()
        held, turn = event.modifiers(), event.angleDelta()
        fingers = (
            event.phase() != Qt.ScrollPhase.NoScrollPhase
            or event.deviceType() == QInputDevice.DeviceType.TouchPad
        )
        if fingers and not held & Keys.ControlModifier:
            way = QPointF(event.pixelDelta()) or QPointF(turn) * 0.25
            self.shift(way * (-1 / self.zoom))
            event.accept()
        elif held & Keys.ShiftModifier:
            sideways = turn.y() or turn.x()
            self.shift(QPointF(-sideways / 2 / self.zoom, 0))
            event.accept()
        else:
            super().wheelEvent(event)
        if self.tool is not None:  # what is in the hand stays under the pointer
            at = self.mapToScene(event.position().toPoint())
            self.tool.move(at, held)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_of_selection()
            return
        at = self.mapToScene(event.pos())
        menus.open_menu(self, self._hit(at), at)

    def menu_of_selection(self) -> None:
        """The menu by keyboard: of the selected nodes, else of the canvas."""
        open_now = self.findChild(QMenu, "canvasMenu")
        if open_now is not None and open_now.isVisible():
            return  # some systems tell of the key twice
        ids = self.session.selection.ids
        key = self.walked if self.walked in ids else next(iter(ids), None)
        item = self.canvas.node_items.get(key or "")
        at = item.pos() if item else self.middle
        if item is not None:
            self.reveal([item.id])
        menus.open_menu(self, Hit(item) if item else Hit(), at)

    # Dragged in from elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        tool = self._carrying(event)
        if tool is None:
            event.ignore()
            return
        self.cancel()
        self.finder.hide()
        self.tool = tool
        event.acceptProposedAction()

    def _carrying(self, event: QDragEnterEvent) -> DropTool | None:
        """The gesture of what is dragged in, where it is ours."""
        at = self.mapToScene(event.position().toPoint())
        block = carried_block(event.mimeData())
        if block is not None:
            return BlockDropTool(self, at, block)
        what, kind = carried(event.mimeData()) or ("", "")
        if what == "initializer":
            return InitializerTool(self, at, kind)
        return DropTool(self, at, kind) if kind else None

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not isinstance(self.tool, DropTool):
            event.ignore()
            return
        spot = event.position().toPoint()
        self.tool.move(self.mapToScene(spot), event.modifiers())
        self._edges.feel(spot, event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel()

    def dropEvent(self, event: QDropEvent) -> None:
        tool, self.tool = self.tool, None
        if not isinstance(tool, DropTool):
            event.ignore()
            return
        self._ended()
        at = self.mapToScene(event.position().toPoint())
        tool.finish(at, event.modifiers())
        self.cue.hide()
        event.acceptProposedAction()
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    # Keys and the rest

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in HELD:
            self._hold(event.modifiers() | HELD[Qt.Key(event.key())])
        elif not keys.pressed(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hold_space(held=False)
        if event.key() in HELD:
            self._hold(event.modifiers() & ~HELD[Qt.Key(event.key())])
        super().keyReleaseEvent(event)

    def _hold(self, held: Keys) -> None:
        """A modifier changes what a gesture does at once, not at its next step."""
        at = self._pointer
        if at is not None and self.tool is not None:
            self.tool.move(at, held)
        elif at is not None and self.underMouse():
            self._show_path(self._hit(at), held)

    def hold_space(self, *, held: bool) -> None:
        """With Space held, a drag pans."""
        self._space = held
        shape = Qt.CursorShape.OpenHandCursor if held else Qt.CursorShape.ArrowCursor
        if self.tool is None:
            self.viewport().setCursor(shape)

    def cancel(self) -> bool:
        """Give up the gesture that is under way."""
        tool, self.tool = self.tool, None
        if tool is not None:
            self._ended()
            tool.cancel()
            self.cue.hide()
        return tool is not None

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search; Shift+Tab leaves the canvas by the breadcrumb."""
        if forward:
            return False
        return self.levels.breadcrumb.take_keys() or super().focusNextPrevChild(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.session.peek("")  # what the palette showed gives way to the design

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.hold_space(held=False)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """While a gesture lasts Esc gives that up, whatever the window means by it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and (self.tool is not None or self.moving.busy)
        ):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self.mapToScene(event.pos())
            text = tooltip(self._hit(at), self.session.document)
            if self.tool is not None:
                text = ""  # the gesture says its own words
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave and self.tool is None:
            self.canvas.hover(Hit())
            self._show_path(Hit(), Keys.NoModifier)
            self.canvas.marks.hover(None)
        return super().viewportEvent(event)
