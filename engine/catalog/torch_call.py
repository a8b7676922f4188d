"""Any other function of torch: what an imported model calls that has no row.

The function, its arguments and what it gives are text, because the catalogue does not
know them. The text is never run: the function is one of a strict pattern that torch's
own list has to hold, and the arguments are literals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from engine.catalog.dims import BYTES, Dim, Shape, Sym, Tensor, quotient, symbol
from engine.catalog.params import Text
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError

KIND = "torch_call"
_PLACES = "torch|torch.nn.functional|torch.Tensor|torch.special|torch.fft|torch.linalg"
TARGET = (
    rf"(?:{_PLACES.replace('.', '[.]')})[.]"
    r"(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|__getitem__|__and__|__or__|__invert__)"
)
# What literals, names of tensors and the equations of einsum are written with.
WRITTEN = r"""[\w\s.,:=()\[\]"'+*>-]*"""
GIVES = r"\([^()]*\) [a-z]+[0-9]*(?:; \([^()]*\) [a-z]+[0-9]*)*"
MOST = 64  # tensors that one call takes or gives
_SLOT = re.compile(r"x([1-9][0-9]?)\Z")
_GIVEN = re.compile(r"\(([^()]*)\) ([a-z]+[0-9]*)\Z")
_DIM = re.compile(r"(?:(\d+)\*)?([A-Za-z_]\w*)\Z", re.ASCII)


class Slot(NamedTuple):
    """The place of a tensor among arguments: x1 is 0."""

    place: int


class Dtype(NamedTuple):
    """A dtype among arguments."""

    name: str


class Arguments(NamedTuple):
    """Of a call: by position and by name, with slots for tensors."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def slots(self) -> int:
        """How many tensors there are."""
        found = [slot.place for slot in _slots((self.args, self.kwargs))]
        return max(found, default=-1) + 1


@lru_cache(maxsize=4096)
def arguments(text: str) -> Arguments:
    """The arguments that a text says: x1, (x2, x3), 2, dim=-1, dtype=torch.int64.

    Raises:
        ShapeError: it says something else than literals and tensors.
    """
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            args = tuple(literal(part) for part in call.args)
            named = {str(one.arg): literal(one.value) for one in call.keywords}
            if "None" not in named and Arguments(args, named).slots <= MOST:
                return Arguments(args, named)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise ShapeError(
        "{node} does not understand the arguments {text}. Write them as in Python: x1 "
        "for the first tensor, numbers, words, lists, torch.float32.",
        text=text[:80],
    )


@lru_cache(maxsize=4096)
def given(text: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The shapes and dtypes that a text says: (N, 3) float32; (N,) int64.

    Raises:
        ShapeError: it says something else.
    """
    found = []
    for part in text.split(";"):
        match = _GIVEN.match(part.strip())
        if not match or match[2] not in BYTES:
            raise ShapeError(
                "{node} does not understand what it gives: {text}. Write shape and "
                "kind, as in (N, 3) float32.",
                text=text[:80],
            )
        dims = [one.strip() for one in match[1].split(",") if one.strip()]
        found.append((tuple(dims), match[2]))
    return tuple(found)


def spell(value: Any, slot: Callable[[int], str]) -> str:
    """An argument as Python writes it, each tensor as `slot` calls it."""
    if isinstance(value, Slot):
        return slot(value.place)
    if isinstance(value, Dtype):
        return f"torch.{value.name}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, slice):
        ends = (value.start, value.stop, value.step)
        return f"slice({', '.join(spell(end, slot) for end in ends)})"
    if value is ...:
        return "..."
    if isinstance(value, list):
        return f"[{', '.join(spell(part, slot) for part in value)}]"
    if isinstance(value, tuple):
        inner = ", ".join(spell(part, slot) for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return repr(value)


def said(given: Arguments) -> str:
    """The text of arguments, as `arguments` reads it."""
    parts = [spell(part, _numbered) for part in given.args]
    parts += [f"{key}={spell(part, _numbered)}" for key, part in given.kwargs.items()]
    return ", ".join(parts)


def _numbered(index: int) -> str:
    return f"x{index + 1}"


def literal(tree: ast.expr) -> Any:
    """The argument that an expression says.

    Raises:
        ValueError: it is none.
    """
    if isinstance(tree, ast.Name) and (match := _SLOT.match(tree.id)):
        return Slot(int(match[1]) - 1)
    if isinstance(tree, ast.Tuple | ast.List):
        parts = [literal(part) for part in tree.elts]
        return tuple(parts) if isinstance(tree, ast.Tuple) else parts
    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        if tree.value.id == "torch" and tree.attr in BYTES:
            return Dtype(tree.attr)
    elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        if tree.func.id == "slice" and not tree.keywords and 0 < len(tree.args) < 4:
            return slice(*map(literal, tree.args))
        if tree.func.id == "float" and len(tree.args) == 1:
            return float(literal(tree.args[0]))  # inf
    else:
        found = ast.literal_eval(tree)
        if found is None or found is ... or type(found) in (int, float, bool, str):
            return found
    raise ValueError(ast.dump(tree))


def _slots(nest: Any) -> Iterator[Slot]:
    if isinstance(nest, Slot):
        yield nest
    elif isinstance(nest, dict):
        yield from _slots(tuple(nest.values()))
    elif isinstance(nest, slice):
        yield from _slots((nest.start, nest.stop, nest.step))
    elif isinstance(nest, tuple | list) and not isinstance(nest, Dtype):
        for part in nest:
            yield from _slots(part)


def _entering(args: Args) -> tuple[Port, ...]:
    try:
        count = arguments(args["arguments"]).slots
    except ShapeError:
        count = 1
    return tuple(Port(f"in{number + 1}") for number in range(count))


def _leaving(args: Args) -> tuple[Port, ...]:
    count = min(args["gives"].count(";") + 1, MOST)
    if count == 1:
        return (Port("output"),)
    return tuple(Port(f"out{number + 1}") for number in range(count))


def _declared(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    """What the text says it gives: torch itself is asked when the network runs."""
    arguments(args["arguments"])
    sizes: dict[str, Dim] = {}
    for tensor in inputs.values():
        for dim in tensor.shape:
            sizes.update(_units(dim))
    return tuple(
        Tensor(_sized(dims, sizes), dtype) for dims, dtype in given(args["gives"])
    )


def _units(dim: Dim) -> Iterator[tuple[str, Dim]]:
    """The symbols whose sizes a dimension tells."""
    if isinstance(dim, Sym) and len(dim.terms) == 1 and not dim.const:
        ((name, count),) = dim.terms
        unit = quotient(dim, count)
        if unit is not None and "*" not in name:
            yield name, unit


def _sized(dims: tuple[str, ...], sizes: dict[str, Dim]) -> Shape:
    shape: list[Dim] = []
    for dim in dims:
        match = _DIM.match(dim)
        if dim.isdigit() and int(dim) < 2**31:
            shape.append(int(dim))
        elif match and match[2] in sizes:
            shape.append(sizes[match[2]] * int(match[1] or 1))
        elif match and not sizes:
            shape.append(symbol(match[2], 8) * int(match[1] or 1))
        else:
            raise ShapeError(
                "{node} says that it gives a size {dim}, which nothing that arrives "
                "has. Write a number.",
                dim=dim[:40],
            )
    return tuple(shape)


ROWS: tuple[Operator, ...] = (
    Operation(
        kind=KIND,
        title="Torch function",
        family="Functions",
        doc="Any function of torch that has no row of its own.",
        help=Help(
            what=(
                "Calls the function with the arguments: x1, x2... are the tensors on "
                "its inputs, all else is written as in Python."
            ),
            when="Imported models have it where they call what the catalogue lacks.",
            mind="Nobody checks what it says it gives until the network runs.",
            source="the reference of the function in torch",
            link="https://docs.pytorch.org/docs/stable/torch.html",
        ),
        params=(
            Text(
                "target",
                "torch.sin",
                pattern=TARGET,
                example="torch.cumsum",
                place="design",
                doc="The path of the function.",
            ),
            Text(
                "arguments",
                "x1",
                pattern=WRITTEN,
                example="x1, dim=1",
                place="design",
                doc="x1, x2... are the tensors; the rest is as in Python.",
            ),
            Text(
                "gives",
                "(N, 3) float32",
                pattern=GIVES,
                example="(N, 3) float64",
                place="design",
                doc="Shape and kind of each result, with ; between them.",
            ),
        ),
        inputs=_entering,
        outputs=_leaving,
        shape=_declared,
        style="torch",
        brief=lambda args: args["target"].rpartition(".")[2],
        aliases=("generic", "any", "function", "custom"),
    ),
)
