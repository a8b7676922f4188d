"""Where the weights come from: the initializers, or a file and how well it fits."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.design import edits
from engine.errors import EngineError
from gui.panels.labels import Label
from gui.session import Session
from gui.words import say

NAMED = 4  # tensors that a report names before it counts


class WeightsRow(QWidget):
    """The file of weights, what of it was taken, and a way to let go of it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: object = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.said = Label("", "muted", self)
        self.said.setObjectName("weightsSaid")
        layout.addWidget(self.said)
        buttons = QHBoxLayout()
        self.choose = QPushButton(self.tr("Load weights…"), self)
        self.choose.setToolTip(self.tr("Take tensors from a .safetensors file"))
        self.choose.clicked.connect(lambda: session.run("load_weights"))
        self.drop = QPushButton(self.tr("Draw again"), self)
        self.drop.setToolTip(self.tr("Let the initializers draw every tensor"))
        self.drop.clicked.connect(self._let_go)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.drop)
        buttons.addStretch(1)
        layout.addLayout(buttons)

    def display(self) -> None:
        """Say where the weights come from now."""
        document = self._session.document
        path, checked = document.whole.settings.weights, document.whole_checked
        if (path, checked) == self._shown:
            return
        self._shown = path, checked
        self.drop.setVisible(bool(path))
        self.said.setText(self._report(path))

    def _report(self, path: str) -> str:
        if not path:
            return self.tr("Drawn by the initializers.")
        from engine.model.draws import matched

        document = self._session.document
        try:
            found = matched(document.whole, document.whole_checked)
        except EngineError as error:
            return say(error.message)
        said = self.tr("{file}: {count} of {all} tensors by name")
        parts = [
            said.format(
                file=Path(path).name,
                count=len(found.by_name),
                all=len(found.by_name) + len(found.by_order) + len(found.missing),
            )
        ]
        if found.by_order:
            said = self.tr("{count} more by their order and shape")
            parts.append(said.format(count=len(found.by_order)))
        if found.missing:
            said = self.tr("drawn, not in the file: {names}")
            parts.append(said.format(names=_named(found.missing)))
        if found.unused:
            said = self.tr("not used: {names}")
            parts.append(said.format(names=_named(found.unused)))
        for name, ours, theirs in found.differing[:NAMED]:
            said = self.tr("'{name}' is {theirs} there and {ours} here")
            parts.append(said.format(name=name, theirs=theirs, ours=ours))
        return "\n".join(parts)

    def _let_go(self) -> None:
        text = self.tr("Draw weights again")
        self._session.document.attempt_whole(edits.set_weights, "", text=text)


def _named(names: tuple[str, ...]) -> str:
    """A few names, and how many more there are."""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return f"{shown} +{more}" if more > 0 else shown
