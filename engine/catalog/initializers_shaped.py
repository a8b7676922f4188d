"""Initializers that look at the whole tensor: orthogonal, sparse, eye, dirac."""

from __future__ import annotations

import math

from engine.catalog.initializers_shared import (
    bell,
    differing,
    docs,
    number,
    ones_among,
    real_only,
    spread,
)
from engine.catalog.latex import cases
from engine.catalog.params import Float, Int
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


def _refused(template: str, tensor: TensorSpec) -> Message:
    shape = "×".join(map(str, tensor.shape)) or "a single number"
    return Message(template, {"tensor": tensor.name, "shape": shape})


def _empty(args: Args, tensor: TensorSpec) -> Message | None:
    if not all(tensor.shape):
        return _refused("{tensor} has no values to set.", tensor)
    return real_only(args, tensor)


def _flattened(tensor: TensorSpec) -> tuple[int, int]:
    """Rows and columns of the matrix that orthogonal_ works on."""
    return tensor.shape[0], math.prod(tensor.shape[1:])


def _orthogonal_theory(args: Args, tensor: TensorSpec) -> Theory:
    # The shorter side's vectors have length gain, so that the squares of all values
    # sum to gain² · min(rows, columns); the sign of each value is a toss-up.
    size = abs(args["gain"])
    std = size / math.sqrt(max(_flattened(tensor)))
    return Theory("other", 0.0, std, -size, size, std)


def _orthogonal_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    rows, columns = _flattened(tensor)
    return (
        Step("rows", r"r", rows),
        Step("columns", r"c", columns),
        Step("gain", r"g", args["gain"]),
        Step(
            "std",
            r"\sigma = \frac{\left|g\right|}{\sqrt{\max(r, c)}}",
            _orthogonal_theory(args, tensor).std,
        ),
    )


def _orthogonal_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if len(tensor.shape) < 2:
        return _refused(
            "Orthogonal needs a matrix, but {tensor} is {shape}. Use Zeros, a Constant "
            "or Normal.",
            tensor,
        )
    return _empty(args, tensor)


def _zeros_per_column(args: Args, tensor: TensorSpec) -> int:
    share: float = args["sparsity"]
    return math.ceil(share * tensor.shape[0])


def _sparse_theory(args: Args, tensor: TensorSpec) -> Theory:
    zeros = _zeros_per_column(args, tensor) / tensor.shape[0]
    std = args["std"]
    if zeros == 1 or not std:
        return bell(0.0, 0.0)
    if not zeros:
        return bell(0.0, std)
    left = std * math.sqrt(1 - zeros)
    return Theory("sparse", 0.0, left, -math.inf, math.inf, std, zeros)


def _sparse_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    rows, zeros = tensor.shape[0], _zeros_per_column(args, tensor)
    return (
        Step("rows", r"r", rows),
        Step("zeros per column", r"z = \lceil s \cdot r \rceil", zeros),
        Step("std of the others", r"\sigma", args["std"]),
        Step(
            "std of all",
            r"\sigma \sqrt{1 - \frac{z}{r}}",
            _sparse_theory(args, tensor).std,
        ),
    )


def _sparse_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if len(tensor.shape) != 2:
        return _refused(
            "Sparse thins the columns of a matrix, but {tensor} is {shape}. Use it on "
            "the weight of Linear, and Normal here.",
            tensor,
        )
    return _empty(args, tensor)


def _eye_theory(args: Args, tensor: TensorSpec) -> Theory:
    return ones_among(min(tensor.shape), tensor)


def _eye_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    return (
        Step("ones", r"\min(r, c)", min(tensor.shape)),
        Step("values", r"r \cdot c", math.prod(tensor.shape)),
        Step("mean", r"p = \frac{\min(r, c)}{r\,c}", _eye_theory(args, tensor).mean),
        Step("std", r"\sqrt{p\,(1 - p)}", _eye_theory(args, tensor).std),
    )


def _eye_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if len(tensor.shape) != 2:
        return _refused(
            "Identity needs a matrix, but {tensor} is {shape}. For the kernel of a "
            "convolution use Dirac, for a bias Zeros.",
            tensor,
        )
    return _empty(args, tensor)


