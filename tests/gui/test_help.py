"""The reference has a page for every row."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from engine.catalog import INITIALIZERS, OPERATORS
from gui.panels.formula import FormulaView
from gui.panels.help import HelpDialog, show_help
from gui.session import Session

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "support raise")

ROWS = [*OPERATORS.values(), *INITIALIZERS.values()]


@pytest.fixture
def window(qtbot) -> QWidget:
    holder = QWidget()
    qtbot.addWidget(holder)
    return holder


def texts(dialog: HelpDialog) -> str:
    labels = dialog.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if not label.isHidden())


def test_every_row_has_a_page_with_its_help(qtbot, session: Session, window):
    dialog = show_help(session, window, "linear")
    for row in ROWS:
        dialog.open_at(row.kind)
        QApplication.processEvents()  # a layout shows what is new in its own time
        said = texts(dialog)
        assert row.help.what in said, row.kind
        for text in (row.help.when, row.help.mind, row.help.source, row.doc):
            assert text in said, row.kind
        for param in row.params:
            assert param.name in said, (row.kind, param.name)
        views = [v for v in dialog.findChildren(FormulaView) if not v.isHidden()]
        shown = [formula for view in views for formula in view.formulas]
        wanted = [row.help.formula, row.help.derivative]
        assert shown == [formula for formula in wanted if formula], row.kind


def test_it_is_not_modal_and_there_is_only_one(session, window):
    dialog = show_help(session, window, "linear")
    assert not dialog.isModal()
    assert show_help(session, window, "relu") is dialog
    assert dialog.kind == "relu"


def test_typing_finds_a_page_and_arrows_turn_them(session, window):
    dialog = show_help(session, window, "linear")
    QTest.keyClicks(dialog.search, "sigmoid")
    assert dialog.kind == "sigmoid"
    QTest.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.kind != "sigmoid"
    QTest.keyClick(dialog.search, Qt.Key.Key_Up)
    assert dialog.kind == "sigmoid"
