"""The name and the free label of the selected node."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.design import edits
from engine.design.model import Node
from engine.errors import EngineError
from gui.panels.fields import NAMES
from gui.panels.labels import Label
from gui.session import Session
from gui.words import say


class NameBox(QWidget):
    """Name (the attribute in the code) and label; hidden for several nodes."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._node: Node | None = None
        self.name = _Entry(self)
        self.name.setObjectName("nameEdit")
        self.name.setProperty("mono", True)
        self.name.setAccessibleName(self.tr("Name"))
        tip = self.tr("The attribute in the built module and in the code.")
        self.name.setToolTip(tip)
        self.label = _Entry(self)
        self.label.setObjectName("labelEdit")
        self.label.setAccessibleName(self.tr("Label"))
        self.label.setPlaceholderText(self.tr("label"))
        self.label.setToolTip(self.tr("Shown on the canvas beside the name."))
        self._error = Label("", "error", self)
        self._error.setObjectName("error:name")
        self._error.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._line(self.tr("name")))
        error = QHBoxLayout()
        error.addSpacing(NAMES + 4)
        error.addWidget(self._error, 1)
        layout.addLayout(error)
        self.name.textEdited.connect(self._rename)
        self.label.textEdited.connect(self._relabel)
        self.name.was_left.connect(self._leave)
        self.label.was_left.connect(self._leave)

    @property
    def error(self) -> str:
        """The sentence now shown below the name."""
        return self._error.text()

    def display(self, nodes: list[Node]) -> None:
        """Show this node's name; hide for several."""
        self.setVisible(len(nodes) == 1)
        before, self._node = self._node, nodes[0]
        if len(nodes) != 1:
            return
        moved = before is None or before.id != self._node.id
        for entry, text, was in (
            (self.name, self._node.name, before.name if before else ""),
            (self.label, self._node.label, before.label if before else ""),
        ):
            # A stale wrong text must not outlive its node; a live one must not blink.
            typing = entry.hasFocus() and not moved and text == was
            mine = entry.hasFocus() and not moved and entry.text().strip() == text
            if not typing and not mine and entry.text() != text:
                entry.setText(text)
                entry.setCursorPosition(0)  # of a long name its beginning
                if entry is self.name:
                    self._complain("")

    def _rename(self, text: str) -> None:
        if self._node is None or text == self._node.name:
            self._complain("")
            return
        document, key = self._session.document, self._node.id
        try:
            after = edits.rename(document.design, key, text)
        except EngineError as error:
            self._complain(say(error.message))
            return
        self._complain("")
        said = self.tr("Rename to {name}").format(name=text)
        document.commit(after, said, merge=f"name {key}")

    def _relabel(self, text: str) -> None:
        if self._node is not None:
            key = self._node.id
            self._session.document.attempt(
                edits.set_label,
                key,
                text,
                text=self.tr("Set label"),
                merge=f"label {key}",
            )

    def _leave(self) -> None:
        """Back to the name the node has, if what stands there is none."""
        self._session.document.seal()
        self._complain("")
        if self._node is not None:
            self.name.setText(self._node.name)
            self.label.setText(self._node.label)

    def _complain(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.name.setProperty("invalid", bool(sentence))
        self.name.style().polish(self.name)

    def _line(self, text: str) -> QHBoxLayout:
        label = Label(text, "muted", self)
        label.setFixedWidth(NAMES)
        label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        label.setBuddy(self.name)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(label)
        line.addWidget(self.name, 1)
        line.addWidget(self.label, 1)
        return line


class _Entry(QLineEdit):
    """A line edit that tells when it is left."""

    was_left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.was_left.emit()
