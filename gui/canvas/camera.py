"""A graphics view that zooms at the pointer, pans freely and shows a grid of dots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from gui.canvas.detail import DOTS, seen
from gui.canvas.pictures import Pictures

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

LEAST, MOST = 0.04, 10.0  # all of a larger design can be seen from farther away
CLOSE = 2.0  # what is shown as a whole is not blown up further
FIRST_MOST = 1.25  # a small network is not blown up
EDGES = 28, 40, -28, -40  # free around what is fitted: labels lie above it
TRUE = 1.06  # up to this zoom what is fitted is rather shown in its true size
GRID = 24.0
WORLD = 2e7  # the view can be panned anywhere a node can be
PER_NOTCH = 1.0016  # per eighth of a degree: 1.21 for a notch of 120


class Camera(QGraphicsView):
    """Where the canvas is looked at from."""

    zoomed = Signal(float)
    looked = Signal()  # zoomed, panned or resized
    _pictures: Pictures | None = None  # Qt scrolls before there are any

    def __init__(self, scene: CanvasScene, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.canvas = scene
        self._fitted = False
        self._fit: tuple[float, QPointF] | None = None  # zoom and middle it led to
        self._dots: tuple[tuple[float, ...], list[QPointF]] = ((), [])
        scene.setParent(self)  # a view does not own its scene
        self.setScene(scene)
        self.setSceneRect(-WORLD, -WORLD, 2 * WORLD, 2 * WORLD)
        self.setFrameShape(QFrame.Shape.NoFrame)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(never)
        self.setVerticalScrollBarPolicy(never)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        update = QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate
        self.setViewportUpdateMode(update)
        self.setOptimizationFlag(
            QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setMouseTracking(True)
        # The background covers all, so that panning only paints what comes into view.
        opaque = Qt.WidgetAttribute.WA_OpaquePaintEvent
        self.viewport().setAttribute(opaque)
        self.viewport().setAutoFillBackground(False)
        self._pictures = Pictures(self)

    @property
    def held(self) -> bool:
        """Whether a gesture is under way: it may hold on to items."""
        return False

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    @property
    def seen(self) -> QRectF:
        """The part of the scene in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    @property
    def middle(self) -> QPointF:
        return self.mapToScene(self.viewport().rect().center())

    def zoom_to(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom to a factor, keeping the point `at` of the viewport where it is."""
        zoom = min(MOST, max(self._least(), zoom))
        fixed = self.viewport().rect().center() if at is None else at
        before = self.mapToScene(fixed)
        factor = zoom / self.zoom
        self.scale(factor, factor)
        self.shift(before - self.mapToScene(fixed))
        if self._pictures is not None:
            self._pictures.choose()
        self.zoomed.emit(self.zoom)

    def _least(self) -> float:
        """As far as one can go: all of the design is seen from there."""
        area, room = self.canvas.content, self.viewport().rect().adjusted(*EDGES)
        wide = max(room.width(), 50) / max(area.width(), 1.0)
        high = max(room.height(), 50) / max(area.height(), 1.0)
        return min(LEAST, wide, high)

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        self.zoom_to(self.zoom * factor, at)

    def shift(self, offset: QPointF) -> None:
        """Look at a place that lies `offset` further, in scene units."""
        # Scroll bars count whole pixels; what is left over would add up while panning.
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(offset.x() * self.zoom))
        down.setValue(down.value() + round(offset.y() * self.zoom))
        self.looked.emit()

    def fit(self) -> None:
        """Show all of the design."""
        self._show_area(self.canvas.content, CLOSE)

    def fit_selection(self) -> None:
        """Show what is selected; all of the design without a selection."""
        selection = self.canvas.session.selection
        chosen = self.canvas.extent(selection.ids)
        chosen = chosen.united(self.canvas.marks.extent(selection.marks))
        self._show_area(chosen if chosen.isValid() else self.canvas.content, CLOSE)

    def fit_first(self) -> None:
        """Show a design that was just opened, once the view has its size."""
        if self.isVisible() and self.viewport().width() > 50:
            self._fitted = True
            self._show_area(self.canvas.content, FIRST_MOST)
            self._fit = self.zoom, self.middle
        else:
            self._fitted = False

    def _show_area(self, area: QRectF, most: float) -> None:
        if not area.isValid():
            self.zoom_to(1.0)
            self.centerOn(0, 0)
            self.looked.emit()
            return
        room = self.viewport().rect().adjusted(*EDGES)
        wide = max(room.width(), 50) / max(area.width(), 1)
        high = max(room.height(), 50) / max(area.height(), 1)
        zoom = min(wide, high, most)
        self.zoom_to(1.0 if 1.0 < zoom < TRUE else zoom)
        self.centerOn(area.center())
        self.looked.emit()

    # What Qt asks for

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._pictures is not None:
            self._pictures.choose()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; sideways scrolling pans."""
        turn = event.angleDelta()
        if abs(turn.x()) > abs(turn.y()):
            self.shift(QPointF(-turn.x() / 2 / self.zoom, 0))
        else:
            self.zoom_by(PER_NOTCH ** turn.y(), event.position().toPoint())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            pinch = Qt.NativeGestureType.ZoomNativeGesture
            if event.gestureType() == pinch:
                self.zoom_by(1 + event.value(), event.position().toPoint())
                return True
        return super().viewportEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fitted:
            self.fit_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._fitted or self._as_fitted():
            self.fit_first()
        if self._pictures is not None:
            self._pictures.choose()
        self.looked.emit()

    def _as_fitted(self) -> bool:
        """Whether nobody looked elsewhere since the design was opened."""
        if self._fit is None:
            return False
        zoom, middle = self._fit
        away = (self.middle - middle).manhattanLength() * self.zoom
        return zoom == self.zoom and away < 8

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 200)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        area = QRectF(rect)
        inks = self.canvas.inks
        painter.fillRect(area, inks.canvas)
        step = GRID
        while step * self.zoom < 15:
            step *= 2
        left = math.floor(area.left() / step) * step
        top = math.floor(area.top() / step) * step
        shows = seen(DOTS, self.zoom)
        if not shows:
            return
        colour = QColor(inks.dots)
        colour.setAlphaF(colour.alphaF() * shows)
        dot = QPen(colour, 2.0)
        dot.setCosmetic(True)
        # Of this size they look round; truly round ones take fifteen times as long.
        dot.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(dot)
        across = int((area.right() - left) / step) + 1
        down = int((area.bottom() - top) / step) + 1
        if across * down == 0:
            return
        where = (left, top, step, across, down)
        if self._dots[0] != where:  # a frame that is painted again has them already
            self._dots = (
                where,
                [
                    QPointF(left + column * step, top + row * step)
                    for column in range(across)
                    for row in range(down)
                ],
            )
        painter.drawPoints(self._dots[1])
