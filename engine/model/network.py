"""The module a design becomes: its children, and a forward that follows the plan."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

import torch
from torch import nn

from engine.catalog.spec import Part
from engine.catalog.torch_call import Dtype, Slot
from engine.catalog.torch_call import arguments as generic
from engine.model.naming import class_name
from engine.model.plan import Plan
from engine.model.resolve import function, resolve
from engine.model.step import Ref, Size, Step, arguments, leaves

SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
}

Values = dict[Ref, Any]


class Watch(Protocol):
    """Someone who looks on while a network runs: at every call but those of blocks."""

    def before(self, step: Step, args: tuple[Any, ...]) -> None:
        """See what a step is about to be given; it may be overwritten by the call."""

    def after(self, step: Step, made: Any) -> Any:
        """See what a step made, and give on that or another."""


class Network(nn.Module):
    """A design as a module: one child for each layer and activation, under its name.

    Args:
        plan: what to make and what to call, in order.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        for step in plan.own:
            self._keep(step)
        for step in plan.made:
            module = _module(step, plan.cast)
            if step.frozen:
                module.requires_grad_(False)
            self.add_module(step.node.name, module)
        self._ties = plan.ties
        self.tie()
        if plan.cast and not plan.block:
            self.to(getattr(torch, plan.cast))
        self._inputs = tuple(Ref(key, "output") for key in plan.inputs)
        self._results = plan.results
        self._origins = dict(plan.origins)
        self._calls = tuple(_calls(plan))
        self.watch: Watch | None = None

    def tie(self) -> None:
        """Make tensors one that are said to be: a move to memory parts them."""
        for name, source in self._ties:
            owner, _, tensor = name.rpartition(".")
            setattr(self.get_submodule(owner), tensor, self.get_parameter(source))

    def _keep(self, step: Step) -> None:
        """Make a tensor of the network itself; its values are drawn later."""
        (spec,) = step.known.tensors
        dtype = getattr(torch, spec.dtype or step.known.floating)
        empty = torch.empty(spec.shape, dtype=dtype)
        if step.learned:
            value = nn.Parameter(empty, requires_grad=not step.frozen)
            self.register_parameter(step.node.name, value)
        else:
            self.register_buffer(step.node.name, empty)

    def forward(self, *inputs: torch.Tensor) -> Any:
        if len(inputs) != len(self._inputs):
            raise TypeError(
                f"takes {len(self._inputs)} tensors, one for each Input; "
                f"{len(inputs)} were given"
            )
        values: Values = dict(zip(self._inputs, inputs, strict=True))
        sizes = {
            name: values[Ref(origin.input, "output")].shape[origin.axis]
            for name, origin in self._origins.items()
        }
        for call in self._calls:
            made = self._seen(call.step, values, sizes)
            values.update(filed(call.step, made))
            for ref in call.spent:
                del values[ref]
        results = tuple(values[ref] for ref in self._results)
        return results[0] if len(results) == 1 else results

    def _seen(self, step: Step, values: Values, sizes: Mapping[str, int]) -> Any:
        args = _filled(step.args, values)
        if self.watch is None or step.known.inside is not None:
            return self._called(step, args, values, sizes)
        self.watch.before(step, args)
        return self.watch.after(step, self._called(step, args, values, sizes))

    def _called(
        self,
        step: Step,
        args: tuple[Any, ...],
        values: Values,
        sizes: Mapping[str, int],
    ) -> Any:
        options = _measured(step.options, sizes)
        if step.own:
            return getattr(self, step.node.name)
        if step.row.style == "torch":
            return _any(step, args)
        if step.row.style == "index":
            return args[0][step.index]
        if "dtype" in options:
            options["dtype"] = getattr(torch, options["dtype"])
        if step.row.style == "sized":
            return _counted(step, args[0])
        options.update((name, values[ref]) for name, ref in step.named.items())
        if step.looped:
            return _looped(step, self.get_submodule(step.node.name), args)
        if step.made:
            return self.get_submodule(step.node.name)(*args, **options)
        if step.row.style == "fold":
            first, *rest = args
            for other in rest:
                first = SIGNS[step.row.sign](first, other)
            return first
        called = resolve(step.row.target)
        if step.row.style == "gather":
            return called(args, **options)
        return called(*args, **options)


def _counted(step: Step, given: torch.Tensor) -> Any:
    """A function of the size of an axis, where the tensor is."""
    options: dict[str, Any] = {"device": given.device}
    dtype = step.sized_dtype
    if dtype:
        options["dtype"] = getattr(torch, dtype)
    return resolve(step.row.target)(given.shape[step.options["dim"]], **options)


