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


class Polyline(NamedTuple):
    """An elementwise activation at its defaults over [-20, 20].

    The points lie 0.1 apart within ±7 and 0.5 apart beyond: fine enough for the icon
    on a node, wide enough for the first picture in the panel.
    """

    x: tuple[float, ...]
    f: tuple[float, ...]
    df: tuple[float, ...]


class Bars(NamedTuple):
    """An activation over a dimension, on the tutorial's ten scores."""

    before: tuple[float, ...]
    after: tuple[float, ...]


@cache
def curve(kind: str) -> Polyline | None:
    """The curve of an elementwise activation; None for any other kind."""
    entry = _file()["curves"].get(kind)
    if entry is None:
        return None
    return Polyline(tuple(_file()["x"]), tuple(entry["f"]), tuple(entry["df"]))


@cache
def bars(kind: str) -> Bars | None:
    """Before and after of an activation over a dimension; None for any other kind."""
    after = _file()["bars"].get(kind)
    return None if after is None else Bars(tuple(_file()["scores"]), tuple(after))


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
