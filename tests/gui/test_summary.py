"""The table of layers: ours at once, torchinfo's as soon as it answers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from gui.panels.summary import SummaryPanel
from gui.panels.summary_rows import own_lines, sized
from gui.session import Session
from tests.counted import Counted, counted_chain

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LAYER, KIND, SHAPE, INIT, PARAMS, SHARE, WORK, THEIRS = range(8)
TRAINABLE, OUTPUT, KEPT, MEMORY, SEES = range(8, 13)


def tutorial() -> Design:
    """3 features; 3, 2 and 2 neurons: 12 + 8 + 6 parameters."""
    design = edits.add(Design(), "input")
    for kind, size in (("linear", 3), ("sigmoid", 0), ("linear", 2), ("linear", 2)):
        design = edits.insert_after(design, kind, design.newest)
        if size:
            design = edits.set_params(design, [design.newest], {"out_features": size})
    return edits.set_init(design, ["n2"], "weight", Init("xavier_normal"))


@pytest.fixture
def silent(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has not answered yet."""
    monkeypatch.setattr(session.worker, "ask", lambda *_, **__: None)


@pytest.fixture
def summary(qtbot, session: Session) -> SummaryPanel:
    session.document.replace(tutorial())
    panel = SummaryPanel(session)
    panel.resize(1200, 300)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def column(panel: SummaryPanel, place: int) -> list[str]:
    model = panel.table.model()
    return [model.index(row, place).data() for row in range(model.rowCount())]


def answered(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: "torchinfo counts" in panel.note.text(), timeout=60_000)


def test_own_rows_stand_there_before_any_answer(silent, summary):
    assert column(summary, LAYER) == ["x", "linear1", "sigmoid1", "linear2", "linear3"]
    assert column(summary, PARAMS) == ["–", "12", "–", "8", "6"]
    assert column(summary, INIT)[1] == "Xavier normal"
    assert "26 parameters" in summary.totals.text()


def test_torchinfos_rows_arrive_and_agree(summary, qtbot):
    answered(summary, qtbot)
    numbers = dict(zip(column(summary, LAYER), column(summary, PARAMS), strict=True))
    assert {k.strip("· "): v for k, v in numbers.items() if v != "26"} == {
        "linear1": "12",
        "sigmoid1": "–",
        "linear2": "8",
        "linear3": "6",
    }
    assert "–" != column(summary, THEIRS)[-1] != column(summary, WORK)[-1]
    assert "26 parameters" in summary.totals.text()
    assert "to train" in summary.totals.text()


