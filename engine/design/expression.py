"""Formulas: whole-number expressions over a block's parameters, such as =4*width.

They are parsed here and never evaluated by Python. A formula is a text that begins
with = and stands where a whole number would: as a value or within a list of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from engine.catalog.params import Value
from engine.errors import ParamError

MARK = "="
LONGEST = 120  # characters; it bounds how deeply brackets can nest
LARGEST = 2**53  # of a result on the way, beyond which no size lies

# A number, a name, a negation (sign, x), or a sum or product (sign, left, right).
Tree = int | str | tuple[object, ...]

_WORD = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(//|[-+*()]))", re.ASCII)
_RANK = {"+": 1, "-": 1, "*": 2, "//": 2}
_DO: Mapping[str, Callable[[int, int], int]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
    "//": int.__floordiv__,
}


def is_formula(value: object) -> bool:
    """Whether `value` is a formula, rather than holds one."""
    return isinstance(value, str) and value.startswith(MARK)


def formulas(value: object) -> Iterator[str]:
    """The formulas in a value."""
    if isinstance(value, str):
        if value.startswith(MARK):
            yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from formulas(part)


def names_of(value: object) -> frozenset[str]:
    """The parameters that the formulas of a value speak of.

    Raises:
        ParamError: one of them is no formula.
    """
    return frozenset(name for text in formulas(value) for name in _names(parsed(text)))


def computed(text: str, values: Mapping[str, int]) -> int:
    """What a formula comes to.

    Raises:
        ParamError: it is no formula, speaks of what is not there, divides by zero, or
            comes to more than any size is.
    """
    return _computed(parsed(text), values, text)


def filled(value: Value, values: Mapping[str, int]) -> Value:
    """`value` with numbers in the place of its formulas.

    Raises:
        ParamError: see `computed`.
    """
    if isinstance(value, tuple):
        return tuple(filled(part, values) for part in value)
    if is_formula(value):
        return computed(str(value), values)
    return value


def substituted(value: Value, given: Mapping[str, Value]) -> Value:
    """`value` with numbers or further formulas in the place of its names.

    Raises:
        ParamError: see `computed`.
    """
    if isinstance(value, tuple):
        return tuple(substituted(part, given) for part in value)
    if not is_formula(value):
        return value
    trees = {
        name: parsed(str(part)) if is_formula(part) else int(str(part))
        for name, part in given.items()
    }
    tree = _replaced(parsed(str(value)), trees)
    if next(_names(tree), None) is None:
        return _computed(tree, {}, str(value))
    return MARK + _text(tree, {})


def tidy(value: Value) -> Value:
    """`value` with its formulas written in one way, and numbers where no name is.

    Raises:
        ParamError: see `computed`.
    """
    return substituted(value, {})


def python(text: str, names: Mapping[str, str]) -> str:
    """A formula as Python, each name as `names` has it.

    Raises:
        ParamError: it is no formula.
    """
    tree = parsed(text)
    line = _text(tree, names)
    return line[1:-1] if isinstance(tree, tuple) and len(tree) == 2 else line


def formula(tree: Tree) -> int | str:
    """A tree as the formula it is, or as the number it comes to without a name.

    Raises:
        ParamError: it is too long, divides by zero, or is too large.
    """
    if next(_names(tree), None) is None:
        return _computed(tree, {}, MARK)
    text = MARK + _text(tree, {})
    parsed(text)  # refuses what is too long
    return text


def parsed(text: str) -> Tree:
    """The tree of a formula.

    Raises:
        ParamError: it is none.
    """
    if len(text) > LONGEST or not text.startswith(MARK):
        raise _refused(text)
    words, place = [], 1
    body = text.rstrip()
    while place < len(body):
        match = _WORD.match(body, place)
        if match is None:
            raise _refused(text)
        words.append(match[match.lastindex or 0])
        place = match.end()
    return _Parser(words, text).whole()


class _Parser:
    """Tokens to a tree, by the strength of the signs."""

    def __init__(self, words: list[str], text: str) -> None:
        self._words = [*words, ""]
        self._text = text
        self._at = 0

    def whole(self) -> Tree:
        tree = self._sum(1)
        if self._next:
            raise _refused(self._text)
        return tree

    @property
    def _next(self) -> str:
        return self._words[self._at]

    def _sum(self, rank: int) -> Tree:
        left = self._unit()
        while _RANK.get(self._next, 0) >= rank:
            sign = self._next
            self._at += 1
            left = (sign, left, self._sum(_RANK[sign] + 1))
        return left

    def _unit(self) -> Tree:
        word = self._next
        self._at += 1
        if word.isdigit():
            return int(word)
        if word == "-":
            return ("-", self._unit())
        if word == "(":
            tree = self._sum(1)
            if self._next != ")":
                raise _refused(self._text)
            self._at += 1
            return tree
        if not word.isidentifier():
            raise _refused(self._text)
        return word


def _refused(text: str) -> ParamError:
    return ParamError(
        "'{text}' is no formula: write whole numbers and the block's parameters with "
        "+ - * // and brackets, such as =4*width.",
        text=text if len(text) <= 40 else text[:37] + "...",
    )


def _names(tree: Tree) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, tuple):
        for part in tree[1:]:
            yield from _names(part)  # type: ignore[arg-type]  # a tree's parts


def _computed(tree: Tree, values: Mapping[str, int], text: str) -> int:
    if isinstance(tree, int):
        result = tree
    elif isinstance(tree, str):
        if tree not in values:
            raise ParamError(
                "'{text}' speaks of '{name}', which is no parameter here.",
                text=text,
                name=tree,
            )
        result = values[tree]
    else:
        parts = [_computed(part, values, text) for part in tree[1:]]  # type: ignore[arg-type]
        if tree[0] == "//" and parts[1] == 0:
            raise ParamError("'{text}' divides by zero.", text=text)
        result = -parts[0] if len(parts) == 1 else _DO[str(tree[0])](*parts)
    if abs(result) > LARGEST:
        raise ParamError("'{text}' comes to too large a number.", text=text)
    return result


def _replaced(tree: Tree, trees: Mapping[str, Tree]) -> Tree:
    if isinstance(tree, str):
        return trees.get(tree, tree)
    if isinstance(tree, tuple):
        return (tree[0], *(_replaced(part, trees) for part in tree[1:]))  # type: ignore[arg-type]
    return tree


def _text(tree: Tree, names: Mapping[str, str], rank: int = 0) -> str:
    """The tree as Python writes it, with brackets where they are needed."""
    if isinstance(tree, int):
        return str(tree) if tree >= 0 else f"({tree})"
    if isinstance(tree, str):
        return names.get(tree, tree)
    if len(tree) == 2:
        return f"(-{_text(tree[1], names, 3)})"  # type: ignore[arg-type]
    sign = str(tree[0])
    own = _RANK[sign]
    left = _text(tree[1], names, own)  # type: ignore[arg-type]
    right = _text(tree[2], names, own + 1)  # type: ignore[arg-type]
    line = f"{left} {sign} {right}"
    return f"({line})" if own < rank else line
