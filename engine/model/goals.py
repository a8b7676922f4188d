"""What a network can be trained for, read off its last layer; a guess that says so."""

from __future__ import annotations

from typing import NamedTuple

from engine.catalog.dims import BATCH, Dim, Tensor, sample
from engine.check import Checked
from engine.design.model import Design, Node
from engine.errors import BuildError
from engine.model.layout import Group, row

SHAPED = frozenset({"identity", "flatten", "dropout", "output"})  # looked through

NUMBERS = frozenset({"tanh", "relu", "softplus", "hardtanh"})  # ends that no score has


class Goal(NamedTuple):
    """A loss and the targets that it takes.

    Args:
        why: what the guess was made from.
        loss: the expression over `result` and `target`.
        target: draws random ones, with `count` and `rng`; None where the design
            names its targets itself, or the first input is the target.
        copies: whether the target is the first input.
        unit: whether that has to be from 0 to 1.
    """

    why: str
    loss: str | Group
    target: Group | None = None
    copies: bool = False
    unit: bool = False


def goal(design: Design, checked: Checked) -> Goal:
    """What the first result of a design is probably for.

    Raises:
        BuildError: it has no axis for the samples.
    """
    node, port = checked.results[0]
    if _loss(design, node):
        return Goal("the design ends in its own loss", "result.mean()")
    tensor = checked.tensor(node, port)
    assert tensor is not None  # noqa: S101 - a design without errors is known
    _batched(tensor, design.nodes[node].name)
    first = checked.tensor(checked.inputs[0], "output") if checked.inputs else None
    last = _last(design, node)
    if first is not None and first.floating and first.shape == tensor.shape:
        binary = _binary(last)
        copied = binary or "nn.functional.mse_loss(result, target)"
        why = "the result has the input's shape"
        return Goal(why, copied, copies=True, unit=bool(binary))
    if loss := _binary(last):
        return Goal("it ends in a sigmoid", loss, _either(tensor))
    axis = _classes(design, node, tensor, last)
    if axis is None:
        return Goal(
            f"it ends in a {last.kind}"
            if last.kind in NUMBERS
            else "it ends in numbers",
            "nn.functional.mse_loss(result, target)",
            Group(
                ("count", *_sizes(tensor.shape[1:]), "generator=rng"), "torch.randn("
            ),
        )
    return _classified(tensor, last, axis)


def _batched(tensor: Tensor, name: str) -> None:
    if not tensor.shape or str(tensor.shape[0]) != BATCH:
        raise BuildError(
            "Training takes samples in batches, along a first axis {axis}, and "
            "'{node}' has the shape {shape}. Put the batch first.",
            axis=BATCH,
            node=name,
            shape="×".join(map(str, tensor.shape)) or "of a single number",
        )


def _loss(design: Design, node: str) -> bool:
    """Whether a result comes from a loss, through an Output or not."""
    found = _last(design, node)
    return found.row is not None and found.row.role == "loss"


def _last(design: Design, node: str) -> Node:
    """The last node that gives a result its values."""
    while design.nodes[node].kind in SHAPED:
        wires = list(design.graph.incoming.get(node, {}).values())
        if not wires:
            break
        node = wires[0].source
    return design.nodes[node]


def _binary(last: Node) -> str:
    names = {"sigmoid": "binary_cross_entropy"}
    name = names.get(last.kind)
    return f"nn.functional.{name}(result, target)" if name else ""


def _either(tensor: Tensor) -> Group:
    shape = row("count", *_sizes(tensor.shape[1:]))
    return Group(("2", shape, "generator=rng"), "torch.randint(", ").float()")


def _classes(design: Design, node: str, tensor: Tensor, last: Node) -> int | None:
    """The axis of the classes; None where there is one number only."""
    flat = tensor.rank == 1 or not tensor.floating
    if flat or last.kind in NUMBERS:
        return None
    if last.kind in ("softmax", "log_softmax"):
        axis = last.args["dim"]
        return axis % tensor.rank if isinstance(axis, int) else 1
    images = tensor.rank > 3 or (last.row and last.row.family == "Convolution")
    axis = 1 if images else tensor.rank - 1
    return axis if sample(tensor.shape[axis]) > 1 else None


def _classified(tensor: Tensor, last: Node, axis: int) -> Goal:
    places = [*tensor.shape[1:axis], *tensor.shape[axis + 1 :]]
    count = str(sample(tensor.shape[axis]))
    shape = row("count", *_sizes(tuple(places)))
    target = Group((count, shape, "generator=rng"), "torch.randint(")
    scores = {"softmax": "result.clamp_min(1e-12).log()"}.get(last.kind, "result")
    known = last.kind in ("softmax", "log_softmax")
    function = "nll_loss" if known else "cross_entropy"
    wanted = "target"
    if axis != 1:
        moved = scores if axis == tensor.rank - 1 else f"{scores}.movedim({axis}, -1)"
        scores, wanted = f"{moved}.flatten(0, -2)", "target.flatten()"
    why = f"it ends in a {last.kind}" if known else f"it ends in {count} scores"
    return Goal(why, Group((scores, wanted), f"nn.functional.{function}("), target)


def _sizes(shape: tuple[Dim, ...]) -> list[str]:
    return [str(sample(dim)) for dim in shape]
