"""What a gesture or the pointer does to a node's looks for a while."""

from __future__ import annotations

from typing import NamedTuple


class Mood(NamedTuple):
    """How a node stands out at the moment."""

    selected: bool = False
    hovered: bool = False
    lit: frozenset[tuple[str, bool]] | None = None  # ports that fit; None: no gesture
    target: bool = False  # what is dragged would land here
    wired: frozenset[tuple[str, bool]] = frozenset()
    heat: float | None = None  # its part of the hottest node's cost; None: no heat
    found: bool = False  # the search found it
    lost: str = ""  # what a badge says of the signal that is lost here


CALM = Mood()
