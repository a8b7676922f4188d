"""Linear, Bilinear, Identity."""

from math import prod

from engine.catalog.dims import Tensor, agree
from engine.catalog.params import Bool, Int
from engine.catalog.rules import (
    features,
    page,
    same,
    same_dtype,
    shown,
    uniform_default,
    work_shape,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port, TensorSpec
from engine.errors import ShapeError

_OUT = Int("out_features", 16, low=1, doc="Number of neurons.")
_BIAS = Bool("bias", True, doc="Whether to add a learnable bias.")


def _projected(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    return (Tensor((*arriving.shape[:-1], args["out_features"]), arriving.dtype),)


def _linear_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    fan_in, fan_out = args["in_features"], args["out_features"]
    draw = uniform_default(fan_in)
    weight = TensorSpec("weight", (fan_out, fan_in), "weight", fan_in, fan_out, draw)
    bias = TensorSpec("bias", (fan_out,), "bias", fan_in, fan_out, draw)
    return (weight, bias) if args["bias"] else (weight,)


def _linear_work(args: Args, inputs: Inputs) -> int:
    rows = work_shape(inputs["input"])[:-1]
    return prod(rows) * int(args["in_features"] * args["out_features"])


def _paired(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    left, right = inputs["input1"], inputs["input2"]
    front, other = left.shape[:-1], right.shape[:-1]
    if len(front) != len(other) or not all(map(agree, front, other)):
        raise ShapeError(
            "{node} pairs its inputs row by row, so all axes but the last must be "
            "equal, but input1 is {left} and {source} brings {right}.",
            port="input2",
            left=shown(left),
            right=shown(right),
        )
    same_dtype(inputs, "input1", "input2")
    return (Tensor((*front, args["out_features"]), left.dtype),)


def _bilinear_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    out, first, second = (
        args[name] for name in ("out_features", "in1_features", "in2_features")
    )
    fan_in, fan_out = first * second, out * second
    draw = uniform_default(first)  # torch bounds it by the first input alone
    shape = (out, first, second)
    weight = TensorSpec("weight", shape, "weight", fan_in, fan_out, draw)
    bias = TensorSpec("bias", (out,), "bias", fan_in, fan_out, draw)
    return (weight, bias) if args["bias"] else (weight,)


def _bilinear_work(args: Args, inputs: Inputs) -> int:
    """Row by row: the first input times the matrix, then that times the second."""
    rows = prod(work_shape(inputs["input1"])[:-1])
    inner = (args["in1_features"] + 1) * args["in2_features"]
    return rows * int(inner * args["out_features"])


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="linear",
        title="Linear",
        family="Linear",
        target="torch.nn.Linear",
        doc="Every output is a weighted sum of all inputs, plus a bias.",
        help=Help(
            what=(
                "Multiplies the last axis by a matrix: fan_in features become fan_out."
            ),
            formula=r"y = x W^{\top} + b",
            when="The basic layer of an MLP, and the last layer of most networks.",
            mind=(
                "Without an activation between them, two Linear layers are one. torch "
                "draws U(±1/√fan_in), which is small under ReLU: choose He there."
            ),
            source="torch.nn.Linear",
            link=page("torch.nn.Linear"),
        ),
        params=(_OUT, _BIAS),
        shape=_projected,
        derived={"in_features": features("input")},
        tensors=_linear_tensors,
        mult_adds=_linear_work,
        brief=lambda args: f"{args.get('in_features', '?')} → {args['out_features']}",
        aliases=("dense", "fully connected", "fc", "affine"),
    ),
    Layer(
        kind="bilinear",
        title="Bilinear",
        family="Linear",
        target="torch.nn.Bilinear",
        doc=(
            "Every output weighs all products of a feature of one input and of another."
        ),
        help=Help(
            what=(
                "For each output a matrix between two vectors: how well they go "
                "together."
            ),
            formula=r"y_k = x_1^{\top} A_k x_2 + b_k",
            when="To relate two inputs multiplicatively: scores of pairs, gating.",
            mind=(
                "It has in1 × in2 × out weights, which grows fast. torch bounds its "
                "draw by the first input alone, so outputs grow with the second."
            ),
            source="torch.nn.Bilinear",
            link=page("torch.nn.Bilinear"),
        ),
        params=(_OUT, _BIAS),
        inputs=(Port("input1", "float"), Port("input2", "float")),
        shape=_paired,
        derived={
            "in1_features": features("input1"),
            "in2_features": features("input2"),
        },
        tensors=_bilinear_tensors,
        mult_adds=_bilinear_work,
        brief=lambda args: (
            f"{args.get('in1_features', '?')} · {args.get('in2_features', '?')} → "
            f"{args['out_features']}"
        ),
        aliases=("product", "interaction", "tensor"),
    ),
    Layer(
        kind="identity",
        title="Identity",
        family="Linear",
        target="torch.nn.Identity",
        doc="Passes its input on unchanged.",
        help=Help(
            what="Does nothing: what arrives leaves.",
            formula="y = x",
            when=(
                "As a named place in the network, a stand-in for a layer taken out, or "
                "the output of a regression."
            ),
            mind="It has no weights and no effect.",
            source="torch.nn.Identity",
            link=page("torch.nn.Identity"),
        ),
        inputs=(Port("input"),),
        shape=same,
        aliases=("pass", "none", "regression"),
    ),
)
