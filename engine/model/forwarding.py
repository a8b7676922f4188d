"""The forward of a class of generated code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.catalog.torch_call import Slot, arguments, spell
from engine.design.block import REPEAT
from engine.model.calling import ASIDE, GIVES, NAMED, symbol_of
from engine.model.layout import STEP, Group, row, statement, sum_statement
from engine.model.literals import literal, named
from engine.model.naming import Names, free
from engine.model.plan import Origin, Plan
from engine.model.signatures import signature
from engine.model.step import Ref, Size, Step
from engine.model.taking import Taking

# Arguments of functions that people do not name.
POSITIONAL = frozenset(
    {"chunks", "dim0", "dim1", "dims", "dtype", "exponent", "pad", "shape", "shifts"}
    | {"size", "split_size_or_sections"}
)


class Forward:
    """What a class computes, written once for all its modules.

    Args:
        plan: how one of them runs.
        names: of the values.
        taking: what the constructor takes; it learns here what forward asks for.
        alike: the same step of every module.
    """

    def __init__(
        self,
        plan: Plan,
        names: Names,
        taking: Taking,
        alike: Callable[[Step], list[Step]],
    ) -> None:
        self.plan = plan
        self.names = names
        self._taking = taking
        self._alike = alike
        self._depth = 2

    def lines(self) -> Iterator[str]:
        """The method, line by line."""
        taken = ("self", *(f"{name}: Tensor" for name in self.names.inputs))
        given = ", ".join(["Tensor"] * len(self.plan.results))
        returned = "Tensor" if given == "Tensor" else f"tuple[{given}]"
        if len(returned) > 40:
            returned = "tuple[Tensor, ...]"
        yield from statement(1, "def ", Group(taken, "forward("), f" -> {returned}:")
        yield from self._sizes(self.plan.origins)
        for step in self.plan.needed:
            if not step.own and step is not self.plan.returned:
                yield from self._step(step)
        yield from self._aside()
        if self.plan.returned:
            yield from self._naming(self.plan.returned)
            yield from self._called(self.plan.returned, "return ")
        else:
            yield from self._return()

    def _sizes(self, origins: Mapping[str, Origin]) -> Iterator[str]:
        """The sizes that are read off the inputs."""
        for symbol, origin in origins.items():
            name, size = self.names[Ref(origin.input, "output")], self.names.sizes
            if symbol_of(size[symbol]) != symbol:
                yield f"{self._indent}{NAMED}{symbol}"
            yield f"{self._indent}{size[symbol]} = {name}.shape[{origin.axis}]"

    def _aside(self) -> Iterator[str]:
        """What leads to no result, in comments: where it is wired, but not run."""
        steps = [step for step in self.plan.aside if not step.own]
        if not steps:
            return
        yield f"{self._indent}{ASIDE}"
        self._depth += 1  # so that the lines are as short as comments have to be
        lines = [*self._sizes(self.plan.origins_aside)]
        for step in steps:
            lines += self._step(step)
        self._depth -= 1
        yield from (f"{self._indent}# {line[12:]}" for line in lines)

    @property
    def _indent(self) -> str:
        return STEP * self._depth

    def _return(self) -> Iterator[str]:
        names = [self.names[ref] for ref in self.plan.results]
        line = f"{self._indent}return {', '.join(names)}"
        if len(line) <= 88:
            yield line
        else:
            yield from statement(self._depth, "return ", row(*names))

    def _step(self, step: Step) -> Iterator[str]:
        yield from self._naming(step)
        if step.looped:
            yield from self._loop(step)
        else:
            yield from self._called(step, f"{self._results(step)} = ")

    def _naming(self, step: Step) -> Iterator[str]:
        """The name of a node that no variable tells, and what any function gives."""
        if step.row.style == "torch":
            for part in step.known.args["gives"].split(";"):
                yield f"{self._indent}{GIVES}{part.strip()}"
        if step.node.id in self.names.unsaid:
            yield f"{self._indent}{NAMED}{step.node.name}"

    def _called(self, step: Step, target: str) -> Iterator[str]:
        args = [self._taken(part) for part in step.args]
        if step.row.style == "fold":
            yield from sum_statement(
                self._depth, target, step.row.sign, [str(a) for a in args]
            )
            return
        if step.row.style == "torch":
            yield from statement(self._depth, target, self._any(step, args))
            return
        if step.row.style == "index":
            inside = ", ".join(map(_place, step.index))
            yield from statement(self._depth, target, f"{args[0]}[{inside}]")
            return
        if step.row.style == "sized":
            yield from statement(self._depth, target, _off_size(step, str(args[0])))
            return
        if step.row.style == "gather":
            args = [row(*args)]
        args += (f"{name}={self.names[ref]}" for name, ref in step.named.items())
        args += self._options(step)
        called = f"self.{step.node.name}" if step.made else step.row.target
        called = called.replace("torch.nn.", "nn.", 1)
        if step.row.style == "method":
            called = f"{args.pop(0)}.{called.rpartition('.')[2]}"
        yield from statement(self._depth, target, Group(tuple(args), f"{called}("))

    def _any(self, step: Step, args: list[str | Group]) -> str | Group:
        """A function that the design names."""
        given, path = arguments(step.known.args["arguments"]), step.known.args["target"]

        def slot(index: int) -> str:
            return str(args[index])

        first = spell(given.args[0], slot) if given.args else ""
        owner = isinstance(given.args[:1], tuple) and given.args[:1]
        bare = owner and isinstance(owner[0], Slot) and not first.startswith("self.")
        if path.endswith(".__getitem__"):
            parts = given.args[1] if len(given.args) > 1 else ()
            parts = parts if isinstance(parts, tuple) and parts else (parts,)
            return f"{first}[{', '.join(_in_brackets(part, slot) for part in parts)}]"
        rest = [spell(part, slot) for part in given.args]
        rest += [f"{name}={spell(part, slot)}" for name, part in given.kwargs.items()]
        called = path.replace("torch.nn.", "nn.", 1)
        if path.startswith("torch.Tensor.") and bare:
            called = f"{rest.pop(0)}.{path.rpartition('.')[2]}"
        return Group(tuple(rest), f"{called}(")

    def _loop(self, step: Step) -> Iterator[str]:
        """The repeats of a block, whose first result feeds the first input."""
        first, *rest = (str(self._taken(part)) for part in step.args)
        wanted = [self.names.get(ref) for ref in step.results]
        busy = {*self.names.inputs, *self.names.used, first, *rest, *wanted}
        turn = wanted[0]
        if turn in ("_", *rest):
            turn = free("turn", busy)
        if turn != first:
            yield f"{self._indent}{turn} = {first}"
        own = not step.known.inside.shared if step.known.inside else True
        block = free("block", busy) if own else f"self.{step.node.name}"
        loop = f"for {block} in self.{step.node.name}:"
        if not own:
            passes = (other.known.inside for other in self._alike(step))
            counts = tuple(len(inside.passes) for inside in passes if inside)
            raw = step.node.params.get(REPEAT)
            hint = f"{step.node.name}_{REPEAT}"
            times = self._taking.text(counts, raw, hint, kept=True)
            loop = f"for _ in range({times}):"
        yield f"{self._indent}{loop}"
        targets = ", ".join([turn, *wanted[1:]])
        yield from statement(
            self._depth + 1, f"{targets} = ", Group((turn, *rest), f"{block}(")
        )
        if turn != wanted[0] != "_":
            yield f"{self._indent}{wanted[0]} = {turn}"

    def _results(self, step: Step) -> str:
        if step.single:
            return self.names.get(step.results[0])
        return ", ".join(self._unpacked(part) for part in step.results)

    def _unpacked(self, nest: Any) -> str:
        if isinstance(nest, Ref):
            return self.names.get(nest)
        parts = [self._unpacked(part) for part in nest]
        return "_" if set(parts) == {"_"} else f"({', '.join(parts)})"

    def _taken(self, nest: Any) -> str | Group:
        if isinstance(nest, Ref):
            return self.names[nest]
        return row(*(self._taken(part) for part in nest))

    def _options(self, step: Step) -> Iterator[str | Group]:
        known = signature(step.row.target)
        alike = self._alike(step)
        for name in step.options:
            values = tuple(other.options[name] for other in alike)
            raw = step.node.params.get(name)
            if known and all(known.options.get(name, ...) == one for one in values):
                continue
            if known is None and all(one is None or one is False for one in values):
                continue  # a switch that is off is not said
            if name == "dim" and all(
                isinstance(v, tuple) and len(v) == 1 for v in values
            ):
                values = tuple(value[0] for value in values)  # torch takes both
                raw = raw[0] if isinstance(raw, tuple) else raw
            written = self._taking.text(values, raw, name, kept=True, write=self._value)
            if known is None and name in POSITIONAL:
                yield written if name != "dtype" else f"torch.{values[0]}"
            else:
                yield named(name, written)

    def _value(self, value: Any) -> str | Group:
        if isinstance(value, Size):
            return self.names.sizes[value.name]
        if isinstance(value, tuple):
            return row(*(self._value(part) for part in value))
        return literal(value)


def _in_brackets(part: Any, slot: Callable[[int], str]) -> str:
    """A part of any index as Python writes it between brackets."""
    if not isinstance(part, slice):
        return spell(part, slot)
    ends = [part.start, part.stop, *([] if part.step is None else [part.step])]
    return ":".join("" if end is None else spell(end, slot) for end in ends)


def _place(part: Any) -> str:
    """A part of an index as Python writes it."""
    if part is ...:
        return "..."
    if not isinstance(part, slice):
        return str(part)
    bounds = [part.start, part.stop, *([part.step] if part.step else [])]
    return ":".join("" if bound is None else str(bound) for bound in bounds)


def _off_size(step: Step, given: str) -> Group:
    """A function of the size of an axis."""
    target = step.row.target.replace("torch.nn.", "nn.", 1)
    typed = (f"dtype=torch.{step.sized_dtype}",) if step.sized_dtype else ()
    size = f"{given}.shape[{step.options['dim']}]"
    return Group((size, f"device={given}.device", *typed), f"{target}(")
