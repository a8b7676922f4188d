"""Rules about how the tensors of one operator are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check.rules.kinds import LINEAR, NORMALIZING
from engine.check.rules.rule import (
    Finds,
    Said,
    Spot,
    draw_better,
    drawn,
    expected,
    following,
    growth,
    init_args,
    said,
    weights,
)
from engine.design import edits
from engine.design.fitting import chosen_init
from engine.design.model import Design
from engine.errors import Fix, Message, Severity

LARGEST_GROWTH = 25.0  # of the mean square: a fivefold spread at one layer
FAR = 5.0  # standard deviations, beyond which a normal has nothing to cut
DEAD = 3.0  # standard deviations below 0: one value in 700 gets above
PLAIN = frozenset({"normal", "uniform", "trunc_normal"})


def _symmetric(spot: Spot) -> Iterator[Said]:
    """Units that begin alike stay alike: their gradients are the same for ever.

    All zeros at the end of a residual branch is the exception: the branch begins as
    nothing and its layers differ (Zhang et al. 2019, "Fixup initialization").
    """
    design, node, at = spot
    leaving = design.graph.outgoing.get(node.id, ())
    kinds = {design.nodes[wire.target].kind for wire in leaving}
    residual = "add" in kinds
    if node.kind == "parameter" and "matmul" not in kinds:
        return  # a scale or a token: each of its numbers meets a number of its own
    for spec in weights(at):
        if len(spec.shape) < 2 or spec.shape[0] < 2 or node.kind == "embedding":
            continue
        if at.args.get("groups", 0) == at.args.get("out_channels"):
            continue  # depthwise: no two units see the same channel
        value = _constant(chosen_init(node, spec))
        if value is None or (residual and value == 0):
            continue
        yield said(
            node,
            "Every number in {tensor} of {node} begins as {value}, so its units learn "
            "the same thing for ever. Draw them at random.",
            Fix(
                Message("Draw {tensor} by torch's default", {"tensor": spec.name}),
                partial(_by_default, key=node.id, spec=spec.name, family=spec.family),
            ),
            tensor=spec.name,
            value=f"{value:g}",
        )


def _by_default(design: Design, key: str, spec: str, family: str) -> Design:
    """Torch's default for a tensor, whether it was chosen by name or by family."""
    for name in (spec, family):
        design = edits.set_init(design, (key,), name, None)
    return design


def _constant(init: Init) -> float | None:
    """The one value that an initializer gives everywhere, if it does."""
    args = init_args(init)
    if init.kind in ("zeros", "ones"):
        return float(init.kind == "ones")
    if init.kind == "constant":
        return float(args["val"])
    if init.kind == "uniform" and args["a"] == args["b"]:
        return float(args["a"])
    if init.kind == "normal" and args["std"] == 0:
        return float(args["mean"])
    return None


def _off_centre(spot: Spot) -> Iterator[Said]:
    """As uniform_ is when its bounds are left at 0 and 1."""
    design, node, at = spot
    found = drawn(node, at) if node.kind in LINEAR else None
    theory = expected(*found) if found and found[0].kind in PLAIN else None
    if not found or theory is None or not 0 < theory.std <= abs(theory.mean):
        return
    follows = following(design, node.id)
    yield said(
        node,
        "The weights of {node} are drawn around {mean} instead of 0, nearly all of one "
        "sign, so that all its units say much the same.",
        draw_better(node, follows.kind if follows else ""),
        mean=f"{theory.mean:.3g}",
    )


def _too_wide(spot: Spot) -> Iterator[Said]:
    design, node, at = spot
    found = drawn(node, at) if node.kind in LINEAR else None
    if not found or found[0].kind not in PLAIN:
        return
    theory, by = expected(*found), growth(*found)
    follows = following(design, node.id)
    if theory is None or by is None or by <= LARGEST_GROWTH:
        return
    if theory.std <= abs(theory.mean) or (follows and follows.kind in NORMALIZING):
        return  # off centre, or made small again at once
    yield said(
        node,
        "The weights of {node} have a standard deviation of {std}, and {fan} of them "
        "are summed up, so its results spread {times} times as wide as what arrives.",
        draw_better(node, follows.kind if follows else ""),
        std=f"{theory.std:.3g}",
        fan=found[1].fan_in,
        times=f"{math.sqrt(by):.3g}",
    )


def _transposed(spot: Spot) -> Iterator[Said]:
    """What torch's default takes for the inputs of a transposed kernel are outputs."""
    design, node, at = spot
    found = drawn(node, at)
    if not found or (found[0].kind != "default" and found[0] != found[1].default):
        return
    by, follows = growth(*found), following(design, node.id)
    usual = 1 / 3  # what the default comes to where it reads the fan rightly
    if by is None or (follows and follows.kind in NORMALIZING):
        return
    if usual / OFF < by < usual * OFF:
        return
    yield said(
        node,
        "torch's default reads the inputs of {node} off the wrong side of its kernel, "
        "so its results spread {times} times as wide as they should.",
        draw_better(node, follows.kind if follows else ""),
        times=f"{math.sqrt(by / usual):.3g}",
    )


