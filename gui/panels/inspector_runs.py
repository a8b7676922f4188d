"""How the design runs: its dtype, its mode and its device."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.catalog.dims import FLOATS
from engine.catalog.params import Choice
from engine.design import edits
from engine.design.model import DEVICES, MODES, Design, Settings
from gui.panels.fields import Field, field_for
from gui.panels.labels import Label
from gui.session import Session

USUAL = Settings()
OPTIONS = {"dtype": FLOATS, "mode": MODES, "device": DEVICES}
EDITS: dict[str, Callable[[Design, str], Design]] = {
    "dtype": edits.set_dtype,
    "mode": edits.set_mode,
    "device": edits.set_device,
}


class RunFields(QWidget):
    """A chooser for each of the three, and what this machine cannot do."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._devices: tuple[str, ...] | None = None  # None: nobody has said yet
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        docs = {
            "dtype": self.tr("Real numbers of every Input that says no other kind."),
            "mode": self.tr(
                "In training dropout drops and a batch normalization uses the batch: "
                "for what arrives at an activation, the summary and outputs' memory."
            ),
            "device": self.tr(
                "Where it is measured, and where the code's sample runs."
            ),
        }
        self.fields: dict[str, Field] = {}
        for name, doc in docs.items():
            self.fields[name] = self._made(name, doc)
            layout.addWidget(self.fields[name])
        self.note = Label("", "warning", self)
        self.note.setObjectName("deviceNote")
        self.note.hide()
        layout.addWidget(self.note)

    def display(self, settings: Settings) -> None:
        """Show the settings as they are now."""
        for name, field in self.fields.items():
            field.display([getattr(settings, name)])
        if settings.device != "cpu" and self._devices is None:
            self._ask()
        missing = self._devices is not None and settings.device not in self._devices
        said = self.tr("This machine has no {device}: here it runs on the CPU.")
        self.note.setText(said.format(device=settings.device) if missing else "")
        self.note.setVisible(missing)

    def _made(self, name: str, doc: str) -> Field:
        usual = getattr(USUAL, name)
        param = Choice(name, usual, options=OPTIONS[name], doc=doc)
        field = field_for(param, usual, self)
        field.edited.connect(self._set)
        field.restored.connect(lambda name: self._set(name, usual))
        return field

    def _ask(self) -> None:
        from engine.service import AskDevices

        self._session.worker.ask(AskDevices(), self._heard, owner=self)

    def _heard(self, devices: tuple[str, ...]) -> None:
        self._devices = devices
        self.display(self._session.document.design.settings)

    def _set(self, name: str, value: str) -> None:
        text = self.tr("Set {name} to {value}").format(name=name, value=value)
        self._session.document.attempt(EDITS[name], value, text=text)