def _dirac_ones(args: Args, tensor: TensorSpec) -> int:
    groups: int = args["groups"]
    return groups * min(tensor.shape[0] // groups, tensor.shape[1])


def _dirac_theory(args: Args, tensor: TensorSpec) -> Theory:
    return ones_among(_dirac_ones(args, tensor), tensor)


def _dirac_why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    theory = _dirac_theory(args, tensor)
    return (
        Step(
            "ones",
            r"k = g \cdot \min\left(\frac{c_0}{g}, c_1\right)",
            _dirac_ones(args, tensor),
        ),
        Step("values", r"n", math.prod(tensor.shape)),
        Step("mean", r"p = \frac{k}{n}", theory.mean),
        Step("std", r"\sqrt{p\,(1 - p)}", theory.std),
    )


def _dirac_refuses(args: Args, tensor: TensorSpec) -> Message | None:
    if len(tensor.shape) not in (3, 4, 5):
        return _refused(
            "Dirac needs the kernel of a convolution, but {tensor} is {shape}. For a "
            "matrix use Identity, for a bias Zeros.",
            tensor,
        )
    if tensor.shape[0] % args["groups"]:
        return _refused(
            "Dirac splits the first axis into groups, but {tensor} is {shape}, and "
            "{groups} does not divide {first}. Use the groups of the convolution.",
            tensor,
        ).filled(groups=args["groups"], first=tensor.shape[0])
    return _empty(args, tensor)


ROWS: tuple[Initializer, ...] = (
    Initializer(
        kind="orthogonal",
        title="Orthogonal",
        short="Orthog.",
        doc="A rotation: it changes no length of the signal.",
        help=Help(
            what=(
                "Draws a random matrix whose rows, or columns where there are fewer, "
                "are perpendicular and of length gain. Kernels are flattened to one "
                "row for each output channel."
            ),
            formula=r"W^{\top} W = g^2 I \text{ or } W W^{\top} = g^2 I",
            when=(
                "For the recurrent weights of RNNs, LSTMs and GRUs, for very deep "
                "plain networks, and in reinforcement learning."
            ),
            mind=(
                "It takes a QR decomposition: some 27 times the time of Normal on a "
                "large matrix. With ReLU take gain √2."
            ),
            source=(
                "Saxe, McClelland and Ganguli 2013, Exact solutions to the nonlinear "
                "dynamics of learning in deep linear neural networks"
            ),
            link=docs("orthogonal_"),
        ),
        target="torch.nn.init.orthogonal_",
        params=(number("gain", 1.0, "Length of the rows or columns."),),
        picture="rotate",
        lower=lambda args, tensor: Call("orthogonal_", differing(args, {"gain": 1.0})),
        theory=_orthogonal_theory,
        why=_orthogonal_why,
        refuses=_orthogonal_refuses,
        aliases=("rotation", "saxe", "qr", "recurrent"),
    ),
    Initializer(
        kind="sparse",
        title="Sparse",
        short="Sparse",
        doc="A normal draw with a share of each column set to zero.",
        help=Help(
            what=(
                "Draws from a normal distribution, then sets the same number of values "
                "in every column of the matrix to zero."
            ),
            formula=(
                r"w \sim \mathcal{N}(0, \sigma^2), \quad \lceil s \cdot r \rceil"
                r"\text{ of } r \text{ rows zero in each column}"
            ),
            when="For echo-state networks and experiments on sparse connections.",
            mind=(
                "The zeros are a start only: training fills them. A column is one "
                "input in torch's layout, so it is the outgoing weights that are "
                "thinned."
            ),
            source="Martens 2010, Deep learning via Hessian-free optimization",
            link=docs("sparse_"),
        ),
        target="torch.nn.init.sparse_",
        params=(
            Float(
                "sparsity",
                0.1,
                low=0.0,
                high=1.0,
                doc="Share of each column set to zero.",
            ),
            spread("std", 0.01, "Standard deviation of the others."),
        ),
        picture="sparse",
        lower=lambda args, tensor: Call(
            "sparse_",
            (("sparsity", args["sparsity"]), *differing(args, {"std": 0.01})),
        ),
        theory=_sparse_theory,
        why=_sparse_why,
        refuses=_sparse_refuses,
        aliases=("martens", "zeros"),
    ),
    Initializer(
        kind="eye",
        title="Identity matrix",
        short="Eye",
        doc="Ones on the diagonal: the layer starts by passing its input on.",
        help=Help(
            what="Ones on the diagonal, zeros elsewhere: as many inputs pass as fit.",
            formula=cases("w_{ij}", ("1", "i = j"), ("0", r"i \ne j")),
            when="For the recurrent weights of an RNN with ReLU (IRNN), and in tests.",
            mind="For matrices only; the kernel of a convolution takes Dirac.",
            source=(
                "Le, Jaitly and Hinton 2015, A simple way to initialize recurrent "
                "networks of rectified linear units"
            ),
            link=docs("eye_"),
        ),
        target="torch.nn.init.eye_",
        picture="diagonal",
        lower=lambda args, tensor: Call("eye_"),
        theory=_eye_theory,
        why=_eye_why,
        refuses=_eye_refuses,
        aliases=("identity", "diagonal", "unit matrix"),
    ),
    Initializer(
        kind="dirac",
        title="Dirac",
        short="Dirac",
        doc="The identity for convolutions: each channel starts by passing through.",
        help=Help(
            what=(
                "Sets the middle of the kernel to 1 where the channels in and out have "
                "the same number, and all else to 0."
            ),
            formula=cases(
                "w_{o,i,k}",
                ("1", r"o = i,\ k \text{ in the middle}"),
                ("0", r"\text{otherwise}"),
            ),
            when="To start a convolution as the identity in a deep plain network.",
            mind=(
                "With a grouped convolution set groups to the same number. With "
                "padding of half the kernel the image passes unshifted."
            ),
            source="Zagoruyko and Komodakis 2017, DiracNets",
            link=docs("dirac_"),
        ),
        target="torch.nn.init.dirac_",
        params=(Int("groups", 1, low=1, doc="Groups of the convolution."),),
        picture="diagonal",
        lower=lambda args, tensor: Call("dirac_", differing(args, {"groups": 1})),
        theory=_dirac_theory,
        why=_dirac_why,
        refuses=_dirac_refuses,
        aliases=("delta", "identity convolution"),
    ),
)