def _any(step: Step, tensors: tuple[Any, ...]) -> Any:
    """A function that the design names, with its arguments around the tensors."""
    given = generic(step.known.args["arguments"])
    args = _placed(given.args, tensors)
    made = function(step.known.args["target"])(*args, **_placed(given.kwargs, tensors))
    return made if isinstance(made, torch.Tensor) else tuple(made)


def _placed(nest: Any, tensors: tuple[Any, ...]) -> Any:
    """Arguments with tensors in their slots."""
    if isinstance(nest, Slot):
        return tensors[nest.place]
    if isinstance(nest, Dtype):
        return getattr(torch, nest.name)
    if isinstance(nest, dict):
        return {name: _placed(part, tensors) for name, part in nest.items()}
    if isinstance(nest, slice):
        ends = (nest.start, nest.stop, nest.step)
        return slice(*(_placed(end, tensors) for end in ends))
    if isinstance(nest, tuple | list):
        return type(nest)(_placed(part, tensors) for part in nest)
    return nest


class _Call(NamedTuple):
    """A step, and the values nobody needs after it."""

    step: Step
    spent: tuple[Ref, ...]


def _looped(step: Step, module: Any, args: tuple[Any, ...]) -> Any:
    """A block's repeats one after the other: the first result feeds the first input."""
    inside = step.known.inside
    assert inside is not None  # noqa: S101 - only blocks are looped
    first, *rest = args
    made: Any = None
    for turn in [module] * len(inside.passes) if inside.shared else module:
        made = turn(first, *rest)
        first = made if step.single else made[0]
    return made


def _block(plan: Plan) -> nn.Module:
    """The module of a block, of a class that is called like the block."""
    return _class(class_name(plan.name))(plan)


@cache
def _class(name: str) -> type[Network]:
    return type(name, (Network,), {})


def _repeats(step: Step) -> nn.Module:
    """The modules of a block: one, or as many as it has repeats of their own."""
    modules = [_block(plan) for _, plan in step.modules]
    if step.sequential:
        return nn.Sequential(*modules)
    return nn.ModuleList(modules) if step.modules[0][0] else modules[0]


def _module(step: Step, cast: str) -> nn.Module:
    if step.modules:
        return _repeats(step)
    return _made(step.row.target, arguments(step.row, step.known, cast))


def _made(target: str, given: Mapping[str, Any]) -> nn.Module:
    """A module of torch.nn, and before it those that its constructor takes."""
    args: dict[str, Any] = {
        name: _made(value.target, dict(value.args))
        if isinstance(value, Part)
        else value
        for name, value in given.items()
    }
    if "dtype" in args:
        args["dtype"] = getattr(torch, args["dtype"])
    module = resolve(target)(**args)
    assert isinstance(module, nn.Module)  # noqa: S101 - rows name classes of torch.nn
    return module


def _calls(plan: Plan) -> Iterator[_Call]:
    """The needed steps with what each leaves behind, so that memory is let go early."""
    last: dict[Ref, int] = {}
    for index, step in enumerate(plan.needed):
        for ref in (*step.used, *leaves(step.results)):
            last[ref] = index
    for ref in plan.results:
        last.pop(ref, None)
    spent: dict[int, list[Ref]] = {}
    for ref, index in last.items():
        spent.setdefault(index, []).append(ref)
    for index, step in enumerate(plan.needed):
        yield _Call(step, tuple(spent.get(index, ())))


def _filled(nest: Any, values: Values) -> Any:
    """`nest` with values in the place of their names."""
    if isinstance(nest, Ref):
        return values[nest]
    return tuple(_filled(part, values) for part in nest)


def filed(step: Step, made: Any) -> Iterator[tuple[Ref, Any]]:
    """What a call returned, by name."""
    if step.single:
        yield next(leaves(step.results)), made
    else:
        yield from _paired(step.results, made)


def _paired(nest: Any, made: Any) -> Iterator[tuple[Ref, Any]]:
    if isinstance(nest, Ref):
        yield nest, made
    else:
        for part, value in zip(nest, made, strict=True):
            yield from _paired(part, value)


def _measured(options: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Options with the sizes of this run."""
    return {name: _sized(value, sizes) for name, value in options.items()}


def _sized(value: Any, sizes: Mapping[str, int]) -> Any:
    if isinstance(value, Size):
        return sizes[value.name]
    if isinstance(value, tuple):
        return tuple(_sized(part, sizes) for part in value)
    return value
