"""One number that each use of a block may set: its default, and folded below, the rest.

Fields of words commit when they are left, so that a rename is one step.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QToolButton, QWidget

from engine.catalog.params import LARGEST
from engine.design import edits
from engine.design.block import BlockParam
from engine.design.model import Design
from engine.errors import EngineError
from gui.panels.fields import Field, field_for
from gui.panels.labels import Label
from gui.session import Session
from gui.words import say

Edit = Callable[[Design], Design]


class ExposedBox(QWidget):
    """Edits one parameter of the block that stands open.

    Args:
        session: whose document.
        block: id of the block.
        param: as it is now.
        parent: the form.
    """

    def __init__(
        self, session: Session, block: str, param: BlockParam, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"exposed:{param.name}")
        self._session, self._block, self._name = session, block, param.name
        self.field: Field = field_for(param.row, param.default, self)
        self.field.edited.connect(lambda _, value: self._default(value))
        self.field.left.connect(session.document.seal)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.field, 1)
        self.more = self._button("⋯", self.tr("Its name, its limit and what it is"))
        self.more.setObjectName(f"more:{param.name}")
        self.more.setCheckable(True)
        gone = self.tr("Take {name} away: its default stands everywhere inside")
        away = self._button("×", gone.format(name=param.name))
        away.setObjectName(f"unexpose:{param.name}")
        away.clicked.connect(self._take_away)
        for button in (self.more, away):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(top, 0, 0, 1, 2)
        self.name = self._line(grid, 1, self.tr("name"), self._rename)
        self.low = self._line(grid, 2, self.tr("at least"), self._limit)
        self.low.setValidator(QIntValidator(-LARGEST, LARGEST, self.low))
        self.doc = self._line(grid, 3, self.tr("what it is"), self._describe)
        self._why = Label("", "error", self)
        self._why.setObjectName(f"error:exposed:{param.name}")
        grid.addWidget(self._why, 4, 0, 1, 2)
        self._why.hide()
        self.more.toggled.connect(self._unfold)
        self._unfold(shown=False)

    def display(self, param: BlockParam) -> None:
        """Show the parameter as it is now."""
        self.field.display([param.default])
        for line, text in (
            (self.name, param.name),
            (self.low, str(param.low)),
            (self.doc, param.doc),
        ):
            if not line.hasFocus():
                line.setText(text)

    def _line(
        self, grid: QGridLayout, row: int, said: str, done: Callable[[], None]
    ) -> QLineEdit:
        label, line = Label(said, "muted", self), QLineEdit(self)
        line.setObjectName(f"{said.replace(' ', '')}:{self._name}")
        line.setAccessibleName(f"{self._name}: {said}")
        line.setToolTip(line.accessibleName())
        line.editingFinished.connect(done)
        label.setBuddy(line)
        grid.addWidget(label, row, 0)
        grid.addWidget(line, row, 1)
        return line

    def _unfold(self, shown: bool) -> None:
        grid = self.layout()
        assert isinstance(grid, QGridLayout)  # noqa: S101 - made above
        for row in (1, 2, 3):
            for column in (0, 1):
                item = grid.itemAtPosition(row, column)
                if item is not None and (part := item.widget()):
                    part.setVisible(shown)

    def _default(self, value: int) -> None:
        text = self.tr("Set the default of {name}").format(name=self._name)
        self._do(
            lambda design: edits.set_block_param(
                design, self._block, self._name, default=value
            ),
            text,
            self.field.refuse,
            f"default {self._block} {self._name}",
        )

    def _rename(self) -> None:
        to = self.name.text().strip()
        if to and to != self._name:
            text = self.tr("Call the parameter {name} {to}")
            self._do(
                lambda design: edits.rename_block_param(
                    design, self._block, self._name, to
                ),
                text.format(name=self._name, to=to),
            )

    def _limit(self) -> None:
        if self.low.hasAcceptableInput():
            low = int(self.low.text())
            text = self.tr("Set the limit of {name}").format(name=self._name)
            self._do(
                lambda design: edits.set_block_param(
                    design, self._block, self._name, low=low
                ),
                text,
            )

    def _describe(self) -> None:
        doc = self.doc.text().strip()
        text = self.tr("Say what {name} is").format(name=self._name)
        self._do(
            lambda design: edits.set_block_param(
                design, self._block, self._name, doc=doc
            ),
            text,
        )

    def _take_away(self) -> None:
        text = self.tr("Take the parameter {name} away").format(name=self._name)
        self._do(
            lambda design: edits.unexpose(design, self._block, self._name),
            text,
            self._session.tell,
        )

    def _do(
        self,
        edit: Edit,
        text: str,
        refuse: Callable[[str], None] | None = None,
        merge: str = "",
    ) -> None:
        document = self._session.document
        self._why.hide()
        try:
            after = edit(document.whole)
        except EngineError as error:
            (refuse or self._complain)(say(error.message))
        else:
            document.commit_whole(after, text, merge)

    def _complain(self, sentence: str) -> None:
        self._why.setText(sentence)
        self._why.show()

    def _button(self, text: str, said: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setAutoRaise(True)
        button.setProperty("flat", True)
        button.setToolTip(said)
        button.setAccessibleName(said)
        return button
