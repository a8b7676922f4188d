"""Formulas are drawn, wrapped, scaled and coloured; what cannot be read is text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from engine.catalog import INITIALIZERS, OPERATORS
from gui.panels.formula import FormulaView, clauses, drawn, pieces
from gui.theme import Theme, tokens

FORMULAS = {
    latex
    for row in (*OPERATORS.values(), *INITIALIZERS.values())
    for latex in (row.help.formula, row.help.derivative)
    if latex
}


@pytest.fixture
def view(qtbot, theme) -> Iterator[FormulaView]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(400, 300)
    parent.show()
    yield FormulaView(theme, parent, card=True)
    parent.close()  # and, until here, there is someone who owns it


def inked(view: FormulaView, colour: QColor) -> int:
    """How many pixels have about this colour."""
    image = view.grab().toImage()
    count = 0
    for x in range(image.width()):
        for y in range(image.height()):
            there = image.pixelColor(x, y)
            apart = abs(there.red() - colour.red()) + abs(there.blue() - colour.blue())
            count += apart < 6
    return count


def test_every_formula_of_the_catalogue_is_read_as_mathematics(qapp):
    unread = [latex for latex in FORMULAS if not drawn(latex, 15.0, "#000000").svg]

    assert not unread
    assert len(FORMULAS) > 60


def test_every_piece_of_a_broken_formula_is_mathematics_too(qapp):
    broken = [
        piece for latex in FORMULAS for part in clauses(latex) for piece in pieces(part)
    ]

    assert not [piece for piece in broken if not drawn(piece, 15.0, "#000000").svg]


def test_it_is_drawn_in_the_colours_of_the_scheme(qtbot):
    theme = Theme("light")
    parent = QWidget()
    qtbot.addWidget(parent)
    view = FormulaView(theme, parent, card=True, size=40.0)
    parent.show()
    view.show_formulas(r"\frac{1}{2}")
    view.resize(80, 120)
    light, dark = QColor(tokens("light")["text"]), QColor(tokens("dark")["text"])
    assert inked(view, light) > 60
    assert inked(view, dark) < 20  # some of the edges

    theme.choose("dark")

    assert inked(view, light) < 20
    assert inked(view, dark) > 60
    theme.deleteLater()


def test_two_formulas_stand_side_by_side_where_they_fit(view):
    view.show_formulas("f(x) = x^2", "f'(x) = 2x")
    wide, narrow = view.heightForWidth(400), view.heightForWidth(120)

    assert wide < 50
    assert narrow > 1.5 * wide


def test_a_long_formula_is_broken_and_never_wider_than_the_view(view):
    view.show_formulas(" + ".join(rf"\frac{{1}}{{x_{index}}}" for index in range(10)))

    lines = view.placed(160.0)
    assert len(lines) > 2
    assert max(line.area.right() for line in lines) <= 160


def test_what_cannot_be_read_is_shown_as_it_is(view):
    view.show_formulas("f(x) = <&")

    assert view.unread == ("f(x) = <&",)
    view.resize(300, 60)
    blank = view.grab().toImage()
    view.show_formulas()
    view.show()
    assert view.grab().toImage() != blank


def test_a_screen_reader_is_told_the_formula(view):
    view.show_formulas("f(x) = x", "f'(x) = 1")
    assert view.accessibleName() == "f(x) = x; f'(x) = 1"

    view.show_formulas()
    assert not view.isVisible()


def test_where_a_formula_may_be_broken():
    assert pieces(r"f(x) = \frac{a = b}{c} + 1") == [
        "f(x)",
        r"= \frac{a = b}{c}",
        "+ 1",
    ]
    assert pieces(r"y = (a + b)") == ["y", "= (a + b)"]
    cases = r"\begin{cases} a = 1 & b \\ c & d \end{cases} \qquad k = 2"
    assert clauses(cases) == [cases.partition(r" \qquad")[0], "k = 2"]
