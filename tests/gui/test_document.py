"""Edits become steps, steps merge, undo brings the same design back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.design import edits
from engine.design.model import Design
from gui.document import Document
from gui.selection import Selection


@pytest.fixture
def changes(document):
    seen: list[tuple[Design, Design]] = []
    document.changed.connect(lambda before, after: seen.append((before, after)))
    return seen


def add(document: Document, kind: str, **values: object) -> str:
    assert document.attempt(edits.add, kind, text=f"Add {kind}", **values)
    return document.design.newest


def test_an_edit_is_a_named_step_that_can_be_undone_and_done_again(document, changes):
    empty = document.design
    add(document, "linear")
    full = document.design
    assert document.history.undoText() == "Add linear"
    document.undo()
    assert document.design is empty
    document.redo()
    assert document.design is full
    assert changes == [(empty, full), (full, empty), (empty, full)]


def test_the_check_is_up_to_date_when_the_change_is_told(document):
    seen = []
    document.changed.connect(lambda _, after: seen.append(document.checked.order))
    first = add(document, "input")
    assert seen == [(first,)]


def test_moving_a_node_checks_nothing(document):
    key = add(document, "input")
    before = document.checked
    assert document.attempt(edits.move, {key: (40.0, 8.0)}, text="Move")
    assert document.checked is before


def test_a_refused_edit_is_told_and_changes_nothing(document, changes):
    add(document, "linear", name="one")
    two = add(document, "linear", name="two")
    told: list[str] = []
    document.refused.connect(told.append)
    before, steps = document.design, document.history.count()
    assert not document.attempt(edits.rename, two, "one", text="Rename")
    assert "one" in told[0]
    assert document.design is before
    assert document.history.count() == steps


def test_an_edit_that_changes_nothing_is_no_step(document):
    document.attempt(edits.remove, [], text="Remove")
    assert document.history.count() == 0


def test_typing_is_one_step_and_the_next_field_is_another(document):
    seed = partial(document.attempt, edits.set_seed, text="Seed", merge="seed")
    for value in (1, 12, 123):
        seed(value)
    document.attempt(edits.set_symbol, "N", 21, text="Batch", merge="symbol:N")
    assert document.history.count() == 2
    document.undo()
    document.undo()
    assert document.design.settings.seed == 0


def test_a_sealed_step_takes_no_more(document):
    document.attempt(edits.set_seed, 1, text="Seed", merge="seed")
    document.seal()
    document.attempt(edits.set_seed, 2, text="Seed", merge="seed")
    assert document.history.count() == 2


def test_typing_after_undo_does_not_reach_into_the_step_before(document):
    document.attempt(edits.set_seed, 1, text="Seed", merge="seed")
    document.attempt(edits.set_notes, "x", text="Notes")
    document.undo()
    document.attempt(edits.set_seed, 2, text="Seed", merge="seed")
    document.undo()
    assert document.design.settings.seed == 1


def test_a_drag_that_returns_leaves_no_step(document):
    key = add(document, "input", at=(8.0, 8.0))
    for spot in ((16.0, 8.0), (8.0, 8.0)):
        document.attempt(edits.move, {key: spot}, text="Move", merge="drag")
    assert document.history.count() == 1
    assert document.history.undoText() == "Add input"


def test_saving_makes_it_clean_and_undoing_past_it_does_not(document, tmp_path: Path):
    told: list[bool] = []
    document.modified_changed.connect(told.append)
    add(document, "input")
    assert document.modified
    document.saved(tmp_path / "net.fanin")
    assert not document.modified
    assert document.name == "net"
    document.undo()
    assert document.modified
    assert told[-1] is True


def test_opening_another_forgets_the_history(document, tmp_path: Path):
    add(document, "input")
    document.replace(Design(), tmp_path / "other.fanin")
    assert not document.history.canUndo()
    assert not document.modified
    assert document.name == "other"
    document.replace(Design(), modified=True)
    assert document.modified


def test_the_selection_forgets_what_is_removed(document):
    selection = Selection(document, document)
    one, two = add(document, "input"), add(document, "linear")
    seen: list[frozenset[str]] = []
    selection.changed.connect(seen.append)
    selection.set([one, two, "n99"])
    selection.set([two, one])
    assert selection.one is None
    document.attempt(edits.remove, [one], text="Remove")
    assert selection.one == two
    assert seen == [frozenset({one, two}), frozenset({two})]


@given(
    st.lists(st.sampled_from(["add", "seed", "undo", "redo", "remove"]), max_size=30)
)
def test_whatever_was_done_can_be_undone_to_the_beginning(qapp, doings):
    document = Document()
    start = document.design
    for count, doing in enumerate(doings):
        if doing == "add":
            add(document, "linear")
        elif doing == "seed":
            document.attempt(edits.set_seed, count, text="Seed", merge="seed")
        elif doing == "remove":
            document.attempt(edits.remove, list(document.design.nodes)[:1], text="R")
        else:
            getattr(document, doing)()
    end = document.design
    while document.history.canUndo():
        document.undo()
    assert document.design == start
    while document.history.canRedo():
        document.redo()
    if "undo" not in doings:
        assert document.design == end
    document.deleteLater()
