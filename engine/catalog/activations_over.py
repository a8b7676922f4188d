"""Shrinkage functions, and activations that look along a dimension."""

from __future__ import annotations

from engine.catalog.activations_shared import between, docs, number
from engine.catalog.dims import Tensor, sample, text
from engine.catalog.latex import cases
from engine.catalog.params import Int
from engine.catalog.rules import same
from engine.catalog.spec import Activation, Args, Help, Inputs, Operator
from engine.errors import ShapeError


def _axis(args: Args, tensor: Tensor) -> int:
    """The axis that `dim` names, counted from 0.

    Raises:
        ShapeError: the tensor has no such axis.
    """
    dim, rank = args["dim"], max(tensor.rank, 1)  # torch lets a scalar have one axis
    if not -rank <= dim < rank:
        raise ShapeError(
            "{node} works along dim {dim}, but {source} brings {shape}, whose "
            "dimensions are 0 to {last}. Choose one of them, or -1 for the last.",
            port="input",
            fix={"dim": -1},
            dim=dim,
            shape=text(tensor.shape),
            last=rank - 1,
        )
    return int(dim) % rank


def _along(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    _axis(args, inputs["input"])
    return same(args, inputs)


def _halved(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    tensor = inputs["input"]
    if not tensor.rank:
        raise ShapeError(
            "{node} splits a dimension in two, but {source} brings a single number.",
            port="input",
        )
    axis = _axis(args, tensor)
    if tensor.shape[axis] % 2:
        raise ShapeError(
            "{node} splits dim {dim} into two halves, but {source} brings {shape}: "
            "{size} is odd. Make it even, or choose another dim.",
            port="input",
            fix=_even(tensor),
            dim=args["dim"],
            shape=text(tensor.shape),
            size=sample(tensor.shape[axis]),
        )
    shape = list(tensor.shape)
    shape[axis] = shape[axis] // 2
    return (Tensor(tuple(shape), tensor.dtype),)


def _even(tensor: Tensor) -> dict[str, int] | None:
    """The last dimension that is a known even number, for the fix."""
    for back in range(1, tensor.rank + 1):
        dim = tensor.shape[-back]
        if isinstance(dim, int) and dim and dim % 2 == 0:
            return {"dim": -back}
    return None


def _image(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    tensor = inputs["input"]
    if tensor.rank not in (3, 4):
        raise ShapeError(
            "{node} needs images, C×H×W or N×C×H×W, but {source} brings {shape}. Use "
            "Softmax, which takes any dim.",
            port="input",
            shape=text(tensor.shape),
        )
    return same(args, inputs)


def _along_brief(args: Args) -> str:
    return f"dim {args['dim']}"


# torch's own default is None, which guesses an axis from the rank and is deprecated
# with a warning; -1, the last axis, says the same for the shapes people mean.
DIM = Int("dim", -1, low=-16, high=15, doc="The dimension that sums to 1.")


SHRINKAGE: tuple[Operator, ...] = (
    Activation(
        kind="hardshrink",
        title="Hardshrink",
        family="Shrinkage",
        target="torch.nn.Hardshrink",
        doc="Sets small values to zero and leaves the others as they are.",
        help=Help(
            what="Values within ±λ become zero; all others pass unchanged.",
            formula=cases(
                "f(x)", ("x", r"\left|x\right| > \lambda"), ("0", r"\text{otherwise}")
            ),
            derivative=cases(
                "f'(x)", ("1", r"\left|x\right| > \lambda"), ("0", r"\text{otherwise}")
            ),
            when="For denoising and sparse codes: what is small is taken for noise.",
            mind=(
                "It jumps at ±λ, and values within get no gradient. A λ below zero "
                "makes it the identity."
            ),
            source=(
                "Donoho and Johnstone 1994, Ideal spatial adaptation by wavelet "
                "shrinkage"
            ),
            link=docs("Hardshrink"),
        ),
        params=(number("lambd", 0.5, "λ, the half-width of the zone set to zero."),),
        shape=same,
        brief=lambda args: f"λ {args['lambd']:g}",
        saturates=lambda args: between(args["lambd"]),
        aliases=("hard threshold", "denoise"),
    ),
    Activation(
        kind="softshrink",
        title="Softshrink",
        family="Shrinkage",
        target="torch.nn.Softshrink",
        doc="Pulls every value towards zero by lambda.",
        help=Help(
            what="Moves values by λ towards zero; what lies within ±λ becomes zero.",
            formula=cases(
                "f(x)",
                (r"x - \lambda", r"x > \lambda"),
                (r"x + \lambda", r"x < -\lambda"),
                ("0", r"\text{otherwise}"),
            ),
            derivative=cases(
                "f'(x)", ("1", r"\left|x\right| > \lambda"), ("0", r"\text{otherwise}")
            ),
            when=(
                "In unrolled sparse coding (LISTA): it is the proximal step of the "
                "L1 norm."
            ),
            mind="It biases large values by λ, and values within ±λ get no gradient.",
            source="Donoho 1995, De-noising by soft-thresholding",
            link=docs("Softshrink"),
        ),
        params=(number("lambd", 0.5, "λ, how far values move towards zero.", low=0.0),),
        shape=same,
        brief=lambda args: f"λ {args['lambd']:g}",
        saturates=lambda args: between(args["lambd"]),
        aliases=("soft threshold", "lasso", "proximal"),
    ),
    Activation(
        kind="tanhshrink",
        title="Tanhshrink",
        family="Shrinkage",
        target="torch.nn.Tanhshrink",
        doc="What tanh leaves over: x minus tanh x.",
        help=Help(
            what="Subtracts tanh(x) from x: small values shrink away smoothly.",
            formula=r"f(x) = x - \tanh(x)",
            derivative=r"f'(x) = \tanh^2(x)",
            when="For sparse codes where the corners of Softshrink are unwelcome.",
            mind=(
                "The derivative is zero at x = 0, just where the signal of a fresh "
                "network lies: stacked, it kills both signal and gradient."
            ),
            source="torch.nn.Tanhshrink",
            link=docs("Tanhshrink"),
        ),
        shape=same,
        saturates=lambda args: between(0.1),
    ),
)

OVER: tuple[Operator, ...] = (
    Activation(
        kind="softmax",
        title="Softmax",
        family="Over a dimension",
        target="torch.nn.Softmax",
        doc="Turns scores into probabilities that sum to 1.",
        help=Help(
            what=(
                "Exponentiates the scores along a dimension and divides by their sum: "
                "positive numbers that sum to 1, the largest score the likeliest."
            ),
            formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
            derivative=(
                r"\frac{\partial y_i}{\partial x_j} = y_i\,(\delta_{ij} - y_j)"
            ),
            when="At the output for many exclusive classes, and inside attention.",
            mind=(
                "CrossEntropyLoss takes the scores themselves: with a Softmax before "
                "it the loss cannot fall below ln(e + C - 1) - 1 for C classes. "
                "In hidden layers it makes the neurons compete. Choose dim with "
                "care: the batch axis is almost always wrong."
            ),
            source=(
                "Bridle 1990, Probabilistic interpretation of feedforward "
                "classification network outputs"
            ),
            link=docs("Softmax"),
        ),
        params=(DIM,),
        shape=_along,
        brief=_along_brief,
        over="dim",
        aliases=("probabilities", "classes", "softargmax"),
    ),
    Activation(
        kind="log_softmax",
        title="LogSoftmax",
        family="Over a dimension",
        target="torch.nn.LogSoftmax",
        doc="The logarithm of softmax, computed without overflow.",
        help=Help(
            what="Turns scores into log-probabilities: negative numbers.",
            formula=r"y_i = x_i - \ln \sum_j e^{x_j}",
            derivative=(r"\frac{\partial y_i}{\partial x_j} = \delta_{ij} - e^{y_j}"),
            when="At the output for many classes, with NLLLoss.",
            mind=(
                "Redundant before CrossEntropyLoss, which applies it itself. Never "
                "write log(softmax(x)): small probabilities become -∞."
            ),
            source="torch.nn.LogSoftmax",
            link=docs("LogSoftmax"),
        ),
        params=(DIM,),
        shape=_along,
        brief=_along_brief,
        over="dim",
        aliases=("log probabilities", "log softmax", "nll"),
    ),
    Activation(
        kind="softmin",
        title="Softmin",
        family="Over a dimension",
        target="torch.nn.Softmin",
        doc="Softmax of the negated scores: the smallest is the likeliest.",
        help=Help(
            what="Turns costs or distances into probabilities that sum to 1.",
            formula=r"y_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}",
            derivative=(
                r"\frac{\partial y_i}{\partial x_j} = -y_i\,(\delta_{ij} - y_j)"
            ),
            when="When the scores are distances to prototypes or energies.",
            mind="What holds for Softmax holds here, with the order turned round.",
            source="torch.nn.Softmin",
            link=docs("Softmin"),
        ),
        params=(DIM,),
        shape=_along,
        brief=_along_brief,
        over="dim",
        aliases=("distances", "energies"),
    ),
    Activation(
        kind="softmax2d",
        title="Softmax2d",
        family="Over a dimension",
        target="torch.nn.Softmax2d",
        doc="Softmax over the channels of an image, at every pixel.",
        help=Help(
            what="At every pixel the channels become probabilities that sum to 1.",
            formula=(r"y_{c,h,w} = \frac{e^{x_{c,h,w}}}{\sum_{k} e^{x_{k,h,w}}}"),
            derivative=(
                r"\frac{\partial y_{c}}{\partial x_{k}} = y_{c}\,(\delta_{ck} - y_{k})"
            ),
            when="At the output of segmentation, one channel for each class.",
            mind=(
                "It takes C×H×W or N×C×H×W only. CrossEntropyLoss takes the scores "
                "themselves, without it."
            ),
            source="torch.nn.Softmax2d",
            link=docs("Softmax2d"),
        ),
        shape=_image,
        over="channels",
        aliases=("segmentation", "pixel"),
    ),
    Activation(
        kind="glu",
        title="GLU",
        family="Over a dimension",
        target="torch.nn.GLU",
        doc="One half of the input, gated by the sigmoid of the other half.",
        help=Help(
            what=(
                "Splits a dimension into halves a and b and lets b decide how much of "
                "a passes. The output is half as large."
            ),
            formula=r"y = a \odot \sigma(b) \qquad x = (a, b)",
            derivative=(
                r"\frac{\partial y}{\partial a} = \sigma(b) \qquad"
                r"\frac{\partial y}{\partial b} = a\,\sigma(b)\,(1 - \sigma(b))"
            ),
            when="In gated convolutions for language, and in Conformers for speech.",
            mind=(
                "The dimension must be even: give the layer before it twice the "
                "features you want."
            ),
            source=(
                "Dauphin et al. 2016, Language modeling with gated convolutional "
                "networks"
            ),
            link=docs("GLU"),
        ),
        params=(Int("dim", -1, low=-16, high=15, doc="The dimension that is split."),),
        shape=_halved,
        brief=_along_brief,
        over="dim",
        aliases=("gated linear unit", "gate"),
    ),
)

ROWS: tuple[Operator, ...] = SHRINKAGE + OVER
