"""A check box that can be seen on dark ground as well."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox

SIDE = 16
GAP = 6  # from the box to what stands beside it


class CheckBox(QCheckBox):
    """A rounded box; filled with the accent and ticked, or dashed where mixed."""

    def sizeHint(self) -> QSize:
        said = self.fontMetrics().horizontalAdvance(self.text())
        high = max(SIDE, self.fontMetrics().height()) + 6
        return QSize(SIDE + 6 + (said + GAP if said else 0), high)

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, state = self.palette(), self.checkState()
        on = state != Qt.CheckState.Unchecked
        edge = QPalette.ColorRole.Accent if on else QPalette.ColorRole.Mid
        if self.hasFocus() or self.underMouse():
            edge = QPalette.ColorRole.Accent
        ground = QPalette.ColorRole.Accent if on else QPalette.ColorRole.AlternateBase
        painter.setPen(QPen(palette.color(edge), 1.2))
        painter.setBrush(palette.color(ground))
        top = (self.height() - SIDE) / 2
        painter.drawRoundedRect(QRectF(2, top, SIDE, SIDE), 4, 4)
        pen = QPen(palette.color(QPalette.ColorRole.HighlightedText), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        tick = [(5.5, 8.2), (8.5, 11.2), (14.0, 5.2)]
        if state == Qt.CheckState.PartiallyChecked:
            tick = [(6.0, 8.0), (14.0, 8.0)]
        if on:
            points = [QPointF(x, top + y) for x, y in tick]
            painter.drawPolyline(QPolygonF(points))
        if self.text():
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            if not self.isEnabled():
                disabled = QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText
                painter.setPen(palette.color(*disabled))
            where = self.rect().adjusted(SIDE + 6 + GAP, 0, 0, 0)
            align = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
            painter.drawText(where, int(align), self.text())
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            around = QRectF(0.5, top - 1.5, SIDE + 3, SIDE + 3)
            painter.drawRoundedRect(around, 5, 5)
        painter.end()
