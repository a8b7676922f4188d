"""A person's own blocks: kept, found, dragged into another design, renamed, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QMessageBox,
)
from pytestqt.qtbot import QtBot

from engine.check import check
from engine.design import edits, file, library
from engine.design.model import Design
from gui.library import Library
from gui.rescue import home
from gui.window import Window
from tests.gui.conftest import children
from tests.gui.test_blocks import LEFT, chain, used_twice, uses_of

BLOCK = "application/x-fanin-block"


@pytest.fixture
def folder(qapp: QApplication) -> Path:
    """Where the blocks are kept, empty as each test begins."""
    found = home() / "blocks"
    for path in found.glob("*"):
        path.unlink()
    return found


@pytest.fixture(autouse=True)
def _nothing_kept(folder: Path) -> None:
    """No test finds what another one kept."""


def mine(window: Window) -> QListWidget:
    found = children(window, "myBlockList")
    assert isinstance(found, QListWidget)
    return found


def names(shown: QListWidget) -> list[str]:
    return [shown.item(place).text() for place in range(shown.count())]


def stepped(width: int) -> Design:
    """A design with a block Step of a Linear of this width."""
    return edits.make_block(chain(width), ["n2", "n3"], "Step")


def keep_by_menu(qtbot: QtBot, window: Window) -> None:
    """Choose "Keep in my blocks" of the design's first block."""
    shown = children(window, "blockList")
    assert isinstance(shown, QListWidget)
    shown.setCurrentRow(0)
    choose(shown, "Keep in my blocks")


def choose(shown: QListWidget, text: str) -> None:
    """Open the menu of the current row from the keyboard, and take a line of it."""
    from PySide6.QtGui import QContextMenuEvent

    spot = shown.visualItemRect(shown.currentItem()).center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(shown, QContextMenuEvent(reason, spot, QPoint(0, 0)))
    (menu,) = shown.findChildren(QMenu, "blockMenu")
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    menu.setParent(None)


@pytest.fixture
def kept(qtbot: QtBot, window: Window) -> Window:
    """A window whose design has a block Step, which is in the library, too."""
    window.document.replace(used_twice())
    keep_by_menu(qtbot, window)
    return window


def test_a_block_that_is_kept_stands_among_my_blocks_and_in_a_file(
    kept: Window,
    folder: Path,
) -> None:
    assert names(mine(kept)) == ["Step"]
    part = file.load(folder / "Step.fanin")
    assert library.block_of(part).name == "Step"


def test_another_design_uses_it_by_a_double_click(qtbot: QtBot, kept: Window) -> None:
    document, shown = kept.document, mine(kept)
    document.replace(chain())
    assert not document.whole.blocks
    kept.session.selection.set(["n3"])
    spot = shown.visualItemRect(shown.item(0)).center()
    qtbot.mouseClick(shown.viewport(), LEFT, pos=spot)
    qtbot.mouseDClick(shown.viewport(), LEFT, pos=spot)
    (fresh,) = uses_of(document.design)
    assert document.checked.tensor(fresh, "output")
    assert [block.name for block in document.whole.blocks.values()] == ["Step"]
    qtbot.mouseDClick(shown.viewport(), LEFT, pos=spot)
    assert len(document.whole.blocks) == 1  # it is there already
    document.undo()
    document.undo()
    assert not document.whole.blocks


def test_the_search_on_the_canvas_finds_it(qtbot: QtBot, kept: Window) -> None:
    document = kept.document
    document.replace(chain())
    kept.canvas.setFocus()
    qtbot.keyClick(kept.canvas, Qt.Key.Key_Tab)
    field = children(kept.canvas, "canvasSearch")
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "step")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert len(uses_of(document.design)) == 1


def test_the_palettes_search_narrows_the_blocks_too(qtbot: QtBot, kept: Window) -> None:
    search, shown = kept.docks.panel.search, children(kept, "blockList")
    assert isinstance(shown, QListWidget)
    qtbot.keyClicks(search, "conv")
    assert (shown.isVisible(), mine(kept).isVisible()) == (False, False)
    search.clear()
    qtbot.keyClicks(search, "step")
    assert (names(shown), names(mine(kept))) == (["Step"], ["Step"])
    before = len(uses_of(kept.document.design))
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert len(uses_of(kept.document.design)) == before + 1


def test_it_is_dragged_onto_the_canvas_and_what_it_needs_comes_along(
    kept: Window,
    folder: Path,
) -> None:
    document, canvas = kept.document, kept.canvas
    document.replace(stepped(5))  # another Step
    data = QMimeData()
    text = file.encode(file.load(folder / "Step.fanin"))
    data.setData(BLOCK, text.encode())
    spot = QPointF(canvas.viewport().rect().center()) + QPointF(0, 120)
    kinds = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    canvas.dragEnterEvent(QDragEnterEvent(spot.toPoint(), *kinds))
    canvas.dropEvent(QDropEvent(spot, *kinds))
    assert sorted(b.name for b in document.whole.blocks.values()) == ["Step", "Step1"]
    fresh = document.design.nodes[document.design.newest]
    assert fresh.block is not None
    assert fresh.block.name == "Step1"


