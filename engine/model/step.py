"""One call of a network: what a node is made with and called with. No torch here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.catalog.dims import Sym
from engine.catalog.params import Dims, Value
from engine.catalog.spec import Nest, Operator, Part
from engine.check import Known
from engine.design.flow import REAL
from engine.design.model import Graph, Node

if TYPE_CHECKING:
    from engine.model.plan import Plan


class Ref(NamedTuple):
    """A value: what leaves a node's output port."""

    node: str
    port: str


Arranged = tuple[Any, ...]  # Refs, nested as torch nests arguments


@dataclass(frozen=True)
class Step:
    """One call of forward.

    Args:
        node: whose.
        row: its operator.
        known: what the check knows of it.
        args: values passed by position, nested as torch takes them.
        named: values passed by name.
        options: plain arguments of the call; symbols stand for sizes.
        results: where each result goes, nested as torch returns them.
        cast: the dtype that the whole network is cast to; see `Plan`.
    """

    node: Node
    row: Operator
    known: Known
    args: Arranged
    named: Mapping[str, Ref]
    options: Mapping[str, Any]
    results: Arranged
    cast: str = ""

    @property
    def made(self) -> bool:
        """Whether it is a child module; else it is a function of tensors."""
        return self.row.role in ("layer", "activation", "loss")

    @property
    def own(self) -> bool:
        """Whether it is a tensor of the network itself; nothing is called."""
        return self.row.style == "value"

    @property
    def learned(self) -> bool:
        """Whether it is such a tensor and is trained."""
        return self.own and self.known.parameters > 0

    @property
    def used(self) -> Iterator[Ref]:
        """Every value it takes."""
        return leaves((*self.args, *self.named.values()))

    @cached_property
    def modules(self) -> tuple[tuple[str, Plan], ...]:
        """Of a block: how each module it is made of runs, with its number or ""."""
        inside = self.known.inside
        if inside is None:
            return ()
        # how a body runs is worked out upon steps
        from engine.model.plan import planned_within

        return tuple((i, planned_within(one, self.cast)) for i, one in inside.modules)

    @property
    def sequential(self) -> bool:
        """Whether the repeats of a block can stand in an nn.Sequential."""
        inside = self.known.inside
        one_by_one = len(self.args) == 1 and len(self.results) == 1
        return inside is not None and inside.indexed and one_by_one

    @property
    def looped(self) -> bool:
        """Whether forward runs the repeats of a block in a loop of its own."""
        inside = self.known.inside
        if inside is None or self.sequential:
            return False
        return inside.indexed or inside.shared

    @property
    def single(self) -> bool:
        """Whether torch returns a bare tensor."""
        return len(self.results) == 1 and not self.row.returns

    @property
    def sized_dtype(self) -> str:
        """The dtype that a "sized" function has to be told; "" for its own."""
        (made,) = self.known.outputs.values()
        return made.dtype if made.floating and made.dtype != REAL else ""

    @property
    def index(self) -> tuple[Any, ...]:
        """What stands in the brackets of an "index": slices, and a place or a slice."""
        dim, options = self.options["dim"], self.options
        part: Any = options.get("index")
        if part is None:
            step = options["step"] if options["step"] > 1 else None
            part = slice(options["start"] or None, options["stop"], step)
        if dim >= 0:
            return (*(slice(None),) * dim, part)
        return (..., part, *(slice(None),) * (-dim - 1))

    @property
    def frozen(self) -> bool:
        """Whether it has parameters that get no gradient."""
        return (
            (self.made or self.own) and self.node.frozen and self.known.parameters > 0
        )


def arguments(row: Operator, known: Known, cast: str = "") -> dict[str, Value]:
    """What the constructor of a node's module is given.

    Args:
        row: its operator.
        known: what the check knows of it.
        cast: the dtype that the whole network is cast to afterwards: `Plan.cast`.
    """
    taken = {param.name for param in row.params if param.place == "init"}
    taken.update(known.derived)
    found = {name: value for name, value in known.args.items() if name in taken}
    dtype = floating(known)
    if known.tensors and dtype != (cast or REAL):
        found.update(_typed(found, dtype))
    return found


def _typed(found: Mapping[str, Value], dtype: str) -> dict[str, Value]:
    """The dtype as an argument; of the modules within, where there are some."""
    parts = {name: part for name, part in found.items() if isinstance(part, Part)}
    if not parts:
        return {"dtype": dtype}
    return {
        name: part._replace(args=(*part.args, ("dtype", dtype)))
        for name, part in parts.items()
    }


def floating(known: Known) -> str:
    """The dtype of a node's weights: that of the real numbers it takes or makes."""
    return known.floating


def leaves(nest: Any) -> Iterator[Ref]:
    """The values in `nest`, in order."""
    if isinstance(nest, Ref):
        yield nest
    else:
        for part in nest:
            yield from leaves(part)


def sizes(values: Any) -> Iterator[str]:
    """The names of the sizes within option values."""
    for value in values:
        if isinstance(value, Size):
            yield value.name
        elif isinstance(value, tuple):
            yield from sizes(value)


class Size:
    """A size that is known when the network runs, by its symbol's name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def step_of(node: Node, row: Operator, known: Known, graph: Graph, cast: str) -> Step:
    """How a node is called."""
    takes = row.takes or tuple(p.name for p in node.inputs if not p.keyword)
    returns = row.returns or tuple(port.name for port in node.outputs)
    arriving = _arriving(node, graph)
    groups = (_grouped(part, arriving) for part in takes)
    return Step(
        node=node,
        row=row,
        known=known,
        args=tuple(group for group in groups if group is not None),
        named={
            port.name: arriving[port.name]
            for port in node.inputs
            if port.keyword and port.name in arriving
        },
        options=_options(row, known),
        results=_refs(returns, node.id),
        cast=cast,
    )


def _arriving(node: Node, graph: Graph) -> dict[str, Ref]:
    """Input port -> its value; an open port that follows another has the other's."""
    wires = graph.incoming.get(node.id, {})
    found: dict[str, Ref] = {}
    for port in node.inputs:
        wire = wires.get(port.name)
        if wire:
            found[port.name] = Ref(wire.source, wire.output)
        elif port.follows in found:
            found[port.name] = found[port.follows]
    return found


def _grouped(part: str | Nest, arriving: Mapping[str, Ref]) -> Any:
    """The value of a port, or of a group whose ports are all wired; else None."""
    if isinstance(part, str):
        return arriving.get(part)
    group = tuple(_grouped(inner, arriving) for inner in part)
    return None if None in group else group


def _refs(nest: Nest, node: str) -> Arranged:
    return tuple(
        Ref(node, part) if isinstance(part, str) else _refs(part, node) for part in nest
    )


def _options(row: Operator, known: Known) -> dict[str, Any]:
    """Plain arguments of the call: all of a function's, some of a module's."""
    function = row.role == "operation"
    return {
        param.name: _sized(known.args[param.name], isinstance(param, Dims))
        for param in row.params
        if param.place == "forward" or (function and param.place == "init")
    }


def _sized(value: Any, shape: bool) -> Any:
    """`value` with a `Size` for each name in a shape."""
    if not shape or not isinstance(value, tuple):
        return value
    return tuple(_size(part) for part in value)


def _size(part: Any) -> Any:
    if isinstance(part, Sym):
        return Size(str(part))
    return Size(part) if isinstance(part, str) else part
