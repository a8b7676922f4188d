"""Stories on the canvas, told with real events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMenu

from engine.catalog import OPERATORS
from engine.catalog.spec import Init
from engine.design import edits
from engine.design.file import load
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.session import Session

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"

# The offscreen platform says so of every menu.
QUIET = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def canvas(session: Session, qtbot: object) -> Iterator[CanvasView]:
    view = CanvasView(session)
    view.resize(1000, 700)
    view.show()
    session.place = view.place
    QApplication.processEvents()
    yield view
    view.minimap._later.stop()
    view.close()
    view.deleteLater()


@pytest.fixture
def chain(document: Document) -> Design:
    """x -> linear1 -> relu1 -> linear2, in a row: n1 to n4."""
    design = Design()
    for place, kind in enumerate(("input", "linear", "relu", "linear")):
        design = edits.add(design, kind, (place * 190.0, 0.0))
        if place:
            wire = Wire(f"n{place}", "output", f"n{place + 1}", "input")
            design = edits.connect(design, wire)
    document.replace(design)
    return design


def drop(
    canvas: CanvasView,
    kind: str,
    at: QPointF | None = None,
    *,
    mime: str = "operator",
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Carry a row of the palette over the canvas and let it go at a scene point."""
    data = QMimeData()
    data.setData(f"application/x-fanin-{mime}", kind.encode())
    spot = canvas.mapFromScene(at if at is not None else canvas.middle)
    copy = Qt.DropAction.CopyAction
    over = canvas.viewport()
    for event in (
        QDragEnterEvent(spot, copy, data, LEFT, keys),
        QDragMoveEvent(spot, copy, data, LEFT, keys),
        QDropEvent(QPointF(spot), copy, data, LEFT, keys),
    ):
        QApplication.sendEvent(over, event)
    assert event.isAccepted()


def drag(
    canvas: CanvasView,
    start: QPointF,
    end: QPointF,
    *,
    keys: Qt.KeyboardModifier = NONE,
    button: Qt.MouseButton = LEFT,
    release: bool = True,
) -> None:
    """Press at a scene point, move in steps, let go at another."""
    first, last = canvas.mapFromScene(start), canvas.mapFromScene(end)
    steps = [first + (last - first) * (i / 4) for i in range(1, 5)]
    _mouse(canvas, QEvent.Type.MouseButtonPress, first, button, button, keys)
    for step in steps:
        _mouse(
            canvas, QEvent.Type.MouseMove, step, Qt.MouseButton.NoButton, button, keys
        )
    if release:
        none = Qt.MouseButton.NoButton
        _mouse(canvas, QEvent.Type.MouseButtonRelease, last, button, none, keys)


def _mouse(
    canvas: CanvasView,
    kind: QEvent.Type,
    at: QPoint,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    keys: Qt.KeyboardModifier,
) -> None:
    over = canvas.viewport()
    where = QPointF(at)
    event = QMouseEvent(kind, where, over.mapToGlobal(where), button, held, keys)
    QApplication.sendEvent(over, event)


