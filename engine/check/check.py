"""`check`: all that can be said about a design before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

from engine.catalog.dims import Tensor
from engine.catalog.spec import Init, TensorSpec
from engine.check.advice import advise
from engine.check.border import across
from engine.check.costs import Costs, costs
from engine.check.ends import Ends, ends
from engine.check.faults import faults
from engine.check.inside import within
from engine.check.muting import muted
from engine.check.ranges import ranges
from engine.check.rules.losses import losses
from engine.check.sizes import unknown_sizes
from engine.design.evaluate import Known
from engine.design.fitting import chosen_init
from engine.design.flow import flow
from engine.design.model import Design, Settings, Wire
from engine.design.ties import origin
from engine.design.within import Found, Inside, Pass, UnsoundError
from engine.errors import Problem, Severity

State = Literal["known", "wrong", "waiting"]

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}


@dataclass(frozen=True)
class Checked:
    """What is known of a design, and what is wrong or unwise about it.

    Args:
        design: what was checked; its looks may be older than the document's.
        order: ids so that every node follows its sources; those on a loop are absent.
        nodes: id -> what is known there; None where it is wrong or waits.
        problems: the worst first, then in the order of computation.
        wrong: ids with an error of their own that keeps their shapes from being known.
        wrong_wires: the wires at fault, to be drawn dashed.
        inputs: the Inputs, in the order of the call.
        outputs: the Outputs in the order of the result, or the single loose end.
        results: (id, port) of what forward returns.
        found: id -> what the shapes came to, in order.

    Within blocks a node is asked for by its path: the ids of the uses around it and its
    own, with the number of the repeat behind a use that has several: n5/0/n2.
    """

    design: Design
    order: tuple[str, ...]
    nodes: Mapping[str, Known | None]
    problems: tuple[Problem, ...]
    wrong: frozenset[str]
    wrong_wires: frozenset[Wire]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    found: Mapping[str, Found]

    def state(self, key: str) -> State:
        """Whether a node's shapes are known, wrong, or wait for another node's."""
        around, last = self._at(key)
        if around is None:
            return "waiting"
        if around.nodes.get(last) is not None:
            return "known"
        return "wrong" if last in around.wrong else "waiting"

    def known(self, key: str) -> Known | None:
        """What is known at a node."""
        around, last = self._at(key)
        return around.nodes.get(last) if around else None

    def tensor(self, key: str, port: str) -> Tensor | None:
        """What leaves a node by a port, where it is known."""
        known = self.known(key)
        return known.outputs.get(port) if known else None

    def inside(self, key: str) -> Checked | None:
        """The check of a block's body on what arrives at a use; None where that waits.

        Its `design` is the body as a design. A use that has several repeats is asked
        with the number behind its id, n5/0; without it, the first answers.
        """
        around, last = self._at(key)
        if around is None:
            return None
        if last.isdigit():
            around, last, place = *self._at(key.rpartition("/")[0]), int(last)
        else:
            place = 0
        at = around.found.get(last) if around else None
        inside: Inside | None = getattr(at, "inside", None)
        if inside is None or not 0 <= place < len(inside.passes):
            return None
        return seen(inside.passes[place], self.design.settings)

    def _at(self, path: str) -> tuple[Checked | None, str]:
        """The check of the graph around a path's last element, and that element."""
        before, _, last = path.rpartition("/")
        if not before:
            return self, last
        if last.isdigit():
            return self._at(before)[0], last
        return self.inside(before), last

    def of(self, key: str) -> tuple[Problem, ...]:
        """The problems at a node or within it, the worst first; "" is the design."""
        return self._by_node.get(key, ())

    def worst(self, key: str) -> Severity | None:
        """How bad the worst problem at a node is."""
        problems = self.of(key)
        return problems[0].severity if problems else None

    def init_of(self, key: str, spec: TensorSpec) -> Init:
        """What draws a tensor: its own choice, its family's, or torch's default."""
        key, spec = self.drawn(key, spec)
        return chosen_init(self.design.nodes[key], spec)

    def drawn(self, key: str, spec: TensorSpec) -> tuple[str, TensorSpec]:
        """Where a tensor is drawn: at its own node, or at the one that shares it."""
        owner, name = origin(self.design.nodes, (key, spec.name))
        at = self.known(owner) if owner != key else None
        for other in at.tensors if at else ():
            if other.name == name:
                return owner, other
        return key, spec

    @cached_property
    def ok(self) -> bool:
        """Whether a model can be built: there is no error."""
        return not any(p.severity is Severity.ERROR for p in self.problems)

    @cached_property
    def parameters(self) -> int:
        """How many numbers the known part learns."""
        return sum(known.parameters for known in self.nodes.values() if known)

    @cached_property
    def trainable(self) -> int:
        """How many of them are not frozen."""
        nodes = self.design.nodes
        return sum(
            known.trainable
            for key, known in self.nodes.items()
            if known and not nodes[key].frozen
        )

    @cached_property
    def weight_bytes(self) -> int:
        """Memory of all parameters and buffers of the known part."""
        return sum(known.weight_bytes for known in self.nodes.values() if known)

    @cached_property
    def mult_adds(self) -> int:
        """Mult-adds of the known part, per sample."""
        return sum(known.mult_adds for known in self.nodes.values() if known)

    @cached_property
    def costs(self) -> Costs:
        """What every known node costs, worked out when it is first asked for."""
        return costs(self)

    @cached_property
    def _by_node(self) -> Mapping[str, tuple[Problem, ...]]:
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            for path in _prefixes(problem.node):
                found.setdefault(path, []).append(problem)
        return {path: tuple(problems) for path, problems in found.items()}


