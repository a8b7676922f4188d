"""Ready-made curves of the activations at their defaults, for the first picture.

The numbers come from torch, by scripts/make_curves.py; a test compares them with
torch again. Here neither torch nor NumPy is needed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[2] / "resources" / "curves.json"


class Line(NamedTuple):
    """f and f′ at evenly spaced x."""

    x: tuple[float, ...]
    f: tuple[float, ...]
    df: tuple[float, ...]


class Polyline(NamedTuple):
    """An elementwise activation at its defaults.

    Args:
        icon: over [-4, 4], for the little curve on a node.
        wide: over [-20, 20], for the first picture in the panel.
    """

    icon: Line
    wide: Line


class Bars(NamedTuple):
    """An activation over a dimension, on the tutorial's ten scores."""

    before: tuple[float, ...]
    after: tuple[float, ...]


@cache
def polyline(kind: str) -> Polyline | None:
    """The curve of an elementwise activation; None for any other kind."""
    entry = _file()["curves"].get(kind)
    if entry is None:
        return None
    return Polyline(*(_line(name, entry[name]) for name in Polyline._fields))


@cache
def bars(kind: str) -> Bars | None:
    """Before and after of an activation over a dimension; None for any other kind."""
    after = _file()["bars"].get(kind)
    return None if after is None else Bars(tuple(_file()["scores"]), tuple(after))


def _line(name: str, entry: dict[str, list[float]]) -> Line:
    return Line(_grid(*_file()["grids"][name]), tuple(entry["f"]), tuple(entry["df"]))


@cache
def _grid(low: float, high: float, points: int) -> tuple[float, ...]:
    step = (high - low) / (points - 1)
    return tuple(round(low + step * index, 6) for index in range(points))


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
