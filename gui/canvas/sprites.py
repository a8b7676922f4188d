"""Nodes as they were painted last: a frame that only repeats them is cheap.

Nothing is kept while the zoom changes: what is painted once is not painted faster by
being painted into a pixmap first.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

MOST = 12_000_000  # pixels in all: 48 MB
LARGEST = 600_000  # pixels: a node that fills the view is painted anew
PHASES = 8  # places within a pixel that are told apart


class Sprites:
    """Pixmaps by node; the ones that were not wanted for long go first."""

    def __init__(self) -> None:
        self._seen: dict[str, Hashable] = {}  # how each was painted last
        self._kept: OrderedDict[str, tuple[Hashable, QPixmap]] = OrderedDict()
        self._pixels = 0

    def paint(
        self,
        painter: QPainter,
        key: str,
        looks: Hashable,
        area: QRectF,
        draw: Callable[[QPainter], None],
    ) -> None:
        """Paint a node, from its pixmap when it looks as it did the last time.

        Args:
            painter: at the node's place, at its zoom.
            key: which node.
            looks: all that its picture depends on.
            area: what it covers.
            draw: paints it.
        """
        at = painter.worldTransform()
        device = painter.device()
        ratio = device.devicePixelRatioF() if device else 1.0
        x, y = at.dx() * ratio, at.dy() * ratio
        scale = at.m11() * ratio
        phase = int((x - math.floor(x)) * PHASES), int((y - math.floor(y)) * PHASES)
        state = (looks, scale, phase)
        kept = self._kept.get(key)
        if kept is None or kept[0] != state:
            self._forget(key)
            size = area.width() * area.height() * scale * scale
            if self._seen.get(key) != state or size > LARGEST:
                self._seen[key] = state
                draw(painter)
                return
            kept = state, _drawn(area, scale, ratio, phase, draw)
            self._keep(key, kept)
        self._kept.move_to_end(key)
        corner = _corner(area, scale)
        left, top = math.floor(x) + corner[0], math.floor(y) + corner[1]
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(QPointF(left / ratio, top / ratio), kept[1])
        painter.setWorldTransform(at)

    def drop(self, key: str) -> None:
        """A node is gone, or out of sight."""
        self._forget(key)
        self._seen.pop(key, None)

    def _keep(self, key: str, kept: tuple[Hashable, QPixmap]) -> None:
        self._kept[key] = kept
        self._pixels += kept[1].width() * kept[1].height()
        while self._pixels > MOST:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._pixels -= kept[1].width() * kept[1].height()


def _corner(area: QRectF, scale: float) -> tuple[int, int]:
    """Where a pixmap begins, in pixels from the node's place."""
    return math.floor(area.left() * scale) - 1, math.floor(area.top() * scale) - 1


def _drawn(
    area: QRectF,
    scale: float,
    ratio: float,
    phase: tuple[int, int],
    draw: Callable[[QPainter], None],
) -> QPixmap:
    corner = _corner(area, scale)
    pixmap = QPixmap(
        math.ceil(area.right() * scale) + 2 - corner[0],
        math.ceil(area.bottom() * scale) + 2 - corner[1],
    )
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    spot = [(phase[axis] + 0.5) / PHASES - corner[axis] for axis in (0, 1)]
    painter.translate(spot[0] / ratio, spot[1] / ratio)
    painter.scale(scale / ratio, scale / ratio)
    draw(painter)
    painter.end()
    return pixmap
