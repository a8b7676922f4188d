"""A design as the layout sees it: the sizes that nodes have when they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QRectF

from engine.check import Checked
from engine.design.model import Design, Wire
from gui.canvas.face import Dot, Face, Measures, face_of, tensor_text
from gui.canvas.layout.shapes import Box, Drawing, Shape

PILL = 10.0  # around the text of a label


def drawing(
    design: Design,
    checked: Checked,
    inks: Measures,
    faces: Mapping[str, Face] | None = None,
    only: Iterable[str] | None = None,
) -> Drawing:
    """What `tidy` needs to know of a design, or of some of its nodes."""
    order = dict.fromkeys(design.graph.order)
    order.update(dict.fromkeys(design.nodes))  # what stands on a loop
    if only is not None:
        chosen = set(only)
        order = {key: None for key in order if key in chosen}
    known = faces or {key: face_of(design.nodes[key], checked, inks) for key in order}
    return Drawing(
        {key: shape_of(known[key]) for key in order},
        [w for w in design.wires if w.source in order and w.target in order],
        {
            (key, dot.port.name): label_width(design, checked, inks, key, dot.port.name)
            for key in order
            for dot in known[key].outs
        },
        design.look.docked,
        design.look.positions,
    )


def shape_of(face: Face) -> Shape:
    """A node's box and ports, relative to its position."""
    whole = face.space.united(face.spills) if face.spills else face.space
    return Shape(
        box_of(whole),
        {dot.port.name: (dot.x, dot.y) for dot in face.dots if dot.entering},
        {dot.port.name: (dot.x, dot.y) for dot in face.dots if not dot.entering},
    )


def label_width(
    design: Design, checked: Checked, inks: Measures, key: str, port: str
) -> float:
    """How wide the pill is on what leaves a port; 0 while that is not known."""
    tensor = checked.tensor(key, port)
    if tensor is None:
        return 0.0
    usual = design.settings.dtype
    text = tensor_text(tensor.shape, tensor.dtype, sampling=True, usual=usual)
    return inks.width("label", text) + PILL


def box_of(rect: QRectF) -> Box:
    """Qt's rectangle as the layout has them."""
    left, top = rect.x(), rect.y()
    return Box(left, top, left + rect.width(), top + rect.height())


def leaning(wire: Wire, source: Face, target: Face) -> float:
    """Which side suits a wire by its place among its ends' ports; see `way_of`."""
    low = _low(target.ins, wire.input) + _low(source.outs, wire.output)
    return float((low > 1.0) - (low < -1.0))


def _low(dots: Sequence[Dot], port: str) -> float:
    """How far below the middle of its fellows a port sits."""
    if len(dots) < 2:
        return 0.0
    at = next((dot.y for dot in dots if dot.port.name == port), None)
    return 0.0 if at is None else at - (dots[0].y + dots[-1].y) / 2
