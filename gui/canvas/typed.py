"""What is typed into the search: "conv 6 5x5", "dropout 0.3", "linear bias=false".

Words find the row; numbers and name=value are its parameters, in the row's order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.catalog.params import Bool, Choice, Param, Value
from engine.catalog.spec import Operator
from engine.errors import EngineError
from gui.words import say

_VALUE = re.compile(r"-?[\d.][\d.,x×-]*|[A-Z](,[\w-]+)+|\w+=\S+")


class Typed(NamedTuple):
    """A query apart from the values that followed it."""

    query: str
    values: tuple[str, ...]


class Values(NamedTuple):
    """What values mean for a row, or why they do not.

    Args:
        params: by name.
        wrong: a sentence; "" where all of them fit.
    """

    params: Mapping[str, Value]
    wrong: str = ""


def split(text: str) -> Typed:
    """The words to search by, and the values after the first of them."""
    query: list[str] = []
    values: list[str] = []
    for word in text.split():
        given = bool(query) and _VALUE.fullmatch(word) is not None
        (values if given else query).append(word)
    return Typed(" ".join(query), tuple(values))


def read(row: Operator, values: tuple[str, ...]) -> Values:
    """The values as parameters of a row."""
    free = [p for p in row.params if not isinstance(p, Bool | Choice)]
    found: dict[str, Value] = {}
    wrong = ""
    for text in values:
        name, _, said = text.rpartition("=")
        param = row.param(name) if name else next(iter(free), None)
        if param is None:
            said = _tr("{title} has no place for “{value}”.")
            wrong = wrong or said.format(title=row.title, value=text)
            continue
        if param in free:
            free.remove(param)
        try:
            found[param.name] = _value(param, said)
        except EngineError as error:
            wrong = wrong or say(error.message)
    return Values(found, wrong)


def _value(param: Param, text: str) -> Value:
    """One value as typed; 3x3 is 3, 3."""
    if isinstance(param, Bool):
        return param.coerce(text.casefold() in ("true", "yes", "on", "1"))
    return param.parse(re.sub(r"(?<=\d)[x×](?=\d)", ",", text))


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
