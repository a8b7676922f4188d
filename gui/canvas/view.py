"""The canvas: it turns what hands do into gestures, and gestures into edits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from engine.catalog import OPERATORS
from engine.catalog.spec import Operator
from engine.design import clipboard, edits
from engine.design.model import Design, Wire
from gui.canvas import keys, menus
from gui.canvas.camera import Camera
from gui.canvas.finder import Finder
from gui.canvas.fitting import rows_after, rows_before
from gui.canvas.hints import tooltip
from gui.canvas.minimap import Minimap
from gui.canvas.placing import (
    Plan,
    added,
    added_after,
    added_between,
    clear_of,
    wired_from,
    wired_to,
)
from gui.canvas.rename import RenameField
from gui.canvas.scene import CanvasScene, Hit
from gui.canvas.tools.band import BandTool
from gui.canvas.tools.base import Keys, Tool
from gui.canvas.tools.connect import ConnectTool
from gui.canvas.tools.drop import DropTool, carried
from gui.canvas.tools.move import MoveTool
from gui.canvas.tools.pan import PanTool
from gui.canvas.walk import path_between
from gui.session import Session

REACH = 9.0  # pixels around a port or a wire that still mean it
TAIL = 26.0  # this near its end, a wire is taken by that end
OFFSET = 12  # of overlays from the edge

Anchor = tuple[str, str, bool]  # node, port, and whether the port is an input


class CanvasView(Camera):
    """Shows the session's document and lets it be edited by hand."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.session = session
        scene = CanvasScene(session, session.document)
        super().__init__(scene, parent)
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Canvas"))
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tool: Tool | None = None
        self._space = False
        self._pointer: QPointF | None = None
        self._renaming: RenameField | None = None
        self.minimap = Minimap(self)
        self.finder = Finder(session.theme, self)
        self._zoom_label = self._overlay("canvasZoom")
        self._hint = self._overlay("canvasHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setText(
            self.tr(
                "Drag a layer here from the left,\n"
                "or press Tab and type what you need: input, linear, relu…"
            )
        )
        session.document.changed.connect(self._follow)
        session.selection.changed.connect(self._describe)
        session.theme.changed.connect(self._paint_overlays)
        self.looked.connect(self._lay_overlays)
        scene.arranged.connect(self._lay_overlays)
        self._paint_overlays()

    # What others call

    def place(self, kind: str) -> None:
        """Add a node: after the selected one, or at the centre of the view."""
        if kind not in OPERATORS:
            return
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
        if document.attempt(edit, text=text):
            newest = document.design.newest
            self.select_only(newest)
            self.reveal([newest])

    def select_only(self, key: str | None) -> None:
        """Select this node alone, or nothing."""
        self.canvas.choose(None)
        self.session.selection.set([key] if key else [])

    def select_all(self) -> None:
        self.session.selection.set(self.session.document.design.nodes)

    def reveal(self, ids: list[str]) -> None:
        """Pan as little as it takes to see these nodes."""
        area = self.canvas.extent(ids)
        if area.isValid() and not self.seen.contains(area):
            self.ensureVisible(area, 60, 60)
            self.looked.emit()

    def delete(self) -> None:
        """Remove the selected nodes, or the chosen wire."""
        document, wire = self.session.document, self.canvas.chosen
        ids = self.session.selection.ids
        if ids:
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

    def copy(self) -> bool:
        """Put the selected nodes on the clipboard, as text."""
        ids = self.session.selection.ids
        if ids:
            text = clipboard.copy(self.session.document.design, ids)
            QGuiApplication.clipboard().setText(text)
        return bool(ids)

    def cut(self) -> None:
        text = self._counted(self.tr("Cut {name}"), self.tr("Cut {count} nodes"))
        if self.copy():
            ids = self.session.selection.ids
            self.session.document.attempt(edits.remove, ids, text=text)

    def paste(self, at: QPointF | None = None) -> None:
        """Add what the clipboard holds, at a point or the pointer."""
        at = at or (self._pointer if self.underMouse() else None) or self.middle
        text = QGuiApplication.clipboard().text()
        self._insert(text, (at.x(), at.y()), self.tr("Paste"))

    def duplicate(self) -> None:
        """Add the selected nodes once more, below."""
        ids = self.session.selection.ids
        if ids:
            text = clipboard.copy(self.session.document.design, ids)
            self._insert(text, None, self.tr("Duplicate"))

    def rename(self, key: str | None = None) -> None:
        """Open the name of a node for typing; of the selected one without a name."""
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
        spot = at or (self._pointer if self.underMouse() else None) or self.middle
        rows, note = self._offer(anchor)
        chosen = partial(self._add_found, spot, anchor)
        corner = self.mapFromScene(spot)
        self.finder.open(corner, rows, chosen, text, note)

    def search_into(self, wire: Wire, at: QPointF) -> None:
        """Open the search for what can be put into a wire."""
        document = self.session.document
        tensor = document.checked.tensor(wire.source, wire.output)
        rows = [
            row
            for row in rows_after(tensor, document.design.settings.symbols)
            if row.output_ports(row.defaults)
        ]

        def chosen(kind: str) -> None:
            edit = partial(added_between, kind=kind, wire=wire, at=at, plan=self.plan())
            text = self.tr("Add {title}").format(title=OPERATORS[kind].title)
            self.grow(edit, text)

        self.finder.open(self.mapFromScene(at), rows, chosen)

    def plan(self) -> Plan:
        """What placing needs to know now."""
        boxes = {key: item.space for key, item in self.canvas.node_items.items()}
        return Plan(boxes, self.canvas.inks, self.session.document.checked)

    def visible_nodes(self) -> list[str]:
        """The nodes in view."""
        seen = self.seen
        items = self.canvas.node_items
        return [key for key, item in items.items() if item.body.intersects(seen)]

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected nodes a little; nudges in a row are one step."""
        ids = self.session.selection.ids
        spots = self.session.document.design.look.positions
        moved = {
            key: (spots[key][0] + dx, spots[key][1] + dy) for key in ids if key in spots
        }
        if moved:
            text = self._counted(self.tr("Move {name}"), self.tr("Move {count} nodes"))
            key = "nudge " + " ".join(sorted(ids))
            self.session.document.attempt(edits.move, moved, text=text, merge=key)

    # How that is done

    def _insert(self, text: str, at: tuple[float, float] | None, said: str) -> None:
        document = self.session.document
        before, plan = document.design, self.plan()

        def pasted(design: Design) -> Design:
            after = clipboard.paste(design, text, at)
            return clear_of(after, clipboard.new_ids(design, after), plan)

        if document.attempt(pasted, text=said):
            fresh = clipboard.new_ids(before, document.design)
            self.session.selection.set(fresh)
            self.reveal(list(fresh))

    def _offer(self, anchor: Anchor | None) -> tuple[list[Operator], str]:
        """The rows that the search shows, and what limits them."""
        if anchor is None:
            return list(OPERATORS.values()), ""
        key, name, entering = anchor
        document = self.session.document
        node = document.design.nodes[key]
        if entering:
            port = next(port for port in node.inputs if port.name == name)
            note = self.tr("What can feed {name}").format(name=node.name)
            return rows_before(port), note
        tensor = document.checked.tensor(key, name)
        note = self.tr("What can follow {name}").format(name=node.name)
        return rows_after(tensor, document.design.settings.symbols), note

    def _add_found(self, at: QPointF, anchor: Anchor | None, kind: str) -> None:
        plan = self.plan()
        edit: Callable[..., Design]
        crowded = any(box.contains(at) for box in plan.boxes.values())
        if anchor is None and self.session.selection.one and crowded:
            # The pointer rests on what was added last: go on from there.
            self.place(kind)
            return
        if anchor is None:
            edit = partial(added, kind=kind, at=at, plan=plan)
        else:
            key, port, entering = anchor
            wired = wired_to if entering else wired_from
            edit = partial(wired, kind=kind, port=(key, port), at=at, plan=plan)
        text = self.tr("Add {title}").format(title=OPERATORS[kind].title)
        self.grow(edit, text)

    def _counted(self, one: str, many: str) -> str:
        ids = self.session.selection.ids
        if len(ids) == 1:
            (key,) = ids
            return one.format(name=self.session.document.design.nodes[key].name)
        return many.format(count=len(ids))

    def _forget_renaming(self) -> None:
        self._renaming = None

    def _follow(self, before: Design, after: Design) -> None:
        # Another document was opened: none of its nodes was here before.
        fresh = not any(
            before.nodes.get(key) is node for key, node in after.nodes.items()
        )
        if fresh and not self.session.document.history.count():
            seen = self.seen.contains(self.canvas.content)
            if len(after.nodes) > 1 or not seen:
                self.fit_first()
        self._hint.setVisible(not after.nodes)
        self.minimap.setVisible(bool(after.nodes))

    def _describe(self, ids: frozenset[str]) -> None:
        """Say what is selected to those who cannot see it."""
        nodes = self.session.document.design.nodes
        if ids:
            self.canvas.choose(None)
        names = ", ".join(nodes[key].name for key in sorted(ids) if key in nodes)
        self.setAccessibleDescription(names)

    # Overlays

    def _overlay(self, name: str) -> QLabel:
        label = QLabel(self.viewport())
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return label

    def _paint_overlays(self) -> None:
        theme = self.session.theme
        for label, colour in (
            (self._zoom_label, theme.muted),
            (self._hint, theme.muted),
        ):
            label.setFont(theme.font("small"))
            label.setStyleSheet(f"color: {colour.name()}; background: transparent;")
        faded = QColor(theme.accent)
        faded.setAlpha(120)
        edge = faded.name(QColor.NameFormat.HexArgb)
        self.setStyleSheet(
            "QGraphicsView#canvas { border: 1px solid transparent; }"
            f"QGraphicsView#canvas:focus {{ border-color: {edge}; }}"
        )
        self._lay_overlays()

    def _lay_overlays(self) -> None:
        design = self.session.document.design
        area = self.viewport().rect()
        roomy = area.width() > 420 and area.height() > 260
        self.minimap.setVisible(bool(design.nodes) and roomy)
        self.minimap.move(
            area.width() - self.minimap.width() - OFFSET,
            area.height() - self.minimap.height() - OFFSET,
        )
        batch = design.settings.symbols.get("N")
        parts = [self.tr("{percent} %").format(percent=round(self.zoom * 100))]
        if batch is not None and design.nodes:
            parts.insert(0, self.tr("{count} × batch").format(count=batch))
        self._zoom_label.setText(" · ".join(parts))
        self._zoom_label.adjustSize()
        self._zoom_label.move(area.width() - self._zoom_label.width() - OFFSET, OFFSET)
        self._hint.adjustSize()
        self._hint.move(area.center() - self._hint.rect().center())
        self._hint.setVisible(not design.nodes)

    # The pointer

    def _hit(self, at: QPointF) -> Hit:
        return self.canvas.hit(at, REACH / min(max(self.zoom, 0.4), 1.6))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            return  # a second button does not start a second gesture
        at = self.mapToScene(event.position().toPoint())
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

    def _on_node(self, key: str, at: QPointF, held: Keys) -> Tool | None:
        selection = self.session.selection
        if held & Keys.ControlModifier:
            selection.set(selection.ids ^ {key})
            return None
        if held & Keys.ShiftModifier:
            graph = self.session.document.design.graph
            one = selection.one
            between = path_between(graph, one, key) if one else ()
            selection.set({*selection.ids, *between, key})
            return None
        if key not in selection.ids:
            self.select_only(key)
        return MoveTool(self, at, key)

    def _on_wire(self, wire: Wire, at: QPointF) -> Tool | None:
        """Near an end, that end is taken; elsewhere the wire is chosen."""
        self.session.selection.set(())
        self.canvas.choose(wire)
        start, end = self.canvas.ends(wire)
        tail = TAIL / self.zoom
        to_end = (at - end).manhattanLength()
        to_start = (at - start).manhattanLength()
        if min(to_end, to_start) > tail:
            return None
        if to_end <= to_start:
            return ConnectTool(self, at, (wire.source, wire.output, False), wire)
        return ConnectTool(self, at, (wire.target, wire.input, True), wire)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        self._pointer = at
        if self.tool is not None:
            self.tool.move(at, event.modifiers())
            return
        hit = self._hit(at)
        self.canvas.hover(hit)
        shape = Qt.CursorShape.CrossCursor if hit.dot else Qt.CursorShape.ArrowCursor
        if self._space:
            shape = Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        tool, self.tool = self.tool, None
        if tool is None:
            return
        self.viewport().unsetCursor()
        tool.finish(self.mapToScene(event.position().toPoint()), event.modifiers())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        hit = self._hit(at)
        if event.button() != Qt.MouseButton.LeftButton or hit.wire or hit.dot:
            self.mousePressEvent(event)
        elif hit.node:
            self.rename(hit.node.id)
        else:
            self.search(at)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel()
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if by_key and self.session.selection.one:
            item = self.canvas.node_items[self.session.selection.one]
            menus.open_menu(self, Hit(item), item.pos())
            return
        at = self.mapToScene(event.pos())
        menus.open_menu(self, self._hit(at), at)

    # Dragged in from elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        found = carried(event.mimeData())
        if found is None:
            event.ignore()
            return
        self.cancel()
        at = self.mapToScene(event.position().toPoint())
        self.tool = DropTool(self, at, *found)
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not isinstance(self.tool, DropTool):
            event.ignore()
            return
        at = self.mapToScene(event.position().toPoint())
        self.tool.move(at, event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel()

    def dropEvent(self, event: QDropEvent) -> None:
        tool, self.tool = self.tool, None
        if not isinstance(tool, DropTool):
            event.ignore()
            return
        at = self.mapToScene(event.position().toPoint())
        tool.finish(at, event.modifiers())
        event.acceptProposedAction()
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    # Keys and the rest

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.pressed(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hold_space(held=False)
        super().keyReleaseEvent(event)

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
            tool.cancel()
            self.viewport().unsetCursor()
        return tool is not None

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search; Shift+Tab leaves the canvas."""
        return False if forward else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.hold_space(held=False)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel()
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self.mapToScene(event.pos())
            text = tooltip(self._hit(at), self.session.document)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave and self.tool is None:
            self.canvas.hover(Hit())
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_overlays()
