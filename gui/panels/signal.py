"""The panel of the signal: how large it is at every layer, forward and backward."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QColor, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.measure.signals import Signal
from gui.hearing import Hearing
from gui.panels.labels import Line, link_button, panel_sheet
from gui.panels.output_view import OutputView
from gui.panels.plot_parts import Key, Stroke
from gui.panels.signal_plot import SignalPlot
from gui.panels.signal_points import points
from gui.panels.signal_table import columns, lines
from gui.panels.table import TableModel, TableView
from gui.session import Session
from gui.words import say

MOST_SEEDS, MOST_BATCH = 20, 4096
NOISE, FILE, FOLDER = range(3)
ROOM = 820  # px from which on every control has its label


class SignalPanel(QWidget):
    """A plot and a table of the same figures, and how they are measured.

    Args:
        session: of the whole design.
        hearing: listens to the signal.
    """

    def __init__(
        self, session: Session, hearing: Hearing, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.hearing = hearing
        self._shown: Signal | None = None
        self.setAccessibleName(self.tr("Signal"))
        self.plot = SignalPlot(session.theme, self)
        self.model = TableModel(columns(self.tr), session.theme, self)
        self.table = TableView(self.model, self)
        self.table.setObjectName("signalTable")
        self.table.setAccessibleName(self.tr("Signal by layer"))
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.plot)
        self.stack.addWidget(self.table)
        self.note = Line("", "small", self)
        self.note.setObjectName("signalNote")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 0)
        layout.setSpacing(2)
        layout.addLayout(self._controls())
        self.output = OutputView(session, hearing, self)
        self.output.hide()
        row = QHBoxLayout()
        row.addWidget(self.stack, 2)
        row.addWidget(self.output, 1)
        layout.addLayout(row, 1)
        layout.addLayout(self._foot())
        self._connect()
        self.recolour()

    def _connect(self) -> None:
        session, hearing = self.session, self.hearing
        session.theme.changed.connect(self.recolour)
        hearing.changed.connect(self._refresh)
        hearing.advanced.connect(self._advance)
        self.plot.picked.connect(lambda node: session.selection.set([node]))
        self.table.chosen.connect(session.selection.set)
        session.selection.changed.connect(self._follow)

    # What can be chosen -----------------------------------------------------------

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._labels: list[QLabel] = []
        theme = self.session.theme
        self.ways: dict[str, Key] = {}
        texts = {
            "forward": (self.tr("forward"), self.tr("Show the signal itself")),
            "backward": (self.tr("backward"), self.tr("Show the gradient")),
        }
        for way, (text, tip) in texts.items():
            key = Key(theme, self, text, tip)
            key.stroke(partial(self._colour, way))
            key.toggled.connect(partial(self.plot.switch, way))
            key.setAccessibleName(text)
            self.ways[way] = key
            row.addWidget(key)
        self._told = [
            Stroke(theme, self, self.tr("theory"), lambda: theme.density, dashed=True),
            Stroke(theme, self, self.tr("saturated"), lambda: theme.warning),
            Stroke(theme, self, self.tr("dead"), lambda: theme.error),
        ]
        for stroke in self._told:
            row.addWidget(stroke)
        row.addStretch(1)
        self.source = self._source()
        self.backward = self._backward()
        seeds = self.hearing.asked.seeds
        self.seeds = self._number(1, MOST_SEEDS, seeds, self.tr("How many seeds"))
        self.batch = self._number(0, MOST_BATCH, 0, self.tr("Samples in a run"))
        self.batch.setSpecialValueText(self.tr("auto"))
        self.seeds.valueChanged.connect(lambda n: self.hearing.choose(seeds=n))
        self.batch.valueChanged.connect(lambda n: self.hearing.choose(batch=n or None))
        for text, widget in (
            (self.tr("Input"), self.source),
            (self.tr("Gradient"), self.backward),
            (self.tr("Seeds"), self.seeds),
            (self.tr("Batch"), self.batch),
        ):
            label = QLabel(text, self)
            label.setProperty("role", "small")
            label.setBuddy(widget)
            self._labels.append(label)
            row.addWidget(label)
            row.addWidget(widget)
        return row

    def _colour(self, way: str) -> QColor:
        return self.plot.colours()[way]

    def _source(self) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName("signalSource")
        box.addItems([self.tr("noise"), self.tr("a file…"), self.tr("images…")])
        box.setAccessibleName(self.tr("Where the input comes from"))
        box.setToolTip(
            self.tr("Noise N(0, 1), or your data: .npy, .npz, .csv or images")
        )
        box.activated.connect(self._choose_source)
        return box

    def _backward(self) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName("signalBackward")
        box.addItems([self.tr("noise"), self.tr("loss")])
        box.setAccessibleName(self.tr("Where the gradient starts"))
        box.setToolTip(
            self.tr("N(0, 1) before a last softmax or sigmoid, or the loss's own")
        )
        box.activated.connect(
            lambda at: self.hearing.choose(backward=("noise", "loss")[at])
        )
        return box

    def _number(self, low: int, high: int, value: int, tip: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setValue(value)
        box.setKeyboardTracking(False)
        box.setMaximumWidth(72)
        box.setAccessibleName(tip)
        box.setToolTip(tip)
        return box

    def _choose_source(self, at: int) -> None:
        path = ""
        if at == FILE:
            kinds = self.tr("Arrays and tables (*.npy *.npz *.csv)")
            title = self.tr("Data for the first input")
            path, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        elif at == FOLDER:
            title = self.tr("A folder of images")
            path = QFileDialog.getExistingDirectory(self, title)
        if path:
            self.take_data(path)
        elif at == NOISE:
            self.hearing.choose(source=())
        else:
            asked = self.hearing.asked.source
            self.source.setCurrentIndex(NOISE if not asked else FILE)

    def take_data(self, path: str) -> None:
        """Send a person's data through the network."""
        folder = Path(path).is_dir()
        self.source.setCurrentIndex(FOLDER if folder else FILE)
        self.source.setToolTip(path)
        self.hearing.choose(source=(("", path),))

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 4, 4)
        self.note.setAccessibleName(self.tr("State of the measurement"))
        row.addWidget(self.note, 1)
        stop = self.tr("Stop measuring (Esc)")
        self.stop = link_button(self.tr("Stop"), stop, self)
        self.stop.clicked.connect(self._stop_or_start)
        self.as_table = link_button(
            self.tr("Table"), self.tr("Show the figures as a table, or as a plot"), self
        )
        self.as_table.setObjectName("signalAsTable")
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._switch)
        self.one = link_button(
            self.tr("One input"),
            self.tr("Show what the selected node makes of one input"),
            self,
        )
        self.one.setObjectName("signalOneInput")
        self.one.setCheckable(True)
        self.one.toggled.connect(self.output.setVisible)
        for button in (self.stop, self.one, self.as_table):
            row.addWidget(button)
        return row

    def _switch(self, on: bool) -> None:
        self.stack.setCurrentIndex(int(on))
        self.as_table.setText(self.tr("Plot") if on else self.tr("Table"))

    def _stop_or_start(self) -> None:
        if self.hearing.busy:
            self.hearing.stop()
        else:
            self.hearing.again()

    # What is shown ----------------------------------------------------------------

    def recolour(self) -> None:
        """Take the theme's colours."""
        self.setStyleSheet(panel_sheet(self.session.theme))
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, what explains itself goes first."""
        super().resizeEvent(event)
        for label in self._labels:
            label.setVisible(self.width() > ROOM)
        for stroke in self._told:
            stroke.setVisible(self.width() > ROOM - 160)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.hearing.want(self, True)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hearing.want(self, False)

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        hearing, signal = self.hearing, self.hearing.signal
        if signal is not None and signal is not self._shown:
            self._shown = signal
            self.plot.draw(points(signal))
            self.model.fill(lines(signal, self.tr))
            self._follow()
        self.plot.set_busy(hearing.stale and not hearing.words)
        self.plot.say(hearing.words)
        self.table.setEnabled(not hearing.stale)
        self.stop.setText(self.tr("Stop") if hearing.busy else self.tr("Measure again"))
        if hearing.busy:
            self.note.setText(self.tr("measuring …"))
        elif hearing.words:
            self.note.setText(hearing.words)
        elif signal is not None:
            self.note.setText(self._said(signal))

    def _advance(self, done: int, of: int) -> None:
        said = self.tr("measuring run {run} of {count} …")
        self.note.setText(said.format(run=done + 1, count=of))

    def _said(self, signal: Signal) -> str:
        """How it was measured, and what a reader has to know."""
        parts = [self.tr("batch of {n}").format(n=signal.batch)]
        if len(signal.seeds) > 1:
            said = self.tr("median and band over seeds {first} to {last}")
            ends = {"first": signal.seeds[0], "last": signal.seeds[-1]}
        else:
            said, ends = self.tr("seed {first}"), {"first": signal.seeds[0]}
        parts.append(said.format(**ends))
        if any(
            one.forward and one.forward.sampled
            for layer in signal.layers
            for one in layer.leaving
        ):
            parts.append(self.tr("large tensors sampled"))
        gaps = {
            str(layer.main.ahead.why): layer
            for layer in signal.layers
            if layer.main and layer.main.ahead.why
        }
        for layer in list(gaps.values())[:1]:
            assert layer.main is not None  # noqa: S101 - it was looked at above
            why = layer.main.ahead.why
            assert why is not None  # noqa: S101 - likewise
            said = self.tr("theory's gap at {name}: {why}")
            parts.append(said.format(name=layer.name, why=say(why)))
        if signal.note:
            parts.append(say(signal.note))
        return " · ".join(parts)

    def _follow(self, *_: object) -> None:
        ids = self.session.selection.ids
        self.plot.mark(next(iter(ids)) if len(ids) == 1 else "")
        if self.isVisible() and not self.table.hasFocus():
            self.table.follow(ids)
