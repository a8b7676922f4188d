"""What the right button offers on the canvas, a node, a port or a wire."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.catalog import OPERATORS
from engine.design import edits
from engine.design.marks import COLOURS
from engine.design.model import Wire
from gui.acts.arranging import ARRANGE
from gui.canvas.face import Dot
from gui.canvas.fitting import fitting_inputs, fitting_outputs, reachable, wire_for
from gui.canvas.freezing import all_frozen, freezable
from gui.canvas.marks import MarkHit
from gui.canvas.outcome import rewired
from gui.canvas.scene import Hit
from gui.menus import spoken
from gui.words import NAMES

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MOST = 12  # nodes that a menu offers to connect to


def open_menu(view: CanvasView, hit: Hit, at: QPointF) -> QMenu:
    """Show the menu of what lies under a point; it deletes itself when it closes."""
    menu = QMenu(view)
    menu.setObjectName("canvasMenu")
    if hit.node is not None and hit.dot is not None:
        _port_menu(view, menu, hit.node.id, hit.dot)
    elif hit.node is not None:
        if hit.node.id not in view.session.selection.ids:
            view.select_only(hit.node.id)
        _node_menu(view, menu, hit.node.id)
    elif hit.wire is not None:
        view.session.selection.set(())
        view.canvas.choose(hit.wire.wire)
        _wire_menu(view, menu, hit.wire.wire, at)
    elif hit.mark is not None:
        if hit.mark.id not in view.session.selection.marks:
            view.session.selection.set((), (hit.mark.id,))
        _mark_menu(view, menu, hit.mark)
    else:
        _canvas_menu(view, menu, at)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(view.viewport().mapToGlobal(view.mapFromScene(at)))
    return menu


def menu_of_node(view: CanvasView, key: str) -> QMenu:
    """What the right button offers on a node, not shown; for the command palette."""
    menu = QMenu(view)
    _node_menu(view, menu, key)
    return menu


def _node_menu(view: CanvasView, menu: QMenu, key: str) -> None:
    node = view.session.document.design.nodes[key]
    put = partial(_put, view, menu)
    if view.session.selection.one:
        put(_tr("Rename"), partial(view.rename, key), "F2", "pencil")
        _replacements(view, menu, key)
        if node.outputs:
            anchor = (key, node.outputs[0].name, False)
            after = view.canvas.stage.body(key).center() + QPointF(170, 0)
            put(_tr("Add after…"), partial(view.search, after, anchor), "", "plus")
        menu.addSeparator()
    if node.block is not None and view.session.selection.one:
        put(_tr("Open"), partial(view.levels.enter, key), "Return", "layers")
        put(_tr("Detach"), view.grouping.detach)
        put(_tr("Keep in my blocks"), view.grouping.keep)
    if view.grouping.uses:
        put(_tr("Ungroup"), view.grouping.ungroup, "Ctrl+Shift+G")
    put(_tr("Make a block…"), view.grouping.group, "Ctrl+G", "layers")
    put(_tr("Frame"), view.marking.frame, "Ctrl+J", "frame")
    menu.addSeparator()
    _selecting(view, menu)
    if len(view.session.selection.ids) > 1:
        _arrangements(view, menu)
    menu.addSeparator()
    put(_tr("Cut"), view.cut, "Ctrl+X", "scissors")
    put(_tr("Copy"), view.copy, "Ctrl+C", "copy")
    put(_tr("Duplicate"), view.duplicate, "Ctrl+D", "copy-plus")
    menu.addSeparator()
    put(_tr("Disconnect"), partial(_isolate, view), "", "unlink")
    graph = view.session.document.design.graph
    if graph.incoming.get(key) and graph.outgoing.get(key):
        put(_tr("Take out of its wires"), partial(_pull_out, view))
    if freezable(view.session):
        held = all_frozen(view.session)
        said = _tr("Let it learn again") if held else _tr("Freeze")
        put(said, view.freeze, "Ctrl+Shift+F")
    look = view.session.document.design.look
    if key in look.docked:
        said = _tr("Undock {name}").format(name=node.name)
        attempt = view.session.document.attempt
        put(_tr("Undock"), partial(attempt, edits.dock, key, None, text=said))
    put(_tr("Delete"), view.delete, "Del", "trash-2")
    put(_tr("Delete and reconnect"), view.delete_and_reconnect, "Ctrl+Del")
    if node.row is not None and node.block is None:
        menu.addSeparator()
        said = _tr("About {title}").format(title=node.title)
        put(said, partial(view.session.help, node.kind), "F1", "circle-help")


def _port_menu(view: CanvasView, menu: QMenu, key: str, dot: Dot) -> None:
    """Of a port: what fits there, by search or among the nodes in view."""
    put = partial(_put, view, menu)
    document, port = view.session.document, dot.port.name
    anchor = (key, port, dot.entering)
    away = QPointF(-170 if dot.entering else 60, 40)
    spot = view.canvas.node_items[key].port_at(dot) + away
    said = _tr("Add before…") if dot.entering else _tr("Add after…")
    put(said, partial(view.search, spot, anchor), "", "plus")
    _connections(view, menu, anchor)
    graph = document.design.graph
    if dot.entering:
        wires = [w for w in graph.incoming.get(key, {}).values() if w.input == port]
    else:
        wires = [w for w in graph.outgoing.get(key, ()) if w.output == port]
    name = document.design.nodes[key].name
    text = _tr("Disconnect {name}").format(name=name)
    cut = partial(document.attempt, edits.disconnect, wires, text=text)
    put(_tr("Disconnect"), cut, "", "unlink")
    menu.actions()[-1].setEnabled(bool(wires))


def _connections(view: CanvasView, menu: QMenu, anchor: tuple[str, str, bool]) -> None:
    """The nodes in view that a wire from this port could lead to, the nearest first."""
    key, port, entering = anchor
    document = view.session.document
    search = fitting_outputs if entering else fitting_inputs
    shown = view.visible_nodes()
    fits = search(document.design, document.checked, (key, port), shown)
    here = view.canvas.node_items[key].pos()
    near = sorted(
        (other for other, ports in fits.items() if ports and other != key),
        key=lambda other: _away(view, other, here),
    )
    inner = menu.addMenu(_tr("Connect to"))
    for other in near[:MOST]:
        wire = wire_for(document.design, document.checked, anchor, other)
        if wire is not None:
            nodes = document.design.nodes
            text = _tr("Connect {source} to {target}").format(
                source=nodes[wire.source].name, target=nodes[wire.target].name
            )
            edit = partial(document.attempt, rewired, None, wire, text=text)
            named = inner.addAction(nodes[other].name)
            named.triggered.connect(_without_checked(edit))
    inner.setEnabled(bool(inner.actions()))


def _away(view: CanvasView, key: str, here: QPointF) -> float:
    return float((view.canvas.node_items[key].pos() - here).manhattanLength())


def _arrangements(view: CanvasView, menu: QMenu) -> None:
    """Standing in line, for several nodes."""
    inner = menu.addMenu(spoken(ARRANGE.text))
    for entry in ARRANGE.entries:
        if entry is None:
            inner.addSeparator()
            continue
        act = getattr(view.aligning, entry.slot.rpartition(".")[2])
        inner.addAction(spoken(entry.text)).triggered.connect(_without_checked(act))


def _along(view: CanvasView, *, upstream: bool) -> None:
    """Select all that feeds what is selected, or all that it feeds."""
    design = view.session.document.design
    found: set[str] = set()
    for key in view.session.selection.ids:
        found |= reachable(design, key, upstream=upstream)
    view.session.selection.set(found)


def _alike(view: CanvasView) -> None:
    """Select every node of the kinds that are selected."""
    nodes = view.session.document.design.nodes
    kinds = {(nodes[key].kind, nodes[key].block) for key in view.session.selection.ids}
    view.session.selection.set(
        key for key, node in nodes.items() if (node.kind, node.block) in kinds
    )


def _selecting(view: CanvasView, menu: QMenu) -> None:
    """Ways to select more from what is selected."""
    inner = menu.addMenu(_tr("Select"))
    for text, act in (
        (_tr("All that feeds it"), partial(_along, view, upstream=True)),
        (_tr("All that it feeds"), partial(_along, view, upstream=False)),
        (_tr("All of its kind"), partial(_alike, view)),
    ):
        inner.addAction(text).triggered.connect(_without_checked(act))


def _replacements(view: CanvasView, menu: QMenu, key: str) -> None:
    """Other operators of the same family, to put in the node's place."""
    row = view.session.document.design.nodes[key].row
    if row is None or row.role in ("input", "output"):
        return
    alike = [
        other
        for other in OPERATORS.values()
        if other.role == row.role
        and other is not row
        and (other.family == row.family or row.role == "activation")
    ]
    if not alike:
        return
    inner = menu.addMenu(_tr("Replace by"))
    for other in alike:
        said = _tr("Replace by {title}").format(title=other.title)
        attempt = view.session.document.attempt
        edit = partial(attempt, edits.replace_kind, key, other.kind, text=said)
        inner.addAction(other.title).triggered.connect(_without_checked(edit))


