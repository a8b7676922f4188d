"""Whole numbers for which a table has no row: an Input's range against an Embedding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from engine.catalog.dims import INTEGERS
from engine.catalog.params import Value
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, Node, Wire
from engine.errors import Fix, Message, Problem, Severity

# What hands on the very numbers it is given, and at most zeros among them.
CARRIES = frozenset(
    {"identity", "flatten", "unflatten", "reshape", "permute", "concatenate"}
    | {"pixel_shuffle", "pixel_unshuffle", "channel_shuffle"}
    | {f"zero_pad{axes}d" for axes in (1, 2, 3)}
)


def ranges(
    design: Design, known: Mapping[str, Known | None], inputs: tuple[str, ...]
) -> list[Problem]:
    """One error for each table and Input whose numbers lead past its last row."""
    found = []
    for key in inputs:
        at = known[key]
        if at is None or at.args["dtype"] not in INTEGERS:
            continue
        for wire in _carried(design, key):
            there = known[wire.target]
            rows = there.args.get("num_embeddings") if there else None
            high = at.args["high"]
            if isinstance(rows, int) and isinstance(high, int) and rows < high:
                table = design.nodes[wire.target]
                found.append(beyond(table, wire.input, design.nodes[key], rows, high))
    return found


def _carried(design: Design, key: str) -> Iterator[Wire]:
    """The first input's wires of all that an Input's own numbers reach."""
    seen, waiting = {key}, [key]
    while waiting:
        for wire in design.graph.outgoing.get(waiting.pop(), ()):
            target = design.nodes[wire.target]
            if target.id in seen:
                continue
            seen.add(target.id)
            if target.kind in CARRIES:
                waiting.append(target.id)
            elif wire.input == "input":
                yield wire


def beyond(table: Node, port: str, entry: Node, rows: int, high: int) -> Problem:
    """The side that somebody set is right; the one left at its default is not."""
    chosen = "high" in entry.params
    values: dict[str, Value] = {"num_embeddings": high} if chosen else {"high": rows}
    changed = table if chosen else entry
    label = Message(
        "Set {param} of '{name}' to {value}",
        {
            "param": "num_embeddings" if chosen else "high",
            "name": changed.name,
            "value": high if chosen else rows,
        },
    )
    return Problem(
        Severity.ERROR,
        "range",
        table.id,
        Message(
            "{node} has rows 0 to {last}, but '{source}' brings whole numbers up to "
            "{most}. {label}.",
            {
                "node": table.called,
                "last": rows - 1,
                "source": entry.name,
                "most": high - 1,
                "label": label,
            },
        ),
        Fix(label, partial(edits.set_params, ids=(changed.id,), values=values)),
        port,
    )
