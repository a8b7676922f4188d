"""The constructor of a class: its arguments, layers, tensors of its own and ties."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.design import names
from engine.design.block import KIND, REPEAT
from engine.design.expression import formula
from engine.design.model import Node
from engine.errors import ParamError
from engine.model.reading.body import Body
from engine.model.reading.dialect import (
    dotted,
    given,
    is_call,
    refused,
    target,
    tree_of,
    value,
    whole,
)
from engine.model.reading.rows import kept, made_with, modules

CONTAINERS = ("torch.nn.Sequential", "torch.nn.ModuleList")


class Use(NamedTuple):
    """The uses of a class that one expression makes.

    Args:
        call: of the class.
        times: how many there are, a number or a formula.
        listed: whether they stand in a list, which repeats of their own do.
    """

    call: ast.Call
    times: Value
    listed: bool


class Constructor:
    """Reads one constructor into a body.

    Args:
        body: what is read goes here.
        classes: the classes of blocks before it.
    """

    def __init__(self, body: Body, classes: Mapping[str, Body]) -> None:
        self.body = body
        self.classes = classes
        self.dtype = ""  # what everything is cast to

    def read(self, function: ast.FunctionDef) -> None:
        """Every line of it.

        Raises:
            FileError: one is not of the dialect.
        """
        for line in function.body:
            if isinstance(line, ast.Assign) and len(line.targets) == 1:
                self._assigned(line, dotted(line.targets[0]))
            elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
                self._done(line.value)
            else:
                raise refused(line, "a constructor only makes layers.")

    def _assigned(self, line: ast.Assign, name: str) -> None:
        own = name.removeprefix("self.")
        if not name.startswith("self."):
            raise refused(line, "a constructor only sets attributes of self.")
        if isinstance(line.value, ast.Name) and line.value.id in self.body.arguments:
            return  # kept for forward, where its name says what it is
        source = dotted(line.value)
        if source.startswith("self."):
            self._tied(line, own, source.removeprefix("self."))
            return
        if not isinstance(line.value, ast.Call):
            raise refused(line, "a layer should be made here.")
        self._named(line, own)
        path = target(line.value.func)
        if path in modules():
            row = modules()[path]
            args = given(line.value, self.body.known)
            params = kept(line, row, made_with(row, args))
            self.body.made[own] = Node("", row.kind, own, params)
        elif path == "torch.nn.Parameter":
            self._parameter(line.value, own)
        else:
            self._block(line.value, own)

    def _named(self, line: ast.AST, name: str) -> None:
        if "." in name or name in self.body.made or names.fault(name):
            raise refused(
                line, "{name} cannot be the name of a layer here.", name=name[:60]
            )

    def _tied(self, line: ast.AST, mine: str, theirs: str) -> None:
        for name in (mine, theirs):
            if name.partition(".")[0] not in self.body.made:
                raise refused(line, "there is no layer {name} here.", name=name[:60])
        self.body.ties.append((mine, theirs))

    def _done(self, call: ast.Call) -> None:
        """A call for its effect: super, register_buffer, a frozen layer, a cast."""
        path = dotted(call.func)
        if isinstance(call.func, ast.Attribute) and is_call(call.func.value, "super"):
            return
        if path == "self.register_buffer" and len(call.args) == 2:
            self._buffer(call)
        elif path == "self.to" and len(call.args) == 1:
            self.dtype = str(value(call.args[0]))
        elif path.endswith(".requires_grad_") and path.count(".") == 2:
            name = path.split(".")[1]
            if name not in self.body.made:
                raise refused(call, "there is no layer {name} here.", name=name)
            self.body.made[name] = replace(self.body.made[name], frozen=True)
        else:
            raise refused(call, "a constructor only makes layers.")

    def _parameter(self, call: ast.Call, name: str) -> None:
        empty = call.args[0] if len(call.args) == 1 else call
        if not (isinstance(empty, ast.Call) and target(empty.func) == "torch.empty"):
            raise refused(call, "a parameter is made of torch.empty here.")
        parts = tuple(value(part, self.body.known) for part in empty.args)
        shape = parts[0] if len(parts) == 1 and isinstance(parts[0], tuple) else parts
        row = OPERATORS["parameter"]
        params = kept(call, row, {"shape": shape})
        frozen = any(one.arg == "requires_grad" for one in call.keywords)
        self.body.made[name] = Node("", row.kind, name, params, frozen=frozen)

    def _buffer(self, call: ast.Call) -> None:
        name, full = value(call.args[0]), call.args[1]
        if not isinstance(name, str):
            raise refused(call, "a buffer has a name.")
        self._named(call, name)
        made = isinstance(full, ast.Call) and target(full.func) == "torch.full"
        if not (isinstance(full, ast.Call) and made and len(full.args) == 2):
            raise refused(call, "a buffer is made of torch.full here.")
        shape, fill = (value(part, self.body.known) for part in full.args)
        found = {"shape": shape, "fill_value": fill}
        for keyword in full.keywords:
            found[str(keyword.arg)] = value(keyword.value)
        row = OPERATORS["fixed_value"]
        self.body.made[name] = Node("", row.kind, name, kept(call, row, found))

    def _block(self, call: ast.Call, name: str) -> None:
        use = self._use(call)
        cls = dotted(use.call.func)
        if cls not in self.classes:
            raise refused(
                use.call, "nothing called {name} is known here.", name=cls[:60]
            )
        block = self.classes[cls]
        if use.call.args:
            raise refused(use.call, "the arguments of a block are named.")
        params: dict[str, Value] = {}
        for keyword in use.call.keywords:
            if keyword.arg not in block.arguments:
                raise refused(keyword.value, "{name} takes no such argument.", name=cls)
            param = block.arguments[keyword.arg]
            if param is not None:
                params[param] = value(keyword.value, self.body.known)
        if use.times != 1 or use.listed:
            params[REPEAT] = use.times
        if params.get(REPEAT) == 1:
            del params[REPEAT]
        node = Node("", KIND, name, dict(sorted(params.items())))
        self.body.made[name] = node
        self.body.classes[name] = cls

    def _use(self, call: ast.Call) -> Use:
        """The uses that an expression makes: one, or those in a container."""
        if target(call.func) not in CONTAINERS:
            return Use(call, 1, listed=False)
        items: list[ast.expr] = list(call.args)
        if len(items) == 1 and isinstance(items[0], ast.List):
            items = items[0].elts
        total: Value = 0
        calls: list[ast.Call] = []
        for item in items:
            one, count = self._item(item)
            calls.append(one)
            total = _sum(item, total, count)
        if not calls or len({dotted(one.func) for one in calls}) > 1:
            raise refused(call, "the repeats of a block are of one class.")
        return Use(calls[0], total, listed=True)

    def _item(self, item: ast.expr) -> tuple[ast.Call, Value]:
        """A use in a container, and how often it stands there."""
        tree = item.value if isinstance(item, ast.Starred) else item
        if isinstance(tree, ast.Call):
            return tree, 1
        made = isinstance(tree, ast.GeneratorExp) and len(tree.generators) == 1
        if not (
            isinstance(tree, ast.GeneratorExp)
            and made
            and isinstance(tree.elt, ast.Call)
        ):
            raise refused(item, "the repeats of a block should stand here.")
        return tree.elt, self._count(tree.generators[0].iter)

    def _count(self, tree: ast.expr) -> Value:
        """How many values something goes through."""
        if isinstance(tree, ast.Tuple):
            return len(tree.elts)
        if is_call(tree, "zip") and isinstance(tree, ast.Call) and tree.args:
            return self._count(tree.args[-1])
        if not (is_call(tree, "range") and isinstance(tree, ast.Call)):
            raise refused(tree, "a range should stand here.")
        if len(tree.args) == 1:
            return value(tree.args[0], self.body.known)
        return len(range(*map(whole, tree.args)))


def _sum(at: ast.AST, total: Value, count: Value) -> Value:
    """Two counts together: one and depth - 1 are depth."""
    try:
        left, right = tree_of(total), tree_of(count)
        if left == 0:
            return count
        if isinstance(right, tuple) and right[0] == "-" and right[2:] == (left,):
            return formula(right[1])  # type: ignore[arg-type]  # a part is a tree
        return formula(("+", left, right))
    except (ParamError, TypeError) as error:
        raise refused(at, "{reason}", reason=error) from None


def arguments(
    function: ast.FunctionDef, said: tuple[str, ...]
) -> dict[str, str | None]:
    """The arguments of a constructor, those with defaults as the block's parameters.

    Args:
        function: the constructor.
        said: the names of the parameters, in the order of the docstring.

    Raises:
        FileError: they are not as many as the docstring explains.
    """
    own = [arg.arg for arg in function.args.args[1:]]
    usual = len(function.args.defaults)
    if usual != len(said):
        raise refused(
            function, "its docstring should explain each argument with a default."
        )
    further = own[: len(own) - usual]
    found: dict[str, str | None] = dict.fromkeys(further)
    return {**found, **dict(zip(own[len(own) - usual :], said, strict=True))}
