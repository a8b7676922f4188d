"""Models and weights leave and enter through the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from safetensors.torch import load_file

from engine.check import check
from engine.design import edits
from engine.model.build import build
from engine.model.store import save_weights
from tests.strategies import tutorial


@pytest.fixture
def answered(monkeypatch):
    """What the file dialogs will say."""

    def say(path, kind=""):
        for name in ("getSaveFileName", "getOpenFileName"):
            monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), kind))

    return say


@pytest.fixture
def shown(window):
    window.document.replace(tutorial())
    return window


def test_weights_are_written_by_the_worker(shown, answered, qtbot, tmp_path):
    answered(tmp_path / "w.safetensors")
    qtbot.keyClick(
        shown.canvas,
        Qt.Key.Key_E,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
    )
    qtbot.waitUntil(lambda: (tmp_path / "w.safetensors").exists(), timeout=60_000)
    written = load_file(tmp_path / "w.safetensors")
    assert written.keys() == build(tutorial()).state_dict().keys()
    qtbot.waitUntil(lambda: "w.safetensors" in shown.status.currentMessage())


def test_a_name_without_an_ending_gets_the_chosen_one(shown, answered, tmp_path):
    answered(tmp_path / "w", "ONNX (*.onnx)")
    asked = shown.exchange._asked_where()
    assert asked == tmp_path / "w.onnx"


def test_a_broken_design_is_not_written(shown, answered, tmp_path):
    answered(tmp_path / "w.safetensors")
    broken = edits.set_params(tutorial(), ["n4"], {"out_features": 2})
    broken = edits.add(broken, "linear")
    shown.document.commit(broken, "break")
    assert not check(broken).ok
    shown.actions_by_id["export_model"].trigger()
    assert "errors" in shown.status.currentMessage()
    assert not list(tmp_path.iterdir())


def test_loaded_weights_are_reported_undone_and_let_go(
    shown, answered, qtbot, tmp_path
):
    shown.session.selection.set([])  # the design's own form
    path = tmp_path / "w.safetensors"
    save_weights(build(tutorial(), 7), path)
    answered(path)
    shown.actions_by_id["load_weights"].trigger()
    assert Path(shown.document.design.settings.weights) == path
    row = shown.findChild(QWidget, "weightsSaid")
    qtbot.waitUntil(lambda: row.text() == "w.safetensors: 6 of 6 tensors by name")
    shown.document.history.undo()
    assert shown.document.design.settings.weights == ""
    shown.document.history.redo()
    qtbot.waitUntil(row.parent().drop.isVisible)
    qtbot.mouseClick(row.parent().drop, Qt.MouseButton.LeftButton)
    assert shown.document.design.settings.weights == ""
    qtbot.waitUntil(lambda: row.text() == "Drawn by the initializers.")
