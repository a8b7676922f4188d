"""Listens to the signal through the new network, while somebody wants to know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.design.model import Design
from engine.errors import Problem
from engine.measure.advice import advise
from engine.measure.signals import Asked
from gui.document import Document

if TYPE_CHECKING:
    from engine.measure.signals import Signal as Measured
    from gui.worker import Worker

DELAY = 250  # ms after an edit until it is measured again
SEEDS = 3  # runs, unless a person asks for more or fewer


class Hearing(QObject):
    """Keeps the latest signal for the panel and the canvas, which both show it.

    Args:
        document: whose whole design is measured.
        worker: measures.
    """

    changed = Signal()  # a signal has come, went out of date, or could not be had
    advanced = Signal(int, int)  # runs done, of how many

    def __init__(self, document: Document, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self.document = document
        self._worker = worker
        self.asked = Asked(seed=document.whole.settings.seed, seeds=SEEDS)
        self.signal: Measured | None = None
        self.stale = True
        self.busy = False
        self.words = ""  # why there is no signal
        self._listeners: set[QObject] = set()
        self._timer = QTimer(self, interval=DELAY, singleShot=True)
        self._timer.timeout.connect(self._ask)
        document.whole_changed.connect(self._follow)

    def problems(self) -> list[Problem]:
        """What the signal says against the design.

        While a new one is under way the last still counts; once nobody listens any
        more, one that is out of date says nothing.
        """
        signal, document = self.signal, self.document
        if signal is None or (self.stale and not self._listeners):
            return []
        if not document.whole_checked.ok:
            return []
        return advise(document.whole_checked, signal)

    def want(self, who: QObject, wanted: bool) -> None:
        """Say that somebody looks at the signal, or no longer does."""
        if wanted == (who in self._listeners):
            return
        if wanted:
            self._listeners.add(who)
            if self.stale and not self.busy:
                self._ask()
            return
        self._listeners.discard(who)
        if not self._listeners:
            self._timer.stop()
            if self.busy:
                self._worker.cancel("signal")
                self.busy = False

    def choose(self, **changes: Any) -> None:
        """Measure in another way: seed, seeds, batch, source, backward."""
        asked = replace(self.asked, **changes)
        if asked != self.asked:
            self.asked = asked
            self._outdate(at_once=True)

    def stop(self) -> None:
        """Give up what is being measured."""
        self._worker.cancel("signal")
        self._failed(self.tr("Stopped."))

    def again(self) -> None:
        """Measure now."""
        self._outdate(at_once=True)

    def _follow(self, before: Design, after: Design) -> None:
        same = before.graph is after.graph and before.blocks is after.blocks
        if same and before.settings == after.settings:
            return
        if before.settings.seed != after.settings.seed:
            self.asked = replace(self.asked, seed=after.settings.seed)
        self._outdate()

    def _outdate(self, *, at_once: bool = False) -> None:
        self.stale = True
        if self._listeners:
            self.changed.emit()
            if at_once:
                self._ask()
            else:
                self._timer.start()

    def _ask(self) -> None:
        from engine.service import AskSignal

        self._timer.stop()
        design, checked = self.document.whole, self.document.whole_checked
        if not design.nodes:
            self._failed(self.tr("Nothing to measure yet."))
            return
        if not checked.ok:
            said = self.tr("The design has errors, see Problems; then it is measured.")
            self._failed(said)
            return
        self.busy = True
        self._worker.ask(
            AskSignal(design, self.asked),
            lambda signal: self._take(design, signal),
            self._failed,
            owner=self,
            progress=self._advance,
        )
        self.changed.emit()

    def _take(self, design: Design, signal: Measured) -> None:
        if design.graph is not self.document.whole.graph:
            return  # the next answer is under way
        self.signal, self.words = signal, ""
        self.stale = self.busy = False
        self.changed.emit()

    def _failed(self, sentence: str) -> None:
        self.words = sentence
        self.busy = False
        self.changed.emit()

    def _advance(self, value: tuple[int, int]) -> None:
        self.advanced.emit(*value)
