"""What every reader of the dialect asks of a syntax tree, and how it refuses."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from engine.catalog.dims import BYTES
from engine.catalog.params import Value
from engine.catalog.spec import Part
from engine.design.expression import Tree, formula, parsed
from engine.errors import FileError, ParamError
from engine.model.signatures import signature

LARGEST = 2**63  # of a number in the text
_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
}


class Known(NamedTuple):
    """What the names in an expression stand for.

    Args:
        params: argument of the class -> the parameter of the block.
        sizes: variable -> the symbol whose size it is.
    """

    params: Mapping[str, str]
    sizes: Mapping[str, str]


NOTHING = Known({}, {})


def refused(at: ast.AST, reason: str, /, **values: object) -> FileError:
    """What to raise where a line is not of the dialect, and why it is not."""
    line = getattr(at, "lineno", 1)
    return FileError(
        "Line {line} is not as Fanin writes Python: " + reason, line=line, **values
    )


def value(tree: ast.expr, known: Known = NOTHING) -> Value:
    """The value that an expression says: a literal, a size, or a formula.

    Raises:
        FileError: it is none of these.
    """
    if isinstance(tree, ast.Tuple):
        return tuple(value(part, known) for part in tree.elts)
    if isinstance(tree, ast.Name) and tree.id in known.sizes:
        return known.sizes[tree.id]
    if isinstance(tree, ast.Call):
        return _part(tree, known)
    root = _root(tree)
    if root is not None:
        return root
    dtype = dotted(tree).removeprefix("torch.")
    if dtype in BYTES and isinstance(tree, ast.Attribute):
        return dtype
    number = _constant(tree)
    if number is not ...:
        return number  # type: ignore[return-value]  # what a constant may be
    try:
        return formula(_tree(tree, known))
    except ParamError as error:
        raise refused(tree, "{reason}", reason=error.message) from None


def whole(tree: ast.expr) -> int:
    """The whole number that an expression is.

    Raises:
        FileError: it is none.
    """
    found = value(tree)
    if type(found) is not int:
        raise refused(tree, "a whole number should stand here.")
    return found


def dotted(tree: ast.AST) -> str:
    """A chain of names and whole indices, such as self.h.0.weight; "" for others."""
    parts: list[str] = []
    while isinstance(tree, ast.Attribute | ast.Subscript):
        if isinstance(tree, ast.Attribute):
            parts.append(tree.attr)
            tree = tree.value
            continue
        index = tree.slice
        if not (isinstance(index, ast.Constant) and type(index.value) is int):
            return ""
        parts.append(str(index.value))
        tree = tree.value
    if not isinstance(tree, ast.Name):
        return ""
    return ".".join([tree.id, *reversed(parts)])


def target(tree: ast.expr) -> str:
    """The path of what is called, with nn written out: torch.nn.Linear."""
    path = dotted(tree)
    return f"torch.{path}" if path.startswith("nn.") else path


def is_call(tree: ast.AST, path: str) -> bool:
    """Whether it calls this."""
    return isinstance(tree, ast.Call) and target(tree.func) == path


def given(call: ast.Call, known: Known) -> dict[str, Value]:
    """The arguments of a constructor by their names.

    Raises:
        FileError: there are more than it takes, or one is no value.
    """
    spoken = signature(target(call.func))
    order = [*spoken.required, *spoken.defaults] if spoken else []
    if len(call.args) > len(order):
        raise refused(call, "there are too many arguments.")
    found = {
        name: value(tree, known) for name, tree in zip(order, call.args, strict=False)
    }
    for keyword in call.keywords:
        if keyword.arg in found or keyword.arg not in (*order, "dtype"):
            raise refused(
                keyword.value, "it takes no such argument, or has it already."
            )
        found[keyword.arg] = value(keyword.value, known)
    return found


def _part(call: ast.Call, known: Known) -> Value:
    path = target(call.func)
    spoken = signature(path)
    if not path.startswith("torch.nn.") or spoken is None:
        raise refused(call, "there should be a value, not a call.")
    args = {**spoken.defaults, **given(call, known)}
    return Part(path, tuple(args.items()))


def _constant(tree: ast.expr) -> object:
    """A literal number, word, truth value or None; ... for anything else."""
    sign = 1
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        tree, sign = tree.operand, -1
    if not isinstance(tree, ast.Constant):
        return ...
    found = tree.value
    if isinstance(found, int | float) and not isinstance(found, bool):
        if isinstance(found, int) and abs(found) > LARGEST:
            raise refused(tree, "the number is too large.")
        return sign * found
    if sign == 1 and (found is None or isinstance(found, bool | str)):
        return found
    return ...


def _root(tree: ast.expr) -> float | None:
    """The number that 512**-0.5 says."""
    sign = 1.0
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        tree, sign = tree.operand, -1.0
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow)):
        return None
    base = _constant(tree.left)
    if type(base) is not int or base <= 0 or _constant(tree.right) != -0.5:
        raise refused(tree, "only powers of -0.5 stand here.")
    return float(sign * base**-0.5)


def _tree(tree: ast.expr, known: Known) -> Tree:
    """An expression as the tree of a formula."""
    if isinstance(tree, ast.Attribute):
        name = dotted(tree).removeprefix("self.")
    else:
        name = tree.id if isinstance(tree, ast.Name) else ""
    if name in known.params:
        return known.params[name]
    if isinstance(tree, ast.Constant) and type(tree.value) is int:
        return tree.value
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return ("-", _tree(tree.operand, known))
    if isinstance(tree, ast.BinOp) and type(tree.op) in _SIGNS:
        sign = _SIGNS[type(tree.op)]
        return (sign, _tree(tree.left, known), _tree(tree.right, known))
    raise refused(tree, "there is no value that Fanin could keep.")


def tree_of(found: Value) -> Tree:
    """A number or formula as a tree."""
    return parsed(found) if isinstance(found, str) else int(found)  # type: ignore[arg-type]
