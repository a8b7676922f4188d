"""Names of sizes that nothing brings: one error for each node that uses one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalog.dims import Sym
from engine.design.evaluate import Known
from engine.design.model import Design
from engine.errors import Message, Problem, Severity

STRETCHING = "expand"  # the only row that names sizes which need not arrive at it


def unknown_sizes(
    design: Design, known: Mapping[str, Known | None]
) -> Iterator[Problem]:
    """The nodes that stretch to a size that no Input declares."""
    using = [key for key, node in design.nodes.items() if node.kind == STRETCHING]
    declared = _declared(design, known) if using else set()
    for key in using:
        at = known[key]
        wanted = at.args["size"] if at else ()
        for part in wanted:
            if isinstance(part, Sym) and str(part) not in declared:
                values = {"node": design.nodes[key].called, "name": str(part)}
                message = Message(
                    "{node} stretches to {name}, but no Input has a size of that name. "
                    "Use a name that stands in an Input's shape, or a number.",
                    values,
                )
                yield Problem(Severity.ERROR, "size", key, message)


def _declared(design: Design, known: Mapping[str, Known | None]) -> set[str]:
    inputs = [key for key, node in design.nodes.items() if node.kind == "input"]
    return {
        str(dim)
        for key in inputs
        if (at := known[key]) is not None
        for dim in at.outputs["output"].shape
        if isinstance(dim, Sym)
    }
