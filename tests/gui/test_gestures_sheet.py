"""The list of all gestures: it says what is true, and all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QHelpEvent,
    QKeySequence,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from engine.design import edits
from engine.design.file import save
from engine.design.model import Wire
from gui.acts import acts
from gui.canvas import keys as canvas_keys
from gui.gesture_sheet import GestureSheet, rows
from gui.gestures import GESTURES
from tests.gui.hands import ALT, CTRL, LEFT, MIDDLE, NONE, SHIFT, Hand, design_of

if TYPE_CHECKING:
    from gui.window import Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
KEY = Qt.Key


class Stage:
    """A whole window on x -> linear1 -> relu1 -> linear2, and a hand in it."""

    def __init__(self, window: Window, folder: Path, qtbot: QtBot) -> None:
        self.window, self.folder, self.qtbot = window, folder, qtbot
        self.canvas, self.document = window.canvas, window.document
        self.document.replace(design_of("input", "linear", "relu", "linear"))
        self.canvas.zoom_to(0.8)
        self.canvas.centerOn(285, 40)
        self.hand = Hand(self.canvas)
        self.selection = window.session.selection
        self.wire = Wire("n2", "output", "n3", "input")

    @property
    def below(self) -> QPointF:
        """Empty canvas."""
        return QPointF(250, 140)

    def spot(self, key: str) -> tuple[float, float]:
        return self.document.design.look.positions[key]

    def feeds(self, source: str, target: str) -> bool:
        wires = self.document.design.wires
        return any((w.source, w.target) == (source, target) for w in wires)

    def wheel(self, turn: int, keys: Qt.KeyboardModifier, *, fingers: bool) -> None:
        over, at = self.canvas.viewport(), QPointF(200, 200)
        none, update = Qt.ScrollPhase.NoScrollPhase, Qt.ScrollPhase.ScrollUpdate
        event = QWheelEvent(
            *(at, over.mapToGlobal(at), QPoint(), QPoint(0, turn)),
            *(Qt.MouseButton.NoButton, keys, update if fingers else none, False),
        )
        QApplication.sendEvent(over, event)


def palette_drag(stage: Stage) -> bool:
    stage.hand.carry("tanh", stage.below)
    stage.hand.drop()
    return stage.document.design.nodes["n5"].kind == "tanh"


def palette_use(stage: Stage) -> bool:
    tree = stage.window.docks.panel.tree
    stage.selection.set(["n4"])
    index = tree.model().find("relu")
    tree.scrollTo(index)
    at = tree.visualRect(index).center()
    QTest.mouseClick(tree.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(tree.viewport(), LEFT, NONE, at)
    return stage.feeds("n4", "n5")


def drop_on_wire(stage: Stage) -> bool:
    stage.hand.carry("dropout", stage.hand.on_wire(stage.wire))
    stage.hand.drop()
    return stage.feeds("n2", "n5") and stage.feeds("n5", "n3")


def drop_on_node(stage: Stage) -> bool:
    stage.hand.carry("tanh", stage.hand.middle("n4"))
    stage.hand.drop()
    return stage.document.design.look.docked == {"n5": "n4"}


def drop_initializer(stage: Stage) -> bool:
    for kind, keys in (("xavier_normal", NONE), ("zeros", SHIFT)):
        stage.hand.carry(kind, stage.hand.middle("n2"), keys, what="initializer")
        stage.hand.drop(keys)
    return set(stage.document.design.nodes["n2"].init) == {"weight", "bias"}


def drop_alone(stage: Stage) -> bool:
    before = stage.document.design.wires
    stage.hand.carry("dropout", stage.hand.on_wire(stage.wire), ALT)
    stage.hand.drop(ALT)
    return stage.document.design.wires == before


def search(stage: Stage) -> bool:
    finder, opened = stage.canvas.finder, []
    stage.hand.double_click(stage.below)
    for key in (None, KEY.Key_Tab, KEY.Key_L):
        if key is not None:
            stage.hand.key(key)
        opened.append(finder.isVisible())
        QTest.keyClick(finder.field, KEY.Key_Escape)
    return all(opened)


def drop_file(stage: Stage) -> bool:
    path = stage.folder / "other.fanin"
    save(design_of("input"), path)
    data, copy = QMimeData(), Qt.DropAction.CopyAction
    data.setUrls([QUrl.fromLocalFile(str(path))])
    over = stage.window.windowHandle()
    at = stage.canvas.mapTo(stage.window, QPoint(100, 100))
    for event in (
        QDragEnterEvent(at, copy, data, LEFT, NONE),
        QDropEvent(QPointF(at), copy, data, LEFT, NONE),
    ):
        QApplication.sendEvent(over, event)
    stage.qtbot.waitUntil(lambda: stage.document.name == "other", timeout=3000)
    return True


def wire(stage: Stage) -> bool:
    stage.document.attempt(edits.add, "add", (480.0, 110.0), text="Add")
    stage.hand.drag(stage.hand.out_of("n2"), stage.hand.into("n5", "in1"))
    stage.hand.drag(stage.hand.out_of("n3"), stage.hand.middle("n5"))
    return stage.feeds("n2", "n5") and stage.feeds("n3", "n5")


def wire_search(stage: Stage) -> bool:
    stage.hand.drag(stage.hand.out_of("n4"), stage.below)
    QTest.keyClicks(stage.canvas.finder.field, "tanh")
    QTest.keyClick(stage.canvas.finder.field, KEY.Key_Return)
    return stage.feeds("n4", "n5")


def wire_take(stage: Stage) -> bool:
    stage.hand.drag(stage.hand.into("n3"), stage.below)
    gone = not stage.feeds("n2", "n3")
    stage.hand.drag(stage.hand.into("n4"), stage.hand.into("n3"))
    return gone and not stage.document.design.graph.incoming.get("n4")


def wire_cut(stage: Stage) -> bool:
    stage.hand.click(stage.hand.on_wire(stage.wire))
    stage.hand.key(KEY.Key_Delete)
    return stage.wire not in stage.document.design.wires


def move(stage: Stage) -> bool:
    grip = stage.hand.middle("n3")
    stage.hand.drag(grip, grip + QPointF(-187, 120))
    return stage.spot("n3")[0] == stage.spot("n2")[0]


def move_axis(stage: Stage) -> bool:
    grip = stage.hand.middle("n3")
    stage.hand.drag(grip, grip + QPointF(30, 120), SHIFT)
    return stage.spot("n3")[0] == 380 and stage.spot("n3")[1] > 100


def copy(stage: Stage) -> bool:
    grip = stage.hand.middle("n3")
    stage.hand.drag(grip, grip + QPointF(0, 120), CTRL)
    return stage.document.design.nodes["n5"].kind == "relu"


def splice(stage: Stage) -> bool:
    stage.document.attempt(edits.add, "dropout", (285.0, 120.0), text="Add")
    stage.hand.drag(stage.hand.middle("n5"), stage.hand.on_wire(stage.wire))
    return stage.feeds("n2", "n5")


def border(stage: Stage) -> bool:
    seen = stage.canvas.seen
    stage.hand.press(stage.hand.middle("n2"))
    stage.hand.move(QPointF(seen.right() - 2, seen.center().y()))
    moved = lambda: stage.canvas.seen.left() > seen.left() + 40  # noqa: E731
    stage.qtbot.waitUntil(moved, timeout=3000)
    stage.hand.release()
    return True


def nudge(stage: Stage) -> bool:
    stage.selection.set(["n2"])
    stage.hand.key(KEY.Key_Down, CTRL)
    stage.hand.key(KEY.Key_Down, CTRL | SHIFT)
    return stage.spot("n2") == (190, canvas_keys.STEP + 1)


def click(stage: Stage) -> bool:
    stage.hand.click(stage.hand.middle("n2"))
    chosen = stage.selection.ids
    stage.hand.click(stage.below)
    return chosen == {"n2"} and not stage.selection.ids


def toggle(stage: Stage) -> bool:
    stage.hand.click(stage.hand.middle("n2"))
    stage.hand.click(stage.hand.middle("n4"), CTRL)
    both = stage.selection.ids
    stage.hand.click(stage.hand.middle("n2"), CTRL)
    return both == {"n2", "n4"} and stage.selection.ids == {"n4"}


def path(stage: Stage) -> bool:
    stage.hand.click(stage.hand.middle("n1"))
    stage.hand.click(stage.hand.middle("n4"), SHIFT)
    return len(stage.selection.ids) == 4


def band(stage: Stage) -> bool:
    found = []
    for keys in (NONE, SHIFT, CTRL):
        stage.selection.set(["n1", "n2"] if keys else [])
        stage.hand.drag(QPointF(100, -90), QPointF(420, 90), keys)
        found.append(stage.selection.ids)
    return found == [{"n2", "n3"}, {"n1", "n2", "n3"}, {"n1", "n3"}]


def arrows(stage: Stage) -> bool:
    stage.selection.set(["n2"])
    stage.hand.key(KEY.Key_Right)
    return stage.selection.one == "n3"


def wheel(stage: Stage) -> bool:
    zoom = stage.canvas.zoom
    stage.wheel(120, NONE, fingers=False)
    nearer, left = stage.canvas.zoom > zoom, stage.canvas.seen.left()
    stage.wheel(-120, SHIFT, fingers=False)
    return nearer and stage.canvas.seen.left() > left


def fingers(stage: Stage) -> bool:
    zoom, top = stage.canvas.zoom, stage.canvas.seen.top()
    stage.wheel(-120, NONE, fingers=True)
    panned = stage.canvas.seen.top() > top and stage.canvas.zoom == zoom
    stage.wheel(120, CTRL, fingers=True)
    return panned and stage.canvas.zoom > zoom


def pan(stage: Stage) -> bool:
    before = stage.canvas.middle
    stage.hand.press(stage.below, NONE, MIDDLE)
    stage.hand.move(stage.below + QPointF(50, 0))
    stage.hand.release()
    first = stage.canvas.middle
    QTest.keyPress(stage.canvas, KEY.Key_Space)
    stage.hand.press(stage.below)
    stage.hand.move(stage.below + QPointF(50, 0))
    stage.hand.release()
    QTest.keyRelease(stage.canvas, KEY.Key_Space)
    return before.x() > first.x() > stage.canvas.middle.x()


def rest(stage: Stage) -> bool:
    spot = stage.canvas.mapFromScene(stage.hand.middle("n2"))
    over = stage.canvas.viewport()
    event = QHelpEvent(QEvent.Type.ToolTip, spot, over.mapToGlobal(spot))
    QApplication.sendEvent(over, event)
    said = QToolTip.text()
    QToolTip.hideText()
    stage.qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=3000)
    return "linear1" in said


def rename(stage: Stage) -> bool:
    stage.hand.double_click(stage.hand.middle("n2"))
    field = stage.canvas.findChild(QLineEdit, "canvasRename")
    QTest.keyClicks(field, "fc")
    QTest.keyClick(field, KEY.Key_Return)
    return stage.document.design.nodes["n2"].name == "fc"


def open_block(stage: Stage) -> bool:
    stage.document.attempt(edits.make_block, ["n3"], "Act", text="Block")
    use = stage.document.design.newest
    stage.hand.double_click(stage.hand.middle(use))
    inside = stage.document.here.place
    stage.hand.escape()
    return inside == (use,) and stage.document.here.place == ()


def other_use(stage: Stage) -> bool:
    stage.document.attempt(edits.make_block, ["n3"], "Act", text="Block")
    use = stage.document.design.newest
    stage.document.attempt(edits.set_params, [use], {"repeat": 2}, text="Twice")
    stage.canvas.levels.enter(use)
    QTest.keyClick(stage.canvas, KEY.Key_PageDown, ALT)
    second = stage.document.here.turns
    QTest.keyClick(stage.canvas, KEY.Key_PageUp, ALT)
    return (second, stage.document.here.turns) == ((1,), (0,))


def menu(stage: Stage) -> bool:
    spot = stage.canvas.mapFromScene(stage.hand.middle("n2"))
    over, reason = stage.canvas.viewport(), QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, spot, over.mapToGlobal(spot))
    QApplication.sendEvent(over, event)
    opened = stage.canvas.findChildren(QMenu, "canvasMenu")[-1]
    shown = opened.isVisible()
    opened.close()
    return shown


def escape(stage: Stage) -> bool:
    stage.hand.press(stage.hand.middle("n2"))
    stage.hand.move(stage.below)
    stage.hand.escape()
    stage.hand.release()
    kept = stage.spot("n2") == (190, 0) and stage.selection.one == "n2"
    stage.hand.escape()
    return kept and not stage.selection.ids


def framed(stage: Stage) -> QPointF:
    """A frame around linear1 and relu1; a point of its title."""
    stage.document.attempt(edits.frame_nodes, ["n2", "n3"], "Two", text="Frame")
    stage.selection.set(())
    return stage.canvas.canvas.marks.items["f5"].box.topLeft() + QPointF(30, 14)


def members(stage: Stage, key: str = "f5") -> tuple[str, ...]:
    return stage.document.design.look.marks[key].members


def write_title(stage: Stage, text: str) -> None:
    fields = stage.canvas.findChildren(QLineEdit, "frameTitle")
    (field,) = (field for field in fields if field.isVisible())
    QTest.keyClicks(field, text)
    QTest.keyClick(field, KEY.Key_Return)


def frame_draw(stage: Stage) -> bool:
    stage.selection.set(["n2", "n3"])
    stage.canvas.setFocus()
    QTest.keyClick(stage.canvas, KEY.Key_J, CTRL)
    write_title(stage, "Two")
    frame = stage.document.design.look.marks["f5"]
    return frame.title == "Two" and frame.members == ("n2", "n3")


def frame_move(stage: Stage) -> bool:
    title, left = framed(stage), stage.spot("n4")
    stage.hand.drag(title, title + QPointF(0, 70))
    moved = stage.spot("n2")[1] == stage.spot("n3")[1] > 40
    return moved and stage.spot("n4") == left


def frame_join(stage: Stage) -> bool:
    framed(stage)
    stage.hand.drag(stage.hand.middle("n3"), QPointF(380, 190), ALT)
    out = members(stage)
    stage.hand.drag(stage.hand.middle("n3"), QPointF(260, 10), ALT)
    return out == ("n2",) and members(stage) == ("n2", "n3")


def frame_size(stage: Stage) -> bool:
    framed(stage)
    box = stage.canvas.canvas.marks.items["f5"].box
    edge = QPointF(box.right(), box.top() + 20)
    stage.hand.drag(edge, QPointF(stage.spot("n4")[0] + 80, edge.y()))
    wider = members(stage) == ("n2", "n3", "n4")
    before = stage.document.design.look.marks["f5"].box.height
    QTest.keyClick(stage.canvas, KEY.Key_Down, SHIFT)
    return wider and stage.document.design.look.marks["f5"].box.height > before


def frame_title(stage: Stage) -> bool:
    stage.hand.double_click(framed(stage))
    write_title(stage, "Pair")
    return stage.document.design.look.marks["f5"].title == "Pair"


STORIES: dict[str, Callable[[Stage], bool]] = {
    story.__name__: story
    for story in (
        *(palette_drag, palette_use, drop_on_wire, drop_on_node, drop_initializer),
        *(drop_alone, search, drop_file, wire, wire_search, wire_take, wire_cut),
        *(move, move_axis, copy, splice, border, nudge, click, toggle, path, band),
        *(frame_draw, frame_move, frame_join, frame_size, frame_title),
        *(arrows, wheel, fingers, pan, rename, open_block, other_use, menu, escape),
    )
}
STORIES["help"] = rest


def test_every_gesture_of_the_list_does_what_it_says(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    untrue = [
        f"{gesture.id}: {gesture.how}"
        for gesture in GESTURES
        if not STORIES[gesture.id](Stage(window, tmp_path, qtbot))
    ]
    assert untrue == []


def test_there_is_no_story_of_a_gesture_that_the_list_keeps_to_itself() -> None:
    assert {gesture.id for gesture in GESTURES} == STORIES.keys()


def test_every_shortcut_of_the_window_and_of_the_canvas_stands_there() -> None:
    text = QKeySequence.SequenceFormat.NativeText
    listed = {how for _, how, _ in rows()}
    shown = {key for how in listed for key in how.split("   ")}
    for act in acts():
        for key in act.keys:
            assert QKeySequence(key).toString(text) in shown, act.id
    prose = " ".join(listed)
    aliases = {"Ctrl+Shift+)": "Ctrl+Shift+0", "Return": "Enter"}
    for held, key in canvas_keys.COMMANDS:
        named = QKeySequence(held.value | key.value).toString(text)
        named = aliases.get(named, named)
        assert named in shown or named in prose, f"{named} is nowhere to be found"


def test_help_opens_the_list_beside_the_window_and_finds(
    window: Window, qtbot: QtBot
) -> None:
    action = window.actions_by_id["gestures"]
    action.trigger()
    sheet = window.findChild(GestureSheet)
    assert sheet.isVisible()
    assert not sheet.isModal()
    qtbot.keyClicks(sheet.search, "splice")
    count = sheet.list.topLevelItemCount()
    shown = [
        heading.child(place).text(0)
        for heading in map(sheet.list.topLevelItem, range(count))
        for place in range(heading.childCount())
        if not heading.child(place).isHidden()
    ]
    assert shown == ["Drop onto a wire"]
    action.trigger()
    assert len(window.findChildren(GestureSheet)) == 1
    QTest.keyClick(sheet.search, KEY.Key_Escape)
    assert not sheet.isVisible()
