"""Advice about two operators of which one stands within a block and one does not.

Each level is advised by itself; what is left are the meetings at the borders of blocks:
what feeds the first layer of a body, what its last one feeds, and how one repeat feeds
the next. The rules are the ones of a level; what they find is told by the path of ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from engine.catalog.dims import INTEGERS
from engine.check.advice import of_meeting, of_thinned
from engine.check.inside import told
from engine.check.ranges import CARRIES, beyond
from engine.check.rules.kinds import DROPOUTS, PASSIVE
from engine.check.rules.losses import Fed, of_fed
from engine.check.rules.rule import Meeting
from engine.check.rules.wholes import rectified_output
from engine.design import edits
from engine.design.block import Leaving
from engine.design.blocks import uses
from engine.design.evaluate import Known
from engine.design.model import Design, Graph, Node, Wire
from engine.design.within import Found, Inside
from engine.errors import Fix, Problem


@dataclass(frozen=True, eq=False)
class Level:
    """A graph where it stands: the design's own, or one pass through a body.

    Args:
        graph: its nodes and wires.
        found: what is known of them.
        above: the level of the use; None for the design.
        use: the use.
        place: which repeat it is.
        inside: of the use.
    """

    graph: Graph
    found: Mapping[str, Found]
    above: Level | None = None
    use: Node | None = None
    place: int = 0
    inside: Inside | None = None

    @property
    def leaving(self) -> tuple[Leaving, ...]:
        """What leaves the body."""
        return self.inside.block.leaving if self.inside else ()

    def known(self, key: str) -> Known | None:
        found = self.found.get(key)
        return found if isinstance(found, Known) else None

    def into(self, key: str, place: int) -> Level | None:
        """A pass through the body of a use; -1 is the last."""
        known = self.known(key)
        if known is None or known.inside is None:
            return None
        count = len(known.inside.passes)
        one = known.inside.passes[place]
        return Level(
            one.block.graph,
            one.found,
            self,
            self.graph.nodes[key],
            place % count,
            known.inside,
        )


class Spot(NamedTuple):
    """A node on a level, and the port by which it was come to."""

    level: Level
    key: str
    port: str

    @property
    def node(self) -> Node:
        return self.level.graph.nodes[self.key]


class Behind(NamedTuple):
    """What really feeds an input.

    Args:
        at: it, and the output that does.
        alone: it feeds nothing else.
        crossed: a border lies between.
        dropout: the first dropout on the way back.
    """

    at: Spot
    alone: bool
    crossed: bool
    dropout: Spot | None


def across(
    design: Design, found: Mapping[str, Found], results: tuple[tuple[str, str], ...]
) -> list[Problem]:
    """The advice on all meetings at the borders of the blocks of a design."""
    top = Level(design.graph, found)
    if not any(node.block for node in design.nodes.values()):
        return []
    problems: dict[tuple[str, str, str], Problem] = {}
    for second in _meetings(top, set()):
        for level, problem in _advised(second):
            _note(design, problems, level, problem)
    for key, port in results:
        end = _settled(top, key, port)
        if end and end.crossed and end.at.node.kind in ("relu", "relu6"):
            level, problem = end.at.level, rectified_output(end.at.node)
            _note(design, problems, level, problem)
    for level, problem in _ranges(top):
        _note(design, problems, level, problem)
    return list(problems.values())


def _note(
    design: Design,
    problems: dict[tuple[str, str, str], Problem],
    level: Level,
    problem: Problem,
) -> None:
    key = (problem.rule, problem.node, problem.port)
    if key not in problems:
        problems[key] = _located(design, level, problem)


def _located(design: Design, level: Level, problem: Problem) -> Problem:
    """The problem as one of the whole design.

    A fix changes all uses of a block; what is only true of this one is not offered
    while there are others.
    """
    if not _single(design, level):
        problem = replace(problem, fix=None)
    while level.above is not None and level.use is not None and level.inside:
        indexed = level.inside.indexed
        at = f"{level.use.id}/{level.place}" if indexed else level.use.id
        problem = told(problem, at, level.use, level.inside)
        level = level.above
    return problem


def _single(design: Design, level: Level) -> bool:
    """Whether a body stands in one place only, so that an edit changes just that."""
    while level.above is not None and level.inside is not None:
        if len(level.inside.passes) > 1 or len(uses(design, level.inside.block.id)) > 1:
            return False
        level = level.above
    return True


def _advised(second: Spot) -> Iterator[tuple[Level, Problem]]:
    """What the rules say of a node and what feeds it past a border."""
    level, node = second.level, second.node
    at, behind = level.known(second.key), _behind(second)
    if at is None or behind is None or not behind.crossed:
        return
    if behind.dropout is not None:
        for problem in of_thinned(behind.dropout.node, behind.at.node, node):
            yield behind.dropout.level, problem
    first = behind.at
    at_first = first.level.known(first.key)
    if at_first is None:
        return
    met = Meeting(first.node, node, at_first, at, behind.alone)
    for problem in of_meeting(met):
        own = first.level if problem.node == first.key else level
        yield own, _mendable(problem, own, first, second)
    if node.row and node.row.role == "loss" and second.port == node.inputs[0].name:
        before = next(
            iter(first.level.graph.incoming.get(first.key, {}).values()), None
        )
        last = level.graph.incoming[second.key][second.port]
        for problem in of_fed(Fed(node, at, first.node, before, last, behind.alone)):
            yield level, _mendable(problem, level, first, second)


def _mendable(problem: Problem, own: Level, first: Spot, second: Spot) -> Problem:
    """The problem with a fix that reaches the level of what it changes, or none."""
    fix = problem.fix
    if fix is None or first.level is second.level:
        return problem
    touched = _touched(fix)
    if first.key in touched and second.key in touched:
        return replace(problem, fix=None)
    level = first.level if first.key in touched else second.level
    if level is own:
        return problem
    if own.above is not None:
        return replace(problem, fix=None)
    while level.above is not None and level.inside is not None:
        key = level.inside.block.id
        fix = Fix(fix.label, partial(edits.inside, key=key, edit=fix.edit))
        level = level.above
    return replace(problem, fix=fix)


def _touched(fix: Fix) -> set[str]:
    """The ids that a fix speaks of."""
    found: set[str] = set()
    for value in fix.edit.keywords.values() if isinstance(fix.edit, partial) else ():
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, tuple):
            found.update(part for part in value if isinstance(part, str))
    return found


def _ranges(top: Level) -> Iterator[tuple[Level, Problem]]:
    """Whole numbers of an Input that lead past the last row of a table in a block."""
    for key, node in top.graph.nodes.items():
        at = top.known(key)
        if node.kind != "input" or at is None or at.args["dtype"] not in INTEGERS:
            continue
        for spot in _ahead(top, key, "output", CARRIES):
            there = spot.level.known(spot.key)
            rows = there.args.get("num_embeddings") if there else None
            high = at.args["high"]
            if spot.level is top or spot.port != "input":
                continue
            if isinstance(rows, int) and isinstance(high, int) and rows < high:
                problem = beyond(spot.node, spot.port, node, rows, high)
                if key in _touched(problem.fix) if problem.fix else False:
                    problem = replace(problem, fix=None)
                yield spot.level, problem


def _behind(second: Spot) -> Behind | None:
    """What feeds an input, past what changes no value and past all borders."""
    wire = second.level.graph.incoming.get(second.key, {}).get(second.port)
    if wire is None:
        return None
    level, alone, crossed, dropout = second.level, True, False, None
    found = _settled(level, wire.source, wire.output)
    while found is not None:
        at, alone = found.at, alone and found.alone
        crossed = crossed or found.crossed
        entering = at.level.graph.incoming.get(at.key)
        if at.node.kind not in PASSIVE or not entering:
            return Behind(at, alone, crossed, dropout)
        if at.node.kind in DROPOUTS:
            dropout = at
        wire = next(iter(entering.values()))
        found = _settled(at.level, wire.source, wire.output)
    return None


def _settled(level: Level, key: str, port: str) -> Behind | None:
    """The plain node that an output is really of, and whether it goes there alone."""
    alone, crossed = True, False
    while True:
        node = level.graph.nodes[key]
        leaving = level.graph.outgoing.get(key, ())
        alone = alone and sum(wire.output == port for wire in leaving) <= 1
        inner = level.into(key, -1) if node.block is not None else None
        if inner is not None:
            end = next((e for e in inner.leaving if e.port == port), None)
            if end is None or not end.source:
                return None
            level, key, port, crossed = inner, end.source, end.leaving, True
            continue
        if node.block is not None:
            return None
        if node.kind != "input" or level.above is None:
            return Behind(Spot(level, key, port), alone, crossed, None)
        before = _entering(level, key)
        if before is None:
            return None
        (level, key, port), crossed = before, True


def _entering(level: Level, key: str) -> tuple[Level, str, str] | None:
    """Where what enters a body by an Input comes from."""
    above, use, inside = level.above, level.use, level.inside
    assert above and use and inside  # noqa: S101, PT018 - the caller has looked
    number = inside.block.entering.index(key)
    if level.place > 0 and number == 0:
        before = above.into(use.id, level.place - 1)
        end = inside.block.leaving[0]
        return (before, end.source, end.leaving) if before and end.source else None
    port = use.inputs[number].name
    wire = above.graph.incoming.get(use.id, {}).get(port)
    return (above, wire.source, wire.output) if wire else None


def _meetings(level: Level, done: set[str]) -> Iterator[Spot]:
    """The inputs that are fed past a border, from what borders there are."""
    for key, node in level.graph.nodes.items():
        if node.block is None:
            continue
        first, last = level.into(key, 0), level.into(key, -1)
        if first is None or last is None:
            continue
        for port in node.outputs:
            yield from _ahead(level, key, port.name)
        for entry in node.block.entering:
            yield from _ahead(first, entry, "output")
        second = level.into(key, 1) if last.place else None
        if second is not None and node.block.entering:
            yield from _ahead(second, node.block.entering[0], "output")
        if node.block.id not in done:
            done.add(node.block.id)
            yield from _meetings(first, done)


def _ahead(
    level: Level, key: str, port: str, through: frozenset[str] = PASSIVE
) -> Iterator[Spot]:
    """The inputs that an output feeds, past what changes no value and into blocks."""
    waiting, seen = [(level, key, port)], set[tuple[int, str]]()
    while waiting:
        here, key, port = waiting.pop()
        for wire in here.graph.outgoing.get(key, ()):
            if wire.output != port or (id(here.graph), wire.target) in seen:
                continue
            node = here.graph.nodes[wire.target]
            if node.kind in through:
                seen.add((id(here.graph), wire.target))
                waiting.append((here, node.id, node.outputs[0].name))
            elif node.block is not None:
                inner = here.into(node.id, 0)
                entry = _entry(node, wire)
                if inner is not None and entry:
                    waiting.append((inner, entry, "output"))
            else:
                yield Spot(here, node.id, wire.input)


def _entry(node: Node, wire: Wire) -> str:
    """The Input of a body that an input port of its use is."""
    names = [port.name for port in node.inputs]
    if node.block is None or wire.input not in names:
        return ""
    return node.block.entering[names.index(wire.input)]
