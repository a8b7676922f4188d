"""Frames and comments, told with real events at pointer coordinates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit

from engine.design import edits
from engine.design.file import decode, encode
from engine.design.marks import COLOURS, Box, Comment, Frame
from engine.design.model import Design
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.panels.inspector import InspectorPanel
from gui.session import Session
from gui.window import Window
from tests.strategies import tutorial

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
HIDDEN = ("n2", "n3", "n4", "n5")

QUIET = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def canvas(session: Session, document: Document, qtbot: object) -> Iterator[CanvasView]:
    """The tutorial; its hidden layers are in the frame f8."""
    design = edits.frame_nodes(tutorial(), HIDDEN, "Hidden layers", "blue")
    document.replace(design)
    view = CanvasView(session)
    view.resize(1400, 800)
    view.show()
    view.setFocus()
    QApplication.processEvents()
    yield view
    view.minimap._later.stop()
    view.close()
    view.deleteLater()


def mouse(
    canvas: CanvasView,
    kind: QEvent.Type,
    at: QPointF,
    held: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """One event at a point of the scene."""
    spot = QPointF(canvas.mapFromScene(at))
    moving = kind == QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if moving else LEFT
    over = canvas.viewport()
    place = QPointF(over.mapToGlobal(spot.toPoint()))
    QApplication.sendEvent(over, QMouseEvent(kind, spot, place, button, held, keys))


def drag(
    canvas: CanvasView, start: QPointF, end: QPointF, *, release: bool = True
) -> None:
    """Press at a point of the scene, move in steps, let go at another."""
    mouse(canvas, QEvent.Type.MouseButtonPress, start)
    for step in range(1, 5):
        mouse(canvas, QEvent.Type.MouseMove, start + (end - start) * (step / 4))
    if release:
        none = Qt.MouseButton.NoButton
        mouse(canvas, QEvent.Type.MouseButtonRelease, end, none)


def click(canvas: CanvasView, at: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    mouse(canvas, QEvent.Type.MouseButtonPress, at, keys=keys)
    mouse(
        canvas, QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton, keys=keys
    )


def press(canvas: CanvasView, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(canvas, key, keys)


def title_of(canvas: CanvasView, key: str = "f8") -> QPointF:
    """A point of a frame's title."""
    return canvas.canvas.marks.items[key].box.topLeft() + QPointF(60, 14)


def middle_of(canvas: CanvasView, key: str) -> QPointF:
    return canvas.canvas.node_items[key].body.center()


def frame(document: Document, key: str = "f8") -> Frame:
    found = document.design.look.marks[key]
    assert isinstance(found, Frame)
    return found


