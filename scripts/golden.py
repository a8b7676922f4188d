"""Prints Fanin's sampled and theoretical figures beside the golden table.

20 Linear layers of 512 with zero biases, N(0, 1) at both ends, a batch of 512; the
figures are the factors by which the second moment changes from layer to layer, forward
and backward, as geometric means over the 19 steps.

    python -m scripts.golden [SEEDS]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import nan
from typing import NamedTuple

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.model import Design
from engine.measure.signal import signal
from engine.measure.signals import Asked, Signal, middle

WIDTH, DEPTH, BATCH = 512, 20, 512


class Golden(NamedTuple):
    """One line of the table: forward and backward, measured with plain torch."""

    title: str
    activation: str
    weight: Init | None
    forward: float
    backward: float


TABLE = (
    Golden("default", "relu", None, 0.168, 0.167),
    Golden("He", "relu", Init("kaiming_normal"), 1.005, 1.007),
    Golden("Xavier", "relu", Init("xavier_normal"), 0.495, 0.505),
    Golden("Xavier", "tanh", Init("xavier_normal"), 0.827, 0.842),
    Golden("Xavier", "sigmoid", Init("xavier_normal"), 0.929, 0.055),
    Golden("LeCun", "selu", Init("lecun_normal"), 1.000, 1.073),
    Golden(
        "selu gain",
        "selu",
        Init("kaiming_normal", (("nonlinearity", "selu"),)),
        0.864,
        0.876,
    ),
    Golden("He", "gelu", Init("kaiming_normal"), 0.813, 0.897),
    Golden("He", "silu", Init("kaiming_normal"), 0.580, 0.597),
    Golden("N(0, 1)", "tanh", Init("normal"), 0.998, 12.2),
    Golden("N(0, 1)", "relu", Init("normal"), 256.0, 256.0),
)


class Factors(NamedTuple):
    """The factor of one step: forward and backward, sampled and by theory."""

    forward: float
    backward: float
    theory_forward: float
    theory_backward: float


def deep(
    activation: str, weight: Init | None, width: int = WIDTH, depth: int = DEPTH
) -> Design:
    """Linear layers of one width with an activation between each two."""
    design = edits.add(Design(), "input", params={"shape": ("N", width)})
    for layer in range(depth):
        if layer:
            design = edits.insert_after(design, activation, design.newest)
        design = edits.insert_after(design, "linear", design.newest)
        linear = design.newest
        design = edits.set_params(design, [linear], {"out_features": width})
        design = edits.set_init(design, [linear], "bias", Init("zeros"))
        if weight:
            design = edits.set_init(design, [linear], "weight", weight)
    return design


def factors(found: Signal) -> Factors:
    """The geometric mean of the steps between the first and the last weighted layer."""
    layers = found.weighted
    ends = [layer.main for layer in (layers[0], layers[-1]) if layer.main]
    steps = len(layers) - 1

    def step(far: Iterable[float], near: Iterable[float]) -> float:
        ratios = (a / b for a, b in zip(far, near, strict=True))
        return middle(ratio ** (1 / steps) for ratio in ratios)

    ahead = [end.forward.second if end.forward else () for end in ends]
    behind = [end.backward.second if end.backward else () for end in ends]
    theory = [(end.ahead.second or nan, end.behind.second or nan) for end in ends]
    return Factors(
        step(ahead[1], ahead[0]),
        step(behind[0], behind[1]),
        step([theory[1][0]], [theory[0][0]]),
        step([theory[0][1]], [theory[1][1]]),
    )


def measured(line: Golden, seeds: int = 1) -> Factors:
    """Fanin's own figures for a line of the table."""
    asked = Asked(seeds=seeds, batch=BATCH)
    return factors(signal(deep(line.activation, line.weight), asked))


def main(seeds: int) -> None:
    print(f"{'':24}{'golden':>16}{'sampled':>16}{'theory':>16}")
    for line in TABLE:
        own = measured(line, seeds)
        pairs = (
            (line.forward, line.backward),
            (own.forward, own.backward),
            (own.theory_forward, own.theory_backward),
        )
        told = "".join(f"{f'{a:.3g} / {b:.3g}':>16}" for a, b in pairs)
        print(f"{f'{line.title} + {line.activation}':24}{told}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
