"""The init lab: try all pairs, look at one, take it in one undo step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.catalog.spec import Init
from engine.design import edits
from gui.panels import lab as lab_module
from gui.panels.lab import LabPanel
from tests.gui.test_signal_tint import fading

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def panel(qtbot, session, monkeypatch) -> LabPanel:
    monkeypatch.setattr(lab_module, "TRIED", (Init("default"), Init("kaiming_normal")))
    monkeypatch.setattr(lab_module, "ACTIVATIONS", ("", "relu"))
    session.document.replace(fading(5))
    made = LabPanel(session)
    made.resize(1000, 260)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def tried(panel, qtbot):
    QTest.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    assert panel._running
    qtbot.waitUntil(lambda: not panel._running, timeout=60_000)


def click(panel, row, column):
    place = panel.model.index(row, column)
    spot = panel.matrix.visualRect(place).center()
    QTest.mouseClick(panel.matrix.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_every_pair_is_tried_and_coloured(panel, qtbot):
    assert not panel.model.cells
    tried(panel, qtbot)
    assert len(panel.model.cells) == 4
    cells = panel.model.cells
    assert cells[0, 1].forward < cells[1, 1].forward
    shown = panel.model.index(1, 1).data()
    assert "5/5" in shown
    fades, healthy = (panel.model.colour(cells[row, 1]) for row in (0, 1))
    assert fades.blue() > fades.red()
    assert healthy != fades
    place = panel.model.index(0, 1)
    spot = panel.matrix.visualRect(place).topLeft() + QPoint(4, 4)
    shown = panel.matrix.viewport().grab().toImage().pixelColor(spot)
    assert shown.blue() > shown.red() + 10  # whatever the style sheet says


def test_a_click_shows_the_curves_and_the_button_takes_the_pair(panel, qtbot, session):
    tried(panel, qtbot)
    assert not panel.apply.isEnabled()
    click(panel, 1, 1)
    cell = panel.model.cells[1, 1]
    assert panel.plot.points.layers == cell.signal.weighted
    before = session.document.design
    count = session.document.history.count()
    QTest.mouseClick(panel.apply, Qt.MouseButton.LeftButton)
    design = session.document.design
    assert session.document.history.count() == count + 1
    assert {n.kind for n in design.nodes.values()} == {"input", "linear", "relu"}
    linears = [n for n in design.nodes.values() if n.kind == "linear"]
    assert all(n.init["weight"] == Init("kaiming_normal") for n in linears)
    session.document.undo()
    assert session.document.design == before


def test_only_selected_layers_can_be_tried(panel, qtbot, session):
    assert not panel.scope.isEnabled()
    session.selection.set(["n4", "n5"])
    assert panel.scope.isEnabled()
    panel.scope.setFocus()
    QTest.keyClick(panel.scope, Qt.Key.Key_Down)
    tried(panel, qtbot)
    click(panel, 1, 1)
    QTest.mouseClick(panel.apply, Qt.MouseButton.LeftButton)
    nodes = session.document.design.nodes
    assert [key for key, node in nodes.items() if node.init] == ["n4"]
    assert [key for key, node in nodes.items() if node.kind == "relu"] == ["n5"]


def test_it_can_be_stopped(panel, qtbot, session):
    session.document.replace(fading(120))
    QTest.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.go, Qt.MouseButton.LeftButton)
    assert not panel._running
    assert "Stopped" in panel.note.text()
    qtbot.waitUntil(lambda: session.worker.idle, timeout=20_000)
    assert len(panel.model.cells) < 4


def test_an_edit_says_that_the_figures_are_older(panel, qtbot, session):
    tried(panel, qtbot)
    document = session.document
    document.commit(edits.set_params(document.design, ["n2"], {"out_features": 9}), "9")
    assert "has changed" in panel.note.text()


def test_the_window_has_it_by_its_shortcut(window):
    chord = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QTest.keyClick(window, Qt.Key.Key_L, chord)
    panel = window.findChild(LabPanel)
    assert panel.isVisible()
    head = panel.matrix.horizontalHeader()
    for at in range(head.count()):  # no heading is cut
        assert head.sectionSize(at) >= head.sectionSizeHint(at)
