"""What is wrong within blocks: each fault once, told where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, Node
from engine.design.within import Found, Inside, Pass, UnsoundError
from engine.errors import Fix, Message, Problem, Severity

if TYPE_CHECKING:
    from engine.check.check import Checked

WHERE = "In {where} ({block}): {problem}"
Look = Callable[[Pass], "Checked"]


def within(
    design: Design, found: Mapping[str, Found], look: Look
) -> tuple[list[Problem], frozenset[str]]:
    """The problems inside every use of a block, and the uses that are wrong for them.

    A problem that all uses of a block have is told at the first of them.

    Args:
        design: whose uses.
        found: what is known of its nodes.
        look: the check of one pass through a body.
    """
    problems: dict[tuple[str, ...], Problem] = {}
    wrong: set[str] = set()
    for key, node in design.nodes.items():
        inside = _inside(found.get(key)) if node.block else None
        for problem in _of(node, inside, look) if inside else ():
            if problem.severity is Severity.ERROR:
                wrong.add(key)
            last = problem.node.rpartition("/")[2]
            problems.setdefault(
                (problem.block, last, problem.rule, problem.port), problem
            )
    return list(problems.values()), frozenset(wrong)


def _inside(at: Found) -> Inside | None:
    if isinstance(at, Known):
        return at.inside
    return at.inside if isinstance(at, UnsoundError) else None


def _of(node: Node, inside: Inside, look: Look) -> Iterator[Problem]:
    """The problems of one use, as its own graph's."""
    seen: set[int] = set()
    for place, one in enumerate(inside.passes):
        if id(one) in seen:
            continue
        seen.add(id(one))
        at = f"{node.id}/{place}" if inside.indexed else node.id
        for problem in look(one).problems:
            yield told(problem, at, node, inside)


def told(problem: Problem, at: str, node: Node, inside: Inside) -> Problem:
    """A problem of a body as one of the graph that uses it."""
    block = inside.block
    values: dict[str, object] = {
        "where": f"'{node.name}'",
        "block": block.name,
        "problem": problem.message,
    }
    if problem.message.template == WHERE:
        values = {**problem.message.values}
        values["where"] = f"'{node.name}' › {values['where']}"
    fix = problem.fix
    if fix:
        fix = Fix(fix.label, partial(edits.inside, key=block.id, edit=fix.edit))
    return replace(
        problem,
        node=f"{at}/{problem.node}" if problem.node else at,
        message=Message(WHERE, values),
        fix=fix,
        block=problem.block or block.id,
    )


def brought_in(problem: Problem, start: int, depth: int) -> Problem:
    """A problem of the whole as one of the body in which it stands.

    Its fix is brought along where it changes that body; else there is none.

    Args:
        problem: told of the whole.
        start: where the path of the body ends in the problem's.
        depth: how many blocks the body stands in.
    """
    node, message, fix = problem.node[start:], problem.message, problem.fix
    inner = message.values.get("problem")
    if "/" not in node and isinstance(inner, Message):
        message = inner
    for _ in range(depth):
        edit = fix.edit if fix else None
        if fix is None or not isinstance(edit, partial) or edit.func != edits.inside:
            return replace(problem, node=node, message=message, fix=None)
        fix = Fix(fix.label, edit.keywords["edit"])
    return replace(problem, node=node, message=message, fix=fix)
