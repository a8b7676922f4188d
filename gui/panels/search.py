"""Finds by what a person types: "conv", "fc", "he", "mp", "lienar".

One matcher for all: the palette, the search on the canvas, the commands, and the names
in a design. It knows a thing by its title, by words that name it too, and by words that
only describe it; it forgives one letter, and says which letters of the title it meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.catalog.spec import Initializer, Operator

Row = Operator | Initializer

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+d?")

# How good a match is; what is below STRONG is dropped where anything reaches it, but
# for the words of a description, which are always meant as written.
EXACT, START, ALIAS, NEAR, INITIALS, STRONG = 100, 90, 88, 70, 60, 50
TYPO, SCATTERED, FAR = 40, 30, 20
LIKED = 9  # the most that habit adds: never as much as a better match


class Words(NamedTuple):
    """What a thing can be found by, in lower case but for the title."""

    title: str
    near: tuple[str, ...] = ()  # other names of it
    far: frozenset[str] = frozenset()  # words that describe it


class Match(NamedTuple):
    """How well something answers, and why.

    Args:
        points: more is better.
        letters: the places of the title that were meant.
        via: another name, where that is what was typed.
    """

    points: int
    letters: frozenset[int] = frozenset()
    via: str = ""

    @property
    def weak(self) -> bool:
        return self.points < STRONG


class Found(NamedTuple):
    """An entry that matches: its place among what was searched, and how."""

    place: int
    match: Match


def match(query: str, words: Words) -> Match | None:
    """How `words` answer every word of a query; None is not at all."""
    terms = query.casefold().split()
    phrase = " ".join(terms)
    if len(terms) > 1 and any(word.startswith(phrase) for word in words.near):
        return Match(ALIAS, via=phrase)
    found = [_term(term, words) for term in terms]
    if not all(found):
        return None
    whole = [one for one in found if one]
    return Match(
        min((one.points for one in whole), default=0),
        frozenset().union(*(one.letters for one in whole)),
        next((one.via for one in whole if one.via), ""),
    )


def rank(
    query: str, entries: Iterable[Words], liked: Mapping[int, float] | None = None
) -> list[Found]:
    """What answers a query, best first; everything when nothing was typed.

    Args:
        query: what was typed.
        entries: what there is.
        liked: 0 to 1 by place: how much the person is used to it.
    """
    liked = liked or {}
    asked = bool(query.strip())
    scored: list[tuple[float, int, Found]] = []
    for place, words in enumerate(entries):
        one = match(query, words)
        if one is not None:
            points = one.points + LIKED * liked.get(place, 0.0)
            length = len(words.title) if asked else 0
            scored.append((-points, length, Found(place, one)))
    if any(not found.match.weak for *_, found in scored):
        scored = [one for one in scored if not FAR < one[2].match.points <= TYPO]
    scored.sort(key=lambda entry: (entry[0], entry[1], entry[2].place))
    return [found for *_, found in scored]


class Index:
    """Rows of the catalogue, their words cut up once for all keystrokes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._words = [words_of(row) for row in self.rows]

    def find(
        self, query: str, liked: Mapping[str, float] | None = None
    ) -> list[tuple[Row, Match]]:
        """The rows that match every word of `query`, best first; all for none.

        Args:
            query: what was typed.
            liked: 0 to 1 by kind.
        """
        likes = liked or {}
        places = {
            place: likes[row.kind]
            for place, row in enumerate(self.rows)
            if row.kind in likes
        }
        found = rank(query, self._words, places)
        return [(self.rows[one.place], one.match) for one in found]

    def rank(self, query: str) -> list[Row]:
        """The rows alone."""
        return [row for row, _ in self.find(query)]


