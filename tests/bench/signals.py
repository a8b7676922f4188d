"""Overhead of the measuring hooks over a plain forward and backward pass.

VGG-16 at batch 8 and an MLP of 50 layers; the same network, input and gradients, plain
and watched in turn, median of several; prints the ratio.

    python tests/bench/signals.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

# In the place of this folder, where Python would look for its own module `signal`.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch

from engine.design.file import load
from engine.design.model import Design
from engine.measure.moments import Sampler
from engine.measure.signal import Bench
from engine.measure.signals import Asked
from engine.measure.watching import Passing
from engine.model.build import fill
from scripts.golden import deep

torch.set_num_threads(1)  # threads that wait for others would be counted
EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


def cases() -> dict[str, tuple[Design, int]]:
    """What is measured, and with how many samples."""
    return {
        "VGG-16, batch 8": (load(EXAMPLES / "vgg16.fanin"), 8),
        "MLP of 50 layers of 1024, batch 512": (deep("relu", None, 1024, 50), 512),
    }


def steps(bench: Bench) -> tuple[Callable[[], None], Callable[[], None]]:
    """A plain step and a watched one, on the same network and numbers."""
    fill(((bench._tensors[draw.name], draw) for draw in bench.draws), 0)
    inputs = bench._inputs(0)
    network = bench.network.train()
    gradients: list[torch.Tensor] = []

    def plain() -> None:
        network.zero_grad(set_to_none=True)
        made = network(*inputs)
        if not gradients:
            gradients.append(torch.randn_like(made))
        torch.autograd.backward([made], gradients)

    def watched() -> None:
        network.zero_grad(set_to_none=True)
        passing = Passing(bench.unrolled, Sampler(0), bench.ends, axes=bench.axes)
        passing.run(network, inputs)
        (made,) = (passing.kept[place] for place in bench.ends)
        torch.autograd.backward([made], gradients)
        for op in bench.unrolled.ops:
            bench._norms(op)
        _ = passing.forward, passing.backward

    return plain, watched


def main(rounds: int) -> None:
    for name, (design, batch) in cases().items():
        plain, watched = steps(Bench(design, Asked(batch=batch)))
        taken: dict[Callable[[], None], list[float]] = {plain: [], watched: []}
        for act in (plain, watched):  # once for nothing: memory is taken
            act()
        for turn in range(rounds):
            for act in (plain, watched) if turn % 2 else (watched, plain):
                began = time.process_time()
                act()
                taken[act].append(time.process_time() - began)
        base, with_hooks = (statistics.median(taken[act]) for act in (plain, watched))
        told = f"plain {base:.2f} s, watched {with_hooks:.2f} s of processor time"
        sys.stdout.write(f"{name}: {told}, ratio {with_hooks / base:.3f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
