"""A design as Python that a person would write by hand; no torch needed to write it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from engine.catalog.dims import INTEGERS, sampled
from engine.check import Checked, check
from engine.check.walk import walk
from engine.design.model import Design
from engine.model.describing import (
    block_paragraphs,
    docstring,
    free_text,
    network_paragraphs,
)
from engine.model.draws import Draw, draws, tensor_name
from engine.model.initializing import drawing, init_lines, random
from engine.model.layout import Group, row, statement
from engine.model.naming import class_name, free
from engine.model.plan import Plan, plan
from engine.model.writing import Written


def to_python(
    design: Design, checked: Checked | None = None, name: str = "Network"
) -> str:
    """A module of Python that stands alone: its classes, its draws, and a sample run.

    Args:
        design: what to write; it must have no errors.
        checked: its check, where the caller has one.
        name: of the class.

    Raises:
        BuildError: the design has an error; the sentence is the first one's.
    """
    checked = checked or check(design)
    return "\n".join(_Source(plan(design, checked), class_name(name)).lines()) + "\n"


def call_text(draw: Draw, tensor: str, generator: str = "") -> str:
    """The call of torch.nn.init that draws `tensor`."""
    return str(drawing(draw, tensor, generator))


class _Source:
    """One design being written down."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name
        ranks = {name: place for place, name in enumerate(_modules(plan))}
        self.draws = sorted(
            draws(plan.design, plan.checked), key=lambda draw: ranks[draw.owner]
        )
        self.random = any(map(random, self.draws))
        *self.blocks, self.network = _classes(plan, name)

    def lines(self) -> Iterator[str]:
        summary = [f"{self.name}: {_counted(self.plan.checked.parameters)}."]
        notes = free_text(self.plan.design.notes)
        yield from docstring(0, [summary, notes] if notes else [summary])
        yield ""
        if self.random:
            yield "import zlib"
            yield ""
        yield "import torch"
        tensors = any(block.inputs for block in (*self.blocks, self.network))
        yield "from torch import Tensor, nn" if tensors else "from torch import nn"
        for block in self.blocks:
            yield from ("", "")
            yield f"class {block.name}(nn.Module):"
            yield from docstring(1, block_paragraphs(block.plan, block.name))
            yield from block.constructor()
            yield ""
            yield from block.forward()
        yield from ("", "")
        yield f"class {self.name}(nn.Module):"
        yield from docstring(1, network_paragraphs(self.plan))
        yield from self.network.constructor()
        if self.draws:
            yield ""
            yield from init_lines(self.draws, self._tied())
        yield ""
        yield from self.network.forward()
        yield from ("", "", 'if __name__ == "__main__":')
        yield from self._main()

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.network.inputs

    @property
    def device(self) -> str:
        """The variable that names the device of the sample run; "" on the CPU."""
        return "" if self.plan.design.settings.device == "cpu" else "device"

    def _tied(self) -> list[str]:
        """Names of tensors that are another's."""
        return [
            tensor_name(at.name, at.node, tensor)
            for at in walk(self.plan.checked)
            for tensor in at.node.ties
        ]

    def _main(self) -> Iterator[str]:
        instance = "network"
        reserved = [instance, "result", *([self.device] if self.device else [])]
        taken = [free(name, reserved) for name in self.inputs]
        seed = self.plan.design.settings.seed
        yield f"    torch.manual_seed({seed})"
        if self.device:
            yield '    device = "cuda" if torch.cuda.is_available() else "cpu"'
        yield f"    {instance} = {self.name}()"
        if self.draws:
            yield f"    {instance}.init(seed={seed})"
        to = f".to({self.device})" if self.device else ""
        yield f"    {instance}.eval(){to}"
        yield f"    print({instance})"
        counted = f"sum(part.numel() for part in {instance}.parameters())"
        yield f'    print(f"{{{counted}:,}} parameters")'
        for name, key in zip(taken, self.plan.inputs, strict=True):
            yield from statement(1, f"{name} = ", self._sample(key))
        call = Group(tuple(taken), f"{instance}(")
        if len(self.plan.results) == 1:
            yield from statement(1, "result = ", call)
            yield "    print(tuple(result.shape))"
        else:
            yield from statement(1, "for result in ", call, ":")
            yield "        print(tuple(result.shape))"

    def _sample(self, key: str) -> Group:
        """A tensor of the Input's shape and dtype, at the sample sizes."""
        tensor = self.plan.checked.nodes[key].outputs["output"]  # type: ignore[union-attr]
        shape = row(*map(str, sampled(tensor.shape)))
        where = (f"device={self.device}",) if self.device else ()
        if tensor.dtype in INTEGERS:
            high = str(self.plan.design.nodes[key].args["high"])
            plain = tensor.dtype == "int64"
            dtype = () if plain else (f"dtype=torch.{tensor.dtype}",)
            return Group((high, shape, *dtype, *where), "torch.randint(")
        if tensor.dtype == "bool":
            return Group((shape, *where), "torch.rand(", ") < 0.5")
        dtype = () if tensor.dtype == "float32" else (f"dtype=torch.{tensor.dtype}",)
        return Group((*shape.items, *dtype, *where), "torch.randn(")


def _modules(plan: Plan, before: str = "") -> Iterator[str]:
    """The names of all modules and tensors of its own, in the order they are made."""
    for step in plan.own:
        yield before + step.node.name
    for step in plan.made:
        name = before + step.node.name
        yield name
        for index, inner in step.modules:
            yield from _modules(inner, f"{name}.{index}." if index else f"{name}.")


def _classes(plan: Plan, name: str) -> list[Written]:
    """Every class, those of the innermost blocks first and the network's last."""
    groups: dict[Hashable, list[Plan]] = {}
    seen: dict[int, Hashable] = {}
    _gather(plan, groups, seen)
    taken = [name]
    written: dict[int, Written] = {}
    classes = []
    for plans in groups.values():
        own = name
        if plans[0].block:
            own = free(class_name(plans[0].name), [])
            number = 2
            while own in taken:
                own = f"{class_name(plans[0].name)}{number}"
                number += 1
            taken.append(own)
        classes.append(Written(own, plans, written, taken))
        written.update((id(one), classes[-1]) for one in plans)
    return classes


def _gather(
    plan: Plan, groups: dict[Hashable, list[Plan]], seen: dict[int, Hashable]
) -> Hashable:
    """Sort the plans of all modules by what their classes have in common."""
    if id(plan) in seen:
        return seen[id(plan)]
    within = tuple(
        (step.node.id, step.looped, step.sequential, frozenset(inner))
        for step in plan.made
        if (inner := [_gather(one, groups, seen) for _, one in step.modules])
    )
    steps = tuple(step.node.id for step in plan.needed)
    origins = tuple(plan.origins.items())
    key = (plan.block.id if plan.block else "", steps, origins, within)
    seen[id(plan)] = key
    groups.setdefault(key, []).append(plan)
    return key


def _counted(count: int) -> str:
    return f"{count:,} parameter{'' if count == 1 else 's'}"
