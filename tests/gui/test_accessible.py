"""What those are told who do not see the screen: names, nodes, the keyboard's place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QWidget,
)

from gui.acts import acts
from gui.window import Window

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What a reader finds on the canvas, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.gui.read_canvas"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_every_node_is_read_out_in_the_order_of_computation(report):
    names = [node["name"] for node in report["first"]]
    assert names[:2] == ["x, Input, output N×3", "hidden1, Linear, 3 → 3, output N×3"]
    assert [name.partition(",")[0] for name in names] == [
        "x",
        "hidden1",
        "sigmoid",
        "hidden2",
        "relu",
        "out",
        "softmax",
    ]
    assert all(node["wide"] for node in report["first"])


def test_wires_and_advice_are_described(report):
    said = report["first"][2]["description"]
    assert "input from hidden1." in said
    assert "Feeds hidden2." in said
    assert "ReLU passes all of it" in said


def test_pressing_a_node_selects_it_and_it_has_the_focus(report):
    assert "Press" in report["first"][2]["actions"]
    assert report["pressed"]["selected"]
    assert report["pressed"]["focused"]
    assert report["focus"] == report["canvas"] == report["pressed"]["name"]


def test_a_broken_node_says_how_many_problems_it_has(report):
    (lost,) = (n["name"] for n in report["broken"] if n["name"].startswith("softmax"))
    assert lost.endswith("shape not known yet, 1 problem")


def test_nodes_come_and_go_while_a_reader_holds_them(report):
    assert report["left"] == len(report["first"])
    assert report["invalid"] == 60


# Controls


def controls(window: QWidget) -> Iterator[QWidget]:
    """What takes the keyboard or a press, and is ours to name."""
    for widget in window.findChildren(QWidget):
        inner = widget.parent()
        private = isinstance(inner, QAbstractSpinBox | QComboBox | QLineEdit)
        viewport = isinstance(inner, QAbstractScrollArea) and inner.viewport() is widget
        name = widget.objectName()
        if private or viewport or name.startswith("qt_") or _in_menu(widget):
            continue
        if name in ("ScrollLeftButton", "ScrollRightButton") or _in_list(widget):
            continue
        pressed = isinstance(widget, QAbstractButton) and not widget.isHidden()
        if widget.focusPolicy() or pressed:
            yield widget


def _in_menu(widget: QWidget) -> bool:
    """Within a menu, as those of the plots, which are not shown."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QMenu):
        above = above.parentWidget()
    return above is not None


def _in_list(widget: QWidget) -> bool:
    """The list that a combo box drops down."""
    above = widget.parentWidget()
    return above is not None and isinstance(above.parentWidget(), QComboBox)


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return str(widget.accessibleName() or text)


def called(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


@pytest.mark.parametrize("selected", ["", "n2", "n3", "n4 n6"])
def test_every_control_of_the_window_has_a_name(window: Window, selected: str) -> None:
    for act in acts():
        if act.checkable:
            window.actions_by_id[act.id].setChecked(False)
            window.run(act.id)
    window.session.selection.set(selected.split())
    window.run("find")
    window.run("commands")
    window.canvas.search()
    found = list(controls(window))
    assert len(found) > 40
    nameless = [
        f"{type(one).__name__} {one.objectName()}" for one in found if not named(one)
    ]
    assert nameless == []
    mute = [
        named(one)
        for one in found
        if isinstance(one, QAbstractButton)
        and not isinstance(one, QCheckBox)  # named by the label before it
        and len(one.text()) < 2
        and not one.toolTip()
        and one.objectName() != ""
    ]
    assert mute == []


def test_every_action_says_what_it_does_with_its_shortcut(window: Window) -> None:
    for act in acts():
        action = window.actions_by_id[act.id]
        assert action.statusTip(), act.id
        keys = action.shortcut().toString()
        assert keys in action.toolTip(), act.id


def reached_from(start: QWidget, window: Window, key: Qt.Key) -> set[QWidget]:
    """Where a key leads, as far as the canvas, for which Tab means the search."""
    start.setFocus()
    reached: set[QWidget] = set()
    for _ in range(400):
        now = QApplication.focusWidget()
        if now is None or now in reached or now is window.canvas:
            break
        reached.add(now)
        QTest.keyClick(now, key)
    return reached


def test_tab_reaches_what_every_pane_holds(window: Window) -> None:
    """From field to field by Tab alone, as far as the panes' own controls go."""
    for pane, title, show in window.docks.panes():
        show()
        wanted = {
            one
            for one in controls(pane)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus
            and one.isVisible()
            and one.isEnabled()
        }
        start = next((one for one in pane.findChildren(QWidget) if one in wanted), None)
        if start is None:
            continue
        reached = reached_from(start, window, Qt.Key.Key_Tab)
        reached |= reached_from(start, window, Qt.Key.Key_Backtab)
        lost = {called(one) for one in wanted - reached}
        assert not lost, title
