"""Sharing a tensor between two nodes, by the inspector."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from gui.window import Window


def words() -> Design:
    """tokens → wte (50×16) → fc (16×16) → head (50×16), as a language model has."""
    given = {"shape": ("N", 7), "dtype": "int64", "high": 50}
    design = edits.add(Design(), "input", (0, 0), name="tokens", params=given)
    for kind, name, params, x in (
        ("embedding", "wte", {"num_embeddings": 50, "embedding_dim": 16}, 220),
        ("linear", "fc", {"out_features": 16}, 440),
        ("linear", "head", {"out_features": 50, "bias": False}, 660),
    ):
        design = edits.insert_after(design, kind, design.newest, at=(x, 0))
        design = edits.set_params(design, [design.newest], params)
        design = edits.rename(design, design.newest, name)
    return design


@pytest.fixture
def shown(window: Window) -> Window:
    window.document.replace(words())
    window.session.selection.set(["n4"])
    return window


def combo(window: Window, tensor: str = "weight") -> QComboBox:
    boxes = window.docks.inspector.findChildren(QComboBox, f"tie:{tensor}")
    (found,) = [box for box in boxes if box.isVisible()]
    return found


def pick(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Choose an entry by its letters, as a person at the keyboard does."""
    box.setFocus()
    place = box.findText(text)
    assert place >= 0
    while box.currentIndex() != place:
        before = box.currentIndex()
        key = Qt.Key.Key_Down if place > before else Qt.Key.Key_Up
        qtbot.keyClick(box, key)
        if box.currentIndex() == before:
            raise AssertionError("cannot be chosen")


def test_a_head_shares_the_embeddings_and_is_counted_once(
    qtbot: QtBot, shown: Window
) -> None:
    document = shown.document
    before = document.checked.parameters
    box = combo(shown)
    assert box.itemText(0) == "its own"
    pick(qtbot, box, "wte.weight")
    assert document.design.nodes["n4"].ties == {"weight": ("n2", "weight")}
    assert document.checked.parameters == before - 50 * 16
    assert combo(shown).currentText() == "wte.weight"
    for ids in (["n3"], ["n4"]):
        shown.session.selection.set(ids)
    assert combo(shown).currentText() == "wte.weight"
    document.undo()
    assert document.checked.parameters == before
    qtbot.waitUntil(lambda: combo(shown).currentText() == "its own")


def test_both_nodes_show_a_link_and_lead_to_each_other(
    qtbot: QtBot, shown: Window
) -> None:
    faces = shown.canvas.canvas.stage.faces
    assert not any(face.shares for face in faces.values())
    pick(qtbot, combo(shown), "wte.weight")
    assert {key for key, face in faces.items() if face.shares} == {"n2", "n4"}
    shown.session.selection.set(["n2"])
    links = shown.docks.inspector.findChildren(QToolButton)
    (link,) = [one for one in links if "head.weight" in one.text()]
    link.click()
    assert shown.session.selection.one == "n4"
    pick(qtbot, combo(shown), "its own")
    assert not any(face.shares for face in faces.values())
    assert not shown.document.design.nodes["n4"].ties


def test_what_does_not_fit_stands_there_with_the_reason(shown: Window) -> None:
    box = combo(shown)
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    item = model.item(box.findText("fc.weight"))
    assert not item.isEnabled()
    assert "is 50×16, but weight of Linear 'fc' is 16×16" in item.toolTip()


def test_nothing_is_offered_where_nothing_fits(shown: Window) -> None:
    shown.session.selection.set(["n3"])
    for ids in (["n3"], ["n2", "n4"]):
        shown.session.selection.set(ids)
        boxes = shown.docks.inspector.findChildren(QComboBox, "tie:weight")
        assert not any(box.isVisible() for box in boxes)


def test_an_edit_that_parts_their_shapes_is_told_and_undone_by_its_fix(
    qtbot: QtBot, shown: Window
) -> None:
    pick(qtbot, combo(shown), "wte.weight")
    document = shown.document
    document.attempt(edits.set_params, ["n4"], {"out_features": 49}, text="Narrow")
    (problem,) = [one for one in document.checked.problems if one.rule == "tie"]
    assert "cannot be one" in str(problem.message)
    assert combo(shown).currentText() == "wte.weight"
    document.commit(problem.fix.edit(document.design), "Fix")
    assert document.checked.ok


def test_what_is_shared_is_explained_as_it_is_drawn(
    qtbot: QtBot, shown: Window
) -> None:
    document = shown.document
    init = Init("normal", (("std", 0.25),))
    document.attempt(edits.set_init, ["n2"], "weight", init, text="Draw")
    pick(qtbot, combo(shown), "wte.weight")
    checked = document.checked
    (spec,) = checked.known("n4").tensors
    assert checked.init_of("n4", spec) == init
    choosers = shown.docks.inspector.findChildren(QComboBox, "initCombo:weight")
    qtbot.waitUntil(lambda: not any(box.isVisible() for box in choosers))
    assert shown.canvas.canvas.stage.faces["n4"].chip is None