def click(canvas: CanvasView, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(canvas.viewport(), LEFT, keys, canvas.mapFromScene(at))


def press(canvas: CanvasView, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(canvas, key, keys)


def port(canvas: CanvasView, key: str, name: str, *, entering: bool) -> QPointF:
    item = canvas.canvas.node_items[key]
    dot = item.face.dot(name, entering=entering)
    assert dot is not None
    return item.port_at(dot)


def middle(canvas: CanvasView, key: str) -> QPointF:
    return canvas.canvas.node_items[key].body.center()


def on_wire(canvas: CanvasView, wire: Wire) -> QPointF:
    return canvas.canvas.wire_items[wire].path.pointAtPercent(0.5)


def apart(canvas: CanvasView) -> bool:
    """Whether no node covers another."""
    boxes = [item.space for item in canvas.canvas.node_items.values()]
    return not any(first.intersects(other) for first, other in combinations(boxes, 2))


def kinds(document: Document) -> list[str]:
    return [node.kind for node in document.design.nodes.values()]


def painted(canvas: CanvasView, key: str) -> set[int]:
    """The colours of a node's picture."""
    item = canvas.canvas.node_items[key]
    area = item.sceneBoundingRect()
    image = QImage(area.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    canvas.canvas.render(painter, source=area)
    painter.end()
    return {
        image.pixel(x, y) & 0xFFFFFF
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }


# Adding


@pytest.mark.parametrize("kind", OPERATORS)
def test_every_kind_can_be_dropped_drawn_and_undone(
    canvas: CanvasView, document: Document, kind: str
) -> None:
    drop(canvas, kind)
    assert kinds(document) == [kind]
    key = document.design.newest
    assert canvas.session.selection.one == key
    assert len(painted(canvas, key)) > 6

    item = canvas.canvas.node_items[key]
    node = document.design.nodes[key]
    assert [dot.port for dot in item.face.ins] == list(node.inputs)
    assert [dot.port for dot in item.face.outs] == list(node.outputs)
    assert document.history.undoText() == f"Add {OPERATORS[kind].title}"

    document.undo()
    assert not document.design.nodes
    assert not canvas.canvas.node_items


def test_dropped_again_at_the_same_place_nothing_covers_anything(
    canvas: CanvasView, document: Document
) -> None:
    for kind in ("linear", "relu", "lstm", "add", "input"):
        drop(canvas, kind, QPointF(10, 10))
    assert len(document.design.nodes) == 5
    assert apart(canvas)


def test_a_drop_on_a_wire_splices_in_and_makes_room(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = Wire("n2", "output", "n3", "input")
    drop(canvas, "dropout", on_wire(canvas, wire))
    new = document.design.newest
    assert wire not in document.design.wires
    assert Wire("n2", "output", new, "input") in document.design.wires
    assert Wire(new, "output", "n3", "input") in document.design.wires
    assert apart(canvas)

    document.undo()
    assert document.design == chain


def test_alt_leaves_the_wire_alone(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = Wire("n2", "output", "n3", "input")
    drop(canvas, "dropout", on_wire(canvas, wire), keys=ALT)
    assert document.design.wires == chain.wires
    assert len(document.design.nodes) == 5


def test_the_wire_lights_up_only_while_something_is_held_over_it(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = Wire("n2", "output", "n3", "input")
    item = canvas.canvas.wire_items[wire]
    data = QMimeData()
    data.setData("application/x-fanin-operator", b"dropout")
    spot = canvas.mapFromScene(on_wire(canvas, wire))
    for kind in (QDragEnterEvent, QDragMoveEvent):
        event = kind(spot, Qt.DropAction.CopyAction, data, LEFT, NONE)
        QApplication.sendEvent(canvas.viewport(), event)
    assert item.lit
    press(canvas, Qt.Key.Key_Escape)
    assert not item.lit
    assert document.design is chain


def test_an_activation_dropped_on_a_layer_follows_it_docked(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    drop(canvas, "tanh", middle(canvas, "n4"))
    new = document.design.newest
    assert Wire("n4", "output", new, "input") in document.design.wires
    assert document.design.look.docked == {new: "n4"}

    before = canvas.canvas.node_items[new].pos()
    drag(canvas, middle(canvas, "n4"), middle(canvas, "n4") + QPointF(40, 90))
    assert canvas.canvas.node_items[new].pos() != before


def test_an_initializer_sets_the_weight_and_with_shift_the_bias(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    at = middle(canvas, "n2")
    drop(canvas, "xavier_normal", at, mime="initializer")
    drop(canvas, "zeros", at, mime="initializer", keys=SHIFT)
    init = document.design.nodes["n2"].init
    assert {key: value.kind for key, value in init.items()} == {
        "weight": "xavier_normal",
        "bias": "zeros",
    }


def test_an_initializer_that_does_not_fit_says_why(
    canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    at = middle(canvas, "n2")
    drop(canvas, "xavier_normal", at, mime="initializer", keys=SHIFT)
    assert document.design is chain
    assert len(told) == 1


def test_placed_nodes_form_a_chain_in_which_nothing_overlaps(
    canvas: CanvasView, document: Document
) -> None:
    for kind in ("input", "linear", "relu", "linear", "softmax"):
        canvas.place(kind)
    assert len(document.design.wires) == 4
    assert apart(canvas)
    assert len({y for _, y in document.design.look.positions.values()}) == 1

    canvas.select_only("n2")  # and one into the middle
    canvas.place("layer_norm")
    assert Wire("n2", "output", "n6", "input") in document.design.wires
    assert Wire("n6", "output", "n3", "input") in document.design.wires
    assert apart(canvas)


# Wires


@pytest.mark.parametrize("backwards", [False, True])
def test_a_wire_is_drawn_from_either_end(
    canvas: CanvasView, document: Document, *, backwards: bool
) -> None:
    design = edits.add(Design(), "input", (0, 0))
    document.replace(edits.add(design, "linear", (240, 60)))
    ends = [
        port(canvas, "n1", "output", entering=False),
        port(canvas, "n2", "input", entering=True),
    ]
    drag(canvas, *(reversed(ends) if backwards else ends))
    assert document.design.wires == (Wire("n1", "output", "n2", "input"),)
    assert document.history.undoText() == "Connect x to linear1"


def test_let_go_on_a_node_a_wire_finds_the_first_free_input(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "add", (380, 200)))
    for source in ("n2", "n3"):
        drag(
            canvas,
            port(canvas, source, "output", entering=False),
            middle(canvas, "n5"),
        )
    incoming = document.design.graph.incoming["n5"]
    assert {name: wire.source for name, wire in incoming.items()} == {
        "in1": "n2",
        "in2": "n3",
    }


def test_a_wire_let_go_on_a_full_add_makes_it_take_one_more(
    canvas: CanvasView, chain: Design, document: Document
) -> None:
    design = edits.add(document.design, "add", (760, 200))
    for source, entry in (("n2", "in1"), ("n3", "in2")):
        design = edits.connect(design, Wire(source, "output", "n5", entry))
    document.replace(design)
    steps = document.history.count()

    start = port(canvas, "n4", "output", entering=False)
    drag(canvas, start, middle(canvas, "n5"))
    assert document.design.nodes["n5"].args["inputs"] == 3
    assert Wire("n4", "output", "n5", "in3") in document.design.wires

    assert document.history.count() == steps + 1
    document.undo()
    assert document.design == design


def test_a_wire_taken_by_its_end_is_led_elsewhere(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "tanh", (400, 180)))
    start = port(canvas, "n3", "input", entering=True)
    drag(canvas, start, port(canvas, "n5", "input", entering=True))
    assert Wire("n2", "output", "n5", "input") in document.design.wires
    assert "n3" not in document.design.graph.incoming

    document.undo()
    assert document.design.wires == chain.wires


def test_a_wire_let_go_on_nothing_is_gone(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    start = port(canvas, "n3", "input", entering=True)
    drag(canvas, start, start + QPointF(-40, 160))
    assert Wire("n2", "output", "n3", "input") not in document.design.wires
    assert document.history.undoText() == "Disconnect relu1"


def test_a_loop_is_refused_with_a_sentence(
    canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    document.replace(edits.add(chain, "add", (380, -150)))
    document.attempt(edits.connect, Wire("n4", "output", "n5", "in1"), text="")
    before = document.design
    drag(
        canvas,
        port(canvas, "n5", "output", entering=False),
        port(canvas, "n3", "input", entering=True),
    )
    assert document.design is before
    assert "loop" in told[-1]


def test_ports_that_fit_light_up_and_others_do_not(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "embedding", (300, 200)))
    start = port(canvas, "n2", "output", entering=False)
    drag(canvas, start, start + QPointF(60, 90), release=False)
    lit = {key: item.mood.lit for key, item in canvas.canvas.node_items.items()}
    assert lit["n4"] == {("input", True)}
    assert lit["n5"] == frozenset()  # takes whole numbers
    assert lit["n1"] == frozenset()  # would be a loop, and has no input
    press(canvas, Qt.Key.Key_Escape)
    assert all(item.mood.lit is None for item in canvas.canvas.node_items.values())
    assert document.design.wires == chain.wires


def test_let_go_on_empty_canvas_the_search_offers_what_fits(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    start = port(canvas, "n4", "output", entering=False)
    drag(canvas, start, start + QPointF(90, 120))
    field = canvas.findChild(QLineEdit, "canvasSearch")
    rows = canvas.findChild(QListWidget, "canvasSearchRows")
    offered = [rows.item(index).text() for index in range(rows.count())]
    assert field.isVisible()
    assert "ReLU" in offered
    assert "Conv2d" not in offered  # N×16 is no image
    assert "Embedding" not in offered
    assert "Input" not in offered

    QTest.keyClicks(field, "tanh")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert kinds(document)[-1] == "tanh"
    assert document.design.wires[-1] == Wire("n4", "output", "n5", "input")
    assert field.isHidden() or not field.isVisible()


# Selecting and moving


def test_click_ctrl_click_band_and_all(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    selection = canvas.session.selection
    click(canvas, middle(canvas, "n2"))
    assert selection.ids == {"n2"}
    click(canvas, middle(canvas, "n4"), CTRL)
    assert selection.ids == {"n2", "n4"}
    click(canvas, middle(canvas, "n2"), CTRL)
    assert selection.ids == {"n4"}
    drag(canvas, QPointF(-90, -150), QPointF(240, 150))
    assert selection.ids == {"n1", "n2"}
    press(canvas, Qt.Key.Key_A, CTRL)
    assert selection.ids == document.design.nodes.keys()
    click(canvas, QPointF(100, 200))
    assert not selection.ids


def test_shift_click_selects_the_path_between(
    canvas: CanvasView, chain: Design
) -> None:
    click(canvas, middle(canvas, "n4"))
    click(canvas, middle(canvas, "n1"), SHIFT)
    assert canvas.session.selection.ids == {"n1", "n2", "n3", "n4"}


def test_arrows_walk_along_the_wires(canvas: CanvasView, chain: Design) -> None:
    click(canvas, middle(canvas, "n1"))
    for _ in range(2):
        press(canvas, Qt.Key.Key_Right)
    assert canvas.session.selection.one == "n3"
    press(canvas, Qt.Key.Key_Left)
    assert canvas.session.selection.one == "n2"


def test_a_drag_is_one_named_step(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    press(canvas, Qt.Key.Key_A, CTRL)
    drag(canvas, middle(canvas, "n2"), middle(canvas, "n2") + QPointF(60, 110))
    assert document.history.count() == 1
    assert document.history.undoText() == "Move 4 nodes"
    moved = {
        (after[0] - before[0], after[1] - before[1])
        for before, after in zip(
            chain.look.positions.values(),
            document.design.look.positions.values(),
            strict=True,
        )
    }
    assert len(moved) == 1
    document.undo()
    assert document.design == chain
    assert canvas.canvas.node_items["n1"].pos() == QPointF(0, 0)


def test_escape_puts_dragged_nodes_back(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    start = middle(canvas, "n2")
    drag(canvas, start, start + QPointF(50, 120), release=False)
    assert middle(canvas, "n2") != start
    press(canvas, Qt.Key.Key_Escape)
    assert middle(canvas, "n2") == start
    assert not document.history.count()


def test_a_dragged_node_snaps_to_its_neighbours_line_unless_alt_is_held(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.attempt(edits.move, {"n3": (380.0, 80.0)}, text="")
    start = middle(canvas, "n3")
    drag(canvas, start, start - QPointF(0, 76))
    assert document.design.look.positions["n3"] == (380.0, 0.0)
    drag(canvas, start - QPointF(0, 80), start - QPointF(0, 76), keys=ALT)
    assert document.design.look.positions["n3"][1] != 0.0


def test_nudges_merge_into_one_step(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    click(canvas, middle(canvas, "n2"))
    for _ in range(3):
        press(canvas, Qt.Key.Key_Down, CTRL)
    assert document.design.look.positions["n2"] == (190.0, 24.0)
    assert document.history.count() == 1
    assert document.history.undoText() == "Move linear1"


def test_a_loose_node_dragged_onto_a_wire_is_spliced_in(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.add(chain, "dropout", (300, 220)))
    wire = Wire("n2", "output", "n3", "input")
    drag(canvas, middle(canvas, "n5"), on_wire(canvas, wire))
    assert Wire("n2", "output", "n5", "input") in document.design.wires
    assert Wire("n5", "output", "n3", "input") in document.design.wires
    assert apart(canvas)


# Removing, copying, naming


def test_delete_and_delete_with_reconnecting(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    click(canvas, middle(canvas, "n3"))
    press(canvas, Qt.Key.Key_Delete)
    assert document.history.undoText() == "Delete relu1"
    assert len(document.design.wires) == 1
    document.undo()

    click(canvas, middle(canvas, "n3"))
    press(canvas, Qt.Key.Key_Delete, CTRL)
    assert Wire("n2", "output", "n4", "input") in document.design.wires


def test_a_chosen_wire_is_deleted(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = Wire("n3", "output", "n4", "input")
    click(canvas, on_wire(canvas, wire))
    press(canvas, Qt.Key.Key_Delete)
    assert wire not in document.design.wires
    assert len(document.design.nodes) == 4


def test_copy_paste_cut_and_duplicate_go_through_text(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    drag(canvas, QPointF(110, -150), QPointF(430, 150))
    assert canvas.session.selection.ids == {"n2", "n3"}
    press(canvas, Qt.Key.Key_C, CTRL)
    assert "linear" in QGuiApplication.clipboard().text()
    press(canvas, Qt.Key.Key_V, CTRL)
    assert canvas.session.selection.ids == {"n5", "n6"}
    assert Wire("n5", "output", "n6", "input") in document.design.wires
    press(canvas, Qt.Key.Key_D, CTRL)
    assert len(document.design.nodes) == 8
    assert apart(canvas)
    press(canvas, Qt.Key.Key_X, CTRL)
    assert len(document.design.nodes) == 6
    press(canvas, Qt.Key.Key_V, CTRL)
    assert len(document.design.nodes) == 8
    assert apart(canvas)


def test_text_that_is_no_design_is_refused(
    canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    QGuiApplication.clipboard().setText("milk, eggs")
    press(canvas, Qt.Key.Key_V, CTRL)
    assert document.design is chain
    assert told


def test_a_node_is_renamed_where_it_stands(
    canvas: CanvasView, document: Document, chain: Design, told: list[str]
) -> None:
    QTest.mouseDClick(
        canvas.viewport(), LEFT, NONE, canvas.mapFromScene(middle(canvas, "n2"))
    )
    field = canvas.findChild(QLineEdit, "canvasRename")
    QTest.keyClicks(field, "relu1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "relu1" in told[-1]
    assert field.isVisible()  # to be mended
    QTest.keyClicks(field, "hidden")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert document.design.nodes["n2"].name == "hidden"
    assert document.history.undoText() == "Rename linear1 to hidden"


def test_escape_keeps_the_name(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    click(canvas, middle(canvas, "n2"))
    press(canvas, Qt.Key.Key_F2)
    field = canvas.findChild(QLineEdit, "canvasRename")
    QTest.keyClicks(field, "other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert document.design is chain


def test_a_letter_opens_the_search_and_enter_adds_at_the_pointer(
    canvas: CanvasView, document: Document
) -> None:
    press(canvas, Qt.Key.Key_L)
    field = canvas.findChild(QLineEdit, "canvasSearch")
    assert field.text() == "l"
    QTest.keyClicks(field, "inear")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert kinds(document) == ["linear"]
    press(canvas, Qt.Key.Key_Tab)
    assert field.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()


@QUIET
@pytest.mark.parametrize(
    ("where", "offers"),
    [("n2", "Rename"), ("wire", "Disconnect"), ("nothing", "Select all")],
)
def test_the_right_button_offers_what_is_meant(
    canvas: CanvasView, chain: Design, where: str, offers: str
) -> None:
    at = {
        "n2": lambda: middle(canvas, "n2"),
        "wire": lambda: on_wire(canvas, Wire("n2", "output", "n3", "input")),
        "nothing": lambda: QPointF(100, 220),
    }[where]()
    from gui.canvas.menus import open_menu

    menu = open_menu(canvas, canvas.canvas.hit(at), at)
    texts = [action.text() for action in menu.actions()]
    assert offers in texts
    menu.close()


# Looking


def test_the_wheel_zooms_at_the_pointer(canvas: CanvasView, chain: Design) -> None:
    at = QPoint(300, 200)
    before, zoom = canvas.mapToScene(at), canvas.zoom
    event = QWheelEvent(
        QPointF(at),
        canvas.viewport().mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    assert canvas.zoom > zoom * 1.1
    assert (canvas.mapToScene(at) - before).manhattanLength() < 2 / canvas.zoom + 1


def test_middle_drag_and_space_drag_pan(canvas: CanvasView, chain: Design) -> None:
    for hold in (False, True):
        start = canvas.middle
        if hold:
            QTest.keyPress(canvas, Qt.Key.Key_Space)
        button = LEFT if hold else MIDDLE
        drag(canvas, start, start + QPointF(80, 40), button=button)
        assert (canvas.middle - start + QPointF(80, 40)).manhattanLength() < 4
        if hold:
            QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert not canvas.session.selection.ids


def test_fit_shows_everything_and_a_small_design_is_not_blown_up(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    assert canvas.zoom <= 1.25
    assert canvas.seen.contains(canvas.canvas.content)
    canvas.zoom_to(3.0)
    assert not canvas.seen.contains(canvas.canvas.content)
    press(canvas, Qt.Key.Key_0, CTRL)
    assert canvas.seen.contains(canvas.canvas.content)
    press(canvas, Qt.Key.Key_1, CTRL)
    assert canvas.zoom == pytest.approx(1.0)


def test_the_minimap_leads_elsewhere(canvas: CanvasView, chain: Design) -> None:
    canvas.zoom_to(3.0)
    canvas.minimap.grab()  # paints it, so that it knows its scale
    spot = canvas.minimap.to_map(canvas.canvas.node_items["n1"].body).center()
    QTest.mouseClick(canvas.minimap, LEFT, NONE, spot.toPoint())
    away = canvas.middle - middle(canvas, "n1")
    assert away.manhattanLength() < 40


def test_an_empty_canvas_says_what_to_do(
    canvas: CanvasView, document: Document
) -> None:
    hint = canvas.findChild(object, "canvasHint")
    assert hint.isVisible()
    drop(canvas, "linear")
    assert not hint.isVisible()


# What nodes and wires say


def test_shapes_stand_on_the_wires_and_follow_an_edit(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = canvas.canvas.wire_items[Wire("n2", "output", "n3", "input")]
    assert wire.look.text == "5×16" or wire.look.text.endswith("×16")
    document.attempt(edits.set_params, ["n2"], {"out_features": 7}, text="")
    assert wire.look.text.endswith("×7")
    assert "7" in canvas.canvas.node_items["n2"].face.brief


def test_a_wrong_node_is_marked_and_what_precedes_it_keeps_its_shape(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    document.replace(edits.replace_kind(chain, "n3", "conv2d"))
    face = canvas.canvas.node_items["n3"].face
    assert (face.state, face.worst) == ("wrong", "error")
    wire = canvas.canvas.wire_items[Wire("n2", "output", "n3", "input")]
    assert wire.look.wrong
    assert wire.look.text
    assert canvas.canvas.node_items["n4"].face.state == "waiting"


def test_the_initializer_and_the_count_stand_on_the_card(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    item = canvas.canvas.node_items["n2"]
    assert item.face.chip.text == "default"
    assert item.face.learns == "64"
    init = Init("kaiming_normal")
    document.attempt(edits.set_init, ["n2"], "weight", init, text="")
    assert item.face.chip.chosen
    assert item.face.chip.picture == "bell"


def test_only_what_changed_is_another_item(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    items = dict(canvas.canvas.node_items)
    faces = {key: item.face for key, item in items.items()}
    document.attempt(edits.rename, "n4", "last", text="")
    assert canvas.canvas.node_items == items
    changed = [key for key in items if items[key].face is not faces[key]]
    assert changed == ["n4"]


def test_another_theme_repaints(
    canvas: CanvasView, session: Session, chain: Design
) -> None:
    before = painted(canvas, "n2")
    session.theme.choose("dark")
    try:
        after = painted(canvas, "n2")
    finally:
        session.theme.choose("light")
    assert session.theme.node.rgb() & 0xFFFFFF in before
    assert before != after


@QUIET
def test_a_menu_leaves_nothing_behind(canvas: CanvasView, chain: Design) -> None:
    from gui.canvas.menus import open_menu

    open_menu(canvas, canvas.canvas.hit(middle(canvas, "n2")), QPointF()).close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not canvas.findChildren(QMenu, "canvasMenu")


def test_what_was_opened_stays_in_view_until_one_looks_elsewhere(
    canvas: CanvasView, chain: Design
) -> None:
    canvas.resize(500, 400)
    assert canvas.seen.contains(canvas.canvas.content)
    canvas.zoom_to(2.0)
    canvas.resize(700, 500)
    assert canvas.zoom == pytest.approx(2.0)


def test_the_first_node_does_not_change_the_zoom(
    canvas: CanvasView, document: Document
) -> None:
    before = canvas.zoom
    drop(canvas, "linear", canvas.middle + QPointF(100, 50))
    assert canvas.zoom == before


def test_labels_do_not_cover_nodes(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    wire = Wire("n1", "output", "n4", "input")
    document.attempt(edits.connect, wire, text="skip")  # round relu1 and linear1
    boxes = [item.body for item in canvas.canvas.node_items.values()]
    for item in canvas.canvas.wire_items.values():
        assert not any(item.label_box.intersects(box) for box in boxes)
    skip = canvas.canvas.wire_items[wire]
    assert skip.bowed
    points = [skip.path.pointAtPercent(share / 50) for share in range(51)]
    between = [canvas.canvas.node_items[key].body for key in ("n2", "n3")]
    assert not any(box.contains(at) for box in between for at in points)


def test_a_node_without_wires_is_unfinished_and_not_wrong(
    canvas: CanvasView, document: Document
) -> None:
    document.commit(edits.add(document.design, "input"), "Add")
    document.commit(edits.add(document.design, "linear", (300, 0)), "Add")
    faces = {item.face.kind: item.face for item in canvas.canvas.node_items.values()}
    assert (faces["linear"].worst, faces["linear"].lacks) == (None, "input")
    assert (faces["input"].worst, faces["input"].lacks) == (None, "output")


def test_the_minimap_comes_when_there_is_more_than_is_in_view(
    canvas: CanvasView, chain: Design
) -> None:
    canvas.fit()
    assert canvas.minimap.isHidden()
    canvas.zoom_to(4.0)
    assert not canvas.minimap.isHidden()


def test_a_wire_goes_round_what_is_put_in_its_way_and_straight_once_it_is_gone(
    canvas: CanvasView, document: Document, chain: Design
) -> None:
    spots = {"n1": (-90_000.0, 0.0), "n2": (90_000.0, 0.0), "n3": (0.0, 5_000.0)}
    spots["n4"] = (400.0, 5_000.0)
    document.attempt(edits.move, spots, text="Far away")
    wire = canvas.canvas.wire_items[Wire("n1", "output", "n2", "input")]
    assert not wire.bowed
    document.attempt(edits.move, {"n4": (7.0, 0.0)}, text="Into the way")
    assert wire.bowed
    document.undo()
    assert not wire.bowed


def test_a_group_is_copied_clear_of_every_other_node(
    canvas: CanvasView, document: Document
) -> None:
    design = Design()
    for number in range(60):
        design = edits.add(design, "linear", (number % 6 * 190.0, number // 6 * 90.0))
    document.replace(design)
    press(canvas, Qt.Key.Key_A, CTRL)
    press(canvas, Qt.Key.Key_D, CTRL)

    boxes = [item.space for item in canvas.canvas.node_items.values()]
    old, new = boxes[:60], boxes[60:]
    assert len(new) == 60
    assert not any(a.intersects(b) for a in old for b in new)


def test_no_wire_is_drawn_over_the_label_of_another(
    canvas: CanvasView, document: Document
) -> None:
    document.replace(load(EXAMPLES / "unet.fanin"))
    canvas.fit()
    items = list(canvas.canvas.wire_items.values())
    crowded = 0
    for one, other in permutations(items, 2):
        reach = other.label_box.adjusted(1, 1, -1, -1)
        if reach.isEmpty() or not any(
            reach.contains(QPointF(*point)) for point in one.points
        ):
            continue
        crowded += 1
        assert other.zValue() > one.zValue(), (one.wire, other.wire)
    assert crowded  # the skip and the way down leave by one port
