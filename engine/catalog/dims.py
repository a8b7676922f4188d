"""Dimensions and tensors as shape rules see them.

A dimension is an `int`, or a `Sym`: a number that is known only when the network
runs, such as the batch N or a sequence length T. Rules compute with both alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

FLOATS = ("float32", "float64", "float16", "bfloat16")
INTEGERS = ("int64", "int32")
BYTES = {
    "float64": 8,
    "int64": 8,
    "float32": 4,
    "int32": 4,
    "float16": 2,
    "bfloat16": 2,
    "bool": 1,
}
BATCH = "N"  # the symbol that counts samples


class Sym:
    """A polynomial over symbols and floors, such as N, 2*T + 1 or (T + 1)//2.

    Arithmetic keeps the form; comparisons of size use the sample value, because a
    rule has to answer now. Equal forms are equal: T + 2 - 2 is T.

    Args:
        terms: products of symbols ("N*T") and their factors.
        const: what is added to them.
        value: the number it stands for in the sample input.
        single: the number it stands for when the batch holds one sample.
    """

    __slots__ = ("const", "single", "terms", "value")

    def __init__(
        self,
        terms: Mapping[str, int] | Iterable[tuple[str, int]],
        const: int,
        value: int,
        single: int | None = None,
    ) -> None:
        pairs = terms.items() if isinstance(terms, Mapping) else terms
        self.terms = tuple(sorted((atom, c) for atom, c in pairs if c))
        self.const = const
        self.value = value
        self.single = value if single is None else single

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
        return self.terms, self.const, self.value, self.single

    @property
    def opaque(self) -> bool:
        """Whether the form holds a division that does not come out even."""
        return any("//" in atom for atom, _ in self.terms)

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return Sym(
                self.terms, self.const + other, self.value + other, self.single + other
            )
        terms = dict(self.terms)
        for atom, c in other.terms:
            terms[atom] = terms.get(atom, 0) + c
        return _made(
            terms,
            self.const + other.const,
            self.value + other.value,
            self.single + other.single,
        )

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
            const, value = self.const * other, self.value * other
            return _made(terms, const, value, self.single * other)
        terms = {}
        for left, c in (*self.terms, ("", self.const)):
            for right, d in (*other.terms, ("", other.const)):
                atom = _atom((*_factors(left), *_factors(right)))
                terms[atom] = terms.get(atom, 0) + c * d
        const = terms.pop("", 0)
        value, single = self.value * other.value, self.single * other.single
        return _made(terms, const, value, single)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> Dim:
        """The floor of the division; what divides evenly is taken out of it."""
        even = {atom: c // other for atom, c in self.terms if c % other == 0}
        odd = {atom: c for atom, c in self.terms if c % other}
        const, rest = divmod(self.const, other)
        if odd:
            inner = Sym(odd, rest, 0)
            even[_floored(inner, other)] = 1
        return _made(even, const, self.value // other, self.single // other)

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
    return Sym({name: 1}, 0, value, 1 if name == BATCH else value)


def sample(dim: Dim) -> int:
    """The number a dimension stands for in the sample input."""
    return dim if isinstance(dim, int) else dim.value


def sampled(shape: Shape) -> tuple[int, ...]:
    """`shape` with the sample value for every symbol."""
    return tuple(sample(dim) for dim in shape)


def single(shape: Shape) -> tuple[int, ...]:
    """`shape` when the batch holds one sample: what costs per sample count with."""
    return tuple(dim if isinstance(dim, int) else dim.single for dim in shape)


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
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def quotient(whole: Dim, part: Dim) -> Dim | None:
    """`whole` / `part` where it comes out even, else None.

    By a number, the sample has to come out even; by a symbol, the form has to.
    """
    if whole == part:
        return 1
    if isinstance(part, int):
        return whole // part if part and sample(whole) % part == 0 else None
    if isinstance(whole, int) or whole.const or part.const or len(part.terms) != 1:
        return None
    ((atom, factor),) = part.terms
    terms = {}
    for each, c in whole.terms:
        rest = _without(_factors(each), _factors(atom))
        if rest is None or c % factor:
            return None
        terms[_atom(rest)] = c // factor
    const = terms.pop("", 0)
    ratio = whole.single // part.single if part.single else 0
    return _made(terms, const, whole.value // part.value, ratio)


def scaled(dim: Dim, factor: float) -> Dim:
    """The floor of `dim` times a real factor, as an upsampling computes it."""
    if isinstance(dim, int):
        return int(dim * factor // 1)
    if factor.is_integer():
        return dim * int(factor)
    if factor and (1 / factor).is_integer():
        return dim // int(1 / factor)
    value, one = int(dim.value * factor // 1), int(dim.single * factor // 1)
    return Sym({f"({factor:g}*({dim}))//1": 1}, 0, value, one)


def text(shape: Shape, *, sampling: bool = False) -> str:
    """`shape` as people write it: 5×3 with `sampling`, else N×3."""
    return "×".join(str(sample(dim) if sampling else dim) for dim in shape) or "scalar"


def _made(terms: Mapping[str, int], const: int, value: int, single: int) -> Dim:
    return Sym(terms, const, value, single) if any(terms.values()) else const


_FLOOR = re.compile(r"(\(.*\)|\w+)//(\d+)\Z")


def _floored(inner: Sym, by: int) -> str:
    """The atom of ⌊inner / by⌋; a floor of a floor is one floor."""
    text = str(inner)
    alone = len(inner.terms) == 1 and not inner.const
    nested = _FLOOR.match(text)
    if nested and alone and len(_factors(text)) == 1:
        return f"{nested[1]}//{int(nested[2]) * by}"
    return f"{text}//{by}" if text.isidentifier() else f"({text})//{by}"


def _factors(atom: str) -> tuple[str, ...]:
    """The factors of a product: "N*(T//2)" is N and T//2."""
    found, depth, start = [], 0, 0
    for index, sign in enumerate(atom):
        depth += (sign == "(") - (sign == ")")
        if sign == "*" and not depth:
            found.append(atom[start:index])
            start = index + 1
    found.append(atom[start:])
    if len(found) == 1:
        return (atom,) if atom else ()
    return tuple(part[1:-1] if part.startswith("(") else part for part in found)


def _atom(factors: tuple[str, ...]) -> str:
    """The product of `factors`; a floor among others stands in brackets."""
    if len(factors) < 2:
        return "".join(factors)
    return "*".join(sorted(f"({part})" if "//" in part else part for part in factors))


def _without(
    factors: tuple[str, ...], taken: tuple[str, ...]
) -> tuple[str, ...] | None:
    rest = list(factors)
    for factor in taken:
        if factor not in rest:
            return None
        rest.remove(factor)
    return tuple(rest)
