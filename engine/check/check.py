"""`check`: all that can be said about a design before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from engine.catalog.dims import Tensor
from engine.catalog.spec import Init, TensorSpec
from engine.check.advice import advise
from engine.check.costs import Costs, costs
from engine.check.ends import Ends, ends
from engine.check.faults import faults
from engine.check.losses import losses
from engine.check.ranges import ranges
from engine.check.sizes import unknown_sizes
from engine.design.evaluate import Known
from engine.design.fitting import chosen_init
from engine.design.flow import flow
from engine.design.model import Design, Graph, Settings, Wire
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

    def state(self, key: str) -> State:
        """Whether a node's shapes are known, wrong, or wait for another node's."""
        if self.nodes.get(key) is not None:
            return "known"
        return "wrong" if key in self.wrong else "waiting"

    def known(self, key: str) -> Known | None:
        """What is known at a node."""
        return self.nodes.get(key)

    def tensor(self, key: str, port: str) -> Tensor | None:
        """What leaves a node by a port, where it is known."""
        known = self.nodes.get(key)
        return known.outputs.get(port) if known else None

    def of(self, key: str) -> tuple[Problem, ...]:
        """The problems at a node, the worst first; "" is the whole design."""
        return self._by_node.get(key, ())

    def worst(self, key: str) -> Severity | None:
        """How bad the worst problem at a node is."""
        problems = self.of(key)
        return problems[0].severity if problems else None

    def init_of(self, key: str, spec: TensorSpec) -> Init:
        """What draws a tensor: its own choice, its family's, or torch's default."""
        return chosen_init(self.design.nodes[key], spec)

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
            known.parameters
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
        found: dict[str, tuple[Problem, ...]] = {}
        for problem in self.problems:
            found[problem.node] = (*found.get(problem.node, ()), problem)
        return found


class _Latest(NamedTuple):
    graph: Graph
    settings: Settings
    checked: Checked


_latest: _Latest | None = None


def check(design: Design) -> Checked:
    """Everything that is known of `design`; the latest answer is remembered."""
    global _latest
    last, graph, settings = _latest, design.graph, design.settings
    if last and last.graph is graph and last.settings is settings:
        return last.checked
    checked = _checked(design)
    _latest = _Latest(graph, settings, checked)
    return checked


def _checked(design: Design) -> Checked:
    found = flow(design)
    nodes = dict.fromkeys(design.nodes)
    known: dict[str, Known | None] = {
        **nodes,
        **{key: at for key, at in found.items() if isinstance(at, Known)},
    }
    wrong = faults(design, found)
    leaving: Ends = ends(design, known, clean=not wrong.problems)
    problems = [
        *wrong.problems,
        *leaving.problems,
        *ranges(design, known, leaving.inputs),
        *advise(design, known, leaving.results),
        *losses(design, known),
        *unknown_sizes(design, known),
    ]
    problems.sort(key=lambda problem: _RANK[problem.severity])
    return Checked(
        design=design,
        order=design.graph.order,
        nodes=known,
        problems=tuple(problems),
        wrong=wrong.nodes,
        wrong_wires=wrong.wires,
        inputs=leaving.inputs,
        outputs=leaving.outputs,
        results=leaving.results,
    )
