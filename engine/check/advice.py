"""What runs but is unwise: the rules of `engine.check.rules` put to a graph.

Most rules are about two operators that meet: one feeds the other, directly or through
what changes no value (Flatten) or only thins it out (Dropout). The rules say which
kinds they are about, so that a network of a thousand layers asks no needless question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from engine.check.rules.drawing import DRAWING, FANS
from engine.check.rules.kinds import (
    DROPOUTS,
    NORMS,
    PASSIVE,
    PLAIN_DROPOUTS,
    TRANSPOSED,
)
from engine.check.rules.meetings import MEETINGS
from engine.check.rules.rule import Meeting, Meets, Spot
from engine.check.rules.stacks import stacked
from engine.check.rules.wholes import (
    dropout_after,
    dropout_before,
    rectified_output,
    whole,
)
from engine.design.evaluate import Known
from engine.design.model import Design, Node, Wire
from engine.errors import Problem


def advise(
    design: Design,
    known: Mapping[str, Known | None],
    results: tuple[tuple[str, str], ...],
) -> list[Problem]:
    """Every piece of advice on the known part of a design, in the order of nodes."""
    found: dict[tuple[str, str], Problem] = {}
    nodes, incoming = design.nodes, design.graph.incoming
    for key, node in nodes.items():
        at = known[key]
        if at is None:
            continue
        advice: list[Problem] = []
        if node.kind not in PASSIVE:
            for wire in incoming.get(key, _NOTHING).values():
                first = nodes[wire.source]
                if first.kind in PASSIVE or _between(
                    first.kind, node.kind, bool(first.init)
                ):
                    advice += _meet(design, known, first, node, at)
        if node.init or node.kind in TRANSPOSED:
            advice += _drawn(Spot(design, node, at))
        for problem in advice:
            found.setdefault((problem.rule, problem.node), problem)
    for problem in stacked(design, known):
        found.setdefault((problem.rule, problem.node), problem)
    if not design.scope.block:
        for key, _ in results:
            if nodes[key].kind in ("relu", "relu6") and known[key] is not None:
                found["rectified-output", key] = rectified_output(nodes[key])
        found.update(((one.rule, one.node), one) for one in whole(design, known))
    return list(found.values())


_NOTHING: Mapping[str, Wire] = {}


def _drawn(spot: Spot) -> Iterator[Problem]:
    """The advice on how an operator's tensors are drawn."""
    for rule in DRAWING if spot.node.init else ():
        for found in rule.speaks(spot):
            yield rule.problem(found)
    if spot.node.kind in TRANSPOSED:
        for found in FANS.speaks(spot):
            yield FANS.problem(found)


def _meet(
    design: Design,
    known: Mapping[str, Known | None],
    first: Node,
    second: Node,
    at: Known,
) -> Iterator[Problem]:
    """The advice of all rules about `second` and what really feeds it."""
    nodes, incoming, outgoing = (
        design.nodes,
        design.graph.incoming,
        design.graph.outgoing,
    )
    alone = len(outgoing[first.id]) == 1
    thinned = None
    while first.kind in PASSIVE and first.id in incoming:
        thinned = first if first.kind in DROPOUTS else thinned
        wire = next(iter(incoming[first.id].values()))
        first = nodes[wire.source]
        alone = alone and len(outgoing[first.id]) == 1
    if thinned:
        yield from of_thinned(thinned, first, second)
    at_first = known[first.id]
    if at_first is not None:
        yield from of_meeting(Meeting(first, second, at_first, at, alone))


def of_thinned(dropout: Node, first: Node, second: Node) -> Iterator[Problem]:
    """The advice on a dropout and what it stands between."""
    if second.kind in NORMS:
        yield dropout_before(dropout, second)
    if first.kind == "selu" and dropout.kind in PLAIN_DROPOUTS:
        yield dropout_after(dropout, first)


def of_meeting(meeting: Meeting) -> Iterator[Problem]:
    """The advice of all rules about two operators that meet."""
    first, second = meeting.first, meeting.second
    for rule in _between(first.kind, second.kind, bool(first.init)):
        if found := rule.speaks(meeting):
            yield rule.problem(found)


@lru_cache(maxsize=1 << 14)
def _between(first: str, second: str, chosen: bool) -> tuple[Meets, ...]:
    """The rules about these two kinds; `chosen`: the first has an initializer."""
    return tuple(
        rule
        for rule in MEETINGS
        if first in rule.first
        and (rule.second is None or second in rule.second)
        and (chosen or not rule.chosen)
    )
