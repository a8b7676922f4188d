"""The palette finds every row and puts it to use."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine.catalog import INITIALIZERS, OPERATORS
from gui.panels.catalogue import INITIALIZER_MIME, OPERATOR_MIME
from gui.panels.palette import PalettePanel
from gui.panels.search import Index
from gui.session import Session

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

ROWS = [*OPERATORS.values(), *INITIALIZERS.values()]
KINDS = [row.kind for row in ROWS]


@pytest.fixture
def used(session: Session) -> list[tuple[str, str]]:
    """What the palette asked the session to do."""
    done: list[tuple[str, str]] = []
    session.place = lambda kind: done.append(("place", kind))
    session.initialize = lambda kind: done.append(("initialize", kind))
    session.help = lambda kind: done.append(("help", kind))
    return done


@pytest.fixture
def palette(qtbot, session: Session, used) -> PalettePanel:
    panel = PalettePanel(session)
    panel.resize(220, 700)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def action(row) -> str:
    return "initialize" if row.kind in INITIALIZERS else "place"


def centre(palette: PalettePanel, kind: str) -> QPoint:
    index = palette.model.find(kind)
    palette.tree.scrollTo(index)
    return palette.tree.visualRect(index).center()


def test_every_row_stands_in_the_palette_once(palette):
    model = palette.model
    found = [row.row.kind for row in model._rows(model._whole)]
    assert sorted(found) == sorted(KINDS)


@pytest.mark.parametrize("row", ROWS, ids=KINDS)
def test_typing_a_title_and_enter_uses_that_row(palette, used, row):
    if row.title.isascii():
        QTest.keyClicks(palette.search, row.title)
    else:  # QTest aborts at a key no keyboard has; a person would paste it
        QGuiApplication.clipboard().setText(row.title)
        palette.search.paste()
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert used == [(action(row), row.kind)]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("dense", "linear"),
        ("lrelu", "leaky_relu"),
        ("SOFTM", "softmax"),
        ("residual", "add"),
    ],
)
def test_aliases_and_scattered_letters_find_rows(typed, kind):
    assert Index(ROWS).rank(typed)[0].kind == kind


def test_every_word_that_was_typed_must_match():
    both = Index(ROWS).rank("linear zzzz")
    assert both == []
    assert Index(ROWS).rank("") == ROWS


@pytest.mark.parametrize("row", ROWS, ids=KINDS)
def test_every_row_can_be_dragged(palette, row):
    index = palette.model.find(row.kind)
    data = palette.model.mimeData([index])
    mime = INITIALIZER_MIME if action(row) == "initialize" else OPERATOR_MIME
    assert bytes(data.data(mime).data()).decode() == row.kind
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert palette.tree.card(row).width() > 40


def test_a_double_click_adds(palette, used):
    spot = centre(palette, "linear")
    QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert used == []
    QTest.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert used == [("place", "linear")]


def test_enter_on_a_row_adds_and_f1_explains(palette, used):
    palette.tree.setCurrentIndex(palette.model.find("relu"))
    QTest.keyClick(palette.tree, Qt.Key.Key_Return)
    QTest.keyClick(palette.tree, Qt.Key.Key_F1)
    assert used == [("place", "relu"), ("help", "relu")]


def test_arrows_move_through_what_was_found(palette, used):
    QTest.keyClicks(palette.search, "conv")
    second = palette.model.index(1, 0)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.tree.currentIndex() == second
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert used == [("place", palette.model.entry(second).row.kind)]


def test_a_heading_folds_on_a_click_and_on_enter(palette):
    section = palette.model.index(1, 0)
    assert palette.tree.isExpanded(section)
    spot = palette.tree.visualRect(section).center()
    QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert not palette.tree.isExpanded(section)
    palette.tree.setCurrentIndex(section)
    QTest.keyClick(palette.tree, Qt.Key.Key_Return)
    assert palette.tree.isExpanded(section)


def test_what_is_not_there_is_said_and_escape_brings_all_back(palette):
    QTest.keyClicks(palette.search, "zzzz")
    assert palette.tree.isHidden()
    assert "zzzz" in palette._nothing.text()
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""
    assert palette.tree.isVisible()
    assert palette.model.rowCount() == len(palette.model._whole.children)


def test_what_is_common_stands_at_once_and_the_rest_unfolds(palette):
    def shown(kind: str) -> bool:
        return not palette.tree.visualRect(palette.model.find(kind)).isEmpty()

    assert all(map(shown, ("linear", "relu", "sigmoid", "kaiming_normal")))
    rare = palette.model.find("bilinear")
    assert not shown("bilinear")
    palette.tree.expand(rare.parent().parent())
    assert shown("bilinear")


def test_headings_count_what_stands_below_them(palette):
    model = palette.model
    counts = {
        model.entry(model.index(i, 0)).title: model.entry(model.index(i, 0)).count
        for i in range(model.rowCount())
    }
    assert counts["Initializers"] == len(INITIALIZERS)
    assert sum(counts.values()) == len(ROWS)
