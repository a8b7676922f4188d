"""Wires in the colour of the spread they carry, badges on what loses the signal."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from gui.canvas.inks import TONES

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def fading(depth: int = 6) -> Design:
    """Sigmoids under torch's default: the gradient fades fast."""
    design = edits.add(Design(), "input", params={"shape": ("N", 16)})
    for layer in range(depth):
        if layer:
            design = edits.insert_after(design, "sigmoid", design.newest)
        design = edits.insert_after(design, "linear", design.newest)
    return design


def answered(window, qtbot):
    hearing = window.session.ear
    qtbot.waitUntil(lambda: not hearing.stale and not hearing.busy, timeout=30_000)


@pytest.fixture
def tinted(open_window, qtbot):
    window = open_window(fading())
    QTest.keyClick(window, Qt.Key.Key_9, CHORD)
    answered(window, qtbot)
    return window


def tints(window):
    scene = window.canvas.canvas
    design = window.document.design
    return [scene.strands.tints.get(wire) for wire in design.wires]


def test_wires_take_the_colour_of_the_gradient_and_then_of_the_signal(tinted, qtbot):
    back = tints(tinted)
    assert back[0] is None  # an input gets no gradient
    assert back[1] < back[-1] <= 0
    item = tinted.canvas.canvas.wire_items[tinted.document.design.wires[1]]
    ink = item.stroke.color()
    assert ink.blue() > ink.red() + 40
    QTest.keyClick(tinted, Qt.Key.Key_8, CHORD)
    ahead = tints(tinted)
    assert ahead[0] == 0
    assert ahead != back
    QTest.keyClick(tinted, Qt.Key.Key_0, CHORD)
    assert set(tints(tinted)) == {None}
    assert item.stroke.color() == tinted.canvas.canvas.inks.wire.color()
    assert not tinted.session.ear._listeners


def test_what_explodes_is_orange(tinted, qtbot):
    document = tinted.document
    linears = [
        key for key, node in document.design.nodes.items() if node.kind == "linear"
    ]
    far = Init("normal", (("std", 100.0),))
    document.commit(edits.set_init(document.design, linears, "weight", far), "far")
    answered(tinted, qtbot)
    QTest.keyClick(tinted, Qt.Key.Key_8, CHORD)
    assert max(tone for tone in tints(tinted) if tone is not None) > TONES // 2
    ink = tinted.canvas.canvas.inks.toned(TONES)
    assert ink.red() > ink.blue() + 40


def test_the_legend_says_what_is_healthy_and_goes_with_the_colours(tinted):
    legend = tinted.canvas.signal.legend
    assert legend.isVisible()
    assert "healthy" in legend.accessibleName()
    QTest.keyClick(tinted, Qt.Key.Key_0, CHORD)
    assert not legend.isVisible()


def test_activations_say_what_they_lose(tinted, qtbot):
    document, scene = tinted.document, tinted.canvas.canvas
    first = next(
        key for key, node in document.design.nodes.items() if node.kind == "sigmoid"
    )
    linear = document.design.graph.incoming[first]["input"].source
    design = edits.replace_kind(document.design, first, "relu")
    design = edits.set_init(
        design, [linear], "bias", Init("constant", (("val", -9.0),))
    )
    document.commit(design, "kill")
    answered(tinted, qtbot)
    assert scene.stage.mood(first).lost == "100% dead"
    QTest.keyClick(tinted, Qt.Key.Key_0, CHORD)
    assert scene.stage.mood(first).lost == ""


def test_colours_hold_within_a_block_and_after_an_edit(tinted, qtbot):
    document = tinted.document
    keys = [key for key in document.design.nodes if key != "n1"]
    document.commit(edits.make_block(document.design, keys, "Body"), "block")
    answered(tinted, qtbot)
    assert tints(tinted) == [None]  # the input's own wire: no gradient there
    QTest.keyClick(tinted, Qt.Key.Key_8, CHORD)
    assert tints(tinted) == [0]
    use = document.design.newest
    document.open((use,))
    inside = [tone for tone in tints(tinted) if tone is not None]
    assert len(inside) >= len(keys) - 1


def test_repeats_that_share_are_coloured_as_their_first(open_window, qtbot):
    design = edits.make_block(fading(2), ["n3", "n4"], "Step")
    use = design.newest
    design = edits.set_params(design, [use], {"repeat": 3, "shared": True})
    window = open_window(design)
    QTest.keyClick(window, Qt.Key.Key_8, CHORD)
    answered(window, qtbot)
    window.document.open((use,))
    assert None not in tints(window)[:2]


def test_the_far_picture_has_the_same_colours(tinted, qtbot):
    view = tinted.canvas
    view.zoom_to(0.05)
    scene = view.canvas
    grouped = scene.overview._bundled(scene.strands.strokes)
    assert any(isinstance(stroke, int) and stroke < 0 for stroke in grouped)
    assert not view.grab().isNull()
