"""Any hand, anywhere: what is given up leaves no trace, what is done can be undone."""

from __future__ import annotations

from random import Random

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import ALT, CTRL, NONE, SHIFT, Hand, design_of, looks

KEYS = (NONE, NONE, NONE, SHIFT, CTRL, ALT, CTRL | SHIFT)
KINDS = ("linear", "tanh", "add", "input", "conv2d", "concatenate", "dropout")
INITS = ("xavier_normal", "zeros", "orthogonal")


@pytest.fixture
def branched(document: Document, canvas: CanvasView) -> Design:
    """Two branches that meet, something loose, something docked, a frame."""
    design = design_of("input", "linear", "relu", "linear")
    design = edits.dock(design, "n3", "n2")
    design = edits.add(design, "add", (760, 0))
    design = edits.connect(design, Wire("n4", "output", "n5", "in1"))
    design = edits.connect(design, Wire("n2", "output", "n5", "in2"))
    design = edits.add(design, "dropout", (300, 160))
    design = edits.add(design, "embedding", (520, 160))
    document.replace(edits.frame_nodes(design, ["n6"], "Loose"))
    canvas.fit()
    return document.design


def somewhere(hand: Hand, random: Random) -> QPointF:
    """A thing to aim at: a port, a node, a wire, or empty canvas."""
    scene, seen = hand.canvas.canvas, hand.canvas.seen
    what = random.randrange(4)
    if what == 0:
        item = scene.node_items[random.choice(sorted(scene.node_items))]
        return item.port_at(random.choice(item.face.dots))
    if what == 1:
        return hand.middle(random.choice(sorted(scene.node_items)))
    if what == 2 and scene.wire_items:
        return hand.on_wire(random.choice(sorted(scene.wire_items)))
    return QPointF(
        random.uniform(seen.left() + 60, seen.right() - 60),
        random.uniform(seen.top() + 60, seen.bottom() - 60),
    )


def begin(hand: Hand, random: Random) -> str:
    """Some gesture, up to the moment before it is let go; how it would end."""
    held = random.choice(KEYS)
    if random.random() < 0.4:
        init = random.random() < 0.3
        kind = random.choice(INITS if init else KINDS)
        what = "initializer" if init else "operator"
        hand.carry(kind, somewhere(hand, random), held, what)
        for _ in range(random.randrange(3)):
            hand.carry_on(somewhere(hand, random), random.choice(KEYS))
        return "carried"
    hand.press(somewhere(hand, random), held)
    for _ in range(random.randrange(4)):
        hand.move(somewhere(hand, random), random.choice(KEYS))
    return "pressed"


@pytest.mark.parametrize("zoom", [None, 0.3, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_gesture_that_is_given_up_leaves_no_trace(
    hand: Hand, canvas: CanvasView, branched: Design, seed: int, zoom: float | None
) -> None:
    random = Random(seed)
    if zoom is not None:
        canvas.zoom_to(zoom)
    for _ in range(12):
        before = looks(canvas)
        selected = before[2]
        how = begin(hand, random)
        if how == "carried":
            hand.leave()
        else:
            hand.escape()
            hand.release()
        canvas.session.selection.set(selected)  # a press selects; that is no edit
        canvas.canvas.choose(None)
        assert looks(canvas) == before, f"seed {seed}"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_is_undone_step_by_step(
    hand: Hand, canvas: CanvasView, document: Document, branched: Design, seed: int
) -> None:
    random = Random(seed)
    for _ in range(12):
        steps = document.history.index()
        if begin(hand, random) == "carried":
            hand.drop(random.choice(KEYS))
        else:
            hand.release()
        if canvas.finder.isVisible():
            QTest.keyClick(canvas.finder.field, Qt.Key.Key_Escape)
        assert document.history.index() - steps in (0, 1)
        assert hand.said == ""
        moods = [item.mood for item in canvas.canvas.node_items.values()]
        assert all(mood.lit is None and not mood.target for mood in moods)
    while document.history.canUndo():
        document.undo()
    assert document.design == branched
    spots = {k: (i.x(), i.y()) for k, i in canvas.canvas.node_items.items()}
    assert spots == dict(branched.look.positions)
