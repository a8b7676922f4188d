"""What stands where, whether or not there is an item for it.

A large design has an item only for what is seen closely. Faces, places and moods of all
nodes are here; both pictures of the design, and all questions about what lies where,
are answered from them.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF

from gui.canvas.face import Dot, Face
from gui.canvas.mood import CALM, Mood
from gui.canvas.places import Places, corners

NO_PLACE = (0.0, 0.0)


class Stage:
    """The nodes as values: how each looks, where it is, what it feels."""

    def __init__(self) -> None:
        self.faces: dict[str, Face] = {}
        self.spots: dict[str, tuple[float, float]] = {}
        self.moods: dict[str, Mood] = {}
        self.ranks: dict[str, int] = {}  # what came later lies above
        self.stirred = False  # moods changed since the far picture was made
        self._places: Places[str] = Places()
        self._content: QRectF | None = None
        self.extent = QRectF()  # around all nodes, as it was when it was asked last
        self._count = 0

    def put(self, face: Face, spot: tuple[float, float]) -> None:
        """A node is there, looks like this and stands at this spot."""
        key = face.id
        if key not in self.ranks:
            self._count += 1
            self.ranks[key] = self._count
        before = self.space(key) if key in self.faces else QRectF()
        self.faces[key], self.spots[key] = face, spot
        self._places.put(key, face.reach.translated(*spot))
        whole = self._content
        if whole is not None and not _inside(whole, before, self.space(key)):
            self._content = None

    def drop(self, key: str) -> None:
        """A node is gone."""
        del self.faces[key], self.spots[key], self.ranks[key]
        self.moods.pop(key, None)
        self._places.drop(key)
        self._content = None

    def mood(self, key: str) -> Mood:
        return self.moods.get(key, CALM)

    def feel(self, key: str, mood: Mood) -> None:
        """A node stands out otherwise now."""
        if mood == CALM:
            self.moods.pop(key, None)
        else:
            self.moods[key] = mood
        self.stirred = True

    def body(self, key: str) -> QRectF:
        """The shape's rectangle, in scene coordinates."""
        return self.faces[key].body.translated(*self.spots[key])

    def space(self, key: str) -> QRectF:
        """What no other node may cover, in scene coordinates."""
        return self.faces[key].space.translated(*self.spots[key])

    def reach(self, key: str) -> QRectF:
        """All that is painted of a node, in scene coordinates."""
        return self._places.boxes[key]

    def end(self, key: str, port: str, *, entering: bool) -> QPointF:
        """Where a wire meets a node."""
        x, y = self.spots[key]
        for dot in self.faces[key].dots:
            if dot.entering == entering and dot.port.name == port:
                return QPointF(x + dot.x, y + dot.y)
        # A file may hold wires on ports that are gone; they end at the node's middle.
        return QPointF(x, y)

    def within(self, area: QRectF) -> list[str]:
        """The nodes of which something is painted in an area, in no order."""
        return self._places.near(area)

    def near(self, area: QRectF) -> list[str]:
        """The nodes of which something is painted in an area, the uppermost first."""
        ranks, moods = self.ranks, self.moods
        return sorted(
            self._places.near(area),
            key=lambda key: (moods.get(key, CALM).selected, ranks[key]),
            reverse=True,
        )

    def port(self, key: str, at: QPointF, reach: float) -> Dot | None:
        """The port of a node within `reach` of a point, the nearest of them."""
        x, y = self.spots[key]
        x, y = at.x() - x, at.y() - y
        best, least = None, reach
        for dot in self.faces[key].dots:
            away = max(abs(dot.x - x), abs(dot.y - y))
            if away <= least:
                best, least = dot, away
        return best

    @property
    def content(self) -> QRectF:
        """The rectangle around all nodes; empty without any."""
        if self._content is None:
            self._content = self.extent = self.around(self.faces)
        return self._content

    def around(self, ids: Iterable[str]) -> QRectF:
        """The rectangle around some of the nodes."""
        faces, spots = self.faces, self.spots
        edges = []
        for key in ids:
            left, top, right, bottom = corners(faces[key].space)
            x, y = spots[key]
            edges.append((left + x, top + y, right + x, bottom + y))
        if not edges:
            return QRectF()
        lefts, tops, rights, bottoms = zip(*edges, strict=True)
        corner = QPointF(min(lefts), min(tops))
        return QRectF(corner, QPointF(max(rights), max(bottoms)))


def _inside(whole: QRectF, before: QRectF, after: QRectF) -> bool:
    """Whether a move changes nothing about the rectangle around all."""
    inner = whole.adjusted(1, 1, -1, -1)
    return inner.contains(before) and inner.contains(after)
