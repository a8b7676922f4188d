"""Choosing by pointer: clicks, the rubber band, the path between two ends."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.design.model import Design
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import CTRL, NONE, SHIFT, Hand, design_of, looks

ZOOMS = (0.3, 1.0, 3.0)
BAND = QPointF(95, -80), QPointF(400, 80)  # around n2 and n3


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


def marked(canvas: CanvasView) -> set[str]:
    """The nodes that are drawn as selected."""
    items = canvas.canvas.node_items
    return {key for key, item in items.items() if item.mood.selected}


@pytest.mark.parametrize(
    ("keys", "first", "then"),
    [
        (NONE, {"n1"}, {"n2", "n3"}),
        (SHIFT, {"n1"}, {"n1", "n2", "n3"}),
        (CTRL, {"n1", "n2"}, {"n1", "n3"}),
    ],
)
def test_the_band_marks_what_it_would_select_while_it_grows(
    hand: Hand,
    canvas: CanvasView,
    chain: Design,
    keys: Qt.KeyboardModifier,
    first: set[str],
    then: set[str],
) -> None:
    selection = canvas.session.selection
    selection.set(first)
    before = looks(canvas)
    hand.press(BAND[0], keys)
    hand.move(BAND[1])
    assert marked(canvas) == then
    assert hand.said == f"{len(then)} selected"
    assert selection.ids == first  # nobody else is told before it is let go
    hand.escape()
    hand.release()
    assert looks(canvas) == before

    hand.drag(*BAND, keys)
    assert selection.ids == then == marked(canvas)
    assert hand.extra_items() == 0


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_band_at_any_zoom(
    hand: Hand, canvas: CanvasView, chain: Design, zoom: float
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(285, 0)
    hand.drag(QPointF(270, -60), QPointF(360, 60))
    assert canvas.session.selection.ids == {"n3"}


def test_clicks(hand: Hand, canvas: CanvasView, chain: Design) -> None:
    selection = canvas.session.selection
    hand.click(hand.middle("n2"))
    assert selection.ids == {"n2"}
    hand.click(hand.middle("n4"), CTRL)
    assert selection.ids == {"n2", "n4"}
    hand.click(hand.middle("n2"), CTRL)
    assert selection.ids == {"n4"}
    hand.click(QPointF(100, 150), SHIFT)  # empty canvas, adding nothing
    assert selection.ids == {"n4"}
    hand.click(QPointF(100, 150))
    assert not selection.ids
    assert not marked(canvas)


def test_shift_shows_the_path_before_the_click_selects_it(
    hand: Hand, canvas: CanvasView, chain: Design
) -> None:
    hand.click(hand.middle("n4"))
    before = looks(canvas)

    def shown() -> set[str]:
        items = canvas.canvas.node_items
        return {key for key, item in items.items() if item.mood.target}

    hand.hover(hand.middle("n2"), SHIFT)
    assert shown() == {"n2", "n3", "n4"}
    hand.hover(hand.middle("n1"), SHIFT)
    assert shown() == {"n1", "n2", "n3", "n4"}
    hand.hover(QPointF(100, 150), SHIFT)
    assert shown() == set()
    assert looks(canvas) == before

    hand.click(hand.middle("n2"), SHIFT)
    assert canvas.session.selection.ids == {"n2", "n3", "n4"}
    assert shown() == set()


def test_a_click_on_one_of_several_selects_it_alone_and_a_drag_moves_them_all(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    canvas.session.selection.set(["n2", "n3"])
    hand.drag(hand.middle("n2"), hand.middle("n2") + QPointF(0, 100))
    assert document.history.undoText() == "Move 2 nodes"
    hand.click(hand.middle("n3"))
    assert canvas.session.selection.ids == {"n3"}


def test_a_chosen_wire_stands_out_and_goes_with_delete(
    hand: Hand, canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = chain.wires[-1]
    hand.hover(hand.on_wire(wire))
    assert canvas.canvas.wire_items[wire].hovered
    hand.click(hand.on_wire(wire))
    assert canvas.canvas.chosen == wire
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert wire not in document.design.wires
    document.undo()
    assert document.design == chain
