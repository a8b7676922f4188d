"""A small picture of the whole design; its frame is what the canvas shows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from gui.canvas.camera import Camera
from gui.canvas.inks import pen
from gui.canvas.places import corners

WIDE, HIGH = 160, 90
EDGE = 10.0
LAG = 40  # milliseconds: a drag of a large design redraws the picture this often


class Minimap(QWidget):
    """Press or drag on it to look elsewhere."""

    def __init__(self, camera: Camera) -> None:
        # A sibling over the viewport would keep Qt from scrolling by copying pixels.
        super().__init__(camera.viewport())
        self.setObjectName("minimap")
        self.setAccessibleName(self.tr("Minimap"))
        self.setToolTip(self.tr("The whole design; drag to look elsewhere."))
        self.setFixedSize(WIDE, HIGH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._camera = camera
        self._picture: QPixmap | None = None
        self._area = QRectF()
        self._later = QTimer(self, singleShot=True, interval=LAG)
        self._later.timeout.connect(self._refresh)
        camera.canvas.arranged.connect(self._later.start)
        camera.canvas.session.theme.changed.connect(self._later.start)
        camera.looked.connect(self.update)

    def _refresh(self) -> None:
        self._picture = None
        self.update()

    # Between the picture and the scene

    def _scale(self) -> float:
        room = self.rect().adjusted(10, 10, -10, -10)
        return min(
            room.width() / max(self._area.width(), 1.0),
            room.height() / max(self._area.height(), 1.0),
        )

    def to_map(self, area: QRectF) -> QRectF:
        """Where an area of the scene lies in the picture."""
        scale = self._scale()
        middle = QPointF(self.width() / 2, self.height() / 2)
        corner = middle + (area.topLeft() - self._area.center()) * scale
        return QRectF(
            corner.x(), corner.y(), area.width() * scale, area.height() * scale
        )

    def to_scene(self, at: QPointF) -> QPointF:
        """Which point of the scene a point of the picture is."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self._area.center() + (at - middle) * (1 / self._scale())

    # What Qt asks for

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is None:
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        frame = self.to_map(self._camera.seen).intersected(
            QRectF(self.rect()).adjusted(3, 3, -3, -3)
        )
        accent = self._camera.canvas.inks.accent
        wash = QColor(accent)
        wash.setAlpha(22)
        painter.setPen(pen(accent, 1.5))
        painter.setBrush(wash)
        painter.drawRoundedRect(frame, 4, 4)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _look(self, event: QMouseEvent) -> None:
        self._camera.centerOn(self.to_scene(event.position()))
        self._camera.looked.emit()
        event.accept()

    def _drawn(self) -> QPixmap:
        """Stage and nodes; drawn again only when the design was rearranged."""
        scene = self._camera.canvas
        inks = scene.inks
        self._area = scene.content.adjusted(-EDGE, -EDGE, EDGE, EDGE)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(inks.card)
        painter.setBrush(inks.theme.panel)
        edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(edge, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        scene.marks.paint_small(painter, self.to_map)
        families: dict[str, list[QRectF]] = {}
        scale, corner = self._scale(), self.to_map(QRectF()).topLeft()
        stage = scene.stage
        for key, face in stage.faces.items():
            left, top, right, bottom = corners(face.body)
            x, y = stage.spots[key]
            box = QRectF(
                corner.x() + (left + x) * scale,
                corner.y() + (top + y) * scale,
                max((right - left) * scale, 2.0),
                max((bottom - top) * scale, 2.0),
            )
            families.setdefault(face.family, []).append(box)
        for family, boxes in families.items():
            painter.setBrush(inks.family(family))
            painter.drawRects(boxes)
        painter.end()
        return picture