def _wire_menu(view: CanvasView, menu: QMenu, wire: Wire, at: QPointF) -> None:
    put = partial(_put, view, menu)
    put(_tr("Insert…"), partial(view.search_into, wire, at), "", "plus")
    put(_tr("Disconnect"), view.delete, "Del", "unlink")
    menu.addSeparator()
    nodes = view.session.document.design.nodes
    for key in (wire.source, wire.target):
        said = _tr("Go to {name}").format(name=nodes[key].name)
        put(said, partial(_visit, view, key))


def _visit(view: CanvasView, key: str) -> None:
    view.select_only(key)
    view.reveal([key])


def _mark_menu(view: CanvasView, menu: QMenu, hit: MarkHit) -> None:
    put = partial(_put, view, menu)
    said = _tr("Title…") if hit.frame else _tr("Write…")
    put(said, partial(view.marking.edit, hit.id), "F2", "pencil")
    mark = view.session.document.design.look.marks[hit.id]
    inner = menu.addMenu(_tr("Colour"))
    for colour in COLOURS:
        action = inner.addAction(QCoreApplication.translate("marks", NAMES[colour]))
        action.setCheckable(True)
        action.setChecked(mark.colour == colour)
        edit = partial(view.marking.recolour, colour)
        action.triggered.connect(_without_checked(edit))
    if hit.frame:
        put(_tr("Fit to its nodes"), partial(view.marking.fit, hit.id))
        put(_tr("Select its nodes"), partial(view.marking.select_nodes, hit.id))
    menu.addSeparator()
    put(_tr("Cut"), view.cut, "Ctrl+X", "scissors")
    put(_tr("Copy"), view.copy, "Ctrl+C", "copy")
    put(_tr("Duplicate"), view.duplicate, "Ctrl+D", "copy-plus")
    menu.addSeparator()
    put(_tr("Delete"), view.delete, "Del", "trash-2")


