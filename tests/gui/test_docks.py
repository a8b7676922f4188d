"""Stories of panels: moved, hidden, brought back, remembered, in any window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QUndoView

from engine.design import edits
from gui.window import Window

AREA = Qt.DockWidgetArea
SIZES = [(800, 600), (1280, 800), (1440, 900), (2560, 1440)]


def settled(window: Window) -> None:
    for _ in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def docks(window: Window) -> list[QDockWidget]:
    held = window.docks
    return [held.palette, held.inspector, held.insight, held.results]


@pytest.mark.parametrize("name", ["palette", "inspector", "insight", "results"])
def test_every_panel_is_hidden_and_shown_by_its_action(
    window: Window, name: str
) -> None:
    dock: QDockWidget = getattr(window.docks, name)
    action = window.actions_by_id[f"show_{name}"]
    assert action.isChecked()
    window.run(action.objectName())
    assert dock.isHidden()
    assert not action.isChecked()
    assert not any(other.isHidden() for other in docks(window) if other is not dock)
    window.run(action.objectName())
    assert dock.isVisible()


def test_panels_get_bars_to_be_moved_by_only_while_they_are_arranged(
    window: Window,
) -> None:
    movable = QDockWidget.DockWidgetFeature.DockWidgetMovable
    assert not any(dock.features() & movable for dock in docks(window))
    window.run("arrange_panels")
    assert all(dock.features() & movable for dock in docks(window))
    window.docks.insight.close()  # as its bar's button does
    assert not window.actions_by_id["show_insight"].isChecked()
    window.run("arrange_panels")
    assert not any(dock.features() & movable for dock in docks(window))


def test_the_usual_layout_comes_back_from_any_disorder(window: Window) -> None:
    before = [(window.dockWidgetArea(dock), dock.isHidden()) for dock in docks(window)]
    window.addDockWidget(AREA.RightDockWidgetArea, window.docks.palette)
    window.docks.insight.setFloating(True)
    window.docks.results.hide()
    window.run("show_history")
    window.run("usual_layout")
    after = [(window.dockWidgetArea(dock), dock.isHidden()) for dock in docks(window)]
    assert after == before
    assert not window.docks.insight.isFloating()
    assert window.actions_by_id["show_results"].isChecked()
    assert not window.actions_by_id["show_history"].isChecked()


def test_where_the_panels_are_is_remembered(open_window: Callable[..., Window]) -> None:
    first = open_window()
    first.addDockWidget(AREA.RightDockWidgetArea, first.docks.palette)
    first.docks.results.hide()
    first.docks.insight.setFloating(True)
    first.document.history.setClean()
    first.close()
    second = open_window()
    settled(second)
    right = AREA.RightDockWidgetArea
    assert second.dockWidgetArea(second.docks.palette) == right
    assert second.docks.results.isHidden()
    assert not second.actions_by_id["show_results"].isChecked()
    assert second.docks.insight.isFloating()


@pytest.mark.parametrize("state", [b"", b"broken", b"\x00" * 400])
def test_a_broken_memory_leads_to_the_usual_layout(
    open_window: Callable[..., Window], state: bytes
) -> None:
    QSettings().setValue("docks", QByteArray(state))
    window = open_window()
    settled(window)
    assert all(dock.isVisible() for dock in docks(window))
    left = AREA.LeftDockWidgetArea
    assert window.dockWidgetArea(window.docks.palette) == left


@pytest.mark.parametrize("size", SIZES)
def test_the_canvas_keeps_most_of_the_room_and_nothing_is_pushed_out(
    window: Window, size: tuple[int, int]
) -> None:
    window.resize(*size)
    settled(window)
    assert (window.width(), window.height()) == size
    assert window.canvas.width() >= 0.4 * size[0]
    assert window.canvas.height() >= 0.4 * size[1]
    for dock in docks(window):
        assert window.rect().contains(dock.geometry()), dock.objectName()


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("key", ["n2", "n3"])
def test_the_inspector_is_as_high_as_what_it_shows(
    window: Window, size: tuple[int, int], key: str
) -> None:
    """Also when the window is resized right after its start."""
    window.canvas.select_only(key)
    window.resize(*size)
    settled(window)
    wanted, (above, whole) = window.docks._wanted, window.docks._shared()
    most = round(0.52 * whole)
    assert abs(above - min(wanted, most)) <= 2


def test_the_history_leads_back_to_any_change(window: Window) -> None:
    document = window.document
    before = document.design
    for size in (5, 6, 7):
        document.attempt(
            edits.set_params, ["n2"], {"out_features": size}, text=f"Size {size}"
        )
    window.run("show_history")
    view = window.findChild(QUndoView, "historyView")
    assert view is not None
    model = view.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert names == ["As it was opened", "Size 5", "Size 6", "Size 7"]
    view.setCurrentIndex(model.index(1, 0))
    assert document.design.nodes["n2"].args["out_features"] == 5
    view.setCurrentIndex(model.index(0, 0))
    assert document.design == before
