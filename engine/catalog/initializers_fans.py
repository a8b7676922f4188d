"""Initializers that scale with the fans: Xavier, Kaiming (He), LeCun, U(±1/√d)."""

from __future__ import annotations

import math
from typing import Literal

from engine.catalog.gains import NONLINEARITIES, Gain, gain
from engine.catalog.initializers_shared import (
    bell,
    box,
    differing,
    docs,
    fan_steps,
    fans,
    flat,
    matrix_or_more,
    misread,
    normal_call,
    number,
    real_only,
    spread,
    torch_fans,
)
from engine.catalog.params import Choice, Value
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

Form = Literal["normal", "uniform"]

KAIMING: dict[str, Value] = {
    "a": 0.0,
    "mode": "fan_in",
    "nonlinearity": "leaky_relu",
}


def xavier_std(tensor: TensorSpec, factor: float = 1.0) -> float:
    """Standard deviation that compromises between forward and backward variance.

    Returns:
        factor · √(2 / (fan_in + fan_out)).

    Source:
        Glorot and Bengio 2010, eq. 12 and 16.
    """
    return factor * math.sqrt(2 / sum(fans(tensor)))


def kaiming_std(tensor: TensorSpec, factor: float, mode: str) -> float:
    """Standard deviation that keeps the second moment through a rectifier.

    Returns:
        factor / √fan, where mode says which fan.

    Source:
        He et al. 2015, eq. 10, 14 and 15.
    """
    return factor / math.sqrt(fans(tensor)[mode == "fan_out"])


def _drawn(form: Form, std: float, note: str) -> Call:
    """The call with the number written out, where torch would misread the shape."""
    if form == "normal":
        return normal_call(std, note)
    return Call("uniform_", box(std * math.sqrt(3)), note)


def _expected(form: Form, std: float) -> Theory:
    if form == "normal" or not std:
        return bell(0.0, std)
    bound = std * math.sqrt(3)
    return flat(-bound, bound)


def _ends(form: Form, std: float, scale: str, threefold: str) -> tuple[Step, ...]:
    """The last steps: the std, or the bound and the std that follows from it."""
    if form == "normal":
        return (Step("std", r"\sigma = " + scale, std),)
    return (
        Step("bound", r"b = " + threefold, std * math.sqrt(3)),
        Step("std", r"\sigma = \frac{b}{\sqrt{3}}", std),
    )


def _xavier(form: Form) -> Initializer:
    def lower(args: Args, tensor: TensorSpec) -> Call:
        # Only the sum counts, so that a transposed kernel is read rightly after all.
        if sum(torch_fans(tensor.shape)) == sum(fans(tensor)):
            return Call(f"xavier_{form}_", differing(args, {"gain": 1.0}))
        note = misread(tensor, "fan_in", "fan_out")
        return _drawn(form, xavier_std(tensor, args["gain"]), note)

    def why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
        total = r"n_{\mathrm{in}} + n_{\mathrm{out}}"
        return (
            *fan_steps(tensor, "fan_in", "fan_out"),
            Step("gain", r"g", args["gain"]),
            *_ends(
                form,
                xavier_std(tensor, args["gain"]),
                rf"g \sqrt{{\frac{{2}}{{{total}}}}}",
                rf"g \sqrt{{\frac{{6}}{{{total}}}}}",
            ),
        )

    normal = form == "normal"
    return Initializer(
        kind=f"xavier_{form}",
        title=f"Xavier {form}",
        short="Xavier N" if normal else "Xavier U",
        doc="Keeps the variance of the signal through tanh, forward and backward.",
        help=Help(
            what=(
                "Draws weights whose variance is 2 / (fan_in + fan_out): a compromise "
                "between keeping the signal's variance forward and the gradient's "
                "backward."
            ),
            formula=(
                r"w \sim \mathcal{N}(0, \sigma^2) \qquad \sigma = g "
                r"\sqrt{\frac{2}{n_{\mathrm{in}} + n_{\mathrm{out}}}}"
                if normal
                else r"w \sim U(-b, b) \qquad b = g "
                r"\sqrt{\frac{6}{n_{\mathrm{in}} + n_{\mathrm{out}}}}"
            ),
            when=(
                "Before tanh (gain 5/3 makes up for its squeeze), sigmoid, softmax, "
                "and in attention."
            ),
            mind=(
                "Before ReLU it is too small: its variance halves with each layer. "
                "Take He there. torch misreads the fans of grouped kernels; Fanin "
                "draws with the true ones."
            ),
            source=(
                "Glorot and Bengio 2010, Understanding the difficulty of training deep "
                "feedforward neural networks"
            ),
            link=docs(f"xavier_{form}_"),
        ),
        target=f"torch.nn.init.xavier_{form}_",
        params=(spread("gain", 1.0, "Factor for the activation that follows."),),
        picture="bell" if normal else "box",
        lower=lower,
        theory=lambda args, tensor: _expected(form, xavier_std(tensor, args["gain"])),
        why=why,
        refuses=matrix_or_more,
        aliases=("glorot", "xavier"),
    )


