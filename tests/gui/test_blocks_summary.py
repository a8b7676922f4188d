"""The summary shows blocks as torchinfo does: one within the other, sums above."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.model import Design
from gui.panels.summary import SummaryPanel
from gui.session import Session
from tests.gui.test_blocks import chain, uses_of
from tests.gui.test_summary import PARAMS, THEIRS, WORK, answered, chosen, heading_menu

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton


def nested() -> Design:
    """x (N×3) → stage (step ×2, each a Linear and its ReLU) → linear."""
    design = edits.make_block(chain(3), ["n2", "n3"], "Step")
    step = design.newest
    design = edits.set_params(design, [step], {"repeat": 2})
    return edits.make_block(design, [step], "Stage")


@pytest.fixture
def summary(qtbot: QtBot, session: Session) -> SummaryPanel:
    session.document.replace(nested())
    panel = SummaryPanel(session)
    panel.resize(1300, 400)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    answered(panel, qtbot)
    return panel


def column(panel: SummaryPanel, place: int = 0) -> list[str]:
    model = panel.table.model()
    return [model.index(row, place).data() for row in range(model.rowCount())]


def row_of(panel: SummaryPanel, name: str) -> int:
    return column(panel).index(name)


def press_sign(panel: SummaryPanel, name: str) -> None:
    index = panel.table.model().index(row_of(panel, name), 0)
    spot = panel.table.sign(index).center()
    QTest.mouseClick(panel.table.viewport(), LEFT, pos=QPoint(spot))


WHOLE = ["Network", "stage1", "step1", "0", "linear1", "relu1"]
WHOLE += ["1", "linear1", "relu1", "linear2"]


def test_rows_stand_under_what_they_belong_to_and_parents_have_the_sums(
    summary: SummaryPanel,
) -> None:
    assert column(summary) == WHOLE
    depths = [line.depth for line in summary.model.lines]
    assert depths == [0, 1, 2, 3, 4, 4, 3, 4, 4, 1]
    inner = 3 * 3 + 3
    assert column(summary, PARAMS)[1:5] == [str(n) for n in (24, 24, inner, inner)]
    assert column(summary, WORK)[1:5] == ["18", "18", "9", "9"]
    theirs = [int(text) for text in column(summary, THEIRS)[1:5]]
    assert theirs == [2 * theirs[3]] * 2 + [theirs[3]] * 2


def test_a_click_on_the_sign_closes_and_opens_and_selects_nothing(
    summary: SummaryPanel, session: Session
) -> None:
    press_sign(summary, "step1")
    assert column(summary) == [*WHOLE[:3], "linear2"]
    assert not session.selection.ids
    press_sign(summary, "step1")
    assert column(summary) == WHOLE


def test_arrows_close_open_and_lead_out(summary: SummaryPanel) -> None:
    table = summary.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(4, 0))
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert table.currentIndex().data() == "0"
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert column(summary) == [*WHOLE[:4], *WHOLE[6:]]
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert column(summary) == WHOLE


def test_all_blocks_are_closed_and_opened_from_the_heading(
    summary: SummaryPanel,
) -> None:
    chosen(heading_menu(summary), "Close all blocks")
    assert column(summary) == ["Network", "stage1", "linear2"]
    chosen(heading_menu(summary), "Open all blocks")
    assert column(summary) == WHOLE


def test_a_selected_node_opens_what_it_stands_in(
    summary: SummaryPanel, session: Session
) -> None:
    (stage,) = uses_of(session.document.design)
    press_sign(summary, "stage1")
    line = next(at for at in summary.model.lines if at.node.startswith(f"{stage}/"))
    summary.table.follow(frozenset({line.node}))
    assert "step1" in column(summary)


def test_sorted_rows_are_one_list_of_whole_names(summary: SummaryPanel) -> None:
    press_sign(summary, "step1")
    summary.table.sortByColumn(PARAMS, Qt.SortOrder.DescendingOrder)
    assert "stage1.step1.1.linear1" in column(summary)
    assert len(column(summary)) == len(WHOLE)
    summary.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert column(summary) == [*WHOLE[:3], "linear2"]


def test_whole_names_are_copied(summary: SummaryPanel) -> None:
    summary.table.setFocus()
    summary.table.selectRow(4)
    QTest.keyClick(summary.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    line = QGuiApplication.clipboard().text().splitlines()[1]
    assert line.split("\t")[0] == "stage1.step1.0.linear1"


def test_where_torchinfo_differs_a_sign_says_so_and_the_reason_can_be_read(
    summary: SummaryPanel, session: Session, qtbot: QtBot
) -> None:
    design = edits.add(Design(), "input", params={"shape": ("N", 16, 8)})
    design = edits.insert_after(design, "linear", "n1")
    session.document.replace(design)
    qtbot.waitUntil(lambda: "its own way for" in summary.note.text(), timeout=60_000)
    assert column(summary, THEIRS)[-1].startswith("≠ ")
    session.selection.set(["n2"])
    QApplication.processEvents()
    assert "counts each weight once a sample" in summary.note.text()
    session.selection.set([])
    assert "its own way for" in summary.note.text()
