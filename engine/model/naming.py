"""Names for the values within a generated forward."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count, islice

from engine.model.plan import Plan
from engine.model.step import Ref, Step, leaves

FLOW = ("x", "y", "z", "h", "u", "v", "w")
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
    return free(joined, ())


class Names:
    """A variable for each value, chosen as a person would.

    A chain goes on in one variable, x. Where the network branches, the value takes the
    name of the node it comes from; where it leaves, the Output's.

    Args:
        plan: what forward does.
        taken: further names that are not to be used.
    """

    def __init__(self, plan: Plan, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self.sizes = {name: self._new(_size(name)) for name in plan.origins}
        self._of: dict[Ref, str] = {}
        for key in plan.inputs:
            self._of[Ref(key, "output")] = self._new(plan.design.nodes[key].name)
        self.inputs = tuple(self._of.values())
        self._last = _last_use(plan)
        # Variable -> the last step that needs what it holds.
        self._until = {name: self._last.get(ref, -1) for ref, name in self._of.items()}
        for step in plan.own:
            self._of[Ref(step.node.id, "output")] = f"self.{step.node.name}"
        self._settle(plan)
        for index, step in enumerate(plan.needed):
            self._flow(index, step)

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
        for step in plan.needed:
            ports = [ref for ref in leaves(step.results) if ref in self._last]
            for ref in ports:
                if step.own:
                    continue
                if ref in outputs:
                    self._of[ref] = self._new(outputs[ref])
                elif len(ports) > 1:
                    self._of[ref] = self._new(f"{step.node.name}_{ref.port}")
                elif uses[ref] > 1:
                    self._of[ref] = self._new(step.node.name)

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


def _size(symbol: str) -> str:
    return "batch" if symbol == "N" else symbol.lower()


def _last_use(plan: Plan) -> dict[Ref, int]:
    """Value -> index of the last step that takes it; results outlive every step."""
    found = {}
    for index, step in enumerate(plan.needed):
        for ref in step.used:
            found[ref] = index
    return {**found, **dict.fromkeys(plan.results, len(plan.needed))}


def _uses(plan: Plan) -> Mapping[Ref, int]:
    """Value -> how many steps and results take it."""
    found: dict[Ref, int] = {}
    for group in (*(tuple(step.used) for step in plan.needed), plan.results):
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
