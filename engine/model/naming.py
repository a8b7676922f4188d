"""Names for the values within a generated forward."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count, islice

from engine.design import names
from engine.model.calling import FLOW, RETURNED, node_name, size_variable
from engine.model.plan import Plan
from engine.model.step import Ref, Step, leaves

TAKEN = frozenset(
    {"self", "torch", "nn", "zlib", "Tensor"}
    | {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
)


def free(name: str, taken: Iterable[str]) -> str:
    """`name`, with as many underscores behind it as it takes to be free."""
    taken = set(taken) | TAKEN
    while name in taken:
        name += "_"
    return name


def class_name(name: str) -> str:
    """`name` as the name of a class: "my net 2" is MyNet2."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)
    joined = joined if joined[:1].isalpha() else f"Network{joined}"
    return f"{joined}Module" if joined in TAKEN else joined


class Names:
    """A variable for each value, chosen as a person would.

    A chain goes on in one variable, x. Where the network branches, the value takes the
    name of the node it comes from, as does what a function makes that a person has
    named; where it leaves, the Output's. What leads nowhere is named after all else.

    Args:
        plan: what forward does.
        taken: further names that are not to be used.
    """

    def __init__(self, plan: Plan, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        sizes = (*plan.origins, *plan.origins_aside)
        self.sizes = {name: self._new(size_variable(name)) for name in sizes}
        self._of: dict[Ref, str] = {}
        for key in plan.inputs:
            self._of[Ref(key, "output")] = self._new(plan.design.nodes[key].name)
        self.inputs = tuple(self._of.values())
        self._last = _last_use(plan)
        # Variable -> the last step that needs what it holds.
        self._until = {name: self._last.get(ref, -1) for ref, name in self._of.items()}
        for step in plan.own:
            self._of[Ref(step.node.id, "output")] = f"self.{step.node.name}"
        self._said = _standing(plan)
        self._settle(plan)
        for index, step in enumerate((*plan.needed, *plan.aside)):
            self._flow(index, step)
        self.unsaid = self._unsaid(plan)

    def __getitem__(self, ref: Ref) -> str:
        return self._of[ref]

    def get(self, ref: Ref) -> str:
        """The variable, or _ for a value that nobody uses."""
        return self._of[ref] if ref in self._last else "_"

    @property
    def used(self) -> frozenset[str]:
        """Every variable so far."""
        return frozenset({*self._taken, *self._of.values()})

    def _new(self, name: str) -> str:
        chosen = free(name, self._taken)
        self._taken.add(chosen)
        return chosen

    def _settle(self, plan: Plan) -> None:
        """Name what has a name of its own: results, branches, several at once."""
        outputs = _shown(plan)
        uses = _uses(plan)
        for step in (*plan.needed, *plan.aside):
            ports = [ref for ref in leaves(step.results) if ref in self._last]
            for ref in ports:
                if step.own:
                    continue
                if step is plan.returned:
                    self._of[ref] = self._new(RETURNED) if uses[ref] > 1 else "_"
                elif ref in outputs:
                    self._of[ref] = self._new(outputs[ref])
                elif len(ports) > 1:
                    self._of[ref] = self._new(f"{step.node.name}_{ref.port}")
                elif uses[ref] > 1 or self._chosen(step):
                    self._of[ref] = self._new(step.node.name)

    def _chosen(self, step: Step) -> bool:
        """Whether a function's node has another name than it would get by default."""
        if step.made:
            return False
        expected = names.fresh(step.node.kind, self._said)
        self._said.add(step.node.name)
        return expected != step.node.name

    def _unsaid(self, plan: Plan) -> frozenset[str]:
        """Ids of the nodes whose names the variables do not tell."""
        taken, found = _standing(plan), set()
        for step in (*plan.needed, *plan.aside):
            if step.made or step.own:
                continue
            refs = tuple(leaves(step.results))
            targets = [self.get(ref) for ref in refs]
            if step is plan.returned:
                targets = []
            ports = [ref.port for ref in refs]
            if node_name(targets, ports, step.node.kind, taken) != step.node.name:
                found.add(step.node.id)
            taken.add(step.node.name)
        return frozenset(found)

    def _flow(self, index: int, step: Step) -> None:
        """Name what only the next step uses: the variable that has just become free."""
        for ref in leaves(step.results):
            if ref in self._last and ref not in self._of:
                self._of[ref] = name = self._passing(index, step)
                self._until[name] = self._last[ref]

    def _passing(self, index: int, step: Step) -> str:
        spare = (name for name in self._pool if self._until.get(name, -1) <= index)
        ends = {self._of[ref] for ref in step.used}
        idle = list(islice(spare, len(FLOW)))
        return next((name for name in idle if name in ends), idle[0])

    @property
    def _pool(self) -> Iterator[str]:
        """Variables that may hold one value after another, the best first."""
        further = (f"x{number}" for number in count(1))
        for name in chain(FLOW, further):
            if name not in self._taken or name in self.inputs:
                yield name


def _last_use(plan: Plan) -> dict[Ref, int]:
    """Value -> index of the last step that takes it; results outlive every step."""
    found: dict[Ref, int] = {}
    steps = (*plan.needed, *plan.aside)
    for index, step in enumerate(steps):
        for ref in step.used:
            found[ref] = index
    for origin in plan.origins_aside.values():
        found[Ref(origin.input, "output")] = len(steps)
    return {**found, **dict.fromkeys(plan.results, len(steps))}


def _standing(plan: Plan) -> set[str]:
    """The names that a reader knows before forward: of ends, layers and tensors."""
    nodes = plan.design.nodes.values()
    ends = {node.name for node in nodes if node.kind in ("input", "output")}
    return ends | {step.node.name for step in (*plan.own, *plan.made)}


def _uses(plan: Plan) -> Mapping[Ref, int]:
    """Value -> how many steps and results take it."""
    found: dict[Ref, int] = {}
    steps = (*plan.needed, *plan.aside)
    for group in (*(tuple(step.used) for step in steps), plan.results):
        for ref in set(group):
            found[ref] = found.get(ref, 0) + 1
    return found


def _shown(plan: Plan) -> dict[Ref, str]:
    """What several Outputs show, by the names of the Outputs."""
    if len(plan.results) == 1:
        return {}
    nodes = plan.design.nodes
    found: dict[Ref, str] = {}
    for key, ref in zip(plan.checked.outputs, plan.results, strict=True):
        found.setdefault(ref, nodes[key].name)
    return found
