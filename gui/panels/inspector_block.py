"""The form of the block that stands open: its name, parameters and notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from engine.design import edits
from engine.design.block import Block
from engine.design.blocks import uses
from engine.design.model import Design
from engine.design.names import free
from engine.errors import EngineError
from gui.panels.inspector_design import Notes
from gui.panels.inspector_exposed import ExposedBox
from gui.panels.labels import Heading, Label, grouped, link_button
from gui.session import Session
from gui.words import say


class BlockForm(QWidget):
    """Edits the definition; every use of it follows."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._id = session.document.design.scope.block
        self.exposed: dict[str, ExposedBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        self._title = Label("", "title", self)
        layout.addWidget(self._title)
        self._totals = Label("", "muted", self)
        layout.addWidget(self._totals)
        layout.addWidget(Heading(self.tr("Name"), self))
        self.name = QLineEdit(self)
        self.name.setObjectName("blockNameEdit")
        self.name.setAccessibleName(self.tr("Name of the block"))
        self.name.setToolTip(self.tr("The class in the code"))
        self.name.editingFinished.connect(self._rename)
        layout.addWidget(self.name)
        self._fault = Label("", "error", self)
        self._fault.hide()
        layout.addWidget(self._fault)
        layout.addWidget(Heading(self.tr("What each use may set"), self))
        self._add_params(layout)
        layout.addWidget(Heading(self.tr("Notes"), self))
        self._notes = Notes(session, self)
        self._notes.setPlaceholderText(self.tr("What does this block do?"))
        layout.addWidget(self._notes)
        layout.addStretch(1)

    @property
    def block(self) -> Block | None:
        """The definition, as it is now."""
        return self._session.document.whole.blocks.get(self._id)

    def display(self, ids: Sequence[str]) -> None:
        """Show the definition as it is now."""
        block, document = self.block, self._session.document
        if block is None:
            return
        self._title.setText(self.tr("Block '{name}'").format(name=block.name))
        count = len(uses(document.whole, self._id))
        said = self.tr("{params} parameters here · used {count} times")
        if count == 1:
            said = self.tr("{params} parameters here · used once")
        params = grouped(document.checked.parameters)
        self._totals.setText(said.format(params=params, count=count))
        if not self.name.hasFocus():
            self.name.setText(block.name)
        for param in block.params:
            if param.name in self.exposed:
                self.exposed[param.name].display(param)
        self._notes.display(block.notes)

    def _add_params(self, layout: QVBoxLayout) -> None:
        params = self.block.params if self.block else ()
        if not params:
            said = self.tr("Nothing yet: select a node and press ƒ beside a number.")
            layout.addWidget(Label(said, "muted", self))
        for param in params:
            box = ExposedBox(self._session, self._id, param, self)
            self.exposed[param.name] = box
            layout.addWidget(box)
        said = self.tr("+ a number")
        tip = self.tr("Add a number that formulas inside may name")
        add = link_button(said, tip, self)
        add.setObjectName("addBlockParam")
        add.clicked.connect(self._add_param)
        layout.addWidget(add)

    def _add_param(self) -> None:
        block = self.block
        if block is None:
            return
        name = free("size", set(block.defaults))
        self._attempt(
            lambda design: edits.add_block_param(design, self._id, name, 1),
            self.tr("Add the parameter {name}").format(name=name),
            self._session.tell,
        )

    def _rename(self) -> None:
        name = self.name.text().strip()
        if self.block is None or name == self.block.name:
            self._complain("")
            return
        self._complain("")
        self._attempt(
            lambda design: edits.rename_block(design, self._id, name),
            self.tr("Call the block {name}").format(name=name),
            self._complain,
        )

    def _complain(self, sentence: str) -> None:
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))

    def _attempt(
        self,
        edit: Callable[[Design], Design],
        text: str,
        refuse: Callable[[str], None],
        merge: str = "",
    ) -> None:
        document = self._session.document
        try:
            after = edit(document.whole)
        except EngineError as error:
            refuse(say(error.message))
        else:
            document.commit_whole(after, text, merge)
