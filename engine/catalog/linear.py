"""Linear, Bilinear, Identity."""

from engine.catalog.dims import Tensor, product
from engine.catalog.params import Bool, Int
from engine.catalog.rules import features, uniform_default, work_shape
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, TensorSpec


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
    return int(product(rows)) * args["in_features"] * args["out_features"]


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="linear",
        title="Linear",
        family="Linear",
        target="torch.nn.Linear",
        doc="Every output is a weighted sum of all inputs, plus a bias.",
        help=Help(
            what="Multiplies the last axis by a matrix: fan_in features become out_features.",
            formula=r"y = x W^{\top} + b",
            when="The basic layer of an MLP, and the last layer of most networks.",
            mind="Without an activation between them, two Linear layers are one.",
            source="torch.nn.Linear",
            link="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
        ),
        params=(
            Int("out_features", 16, low=1, doc="Number of neurons."),
            Bool("bias", True, doc="Whether to add a learnable bias."),
        ),
        shape=_projected,
        derived={"in_features": features("input")},
        tensors=_linear_tensors,
        mult_adds=_linear_work,
        brief=lambda args: f"{args.get('in_features', '?')} → {args['out_features']}",
        aliases=("dense", "fully connected", "fc", "affine"),
    ),
)
