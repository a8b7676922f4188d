"""Which use and which repeat of a block stands open, and going from one to another."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.model import Design
from gui.canvas.standing import places
from gui.window import Window
from tests.gui.conftest import children
from tests.gui.test_blocks import chain, used_twice, uses_of

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
FORTH, BACK = Qt.Key.Key_PageDown, Qt.Key.Key_PageUp


def widening() -> Design:
    """x (N×3) → step ×3 → fc, where each pass adds 2 features: 3, 5, 7."""
    design = edits.add(Design(), "input", (0, 0), params={"shape": ("N", 3)})
    design = edits.insert_after(design, "pad", "n1", at=(200, 0))
    design = edits.set_params(design, ["n2"], {"pad": (0, 2)})
    design = edits.insert_after(design, "relu", "n2", at=(400, 0))
    design = edits.insert_after(design, "linear", "n3", at=(600, 0))
    design = edits.make_block(design, ["n2", "n3"], "Widen")
    return edits.set_params(design, [design.newest], {"repeat": 3})


def switch(window: Window) -> QToolButton:
    bar = window.canvas.levels.breadcrumb
    return next(
        b for b in bar.findChildren(QToolButton, "crumbSwitch") if not b.isHidden()
    )


def crumbs(window: Window) -> list[str]:
    bar = window.canvas.levels.breadcrumb
    shown = [b for b in bar.findChildren(QToolButton) if not b.isHidden()]
    return [b.text() for b in sorted(shown, key=lambda b: b.x())]


def shape(window: Window) -> str:
    """What the Input of the open body shows."""
    items = window.canvas.canvas.node_items.values()
    return next(item.face.brief for item in items if item.face.kind == "input")


def choose(window: Window, text: str) -> None:
    """As a person does, who opens the menu, moves to an entry and presses Enter."""
    menu = switch(window).menu()
    menu.popup(window.canvas.mapToGlobal(window.canvas.rect().topLeft()))
    (action,) = [one for one in menu.actions() if one.text() == text]
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.fixture(autouse=True)
def wide(window: Window) -> None:
    """Room for all that the breadcrumb says."""
    window.resize(1500, 900)
    QApplication.processEvents()


@pytest.fixture
def repeated(window: Window) -> Window:
    window.document.replace(widening(), name="net")
    (use,) = uses_of(window.document.design)
    window.canvas.levels.enter(use)
    return window


def test_the_breadcrumb_says_which_use_and_which_repeat(repeated: Window) -> None:
    assert crumbs(repeated) == ["net", "widen1 · Widen", "repeat 1 of 3 ▾"]
    assert shape(repeated) == "N×3"


def test_shapes_inside_are_those_of_the_repeat_that_is_chosen(
    repeated: Window,
) -> None:
    choose(repeated, "Repeat 3 of 3")
    assert crumbs(repeated)[-1] == "repeat 3 of 3 ▾"
    assert shape(repeated) == "N×7"
    assert repeated.focusWidget() is repeated.canvas
    (inner,) = (k for k, n in repeated.document.design.nodes.items() if n.kind == "pad")
    assert repeated.document.path_to(inner).split("/")[1] == "2"


def test_the_keys_go_through_the_repeats_and_what_is_in_sight_stays(
    repeated: Window,
) -> None:
    canvas = repeated.canvas
    canvas.zoom_to(1.3)
    canvas.centerOn(70, 20)
    canvas.setFocus()
    before = canvas.zoom, canvas.middle
    shapes = []
    for _ in range(4):
        shapes.append(shape(repeated))
        QTest.keyClick(canvas, FORTH, ALT)
    assert shapes == ["N×3", "N×5", "N×7", "N×3"]
    QTest.keyClick(canvas, BACK, ALT)
    QTest.keyClick(canvas, BACK, ALT)
    assert shape(repeated) == "N×7"
    assert (canvas.zoom, canvas.middle) == before


def test_an_edit_in_a_later_repeat_leaves_one_there(repeated: Window) -> None:
    choose(repeated, "Repeat 2 of 3")
    (inner,) = (k for k, n in repeated.document.design.nodes.items() if n.kind == "pad")
    document = repeated.document
    document.attempt(edits.set_params, [inner], {"pad": (0, 4)}, text="Widen")
    assert (shape(repeated), document.here.turns) == ("N×7", (1,))
    document.undo()
    assert (shape(repeated), document.here.turns) == ("N×5", (1,))
    use = document.here.place[0]
    document.attempt_whole(edits.set_params, [use], {"repeat": 1}, text="Once")
    assert shape(repeated) == "N×3"
    assert crumbs(repeated) == ["net", "widen1 · Widen"]


def test_one_goes_from_a_use_to_the_others_of_the_same_block(window: Window) -> None:
    window.document.replace(used_twice(), name="net")
    first, second = uses_of(window.document.design)
    window.canvas.levels.enter(first)
    assert crumbs(window) == ["net", "step1 · Step", "use 1 of 2 ▾"]
    choose(window, "step2")
    assert window.document.here.place == (second,)
    assert crumbs(window)[1:] == ["step2 · Step", "use 2 of 2 ▾"]
    QTest.keyClick(window.canvas, FORTH, ALT)
    assert window.document.here.place == (first,)
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.session.selection.one == first


def test_the_keyboard_reaches_the_switch(repeated: Window) -> None:
    canvas = repeated.canvas
    canvas.setFocus()
    repeated.run("next_pane")
    QTest.keyClick(repeated.focusWidget(), Qt.Key.Key_Tab)
    assert repeated.focusWidget() is switch(repeated)
    QTest.keyClick(repeated.focusWidget(), Qt.Key.Key_Escape)
    assert repeated.focusWidget() is canvas


def test_where_a_block_stands_once_there_is_nothing_to_choose(
    window: Window,
) -> None:
    told: list[str] = []
    window.session.tell = told.append
    window.document.replace(edits.make_block(chain(), ["n2", "n3"], "Lone"), name="net")
    (use,) = uses_of(window.document.design)
    window.canvas.levels.enter(use)
    assert crumbs(window) == ["net", "lone1 · Lone"]
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, FORTH, ALT)
    assert "nowhere else" in told[-1]


def test_a_block_within_blocks_stands_where_those_stand() -> None:
    design = edits.make_block(used_twice(), ["n4"], "Last")
    step = next(k for k, b in design.blocks.items() if b.name == "Step")
    inner = uses_of(design)
    around = edits.make_block(design, inner[:2], "Both")
    both = around.newest
    again = edits.add(around, "block", (0, 300), block=around.nodes[both].block.id)
    assert len(places(around, step)) == 2
    assert len(places(again, step)) == 4
    assert {way[0] for way in places(again, step)} == {both, again.newest}


def test_a_row_of_the_summary_leads_into_its_repeat(repeated: Window) -> None:
    (use,) = repeated.document.here.place
    (inner,) = (k for k, n in repeated.document.design.nodes.items() if n.kind == "pad")
    repeated.canvas.levels.leave()
    repeated.run("see_summary")
    children(repeated, "summaryTable").chosen.emit([f"{use}/1/{inner}"])
    assert (repeated.document.here.place, repeated.document.here.turns) == (
        (use,),
        (1,),
    )
    assert shape(repeated) == "N×5"


def test_a_problem_at_the_border_of_a_block_has_a_badge_inside_it(
    window: Window,
) -> None:
    """A convolution in a block has a bias that the norm outside takes away."""
    design = edits.add(Design(), "input", params={"shape": ("N", 3, 8, 8)})
    design = edits.insert_after(design, "conv2d", "n1", at=(200, 0))
    design = edits.insert_after(design, "batch_norm2d", "n2", at=(400, 0))
    design = edits.make_block(design, ["n2"], "Conv")
    window.document.replace(design)
    use = design.newest
    (problem,) = (
        p for p in window.document.checked.problems if p.node.startswith(f"{use}/")
    )
    window.canvas.levels.enter(use)
    inner = problem.node.rpartition("/")[2]
    assert window.canvas.canvas.node_items[inner].face.worst is problem.severity
    (shown,) = window.document.checked.of(inner)
    assert not str(shown.message).startswith("In ")
    assert shown.fix is not None
    window.document.attempt(shown.fix.edit, text="Mend")
    assert window.document.design.nodes[inner].args["bias"] is False
    assert window.canvas.canvas.node_items[inner].face.worst is None


def test_the_weights_are_those_of_the_use_that_stands_open(
    window: Window, qtbot: QtBot
) -> None:
    window.document.replace(used_twice(), name="net")
    first, second = uses_of(window.document.design)
    document = window.document
    document.attempt(edits.set_params, ["n1"], {"shape": ("N", 6)}, text="Six")
    window.canvas.levels.enter(first)
    inner = document.design.named("linear1")
    assert inner is not None
    window.session.selection.set([inner.id])
    window.run("see_weights")
    box = children(window, "weightTensor")
    assert isinstance(box, QComboBox)
    qtbot.waitUntil(lambda: "3×6" in box.currentText())
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, FORTH, ALT)
    assert document.here.place == (second,)
    qtbot.waitUntil(lambda: "3×3" in box.currentText())
