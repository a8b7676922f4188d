"""Fields within a block: what a formula comes to, and what each use may set."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QToolButton, QWidget

from engine.catalog.params import Int, Size
from engine.check import Known
from engine.design import edits
from engine.design.block import OWN
from engine.design.expression import formulas
from engine.design.model import Node
from engine.errors import EngineError
from gui.panels.fields import Field
from gui.panels.labels import Label
from gui.session import Session
from gui.words import say


class Formulas(QObject):
    """Gives the fields of one form what they need in a block's body."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._comes: dict[Field, Label] = {}
        self._buttons: dict[Field, QToolButton] = {}
        self._node = ""

    def offer(self, field: Field) -> None:
        """Give a new field its button and the line below it."""
        comes = self._comes[field] = Label("", "faint-mono", field)
        comes.setObjectName(f"computed:{field.param.name}")
        comes.hide()
        field.below.addWidget(comes)
        if not isinstance(field.param, Int | Size) or field.param.name in OWN:
            return
        button = self._buttons[field] = QToolButton(field)
        button.setText("ƒ")
        button.setObjectName(f"expose:{field.param.name}")
        button.setAutoRaise(True)
        button.setProperty("flat", True)
        button.setFixedSize(20, 20)
        said = self.tr("Let each use of the block set {name}")
        button.setToolTip(said.format(name=field.param.name))
        button.setAccessibleName(button.toolTip())
        button.clicked.connect(lambda: self._expose(field))
        button.hide()
        field.line.addWidget(button)

    def show(self, field: Field, nodes: list[Node], known: list[Known | None]) -> None:
        """Say what a formula comes to; offer to let each use set a number."""
        name = field.param.name
        value = nodes[0].written.get(name)
        self._node = nodes[0].id
        at = known[0]
        computed = len(nodes) == 1 and any(formulas(value)) and at is not None
        text = field.param.format(at.args[name]) if computed and at else ""
        self._comes[field].setText(f"= {text}")
        self._comes[field].setVisible(bool(text))
        button = self._buttons.get(field)
        if button is not None:
            inside = bool(self._session.document.here.place)
            whole = isinstance(value, int) and not isinstance(value, bool)
            button.setVisible(inside and len(nodes) == 1 and whole)

    def _expose(self, field: Field) -> None:
        document, name = self._session.document, field.param.name
        block = document.design.scope.block
        try:
            after = edits.expose(document.whole, block, self._node, name)
        except EngineError as error:
            field.complain(say(error.message))
        else:
            text = self.tr("Let each use set {name}").format(name=name)
            document.commit_whole(after, text)
