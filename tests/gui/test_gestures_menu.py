"""The right button on everything; double clicks; what is dropped from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.file import save
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import LEFT, NONE, Hand, design_of

if TYPE_CHECKING:
    from gui.window import Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WIRE = Wire("n2", "output", "n3", "input")


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


def right_click(canvas: CanvasView, at: QPointF) -> QMenu:
    """The menu that the right button opens at a scene point."""
    spot = canvas.mapFromScene(at)
    over = canvas.viewport()
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, spot, over.mapToGlobal(spot))
    QApplication.sendEvent(over, event)
    menu = canvas.findChildren(QMenu, "canvasMenu")[-1]
    assert menu.isVisible()
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def choose(menu: QMenu, *names: str) -> None:
    """Go into inner menus by their names, and choose the last one."""
    top = menu
    for name in names[:-1]:
        action = next(a for a in menu.actions() if a.text().replace("&", "") == name)
        menu = action.menu()
    last = names[-1]
    next(a for a in menu.actions() if a.text().replace("&", "") == last).trigger()
    top.close()


@pytest.mark.parametrize("zoom", [0.3, 1.0, 3.0])
@pytest.mark.parametrize(
    ("where", "offers"),
    [
        ("node", ["Rename", "Add after…", "Duplicate", "Delete and reconnect"]),
        ("port", ["Add after…", "Connect to", "Disconnect"]),
        ("wire", ["Insert…", "Disconnect", "Go to linear1", "Go to relu1"]),
        ("canvas", ["Add…", "Paste", "Tidy layout", "Show all"]),
    ],
)
def test_each_thing_offers_what_can_be_done_with_it(
    hand: Hand,
    canvas: CanvasView,
    chain: Design,
    where: str,
    offers: list[str],
    zoom: float,
) -> None:
    canvas.zoom_to(zoom)
    spots: dict[str, Callable[[], QPointF]] = {
        "node": lambda: hand.middle("n2"),
        "port": lambda: hand.out_of("n2"),
        "wire": lambda: hand.on_wire(WIRE) if zoom > 0.5 else hand.on_wire(far),
        "canvas": lambda: hand.middle("n2") + QPointF(0, 90),
    }
    far = WIRE
    if where == "wire" and zoom < 0.5:  # the ports would be nearer than the wire
        moved = {"n3": (1200.0, 0.0), "n4": (1500.0, 0.0)}
        canvas.session.document.attempt(edits.move, moved, text="apart")
        canvas.centerOn(700, 0)
    else:
        canvas.centerOn(hand.middle("n2"))
    menu = right_click(canvas, spots[where]())
    assert [text for text in entries(menu) if text in offers] == offers
    menu.close()


def test_a_selection_keeps_together_and_can_be_aligned(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.attempt(edits.move, {"n3": (380.0, 60.0)}, text="down")
    canvas.session.selection.set(["n2", "n3"])
    menu = right_click(canvas, hand.middle("n2"))
    assert "Rename" not in entries(menu)
    assert "Make a block…" in entries(menu)
    choose(menu, "Align and distribute", "Align in a row")
    assert canvas.session.selection.ids == {"n2", "n3"}
    spots = document.design.look.positions
    assert spots["n2"][1] == spots["n3"][1]


def test_a_port_connects_to_what_fits_by_name_and_lets_go(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "add", (760, 90)))
    canvas.fit()
    choose(right_click(canvas, hand.out_of("n4")), "Connect to", "add1")
    assert Wire("n4", "output", "n5", "in1") in document.design.wires
    choose(right_click(canvas, hand.out_of("n4")), "Disconnect")
    assert document.design.wires == chain.wires
    assert document.history.undoText() == "Disconnect linear2"


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("All that feeds it", {"n1", "n2", "n3"}),
        ("All that it feeds", {"n3", "n4"}),
        ("All of its kind", {"n3"}),
    ],
)
def test_more_is_selected_from_what_is(
    hand: Hand, canvas: CanvasView, chain: Design, what: str, found: set[str]
) -> None:
    choose(right_click(canvas, hand.middle("n3")), "Select", what)
    assert canvas.session.selection.ids == found


def test_a_node_is_taken_out_of_its_wires_and_dropped_into_another(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    choose(right_click(canvas, hand.middle("n3")), "Take out of its wires")
    assert Wire("n2", "output", "n4", "input") in document.design.wires
    assert document.history.undoText() == "Take relu1 out"
    first = Wire("n1", "output", "n2", "input")
    hand.drag(hand.middle("n3"), hand.on_wire(first))
    assert Wire("n1", "output", "n3", "input") in document.design.wires
    document.undo()
    document.undo()
    assert document.design == chain


def test_from_a_wire_to_its_end(hand: Hand, canvas: CanvasView, chain: Design) -> None:
    choose(right_click(canvas, hand.on_wire(WIRE)), "Go to relu1")
    assert canvas.session.selection.one == "n3"


def test_the_menu_of_the_canvas_pastes_where_it_was_opened(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    canvas.session.selection.set(["n3"])
    canvas.copy()
    at = QPointF(250, 130)
    choose(right_click(canvas, at), "Paste")
    away = QPointF(*document.design.look.positions["n5"]) - at
    assert away.manhattanLength() < 3
    QGuiApplication.clipboard().clear()


# Double clicks


def test_a_double_click_searches_renames_or_opens(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.double_click(QPointF(100, 150))
    assert canvas.finder.isVisible()
    QTest.keyClick(canvas.finder.field, Qt.Key.Key_Escape)

    hand.double_click(hand.middle("n2"))
    field = canvas.findChild(QLineEdit, "canvasRename")
    assert field.text() == "linear1"
    QTest.keyClick(field, Qt.Key.Key_Escape)

    document.replace(edits.make_block(chain, ["n3"], "Act"))
    use = document.design.newest
    hand.double_click(hand.middle(use))
    assert document.here.place == (use,)
    hand.escape()
    assert document.here.place == ()


# From outside


def test_a_design_dropped_on_the_canvas_is_opened(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "other.fanin"
    save(design_of("input", "linear"), path)
    data, copy = QMimeData(), Qt.DropAction.CopyAction
    data.setUrls([QUrl.fromLocalFile(str(path))])
    inside = window.canvas.mapTo(window, QPoint(200, 200))
    over = window.windowHandle()
    for event in (
        QDragEnterEvent(inside, copy, data, LEFT, NONE),
        QDragMoveEvent(inside, copy, data, LEFT, NONE),
    ):
        QApplication.sendEvent(over, event)
        assert event.isAccepted()
    assert window.canvas.cue.isVisible()
    assert window.canvas.cue.text() == "Open other.fanin"
    drop = QDropEvent(QPointF(inside), copy, data, LEFT, NONE)
    QApplication.sendEvent(over, drop)
    qtbot.waitUntil(lambda: window.document.name == "other", timeout=3000)
    assert len(window.document.design.nodes) == 2
    assert not window.canvas.cue.isVisible()
