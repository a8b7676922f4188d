"""JSON read strictly: what other programs would read differently is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from engine.errors import EngineError

MOST = 200_000  # nodes, or wires


class UnreadableError(EngineError):
    """Why a text is no design: the second half of a sentence about the file."""


def strict(text: str) -> object:
    """The JSON value of `text`, without what other programs would read differently.

    Raises:
        UnreadableError: it is not JSON; or has NaN, infinity, a key twice, half
            a character, or too many levels.
    """
    try:
        raw: object = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_float=_finite,
        )
        if "\\u" in text or not text.isascii():
            _whole_characters(raw)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            "line {line} is not JSON ({reason})", line=error.lineno, reason=error.msg
        ) from None
    except RecursionError:
        raise UnreadableError("it nests too deeply") from None
    except ValueError:  # an integer of thousands of digits
        raise UnreadableError("it holds a number that is too long") from None
    return raw


def list_of(raw: Mapping[str, object], key: str) -> list[object]:
    found = raw.get(key, [])
    if not isinstance(found, list):
        raise UnreadableError("its '{key}' is not a list", key=key)
    if len(found) > MOST:
        raise UnreadableError("it has more than {most} {key}", most=MOST, key=key)
    return found


def dict_of(raw: Mapping[str, object], key: str, where: str) -> dict[str, object]:
    found = raw.get(key, {})
    if not isinstance(found, dict):
        raise UnreadableError(
            "'{key}' of {where} is not an object", key=key, where=where
        )
    return found


def text_of(
    raw: Mapping[str, object], key: str, where: str, default: str | None = None
) -> str:
    found = raw.get(key, default)
    if not isinstance(found, str):
        raise UnreadableError("'{key}' of {where} is not a text", key=key, where=where)
    return found


def count_of(
    raw: Mapping[str, object],
    key: str,
    low: int,
    high: int,
    default: int | None = None,
) -> int:
    found = raw.get(key, default)
    if isinstance(found, int) and not isinstance(found, bool) and low <= found <= high:
        return found
    raise UnreadableError("its '{key}' is no whole number from {low}", key=key, low=low)


def only(raw: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    """Refuse keys of which nothing is known: to drop them silently would lose them."""
    for key in raw:
        if key not in known:
            raise UnreadableError(
                "{where} has a '{key}', which this Fanin does not know",
                where=where,
                key=key[:40],
            )


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise UnreadableError("it has '{key}' twice in one place", key=twice[:40])
    return found


def _constant(word: str) -> object:
    raise UnreadableError("it holds {word}, which is no number", word=word)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise UnreadableError("it holds {word}, which is too large", word=digits[:40])
    return number


def _whole_characters(raw: object) -> None:
    """Refuse half a character anywhere: it could not be saved again."""
    try:
        json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UnreadableError("it holds half a character") from None