OFF = 4.0  # of the variance


def _born_dead(spot: Spot) -> Iterator[Said]:
    design, node, at = spot
    bias = next((spec for spec in at.tensors if spec.family == "bias"), None)
    if bias is None or node.kind not in LINEAR:
        return
    value, found = _constant(chosen_init(node, bias)), drawn(node, at)
    follows = following(design, node.id)
    if value is None or value >= 0 or not follows or follows.kind != "relu":
        return
    by = growth(*found) if found else None
    if by is None or value > -DEAD * math.sqrt(by):
        return
    yield said(
        node,
        "The bias of {node} begins as {value}, {times} standard deviations of what its "
        "weights bring, so {relu} passes next to nothing and nearly all its units are "
        "dead from the start.",
        Fix(
            Message("Begin the bias at 0"),
            partial(edits.set_init, ids=(node.id,), tensor="bias", init=Init("zeros")),
        ),
        value=f"{value:g}",
        times=f"{-value / math.sqrt(by):.3g}" if by else "many",
        relu=follows.called,
    )


def _cuts_nothing(spot: Spot) -> Iterator[Said]:
    """The bounds of trunc_normal_ are values, not standard deviations."""
    _, node, at = spot
    found = drawn(node, at)
    if not found or found[0].kind != "trunc_normal":
        return
    args = init_args(found[0])
    mean, std, low, high = (float(args[name]) for name in ("mean", "std", "a", "b"))
    if not std or min(mean - low, high - mean) < FAR * std:
        return
    near = Init(
        "trunc_normal",
        (*(p for p in found[0].params if p[0] not in ("a", "b")),
         ("a", mean - 2 * std), ("b", mean + 2 * std)),
    )  # fmt: skip
    yield said(
        node,
        "The weight of {node} is cut at {low} and {high}, {times} standard deviations "
        "away, which cuts nothing: the bounds of {init} are values, not multiples of "
        "std.",
        Fix(
            Message("Cut at two standard deviations"),
            partial(edits.set_init, ids=(node.id,), tensor="weight", init=near),
        ),
        low=f"{low:g}",
        high=f"{high:g}",
        times=f"{min(mean - low, high - mean) / std:.3g}",
        init=INITIALIZERS["trunc_normal"].title,
    )


DRAWING = (
    Finds(
        name="symmetric-weights",
        severity=Severity.WARNING,
        title="Weights that all begin alike",
        why="Units that begin alike get the same gradient and stay alike for ever. "
        "Zero biases, norms and the last layer of a residual branch may begin so.",
        source="Goodfellow, Bengio and Courville 2016, Deep Learning, 8.4; Zhang et "
        "al. 2019, Fixup initialization",
        speaks=_symmetric,
    ),
    Finds(
        name="off-centre-weights",
        severity=Severity.WARNING,
        title="Weights around another value than 0",
        why="uniform_ left at 0 and 1 draws no negative weight: the mean of what "
        "arrives is added up and drowns all differences.",
        source="LeCun et al. 1998, Efficient backprop, 4.6",
        speaks=_off_centre,
    ),
    Finds(
        name="too-wide-weights",
        severity=Severity.WARNING,
        title="Weights that are drawn too wide for the layer",
        why="The variance of a sum grows with the number of its parts, so weights have "
        "to be smaller the more inputs a unit has: N(0, 1) saturates or explodes.",
        source="Glorot and Bengio 2010; He et al. 2015, Delving deep into rectifiers",
        speaks=_too_wide,
    ),
    Finds(
        name="dead-relu",
        severity=Severity.WARNING,
        title="ReLU units that begin dead",
        why="A unit that is below 0 for every input gives 0, gets no gradient, and "
        "never comes back.",
        source="Lu et al. 2020, Dying ReLU and initialization",
        speaks=_born_dead,
    ),
    Finds(
        name="bounds-cut-nothing",
        severity=Severity.ADVICE,
        title="Bounds of a truncated normal that cut nothing",
        why="a and b are absolute values: with std 0.02 the usual -2 and 2 are a "
        "hundred standard deviations away.",
        source="PyTorch, torch.nn.init.trunc_normal_",
        speaks=_cuts_nothing,
    ),
)

FANS = Finds(
    name="fan-of-transposed",
    severity=Severity.ADVICE,
    title="torch's default on a transposed convolution",
    why="torch reads the number of inputs off axis 1 of a kernel, where a transposed "
    "convolution has its outputs. Fanin's own draws take the true one.",
    source="PyTorch, torch.nn.init._calculate_fan_in_and_fan_out; He et al. 2015",
    speaks=_transposed,
)
