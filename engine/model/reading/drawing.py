"""The init of a class: which call of torch.nn.init draws each tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import NamedTuple

from engine.catalog.params import Value
from engine.catalog.spec import Call, Init
from engine.model.inferring import init_of_text
from engine.model.reading.dialect import dotted, is_call, refused, target, value, whole
from engine.model.signatures import signature

MOST = 1_000_000  # names that one loop may come to
INIT = "torch.nn.init."


class Drawn(NamedTuple):
    """How one tensor is drawn: the call, and what a comment says it is."""

    call: Call
    said: Init | None
    at: ast.AST


class Drawing:
    """Reads an init.

    Args:
        everyone: the names of all tensors in the state_dict.
        comments: line -> the comment that stands there alone.
    """

    def __init__(self, everyone: list[str], comments: Mapping[int, str]) -> None:
        self.everyone = everyone
        self.comments = comments
        self.found: dict[str, Drawn] = {}

    def read(self, function: ast.FunctionDef) -> dict[str, Drawn]:
        """Name of a tensor -> how it is drawn.

        Raises:
            FileError: a line is not of the dialect.
        """
        for line in function.body:
            if _is_text(line) or _is_rng(line) or _is_tensors(line):
                continue
            said = self._said(line)
            if isinstance(line, ast.For):
                self._loop(line, said)
            elif isinstance(line, ast.With):
                self._calls(line.body[1:], None, said)
            else:
                self._calls([line], None, said)
        return self.found

    def _said(self, line: ast.stmt) -> Init | None:
        text = self.comments.get(line.lineno - 1, "")
        return init_of_text(text.removeprefix("# ")) if text else None

    def _loop(self, loop: ast.For, said: Init | None) -> None:
        if is_call(loop.iter, "tensors.items"):
            ends = loop.body[0] if len(loop.body) == 1 else loop
            if not isinstance(ends, ast.If) or ends.orelse:
                raise refused(loop, "the loop should choose tensors by their endings.")
            found = _endings(ends.test)
            names = [name for name in self.everyone if name.endswith(found)]
            self._calls(ends.body, names, said)
        else:
            self._calls(loop.body, list(_names(loop.iter)), said)

    def _calls(
        self, lines: list[ast.stmt], names: list[str] | None, said: Init | None
    ) -> None:
        """The calls that draw each of the names, or the one that the call says."""
        for line in lines:
            call = line.value if isinstance(line, ast.Expr) else line
            path = target(call.func) if isinstance(call, ast.Call) else ""
            if not (isinstance(call, ast.Call) and path.startswith(INIT) and call.args):
                raise refused(line, "init only calls functions of torch.nn.init.")
            if isinstance(call.args[0], ast.Subscript) and _is_row(call.args[0]):
                continue  # the row of an embedding's padding, which follows
            made = Drawn(_call(call, path.removeprefix(INIT)), said, line)
            chosen = [_tensor(call.args[0])] if names is None else names
            for name in chosen:
                self.found[name] = made


def _call(call: ast.Call, function: str) -> Call:
    known = signature(INIT + function)
    if known is None:
        raise refused(call, "torch.nn.init has no {name} here.", name=function[:60])
    order = [*known.required, *known.defaults]
    if len(call.args) > len(order) + 1:
        raise refused(call, "there are too many arguments.")
    given: dict[str, Value] = {
        name: value(tree) for name, tree in zip(order, call.args[1:], strict=False)
    }
    for keyword in call.keywords:
        if keyword.arg != "generator":
            given[str(keyword.arg)] = value(keyword.value)
    return Call(function, tuple(given.items()))


def _tensor(tree: ast.expr) -> str:
    """The name of the tensor that is drawn: self.fc.weight, tensors["fc.weight"]."""
    if isinstance(tree, ast.Subscript) and dotted(tree.value) == "tensors":
        name = value(tree.slice)
        if isinstance(name, str):
            return name
    name = dotted(tree)
    if not name.startswith("self."):
        raise refused(tree, "a tensor of the network should stand here.")
    return name.removeprefix("self.")


def _is_row(tree: ast.Subscript) -> bool:
    func = tree.value.func if isinstance(tree.value, ast.Call) else None
    return isinstance(func, ast.Attribute) and func.attr == "detach"


def _endings(tree: ast.expr) -> tuple[str, ...]:
    if isinstance(tree, ast.Call) and len(tree.args) == 1:
        found = value(tree.args[0])
        if dotted(tree.func) == "name.endswith" and isinstance(found, tuple):
            return tuple(map(str, found))
    raise refused(tree, "the loop should choose tensors by their endings.")


def _names(tree: ast.expr) -> Iterator[str]:
    """The names that a loop goes through."""
    if isinstance(tree, ast.Tuple):
        for part in tree.elts:
            yield from _names(part.value if isinstance(part, ast.Starred) else part)
    elif isinstance(tree, ast.GeneratorExp):
        yield from _numbered(tree)
    else:
        name = value(tree)
        if not isinstance(name, str):
            raise refused(tree, "the name of a tensor should stand here.")
        yield name


def _numbered(tree: ast.GeneratorExp) -> Iterator[str]:
    """The names of f"h.{i}.weight" for whole ranges."""
    ranges: dict[str, range] = {}
    for loop in tree.generators:
        if not (is_call(loop.iter, "range") and isinstance(loop.iter, ast.Call)):
            raise refused(tree, "a range should stand here.")
        ranges[dotted(loop.target)] = range(*map(whole, loop.iter.args[:3]))
    if prod(map(len, ranges.values())) > MOST:
        raise refused(tree, "these are more tensors than any network has.")
    for numbers in product(*ranges.values()):
        yield _filled(tree.elt, dict(zip(ranges, numbers, strict=True)))


def _filled(tree: ast.expr, numbers: Mapping[str, int]) -> str:
    if not isinstance(tree, ast.JoinedStr):
        raise refused(tree, "the name of a tensor should stand here.")
    parts = []
    for part in tree.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        name = dotted(part.value) if isinstance(part, ast.FormattedValue) else ""
        if name not in numbers:
            raise refused(tree, "the name of a tensor should stand here.")
        parts.append(str(numbers[name]))
    return "".join(parts)


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _is_rng(line: ast.stmt) -> bool:
    return isinstance(line, ast.FunctionDef) and line.name == "rng"


def _is_tensors(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and is_call(line.value, "self.state_dict")
