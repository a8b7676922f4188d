"""Stories told with the keyboard alone, in the whole window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.design import edits, file
from engine.design.model import Design, Wire
from gui.acts import acts
from gui.files import EXAMPLES
from gui.window import Window

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
QUIET = pytest.mark.qt_log_ignore("This plugin does not support")


def press(window: Window, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """A key, wherever the keyboard is."""
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def write(window: Window, text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget() or window, text)


def add(window: Window, text: str) -> None:
    """Tab, what, Enter."""
    press(window, KEY.Key_Tab)
    write(window, text)
    press(window, KEY.Key_Return)


@pytest.fixture
def empty(window: Window) -> Window:
    """A window on an empty design, the keyboard on the canvas."""
    window.activateWindow()
    press(window, KEY.Key_N, CTRL)
    window.canvas.setFocus()
    assert not window.document.design.nodes
    return window


def told(design: Design) -> list[tuple[object, ...]]:
    """What matters of a chain: kinds, names, parameters, initializers, in order."""
    return [
        (node.kind, node.name, dict(node.params), dict(node.init))
        for node in (design.nodes[key] for key in design.graph.order)
    ]


def test_the_tutorial_network_is_built_from_nothing(empty: Window) -> None:
    wanted = file.load(EXAMPLES / "tutorial.fanin")
    for line in (
        ("input N,3", ""),
        ("linear 3", "hidden1"),
        ("xavier n", ""),
        ("sigmoid", "sigmoid"),
        ("linear 2", "hidden2"),
        ("he n", ""),
        ("relu", "relu"),
        ("linear 2", "out"),
        ("softmax", "softmax"),
    ):
        add(empty, line[0])
        if line[1]:
            press(empty, KEY.Key_F2)
            write(empty, line[1])
            press(empty, KEY.Key_Return)
        assert empty.canvas.hasFocus()
    design = empty.document.design
    made = [(node.kind, node.name) for node in design.nodes.values()]
    hoped = [
        (wanted.nodes[key].kind, wanted.nodes[key].name) for key in wanted.graph.order
    ]
    assert made == hoped
    assert told(design) == told(wanted)
    assert len(design.wires) == len(wanted.wires) == len(made) - 1
    assert empty.document.checked.ok


def test_arrows_walk_along_the_wires_and_shift_takes_nodes_along(
    window: Window,
) -> None:
    window.canvas.setFocus()
    order = window.document.design.graph.order
    window.canvas.select_only(None)
    press(window, KEY.Key_Right)
    seen = [window.session.selection.one]
    for _ in order[1:]:
        press(window, KEY.Key_Right)
        seen.append(window.session.selection.one)
    assert seen == list(order)
    press(window, KEY.Key_Left, SHIFT)
    press(window, KEY.Key_Left, SHIFT)
    assert window.session.selection.ids == set(order[-3:])
    press(window, KEY.Key_Left)
    assert window.session.selection.one == order[-4]


def test_enter_edits_and_escape_comes_back(window: Window) -> None:
    window.canvas.setFocus()
    hidden = window.document.design.graph.order[1]
    window.canvas.select_only(hidden)
    press(window, KEY.Key_Return)
    field = QApplication.focusWidget()
    assert window.docks.places[window.docks.inspector].isAncestorOf(field)
    press(window, KEY.Key_A, CTRL)
    write(window, "7")
    press(window, KEY.Key_Return)
    assert window.document.design.nodes[hidden].args["out_features"] == 7
    press(window, KEY.Key_Escape)
    assert window.canvas.hasFocus()
    assert window.session.selection.one == hidden


def test_escape_leads_back_to_the_canvas_from_every_pane(window: Window) -> None:
    for pane, *_ in window.docks.panes():
        if not pane.isVisible():
            continue
        field = next(
            one
            for one in pane.findChildren(QWidget)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisible()
        )
        field.setFocus()
        press(window, KEY.Key_Escape)
        assert window.canvas.hasFocus(), field


def test_two_selected_nodes_are_wired_by_one_key(empty: Window) -> None:
    document = empty.document
    design = edits.add(Design(), "input", (0.0, 0.0), params={"shape": ("N", 4)})
    document.replace(edits.add(design, "linear", (300.0, 0.0)))
    press(empty, KEY.Key_A, CTRL)
    press(empty, KEY.Key_K, CTRL)
    assert document.design.wires == (Wire("n1", "output", "n2", "input"),)
    document.undo()
    assert not document.design.wires


def test_one_selected_node_asks_what_to_feed(empty: Window) -> None:
    document = empty.document
    design = edits.add(Design(), "input", (0.0, 0.0), params={"shape": ("N", 4)})
    design = edits.add(design, "linear", (300.0, 0.0))
    design = edits.add(design, "conv2d", (300.0, 200.0))
    document.replace(edits.add(design, "add", (600.0, 0.0)))
    empty.canvas.select_only("n1")
    press(empty, KEY.Key_K, CTRL)
    rows = empty.canvas.finder.rows
    titles = [rows.item(n).text() for n in range(rows.count())]
    assert titles[-1] == "conv2d1"  # it would not fit, and says why
    assert "conv2d1" in rows.item(rows.count() - 1).toolTip()
    write(empty, "linear")
    press(empty, KEY.Key_Return)
    assert Wire("n1", "output", "n2", "input") in document.design.wires
    assert empty.canvas.hasFocus()


def test_f6_goes_round_the_panes_and_shift_f6_back(window: Window) -> None:
    window.canvas.setFocus()
    seen = []
    for _ in range(8):
        press(window, KEY.Key_F6)
        seen.append(QApplication.focusWidget())
        assert seen[-1] is not None
        assert seen[-1].isVisible()
        if window.canvas.hasFocus():
            break
    assert window.canvas.hasFocus()
    assert len(seen) == 6  # inspector, insight, tables, status, palette, canvas
    press(window, KEY.Key_F6, SHIFT)
    assert QApplication.focusWidget() is seen[-2]


@QUIET
def test_the_menu_key_opens_the_menu_at_the_node(window: Window) -> None:
    window.canvas.setFocus()
    key = window.document.design.graph.order[2]
    window.canvas.select_only(key)
    press(window, KEY.Key_F10, SHIFT)
    menu = window.canvas.findChild(QMenu, "canvasMenu")
    assert menu is not None
    item = window.canvas.canvas.node_items[key]
    spot = window.canvas.viewport().mapToGlobal(window.canvas.mapFromScene(item.pos()))
    assert (menu.pos() - spot).manhattanLength() < 60
    menu.close()
    assert window.canvas.hasFocus()


def test_no_key_means_two_things() -> None:
    """Qt does neither where two actions share a shortcut."""
    keys = [one for act in acts() for one in act.keys]
    assert sorted(keys) == sorted(set(keys))


def test_the_canvas_shows_that_it_has_the_keyboard(window: Window) -> None:
    window.canvas.setFocus()
    focused = window.canvas.grab().toImage().pixelColor(0, 200)
    window.docks.panel.search.setFocus()
    assert window.canvas.grab().toImage().pixelColor(0, 200) != focused
