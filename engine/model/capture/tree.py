"""The run as a tree of drafts: functions and layers, within the modules around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from engine.errors import CaptureError
from engine.model.capture.draft import Draft, Sizes, UnfitError
from engine.model.capture.functions import function, passed
from engine.model.capture.modules import whole
from engine.model.capture.record import Call, Run, Scope, Value


@dataclass(eq=False)
class Group:
    """A module that was looked into: what stands in it, and what crosses its border.

    Args:
        path: its name in the model.
        module: it.
        units: drafts and further groups, in order.
        inputs: values that come from outside, in the order of their use.
        outputs: values that are used outside.
    """

    path: str
    module: nn.Module
    units: list[Draft | Group]
    inputs: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)


class MisfitError(Exception):
    """A module that was kept whole is none that its row can say."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Planter:
    """Turns a run into a tree.

    Args:
        run: the run.
        sizes: what grows with the batch.
        learned: names of the parameters; other tensors are buffers.
        owned: id of a tensor of the model -> its value.
    """

    def __init__(
        self,
        run: Run,
        sizes: Sizes,
        learned: Mapping[str, Any],
        owned: Mapping[int, Value],
    ) -> None:
        self.run = run
        self.sizes = sizes
        self.learned = learned
        self.owned = owned
        self.same: dict[Value, Value] = {}

    def tree(self) -> Group:
        """The whole model as a group.

        Raises:
            CaptureError: a call is nothing that a design could say.
            MisfitError: a module should be looked into.
        """
        root = self._group(self.run.root)
        results = {self.of(value) for _, value in self.run.results}
        _prune(root, set(results))
        _border(root, results)
        return root

    def of(self, value: Value) -> Value:
        """The value behind calls that give on what they get."""
        while value in self.same:
            value = self.same[value]
        return value

    def _group(self, scope: Scope) -> Group:
        units: list[Draft | Group] = []
        held: dict[Value, Value] = {}
        for item in scope.items:
            if isinstance(item, Scope):
                units.append(self._group(item))
                continue
            for draft in self._drafts(item):
                units += self._sources(draft, held)
                units.append(draft)
        return Group(scope.path, scope.module, units)

    def _drafts(self, call: Call) -> list[Draft]:
        call.args, call.kwargs = self._behind(call.args), self._behind(call.kwargs)
        try:
            if call.module is not None:
                return [whole(call, self.sizes, self.owned)]
        except (UnfitError, TypeError, KeyError) as error:
            raise MisfitError(call.path) from error
        source = passed(call)
        if source is not None:
            self.same[call.made[0]] = source
            return []
        try:
            return function(call, self.sizes)
        except UnfitError as error:
            raise CaptureError(
                "{function} cannot be said in a design ({reason}): {where}. Write it "
                "there with other functions of torch.",
                function=call.target,
                reason=str(error),
                where=call.where,
            ) from error

    def _behind(self, nest: Any) -> Any:
        if isinstance(nest, Value):
            return self.of(nest)
        if isinstance(nest, Mapping):
            return {key: self._behind(part) for key, part in nest.items()}
        if isinstance(nest, list | tuple):
            return type(nest)(self._behind(part) for part in nest)
        return nest

    def _sources(self, draft: Draft, held: dict[Value, Value]) -> Iterator[Draft]:
        """Nodes for the tensors of the model that a call takes directly."""
        args = dict(draft.args)
        for port, value in draft.args.items():
            if value.data is None:
                continue
            if value not in held:
                made = Value(value.shape, value.dtype)
                held[value] = made
                yield self._source(value, made, draft.where)
            args[port] = held[value]
        draft.args = args

    def _source(self, value: Value, made: Value, where: str) -> Draft:
        hint = value.own.rpartition(".")[2]
        ends = {"output": made}
        if value.own in self.learned:
            params: dict[str, Any] = {"shape": value.shape}
            kind = "parameter"
        else:
            assert value.data is not None  # noqa: S101 - what the caller looked at
            kind = "fixed_value"
            flat = value.data.reshape(-1)
            alike = bool(flat.numel()) and bool((flat == flat[0]).all())
            fill = float(flat[0]) if alike and abs(float(flat[0])) < 1e30 else 0.0
            params = {"shape": value.shape, "fill_value": fill, "dtype": value.dtype}
            if params["dtype"] == "float32":
                del params["dtype"]
        return Draft(kind, params, {}, ends, where, {"value": value}, hint)


def _prune(group: Group, wanted: set[Value]) -> None:
    """Leave out functions that lead nowhere; what has weights stays."""
    for unit in list(group.units)[::-1]:
        if isinstance(unit, Group):
            _prune(unit, wanted)
            if not unit.units:
                group.units.remove(unit)
        elif unit.path or wanted & set(unit.made.values()):
            wanted.update(unit.args.values())
        else:
            group.units.remove(unit)


def _border(group: Group, wanted: set[Value]) -> None:
    """What enters and leaves each group; `wanted` is used outside of it."""
    made: set[Value] = set()
    taken: dict[Value, None] = {}
    for place, unit in enumerate(group.units):
        if isinstance(unit, Group):
            later = {
                value for other in group.units[place + 1 :] for value in _takes(other)
            }
            _border(unit, wanted | later)
            fresh, used = unit.outputs, unit.inputs
        else:
            fresh, used = list(unit.made.values()), list(unit.args.values())
        taken.update((value, None) for value in used if value not in made)
        made.update(fresh)
    group.inputs = list(taken)
    group.outputs = [v for unit in group.units for v in _makes(unit) if v in wanted]


def _takes(unit: Draft | Group) -> Iterator[Value]:
    if isinstance(unit, Draft):
        yield from unit.args.values()
    else:
        for inner in unit.units:
            yield from _takes(inner)


def _makes(unit: Draft | Group) -> list[Value]:
    return unit.outputs if isinstance(unit, Group) else list(unit.made.values())


__all__ = ["Group", "MisfitError", "Planter"]
