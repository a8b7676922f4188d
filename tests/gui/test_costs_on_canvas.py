"""Heat, frozen layers and the search on the canvas, with a keyboard and a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.check import check
from engine.design import edits
from engine.design.model import Design
from gui.canvas.find import FindBar
from gui.canvas.view import CanvasView
from gui.panels.inspector_runs import RunFields
from gui.window import Window
from tests.strategies import tutorial

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def tuned(open_window: Callable[..., Window]) -> Window:
    """A window on the tutorial, with all of it in view."""
    window = open_window(tutorial())
    window.canvas.setFocus()
    window.canvas.fit()
    return window


def ground(canvas: CanvasView, key: str) -> QColor:
    """The colour of a node's ground, beside its text."""
    image: QImage = canvas.viewport().grab().toImage()
    box = canvas.canvas.node_items[key].body
    at = canvas.mapFromScene(box.topLeft()) + QPoint(0, 0)
    low = canvas.mapFromScene(box.bottomLeft())
    return image.pixelColor(at.x() + 7, (at.y() + low.y()) // 2 + 12)


def names(window: Window) -> list[str]:
    nodes = window.document.design.nodes
    return [nodes[key].name for key in sorted(window.session.selection.ids)]


# Heat


def test_heat_is_off_until_somebody_asks(tuned):
    assert tuned.actions_by_id["heat_none"].isChecked()
    assert not tuned.canvas.heat.legend.isVisible()
    assert all(item.mood.heat is None for item in _items(tuned))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_dearest_node_is_the_warmest_and_none_of_it_stays(tuned, look):
    tuned.theme.choose(look)
    cold = ground(tuned.canvas, "n2")
    tuned.run("heat_parameters")
    assert tuned.canvas.canvas.node_items["n2"].mood.heat == 1.0
    assert tuned.canvas.canvas.node_items["n1"].mood.heat == 0.0
    assert ground(tuned.canvas, "n2") != cold
    legend = tuned.canvas.heat.legend
    assert legend.isVisible()
    assert legend.text == "46% of the parameters"  # 12 of 26
    assert legend.accessibleName().endswith("46% of the parameters")
    tuned.run("heat_none")
    assert ground(tuned.canvas, "n2") == cold
    assert not legend.isVisible()
    tuned.theme.choose("light")


def _items(window: Window):
    return window.canvas.canvas.node_items.values()


@pytest.mark.parametrize("measure", ["parameters", "mult_adds", "memory"])
def test_heat_is_each_nodes_part_of_the_greatest(tuned, measure):
    tuned.run(f"heat_{measure}")
    shares = tuned.document.checked.costs.shares(measure)
    most = max(shares.values())
    for item in _items(tuned):
        assert item.mood.heat == pytest.approx(shares[item.id] / most)


def test_heat_follows_an_edit_and_a_new_node(tuned):
    tuned.run("heat_parameters")
    tuned.document.attempt(
        edits.set_params, ["n6"], {"out_features": 500}, text="wider"
    )
    items = tuned.canvas.canvas.node_items
    assert items["n6"].mood.heat == 1.0 > items["n2"].mood.heat
    tuned.canvas.place("relu")
    assert items[tuned.document.design.newest].mood.heat == 0.0


def test_text_stays_readable_on_the_hottest_ground(tuned):
    for look in ("light", "dark"):
        tuned.theme.choose(look)
        inks = tuned.canvas.canvas.inks
        for ink in (inks.text, inks.muted):
            least = 4.5 if ink is inks.text else 3.0
            assert _contrast(ink, inks.heated(1.0)) > least, look
    tuned.theme.choose("light")


def _contrast(one: QColor, other: QColor) -> float:
    """WCAG's ratio of two colours."""
    high, low = sorted(map(_luminance, (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [p / 12.92 if p < 0.04 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Freezing


def test_ctrl_shift_f_freezes_what_is_selected_and_once_more_frees_it(tuned):
    tuned.session.selection.set(["n2", "n3", "n4"])
    QTest.keyClick(tuned.canvas, Key.Key_F, CTRL | SHIFT)
    design = tuned.document.design
    assert [key for key in design.nodes if design.nodes[key].frozen] == ["n2", "n4"]
    assert "20 frozen" in tuned.status.totals.text()
    assert tuned.canvas.canvas.node_items["n2"].face.frozen
    QTest.keyClick(tuned.canvas, Key.Key_F, CTRL | SHIFT)
    assert tuned.document.checked.trainable == 26
    assert tuned.document.history.undoText() == "Unfreeze 2 nodes"
    tuned.document.undo()
    tuned.document.undo()
    assert tuned.document.design.nodes == tutorial().nodes


def test_the_menu_of_a_node_offers_to_freeze_what_learns(tuned):
    def offered(key: str) -> list[str]:
        tuned.canvas.select_only(key)
        at = tuned.canvas.mapFromScene(tuned.canvas.canvas.node_items[key].pos())
        tuned.canvas.customContextMenuRequested.emit(at)
        from gui.canvas import menus
        from gui.canvas.scene import Hit

        item = tuned.canvas.canvas.node_items[key]
        menu = menus.open_menu(tuned.canvas, Hit(item), item.pos())
        texts = [action.text() for action in menu.actions()]
        if "Freeze" in texts:
            menu.setActiveAction(menu.actions()[texts.index("Freeze")])
            QTest.keyClick(menu, Key.Key_Return)
        else:
            menu.close()
        return texts

    assert "Freeze" in offered("n2")
    assert tuned.document.design.nodes["n2"].frozen
    assert "Let it learn again" in offered("n2")
    assert not {"Freeze", "Let it learn again"} & set(offered("n3"))


def test_a_snowflake_lies_on_what_is_frozen(tuned):
    tuned.canvas.zoom_to(1.0)
    tuned.canvas.reveal(["n2"])
    corner = tuned.canvas.canvas.node_items["n2"].body.topLeft()
    at = tuned.canvas.mapFromScene(corner) - QPoint(1, 1)

    def shown() -> QImage:
        return tuned.canvas.viewport().grab().toImage().copy(at.x(), at.y(), 10, 10)

    before = shown()
    tuned.document.attempt(edits.set_frozen, ["n2"], True, text="freeze")
    assert shown() != before


def test_freezing_without_weights_is_told(tuned):
    tuned.session.selection.set(["n3"])
    tuned.canvas.freeze()
    assert "weights" in tuned.status.currentMessage()
    assert tuned.document.design == tutorial()


def test_the_inspectors_box_freezes_all_that_are_selected(tuned, qtbot):
    tuned.session.selection.set(["n2", "n4"])
    inspector = tuned.docks.inspector
    (box,) = [
        box
        for box in inspector.findChildren(object)
        if getattr(box, "objectName", str)() == "edit:frozen"
    ]
    qtbot.waitUntil(box.isVisible)
    box.setFocus()
    QTest.keyClick(box, Key.Key_Space)
    assert tuned.document.checked.trainable == 6
    tuned.session.selection.set(["n3"])
    assert not [
        field
        for field in inspector.findChildren(object)
        if getattr(field, "objectName", str)() == "field:frozen" and field.isVisible()
    ]


# The design's own settings


def test_settings_of_the_run_are_chosen_on_the_designs_page(tuned, qtbot):
    tuned.session.selection.set(())
    page = tuned.docks.inspector.findChild(RunFields)
    for name, keys in (("dtype", 1), ("mode", 1), ("device", 1)):
        edit = page.fields[name].edit
        edit.setFocus()
        for _ in range(keys):
            QTest.keyClick(edit, Key.Key_Down)
    settings = tuned.document.design.settings
    assert (settings.dtype, settings.mode, settings.device) == (
        "float64",
        "eval",
        "cuda",
    )
    assert tuned.status.settings.text().endswith("float64 · eval · cuda")
    assert tuned.document.checked.tensor("n1", "output").dtype == "float64"
    tuned.document.undo()
    tuned.document.undo()
    tuned.document.undo()
    assert tuned.document.design.settings == tutorial().settings
    qtbot.waitUntil(lambda: page.fields["dtype"].values == ("float32",))


def test_a_device_that_is_not_here_is_told(tuned, qtbot):
    import torch

    tuned.session.selection.set(())
    tuned.document.attempt(edits.set_device, "cuda", text="cuda")
    page = tuned.docks.inspector.findChild(RunFields)
    qtbot.waitUntil(lambda: page._devices is not None, timeout=60_000)
    assert page.note.isVisible() != torch.cuda.is_available()


def test_the_usual_dtype_is_not_said_on_every_wire(tuned):
    tuned.document.attempt(edits.set_dtype, "float64", text="double")
    wires = tuned.canvas.canvas.wire_items.values()
    assert all("float64" not in wire.look.text for wire in wires)
    tuned.document.attempt(edits.set_params, ["n1"], {"dtype": "bfloat16"}, text="b")
    assert any("bfloat16" in wire.look.text for wire in wires)


# Finding


@pytest.fixture
def sought(tuned) -> FindBar:
    QTest.keyClick(tuned.canvas, Key.Key_F, CTRL)
    bar = tuned.canvas.finding
    assert bar is not None
    assert bar.isVisible()
    assert tuned.focusWidget() is bar.field
    return bar


def test_typing_marks_all_and_enter_goes_round(tuned, sought):
    QTest.keyClicks(sought.field, "linear")
    marked = [item.id for item in _items(tuned) if item.mood.found]
    assert marked == ["n2", "n4", "n6"]
    assert names(tuned) == ["hidden1"]
    assert sought.count.text() == "1 of 3"
    QTest.keyClick(sought.field, Key.Key_Return)
    assert names(tuned) == ["hidden2"]
    QTest.keyClick(sought.field, Key.Key_Return)
    QTest.keyClick(sought.field, Key.Key_Return)
    assert names(tuned) == ["hidden1"]
    QTest.keyClick(sought.field, Key.Key_Return, SHIFT)
    assert names(tuned) == ["out"]
    assert sought.count.text() == "3 of 3"


def test_esc_closes_and_gives_the_keyboard_back(tuned, sought):
    QTest.keyClicks(sought.field, "xavier")
    QTest.keyClick(sought.field, Key.Key_Escape)
    assert not sought.isVisible()
    assert tuned.focusWidget() is tuned.canvas
    assert names(tuned) == ["hidden1"]
    assert not any(item.mood.found for item in _items(tuned))
    QTest.keyClick(tuned.canvas, Key.Key_F, CTRL)
    assert sought.field.selectedText() == "xavier"


def test_what_is_out_of_view_is_brought_into_it(tuned, sought):
    tuned.document.attempt(edits.move, {"n7": (90_000.0, 0.0)}, text="away")
    tuned.canvas.zoom_to(1.0)
    QTest.keyClicks(sought.field, "softmax")
    box = tuned.canvas.canvas.node_items["n7"].body
    assert tuned.canvas.seen.contains(box)


def test_nothing_found_says_so(tuned, sought):
    QTest.keyClicks(sought.field, "transformer")
    assert sought.count.text() == "nothing found"
    assert not sought.forth.isEnabled()
    QTest.keyClick(sought.field, Key.Key_Return)
    assert sought.isVisible()


def test_an_edit_while_the_bar_is_open_is_found_too(tuned, sought):
    QTest.keyClicks(sought.field, "linear")
    tuned.document.attempt(edits.remove, ["n6"], text="delete")
    assert sought.count.text() == "1 of 2"
    tuned.document.undo()
    assert sought.count.text() == "1 of 3"
    assert tuned.canvas.canvas.node_items["n6"].mood.found


def test_buttons_do_the_same_by_mouse_and_all_have_names(tuned, sought):
    QTest.keyClicks(sought.field, "hidden")
    QTest.mouseClick(sought.forth, Qt.MouseButton.LeftButton)
    assert names(tuned) == ["hidden2"]
    QTest.mouseClick(sought.back, Qt.MouseButton.LeftButton)
    assert names(tuned) == ["hidden1"]
    parts = (sought, sought.field, sought.forth, sought.back, sought.shut)
    assert all(part.accessibleName() for part in parts)
    QTest.mouseClick(sought.shut, Qt.MouseButton.LeftButton)
    assert not sought.isVisible()


def test_an_empty_design_has_nothing_to_find(open_window):
    window = open_window(Design())
    QTest.keyClick(window.canvas, Key.Key_F, CTRL)
    QTest.keyClicks(window.canvas.finding.field, "linear")
    assert window.canvas.finding.count.text() == "nothing found"
    assert check(window.document.design).costs.nodes == {}
    assert not isinstance(QApplication.activePopupWidget(), QMenu)
