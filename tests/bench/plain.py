"""The floor: nodes and wires as the plainest graphics items that show the same.

A node is a rounded card with a strip, a title and a line of text; a wire is a curve.
Both leave out what cannot be seen at the zoom they are painted at.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView

from engine.design.model import Design

BODY = QRectF(-60, -36, 120, 72)
AROUND = BODY.adjusted(-6, -6, 6, 6)
GROUND, EDGE = QColor("#ffffff"), QPen(QColor("#c8ccd4"), 1)
STRIP, INK = QColor("#0b72b9"), QColor("#1c2330")
LINE = QPen(QColor("#8a93a5"), 2)
FONT = QFont()


class PlainNode(QGraphicsItem):
    """A card."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__()
        self.name, self.kind = name, kind
        self.wires: list[PlainWire] = []
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        return AROUND

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if zoom < 0.35:
            painter.fillRect(BODY, STRIP)
            return
        painter.setPen(EDGE)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(BODY, 9, 9)
        painter.fillRect(QRectF(-60, -36, 120, 9), STRIP)
        painter.setFont(FONT)
        painter.setPen(INK)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(-48, -22, 96, 20), left, self.name)
        painter.drawText(QRectF(-48, 0, 96, 18), left, self.kind)
        painter.setBrush(GROUND)
        painter.drawEllipse(QPointF(-60, 0), 4.5, 4.5)
        painter.drawEllipse(QPointF(60, 0), 4.5, 4.5)


class PlainWire(QGraphicsItem):
    """A curve."""

    def __init__(self, source: PlainNode, target: PlainNode) -> None:
        super().__init__()
        self.ends = source, target
        self.path = QPainterPath()
        self.box = QRectF()
        for end in self.ends:
            end.wires.append(self)

    def lay(self) -> None:
        self.prepareGeometryChange()
        start = self.ends[0].pos() + QPointF(60, 0)
        end = self.ends[1].pos() - QPointF(60, 0)
        pull = QPointF(max(abs(end.x() - start.x()) / 2, 30), 0)
        self.path = QPainterPath(start)
        self.path.cubicTo(start + pull, end - pull, end)
        self.box = self.path.controlPointRect().adjusted(-2, -2, 2, 2)

    def boundingRect(self) -> QRectF:
        return self.box

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        painter.setPen(LINE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path)


class PlainView(QGraphicsView):
    """A design in plain items."""

    def __init__(self, design: Design, cache: QGraphicsItem.CacheMode) -> None:
        super().__init__()
        self.plain = QGraphicsScene(self)
        self.setScene(self.plain)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        update = QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate
        self.setViewportUpdateMode(update)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(never)
        self.setVerticalScrollBarPolicy(never)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.nodes = fill(self.plain, design, cache)
        area = self.plain.itemsBoundingRect()
        self.setSceneRect(area.adjusted(-1e6, -1e6, 1e6, 1e6))


def fill(
    scene: QGraphicsScene, design: Design, cache: QGraphicsItem.CacheMode
) -> dict[str, PlainNode]:
    """Items for a design."""
    spots, nodes = design.look.positions, {}
    for key, node in design.nodes.items():
        item = nodes[key] = PlainNode(node.name, node.title)
        item.setCacheMode(cache)
        item.setPos(*spots[key])
        scene.addItem(item)
    for wire in design.wires:
        line = PlainWire(nodes[wire.source], nodes[wire.target])
        line.lay()
        scene.addItem(line)
    return nodes
