"""The line that says which block stands open, deep down and with long names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.design import edits
from engine.design.model import Design
from gui.canvas.breadcrumb import ASIDE
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.place import steps
from gui.session import Session
from gui.window import Window
from tests.strategies import chain

DEEP = 8


def nested(names: list[str]) -> Design:
    """Blocks in blocks, the first name the innermost."""
    design = chain("linear", "relu")
    for name in names:
        layers = [k for k, node in design.nodes.items() if node.kind != "input"]
        design = edits.make_block(design, layers, name)
    return design


def go_down(document: Document) -> None:
    """Into the innermost block."""
    while True:
        uses = [key for key, node in document.design.nodes.items() if node.block]
        if not uses:
            return
        document.open((*document.here.place, uses[0]))


@pytest.fixture
def canvas(session: Session, document: Document, qtbot: object) -> Iterator[CanvasView]:
    view = CanvasView(session)
    view.resize(900, 500)
    view.show()
    QApplication.processEvents()
    yield view
    view.minimap._later.stop()
    view.close()
    view.deleteLater()


def crumbs(canvas: CanvasView) -> list[QToolButton]:
    """The buttons, from left to right."""
    found = canvas.levels.breadcrumb.findChildren(QToolButton)
    return sorted((b for b in found if not b.isHidden()), key=lambda b: b.x())


def test_short_names_stand_in_full(canvas: CanvasView, document: Document) -> None:
    document.replace(nested(["Inner", "Outer"]), name="net")
    go_down(document)
    texts = ["net", "outer1", "inner1 · Inner"]
    assert [button.text() for button in crumbs(canvas)] == texts
    assert [button.isEnabled() for button in crumbs(canvas)] == [True, True, False]


@pytest.mark.parametrize("width", [420, 700, 1200, 2200])
@pytest.mark.parametrize("letters", [4, 60])
def test_deep_nesting_and_long_names_never_leave_the_canvas(
    canvas: CanvasView, document: Document, width: int, letters: int
) -> None:
    names = [f"{'Block' * 12}"[: letters - 1] + str(i) for i in range(DEEP)]
    document.replace(nested(names), name="a design with a name that is long as well")
    canvas.resize(width, 400)
    go_down(document)
    bar = canvas.levels.breadcrumb
    assert bar.x() + bar.width() <= canvas.viewport().width() - ASIDE / 2
    shown = crumbs(canvas)
    way = steps(document.whole, document.here.place)
    assert [step.block for step in way] == names[::-1]
    assert shown[-1].accessibleName() == f"{way[-1].use} · {names[0]}"
    assert shown[-2].accessibleName() == way[-2].use
    more = [button for button in shown if button.objectName() == "crumbMore"]
    if len(shown) - len(more) < DEEP + 1:
        (dots,) = more
        hidden = [action.text() for action in dots.menu().actions()]
        assert len(hidden) + len(shown) - 1 == DEEP + 1
        dots.menu().actions()[0].trigger()
        assert document.here.place == document.here.place[:1]
        assert document.design.scope.block


def test_a_wider_canvas_shows_more(canvas: CanvasView, document: Document) -> None:
    document.replace(nested([f"Level{i}" for i in range(DEEP)]), name="net")
    canvas.resize(430, 400)
    go_down(document)
    few = len(crumbs(canvas))
    canvas.resize(1400, 400)
    QApplication.processEvents()
    assert len(crumbs(canvas)) == DEEP + 1 > few


def test_a_click_goes_there_and_selects_where_one_was(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    document.replace(nested(["Inner", "Middle", "Outer"]), name="net")
    go_down(document)
    deepest = document.here.place
    QTest.mouseClick(crumbs(canvas)[1], Qt.MouseButton.LeftButton)
    assert document.here.place == deepest[:1]
    assert session.selection.ids == {deepest[1]}


def test_the_keyboard_reaches_it(window: Window) -> None:
    window.document.replace(nested(["In", "Out"]), name="net")
    go_down(window.document)
    canvas = window.canvas
    canvas.setFocus()
    window.run("next_pane")
    focus = window.focusWidget()
    assert canvas.levels.breadcrumb.isAncestorOf(focus)
    assert focus.objectName() == "crumb0"
    QTest.keyClick(focus, Qt.Key.Key_Right)
    assert window.focusWidget().objectName() == "crumb1"
    window.actions_by_id["stop"].setEnabled(True)  # as while the engine works
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.focusWidget() is canvas
    assert len(window.document.here.place) == 2
    QTest.keyClick(canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert window.focusWidget().objectName() == "crumb1"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert len(window.document.here.place) == 1
    assert window.focusWidget() is canvas
