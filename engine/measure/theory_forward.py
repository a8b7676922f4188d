"""Theory, forward: what each operator makes of the moments that reach it.

For wide layers with independent weights of mean 0, q' = fan_in · E[w²] · E[x²] + E[b²],
and what comes out is normal (Poole et al. 2016). Nothing is guessed: an operator that
has no rule, or whose rule's conditions do not hold, is a `Gap` with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from math import prod
from typing import Any, NamedTuple

import numpy as np

from engine.catalog.dims import sampled
from engine.catalog.spec import Activation, Theory
from engine.measure.quadrature import Function, each
from engine.measure.theory_state import Gap, State, apart, number
from engine.measure.windows import summed, windows
from engine.model.unroll import Op

CENTRED = 1e-3  # of its spread: a mean of the weights that is none
TINY = 1e3  # times eps: a variance that a norm divides by as if eps were not there


class Drawn(NamedTuple):
    """What an operator's tensors are drawn from, and the bit that stands for them."""

    tensors: Mapping[str, Theory]
    bit: int

    def squares(self, name: str) -> float:
        """E w² of a tensor; 0 where there is none."""
        theory = self.tensors.get(name)
        return theory.std**2 + theory.mean**2 if theory else 0.0

    def mean(self, name: str) -> float:
        theory = self.tensors.get(name)
        return theory.mean if theory else 0.0


class Facts(NamedTuple):
    """What a rule is told.

    Args:
        op: the call.
        drawn: of its tensors.
        training: whether dropout drops and batch norms look at the batch.
        batch: how many samples.
        function: of an activation.
    """

    op: Op
    drawn: Drawn
    training: bool
    batch: int
    function: Function | None

    @property
    def args(self) -> Mapping[str, Any]:
        return self.op.step.known.args

    def shape(self, port: str = "input") -> tuple[int, ...]:
        """Of what arrives, with sample sizes."""
        return sampled(self.op.step.known.inputs[port].shape)

    @property
    def made(self) -> tuple[int, ...]:
        """The shape of what is made first."""
        return sampled(next(iter(self.op.step.known.outputs.values())).shape)

    @property
    def title(self) -> str:
        return self.op.step.row.title


Rule = Callable[[Facts, list[State]], State]


def forward(facts: Facts, given: list[State]) -> State:
    """What an operator makes.

    Raises:
        Gap: nobody knows.
    """
    if isinstance(facts.op.step.row, Activation):
        return _activated(facts, given)
    rule = RULES.get(facts.op.kind)
    if rule is None:
        raise Gap("There is no theory of {title} here.", title=facts.title)
    return rule(facts, given)


def centred(facts: Facts) -> float:
    """E w² of the weights.

    Raises:
        Gap: they have a mean, or nothing about them is random.
    """
    theory = facts.drawn.tensors["weight"]
    if abs(theory.mean) > CENTRED * theory.std:
        raise Gap(
            "The weights have a mean of {mean:.3g}: theory is for those without one.",
            mean=theory.mean,
        )
    return facts.drawn.squares("weight")


def _weighed(facts: Facts, state: State, weigh: Callable[[Any], Any]) -> State:
    """A sum of inputs by random weights, and a bias."""
    bias, shift = facts.drawn.squares("bias"), facts.drawn.mean("bias")
    fresh = facts.drawn.bit & ~state.needs
    plain = state.odd if not bias else 0
    second = weigh(state.second) + bias
    common = None if state.common is None else weigh(state.common) + bias
    return State(
        mean=np.full_like(second, shift),
        second=second,
        common=common,
        law="normal",
        odd=fresh | plain if not shift else 0,
        needs=state.needs | facts.drawn.bit,
        start=state.start,
    )


def _linear(facts: Facts, given: list[State]) -> State:
    state = given[0].flat()
    gain = centred(facts) * int(facts.args["in_features"])
    return _weighed(facts, state, lambda values: values * gain)


def sides(facts: Facts) -> tuple[int, int]:
    """How many sides an image has here, and how many channels a place reads."""
    axes = int(facts.op.kind[-2])
    return axes, int(facts.args["in_channels"]) // int(facts.args["groups"])


def _convolved(facts: Facts, given: list[State]) -> State:
    axes, channels = sides(facts)
    gain = centred(facts) * channels
    before, after = facts.shape()[-axes:], facts.made[-axes:]
    along = windows(facts.args, before, after)
    state = given[0].over(before)
    return _weighed(facts, state, lambda values: gain * summed(values, along))


def _embedded(facts: Facts, given: list[State]) -> State:
    theory = facts.drawn.tensors["weight"]
    if facts.args["max_norm"] is not None:
        raise Gap("There is no theory of rows whose length is limited.")
    squares = facts.drawn.squares("weight")
    return State(
        mean=number(theory.mean),
        second=number(squares),
        common=None,
        law="normal" if theory.density == "normal" else "other",
        odd=0 if theory.mean else facts.drawn.bit,
        needs=facts.drawn.bit,
    )


