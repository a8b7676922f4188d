"""Scores before and after an activation that looks along a dimension."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.catalog.curves import bars as ready_bars
from engine.catalog.params import Value
from engine.service import AskBars
from engine.service import Bars as Answer
from gui.panels.plot import Plot, number
from gui.panels.plot_parts import Link, Words
from gui.session import Session
from gui.theme import Theme

# The tutorial's worked example.
SCORES = (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)
Values = Sequence[float] | NDArray[np.float64]
MOST = 64  # scores that can be told apart as bars
LARGEST = 1e6
WIDTH = 0.72  # of a bar, of the room it has


def read_scores(text: str) -> tuple[float, ...] | None:
    """The numbers in `text`, or None where it is not a list of numbers."""
    words = text.replace("−", "-").replace(",", " ").replace(";", " ").split()
    try:
        scores = tuple(float(word) for word in words)
    except ValueError:
        return None
    sound = all(math.isfinite(one) and abs(one) <= LARGEST for one in scores)
    return scores if sound and 1 <= len(scores) <= MOST else None


class BarPlot(Plot):
    """Bars with their numbers over them."""

    hovered = Signal(int)  # the bar under the pointer, -1 for none

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.values: NDArray[np.float64] = np.empty(0)
        self._colours: list[QColor] = []
        self._lit = -1
        self._bars = pg.BarGraphItem(x=[], height=[], width=WIDTH)
        self._zero = pg.InfiniteLine(angle=0, pos=0)
        for item in (self._bars, self._zero):
            self.addItem(item, ignoreBounds=True)
        self.setMinimumHeight(88)
        self.setMaximumHeight(190)
        box = self.getPlotItem().vb
        box.setMouseEnabled(x=False, y=False)
        self.getPlotItem().getAxis("bottom").setTicks([[]])
        self.getPlotItem().getAxis("bottom").setHeight(16)
        self.pointed.connect(self._point_at)

    def show_values(self, values: Values, colours: Sequence[QColor]) -> None:
        """Draw one bar for each value."""
        self.values = np.asarray(values, dtype=np.float64)
        self._colours = list(colours)
        self._draw()

    def light(self, index: int) -> None:
        """Stress this bar; -1 is none."""
        if index != self._lit:
            self._lit = index
            self._draw()

    def _draw(self) -> None:
        count = len(self.values)
        brushes = []
        for index, colour in enumerate(self._colours):
            shade = QColor(colour)
            shade.setAlphaF(1.0 if self._lit in (-1, index) else 0.45)
            brushes.append(shade)
        heights = np.nan_to_num(self.values, posinf=0.0, neginf=0.0)
        places = np.arange(count, dtype=np.float64)
        self._bars.setOpts(
            x=places, height=heights, width=WIDTH, brushes=brushes, pen=pg.mkPen(None)
        )
        self._zero.setPen(pg.mkPen(self._theme.line, width=1))
        self._settle_ranges(heights)
        self.viewport().update()

    def _settle_ranges(self, heights: NDArray[np.float64]) -> None:
        low = min(0.0, float(heights.min(initial=0.0)))
        high = max(0.0, float(heights.max(initial=0.0)))
        span = high - low or 1.0
        box = self.getPlotItem().vb
        below = 0.18 if low < 0 else 0.0
        above = 0.18 if high > 0 else 0.04
        box.setYRange(low - below * span, high + above * span, padding=0)
        box.setXRange(-0.6, max(len(heights), 1) - 0.4, padding=0)
        places = [(index, str(index + 1)) for index in range(len(heights))]
        every = max(1, len(places) // 16)
        self.getPlotItem().getAxis("bottom").setTicks([places[::every]])

    def _point_at(self, x: float | None) -> None:
        index = -1 if x is None else round(x)
        self.hovered.emit(index if 0 <= index < len(self.values) else -1)

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        self._draw_numbers(painter)
        super().drawForeground(painter, rect)

    def _draw_numbers(self, painter: QPainter) -> None:
        room = self.data_area.width() / (len(self.values) or 1)
        painter.save()
        painter.resetTransform()
        painter.setFont(self._theme.font("tick"))
        height = painter.fontMetrics().height()
        for index, value in enumerate(self.values):
            lit = index == self._lit
            text = self._fitting(value, painter.fontMetrics(), room)
            if not text and not lit:
                continue
            text = text or number(value, 2)
            painter.setPen(self._theme.text if lit else self._theme.muted)
            tip = value if math.isfinite(value) else 0.0
            at = self.getPlotItem().vb.mapViewToScene(QPointF(index, tip))
            top = at.y() + 1 if value < 0 else at.y() - height - 1
            area = QRectF(at.x() - 40, top, 80, height)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    @staticmethod
    def _fitting(value: float, metrics: QFontMetrics, room: float) -> str:
        """`value` as exactly as a bar is wide; "" where nothing fits."""
        short = f"{value:.2f}".replace("0.", ".").replace("-", "−")
        for text in (number(value, 2), short, f"{value:.0f}".replace("-", "−")):
            if metrics.horizontalAdvance(text) <= room - 1:
                return text
        return ""


class BarsView(QWidget):
    """Editable scores, their bars, and the bars of what becomes of them."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = session.theme
        self._kind = ""
        self._params: tuple[tuple[str, Value], ...] = ()
        self._asked: object = None
        self.scores: tuple[float, ...] = SCORES
        self._lay_out()
        self._theme.changed.connect(self._recolour)

    def _lay_out(self) -> None:
        theme = self._theme
        self.edit = QLineEdit(self._text(SCORES), self)
        self.edit.setCursorPosition(0)
        self.edit.setObjectName("activationScores")
        self.edit.setAccessibleName(self.tr("Scores"))
        self.edit.setToolTip(
            self.tr("Numbers, separated by commas or spaces: at most {most}.").format(
                most=MOST
            )
        )
        self.edit.textChanged.connect(self._typed)
        reset = Link(
            theme, self, self.tr("reset"), self.tr("The tutorial's ten scores")
        )
        reset.clicked.connect(lambda: self.edit.setText(self._text(SCORES)))
        self.before, self.after = BarPlot(theme, self), BarPlot(theme, self)
        self.before.setObjectName("scoresPlot")
        self.after.setObjectName("activationBars")
        self.before.setAccessibleName(self.tr("Scores before"))
        self.after.setAccessibleName(self.tr("What becomes of them"))
        for plot in (self.before, self.after):
            plot.hovered.connect(self._light)
        self.total = Words(theme, self, "tiny", "muted")
        self.value = Words(theme, self, "tiny", "text")
        captions = [Words(theme, self, "caption") for _ in range(2)]
        captions[0].setText(self.tr("SCORES"))
        captions[1].setText(self.tr("AFTER"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(_row(captions[0], None, reset))
        column.addWidget(self.edit)
        column.addWidget(self.before, 1000)
        column.addLayout(_row(captions[1], None, self.total))
        column.addWidget(self.after, 1000)
        column.addLayout(_row(self.value, None))
        column.addStretch(1)

    def show_activation(self, kind: str, params: tuple[tuple[str, Value], ...]) -> None:
        """Show what this activation makes of the scores."""
        if (kind, params) != (self._kind, self._params):
            self._kind, self._params = kind, params
            self._first_picture()
        self.before.show_values(self.scores, self._before_colours())
        self.ask()

    def _first_picture(self) -> None:
        """The shipped bars, until torch's own numbers are here."""
        ready = ready_bars(self._kind)
        fits = ready is not None and self.scores == SCORES and not self._params
        self._show_after(np.asarray(ready.after if ready and fits else ()))

    def ask(self) -> None:
        """Ask for what becomes of the scores, unless that is known."""
        asked = (self._kind, self._params, self.scores)
        if not self._kind or asked == self._asked or not self.isVisible():
            return
        self._asked = asked

        def done(answer: Answer) -> None:
            if asked == self._asked:
                self._answered(answer)

        def refused(words: str) -> None:
            if asked == self._asked:
                self.after.set_busy(False)
                self.after.say(words)

        request = AskBars(*asked, slot="bars")
        self.after.set_busy(True)
        self._session.worker.ask(request, done, refused, owner=self)

    def _answered(self, answer: Answer) -> None:
        self.after.set_busy(False)
        self.after.say("")
        self._show_after(np.asarray(answer.after, dtype=np.float64))

    def _show_after(self, after: NDArray[np.float64]) -> None:
        self.after.show_values(after, [self._theme.curve] * len(after))
        if self._kind == "log_softmax":
            total, text = float(np.exp(after).sum()), self.tr("Σ exp = {sum}")
        else:
            total, text = float(after.sum()), self.tr("Σ = {sum}")
        self.total.setText(text.format(sum=number(total, 4)) if len(after) else "")

    def _typed(self, text: str) -> None:
        scores = read_scores(text)
        wrong = scores is None
        self.edit.setStyleSheet(
            f"border: 1px solid {self._theme.error.name()}" if wrong else ""
        )
        if scores is None:
            self.after.say(self.tr("Type numbers, separated by commas."))
            self._asked = None
            return
        self.after.say("")
        self.scores = scores
        self.show_activation(self._kind, self._params)

    def _light(self, index: int) -> None:
        for plot in (self.before, self.after):
            plot.light(index)
        before = _at(self.before.values, index)
        after = _at(self.after.values, index)
        if before is None:
            self.value.setText("")
            return
        text = self.tr("score {place}: {before} → {after}")
        shown = "–" if after is None else number(after, 4)
        self.value.setText(
            text.format(place=index + 1, before=number(before, 4), after=shown)
        )

    def _before_colours(self) -> list[QColor]:
        """Muted; GLU's gates, the second half, in the accent's colour."""
        quiet, gate = self._theme.faint, self._theme.derivative
        half = len(self.scores) / 2
        gated = self._kind == "glu"
        return [
            gate if gated and index >= half else quiet
            for index in range(len(self.scores))
        ]

    def _recolour(self) -> None:
        self.before.show_values(self.before.values, self._before_colours())
        count = len(self.after.values)
        self.after.show_values(self.after.values, [self._theme.curve] * count)

    @staticmethod
    def _text(scores: Sequence[float]) -> str:
        return ", ".join(f"{score:g}" for score in scores)


def _at(values: NDArray[np.float64], index: int) -> float | None:
    return float(values[index]) if 0 <= index < len(values) else None


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None is the room between."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
