"""A design as a torch module, every tensor drawn once by its own generator.

Modules are made on the meta device, where weights cost nothing; then memory is taken
once and filled once, by a pool of threads. The numbers depend on the design's seed and
the tensors' names alone: not on the order, nor on how many threads there are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any

import torch
from torch import nn

from engine.check import Checked, check
from engine.design.model import Design
from engine.errors import BuildError
from engine.model.draws import GLOBAL, Draw, draws, seed_of
from engine.model.memory import reserve
from engine.model.network import Network
from engine.model.plan import plan
from engine.model.signatures import signature
from engine.model.store import read_into

_global = threading.Lock()  # who holds it may seed torch's global generator
THREADS = min(os.cpu_count() or 1, 16)


def build(
    design: Design,
    seed: int | None = None,
    *,
    checked: Checked | None = None,
    threads: int = THREADS,
) -> nn.Module:
    """The network, initialized.

    Args:
        design: what to build; it must have no errors.
        seed: instead of the design's own.
        checked: its check, where the caller has one.
        threads: how many tensors are drawn at once; it changes no number.

    Returns:
        A module with a child for each layer and activation, under the node's name. Its
        forward takes one tensor for each Input and returns one for each Output, in
        their order.

    Raises:
        BuildError: the design has an error, or its weights do not fit in memory.
    """
    checked = checked or check(design)
    network = build_meta(design, checked=checked)
    reserve(checked)
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, Network):
            module.tie()
    parameters = network.named_parameters(remove_duplicate=False)
    tensors = {**dict(parameters), **dict(network.named_buffers())}
    wanted = draws(design, checked)
    start = design.settings.seed if seed is None else seed
    fill(((tensors[draw.name], draw) for draw in wanted), start, threads)
    return network


def build_meta(design: Design, *, checked: Checked | None = None) -> nn.Module:
    """The network on the meta device: all shapes, no values, no memory.

    Raises:
        BuildError: the design has an error.
    """
    with torch.device("meta"):
        return Network(plan(design, checked or check(design)))


def fill(
    pairs: Iterable[tuple[torch.Tensor, Draw]], seed: int, threads: int = THREADS
) -> None:
    """Draw each tensor in place, the largest first, so that no thread ends alone."""
    ordered = sorted(pairs, key=lambda pair: -prod(pair[1].spec.shape))
    if threads == 1 or len(ordered) == 1:
        for tensor, draw in ordered:
            draw_into(tensor, draw, seed)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda pair: draw_into(pair[0], pair[1], seed), ordered):
            pass  # an exception in a thread is raised here


def draw_into(tensor: torch.Tensor, draw: Draw, seed: int) -> None:
    """Fill `tensor` as `draw` says, from its file or a generator seeded by its name.

    Raises:
        BuildError: torch has no such draw for this dtype.
        FileError: the file it comes from is gone or damaged.
    """
    if draw.source:
        read_into(tensor, *draw.source)
        return
    draw_with(tensor, draw, torch.Generator().manual_seed(seed_of(seed, draw.name)))


def draw_with(tensor: torch.Tensor, draw: Draw, generator: torch.Generator) -> None:
    """Fill `tensor` as `draw` says, from this generator."""
    try:
        if draw.call.function in GLOBAL:
            with _global, torch.random.fork_rng(devices=[]):
                torch.manual_seed(generator.initial_seed())
                _called(tensor, draw, generator)
        else:
            _called(tensor, draw, generator)
    except (NotImplementedError, RuntimeError) as error:
        raise BuildError(
            "{initializer} cannot be drawn in {dtype}, which {tensor} has. Choose "
            "another initializer, or make the Input float32.",
            initializer=draw.title,
            dtype=draw.dtype,
            tensor=draw.name,
        ) from error
    if draw.zero_row is not None:
        nn.init.zeros_(tensor.detach()[draw.zero_row])


def _called(tensor: torch.Tensor, draw: Draw, generator: torch.Generator) -> None:
    given: dict[str, Any] = dict(draw.call.args)
    if takes_generator(draw.call.function):
        given["generator"] = generator
    getattr(nn.init, draw.call.function)(tensor, **given)


def takes_generator(function: str) -> bool:
    """Whether a function of torch.nn.init draws at random."""
    known = signature(f"torch.nn.init.{function}")
    return known is not None and "generator" in known.defaults