def _he_gain(args: Args) -> Gain:
    return gain(args["nonlinearity"], args["a"])


def _kaiming(form: Form) -> Initializer:
    def std(args: Args, tensor: TensorSpec) -> float:
        return kaiming_std(tensor, _he_gain(args).value, args["mode"])

    def lower(args: Args, tensor: TensorSpec) -> Call:
        which = args["mode"] == "fan_out"
        if torch_fans(tensor.shape)[which] != fans(tensor)[which]:
            return _drawn(form, std(args, tensor), misread(tensor, args["mode"]))
        chosen = differing(args, KAIMING)
        if args["nonlinearity"] != "leaky_relu":  # nothing else looks at the slope
            chosen = tuple(pair for pair in chosen if pair[0] != "a")
        return Call(f"kaiming_{form}_", chosen)

    def why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
        factor = _he_gain(args)
        end = "in" if args["mode"] == "fan_in" else "out"
        fan = rf"n_{{\mathrm{{{end}}}}}"
        return (
            *fan_steps(tensor, args["mode"]),
            Step("gain", factor.formula, factor.value),
            *_ends(
                form,
                std(args, tensor),
                rf"\frac{{g}}{{\sqrt{{{fan}}}}}",
                rf"g \sqrt{{\frac{{3}}{{{fan}}}}}",
            ),
        )

    normal = form == "normal"
    return Initializer(
        kind=f"kaiming_{form}",
        title=f"He {form}",
        short="He N" if normal else "He U",
        doc="Keeps the strength of the signal through ReLU; Kaiming in torch.",
        help=Help(
            what=(
                "Draws weights whose variance is g² / fan. With g² = 2 it makes up for "
                "the half of the signal that ReLU cuts off. torch calls it Kaiming."
            ),
            formula=(
                r"w \sim \mathcal{N}(0, \sigma^2) \qquad \sigma = \frac{g}{\sqrt{n}}"
                r"\qquad g = \sqrt{\frac{2}{1 + a^2}}"
                if normal
                else r"w \sim U(-b, b) \qquad b = g \sqrt{\frac{3}{n}}"
                r"\qquad g = \sqrt{\frac{2}{1 + a^2}}"
            ),
            when=(
                "Before ReLU and its leaky kin. fan_in keeps the signal going forward, "
                "fan_out the gradient going back."
            ),
            mind=(
                "a is the slope of the leaky ReLU that follows, and counts with "
                "leaky_relu only. torch swaps the fans of transposed convolutions and "
                "misreads those of grouped ones; Fanin draws with the true ones."
            ),
            source="He et al. 2015, Delving deep into rectifiers",
            link=docs(f"kaiming_{form}_"),
        ),
        target=f"torch.nn.init.kaiming_{form}_",
        params=(
            number("a", 0.0, "Slope of the leaky ReLU that follows; 0 is a ReLU."),
            Choice(
                "mode",
                "fan_in",
                options=("fan_in", "fan_out"),
                doc="fan_in keeps the signal forward, fan_out the gradient backward.",
            ),
            Choice(
                "nonlinearity",
                "leaky_relu",
                options=NONLINEARITIES,
                doc="The activation that follows; it sets the gain.",
            ),
        ),
        picture="bell" if normal else "box",
        lower=lower,
        theory=lambda args, tensor: _expected(form, std(args, tensor)),
        why=why,
        refuses=matrix_or_more,
        aliases=("kaiming", "he", "msra"),
    )


