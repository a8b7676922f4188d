"""What the constructor of a generated class takes: whatever its uses differ in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from engine.catalog.spec import Part
from engine.design.expression import computed, formulas, is_formula, names_of, python
from engine.model.layout import Group, row
from engine.model.literals import Verbatim, named, plain, verbatim
from engine.model.naming import free
from engine.model.plan import Plan

Vector = tuple[Any, ...]  # a value in each use of the class


class Taking:
    """The arguments of one class, found while its body is written.

    Where the block has a formula, so has the class, over arguments that are the block's
    parameters with their defaults. Any other value that all uses share is written as it
    is; one that differs is an argument that always has the same value, or a further
    one, without a default.

    Args:
        plans: of the uses of the class.
        taken: names that an argument cannot have.
    """

    def __init__(self, plans: list[Plan], taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._values: dict[str, Vector] = {}
        self._used: dict[str, None] = {}
        self.kept: dict[str, None] = {}  # what forward asks for, on self
        self._scopes = [dict(plan.design.scope.values) for plan in plans]
        block = plans[0].block
        self.defaults: dict[str, int] = {}  # argument -> the parameter's default
        self.params: dict[str, str] = {}  # parameter -> its argument
        for param in block.params if block else ():
            values = tuple(scope[param.name] for scope in self._scopes)
            arg = self.params[param.name] = self._new(param.name, values)
            self.defaults[arg] = param.default
        self._formulas = dict(self._differing(plans[0]))

    @property
    def args(self) -> dict[str, Vector]:
        """What something needs, then the parameters, with the values of all uses."""
        needed = {name: self._values[name] for name in self._used}
        further = {
            name: values for name, values in needed.items() if name not in self.defaults
        }
        return {**further, **{name: self._values[name] for name in self.defaults}}

    def text(
        self,
        values: Vector,
        raw: Any,
        hint: str,
        *,
        kept: bool = False,
        whole: bool = False,
        write: Callable[[Any], str | Group] = plain,
    ) -> str | Group:
        """A value as the class writes it.

        Args:
            values: in each use.
            raw: as it stands in the block, with its formulas; of a module that a
                constructor takes, all parameters of the node.
            hint: the name of an argument, if it takes one.
            kept: whether forward asks, so that the argument is kept on self.
            whole: not to look into a tuple.
            write: how a value is written that is the same in all uses.
        """
        if is_formula(raw):
            return self._formula(raw, kept)
        spread = any(formulas(tuple(raw.values()) if isinstance(raw, dict) else raw))
        if len(set(map(_key, values))) == 1 and not spread:
            return write(values[0])
        if all(isinstance(value, Part) for value in values):
            return self._part(values, raw, kept)
        if spread and isinstance(raw, tuple):  # (3, 3) may have become 3
            size = len(raw)
            values = tuple(v if isinstance(v, tuple) else (v,) * size for v in values)
        sizes = {len(v) if isinstance(v, tuple) else None for v in values}
        if not whole and len(sizes) == 1 and None not in sizes:
            parts = raw if isinstance(raw, tuple) else (None,) * len(values[0])
            if len(parts) == len(values[0]):
                columns = zip(zip(*values, strict=True), parts, strict=True)
                return row(
                    *(
                        self.text(column, part, hint, kept=kept, write=write)
                        for column, part in columns
                    )
                )
        return self._known(values, hint, kept)

    def _part(self, values: Vector, raw: Any, kept: bool) -> Group:
        """A module that a constructor takes, with what differs as arguments."""
        target = values[0].target
        each = [verbatim(dict(value.args)) for value in values]
        given = {
            name: self.text(
                tuple(one.get(name) for one in each),
                raw.get(name) if isinstance(raw, dict) else None,
                name,
                kept=kept,
            )
            for name in each[0]
        }
        items = (named(name, text) for name, text in given.items())
        return Group(tuple(items), f"{target.replace('torch.nn.', 'nn.', 1)}(")

    def _known(self, values: Vector, hint: str, kept: bool) -> str:
        key = _key(values)
        for name, other in self._values.items():
            if _key(other) == key:
                return self._use(name, kept)
        if key in self._formulas:
            return self._formula(self._formulas[key], kept)
        return self._use(self._new(hint, values), kept)

    def _formula(self, text: str, kept: bool) -> str:
        shown = {}
        for name in sorted(names_of(text)):
            shown[name] = self._use(self.params[name], kept)
        return python(text, shown)

    def _differing(self, plan: Plan) -> Iterable[tuple[Hashable, str]]:
        """The formulas of a body that do not come to the same in all uses."""
        for node in plan.design.nodes.values():
            for name in node.formulas:
                for text in formulas(node.params[name]):
                    values = tuple(computed(text, scope) for scope in self._scopes)
                    if len(set(values)) > 1:
                        yield _key(values), text

    def _new(self, hint: str, values: Vector) -> str:
        name = free(hint, self._taken)
        self._taken.add(name)
        self._values[name] = values
        return name

    def _use(self, name: str, kept: bool) -> str:
        self._used[name] = None
        if kept:
            self.kept[name] = None
            return f"self.{name}"
        return name


def annotation(values: Vector) -> str:
    """The type of an argument with these values."""
    return " | ".join(sorted({_type(value) for value in values}))


def _type(value: Any) -> str:
    if isinstance(value, tuple):
        inner = " | ".join(sorted({_type(part) for part in value})) or "int"
        return f"tuple[{inner}, ...]"
    if value is None:
        return "None"
    if isinstance(value, Verbatim):
        return "torch.dtype"
    return type(value).__name__ if type(value) in (bool, int, float, str) else "object"


def _key(value: Any) -> Hashable:
    """`value` so that True is not 1."""
    if isinstance(value, tuple):
        return tuple(map(_key, value))
    return type(value), value
