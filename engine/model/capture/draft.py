"""A node to be: what a call of the run becomes, before it stands in a graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.catalog import OPERATORS
from engine.catalog.dims import BATCH, Dim, Tensor, sampled, symbol
from engine.catalog.params import Value as Plain
from engine.design.evaluate import Known, evaluate
from engine.design.model import Node
from engine.design.within import resolved
from engine.errors import EngineError
from engine.model.capture.record import Value
from engine.model.reading.rows import kept


class UnfitError(Exception):
    """A row cannot say what a call does; the call becomes something more general."""


@dataclass(eq=False)
class Draft:
    """A node to be.

    Args:
        kind: of its row.
        params: those that are not usual.
        args: input port -> value.
        made: output port -> value.
        tensors: name of a tensor of the row -> the parameter or buffer it is.
        hint: what it could be called.
        path: of the module that is kept whole; "" for a function.
        where: the line of the model.
    """

    kind: str
    params: Mapping[str, Plain]
    args: Mapping[str, Value]
    made: Mapping[str, Value]
    where: str
    tensors: Mapping[str, Value] = field(default_factory=dict)
    hint: str = ""
    path: str = ""


class Sizes:
    """What sizes stand for: numbers, or multiples of the batch.

    Args:
        batch: of the run.
        varies: value -> its axes that grow with the batch, and by how much each.
        grown: the calls with a plain argument that grows with it.
    """

    def __init__(
        self,
        batch: int,
        varies: dict[Value, Mapping[int, int]],
        grown: Collection[object],
    ) -> None:
        self.batch = batch
        self._varies = varies
        self._grown = grown

    def varying(self, value: Value) -> Mapping[int, int]:
        """The axes of a value that grow with the batch."""
        return self._varies.get(value, {})

    def grows(self, call: object) -> bool:
        """Whether a plain argument of a call grows with the batch."""
        return call in self._grown

    def note(self, value: Value, tensor: Tensor) -> None:
        """Note of a value on the way what the rules say of its sizes."""
        times = {
            axis: dim.value // self.batch
            for axis, dim in enumerate(tensor.shape)
            if not isinstance(dim, int)
        }
        if times:
            self._varies[value] = times

    def tensor(self, value: Value) -> Tensor:
        """A value as the rules see it."""
        found: list[Dim] = list(value.shape)
        for axis, times in self.varying(value).items():
            found[axis] = symbol(BATCH, self.batch) * times
        return Tensor(tuple(found), value.dtype)

    def text(self, value: Value) -> str:
        """A value as the general node says what it gives."""
        dims = [str(size) for size in value.shape]
        for axis, times in self.varying(value).items():
            dims[axis] = BATCH if times == 1 else f"{times}*{BATCH}"
        return f"({', '.join(dims)}) {value.dtype}"


def known(
    at: object,
    kind: str,
    params: Mapping[str, Plain],
    args: Mapping[str, Value],
    sizes: Sizes,
) -> tuple[dict[str, Plain], Known]:
    """The parameters as a node keeps them, and what the rules make of the call.

    Raises:
        UnfitError: the row does not take it.
    """
    row = OPERATORS[kind]
    try:
        given = kept(at, row, params)  # type: ignore[arg-type]  # for its line alone
        node = Node("", kind, "", given)
        arriving = tuple(
            (port.name, sizes.tensor(args[port.name]))
            for port in node.inputs
            if port.name in args
        )
        missing = [p.name for p in node.inputs if not p.optional and p.name not in args]
        if missing or len(arriving) < len(args):
            raise UnfitError(f"{kind}: ports {missing}")
        found = evaluate(resolved(node, {BATCH: sizes.batch}), arriving)
    except EngineError as error:
        raise UnfitError(str(error.message.template)) from error
    if not isinstance(found, Known):
        raise UnfitError(str(found.message.template))
    return given, found


def drafted(
    at: object,
    kind: str,
    params: Mapping[str, Plain],
    args: Mapping[str, Value],
    made: list[Value],
    sizes: Sizes,
    where: str,
    **more: object,
) -> Draft:
    """A draft whose row gives just what the call gave.

    Raises:
        UnfitError: it gives something else.
    """
    given, found = known(at, kind, params, args, sizes)
    outputs = dict(found.outputs)
    if len(made) > len(outputs):
        raise UnfitError(f"{kind}: {len(made)} results")
    pairs = dict(zip(outputs, made, strict=False))
    for port, value in pairs.items():
        tensor = outputs[port]
        if sampled(tensor.shape) != value.shape or tensor.dtype != value.dtype:
            raise UnfitError(f"{kind}: gives {tensor}, not {value.shape} {value.dtype}")
        varying = {
            axis for axis, dim in enumerate(tensor.shape) if not isinstance(dim, int)
        }
        if varying != set(sizes.varying(value)):
            raise UnfitError(f"{kind}: its batch is another")
    return Draft(kind, given, args, pairs, where, **more)  # type: ignore[arg-type]


def between(
    kind: str,
    params: Mapping[str, Plain],
    args: Mapping[str, Value],
    sizes: Sizes,
    where: str,
) -> Draft:
    """A draft of a step on the way, whose result nobody recorded."""
    given, found = known(None, kind, params, args, sizes)
    made = {}
    for port, tensor in found.outputs.items():
        fed = any(value.fed for value in args.values())
        made[port] = fresh = Value(sampled(tensor.shape), tensor.dtype, fed=fed)
        sizes.note(fresh, tensor)
    return Draft(kind, given, args, made, where)