def _lecun(form: Form) -> Initializer:
    def lower(args: Args, tensor: TensorSpec) -> Call:
        if torch_fans(tensor.shape)[0] == fans(tensor)[0]:
            return Call(f"kaiming_{form}_", (("nonlinearity", "linear"),))
        note = misread(tensor, "fan_in")
        return _drawn(form, kaiming_std(tensor, 1.0, "fan_in"), note)

    def why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
        return (
            *fan_steps(tensor, "fan_in"),
            *_ends(
                form,
                kaiming_std(tensor, 1.0, "fan_in"),
                r"\frac{1}{\sqrt{n_{\mathrm{in}}}}",
                r"\sqrt{\frac{3}{n_{\mathrm{in}}}}",
            ),
        )

    normal = form == "normal"
    return Initializer(
        kind=f"lecun_{form}",
        title=f"LeCun {form}",
        short="LeCun N" if normal else "LeCun U",
        doc="Variance 1 / fan_in: keeps the signal where the activation is linear.",
        help=Help(
            what="Draws weights whose variance is 1 / fan_in.",
            formula=(
                r"w \sim \mathcal{N}(0, \sigma^2) \qquad \sigma = "
                r"\frac{1}{\sqrt{n_{\mathrm{in}}}}"
                if normal
                else r"w \sim U(-b, b) \qquad b = \sqrt{\frac{3}{n_{\mathrm{in}}}}"
            ),
            when="Before SELU, which needs exactly this, and before no activation.",
            mind=(
                "Not to be mixed up with torch's gain for selu, 3/4. torch has no "
                "function of this name: it is Kaiming with nonlinearity linear."
            ),
            source=(
                "LeCun et al. 1998, Efficient backprop; Klambauer et al. 2017, "
                "Self-normalizing neural networks"
            ),
            link=docs(f"kaiming_{form}_"),
        ),
        picture="bell" if normal else "box",
        lower=lower,
        theory=lambda args, tensor: _expected(form, kaiming_std(tensor, 1.0, "fan_in")),
        why=why,
        refuses=matrix_or_more,
        aliases=("lecun", "selu", "self-normalizing"),
    )


def _root(tensor: TensorSpec) -> float:
    return 1 / math.sqrt(fans(tensor)[0])


def _root_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    return (
        *fan_steps(tensor, "fan_in"),
        Step("bound", r"b = \frac{1}{\sqrt{n_{\mathrm{in}}}}", _root(tensor)),
        Step("std", r"\sigma = \frac{b}{\sqrt{3}}", _root(tensor) / math.sqrt(3)),
    )


def _root_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    # A bias has no fans of its own, but its layer's: torch draws it so by default.
    if not fans(tensor)[0]:
        return Message(
            "{tensor} belongs to no neuron with inputs, so there is no 1/√d. Use Ones, "
            "Zeros, a Constant, Normal or Uniform.",
            {"tensor": tensor.name},
        )
    return real_only(args, tensor)


ROWS: tuple[Initializer, ...] = (
    _xavier("normal"),
    _xavier("uniform"),
    _kaiming("normal"),
    _kaiming("uniform"),
    _lecun("normal"),
    _lecun("uniform"),
    Initializer(
        kind="fan_in_uniform",
        title="Uniform ±1/√d",
        short="±1/√d",
        doc="Evenly between ±1/√d, where d is the number of inputs.",
        help=Help(
            what="Draws evenly between ±1/√d for a neuron with d inputs.",
            formula=r"w \sim U\left(-\frac{1}{\sqrt{d}}, \frac{1}{\sqrt{d}}\right)",
            when=(
                "As the textbook rule of thumb; it is also torch's default for Linear "
                "and convolutions, weights and biases alike."
            ),
            mind=(
                "Its variance is 1 / (3 d), a third of LeCun's: under ReLU the "
                "variance falls by 6 with each layer. Deep plain networks need He."
            ),
            source="LeCun et al. 1998, Efficient backprop",
            link=docs("uniform_"),
        ),
        picture="box",
        lower=lambda args, tensor: Call("uniform_", box(_root(tensor))),
        theory=lambda args, tensor: flat(-_root(tensor), _root(tensor)),
        why=_root_why,
        refuses=_root_refuses,
        aliases=("fan in", "1/sqrt(d)", "rule of thumb"),
    ),
)
