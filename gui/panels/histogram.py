"""A tensor's values against the distribution they were drawn from."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from engine.catalog.spec import Theory
from engine.service import WeightReport
from gui.panels.plot import Plot, Reading, number
from gui.theme import Theme

Numbers = NDArray[np.float64]
SIGMAS = 3.6  # how far a normal is drawn
SAMPLES = 241  # points of a density
TICK = 9.0  # px, the length of a value's tick


def density(theory: Theory) -> tuple[Numbers, Numbers] | None:
    """The probability density, where there is one with a closed form.

    Returns:
        x and p(x); None for a point mass and for what has no closed form.
    """
    low, high, mean = theory.low, theory.high, theory.mean
    if theory.density == "uniform" and high > low:
        x = np.array([low, low, high, high])
        return x, np.array([0.0, 1.0, 1.0, 0.0]) / (high - low)
    spread = theory.spread or theory.std
    if theory.density not in ("normal", "truncated", "sparse") or spread <= 0:
        return None
    centre = mean if theory.centre is None else theory.centre
    left = max(low, min(centre, high) - SIGMAS * spread)
    right = min(high, max(centre, low) + SIGMAS * spread)
    x = np.linspace(left, right, SAMPLES)
    z = (x - centre) / spread
    if theory.density == "truncated":
        # What the cut leaves holds everything; from its peak, as a tail may underflow.
        p = np.exp(0.5 * ((z * z).min() - z * z))
        p /= np.trapezoid(p, x) or 1.0
        x = np.concatenate(([x[0]], x, [x[-1]]))
        return x, np.concatenate(([0.0], p, [0.0]))
    p = np.exp(-0.5 * z * z) / (spread * math.sqrt(2 * math.pi))
    return x, p * (1.0 - theory.zeros)


def extremes(theory: Theory, count: int) -> tuple[float, float] | None:
    """The smallest and largest of `count` values to be expected, where known.

    Source:
        Blom 1958, "Statistical estimates and transformed beta-variables": the mean of
        the largest of n normals is about the quantile (n − 3/8) / (n + 1/4).
    """
    if theory.density == "point":
        return theory.mean, theory.mean
    if count < 1:
        return None
    if theory.density == "uniform":
        step = (theory.high - theory.low) / (count + 1)
        return theory.low + step, theory.high - step
    spread = theory.spread or theory.std
    if theory.density not in ("normal", "truncated", "sparse") or spread <= 0:
        return None
    drawn = max(1, round(count * (1.0 - theory.zeros)))
    share = (drawn - 0.375) / (drawn + 0.25)
    if theory.density == "truncated":
        return _quantile(theory, 1.0 - share), _quantile(theory, share)
    reach = NormalDist().inv_cdf(share) * spread
    return theory.mean - reach, theory.mean + reach


def _quantile(theory: Theory, share: float) -> float:
    """What this share of a cut normal lies below."""
    centre = theory.mean if theory.centre is None else theory.centre
    if centre < theory.low:  # the upper tail, where 1 - p is 1, as the lower one
        mirrored = theory._replace(low=-theory.high, high=-theory.low, centre=-centre)
        return -_quantile(mirrored, 1.0 - share)
    normal = NormalDist(centre, theory.spread or theory.std)
    below, above = normal.cdf(theory.low), normal.cdf(theory.high)
    p = below + share * (above - below)
    value = normal.inv_cdf(p) if 0.0 < p < 1.0 else theory.mean
    return min(theory.high, max(theory.low, value))


class HistogramPlot(Plot):
    """Bars of what was drawn, a line of what was to be expected."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setObjectName("weightPlot")
        self.setAccessibleName(self.tr("Histogram of the chosen tensor"))
        self.report: WeightReport | None = None
        self.line: tuple[Numbers, Numbers] | None = None
        self._ticks: Numbers = np.empty(0)
        self._shade = "layer"
        self._bars = pg.BarGraphItem(x0=[], x1=[], y0=0, height=[])
        self._density = pg.PlotCurveItem(antialias=True)
        self._bars.setZValue(-5)
        for item in (self._bars, self._density):
            self.addItem(item, ignoreBounds=True)
        self.getPlotItem().getAxis("left").setWidth(34)
        self.getPlotItem().vb.setMouseEnabled(x=False, y=False)
        self.pointed.connect(self._point_at)
        self.setMinimumHeight(104)
        self.setMaximumHeight(320)

    @property
    def ticks(self) -> Numbers:
        """The values of a small tensor, each drawn as a tick."""
        return self._ticks

    def expect(self, theory: Theory, family: str) -> None:
        """Show the expected density alone: nothing has been drawn yet."""
        self.report, self._ticks, self._shade = None, np.empty(0), family
        self._bars.setOpts(x0=[], x1=[], y0=0, height=[])
        line = density(theory)
        if line is None and theory.density == "point":
            reach = max(abs(theory.mean), 1.0)
            spike = np.array([theory.mean - reach, theory.mean, theory.mean])
            line = (
                np.append(spike, [theory.mean, theory.mean + reach]),
                np.array([0.0, 0.0, 1.0, 0.0, 0.0]),
            )
        self._draw_line(line)
        if line is not None:
            x, y = line
            self._look_at(float(x[0]), float(x[-1]), float(y.max()))

    def show_report(self, report: WeightReport, family: str) -> None:
        """Show what was drawn, with the expected density over it."""
        self.report, self._shade = report, family
        self._ticks = np.empty(0) if report.ticks is None else np.ravel(report.ticks)
        line = None
        if len(report.density_x):
            line = np.asarray(report.density_x), np.asarray(report.density_y)
        self._draw_line(line)
        self._draw_bars()
        tallest = float(np.max(report.counts, initial=0.0))
        if line is not None:
            finite = line[1][np.isfinite(line[1])]
            tallest = max(tallest, float(finite.max(initial=0.0)))
        low, high = float(report.edges[0]), float(report.edges[-1])
        if line is not None:
            low, high = min(low, float(line[0][0])), max(high, float(line[0][-1]))
        self._look_at(low, high, tallest)

    def recolour(self) -> None:
        super().recolour()
        self._draw_line(self.line)
        self._draw_bars()

    def _look_at(self, low: float, high: float, tallest: float) -> None:
        air = 0.03 * (high - low) or 0.5
        box = self.getPlotItem().vb
        box.setXRange(low - air, high + air, padding=0)
        room = max(self.data_area.height() - TICK - 5, 40.0)
        foot = 1.08 * (TICK + 5) / room if len(self._ticks) else 0.0
        tallest = tallest or 1.0
        box.setYRange(-foot * tallest, 1.08 * tallest, padding=0)
        self.viewport().update()

    def _draw_line(self, line: tuple[Numbers, Numbers] | None) -> None:
        self.line = line
        x, y = line if line is not None else (np.empty(0), np.empty(0))
        self._density.setData(x, y, connect="finite")
        self._density.setPen(pg.mkPen(self._theme.density, width=1.6))

    def _draw_bars(self) -> None:
        if self.report is None:
            return
        colour = QColor(self._theme.family(self._shade))
        pooled = self.report.redraws
        colour.setAlphaF(0.45 if pooled else 0.8)
        self._bars.setOpts(
            x0=self.report.edges[:-1],
            x1=self.report.edges[1:],
            y0=0,
            height=self.report.counts,
            width=None,
            brush=colour,
            pen=pg.mkPen(self._theme.field, width=0.6),
        )

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        if len(self._ticks):
            self._draw_ticks(painter)
        super().drawForeground(painter, rect)

    def _draw_ticks(self, painter: QPainter) -> None:
        """Every value of a small tensor, as a tick at the foot."""
        painter.save()
        painter.resetTransform()
        colour = QColor(self._theme.family(self._shade))
        many = len(self._ticks) > 150
        colour.setAlphaF(0.5 if many else 0.95)
        painter.setPen(QPen(colour, 1.0 if many else 1.6))
        area, box = self.data_area, self.getPlotItem().vb
        painter.setClipRect(area)
        for value in self._ticks:
            x = box.mapViewToScene(QPointF(float(value), 0.0)).x()
            painter.drawLine(
                QPointF(x, area.bottom() - 2), QPointF(x, area.bottom() - 2 - TICK)
            )
        painter.restore()

    def _point_at(self, x: float | None) -> None:
        report = self.report
        if x is None or report is None:
            self.read(None)
            return
        index = int(np.searchsorted(report.edges, x, side="right")) - 1
        if not 0 <= index < len(report.counts):
            self.read(None)
            return
        low, high = float(report.edges[index]), float(report.edges[index + 1])
        count = float(report.counts[index])
        share = count / (float(np.sum(report.counts)) or 1.0)
        lines = [
            Reading(self._theme.muted, f"{number(low)} … {number(high)}"),
            Reading(
                self._theme.text, f"{number(count, 6)}  ({number(100 * share, 2)} %)"
            ),
        ]
        self.read((low + high) / 2, lines)