def _activated(facts: Facts, given: list[State]) -> State:
    state, function = given[0], facts.function
    if function is None:
        raise Gap("There is no theory of {title} here.", title=facts.title)
    if state.law != "normal":
        raise Gap(
            "What reaches it is not normal: between the weights and here something "
            "changed its shape."
        )
    variance = state.second - state.mean**2
    return State(
        mean=each(lambda m, v: function.through(m, v).mean, state.mean, variance),
        second=each(lambda m, v: function.through(m, v).second, state.mean, variance),
        common=_shared(function, state),
        law="other",
        odd=state.odd if function.odd and not np.any(state.mean) else 0,
        needs=state.needs,
        start=state.start,
    )


def _shared(function: Function, state: State) -> Any:
    """What two samples have in common behind an activation."""
    if state.common is None:
        return None
    square = state.mean**2
    variance, common = state.second - square, state.common - square
    return each(function.shared, state.mean, variance, common)


def _same(facts: Facts, given: list[State]) -> State:
    return given[0]


def _moved(facts: Facts, given: list[State]) -> State:
    """The same values, or an even share of them, at other places."""
    state = given[0].flat()
    part = prod(facts.made) != prod(facts.shape(next(iter(facts.op.arriving))))
    if part and state.law == "mixed":
        raise Gap("A part is taken of values that are not alike.")
    return state


def _added(facts: Facts, given: list[State]) -> State:
    sign = -1.0 if facts.op.kind == "subtract" else 1.0
    shapes = {state.second.shape for state in given if state.second.shape}
    if len(shapes) > 1:
        raise Gap("Images of different sizes are added.")
    states = [state.over(next(iter(shapes))) if shapes else state for state in given]
    return reduce(lambda one, other: _sum(one, other.scaled(sign), sign), states)


def _sum(one: State, other: State, sign: float) -> State:
    cross: Any = 0.0
    if not apart(one, other):
        if one.needs & other.needs:
            raise Gap(
                "Both sides depend on the same draws, so that the sum's size is not "
                "the sum of their sizes."
            )
        cross = one.mean * other.mean
    common = None
    if one.common is not None and other.common is not None:
        common = one.common + other.common + 2 * cross
    laws = {one.law, other.law}
    return State(
        mean=one.mean + other.mean,
        second=one.second + other.second + 2 * cross,
        common=common,
        law="other" if "other" in laws else "mixed" if "mixed" in laws else "normal",
        odd=one.odd & other.odd,
        needs=one.needs | other.needs,
        start=one.start or other.start,
    )


def _joined(facts: Facts, given: list[State]) -> State:
    """Side by side: the mean, by how many values each brings."""
    inputs = facts.op.step.known.inputs
    counts = [prod(sampled(inputs[port].shape)) for port in facts.op.arriving]
    shares = [count / sum(counts) for count in counts]
    shapes = {state.second.shape for state in given}
    channels = facts.op.kind == "concatenate" and facts.args["dim"] == 1
    states = given if len(shapes) == 1 and channels else [s.flat() for s in given]

    def mean(values: list[Any]) -> Any:
        return sum(s * v for s, v in zip(shares, values, strict=True))

    second = mean([state.second for state in states])
    alike = all(np.allclose(state.second, second, rtol=1e-6) for state in states)
    laws = {state.law for state in states}
    commons = [state.common for state in states]
    law: Any = "other" if "other" in laws else "normal" if alike else "mixed"
    return State(
        mean=mean([state.mean for state in states]),
        second=second,
        common=None if any(c is None for c in commons) else mean(commons),
        law="mixed" if law == "normal" and "mixed" in laws else law,
        odd=reduce(lambda a, b: a & b, (state.odd for state in states)),
        needs=reduce(lambda a, b: a | b, (state.needs for state in states)),
        start=next((state.start for state in states if state.start), ""),
    )


def _scaled(facts: Facts, given: list[State]) -> State:
    """Multiplied or divided by numbers."""
    numbers = [state.constant for state in given]
    if facts.op.kind == "divide":
        by = numbers[1]
        if not by:
            raise Gap("There is no theory of a quotient of two signals.")
        return given[0].scaled(1 / by)
    signals = [s for s, n in zip(given, numbers, strict=True) if n is None]
    if len(signals) > 1:
        raise Gap("There is no theory of a product of two signals.")
    factor = prod(n for n in numbers if n is not None)
    return signals[0].scaled(factor) if signals else given[0].scaled(factor)


