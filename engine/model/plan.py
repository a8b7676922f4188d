"""How a design runs, said once: what each node is made with and called with.

The builder carries a plan out, the generator writes it down; neither decides anything
about arguments itself, so that they cannot disagree. No torch here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from engine.catalog.dims import Sym
from engine.check import Checked
from engine.check.check import seen
from engine.check.walk import walk
from engine.design.block import Block
from engine.design.flow import REAL
from engine.design.model import Design, Node, Settings, by_age
from engine.design.ties import origin
from engine.design.within import Pass
from engine.errors import BuildError, Severity
from engine.model.step import Ref, Step, floating, sizes, step_of


class Tie(NamedTuple):
    """A tensor that is another's, by their names in the state_dict of the module."""

    name: str
    source: str


class Origin(NamedTuple):
    """Where a symbol's size is read: an axis of an input."""

    input: str
    axis: int


@dataclass(frozen=True)
class Plan:
    """A design without errors, ready to be carried out or written down.

    Args:
        design: what was asked for.
        checked: its shapes.
        inputs: ids of forward's arguments.
        needed: the calls that lead to a result, one branch after the other.
        aside: modules that are made but lead nowhere.
        results: what forward returns.
        cast: the dtype that all weights are cast to at once; "" where none has to be.
        block: whose body it is.
        memo: what those who use it note down.
    """

    design: Design
    checked: Checked
    inputs: tuple[str, ...]
    needed: tuple[Step, ...]
    aside: tuple[Step, ...]
    results: tuple[Ref, ...]
    cast: str = ""
    block: Block | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """Of the block whose body it is; "" for a network."""
        return self.block.name if self.block else ""

    @property
    def made(self) -> Iterator[Step]:
        """The child modules, in the order they are made."""
        return (step for step in (*self.needed, *self.aside) if step.made)

    @property
    def own(self) -> Iterator[Step]:
        """The tensors of the network itself, in the order they are made."""
        return (step for step in (*self.needed, *self.aside) if step.own)

    @cached_property
    def returned(self) -> Step | None:
        """The last step, where forward returns what it makes without a variable."""
        called = [step for step in self.needed if not step.own]
        last = called[-1] if called else None
        if last is None or not last.single or last.looped:
            return None
        return last if self.results == last.results else None

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The tensors of nodes that are other nodes', in the order of the modules."""
        nodes = self.design.nodes
        found = []
        for step in (*self.own, *self.made):
            for tensor in sorted(step.node.ties):
                source, of = origin(nodes, (step.node.id, tensor))
                found.append(Tie(_named(step.node, tensor), _named(nodes[source], of)))
        return tuple(found)

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Where each symbol that a step uses is read when the network runs.

        The check has seen to it that every symbol comes from an Input.
        """
        return self._read(self.needed)

    @cached_property
    def origins_aside(self) -> Mapping[str, Origin]:
        """Where each further symbol would be read for what leads nowhere."""
        further = self._read(self.aside)
        return {name: at for name, at in further.items() if name not in self.origins}

    def _read(self, steps: Iterable[Step]) -> Mapping[str, Origin]:
        found: dict[str, Origin] = {}
        for key in self.inputs:
            tensor = self.checked.tensor(key, "output")
            for axis, dim in enumerate(tensor.shape if tensor else ()):
                if isinstance(dim, Sym):
                    found.setdefault(str(dim), Origin(key, axis))
        used = [name for step in steps for name in sizes(step.options.values())]
        return {name: found[name] for name in used}


def plan(design: Design, checked: Checked) -> Plan:
    """How `design` runs.

    Raises:
        BuildError: the design has an error; the sentence is the first one's.
    """
    for problem in checked.problems:
        if problem.severity is Severity.ERROR:
            raise BuildError(
                "This network cannot be built yet. {problem}", problem=problem.message
            )
    return _planned(design, checked, _cast(design, checked))


def _cast(design: Design, checked: Checked) -> str:
    """The dtype that all weights are cast to at once; "" where none has to be.

    A design of another dtype is written as `self.to(torch.float64)`. Where some node
    differs, each says its own.
    """
    dtype = design.settings.dtype
    found = {
        floating(at.known)
        for at in walk(checked)
        if at.known.tensors and not at.known.inside
    }
    return dtype if found == {dtype} and dtype != REAL else ""


def planned_within(one: Pass, cast: str) -> Plan:
    """How one pass through a block's body runs, remembered with the pass."""
    known: Plan | None = one.memo.get(("plan", cast))
    if known is None:
        checked = seen(one, Settings(symbols=one.symbols, dtype=one.dtype))
        plan = _planned(checked.design, checked, cast)
        known = one.memo["plan", cast] = replace(plan, block=one.block)
    return known


def _planned(design: Design, checked: Checked, cast: str) -> Plan:
    steps: dict[str, Step] = {}
    for key in checked.order:
        node, known = design.nodes[key], checked.known(key)
        if known and node.row and node.row.role not in ("input", "output"):
            steps[key] = step_of(node, node.row, known, design.graph, cast)
    results = tuple(Ref(*end) for end in checked.results)
    needed = _in_branches(steps, [ref.node for ref in results])
    rest = {key: step for key, step in steps.items() if key not in needed}
    used = {ref.node for step in rest.values() for ref in step.used}
    loose = sorted((key for key in rest if key not in used), key=by_age)
    return Plan(
        design,
        checked,
        checked.inputs,
        tuple(needed.values()),
        tuple(_in_branches(rest, loose).values()),
        results,
        cast,
    )


def _named(node: Node, tensor: str) -> str:
    """The name of a node's tensor; a tensor of the network itself has one alone."""
    own = node.row is not None and node.row.style == "value"
    return node.name if own else f"{node.name}.{tensor}"


def _in_branches(steps: Mapping[str, Step], ends: Iterable[str]) -> dict[str, Step]:
    """What leads to the ends, each branch whole before the next, as people write."""
    found: dict[str, Step] = {}
    waiting = list(ends)[::-1]
    while waiting:
        step = steps.get(waiting[-1])
        if step is None or step.node.id in found:
            waiting.pop()
            continue
        before = [ref.node for ref in step.used if ref.node in steps]
        before = [key for key in before if key not in found]
        if not before:
            found[step.node.id] = step
        waiting.extend(reversed(before))
    return found
