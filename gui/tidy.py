"""The tidy layout of a design, or of some of its nodes where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.check import Checked
from engine.design.model import Design
from gui.canvas.face import Face, Measures
from gui.canvas.layout import Point, tidy
from gui.canvas.layout.ground import Ground
from gui.canvas.layout.measure import box_of, drawing
from gui.canvas.layout.shapes import Box, Drawing

AIR = 14.0  # around a group that was tidied among others
STEP = 24.0


def tidied(
    design: Design,
    checked: Checked,
    inks: Measures,
    faces: Mapping[str, Face] | None = None,
) -> dict[str, Point]:
    """A place for every node of a design."""
    return tidy(drawing(design, checked, inks, faces))


def tidied_some(
    design: Design,
    checked: Checked,
    inks: Measures,
    faces: Mapping[str, Face],
    ids: Iterable[str],
) -> dict[str, Point]:
    """Places for some of the nodes, about where they are, clear of all others."""
    part = drawing(design, checked, inks, faces, ids)
    spots = tidy(part)
    now = {key: design.look.positions.get(key, (0.0, 0.0)) for key in spots}
    before, after = _around(part, now), _around(part, spots)
    across = before.left - after.left
    down = (before.top + before.bottom - after.top - after.bottom) / 2
    others: Ground[str] = Ground()
    for key, face in faces.items():
        if key not in spots:
            x, y = design.look.positions.get(key, (0.0, 0.0))
            others.put(key, box_of(face.space).moved(x, y))
    boxes = [
        part.shapes[k].box.moved(x + across, y + down) for k, (x, y) in spots.items()
    ]
    down += _clear(boxes, others)
    return {key: (x + across, y + down) for key, (x, y) in spots.items()}


def _clear(boxes: list[Box], others: Ground[str]) -> float:
    """How far boxes go down or up together to cover none of the others."""
    for count in range(400):
        for sign in (1, -1) if count else (1,):
            down = sign * count * STEP
            if not any(others.near(box.moved(0, down).grown(AIR)) for box in boxes):
                return down
    return 0.0


def _around(part: Drawing, spots: Mapping[str, Point]) -> Box:
    boxes = [part.shapes[key].box.moved(*spot) for key, spot in spots.items()]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.united(box)
    return whole
