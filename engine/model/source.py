"""A design as Python that a person would write by hand; no torch needed to write it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from engine.catalog.dims import INTEGERS, sampled
from engine.check import Checked, check
from engine.check.walk import walk
from engine.design.model import Design
from engine.model.draws import Draw, draws
from engine.model.initializing import drawing, init_lines, random
from engine.model.layout import Group, row, statement
from engine.model.naming import class_name, free
from engine.model.plan import Plan, plan
from engine.model.step import Ref
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
        self.draws = draws(plan.design, plan.checked)
        self.random = any(map(random, self.draws))
        *self.blocks, self.network = _classes(plan, name)

    def lines(self) -> Iterator[str]:
        yield f'"""{self.name}: {_counted(self.plan.checked.parameters)}."""'
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
            yield f'    """{_about(block)}"""'
            yield from block.constructor()
            yield ""
            yield from block.forward()
        yield from ("", "")
        yield f"class {self.name}(nn.Module):"
        yield f'    """{self._title()}"""'
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
            f"{at.name}.{tensor}"
            for at in walk(self.plan.checked)
            for tensor in at.node.ties
        ]

    def _title(self) -> str:
        """What goes in and out: short enough for a line, or in general terms."""
        checked = self.plan.checked
        taken = [
            f"{name} {_shape(checked, Ref(key, 'output'))}"
            for name, key in zip(self.inputs, self.plan.inputs, strict=True)
        ]
        given = [_shape(checked, ref) for ref in self.plan.results]
        line = f"Maps {' and '.join(taken)} to {' and '.join(given)}."
        if len(line) > 70:
            return f"Maps {_several(len(taken), 'tensor')} to {len(given)}."
        return line

    def _main(self) -> Iterator[str]:
        instance = "network"
        reserved = [instance, "result", *([self.device] if self.device else [])]
        taken = [free(name, reserved) for name in self.inputs]
        if self.plan.inputs:
            yield "    torch.manual_seed(0)"
        if self.device:
            yield '    device = "cuda" if torch.cuda.is_available() else "cpu"'
        yield f"    {instance} = {self.name}()"
        if self.draws:
            yield f"    {instance}.init(seed={self.plan.design.settings.seed})"
        to = f".to({self.device})" if self.device else ""
        yield f"    {instance}.eval(){to}"
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


def _about(block: Written) -> str:
    """The docstring of a block's class: what its notes begin with, or its ports."""
    notes = block.plan.block.notes.partition("\n")[0] if block.plan.block else ""
    if 8 < len(notes) <= 70 and notes.isascii() and not set(notes) & set('"\\'):
        return notes if notes[-1] in ".!?" else f"{notes}."
    count = len(block.plan.results)
    given = "a tensor" if count == 1 else f"{count} tensors"
    taken = " and ".join(block.inputs)
    if len(taken) > 50:
        taken = f"{len(block.inputs)} tensors"
    return f"Maps {taken or 'nothing'} to {given}."


def _shape(checked: Checked, ref: Ref) -> str:
    tensor = checked.tensor(ref.node, ref.port)
    assert tensor is not None  # noqa: S101 - a plan's values are all known
    comma = "," if tensor.rank == 1 else ""
    return f"({', '.join(map(str, tensor.shape))}{comma})"


def _counted(count: int) -> str:
    return f"{count:,} parameter{'' if count == 1 else 's'}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
