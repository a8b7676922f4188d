"""Standing nodes in line and evenly apart, from the menu of the right button."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF

from engine.design import edits
from engine.design.model import Design, Wire
from gui.acts.arranging import ARRANGE
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import design_of

EDGES = {
    "left": QRectF.left,
    "right": QRectF.right,
    "top": QRectF.top,
    "bottom": QRectF.bottom,
}


@pytest.fixture
def scattered(document: Document, canvas: CanvasView) -> Design:
    """Four nodes of different sizes, all over the place, all selected."""
    design = design_of("input", "linear", "relu", "conv2d")
    spots = {"n1": (5.0, 20.0), "n2": (230.0, -90.0), "n3": (330.0, 70.0)}
    document.replace(edits.move(design, {**spots, "n4": (600.0, -15.0)}))
    canvas.session.selection.set(document.design.nodes)
    return document.design


def boxes(canvas: CanvasView) -> list[QRectF]:
    return [item.body for item in canvas.canvas.node_items.values()]


@pytest.mark.parametrize("edge", EDGES)
def test_edges_come_to_lie_on_a_line(
    canvas: CanvasView, document: Document, scattered: Design, edge: str
) -> None:
    getattr(canvas.aligning, edge)()
    marks = {round(EDGES[edge](box), 6) for box in boxes(canvas)}
    assert len(marks) == 1
    assert document.history.count() == 1
    document.undo()
    assert document.design == scattered


def test_a_row_and_a_column_go_through_the_ports(
    canvas: CanvasView, document: Document, scattered: Design
) -> None:
    canvas.aligning.middle()
    assert len({y for _, y in document.design.look.positions.values()}) == 1
    wires = canvas.canvas.wire_items.values()
    assert all(item.path.boundingRect().height() < 1 for item in wires)
    document.undo()
    canvas.aligning.centre()
    assert len({x for x, _ in document.design.look.positions.values()}) == 1


@pytest.mark.parametrize("down", [False, True])
def test_the_room_between_becomes_even_and_the_ends_stay(
    canvas: CanvasView, document: Document, scattered: Design, *, down: bool
) -> None:
    before = boxes(canvas)
    canvas.aligning.down() if down else canvas.aligning.across()
    after = boxes(canvas)

    def spans(all_of_them: list[QRectF]) -> list[tuple[float, float]]:
        return sorted(
            (box.top(), box.bottom()) if down else (box.left(), box.right())
            for box in all_of_them
        )

    now = spans(after)
    gaps = [b[0] - a[1] for a, b in pairwise(now)]
    assert max(gaps) - min(gaps) < 1e-6
    assert now[0][0] == pytest.approx(spans(before)[0][0])
    assert now[-1][1] == pytest.approx(spans(before)[-1][1])


def test_what_is_docked_goes_with_its_layer(
    canvas: CanvasView, document: Document, scattered: Design
) -> None:
    design = edits.connect(scattered, Wire("n2", "output", "n3", "input"))
    document.replace(edits.dock(design, "n3", "n2"))
    away = canvas.canvas.node_items["n3"].pos() - canvas.canvas.node_items["n2"].pos()
    canvas.session.selection.set(document.design.nodes)
    canvas.aligning.middle()
    items = canvas.canvas.node_items
    assert items["n3"].pos() - items["n2"].pos() == away
    assert items["n1"].y() == items["n2"].y() == items["n4"].y()


def test_with_too_few_it_says_how_many_it_takes(
    canvas: CanvasView, document: Document, scattered: Design, told: list[str]
) -> None:
    canvas.session.selection.set(["n1"])
    canvas.aligning.left()
    canvas.session.selection.set(["n1", "n2"])
    canvas.aligning.across()
    assert "two nodes" in told[0]
    assert "three nodes" in told[1]
    assert document.design is scattered


def test_every_entry_of_the_menu_has_its_command(canvas: CanvasView) -> None:
    for entry in ARRANGE.entries:
        if entry is not None:
            assert callable(getattr(canvas.aligning, entry.slot.rpartition(".")[2]))
