"""Drag on empty canvas: select what the rubber band touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from gui.canvas.inks import pen
from gui.canvas.tools.base import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class BandTool(Tool):
    """Marks what it touches; letting go selects that.

    With Shift it adds to what was selected; with Ctrl it turns the selection of each
    node round. The keys may be pressed and let go while it grows.
    """

    pans = True

    def __init__(self, view: CanvasView, start: QPointF, keys: Keys) -> None:
        super().__init__(view, start)
        self.before = self.session.selection.ids
        self.marks_before = self.session.selection.marks
        self.meant = self._joined(self.before, frozenset(), keys)
        self.meant_marks = self._joined(self.marks_before, frozenset(), keys)
        self.band: QGraphicsRectItem | None = None
        self.scene.mark_selected(self.meant)

    def move(self, at: QPointF, keys: Keys) -> None:
        area = QRectF(self.start, at).normalized()
        if self.band is None:
            self.band = self._drawn()
        self.band.setRect(area)
        self.meant = self._joined(self.before, self._touched(area), keys)
        self.scene.mark_selected(self.meant)
        within = self.scene.marks.within(area)
        self.meant_marks = self._joined(self.marks_before, within, keys)
        self.scene.marks.show_selected(self.meant_marks)
        text = QCoreApplication.translate("canvas", "{count} selected")
        count = len(self.meant) + len(self.meant_marks)
        self.hint(text.format(count=count) if count else "", at)

    def finish(self, at: QPointF, keys: Keys) -> None:
        self._remove()
        self.session.selection.set(self.meant, self.meant_marks)
        self.scene.mark_selected(self.session.selection.ids)
        self.scene.marks.show_selected(self.session.selection.marks)

    def cancel(self) -> None:
        self._remove()
        self.scene.mark_selected(self.before)
        self.scene.marks.show_selected(self.marks_before)

    def _touched(self, area: QRectF) -> frozenset[str]:
        return frozenset(self.scene.nodes_in(area))

    def _joined(
        self, before: frozenset[str], touched: frozenset[str], keys: Keys
    ) -> frozenset[str]:
        if keys & Keys.ControlModifier:
            return before ^ touched
        if keys & Keys.ShiftModifier:
            return before | touched
        return touched

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
