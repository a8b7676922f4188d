"""The weights panel: drawn, expected and why, from the real worker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Init, Step, TensorSpec, Theory
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from gui.panels.histogram import density, extremes
from gui.panels.plot_parts import Words
from gui.panels.summary_rows import own_lines
from gui.panels.weights import WeightsPanel
from gui.panels.weights_table import defined, equation, with_numbers
from gui.session import Session

WAIT = 30_000
SHAPES = [
    ("N", 8),
    ("N", 6, 8),
    ("N", 4, 8, 8),
    ("N", 4, 8, 8, 8),
]


def of(kind: str, shape: tuple[Value, ...] = ("N", 3), **params: Value) -> Design:
    """An input and one operator on it, every input port fed by it."""
    design = edits.add(Design(), "input", params={"shape": shape})
    source = design.newest
    design = edits.add(design, kind, params=params)
    target = design.newest
    for port in design.nodes[target].inputs:
        if port.dtype == "int":
            design = edits.set_params(design, [source], {"dtype": "int64"})
        wire = Wire(source, "output", target, port.name)
        if not port.optional:
            design = edits.connect(design, wire)
    return design


def drawing(design: Design) -> bool:
    known = check(design).known(design.newest)
    return known is not None and any(s.family != "buffer" for s in known.tensors)


def with_tensors() -> list[tuple[str, Design]]:
    """Every operator that learns something, on an input that suits it."""
    found = []
    for kind, row in OPERATORS.items():
        if row.role not in ("layer", "activation"):
            continue
        designs = (of(kind, shape) for shape in SHAPES)
        fit = next((design for design in designs if drawing(design)), None)
        if fit is not None:
            found.append((kind, fit))
    return found


LEARNING = with_tensors()


@pytest.fixture(autouse=True)
def _rested(qtbot: QtBot, session: Session) -> Iterator[None]:
    """Every test begins and ends with nothing under way."""
    qtbot.waitUntil(lambda: session.worker.idle, timeout=WAIT)
    yield
    qtbot.waitUntil(lambda: session.worker.idle, timeout=WAIT)


def show(qtbot: QtBot, session: Session, design: Design) -> WeightsPanel:
    panel = WeightsPanel(session, None)
    qtbot.addWidget(panel)
    panel.resize(300, 620)
    panel.show()
    session.document.replace(design)
    return panel


def drawn(qtbot: QtBot, panel: WeightsPanel) -> WeightsPanel:
    qtbot.waitUntil(lambda: panel.plot.report is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: panel.session.worker.idle, timeout=WAIT)
    return panel


def test_the_histogram_of_a_large_tensor_holds_all_its_values(qtbot, session):
    design = of("linear", ("N", 100), out_features=80)
    panel = drawn(qtbot, show(qtbot, session, design))

    report = panel.plot.report
    assert report.count == 8000
    assert report.ticks is None
    assert float(np.sum(report.counts)) == pytest.approx(8000)
    # The line over the bars is the expected count of each bin: it must have their area.
    x, y = panel.plot.line
    width = report.edges[1] - report.edges[0]
    assert np.trapezoid(y, x) / width == pytest.approx(8000, rel=0.03)


def test_a_small_tensor_shows_its_values_as_ticks(qtbot, session):
    panel = drawn(qtbot, show(qtbot, session, of("linear", out_features=3)))

    assert panel.plot.report.redraws
    assert len(panel.plot.ticks) == 9
    assert np.abs(panel.plot.ticks).max() <= 3**-0.5
    assert panel.label.startswith("9 values as ticks; behind them")
    assert panel.table.text("max", "drawn") != ""


def test_expected_and_why_are_there_before_anything_is_drawn(
    qtbot, session, monkeypatch
):
    monkeypatch.setattr(session.worker, "ask", lambda *args, **named: None)
    design = of("linear", ("N", 3), out_features=3)
    design = edits.set_init(design, [design.newest], "weight", Init("xavier_normal"))

    panel = show(qtbot, session, design)

    assert panel.table.text("std", "expected") == "0.577"
    assert panel.table.text("mean", "expected") == "0"
    assert panel.table.text("fans", "expected") == "3 · 3"
    assert panel.table.text("std", "drawn") == ""
    assert panel.why.formulas.formulas[-1] == (
        r"\mathrm{std} \enspace \sigma = g \sqrt{\frac{2}{n_{\mathrm{in}} +"
        r" n_{\mathrm{out}}}} = 1 \cdot \sqrt{\frac{2}{3 + 3}} = 0.5774"
    )
    x, y = panel.plot.line
    assert np.trapezoid(y, x) == pytest.approx(1, abs=0.01)


def test_reroll_changes_the_numbers_and_undo_restores_them(qtbot, session):
    panel = drawn(qtbot, show(qtbot, session, of("linear")))
    before = np.array(panel.plot.ticks)

    button = panel.findChild(QPushButton, "weightReroll")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.document.design.settings.seed == 1
    assert panel.findChild(QSpinBox, "weightSeed").value() == 1
    qtbot.waitUntil(lambda: not np.array_equal(before, panel.plot.ticks), timeout=WAIT)

    session.document.undo()
    assert session.document.design.settings.seed == 0
    qtbot.waitUntil(lambda: np.array_equal(before, panel.plot.ticks), timeout=WAIT)


def test_a_seed_can_be_typed(qtbot, session):
    panel = drawn(qtbot, show(qtbot, session, of("linear")))
    seed = panel.findChild(QSpinBox, "weightSeed")

    seed.selectAll()
    qtbot.keyClicks(seed, "42")
    qtbot.keyClick(seed, Qt.Key.Key_Return)

    assert session.document.design.settings.seed == 42
    assert session.document.history.undoText() == "Seed 42"


@pytest.mark.parametrize(("kind", "design"), LEARNING, ids=[k for k, _ in LEARNING])
def test_every_layer_that_learns_shows_every_tensor(qtbot, session, kind, design):
    panel = drawn(qtbot, show(qtbot, session, design))
    box = panel.findChild(QComboBox, "weightTensor")
    known = session.document.checked.known(design.newest)
    names = [spec.name for spec in known.tensors if spec.family != "buffer"]
    assert [box.itemData(index) for index in range(box.count())] == names

    for index, name in enumerate(names):
        box.setCurrentIndex(index)
        box.activated.emit(index)
        # ends with: a tensor's name in the state_dict has the node's before it
        qtbot.waitUntil(
            lambda name=name: (
                panel.plot.report is not None
                and panel.plot.report.name.endswith(f".{name}")
            ),
            timeout=WAIT,
        )
        report = panel.plot.report
        assert report.low <= report.mean <= report.high
        assert float(np.sum(report.counts)) >= report.count
        assert panel.why.formulas.formulas


def test_torchs_other_reading_of_the_fans_is_told(qtbot, session):
    design = of("conv_transpose2d", ("N", 64, 8, 8), out_channels=128, kernel_size=3)
    panel = drawn(qtbot, show(qtbot, session, design))

    assert "fan_in 1,152 and fan_out 576" in panel.why.note
    session.document.replace(of("linear"))
    drawn(qtbot, panel)
    assert panel.why.note == ""


def test_a_node_without_weights_leads_to_its_neighbours(qtbot, session):
    design = of("linear")
    first = design.newest
    design = edits.insert_after(design, "relu", first)
    relu = design.newest
    panel = drawn(qtbot, show(qtbot, session, design))
    session.selection.set([relu])

    assert panel.words == "relu1 has no weights; this is linear1, before it."
    assert panel.plot.isVisible()
    link = panel.findChild(QPushButton, "weightBefore")
    assert link.accessibleName() == "Select linear1"
    assert not panel.findChild(QPushButton, "weightAfter").isVisible()
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert session.selection.one == first
    assert panel.words == ""


def test_an_input_alone_has_nothing_to_draw(qtbot, session):
    design = edits.add(Design(), "input")
    panel = show(qtbot, session, design)

    session.selection.set([design.newest])

    assert panel.words == "x (Input) has no weights to draw."
    assert not panel.plot.isVisible()


def test_what_does_not_fit_in_memory_is_said_and_the_theory_shown(qtbot, session):
    design = of("linear", ("N", 2**24), out_features=2**24)
    panel = show(qtbot, session, design)

    qtbot.waitUntil(lambda: "cannot be drawn here" in panel.label, timeout=WAIT)
    assert panel.plot.report is None
    assert panel.plot.line is not None
    assert panel.table.text("std", "expected") != ""
    assert not panel.plot.dim


def test_unknown_sizes_are_said(qtbot, session):
    design = edits.add(Design(), "linear")
    panel = show(qtbot, session, design)

    session.selection.set([design.newest])

    assert panel.words.startswith("The sizes of linear1 are not known yet")


@pytest.mark.parametrize(
    "theory",
    [
        Theory("uniform", 0.5, 12**-0.5, 0.0, 1.0),
        Theory("normal", 1.0, 2.0, -np.inf, np.inf),
        Theory("truncated", 0.0, 0.88, -2.0, 2.0, spread=1.0),
        Theory("sparse", 0.0, 0.5, -np.inf, np.inf, spread=0.6, zeros=0.25),
    ],
)
def test_a_density_has_the_area_of_its_share(theory):
    x, y = density(theory)

    assert np.trapezoid(y, x) == pytest.approx(1 - theory.zeros, abs=2e-3)


def test_the_extremes_of_a_draw_are_as_expected():
    random = np.random.default_rng(0)
    normal = Theory("normal", 0.0, 1.0, -np.inf, np.inf)
    drawn = random.normal(size=(4000, 50))
    assert extremes(normal, 50)[1] == pytest.approx(drawn.max(axis=1).mean(), rel=0.02)

    uniform = Theory("uniform", 0.5, 12**-0.5, 0.0, 1.0)
    drawn = random.uniform(size=(4000, 9))
    assert extremes(uniform, 9)[0] == pytest.approx(drawn.min(axis=1).mean(), rel=0.05)


@pytest.mark.parametrize(
    ("low", "high"), [(-2.0, 2.0), (-0.5, 3.0), (1.0, 2.5), (-2.9, -1.9)]
)
def test_a_normal_cut_off_its_centre_is_drawn_and_bounded_as_torch_cuts_it(low, high):
    args = {"mean": 0.0, "std": 1.0, "a": low, "b": high}
    spec = TensorSpec("weight", (9, 9), "weight", 9, 9, Init("ones"))
    theory = INITIALIZERS["trunc_normal"].theory(args, spec)
    x, y = density(theory)
    assert np.trapezoid(y, x) == pytest.approx(1, abs=2e-3)
    assert np.trapezoid(x * y, x) == pytest.approx(theory.mean, abs=5e-3)
    assert x[y.argmax()] == pytest.approx(np.clip(0.0, low, high), abs=0.02)

    tensor = torch.empty(4000, 50)
    torch.nn.init.trunc_normal_(tensor, generator=torch.manual_seed(0), **args)
    ends = tensor.amin(dim=1).mean().item(), tensor.amax(dim=1).mean().item()
    assert extremes(theory, 50) == pytest.approx(ends, abs=0.06)


def test_numbers_are_put_into_a_formula_by_whole_symbols():
    symbols = {"g": 2.0, "a": -1.0, r"n_{\mathrm{in}}": 3.0}

    assert with_numbers(r"g \sqrt{\frac{2}{n_{\mathrm{in}}}}", symbols) == (
        r"2 \cdot \sqrt{\frac{2}{3}}"
    )
    assert with_numbers(r"\max(a, \gamma)", symbols) == r"\max(({-}1), \gamma)"
    step = Step("zeros per column", r"z = g", 2.0)
    assert defined(step) == "z"
    assert equation(step, symbols) == (
        r"\mathrm{zeros\ per\ column} \enspace z = g = 2"
    )


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_the_steps_of_every_initializer_can_be_drawn(qtbot, session, kind):
    row = INITIALIZERS[kind]
    spec = TensorSpec("weight", (8, 6, 3), "weight", 18, 24, Init("zeros"))
    if row.refuses(row.defaults, spec) is not None:
        spec = TensorSpec("weight", (8, 6), "weight", 6, 8, Init("zeros"))
    panel = show(qtbot, session, Design())

    panel.why.explain(row, row.complete(()), spec)

    assert panel.why.formulas.formulas
    assert panel.why.formulas.unread == ()


def test_a_long_name_makes_the_panel_no_wider(qtbot, session):
    design = edits.rename(edits.add(Design(), "linear"), "n1", "a" * 64)
    panel = show(qtbot, session, design)
    session.selection.set(["n1"])
    widths = {words.minimumSizeHint().width() for words in panel.findChildren(Words)}
    assert max(widths) < panel.viewport().width()


@pytest.mark.parametrize("chosen", [False, True])
def test_a_block_says_what_was_chosen_within_it(qtbot, session, monkeypatch, chosen):
    monkeypatch.setattr(session.worker, "ask", lambda *args, **named: None)
    design = of("linear", ("N", 3), out_features=3)
    if chosen:
        init = Init("kaiming_normal", (("nonlinearity", "relu"),))
        design = edits.set_init(design, [design.newest], "weight", init)
    design = edits.make_block(design, [design.newest], "Step")
    panel = show(qtbot, session, design)
    session.selection.set([design.newest])

    said = panel.why.title.text()
    assert said.startswith("He normal: " if chosen else "torch's default, ")
    shown = panel.tensors.itemText(0)
    assert shown.endswith("He N" if chosen else "default")
    rows = own_lines(session.document.design, session.document.checked)
    titles = [cell.text for row in rows for cell in row.cells]
    assert ("He normal" in titles) is chosen