_latest: dict[str, Checked] = {}  # of the design, and of the block looked into


def check(design: Design) -> Checked:
    """Everything that is known of `design`; the latest answer is remembered."""
    last = _latest.get(design.scope.block)
    if (
        last
        and last.design.graph is design.graph
        and last.design.settings is design.settings
        and last.design.scope == design.scope
    ):
        return last
    for other in [key for key in _latest if key and design.scope.block]:
        del _latest[other]
    checked = _latest[design.scope.block] = _checked(design, flow(design))
    return checked


def seen(one: Pass, settings: Settings) -> Checked:
    """The check of one pass through a body, remembered with the pass."""
    known: Checked | None = one.memo.get("checked")
    if known is None or known.design.settings != settings:
        block = one.block
        view = Design(block.graph, block.look, settings, scope=one.scope)
        known = one.memo["checked"] = _checked(view, one.found)
    return known


def _checked(design: Design, found: Mapping[str, Found]) -> Checked:
    nodes = dict.fromkeys(design.nodes)
    known: dict[str, Known | None] = {
        **nodes,
        **{key: at for key, at in found.items() if isinstance(at, Known)},
    }
    wrong = faults(design, found)
    inner, broken = within(design, found, partial(seen, settings=design.settings))
    problems = [*wrong.problems, *inner, *_unexplained(design, found, broken)]
    leaving: Ends = ends(design, known, clean=not problems)
    problems += leaving.problems
    if not design.scope.block:  # within a block, an Input's range is but a sample
        problems += ranges(design, known, leaving.inputs)
    problems += advise(design, known, leaving.results)
    problems += losses(design, known)
    if not design.scope.block:
        told = {(problem.rule, problem.node) for problem in problems}
        further = across(design, found, leaving.results)
        problems += (one for one in further if (one.rule, one.node) not in told)
    problems += unknown_sizes(design, known)
    problems = [one for one in problems if not muted(design, one)]
    problems.sort(key=lambda problem: _RANK[problem.severity])
    return Checked(
        design=design,
        order=design.graph.order,
        nodes=known,
        problems=tuple(problems),
        wrong=wrong.nodes | broken,
        wrong_wires=wrong.wires,
        inputs=leaving.inputs,
        outputs=leaving.outputs,
        results=leaving.results,
        found=found,
    )


def _unexplained(
    design: Design, found: Mapping[str, Found], broken: frozenset[str]
) -> Iterator[Problem]:
    """A use that cannot be computed, though nothing within it says why."""
    for key, at in found.items():
        if isinstance(at, UnsoundError) and key not in broken:
            message = at.message.filled(node=design.nodes[key].called)
            yield Problem(Severity.ERROR, "block", key, message)


def _prefixes(path: str) -> Iterator[str]:
    """A path and every path that leads to it: n5/0/n2, n5/0, n5."""
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
