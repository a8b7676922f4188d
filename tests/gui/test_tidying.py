"""Ctrl+L in the window: one step, on the way for a moment, and where it was asked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.design import edits
from gui.tidy import tidied
from scripts.templates import TEMPLATES

CTRL = Qt.KeyboardModifier.ControlModifier


def moves_for(time):
    """A style that asks for animations of so many milliseconds; 0 is none."""
    return lambda: SimpleNamespace(styleHint=lambda *_: time)


@pytest.fixture
def lively(window, monkeypatch):
    """A canvas with animations, whatever the system of the tests asks for."""
    monkeypatch.setattr(window.canvas, "style", moves_for(200))
    return window.canvas


def heaped(window, name="resnet18"):
    """A ready design with its nodes upon each other."""
    design = TEMPLATES[name].design
    spots = {key: (70.0 * place, 0.0) for place, key in enumerate(design.nodes)}
    window.document.replace(edits.move(design, spots))
    window.canvas.setFocus()


def tidy_key(window):
    QTest.keyClick(window.canvas, Qt.Key.Key_L, CTRL)


def shown(window):
    canvas = window.canvas.canvas
    return {key: item.pos().toTuple() for key, item in canvas.node_items.items()}


def ways(window):
    items = window.canvas.canvas.wire_items
    return {wire: (item.points, item.laid.label) for wire, item in items.items()}


def test_ctrl_l_is_one_step_and_ends_where_the_layout_says(window, lively, qtbot):
    heaped(window)
    before, steps = window.document.design, window.document.history.count()
    tidy_key(window)

    assert window.document.history.count() == steps + 1
    laid = dict(window.document.design.look.positions)
    assert laid == tidied(before, window.document.checked, lively.canvas.inks)
    assert lively.moving.busy
    assert shown(window) != laid  # still on the way
    qtbot.waitUntil(lambda: not lively.moving.busy)
    assert shown(window) == laid
    arrived = ways(window)

    window.document.undo()
    assert window.document.design.look == before.look
    assert shown(window) == dict(before.look.positions)
    window.document.redo()
    assert ways(window) == arrived


def test_esc_ends_the_way_at_once_and_does_nothing_besides(window, lively):
    heaped(window)
    one = next(iter(window.document.design.nodes))
    window.session.selection.set([one])
    tidy_key(window)
    assert lively.moving.busy
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not lively.moving.busy
    assert shown(window) == dict(window.document.design.look.positions)
    assert window.session.selection.ids == {one}


def test_a_change_on_the_way_starts_from_where_everything_belongs(window, lively):
    heaped(window)
    tidy_key(window)
    assert lively.moving.busy
    window.document.undo()
    assert not lively.moving.busy
    assert shown(window) == dict(window.document.design.look.positions)


def test_without_animations_everything_is_there_at_once(window, lively, monkeypatch):
    monkeypatch.setattr(lively, "style", moves_for(0))
    heaped(window)
    tidy_key(window)
    assert not lively.moving.busy
    assert shown(window) == dict(window.document.design.look.positions)


def test_only_the_selected_nodes_are_tidied_where_they_stand(window, lively):
    heaped(window)
    chosen = list(window.document.design.nodes)[3:6]
    window.session.selection.set(chosen)
    before = dict(window.document.design.look.positions)
    steps = window.document.history.count()
    tidy_key(window)

    after = dict(window.document.design.look.positions)
    assert window.document.history.count() == steps + 1
    assert {key for key in after if after[key] != before[key]} <= set(chosen)
    assert after != before
    lively.moving.finish()
    spaces = {key: item.space for key, item in lively.canvas.node_items.items()}
    for key in chosen:
        others = (spaces[other] for other in spaces if other != key)
        assert not any(spaces[key].intersects(other) for other in others)


def test_a_tidy_design_is_left_as_it_is(window, lively):
    window.document.replace(TEMPLATES["gpt2"].design)
    window.canvas.setFocus()
    tidy_key(window)
    steps = window.document.history.count()
    tidy_key(window)
    assert window.document.history.count() == steps


def test_frames_are_on_the_way_with_their_nodes(window, lively, qtbot):
    heaped(window)
    document, marks = window.document, window.canvas.canvas.marks
    ids = sorted(document.design.nodes)[:2]
    document.commit(edits.frame_nodes(document.design, ids, "Pair"), "Frame")
    (key,) = document.design.look.marks
    tidy_key(window)
    settled = document.design.look.marks[key].box
    assert marks.items[key].mark.box != settled
    qtbot.waitUntil(lambda: not lively.moving.busy)
    assert marks.items[key].mark.box == settled


def test_what_is_fitted_includes_the_wires_that_lead_back_to_a_row(window):
    window.document.replace(TEMPLATES["resnet18"].design)
    canvas = window.canvas
    canvas.fit()
    scene = canvas.canvas
    back = [item for item in scene.wire_items.values() if item.bowed]
    assert back
    left = min(x for item in back for x, _ in item.points)
    assert left < min(item.body.left() for item in scene.node_items.values())
    assert canvas.seen.left() < left
    assert scene.content.left() <= left
