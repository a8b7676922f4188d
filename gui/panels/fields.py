"""One parameter, one widget: made from the parameter's kind, checked as it is typed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.params import Bool, Choice, Float, Int, Param, Size, Value
from engine.design.expression import MARK
from engine.errors import EngineError
from gui.panels.checkbox import CheckBox
from gui.panels.labels import Label
from gui.words import say

STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}
NAMES = 96  # width of the names beside the editors, in pixels


class Field(QWidget):
    """A name, an editor, a button back to the default, and what is wrong.

    Subclasses give `_edit`, the widget that is typed into, and `_put`.

    Args:
        param: what is edited.
        default: what the button goes back to.
    """

    edited = Signal(str, object)  # name, value: valid, and another than before
    left = Signal()  # the person is done with the field
    restored = Signal(str)  # name: back to the default

    def __init__(self, param: Param, default: Value, parent: QWidget) -> None:
        super().__init__(parent)
        self.param = param
        self.default = default
        self.values: tuple[Value, ...] = ()
        self._before: tuple[Value, ...] = ()
        self.setObjectName(f"field:{param.name}")
        self._name = Label(param.name, "muted", self)
        self._name.setFixedWidth(NAMES)
        self._error = Label("", "error", self)
        self._error.setObjectName(f"error:{param.name}")
        self._error.hide()
        self._reset = self._made_reset()
        self.edit = self._edit()
        self.edit.setObjectName(f"edit:{param.name}")
        self.edit.setAccessibleName(param.name)
        self._name.setBuddy(self.edit)
        tip = "\n".join(filter(None, (param.doc, self._limits())))
        self.setToolTip(tip)
        self.edit.setAccessibleDescription(tip)
        self._lay_out()

    @property
    def mixed(self) -> bool:
        """Whether the nodes being edited differ here."""
        return len(self.values) > 1

    @property
    def error(self) -> str:
        """The sentence now shown beside the field."""
        return self._error.text()

    def display(self, values: Sequence[Value]) -> None:
        """Show the value that all nodes have, or that they differ."""
        distinct = tuple(dict.fromkeys(values))
        typing = self.edit.hasFocus() and distinct == self.values
        self.values = distinct
        self._reset.setVisible(distinct != (self.default,))
        if not typing:
            self.complain("")
            self._put()

    def complain(self, sentence: str) -> None:
        """Say what is wrong with what was typed; "" takes it back."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        if self.edit.property("invalid") != bool(sentence):
            self.edit.setProperty("invalid", bool(sentence))
            self.edit.style().polish(self.edit)

    def offer(self, value: Value) -> None:
        """What the person chose: `edited` unless it is what stands there already."""
        self.complain("")
        if self.values != (value,):
            self._before, self.values = self.values, (value,)
            self.edited.emit(self.param.name, value)

    def refuse(self, sentence: str) -> None:
        """The design did not take what was offered: say why."""
        self.values = self._before
        self.complain(sentence)

    def _edit(self) -> QWidget:
        raise NotImplementedError

    def _put(self) -> None:
        raise NotImplementedError

    def _beside(self) -> QWidget | None:
        """What stands at the editor's right, such as arrows."""
        return None

    def _limits(self) -> str:
        wanted = self.param.wanted
        none = self.tr(" Empty means none.") if self.param.optional else ""
        return wanted[:1].upper() + wanted[1:] + "." + none

    def _made_reset(self) -> QToolButton:
        button = QToolButton(self)
        button.setText("↺")
        button.setAutoRaise(True)
        button.setProperty("flat", True)
        button.setObjectName(f"reset:{self.param.name}")
        shown = self.param.format(self.default)
        said = self.tr("Back to the default, {value}").format(value=shown)
        button.setToolTip(said)
        button.setAccessibleName(said)
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.setFixedSize(20, 20)
        button.clicked.connect(lambda: self.restored.emit(self.param.name))
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._name)
        line.addWidget(self.edit, 1)
        beside = self._beside()
        if beside is not None:
            line.addWidget(beside)
        line.addWidget(self._reset)
        below = QHBoxLayout()
        below.addSpacing(NAMES + 4)
        below.addWidget(self._error, 1)
        self.below = below
        self.line = line
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addLayout(below)


class BoolField(Field):
    """A check box; half checked where nodes differ."""

    def _edit(self) -> QWidget:
        self._box = CheckBox(self)
        self._box.clicked.connect(self._clicked)
        return self._box

    def _put(self) -> None:
        self._box.setTristate(self.mixed)
        if self.mixed:
            self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self._box.setChecked(self.values == (True,))

    def _clicked(self) -> None:
        on = self._box.checkState() != Qt.CheckState.Unchecked
        self._box.setTristate(False)
        self._box.setChecked(on)
        self.offer(on)
        self.left.emit()


