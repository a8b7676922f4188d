"""The picture of the signal: spread by layer on a log axis, forward and backward."""

from __future__ import annotations

from math import isfinite, log10
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from engine.measure.signals import middle
from gui.panels.plot import Plot, Reading, number
from gui.panels.plot_parts import DASHES
from gui.panels.signal_points import HIGH, LOW, Curve, Points
from gui.theme import Theme

Numbers = NDArray[np.float64]
STRIP = 16.0  # px at the foot, where dead and saturated shares are bars
NAMED = 64.0  # px that the name of a layer takes
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class SignalPlot(Plot):
    """Two curves with their bands and theories, and what activations lose."""

    picked = Signal(str)  # the node of the call that was clicked

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._points: Points | None = None
        self._curves: dict[str, tuple[Any, ...]] = {}
        super().__init__(theme, parent)
        self.setObjectName("signalPlot")
        self.setAccessibleName(self.tr("Spread of the signal by layer"))
        self._marked: str = ""
        box = self.getPlotItem().vb
        box.setMouseEnabled(x=True, y=False)
        self._zone = pg.LinearRegionItem(
            (log10(LOW), log10(HIGH)), orientation="horizontal", movable=False
        )
        self._zone.setZValue(-50)
        self._zone.lines[0].setPen(pg.mkPen(None))
        self._zone.lines[1].setPen(pg.mkPen(None))
        self.addItem(self._zone, ignoreBounds=True)
        self._mark = pg.InfiniteLine(angle=90)
        self._mark.setZValue(-20)
        self._mark.hide()
        self.addItem(self._mark, ignoreBounds=True)
        for way in ("backward", "forward"):
            self._curves[way] = self._made()
        self.pointed.connect(self._point_at)
        self.fit_asked.connect(self._fit)
        self.getPlotItem().vb.sigResized.connect(lambda *_: self._name_axes())
        self.getPlotItem().vb.sigXRangeChanged.connect(lambda *_: self._name_axes())
        box.setYRange(-1.5, 1.5, padding=0)
        self._name_powers(-1.0, 1.0)
        self._name_axes()
        self.recolour()

    def _made(self) -> tuple[Any, ...]:
        low, high = pg.PlotCurveItem(), pg.PlotCurveItem()
        band = pg.FillBetweenItem(low, high)
        theory = pg.PlotCurveItem(antialias=True)
        line = pg.PlotCurveItem(antialias=True)
        dots = pg.ScatterPlotItem(size=5, pen=None)
        theory.setZValue(5)  # over the curve that it should be
        for item in (band, theory, line, dots):
            self.addItem(item, ignoreBounds=True)
        return low, high, band, theory, line, dots

    @property
    def points(self) -> Points | None:
        """What is drawn."""
        return self._points

    def draw(self, points: Points) -> None:
        """Show a signal."""
        fit = self._points is None or len(self._points.layers) != len(points.layers)
        self._points = points
        for way, curve in (("forward", points.forward), ("backward", points.backward)):
            self._draw_curve(way, curve)
        low, high = points.range()
        low, high = min(low, -1.0), max(high, 1.0)
        foot = 0.12 * (high - low)
        box = self.getPlotItem().vb
        box.setYRange(low - foot - 0.1, high + 0.15 * (high - low) * 0.5, padding=0)
        self._name_powers(low, high)
        if fit:
            self._fit()
        self.mark(self._marked)
        self._name_axes()
        self.viewport().update()

    def clear_points(self) -> None:
        """Show nothing."""
        self._points = None
        for items in self._curves.values():
            for item in (*items[:2], *items[3:]):
                item.setData([], [])
        self._mark.hide()
        self.viewport().update()

    def switch(self, way: str, on: bool) -> None:
        """Show or hide one way."""
        for item in self._curves[way][2:]:
            item.setVisible(on)

    def mark(self, node: str) -> None:
        """Show where a node stands."""
        self._marked = node
        at = self._place(node)
        self._mark.setVisible(at is not None)
        if at is not None:
            self._mark.setValue(at)

    def _place(self, node: str) -> int | None:
        layers = self._points.layers if self._points else ()
        found = (at for at, layer in enumerate(layers) if layer.node == node)
        return next(found, None)

    def _draw_curve(self, way: str, curve: Curve) -> None:
        low, high, _, theory, line, dots = self._curves[way]
        x = np.arange(len(curve.middle), dtype=np.float64)
        low.setData(x, _filled(curve.low))
        high.setData(x, _filled(curve.high))
        theory.setData(x, _logs(curve.theory), connect="finite")
        line.setData(x, _logs(curve.middle), connect="finite")
        y = _logs(curve.middle)
        assert self._points is not None  # noqa: S101 - the caller has set them
        own = [layer.weighted for layer in self._points.layers]
        shown = np.isfinite(y) & np.asarray(own, dtype=bool)
        dots.setData(x[shown], y[shown])

    def recolour(self) -> None:
        super().recolour()
        if not self._curves:
            return
        theme = self._theme
        zone = QColor(theme.good)
        zone.setAlphaF(0.10)
        self._zone.setBrush(zone)
        self._mark.setPen(pg.mkPen(theme.accent, width=1))
        for way, colour in self.colours().items():
            _, _, band, theory, line, dots = self._curves[way]
            shade = QColor(colour)
            shade.setAlphaF(0.18)
            band.setBrush(shade)
            pen = pg.mkPen(theme.density, width=1.2)
            pen.setDashPattern(DASHES)
            theory.setPen(pen)
            line.setPen(pg.mkPen(colour, width=2.2))
            dots.setBrush(colour)

    def colours(self) -> dict[str, QColor]:
        """The colour of each way."""
        return {"forward": self._theme.curve, "backward": self._theme.derivative}

    def losses(self) -> dict[str, QColor]:
        """The colour of what activations lose."""
        return {"saturated": self._theme.warning, "dead": self._theme.error}

    def _fit(self) -> None:
        count = len(self._points.layers) if self._points else 1
        self.getPlotItem().vb.setXRange(-0.5, max(count, 1) - 0.5, padding=0)

    def _name_powers(self, low: float, high: float) -> None:
        first, last = int(np.ceil(low)), int(np.floor(high))
        every = max(1, (last - first) // 6)
        shown = [k for k in range(first, last + 1) if k % every == 0]
        ticks = [(float(k), _power(k)) for k in shown]
        self.getPlotItem().getAxis("left").setTicks([ticks])

    def _name_axes(self) -> None:
        """The layers' names, as many as fit."""
        layers = self._points.layers if self._points else ()
        low, high = self.x_range()
        room = max(self.data_area.width(), 1.0) / max(high - low, 1e-9)
        every = max(1, int(np.ceil(NAMED / room)))
        metrics = self.fontMetrics()
        wide = int(room * every) - 6
        elide = Qt.TextElideMode.ElideMiddle
        ticks = [
            (at, metrics.elidedText(layer.name.rpartition(".")[2], elide, wide))
            for at, layer in enumerate(layers)
            if at % every == 0
        ]
        self.getPlotItem().getAxis("bottom").setTicks([ticks])

    def _point_at(self, x: float | None) -> None:
        points = self._points
        at = None if x is None else round(x)
        if points is None or at is None or not 0 <= at < len(points.layers):
            self.read(None)
            return
        self.read(float(at), self._lines(points, at))

    def _lines(self, points: Points, at: int) -> list[Reading]:
        layer, theme, colours = points.layers[at], self._theme, self.colours()
        lines = [Reading(theme.text, layer.name)]
        words = {"forward": self.tr("forward"), "backward": self.tr("backward")}
        factors = {"forward": layer.forward_factor, "backward": layer.backward_factor}
        for way, curve in (("forward", points.forward), ("backward", points.backward)):
            if not isfinite(curve.middle[at]):
                continue
            said = f"{words[way]}  {number(curve.middle[at])}"
            if isfinite(curve.theory[at]):
                theory = number(curve.theory[at])
                said += self.tr("  theory {value}").format(value=theory)
            if factors[way]:
                said += f"  × {number(middle(factors[way]))}"
            lines.append(Reading(colours[way], said))
        for text, shares in (
            (self.tr("dead  {share}"), layer.dead),
            (self.tr("saturated  {share}"), layer.saturated),
        ):
            if shares and layer.role == "activation":
                said = text.format(share=f"{middle(shares):.1%}")
                lines.append(Reading(theme.muted, said))
        return lines

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self._points is None:
            return
        if not self.data_area.contains(event.position()):
            return
        x = self.getPlotItem().vb.mapSceneToView(event.position()).x()
        at = round(x)
        if 0 <= at < len(self._points.layers):
            self.picked.emit(self._points.layers[at].node)

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        if self._points is not None:
            self._draw_losses(painter, self._points)
        super().drawForeground(painter, rect)

    def _draw_losses(self, painter: QPainter, points: Points) -> None:
        """For each activation two bars at the foot: dead, and saturated."""
        painter.save()
        painter.resetTransform()
        area, box = self.data_area, self.getPlotItem().vb
        painter.setClipRect(area)
        low, high = self.x_range()
        wide = min(8.0, area.width() / max(high - low, 1e-9) / 2.5)
        for at, layer in enumerate(points.layers):
            if layer.role != "activation" or not layer.dead:
                continue
            x = box.mapViewToScene(QPointF(at, 0.0)).x()
            for side, share, ink in (
                (-1, middle(layer.saturated), self.losses()["saturated"]),
                (0, middle(layer.dead), self.losses()["dead"]),
            ):
                frame = QRectF(x + side * wide, area.bottom() - STRIP, wide, STRIP)
                ground = QColor(ink)
                ground.setAlphaF(0.15)
                painter.fillRect(frame, ground)
                filled = frame.adjusted(0, STRIP * (1 - share), 0, 0)
                painter.fillRect(filled, ink)
        painter.restore()


def _logs(values: tuple[float, ...]) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log10(np.asarray(values, dtype=np.float64))
    return np.where(np.isfinite(found), found, np.nan)


def _filled(values: tuple[float, ...]) -> Numbers:
    """For a band, which has no gaps: a gap is as its neighbour before it."""
    found = _logs(values)
    known = np.flatnonzero(np.isfinite(found))
    if not len(known):
        return np.zeros_like(found)
    return np.asarray(np.interp(np.arange(len(found)), known, found[known]))


def _power(exponent: int) -> str:
    """A power of ten, as people write it."""
    plain = {0: "1", 1: "10", -1: "0.1"}
    return plain.get(exponent) or "10" + str(exponent).translate(RAISED)
