"""A wire on the canvas and the shape that travels on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.design.model import Wire
from gui.canvas.inks import Inks
from gui.canvas.painter import FAR, LABEL_EDGE, label_box, paint_label, paint_wire
from gui.canvas.route import distance, label_place, polyline, routed

SHORT = 26.0


class WireLook(NamedTuple):
    """What a wire says: the shape on it, and whether it fits."""

    text: str = ""
    wrong: bool = False


class WireItem(QGraphicsItem):
    """A curve between two ports with a label."""

    def __init__(self, wire: Wire, inks: Inks) -> None:
        super().__init__()
        self.wire = wire
        self.inks = inks
        self.look = WireLook()
        self.bowed = False  # had to go round a node
        self.chosen = False
        self.hovered = False
        self.lit = False
        self.path = QPainterPath()
        self._bounds = QRectF()
        self._short = False  # between a layer and what is docked to it: no label
        self._points: list[QPointF] | None = None
        self._label: QPointF | None = None
        self._ends = (QRectF(), QRectF())
        self._near: Sequence[QRectF] = ()
        self.setZValue(0)

    def lay(
        self,
        start: QPointF,
        end: QPointF,
        ends: tuple[QRectF, QRectF],
        obstacles: Sequence[QRectF] = (),
    ) -> None:
        """Run from port to port."""
        self.prepareGeometryChange()
        self.path, self.bowed = routed(start, end, obstacles)
        self._ends, self._near = ends, obstacles
        self._points = self._label = None
        # A label may sit above the nodes at its ends, and anywhere along the wire.
        bounds = self.path.controlPointRect().adjusted(-6, -6, 6, 6)
        self._short = end.x() - start.x() < SHORT and abs(end.y() - start.y()) < 4
        if self.look.text and not self._short:
            wide = self.inks.width("label", self.look.text) / 2 + 12
            bounds = bounds.united(_around(self.label_at, wide))
        self._bounds = bounds

    def say(self, look: WireLook, inks: Inks) -> bool:
        """Carry another text; True where the label needs another place."""
        if look == self.look and inks is self.inks:
            return False
        moved = len(look.text) != len(self.look.text) or inks is not self.inks
        self.look, self.inks = look, inks
        self.update()
        return moved

    def feel(
        self,
        *,
        chosen: bool | None = None,
        hovered: bool | None = None,
        lit: bool | None = None,
    ) -> None:
        """Stand out for a while, or no longer."""
        now = (
            self.chosen if chosen is None else chosen,
            self.hovered if hovered is None else hovered,
            self.lit if lit is None else lit,
        )
        if now != (self.chosen, self.hovered, self.lit):
            self.chosen, self.hovered, self.lit = now
            self.update()

    def away(self, at: QPointF) -> float:
        """How far a point of the scene is from the wire."""
        if self._points is None:
            self._points = polyline(self.path)
        return distance(self._points, at)

    @property
    def label_at(self) -> QPointF:
        if self._label is None:
            wide = self.inks.width("label", self.look.text) + 2 * LABEL_EDGE
            self._label = label_place(self.path, wide, self._ends, self._near)
        return self._label

    @property
    def label_box(self) -> QRectF:
        """The pill; empty without a text."""
        if not self.look.text or self._short:
            return QRectF()
        return label_box(self.label_at, self.look.text, self.inks)

    @property
    def stroke(self) -> QPen:
        inks = self.inks
        if self.lit or self.chosen:
            return inks.wire_bold
        if self.look.wrong:
            return inks.wire_wrong
        if self.hovered:
            return inks.wire_hover
        return inks.wire if self.look.text else inks.wire_waiting

    # What Qt asks for

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        self.draw(painter, zoom)

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Line and label, on any painter."""
        paint_wire(painter, self.path, self.stroke, zoom)
        if self.look.text and not self._short and zoom >= FAR:
            wrong = self.look.wrong
            paint_label(painter, self.label_at, self.look.text, self.inks, wrong=wrong)


def _around(at: QPointF, wide: float) -> QRectF:
    return QRectF(at.x() - wide, at.y() - 12, 2 * wide, 24)
