"""The problem list tells, shows and mends."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton

from engine.catalog import OPERATORS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from gui.panels.problem_card import ProblemCard
from gui.panels.problems import MOST, ProblemsPanel
from gui.session import Session
from gui.words import say

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def problems(qtbot, session: Session) -> ProblemsPanel:
    panel = ProblemsPanel(session)
    panel.resize(700, 300)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def broken() -> Design:
    """Two ends that nobody asked for, and a layer that nothing feeds."""
    design = edits.add(Design(), "input")
    x = design.newest
    design = edits.insert_after(design, "linear", x)
    design = edits.append_to(edits.add(design, "relu"), f"n{design.last_id + 1}", x)
    return edits.add(edits.add(design, "conv2d"), "linear")


def cards(panel: ProblemsPanel) -> list[ProblemCard]:
    found = [
        panel.list.itemWidget(panel.list.item(i)) for i in range(panel.list.count())
    ]
    return [card for card in found if isinstance(card, ProblemCard)]


def test_an_empty_design_says_how_to_begin(problems):
    (card,) = cards(problems)
    (problem,) = check(Design()).problems
    assert card.sentence.text() == say(problem.message)


def test_every_problem_is_listed_with_its_sentence_and_node(qtbot, problems, session):
    design = broken()
    session.document.replace(design)
    expected = check(design).problems
    qtbot.waitUntil(lambda: not problems.stale)
    assert len(cards(problems)) == len(expected) > 1
    for card, problem in zip(cards(problems), expected, strict=True):
        assert card.sentence.text() == say(problem.message)
        assert card.sentence.textFormat() == Qt.TextFormat.PlainText
        if problem.node:
            assert design.nodes[problem.node].name in card.where.text()


def test_the_count_is_told_even_while_hidden(qtbot, problems, session):
    problems.hide()
    with qtbot.waitSignal(problems.count_changed) as told:
        session.document.replace(broken())
    assert told.args == [len(check(broken()).problems)]


def test_a_click_selects_and_shows_the_node(qtbot, problems, session):
    run: list[str] = []
    session.run = run.append
    session.document.replace(broken())
    qtbot.waitUntil(lambda: not problems.stale)
    place = next(i for i, p in enumerate(check(broken()).problems) if p.node)
    spot = problems.list.visualItemRect(problems.list.item(place)).center()
    QTest.mouseClick(problems.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert session.selection.one == check(broken()).problems[place].node
    assert run


def test_the_button_mends_as_one_named_step(qtbot, problems, session):
    design = broken()
    session.document.replace(design)
    qtbot.waitUntil(lambda: not problems.stale)
    place, problem = next(
        (i, p) for i, p in enumerate(check(design).problems) if p.fix is not None
    )
    button = cards(problems)[place].findChild(QPushButton, "fixButton")
    assert button.text() == say(problem.fix.label)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.document.history.count() == 1
    assert session.document.history.undoText() == say(problem.fix.label)
    assert session.document.design == problem.fix.edit(design)
    qtbot.waitUntil(lambda: not problems.stale)
    after = {str(p.message) for p in session.document.checked.problems}
    assert str(problem.message) not in after


def test_all_is_well_when_nothing_is_wrong(qtbot, problems, session):
    design = edits.add(Design(), "input")
    session.document.replace(edits.insert_after(design, "linear", design.newest))
    qtbot.waitUntil(lambda: not problems.stale)
    assert problems._well.isVisible()
    assert problems.list.isHidden()


def test_hundreds_of_problems_stay_quick_to_show(qtbot, problems, session):
    design = Design()
    for _ in range(MOST + 30):
        design = edits.add(design, "linear")
    session.document.replace(design)
    qtbot.waitUntil(lambda: not problems.stale)
    assert len(cards(problems)) == MOST
    assert "more" in problems.list.item(MOST).text()


def test_a_problem_that_stays_keeps_its_card(qtbot, problems, session):
    session.document.replace(broken())
    qtbot.waitUntil(lambda: not problems.stale)
    first = cards(problems)[0]
    session.document.attempt(edits.set_seed, 7, text="seed")
    qtbot.waitUntil(lambda: not problems.stale)
    assert cards(problems)[0] is first


def test_no_row_breaks_the_list(qtbot, problems, session):
    design = Design()
    for kind in OPERATORS:
        design = edits.add(design, kind)
    session.document.replace(design)
    qtbot.waitUntil(lambda: not problems.stale)
    assert problems.count == len(check(design).problems)


def doubtful() -> Design:
    """A Sigmoid in a hidden layer, and another."""
    design = edits.add(Design(), "input")
    for kind in ("linear", "sigmoid", "linear", "sigmoid", "linear"):
        design = edits.insert_after(design, kind, design.newest)
    return design


def choose(button: QToolButton, place: int) -> None:
    """Choose an entry of a button's menu, separators not counted."""
    entries = [a for a in button.menu().actions() if not a.isSeparator()]
    entries[place].trigger()


