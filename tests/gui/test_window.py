"""The window: first start, files, what is lost and what is not, actions, looks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QMessageBox,
    QSpinBox,
    QToolButton,
    QUndoView,
    QWidget,
)

from engine.check.alike import alike
from engine.design import edits, file
from engine.design.model import Design
from engine.model.source import to_python
from gui.actions import plain
from gui.acts import Act, acts
from gui.crash import Catcher, CrashDialog, log_path
from gui.panels.activation import ActivationPanel
from gui.rescue import Rescue, home
from gui.window import Window

BUTTON = QMessageBox.StandardButton


def change(window: Window) -> None:
    """One more layer, so that there is something to lose."""
    assert window.document.attempt(edits.add, "linear", text="Add Linear")


@pytest.fixture
def answer(monkeypatch):
    """What the person presses when asked about unsaved changes; counts that."""

    class Answer:
        button = BUTTON.Cancel
        asked = 0

    def executed(box: QMessageBox) -> int:
        Answer.asked += 1
        assert box.objectName() == "unsavedQuestion"
        return Answer.button

    monkeypatch.setattr(QMessageBox, "exec", executed)
    return Answer


@pytest.fixture
def choose(monkeypatch):
    """Sets what the file dialogs return."""

    def chosen(path: Path | None) -> None:
        reply = lambda *args: (str(path) if path else "", "")  # noqa: E731
        monkeypatch.setattr(QFileDialog, "getSaveFileName", reply)
        monkeypatch.setattr(QFileDialog, "getOpenFileName", reply)

    return chosen


# --- the first start -------------------------------------------------------------


def test_a_first_start_shows_the_tutorial_with_its_sigmoid_selected(window):
    kinds = [node.kind for node in window.document.design.nodes.values()]
    assert Counter(kinds)["linear"] == 3
    assert window.document.checked.parameters == 26
    chosen = window.session.selection.one
    assert window.document.design.nodes[chosen].kind == "sigmoid"
    assert window.document.path is None
    assert not window.document.modified
    assert window.windowTitle() == "tutorial – Fanin"
    totals = window.findChild(QLabel, "totals").text()
    assert totals.startswith("26 params · 104 B · ")


def test_every_name_that_a_test_may_look_for_is_there(window):
    window.docks.see("code")
    names = ("canvas", "palette", "inspector", "activationPlot", "weightPlot")
    names += ("summaryTable", "problemList", "codeView", "parameterTable", "searchBox")
    for name in names:
        assert window.findChild(object, name) is not None, name


def test_the_engine_is_shown_as_it_is(window, qtbot):
    label = window.findChild(QLabel, "engineState")
    qtbot.waitUntil(lambda: label.text() == "engine ready", timeout=60_000)


# --- files -----------------------------------------------------------------------


def test_a_design_is_saved_opened_and_remembered(window, choose, tmp_path):
    path = tmp_path / "net"
    choose(path)
    change(window)
    design = window.document.design
    assert window.windowTitle() == "tutorial • – Fanin"
    window.run("save")
    saved = path.with_suffix(".fanin")
    assert file.load(saved) == design
    assert window.windowTitle() == "net – Fanin"

    window.run("new")
    assert not window.document.design.nodes
    choose(saved)
    window.run("open")
    assert window.document.design == design
    assert window.document.path == saved
    assert window.files.recent() == [saved]


def test_exported_code_is_opened_as_a_design_with_places(window, choose, tmp_path):
    design = window.document.design
    path = tmp_path / "net.py"
    path.write_text(to_python(design), encoding="utf-8")
    choose(path)
    window.run("open")
    assert alike(window.document.design, design)
    assert window.document.path is None  # code is not what Save writes to
    assert window.document.modified
    spots = window.document.design.look.positions
    assert len(set(spots.values())) == len(design.nodes)


def test_trouble_with_a_file_is_said_until_another_file_is_none(
    window, choose, tmp_path
):
    choose(tmp_path / "no such folder" / "net.fanin")
    window.run("save_as")
    assert window.banner.isVisible()
    choose(tmp_path / "net.fanin")
    window.run("save_as")
    assert not window.banner.isVisible()

    window.banner.say("Restore?", ("Restore", lambda: None))
    change(window)
    window.run("save")
    assert window.banner.isVisible()  # a question stays until it is answered


def test_saving_again_asks_for_no_name(window, choose, tmp_path):
    choose(tmp_path / "net.fanin")
    window.run("save_as")
    choose(None)
    change(window)
    window.run("save")
    assert file.load(tmp_path / "net.fanin") == window.document.design
    assert not window.document.modified


@pytest.mark.parametrize("button", [BUTTON.Yes, BUTTON.No])
def test_a_file_that_another_window_saved_meanwhile_is_not_replaced_unasked(
    window, tmp_path, monkeypatch, button
):
    asked = []

    def question(parent, title, said):
        asked.append(said)
        return button

    monkeypatch.setattr(QMessageBox, "question", question)
    path, theirs = tmp_path / "net.fanin", edits.add(Design(), "conv2d")
    file.save(Design(), path)
    window.files.open(path)
    change(window)
    window.run("save")
    assert asked == []

    file.save(theirs, path)
    change(window)
    window.run("save")
    assert "net.fanin" in asked[0]
    assert (file.load(path) == theirs) == (button == BUTTON.No)
    assert window.document.modified == (button == BUTTON.No)


def test_a_name_without_suffix_does_not_overwrite_unasked(
    window, choose, tmp_path, monkeypatch
):
    there = tmp_path / "net.fanin"
    there.write_text("somebody's work")
    choose(tmp_path / "net")
    monkeypatch.setattr(QMessageBox, "question", lambda *args: BUTTON.No)
    window.run("save_as")
    assert there.read_text() == "somebody's work"


@pytest.mark.parametrize(
    "text", ["", "{", '{"format": "fanin", "version": 999}', "\x00\xff"]
)
def test_a_file_that_cannot_be_read_is_said_and_costs_nothing(
    window, choose, tmp_path, text
):
    broken = tmp_path / "broken.fanin"
    broken.write_text(text, encoding="latin-1")
    before = window.document.design
    choose(broken)
    window.run("open")
    assert window.document.design is before
    assert window.banner.isVisible()
    assert "broken.fanin" in window.banner.text.text()


@pytest.mark.parametrize("button", [BUTTON.Save, BUTTON.Discard, BUTTON.Cancel])
def test_closing_asks_about_unsaved_changes(window, choose, answer, tmp_path, button):
    answer.button = button
    choose(tmp_path / "kept.fanin")
    change(window)
    design = window.document.design
    closed = window.close()
    assert answer.asked == 1
    assert closed == (button != BUTTON.Cancel)
    assert (tmp_path / "kept.fanin").exists() == (button == BUTTON.Save)
    if button == BUTTON.Save:
        assert file.load(tmp_path / "kept.fanin") == design


def test_a_save_that_was_called_off_keeps_the_window_open(window, choose, answer):
    answer.button = BUTTON.Save
    choose(None)
    change(window)
    assert not window.close()
    assert window.document.modified


def test_nothing_is_asked_when_nothing_would_be_lost(window, answer):
    window.run("new")
    change(window)
    window.document.undo()
    assert window.close()
    assert answer.asked == 0


def test_an_undone_change_can_still_be_lost_by_no_one(window, answer):
    change(window)
    assert window.document.modified
    window.run("new")
    assert answer.asked == 1
    assert window.document.modified


def test_a_file_dragged_onto_the_window_is_opened(window, qtbot, tmp_path):
    path = tmp_path / "dragged.fanin"
    file.save(edits.add(Design(), "input"), path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, mime, left, none))
    qtbot.waitUntil(lambda: window.document.path == path)


def test_other_files_are_not_taken(window, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "weights.pt"))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_recent_files_are_in_the_menu(window, choose, tmp_path):
    choose(tmp_path / "net.fanin")
    window.run("save")
    recent = window.submenus["recent"]
    recent.aboutToShow.emit()
    assert recent.actions()[0].text() == "net.fanin"


def test_source_is_exported_and_compiles(window, choose, tmp_path):
    choose(tmp_path / "net.py")
    window.run("export_python")
    text = (tmp_path / "net.py").read_text()
    compile(text, "net.py", "exec")
    assert "class " in text


def test_source_waits_until_the_errors_are_mended(window, choose, tmp_path):
    choose(tmp_path / "net.py")
    change(window)  # a layer with an open input
    window.run("export_python")
    assert not (tmp_path / "net.py").exists()
    assert "errors" in window.status.currentMessage()
    assert window.docks.tabs.currentWidget() is window.docks.pages["problems"]


# --- work survives ---------------------------------------------------------------


def test_unsaved_work_comes_back_after_a_crash(window, open_window):
    change(window)
    design = window.document.design
    assert window.rescue.keep()
    window.rescue._lock.unlock()  # what the death of the process does

    other = open_window()
    assert other.banner.isVisible()
    assert "tutorial" in other.banner.text.text()
    next(b for b in other.banner._buttons if b.text() == "Restore").click()
    assert other.document.design == design
    assert other.document.modified
    assert not other.rescue.left_behind()


def test_a_living_windows_copy_is_not_offered_to_another(window, open_window):
    change(window)
    window.rescue.keep()
    other = open_window()
    assert not other.banner.isVisible()


def test_the_copy_goes_when_the_work_is_saved(window, choose, tmp_path):
    change(window)
    window.rescue.keep()
    assert list((home() / "unsaved").glob("*.fanin"))
    choose(tmp_path / "net.fanin")
    window.run("save")
    assert not list((home() / "unsaved").glob("*"))


def test_a_copy_is_made_a_moment_after_a_change(window, qtbot):
    window.rescue._timer.setInterval(10)
    change(window)
    unsaved = home() / "unsaved"
    qtbot.waitUntil(lambda: bool(list(unsaved.glob("*.fanin"))))
    (copy,) = unsaved.glob("*.fanin")
    assert file.load(copy) == window.document.design


def test_a_copy_that_cannot_be_read_is_said(document, qapp, window):
    folder = home() / "unsaved"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ab12.fanin").write_text("{")
    (folder / "ab12.json").write_text("not json")
    (found,) = window.rescue.left_behind()
    assert not window.files.restore(found)
    assert window.banner.isVisible()
    found.drop()
    assert not window.rescue.left_behind()


def test_a_bug_is_shown_logged_and_the_design_kept(window, qtbot, capsys):
    change(window)
    catcher = Catcher(window.rescue.keep, window)
    try:
        raise LookupError("the cat is on the keyboard")
    except LookupError as error:
        catcher.caught(LookupError, error, error.__traceback__)
    qtbot.waitUntil(lambda: window.findChild(CrashDialog) is not None)
    dialog = window.findChild(CrashDialog)
    assert "the cat is on the keyboard" in dialog.details.toPlainText()
    assert str(log_path()) in dialog._said.text()
    assert list((home() / "unsaved").glob("*.fanin"))
    assert "the cat" in capsys.readouterr().err
    dialog.reject()


# --- actions ---------------------------------------------------------------------


def test_no_two_actions_have_the_same_shortcut():
    keys = Counter(QKeySequence(key).toString() for act in acts() for key in act.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys  # every one is a shortcut that Qt knows


def test_every_action_says_what_it_does():
    for act in acts():
        assert act.tip
        assert not act.tip.endswith(".")
    names = Counter(act.id for act in acts())
    assert max(names.values()) == 1


@pytest.mark.parametrize("act", list(acts()), ids=lambda act: act.id)
def test_every_action_finds_its_slot(window, act: Act):
    found = window.verbs
    for name in (act.slot or act.id).split("."):
        found = getattr(found, name)
    assert callable(found)


def test_undo_in_the_menu_names_what_it_undoes(window, qtbot):
    undo = window.actions_by_id["undo"]
    assert not undo.isEnabled()
    change(window)
    assert plain(undo.text()) == "Undo: Add Linear"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.checked.parameters == 26
    assert plain(window.actions_by_id["redo"].text()) == "Redo: Add Linear"


def test_the_keys_of_the_canvas_stay_free_in_text_fields(window, qtbot):
    count = len(window.document.design.nodes)
    window.docks.panel.search.setFocus()
    window.docks.panel.search.setText("lin")
    qtbot.keyClick(window.docks.panel.search, Qt.Key.Key_Backspace)
    assert window.docks.panel.search.text() == "li"
    assert len(window.document.design.nodes) == count
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert len(window.document.design.nodes) == count - 1


def test_batch_and_seed_are_set_from_the_status_bar_as_one_step_each(window):
    window.status.settings.menu().aboutToShow.emit()
    form = window.status.settings.menu()
    form.findChildren(QSpinBox, "symbol_N")[-1].setValue(7)
    form.findChildren(QSpinBox, "symbol_N")[-1].setValue(70)
    form.findChildren(QSpinBox, "seed")[-1].setValue(3)
    settings = window.document.design.settings
    assert (settings.symbols["N"], settings.seed) == (70, 3)
    assert window.document.history.count() == 2
    assert window.status.settings.text() == "batch 70 · seed 3"


def test_an_initializer_is_given_to_the_selected_layers(window):
    ids = [n.id for n in window.document.design.nodes.values() if n.kind == "linear"]
    window.session.selection.set(ids)
    window.session.initialize("orthogonal")
    nodes = window.document.design.nodes
    assert {nodes[key].init["weight"].kind for key in ids} == {"orthogonal"}
    window.session.selection.set([])
    window.session.initialize("orthogonal")
    assert "Select" in window.status.currentMessage()


def test_the_history_panel_lists_the_steps_and_goes_back_to_one(window):
    window.run("show_history")
    view = window.findChild(QUndoView, "historyView")
    assert view.isVisible()
    change(window)
    change(window)
    assert view.model().rowCount() == 3
    view.setCurrentIndex(view.model().index(0, 0))
    assert window.document.checked.parameters == 26
    window.run("show_history")
    assert not view.isVisible()


def test_docks_are_shown_and_hidden_and_the_next_window_knows(window, open_window):
    window.run("show_results")
    assert not window.docks.results.isVisible()
    assert window.close()
    other = open_window()
    assert not other.docks.results.isVisible()
    assert not other.actions_by_id["show_results"].isChecked()
    other.run("show_results")
    assert other.docks.results.isVisible()


def test_the_first_paint_leaves_the_room_that_the_docks_take(qtbot, theme, worker):
    window = Window(theme, worker)
    window._steps = []  # stay at the first paint
    with qtbot.waitExposed(window):
        window.begin(None)
    sketch = window.centralWidget()
    assert sketch.objectName() == "sketch"
    sketched = sketch.findChild(object, "sketchCanvas").geometry()
    window._steps = None
    with qtbot.waitSignal(window.completed, timeout=20_000):
        window.update()
    centre = window.centralWidget().geometry()
    assert abs(centre.width() - sketched.width()) <= 4
    assert abs(centre.height() - sketched.height()) <= 4
    window.close()
    window.deleteLater()


def test_tidy_puts_every_node_after_its_sources_and_is_one_step(window):
    window.document.attempt(
        edits.move, dict.fromkeys(window.document.design.nodes, (0.0, 0.0)), text="Heap"
    )
    window.run("tidy")
    design = window.document.design
    spots = design.look.positions
    for wire in design.wires:
        assert spots[wire.source][0] < spots[wire.target][0]
    window.document.undo()
    assert set(window.document.design.look.positions.values()) == {(0.0, 0.0)}


def test_f6_goes_round_the_window(window, qtbot):
    seen = []
    window.canvas.setFocus()
    for _ in range(6):  # form, curve, tables, status bar, palette, canvas
        window.run("next_pane")
        seen.append(window.focusWidget())
    assert len(set(seen)) == 6
    assert seen[-1] is window.canvas


def test_f1_explains_what_is_selected(window):
    from gui.panels.help import HelpDialog

    window.canvas.setFocus()
    window.run("reference")
    dialog = window.findChild(HelpDialog)
    assert dialog.kind == "sigmoid"
    dialog.close()


def test_about_names_the_version_and_goes(window, qtbot):
    window.run("about")
    box = window.findChild(QMessageBox, "about")
    assert "0.1.0" in box.text()
    box.close()


def test_selecting_a_layer_brings_its_weights_into_view(window, qtbot):
    column = window.docks.column
    sections = {
        "linear": window.findChild(QWidget, "weightsPanel"),
        "sigmoid": window.findChild(QWidget, "activationPanel"),
    }
    for kind, section in sections.items():
        nodes = window.document.design.nodes.values()
        window.session.selection.set([next(n.id for n in nodes if n.kind == kind)])
        top = section.mapTo(column.viewport(), QPoint(0, 0)).y()
        assert 0 <= top < column.viewport().height() - 100


# --- looks -----------------------------------------------------------------------


def test_the_look_is_switched_live_and_remembered(window, theme):
    window.run("look_dark")
    app = QApplication.instance()
    dark = theme.canvas.name()
    assert app.palette().window().color() == theme.surface
    window.run("look_light")
    assert theme.canvas.name() != dark
    assert app.palette().window().color() == theme.surface
    assert QSettings().value("look") == "light"


def test_stop_is_offered_only_while_something_is_computed(window, worker, qtbot):
    stop = window.actions_by_id["stop"]
    qtbot.waitUntil(lambda: worker.current == "ready" and worker.idle, timeout=60_000)
    assert not stop.isEnabled()
    worker._set("busy")
    assert stop.isEnabled()
    assert window.status.stop.isVisible()
    worker._set("ready")
    assert not stop.isEnabled()


def test_a_rescue_without_room_is_no_crash(document, monkeypatch, tmp_path):
    monkeypatch.setattr("gui.rescue.home", lambda: tmp_path / "file" / "x")
    (tmp_path / "file").write_text("in the way")
    rescue = Rescue(document, document)
    document.attempt(edits.add, "input", text="Add")
    assert not rescue.keep()
    assert (tmp_path / "file").read_text() == "in the way"
    document.history.setClean()


def test_the_palettes_current_activation_is_shown_until_the_canvas_is_used(window):
    panel = window.docks.column.findChild(ActivationPanel)
    tree = window.docks.panel.tree
    chosen = window.session.selection.one
    assert (panel.node, panel.kind) == (chosen, "sigmoid")

    tree.setFocus()
    tree.setCurrentIndex(window.docks.panel.model.find("gelu"))
    assert (panel.node, panel.kind) == (None, "gelu")
    tree.setCurrentIndex(window.docks.panel.model.find("linear"))
    assert (panel.node, panel.kind) == (chosen, "sigmoid")

    tree.setCurrentIndex(window.docks.panel.model.find("mish"))
    window.canvas.setFocus()
    assert (panel.node, panel.kind) == (chosen, "sigmoid")


def test_the_inspector_takes_what_it_needs_until_a_border_is_moved(window, qtbot):
    docks, selection = window.docks, window.session.selection
    window.resize(1440, 1000)
    QApplication.processEvents()
    selection.set(["n3"])
    small = docks.inspector.height()
    selection.set(["n2"])
    qtbot.waitUntil(lambda: docks.inspector.height() > small)

    spot = docks.insight.geometry().topLeft() + QPoint(40, -1)
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseMove(window, spot - QPoint(0, 60))
    QApplication.processEvents()
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=spot - QPoint(0, 60))
    assert docks.sizes()["split"]
    moved = docks.inspector.height()
    selection.set(["n3"])
    QApplication.processEvents()
    assert docks.inspector.height() == moved


def test_sections_fold_and_the_others_gain_the_room(window):
    curve = window.findChild(QWidget, "activationPlot")
    histogram = window.findChild(QWidget, "weightPlot")
    window.resize(1440, 1300)
    QApplication.sendPostedEvents()
    before = histogram.height()
    fold = window.findChild(QToolButton, "activationFold")
    fold.click()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    assert not curve.isVisible()
    assert histogram.height() > before
    fold.click()
    assert curve.isVisible()
