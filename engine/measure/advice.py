"""What a measured signal says against a design: the advisor's rules that need one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import isfinite, isnan
from typing import Literal

from engine.check import Checked
from engine.check.muting import muted
from engine.check.rules.measured import DEAD_UNITS, EXPLODES, VANISHES
from engine.check.rules.rule import Rule
from engine.design import edits
from engine.design.model import Node
from engine.errors import Fix, Message, Problem
from engine.measure.signals import Layer, Signal, middle

HALF = 0.5  # of a layer's units
FAR = 1e3  # times as wide, or as narrow, as where it began
Way = Literal["forward", "backward"]


def advise(checked: Checked, signal: Signal) -> list[Problem]:
    """The advice on a design that a signal through it gives."""
    design = checked.design
    found = [
        *_dead(checked, signal),
        *_range(checked, signal, "forward"),
        *_range(checked, signal, "backward"),
    ]
    return [problem for problem in found if not muted(design, problem)]


def _dead(checked: Checked, signal: Signal) -> Iterator[Problem]:
    for layer in signal.layers:
        share = middle(layer.dead)
        place = _place(checked, layer.node) if layer.role == "activation" else None
        if place is None or not share > HALF:
            continue
        node, block = place
        fix = None
        if node.kind in ("relu", "relu6"):
            edit = partial(
                edits.inside,
                key=block,
                edit=partial(edits.replace_kind, key=node.id, kind="leaky_relu"),
            )
            fix = Fix(Message("Use LeakyReLU"), edit)
        template = (
            "{share} of the units of {node} got no gradient from {batch} samples."
        )
        values = {"share": f"{share:.0%}", "batch": signal.batch}
        yield _problem(DEAD_UNITS, layer, place, template, values, fix)


def _range(checked: Checked, signal: Signal, way: Way) -> Iterator[Problem]:
    """The first layer, in the order of the way, that is out of range; one is enough."""
    layers = signal.weighted if way == "forward" else signal.weighted[::-1]
    began = 0.0
    for layer in layers:
        size = _size(layer, way)
        if isnan(size):
            continue
        began = began or size
        if not began or 1 / FAR <= size / began <= FAR:
            continue
        place = _place(checked, layer.node)
        if place is not None:
            yield _out_of_range(layer, place, way, size / began)
        return


def _out_of_range(
    layer: Layer, place: tuple[Node, str], way: Way, ratio: float
) -> Problem:
    grows = ratio > 1
    what = {
        "forward": Message("the signal, counted from the first layer"),
        "backward": Message("the gradient, counted from the last layer"),
    }[way]
    template = (
        "At {node} {what}, has become {times} times as wide. Try initializers in the "
        "Init lab, or put norms between the layers."
        if grows
        else "At {node} {what}, has shrunk to {times} of its width. Try initializers "
        "in the Init lab, or put norms between the layers."
    )
    values = {"what": what, "times": f"{ratio:.2g}"}
    return _problem(EXPLODES if grows else VANISHES, layer, place, template, values)


def _size(layer: Layer, way: Way) -> float:
    """The root mean square of what leaves a layer; NaN where nothing was measured."""
    spread = getattr(layer.main, way) if layer.main else None
    if spread is None:
        return float("nan")
    size = middle(spread.second) ** 0.5
    overflowed = isnan(size) and not all(map(isfinite, spread.second))
    return float("inf") if overflowed else size


def _problem(
    rule: Rule,
    layer: Layer,
    place: tuple[Node, str],
    template: str,
    values: Mapping[str, object],
    fix: Fix | None = None,
) -> Problem:
    node, block = place
    message = Message(template, {"node": node.called, **values})
    return Problem(rule.severity, rule.name, layer.node, message, fix, block=block)


def _place(checked: Checked, path: str) -> tuple[Node, str] | None:
    """The node at a path, and the id of the block that it stands in."""
    nodes, block, node = checked.design.nodes, "", None
    for part in path.split("/"):
        if part.isdigit():
            continue
        if node is not None:
            if node.block is None:
                return None
            nodes, block = node.block.graph.nodes, node.block.id
        node = nodes.get(part)
        if node is None:
            return None
    return (node, block) if node is not None else None
