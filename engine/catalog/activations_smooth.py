"""Smooth activations, which bend, and squashing ones, which are bounded."""

from __future__ import annotations

import math

from engine.catalog.activations_shared import (
    INPLACE,
    SMALL,
    Zones,
    below,
    docs,
    number,
    outside,
)
from engine.catalog.dims import Tensor
from engine.catalog.latex import cases
from engine.catalog.params import Choice
from engine.catalog.rules import same
from engine.catalog.spec import Activation, Args, Help, Inputs, Operator
from engine.errors import ShapeError

# Where the logistic function falls to 1 %: ln 99 from its middle.
LOGISTIC_EDGE = math.log(99)


def _clamped(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    low, high = args["min_val"], args["max_val"]
    if low >= high:
        raise ShapeError(
            "{node} cuts off below min_val and above max_val, but min_val {low:g} is "
            "not below max_val {high:g}. Raise max_val or lower min_val.",
            fix={"min_val": high, "max_val": low} if low > high else None,
            low=low,
            high=high,
        )
    return same(args, inputs)


def _softplus_zones(args: Args) -> Zones:
    # Above `threshold` torch takes x itself, even where that is far to the left.
    return ((-math.inf, min(-LOGISTIC_EDGE, args["threshold"]) / args["beta"]),)


def _gelu_zones(args: Args) -> Zones:
    return ((-math.inf, -3.03),)


SMOOTH: tuple[Operator, ...] = (
    Activation(
        kind="gelu",
        title="GELU",
        family="Smooth",
        target="torch.nn.GELU",
        doc="Weighs the input by the probability that a normal number is smaller.",
        help=Help(
            what=(
                "Multiplies x by Φ(x), the share of a standard normal below x: large "
                "inputs pass, very negative ones vanish, those between are weighed."
            ),
            formula=(
                r"f(x) = x\,\Phi(x) = \frac{x}{2}"
                r"\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right)"
            ),
            derivative=r"f'(x) = \Phi(x) + x\,\varphi(x)",
            when="In transformers (BERT, GPT, ViT) and ConvNeXt; GPT-2 takes tanh's.",
            mind=(
                "It dips to -0.17 at x = -0.75. No gain of torch's is meant for it: He "
                "leaves the signal shrinking by about a fifth each layer."
            ),
            source="Hendrycks and Gimpel 2016, Gaussian error linear units",
            link=docs("GELU"),
        ),
        params=(
            Choice(
                "approximate",
                "none",
                options=("none", "tanh"),
                doc="none is exact; tanh is what GPT-2 was trained with.",
            ),
        ),
        shape=same,
        brief=lambda args: "" if args["approximate"] == "none" else "tanh",
        saturates=_gelu_zones,
        aliases=("gaussian error linear unit", "transformer"),
    ),
    Activation(
        kind="silu",
        title="SiLU",
        family="Smooth",
        target="torch.nn.SiLU",
        doc="The input times its own sigmoid; also called swish.",
        help=Help(
            what="Multiplies x by sigmoid(x): a smooth ReLU that dips below zero.",
            formula=r"f(x) = x\,\sigma(x) = \frac{x}{1 + e^{-x}}",
            derivative=r"f'(x) = \sigma(x)\,(1 + x\,(1 - \sigma(x)))",
            when="In EfficientNet, YOLO and language models (LLaMA gates with it).",
            mind=(
                "It dips to -0.28 at x = -1.28 and is not monotone. He initialization "
                "lets the signal shrink; about 1.68 is its gain at variance 1."
            ),
            source=(
                "Elfwing, Uchibe and Doya 2017, Sigmoid-weighted linear units; "
                "Ramachandran, Zoph and Le 2017, Searching for activation functions"
            ),
            link=docs("SiLU"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=below(-6.15),
        aliases=("swish", "sigmoid linear unit"),
    ),
    Activation(
        kind="mish",
        title="Mish",
        family="Smooth",
        target="torch.nn.Mish",
        doc="The input times the tanh of its softplus.",
        help=Help(
            what="A smooth ReLU much like SiLU, a little steeper around zero.",
            formula=r"f(x) = x \tanh(\ln(1 + e^{x}))",
            derivative=(
                r"f'(x) = \tanh(s) + x\,\sigma(x)\,(1 - \tanh^2(s))"
                r"\qquad s = \ln(1 + e^{x})"
            ),
            when="In object detection (YOLOv4), where it was found to beat SiLU.",
            mind="It costs an exponential, a logarithm and a tanh for every value.",
            source=(
                "Misra 2019, Mish: a self regularized non-monotonic activation function"
            ),
            link=docs("Mish"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=below(-6.16),
    ),
    Activation(
        kind="hardswish",
        title="Hardswish",
        family="Smooth",
        target="torch.nn.Hardswish",
        doc="SiLU made of straight pieces and one parabola.",
        help=Help(
            what=(
                "SiLU with the sigmoid replaced by a straight ramp from -3 to 3: no "
                "exponential is needed."
            ),
            formula=cases(
                "f(x)",
                ("0", r"x \le -3"),
                ("x", r"x \ge 3"),
                (r"\frac{x (x + 3)}{6}", r"\text{otherwise}"),
            ),
            derivative=cases(
                "f'(x)",
                ("0", "x < -3"),
                ("1", "x > 3"),
                (r"\frac{2 x + 3}{6}", r"\text{otherwise}"),
            ),
            when="In networks for phones (MobileNetV3) in place of SiLU.",
            mind="Exactly zero below -3, so a neuron can die there. It dips to -0.375.",
            source="Howard et al. 2019, Searching for MobileNetV3",
            link=docs("Hardswish"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=below(-3.0),
        aliases=("hard swish", "h-swish", "mobilenet"),
    ),
    Activation(
        kind="softplus",
        title="Softplus",
        family="Smooth",
        target="torch.nn.Softplus",
        doc="A smooth ReLU that is positive everywhere.",
        help=Help(
            what=(
                "The logarithm of 1 + eˣ: ReLU with the corner rounded off. Its "
                "derivative is the sigmoid. β sharpens the corner."
            ),
            formula=r"f(x) = \frac{1}{\beta} \ln\left(1 + e^{\beta x}\right)",
            derivative=r"f'(x) = \sigma(\beta x) = \frac{1}{1 + e^{-\beta x}}",
            when=(
                "At an output that must be positive: a variance, a rate, a scale. "
                "Seldom in hidden layers."
            ),
            mind=(
                "Outputs are never zero-centred nor sparse. Where βx exceeds the "
                "threshold torch returns x itself, to avoid overflow."
            ),
            source=(
                "Dugas et al. 2001, Incorporating second-order functional knowledge "
                "for better option pricing"
            ),
            link=docs("Softplus"),
        ),
        params=(
            number("beta", 1.0, "Sharpness of the bend.", low=SMALL),
            number("threshold", 20.0, "Where βx exceeds it, f(x) = x."),
        ),
        shape=same,
        brief=lambda args: f"β {args['beta']:g}",
        saturates=_softplus_zones,
        aliases=("smooth relu", "positive"),
    ),
    Activation(
        kind="logsigmoid",
        title="LogSigmoid",
        family="Smooth",
        target="torch.nn.LogSigmoid",
        doc="The logarithm of the sigmoid, computed without overflow.",
        help=Help(
            what="The log-probability of a yes whose logit is x: always negative.",
            formula=r"f(x) = \ln(\sigma(x)) = -\ln\left(1 + e^{-x}\right)",
            derivative=r"f'(x) = 1 - \sigma(x) = \frac{1}{1 + e^{x}}",
            when="Inside losses: ranking, contrastive and preference losses.",
            mind=(
                "A piece of a loss rather than a hidden activation. Never write "
                "log(sigmoid(x)): it is -∞ for very negative x."
            ),
            source="torch.nn.LogSigmoid",
            link=docs("LogSigmoid"),
        ),
        shape=same,
        saturates=lambda args: ((LOGISTIC_EDGE, math.inf),),
        aliases=("log sigmoid", "log probability"),
    ),
)

SQUASHING: tuple[Operator, ...] = (
    Activation(
        kind="sigmoid",
        title="Sigmoid",
        family="Squashing",
        target="torch.nn.Sigmoid",
        doc="Squeezes any input into (0, 1).",
        help=Help(
            what="The logistic function: an S between 0 and 1, 1/2 at zero.",
            formula=r"\sigma(x) = \frac{1}{1 + e^{-x}}",
            derivative=r"\sigma'(x) = \sigma(x)\,(1 - \sigma(x))",
            when=(
                "At the output for two classes or for independent labels, and for "
                "gates. In hidden layers prefer ReLU, or tanh if it must be an S."
            ),
            mind=(
                "It saturates outside [-6, 6] and works best in [-3, 3]. Its "
                "derivative is at most 0.25, so a deep stack loses the gradient. "
                "Outputs are not zero-centred. With BCEWithLogitsLoss leave it out: "
                "the loss has it."
            ),
            source=(
                "Rumelhart, Hinton and Williams 1986, Learning representations by "
                "back-propagating errors"
            ),
            link=docs("Sigmoid"),
        ),
        shape=same,
        saturates=outside(-6.0, 6.0),
        aliases=("logistic", "sigma", "probability"),
    ),
    Activation(
        kind="tanh",
        title="Tanh",
        family="Squashing",
        target="torch.nn.Tanh",
        doc="Squeezes any input into (-1, 1), centred on zero.",
        help=Help(
            what="The hyperbolic tangent: a sigmoid stretched to lie between -1 and 1.",
            formula=r"f(x) = \tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
            derivative=r"f'(x) = 1 - \tanh^2(x)",
            when=(
                "In recurrent networks, in shallow ones, and at outputs that lie in "
                "(-1, 1). Initialize the layer before it with Xavier."
            ),
            mind=(
                "Zero-centred, with a derivative of 1 at zero, but it saturates "
                "outside about ±3: deep stacks still lose the gradient."
            ),
            source="LeCun et al. 1998, Efficient backprop",
            link=docs("Tanh"),
        ),
        shape=same,
        saturates=outside(-3.0, 3.0),
        aliases=("hyperbolic tangent",),
    ),
    Activation(
        kind="softsign",
        title="Softsign",
        family="Squashing",
        target="torch.nn.Softsign",
        doc="An S between -1 and 1 that flattens slowly.",
        help=Help(
            what=(
                "Divides x by 1 + |x|: like tanh, but it approaches ±1 as 1/|x| does "
                "and not exponentially."
            ),
            formula=r"f(x) = \frac{x}{1 + \left|x\right|}",
            derivative=r"f'(x) = \frac{1}{(1 + \left|x\right|)^2}",
            when="In place of tanh where saturation hurts; it needs no exponential.",
            mind=(
                "Away from zero the slope falls quickly at first (a quarter at x = 1), "
                "yet 1 % of it is left at 9, where tanh has long been flat."
            ),
            source=(
                "Glorot and Bengio 2010, Understanding the difficulty of training deep "
                "feedforward neural networks"
            ),
            link=docs("Softsign"),
        ),
        shape=same,
        saturates=outside(-9.0, 9.0),
    ),
    Activation(
        kind="hardsigmoid",
        title="Hardsigmoid",
        family="Squashing",
        target="torch.nn.Hardsigmoid",
        doc="A sigmoid made of three straight pieces.",
        help=Help(
            what="A straight ramp from 0 at x = -3 to 1 at x = 3.",
            formula=r"f(x) = \frac{\min(\max(0, x + 3), 6)}{6}",
            derivative=cases(
                "f'(x)", (r"\frac{1}{6}", "-3 < x < 3"), ("0", r"\text{otherwise}")
            ),
            when="As the gate of squeeze-and-excitation blocks in networks for phones.",
            mind="Outside [-3, 3] the gradient is exactly zero: nothing is learned.",
            source=(
                "Courbariaux, Bengio and David 2015, BinaryConnect; Howard et al. "
                "2019, Searching for MobileNetV3"
            ),
            link=docs("Hardsigmoid"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=outside(-3.0, 3.0),
        aliases=("hard sigmoid",),
    ),
    Activation(
        kind="hardtanh",
        title="Hardtanh",
        family="Squashing",
        target="torch.nn.Hardtanh",
        doc="Cuts off below min_val and above max_val.",
        help=Help(
            what="Keeps what lies between a = min_val and b = max_val: a clamp.",
            formula=r"f(x) = \min(\max(x, a), b)",
            derivative=cases("f'(x)", ("1", "a < x < b"), ("0", r"\text{otherwise}")),
            when="As a cheap tanh, in binarized networks, and to bound an output.",
            mind=(
                "Outside the bounds the gradient is exactly zero. An output clamped "
                "like this cannot be pulled back inside by learning."
            ),
            source="Collobert 2004, Large scale machine learning (thesis)",
            link=docs("Hardtanh"),
        ),
        params=(
            number("min_val", -1.0, "Lower bound."),
            number("max_val", 1.0, "Upper bound."),
            INPLACE,
        ),
        shape=_clamped,
        brief=lambda args: f"{args['min_val']:g} to {args['max_val']:g}",
        saturates=lambda args: (
            (-math.inf, args["min_val"]),
            (args["max_val"], math.inf),
        ),
        aliases=("hard tanh", "clamp", "clip"),
    ),
)

ROWS: tuple[Operator, ...] = SMOOTH + SQUASHING
