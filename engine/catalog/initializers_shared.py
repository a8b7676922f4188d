"""What the initializers' rows share: fans, theories, refusals."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.catalog.params import Float, Value
from engine.catalog.spec import Args, Call, Step, TensorSpec, Theory
from engine.errors import Message

# float32 ends at 3.4e38; far below that no weight is lost.
BIG = 1e30

FLOATING = ("", "float32", "float64", "float16", "bfloat16")


def docs(function: str) -> str:
    """Where torch documents torch.nn.init.`function`."""
    page = "https://docs.pytorch.org/docs/stable/nn.init.html"
    return f"{page}#torch.nn.init.{function}"


def number(name: str, default: float, doc: str) -> Float:
    """Any finite number that float32 can hold."""
    return Float(name, default, doc=doc, low=-BIG, high=BIG)


def spread(name: str, default: float, doc: str) -> Float:
    """A number that cannot be negative: a standard deviation or a gain."""
    return Float(name, default, doc=doc, low=0.0, high=BIG)


def differing(
    args: Args, defaults: Mapping[str, Value]
) -> tuple[tuple[str, Value], ...]:
    """The arguments worth writing: those that are not torch's defaults."""
    return tuple(
        (name, args[name]) for name, value in defaults.items() if args[name] != value
    )


def torch_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """What torch reads off a shape of two or more axes: (fan_in, fan_out).

    It takes axis 1 for the inputs and axis 0 for the outputs. A transposed kernel has
    them the other way round, and a grouped one joins only a part of them.
    """
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def fans(tensor: TensorSpec) -> tuple[int, int]:
    """The true fans; torch's reading where "inputs of a neuron" means nothing."""
    read = torch_fans(tensor.shape) if len(tensor.shape) > 1 else (0, 0)
    return tensor.fan_in or read[0], tensor.fan_out or read[1]


def fan_steps(tensor: TensorSpec, *names: str) -> tuple[Step, ...]:
    """The steps that give fan_in, fan_out, or both."""
    given = dict(zip(("fan_in", "fan_out"), fans(tensor), strict=True))
    sign = {"fan_in": r"n_{\mathrm{in}}", "fan_out": r"n_{\mathrm{out}}"}
    return tuple(
        Step(name, sign[name] + _factors(tensor, name, given[name]), given[name])
        for name in names
    )


def _factors(tensor: TensorSpec, name: str, fan: int) -> str:
    """The product a kernel's fan is, " = 64 · 3 · 3", where torch's reading is true."""
    shape = tensor.shape
    if len(shape) < 3:
        return ""
    factors = shape[1:] if name == "fan_in" else (shape[0], *shape[2:])
    return (
        " = " + r" \cdot ".join(map(str, factors)) if math.prod(factors) == fan else ""
    )


def flat(low: float, high: float) -> Theory:
    """Uniform between two bounds."""
    if low == high:
        return Theory("point", low, 0.0, low, high)
    std = (high - low) / math.sqrt(12)
    return Theory("uniform", (low + high) / 2, std, low, high, std)


def bell(mean: float, std: float) -> Theory:
    """Normal; all mass at the mean when nothing spreads."""
    if not std:
        return Theory("point", mean, 0.0, mean, mean)
    return Theory("normal", mean, std, -math.inf, math.inf, std)


def ones_among(count: int, tensor: TensorSpec) -> Theory:
    """A tensor of zeros with `count` ones: mean and std of its values, exactly."""
    share = count / math.prod(tensor.shape)
    std = math.sqrt(share * (1 - share))
    return Theory("other", share, std, float(share == 1), float(share > 0))


def box(bound: float) -> tuple[tuple[str, Value], ...]:
    """The arguments of uniform_ for ±bound."""
    return (("a", -bound), ("b", bound))


def misread(tensor: TensorSpec, *names: str) -> str:
    """Why the plain call would be wrong: the fans torch reads and the true ones."""
    read = dict(zip(("fan_in", "fan_out"), torch_fans(tensor.shape), strict=True))
    true = dict(zip(("fan_in", "fan_out"), fans(tensor), strict=True))
    return "; ".join(
        f"true {name} is {true[name]}, torch reads {read[name]} off the shape"
        for name in names
        if read[name] != true[name]
    )


def real_only(args: Args, tensor: TensorSpec) -> Message | None:
    """Refuses whole numbers, such as a count of batches, where a draw is not whole."""
    if tensor.dtype in FLOATING:
        return None
    return Message(
        "{tensor} holds whole numbers, which cannot be drawn. Use Zeros, Ones or a "
        "whole Constant.",
        {"tensor": tensor.name},
    )


def matrix_or_more(args: Args, tensor: TensorSpec) -> Message | None:
    """Refuses tensors without a fan: biases, gammas, slopes."""
    if len(tensor.shape) < 2:
        return Message(
            "{tensor} has {axes} axis, so it has no fans to go by: this is for the "
            "weights of Linear, convolutions and the like. Use Zeros, a Constant, "
            "Normal or Uniform.",
            {"tensor": tensor.name, "axes": len(tensor.shape) or "no"},
        )
    if not all(tensor.shape):
        return Message("{tensor} has no values to draw.", {"tensor": tensor.name})
    return real_only(args, tensor)


def normal_call(std: float, note: str) -> Call:
    return Call("normal_", (("std", std),), note)
