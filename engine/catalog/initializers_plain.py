"""Initializers that know only numbers: constants, uniform, normal, truncated normal."""

from __future__ import annotations

import math

from engine.catalog.initializers_shared import (
    BIG,
    FLOATING,
    bell,
    differing,
    docs,
    flat,
    number,
    real_only,
    spread,
)
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
from engine.errors import Message

UNIFORM = {"a": 0.0, "b": 1.0}
NORMAL = {"mean": 0.0, "std": 1.0}
TRUNCATED = {"mean": 0.0, "std": 1.0, "a": -2.0, "b": 2.0}


def _point(value: float) -> Theory:
    return Theory("point", value, 0.0, value, value)


def _constant_step(value: float) -> tuple[Step, ...]:
    return (Step("value", r"w_i = v", value),)


def _constant_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if tensor.dtype in FLOATING or float(args["val"]).is_integer():
        return None
    return Message(
        "{tensor} holds whole numbers, and {val:g} is none. Use a whole number.",
        {"tensor": tensor.name, "val": args["val"]},
    )


def _uniform(args: Args, tensor: TensorSpec) -> Call:
    # Both bounds or none: uniform_(b=0.5) alone leaves the reader guessing.
    both = differing(args, UNIFORM) and (("a", args["a"]), ("b", args["b"]))
    return Call("uniform_", both)


def _uniform_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    theory = flat(args["a"], args["b"])
    return (
        Step("mean", r"\mu = \frac{a + b}{2}", theory.mean),
        Step("std", r"\sigma = \frac{b - a}{\sqrt{12}}", theory.std),
    )


def _uniform_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if args["a"] > args["b"]:
        return Message(
            "Uniform draws from a to b, but a = {a:g} is above b = {b:g}: exchange "
            "them.",
            {"a": args["a"], "b": args["b"]},
        )
    return real_only(args, tensor)


def _normal_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    return (
        Step("mean", r"\mu", args["mean"]),
        Step("std", r"\sigma", args["std"]),
    )


