"""The strokes of the little pictures, over the unit square, y downwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

Points = Sequence[tuple[float, float]]


class Shape(NamedTuple):
    """What is drawn as lines, and what is filled."""

    lines: tuple[Points, ...]
    filled: tuple[Points, ...] = ()


def plotted(height: Callable[[float], float], steps: int = 16) -> Points:
    """A function over [-1, 1] with values from 0, the bottom, to 1."""
    return [(i / steps, 1 - height(i / steps * 2 - 1)) for i in range(steps + 1)]


def ring(x: float, y: float, radius: float, steps: int = 12) -> Points:
    """A closed circle."""
    turns = [2 * math.pi * i / steps for i in range(steps + 1)]
    return [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """A closed rectangle."""
    return (*((left, top), (right, top), (right, bottom), (left, bottom), (left, top)),)


BELL = plotted(lambda x: math.exp(-5 * x * x))
BOX: Points = ((0, 1), (0.2, 1), (0.2, 0.1), (0.8, 0.1), (0.8, 1), (1, 1))
_SLIM_BELL = plotted(lambda x: 0.72 * math.exp(-7 * x * x))
_LOW_BOX: Points = ((0.05, 0.72), (0.2, 0.72), (0.2, 0.05), (0.8, 0.05), (0.8, 0.72))
_HALF_BELL: Points = (*BELL[8:], (0.5, 1.0))
_HALF_BOX = box(0.5, 0.1, 0.8, 1)
_SUNK: Points = [(x, y - 0.28) for x, y in _SLIM_BELL]
_LOW: Points = (*_LOW_BOX, (0.95, 0.72))
_IN, _OUT = ring(0.12, 0.95, 0.08), ring(0.88, 0.95, 0.08)  # the fans that count

# Which distribution, and which fans its spread follows from; He's is for rectifiers,
# which pass one half.
INITIALIZERS: dict[str, Shape] = {
    "normal": Shape((BELL,)),
    "xavier_normal": Shape((_SUNK,), (_IN, _OUT)),
    "kaiming_normal": Shape((BELL,), (_HALF_BELL,)),
    "lecun_normal": Shape((_SUNK,), (_IN,)),
    "trunc_normal": Shape((((0, 1), (0.22, 1), *BELL[4:13], (0.78, 1), (1, 1)),)),
    "uniform": Shape((BOX,)),
    "xavier_uniform": Shape((_LOW,), (_IN, _OUT)),
    "kaiming_uniform": Shape((BOX,), (_HALF_BOX,)),
    "lecun_uniform": Shape((_LOW,), (_IN,)),
    "fan_in_uniform": Shape((BOX, ((0.5, 0.45), (0.5, 1)))),
    "zeros": Shape(([(0.5 + 0.62 * (x - 0.5), y) for x, y in ring(0.5, 0.5, 0.5)],)),
    "ones": Shape((((0.25, 0.2), (0.55, 0), (0.55, 1)), ((0.25, 1), (0.85, 1)))),
    "constant": Shape((((0, 0.35), (1, 0.35)), ((0, 1), (1, 1)))),
    "orthogonal": Shape(
        (((0, 0), (0, 1), (1, 1)), ((0, 0.65), (0.35, 0.65), (0.35, 1)))
    ),
    "sparse": Shape(
        (),
        tuple(
            ring(x, y, 0.12)
            for x, y in ((0.1, 0.15), (0.9, 0.4), (0.35, 0.6), (0.75, 0.95))
        ),
    ),
    "eye": Shape((((0.05, 0.05), (0.95, 0.95)),)),
    "dirac": Shape(
        (((0, 1), (1, 1)), ((0.5, 1), (0.5, 0)), ((0.22, 0.32), (0.5, 0), (0.78, 0.32)))
    ),
    "default": Shape((ring(0.5, 0.62, 0.36, 20), ((0.5, 0.26), (0.5, 0)))),
}
PLAIN_INITIALIZER = Shape((((0, 1), (1, 1)), ((0.5, 1), (0.5, 0))))

# From which x to which an activation is most itself; elsewhere ±3.
WINDOWS: dict[str, tuple[float, float]] = {
    "leaky_relu": (-3, 0.3),
    "prelu": (-3, 1.5),
    "rrelu": (-4, 1.2),
    "relu6": (-4, 10),
    "threshold": (-2, 4),
    "elu": (-4, 2),
    "celu": (-3, 3),
    "selu": (-4, 1),
    "gelu": (-3, 1),
    "silu": (-7, 1.5),
    "mish": (-5, 0.8),
    "hardswish": (-4.5, 1.5),
    "softplus": (-4, 4),
    "logsigmoid": (-4, 4),
    "sigmoid": (-6, 6),
    "softsign": (-10, 10),
    "hardsigmoid": (-5, 5),
    "hardtanh": (-2.4, 2.4),
    "hardshrink": (-1.2, 1.2),
    "softshrink": (-1.6, 1.6),
    "tanhshrink": (-2, 2),
}


def _bars(*heights: float, hang: bool = False) -> tuple[Points, ...]:
    step = 1 / len(heights)
    ends = [(0.0, height) if hang else (1 - height, 1.0) for height in heights]
    return tuple(
        box(i * step + 0.02, top, (i + 1) * step - 0.06, bottom)
        for i, (top, bottom) in enumerate(ends)
    )


# Activations over a dimension have no curve.
OVER: dict[str, Shape] = {
    "softmax": Shape((), _bars(0.3, 0.5, 1, 0.2)),
    "log_softmax": Shape(((((0, 0), (1, 0))),), _bars(0.7, 0.5, 0.15, 0.9, hang=True)),
    "softmin": Shape((), _bars(0.75, 0.5, 0.15, 1)),
    "softmax2d": Shape((box(0, 0, 1, 1),), (box(0.5, 0, 1, 0.5), box(0, 0.7, 0.3, 1))),
    "glu": Shape((box(0, 0, 0.35, 1), ((0.5, 0.9), (0.7, 0.75), (0.8, 0.2), (1, 0.1)))),
}

_SQUARE = box(0, 0, 1, 1)
_CROSS = (((0.5, 0), (0.5, 1)), ((0, 0.5), (1, 0.5)))

# What a family does to a tensor, in a few strokes.
FAMILIES: dict[str, Shape] = {
    "Linear": Shape((((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)),)),
    "Convolution": Shape((box(0, 0, 0.65, 0.65), box(0.35, 0.35, 1, 1))),
    "Padding": Shape((_SQUARE, box(0.3, 0.3, 0.7, 0.7))),
    "Pooling": Shape((_SQUARE, *_CROSS)),
    "Normalization": Shape((BELL, ((0, 1), (1, 1)))),
    "Dropout": Shape(
        (ring(0.2, 0.25, 0.17), ((0.65, 0.08), (1, 0.42)), ((1, 0.08), (0.65, 0.42))),
        (ring(0.2, 0.8, 0.17), ring(0.82, 0.8, 0.17)),
    ),
    "Embedding": Shape(
        (((0, 0.1), (1, 0.1)), ((0, 0.5), (1, 0.5)), ((0, 0.9), (0.5, 0.9)))
    ),
    "Recurrent": Shape(
        (ring(0.5, 0.5, 0.45)[2:], ((1, 0.1), (0.85, 0.75), (0.45, 0.95)))
    ),
    "Attention": Shape(
        (((0, 0.1), (1, 0.9)), ((0, 0.9), (1, 0.1)), ((0, 0.5), (1, 0.5)))
    ),
    "Shape": Shape((box(0, 0, 0.5, 1), ((0.75, 0.5), (1, 0.5)))),
    "Blocks": Shape((_SQUARE, box(0.28, 0.28, 0.72, 0.72))),
    "Distance": Shape(
        (((0.1, 0.9), (0.9, 0.1)),), (ring(0.1, 0.9, 0.14), ring(0.9, 0.1, 0.14))
    ),
}

# What a kind does that others of its family do not.
KINDS: dict[str, Shape] = {
    "input": Shape(
        (
            *(((0, 0.5), (0.8, 0.5)), ((0.5, 0.15), (0.85, 0.5), (0.5, 0.85))),
            ((1, 0), (1, 1)),
        )
    ),
    "output": Shape(
        (
            *(((0.2, 0.5), (1, 0.5)), ((0.65, 0.15), (1, 0.5), (0.65, 0.85))),
            ((0, 0), (0, 1)),
        )
    ),
    "identity": Shape((((0, 0.3), (1, 0.3)), ((0, 0.7), (1, 0.7)))),
    "add": Shape(_CROSS),
    "subtract": Shape((((0, 0.5), (1, 0.5)),)),
    "multiply": Shape((((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9)))),
    "concatenate": Shape((box(0, 0, 0.4, 1), box(0.6, 0, 1, 1))),
    "mean": Shape((((0, 0.1), (1, 0.1)), ((0.1, 1), (0.5, 0.4), (0.9, 1)))),
    "permute": Shape(
        (((0, 0.25), (1, 0.25), (0.75, 0)), ((1, 0.75), (0, 0.75), (0.25, 1)))
    ),
    "layer_norm": Shape((BELL, ((0, 1), (1, 1)), ((0.5, 0.4), (0.5, 1)))),
}
OTHER = Shape((((0, 0.5), (1, 0.5)), ((0.65, 0.15), (1, 0.5), (0.65, 0.85))))
# The first cell is the largest of the four.
LARGEST = (box(0, 0, 0.5, 0.5),)


def flat(points: Points) -> Points:
    """As along one axis only."""
    return [(x, 0.28 + 0.44 * y) for x, y in points]


def mirrored(points: Points) -> Points:
    """The other way round."""
    return [(1 - x, y) for x, y in points]


def near(points: Points) -> Points:
    """On the front of a cube."""
    return [(0.76 * x, 0.24 + 0.76 * y) for x, y in points]


# The edges of a cube behind its front.
BEHIND: tuple[Points, ...] = (
    ((0, 0.24), (0.24, 0), (1, 0), (1, 0.76), (0.76, 1)),
    ((0.76, 0.24), (1, 0)),
)
