"""Every row's defaults, from the palette to torch, as a person takes them there."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation
from engine.design import edits
from engine.service import AskBars, AskCurve, AskSummary
from gui.canvas.view import CanvasView
from gui.session import Session
from tests.engine.standing import KINDS, standing
from tests.gui.test_canvas import drag, drop, painted, port

WAIT = 30_000
SCORES = (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)


@pytest.fixture
def canvas(session: Session) -> Iterator[CanvasView]:
    view = CanvasView(session)
    view.resize(1000, 700)
    view.show()
    yield view
    view.minimap._later.stop()
    view.close()
    view.deleteLater()


@pytest.mark.parametrize("kind", KINDS)
def test_every_default_is_dropped_drawn_built_and_curved(
    qtbot: QtBot, canvas: CanvasView, session: Session, kind: str
) -> None:
    document = session.document
    document.replace(_inputs_for(kind))
    drop(canvas, kind, QPointF(200, 0))
    dropped = document.design.newest
    assert len(painted(canvas, dropped)) > 6

    wanted = [p.name for p in document.design.nodes[dropped].inputs if not p.optional]
    feeds = _feeds(kind)
    assert list(feeds) == wanted
    for name, (source, leaving) in feeds.items():
        start = port(canvas, source, leaving, entering=False)
        drag(canvas, start, port(canvas, dropped, name, entering=True))
    assert document.checked.ok, [str(p.message) for p in document.checked.problems]

    summary = _asked(qtbot, session, AskSummary(document.design))
    assert summary.total_params == document.checked.parameters
    row = OPERATORS[kind]
    if isinstance(row, Activation):
        _is_curved(qtbot, session, row)


def _inputs_for(kind: str):
    """What the operator needs, without the operator: its Inputs, one below another."""
    design = standing(kind)
    design = edits.remove(
        design, [key for key in design.nodes if _is(design, key, kind)]
    )
    places = {key: (-300.0, 110.0 * i) for i, key in enumerate(design.nodes)}
    return edits.move(design, places)


def _feeds(kind: str) -> dict[str, tuple[str, str]]:
    """Input port -> the node and output port that stand ready for it."""
    design = standing(kind)
    (key,) = (key for key in design.nodes if _is(design, key, kind))
    wires = design.graph.incoming.get(key, {})
    return {name: (wire.source, wire.output) for name, wire in wires.items()}


def _is(design, key: str, kind: str) -> bool:
    return design.nodes[key].kind == kind


def _is_curved(qtbot: QtBot, session: Session, row: Activation) -> None:
    if row.over:
        bars = _asked(qtbot, session, AskBars(row.kind, (), SCORES))
        assert len(bars.before) == len(SCORES)
        assert all(math.isfinite(value) for value in bars.after)
        return
    curve = _asked(qtbot, session, AskCurve(row.kind, (), -4.0, 4.0, 4001))
    assert len(curve.x) == len(curve.f) == len(curve.df) == 4001
    slopes = (curve.f[2:] - curve.f[:-2]) / (curve.x[2:] - curve.x[:-2])
    smooth = abs(curve.df[2:] - curve.df[:-2]) < 0.1  # away from the kinks
    assert abs(slopes - curve.df[1:-1])[smooth].max() < 0.01


def _asked(qtbot: QtBot, session: Session, request):
    """What the worker answers."""
    answers: list[object] = []
    refusals: list[str] = []
    session.worker.ask(request, answers.append, refusals.append, owner=session.document)
    qtbot.waitUntil(lambda: bool(answers or refusals), timeout=WAIT)
    assert refusals == []
    return answers[0]
