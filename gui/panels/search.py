"""Finds rows of the catalogue by what a person types: "conv", "fc", "he", "gru"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.catalog.spec import Initializer, Operator

Row = Operator | Initializer

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+d?")


class Index:
    """Rows with their words cut up once, so that each keystroke only compares."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._entries = [(row, *_words(row)) for row in rows]

    def rank(self, query: str) -> list[Row]:
        """The rows that match every word of `query`, best first; all for none."""
        terms = query.lower().split()
        scored = []
        for place, (row, title, near, far) in enumerate(self._entries):
            points = [_points(term, title, near, far) for term in terms]
            if all(points):
                scored.append((-sum(points), len(title) if terms else 0, place, row))
        return [entry[-1] for entry in sorted(scored, key=lambda entry: entry[:3])]


def _words(row: Row) -> tuple[str, frozenset[str], frozenset[str]]:
    """The title, the words that name the row, and those that only describe it."""
    parts = [word.lower() for word in _WORD.findall(row.title)]
    named = {row.kind, *row.aliases, *parts, *row.kind.split("_")}
    if isinstance(row, Initializer):
        named |= {row.short, "initializer"}
        family = "initializer"
    else:
        family = row.family
        named |= {row.role, family}
    near = frozenset(word.lower() for word in named)
    far = frozenset(re.findall(r"\w+", f"{row.doc} {family}".lower()))
    return row.title.lower(), near, far


def _points(term: str, title: str, near: frozenset[str], far: frozenset[str]) -> int:
    """How well one word fits; 0 is not at all."""
    if term == title:
        return 100
    if title.startswith(term):
        return 90
    if term in near:
        return 85
    if any(word.startswith(term) for word in near):
        return 70
    if term in title or any(term in word for word in near):
        return 50
    if any(word.startswith(term) for word in far):
        return 20
    return 10 if len(term) > 2 and _scattered(term, title) else 0


def _scattered(term: str, title: str) -> bool:
    """Whether the letters stand in the title in this order: "lrelu" in LeakyReLU."""
    letters = iter(title)
    return all(letter in letters for letter in term)
