"""A class of generated code: its constructor and its forward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from engine.catalog.spec import Part
from engine.design.block import REPEAT
from engine.design.flow import REAL
from engine.model.forwarding import Forward
from engine.model.layout import Group, statement
from engine.model.literals import access, named, same, verbatim
from engine.model.naming import Names
from engine.model.plan import Plan
from engine.model.signatures import signature
from engine.model.step import Step, arguments
from engine.model.taking import Taking, Vector, annotation

Given = Mapping[str, Any]  # argument of a class -> its value for one module


class Written:
    """One class, written once for all the modules that are alike but for numbers.

    Args:
        name: of the class.
        plans: how each of its modules runs; they differ in numbers alone.
        classes: id of a plan -> the class of its module, for what is within.
        taken: names of classes, which no variable may have.
    """

    def __init__(
        self,
        name: str,
        plans: list[Plan],
        classes: Mapping[int, Written],
        taken: list[str],
    ) -> None:
        self.name = name
        self.plan = plans[0]
        self.names = Names(self.plan, taken)
        self._classes = classes
        self._steps = [_by_node(plan) for plan in plans]
        attributes = [step.node.name for step in (*self.plan.own, *self.plan.made)]
        self._taking = Taking(plans, ["self", *attributes, *taken])
        kept = [line for step in self.plan.own for line in self._kept(step)]
        made = [line for step in self.plan.made for line in self._made(step)]
        self._modules = [*kept, *made]
        self._forward = list(
            Forward(self.plan, self.names, self._taking, self._alike).lines()
        )
        for place, plan in enumerate(plans):
            args = self._taking.args
            plan.memo["given"] = {name: args[name][place] for name in args}

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.names.inputs

    @property
    def params(self) -> Mapping[str, str]:
        """Parameter of the block -> argument of the constructor."""
        return self._taking.params

    def constructor(self) -> Iterator[str]:
        """Nothing where there is nothing to construct."""
        args, ties = self._taking.args, self.plan.ties
        if not self._modules and not args:
            return
        defaults = self._taking.defaults
        typed = (f"{name}: {annotation(values)}" for name, values in args.items())
        given = (
            f"{one} = {defaults[name]}" if name in defaults else one
            for name, one in zip(args, typed, strict=True)
        )
        taken = ("self", *given)
        yield ""
        yield from statement(1, "def ", Group(taken, "__init__("), " -> None:")
        yield "        super().__init__()"
        for name in self._taking.kept:
            yield f"        self.{name} = {name}"
        yield from self._modules
        for tie in ties:
            yield from statement(2, f"{access(tie.name)} = ", access(tie.source))
        if self.plan.cast and not self.plan.block:
            yield f"        self.to(torch.{self.plan.cast})"

    def forward(self) -> Iterator[str]:
        """The method that computes the results."""
        yield from self._forward

    def _alike(self, step: Step) -> list[Step]:
        """The same step of every module."""
        return [steps[step.node.id] for steps in self._steps]

    def _kept(self, step: Step) -> Iterator[str]:
        """The line that makes a tensor of the network itself."""
        (spec,), name = step.known.tensors, step.node.name
        shapes = tuple(other.known.tensors[0].shape for other in self._alike(step))
        shape = self._taking.text(
            shapes, step.node.params.get("shape"), f"{name}_shape"
        )
        sizes = shape.items if isinstance(shape, Group) else (f"*{shape}",)
        dtype = spec.dtype or step.known.floating
        plain = dtype == (self.plan.cast or REAL) or (
            dtype == REAL and not step.learned
        )
        typed = () if plain else (f"dtype=torch.{dtype}",)
        if step.learned:
            empty = Group((*(sizes or ("()",)), *typed), "torch.empty(")
            frozen = ("requires_grad=False",) if step.frozen else ()
            call = Group((empty, *frozen), "nn.Parameter(")
            yield from statement(2, f"self.{name} = ", call)
            return
        values = tuple(other.known.args["fill_value"] for other in self._alike(step))
        value = self._taking.text(values, step.node.params.get("fill_value"), name)
        full = Group((shape, value, *typed), "torch.full(")
        yield from statement(2, "", Group((f'"{name}"', full), "self.register_buffer("))

    def _made(self, step: Step) -> Iterator[str]:
        alike = self._alike(step)
        before = f"self.{step.node.name} = "
        if step.modules:
            yield from statement(2, before, self._block(step, alike))
        else:
            target = step.row.target.replace("torch.nn.", "nn.", 1)
            call = Group(tuple(self._arguments(step, alike)), f"{target}(")
            yield from statement(2, before, call)
        if step.frozen:
            yield f"        self.{step.node.name}.requires_grad_(False)"

    def _arguments(self, step: Step, alike: list[Step]) -> Iterator[str | Group]:
        """Of a module's constructor: the required by position, the unusual by name."""
        known = signature(step.row.target)
        required = known.required if known else ()
        defaults = known.defaults if known else {}
        each = [_given(other) for other in alike]
        names = dict.fromkeys(name for given in each for name in given)
        given = {
            name: tuple(one.get(name, defaults.get(name)) for one in each)
            for name in names
        }
        for name in required:
            yield self._text(step, name, given[name])
        rest = [*defaults, *(name for name in given if name not in defaults)]
        for name in rest:
            if name not in given or name in required:
                continue
            if name not in defaults or not all(
                same(value, defaults[name]) for value in given[name]
            ):
                yield named(name, self._text(step, name, given[name]))

    def _text(self, step: Step, name: str, values: Vector) -> str | Group:
        raw: Any = step.node.params.get(name)
        if isinstance(values[0], Part):
            raw = dict(step.node.params)
        return self._taking.text(values, raw, name)

    def _block(self, step: Step, alike: list[Step]) -> Group | str:
        """The module of a block, or those of its repeats."""
        each = [[self._module(plan) for _, plan in other.modules] for other in alike]
        cls = self._class(step.modules[0][1])
        if not step.modules[0][0]:
            return self._call(step, cls, [one[0] for one in each])
        items: tuple[str | Group, ...]
        if any(cls is not self._class(p) for other in alike for _, p in other.modules):
            items = tuple(
                self._call(step, self._class(plan), [one[place] for one in each])
                for place, (_, plan) in enumerate(step.modules)
            )
        else:
            items = self._repeats(step, cls, each)
        if step.sequential:
            return Group(items, "nn.Sequential(")
        if len(items) == 1 and isinstance(items[0], Group) and items[0].words:
            return Group(items[0].items, "nn.ModuleList(", words=True)
        return Group((Group(items, "[", "]", literal=True),), "nn.ModuleList(")

    def _class(self, plan: Plan) -> Written:
        return self._classes[id(plan)]

    def _module(self, plan: Plan) -> Given:
        """What the constructor of a module within is given."""
        given: Given = plan.memo["given"]
        return given

    def _repeats(
        self, step: Step, cls: Written, each: list[list[Given]]
    ) -> tuple[str | Group, ...]:
        """Alike modules by a generator, a first one that differs before them."""
        counts = tuple(len(given) for given in each)
        if all(given == one[0] for one in each for given in one):
            call = self._call(step, cls, [one[0] for one in each])
            return (_generator(call, "_", f"range({self._count(step, counts)})"),)
        if all(given == one[1] for one in each for given in one[1:]):
            first = self._call(step, cls, [one[0] for one in each])
            call = self._call(step, cls, [one[-1] for one in each])
            if set(counts) == {2} and REPEAT not in step.node.formulas:
                return first, call
            count = f"{counts[0] - 1}"
            if REPEAT in step.node.formulas:
                count = f"{self._count(step, counts)} - 1"
            return first, _generator(call, "_", f"range({count})")
        return (self._numbered(step, cls, each),)

    def _count(self, step: Step, counts: tuple[int, ...]) -> str:
        raw = step.node.params.get(REPEAT)
        return str(self._taking.text(counts, raw, f"{step.node.name}_{REPEAT}"))

    def _call(
        self, step: Step, cls: Written, each: list[Given], loop: tuple[str, ...] = ()
    ) -> Group:
        """The call of a class; `loop` are arguments that a generator counts.

        Of the block's parameters it says those that the use sets.
        """
        items: list[str | Group] = []
        params = {arg: name for name, arg in cls.params.items()}
        for name in each[0]:
            if name in loop:
                items.append(f"{name}={name}")
                continue
            values = tuple(given[name] for given in each)
            raw = step.node.params.get(params[name]) if name in params else None
            if raw is None and name in params:
                continue
            items.append(named(name, self._taking.text(values, raw, name)))
        return Group(tuple(items), f"{cls.name}(")

    def _numbered(self, step: Step, cls: Written, each: list[list[Given]]) -> Group:
        """Modules of which each has numbers of its own."""
        loop = tuple(
            name
            for name in each[0][0]
            if any(given[name] != one[0][name] for one in each for given in one)
        )
        call = self._call(step, cls, [one[0] for one in each], loop)
        if len(loop) == 1:
            columns = tuple(tuple(given[loop[0]] for given in one) for one in each)
            values = self._column(step, loop[0], columns)
            return self._counted(step, call, loop[0], values, each)
        rows = tuple(
            tuple(tuple(given[name] for name in loop) for given in one) for one in each
        )
        hint = f"{step.node.name}_sizes"
        values = self._taking.text(rows, None, hint, whole=True)
        return self._counted(step, call, ", ".join(loop), values, each)

    def _counted(
        self,
        step: Step,
        call: Group,
        names: str,
        values: str | Group,
        each: list[list[Given]],
    ) -> Group:
        """A module for each value, and how many there are where no value shows it."""
        said = isinstance(values, Group) or values.startswith("range(")
        if said and REPEAT not in step.node.formulas:
            return _generator(call, names, values)
        count = self._count(step, tuple(len(given) for given in each))
        names = f"({names})" if "," in names else names
        zipped = Group((values, f"range({count})", "strict=True"), "zip(")
        return _generator(call, f"{names}, _", zipped)

    def _column(self, step: Step, name: str, columns: Vector) -> str | Group:
        """The values of one argument for all repeats, as a range where they are one."""
        first = columns[0]
        if len(set(columns)) == 1 and all(type(value) is int for value in first):
            gaps = {after - before for before, after in pairwise(first)}
            if len(gaps) == 1 and 0 not in gaps:
                gap = gaps.pop()
                return f"range({first[0]}, {first[-1] + gap}, {gap})"
        hint = f"{step.node.name}_{name}"
        return self._taking.text(columns, None, hint, whole=True)


def _generator(call: Group, names: str, values: str | Group) -> Group:
    """The modules of a block, one for each value."""
    return Group((call, f"for {names} in {values}"), "*(", words=True)


def _by_node(plan: Plan) -> Mapping[str, Step]:
    return {step.node.id: step for step in (*plan.needed, *plan.aside)}


def _given(step: Step) -> dict[str, Any]:
    return verbatim(arguments(step.row, step.known, step.cast))