def words_of(row: Row) -> Words:
    """The words of a row of the catalogue."""
    parts = [word.lower() for word in _WORD.findall(row.title)]
    named = dict.fromkeys([*row.aliases, row.kind, *row.kind.split("_"), *parts])
    if isinstance(row, Initializer):
        named |= dict.fromkeys([row.short, "initializer"])
        family = "initializer"
    else:
        family = row.family
        named |= dict.fromkeys([row.role, family])
    near = tuple(dict.fromkeys(word.lower() for word in named if word))
    return Words(row.title, near, described(f"{row.doc} {family}"))


def described(text: str) -> frozenset[str]:
    """The words of a description."""
    return frozenset(re.findall(r"\w+", text.lower()))


def _term(term: str, words: Words) -> Match | None:
    """How well one word of a query fits."""
    title = words.title.casefold()
    at = title.find(term)
    spot = frozenset(range(at, at + len(term))) if at >= 0 else frozenset()
    if at == 0:
        return Match(EXACT if title == term else START, spot)
    if term in words.near:
        return Match(ALIAS, spot, "" if spot else term)
    began = next((word for word in words.near if word.startswith(term)), "")
    if began:
        return Match(NEAR, spot, "" if spot else began)
    first = _initials(term, words.title)
    if first:
        return Match(INITIALS, frozenset(first))
    if spot:
        return Match(NEAR if not title[at - 1].isalnum() else STRONG, spot)
    if len(term) > 2 and any(term in word for word in words.near):
        return Match(STRONG, via=next(word for word in words.near if term in word))
    return _forgiven(term, title, words)


def _forgiven(term: str, title: str, words: Words) -> Match | None:
    """What was meant, if one letter is wrong or letters were left out."""
    if len(term) > 3:
        for word in (title, *words.near):
            if _one_off(term, word):
                place = title.find(word)
                spot = range(place, place + len(word)) if place >= 0 else ()
                return Match(TYPO, frozenset(spot), "" if spot else word)
    if len(term) > 2:
        letters = _scattered(term, title)
        if letters:
            apart = letters[-1] - letters[0] + 1 - len(term)
            return Match(SCATTERED + max(0, 9 - apart), frozenset(letters))
    if len(term) > 1 and any(word.startswith(term) for word in words.far):
        return Match(FAR)
    return None


def _one_off(term: str, word: str) -> bool:
    """Whether a word, or how it begins, is one slip away.

    A slip is a letter too many, one missing, another one, or two that changed places.
    """
    if abs(len(word) - len(term)) > 1:
        if len(term) < 5:  # too few letters to tell how a longer word begins
            return False
        word = word[: len(term)]
    if term[0] != word[:1] and term[1:2] != word[1:2] and term[1:2] != word[:1]:
        return False
    at = 0
    while at < min(len(term), len(word)) and term[at] == word[at]:
        at += 1
    rest, other = term[at:], word[at:]
    return (
        rest[1:] == other
        or rest == other[1:]
        or rest[1:] == other[1:]
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )


def _scattered(term: str, title: str) -> list[int]:
    """Where the letters stand in a title in this order; nothing where they do not."""
    places: list[int] = []
    for letter in term:
        at = _next(title, letter, places[-1] + 1 if places else 0)
        if at < 0:
            return []
        places.append(at)
    return places


def _next(text: str, letter: str, start: int) -> int:
    """Where the letter comes next: at once, at a word's beginning, or anywhere."""
    if text[start : start + 1] == letter:
        return start
    for at in range(start, len(text)):
        if text[at] == letter and (at == 0 or not text[at - 1].isalnum()):
            return at
    return text.find(letter, start)


def _initials(term: str, title: str) -> list[int]:
    """Where a title's words begin, if the letters are initials of it, in order.

    The first of them is the title's: mp is MaxPool2d, fs is "Fit the selection".
    """
    begins = [word.start() for word in _WORD.finditer(title)]
    if len(term) < 2 or not begins or title[begins[0]].casefold() != term[0]:
        return []
    places: list[int] = []
    for at in begins:
        if len(places) < len(term) and title[at].casefold() == term[len(places)]:
            places.append(at)
    return places if len(places) == len(term) else []