def test_a_drag_that_holds_no_block_is_refused(window: Window) -> None:
    data = QMimeData()
    data.setData(BLOCK, b"{}")
    kinds = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    event = QDragEnterEvent(QPoint(300, 200), *kinds)
    window.canvas.dragEnterEvent(event)
    assert not event.isAccepted()


def test_a_block_dropped_on_the_heading_is_kept(window: Window) -> None:
    window.document.replace(used_twice())
    (key,) = window.document.whole.blocks
    data = QMimeData()
    text = file.encode(library.packed(window.document.whole, key))
    data.setData(BLOCK, text.encode())
    place = window.docks.panel.blocks.mine
    assert not place.isHidden()  # its hint says what can be done here
    kinds = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(place, QDragEnterEvent(QPoint(20, 10), *kinds))
    QApplication.sendEvent(place, QDropEvent(QPointF(20, 10), *kinds))
    assert names(mine(window)) == ["Step"]


def test_it_is_renamed_in_place_and_removed(
    qtbot: QtBot, kept: Window, folder: Path
) -> None:
    shown = mine(kept)
    shown.setFocus()
    shown.setCurrentRow(0)
    qtbot.keyClick(shown, Qt.Key.Key_F2)
    field = children(shown, "blockNameField")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Step"
    qtbot.keyClicks(field, "Stride")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(shown) == ["Stride"])
    assert [path.name for path in folder.glob("*.fanin")] == ["Stride.fanin"]
    assert [b.name for b in kept.document.whole.blocks.values()] == ["Step"]
    shown.setCurrentRow(0)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert names(shown) == []
    assert not list(folder.glob("*.fanin"))


def test_a_name_that_cannot_be_is_refused_in_a_sentence(
    qtbot: QtBot, kept: Window
) -> None:
    told: list[str] = []
    kept.session.tell = told.append
    (one,) = kept.session.library.shelf
    mine(kept).rename(one.id, "for")
    assert "word of Python" in told[-1]
    assert names(mine(kept)) == ["Step"]


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (QMessageBox.StandardButton.Yes, {"Step": 24}),
        (QMessageBox.StandardButton.No, {"Step": 12, "Step1": 24}),
        (QMessageBox.StandardButton.Cancel, {"Step": 12}),
    ],
)
def test_another_block_of_the_name_is_replaced_or_kept_as_the_person_says(
    qtbot: QtBot,
    kept: Window,
    monkeypatch: pytest.MonkeyPatch,
    answer: QMessageBox.StandardButton,
    left: dict[str, int],
) -> None:
    asked: list[str] = []

    def exec_(box: QMessageBox) -> int:
        asked.append(box.text())
        return answer

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    keep_by_menu(qtbot, kept)  # the same one
    assert asked == []
    kept.document.replace(stepped(6))
    keep_by_menu(qtbot, kept)
    assert len(asked) == 1
    found = {}
    for one in kept.session.library.shelf:
        grown, key = library.taken(chain(), one.part)
        used = edits.add(grown, "block", block=key)
        used = edits.append_to(used, used.newest, "n1")
        found[one.block.name] = check(used).known(used.newest).parameters
    assert found == left


def test_a_file_that_is_no_block_is_said_and_the_others_are_there(
    qtbot: QtBot, kept: Window, folder: Path
) -> None:
    (folder / "broken.fanin").write_text("{", encoding="utf-8")
    file.save(chain(), folder / "network.fanin")
    kept.session.library.refresh()
    assert names(mine(kept)) == ["Step"]
    said = " ".join(
        label.text() for label in kept.docks.panel.blocks.mine.findChildren(QLabel)
    )
    assert "broken.fanin cannot be opened" in said
    assert "network.fanin is no block: it is a design" in said


def test_what_another_window_keeps_is_seen_here(qtbot: QtBot, window: Window) -> None:
    other = Library(window)
    design = used_twice()
    (key,) = design.blocks
    with qtbot.waitSignal(window.session.library.changed, timeout=5000):
        other.keep(library.packed(design, key))
    assert names(mine(window)) == ["Step"]
    with qtbot.waitSignal(window.session.library.changed, timeout=5000):
        other.rename(other.shelf[0], "Stride")
    qtbot.waitUntil(lambda: names(mine(window)) == ["Stride"], timeout=5000)


def test_blocks_of_a_design_are_imported_and_exported(
    qtbot: QtBot, kept: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.save(edits.make_block(chain(4), ["n3", "n4"], "Tail"), tmp_path / "d.fanin")
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "d.fanin")], "")
    )
    kept.docks.panel.blocks.mine.take_in()
    assert names(mine(kept)) == ["Step", "Tail"]
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "tail"), "")
    )
    mine(kept).setCurrentRow(1)
    choose(mine(kept), "Export…")
    part = file.load(tmp_path / "tail.fanin")
    assert library.block_of(part).name == "Tail"


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(
    qtbot: QtBot, kept: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    kept.session.tell = told.append
    (folder / "Step.fanin").unlink()
    kept.session.library.folder = folder / "Step.fanin" / "deeper"
    (folder / "Step.fanin").write_text("in the way", encoding="utf-8")
    keep_by_menu(qtbot, kept)
    assert "could not be made" in told[-1]
