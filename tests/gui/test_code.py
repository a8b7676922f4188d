"""The code panel shows what export writes, as it changes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine import to_python
from engine.design import edits
from engine.design.model import Design
from gui.panels.code import CodePanel
from gui.session import Session

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def code(qtbot, session: Session) -> CodePanel:
    design = edits.add(Design(), "input")
    for kind in ("linear", "sigmoid", "linear"):
        design = edits.insert_after(design, kind, design.newest)
    session.document.replace(design)
    panel = CodePanel(session)
    panel.resize(600, 200)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def settle(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.stale)


def test_it_is_what_export_writes(code, session):
    assert code.view.toPlainText() == to_python(session.document.design)
    assert "class " in code.source


def test_an_edit_shows_up_and_the_place_is_kept(qtbot, code, session):
    bar = code.view.verticalScrollBar()
    bar.setValue(9)
    key = session.document.design.newest
    session.document.attempt(edits.set_params, [key], {"out_features": 77}, text="set")
    settle(code, qtbot)
    assert "77" in code.view.toPlainText()
    assert bar.value() == 9


def test_many_edits_in_a_row_write_the_source_once(qtbot, code, session, monkeypatch):
    written: list[Design] = []
    refresh = code.refresh
    monkeypatch.setattr(code, "refresh", lambda: (written.append(1), refresh()))
    key = session.document.design.newest
    for size in range(2, 12):
        values = {"out_features": size}
        session.document.attempt(edits.set_params, [key], values, text="set")
    settle(code, qtbot)
    assert len(written) == 1
    assert "11" in code.source


def test_with_an_error_the_last_good_source_stays_and_says_so(qtbot, code, session):
    good = code.source
    key = session.document.design.newest
    session.document.attempt(
        edits.disconnect, session.document.design.wires, text="cut"
    )
    settle(code, qtbot)
    assert not session.document.checked.ok
    assert code.view.toPlainText() == good
    assert "before the last error" in code.note.text()
    session.document.undo()
    settle(code, qtbot)
    assert "before the last error" not in code.note.text()
    assert session.document.design.nodes[key]


def test_the_selected_nodes_lines_are_marked(code, session):
    key = session.document.design.newest
    name = session.document.design.nodes[key].name
    session.selection.set([key])
    marked = [mark.cursor.block().text() for mark in code.view.extraSelections()]
    assert marked
    assert all(name in line for line in marked)
    assert len(marked) == sum(name in line for line in code.source.splitlines())
    session.selection.set([])
    assert not code.view.extraSelections()


def test_copy_and_save_give_the_whole_source(code, told, tmp_path):
    QTest.mouseClick(code.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == code.source
    code.write(tmp_path / "net.py")
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == code.source
    code.write(tmp_path / "missing" / "net.py")
    assert "Could not write net.py" in told[-1]


def test_keywords_strings_and_numbers_have_the_themes_colours(code, session):
    colours = {}
    block = code.view.document().begin()
    while block.isValid():
        for span in block.layout().formats():
            word = block.text()[span.start : span.start + span.length]
            colours[word] = span.format.foreground().color().name()
        block = block.next()
    theme = session.theme
    assert colours["class"] == theme.keyword.name()
    assert colours["3"] == theme.number.name()
    docstrings = [w for w, c in colours.items() if c == theme.string.name()]
    assert any('"""' in word for word in docstrings)


def test_an_empty_design_has_no_source_and_says_why(qtbot, code, session):
    session.document.replace(Design())
    settle(code, qtbot)
    assert code.source == ""
    assert "first layer" in code.note.text()
    assert not code.copy_button.isEnabled()


def test_a_hidden_panel_waits(qtbot, code, session):
    code.hide()
    before = code.source
    key = session.document.design.newest
    session.document.attempt(edits.set_params, [key], {"out_features": 91}, text="set")
    assert code.stale
    assert code.source == before
    code.show()
    assert "91" in code.source