def painted(canvas: CanvasView) -> QImage:
    """What the canvas shows now."""
    image = QImage(canvas.viewport().size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    canvas.render(painter)
    painter.end()
    return image


def field(canvas: CanvasView, kind: type[QLineEdit | QPlainTextEdit]) -> object:
    (found,) = (each for each in canvas.findChildren(kind) if each.isVisible())
    return found


# Drawing them


def test_ctrl_j_frames_the_selection_and_asks_for_its_title(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    click(canvas, middle_of(canvas, "n6"))
    click(canvas, middle_of(canvas, "n7"), CTRL)
    checked = document.checked
    press(canvas, Qt.Key.Key_J, CTRL)
    title = field(canvas, QLineEdit)
    QTest.keyClicks(title, "Scores to shares")
    QTest.keyClick(title, Qt.Key.Key_Return)

    drawn = frame(document, session.selection.one_mark or "")
    assert drawn.title == "Scores to shares"
    assert drawn.members == ("n6", "n7")
    for key in drawn.members:
        box = canvas.canvas.marks.items[drawn.id].box
        assert box.contains(canvas.canvas.node_items[key].space)
    assert document.checked is checked  # nothing was computed anew
    document.undo()
    assert document.design.look.marks.keys() == {"f8"}
    document.redo()
    assert frame(document, drawn.id) == drawn


def test_a_frame_around_nothing_stands_in_the_middle_and_holds_what_is_there(
    canvas: CanvasView, document: Document
) -> None:
    document.replace(Design())
    press(canvas, Qt.Key.Key_J, CTRL)
    QTest.keyClick(field(canvas, QLineEdit), Qt.Key.Key_Escape)
    (drawn,) = document.design.look.marks.values()
    assert canvas.seen.contains(QPointF(*drawn.box.middle))
    assert drawn.members == ()
    press(canvas, Qt.Key.Key_Delete)
    assert not document.design.look.marks


def test_ctrl_m_writes_a_comment_that_grows_with_its_text(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    press(canvas, Qt.Key.Key_M, CTRL)
    text = field(canvas, QPlainTextEdit)
    QTest.keyClicks(text, "one")
    for word in ("two", "three", "four", "five"):
        QTest.keyClick(text, Qt.Key.Key_Return)
        QTest.keyClicks(text, word)
    QTest.keyClick(text, Qt.Key.Key_Return, CTRL)
    key = session.selection.one_mark
    comment = document.design.look.marks[key or ""]
    assert isinstance(comment, Comment)
    assert comment.text == "one\ntwo\nthree\nfour\nfive"
    assert comment.box.height > 80
    document.undo()
    assert document.design.look.marks.keys() == {"f8"}


def test_a_comment_that_says_nothing_does_not_stay(
    canvas: CanvasView, document: Document
) -> None:
    press(canvas, Qt.Key.Key_M, CTRL)
    QTest.keyClick(field(canvas, QPlainTextEdit), Qt.Key.Key_Escape)
    assert document.design.look.marks.keys() == {"f8"}


@QUIET
def test_menus_offer_them_where_the_pointer_is(
    canvas: CanvasView, document: Document
) -> None:
    from gui.canvas.menus import open_menu
    from gui.canvas.scene import Hit

    at = QPointF(100, 300)
    menu = open_menu(canvas, Hit(), at)
    next(a for a in menu.actions() if a.text() == "Comment").trigger()
    menu.close()
    QTest.keyClicks(field(canvas, QPlainTextEdit), "here")
    canvas.setFocus()
    (new,) = (m for key, m in document.design.look.marks.items() if key != "f8")
    assert QPointF(*new.box.middle).toPoint() == at.toPoint()


@QUIET
def test_a_frames_menu_colours_and_fits_it(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    from gui.canvas.menus import open_menu

    menu = open_menu(canvas, canvas._hit(title_of(canvas)), title_of(canvas))
    (colours,) = menu.findChildren(QMenu)
    assert [a.isChecked() for a in colours.actions()] == [
        colour == "blue" for colour in COLOURS
    ]
    colours.actions()[COLOURS.index("rose")].trigger()
    assert frame(document).colour == "rose"
    words = {action.text(): action for action in menu.actions()}
    document.commit(edits.place_marks(document.design, {"f8": Box(0, 0, 50, 50)}), "x")
    words["Fit to its nodes"].trigger()
    box = canvas.canvas.marks.items["f8"].box
    for key in HIDDEN:
        assert box.contains(canvas.canvas.node_items[key].space)
    words["Select its nodes"].trigger()
    assert session.selection.ids == set(HIDDEN)
    menu.close()


# Dragging


def test_a_frame_is_dragged_by_its_title_with_the_nodes_in_it(
    canvas: CanvasView, document: Document
) -> None:
    before, spots = frame(document).box, dict(document.design.look.positions)
    checked = document.checked
    start = title_of(canvas)
    drag(canvas, start, start + QPointF(60, 210))
    after = frame(document)
    dx, dy = after.box.left - before.left, after.box.top - before.top
    assert dx == pytest.approx(60, abs=8)
    assert dy == pytest.approx(210, abs=8)
    for key, (x, y) in document.design.look.positions.items():
        moved = key in HIDDEN
        assert (x, y) == (spots[key][0] + moved * dx, spots[key][1] + moved * dy)
        assert canvas.canvas.node_items[key].pos() == QPointF(x, y)
    assert after.members == HIDDEN
    assert document.checked is checked
    document.undo()
    assert frame(document).box == before
    assert document.design.look.positions == spots


def test_esc_puts_a_dragged_frame_back(canvas: CanvasView, document: Document) -> None:
    design, start = document.design, title_of(canvas)
    drag(canvas, start, start + QPointF(0, 150), release=False)
    assert canvas.canvas.marks.items["f8"].box.top() != frame(document).box.top
    press(canvas, Qt.Key.Key_Escape)
    assert document.design is design
    assert canvas.canvas.marks.items["f8"].box.top() == frame(document).box.top
    assert canvas.canvas.node_items["n2"].y() == 0
    assert not document.history.count()


def test_a_frame_in_a_frame_and_a_comment_in_it_go_along(
    canvas: CanvasView, document: Document
) -> None:
    design = edits.refit(edits.frame_nodes(document.design, ["n2", "n3"], "Inner"))
    box = design.look.marks["f9"].box
    design = edits.add_comment(design, Box(box.left + 9, box.top + 40, 40, 30), "x")
    document.commit(design, "Inner")
    start = title_of(canvas)
    drag(canvas, start, start + QPointF(0, 120))
    after = document.design.look.marks
    moved = after["f8"].box.top - design.look.marks["f8"].box.top
    assert moved == pytest.approx(120, abs=8)
    for key in ("f9", "c10"):
        assert after[key].box.top - design.look.marks[key].box.top == moved


def test_a_node_dragged_into_a_frame_belongs_to_it_and_the_frame_says_so(
    canvas: CanvasView, document: Document
) -> None:
    far = edits.move(document.design, {"n7": (786, 300)})
    document.commit(far, "Away")
    inside = QPointF(340, canvas.canvas.marks.items["f8"].box.top() + 50)
    drag(canvas, middle_of(canvas, "n7"), inside, release=False)
    assert canvas.canvas.marks.items["f8"].mood.target
    mouse(canvas, QEvent.Type.MouseButtonRelease, inside, Qt.MouseButton.NoButton)
    assert frame(document).members == (*HIDDEN, "n7")
    assert not canvas.canvas.marks.items["f8"].mood.target
    drag(canvas, middle_of(canvas, "n7"), QPointF(340, 420))
    assert frame(document).members == HIDDEN
    assert not canvas.canvas.marks.items["f8"].mood.target


@pytest.mark.parametrize(
    ("grip", "by"),
    [
        ("e", QPointF(250, 0)),
        ("w", QPointF(-250, 0)),
        ("n", QPointF(0, -90)),
        ("s", QPointF(0, 90)),
        ("se", QPointF(80, 70)),
        ("nw", QPointF(-40, -30)),
        ("ne", QPointF(40, -30)),
        ("sw", QPointF(-40, 30)),
    ],
)
def test_every_edge_and_corner_resizes(
    canvas: CanvasView, document: Document, grip: str, by: QPointF
) -> None:
    before = frame(document).box
    box = canvas.canvas.marks.items["f8"].box
    x = {"w": box.left(), "e": box.right()}.get(grip[-1], box.center().x() + 55)
    y = {"n": box.top(), "s": box.bottom()}.get(grip[0], box.top() + 60)
    drag(canvas, QPointF(x, y), QPointF(x, y) + by)
    after = frame(document).box
    for side, edge, reached in (
        ("w", before.left, after.left),
        ("n", before.top, after.top),
        ("e", before.right, after.right),
        ("s", before.bottom, after.bottom),
    ):
        along = by.x() if side in "we" else by.y()
        wanted = edge + along if side in grip else edge
        assert reached == pytest.approx(wanted, abs=2)


def test_a_frame_stretched_over_nodes_holds_them(
    canvas: CanvasView, document: Document
) -> None:
    box = canvas.canvas.marks.items["f8"].box
    start = QPointF(box.right(), box.top() + 60)
    drag(canvas, start, start + QPointF(400, 0))
    assert frame(document).members == (*HIDDEN, "n6", "n7")
    drag(canvas, start + QPointF(400, 0), QPointF(300, start.y()))
    assert frame(document).members == ("n2", "n3")


def test_an_edge_never_passes_the_other(canvas: CanvasView, document: Document) -> None:
    box = canvas.canvas.marks.items["f8"].box
    start = QPointF(box.right(), box.top() + 60)
    drag(canvas, start, start - QPointF(3000, 0))
    assert frame(document).box.width == 40


def test_dragging_inside_a_frame_still_bands(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    box = canvas.canvas.marks.items["f8"].box
    start = QPointF(box.left() + 12, box.bottom() - 12)
    drag(canvas, start, middle_of(canvas, "n3"))
    assert session.selection.ids == {"n2", "n3"}
    assert not session.selection.marks
    assert document.history.count() == 0


def test_a_band_around_a_frame_takes_it(canvas: CanvasView, session: Session) -> None:
    box = canvas.canvas.marks.items["f8"].box
    drag(canvas, box.topLeft() - QPointF(9, 9), box.bottomRight() + QPointF(9, 9))
    assert session.selection.marks == {"f8"}
    assert session.selection.ids >= set(HIDDEN)


def test_ctrl_click_adds_and_esc_lets_go(canvas: CanvasView, session: Session) -> None:
    click(canvas, middle_of(canvas, "n7"))
    click(canvas, title_of(canvas), CTRL)
    assert (session.selection.ids, session.selection.marks) == ({"n7"}, {"f8"})
    click(canvas, title_of(canvas), CTRL)
    assert not session.selection.marks
    click(canvas, title_of(canvas))
    assert session.selection.one_mark == "f8"
    assert "Hidden layers" in canvas.accessibleDescription()
    press(canvas, Qt.Key.Key_Escape)
    assert not session.selection.marks


# Words, keys and colours


def test_double_click_renames(canvas: CanvasView, document: Document) -> None:
    mouse(canvas, QEvent.Type.MouseButtonDblClick, title_of(canvas))
    title = field(canvas, QLineEdit)
    assert title.text() == "Hidden layers"
    QTest.keyClicks(title, "Features")
    QTest.keyClick(title, Qt.Key.Key_Escape)
    assert frame(document).title == "Hidden layers"
    mouse(canvas, QEvent.Type.MouseButtonDblClick, title_of(canvas))
    QTest.keyClicks(field(canvas, QLineEdit), "Features")
    canvas.setFocus()  # leaving it takes it
    assert frame(document).title == "Features"
    document.undo()
    assert frame(document).title == "Hidden layers"


def test_the_keyboard_alone_moves_sizes_writes_and_deletes(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    press(canvas, Qt.Key.Key_J, CTRL | SHIFT)
    assert session.selection.one_mark == "f8"
    before = frame(document).box
    for _ in range(3):
        press(canvas, Qt.Key.Key_Down, CTRL)
    assert frame(document).box == before.moved(0, 24)
    assert document.design.look.positions["n2"] == (142, 24)
    assert document.design.look.positions["n1"] == (0, 0)
    assert document.history.count() == 1
    press(canvas, Qt.Key.Key_Right, SHIFT)
    assert frame(document).box.width == before.width + 8
    press(canvas, Qt.Key.Key_F2)
    QTest.keyClicks(field(canvas, QLineEdit), "By hand")
    QTest.keyClick(field(canvas, QLineEdit), Qt.Key.Key_Return)
    assert frame(document).title == "By hand"
    press(canvas, Qt.Key.Key_Delete)
    assert not document.design.look.marks
    assert document.design.nodes.keys() == tutorial().nodes.keys()
    assert "By hand" in document.history.undoText()
    document.undo()
    assert frame(document).title == "By hand"


def test_copy_and_paste_bring_the_frame_with_its_nodes(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    click(canvas, title_of(canvas))
    press(canvas, Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert len(decode(text).nodes) == 4
    press(canvas, Qt.Key.Key_V, CTRL)
    assert len(document.design.nodes) == 11
    (fresh,) = session.selection.marks
    assert set(frame(document, fresh).members) == session.selection.ids
    box = canvas.canvas.marks.items[fresh].box
    for key in session.selection.ids:
        assert box.contains(canvas.canvas.node_items[key].body)
    document.undo()
    click(canvas, title_of(canvas))
    press(canvas, Qt.Key.Key_X, CTRL)
    assert document.design.nodes.keys() == {"n1", "n6", "n7"}
    assert not document.design.look.marks


def test_duplicating_a_comment_adds_one(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    document.commit(
        edits.add_comment(document.design, Box(0, 200, 120, 60), "hello"), "c"
    )
    click(canvas, QPointF(60, 230))
    press(canvas, Qt.Key.Key_D, CTRL)
    texts = [m.text for m in document.design.look.marks.values() if m.id[0] == "c"]
    assert texts == ["hello", "hello"]
    drag(canvas, QPointF(60, 205), QPointF(160, 305))
    assert document.design.look.marks["c9"].box != Box(0, 200, 120, 60)


def test_a_frame_grows_when_a_node_is_dropped_into_a_wire_in_it(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    before = frame(document).box
    click(canvas, middle_of(canvas, "n3"))
    canvas.place("tanh")
    after = frame(document)
    assert len(after.members) == 5
    box = canvas.canvas.marks.items["f8"].box
    assert all(
        box.contains(canvas.canvas.node_items[key].body) for key in after.members
    )
    assert after.box.right > before.right
    assert not box.contains(canvas.canvas.node_items["n6"].body.center())


def test_they_are_drawn_inside_a_block_and_saved(
    canvas: CanvasView, document: Document, session: Session
) -> None:
    design = edits.make_block(document.design, HIDDEN, "Hidden")
    document.replace(design)
    (use,) = (key for key, node in design.nodes.items() if node.block)
    canvas.levels.enter(use)
    assert canvas.canvas.marks.items.keys() == {"f8"}
    start = title_of(canvas)
    drag(canvas, start, start + QPointF(0, 130))
    (block,) = document.whole.blocks.values()
    moved = block.look.marks["f8"]
    assert moved.box.top - design.blocks[block.id].look.marks[
        "f8"
    ].box.top == pytest.approx(130, abs=8)
    assert decode(encode(document.whole)).blocks[block.id].look == block.look
    canvas.levels.leave()
    assert not canvas.canvas.marks.items


def test_fit_and_minimap_reach_them(canvas: CanvasView, document: Document) -> None:
    far = edits.add_comment(document.design, Box(4000, 900, 160, 60), "far away")
    document.commit(far, "Far")
    assert canvas.canvas.content.contains(QPointF(4080, 930))
    canvas.fit()
    assert canvas.seen.contains(QPointF(4080, 930))
    canvas.zoom_to(1.0)
    canvas.centerOn(0, 0)
    QApplication.processEvents()
    canvas.minimap._refresh()
    image = canvas.minimap.grab().toImage()
    at = canvas.minimap.to_map(canvas.canvas.marks.items["c9"].box).center()
    ratio = image.devicePixelRatio()
    here = image.pixelColor(QPoint(round(at.x() * ratio), round(at.y() * ratio)))
    assert here.saturation() > 20


@pytest.mark.parametrize("zoom", [0.05, 0.15, 0.3, 0.6, 1.0, 3.0])
def test_a_title_can_be_read_from_afar_and_never_leaves_its_frame(
    canvas: CanvasView, zoom: float
) -> None:
    from gui.canvas.mark_paint import DUST, LEGIBLE, title_font

    canvas.zoom_to(zoom)
    seen = title_font(canvas.canvas.inks, zoom).pixelSize() * zoom
    assert seen >= LEGIBLE - 0.5 * zoom or zoom < 0.25
    assert seen < DUST or zoom > 0.1
    painted(canvas)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_is_told_from_the_canvas(
    canvas: CanvasView, document: Document, colour: str
) -> None:
    document.commit(edits.recolour(document.design, ["f8"], colour), "Colour")
    box = canvas.canvas.marks.items["f8"].box
    spot = canvas.mapFromScene(QPointF(box.right() - 20, box.top() + 14))
    inside = painted(canvas).pixelColor(spot)
    assert inside != canvas.canvas.inks.canvas
    assert inside.lightness() > 200  # quiet: text on it stays readable


# The inspector


@pytest.fixture
def inspector(canvas: CanvasView, session: Session) -> Iterator[InspectorPanel]:
    panel = InspectorPanel(session)
    panel.resize(320, 600)
    panel.show()
    QApplication.processEvents()
    yield panel
    panel.close()
    panel.deleteLater()


def test_the_inspector_shows_and_changes_a_frame(
    canvas: CanvasView, document: Document, inspector: InspectorPanel, qtbot: object
) -> None:
    click(canvas, title_of(canvas))
    title = inspector.findChild(QLineEdit, "frameTitleEdit")
    assert title.text() == "Hidden layers"
    title.setFocus()
    title.setText("")
    QTest.keyClicks(title, "Two layers ")
    assert frame(document).title == "Two layers"
    assert title.text() == "Two layers "
    assert document.history.count() == 1
    button = inspector.findChild(object, "choice:violet")
    QTest.mouseClick(button, LEFT)
    assert frame(document).colour == "violet"
    assert button.isChecked()
    document.undo()
    QApplication.processEvents()
    assert not button.isChecked()


def test_the_inspector_shows_and_changes_a_comment(
    canvas: CanvasView, document: Document, inspector: InspectorPanel
) -> None:
    document.commit(
        edits.add_comment(document.design, Box(0, 200, 120, 60), "hello"), "c"
    )
    click(canvas, QPointF(60, 230))
    text = inspector.findChild(QPlainTextEdit, "commentTextEdit")
    assert text.toPlainText() == "hello"
    QTest.keyClicks(text, "Oh, ")
    QTest.mouseClick(inspector.findChild(object, "choice:large"), LEFT)
    comment = document.design.look.marks["c9"]
    assert isinstance(comment, Comment)
    assert (comment.text, comment.size) == ("Oh, hello", "large")
    press(canvas, Qt.Key.Key_Escape)
    assert inspector.findChild(QPlainTextEdit, "commentTextEdit") is None or (
        not inspector.findChild(QPlainTextEdit, "commentTextEdit").isVisible()
    )


def test_tidy_draws_frames_around_their_nodes_in_one_step(window: Window) -> None:
    design = edits.frame_nodes(tutorial(), HIDDEN, "Hidden layers", "blue")
    places = {key: (i % 3 * 90.0, i * 70.0) for i, key in enumerate(design.nodes)}
    window.document.replace(edits.move(design, places))
    window.run("tidy")
    window.canvas.moving.finish()
    scene = window.canvas.canvas
    box = scene.marks.items["f8"].box
    for key, item in scene.node_items.items():
        assert box.contains(item.space) == (key in HIDDEN)
    window.document.undo()
    assert window.document.design.look.marks["f8"] == design.look.marks["f8"]
