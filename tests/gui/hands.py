"""A hand on the canvas: real events at points of the viewport, one step at a time."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.design.model import Design, Wire
from gui.canvas.node_item import NodeItem
from gui.canvas.overview import Overview
from gui.canvas.view import CanvasView
from gui.canvas.wire_item import WireItem

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
NO_BUTTON = Qt.MouseButton.NoButton


class Hand:
    """Presses, moves and lets go; points are of the scene: one aims at things."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.at = QPoint()
        self.keys = NONE
        self._button = LEFT
        self._data: QMimeData | None = None

    # The mouse

    def press(
        self,
        at: QPointF,
        keys: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = LEFT,
    ) -> None:
        self.keys, self._button = keys, button
        self.at = self.canvas.mapFromScene(at)
        self._mouse(QEvent.Type.MouseButtonPress, button, button)

    def move(self, to: QPointF, keys: Qt.KeyboardModifier | None = None) -> None:
        """In four steps, as a hand does."""
        self.keys = self.keys if keys is None else keys
        start, end = self.at, self.canvas.mapFromScene(to)
        for step in range(1, 5):
            self.at = start + (end - start) * (step / 4)
            self._mouse(QEvent.Type.MouseMove, NO_BUTTON, self._button)

    def hover(self, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        self.keys, self.at = keys, self.canvas.mapFromScene(at)
        self._mouse(QEvent.Type.MouseMove, NO_BUTTON, NO_BUTTON)

    def release(self) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, self._button, NO_BUTTON)

    def drag(
        self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NONE
    ) -> None:
        self.press(start, keys)
        self.move(end)
        self.release()

    def click(self, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(at, keys)
        self.release()

    def double_click(self, at: QPointF) -> None:
        spot = self.canvas.mapFromScene(at)
        QTest.mouseDClick(self.canvas.viewport(), LEFT, NONE, spot)

    def _mouse(
        self, kind: QEvent.Type, button: Qt.MouseButton, held: Qt.MouseButton
    ) -> None:
        over, where = self.canvas.viewport(), QPointF(self.at)
        event = QMouseEvent(
            kind, where, over.mapToGlobal(where), button, held, self.keys
        )
        QApplication.sendEvent(over, event)

    # Out of the palette

    def carry(
        self,
        kind: str,
        to: QPointF,
        keys: Qt.KeyboardModifier = NONE,
        what: str = "operator",
    ) -> None:
        """Come over the canvas with a row of the palette, and hold it there."""
        self._data = QMimeData()
        self._data.setData(f"application/x-fanin-{what}", kind.encode())
        enter = self.canvas.viewport().rect().center() * 0.2 + QPoint(60, 60)
        self.at = enter
        self._dragged(QDragEnterEvent, keys)
        self.carry_on(to, keys)

    def carry_on(self, to: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
        start, end = self.at, self.canvas.mapFromScene(to)
        for step in range(1, 5):
            self.at = start + (end - start) * (step / 4)
            self._dragged(QDragMoveEvent, keys)

    def drop(self, keys: Qt.KeyboardModifier = NONE) -> None:
        copy, over = Qt.DropAction.CopyAction, self.canvas.viewport()
        event = QDropEvent(QPointF(self.at), copy, self._data, LEFT, keys)
        QApplication.sendEvent(over, event)

    def leave(self) -> None:
        """Esc, or out of the canvas: Qt says only this of a drag that ends so."""
        QApplication.sendEvent(self.canvas.viewport(), QDragLeaveEvent())

    def _dragged(self, kind: type, keys: Qt.KeyboardModifier) -> None:
        copy, over = Qt.DropAction.CopyAction, self.canvas.viewport()
        QApplication.sendEvent(over, kind(self.at, copy, self._data, LEFT, keys))

    # The keyboard

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)

    def escape(self) -> None:
        self.key(Qt.Key.Key_Escape)

    # What is seen

    @property
    def said(self) -> str:
        """The words at the pointer."""
        cue = self.canvas.cue
        return cue.text() if cue.isVisible() else ""

    def middle(self, key: str) -> QPointF:
        return self.canvas.canvas.node_items[key].body.center()

    def port(self, key: str, name: str, *, entering: bool) -> QPointF:
        item = self.canvas.canvas.node_items[key]
        dot = item.face.dot(name, entering=entering)
        assert dot is not None, f"{key} has no port {name}"
        return item.port_at(dot)

    def out_of(self, key: str) -> QPointF:
        return self.port(key, "output", entering=False)

    def into(self, key: str, name: str = "input") -> QPointF:
        return self.port(key, name, entering=True)

    def on_wire(self, wire: Wire) -> QPointF:
        return self.canvas.canvas.wire_items[wire].path.pointAtPercent(0.5)

    def extra_items(self) -> int:
        """Things on the scene that are neither node nor wire of the design."""
        shown = NodeItem, WireItem, Overview
        return sum(not isinstance(i, shown) for i in self.canvas.canvas.items())

    @property
    def apart(self) -> bool:
        """Whether no node covers another."""
        boxes = [item.space for item in self.canvas.canvas.node_items.values()]
        return not any(a.intersects(b) for a, b in combinations(boxes, 2))


def looks(canvas: CanvasView) -> tuple[object, ...]:
    """All that a cancelled gesture must leave as it was."""
    scene = canvas.canvas
    return (
        canvas.session.document.design,
        canvas.session.document.history.count(),
        canvas.session.selection.ids,
        {key: (item.x(), item.y()) for key, item in scene.node_items.items()},
        {
            key: (item.mood.selected, item.mood.target, item.mood.lit)
            for key, item in scene.node_items.items()
        },
        {wire: (item.isVisible(), item.lit) for wire, item in scene.wire_items.items()},
        len(scene.items()),
        canvas.cue.isVisible(),
    )


def design_of(*kinds: str, step: float = 190.0) -> Design:
    """A chain of these in a row: n1, n2, …"""
    from engine.design import edits

    design = Design()
    for place, kind in enumerate(kinds):
        design = edits.add(design, kind, (place * step, 0.0))
        if place:
            wire = Wire(f"n{place}", "output", f"n{place + 1}", "input")
            design = edits.connect(design, wire)
    return design