def test_a_row_selects_its_node_and_a_node_its_row(silent, summary, session):
    row = column(summary, LAYER).index("linear2")
    spot = summary.table.visualRect(summary.table.model().index(row, 0)).center()
    QTest.mouseClick(summary.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert session.document.design.nodes[session.selection.one].name == "linear2"
    summary.table.clearFocus()
    session.selection.set(["n2"])
    (chosen,) = summary.table.selectionModel().selectedRows()
    assert chosen.data() == "linear1"


def test_a_click_on_a_heading_sorts_by_number(silent, summary):
    header = summary.table.horizontalHeader()
    x = header.sectionViewportPosition(PARAMS) + 20
    spot = header.rect().center()
    spot.setX(x)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    shown = [text for text in column(summary, PARAMS) if text != "–"]
    assert shown == sorted(shown, key=int)
    assert shown[0] != "12"


def test_ctrl_c_copies_rows_with_tabs(silent, summary):
    summary.table.setFocus()
    summary.table.selectRow(1)
    QTest.keyClick(summary.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, line = QGuiApplication.clipboard().text().splitlines()
    assert head.split("\t")[:2] == ["Layer", "Type"]
    assert line.split("\t")[:2] == ["linear1", "Linear"]
    assert len(head.split("\t")) == len(line.split("\t")) == 10


def test_with_errors_what_is_known_is_shown(summary, session, qtbot):
    session.document.attempt(edits.set_params, ["n1"], {"shape": ("N", 3)}, text="same")
    session.document.attempt(
        edits.disconnect, [session.document.design.wires[-1]], text="cut"
    )
    qtbot.waitUntil(lambda: not summary.stale)
    assert "errors" in summary.note.text() or session.document.checked.ok
    assert column(summary, SHAPE)[column(summary, LAYER).index("linear3")] == "?"
    assert "20 parameters" in summary.totals.text()


def test_an_edit_is_shown_at_once_and_old_answers_are_dropped(summary, session, qtbot):
    session.document.attempt(
        edits.set_params, ["n2"], {"out_features": 100}, text="wide"
    )
    qtbot.waitUntil(lambda: not summary.stale)
    assert "400" in column(summary, PARAMS)
    answered(summary, qtbot)
    assert "400" in column(summary, PARAMS)


def test_each_count_of_mult_adds_says_whose_it_is(summary):
    tips = [column.tip for column in summary.model.columns]
    assert "Fanin" in tips[WORK]
    assert "torchinfo" in tips[THEIRS]
    assert all(tips)


def test_an_empty_design_says_so(summary, session, qtbot):
    session.document.replace(Design())
    qtbot.waitUntil(lambda: not summary.stale)
    assert column(summary, LAYER) == []
    assert "Nothing" in summary.note.text()


def test_own_lines_of_a_thousand_layers_keep_thousands_apart(session):
    design = edits.add(Design(), "input")
    design = edits.insert_after(design, "linear", design.newest)
    design = edits.set_params(design, [design.newest], {"out_features": 1000})
    session.document.replace(design)
    lines = own_lines(design, session.document.checked)
    assert lines[-1].cells[PARAMS].text == "4,000"


@pytest.mark.parametrize(
    ("count", "text"), [(104, "104 B"), (1_200, "1.2 kB"), (548_000_000, "548 MB")]
)
def test_sizes_read_well(count, text):
    assert sized(count) == text


def test_the_columns_share_the_width_until_a_border_is_moved(silent, summary, qtbot):
    summary.resize(640, 300)
    header = summary.table.horizontalHeader()
    qtbot.waitUntil(lambda: header.length() == summary.table.viewport().width())
    header.resizeSection(LAYER, 300)
    summary.resize(700, 300)
    assert header.sectionSize(LAYER) == 300


def test_every_word_is_in_sight_at_the_width_a_small_screen_leaves(summary, qtbot):
    summary.resize(740, 220)
    answered(summary, qtbot)
    table = summary.table
    metrics = table.fontMetrics()
    for place in (LAYER, KIND, SHAPE, INIT):
        widest = max(metrics.horizontalAdvance(text) for text in column(summary, place))
        assert table.columnWidth(place) >= widest
    assert summary.totals.height() < 2 * summary.totals.fontMetrics().height()


def chosen(menu: QMenu, text: str) -> None:
    """Choose an entry as a person does, who moves to it and presses Enter."""
    (action,) = [action for action in menu.actions() if action.text() == text]
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def heading_menu(panel: SummaryPanel) -> QMenu:
    header = panel.table.horizontalHeader()
    header.customContextMenuRequested.emit(header.rect().center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.objectName() == "columnMenu"
    return menu


def titles(panel: SummaryPanel) -> list[str]:
    return [panel.model.columns[place].title for place in panel.table.shown]


def test_memory_and_field_are_told_from_the_check_alone(silent, summary, session):
    design = edits.add(Design(), "input", params={"shape": ("N", 1, 9, 9)})
    design = edits.insert_after(design, "conv2d", design.newest)
    design = edits.insert_after(design, "max_pool2d", design.newest)
    session.document.replace(design)
    QTest.qWait(0)
    summary.refresh()
    assert column(summary, SEES) == ["–", "3×3", "4×4"]
    assert column(summary, OUTPUT) == ["2.59 kB", "50.2 kB", "9.22 kB"]
    assert column(summary, KEPT)[2] == "18.4 kB"  # the places of the maxima, in int64
    tip = summary.model.index(2, SEES).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == ["4: every 2, from 0"] * 2


def test_an_estimate_says_that_it_is_one(silent, summary, session):
    design = edits.add(Design(), "input", params={"shape": ("N", 4, 8)})
    session.document.replace(edits.insert_after(design, "gru", "n1"))
    summary.refresh()
    assert column(summary, KEPT)[1].startswith("~")


def test_columns_are_chosen_in_the_headings_menu_and_remembered(
    silent, summary, session, qtbot
):
    assert "Trainable" not in titles(summary)
    chosen(heading_menu(summary), "Trainable")
    chosen(heading_menu(summary), "Initializer")
    assert "Trainable" in titles(summary)
    assert "Initializer" not in titles(summary)
    again = SummaryPanel(session)
    qtbot.addWidget(again)
    assert titles(again) == titles(summary)
    chosen(heading_menu(summary), "Usual columns")
    assert "Initializer" in titles(summary)
    assert "Trainable" not in titles(summary)


def test_what_nobody_asked_for_makes_room_on_a_small_screen(silent, summary, qtbot):
    assert titles(summary)[-2:] == ["Output", "Sees"]
    summary.resize(640, 300)
    qtbot.waitUntil(lambda: titles(summary)[-1] == "torchinfo’s")
    summary.resize(1200, 300)
    qtbot.waitUntil(lambda: titles(summary)[-1] == "Sees")


def test_bars_show_the_share_of_the_chosen_cost(silent, summary, session, qtbot):
    before = column(summary, SHARE)
    chosen(heading_menu(summary), "Share of the mult-adds")
    found = column(summary, SHARE)
    assert found != before
    assert found[1] == f"{9 / 19:.1%}"  # 9 + 6 + 4 products
    again = SummaryPanel(session)
    qtbot.addWidget(again)
    assert again.measure == "mult_adds"


def test_totals_tell_memory_and_what_learns(silent, summary, session):
    session.document.attempt(edits.set_frozen, ["n2"], True, text="freeze")
    summary.refresh()
    assert "26 parameters · 14 trainable" in summary.totals.text()
    training = sized(session.document.checked.costs.training_bytes)
    assert f"{training} to train" in summary.totals.text()


def test_the_note_names_the_layers_that_torchinfo_counts_otherwise(
    summary, session, qtbot
):
    answered(summary, qtbot)
    assert summary.note.text().endswith("and adds biases")
    design = edits.add(Design(), "input", params={"shape": ("T", "N", 8)})
    design = edits.insert_after(design, "multihead_attention", "n1")
    session.document.replace(design)
    name = design.nodes["n2"].name
    qtbot.waitUntil(lambda: f"its own way for {name}" in summary.note.text())
    row = column(summary, LAYER).index(design.nodes["n2"].name)
    tip = summary.model.index(row, THEIRS).data(Qt.ItemDataRole.ToolTipRole)
    assert "does not see its products" in tip


def test_thousands_of_rows_look_each_node_up_a_few_times() -> None:
    design = counted_chain(300)
    checked = check(design)
    Counted.count = 0
    assert len(own_lines(design, checked)) == 300
    assert Counted.count < 30 * 300
