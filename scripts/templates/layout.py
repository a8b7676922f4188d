"""Cells to places: columns as wide as their nodes, with room for the labels of wires.

The window measures text with its fonts; a script has none, so widths are estimated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.catalog import INITIALIZERS
from engine.catalog.dims import Tensor, text
from engine.catalog.spec import no_brief
from engine.check import Checked, Known, check
from engine.design.model import Design, Node
from engine.design.names import by_default

DOWN = 130.0  # from row to row
GAP = 48.0  # least room between two columns
DOCKED = 16.0  # between a layer and the activation docked to it
GRID = 10.0

ACTIVATION, SIGN, WIDEST = 64.0, 44.0, 216.0
LEAST = {"input": 92.0, "output": 92.0, "operation": 56.0}


class Cell(NamedTuple):
    """Where a node stands; fractions are allowed in both."""

    column: float
    row: float


def laid_out(
    design: Design, cells: Mapping[str, Cell]
) -> dict[str, tuple[float, float]]:
    """The place of every node: its middle."""
    checked = check(design)
    docked = {layer: key for key, layer in design.look.docked.items()}
    spans: dict[float, float] = {}  # width of a column
    gaps: dict[float, float] = {}  # room to its right
    for key, cell in cells.items():
        if key in design.look.docked:
            continue
        span, last = width(checked, key), key
        if key in docked:
            span, last = span + DOCKED + ACTIVATION, docked[key]
        spans[cell.column] = max(spans.get(cell.column, 0.0), span)
        gaps[cell.column] = max(gaps.get(cell.column, GAP), _label(checked, last))
    middles, left = {}, 0.0
    for column in sorted(spans):
        middles[column] = left + spans[column] / 2
        left += spans[column] + gaps[column]
    places = {}
    for key, (column, row) in cells.items():
        x = middles[column]
        if key in docked:
            x -= (DOCKED + ACTIVATION) / 2
        elif key in design.look.docked:
            x += (DOCKED + width(checked, design.look.docked[key])) / 2
        places[key] = (_snapped(x - next(iter(middles.values()))), row * DOWN)
    return places


def width(checked: Checked, key: str) -> float:
    """About how wide a node is drawn."""
    node = checked.design.nodes[key]
    row = node.row
    if row is None:
        return WIDEST
    if row.role == "activation":
        return ACTIVATION
    if row.role == "operation" and row.sign:
        return SIGN
    known = checked.known(key)
    name, title = 7.5 * len(node.label or node.name), 6.2 * len(row.title)
    if by_default(node) and name + title > 130:
        title = 0.0
    brief = "" if row.brief is no_brief else row.brief(known.args if known else {})
    if row.role == "input":
        shape = tuple(node.args["shape"] or ())  # type: ignore[arg-type]
        brief = _said(Tensor(shape, str(node.args["dtype"])))
    wanted = 24 + max(name + title + 10, 6.7 * len(brief), _chip(node, known) - 24)
    return min(WIDEST, max(LEAST.get(row.role, 112.0), -(-wanted // 8) * 8))


def _chip(node: Node, known: Known | None) -> float:
    """Room for the line with the initializer and the number of parameters."""
    if node.row is None or known is None or not known.parameters:
        return 0.0
    said = "default"
    if node.init:
        first = "weight" if "weight" in node.init else min(node.init)
        said = INITIALIZERS[node.init[first].kind].short
        said = said if first == "weight" else f"{first} {said}"
        said += f" +{len(node.init) - 1}" if len(node.init) > 1 else ""
    number = len(f"{known.parameters:,}") if known.parameters < 100_000 else 5
    return 5.6 * len(said) + 6.0 * number + 60


def _label(checked: Checked, key: str) -> float:
    """Room for the shape that stands on the wires which leave a node."""
    known = checked.known(key)
    shapes = map(_said, known.outputs.values()) if known else ()
    return max((6.1 * len(shape) + 32 for shape in shapes), default=GAP)


def _said(tensor: Tensor) -> str:
    """The shape, and the dtype where it is not the usual one."""
    shape = text(tensor.shape)
    return shape if tensor.dtype == "float32" else f"{shape} {tensor.dtype}"


def _snapped(x: float) -> float:
    return round(x / GRID) * GRID
