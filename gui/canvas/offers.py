"""What the search on the canvas offers: what fits, and why the rest does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon

from engine.catalog.spec import Operator, Port
from engine.check import Checked
from engine.design.model import Design, Node, Wire
from engine.design.within import at, env_of
from engine.errors import ShapeError
from gui.canvas.fitting import takes
from gui.panels.search import Words
from gui.placeables import Placeable
from gui.words import say


class Offer(NamedTuple):
    """A row of the search.

    Args:
        key: names it in the person's habits; "" is forgotten.
        words: its title, and what else finds it.
        icon: its picture.
        side: shown at the right: a family, a place.
        doc: a sentence about it.
        take: what choosing it does; told the values that were typed.
        row: whose parameters those values are, if it has any.
        blocked: why it would not fit; it can be taken all the same.
    """

    key: str
    words: Words
    icon: QIcon
    side: str
    doc: str
    take: Callable[[tuple[str, ...]], object]
    row: Operator | None = None
    blocked: str = ""


class Source(NamedTuple):
    """An output that something is to follow."""

    node: str
    port: str


def refusal(
    placeable: Placeable, source: Source, design: Design, checked: Checked
) -> str:
    """Why something cannot follow an output; "" where it can, or nobody knows yet."""
    row = placeable.row
    if not isinstance(row, Operator):
        return ""
    node = _fresh(placeable, row)
    entry = next(iter(node.inputs), None)
    if entry is None:
        return _tr("It has no input.")
    tensor = checked.tensor(*source)
    if not takes(entry, tensor):
        return (
            _tr("It takes whole numbers.")
            if entry.dtype == "int"
            else _tr("It takes real numbers.")
        )
    if tensor is None:
        return ""
    env = env_of(design.scope, design.settings.symbols, design.settings.dtype)
    wires = {entry.name: Wire(*source, "", entry.name)}
    found = at(node, wires, checked.found, env)
    if isinstance(found, ShapeError):
        return _said(found, node, design.nodes[source.node])
    return ""


def feeds(placeable: Placeable, port: Port) -> bool:
    """Whether something could stand before an input."""
    row = placeable.row
    if not isinstance(row, Operator) or not row.output_ports(row.defaults):
        return False
    return row.kind == "input" or port.dtype != "int"


def through(placeable: Placeable) -> bool:
    """Whether it gives on what it takes, as what goes into a wire must."""
    row = placeable.row
    if not isinstance(row, Operator):
        return False
    return bool(row.input_ports(row.defaults) and row.output_ports(row.defaults))


def _fresh(placeable: Placeable, row: Operator) -> Node:
    return Node("", row.kind, row.title, block=placeable.block)


def _said(error: ShapeError, node: Node, source: Node) -> str:
    names = {"node": node.title, "source": source.called}
    return say(error.message.filled(**{**names, **error.message.values}))


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