def test_advice_says_why_it_spoke(qtbot, problems, session):
    session.document.replace(doubtful())
    qtbot.waitUntil(lambda: not problems.stale)
    card = cards(problems)[0]
    before = problems.list.item(0).sizeHint().height()
    assert not card.why.isVisible()
    choose(card.more, 0)
    assert card.why.isVisible()
    assert "Glorot and Bengio 2010" in card.why.text()
    assert problems.list.item(0).sizeHint().height() > before
    choose(card.more, 0)
    assert not card.why.isVisible()


def test_advice_is_switched_off_at_a_node_then_everywhere_and_comes_back(
    qtbot, problems, session
):
    design = doubtful()
    session.document.replace(design)
    qtbot.waitUntil(lambda: not problems.stale)
    assert not problems.off.isVisible()
    choose(cards(problems)[0].more, 1)
    qtbot.waitUntil(lambda: not problems.stale and len(cards(problems)) == 1)
    assert session.document.history.undoText() == (
        "Switch off 'Sigmoid in a hidden layer'"
    )
    choose(cards(problems)[0].more, 2)
    qtbot.waitUntil(lambda: not problems.stale and not cards(problems))
    assert problems.off.text() == "2 switched off…"
    choose(problems.off, 0)
    qtbot.waitUntil(lambda: not problems.stale and len(cards(problems)) == 1)
    choose(problems.off, 0)
    qtbot.waitUntil(lambda: not problems.stale and len(cards(problems)) == 2)
    assert not problems.off.isVisible()
    assert session.document.design == design
    session.document.history.undo()
    qtbot.waitUntil(lambda: not problems.stale and len(cards(problems)) == 1)


def test_an_error_cannot_be_switched_off(qtbot, problems, session):
    session.document.replace(broken())
    qtbot.waitUntil(lambda: not problems.stale)
    assert not any(card.more.isVisible() for card in cards(problems))


def test_what_was_measured_is_told_until_the_design_changes(qtbot, problems, session):
    design = edits.add(Design(), "input", params={"shape": ("N", 16)})
    design = edits.insert_after(design, "linear", design.newest)
    design = edits.insert_after(design, "relu", design.newest)
    design = edits.insert_after(design, "linear", design.newest)
    bias = Init("uniform", (("a", -20.0), ("b", -19.0)))
    design = edits.set_init(design, ["n2"], "bias", bias)
    session.document.replace(design)
    qtbot.waitUntil(lambda: not problems.stale)
    assert not any("no gradient" in card.sentence.text() for card in cards(problems))

    session.ear.want(problems, wanted=True)
    qtbot.waitUntil(lambda: session.ear.signal is not None, timeout=30_000)
    dead = [c for c in cards(problems) if "got no gradient from" in c.sentence.text()]
    assert len(dead) == 1
    assert problems.count == len(cards(problems))

    session.ear.want(problems, wanted=False)
    QTest.mouseClick(dead[0].fix, Qt.MouseButton.LeftButton)
    assert session.document.design.nodes["n3"].kind == "leaky_relu"
    qtbot.waitUntil(lambda: not problems.stale)
    assert not any("no gradient" in card.sentence.text() for card in cards(problems))
