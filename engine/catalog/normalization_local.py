"""Normalization of single samples and of neighbouring channels."""

from collections.abc import Callable
from math import prod

from engine.catalog.dims import Tensor, sampled
from engine.catalog.params import Bool, Float, Int, Param
from engine.catalog.rules import (
    ONES,
    ZEROS,
    axes_of,
    fixed,
    page,
    require_rank,
    scale_and_shift,
    shown,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, TensorSpec
from engine.errors import ShapeError


def _features(axes: int) -> Callable[[Args, Inputs], int]:
    """num_features: the axis before the spatial ones."""

    def derived(args: Args, inputs: Inputs) -> int:
        arriving = inputs["input"]
        rank = arriving.rank
        hint = (
            f"InstanceNorm{rank - 2}d takes that."
            if rank in (3, 4, 5)
            else "LayerNorm takes that."
        )
        wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
        require_rank(arriving, (axes + 1, axes + 2), wanted, hint)
        return fixed(arriving.shape[-axes - 1], "channels", "input")

    return derived


def _instance_shape(axes: int) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        if (
            prod(sampled(arriving.shape[-axes:])) == 1
            and not args["track_running_stats"]
        ):
            raise ShapeError(
                "{node} has one value per channel ({shape}): there is no variance to "
                "divide by. LayerNorm normalizes over the channels instead.",
                port="input",
                shape=shown(arriving),
            )
        return (arriving,)

    return shape


def _instance_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    shape, learned = (args["num_features"],), args["affine"]
    specs = scale_and_shift(shape, weight=learned, bias=learned and args["bias"])
    if not args["track_running_stats"]:
        return specs
    return (
        *specs,
        TensorSpec("running_mean", shape, "buffer", 0, 0, ZEROS),
        TensorSpec("running_var", shape, "buffer", 0, 0, ONES),
        TensorSpec("num_batches_tracked", (), "buffer", 0, 0, ZEROS, "int64"),
    )


def _instance_norm(axes: int) -> Layer:
    target = f"torch.nn.InstanceNorm{axes}d"
    return Layer(
        kind=f"instance_norm{axes}d",
        title=f"InstanceNorm{axes}d",
        family="Normalization",
        target=target,
        doc="Gives every channel of every sample mean 0 and variance 1.",
        help=Help(
            what=(
                "Normalizes each channel of each sample by its own mean and standard "
                "deviation over all places."
            ),
            formula=r"y = \gamma \frac{x - \mathrm{E}_{nc}[x]}"
            r"{\sqrt{\mathrm{Var}_{nc}[x] + \epsilon}} + \beta",
            when="For style transfer and images whose contrast should not matter.",
            mind=(
                "γ and β are off by default, unlike in BatchNorm. It needs more than "
                "one place per channel."
            ),
            source="Ulyanov et al. 2016, Instance normalization",
            link=page(target),
        ),
        params=(
            Float("eps", 1e-5, low=0.0, above=True, doc="Added to the variance."),
            Float(
                "momentum",
                0.1,
                low=0.0,
                high=1.0,
                doc="Weight of a new batch in the running mean.",
            ),
            Bool("affine", False, doc="Whether γ and β are learned."),
            Bool("track_running_stats", False, doc="Use running ones in evaluation."),
            Bool("bias", True, doc="Whether β is learned; needs affine."),
        ),
        shape=_instance_shape(axes),
        derived={"num_features": _features(axes)},
        tensors=_instance_tensors,
        brief=lambda args: str(args.get("num_features", "")),
        aliases=("style", "contrast", "in"),
    )


def _neighbours(
    ranks: Callable[[int], bool], wanted: str, hint: str
) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        if not ranks(arriving.rank):
            raise ShapeError(
                "{node} works on {wanted}, but {source} brings {shape}. {hint}",
                port="input",
                wanted=wanted,
                shape=shown(arriving),
                hint=hint,
            )
        return (arriving,)

    return shape


def _response_params(k: float) -> tuple[Param, ...]:
    return (
        Int("size", 5, low=1, high=65_536, doc="How many channels compete."),
        Float("alpha", 1e-4, doc="Weight of the neighbours."),
        Float("beta", 0.75, doc="Exponent."),
        Float("k", k, doc="Added, so that nothing is divided by zero."),
    )


_RESPONSE = (
    r"b_c = \frac{a_c}{\left(k + \frac{\alpha}{n} "
    r"\sum_{c' \approx c} a_{c'}^2\right)^{\beta}}"
)

ROWS: tuple[Operator, ...] = (
    *(_instance_norm(axes) for axes in (1, 2, 3)),
    Layer(
        kind="local_response_norm",
        title="LocalResponseNorm",
        family="Normalization",
        target="torch.nn.LocalResponseNorm",
        doc="Divides each value by the energy of the channels near it.",
        help=Help(
            what=(
                "Divides each value by a power of the mean square of the same place "
                "in the size channels around it, so that neighbours compete."
            ),
            formula=_RESPONSE,
            when="To rebuild AlexNet or GoogLeNet; BatchNorm has replaced it.",
            mind="AlexNet has size 5, alpha 1e-4, beta 0.75 and k = 2.",
            source="Krizhevsky, Sutskever and Hinton 2012, ImageNet classification",
            link=page("torch.nn.LocalResponseNorm"),
        ),
        params=_response_params(1.0),
        shape=_neighbours(
            lambda rank: rank > 2, "N×C×... with a place at least", "Reshape it before."
        ),
        brief=lambda args: f"{args['size']} channels",
        aliases=("lrn", "alexnet", "lateral inhibition"),
    ),
    Layer(
        kind="cross_map_lrn2d",
        title="CrossMapLRN2d",
        family="Normalization",
        target="torch.nn.CrossMapLRN2d",
        doc="LocalResponseNorm for images, as the first Torch computed it.",
        help=Help(
            what="Divides each value by the energy of the channels near it.",
            formula=_RESPONSE,
            when="To run weights of the first Torch; otherwise LocalResponseNorm.",
            mind="It works on N×C×H×W only, and in Python, channel by channel.",
            source="Krizhevsky, Sutskever and Hinton 2012, ImageNet classification",
            link=page("torch.nn.CrossMapLRN2d"),
        ),
        params=_response_params(1.0),
        shape=_neighbours(
            lambda rank: rank == 4, "N×C×H×W", "LocalResponseNorm takes other ranks."
        ),
        brief=lambda args: f"{args['size']} channels",
        aliases=("lrn", "local response"),
    ),
)
