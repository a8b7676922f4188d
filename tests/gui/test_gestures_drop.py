"""Carrying rows of the palette over the canvas: what is shown, and what is done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog import INITIALIZERS, OPERATORS
from engine.design import edits, library
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.panels.carrying import Card
from tests.gui.hands import ALT, LEFT, NONE, SHIFT, Hand, design_of, looks

ZOOMS = (0.3, 1.0, 3.0)
WIRE = Wire("n2", "output", "n3", "input")


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


def look_at(canvas: CanvasView, zoom: float, at: QPointF) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(at)


# Onto empty canvas


@pytest.mark.parametrize("kind", OPERATORS)
def test_every_row_shows_the_very_node_where_it_will_land(
    hand: Hand, canvas: CanvasView, document: Document, kind: str
) -> None:
    hand.carry(kind, canvas.middle)
    (ghost,) = canvas.tool.preview.ghosts.values()
    assert ghost.face.kind == kind
    assert ghost.isVisible()
    spot = ghost.pos()

    hand.drop()
    item = canvas.canvas.node_items[document.design.newest]
    assert item.pos() == spot
    assert item.face.form == ghost.face.form
    assert item.face.dots == ghost.face.dots


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_ghost_falls_into_line_with_a_neighbour_and_lands_there(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    below = QPointF(190 + 3 / zoom, 130)
    look_at(canvas, zoom, below - QPointF(0, 60 / zoom))
    hand.carry("dropout", below)
    assert canvas.tool.lines.shown.lines
    hand.drop()
    new = document.design.newest
    x, _ = document.design.look.positions[new]
    assert x == document.design.look.positions["n2"][0]

    document.undo()
    assert document.design == chain


def test_with_alt_it_lands_where_the_pointer_is(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.carry("dropout", QPointF(193, 260), ALT)
    assert not canvas.tool.lines.shown.lines
    hand.drop(ALT)
    x, _ = document.design.look.positions[document.design.newest]
    assert abs(x - 193) < 1


def test_over_something_the_ghost_shows_the_free_place_beside_it(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.carry("input", hand.middle("n2"))  # nothing can follow a node by an Input
    (ghost,) = canvas.tool.preview.ghosts.values()
    assert not ghost.body.intersects(canvas.canvas.node_items["n2"].body)
    hand.drop()
    assert hand.apart


# Into a wire


@pytest.mark.parametrize("zoom", ZOOMS)
def test_over_a_wire_it_shows_who_makes_room_and_so_it_comes(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    at = hand.on_wire(WIRE)
    look_at(canvas, zoom, at)
    before = looks(canvas)
    hand.carry("dropout", at)
    scene, preview = canvas.canvas, canvas.tool.preview
    assert canvas.tool.wire.wire == WIRE
    assert not scene.wire_items[WIRE].isVisible()
    assert {wire.target for wire in preview.wires} == {"n5", "n3"}
    assert hand.said == "between linear1 and relu1"
    assert scene.node_items["n4"].x() > document.design.look.positions["n4"][0]
    shown = {key: (item.x(), item.y()) for key, item in scene.node_items.items()}
    shown["n5"] = (preview.ghosts["n5"].x(), preview.ghosts["n5"].y())
    assert document.design is chain

    hand.leave()
    assert looks(canvas) == before

    hand.carry("dropout", at)
    hand.drop()
    assert dict(document.design.look.positions) == shown
    assert Wire("n2", "output", "n5", "input") in document.design.wires
    assert Wire("n5", "output", "n3", "input") in document.design.wires
    assert WIRE not in document.design.wires
    assert document.history.count() == 1
    document.undo()
    assert document.design == chain


def test_alt_leaves_the_wire_alone_and_shows_that(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    hand.carry("dropout", hand.on_wire(WIRE), ALT)
    assert canvas.tool.wire.wire is None
    assert not canvas.tool.preview.wires
    assert hand.said == ""
    hand.drop(ALT)
    assert document.design.wires == chain.wires


def test_a_tremor_does_not_lose_the_wire(
    hand: Hand, canvas: CanvasView, chain: Design
) -> None:
    at = hand.on_wire(WIRE)
    hand.carry("dropout", at)
    for step in (4, -4, 9, -9):
        hand.carry_on(at + QPointF(0, step))
        assert canvas.tool.wire.wire == WIRE
    hand.carry_on(at + QPointF(0, 150))
    assert canvas.tool.wire.wire is None
    assert canvas.canvas.wire_items[WIRE].isVisible()
    assert not canvas.tool.preview.moved


# Onto a node


def test_an_activation_over_a_layer_says_that_it_docks(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    before = looks(canvas)
    hand.carry("tanh", hand.middle("n4"))
    assert hand.said == "docked after linear2"
    ghost = canvas.tool.preview.ghosts["n5"]
    assert canvas.canvas.node_items["n4"].mood.target
    spot = ghost.pos()
    hand.leave()
    assert looks(canvas) == before

    hand.carry("tanh", hand.middle("n4"))
    hand.drop()
    assert document.design.look.docked == {"n5": "n4"}
    assert canvas.canvas.node_items["n5"].pos() == spot
    document.undo()
    assert document.design == chain


@pytest.mark.parametrize("zoom", ZOOMS)
def test_an_initializer_over_a_layer_shows_the_chip_it_would_set(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design, zoom: float
) -> None:
    look_at(canvas, zoom, hand.middle("n2"))
    before = looks(canvas)
    hand.carry("xavier_normal", hand.middle("n2"), what="initializer")
    assert hand.said.startswith("Xavier normal for the weight of linear1")
    ghost = canvas.tool.preview.ghosts["n2"]
    assert ghost.face.chip.text == INITIALIZERS["xavier_normal"].short
    assert ghost.opacity() == 1.0
    hand.leave()
    assert looks(canvas) == before

    hand.carry("zeros", hand.middle("n2"), SHIFT, what="initializer")
    assert "bias of linear1" in hand.said
    hand.drop(SHIFT)
    assert document.design.nodes["n2"].init["bias"].kind == "zeros"
    document.undo()
    assert document.design == chain


@pytest.mark.parametrize(
    ("kind", "onto", "keys", "why"),
    [
        ("xavier_normal", "n3", NONE, "has no numbers to draw"),
        ("xavier_normal", "n2", SHIFT, "bias"),
        ("zeros", "n1", NONE, "no"),
    ],
)
def test_where_an_initializer_does_not_fit_the_reason_is_there_before_release(
    hand: Hand,
    canvas: CanvasView,
    document: Document,
    chain: Design,
    told: list[str],
    kind: str,
    onto: str,
    keys: Qt.KeyboardModifier,
    why: str,
) -> None:
    hand.carry(kind, hand.middle(onto), keys, what="initializer")
    said = hand.said
    assert why in said
    assert canvas.cue.refused
    hand.drop(keys)
    assert told == [said]  # and it was the truth
    assert document.design is chain


# A block


def test_a_block_shows_its_ghost_and_is_spliced_and_cancelled_like_any_node(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.make_block(chain, ["n3"], "Act"))
    key = library.text_of(document.whole, next(iter(document.whole.blocks)))
    before = looks(canvas)
    hand.carry(key, QPointF(190, 220), what="block")
    (ghost,) = canvas.tool.preview.ghosts.values()
    assert ghost.face.kind == "block"
    hand.leave()
    assert looks(canvas) == before

    wire = next(w for w in document.design.wires if w.target == "n4")
    hand.carry(key, hand.on_wire(wire), what="block")
    assert len(canvas.tool.preview.wires) == 2
    hand.drop()
    assert len([n for n in document.design.nodes.values() if n.block]) == 2
    assert wire not in document.design.wires


# The card


def test_a_card_follows_until_the_canvas_shows_the_node(qapp: QApplication) -> None:
    window = QWidget()
    window.resize(300, 100)
    taker = QWidget(window)
    taker.setGeometry(150, 0, 150, 100)
    taker.setAcceptDrops(True)
    window.show()
    picture = QPixmap(40, 20)
    picture.fill(Qt.GlobalColor.red)
    card = Card(window, picture)
    data, copy = QMimeData(), Qt.DropAction.CopyAction

    def over(x: int) -> bool:
        event = QDragEnterEvent(QPoint(x, 50), copy, data, LEFT, NONE)
        QApplication.sendEvent(window.windowHandle(), event)
        return card.isVisible()

    assert over(50)
    assert card.geometry().contains(50, 50)
    assert not over(200)
    assert over(60)
    QApplication.sendEvent(window.windowHandle(), QDragLeaveEvent())
    assert not card.isVisible()
    card.drop()
    window.close()
    window.deleteLater()


# Large designs


def test_in_a_large_design_the_cues_are_there_without_checking_all_of_it(
    hand: Hand,
    canvas: CanvasView,
    document: Document,
    chain: Design,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gui.canvas.placing.SMALL", 3)
    monkeypatch.setattr("gui.canvas.outcome.SMALL", 3)
    hand.carry("dropout", hand.on_wire(WIRE))
    spot = canvas.tool.preview.ghosts["n5"].pos()
    assert hand.said == "between linear1 and relu1"
    hand.drop()
    assert canvas.canvas.node_items["n5"].pos() == spot
    document.undo()

    document.attempt(edits.set_params, ["n2"], {"out_features": 12}, text="12")
    document.attempt(edits.add, "add", (190.0, 200.0), text="Add")
    add = document.design.newest
    wire = Wire("n1", "output", add, "in1")
    document.attempt(edits.connect, wire, text="first")
    hand.press(hand.out_of("n2"))
    hand.move(hand.into(add, "in2"))
    assert canvas.cue.refused
    said = hand.said
    hand.release()
    (problem,) = document.checked.of(add)[:1]
    assert str(problem.message).startswith(said.rstrip("."))


def test_in_a_vast_design_the_wire_lights_up_without_working_out_who_makes_room(
    hand: Hand,
    canvas: CanvasView,
    document: Document,
    chain: Design,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gui.canvas.tools.drop.VAST", 3)
    before = looks(canvas)
    hand.carry("dropout", hand.on_wire(WIRE))
    assert hand.said == "between linear1 and relu1"
    assert canvas.canvas.wire_items[WIRE].lit
    assert len(canvas.tool.preview.ghosts) == 1
    assert not canvas.tool.preview.moved
    hand.leave()
    assert looks(canvas) == before
    hand.carry("dropout", hand.on_wire(WIRE))
    hand.drop()
    assert Wire("n2", "output", "n5", "input") in document.design.wires
