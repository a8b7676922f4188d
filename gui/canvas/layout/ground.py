"""What lies where: boxes by the squares of a grid that they reach into."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from gui.canvas.layout.shapes import Box

CELL = 256.0
WIDE = 4096  # squares; a wire across half the world is looked at every time instead
Key = TypeVar("Key", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)


class Ground(Generic[Key]):
    """Boxes that can be asked for by area; thousands of them, and they move."""

    def __init__(self) -> None:
        self.boxes: dict[Key, Box] = {}
        self._cells: dict[tuple[int, int], dict[Key, Box]] = {}
        self._wide: dict[Key, Box] = {}
        self.whole: Box | None = None  # around all there ever were

    def put(self, key: Key, box: Box) -> None:
        """Let `key` cover a box, and no longer what it covered before."""
        if key in self.boxes:
            self.drop(key)
        self.boxes[key] = box
        self.whole = box if self.whole is None else self.whole.united(box)
        if _squares(box) > WIDE:
            self._wide[key] = box
            return
        for cell in _cells(box):
            self._cells.setdefault(cell, {})[key] = box

    def drop(self, key: Key) -> None:
        """Forget a key, if it is known."""
        box = self.boxes.pop(key, None)
        if self._wide.pop(key, None):
            return
        for cell in _cells(box) if box else ():
            del self._cells[cell][key]

    def near(self, area: Box) -> dict[Key, Box]:
        """What shares more than an edge with an area."""
        left, top, right, bottom = area
        found = {key: box for key, box in self._wide.items() if box.meets(area)}
        cells = self._cells
        first, last = int(left // CELL), int(right // CELL)
        upper, lower = int(top // CELL), int(bottom // CELL)
        if (last - first + 1) * (lower - upper + 1) > 4 * len(cells) + 16:
            return {key: box for key, box in self.boxes.items() if box.meets(area)}
        for column in range(first, last + 1):
            for row in range(upper, lower + 1):
                found.update(
                    (key, box)
                    for key, box in cells.get((column, row), {}).items()
                    if box[0] < right
                    and left < box[2]
                    and box[1] < bottom
                    and top < box[3]
                )
        return found


def _squares(box: Box) -> float:
    wide, high = box.right - box.left, box.bottom - box.top
    return (wide / CELL + 1) * (high / CELL + 1)


def _cells(box: Box) -> list[tuple[int, int]]:
    return [
        (column, row)
        for column in range(int(box.left // CELL), int(box.right // CELL) + 1)
        for row in range(int(box.top // CELL), int(box.bottom // CELL) + 1)
    ]