def _canvas_menu(view: CanvasView, menu: QMenu, at: QPointF) -> None:
    put = partial(_put, view, menu)
    put(_tr("Add…"), partial(view.search, at), "Tab", "plus")
    put(_tr("Paste"), partial(view.paste, at), "Ctrl+V", "clipboard-paste")
    if not QGuiApplication.clipboard().text():
        menu.actions()[-1].setEnabled(False)
    put(_tr("Comment"), partial(view.marking.comment, at), "Ctrl+M", "sticky-note")
    put(_tr("Frame"), partial(view.marking.frame, at), "Ctrl+J", "frame")
    menu.addSeparator()
    put(_tr("Select all"), view.select_all, "Ctrl+A")
    put(_tr("Tidy layout"), partial(view.session.run, "tidy"), "Ctrl+L", "workflow")
    menu.addSeparator()
    put(_tr("Show all"), view.glide.fit, "Ctrl+0", "maximize")
    put(_tr("Actual size"), view.glide.actual, "Ctrl+1", "scan")


def _pull_out(view: CanvasView) -> None:
    """Leave the selected nodes loose, their wires closing behind them."""
    ids = view.session.selection.ids
    design = view.session.document.design
    names = ", ".join(design.nodes[key].name for key in sorted(ids))
    said = _tr("Take {name} out").format(name=names)
    view.session.document.attempt(edits.pull_out, ids, text=said)


def _isolate(view: CanvasView) -> None:
    """Take all wires off the selected nodes."""
    ids = view.session.selection.ids
    design = view.session.document.design
    wires = [w for w in design.wires if w.source in ids or w.target in ids]
    names = ", ".join(design.nodes[key].name for key in sorted(ids))
    said = _tr("Disconnect {name}").format(name=names)
    view.session.document.attempt(edits.disconnect, wires, text=said)


def _put(
    view: CanvasView,
    menu: QMenu,
    text: str,
    act: Callable[[], object],
    keys: str = "",
    icon: str = "",
) -> None:
    action = menu.addAction(text)
    if icon:
        action.setIcon(view.session.theme.icon(icon))
    if keys:
        # Shown only: the window's own actions own the keys.
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
    action.triggered.connect(_without_checked(act))


def _without_checked(act: Callable[[], object]) -> Callable[[bool], None]:
    """A slot that leaves out the "checked" of `triggered`."""

    def slot(_: bool = False) -> None:
        act()

    return slot


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
