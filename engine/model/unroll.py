"""Every call that a network makes, blocks taken apart, in the order of the calls.

A block is no call of its own: what runs are the calls within it, once for each repeat.
A value is known by its `Place`: who makes it and by which port. What an Input within a
block, an Output or a whole use gives on is somebody else's value: an alias.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.model.plan import Plan, planned_within
from engine.model.step import Ref, Step, leaves


class Place(NamedTuple):
    """A value.

    Args:
        path: of ids, to who makes it: n5/0/n2.
        port: by which it leaves.
    """

    path: str
    port: str


@dataclass(frozen=True)
class Op:
    """One call.

    Args:
        path: of ids: n5/0/n2.
        name: of its module in the network: layer1.0.conv.
        step: how it is called.
        arriving: the values it is given, by name of port.
        depth: how many blocks are around it.
    """

    path: str
    name: str
    step: Step
    arriving: dict[str, Place]
    depth: int

    @property
    def kind(self) -> str:
        return self.step.node.kind

    @property
    def first(self) -> Place | None:
        """The value it is given first."""
        return next(iter(self.arriving.values()), None)

    @property
    def made(self) -> tuple[Place, ...]:
        """The values it makes."""
        refs = leaves(self.step.results)
        return tuple(Place(self.path, ref.port) for ref in refs)


@dataclass
class Unrolled:
    """All calls of a network.

    Args:
        ops: in the order they are made.
        inputs: the values that the network is given.
        results: the values it returns.
        aliases: values that are others': of uses, and of a body's Inputs.
    """

    ops: list[Op] = field(default_factory=list)
    inputs: tuple[Place, ...] = ()
    results: tuple[Place, ...] = ()
    aliases: dict[Place, Place] = field(default_factory=dict)


def unroll(plan: Plan) -> Unrolled:
    """The calls of a network with this plan."""
    found = Unrolled(inputs=tuple(Place(key, "output") for key in plan.inputs))
    found.results = _run(plan, "", "", 0, found.inputs, found)
    return found


def _run(
    plan: Plan,
    path: str,
    name: str,
    depth: int,
    given: tuple[Place, ...],
    found: Unrolled,
) -> tuple[Place, ...]:
    """Note the calls of one pass through a plan; the values that it returns."""
    values: dict[Ref, Place] = {}
    for key, place in zip(plan.inputs, given, strict=True):
        values[Ref(key, "output")] = place
        if path:
            found.aliases[Place(f"{path}{key}", "output")] = place
    for step in plan.needed:
        if step.known.inside is not None:
            values.update(_used(step, path, name, depth, values, found))
            continue
        op = Op(
            f"{path}{step.node.id}",
            f"{name}{step.node.name}",
            step,
            _arriving(step, values),
            depth,
        )
        found.ops.append(op)
        values.update((Ref(step.node.id, place.port), place) for place in op.made)
    return tuple(values[ref] for ref in plan.results)


def _used(
    step: Step,
    path: str,
    name: str,
    depth: int,
    values: dict[Ref, Place],
    found: Unrolled,
) -> dict[Ref, Place]:
    """Note the calls of all repeats of a block; what leaves it."""
    inside = step.known.inside
    assert inside is not None  # noqa: S101 - the caller asks for blocks only
    given = tuple(values[ref] for ref in leaves(step.args))
    several = inside.indexed or len(inside.passes) > 1
    key, called = f"{path}{step.node.id}", f"{name}{step.node.name}"
    made: tuple[Place, ...] = ()
    for turn, one in enumerate(inside.passes):
        at = f"{key}/{turn}/" if several else f"{key}/"
        before = len(found.ops)
        inner = f"{called}.{turn}." if inside.indexed else f"{called}."
        made = _run(planned_within(one, step.cast), at, inner, depth + 1, given, found)
        given = (made[0], *given[1:]) if made else given
        if several and not inside.indexed and not turn:
            _name_first(found, before, f"{key}/", at)
    refs = tuple(leaves(step.results))
    leaving = dict(zip(refs, made, strict=True))
    for ref, place in leaving.items():
        found.aliases[Place(key, ref.port)] = place
    return leaving


def _name_first(found: Unrolled, since: int, plain: str, numbered: str) -> None:
    """The first of repeats that share their weights is also known without a number."""
    for op in found.ops[since:]:
        for place in op.made:
            path = plain + place.path.removeprefix(numbered)
            found.aliases[Place(path, place.port)] = place
    for alias, place in list(found.aliases.items()):
        if alias.path.startswith(numbered):
            path = plain + alias.path.removeprefix(numbered)
            found.aliases[Place(path, alias.port)] = place


def _arriving(step: Step, values: dict[Ref, Place]) -> dict[str, Place]:
    """Port -> value; in the order in which torch takes them."""
    takes = step.row.takes or tuple(p.name for p in step.node.inputs if not p.keyword)
    found = dict(_paired(takes, step.args, values))
    found.update((port, values[ref]) for port, ref in step.named.items())
    return found


def _paired(names: Any, refs: Any, values: dict[Ref, Place]) -> list[tuple[str, Place]]:
    """Each port's name with its value, however both are nested."""
    wanted, given = _names(names), tuple(leaves(refs))
    return [(name, values[ref]) for name, ref in zip(wanted, given, strict=False)]


def _names(nest: Any) -> tuple[str, ...]:
    if isinstance(nest, str):
        return (nest,)
    return tuple(name for part in nest for name in _names(part))