def _dropped(facts: Facts, given: list[State]) -> State:
    kept = 1 - float(facts.args["p"])
    if not facts.training or kept == 1:
        return given[0]
    if not kept:
        raise Gap("Everything is dropped.")
    return replace(given[0], second=given[0].second / kept, law="other")


class Alpha(NamedTuple):
    """What AlphaDropout does: y = scale · (x or `dropped`) + shift."""

    kept: float
    dropped: float
    scale: float
    shift: float


def alpha(p: float) -> Alpha:
    """The constants of AlphaDropout.

    Source:
        Klambauer et al. 2017, "Self-normalizing neural networks", section 3.
    """
    kept, dropped = 1 - p, -1.7580993408473766
    scale = (kept + dropped**2 * kept * p) ** -0.5
    return Alpha(kept, dropped, scale, -scale * p * dropped)


def _alpha_dropped(facts: Facts, given: list[State]) -> State:
    state, p = given[0], float(facts.args["p"])
    if not facts.training or not p:
        return state
    if p == 1:
        raise Gap("Everything is dropped.")
    kept, low, a, b = alpha(p)
    mean = kept * state.mean + p * low
    second = kept * state.second + p * low**2
    common = None
    if state.common is not None:
        both = kept**2 * state.common + 2 * kept * p * low * state.mean + (p * low) ** 2
        common = a * a * both + 2 * a * b * mean + b * b
    return replace(
        state,
        mean=a * mean + b,
        second=a * a * second + 2 * a * b * mean + b * b,
        common=common,
        law="other",
        odd=0,
    )


def variance(facts: Facts, state: State) -> float | None:
    """What a norm divides by, where theory knows it.

    Raises:
        Gap: eps is no longer small beside it.
    """
    kind, eps = facts.op.kind, facts.args["eps"]
    eps = float(eps) if eps is not None else 1.2e-7
    found: float | None
    if kind.startswith("batch"):
        if not batchwise(facts):
            return 1 + eps
        if state.common is None:
            found = None
        else:
            found = float(np.mean(state.second - state.common))
    elif kind.startswith("instance"):
        found = None
    elif kind == "rms_norm":
        found = state.size
    else:
        found = state.size - float(np.mean(state.mean)) ** 2
    if (state.size if found is None else found) < TINY * eps:
        raise Gap("What reaches it is so small that eps = {eps:g} matters.", eps=eps)
    return None if found is None else found + eps


def batchwise(facts: Facts) -> bool:
    """Whether a batch norm looks at the batch, and not at its running statistics."""
    return facts.training or not facts.args["track_running_stats"]


def _normed(facts: Facts, given: list[State]) -> State:
    state = given[0]
    by = variance(facts, state)
    gamma, beta = _affine(facts)
    shift = facts.drawn.mean("bias")
    kind = facts.op.kind
    centre = np.zeros_like(state.mean) if kind == "rms_norm" else state.mean
    if kind.startswith("batch") and not batchwise(facts):
        centre = np.zeros_like(state.mean)
    common: Any = None
    if kind.startswith("batch") and batchwise(facts):
        spread = state.second - (centre**2 if state.common is None else state.common)
        common = np.full_like(spread, beta)
    else:
        spread = state.second - centre**2
        if state.common is not None and by is not None:
            common = gamma * (state.common - centre**2) / by + beta
    mean = (state.mean - centre) / (by or 1.0) ** 0.5 + shift
    divisor = float(np.mean(spread)) if by is None else by
    return State(
        mean=mean,
        second=gamma * spread / divisor + beta + 2 * shift * (mean - shift),
        common=common,
        law="normal"
        if state.law == "mixed" and by is None
        else _kept_law(facts, state),
        odd=state.odd if not beta else 0,
        needs=state.needs | facts.drawn.bit,
        start=state.start,
    )


def _kept_law(facts: Facts, state: State) -> Any:
    """A norm of each channel makes channels alike again."""
    each = facts.op.kind.startswith(("batch", "instance"))
    if state.law == "mixed" and each and state.even:
        return "normal"
    return state.law


def _affine(facts: Facts) -> tuple[float, float]:
    """E γ² and E β²."""
    gamma = facts.drawn.squares("weight") if "weight" in facts.drawn.tensors else 1.0
    return gamma, facts.drawn.squares("bias")


MOVING = (
    *("flatten", "unflatten", "reshape", "permute", "transpose", "squeeze"),
    *("unsqueeze", "split", "chunk", "slice", "select", "roll", "channel_shuffle"),
    *("pixel_shuffle", "pixel_unshuffle"),
)
RULES: Mapping[str, Rule] = {
    "linear": _linear,
    **{f"conv{axes}d": _convolved for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": _convolved for axes in (1, 2, 3)},
    "embedding": _embedded,
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
}
