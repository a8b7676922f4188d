"""A block: a named graph that a design uses many times, and the row it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

from engine.catalog.dims import FLOATS, INTEGERS, Tensor
from engine.catalog.params import Bool, Int
from engine.catalog.spec import Args, Dtype, Help, Inputs, Layer, Operator, Port
from engine.design.model import Graph, Look, by_age

KIND = "block"
REPEAT, SHARED = "repeat", "shared"
OWN = (REPEAT, SHARED)  # what every use can set
MOST_REPEATS = 1000


@dataclass(frozen=True)
class BlockParam:
    """A whole number that each use of a block may set.

    Args:
        name: what the formulas inside call it.
        default: for a use that sets nothing.
        low: the least it may be.
        doc: one line for the form.
    """

    name: str
    default: int
    low: int = 1
    doc: str = ""

    @property
    def row(self) -> Int:
        """The parameter as a row has it."""
        return Int(self.name, self.default, low=self.low, doc=self.doc, place="design")


class Leaving(NamedTuple):
    """What a body gives on by a port.

    Args:
        port: its name.
        output: id of the Output; "" for a loose end.
        source: id of the node it comes from; "" where nothing is wired to the Output.
        leaving: the port it leaves that node by.
    """

    port: str
    output: str
    source: str
    leaving: str


@dataclass(frozen=True)
class Block:
    """A definition: a body with ports and parameters. Every use holds it by reference.

    Args:
        id: short, unique in the file, never reused: b7.
        name: an identifier, unique among blocks: the class in the code.
        graph: the body. Its Inputs and Outputs are the ports; the shapes of the Inputs
            are samples, for when the body is looked at by itself.
        look: how the body is drawn.
        params: what each use may set.
        notes: free text about it.
    """

    id: str
    name: str
    graph: Graph = field(default_factory=Graph)
    look: Look = field(default_factory=Look)
    params: tuple[BlockParam, ...] = ()
    notes: str = ""

    def __getstate__(self) -> dict[str, object]:
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @property
    def defaults(self) -> Mapping[str, int]:
        """The value of each parameter in a use that sets none."""
        return {param.name: param.default for param in self.params}

    @cached_property
    def entering(self) -> tuple[str, ...]:
        """Ids of the Inputs, in the order of the ports."""
        return self._ends("input")

    @cached_property
    def leaving(self) -> tuple[Leaving, ...]:
        """What it gives on: by its Outputs, or by a single loose end."""
        graph = self.graph
        found = []
        for key in self._ends("output"):
            wire = graph.incoming.get(key, {}).get("input")
            source, port = (wire.source, wire.output) if wire else ("", "")
            found.append(Leaving(graph.nodes[key].name, key, source, port))
        if found:
            return tuple(found)
        loose = [
            node
            for key, node in graph.nodes.items()
            if key not in graph.outgoing and node.kind != "input"
        ]
        if len(loose) != 1 or not loose[0].outputs:
            return ()
        return (Leaving("output", "", loose[0].id, loose[0].outputs[0].name),)

    @cached_property
    def row(self) -> Operator:
        """Its row, made like the catalogue's."""
        return Layer(
            kind=KIND,
            title=self.name,
            family="Blocks",
            doc=self.notes.partition("\n")[0] or "A block of this design.",
            help=Help(what=self.notes or "A block of this design: look inside."),
            params=(*(param.row for param in self.params), *_OWN_PARAMS),
            inputs=tuple(map(self._port, self.entering)),
            outputs=tuple(Port(leaving.port) for leaving in self.leaving),
            shape=lambda args, inputs: tuple(
                _known(self, args, inputs).outputs.values()
            ),
            tensors=lambda args, inputs: _known(self, args, inputs).tensors,
            mult_adds=lambda args, inputs: _known(self, args, inputs).mult_adds,
            brief=self._brief,
        )

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What was worked out of this block, which is never changed."""
        return {}

    def _ends(self, kind: str) -> tuple[str, ...]:
        nodes = self.graph.nodes
        return tuple(
            sorted((k for k, n in nodes.items() if n.kind == kind), key=by_age)
        )

    def _port(self, key: str) -> Port:
        node = self.graph.nodes[key]
        dtype = node.args["dtype"]
        accepts: Dtype = "any"
        if dtype in FLOATS:
            accepts = "float"
        elif dtype in INTEGERS:
            accepts = "int"
        return Port(node.name, accepts, doc=node.label)

    def _brief(self, args: Args) -> str:
        parts = [f"{param.name} {args[param.name]}" for param in self.params]
        times = int(args[REPEAT])
        return ", ".join([*([f"×{times}"] if times > 1 else []), *parts])


_OWN_PARAMS = (
    Int(
        REPEAT,
        1,
        low=1,
        high=MOST_REPEATS,
        doc="How many times in a row: the first result feeds the first input.",
        place="design",
    ),
    Bool(
        SHARED,
        False,
        doc="Whether all repeats have the same weights, counted once.",
        place="design",
    ),
)


def _known(block: Block, args: Args, inputs: Mapping[str, Tensor] | Inputs) -> Any:
    # What a body makes of its inputs is worked out upon the model, which holds blocks.
    from engine.design.within import of_row

    return of_row(block, args, inputs)
