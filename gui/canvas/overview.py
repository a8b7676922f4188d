"""The design from far away: one item that paints all nodes and wires in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.design.model import Wire
from engine.errors import Severity
from gui.canvas.detail import RING, THIN, seen
from gui.canvas.strands import Stroke

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

WORLD = 2e7
HEATS = 24  # steps of the scale; more cannot be told apart
LEAST = 1.6  # pixels: a node is never smaller on the screen
SMALLEST = 44.0  # side of the smallest node
EDGE = 8.0  # pixels: so far beyond its shape a node may show
COARSE, MANY = 0.15, 800  # from this zoom on, so many wires have ragged edges
MARK = 2.0  # pixels: the outline of what is selected, found or wrong
MOST_PARTS = 40  # more changes than this repaint all of it
SOLID = 0.07, 0.14  # up to this zoom a mark fills the node, from that on it is a line

Groups = Mapping[str, list[QRectF]]
Strokes = Mapping[Stroke | int, QPainterPath]


class Overview(QGraphicsItem):
    """Everything at once, from lists that are made when something changed."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__()
        self._scene = scene
        self._nodes: Groups | None = None
        self._wires: Strokes | None = None
        self._zoom = 1.0  # at which it was painted last
        self._grown: tuple[float, Groups, Groups] | None = None
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(-0.5)
        self.setVisible(False)
        scene.addItem(self)

    def forget(self, areas: Iterable[QRectF] | None = None) -> None:
        """Something is elsewhere or another; in these areas, or anywhere."""
        self._nodes = self._wires = self._grown = None
        if not self.isVisible():
            return
        parts = None if areas is None else list(areas)
        if parts is None or len(parts) > MOST_PARTS:
            self.update()
        else:
            edge = EDGE / self._zoom
            for part in parts:
                self.update(part.adjusted(-edge, -edge, edge, edge))

    # What Qt asks for

    def boundingRect(self) -> QRectF:
        return QRectF(-WORLD, -WORLD, 2 * WORLD, 2 * WORLD)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        self._zoom = zoom
        edge = EDGE / zoom
        exposed = QRectF(option.exposedRect).adjusted(-edge, -edge, edge, edge)
        self._paint_wires(painter, exposed, zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_nodes(painter, exposed, zoom)

    # Nodes

    def _paint_nodes(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        inks = self._scene.inks
        grow = max(0.0, (LEAST / zoom - SMALLEST) / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        shown = self._shown(exposed)
        groups = self._wider(shown, grow) if grow else shown
        for tone in (tone for tone in groups if not tone.startswith("!")):
            painter.setBrush(self._colour(tone))
            painter.drawRects(groups[tone])
        if "!error" in groups:
            painter.setPen(_line(inks.error, MARK))
            painter.setBrush(_washed(inks.error, 1.0 - seen(SOLID, zoom)))
            painter.drawRects(groups["!error"])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for mark, colour, gap in (
            ("!found", inks.warning, 2 * RING / zoom),
            ("!selected", inks.accent, RING / zoom),
        ):
            if mark in groups:
                painter.setPen(_line(colour, MARK))
                rings = [b.adjusted(-gap, -gap, gap, gap) for b in groups[mark]]
                painter.drawRects(rings)

    def _shown(self, area: QRectF) -> Groups:
        """The bodies to paint: all of them, or those in a part of the view."""
        stage = self._scene.stage
        if _covers(area, stage.extent):
            if self._nodes is None or stage.stirred:
                self._nodes = self._grouped(stage.faces)
                stage.stirred = False
            return self._nodes
        return self._grouped(stage.within(area))

    def _grouped(self, keys: Iterable[str]) -> Groups:
        """Bodies by colour; those that stand out once more, by what they are."""
        stage = self._scene.stage
        faces, spots, moods = stage.faces, stage.spots, stage.moods
        groups: dict[str, list[QRectF]] = {}
        for key in keys:
            face = faces[key]
            body = face.body.translated(*spots[key])
            mood = moods.get(key)
            tone = face.family
            if mood is not None:
                if mood.heat is not None:
                    tone = f"#{round(mood.heat * HEATS)}"
                if mood.found:
                    groups.setdefault("!found", []).append(body)
                if mood.selected or mood.target:
                    groups.setdefault("!selected", []).append(body)
            groups.setdefault(tone, []).append(body)
            if face.worst is Severity.ERROR:
                groups.setdefault("!error", []).append(body)
        return groups

    def _wider(self, groups: Groups, grow: float) -> Groups:
        """The bodies so large that they are seen."""
        kept = self._grown
        if kept is not None and kept[0] == grow and kept[1] is groups:
            return kept[2]
        wider = {
            tone: [box.adjusted(-grow, -grow, grow, grow) for box in boxes]
            for tone, boxes in groups.items()
        }
        if groups is self._nodes:
            self._grown = grow, groups, wider
        return wider

    def _colour(self, tone: str) -> QColor:
        inks = self._scene.inks
        if tone.startswith("#"):
            return inks.heated(int(tone[1:]) / HEATS)
        return inks.family(tone)

    # Wires

    def _paint_wires(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        inks = self._scene.inks
        lines = self._strung(exposed)
        # Of hairlines by the thousand nobody sees the edges, but they take their time.
        fine = zoom > COARSE or len(self._scene.strands.strokes) < MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        pens: dict[Stroke | int, QPen] = {
            "waiting": inks.wire_waiting,
            "wire": inks.wire,
            "wrong": inks.wire_wrong,
        }
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pens.update((tint, inks.tone(tint)) for tint in lines if isinstance(tint, int))
        for stroke, pen in pens.items():
            if stroke in lines:
                colour, width = pen.color(), max(pen.widthF() * zoom, THIN)
                painter.setPen(_line(colour, width))
                painter.drawPath(lines[stroke])

    def _strung(self, area: QRectF) -> Strokes:
        scene = self._scene
        taken = {w for w, i in scene.wire_items.made.items() if not i.isVisible()}
        if _covers(area, scene.stage.extent) and not taken:
            if self._wires is None:
                self._wires = self._bundled(scene.strands.strokes)
            return self._wires
        return self._bundled(
            wire for wire in scene.strands.near(area) if wire not in taken
        )

    def _bundled(self, wires: Iterable[Wire]) -> Strokes:
        strands = self._scene.strands
        strokes, paths = strands.strokes, strands.paths
        tints = strands.tints
        bundles: dict[Stroke | int, QPainterPath] = {}
        for wire in wires:
            stroke: Stroke | int = strokes[wire]
            if tints and stroke == "wire":
                stroke = tints.get(wire, stroke)
            if stroke not in bundles:
                bundles[stroke] = QPainterPath()
            bundles[stroke].addPath(paths[wire])
        return bundles


def _covers(area: QRectF, content: QRectF) -> bool:
    """Whether so much is to be painted that picking would take longer."""
    both = area.intersected(content)
    whole = content.width() * content.height()
    return both.width() * both.height() > 0.4 * whole


def _line(colour: QColor, width: float) -> QPen:
    """A line of this many pixels at any zoom."""
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen


def _washed(colour: QColor, share: float) -> QColor:
    washed = QColor(colour)
    washed.setAlphaF(share)
    return washed
