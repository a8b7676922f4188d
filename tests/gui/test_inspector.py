"""The inspector sets every parameter of every row, and undoes it."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
)

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import (
    Bool,
    Choice,
    Dims,
    Float,
    Floats,
    Int,
    Ints,
    Size,
    Text,
)
from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from gui.panels.fields import BoolField, ChoiceField, TextField
from gui.panels.inspector import InspectorPanel
from gui.panels.inspector_nodes import NodesForm
from gui.session import Session

# The offscreen platform says this of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PARAMS = [(row.kind, param) for row in OPERATORS.values() for param in row.params]
IDS = [f"{kind}-{param.name}" for kind, param in PARAMS]


@pytest.fixture
def inspector(qtbot, session: Session) -> InspectorPanel:
    panel = InspectorPanel(session)
    panel.resize(320, 800)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def put(session: Session, *kinds: str) -> list[str]:
    """A chain of new nodes of these kinds, selected."""
    design, ids = session.document.design, []
    for kind in kinds:
        design = edits.add(design, kind)
        ids.append(design.newest)
    session.document.replace(design)
    session.selection.set(ids)
    return ids


def chain(session: Session, *kinds: str) -> list[str]:
    """An input and nodes wired one after the other; none selected."""
    design = edits.add(Design(), "input")
    ids = [design.newest]
    for kind in kinds:
        design = edits.insert_after(design, kind, ids[-1])
        ids.append(design.newest)
    session.document.replace(design)
    return ids


def form(inspector: InspectorPanel) -> NodesForm:
    assert isinstance(inspector._form, NodesForm)
    return inspector._form


def settle(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.stale)


def type_into(widget: QLineEdit, text: str) -> None:
    widget.setFocus()
    widget.selectAll()
    QTest.keyClicks(widget, text)


def another(param):
    """A value other than the default, and how a person types it."""
    match param:
        case Choice():
            value = next(word for word in param.options if word != param.default)
            return value, value
        case Int():
            start = param.default if isinstance(param.default, int) else param.low
            value = start + 1 if start < param.high else start - 1
            return value, str(value)
        case Floats():
            return 3.5, "3.5"
        case Float():
            span = [0.5, 0.25, 2.0, param.low + 1, param.high - 1]
            fits = [
                number
                for number in span
                if math.isfinite(number)
                and param.low < number < param.high
                and number != param.default
            ]
            return fits[0], str(fits[0])
        case Size():
            value = 7 if param.default != 7 else 6
            return value, str(value)
        case Ints():
            value = (max(param.low, 5), max(param.low, 6))[: param.most]
            value = value * param.least if len(value) < param.least else value
            return value, ", ".join(map(str, value))
        case Dims():
            return (4, 6), "4, 6"
        case Text():
            return param.example, param.example
    raise AssertionError(param)


@pytest.mark.parametrize(("kind", "param"), PARAMS, ids=IDS)
def test_every_parameter_is_set_by_its_widget_and_undone(
    qtbot, inspector, session, kind, param
):
    (key,) = put(session, kind)
    before = session.document.design
    field = form(inspector).fields[param.name]
    if isinstance(field, BoolField):
        QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton, pos=_box(field.edit))
        wanted = not param.default
    elif isinstance(field, ChoiceField):
        start = field.edit.currentIndex()
        step = Qt.Key.Key_Down if start + 1 < field.edit.count() else Qt.Key.Key_Up
        QTest.keyClick(field.edit, step)
        wanted = field.edit.currentData()
        if field.edit.count() == 1:
            assert not field.edit.isEnabled()
            return
        assert wanted != param.default
    else:
        wanted, text = another(param)
        type_into(field.edit, text)
    assert session.document.design.nodes[key].args[param.name] == wanted
    assert field.error == ""
    session.document.undo()
    assert session.document.design.graph == before.graph
    assert not session.document.history.canUndo()


def _box(box):
    rect = box.rect()
    return (
        rect.center()
        if rect.width() < 30
        else rect.center().__class__(8, rect.center().y())
    )


TEXTS = [(k, p) for k, p in PARAMS if not isinstance(p, Bool | Choice)]


@pytest.mark.parametrize(
    ("kind", "param"), TEXTS, ids=[f"{kind}-{param.name}" for kind, param in TEXTS]
)
def test_a_bad_text_is_explained_and_changes_nothing(inspector, session, kind, param):
    put(session, kind)
    field = form(inspector).fields[param.name]
    before = session.document.design
    bad = "N, ?" if isinstance(param, Dims) else "abc!"
    field.edit.setFocus()
    field.edit.setText("")
    QTest.keyClicks(field.edit, bad)
    assert param.name in field.error
    assert field.edit.text() == bad
    assert field.edit.property("invalid") is True
    # "N" or an empty text on the way may be valid; what stands there now is not.
    session.document.history.setIndex(0)
    assert session.document.design.graph == before.graph


def test_a_bad_text_goes_back_when_the_field_is_left(inspector, session):
    put(session, "linear")
    edit = form(inspector).fields["out_features"].edit
    before = session.document.design
    type_into(edit, "x")
    assert session.document.design is before
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text() == "16"
    assert form(inspector).fields["out_features"].error == ""


def test_typing_is_one_step_and_keeps_focus_cursor_and_form(qtbot, inspector, session):
    (key,) = put(session, "linear")
    built = form(inspector)
    edit = built.fields["out_features"].edit
    type_into(edit, "128")
    QTest.keyClick(edit, Qt.Key.Key_Left)
    QTest.keyClicks(edit, "9")
    settle(inspector, qtbot)
    assert session.document.design.nodes[key].args["out_features"] == 1298
    assert session.document.history.count() == 1
    assert edit.hasFocus()
    assert edit.cursorPosition() == 3
    assert form(inspector) is built


def test_coming_back_to_a_field_is_another_step(inspector, session):
    put(session, "linear")
    edit = form(inspector).fields["out_features"].edit
    type_into(edit, "12")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    type_into(edit, "34")
    assert session.document.history.count() == 2


def test_arrow_keys_step_and_stop_at_the_limits(inspector, session):
    (key,) = put(session, "linear")
    edit = form(inspector).fields["out_features"].edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Up)
    assert session.document.design.nodes[key].args["out_features"] == 17
    QTest.keyClick(edit, Qt.Key.Key_PageDown)
    QTest.keyClick(edit, Qt.Key.Key_PageDown)
    assert session.document.design.nodes[key].args["out_features"] == 1


def test_the_reset_button_shows_when_it_can_do_something(qtbot, inspector, session):
    (key,) = put(session, "linear")
    field = form(inspector).fields["out_features"]
    reset = field.findChild(QToolButton, "reset:out_features")
    assert reset.isHidden()
    type_into(field.edit, "5")
    settle(inspector, qtbot)
    assert reset.isVisible()
    QTest.mouseClick(reset, Qt.MouseButton.LeftButton)
    settle(inspector, qtbot)
    assert not session.document.design.nodes[key].params
    assert field.edit.text() == "16"
    assert reset.isHidden()


def test_reset_all_is_one_step(qtbot, inspector, session):
    (key,) = put(session, "conv2d")
    edits_ = {"out_channels": 5, "kernel_size": 7}
    session.document.attempt(edits.set_params, [key], edits_, text="set")
    settle(inspector, qtbot)
    QTest.mouseClick(
        inspector.findChild(QToolButton, "resetAll"), Qt.MouseButton.LeftButton
    )
    assert not session.document.design.nodes[key].params
    assert session.document.history.count() == 2


def test_several_nodes_show_where_they_differ_and_are_set_at_once(
    qtbot, inspector, session
):
    one, two = put(session, "linear", "linear")
    session.document.attempt(edits.set_params, [one], {"out_features": 3}, text="set")
    settle(inspector, qtbot)
    edit = form(inspector).fields["out_features"].edit
    assert edit.text() == ""
    assert edit.placeholderText() == "mixed"
    QTest.keyClicks(edit, "8")
    nodes = session.document.design.nodes
    assert [nodes[key].args["out_features"] for key in (one, two)] == [8, 8]
    assert session.document.history.count() == 2


def test_different_kinds_share_what_they_have_alike(inspector, session):
    put(session, "linear", "conv2d")
    assert set(form(inspector).fields) == {"bias"}


def test_what_follows_from_the_shapes_is_told_with_its_source(inspector, session):
    _, linear = chain(session, "linear")
    session.selection.set([linear])
    derived = inspector.findChild(object, "derived").text()
    assert "in_features" in derived
    assert "3" in derived
    assert "'x'" in derived


def test_a_name_is_checked_as_it_is_typed(qtbot, inspector, session):
    first, second = put(session, "linear", "linear")
    session.selection.set([first])
    names = form(inspector)._names
    for bad in ("2x", "class", "forward", session.document.design.nodes[second].name):
        type_into(names.name, bad)
        assert names.error, bad
    type_into(names.name, "encoder")
    assert session.document.design.nodes[first].name == "encoder"
    assert names.error == ""


def test_an_initializer_is_chosen_for_weight_and_bias_apart(qtbot, inspector, session):
    _, linear = chain(session, "linear")
    session.selection.set([linear])
    boxes = form(inspector).inits
    assert set(boxes) == {"weight", "bias"}
    choose(boxes["weight"], "normal")
    assert session.document.design.nodes[linear].init == {"weight": Init("normal")}
    settle(inspector, qtbot)
    type_into(boxes["weight"].fields["std"].edit, "0.02")
    chosen = session.document.design.nodes[linear].init["weight"]
    assert chosen == Init("normal", (("std", 0.02),))
    assert "bias" not in session.document.design.nodes[linear].init
    session.document.undo()
    session.document.undo()
    assert not session.document.design.nodes[linear].init


def test_what_does_not_fit_cannot_be_chosen_and_says_why(inspector, session):
    _, linear = chain(session, "linear")
    session.selection.set([linear])
    combo = form(inspector).inits["bias"].combo
    item = combo.model().item(combo.findData("xavier_normal"))
    assert not item.isEnabled()
    assert len(item.toolTip().split()) > 5
    weights = form(inspector).inits["weight"].combo
    assert weights.model().item(weights.findData("xavier_normal")).isEnabled()


def test_recurrent_weights_have_a_chooser_of_their_own(inspector, session):
    design = edits.add(Design(), "input")
    design = edits.set_params(design, [design.newest], {"shape": ("N", 7, 3)})
    design = edits.insert_after(design, "lstm", design.newest)
    session.document.replace(design)
    session.selection.set([design.newest])
    assert set(form(inspector).inits) == {"weight", "bias", "recurrent"}


def choose(box, kind: str) -> None:
    """Pick an item of the combo by the keyboard."""
    box.combo.setFocus()
    place = box.combo.findData(kind)
    while box.combo.currentIndex() != place:
        before = box.combo.currentIndex()
        box.combo.view()  # the list exists as it does for a person
        QTest.keyClick(box.combo, Qt.Key.Key_Down)
        assert box.combo.currentIndex() > before


def test_nothing_selected_shows_the_design(qtbot, inspector, session):
    chain(session, "linear")
    seed = inspector.findChild(QLineEdit, "edit:seed")
    type_into(seed, "42")
    batch = inspector.findChild(QLineEdit, "edit:N")
    type_into(batch, "12")
    settings = session.document.design.settings
    assert settings.seed == 42
    assert settings.symbols["N"] == 12
    notes = inspector.findChild(object, "notes")
    QTest.keyClicks(notes, "why not")
    assert session.document.design.notes == "why not"
    assert session.document.history.count() == 3
    session.document.undo()
    settle(inspector, qtbot)
    assert notes.toPlainText() == ""


def test_every_field_can_be_named_by_a_screen_reader(inspector, session):
    put(session, "conv2d")
    for field in form(inspector).fields.values():
        assert field.edit.accessibleName() == field.param.name
        assert field.toolTip()
        assert isinstance(field, TextField | BoolField | ChoiceField)


def test_a_hidden_inspector_does_not_work(qtbot, inspector, session):
    put(session, "linear")
    inspector.hide()
    put(session, "conv2d")
    assert "out_channels" not in form(inspector).fields
    inspector.show()
    assert "out_channels" in form(inspector).fields


@pytest.mark.parametrize("kind", OPERATORS)
def test_every_kind_can_be_looked_at(inspector, session, kind):
    (key,) = put(session, kind)
    row, shown = OPERATORS[kind], form(inspector)
    assert shown._title.text() == row.title
    assert shown._doc.text() == row.doc
    assert list(shown.fields) == [param.name for param in row.params]
    assert shown._names.name.text() == session.document.design.nodes[key].name


@pytest.mark.parametrize("kind", [k for k in INITIALIZERS if INITIALIZERS[k].params])
def test_every_initializers_parameters_are_set_and_undone(inspector, session, kind):
    _, key = chain(session, "conv2d" if kind == "dirac" else "linear")
    if kind == "dirac":
        session.document.attempt(
            edits.set_params, ["n1"], {"shape": ("N", 3, 8, 8)}, text="image"
        )
    session.selection.set([key])
    box = form(inspector).inits["weight"]
    choose(box, kind)
    inspector.refresh()
    for param in INITIALIZERS[kind].params:
        field = box.fields[param.name]
        before = session.document.design
        if isinstance(field, BoolField):
            QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton)
        elif isinstance(field, ChoiceField):
            up = field.edit.currentIndex() == field.edit.count() - 1
            QTest.keyClick(field.edit, Qt.Key.Key_Up if up else Qt.Key.Key_Down)
        else:
            type_into(field.edit, another(param)[1])
        chosen = session.document.design.nodes[key].init["weight"]
        assert chosen.kind == kind
        assert param.name in dict(chosen.params), (param, field.error)
        session.document.undo()
        assert session.document.design.graph == before.graph
        inspector.refresh()


def test_a_bad_parameter_of_an_initializer_is_explained(inspector, session):
    _, key = chain(session, "linear")
    session.selection.set([key])
    box = form(inspector).inits["weight"]
    choose(box, "normal")
    inspector.refresh()
    before = session.document.design
    type_into(box.fields["std"].edit, "wide")
    assert "std" in box.fields["std"].error
    assert session.document.design is before


def test_the_other_scheme_keeps_what_is_shown(inspector, session, theme):
    (key,) = put(session, "conv2d")
    try:
        theme.choose("dark")
        assert set(form(inspector).fields) >= {"kernel_size", "stride"}
        type_into(form(inspector).fields["stride"].edit, "2")
        assert session.document.design.nodes[key].args["stride"] == 2
    finally:
        theme.choose("light")


def test_a_problem_is_mended_where_it_is_read(qtbot, inspector, session):
    design = edits.add(Design(), "input")
    for kind in ("linear", "sigmoid", "linear"):
        design = edits.insert_after(design, kind, design.newest)
    session.document.replace(design)
    session.selection.set(["n3"])
    (problem,) = session.document.checked.of("n3")
    assert problem.fix is not None
    button = inspector.findChild(QPushButton, "fixButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.document.design == problem.fix.edit(design)
    settle(inspector, qtbot)
    assert form(inspector)._title.text() == session.document.design.nodes["n3"].title


def test_a_name_is_never_read_as_rich_text(inspector, session):
    (key,) = put(session, "linear")
    label = '<img src="x">'
    session.document.attempt(edits.set_label, key, label, text="label")
    for shown in inspector.findChildren(QLabel):
        assert shown.textFormat() == Qt.TextFormat.PlainText or not shown.text()


def test_a_long_name_of_a_neighbour_makes_nothing_wider(inspector, session):
    design = edits.insert_after(edits.add(Design(), "input"), "linear", "n1")
    design = edits.rename(design, "n1", "a_name_that_goes_on_and_on_" * 2)
    session.document.replace(design)
    inspector.resize(320, 700)
    session.selection.set(["n2"])
    QApplication.processEvents()
    assert inspector._form.minimumSizeHint().width() <= 320
