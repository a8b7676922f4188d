"""f and f′ of one activation, others overlaid, and what the layer receives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from engine.catalog import OPERATORS
from engine.catalog.curves import curve as ready_curve
from engine.catalog.spec import Activation
from engine.service import AskCurve, Curve, Received
from gui.panels.activation_series import (
    Numbers,
    Params,
    Series,
    Span,
    overlay_colour,
    rounded,
    step_of,
)
from gui.panels.plot import Plot, Reading, number
from gui.panels.plot_parts import DASHES
from gui.session import Session

TUTORIAL: Span = (-20.0, 20.0)
NEAR: Span = (-6.0, 6.0)
FARTHEST = 1e4  # x that can be looked at
CLOSEST = 1e-3  # narrowest range
SETTLE = 30  # ms after the last movement before the curve is asked for again
FLOOR = 0.34  # share of the height that the histogram of what arrives may take
LINE = 2.2  # px


class CurvePlot(Plot):
    """The curves; asks the worker for what comes into sight."""

    range_changed = Signal(float, float)  # lowest and highest x in sight
    failed = Signal(str)  # why there is no curve; "" once there is

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session.theme, parent)
        self._session = session
        self._series: list[Series] = []
        self._zones: tuple[Span, ...] = ()
        self._regions: list[Any] = []
        self._received: Received | None = None
        self._faded = False
        self._shown = {"f": True, "df": True, "arriving": True}
        self.setObjectName("activationPlot")
        self.setAccessibleName(self.tr("Activation curve"))
        self.setToolTip(
            self.tr("Drag to move along x, Ctrl+wheel to zoom, arrow keys to read")
        )
        self.setMinimumHeight(136)
        self.setMaximumHeight(380)
        self._settle = QTimer(self, interval=SETTLE, singleShot=True)
        self._settle.timeout.connect(self.ask)
        self._bars = pg.BarGraphItem(x0=[], x1=[], y0=[], height=[])
        self._bars.setZValue(-5)
        self.addItem(self._bars, ignoreBounds=True)
        box = self.getPlotItem().vb
        box.setLimits(
            xMin=-FARTHEST, xMax=FARTHEST, minXRange=CLOSEST, maxXRange=2 * FARTHEST
        )
        box.sigXRangeChanged.connect(self._moved)
        self.pointed.connect(self._point_at)
        self.look_at(TUTORIAL)

    # What is shown ----------------------------------------------------------------

    @property
    def series(self) -> Sequence[Series]:
        """The activation itself, then those laid over it."""
        return self._series

    @property
    def received(self) -> Received | None:
        """What is known to reach this node."""
        return self._received

    @property
    def bar_heights(self) -> Numbers:
        """The heights of its bars, in the units of y."""
        return np.asarray(self._bars.opts["height"], dtype=np.float64)

    def show_activation(self, kind: str, params: Params) -> None:
        """Show this one; those laid over it stay."""
        if self._series and (self._series[0].kind, self._series[0].params) == (
            kind,
            params,
        ):
            return
        if self._series:
            main = self._series[0]
            main.kind, main.params, main.wanted, main.fresh = kind, params, None, False
        else:
            theme = self._theme
            main = self._make(
                kind, params, lambda: theme.curve, lambda: theme.derivative
            )
        row = OPERATORS[kind]
        zones = row.saturates if isinstance(row, Activation) else None
        self._zones = zones({**row.defaults, **dict(params)}) if zones else ()
        self.read(None)
        self._first_picture(main)
        self.ask()

    def overlay(self, kinds: Sequence[str]) -> None:
        """Lay exactly these over it, with their default parameters."""
        for old in self._series[1:]:
            self.removeItem(old.f)
            self.removeItem(old.df)
            self._session.worker.cancel(self._slot(old))
        self.read(None)
        del self._series[1:]
        for place, kind in enumerate(kinds):
            colour = self._overlay_colour(place)
            self._first_picture(self._make(kind, (), colour, colour))
        self._arrange()
        self.ask()

    def toggle(self, what: str, on: bool) -> None:
        """Show or hide "f", "df" or "arriving"."""
        self._shown[what] = on
        self._arrange()

    def receive(self, received: Received | None) -> None:
        """Show what reaches this node, at the foot of the plot."""
        self._received, self._faded = received, False
        self._arrange()

    def look_at(self, span: Span) -> None:
        """Show this range of x."""
        low, high = span
        if math.isfinite(low) and math.isfinite(high) and high - low >= CLOSEST:
            self.getPlotItem().vb.setXRange(low, high, padding=0)

    def fitting(self) -> Span:
        """The range where something happens: what arrives, or where f′ changes."""
        if self._received is not None and len(self._received.edges) > 1:
            low, high = float(self._received.edges[0]), float(self._received.edges[-1])
            room = max(0.1 * (high - low), 0.5)
            return low - room, high + room
        main = self._series[0] if self._series else None
        if main is None or len(main.dy) < 3:
            return NEAR
        change = np.abs(np.diff(main.dy))
        busy = np.flatnonzero(change > 0.01 * max(float(change.max()), 1e-12))
        if not len(busy):
            return NEAR
        reach = max(abs(float(main.x[busy[0]])), abs(float(main.x[busy[-1] + 1])), 1.0)
        return -1.3 * reach, 1.3 * reach

    def _make(
        self,
        kind: str,
        params: Params,
        colour: Callable[[], QColor],
        accent: Callable[[], QColor],
    ) -> Series:
        f, df = (pg.PlotCurveItem(antialias=True) for _ in range(2))
        made = Series(kind, params, f, df, colour, accent)
        self._series.append(made)
        for place, item in ((20, f), (15, df)):
            item.setZValue(place - len(self._series))
            self.addItem(item, ignoreBounds=True)
        self._dress(made)
        return made

    def _overlay_colour(self, place: int) -> Callable[[], QColor]:
        return lambda: overlay_colour(self._theme, place)

    def _first_picture(self, series: Series) -> None:
        """The shipped polyline, until torch's own numbers are here."""
        ready = ready_curve(series.kind) if not series.params else None
        if ready is not None:
            x, f, df = (np.asarray(part, dtype=np.float64) for part in ready)
            series.fresh = True
            series.take(x, f, df)
        self._arrange()

    def fade_received(self) -> None:
        """What arrives is being asked anew: show the old as old."""
        self._faded = True
        self._arrange()

    # Asking -----------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for every curve over the range in sight and a quarter on either side."""
        low, high = self.x_range()
        room = (high - low) / 4
        span = rounded(max(low - room, -FARTHEST), min(high + room, FARTHEST))
        for series in self._series:
            if series.wanted != span and self.isVisible():
                series.wanted = span
                self._ask_one(series, span)
        self._tell_busy()

    def _ask_one(self, series: Series, span: Span) -> None:
        kind, params = series.kind, series.params

        def done(curve: Curve) -> None:
            same = (series.kind, series.params) == (kind, params)
            # None: it was refused at first, as by an engine that started late
            if same and series.wanted in (span, None) and series in self._series:
                series.wanted = span
                self._answered(series, curve)

        def refused(words: str) -> None:
            if (series.kind, series.params, series.wanted) == (kind, params, span):
                series.wanted = None
                self.set_busy(False)
                self.failed.emit(words)

        points = round((span[1] - span[0]) / step_of(*span)) + 1
        request = AskCurve(kind, params, *span, points=points, slot=self._slot(series))
        self._session.worker.ask(request, done, refused, owner=self)

    def _answered(self, series: Series, curve: Curve) -> None:
        series.take(curve.x, curve.f, curve.df)
        series.fresh = True
        self.say("")
        self.failed.emit("")
        self._tell_busy()
        self._arrange()
        self._point_at(self.crosshair)

    def _slot(self, series: Series) -> str:
        return f"curve {self._series.index(series)}"

    def _tell_busy(self) -> None:
        self.set_busy(any(not series.fresh for series in self._series))

    def _moved(self, *_: object) -> None:
        if not self._settle.isActive():  # while it is dragged, too: now and then
            self._settle.start()
        self._arrange()
        self.range_changed.emit(*self.x_range())

    # Drawing ----------------------------------------------------------------------

    def recolour(self) -> None:
        super().recolour()
        for series in self._series:
            self._dress(series)
        self._arrange()

    def _dress(self, series: Series) -> None:
        series.f.setPen(pg.mkPen(series.colour(), width=LINE))
        dashed = pg.mkPen(series.accent(), width=LINE - 0.5)
        dashed.setDashPattern(DASHES)
        series.df.setPen(dashed)

    def _arrange(self) -> None:
        """Heights, zones and bars for the range in sight."""
        for series in self._series:
            series.f.setVisible(self._shown["f"])
            series.df.setVisible(self._shown["df"])
        low, high = self._heights()
        self.getPlotItem().vb.setYRange(low, high, padding=0)
        self._arrange_bars(low, high)
        self._arrange_zones()

    def _heights(self) -> Span:
        """The range of y that shows every line in sight, with some air."""
        left, right = self.x_range()
        seen = []
        for series in self._series:
            within = (series.x >= left) & (series.x <= right)
            if self._shown["f"]:
                seen.append(series.y[within])
            if self._shown["df"]:
                seen.append(series.dy[within])
        values = np.concatenate(seen) if seen else np.empty(0)
        values = values[np.isfinite(values)]
        if not len(values):
            return -0.1, 1.1
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        air = 0.06 * (high - low) or 0.5
        room = 2 * air if self._zones else air  # for the zone's name
        return low - air, high + room

    def _arrange_bars(self, low: float, high: float) -> None:
        received = self._received
        show = received is not None and self._shown["arriving"]
        self._bars.setVisible(show)
        if not show or received is None:
            return
        tallest = max(float(np.max(received.counts)), 1.0)
        heights = np.asarray(received.counts) / tallest * FLOOR * (high - low)
        left, right = self.x_range()
        bar = self.data_area.width() / (right - left)
        bar *= float(received.edges[-1] - received.edges[0]) / len(heights)
        colour = QColor(self._theme.arriving)
        colour.setAlphaF(0.2 if self._faded else 0.55)
        self._bars.setOpts(
            x0=received.edges[:-1],
            x1=received.edges[1:],
            y0=np.full(len(heights), low),
            height=heights,
            width=None,
            brush=colour,
            pen=pg.mkPen(self._theme.field, width=0.8) if bar > 4 else pg.mkPen(None),
        )

    def _arrange_zones(self) -> None:
        while len(self._regions) < len(self._zones):
            region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
            region.setZValue(-10)
            self._regions.append(region)
            self.addItem(region, ignoreBounds=True)
        colour = QColor(self._theme.error)
        colour.setAlphaF(0.09)
        for index, region in enumerate(self._regions):
            region.setVisible(index < len(self._zones))
            if index < len(self._zones):
                region.setBrush(colour)
                region.setRegion([_clipped(end) for end in self._zones[index]])

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        self._draw_zone_names(painter)
        super().drawForeground(painter, rect)

    def _draw_zone_names(self, painter: QPainter) -> None:
        """Name the first zone at its top, where it is wide enough."""
        painter.save()
        painter.resetTransform()
        painter.setFont(self._theme.font("tick"))
        painter.setPen(self._theme.error)
        metrics = painter.fontMetrics()
        area, (left, right) = self.data_area, self.x_range()
        scale = area.width() / (right - left)
        below = area.top() + 0.1 * area.height()  # the line at 1 of most curves
        for low, high in self._zones[:1]:  # the others look alike
            dead = self._is_dead(low, high)
            text = self.tr("dead") if dead else self.tr("saturated")
            start = area.left() + (max(low, left) - left) * scale
            end = area.left() + (min(high, right) - left) * scale
            if end - start >= metrics.horizontalAdvance(text) + 8:
                painter.drawText(int(start + 5), int(below + metrics.ascent()), text)
        painter.restore()

    @property
    def zones_are_dead(self) -> bool:
        """Whether neither signal nor gradient passes any of the flat zones."""
        return bool(self._zones) and all(self._is_dead(*zone) for zone in self._zones)

    def _is_dead(self, low: float, high: float) -> bool:
        main = self._series[0]
        within = (main.x > low) & (main.x < high)
        return bool(within.any()) and not (
            main.y[within].any() or main.dy[within].any()
        )

    # Reading ----------------------------------------------------------------------

    def _point_at(self, x: float | None) -> None:
        samples = [series.at(x) for series in self._series] if x is not None else []
        known = [sample for sample in samples if sample is not None]
        if not known:
            self.read(None)
            return
        at = known[0][0]
        lines = [Reading(self._theme.muted, f"x {number(at)}")]
        for series, sample in zip(self._series, samples, strict=True):
            if sample is None:
                continue
            name = "f" if len(self._series) == 1 else series.title
            values = f"{name} {number(sample[1])}  f′ {number(sample[2])}"
            lines.append(Reading(series.colour(), values))
        self.read(at, lines)


def _clipped(end: float) -> float:
    return min(max(end, -2 * FARTHEST), 2 * FARTHEST)
