"""Initializers as little pictures: a bell, a box, a spike."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

Line = tuple[tuple[float, float], ...]  # in the unit square, y = 0 at the top


def _bell(low: float = 0.0, high: float = 1.0) -> Line:
    steps = [low + (high - low) * i / 18 for i in range(19)]
    return tuple((x, 1 - math.exp(-26 * (x - 0.5) ** 2)) for x in steps)


_DOTS: Line = ((0.1, 0.2), (0.85, 0.35), (0.35, 0.6), (0.75, 0.95), (0.05, 0.9))
_LINES: dict[str, tuple[Line, ...]] = {
    "bell": (_bell(),),
    "box": (((0, 1), (0.22, 1), (0.22, 0), (0.78, 0), (0.78, 1), (1, 1)),),
    "point": (((0, 1), (1, 1)), ((0.5, 1), (0.5, 0))),
    "cut": (((0, 1), (0.25, 1), *_bell(0.25, 0.75), (0.75, 1), (1, 1)),),
    "diagonal": (((0.05, 0), (0.95, 1)),),
    "sparse": tuple((point, (point[0] + 0.01, point[1])) for point in _DOTS),
    "rotate": (((0, 1), (0, 0)), ((0, 1), (1, 1)), ((0, 1), (0.7, 0.25))),
    "torch": (((0, 1), (0.22, 1), (0.22, 0.2), (0.78, 0.2), (0.78, 1), (1, 1)),),
}


def initializer_path(picture: str, box: QRectF) -> QPainterPath:
    """The strokes of a picture, put into `box`."""
    path = QPainterPath()
    for line in _LINES[picture]:
        for index, (x, y) in enumerate(line):
            at = QPointF(box.left() + x * box.width(), box.top() + y * box.height())
            if index:
                path.lineTo(at)
            else:
                path.moveTo(at)
    return path
