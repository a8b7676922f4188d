"""A wire on the canvas and the shape that travels on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.catalog.dims import Tensor
from engine.design.model import Wire
from gui.canvas.detail import LABELS, seen
from gui.canvas.inks import Inks
from gui.canvas.kinds import HOLLOW, Kind, kind_of
from gui.canvas.layout.shapes import Point
from gui.canvas.layout.way import direct
from gui.canvas.lettering import faded
from gui.canvas.route import distance, path_along, path_of
from gui.canvas.wire_paint import label_box, paint_label, paint_wire
from gui.canvas.wiring import Laid

NOWHERE = Laid(direct((0.0, 0.0), (0.0, 0.0)), None)


class WireLook(NamedTuple):
    """What a wire says: the shape on it, whether it fits, and what kind it is of."""

    text: str = ""
    wrong: bool = False
    kind: Kind = "values"
    axes: int = 2

    @classmethod
    def of(cls, wire: Wire, tensor: Tensor | None, text: str, *, wrong: bool) -> Self:
        """The look of a wire on which a tensor travels."""
        axes = tensor.rank if tensor else 2
        return cls(text, wrong, kind_of(wire, tensor), axes)


class WireItem(QGraphicsItem):
    """A wire between two ports with a label."""

    def __init__(self, wire: Wire, inks: Inks) -> None:
        super().__init__()
        self.wire = wire
        self.inks = inks
        self.look = WireLook()
        self.chosen = False
        self.hovered = False
        self.lit = False
        self.tint: int | None = None  # the step of what it carries on the scale
        self.laid = NOWHERE
        self.path = QPainterPath()
        self._bounds = QRectF()
        self._points: list[Point] | None = None

    def lay(self, laid: Laid) -> None:
        """Run along a way."""
        if laid == self.laid:
            return
        self.prepareGeometryChange()
        self.laid = laid
        self._points = None
        self._take(path_of(laid.way))

    def glide(self, points: Sequence[Point], label: Point | None) -> None:
        """Run through points, on the way to another place."""
        self.prepareGeometryChange()
        self.laid = Laid(NOWHERE.way, label)
        self._points = list(points)
        self._take(path_along(points))

    def _take(self, path: QPainterPath) -> None:
        self.path = path
        bounds = path.controlPointRect().adjusted(-6, -6, 6, 6)
        if self.look.text and self.laid.label is not None:
            wide = self.inks.width("label", self.look.text) / 2 + 12
            bounds = bounds.united(_around(QPointF(*self.laid.label), wide))
        self._bounds = bounds
        self.setZValue(self._height(path))

    def _height(self, path: QPainterPath) -> float:
        """No wire runs over a label: of two from one port the nearer label is above."""
        if self.laid.label is None:
            return 0.0
        away = QPointF(*self.laid.label) - path.pointAtPercent(0.0)
        return 0.4 + 0.1 / (1 + away.manhattanLength())

    @property
    def bowed(self) -> bool:
        """Whether it had to go round a node."""
        return not self.laid.way.direct

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

    def carry(self, tint: int | None) -> None:
        """Show how large the signal on it is; None: in its own colour."""
        if tint != self.tint:
            self.tint = tint
            self.update()

    def away(self, at: QPointF) -> float:
        """How far a point of the scene is from the wire."""
        return distance(self.points, at)

    @property
    def points(self) -> list[Point]:
        """A polyline along the wire."""
        if self._points is None:
            self._points = self.laid.way.points()
        return self._points

    @property
    def label_box(self) -> QRectF:
        """The pill; empty without one."""
        if not self.look.text or self.laid.label is None:
            return QRectF()
        return label_box(QPointF(*self.laid.label), self.look.text, self.inks)

    @property
    def stroke(self) -> QPen:
        inks = self.inks
        if self.lit or self.chosen:
            return inks.wire_bold
        if self.look.wrong:
            return inks.wire_wrong
        if self.hovered:
            return inks.wire_hover
        if not self.look.text:
            return inks.wire_waiting
        if self.tint is not None:
            return inks.tone(self.tint)
        return inks.thread(self.look.kind, self.look.axes)

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
        stroke = self.stroke
        paint_wire(painter, self.path, stroke, zoom)
        if self.look.kind == "state" and stroke.widthF() > 2 * HOLLOW:
            inner = QPen(self.inks.canvas, HOLLOW)
            paint_wire(painter, self.path, inner, zoom, least=0.0)
        label = self.laid.label
        shows = seen(LABELS, zoom)
        if shows and self.look.text and label is not None:
            at, wrong = QPointF(*label), self.look.wrong
            opacity = faded(painter, shows)
            paint_label(painter, at, self.look.text, self.inks, wrong=wrong)
            painter.setOpacity(opacity)


def _around(at: QPointF, wide: float) -> QRectF:
    return QRectF(at.x() - wide, at.y() - 12, 2 * wide, 24)