class ChoiceField(Field):
    """A combo box of the few words there are, or of yes, no and none."""

    def _edit(self) -> QWidget:
        self._combo = Combo(self)
        if self.param.optional:
            self._combo.addItem(self.tr("none"), None)
        if isinstance(self.param, Choice):
            for option in self.param.options:
                self._combo.addItem(option, option)
        else:
            self._combo.addItem(self.tr("yes"), True)
            self._combo.addItem(self.tr("no"), False)
        self._combo.setEnabled(self._combo.count() > 1)
        self._combo.was_left.connect(self.left)
        self._combo.setPlaceholderText(self.tr("mixed"))
        self._combo.activated.connect(self._chosen)
        return self._combo

    def _put(self) -> None:
        at = -1 if self.mixed else self._combo.findData(self.values[0])
        self._combo.setCurrentIndex(at)

    def _chosen(self, index: int) -> None:
        self.offer(self._combo.itemData(index))


class TextField(Field):
    """A line of text, parsed at every keystroke; arrow keys step a number."""

    def _edit(self) -> QWidget:
        self._line = _Line(self)
        self._line.setProperty("mono", True)
        self._line.textEdited.connect(self._typed)
        self._line.returnPressed.connect(self.left)
        self._line.stepped.connect(self.step)
        self._line.was_left.connect(self._leave)
        if isinstance(self.param, Size) and self.param.words:
            words = QCompleter(list(self.param.words), self._line)
            words.activated.connect(self._typed)
            self._line.setCompleter(words)
        return self._line

    def _beside(self) -> QWidget | None:
        return Arrows(self) if self._steps else None

    @property
    def _steps(self) -> bool:
        return isinstance(self.param, Int | Float | Size)

    def _put(self) -> None:
        empty = self.tr("mixed") if self.mixed else self.param.format(None)
        blank = self.mixed or self.values == (None,)
        text = "" if blank else self.param.format(self.values[0])
        self._line.setPlaceholderText(empty if blank else "")
        if self._line.text() != text:
            self._line.setText(text)

    def _typed(self, text: str) -> None:
        if text.lstrip().startswith(MARK):  # the design knows the names in it
            self.offer(text.strip())
            return
        try:
            value = self.param.parse(text)
        except EngineError as error:
            self.complain(say(error.message))
        else:
            self.offer(value)

    def step(self, steps: int) -> None:
        """Up and down by one, or a tenth of a float's size; never past the limits."""
        value = self.values[0] if self.values and not self.mixed else self.default
        there = _stepped(self.param, value, steps)
        if there is not None:
            try:
                there = self.param.coerce(there)
            except EngineError as error:
                self.complain(say(error.message))
                return
            self._line.setText(self.param.format(there))
            self._line.selectAll()
            self.offer(there)

    def _leave(self) -> None:
        self.complain("")
        self._put()
        self.left.emit()


class _Line(QLineEdit):
    """A line edit that tells when it is left, and steps by arrow keys and wheel."""

    stepped = Signal(int)
    was_left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = STEPS.get(Qt.Key(event.key()))
        if steps and self.completer() is None:
            self.stepped.emit(steps)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
        else:
            event.ignore()  # the form scrolls

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.was_left.emit()


class Combo(QComboBox):
    """A combo box that leaves the wheel to the form unless it has the focus."""

    was_left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.setMinimumContentsLength(6)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.was_left.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Arrows(QWidget):
    """Two small buttons, one up and one down."""

    def __init__(self, field: TextField) -> None:
        super().__init__(field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for by, arrow in ((1, Qt.ArrowType.UpArrow), (-1, Qt.ArrowType.DownArrow)):
            button = QToolButton(self)
            button.setArrowType(arrow)
            button.setProperty("flat", True)
            button.setAutoRaise(True)
            button.setAutoRepeat(True)
            button.setFixedSize(16, 12)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            said = field.tr("More (↑)") if by > 0 else field.tr("Less (↓)")
            button.setToolTip(said)
            button.setAccessibleName(said)
            button.clicked.connect(lambda _=False, by=by: field.step(by))
            layout.addWidget(button)


def field_for(param: Param, default: Value, parent: QWidget) -> Field:
    """The field for this kind of parameter."""
    if isinstance(param, Bool) and not param.optional:
        return BoolField(param, default, parent)
    if isinstance(param, Bool | Choice):
        return ChoiceField(param, default, parent)
    return TextField(param, default, parent)


def _stepped(param: Param, value: Value, steps: int) -> Value:
    """The number `steps` steps from `value`; None where there is no such thing."""
    if isinstance(value, bool | str | tuple):
        return None
    if isinstance(param, Int | Size):
        start = value if isinstance(value, int) else param.low - steps
        return min(max(start + steps, param.low), param.high)
    if not isinstance(param, Float):
        return None
    size = abs(float(value)) if value else 1.0
    exponent = math.floor(math.log10(size)) - 1
    moved = round((value or 0.0) + steps * 10.0**exponent, 2 - exponent)
    return min(max(moved, param.low), param.high)
