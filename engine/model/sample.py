"""Seeded inputs for a design, of the shapes and dtypes its Inputs declare."""

from __future__ import annotations

from math import prod

import torch

from engine.catalog.dims import BATCH, Dim, Sym, Tensor, sample
from engine.check import Checked, Known
from engine.design.model import Design
from engine.errors import MeasureError
from engine.model.draws import seed_of


def sample_inputs(
    design: Design,
    checked: Checked,
    *,
    seed: int = 0,
    batch: int | None = None,
    device: str = "cpu",
) -> tuple[torch.Tensor, ...]:
    """One tensor for each Input: N(0, 1), or whole numbers below its `high`.

    Args:
        design: whose inputs.
        checked: its check.
        seed: each input has its own generator, seeded by this and its name.
        batch: instead of N's sample value.
        device: "meta" for shapes alone.
    """
    found = []
    for key in checked.inputs:
        node, tensor = design.nodes[key], checked.tensor(key, "output")
        if tensor is None:
            raise MeasureError("The shape of {node} is not known yet.", node=node.name)
        shape = tuple(_size(dim, batch) for dim in tensor.shape)
        generator = torch.Generator().manual_seed(seed_of(seed, f"input/{node.name}"))
        high = int(str(node.args["high"]))
        made = _drawn(shape, tensor, high, generator, device)
        found.append(made)
    return tuple(found)


def passing_bytes(checked: Checked, batch: int | None = None) -> int:
    """Bytes of all tensors that pass between the nodes, at most, for one run."""
    return sum(_passing(known, batch) for known in checked.nodes.values() if known)


def _passing(known: Known, batch: int | None) -> int:
    """Bytes that a node puts out, and those within it."""
    shapes = [tensor.shape for tensor in known.outputs.values()]
    own = sum(8 * prod(_size(dim, batch) for dim in shape) for shape in shapes)
    return own + sum(
        _passing(inner, batch)
        for one in (known.inside.passes if known.inside else ())
        for inner in one.found.values()
        if isinstance(inner, Known)
    )


def _size(dim: Dim, batch: int | None) -> int:
    if batch is not None and isinstance(dim, Sym) and str(dim) == BATCH:
        return batch
    return sample(dim)


def _drawn(
    shape: tuple[int, ...],
    tensor: Tensor,
    high: int,
    generator: torch.Generator,
    device: str,
) -> torch.Tensor:
    dtype: torch.dtype = getattr(torch, tensor.dtype)
    if device == "meta":
        return torch.empty(shape, dtype=dtype, device=device)
    if tensor.floating:
        return torch.randn(shape, dtype=dtype, generator=generator)
    if tensor.dtype == "bool":
        high = 2
    return torch.randint(high, shape, generator=generator).to(dtype)
