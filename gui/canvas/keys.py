"""What the keyboard does while the canvas has it.

The window's menus have the same shortcuts; they come first where there is a window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from gui.canvas.walk import neighbour

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
STEP = 8.0  # of a nudge; with Shift one pixel

ARROWS = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, -1),
    Key.Key_Down: (0, 1),
}

Command = Callable[["CanvasView"], object]
COMMANDS: dict[tuple[Qt.KeyboardModifier, Qt.Key], Command] = {
    (NONE, Key.Key_Delete): lambda view: view.delete(),
    (NONE, Key.Key_Backspace): lambda view: view.delete(),
    (CTRL, Key.Key_Delete): lambda view: view.delete_and_reconnect(),
    (CTRL, Key.Key_A): lambda view: view.select_all(),
    (CTRL, Key.Key_C): lambda view: view.copy(),
    (CTRL, Key.Key_X): lambda view: view.cut(),
    (CTRL, Key.Key_V): lambda view: view.paste(),
    (CTRL, Key.Key_D): lambda view: view.duplicate(),
    (CTRL, Key.Key_G): lambda view: view.grouping.group(),
    (CTRL | SHIFT, Key.Key_G): lambda view: view.grouping.ungroup(),
    (CTRL, Key.Key_0): lambda view: view.glide.fit(),
    (CTRL, Key.Key_1): lambda view: view.glide.actual(),
    (CTRL, Key.Key_Equal): lambda view: view.zoom_by(1.25),
    (CTRL, Key.Key_Plus): lambda view: view.zoom_by(1.25),
    (CTRL, Key.Key_Minus): lambda view: view.zoom_by(0.8),
    (CTRL | SHIFT, Key.Key_0): lambda view: view.glide.fit_selection(),
    (CTRL | SHIFT, Key.Key_ParenRight): lambda view: view.glide.fit_selection(),
    (NONE, Key.Key_F2): lambda view: view.rename(),
    (NONE, Key.Key_Return): lambda view: _enter(view),
    (NONE, Key.Key_Enter): lambda view: _enter(view),
    (NONE, Key.Key_Insert): lambda view: view.search(),
    (CTRL, Key.Key_K): lambda view: view.connecting.connect_nodes(),
    (SHIFT, Key.Key_F10): lambda view: view.menu_of_selection(),
    (CTRL, Key.Key_J): lambda view: view.marking.frame(),
    (CTRL | SHIFT, Key.Key_J): lambda view: view.marking.next(),
    (CTRL, Key.Key_M): lambda view: view.marking.comment(),
    (ALT, Key.Key_PageDown): lambda view: view.levels.standing.forth(),
    (ALT, Key.Key_PageUp): lambda view: view.levels.standing.back(),
    (CTRL, Key.Key_F): lambda view: view.find_nodes(),
    (CTRL | SHIFT, Key.Key_F): lambda view: view.freeze(),
    (NONE, Key.Key_Tab): lambda view: view.search(),
}


def pressed(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what the key means; False when it means nothing here."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if key == Key.Key_Escape:
        return _escape(view)
    if key == Key.Key_Space and held == NONE:
        if not event.isAutoRepeat():
            view.hold_space(held=True)
        return True
    if key in ARROWS:
        return _arrow(view, ARROWS[key], held)
    command = COMMANDS.get((held, key))
    if command is not None:
        command(view)
        return True
    if key == Key.Key_F1 and view.session.selection.one:
        node = view.session.document.design.nodes[view.session.selection.one]
        view.session.help(node.kind)
        return True
    return _letter(view, event, held)


def _escape(view: CanvasView) -> bool:
    """The gesture first, then the selection, then the block that stands open."""
    if view.cancel():
        return True
    chosen = view.session.selection.ids or view.session.selection.marks
    if chosen or view.canvas.chosen:
        view.select_only(None)
    else:
        view.levels.leave()
    return True


def _arrow(view: CanvasView, way: tuple[int, int], held: Qt.KeyboardModifier) -> bool:
    if held & CTRL:
        step = 1.0 if held & SHIFT else STEP
        view.nudge(way[0] * step, way[1] * step)
        return True
    if held & SHIFT and view.session.selection.marks:
        view.marking.resize(*way)
        return True
    _walk(view, way, take_along=bool(held & SHIFT))
    return bool(view.canvas.stage.spots)


def _walk(view: CanvasView, way: tuple[int, int], *, take_along: bool) -> None:
    """To the neighbour; with Shift those on the way stay selected."""
    places, selection = view.canvas.stage.spots, view.session.selection
    here = view.walked if view.walked in selection.ids else selection.one
    if here is None and selection.ids:
        here = min(selection.ids, key=lambda key: places[key])
    if here is None:
        found = min(places, key=lambda key: places[key], default=None)
    else:
        spots = {key: QPointF(*spot) for key, spot in places.items()}
        found = neighbour(view.session.document.design.graph, spots, here, *way)
    if found is None:
        return
    view.walked = found
    if take_along:
        selection.set(selection.ids | {found})
    else:
        view.select_only(found)
    view.reveal([found])


def _enter(view: CanvasView) -> None:
    """A mark's text, a block's inside, else the form of what is selected."""
    if not view.marking.edit() and not view.levels.enter():
        view.session.run("edit_form")


def _letter(view: CanvasView, event: QKeyEvent, held: Qt.KeyboardModifier) -> bool:
    text = event.text()
    if held & ~SHIFT or len(text) != 1 or not (text.isalnum() or text in "+-*@"):
        return False
    view.search(text=text)
    return True
