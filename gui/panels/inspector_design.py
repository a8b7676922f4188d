"""What holds for the whole design: seed, sample sizes, notes, totals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from engine.catalog.params import LARGEST, Int
from engine.design import edits
from engine.design.flow import UNSET
from engine.design.model import Design, Settings
from engine.errors import EngineError
from gui.panels.fields import Field, field_for
from gui.panels.inspector_runs import RunFields
from gui.panels.inspector_weights import WeightsRow
from gui.panels.labels import Heading, Label, grouped
from gui.session import Session
from gui.words import say


class DesignForm(QWidget):
    """The form that is shown while nothing is selected."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._symbols: dict[str, Field] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(6)
        self._layout.addWidget(Label(self.tr("Design"), "title", self))
        self._totals = Label("", "mono", self)
        self._layout.addWidget(self._totals)
        hint = self.tr("Select a node to see and change what it is made of.")
        self._layout.addWidget(Label(hint, "muted", self))
        self._layout.addWidget(Heading(self.tr("Random numbers"), self))
        self._seed = self._made_seed()
        self._layout.addWidget(self._seed)
        self._layout.addWidget(Heading(self.tr("Sample sizes"), self))
        self._sizes = QVBoxLayout()
        self._sizes.setSpacing(6)
        self._layout.addLayout(self._sizes)
        self._layout.addWidget(Heading(self.tr("How it runs"), self))
        self.runs = RunFields(session, self)
        self._layout.addWidget(self.runs)
        self._layout.addWidget(Heading(self.tr("Weights"), self))
        self.weights = WeightsRow(session, self)
        self._layout.addWidget(self.weights)
        self._layout.addWidget(Heading(self.tr("Notes"), self))
        self._notes = Notes(session, self)
        self._layout.addWidget(self._notes)
        self._layout.addStretch(1)

    def display(self, ids: Sequence[str]) -> None:
        """Show the settings as they are now."""
        document = self._session.document
        design = document.design
        self._seed.display([design.settings.seed])
        for name in sorted(_symbols(design)):
            if name not in self._symbols:
                self._symbols[name] = self._made_symbol(name)
            value = design.settings.symbols.get(name, UNSET)
            self._symbols[name].setVisible(True)
            self._symbols[name].display([value])
        for name in self._symbols.keys() - _symbols(design):
            self._symbols[name].hide()
        self.runs.display(design.settings)
        self.weights.display()
        self._notes.display(design.notes)
        said = self.tr("{nodes} nodes · {params} parameters · {work} mult-adds")
        checked = document.checked
        totals = said.format(
            nodes=grouped(len(design.nodes)),
            params=grouped(checked.parameters),
            work=grouped(checked.mult_adds),
        )
        # A line may end behind a dot, never between a number and what it counts.
        self._totals.setText(totals.replace(" ", "\u00a0").replace("·\u00a0", "· "))

    def _made_seed(self) -> Field:
        doc = self.tr("Every tensor is drawn from this number and its own name.")
        field = field_for(Int("seed", 0, doc=doc, high=2**32 - 1), 0, self)
        field.edited.connect(self._set_seed)
        field.left.connect(self._session.document.seal)
        field.restored.connect(lambda: self._set_seed("seed", 0))
        return field

    def _made_symbol(self, name: str) -> Field:
        doc = self.tr("The size that {name} has wherever a number is needed.")
        batch = self.tr("The batch: how many samples the sample input has.")
        doc = batch if name == "N" else doc.format(name=name)
        default = Settings().symbols.get(name, UNSET)
        field = field_for(
            Int(name, default, doc=doc, low=1, high=LARGEST), default, self
        )
        field.edited.connect(self._set_symbol)
        field.left.connect(self._session.document.seal)
        field.restored.connect(lambda name: self._set_symbol(name, default))
        self._sizes.addWidget(field)
        return field

    def _set_seed(self, name: str, value: int) -> None:
        text = self.tr("Set seed")
        self._session.document.attempt(edits.set_seed, value, text=text, merge="seed")

    def _set_symbol(self, name: str, value: int) -> None:
        text = self.tr("Set {name}").format(name=name)
        document = self._session.document
        try:
            after = edits.set_symbol(document.design, name, value)
        except EngineError as error:
            self._symbols[name].refuse(say(error.message))
        else:
            document.commit(after, text, merge=f"symbol {name}")


class Notes(QPlainTextEdit):
    """Free text about the design; a stretch of typing is one undo step."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("notes")
        self.setAccessibleName(self.tr("Notes"))
        self.setToolTip(self.tr("Free text, saved with the design."))
        self.setPlaceholderText(self.tr("What is this network for?"))
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)  # the document's own undo is the only one
        self.setMinimumHeight(72)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._typed)

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def display(self, text: str) -> None:
        """Show the notes, leaving the cursor alone where nothing changed."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._session.document.seal()

    def _typed(self) -> None:
        text = self.toPlainText()
        self._session.document.attempt(
            edits.set_notes, text, text=self.tr("Edit notes"), merge="notes"
        )


def _symbols(design: Design) -> set[str]:
    """The symbols that the settings or a shape of the design names; N always."""
    found = {"N", *design.settings.symbols}
    for node in design.nodes.values():
        for value in node.params.values():
            if isinstance(value, tuple):
                found.update(part for part in value if isinstance(part, str))
    return found
