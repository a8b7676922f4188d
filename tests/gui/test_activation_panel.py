"""The activation panel, against torch's own numbers from the real worker."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from engine.catalog import OPERATORS
from engine.catalog.curves import curve
from engine.catalog.spec import Activation
from engine.design import edits
from engine.design.model import Design, Wire
from engine.service import answer
from gui.panels.activation import ActivationPanel
from gui.panels.bars import SCORES, read_scores
from gui.panels.plot import number
from gui.session import Session

WAIT = 30_000  # ms: torch is loaded once, by whichever test comes first
ACTIVATIONS = [row for row in OPERATORS.values() if isinstance(row, Activation)]
CURVED = [row.kind for row in ACTIVATIONS if not row.over]
OVER = [row.kind for row in ACTIVATIONS if row.over]


def chain(*kinds: str) -> tuple[Design, list[str]]:
    """These operators one after the other."""
    design, ids = Design(), []
    for kind in kinds:
        design = edits.add(design, kind)
        ids.append(design.newest)
        if len(ids) > 1:
            wire = Wire(ids[-2], "output", ids[-1], "input")
            design = edits.connect(design, wire)
    return design, ids


@pytest.fixture(autouse=True)
def _rested(qtbot: QtBot, session: Session) -> Iterator[None]:
    """Every test begins and ends with nothing under way."""
    at_rest(qtbot, session)
    yield
    at_rest(qtbot, session)


def show(qtbot: QtBot, session: Session, design: Design | None = None):
    panel = ActivationPanel(session, None)
    qtbot.addWidget(panel)
    panel.resize(300, 620)
    panel.show()
    if design is not None:
        session.document.replace(design)
    return panel


def at_rest(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: session.worker.idle, timeout=WAIT)


def torchs(panel: ActivationPanel, place: int = 0) -> Callable[[], bool]:
    """Whether the curve is no longer the shipped polyline."""
    return lambda: len(panel.plot.series[place].x) > 1000


def press(panel: ActivationPanel, qtbot: QtBot, name: str) -> None:
    button = panel.findChild(QPushButton, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_curve_of_sigmoid_and_its_derivative(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "sigmoid")[0])
    qtbot.waitUntil(torchs(panel), timeout=WAIT)

    assert panel.plot.x_range() == pytest.approx((-20, 20))
    x, f, slope = panel.plot.series[0].at(0.0)
    assert (x, f, slope) == pytest.approx((0.0, 0.5, 0.25), abs=1e-12)
    drawn_x, drawn_y = panel.plot.series[0].f.getData()
    expected = 1 / (1 + np.exp(-drawn_x))
    np.testing.assert_allclose(drawn_y, expected, atol=1e-12)
    np.testing.assert_allclose(
        panel.plot.series[0].df.getData()[1], expected * (1 - expected), atol=1e-12
    )


def test_a_curve_is_there_before_the_worker_answers(qtbot, session, monkeypatch):
    monkeypatch.setattr(session.worker, "ask", lambda *args, **named: None)

    panel = show(qtbot, session, chain("input", "linear", "tanh")[0])

    main = panel.plot.series[0]
    assert tuple(main.x) == curve("tanh").x
    assert main.at(0.0) == pytest.approx((0, 0, 1), abs=1e-6)
    assert not panel.plot.dim


def test_a_nearer_look_is_asked_of_torch_again(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "tanh")[0])
    qtbot.waitUntil(torchs(panel), timeout=WAIT)
    coarse = np.diff(panel.plot.series[0].x).max()

    press(panel, qtbot, "activationNear")

    assert panel.plot.x_range() == pytest.approx((-6, 6))
    qtbot.waitUntil(
        lambda: np.diff(panel.plot.series[0].x).max() < coarse / 2, timeout=WAIT
    )
    x, y = panel.plot.series[0].f.getData()
    assert x[0] <= -6
    assert x[-1] >= 6
    np.testing.assert_allclose(y, np.tanh(x), atol=1e-12)

    press(panel, qtbot, "activationFar")
    assert panel.plot.x_range() == pytest.approx((-20, 20))


def test_a_range_can_be_typed_and_a_turned_one_is_refused(qtbot, session, told):
    panel = show(qtbot, session, chain("input", "linear", "relu")[0])
    low = panel.findChild(QDoubleSpinBox, "activationLow")

    low.selectAll()
    qtbot.keyClicks(low, "-3")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert panel.plot.x_range() == pytest.approx((-3, 20))
    assert low.text() == "−3"  # the sign that the axis has

    low.selectAll()
    qtbot.keyClicks(low, "50")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert panel.plot.x_range() == pytest.approx((-3, 20))
    assert told == ["The left end of the range must be below the right."]
    assert low.value() == -3


def test_three_laid_over_one_another(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "sigmoid")[0])
    menu = panel.overlays.menu()
    entries = {
        action.text(): action
        for family in menu.findChildren(QMenu)
        for action in family.actions()
    }
    assert len(entries) == len(CURVED) - 1  # all but the shown one

    for title in ("Tanh", "ReLU", "GELU"):
        entries[title].trigger()
    menu.close()

    for place in range(4):
        qtbot.waitUntil(torchs(panel, place), timeout=WAIT)
    values = [series.at(1.0)[1] for series in panel.plot.series]
    assert values == pytest.approx([0.7310586, math.tanh(1), 1.0, 0.8413447])
    colours = {series.colour().name() for series in panel.plot.series}
    assert len(colours) == 4

    chip = panel.findChild(QToolButton, "overlay_relu")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert [series.kind for series in panel.plot.series] == ["sigmoid", "tanh", "gelu"]


def test_the_crosshair_reads_what_torch_computed(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "sigmoid")[0])
    qtbot.waitUntil(torchs(panel), timeout=WAIT)
    area = panel.plot.data_area

    qtbot.mouseMove(panel.plot.viewport(), area.center().toPoint())
    qtbot.waitUntil(lambda: bool(panel.plot.readout))

    x, f, slope = panel.plot.series[0].at(panel.plot.crosshair)
    assert x == pytest.approx(0, abs=0.2)
    assert panel.plot.readout[0].text == f"x {number(x)}"
    assert panel.plot.readout[1].text == f"f {number(f)}  f′ {number(slope)}"

    qtbot.mouseMove(panel.plot.viewport(), QPoint(2, 2))
    qtbot.waitUntil(lambda: not panel.plot.readout)


@pytest.mark.parametrize("held", [False, True])
def test_the_wheel_zooms_only_with_ctrl(qtbot, session, held):
    panel = show(qtbot, session, chain("input", "linear", "sigmoid")[0])
    panel.plot.clearFocus()
    middle = panel.plot.data_area.center()
    keys = Qt.KeyboardModifier.ControlModifier if held else Qt.KeyboardModifier(0)
    wheel = QWheelEvent(
        middle,
        panel.plot.viewport().mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )

    QApplication.sendEvent(panel.plot.viewport(), wheel)

    low, high = panel.plot.x_range()
    assert (high - low < 39) is held
    assert panel.ends.low.value() == pytest.approx(low, abs=0.1)


def test_the_crosshair_follows_the_arrow_keys(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "tanh")[0])

    for _ in range(3):
        qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert panel.plot.crosshair > 0.5
    qtbot.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert panel.plot.crosshair is None


def test_the_legend_hides_the_derivative(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "relu")[0])
    main = panel.plot.series[0]
    assert main.df.isVisible()

    key = panel.findChild(QToolButton, "activationShow_df")
    qtbot.mouseClick(key, Qt.MouseButton.LeftButton)

    assert not main.df.isVisible()
    assert main.f.isVisible()


@pytest.mark.parametrize("kind", CURVED)
def test_every_elementwise_activation_shows_torchs_curve(qtbot, session, kind):
    panel = show(qtbot, session)

    panel.show_kind(kind)
    qtbot.waitUntil(torchs(panel), timeout=WAIT)

    shipped, main = curve(kind), panel.plot.series[0]
    assert main.kind == kind
    for x, f in zip(shipped.x, shipped.f, strict=True):
        assert main.at(x)[0] == pytest.approx(x, abs=1e-9)  # steps are round numbers
        assert main.at(x)[1] == pytest.approx(f, abs=1e-5)
    low, high = panel.plot.viewRange()[1]
    assert low < main.y[(main.x > -20) & (main.x < 20)].min() + 1e-9
    assert high > main.y[(main.x > -20) & (main.x < 20)].max() - 1e-9
    assert panel.findChild(object, "activationFormula").formulas == (
        OPERATORS[kind].help.formula,
        OPERATORS[kind].help.derivative,
    )


@pytest.mark.parametrize("kind", OVER)
def test_every_activation_over_a_dimension_shows_bars(qtbot, session, kind):
    panel = show(qtbot, session)

    panel.show_kind(kind)
    at_rest(qtbot, session)

    assert tuple(panel.bars.before.values) == SCORES
    after = panel.bars.after.values
    scores = np.array(SCORES)
    share = np.exp(scores) / np.exp(scores).sum()
    turned = np.exp(-scores) / np.exp(-scores).sum()
    expected = {
        "softmax": share,
        "softmax2d": share,
        "softmin": turned,
        "log_softmax": np.log(share),
        "glu": scores[:5] / (1 + np.exp(-scores[5:])),
    }[kind]
    np.testing.assert_allclose(after, expected, atol=1e-6)


def test_the_bars_of_softmax_sum_to_one_for_scores_of_ones_own(qtbot, session):
    panel = show(qtbot, session, chain("input", "linear", "softmax")[0])
    edit = panel.findChild(QLineEdit, "activationScores")

    edit.selectAll()
    qtbot.keyClicks(edit, "1, 1, 1 2")

    qtbot.waitUntil(lambda: len(panel.bars.after.values) == 4, timeout=WAIT)
    at_rest(qtbot, session)
    assert panel.bars.after.values.sum() == pytest.approx(1)
    assert panel.bars.after.values[3] == pytest.approx(math.e / (3 + math.e))
    assert panel.bars.total.text() == "Σ = 1"

    qtbot.keyClicks(edit, " x")
    assert panel.bars.after.words == "Type numbers, separated by commas."


@pytest.mark.parametrize("text", ["", "1, x", "nan", "1e999", "1 " * 65])
def test_what_is_no_list_of_scores(text):
    assert read_scores(text) is None


def test_it_follows_the_selection_to_the_activation_after_a_layer(qtbot, session):
    design, ids = chain("input", "linear", "sigmoid", "linear", "relu")
    panel = show(qtbot, session, design)
    assert panel.kind == "sigmoid"

    session.selection.set([ids[3]])  # the second linear layer
    assert panel.kind == "relu"
    session.selection.set([ids[0]])  # an input leads to none: the last one stays
    assert panel.kind == "relu"
    session.selection.set([ids[2]])
    assert panel.kind == "sigmoid"


def test_parameters_of_the_node_reach_the_curve(qtbot, session):
    design, ids = chain("input", "linear", "leaky_relu")
    panel = show(qtbot, session, design)

    session.document.attempt(
        edits.set_params, ids[2:], {"negative_slope": 0.5}, text="Slope"
    )

    qtbot.waitUntil(
        lambda: panel.plot.series[0].at(-2.0)[1] == pytest.approx(-1, abs=0.05),
        timeout=WAIT,
    )


def test_the_histogram_of_what_arrives(qtbot, session):
    design, ids = chain("input", "linear", "sigmoid")
    panel = show(qtbot, session, design)

    qtbot.waitUntil(lambda: panel.plot.received is not None, timeout=WAIT)
    heights = panel.plot.bar_heights
    counts = panel.plot.received.counts
    np.testing.assert_allclose(
        heights / heights.max(), np.asarray(counts) / counts.max(), atol=1e-12
    )
    session.document.attempt(
        edits.disconnect, [Wire(ids[0], "output", ids[1], "input")], text="Cut"
    )
    assert panel.plot.received is None


def test_a_hidden_panel_asks_nothing_until_it_is_shown(qtbot, session, monkeypatch):
    asked = []
    monkeypatch.setattr(
        session.worker, "ask", lambda request, *args, **named: asked.append(request)
    )
    panel = show(qtbot, session)
    panel.hide()

    session.document.replace(chain("input", "linear", "tanh")[0])
    assert not asked
    panel.show()
    assert {type(request).__name__ for request in asked} == {"AskCurve", "AskReceived"}


def test_moving_a_node_asks_nothing(qtbot, session, monkeypatch):
    design, ids = chain("input", "linear", "tanh")
    panel = show(qtbot, session, design)
    asked = []
    monkeypatch.setattr(
        session.worker, "ask", lambda request, *args, **named: asked.append(request)
    )

    session.document.attempt(edits.move, {ids[2]: (40.0, 9.0)}, text="Move")

    assert not asked
    assert panel.kind == "tanh"


def test_an_empty_design_says_what_to_do(qtbot, session):
    panel = show(qtbot, session, Design())

    assert panel.kind == ""
    assert not panel.plot.isVisible()
    assert "No activation yet" in panel.doc


def test_the_picture_can_be_saved_as_svg_and_png(qtbot, session, tmp_path):
    panel = show(qtbot, session, chain("input", "linear", "tanh")[0])

    for suffix in ("svg", "png"):
        path = tmp_path / f"plot.{suffix}"
        assert panel.plot.save_picture(str(path))
        assert path.stat().st_size > 1000


def test_a_new_design_without_an_activation_shows_none(qtbot, session):
    design = edits.add(Design(), "relu")
    panel = show(qtbot, session, design)
    assert panel.kind == "relu"
    session.document.replace(edits.add(Design(), "linear"))
    assert panel.kind == ""
    assert "No activation yet" in panel.doc


def test_a_curve_that_was_refused_and_comes_later_takes_the_refusal_away(
    qtbot, session, monkeypatch
):
    asked = []

    def ask(request, done, failed, owner):
        asked.append((request, done, failed))

    monkeypatch.setattr(session.worker, "ask", ask)
    panel = show(qtbot, session)
    panel.show_kind("gelu")
    request, done, failed = asked[-1]
    assert request.kind == "gelu"

    failed("The engine does not start.")
    assert panel.refusal == "The engine does not start."
    done(answer(request))
    assert panel.refusal == ""
    assert panel.plot.series[0].fresh
