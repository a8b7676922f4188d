"""Dragging nodes: lines to fall into, wires to fall into, copies, the border."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.guides import Shape, snapped
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import ALT, CTRL, NONE, SHIFT, Hand, design_of, looks

ZOOMS = (0.3, 1.0, 3.0)
WIRE = Wire("n2", "output", "n3", "input")


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


def spot(document: Document, key: str) -> tuple[float, float]:
    return document.design.look.positions[key]


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_drag_shows_its_lines_falls_into_them_and_is_one_step(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    document.replace(edits.move(chain, {"n3": (250.0, 90.0)}))
    start = document.design
    canvas.zoom_to(zoom)
    canvas.centerOn(220, 45)
    before = looks(canvas)
    grip = hand.middle("n3")
    hand.press(grip)
    hand.move(grip + QPointF(-60 + 4 / zoom, 15))
    assert canvas.tool.lines.shown.lines
    assert canvas.canvas.node_items["n3"].x() == 190.0  # below linear1
    assert document.design is start
    hand.escape()
    hand.release()
    now = looks(canvas)
    assert now[:2] == before[:2]
    assert now[3] == before[3]
    assert hand.extra_items() == 0

    hand.drag(grip, grip + QPointF(-60 + 4 / zoom, 15))
    assert spot(document, "n3")[0] == 190.0
    assert document.history.count() == 1
    document.undo()
    assert document.design == start


def test_alt_falls_into_nothing_and_may_be_pressed_on_the_way(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    grip = hand.middle("n3")
    hand.press(grip)
    hand.move(grip + QPointF(0, 3))
    hand.move(grip + QPointF(4, 3))
    assert canvas.tool.lines.shown.lines
    QTest.keyPress(canvas, Qt.Key.Key_Alt)
    assert not canvas.tool.lines.shown.lines
    assert canvas.canvas.node_items["n3"].y() == pytest.approx(3, abs=1)
    QTest.keyRelease(canvas, Qt.Key.Key_Alt)
    assert canvas.canvas.node_items["n3"].y() == 0.0
    hand.keys = ALT
    hand.move(grip + QPointF(4, 3))
    hand.release()
    assert spot(document, "n3") == pytest.approx((384, 3), abs=1)


@pytest.mark.parametrize(("dx", "dy"), [(70, 30), (20, 110)])
def test_shift_keeps_to_an_axis(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, dx: int, dy: int
) -> None:
    grip = hand.middle("n2")
    hand.press(grip, SHIFT)
    hand.move(grip + QPointF(dx, dy))
    hand.release()
    moved = QPointF(*spot(document, "n2")) - QPointF(190, 0)
    assert (moved.y() == 0) if dx > dy else (moved.x() == 0)
    assert moved.manhattanLength() > 50


def test_even_gaps_pull_and_are_drawn(
    hand: Hand, canvas: CanvasView, document: Document
) -> None:
    design = Design()
    for x in (0, 200, 430):
        design = edits.add(design, "linear", (x, 0))
    document.replace(design)
    grip = hand.middle("n3")
    hand.press(grip)
    hand.move(grip + QPointF(-26, 2))
    assert len(canvas.tool.lines.shown.gaps) == 2
    lengths = {round(gap.length(), 6) for gap in canvas.tool.lines.shown.gaps}
    assert len(lengths) == 1
    hand.release()
    assert spot(document, "n3") == (400.0, 0.0)


@pytest.mark.parametrize("near", [QPointF(3, 40), QPointF(40, -3)])
def test_every_line_that_is_drawn_is_one_that_holds(near: QPointF) -> None:
    box = QRectF(-40, -20, 80, 40)
    other = Shape(box.translated(0, 200), QPointF(0, 200))
    wide = Shape(QRectF(150, -20, 120, 60), QPointF(210, 0))
    moving = Shape(box, QPointF(0, 0)).moved(near)
    snap = snapped(moving, [other, wide], 7.0)
    settled = moving.moved(snap.offset)
    marks = {settled.at.x(), settled.box.left(), settled.box.right()}
    marks |= {settled.at.y(), settled.box.top(), settled.box.bottom()}
    assert snap.lines
    for line in snap.lines:
        assert (line.x1() if line.dx() == 0 else line.y1()) in marks


# Copies


@pytest.mark.parametrize("zoom", ZOOMS)
def test_ctrl_drags_copies_which_are_shown_pale(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(300, 40)
    canvas.session.selection.set(["n2", "n3"])
    before = looks(canvas)
    grip = hand.middle("n2")
    hand.press(grip, CTRL)
    hand.move(grip + QPointF(30, 100))
    assert hand.said == "2 copies"
    assert len(canvas.tool.copies) == 2
    assert canvas.canvas.node_items["n2"].y() == 0
    hand.escape()
    hand.release()
    assert looks(canvas) == before

    hand.press(grip, CTRL)
    hand.move(grip + QPointF(30, 100))
    away = canvas.tool.offset
    hand.release()
    assert canvas.session.selection.ids == {"n5", "n6"}
    assert spot(document, "n5") == (190 + away.x(), away.y())
    assert Wire("n5", "output", "n6", "input") in document.design.wires
    assert document.history.undoText() == "Duplicate"
    document.undo()
    assert document.design == chain


@pytest.mark.parametrize("keys", [CTRL, SHIFT])
def test_what_is_grabbed_beside_the_selection_is_dragged_alone(
    hand: Hand,
    canvas: CanvasView,
    document: Document,
    chain: Design,
    keys: Qt.KeyboardModifier,
) -> None:
    canvas.session.selection.set(["n3", "n4"])
    grip = hand.middle("n2")
    hand.press(grip, keys)
    hand.move(grip + QPointF(0, 120))
    copying = keys == CTRL
    shape = canvas.viewport().cursor().shape()
    assert (shape == Qt.CursorShape.DragCopyCursor) == copying
    hand.release()
    assert len(document.design.nodes) == (5 if copying else 4)
    moved = "n5" if copying else "n2"
    assert spot(document, moved)[1] > 90
    assert spot(document, "n3") == (380.0, 0.0)


def test_letting_go_of_ctrl_on_the_way_moves_after_all(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    grip = hand.middle("n2")
    hand.press(grip, CTRL)
    hand.move(grip + QPointF(0, 90))
    assert canvas.tool.copies
    hand.move(grip + QPointF(0, 100), NONE)
    assert not canvas.tool.copies
    hand.release()
    assert len(document.design.nodes) == 4
    assert spot(document, "n2")[1] > 80


# Into a wire


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_loose_node_over_a_wire_shows_who_makes_room(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    document.replace(edits.add(chain, "dropout", (285, 90)))
    start = document.design
    canvas.zoom_to(zoom)
    canvas.centerOn(285, 45)
    before = looks(canvas)
    grip = hand.middle("n5")
    hand.press(grip)
    hand.move(hand.on_wire(WIRE))
    assert hand.said == "between linear1 and relu1"
    landing = canvas.tool.preview.ghosts["n5"].pos()
    assert canvas.canvas.node_items["n3"].x() > spot(document, "n3")[0]
    hand.escape()
    hand.release()
    now = looks(canvas)
    assert now[:2] == before[:2]
    assert now[3] == before[3]
    assert now[5] == before[5]

    hand.drag(grip, hand.on_wire(WIRE))
    assert Wire("n2", "output", "n5", "input") in document.design.wires
    assert Wire("n5", "output", "n3", "input") in document.design.wires
    assert QPointF(*spot(document, "n5")) == landing
    assert hand.apart
    document.undo()
    assert document.design == start


def test_alt_over_a_wire_only_moves(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "dropout", (285, 90)))
    hand.press(hand.middle("n5"), ALT)
    hand.move(hand.on_wire(WIRE))
    assert hand.said == ""
    hand.release()
    assert document.design.wires == chain.wires


def test_a_wired_node_is_not_put_into_another_wire(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.drag(hand.middle("n4"), hand.on_wire(WIRE))
    assert document.design.wires == chain.wires


# The border


def test_at_the_border_the_canvas_goes_on_and_so_does_the_node(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, qtbot: QtBot
) -> None:
    seen = canvas.seen
    hand.press(hand.middle("n2"))
    hand.move(QPointF(seen.right() - 60, seen.center().y()))
    assert canvas.seen == seen
    hand.move(QPointF(seen.right() - 4, seen.center().y()))
    qtbot.waitUntil(lambda: canvas.seen.left() > seen.left() + 120, timeout=4000)
    right = canvas.canvas.node_items["n2"].body.right()
    assert right > seen.right() + 60
    hand.escape()
    assert not canvas._edges._timer.isActive()
    assert spot(document, "n2") == (190.0, 0.0)
    assert canvas.canvas.node_items["n2"].x() == 190.0
