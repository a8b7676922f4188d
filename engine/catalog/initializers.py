"""The initializers of torch.nn.init, torch's defaults and LeCun's."""

import math

from engine.catalog.params import Float
from engine.catalog.spec import (
    Args,
    Call,
    Help,
    Initializer,
    Step,
    TensorSpec,
    Theory,
)


def _uniform(args: Args, tensor: TensorSpec) -> Call:
    return Call("uniform_", (("a", args["a"]), ("b", args["b"])))


def _uniform_theory(args: Args, tensor: TensorSpec) -> Theory:
    low, high = args["a"], args["b"]
    std = (high - low) / math.sqrt(12)
    return Theory("uniform", (low + high) / 2, std, low, high)


def _uniform_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    return (Step("std", r"\frac{b - a}{\sqrt{12}}", (args["b"] - args["a"]) / 12**0.5),)


ROWS: tuple[Initializer, ...] = (
    Initializer(
        kind="uniform",
        title="Uniform",
        short="U(a, b)",
        doc="Every value between a and b is as likely.",
        help=Help(what="Draws from U(a, b).", formula=r"w \sim U(a, b)"),
        target="torch.nn.init.uniform_",
        params=(
            Float("a", 0.0, doc="Lower bound."),
            Float("b", 1.0, doc="Upper bound."),
        ),
        picture="box",
        lower=_uniform,
        theory=_uniform_theory,
        why=_uniform_why,
    ),
)
