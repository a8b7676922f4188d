"""Looking around by pointer: wheel, fingers, pinch, pan; and the gentle ways."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.design.model import Design
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.gui.hands import CTRL, MIDDLE, NONE, SHIFT, Hand, design_of, looks

ZOOMS = (0.3, 1.0, 3.0)
AT = QPoint(300, 200)


@pytest.fixture
def chain(document: Document, canvas: CanvasView) -> Design:
    """x -> linear1 -> relu1 -> linear2."""
    document.replace(design_of("input", "linear", "relu", "linear"))
    return document.design


def wheel(
    canvas: CanvasView,
    turn: QPoint,
    keys: Qt.KeyboardModifier = NONE,
    *,
    fingers: QPoint | None = None,
) -> None:
    """Turn the wheel at AT; with `fingers`, move two of them on a touchpad."""
    phase = Qt.ScrollPhase.NoScrollPhase if fingers is None else _UPDATE
    over, where = canvas.viewport(), QPointF(AT)
    event = QWheelEvent(
        *(where, over.mapToGlobal(where), fingers or QPoint(), turn),
        *(Qt.MouseButton.NoButton, keys, phase, False),
    )
    QApplication.sendEvent(over, event)


_UPDATE = Qt.ScrollPhase.ScrollUpdate


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("turn", [120, -120, 15])
def test_the_wheel_zooms_and_the_pointer_stays_where_it_points(
    canvas: CanvasView, chain: Design, zoom: float, turn: int
) -> None:
    canvas.zoom_to(zoom)
    before = canvas.mapToScene(AT)
    wheel(canvas, QPoint(0, turn))
    assert (canvas.zoom > zoom) == (turn > 0)
    away = (canvas.mapToScene(AT) - before).manhattanLength()
    assert away * canvas.zoom < 3


def test_the_wheel_is_bounded(canvas: CanvasView, chain: Design) -> None:
    from gui.canvas.camera import LEAST, MOST

    for turn, bound in ((120, MOST), (-120, LEAST)):
        for _ in range(60):
            wheel(canvas, QPoint(0, turn))
        assert canvas.zoom == pytest.approx(bound)


def test_two_fingers_pan_with_ctrl_they_zoom_and_shift_turns_the_wheel_sideways(
    canvas: CanvasView, chain: Design
) -> None:
    zoom, before = canvas.zoom, canvas.middle
    wheel(canvas, QPoint(0, -80), fingers=QPoint(30, -40))
    assert canvas.zoom == zoom
    moved = (canvas.middle - before) * zoom
    assert moved.x() == pytest.approx(-30, abs=2)
    assert moved.y() == pytest.approx(40, abs=2)

    wheel(canvas, QPoint(0, 80), CTRL, fingers=QPoint(0, 40))
    assert canvas.zoom > zoom

    zoom, before = canvas.zoom, canvas.middle
    wheel(canvas, QPoint(0, -120), SHIFT)
    assert canvas.zoom == zoom
    assert canvas.middle.x() > before.x()
    assert canvas.middle.y() == pytest.approx(before.y(), abs=2)


def test_a_pinch_zooms_at_the_fingers(canvas: CanvasView, chain: Design) -> None:
    zoom, before = canvas.zoom, canvas.mapToScene(AT)
    over, where = canvas.viewport(), QPointF(AT)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        *(where, where, over.mapToGlobal(where)),
        0.2,
        QPointF(),
    )
    QApplication.sendEvent(over, event)
    assert canvas.zoom == pytest.approx(zoom * 1.2)
    assert (canvas.mapToScene(AT) - before).manhattanLength() * canvas.zoom < 3


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("space", [False, True])
def test_middle_drag_and_space_drag_pan_at_any_zoom(
    hand: Hand, canvas: CanvasView, chain: Design, zoom: float, *, space: bool
) -> None:
    canvas.zoom_to(zoom)
    design, start = canvas.session.document.design, canvas.middle
    if space:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        assert canvas.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
        hand.press(start)
    else:
        hand.press(start, NONE, MIDDLE)
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor
    hand.move(start + QPointF(80, 40) / zoom)
    hand.release()
    if space:
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    away = (canvas.middle - start) * zoom + QPointF(80, 40)
    assert away.manhattanLength() < 4
    assert canvas.session.document.design is design
    assert not canvas.session.selection.ids


@pytest.mark.parametrize("zoom", ZOOMS)
def test_what_is_in_the_hand_stays_under_the_pointer_while_the_wheel_turns(
    hand: Hand, canvas: CanvasView, chain: Design, zoom: float
) -> None:
    canvas.zoom_to(zoom)
    canvas.centerOn(hand.middle("n2"))
    before = looks(canvas)
    hand.press(hand.middle("n2"))
    hand.move(hand.middle("n2") + QPointF(3, 60) / zoom)
    at = hand.at
    over, where = canvas.viewport(), QPointF(at)
    event = QWheelEvent(
        *(where, over.mapToGlobal(where), QPoint(), QPoint(0, -120)),
        *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.AltModifier),
        *(Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(over, event)
    body = canvas.canvas.node_items["n2"].body
    assert body.adjusted(-2, -2, 2, 2).contains(canvas.mapToScene(at))
    hand.escape()
    assert looks(canvas)[:2] == before[:2]


@pytest.mark.parametrize(
    ("key", "keys"),
    [(Qt.Key.Key_0, CTRL), (Qt.Key.Key_0, CTRL | SHIFT), (Qt.Key.Key_1, CTRL)],
)
def test_the_ways_there_are_gentle_and_end_where_a_jump_would(
    hand: Hand,
    canvas: CanvasView,
    chain: Design,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    key: Qt.Key,
    keys: Qt.KeyboardModifier,
) -> None:
    canvas.session.selection.set(["n2"])
    canvas.zoom_to(3.0)
    start = canvas.zoom
    hand.key(key, keys)  # at once, as animations are off
    there = canvas.zoom, canvas.middle
    canvas.zoom_to(start)

    monkeypatch.setattr("gui.canvas.glide.LONGEST", 60)
    seen = []
    canvas.zoomed.connect(seen.append)
    hand.key(key, keys)
    assert canvas.glide.busy
    qtbot.waitUntil(lambda: not canvas.glide.busy, timeout=2000)
    canvas.zoomed.disconnect(seen.append)
    assert canvas.zoom == pytest.approx(there[0])
    assert (canvas.middle - there[1]).manhattanLength() * canvas.zoom < 4
    low, high = sorted((start, there[0]))
    between = [zoom for zoom in seen if low * 1.01 < zoom < high * 0.99]
    assert between or high < low * 1.05


def test_whoever_looks_elsewhere_on_the_way_is_not_taken_along(
    hand: Hand,
    canvas: CanvasView,
    chain: Design,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gui.canvas.glide.LONGEST", 150)
    canvas.zoom_to(3.0)
    hand.key(Qt.Key.Key_0, CTRL)
    wheel(canvas, QPoint(0, 120))
    assert not canvas.glide.busy
    hand.key(Qt.Key.Key_0, CTRL)
    hand.click(QPointF(100, 150))
    assert not canvas.glide.busy
