"""Batch, layer, group and root-mean-square normalization."""

from collections.abc import Callable
from math import prod

from engine.catalog.dims import Tensor, sampled, text
from engine.catalog.params import Bool, Float, Int, Value
from engine.catalog.rules import (
    ONES,
    ZEROS,
    axes_of,
    divisor,
    fixed,
    page,
    require_rank,
    same,
    scale_and_shift,
    shown,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, TensorSpec
from engine.errors import ShapeError

_EPS = Float("eps", 1e-5, low=0.0, above=True, doc="Added to the variance: no 0/0.")
_STANDARDIZED = (
    r"y = \gamma \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} + \beta"
)
_BIAS = Bool("bias", True, doc="Whether β is learned; needs the affine switch on.")


def _batch_features(axes: int) -> Callable[[Args, Inputs], int]:
    """num_features: the axis after the batch."""
    ranks = (2, 3) if axes == 1 else (axes + 2,)
    wanted = "N×C or N×C×L" if axes == 1 else axes_of(axes)

    def derived(args: Args, inputs: Inputs) -> int:
        arriving = inputs["input"]
        known = {2: 1, 3: 1, 4: 2, 5: 3}.get(arriving.rank)
        hint = f"BatchNorm{known}d takes that." if known else "Reshape it before."
        require_rank(arriving, ranks, wanted, hint)
        return fixed(arriving.shape[1], "channels", "input")

    return derived


def _batch_shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    batch, _, *sides = sampled(arriving.shape)
    if not args["track_running_stats"] and batch * prod(sides) == 1:
        raise ShapeError(
            "{node} has one value per channel ({shape}) and keeps no running "
            "statistics: there is no variance to divide by. Use a larger batch, or set "
            "track_running_stats.",
            port="input",
            fix={"track_running_stats": True},
            shape=shown(arriving),
        )
    return (arriving,)


def _batch_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
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


def _batch_norm(axes: int) -> Layer:
    target = f"torch.nn.BatchNorm{axes}d"
    return Layer(
        kind=f"batch_norm{axes}d",
        title=f"BatchNorm{axes}d",
        family="Normalization",
        target=target,
        doc="Gives every channel mean 0 and variance 1 over the batch, then γ and β.",
        help=Help(
            what=(
                "Subtracts each channel's mean and divides by its standard deviation, "
                "both taken over the batch and all places; γ and β are learned."
            ),
            formula=_STANDARDIZED,
            when="After a convolution or Linear, before the activation; large batches.",
            mind=(
                "It behaves differently in training (batch statistics) and evaluation "
                "(running ones). Small batches give noisy statistics, one value per "
                "channel none. A bias right before it is useless."
            ),
            source="Ioffe and Szegedy 2015, Batch normalization",
            link=page(target),
        ),
        params=(
            _EPS,
            Float(
                "momentum",
                0.1,
                low=0.0,
                high=1.0,
                optional=True,
                doc="Weight of a new batch in the running mean; none averages all.",
            ),
            Bool("affine", True, doc="Whether γ and β are learned."),
            Bool("track_running_stats", True, doc="Keep statistics for evaluation."),
            _BIAS,
        ),
        shape=_batch_shape,
        derived={"num_features": _batch_features(axes)},
        tensors=_batch_tensors,
        brief=lambda args: str(args.get("num_features", "")),
        aliases=("bn", "batch normalization"),
    )


def _trailing(args: Args, inputs: Inputs) -> tuple[int, ...]:
    """normalized_shape: the last `axes` sizes."""
    arriving, axes = inputs["input"], args["axes"]
    if not arriving.rank:
        raise ShapeError(
            "{node} normalizes over axes, but {source} brings a single number.",
            port="input",
        )
    if axes > arriving.rank:
        raise ShapeError(
            "{node} normalizes over the last {axes} axes, but {source} brings {shape}. "
            "Make axes at most {rank}.",
            port="input",
            fix={"axes": arriving.rank},
            axes=axes,
            shape=shown(arriving),
            rank=arriving.rank,
        )
    return tuple(fixed(dim, "features", "input") for dim in arriving.shape[-axes:])


def _axes_of(args: Args) -> dict[str, Value]:
    """How many axes a normalized_shape has."""
    shape = args["normalized_shape"]
    return {"axes": len(shape) if isinstance(shape, tuple) else 1}


def _layer_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    learned = args["elementwise_affine"]
    shape, bias = args["normalized_shape"], learned and args.get("bias", False)
    return scale_and_shift(shape, weight=learned, bias=bias)


def _trailing_brief(args: Args) -> str:
    return text(args["normalized_shape"]) if "normalized_shape" in args else ""


_AXES = Int(
    "axes",
    1,
    low=1,
    high=16,
    place="design",
    doc="How many of the last axes are normalized together.",
)
_ELEMENTWISE = Bool("elementwise_affine", True, doc="Whether γ and β are learned.")


def _group_channels(args: Args, inputs: Inputs) -> int:
    """num_channels: the axis after the batch."""
    arriving = inputs["input"]
    if arriving.rank < 2:
        raise ShapeError(
            "{node} works on N×C×..., but {source} brings {shape}. LayerNorm takes "
            "that.",
            port="input",
            shape=shown(arriving),
        )
    return fixed(arriving.shape[1], "channels", "input")


def _group_shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    groups, channels = args["num_groups"], args["num_channels"]
    if channels % groups:
        better = divisor(groups, channels)
        raise ShapeError(
            "{node} splits channels into {groups} groups, but {source} brings "
            "{channels} channels, which {groups} does not divide. Choose num_groups = "
            "{better}.",
            port="input",
            fix={"num_groups": better},
            groups=groups,
            channels=channels,
            better=better,
        )
    batch, _, *sides = sampled(arriving.shape)
    if batch * channels // groups * prod(sides) == 1:
        raise ShapeError(
            "{node} has one value per group ({shape}): there is no variance to divide "
            "by. Choose fewer groups.",
            port="input",
            fix={"num_groups": divisor(channels - 1, channels)} if channels > 1 else {},
            shape=shown(arriving),
        )
    return (arriving,)


def _group_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    learned = args["affine"]
    shape = (args["num_channels"],)
    return scale_and_shift(shape, weight=learned, bias=learned and args["bias"])


ROWS: tuple[Operator, ...] = (
    *(_batch_norm(axes) for axes in (1, 2, 3)),
    Layer(
        kind="layer_norm",
        title="LayerNorm",
        family="Normalization",
        target="torch.nn.LayerNorm",
        doc="Gives the last axes of every sample mean 0 and variance 1, then γ and β.",
        help=Help(
            what=(
                "Normalizes each sample by its own mean and standard deviation over "
                "the last axes. The batch does not matter."
            ),
            formula=_STANDARDIZED,
            when="In transformers and recurrent networks, and with small batches.",
            mind=(
                "For images N×C×H×W the last axis is W: normalize over three axes, or "
                "use GroupNorm with one group."
            ),
            source="Ba, Kiros and Hinton 2016, Layer normalization",
            link=page("torch.nn.LayerNorm"),
        ),
        params=(_AXES, _EPS, _ELEMENTWISE, _BIAS),
        shape=same,
        derived={"normalized_shape": _trailing},
        undo=_axes_of,
        tensors=_layer_tensors,
        brief=_trailing_brief,
        aliases=("ln", "layer normalization", "transformer"),
    ),
    Layer(
        kind="group_norm",
        title="GroupNorm",
        family="Normalization",
        target="torch.nn.GroupNorm",
        doc="Normalizes each sample's channels in groups.",
        help=Help(
            what=(
                "Splits the channels into num_groups and normalizes every group of "
                "every sample by its own mean and standard deviation."
            ),
            formula=r"y = \gamma_c \frac{x - \mathrm{E}_g[x]}"
            r"{\sqrt{\mathrm{Var}_g[x] + \epsilon}} + \beta_c",
            when="Instead of BatchNorm when batches are small; 32 groups are usual.",
            mind=(
                "num_groups must divide the channels. One group is a LayerNorm over "
                "everything, as many as channels an InstanceNorm."
            ),
            source="Wu and He 2018, Group normalization",
            link=page("torch.nn.GroupNorm"),
        ),
        params=(
            Int(
                "num_groups", 1, low=1, doc="How many groups; must divide the channels."
            ),
            _EPS,
            Bool("affine", True, doc="Whether γ and β are learned for each channel."),
            _BIAS,
        ),
        shape=_group_shape,
        derived={"num_channels": _group_channels},
        tensors=_group_tensors,
        brief=lambda args: (
            f"{args['num_groups']} group{'s' if args['num_groups'] > 1 else ''}"
        ),
        aliases=("gn", "instance norm", "group normalization"),
    ),
    Layer(
        kind="rms_norm",
        title="RMSNorm",
        family="Normalization",
        target="torch.nn.RMSNorm",
        doc="Divides the last axes of every sample by their root mean square.",
        help=Help(
            what="Scales each sample to root mean square 1; the mean is left alone.",
            formula=(
                r"y = \gamma \frac{x}{\sqrt{\frac{1}{d}\sum_{i=1}^{d} x_i^2 + "
                r"\epsilon}}"
            ),
            when="As a cheaper LayerNorm; usual in today's language models.",
            mind="There is no β. Without eps, torch adds the dtype's own epsilon.",
            source="Zhang and Sennrich 2019, Root mean square layer normalization",
            link=page("torch.nn.RMSNorm"),
        ),
        params=(
            _AXES,
            Float(
                "eps",
                None,
                low=0.0,
                above=True,
                optional=True,
                doc="Added to the mean square; none is the dtype's epsilon.",
            ),
            Bool("elementwise_affine", True, doc="Whether γ is learned."),
        ),
        shape=same,
        derived={"normalized_shape": _trailing},
        undo=_axes_of,
        tensors=_layer_tensors,
        brief=_trailing_brief,
        aliases=("root mean square", "llama"),
    ),
)
