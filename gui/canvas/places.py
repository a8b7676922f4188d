"""Rectangles by key, found by the squares of a grid: hundreds of thousands are few."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF

SIDE = 512.0  # of a square: a few nodes wide
WIDE = 256  # squares; what covers more is looked at every time

K = TypeVar("K", bound=Hashable)
Span = tuple[int, int, int, int]


class Places(Generic[K]):
    """Which rectangles lie in an area, in time of what lies there."""

    def __init__(self) -> None:
        self.boxes: dict[K, QRectF] = {}
        self._cells: dict[tuple[int, int], dict[K, None]] = {}
        self._spans: dict[K, Span] = {}
        self._wide: dict[K, None] = {}

    def put(self, key: K, box: QRectF) -> None:
        """Remember a rectangle, in place of the one the key had."""
        span = _span(box)
        self.boxes[key] = box
        if self._spans.get(key) == span:
            return
        self._leave(key)
        self._spans[key] = span
        if _squares(span) > WIDE:
            self._wide[key] = None
            return
        for cell in _cells(span):
            self._cells.setdefault(cell, {})[key] = None

    def drop(self, key: K) -> None:
        """Forget a rectangle."""
        self._leave(key)
        del self.boxes[key]

    def near(self, area: QRectF) -> list[K]:
        """The keys whose rectangles meet an area."""
        boxes, span = self.boxes, _span(area)
        if _squares(span) > 2 * len(self._cells):
            return [key for key, box in boxes.items() if area.intersects(box)]
        found = dict(self._wide)
        for cell in _cells(span):
            found.update(self._cells.get(cell, ()))
        return [key for key in found if area.intersects(boxes[key])]

    def _leave(self, key: K) -> None:
        span = self._spans.pop(key, None)
        if span is None:
            return
        if key in self._wide:
            del self._wide[key]
            return
        for cell in _cells(span):
            kept = self._cells[cell]
            del kept[key]
            if not kept:
                del self._cells[cell]


def corners(box: QRectF) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in one call of Qt's instead of four."""
    return box.getCoords()  # type: ignore[return-value]


def _span(box: QRectF) -> Span:
    """The first and last column and row of squares that a box lies in."""
    left, top, right, bottom = corners(box)
    return (
        int(left // SIDE),
        int(top // SIDE),
        int(right // SIDE),
        int(bottom // SIDE),
    )


def _squares(span: Span) -> int:
    return (span[2] - span[0] + 1) * (span[3] - span[1] + 1)


def _cells(span: Span) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = span
    for column in range(left, right + 1):
        for row in range(top, bottom + 1):
            yield column, row
