"""Stories of finding: on the canvas, in the palette, among commands, in the design."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.design import edits, file
from engine.design.model import Design, Wire
from gui.acts import acts
from gui.canvas.view import CanvasView
from gui.commands import CommandPalette
from gui.document import Document
from gui.habits import Habits
from gui.panels.found_row import HEADING, LETTERS, QUIET, SIDE, VIA
from gui.panels.search import Index, Words, rank
from gui.session import Session
from tests.gui.test_canvas import drag, port

ROWS = [*OPERATORS.values(), *INITIALIZERS.values()]
KEY = Qt.Key


@pytest.fixture
def canvas(session: Session, qtbot: object) -> Iterator[CanvasView]:
    view = CanvasView(session)
    view.resize(1000, 700)
    view.show()
    view.setFocus()
    session.place = view.place
    QApplication.processEvents()
    yield view
    view.minimap._later.stop()
    view.close()
    view.deleteLater()


@pytest.fixture
def chain(document: Document) -> Design:
    """x (N, 3, 32, 32) -> conv2d1: n1 and n2."""
    design = edits.add(
        Design(), "input", (0.0, 0.0), params={"shape": ("N", 3, 32, 32)}
    )
    design = edits.add(design, "conv2d", (190.0, 0.0))
    design = edits.connect(design, Wire("n1", "output", "n2", "input"))
    document.replace(design)
    return design


def ask(canvas: CanvasView, text: str) -> list[str]:
    """Tab, then type: the titles that come, in their order."""
    if not canvas.finder.isVisible():
        QTest.keyClick(canvas, KEY.Key_Tab)
    QTest.keyClicks(canvas.finder.field, text)
    return titles(canvas)


def titles(canvas: CanvasView) -> list[str]:
    rows = canvas.finder.rows
    return [rows.item(n).text() for n in range(rows.count())]


def enter(canvas: CanvasView) -> None:
    QTest.keyClick(canvas.finder.field, KEY.Key_Return)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("fc", "Linear"),
        ("bn", "BatchNorm2d"),
        ("concat", "Concatenate"),
        ("skip", "Add"),
        ("conv", "Conv2d"),
        ("max pool", "MaxPool2d"),
        ("mp", "MaxPool2d"),
        ("mha", "MultiheadAttention"),
        ("lienar", "Linear"),
        ("drpout", "Dropout"),
        ("sofmax", "Softmax"),
        ("con2d", "Conv2d"),
        ("cnv", "Conv2d"),
    ],
)
def test_what_people_type_comes_first_and_enter_adds_it(canvas, document, typed, title):
    assert ask(canvas, typed)[0] == title
    enter(canvas)
    assert [node.title for node in document.design.nodes.values()] == [title]
    assert canvas.hasFocus()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_every_row_is_found_by_its_title_and_by_each_of_its_other_names(row):
    index = Index(ROWS)
    assert index.rank(row.title)[0].title == row.title
    for alias in row.aliases:
        assert row in index.rank(alias)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_one_slip_in_a_title_is_forgiven(row):
    index, title = Index(ROWS), row.title.lower().replace(" ", "")
    if len(title) < 6 or " " in row.title:
        return
    swapped = title[:2] + title[3] + title[2] + title[4:]
    for slip in (title[:3] + title[4:], title[:3] + "q" + title[4:], swapped):
        assert row in index.rank(slip)[:12], slip


def test_the_letters_that_were_meant_are_bold_and_another_name_is_said(canvas):
    ask(canvas, "conv")
    first = canvas.finder.rows.item(0)
    assert first.data(LETTERS) == frozenset(range(4))
    QTest.keyClick(canvas.finder.field, KEY.Key_Escape)
    ask(canvas, "skip")
    assert canvas.finder.rows.item(0).data(VIA) == "skip"
    QTest.keyClick(canvas.finder.field, KEY.Key_Escape)
    ask(canvas, "mp")
    marked = canvas.finder.rows.item(0).data(LETTERS)
    assert "".join("MaxPool2d"[at] for at in sorted(marked)) == "MP"


def test_with_a_node_selected_it_adds_after_it_and_says_so(canvas, document, chain):
    canvas.select_only("n2")
    ask(canvas, "relu")
    assert "after conv2d1" in canvas.finder.field.placeholderText()
    assert "after conv2d1" in canvas.finder.field.accessibleName()
    enter(canvas)
    key = document.design.newest
    assert Wire("n2", "output", key, "input") in document.design.wires
    assert canvas.session.selection.one == key


def test_what_would_not_fit_stands_behind_greyed_with_the_reason(canvas, chain):
    canvas.select_only("n2")
    found = ask(canvas, "conv")
    quiet = [bool(canvas.finder.rows.item(n).data(QUIET)) for n in range(len(found))]
    assert not quiet[found.index("Conv2d")]
    at = found.index("Conv1d")
    assert quiet[at]
    assert quiet.index(True) > found.index("Conv2d")
    while canvas.finder.rows.currentRow() != at:
        QTest.keyClick(canvas.finder.field, KEY.Key_Down)
    assert "Conv1d works on" in canvas.finder.note.text()
    assert "Conv1d works on" in canvas.finder.field.accessibleDescription()


def test_from_a_wire_only_what_fits_is_offered(canvas, chain):
    start = port(canvas, "n2", "output", entering=False)
    drag(canvas, start, start + QPointF(120, 90))
    assert canvas.finder.isVisible()
    found = titles(canvas)
    assert "Conv2d" in found
    assert not {"Conv1d", "Embedding", "Input"} & set(found)
    rows = canvas.finder.rows
    assert not any(rows.item(n).data(QUIET) for n in range(rows.count()))


def test_numbers_after_the_name_are_its_parameters(canvas, document, chain):
    canvas.select_only("n2")
    ask(canvas, "conv2d 6 5x5 stride=2 bias=false")
    assert "out_channels = 6, kernel_size = 5" in canvas.finder.note.text()
    enter(canvas)
    node = document.design.nodes[document.design.newest]
    args = {name: node.args[name] for name in ("out_channels", "kernel_size", "stride")}
    assert args == {"out_channels": 6, "kernel_size": 5, "stride": 2}
    assert node.args["bias"] is False
    document.undo()
    assert document.design.nodes.keys() == chain.nodes.keys()


def test_a_value_that_does_not_fit_is_said_before_and_after(canvas, document, told):
    ask(canvas, "dropout 7")
    said = canvas.finder.note.text()
    assert said.startswith("p is ")
    enter(canvas)
    assert [node.kind for node in document.design.nodes.values()] == ["dropout"]
    assert told == [said]


def test_initializers_are_found_for_selected_layers_and_set(canvas, document, chain):
    session = canvas.session
    session.initialize = lambda kind: document.attempt(
        edits.set_init, session.selection.ids, "weight", Init(kind), text="Init"
    )
    assert "He normal" not in ask(canvas, "he")
    QTest.keyClick(canvas.finder.field, KEY.Key_Escape)
    canvas.select_only("n2")
    assert ask(canvas, "he")[0] == "He normal"
    assert canvas.finder.rows.item(0).data(SIDE) == "weight of conv2d1"
    enter(canvas)
    assert document.design.nodes["n2"].init["weight"].kind == "kaiming_normal"
    canvas.select_only("n1")
    assert "He normal" not in ask(canvas, "he")


def test_blocks_of_the_design_are_found(canvas, document, chain):
    document.attempt(edits.make_block, ["n2"], "Stem", text="Make")
    canvas.select_only(None)
    assert ask(canvas, "stem") == ["Stem"]
    enter(canvas)
    uses = [node for node in document.design.nodes.values() if node.block]
    assert len(uses) == 2


def test_what_was_used_lately_and_often_comes_first(canvas, document, session):
    for _ in range(3):
        canvas.select_only(None)
        ask(canvas, "selu")
        enter(canvas)
    canvas.select_only(None)
    QTest.keyClick(canvas, KEY.Key_Tab)
    assert titles(canvas)[0] == "SELU"
    QTest.keyClick(canvas.finder.field, KEY.Key_Escape)
    assert ask(canvas, "elu")[0] == "ELU"  # habit never beats what was asked for

    assert Habits("add").lately[0] in {"elu", "selu"}  # and the next start knows


def test_a_search_needs_no_mouse(canvas, document):
    found = ask(canvas, "pool")
    QTest.keyClick(canvas.finder.field, KEY.Key_Down)
    QTest.keyClick(canvas.finder.field, KEY.Key_Down)
    QTest.keyClick(canvas.finder.field, KEY.Key_Up)
    assert canvas.finder.rows.currentRow() == 1
    QTest.keyClick(canvas.finder.field, KEY.Key_PageDown)
    assert canvas.finder.rows.currentRow() > 1
    QTest.keyClick(canvas.finder.field, KEY.Key_Escape)
    assert not canvas.finder.isVisible()
    assert canvas.hasFocus()
    assert not document.design.nodes
    assert len(found) > 5


def test_nothing_by_that_name_says_so_and_enter_does_nothing(canvas, document):
    assert ask(canvas, "zzzz") == ["Nothing by that name fits here."]
    enter(canvas)
    assert not document.design.nodes


# Commands


@pytest.fixture
def palette(window, qtbot) -> CommandPalette:
    """Ctrl+Shift+P in the whole window."""
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, KEY.Key_P, held)
    found = window.findChild(CommandPalette)
    assert found.isVisible()
    return found


def listed(palette: CommandPalette) -> set[tuple[str, str]]:
    """Titles and shortcuts, as they stand."""
    items = [palette.list.item(n) for n in range(palette.list.count())]
    return {(one.text(), one.data(SIDE)) for one in items if not one.data(HEADING)}


def headings(palette: CommandPalette) -> list[str]:
    items = [palette.list.item(n) for n in range(palette.list.count())]
    return [one.text() for one in items if one.data(HEADING)]


def test_every_action_stands_there_with_its_shortcut_under_its_menu(window, palette):
    found = listed(palette)
    for act in acts():
        action = window.actions_by_id[act.id]
        title = action.text().replace("&", "").rstrip("…")
        assert (title, action.shortcut().toString()) in found
    menus = ["File", "Edit", "View", "Design", "Insight", "Help"]
    assert headings(palette)[: len(menus)] == menus


def test_a_command_is_found_by_a_few_letters_and_run_by_enter(window, palette, qtbot):
    qtbot.keyClicks(palette.field, "rerl")
    assert palette.list.currentItem().text().startswith("Re-roll")
    qtbot.keyClick(palette.field, KEY.Key_Return)
    assert not palette.isVisible()
    assert window.document.design.settings.seed == 1

    window.run("commands")
    assert headings(palette)[0] == "Used last"
    assert palette.list.item(1).text().startswith("Re-roll")


def test_escape_leaves_the_commands_without_doing_anything(window, qtbot):
    window.canvas.setFocus()
    before = window.document.design
    window.run("commands")
    palette = window.findChild(CommandPalette)
    qtbot.keyClick(palette.field, KEY.Key_Down)
    qtbot.keyClick(palette.field, KEY.Key_Escape)
    assert not palette.isVisible()
    assert window.canvas.hasFocus()
    assert window.document.design is before


def test_what_cannot_be_done_now_is_greyed_says_why_and_stays(window, palette, qtbot):
    qtbot.keyClicks(palette.field, "ungroup")
    item = palette.list.currentItem()
    assert item.text() == "Ungroup"
    assert item.data(QUIET)
    assert palette.note.text() == "Select a block first."
    qtbot.keyClick(palette.field, KEY.Key_Return)
    assert palette.isVisible()


def test_ready_designs_recent_files_and_panels_have_commands_too(
    open_window, qtbot, tmp_path: Path
):
    window = open_window()
    file.save(window.document.design, tmp_path / "mine.fanin")
    window.files.open(tmp_path / "mine.fanin")
    window.canvas.select_only("n3")
    window.run("commands")
    palette = window.findChild(CommandPalette)
    found = {title for title, _ in listed(palette)}
    assert {"mine.fanin", "LeNet-5", "Batch size and seed"} <= found
    assert "Copy" in found  # the Code panel's
    assert "Reference (F1)" in found  # the inspector's
    qtbot.keyClicks(palette.field, "lenet5")
    qtbot.keyClick(palette.field, KEY.Key_Return)
    assert window.document.name == "lenet5"


def test_what_the_right_button_offers_on_the_node_is_a_command(window, qtbot):
    window.canvas.select_only("n3")
    name = window.document.design.nodes["n3"].name
    window.run("commands")
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "replace by tanh")
    assert palette.list.currentItem().text() == "Replace by: Tanh"
    qtbot.keyClick(palette.field, KEY.Key_Return)
    assert window.document.design.nodes["n3"].kind == "tanh"
    assert name != ""


@pytest.mark.parametrize(
    ("wanted", "better", "worse"),
    [
        ("save", "Save", "Save as"),
        ("sa", "Save as", "Tables and code"),
        ("fs", "Fit the selection", "Fit the design"),
        ("zo", "Zoom out", "History"),
        ("theme", "Dark look", "History"),
    ],
)
def test_the_better_command_comes_first(wanted, better, worse):
    also = {"Dark look": ("theme",)}
    entries = [Words(title, also.get(title, ())) for title in (worse, better)]
    assert rank(wanted, entries)[0].place == 1


def test_what_does_not_match_is_not_found():
    assert rank("xyz", [Words("Save")]) == []
