"""The base of every plot: quiet axes in the theme's colours, a readout, states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from gui.theme import Theme

PATIENCE = 100  # ms before an answer that is on its way is spoken of
THOUSANDS = 1e4  # from here on an axis counts in k, M and G
STEP = 0.01  # share of the range that an arrow key moves the crosshair by


def number(value: float, digits: int = 3) -> str:
    """`value` for a person: short, with a real minus sign."""
    if value != value:
        return "–"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}g}"
    if "e" in text:
        head, _, power = text.partition("e")
        text = f"{head}e{int(power)}"
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def _shortened(value: float) -> str:
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"


class Reading(NamedTuple):
    """A line of the readout."""

    colour: QColor
    text: str


class _Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis whose numbers have a real minus sign."""

    clear = 0.0  # pixels at both ends that belong to something else

    def tickStrings(
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        texts: list[str] = super().tickStrings(values, scale, spacing)
        if any(abs(value) >= THOUSANDS for value in values):
            texts = [_shortened(value) for value in values]
        low, high = self.range
        edge = self.clear * (high - low) / max(self.width(), 1.0)
        return [
            text.replace("-", "−") if low + edge <= value <= high - edge else ""
            for text, value in zip(texts, values, strict=True)
        ]


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot that looks like the rest of the window.

    Args:
        theme: colours and type; followed as it changes.
        parent: Qt's.
    """

    pointed = Signal(object)  # x: float under the pointer or the arrow keys, or None
    fit_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        axes = {side: _Axis(side) for side in ("left", "bottom")}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self._theme = theme
        self._readout: tuple[Reading, ...] = ()
        self._x: float | None = None
        self._words = ""
        self._dim = False
        self._patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self._patience.timeout.connect(self._lose_patience)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMinimumHeight(110)
        self._settle_items()
        theme.changed.connect(self.recolour)
        Plot.recolour(self)  # a subclass has no items to colour yet

    def _settle_items(self) -> None:
        item = self.getPlotItem()
        item.ctrlMenu.setParent(self, Qt.WindowType.Popup)  # else it outlives the plot
        item.hideButtons()
        item.setMouseEnabled(x=True, y=False)
        item.setContentsMargins(2, 6, 10, 2)
        item.showGrid(x=False, y=True, alpha=1.0)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setZValue(-100)  # pyqtgraph would draw the grid over the data
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, maxTickLevel=0, tickTextOffset=4)
        item.getAxis("left").setWidth(38)
        item.getAxis("bottom").setHeight(20)
        item.vb.disableAutoRange()
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.setZValue(50)
        self._cross.hide()
        item.addItem(self._cross, ignoreBounds=True)

    def sizeHint(self) -> QSize:
        return QSize(280, self.minimumHeight())  # more where there is room

    def keep_ends_clear(self, room: float) -> None:
        """Put no numbers within `room` pixels of the ends of the x axis."""
        self.getPlotItem().getAxis("bottom").clear = room

    def recolour(self) -> None:
        """Take the theme's colours; subclasses recolour their items as well."""
        self.setBackground(self._theme.field)
        font = self._theme.font("tick")
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(QPen(self._theme.line, 1))
            axis.setTextPen(QPen(self._theme.muted))
            axis.setTickFont(font)
        self._cross.setPen(QPen(self._theme.muted, 0, Qt.PenStyle.DotLine))
        self.read(None)  # its lines have the old colours

    # What it says -----------------------------------------------------------------

    @property
    def readout(self) -> tuple[Reading, ...]:
        """The lines at the crosshair."""
        return self._readout

    @property
    def crosshair(self) -> float | None:
        """The x that is read, if one is."""
        return self._x

    @property
    def words(self) -> str:
        """What stands in the middle instead of data."""
        return self._words

    @property
    def dim(self) -> bool:
        """Whether what is drawn is known to be out of date."""
        return self._dim

    def say(self, words: str) -> None:
        """Put a sentence in the middle: nothing to show, or why not."""
        if words != self._words:
            self._words = words
            self.viewport().update()

    def set_busy(self, busy: bool) -> None:
        """Dim what is drawn if its successor takes longer than a moment."""
        if busy:
            if not self._dim and not self._patience.isActive():
                self._patience.start()
            return
        self._patience.stop()
        if self._dim:
            self._dim = False
            self.viewport().update()

    def read(self, x: float | None, lines: Sequence[Reading] = ()) -> None:
        """Put the crosshair at `x` with these lines beside it, or take it away."""
        self._x, self._readout = x, tuple(lines)
        self._cross.setVisible(x is not None)
        if x is not None:
            self._cross.setValue(x)
        self.viewport().update()

    def _lose_patience(self) -> None:
        self._dim = True
        self.viewport().update()

    # Pointer and keys -------------------------------------------------------------

    @property
    def data_area(self) -> QRectF:
        """Where data is drawn, in the widget's pixels."""
        area: QRectF = self.getPlotItem().vb.sceneBoundingRect()
        return area

    def x_range(self) -> tuple[float, float]:
        """The range of x in sight."""
        low, high = self.getPlotItem().vb.viewRange()[0]
        return float(low), float(high)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()  # the frame that says where the arrow keys go

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, or after a click; else the column around it scrolls."""
        movable, _ = self.getPlotItem().vb.mouseEnabled()
        meant = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if movable and (meant or self.hasFocus()):
            super().wheelEvent(event)
        else:
            event.ignore()

    def _point(self, position: QPointF) -> None:
        if not self.data_area.contains(position):
            self.pointed.emit(None)
            return
        self.pointed.emit(float(self.getPlotItem().vb.mapSceneToView(position).x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signs = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        sign = signs.get(Qt.Key(event.key()))
        low, high = self.x_range()
        if sign is not None:
            at = (low + high) / 2 if self._x is None else self._x
            at += sign * (high - low) * STEP
            self.pointed.emit(min(high, max(low, at)))
        elif event.key() == Qt.Key.Key_Escape and self._x is not None:
            self.pointed.emit(None)
        else:
            super().keyPressEvent(event)

    # Taking it away ---------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        movable, _ = self.getPlotItem().vb.mouseEnabled()
        if movable:
            menu.addAction(self.tr("Fit"), self.fit_asked.emit)
            menu.addSeparator()
        menu.addAction(self.tr("Copy picture"), self.copy_picture)
        menu.addAction(self.tr("Save picture…"), self._ask_where)
        menu.popup(event.globalPos())

    def copy_picture(self) -> None:
        """Put the plot on the clipboard, as it is on the screen."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def save_picture(self, path: str) -> bool:
        """Write the plot to `path`: .svg is drawn anew, anything else is pixels."""
        if Path(path).suffix.lower() != ".svg":
            return bool(self.grab().save(path))
        generator = QSvgGenerator()
        generator.setFileName(path)
        generator.setSize(self.size())
        generator.setViewBox(self.rect())
        painter = QPainter()
        if not painter.begin(generator):
            return False
        self.render(painter)
        return painter.end()

    def _ask_where(self) -> None:
        kinds = self.tr("Pictures (*.png *.svg)")
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save picture"), "plot.png", kinds
        )
        if path and not self.save_picture(path):
            self.say(
                self.tr("The picture could not be written to {path}.").format(path=path)
            )

    # Painting over the data -------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        """The veil of a stale plot, the sentence, the readout."""
        super().drawForeground(painter, rect)
        painter.save()
        painter.resetTransform()
        area = self.data_area.toRect()
        if self._dim or self._words:
            veil = QColor(self._theme.field)
            veil.setAlphaF(0.9 if self._words else 0.6)
            painter.fillRect(area, veil)
        if self._words or self._dim:
            self._draw_words(painter, area)
        elif self._x is not None and self._readout:
            self._draw_readout(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_words(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(self._theme.muted)
        painter.setFont(self._theme.font("small"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = self._words or self.tr("computing…")
        painter.drawText(area.adjusted(12, 4, -12, -4), int(flags), words)

    def _draw_readout(self, painter: QPainter, area: QRect) -> None:
        font = self._theme.font("tiny")
        metrics = QFontMetrics(font)
        line = metrics.height() + 1
        width = max(metrics.horizontalAdvance(one.text) for one in self._readout) + 14
        height = line * len(self._readout) + 8
        at = self.getPlotItem().vb.mapViewToScene(QPointF(self._x or 0.0, 0.0)).x()
        left = at + 8 if at + 8 + width <= area.right() else at - 8 - width
        left = max(area.left() + 2.0, left)
        box = QRectF(left, area.top() + 4, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.line, 1))
        painter.setBrush(self._theme.panel)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font)
        for index, one in enumerate(self._readout):
            painter.setPen(one.colour)
            base = box.top() + 4 + index * line + metrics.ascent()
            painter.drawText(QPointF(box.left() + 7, base), one.text)
