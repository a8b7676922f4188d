"""Rectifiers: straight lines with a kink, and the exponentials that soften one side."""

from __future__ import annotations

import math

from engine.catalog.activations_shared import (
    INPLACE,
    SMALL,
    Zones,
    below,
    decaying,
    docs,
    leaking,
    number,
    outside,
)
from engine.catalog.dims import Dim, Tensor
from engine.catalog.latex import cases
from engine.catalog.params import Int
from engine.catalog.rules import fixed, same
from engine.catalog.spec import (
    Activation,
    Args,
    Help,
    Init,
    Inputs,
    Operator,
    TensorSpec,
)
from engine.errors import ShapeError


def _sign_kept(slope: float, args: Args) -> None:
    """Refuse to overwrite what the gradient needs.

    torch runs such a forward and fails only when the gradient comes back.

    Raises:
        ShapeError: inplace with a negative slope.
    """
    if args["inplace"] and slope < 0:
        raise ShapeError(
            "{node} cannot overwrite its input with a negative slope of {slope:g}: the "
            "sign of the input would be lost and no gradient could be computed. Turn "
            "inplace off.",
            fix={"inplace": False},
            slope=slope,
        )


def _leaky(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    _sign_kept(args["negative_slope"], args)
    return same(args, inputs)


def _random_slope(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    if args["lower"] > args["upper"]:
        raise ShapeError(
            "{node} draws its slope between lower and upper, but lower {lower:g} is "
            "above upper {upper:g}. Exchange them.",
            fix={"lower": args["upper"], "upper": args["lower"]},
            lower=args["lower"],
            upper=args["upper"],
        )
    _sign_kept((args["lower"] + args["upper"]) / 2, args)  # of evaluation
    return same(args, inputs)


def _channels(tensor: Tensor) -> Dim:
    """What PReLU counts as channels: axis 1, and 1 where there is no such axis."""
    return tensor.shape[1] if tensor.rank > 1 else 1


def _learned_slope(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    count = args["num_parameters"]
    if count == 1:
        return same(args, inputs)
    channels = fixed(_channels(inputs["input"]), "channels", "input")
    if count != channels:
        raise ShapeError(
            "{node} has {count} slopes, but {source} brings {channels} channels on "
            "axis 1. Set num_parameters to {channels}, or to 1 for one slope for all.",
            port="input",
            fix={"num_parameters": channels},
            count=count,
            channels=channels,
        )
    return same(args, inputs)


def _slopes(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    start = Init("constant", (("val", args["init"]),))
    return (TensorSpec("weight", (args["num_parameters"],), "weight", 0, 0, start),)


def _slopes_brief(args: Args) -> str:
    count = args["num_parameters"]
    return "1 slope" if count == 1 else f"{count} slopes"


def _elu_zones(args: Args) -> Zones:
    return decaying(args["alpha"], 1.0)


ROWS: tuple[Operator, ...] = (
    Activation(
        kind="relu",
        title="ReLU",
        family="Rectifiers",
        target="torch.nn.ReLU",
        doc="Zero for negative inputs, the input itself for positive ones.",
        help=Help(
            what=(
                "Keeps what is positive and replaces the rest by zero. About half of "
                "the outputs of a fresh layer are exactly zero: they are sparse."
            ),
            formula=r"f(x) = \max(0, x)",
            derivative=cases("f'(x)", ("1", "x > 0"), ("0", r"x \le 0")),
            when=(
                "The first thing to try in hidden layers: it costs next to nothing and "
                "does not saturate for x > 0. Initialize the layer before it with He."
            ),
            mind=(
                "A neuron whose input is negative for every sample gets no gradient "
                "and never recovers: it is dead. A large learning rate or a negative "
                "bias does that; Leaky ReLU and ELU do not die. Not for the output of "
                "a regression, which could then never be negative."
            ),
            source=(
                "Nair and Hinton 2010, Rectified linear units improve restricted "
                "Boltzmann machines"
            ),
            link=docs("ReLU"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=below(0.0),
        aliases=("rectifier", "rectified linear unit"),
    ),
    Activation(
        kind="leaky_relu",
        title="LeakyReLU",
        family="Rectifiers",
        target="torch.nn.LeakyReLU",
        doc="A ReLU that lets a little through for negative inputs.",
        help=Help(
            what=(
                "Positive inputs pass; negative ones are multiplied by a small slope "
                "a, so that a gradient always comes back."
            ),
            formula=(
                cases("f(x)", ("x", "x > 0"), (r"a\,x", r"x \le 0"))
                + r" \qquad a = \mathrm{negative\_slope}"
            ),
            derivative=cases("f'(x)", ("1", "x > 0"), ("a", r"x \le 0")),
            when=(
                "When many ReLUs of a network die. Slopes from 0.01 to 0.3 are in use; "
                "discriminators of GANs take 0.2."
            ),
            mind=(
                "Tell the initializer the slope: He with a = negative_slope has gain "
                "√(2 / (1 + a²)). A slope of 1 is no activation at all."
            ),
            source=(
                "Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural "
                "network acoustic models"
            ),
            link=docs("LeakyReLU"),
        ),
        params=(
            number("negative_slope", 0.01, "Slope for x < 0."),
            INPLACE,
        ),
        shape=_leaky,
        brief=lambda args: f"slope {args['negative_slope']:g}",
        saturates=lambda args: leaking(args["negative_slope"]),
        aliases=("lrelu", "leaky rectifier"),
    ),
    Activation(
        kind="prelu",
        title="PReLU",
        family="Rectifiers",
        target="torch.nn.PReLU",
        doc="A leaky ReLU that learns its slope, one for all or one per channel.",
        help=Help(
            what=(
                "Negative inputs are multiplied by a slope a that is learned with the "
                "weights: one for all values, or one for each channel (axis 1)."
            ),
            formula=(
                cases("f(x)", ("x", "x > 0"), (r"a\,x", r"x \le 0"))
                + r" \qquad a \text{ is learned}"
            ),
            derivative=(
                cases("f'(x)", ("1", "x > 0"), ("a", r"x \le 0"))
                + r" \qquad \frac{\partial f}{\partial a} = \min(0, x)"
            ),
            when=(
                "In large networks with enough data, when Leaky ReLU helped and the "
                "right slope is unknown."
            ),
            mind=(
                "Leave its weight out of weight decay, which would pull the slope to 0 "
                "and make it a ReLU. num_parameters is 1 or the number of channels."
            ),
            source="He et al. 2015, Delving deep into rectifiers",
            link=docs("PReLU"),
        ),
        params=(
            Int(
                "num_parameters",
                1,
                low=1,
                doc="1 slope for all values, or the number of channels.",
            ),
            number("init", 0.25, "The slope that learning starts from."),
        ),
        shape=_learned_slope,
        tensors=_slopes,
        brief=_slopes_brief,
        saturates=lambda args: leaking(args["init"]),
        aliases=("parametric relu", "learned slope"),
    ),
    Activation(
        kind="rrelu",
        title="RReLU",
        family="Rectifiers",
        target="torch.nn.RReLU",
        doc="A leaky ReLU whose slope is drawn at random while training.",
        help=Help(
            what=(
                "While training, every negative input gets its own slope drawn from "
                "U(lower, upper); in evaluation the slope is the middle of the two."
            ),
            formula=(
                cases("f(x)", ("x", r"x \ge 0"), (r"a\,x", "x < 0"))
                + r" \qquad a \sim U(l, u)"
            ),
            derivative=cases("f'(x)", ("1", r"x \ge 0"), ("a", "x < 0")),
            when="On small data sets that overfit: the random slope regularizes.",
            mind=(
                "Random in training mode, so two passes differ until eval() is called. "
                "The curve shown is that of evaluation."
            ),
            source=(
                "Xu et al. 2015, Empirical evaluation of rectified activations in "
                "convolutional network"
            ),
            link=docs("RReLU"),
        ),
        params=(
            number("lower", 1 / 8, "Smallest slope."),
            number("upper", 1 / 3, "Largest slope."),
            INPLACE,
        ),
        shape=_random_slope,
        brief=lambda args: f"{args['lower']:.3g} to {args['upper']:.3g}",
        saturates=lambda args: leaking((args["lower"] + args["upper"]) / 2),
        aliases=("randomized leaky relu",),
    ),
    Activation(
        kind="relu6",
        title="ReLU6",
        family="Rectifiers",
        target="torch.nn.ReLU6",
        doc="A ReLU that never exceeds 6.",
        help=Help(
            what="Keeps what lies between 0 and 6 and cuts the rest off.",
            formula=r"f(x) = \min(\max(0, x), 6)",
            derivative=cases("f'(x)", ("1", "0 < x < 6"), ("0", r"\text{otherwise}")),
            when=(
                "In networks for phones (MobileNet): a bounded range survives 8-bit "
                "quantization."
            ),
            mind="It dies for x < 0 as ReLU does, and it is flat above 6 as well.",
            source="Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
            link=docs("ReLU6"),
        ),
        params=(INPLACE,),
        shape=same,
        saturates=outside(0.0, 6.0),
        aliases=("clipped relu", "mobilenet"),
    ),
    Activation(
        kind="threshold",
        title="Threshold",
        family="Rectifiers",
        target="torch.nn.Threshold",
        doc="Keeps inputs above a threshold; all others become one fixed value.",
        help=Help(
            what="Inputs above the threshold t pass; all others become the value v.",
            formula=cases("f(x)", ("x", "x > t"), ("v", r"x \le t")),
            derivative=cases("f'(x)", ("1", "x > t"), ("0", r"x \le t")),
            when=(
                "To keep only strong responses, as in autoencoders with sparse codes. "
                "t = v = 0 is ReLU."
            ),
            mind=(
                "Unless v = t the function jumps at t, and the gradient knows nothing "
                "of the jump. torch asks for both numbers; Fanin proposes t = 1, v = 0."
            ),
            source=(
                "Konda, Memisevic and Krueger 2014, Zero-bias autoencoders and the "
                "benefits of co-adapting features"
            ),
            link=docs("Threshold"),
        ),
        params=(
            number("threshold", 1.0, "Inputs above it pass."),
            number("value", 0.0, "What all other inputs become."),
            INPLACE,
        ),
        shape=same,
        brief=lambda args: f"above {args['threshold']:g}, else {args['value']:g}",
        saturates=lambda args: ((-math.inf, args["threshold"]),),
        aliases=("cut off", "thresholded relu"),
    ),
    Activation(
        kind="elu",
        title="ELU",
        family="Rectifiers",
        target="torch.nn.ELU",
        doc="A ReLU whose negative side bends smoothly down to -alpha.",
        help=Help(
            what=(
                "Positive inputs pass; negative ones fall exponentially towards -α, "
                "which pulls the mean of the outputs closer to zero."
            ),
            formula=cases("f(x)", ("x", "x > 0"), (r"\alpha\,(e^{x} - 1)", r"x \le 0")),
            derivative=cases("f'(x)", ("1", "x > 0"), (r"\alpha\,e^{x}", r"x \le 0")),
            when="In place of ReLU when neurons die and an exponential is affordable.",
            mind=(
                "Very negative inputs still saturate. With α other than 1 there is a "
                "kink at 0; CELU has none."
            ),
            source=(
                "Clevert, Unterthiner and Hochreiter 2015, Fast and accurate deep "
                "network learning by exponential linear units"
            ),
            link=docs("ELU"),
        ),
        params=(
            number("alpha", 1.0, "Depth of the negative side.", low=0.0),
            INPLACE,
        ),
        shape=same,
        brief=lambda args: f"α {args['alpha']:g}",
        saturates=_elu_zones,
        aliases=("exponential linear unit",),
    ),
    Activation(
        kind="celu",
        title="CELU",
        family="Rectifiers",
        target="torch.nn.CELU",
        doc="An ELU without a kink, whatever alpha is.",
        help=Help(
            what=(
                "An ELU whose exponential is stretched by α as well, so that the slope "
                "at 0 is 1 from both sides."
            ),
            formula=(r"f(x) = \max(0, x) + \min(0, \alpha\,(e^{x / \alpha} - 1))"),
            derivative=cases("f'(x)", ("1", "x > 0"), (r"e^{x / \alpha}", r"x \le 0")),
            when="In place of ELU when α is not 1; with α = 1 they are the same.",
            mind="A small α makes it a ReLU, and its negative side as flat as one.",
            source="Barron 2017, Continuously differentiable exponential linear units",
            link=docs("CELU"),
        ),
        params=(
            number("alpha", 1.0, "Depth and width of the negative side.", low=SMALL),
            INPLACE,
        ),
        shape=same,
        brief=lambda args: f"α {args['alpha']:g}",
        saturates=lambda args: decaying(1.0, args["alpha"]),
        aliases=("continuously differentiable elu",),
    ),
    Activation(
        kind="selu",
        title="SELU",
        family="Rectifiers",
        target="torch.nn.SELU",
        doc="A scaled ELU that pulls activations to mean 0 and variance 1.",
        help=Help(
            what=(
                "An ELU with two fixed numbers chosen so that mean 0 and variance 1 "
                "are a stable fixed point: the network normalizes itself."
            ),
            formula=(
                cases(
                    "f(x)",
                    (r"\lambda x", "x > 0"),
                    (r"\lambda \alpha\,(e^{x} - 1)", r"x \le 0"),
                )
                + r" \qquad \lambda = 1.0507,\ \alpha = 1.6733"
            ),
            derivative=cases(
                "f'(x)",
                (r"\lambda", "x > 0"),
                (r"\lambda \alpha\,e^{x}", r"x \le 0"),
            ),
            when="In deep plain networks of Linear layers without normalization.",
            mind=(
                "It keeps its promise only with LeCun normal weights, inputs of mean 0 "
                "and variance 1, and AlphaDropout instead of Dropout. torch's gain for "
                "selu, 3/4, is another thing: with it the signal shrinks."
            ),
            source="Klambauer et al. 2017, Self-normalizing neural networks",
            link=docs("SELU"),
        ),
        params=(INPLACE,),
        shape=same,
        # λ scales both sides, so the edge is that of an ELU of height α > 1.
        saturates=lambda args: decaying(1.6732632423543772, 1.0),
        aliases=("self-normalizing", "scaled elu"),
    ),
)
