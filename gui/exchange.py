"""Models and weights as files of others: what the worker writes, and what is read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.design import edits
from engine.design.file import write_text
from engine.errors import EngineError
from engine.model.exits import EXITS
from engine.model.weights import SUFFIX
from gui.session import Session
from gui.words import say


class Exchange(QObject):
    """The File menu's work with files that are not designs."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window

    def export_model(self) -> None:
        """Ask for a file and let the worker write the model there."""
        if not self._session.document.whole_checked.ok:
            self._session.tell(
                self.tr("A model can be written once the errors are mended.")
            )
            self._session.run("see_problems")
            return
        path = self._asked_where()
        if path is not None:
            self.write(path)

    def export_training(self) -> None:
        """Ask for a file and write the script that trains the network."""
        from engine.model.training import to_training

        document = self._session.document
        try:
            text = to_training(document.whole, document.whole_checked)
            start = self._folder() / f"train_{document.name}.py"
            name, _ = QFileDialog.getSaveFileName(
                self._window, self.tr("Export a training script"), str(start), "*.py"
            )
            if name:
                write_text(name, text)
                self._written(name)
        except EngineError as error:
            self._session.tell(say(error.message))

    def write(self, path: Path) -> None:
        """Have the worker write the model in the form that the name's ending says."""
        from engine.service import AskExport

        said = self.tr("Writing {name}…").format(name=path.name)
        self._session.tell(said)
        self._session.worker.ask(
            AskExport(self._session.document.whole, str(path)),
            self._written,
            self._session.tell,
            owner=self,
        )

    def load_weights(self) -> None:
        """Ask for a .safetensors file and take what fits from it."""
        title, kind = self.tr("Load weights"), self.tr("Weights (*.safetensors)")
        name, _ = QFileDialog.getOpenFileName(
            self._window, title, str(self._folder()), kind
        )
        if name:
            text = self.tr("Load weights of {name}").format(name=Path(name).name)
            path = str(Path(name).absolute())
            self._session.document.attempt_whole(edits.set_weights, path, text=text)

    def _written(self, name: str) -> None:
        self._session.tell(self.tr("Exported {name}.").format(name=Path(name).name))

    def _asked_where(self) -> Path | None:
        document = self._session.document
        kinds = {
            f"{kind.title} (*{suffix})": suffix
            for suffix, kind in EXITS.items()
            if kind.torch
        }
        start = self._folder() / f"{document.name}{SUFFIX}"
        name, kind = QFileDialog.getSaveFileName(
            self._window, self.tr("Export the model"), str(start), ";;".join(kinds)
        )
        if not name:
            return None
        path = Path(name).absolute()
        known = path.suffix.lower() in EXITS
        return path if known else path.with_name(path.name + kinds.get(kind, SUFFIX))

    def _folder(self) -> Path:
        path = self._session.document.path
        return path.parent if path else Path.home()
