"""Dimensions and tensors as shape rules see them.

A dimension is an `int`, or a `Sym`: a number that is known only when the network
runs, such as the batch N or a sequence length T. Rules compute with both alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import NamedTuple

FLOATS = ("float32", "float64", "float16", "bfloat16")
INTEGERS = ("int64", "int32")


class Sym:
    """A linear form over symbols, such as N, 2*T + 1 or (T - 1)//2 + 1.

    Arithmetic keeps the form; comparisons of size use the sample value, because a
    rule has to answer now. Equal forms are equal: T + 2 - 2 is T.
    """

    __slots__ = ("const", "terms", "value")

    def __init__(
        self,
        terms: Mapping[str, int] | Iterable[tuple[str, int]],
        const: int,
        value: int,
    ) -> None:
        pairs = terms.items() if isinstance(terms, Mapping) else terms
        self.terms = tuple(sorted((atom, c) for atom, c in pairs if c))
        self.const = const
        self.value = value

    def __repr__(self) -> str:
        text = " + ".join(atom if c == 1 else f"{c}*{atom}" for atom, c in self.terms)
        if self.const:
            text += f" + {self.const}" if self.const > 0 else f" - {-self.const}"
        return text.replace("+ -", "- ")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sym) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.terms, self.const, self.value

    @property
    def opaque(self) -> bool:
        """Whether the form holds a division that does not come out even."""
        return any("//" in atom for atom, _ in self.terms)

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return Sym(self.terms, self.const + other, self.value + other)
        terms = dict(self.terms)
        for atom, c in other.terms:
            terms[atom] = terms.get(atom, 0) + c
        return _made(terms, self.const + other.const, self.value + other.value)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return self + other * -1

    def __rsub__(self, other: int) -> Dim:
        return self * -1 + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            terms = {atom: c * other for atom, c in self.terms}
            return _made(terms, self.const * other, self.value * other)
        factors = sorted(_factor(self) + _factor(other))
        return Sym({"*".join(factors): 1}, 0, self.value * other.value)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> Dim:
        parts = [self.const, *(c for _, c in self.terms)]
        if all(part % other == 0 for part in parts):
            terms = {atom: c // other for atom, c in self.terms}
            return Sym(terms, self.const // other, self.value // other)
        return Sym({f"({self})//{other}": 1}, 0, self.value // other)

    def __mod__(self, other: int) -> int:
        return self.value % other

    def __lt__(self, other: Dim) -> bool:
        return self.value < sample(other)

    def __le__(self, other: Dim) -> bool:
        return self.value <= sample(other)

    def __gt__(self, other: Dim) -> bool:
        return self.value > sample(other)

    def __ge__(self, other: Dim) -> bool:
        return self.value >= sample(other)


Dim = int | Sym
Shape = tuple[Dim, ...]


class Tensor(NamedTuple):
    """What travels on a wire, as far as it is known before anything runs."""

    shape: Shape
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def floating(self) -> bool:
        return self.dtype in FLOATS


def symbol(name: str, value: int) -> Sym:
    """The symbol `name`, with the sample value it has in a design's settings."""
    return Sym({name: 1}, 0, value)


def sample(dim: Dim) -> int:
    """The number a dimension stands for in the sample input."""
    return dim if isinstance(dim, int) else dim.value


def sampled(shape: Shape) -> tuple[int, ...]:
    """`shape` with the sample value for every symbol."""
    return tuple(sample(dim) for dim in shape)


def agree(left: Dim, right: Dim) -> bool:
    """Whether two dimensions are the same for every value of the symbols.

    Forms with an uneven division are compared by their sample values: (T//2)*2 may or
    may not be T, and the sample is what the person is looking at.
    """
    if left == right:
        return True
    uneven = any(isinstance(dim, Sym) and dim.opaque for dim in (left, right))
    return uneven and sample(left) == sample(right)


def product(dims: Iterable[Dim]) -> Dim:
    """The product; 1 for none."""
    return reduce(lambda left, right: left * right, dims, 1)


def text(shape: Shape, *, sampling: bool = False) -> str:
    """`shape` as people write it: 5×3 with `sampling`, else N×3."""
    return "×".join(str(sample(dim) if sampling else dim) for dim in shape) or "scalar"


def _made(terms: Mapping[str, int], const: int, value: int) -> Dim:
    return Sym(terms, const, value) if any(terms.values()) else const


def _factor(form: Sym) -> list[str]:
    single = len(form.terms) == 1 and not form.const and form.terms[0][1] == 1
    return form.terms[0][0].split("*") if single else [f"({form})"]
