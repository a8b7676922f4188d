"""Dragging wires: which ports fit, what would come of it, and what would not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import Hand, design_of, looks

ZOOMS = (0.3, 1.0, 3.0)


@pytest.fixture
def loose(document: Document, canvas: CanvasView) -> Design:
    """x and linear1 near each other, unwired; below an Add with two inputs."""
    design = edits.add(Design(), "input", (0, 0))
    design = edits.add(design, "linear", (150, 0))
    document.replace(edits.add(design, "add", (60, 90)))
    return document.design


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_wire_is_drawn_from_either_end_at_any_zoom(
    hand: Hand,
    canvas: CanvasView,
    document: Document,
    loose: Design,
    zoom: float,
    *,
    backwards: bool,
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(75, 20)
    before = looks(canvas)
    ends = [hand.out_of("n1"), hand.into("n2")]
    if backwards:
        ends.reverse()
    hand.press(ends[0])
    hand.move(ends[1])
    moods = {key: item.mood for key, item in canvas.canvas.node_items.items()}
    fitting = {("output", False)} if backwards else {("input", True)}
    assert moods["n1" if backwards else "n2"].lit == fitting
    assert hand.said == "linear1, gives N×16"
    assert canvas.tool.ghost.path().length() > 50
    hand.escape()
    hand.release()
    assert looks(canvas) == before

    hand.drag(*ends)
    assert document.design.wires == (Wire("n1", "output", "n2", "input"),)
    assert document.history.undoText() == "Connect x to linear1"
    document.undo()
    assert document.design == loose


@pytest.mark.parametrize("zoom", ZOOMS)
def test_let_go_on_a_node_the_end_is_already_at_the_port_that_is_meant(
    hand: Hand, canvas: CanvasView, document: Document, loose: Design, zoom: float
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(75, 40)
    hand.press(hand.out_of("n1"))
    hand.move(hand.middle("n3"))
    end = canvas.tool.ghost.path().pointAtPercent(1.0)
    assert (end - hand.into("n3", "in1")).manhattanLength() < 1
    assert hand.said.startswith("add1 · in1")
    hand.release()
    hand.drag(hand.out_of("n1"), hand.middle("n3"))
    assert [wire.input for wire in document.design.wires] == ["in1", "in2"]


def test_what_does_not_fit_fades_and_says_why_before_release(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    design = edits.add(chain, "add", (760, 200))
    design = edits.connect(design, Wire("n4", "output", "n5", "in1"))
    design = edits.set_params(design, ["n4"], {"out_features": 12})
    document.replace(edits.add(design, "embedding", (300, 200)))
    canvas.fit()
    hand.press(hand.out_of("n2"))
    hand.move(hand.into("n5", "in2"))
    moods = {key: item.mood.lit for key, item in canvas.canvas.node_items.items()}
    assert moods["n6"] == frozenset()  # whole numbers only: drawn faded
    assert moods["n5"] == {("in1", True)}
    assert canvas.cue.refused
    assert "12" in hand.said
    assert "16" in hand.said
    assert canvas.tool.ghost.pen().color() == canvas.canvas.inks.error
    said = hand.said

    hand.release()  # what is wrong can be mended afterwards: the wire is drawn
    problems = [str(p.message) for p in document.checked.of("n5")]
    assert said in problems


def test_ports_that_come_into_view_at_the_border_light_up_as_well(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, qtbot: QtBot
) -> None:
    document.replace(edits.add(chain, "tanh", (2600.0, 0.0)))
    seen = canvas.seen
    hand.press(hand.out_of("n4"))
    hand.move(QPointF(seen.right() - 60, 60))
    hand.move(QPointF(seen.right() - 1, 60))
    lit = canvas.canvas.node_items["n5"]
    qtbot.waitUntil(lambda: lit.mood.lit == {("input", True)}, timeout=4000)
    hand.escape()
    assert lit.mood.lit is None


def test_a_loop_is_refused_before_release_and_not_done(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    document.replace(edits.add(chain, "add", (380, -150)))
    document.attempt(edits.connect, Wire("n4", "output", "n5", "in1"), text="")
    before = looks(canvas)
    hand.press(hand.out_of("n5"))
    hand.move(hand.into("n3"))
    assert "loop" in hand.said
    assert canvas.cue.refused
    said = hand.said
    hand.release()
    assert told == [said]
    assert looks(canvas) == before


def test_a_full_node_gives_up_the_wire_it_has_and_says_so(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.press(hand.out_of("n1"))
    hand.move(hand.middle("n4"))
    assert hand.said == "linear2, in place of relu1, gives N×16"
    hand.release()
    incoming = document.design.graph.incoming["n4"]
    assert [wire.source for wire in incoming.values()] == ["n1"]
    document.undo()
    assert document.design == chain


def test_a_node_without_a_port_for_it_says_so(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    hand.press(hand.out_of("n4"))
    hand.move(hand.middle("n1"))
    assert hand.said == "x has no port for it."
    assert canvas.cue.refused
    hand.release()
    assert told == ["x has no port for it."]
    assert document.design is chain


# Taking a wire by its end


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_wire_taken_off_its_end_and_dropped_nowhere_is_gone(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(hand.into("n3") + QPointF(0, 40))
    before = looks(canvas)
    wire = Wire("n2", "output", "n3", "input")
    away = hand.into("n3") + QPointF(-20, 90)
    hand.press(hand.into("n3"))
    hand.move(away)
    assert hand.said == "Let go to disconnect relu1"
    assert not canvas.canvas.wire_items[wire].isVisible()
    hand.escape()
    hand.release()
    assert looks(canvas) == before

    hand.drag(hand.into("n3"), away)
    assert wire not in document.design.wires
    document.undo()
    assert document.design == chain


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_wire_is_taken_near_either_end_and_led_elsewhere(
    hand: Hand, canvas: CanvasView, document: Document, end: str
) -> None:
    design = edits.add(Design(), "input", (0, 0))
    design = edits.add(design, "linear", (500, 0))
    design = edits.add(design, "input", (0, 200))
    design = edits.add(design, "linear", (500, 200))
    wire = Wire("n1", "output", "n2", "input")
    document.replace(edits.connect(design, wire))
    at = hand.into("n2") - QPointF(18, 0)
    onto, expected = hand.into("n4"), Wire("n1", "output", "n4", "input")
    if end == "source":
        at = hand.out_of("n1") + QPointF(18, 0)
        onto, expected = hand.out_of("n3"), Wire("n3", "output", "n2", "input")
    hand.hover(at)
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    hand.drag(at, onto)
    assert document.design.wires == (expected,)


# Onto empty canvas


def test_let_go_on_empty_canvas_the_search_offers_what_fits(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.press(hand.out_of("n4"))
    hand.move(hand.out_of("n4") + QPointF(60, 120))
    assert hand.said == "Let go to search for what fits"
    hand.release()
    field = canvas.findChild(QLineEdit, "canvasSearch")
    rows = canvas.findChild(QListWidget, "canvasSearchRows")
    offered = [rows.item(index).text() for index in range(rows.count())]
    assert "ReLU" in offered
    assert "Conv2d" not in offered
    QTest.keyClicks(field, "tanh")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert document.design.wires[-1] == Wire("n4", "output", "n5", "input")
    document.undo()
    assert document.design == chain


def test_the_search_that_a_wire_opened_closes_with_escape_and_leaves_nothing(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    before = looks(canvas)
    hand.drag(hand.out_of("n4"), hand.out_of("n4") + QPointF(60, 120))
    field = canvas.findChild(QLineEdit, "canvasSearch")
    assert hand.extra_items() == 1  # the wire, to where the node will come
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert looks(canvas) == before


def test_a_design_that_changes_under_the_hand_ends_the_gesture(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.press(hand.out_of("n2"))
    hand.move(hand.out_of("n2") + QPointF(60, 120))
    document.attempt(edits.remove, ["n2"], text="Delete")
    assert canvas.tool is None
    hand.release()
    assert hand.said == ""
    assert hand.extra_items() == 0