def _bell_height(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _kept(args: Args) -> float:
    """The share of the normal that lies between a and b."""
    low, high = ((args[end] - args["mean"]) / args["std"] for end in ("a", "b"))
    # By the tail that both lie in, where the other would round to 1 - 1.
    if low > 0:
        low, high = -high, -low
    root = math.sqrt(2)
    return (math.erfc(-high / root) - math.erfc(-low / root)) / 2


def _truncated_theory(args: Args, tensor: TensorSpec) -> Theory:
    mean, std, a, b = (args[name] for name in TRUNCATED)
    low, high = (a - mean) / std, (b - mean) / std
    if high - low < 1e-3:  # the differences below would cancel; so thin a cut is a box
        box = flat(a, b)
        return Theory("truncated", box.mean, box.std, a, b, std, centre=mean)
    kept = _kept(args)
    at_low, at_high = _bell_height(low), _bell_height(high)
    shift = (at_low - at_high) / kept
    variance = 1 + (low * at_low - high * at_high) / kept - shift**2
    left = std * math.sqrt(variance)
    return Theory("truncated", mean + std * shift, left, a, b, std, centre=mean)


def _truncated_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    mean, std, a, b = (args[name] for name in TRUNCATED)
    theory = _truncated_theory(args, tensor)
    cut = r"\sqrt{1 + \frac{\alpha\varphi(\alpha) - \beta\varphi(\beta)}{Z}"
    cut += r"- \left(\frac{\varphi(\alpha) - \varphi(\beta)}{Z}\right)^2}"
    return (
        Step("lower cut", r"\alpha = \frac{a - \mu}{\sigma}", (a - mean) / std),
        Step("upper cut", r"\beta = \frac{b - \mu}{\sigma}", (b - mean) / std),
        Step("share kept", r"Z = \Phi(\beta) - \Phi(\alpha)", _kept(args)),
        Step("std", r"\sigma' = \sigma " + cut, theory.std),
    )


def _truncated_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    mean, std, a, b = (args[name] for name in TRUNCATED)
    shown = {"mean": mean, "std": std, "a": a, "b": b}
    if a >= b:
        return Message(
            "Truncated normal keeps what lies between a and b, but a = {a:g} is not "
            "below b = {b:g}. Exchange them.",
            shown,
        )
    # torch itself warns that such a draw may be wrong.
    if mean < a - 2 * std or mean > b + 2 * std:
        return Message(
            "Truncated normal keeps what lies between {a:g} and {b:g}, but the mean "
            "{mean:g} is more than two std outside. a and b are absolute numbers: move "
            "them around the mean.",
            shown,
        )
    if _kept(args) <= 0.3 and _accepted(args) < 0.01:
        return Message(
            "Truncated normal would throw away nearly every draw: between {a:g} and "
            "{b:g} lies only the tail of a normal around {mean:g} with std {std:g}. "
            "Bring a and b closer together.",
            shown,
        )
    return real_only(args, tensor)


def _accepted(args: Args) -> float:
    """The share that torch keeps when it draws uniformly and rejects by the density."""
    mean, std, a, b = (args[name] for name in TRUNCATED)
    peak = _bell_height((max(a, min(mean, b)) - mean) / std)
    return _kept(args) * float(std) / (peak * float(b - a))


ROWS: tuple[Initializer, ...] = (
    Initializer(
        kind="normal",
        title="Normal",
        short="N(μ, σ)",
        doc="A bell around the mean, of a width you choose.",
        help=Help(
            what="Draws each value from a normal distribution around mean.",
            formula=r"w \sim \mathcal{N}(\mu, \sigma^2)",
            when=(
                "With a small std where a recipe names one: 0.02 in GPT-2 and DCGAN. "
                "N(0, 1) is torch's default for embeddings."
            ),
            mind=(
                "The width does not know the layer: N(0, 1) before a layer of 512 "
                "inputs multiplies the signal by 22, and tanh or sigmoid saturate at "
                "once. Xavier and He scale with the fans."
            ),
            source="Radford et al. 2019 and Radford, Metz and Chintala 2015 use 0.02",
            link=docs("normal_"),
        ),
        target="torch.nn.init.normal_",
        params=(
            number("mean", 0.0, "Centre of the bell."),
            spread("std", 1.0, "Standard deviation."),
        ),
        picture="bell",
        lower=lambda args, tensor: Call("normal_", differing(args, NORMAL)),
        theory=lambda args, tensor: bell(args["mean"], args["std"]),
        why=_normal_why,
        refuses=real_only,
        aliases=("gaussian", "bell", "random"),
    ),
    Initializer(
        kind="uniform",
        title="Uniform",
        short="U(a, b)",
        doc="Every value between a and b is as likely.",
        help=Help(
            what="Draws each value evenly between a and b.",
            formula=r"w \sim U(a, b)",
            when="With small symmetric bounds, when a recipe names them.",
            mind=(
                "torch's default U(0, 1) has only positive weights: the neurons of a "
                "layer all move the same way and its outputs grow with the fan-in. "
                "Take bounds around zero, such as ±1/√d."
            ),
            source="LeCun et al. 1998, Efficient backprop",
            link=docs("uniform_"),
        ),
        target="torch.nn.init.uniform_",
        params=(
            number("a", 0.0, "Lower bound."),
            number("b", 1.0, "Upper bound."),
        ),
        picture="box",
        lower=_uniform,
        theory=lambda args, tensor: flat(args["a"], args["b"]),
        why=_uniform_why,
        refuses=_uniform_refuses,
        aliases=("random", "even", "flat"),
    ),
    Initializer(
        kind="trunc_normal",
        title="Truncated normal",
        short="Trunc N",
        doc="A bell with its tails cut off at a and b.",
        help=Help(
            what="Draws from a normal distribution until the value lies in [a, b].",
            formula=(r"w \sim \mathcal{N}(\mu, \sigma^2) \text{ given } a \le w \le b"),
            when="In vision transformers and ConvNeXt, with std = 0.02.",
            mind=(
                "a and b are absolute, not in standard deviations: with std = 0.02 and "
                "±2 nothing is cut, with std = 1 the std that remains is 0.880. For a "
                "cut at two deviations set a and b to ±2 std. Four times as slow as "
                "Normal."
            ),
            source="Dosovitskiy et al. 2020, An image is worth 16x16 words",
            link=docs("trunc_normal_"),
        ),
        target="torch.nn.init.trunc_normal_",
        params=(
            number("mean", 0.0, "Centre of the bell before the cut."),
            Float(
                "std",
                1.0,
                low=0.0,
                high=BIG,
                above=True,
                doc="Standard deviation before the cut.",
            ),
            number("a", -2.0, "Lower cut, an absolute value."),
            number("b", 2.0, "Upper cut, an absolute value."),
        ),
        picture="cut",
        lower=lambda args, tensor: Call("trunc_normal_", differing(args, TRUNCATED)),
        theory=_truncated_theory,
        why=_truncated_why,
        refuses=_truncated_refuses,
        aliases=("truncated gaussian", "clipped normal", "vit"),
    ),
    Initializer(
        kind="zeros",
        title="Zeros",
        short="0",
        doc="Every value is 0.",
        help=Help(
            what="Sets every value to 0.",
            formula=r"w = 0",
            when=(
                "For biases, and for the last layer of a residual branch, which then "
                "starts as the identity."
            ),
            mind=(
                "Not for the weights of hidden layers: with ReLU or tanh the gradient "
                "of every weight is exactly zero and stays so."
            ),
            source="Goyal et al. 2017, Accurate, large minibatch SGD (last gamma of 0)",
            link=docs("zeros_"),
        ),
        target="torch.nn.init.zeros_",
        picture="point",
        lower=lambda args, tensor: Call("zeros_"),
        theory=lambda args, tensor: _point(0.0),
        why=lambda args, tensor: _constant_step(0.0),
        aliases=("0", "null"),
    ),
    Initializer(
        kind="ones",
        title="Ones",
        short="1",
        doc="Every value is 1.",
        help=Help(
            what="Sets every value to 1.",
            formula=r"w = 1",
            when="For the scales (gamma) of normalization layers.",
            mind=(
                "As weights of a layer all neurons are alike, get alike gradients and "
                "stay alike: the layer has one neuron in effect."
            ),
            source="Ioffe and Szegedy 2015, Batch normalization",
            link=docs("ones_"),
        ),
        target="torch.nn.init.ones_",
        picture="point",
        lower=lambda args, tensor: Call("ones_"),
        theory=lambda args, tensor: _point(1.0),
        why=lambda args, tensor: _constant_step(1.0),
        aliases=("1",),
    ),
    Initializer(
        kind="constant",
        title="Constant",
        short="const",
        doc="Every value is the same number.",
        help=Help(
            what="Sets every value to val.",
            formula=r"w = v",
            when=(
                "For biases: 0.1 before ReLU keeps neurons alive at first, 1 on the "
                "forget gate of an LSTM lets it remember, and ln(p / (1 - p)) at an "
                "output starts it at the base rate p."
            ),
            mind=(
                "As weights of a layer all neurons are alike and stay alike. torch "
                "asks for the number; Fanin proposes 0.1."
            ),
            source=(
                "Jozefowicz, Zaremba and Sutskever 2015, An empirical exploration of "
                "recurrent network architectures"
            ),
            link=docs("constant_"),
        ),
        target="torch.nn.init.constant_",
        params=(number("val", 0.1, "The value."),),
        picture="point",
        lower=lambda args, tensor: Call("constant_", (("val", args["val"]),)),
        theory=lambda args, tensor: _point(args["val"]),
        why=lambda args, tensor: _constant_step(args["val"]),
        refuses=_constant_refuses,
        aliases=("fill", "value"),
    ),
)
