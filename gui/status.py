"""The line at the bottom: what was said, what the design costs, how the engine is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QMenu,
    QSpinBox,
    QStatusBar,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from engine.design import edits
from engine.design.model import Settings
from gui.session import Session

SAID_FOR = 12_000  # ms a sentence stays
USUAL = Settings()  # what is as in these is not said
LARGEST = 2**31 - 1  # what a spin box holds


class StatusBar(QStatusBar):
    """Sentences on the left; parameters, memory, work and the engine on the right."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setSizeGripEnabled(False)
        self._session = session
        self.totals = self._label("totals", self.tr("What the whole design costs"))
        self.settings = QToolButton(self)
        self.settings.setObjectName("settingsButton")
        self.settings.setAutoRaise(True)
        self.settings.setToolTip(self.tr("Batch size and seed (Ctrl+B)"))
        self.settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.addPermanentWidget(self.settings)
        self.engine = self._label("engineState", self.tr("The process that runs torch"))
        self.stop = QToolButton(self)
        self.stop.setObjectName("stopButton")
        self.stop.setAutoRaise(True)
        self.stop.setText(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Stop what the engine is working on (Ctrl+.)"))
        self.stop.setIconSize(QSize(14, 14))
        self.stop.clicked.connect(lambda: session.run("stop"))
        self.addPermanentWidget(self.stop)
        self.stop.hide()
        session.document.changed.connect(self.count)
        session.worker.state.connect(self.show_engine)
        session.theme.changed.connect(self.recolour)
        self.count()
        self.show_engine(session.worker.current)

    def tell(self, sentence: str) -> None:
        """Say one sentence for a while."""
        self.showMessage(sentence, SAID_FOR)

    def complete(self) -> None:
        """What the first paint does not need: the popup's fields, the icons."""
        self.settings.setMenu(SettingsMenu(self._session, self.settings))
        self.recolour()

    def recolour(self) -> None:
        theme = self._session.theme
        self.stop.setIcon(theme.icon("circle-stop"))
        self.show_engine(self._session.worker.current)

    def count(self) -> None:
        """Parameters, their memory, and multiplications with additions."""
        checked = self._session.document.whole_checked
        frozen = checked.parameters - checked.trainable
        parts = (
            self.tr("{count} params").format(count=grouped(checked.parameters)),
            *([self.tr("{n} frozen").format(n=grouped(frozen))] if frozen else []),
            memory(checked.weight_bytes),
            self.tr("{count} mult-adds").format(count=grouped(checked.mult_adds)),
        )
        self.totals.setText(" · ".join(parts))
        settings = self._session.document.design.settings
        said = self.tr("batch {batch} · seed {seed}")
        batch = settings.symbols.get("N", 1)
        said = said.format(batch=batch, seed=settings.seed)
        chosen = (
            getattr(settings, name)
            for name in ("dtype", "mode", "device")
            if getattr(settings, name) != getattr(USUAL, name)
        )
        self.settings.setText(" · ".join([said, *chosen]))

    def show_engine(self, state: str) -> None:
        texts = {
            "off": self.tr("engine off"),
            "starting": self.tr("engine starting…"),
            "ready": self.tr("engine ready"),
            "busy": self.tr("computing…"),
            "lost": self.tr("engine lost"),
        }
        self.engine.setText(texts[state])
        self.engine.setProperty("state", state)
        style = self.engine.style()
        style.unpolish(self.engine)
        style.polish(self.engine)
        self.stop.setVisible(state == "busy")

    def _label(self, name: str, tip: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setToolTip(tip)
        self.addPermanentWidget(label)
        return label


class SettingsMenu(QMenu):
    """A popup with a field for every symbol and one for the seed."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("settingsMenu")
        self._session = session
        self.aboutToShow.connect(self._build)
        self.aboutToHide.connect(session.document.seal)
        self._build()

    def _build(self) -> None:
        """The symbols may be others than last time."""
        form = QWidget(self)
        layout = QFormLayout(form)
        layout.setContentsMargins(12, 10, 12, 10)
        settings = self._session.document.design.settings
        for symbol, value in sorted(settings.symbols.items()):
            name = self.tr("Batch N") if symbol == "N" else symbol
            layout.addRow(name, self._field(form, symbol, value, low=1))
        layout.addRow(self.tr("Seed"), self._field(form, "", settings.seed, low=0))
        action = QWidgetAction(self)
        action.setDefaultWidget(form)
        self.clear()
        self.addAction(action)

    def _field(self, form: QWidget, symbol: str, value: int, low: int) -> QSpinBox:
        field = QSpinBox(form)
        field.setObjectName(f"symbol_{symbol}" if symbol else "seed")
        field.setRange(low, LARGEST)
        field.setValue(min(value, LARGEST))
        field.setMinimumWidth(120)
        field.valueChanged.connect(lambda new: self._set(symbol, new))
        return field

    def _set(self, symbol: str, value: int) -> None:
        attempt = self._session.document.attempt
        if symbol:
            text = self.tr("Set {symbol} to {value}").format(symbol=symbol, value=value)
            key = f"symbol:{symbol}"
            attempt(edits.set_symbol, symbol, value, text=text, merge=key)
        else:
            text = self.tr("Set the seed to {value}").format(value=value)
            attempt(edits.set_seed, value, text=text, merge="seed")


def grouped(count: int) -> str:
    """12345678 as 12,345,678, and above that in millions."""
    for unit, name in ((10**12, "T"), (10**9, "G")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:,}"


def memory(size: int) -> str:
    """A number of bytes as a person says it."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TB"
