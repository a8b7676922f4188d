"""Drag on empty canvas: select what the rubber band touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from gui.canvas.inks import pen
from gui.canvas.node_item import NodeItem
from gui.canvas.tools.base import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class BandTool(Tool):
    """Selects while it grows; with Ctrl or Shift it adds to what was selected."""

    def __init__(self, view: CanvasView, start: QPointF, keys: Keys) -> None:
        super().__init__(view, start)
        self.before = self.session.selection.ids
        adding = bool(keys & (Keys.ControlModifier | Keys.ShiftModifier))
        self.kept = self.before if adding else frozenset()
        self.band: QGraphicsRectItem | None = None
        self.session.selection.set(self.kept)

    def move(self, at: QPointF, keys: Keys) -> None:
        area = QRectF(self.start, at).normalized()
        if self.band is None:
            self.band = self._drawn()
        self.band.setRect(area)
        found = self.scene.items(area, Qt.ItemSelectionMode.IntersectsItemShape)
        touched = {
            item.id
            for item in found
            if isinstance(item, NodeItem) and item.body.intersects(area)
        }
        self.session.selection.set(self.kept | touched)

    def finish(self, at: QPointF, keys: Keys) -> None:
        self._remove()

    def cancel(self) -> None:
        self._remove()
        self.session.selection.set(self.before)

    def _drawn(self) -> QGraphicsRectItem:
        band = QGraphicsRectItem()
        accent = self.scene.inks.accent
        line = pen(accent, 1.0)
        line.setCosmetic(True)
        fill = QColor(accent)
        fill.setAlpha(28)
        band.setPen(line)
        band.setBrush(fill)
        band.setZValue(10)
        self.scene.addItem(band)
        return band

    def _remove(self) -> None:
        if self.band is not None:
            self.scene.removeItem(self.band)
            self.band = None
