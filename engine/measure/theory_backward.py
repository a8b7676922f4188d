"""Theory, backward: what each operator makes of the gradients that come back to it.

A gradient meets weights that it has not met before, so that through a layer it is
multiplied by E[w²] for each unit it comes from, and through an activation by E[f′²]:
together the χ of Schoenholz et al. 2017. Numbers are mean squares, as arrays over the
places of an image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.spec import Activation
from engine.measure.quadrature import each
from engine.measure.theory_forward import (
    MOVING,
    Facts,
    alpha,
    batchwise,
    centred,
    sides,
    variance,
)
from engine.measure.theory_state import Gap, State
from engine.measure.windows import along_axes, summed, windows

if TYPE_CHECKING:
    from engine.measure.results import Array


@dataclass(frozen=True)
class Gradient:
    """What is known of a gradient.

    Args:
        second: its mean square, over the places.
        odd: the draws whose change of sign changes its own.
        needs: the draws that it depends on.
        start: path of the node from whose sampled gradient this goes on.
        chosen: whether it goes to values that were chosen by their size.
    """

    second: Array
    odd: int
    needs: int
    start: str = ""
    chosen: bool = False

    @property
    def size(self) -> float:
        return float(np.mean(self.second))

    def times(self, factor: Any) -> Gradient:
        """Multiplied by a factor that no weight of this decides."""
        return replace(self, second=self.second * factor)

    def flat(self) -> Gradient:
        """The same values, wherever they stand."""
        return replace(self, second=np.asarray(np.mean(self.second)))


Back = Callable[[Facts, list[State | None], Gradient, str], Gradient]


def backward(
    facts: Facts, given: list[State | None], gradient: Gradient, port: str
) -> Gradient:
    """The gradient at an input, from that at the output.

    Args:
        facts: of the operator.
        given: what theory knows of its inputs, in their order.
        gradient: at the output.
        port: the input.

    Raises:
        Gap: nobody knows.
    """
    if isinstance(facts.op.step.row, Activation):
        return _through(facts, given, gradient, port)
    rule = RULES.get(facts.op.kind)
    if rule is None:
        raise Gap("There is no theory of {title} here.", title=facts.title)
    return rule(facts, given, gradient, port)


def _weighed(facts: Facts, gradient: Gradient, second: Array) -> Gradient:
    bit = facts.drawn.bit
    return Gradient(
        second,
        gradient.odd | (bit & ~gradient.needs),
        gradient.needs | bit,
        gradient.start,
    )


def _linear(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    gain = centred(facts) * int(facts.args["out_features"])
    return _weighed(facts, gradient, gradient.flat().second * gain)


def _convolved(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    axes, _ = sides(facts)
    gain = centred(facts) * int(facts.args["out_channels"]) / int(facts.args["groups"])
    before, after = facts.shape()[-axes:], facts.made[-axes:]
    along = windows(facts.args, before, after)
    second = _over(gradient, after)
    return _weighed(facts, gradient, gain * summed(second, along, back=True))


def _over(gradient: Gradient, places: tuple[int, ...]) -> Array:
    if gradient.second.shape == places:
        return gradient.second
    return np.full(places, gradient.size)


def _through(
    facts: Facts, given: list[State | None], gradient: Gradient, port: str
) -> Gradient:
    state, function = given[0], facts.function
    if function is None:
        raise Gap("There is no theory of {title} here.", title=facts.title)
    if state is None or state.law != "normal":
        raise Gap("It is not known what reaches {title}.", title=facts.title)
    if gradient.chosen:
        raise Gap("The largest values were chosen, whose slopes are not like all.")
    variance = state.second - state.mean**2
    slope = each(lambda m, v: function.through(m, v).slope, state.mean, variance)
    if gradient.second.shape not in ((), slope.shape):
        gradient, slope = gradient.flat(), np.asarray(np.mean(slope))
    return gradient.times(slope)


def _same(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    return gradient


def _moved(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    """The same values at other places; where only a part was taken, zeros beside it."""
    share = prod(facts.made) / prod(facts.shape(port))
    return gradient.flat().times(share)


def _added(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    if prod(facts.shape(port)) != prod(facts.made):
        raise Gap("Gradients of values that were stretched are added up.")
    return gradient


def _joined(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    return gradient


def _scaled(
    facts: Facts, given: list[State | None], gradient: Gradient, port: str
) -> Gradient:
    if prod(facts.shape(port)) != prod(facts.made):
        raise Gap("Gradients of values that were stretched are added up.")
    others = [
        state
        for name, state in zip(facts.op.arriving, given, strict=True)
        if name != port
    ]
    numbers = [state.constant if state else None for state in others]
    if None in numbers:
        raise Gap("There is no theory of a product of two signals.")
    factor = prod(n for n in numbers if n is not None)
    if facts.op.kind == "divide":
        if port != next(iter(facts.op.arriving)) or not factor:
            raise Gap("There is no theory of a quotient of two signals.")
        factor = 1 / factor
    return gradient.times(factor**2)


def _dropped(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    kept = 1 - float(facts.args["p"])
    return gradient.times(1 / kept) if facts.training and kept else gradient


def _alpha_dropped(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    p = float(facts.args["p"])
    if not facts.training or not p:
        return gradient
    kept, _, scale, _ = alpha(p)
    return gradient.times(kept * scale**2)


def _normed(
    facts: Facts, given: list[State | None], gradient: Gradient, port: str
) -> Gradient:
    """γ²/σ², less what the mean and the spread of the values take away."""
    state = given[0]
    by = None if state is None else variance(facts, state)
    if by is None:
        raise Gap("It is not known what {title} divides by.", title=facts.title)
    kind = facts.op.kind
    gamma = facts.drawn.squares("weight") if "weight" in facts.drawn.tensors else 1.0
    taken = 0 if kind.startswith("batch") and not batchwise(facts) else 2
    taken = 1 if kind == "rms_norm" else taken
    left = 1 - taken / max(_together(facts), taken)
    return gradient.times(gamma / by * left)


def _together(facts: Facts) -> int:
    """How many values a norm looks at together."""
    shape, kind = facts.shape(), facts.op.kind
    if kind.startswith("batch"):
        return facts.batch * prod(shape[2:])
    if kind == "group_norm":
        return prod(shape[1:]) // int(facts.args["num_groups"])
    return prod(shape[-int(facts.args["axes"]) :])


def _pooled(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    """Windows that do not overlap: each place hands on one gradient, or a part of it.

    Of a largest value the whole goes to one place of its window; a mean shares it out.
    """
    axes = int(facts.op.kind[-2])
    before, after = facts.shape()[-axes:], facts.made[-axes:]
    kernel = _kernel(facts, axes, before, after)
    count = prod(kernel)
    window = {"kernel_size": kernel, "stride": kernel, "dilation": 1, "padding": 0}
    along = windows({**window, "padding_mode": "zeros"}, before, after)
    largest = "max" in facts.op.kind
    part = 1 / count if largest else 1 / count**2
    second = summed(_over(gradient, after), along, back=True) * part
    return replace(gradient, second=second, chosen=gradient.chosen or largest)


def _kernel(
    facts: Facts, axes: int, before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[int, ...]:
    """The sides of windows that lie side by side.

    Raises:
        Gap: they overlap.
    """
    if facts.op.kind.startswith("adaptive"):
        pairs = zip(before, after, strict=True)
        if all(side % made == 0 for side, made in pairs):
            return tuple(a // b for a, b in zip(before, after, strict=True))
        raise Gap("The windows of {title} overlap.", title=facts.title)
    args = facts.args
    kernel = along_axes(args["kernel_size"], axes)
    stride = kernel if args["stride"] is None else along_axes(args["stride"], axes)
    plain = args.get("dilation", 1) in (1, (1,) * axes) and not args.get("ceil_mode")
    if stride != kernel or any(along_axes(args["padding"], axes)) or not plain:
        raise Gap("The windows of {title} overlap.", title=facts.title)
    return kernel


def _averaged(facts: Facts, given: Any, gradient: Gradient, port: str) -> Gradient:
    """A mean shares its gradient out evenly."""
    count = prod(facts.shape(port)) / prod(facts.made)
    return gradient.flat().times(1 / count**2)


RULES: Mapping[str, Back] = {
    "linear": _linear,
    **{f"conv{axes}d": _convolved for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": _convolved for axes in (1, 2, 3)},
    "identity": _same,
    "cast": _same,
    **dict.fromkeys(MOVING, _moved),
    "add": _added,
    "subtract": _added,
    "concatenate": _joined,
    "stack": _joined,
    "multiply": _scaled,
    "divide": _scaled,
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), _dropped),
    "alpha_dropout": _alpha_dropped,
    **{f"batch_norm{axes}d": _normed for axes in (1, 2, 3)},
    **{f"instance_norm{axes}d": _normed for axes in (1, 2, 3)},
    **dict.fromkeys(("layer_norm", "group_norm", "rms_norm"), _normed),
    **{f"{kind}_pool{axes}d": _pooled for kind in ("max", "avg") for axes in (1, 2, 3)},
    **{
        f"adaptive_{kind}_pool{axes}d": _pooled
        for kind in ("max", "avg")
        for axes in (1, 2, 3)
    },
    "mean": _averaged,
}
