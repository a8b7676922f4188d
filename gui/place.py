"""Which part of a design is looked at: all of it, or the body of a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from engine.check import Checked, check
from engine.check.inside import brought_in
from engine.design.bodies import opened
from engine.design.model import Design, Node
from engine.errors import Problem, Severity

Place = tuple[str, ...]  # ids of the uses that lead there; () is the whole design


class Here(NamedTuple):
    """What stands open.

    Args:
        place: how to get there.
        prefix: what stands before the id of a node here in its path: "n5/0/".
        design: the body as a design, or the whole.
        checked: what is known of it on what arrives at the use it was opened by.
        turns: for each step of the place, which repeat was gone into, from 0.
        repeats: for each step, how many there are to go into.
    """

    place: Place
    prefix: str
    design: Design
    checked: Checked
    turns: tuple[int, ...] = ()
    repeats: tuple[int, ...] = ()


def look(
    whole: Design,
    checked: Checked,
    place: Place,
    turns: Mapping[Place, int] = MappingProxyType({}),
) -> Here:
    """What stands at a place, or as far on the way there as there still is one.

    Where nothing arrives yet, and of a definition opened by its own id, the Inputs show
    their samples.

    Args:
        whole: the design.
        checked: its check.
        place: where.
        turns: which repeat to look into on the way, the first where nothing is said.
    """
    here = Here((), "", whole, checked)
    for key in place:
        node = here.design.nodes.get(key)
        block = node.block if node else whole.blocks.get(key)
        if block is None:
            break
        here = _deeper(whole, here, key, block.id, turns)
    return _with_borders(checked, here) if here.place else here


def _deeper(
    whole: Design, here: Here, key: str, block: str, turns: Mapping[Place, int]
) -> Here:
    """One step further into a block."""
    place = (*here.place, key)
    inside = getattr(here.checked.found.get(key), "inside", None)
    count = len(inside.passes) if inside else 1
    turn = max(0, min(turns.get(place, 0), count - 1))
    deeper = here.checked.inside(f"{key}/{turn}")
    view = opened(whole, block, deeper.design.scope if deeper else None)
    step = f"{key}/{turn}/" if inside and inside.indexed else f"{key}/"
    return Here(
        place,
        here.prefix + step,
        view,
        deeper or check(view),
        (*here.turns, turn),
        (*here.repeats, count),
    )


def _with_borders(whole: Checked, here: Here) -> Here:
    """With the problems here that only the whole can know of: those at borders."""
    own = {(problem.rule, problem.node) for problem in here.checked.problems}
    further = []
    for problem in whole.of(here.prefix.rstrip("/")):
        if problem.node.startswith(here.prefix):
            inner = brought_in(problem, len(here.prefix), len(here.place))
            if (inner.rule, inner.node) not in own:
                further.append(inner)
    if not further:
        return here
    problems = sorted((*here.checked.problems, *further), key=_rank)
    return here._replace(checked=replace(here.checked, problems=tuple(problems)))


def _rank(problem: Problem) -> int:
    return list(Severity).index(problem.severity)  # the worst first


def place_of(path: str) -> tuple[Place, str]:
    """The place of a node within blocks, and its id, from its path."""
    keys = [part for part in path.split("/") if not part.isdigit()]
    return tuple(keys[:-1]), keys[-1] if keys else ""


def turns_of(path: str) -> dict[Place, int]:
    """Which repeats a path leads through: n5/2/n7 through the third of n5."""
    found: dict[Place, int] = {}
    place: Place = ()
    for part in path.split("/"):
        if part.isdigit():
            found[place] = int(part)
        else:
            place = (*place, part)
    return found


class Step(NamedTuple):
    """One use on the way to a place.

    Args:
        use: what it is called; "" for a definition that is opened by its own id.
        block: the name of its block.
    """

    use: str
    block: str

    @property
    def name(self) -> str:
        """The use's; the block's where there is none."""
        return self.use or self.block


def steps(whole: Design, place: Place) -> tuple[Step, ...]:
    """The uses that a place leads through."""
    found: list[Step] = []
    nodes = whole.nodes
    for key in place:
        node = nodes.get(key)
        block = node.block if node else whole.blocks.get(key)
        if block is None:
            break
        use = (node.label or node.name) if node else ""
        found.append(Step(use, block.name))
        nodes = block.graph.nodes
    return tuple(found)


def node_at(whole: Design, path: str) -> Node | None:
    """The node that a path leads to."""
    place, key = place_of(path)
    nodes = whole.nodes
    for step in place:
        use = nodes.get(step)
        if use is None or use.block is None:
            return None
        nodes = use.block.graph.nodes
    return nodes.get(key)
