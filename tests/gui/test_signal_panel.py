"""The signal by layer: drawn, read, chosen, told as a table; never in the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from gui.hearing import Hearing
from gui.panels.signal import SignalPanel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def network(width: int = 32, depth: int = 4) -> Design:
    design = edits.add(Design(), "input", params={"shape": ("N", width)})
    for layer in range(depth):
        if layer:
            design = edits.insert_after(design, "relu", design.newest)
        design = edits.insert_after(design, "linear", design.newest)
        design = edits.set_params(design, [design.newest], {"out_features": width})
    return design


@pytest.fixture
def panel(qtbot, session) -> SignalPanel:
    session.document.replace(network())
    session.hearing = Hearing(session.document, session.worker, session.document)
    made = SignalPanel(session, session.ear)
    made.resize(1100, 260)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def answered(panel: SignalPanel, qtbot) -> None:
    hearing = panel.hearing
    qtbot.waitUntil(lambda: not hearing.stale and not hearing.busy, timeout=30_000)


def spot(panel: SignalPanel, at: int) -> QPoint:
    """Where the call with this number is drawn."""
    area = panel.plot.data_area
    x = panel.plot.getPlotItem().vb.mapViewToScene(QPointF(at, 0)).x()
    return QPoint(round(x), round(area.center().y()))


def test_the_figures_drawn_are_those_measured(panel, qtbot):
    answered(panel, qtbot)
    signal, drawn = panel.hearing.signal, panel.plot.points
    assert [layer.node for layer in drawn.layers] == [f"n{k}" for k in range(1, 9)]
    assert len(signal.seeds) == 3
    for at, layer in enumerate(signal.layers):
        stds = sorted(layer.main.forward.std)
        assert drawn.forward.middle[at] == stds[1]
        assert (drawn.forward.low[at], drawn.forward.high[at]) == (stds[0], stds[2])
        assert drawn.forward.theory[at] == pytest.approx(stds[1], rel=0.3)
    assert math.isnan(drawn.backward.middle[0])  # an input gets no gradient
    line = panel.plot._curves["forward"][4].getData()[1]
    np.testing.assert_allclose(line, np.log10(drawn.forward.middle))


def test_the_pointer_reads_and_a_click_selects(panel, qtbot, session):
    answered(panel, qtbot)
    QTest.mouseMove(panel.plot.viewport(), spot(panel, 3))
    qtbot.waitUntil(lambda: bool(panel.plot.readout))
    said = [line.text for line in panel.plot.readout]
    assert said[0] == panel.hearing.signal.layers[3].name
    assert any("theory" in line for line in said)
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(panel.plot.viewport(), left, pos=spot(panel, 3))
    assert session.selection.one == "n4"


def test_a_selected_node_is_marked(panel, qtbot, session):
    answered(panel, qtbot)
    session.selection.set(["n3"])
    assert panel.plot._mark.isVisible()
    assert panel.plot._mark.value() == 2
    assert panel.plot._mark.pen.isCosmetic()  # a line at any zoom, not a bar
    # A line, and not a wall in front of the curves.
    image = panel.plot.grab().toImage()
    accent, x, y = session.theme.accent, spot(panel, 2).x(), 40
    inked = [image.pixelColor(x + off, y) == accent for off in range(-20, 21)]
    assert 1 <= sum(inked) <= 3


def test_an_edit_is_measured_again_and_a_move_is_not(panel, qtbot, session):
    answered(panel, qtbot)
    before = panel.hearing.signal
    document = session.document
    document.commit(edits.move(document.design, {"n2": (5.0, 5.0)}), "move")
    assert not panel.hearing.stale
    he = Init("kaiming_normal")
    document.commit(edits.set_init(document.design, ["n2"], "weight", he), "he")
    assert panel.hearing.stale
    answered(panel, qtbot)
    after = panel.hearing.signal
    assert after.layer("n2").forward_std > 1.5 * before.layer("n2").forward_std


def test_nothing_is_measured_while_nobody_looks(panel, qtbot, session):
    answered(panel, qtbot)
    panel.hide()
    document = session.document
    document.commit(edits.set_seed(document.design, 5), "seed")
    assert panel.hearing.stale
    assert not panel.hearing.busy
    assert not panel.hearing._timer.isActive()
    panel.show()
    answered(panel, qtbot)
    assert panel.hearing.signal.seeds == (5, 6, 7)


def test_seeds_and_batch_can_be_chosen(panel, qtbot):
    answered(panel, qtbot)
    panel.seeds.setFocus()
    panel.seeds.selectAll()
    QTest.keyClicks(panel.seeds, "2")
    QTest.keyClick(panel.seeds, Qt.Key.Key_Return)
    answered(panel, qtbot)
    panel.batch.selectAll()
    QTest.keyClicks(panel.batch, "16")
    QTest.keyClick(panel.batch, Qt.Key.Key_Return)
    answered(panel, qtbot)
    signal = panel.hearing.signal
    assert (signal.seeds, signal.batch) == ((0, 1), 16)
    assert "batch of 16" in panel.note.text()


def test_a_persons_data_are_sent_through(panel, qtbot, tmp_path):
    answered(panel, qtbot)
    np.save(tmp_path / "x.npy", np.full((8, 32), 3.0))
    panel.take_data(str(tmp_path / "x.npy"))
    answered(panel, qtbot)
    spread = panel.hearing.signal.layers[0].main.forward
    assert spread.mean[0] == pytest.approx(3)
    panel.take_data(str(tmp_path / "gone.npy"))
    qtbot.waitUntil(lambda: "cannot be read" in panel.plot.words, timeout=20_000)
    panel._choose_source(0)
    answered(panel, qtbot)
    assert panel.plot.words == ""
    assert panel.hearing.signal.source == "noise"


def test_a_gradient_of_a_loss_that_is_not_there_is_refused_in_a_sentence(panel, qtbot):
    answered(panel, qtbot)
    panel.backward.setFocus()
    QTest.keyClick(panel.backward, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "no loss" in panel.note.text(), timeout=20_000)


def test_the_table_says_the_same_and_copies(panel, qtbot):
    answered(panel, qtbot)
    QTest.mouseClick(panel.as_table, Qt.MouseButton.LeftButton)
    assert panel.table.isVisible()
    model = panel.table.model()
    signal = panel.hearing.signal
    assert model.rowCount() == len(signal.layers)
    for row, layer in enumerate(signal.layers):
        assert model.index(row, 0).data() == layer.name
        assert float(model.index(row, 1).data()) == pytest.approx(
            layer.forward_std, rel=1e-3
        )
    panel.table.selectRow(2)
    panel.table.copy()
    assert signal.layers[2].name in QApplication.clipboard().text()


def test_a_design_with_errors_says_so(panel, qtbot, session):
    answered(panel, qtbot)
    document = session.document
    document.commit(edits.disconnect(document.design, document.design.wires), "cut")
    qtbot.waitUntil(lambda: "errors" in panel.plot.words, timeout=5_000)


def test_it_can_be_stopped_and_started_again(panel, qtbot, session):
    answered(panel, qtbot)
    session.document.replace(network(400, 30))
    panel.hearing.choose(seeds=20)
    qtbot.waitUntil(lambda: panel.hearing.busy)
    QTest.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    assert not panel.hearing.busy
    assert "Stopped" in panel.note.text()
    panel.hearing.choose(seeds=1)
    answered(panel, qtbot)
    assert "batch of" in panel.note.text()


def test_the_window_shows_it_beside_the_tables(window, qtbot):
    QTest.keyClick(
        window,
        Qt.Key.Key_7,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
    )
    panel = window.findChild(SignalPanel)
    assert panel.isVisible()
    answered(panel, qtbot)
    assert len(panel.plot.points.layers) == len(window.document.design.nodes)
    window.docks.see("summary")
    assert not panel.hearing._listeners


def test_the_output_of_the_selected_node_for_one_input(panel, qtbot, session):
    answered(panel, qtbot)
    QTest.mouseClick(panel.one, Qt.MouseButton.LeftButton)
    view = panel.output
    assert view.isVisible()
    assert "Select a node" in view.words.text()
    session.selection.set(["n3"])
    qtbot.waitUntil(lambda: view.output is not None, timeout=20_000)
    assert view.output.shape == (32,)
    assert view.output.low == 0  # a ReLU
    assert "32" in view.words.text()
    assert not view.picture.isVisible()
    design = edits.add(Design(), "input", params={"shape": ("N", 3, 9, 9)})
    session.document.replace(edits.insert_after(design, "conv2d", "n1"))
    answered(panel, qtbot)
    session.selection.set(["n2"])
    qtbot.waitUntil(lambda: view.picture.isVisible(), timeout=20_000)
    assert view.picture.image.width() > 20
