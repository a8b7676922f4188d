"""Blocks on the canvas: drawn, opened, edited in place, grouped and ungrouped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.file import encode
from engine.design.library import packed
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.session import Session
from gui.window import Window
from tests.gui.conftest import children

LEFT = Qt.MouseButton.LeftButton


def chain(width: int = 8) -> Design:
    """x (N×3) → fc → act → out, with ids n1 to n4."""
    design = edits.add(Design(), "input", (0, 0), params={"shape": ("N", 3)})
    design = edits.insert_after(design, "linear", "n1", at=(200, 0))
    design = edits.set_params(design, ["n2"], {"out_features": width})
    design = edits.insert_after(design, "relu", "n2", at=(400, 0))
    return edits.insert_after(design, "linear", "n3", at=(600, 0))


def used_twice() -> Design:
    """A block of a Linear and its ReLU, used twice: x → use → use → linear."""
    design = edits.make_block(chain(3), ["n2", "n3"], "Step")
    first = design.newest
    block = next(iter(design.blocks))
    design = edits.add(design, "block", (400, 120), block=block)
    second = design.newest
    design = edits.connect(design, Wire(first, "output", second, "x"))
    return edits.connect(design, Wire(second, "output", "n4", "input"))


def uses_of(design: Design) -> list[str]:
    return [key for key, node in design.nodes.items() if node.block]


@pytest.fixture
def view(qtbot: QtBot, session: Session, document: Document) -> CanvasView:
    document.replace(used_twice())
    made = CanvasView(session)
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    made.setFocus()
    return made


def at(view: CanvasView, key: str) -> QPoint:
    return view.mapFromScene(view.canvas.node_items[key].body.center())


def test_a_double_click_opens_a_block_in_place_and_esc_goes_back(
    qtbot: QtBot, view: CanvasView, document: Document
) -> None:
    first = uses_of(document.design)[0]
    qtbot.mouseDClick(view.viewport(), LEFT, pos=at(view, first))
    assert {node.kind for node in document.design.nodes.values()} == {
        "input",
        "linear",
        "relu",
        "output",
    }
    assert set(view.canvas.node_items) == set(document.design.nodes)
    crumb = view.levels.breadcrumb
    assert crumb.isVisible()
    shown = [b.text() for b in crumb.findChildren(QToolButton) if not b.isHidden()]
    assert sorted(shown) == ["step1 · Step", "untitled", "use 1 of 2 ▾"]
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert document.design is document.whole
    assert not crumb.isVisible()
    assert view.session.selection.one == first
    assert set(view.canvas.node_items) == set(document.whole.nodes)


def test_what_is_edited_inside_changes_every_use_and_undo_goes_there(
    qtbot: QtBot, view: CanvasView, document: Document
) -> None:
    first, second = uses_of(document.design)
    view.session.selection.set([first])
    qtbot.keyClick(view, Qt.Key.Key_Return)
    inner = document.design.named("linear1")
    assert inner is not None
    document.attempt(edits.set_params, [inner.id], {"out_features": 5}, text="Widen")
    qtbot.keyClick(view, Qt.Key.Key_Escape)  # deselects nothing: goes back
    shapes = [document.checked.tensor(key, "output") for key in (first, second)]
    assert [str(t.shape[-1]) for t in shapes if t] == ["5", "5"]
    document.undo()
    assert document.here.place == (first,)
    assert document.whole_checked.tensor(second, "output").shape[-1] == 3
    document.redo()
    assert document.whole_checked.tensor(second, "output").shape[-1] == 5


def test_the_shapes_inside_are_those_of_the_use_it_was_opened_by(
    view: CanvasView, document: Document
) -> None:
    first, second = uses_of(document.design)
    view.levels.enter(first)
    inner = document.design.named("linear1")
    document.attempt(edits.set_params, [inner.id], {"out_features": 5}, text="Widen")
    assert document.checked.known(inner.id).args["in_features"] == 3
    view.levels.leave()
    view.levels.enter(second)
    assert document.checked.known(inner.id).args["in_features"] == 5
    item = next(i for i in view.canvas.node_items.values() if i.face.kind == "input")
    assert item.face.brief == "N×5"


def test_a_use_is_drawn_as_a_card_with_its_count_and_repeats(
    view: CanvasView, document: Document
) -> None:
    first = uses_of(document.design)[0]
    face = view.canvas.node_items[first].face
    assert (face.title, face.brief, face.times) == ("Step", "2 nodes inside", "")
    assert face.learns == "12"
    document.attempt(edits.set_params, [first], {"repeat": 4}, text="Repeat")
    face = view.canvas.node_items[first].face
    assert (face.times, face.learns) == ("×4", "48")


def test_a_fault_inside_shows_on_the_use_and_a_click_on_it_opens_the_block(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    first, second = uses_of(document.design)
    window.canvas.levels.enter(first)
    document.attempt(edits.add, "linear", text="Add")  # wired to nothing
    loose = document.design.newest
    window.canvas.levels.leave()
    items = window.canvas.canvas.node_items
    assert items[first].face.worst is not None
    window.run("see_problems")
    found = children(window, "problemList")
    assert isinstance(found, QListWidget)
    qtbot.waitUntil(lambda: found.count() > 0)
    where = found.visualItemRect(found.item(0)).center()
    qtbot.mouseClick(found.viewport(), LEFT, pos=where)
    assert document.here.place == (first,)
    assert window.session.selection.one == loose
    assert second in document.whole.nodes


def test_ctrl_g_asks_for_a_name_and_makes_a_block(
    qtbot: QtBot, view: CanvasView, document: Document
) -> None:
    document.replace(chain())
    view.session.selection.set(["n2", "n3"])
    qtbot.keyClick(view, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    field = children(view, "blockName")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Block"
    qtbot.keyClicks(field, "Layer")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [block.name for block in document.design.blocks.values()] == ["Layer"]
    (use,) = uses_of(document.design)
    assert view.session.selection.one == use
    assert document.history.undoText() == "Make the block Layer"
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(view, Qt.Key.Key_G, shift)
    assert not document.design.blocks
    kinds = [document.design.nodes[key].kind for key in view.session.selection.ids]
    assert sorted(kinds) == ["linear", "relu"]


def test_a_name_that_cannot_be_leaves_the_field_open(
    qtbot: QtBot, view: CanvasView, document: Document, told: list[str]
) -> None:
    view.session.selection.set(["n4"])
    qtbot.keyClick(view, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    field = children(view, "blockName")
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "Step")  # there is one
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    assert "Step" in told[-1]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert len(document.design.blocks) == 1


def test_what_cannot_be_a_block_is_refused_before_a_name_is_asked(
    qtbot: QtBot, view: CanvasView, told: list[str]
) -> None:
    view.session.selection.set(["n1"])
    qtbot.keyClick(view, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert view.findChild(QLineEdit, "blockName") is None
    assert "Inputs stay outside" in told[-1]


def test_a_detached_use_goes_its_own_way(
    view: CanvasView, document: Document, told: list[str]
) -> None:
    first, second = uses_of(document.design)
    view.session.selection.set([second])
    view.grouping.detach()
    assert {block.name for block in document.design.blocks.values()} == {
        "Step",
        "Step1",
    }
    assert "Step1" in told[-1]
    view.levels.enter(second)
    inner = next(n for n in document.design.nodes.values() if n.kind == "linear")
    document.attempt(edits.set_params, [inner.id], {"out_features": 7}, text="Widen")
    assert document.whole_checked.tensor(first, "output").shape[-1] == 3
    assert document.whole_checked.tensor(second, "output").shape[-1] == 7


def test_a_number_inside_is_exposed_and_set_by_each_use(
    qtbot: QtBot, window: Window
) -> None:
    document, selection = window.document, window.session.selection
    document.replace(used_twice())
    first, second = uses_of(document.design)
    window.canvas.levels.enter(first)
    inner = document.design.named("linear1")
    selection.set([inner.id])
    button = children(window, "expose:out_features")
    assert isinstance(button, QToolButton)
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)
    assert document.design.nodes[inner.id].params == {"out_features": "=out_features"}
    QApplication.processEvents()  # a panel follows when the edit is done
    assert children(window, "computed:out_features").text() == "= 3"
    window.canvas.levels.leave()
    selection.set([second])
    QApplication.processEvents()
    field = children(window, "edit:out_features")
    assert isinstance(field, QLineEdit)
    assert field.text() == "3"
    field.selectAll()
    qtbot.keyClicks(field, "9")
    assert document.checked.tensor(second, "output").shape[-1] == 9
    assert document.checked.tensor(first, "output").shape[-1] == 3


def test_a_formula_is_typed_into_a_field_and_its_value_shown(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    first, second = uses_of(document.design)
    window.canvas.levels.enter(first)
    inner = document.design.named("linear1")
    block = document.design.scope.block
    after = edits.expose(document.whole, block, inner.id, "out_features", "width")
    document.commit_whole(after, "Expose")
    window.session.selection.set([inner.id])
    QApplication.processEvents()
    field = children(window, "edit:out_features")
    assert isinstance(field, QLineEdit)
    assert field.text() == "=width"
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, " * 4")
    assert document.design.nodes[inner.id].params == {"out_features": "=width * 4"}
    QApplication.processEvents()
    assert children(window, "computed:out_features").text() == "= 12"
    assert document.whole_checked.tensor(second, "output").shape[-1] == 12
    qtbot.keyClicks(field, " * height")
    assert "height" in children(window, "error:out_features").text()


def test_the_open_block_is_renamed_in_the_inspector(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    window.session.selection.set([])
    window.canvas.levels.enter(uses_of(document.design)[0])
    QApplication.processEvents()
    field = children(window, "blockNameEdit")
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "Layer")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [block.name for block in document.whole.blocks.values()] == ["Layer"]
    crumbs = window.canvas.levels.breadcrumb.findChildren(QToolButton)
    assert "step1 · Layer" in [b.accessibleName() for b in crumbs if b.isVisible()]


def test_a_double_click_in_the_palette_adds_a_use_after_the_selected_node(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    window.session.selection.set(["n4"])
    shown = children(window, "blockList")
    assert isinstance(shown, QListWidget)
    assert [shown.item(n).text() for n in range(shown.count())] == ["Step"]
    where = shown.visualItemRect(shown.item(0)).center()
    qtbot.mouseClick(shown.viewport(), LEFT, pos=where)
    qtbot.mouseDClick(shown.viewport(), LEFT, pos=where)
    fresh = uses_of(document.design)[2]
    assert Wire("n4", "output", fresh, "x") in document.design.wires
    assert window.session.selection.one == fresh
    assert "used 3 times" in shown.item(0).toolTip()
    assert len(document.whole.blocks) == 1


def test_a_block_dragged_onto_a_wire_is_spliced_in(
    view: CanvasView, document: Document
) -> None:
    first, second = uses_of(document.design)
    document.attempt(edits.move, {second: (600, 0), "n4": (900, 0)}, text="Move")
    view.fit()
    wire = view.canvas.wire_items[Wire(first, "output", second, "x")]
    spot = QPointF(view.mapFromScene(wire.sceneBoundingRect().center()))
    data = QMimeData()
    (block,) = document.whole.blocks
    text = encode(packed(document.whole, block))
    data.setData("application/x-fanin-block", text.encode())
    kinds = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    view.dragEnterEvent(QDragEnterEvent(spot.toPoint(), *kinds))
    view.dropEvent(QDropEvent(spot, *kinds))
    fresh = uses_of(document.design)[2]
    sources = [w.source for w in document.design.wires if w.target == fresh]
    targets = [w.target for w in document.design.wires if w.source == fresh]
    assert (sources, targets) == ([first], [second])


def test_a_block_cannot_be_put_within_itself(
    window: Window,
) -> None:
    document = window.document
    document.replace(used_twice())
    window.canvas.levels.enter(uses_of(document.design)[0])
    before = document.whole
    told: list[str] = []
    document.refused.connect(told.append)
    window.session.place(document.design.scope.block)
    assert document.whole is before
    assert "within itself" in told[-1]


def test_only_a_block_without_uses_is_removed(qtbot: QtBot, window: Window) -> None:
    document = window.document
    document.replace(used_twice())
    shown = children(window, "blockList")
    assert isinstance(shown, QListWidget)
    shown.setCurrentRow(0)
    told: list[str] = []
    document.refused.connect(told.append)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert "in use" in told[-1]
    assert document.whole.blocks
    document.attempt(edits.remove, uses_of(document.design), text="Remove")
    shown.setCurrentRow(0)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert not document.whole.blocks
    assert not shown.isVisible()


def test_the_summary_leads_into_blocks(
    window: Window,
) -> None:
    shown = window.document
    shown.replace(used_twice())
    first, second = uses_of(shown.design)
    window.canvas.levels.enter(first)
    inner = shown.design.named("linear1")
    window.canvas.levels.leave()
    window.run("see_summary")
    table = children(window, "summaryTable")
    table.chosen.emit([f"{second}/{inner.id}"])
    assert shown.here.place == (second,)
    assert window.session.selection.one == inner.id


def test_find_opens_the_block_in_which_a_node_stands(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = window.canvas.finding
    assert bar is not None
    qtbot.keyClicks(bar.field, "relu")
    assert (bar.count.text(), document.here.place) == ("1 found", ())
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert document.here.place == (uses_of(document.whole)[0],)
    one = document.design.nodes[window.session.selection.one or ""]
    assert (one.kind, bar.count.text()) == ("relu", "1 of 1")
    assert window.canvas.canvas.node_items[one.id].mood.found
    assert window.focusWidget() is bar.field
    bar.field.clear()
    qtbot.keyClicks(bar.field, "linear")  # one here, one outside
    assert bar.count.text() == "1 of 2"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert document.here.place == ()
    assert window.session.selection.one == "n4"


def test_heat_shows_a_block_by_its_sum_and_goes_on_inside(window: Window) -> None:
    document, canvas = window.document, window.canvas
    document.replace(used_twice())
    window.run("heat_parameters")
    first = uses_of(document.design)[0]
    most = max(cost.parameters for cost in document.checked.costs.nodes.values())
    heat = canvas.canvas.node_items[first].mood.heat
    assert heat == pytest.approx(12 / most)
    canvas.levels.enter(first)
    items = canvas.canvas.node_items
    inner = document.design.named("linear1")
    assert inner is not None
    assert items[inner.id].mood.heat == 1.0
    assert canvas.heat.legend.text == "100% of the parameters of this block"
    canvas.levels.leave()
    assert canvas.heat.legend.text.endswith("of the parameters")
    assert canvas.canvas.node_items[first].mood.heat == pytest.approx(heat)


def test_a_number_of_a_block_gets_its_name_limit_and_words_in_the_form(
    qtbot: QtBot, window: Window
) -> None:
    document = window.document
    document.replace(used_twice())
    first = uses_of(document.design)[0]
    window.canvas.levels.enter(first)
    window.session.selection.set(())
    qtbot.waitUntil(lambda: bool(window.findChildren(QToolButton, "addBlockParam")))
    children(window, "addBlockParam").click()
    qtbot.waitUntil(lambda: bool(window.findChildren(QToolButton, "more:size")))
    children(window, "more:size").click()
    for part, text in (("whatitis", "How wide."), ("atleast", "1"), ("name", "width")):
        field = children(window, f"{part}:size")
        assert isinstance(field, QLineEdit)
        assert field.isVisible()
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    (block,) = document.whole.blocks.values()
    (param,) = block.params
    assert (param.name, param.default, param.low, param.doc) == (
        "width",
        1,
        1,
        "How wide.",
    )


def test_a_card_says_only_what_differs_from_the_block(
    view: CanvasView, document: Document
) -> None:
    first, second = uses_of(document.design)
    (key,) = document.whole.blocks
    inner = document.whole.blocks[key].graph.nodes
    linear = next(k for k, node in inner.items() if node.kind == "linear")
    grown = edits.expose(document.whole, key, linear, "out_features", "width")
    document.commit_whole(grown, "Expose")
    document.attempt(edits.set_params, [second], {"width": 7}, text="Widen")
    faces = view.canvas.stage.faces
    assert faces[first].brief == "2 nodes inside"
    assert faces[second].brief == "width 7"
