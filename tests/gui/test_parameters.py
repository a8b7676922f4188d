"""Every named parameter with its numbers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from gui.panels.parameters import ParametersPanel
from gui.session import Session
from tests.gui.test_summary import tutorial

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

NAMES = [f"linear{n}.{kind}" for n in (1, 2, 3) for kind in ("weight", "bias")]


@pytest.fixture
def silent(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has not answered yet."""
    monkeypatch.setattr(session.worker, "ask", lambda *_, **__: None)


@pytest.fixture
def parameters(qtbot, session: Session) -> ParametersPanel:
    session.document.replace(tutorial())
    panel = ParametersPanel(session)
    panel.resize(1000, 300)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def rows(panel: ParametersPanel) -> list[list[str]]:
    model = panel.table.model()
    columns = range(model.columnCount())
    return [
        [model.index(row, column).data() for column in columns]
        for row in range(model.rowCount())
    ]


def drawn(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: "drawn with seed" in panel.note.text(), timeout=60_000)


def test_names_and_shapes_stand_there_before_any_answer(silent, parameters):
    assert [row[0] for row in rows(parameters)] == NAMES
    assert rows(parameters)[0][1:4] == ["3×3", "Xavier normal", "…"]
    assert rows(parameters)[1][2] == "torch's default"


def test_the_numbers_arrive(parameters, qtbot):
    drawn(parameters, qtbot)
    for name, _, _, mean, std, low, high in rows(parameters):
        mean, std, low, high = (
            float(text.replace("−", "-")) for text in (mean, std, low, high)
        )
        assert low <= mean <= high, name
        assert std > 0, name


def test_a_small_tensor_shows_its_values(parameters, qtbot, session):
    drawn(parameters, qtbot)
    spot = parameters.table.visualRect(parameters.table.model().index(0, 0)).center()
    QTest.mouseClick(parameters.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    values = parameters.values.model
    assert (values.rowCount(), values.columnCount()) == (3, 3)
    row = parameters._rows["linear1.weight"]
    shown = values.index(2, 1).data().replace("−", "-")
    assert float(shown) == pytest.approx(float(row.values[2, 1]), abs=1e-4)
    assert session.selection.one == "n2"


def test_another_seed_draws_other_numbers(parameters, qtbot, session):
    drawn(parameters, qtbot)
    before = rows(parameters)
    session.document.attempt(edits.set_seed, 5, text="seed")
    qtbot.waitUntil(lambda: "seed 5" in parameters.note.text(), timeout=60_000)
    assert [row[:3] for row in rows(parameters)] == [row[:3] for row in before]
    assert rows(parameters) != before


def test_a_large_tensor_says_where_its_picture_is(parameters, qtbot, session):
    session.document.attempt(edits.set_params, ["n2"], {"out_features": 900}, text="w")
    session.document.attempt(edits.set_init, ["n2"], "bias", Init("zeros"), text="z")
    qtbot.waitUntil(lambda: not parameters.stale)
    drawn(parameters, qtbot)
    session.selection.set(["n2"])
    assert "too many to list" in parameters.values._said.text()
    assert parameters.values.table.isHidden()


def test_without_parameters_it_says_so(parameters, qtbot, session):
    session.document.replace(edits.add(Design(), "input"))
    qtbot.waitUntil(lambda: not parameters.stale)
    assert rows(parameters) == []
    assert "No parameters" in parameters.note.text()


def test_beside_the_values_the_names_are_not_cut(parameters, qtbot):
    parameters.resize(760, 200)
    qtbot.waitUntil(lambda: len(parameters._rows) == len(NAMES))
    table = parameters.table
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
