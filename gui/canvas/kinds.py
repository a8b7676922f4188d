"""Tensors of different kinds, told apart by the wire's line and not by colour alone.

Values are a plain line, the wider the more axes they have; indices are dots; masks are
dots and dashes; what is right is long dashes; a state that is carried along is a double
line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPen

from engine.catalog.dims import INTEGERS, Tensor
from engine.design.model import Wire

Kind = Literal["values", "indices", "mask", "target", "state"]

# Ports whose tensor is carried from step to step; see the rows of recurrent layers.
STATES = {"h_0", "c_0", "h_n", "c_n", "h_1", "c_1", "hx", "cx"}
WIDTHS = (1.7, 1.7, 1.7, 2.1, 2.6)  # of values, by their axes; the last of more too
# kind -> name of the colour among those of frames; width; dashes in units of it
LINES: Mapping[Kind, tuple[str, float, tuple[float, ...]]] = {
    "indices": ("violet", 2.8, (0.1, 2.0)),
    "mask": ("teal", 2.2, (4.0, 2.2, 0.1, 2.2)),
    "target": ("blue", 2.0, (7.0, 3.0)),
    "state": ("violet", 5.0, ()),
}
HOLLOW = 2.0  # what is left open between the two lines of a state


def kind_of(wire: Wire, tensor: Tensor | None) -> Kind:
    """What travels on a wire; values where it is not known."""
    if tensor is not None and tensor.dtype == "bool":
        return "mask"
    if tensor is not None and tensor.dtype in INTEGERS:
        return "indices"
    if wire.output in STATES or wire.input in STATES:
        return "state"
    return "target" if wire.input == "target" else "values"


def styled(pen: QPen, kind: Kind, axes: int, colour: QColor) -> QPen:
    """A pen for a kind of tensor.

    Args:
        pen: of a plain wire.
        kind: of what travels.
        axes: how many it has.
        colour: of this kind; values keep the pen's.
    """
    made = QPen(pen)
    if kind == "values":
        made.setWidthF(WIDTHS[min(axes, len(WIDTHS) - 1)])
        return made
    _, width, dashes = LINES[kind]
    made.setColor(colour)
    made.setWidthF(width)
    if dashes:
        made.setDashPattern(dashes)
    return made


def words(kind: Kind) -> str:
    """What the line of a wire says, for its tooltip."""
    said = {
        "values": "",
        "indices": _tr("Whole numbers: dots"),
        "mask": _tr("True or false: dots and dashes"),
        "target": _tr("What is right: long dashes"),
        "state": _tr("A state that is carried along: a double line"),
    }
    return said[kind]


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
