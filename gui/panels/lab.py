"""The init lab: which initializer goes with which activation, on this network."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.design.model import Design
from engine.design.trials import tried
from engine.errors import EngineError
from engine.measure.signals import Asked, Cell
from gui.panels.lab_matrix import LabModel, LabView
from gui.panels.labels import Line, panel_sheet
from gui.panels.signal_plot import SignalPlot
from gui.panels.signal_points import points
from gui.session import Session
from gui.words import say

TRIED = tuple(
    Init(kind)
    for kind in (
        *("default", "lecun_normal", "xavier_normal", "kaiming_normal"),
        *("orthogonal", "normal", "uniform"),
    )
)
ACTIVATIONS = ("", "relu", "leaky_relu", "gelu", "silu", "selu", "tanh", "sigmoid")
BATCH = 128
ALL, SELECTED = range(2)


class LabPanel(QWidget):
    """A matrix to look through, the curves of a cell, and a button that takes it.

    Args:
        session: of what stands open.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setAccessibleName(self.tr("Init lab"))
        self._running = False
        self._of: tuple[Design, str, tuple[str, ...]] | None = None
        self.model = LabModel(TRIED, ACTIVATIONS, session.theme, self)
        self.matrix = LabView(self.model, self)
        self.matrix.setAccessibleName(self.tr("Initializers and activations"))
        self.plot = SignalPlot(session.theme, self)
        self.plot.setObjectName("labPlot")
        self.note = Line("", "small", self)
        split = QSplitter(self)
        split.addWidget(self.matrix)
        split.addWidget(self.plot)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([660, 220])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(self._controls())
        layout.addWidget(split, 1)
        self.matrix.selectionModel().currentChanged.connect(self._look)
        session.document.whole_changed.connect(self._outdate)
        session.selection.changed.connect(self._offer)
        session.theme.changed.connect(self.recolour)
        self._offer()
        self.recolour()
        self._explain()

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.go = QPushButton(self.tr("Try all pairs"), self)
        self.go.setObjectName("labGo")
        self.go.setToolTip(self.tr("Measure every pair on this network"))
        self.go.clicked.connect(self._go_or_stop)
        self.scope = QComboBox(self)
        self.scope.addItems([self.tr("all layers"), self.tr("selected layers")])
        self.scope.setAccessibleName(self.tr("Which layers are changed"))
        self.scope.setToolTip(self.tr("Change all layers, or the selected ones alone"))
        self.seeds = QSpinBox(self)
        self.seeds.setRange(1, 20)
        self.seeds.setValue(2)
        self.seeds.setAccessibleName(self.tr("How many seeds"))
        self.seeds.setToolTip(self.tr("Each pair is measured with this many seeds"))
        seeds = QLabel(self.tr("Seeds"), self)
        seeds.setProperty("role", "small")
        seeds.setBuddy(self.seeds)
        self.apply = QPushButton(self.tr("Use this pair"), self)
        self.apply.setObjectName("labApply")
        self.apply.setToolTip(self.tr("Set the selected pair, as one undo step"))
        self.apply.setEnabled(False)
        self.apply.clicked.connect(self._apply)
        for widget in (self.go, self.scope, seeds, self.seeds):
            row.addWidget(widget)
        row.addWidget(self.note, 1)
        row.addWidget(self.apply)
        return row

    def recolour(self) -> None:
        """Take the theme's colours."""
        self.setStyleSheet(panel_sheet(self.session.theme))

    def _offer(self, *_: object) -> None:
        """Selected layers can be tried where some are selected."""
        self.scope.setEnabled(bool(self.session.selection.ids))
        if not self.session.selection.ids and not self._running:
            self.scope.setCurrentIndex(ALL)

    def _go_or_stop(self) -> None:
        if self._running:
            self.session.worker.cancel("lab")
            self._end(self.tr("Stopped."))
            return
        document = self.session.document
        if not document.whole.nodes or not document.whole_checked.ok:
            self.note.setText(self.tr("The design has errors or nothing in it yet."))
            return
        self._try()

    def _try(self) -> None:
        from engine.service import AskLab

        document = self.session.document
        chosen = self.scope.currentIndex() == SELECTED
        ids = tuple(sorted(self.session.selection.ids)) if chosen else ()
        block = document.design.scope.block if ids else ""
        self._of = (document.whole, block, ids)
        self.model.clear()
        self.plot.clear_points()
        self.apply.setEnabled(False)
        self._running = True
        self.go.setText(self.tr("Stop"))
        asked = Asked(
            seed=document.whole.settings.seed, seeds=self.seeds.value(), batch=BATCH
        )
        self.session.worker.ask(
            AskLab(document.whole, TRIED, ACTIVATIONS, asked, block, ids),
            lambda found: self._end(self._said()),
            self._end,
            owner=self,
            progress=self._advance,
        )
        self._advance((0, len(TRIED) * len(ACTIVATIONS), None))

    def _advance(self, value: tuple[int, int, Cell | None]) -> None:
        done, of, cell = value
        if cell is not None:
            self.model.take(cell)
        said = self.tr("measured {done} of {of} pairs …")
        self.note.setText(said.format(done=done, of=of))

    def _end(self, sentence: str) -> None:
        self._running = False
        self.go.setText(self.tr("Try all pairs"))
        self.note.setText(sentence)

    def _said(self) -> str:
        return self.tr(
            "factor per layer, forward and backward; layers that both get through"
        )

    def _explain(self) -> None:
        self.note.setText(self.tr("Nothing is changed until you use a pair."))

    def _outdate(self, before: Design, after: Design) -> None:
        if self._of is None or before.graph is after.graph:
            return
        self.note.setText(self.tr("The design has changed since these were measured."))

    def _look(self, *_: object) -> None:
        """Show the curves of the cell that is looked at."""
        cell = self.model.cell(self.matrix.currentIndex())
        self.apply.setEnabled(cell is not None and cell.signal is not None)
        if cell is None:
            return
        if cell.signal is None:
            self.plot.clear_points()
            self.plot.say(say(cell.refused) if cell.refused else "")
            return
        self.plot.say("")
        self.plot.draw(points(cell.signal, weighted=True))

    def _apply(self) -> None:
        cell = self.model.cell(self.matrix.currentIndex())
        if cell is None or self._of is None:
            return
        _, block, ids = self._of
        title = INITIALIZERS[cell.init.kind].title
        kind = OPERATORS[cell.activation].title if cell.activation else ""
        text = self.tr("Use {init}").format(init=title)
        if kind:
            said = self.tr("Use {init} with {kind}")
            text = said.format(init=title, kind=kind)
        self._commit(block, ids, cell, text)

    def _commit(self, block: str, ids: tuple[str, ...], cell: Cell, text: str) -> None:
        from engine.design import edits

        document = self.session.document
        edit = partial(
            tried, initializer=cell.init, activation=cell.activation, ids=ids
        )
        try:
            document.commit_whole(edits.inside(document.whole, block, edit), text)
        except EngineError as error:
            self.note.setText(say(error.message))
            return
        self.note.setText(self.tr("{what}; Ctrl+Z takes it back.").format(what=text))
