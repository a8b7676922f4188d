"""Where data enters and leaves a design, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from engine.check.faults import listed
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, by_age
from engine.errors import Fix, Message, Problem, Severity


class Ends(NamedTuple):
    """The Inputs and Outputs of a design; see `Checked`."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


def ends(design: Design, known: Mapping[str, Known | None], *, clean: bool) -> Ends:
    """The ends of a design.

    Args:
        design: the design.
        known: what is known at its nodes.
        clean: no node has an error, so that what is missing is worth saying.
    """
    nodes, leaving = design.nodes, design.graph.outgoing
    inputs, outputs = (
        tuple(sorted((k for k, n in nodes.items() if n.kind == kind), key=by_age))
        for kind in ("input", "output")
    )
    loose = [key for key in nodes if key not in leaving and nodes[key].kind != "output"]
    bodies = [key for key in loose if nodes[key].kind != "input"]
    problems = []
    if len(inputs) + len(outputs) == len(nodes):
        problems.append(_whole("empty", _EMPTY if inputs else _NOTHING))
    elif not inputs and clean and not design.scope.block:
        problems.append(_whole("no-input", _NO_INPUT))
    unused = [key for key in loose if nodes[key].kind == "input" and bodies]
    if outputs:
        wires = (design.graph.incoming.get(key, {}).get("input") for key in outputs)
        results = tuple((wire.source, wire.output) for wire in wires if wire)
        unused += bodies
    else:
        chosen = [key for key in bodies if known[key] is not None] or bodies
        if len(chosen) > 1:
            problems += [_scattered(design, chosen)] if known[chosen[0]] else []
            chosen = []
        outputs = tuple(chosen)
        results = tuple((key, p[0].name) for key in chosen if (p := nodes[key].outputs))
    problems += [_unused(design, key) for key in unused if known[key] is not None]
    return Ends(inputs, outputs, results, tuple(problems))


_NOTHING = "There is no network yet. Drag an Input and a layer onto the canvas."
_EMPTY = "There is an Input but no layer yet. Drag one onto the canvas."
_NO_INPUT = "The network has no Input. Drag one onto the canvas and wire it on."


def _whole(rule: str, sentence: str) -> Problem:
    return Problem(Severity.ERROR, rule, "", Message(sentence))


def _scattered(design: Design, keys: list[str]) -> Problem:
    named = listed([design.nodes[key].name for key in keys])
    return Problem(
        Severity.ERROR,
        "loose-ends",
        "",
        Message(
            "Nothing follows {nodes}, so it is open what the network returns. Wire all "
            "but one of them on, or give each an Output.",
            {"nodes": named},
        ),
        Fix(
            Message("Give each an Output"), partial(edits.add_outputs, ids=tuple(keys))
        ),
    )


def _unused(design: Design, key: str) -> Problem:
    node = design.nodes[key]
    return Problem(
        Severity.WARNING,
        "unused",
        key,
        Message(
            "Nothing uses {node}. Wire it on, give it an Output, or delete it.",
            {"node": node.called},
        ),
        Fix(
            Message("Delete '{name}'", {"name": node.name}),
            partial(edits.remove, ids=(key,)),
        ),
    )
