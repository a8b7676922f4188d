"""Parameter kinds: each owns its default, limits, coercion and text form.

A value is None, bool, int, float, str or a tuple of these: what JSON can hold, with
tuples for lists, so that values hash.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from engine.errors import ParamError

Value = None | bool | int | float | str | tuple["Value", ...]

# torch crashes or never returns on some sizes near 2**31; no layer needs them.
LARGEST = 2**24

# Where a value goes: the constructor, the call, or only the shape rule and ports.
Place = Literal["init", "forward", "design"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Param:
    """What every parameter has. `coerce` is the only gate a value passes.

    Args:
        name: torch's own name of the argument.
        default: torch's own default, or the one Fanin proposes.
        doc: one line for the form.
        optional: whether None is allowed.
        place: which call takes the argument.
    """

    name: str
    default: Value
    doc: str = ""
    optional: bool = False
    place: Place = "init"

    noun: ClassVar[str] = "a value"  # "kernel_size is {noun}."

    def coerce(self, value: object) -> Value:
        """`value` as this parameter keeps it.

        Raises:
            ParamError: it is of another kind or outside the limits.
        """
        if value is None and self.optional:
            return None
        return self._coerced(value)

    def parse(self, text: str) -> Value:
        """The value a person typed; formulas (=4*width) as they are, for `set_params`.

        Raises:
            ParamError: the text does not say such a value.
        """
        text = text.strip()
        if self.optional and text.lower() in ("", "none"):
            return None
        if "=" in text:
            return _with_formulas(text)
        return self._coerced(_read(text))

    def format(self, value: Value) -> str:
        """`value` as a person would type it."""
        if isinstance(value, tuple):
            return ", ".join(str(part) for part in value)
        return "none" if value is None else str(value)

    def _coerced(self, value: object) -> Value:
        raise NotImplementedError

    def _refused(self, value: object) -> ParamError:
        shown = repr(value)
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        return ParamError(
            "{param} is {noun}, not {value}.",
            param=self.name,
            noun=self.wanted,
            value=shown,
        )

    @property
    def wanted(self) -> str:
        """What a value must be, in words: "a whole number from 1"."""
        return self.noun


@dataclass(frozen=True)
class Bool(Param):
    """Yes or no."""

    noun: ClassVar[str] = "true or false"

    def _coerced(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise self._refused(value)


@dataclass(frozen=True)
class Int(Param):
    """A whole number from `low` to `high`, both allowed."""

    low: int = 0
    high: int = LARGEST

    @property
    def wanted(self) -> str:
        return f"a whole number from {self.low} to {self.high:,}"

    def _coerced(self, value: object) -> int:
        number = _whole(value)
        if number is None or not self.low <= number <= self.high:
            raise self._refused(value)
        return number


@dataclass(frozen=True)
class Float(Param):
    """A finite number from `low` to `high`; `above` excludes `low` itself."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False

    @property
    def wanted(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return "a finite number"
        floor = f"above {self.low:g}" if self.above else f"from {self.low:g}"
        ceiling = "" if math.isinf(self.high) else f" to {self.high:g}"
        floor = "" if math.isinf(self.low) else f" {floor}"
        return f"a number{floor}{ceiling}"

    def _coerced(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refused(value)
        try:
            number = float(value)
        except OverflowError:
            raise self._refused(value) from None
        within = self.low <= number <= self.high and not (
            self.above and number == self.low
        )
        if not (math.isfinite(number) and within):
            raise self._refused(value)
        return number


@dataclass(frozen=True)
class Choice(Param):
    """One of a few words."""

    options: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        return "one of " + ", ".join(self.options)

    def parse(self, text: str) -> Value:
        text = text.strip()
        return None if self.optional and text in ("", "none") else self._coerced(text)

    def _coerced(self, value: object) -> str:
        if isinstance(value, str) and value in self.options:
            return value
        raise self._refused(value)


@dataclass(frozen=True)
class Text(Param):
    """A line of text, of a pattern where there is one."""

    pattern: str = ""
    example: str = ""
    most: int = 4000

    @property
    def wanted(self) -> str:
        return f"a text such as {self.example}"

    def parse(self, text: str) -> Value:
        return self._coerced(text.strip())

    def _coerced(self, value: object) -> str:
        fit = isinstance(value, str) and len(value) <= self.most
        if isinstance(value, str) and fit and value.isprintable():
            found = re.fullmatch(self.pattern or ".*", value)
            if found:
                return value
        raise self._refused(value)


@dataclass(frozen=True)
class Size(Param):
    """One whole number for all `axes`, or one for each; or one of `words`.

    Equal numbers fold into one: (3, 3) is kept as 3. `holes` allows None within, as
    adaptive pooling does.
    """

    axes: int = 2
    low: int = 0
    high: int = LARGEST
    words: tuple[str, ...] = ()
    holes: bool = False

    @property
    def wanted(self) -> str:
        some = f"a whole number from {self.low}"
        if self.axes > 1:
            some += f", or {self.axes} of them"
        return some + "".join(f', or "{word}"' for word in self.words)

    def _coerced(self, value: object) -> Value:
        if isinstance(value, str) and value in self.words:
            return value
        parts = list(value) if isinstance(value, Sequence) else [value]
        if isinstance(value, str) or len(parts) not in (1, self.axes):
            raise self._refused(value)
        numbers = tuple(self._part(part, value) for part in parts)
        if numbers[0] is None:  # torch takes no bare None for several axes
            return (None,) * self.axes if len(numbers) == 1 else numbers
        return numbers[0] if len(set(numbers)) == 1 else numbers

    def _part(self, part: object, value: object) -> int | None:
        if part is None and self.holes:
            return None
        number = _whole(part)
        if number is None or not self.low <= number <= self.high:
            raise self._refused(value)
        return number


@dataclass(frozen=True)
class Ints(Param):
    """A list of `least` or more whole numbers, such as dims or a normalized_shape."""

    low: int = 0
    high: int = LARGEST
    least: int = 1
    most: int = 16

    @property
    def wanted(self) -> str:
        return f"a list of whole numbers from {self.low}, such as 2, 3"

    def parse(self, text: str) -> Value:
        if not self.least and not self.optional and not text.strip("()[] "):
            return ()
        return super().parse(text)

    def _coerced(self, value: object) -> Value:
        single = not isinstance(value, Sequence) or isinstance(value, str)
        parts = [value] if single else list(value)  # type: ignore[call-overload]
        numbers = [_whole(part) for part in parts]
        fits = all(n is not None and self.low <= n <= self.high for n in numbers)
        if not fits or not self.least <= len(numbers) <= self.most:
            raise self._refused(value)
        return tuple(numbers)


@dataclass(frozen=True)
class Floats(Param):
    """One number for all axes, or a list with one for each; `above` excludes `low`."""

    low: float = -math.inf
    above: bool = False
    most: int = 3

    @property
    def wanted(self) -> str:
        return f"{self._each.wanted}, or up to {self.most} of them"

    @property
    def _each(self) -> Float:
        return Float(self.name, None, low=self.low, above=self.above)

    def _coerced(self, value: object) -> Value:
        if isinstance(value, str) or not isinstance(value, Sequence):
            return self._each.coerce(value)
        if not 1 <= len(value) <= self.most:
            raise self._refused(value)
        return tuple(self._each.coerce(part) for part in value)


@dataclass(frozen=True)
class Dims(Param):
    """A shape: whole numbers from `low` and symbols such as N or T.

    With `low=-1`, as in a reshape, one -1 stands for what is left.

    Args:
        open: how many -1 there may be.
    """

    low: int = 0
    high: int = LARGEST
    most: int = 16
    open: int = 1

    noun: ClassVar[str] = "a shape of whole numbers and names, such as N, 3, 28, 28"

    def parse(self, text: str) -> Value:
        if "=" in text:
            found = _with_formulas(text)
            return found if isinstance(found, tuple) else (found,)
        parts = [part for part in re.split(r"[\s,×]+", text.strip("()[] ")) if part]
        return self._coerced(tuple(_read(part) for part in parts))

    def _coerced(self, value: object) -> Value:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self._refused(value)
        parts = tuple(self._part(part, value) for part in value)
        if len(parts) > self.most or parts.count(-1) > self.open:
            raise self._refused(value)
        return parts

    def _part(self, part: object, value: object) -> int | str:
        if isinstance(part, str) and NAME.match(part) and len(part) <= 24:
            return part
        number = _whole(part)
        if number is None or not self.low <= number <= self.high:
            raise self._refused(value)
        return number


def _with_formulas(text: str) -> Value:
    """A formula, or a list with formulas in it, as it was typed.

    A list may stand in parentheses, and one = may stand before all of it:
    =k, 3 and (=k, =2*k) and =(k, 2*k).
    """
    inner = _bare(text)
    every = inner.startswith("=") and _bare(inner[1:]) != inner[1:].strip()
    if every and len(_split(_bare(inner[1:]))) > 1:
        parts = [f"={part}" for part in _split(_bare(inner[1:]))]
        read = [_read(p[1:]) if _read(p[1:]) != p[1:] else p for p in parts]
    else:
        parts = _split(inner)
        read = [part if part.startswith("=") else _read(part) for part in parts]
    return read[0] if len(read) == 1 else tuple(read)  # type: ignore[return-value, arg-type]


def _bare(text: str) -> str:
    """The text without parentheses around all of it: "(a, b)" but not "(a)*(b)"."""
    text = text.strip()
    if text[:1] + text[-1:] not in ("()", "[]"):
        return text
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if not depth and place < len(text) - 1:
            return text
    return text[1:-1].strip()


def _split(text: str) -> list[str]:
    """The parts of a list: commas within parentheses part nothing."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _whole(value: object) -> int | None:
    """`value` as an int where it is one; 3.0 is, True and "3" are not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value


def _read(text: str) -> object:
    """The number, list or word that `text` says."""
    if "," in text:
        return tuple(_read(part.strip()) for part in text.strip("()[] ").split(","))
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None if text.lower() == "none" else text
