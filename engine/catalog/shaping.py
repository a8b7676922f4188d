"""Layers that change shape only: Flatten, Unflatten, Upsample."""

from math import prod

from engine.catalog.dims import Dim, Shape, Tensor, product, quotient, scaled, text
from engine.catalog.params import Bool, Choice, Floats, Int, Ints
from engine.catalog.rules import index, page, shown
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError

# mode -> the number of spatial axes it works on
_MODES = {
    "nearest": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "bicubic": (2,),
    "trilinear": (3,),
    "nearest-exact": (1, 2, 3),
    "area": (1, 2, 3),
}
_ALIGNED = ("linear", "bilinear", "bicubic", "trilinear")
_SMOOTH = {1: "linear", 2: "bilinear", 3: "trilinear"}


def _flattened(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    shape, rank = arriving.shape, arriving.rank
    start = index(args["start_dim"], rank, "start_dim", "input", room=1)
    end = index(args["end_dim"], rank, "end_dim", "input", room=1)
    if start > end:
        raise ShapeError(
            "{node} flattens from axis {start} to axis {end} of {shape}, which is "
            "backwards. Make start_dim the smaller one.",
            fix={"start_dim": args["end_dim"], "end_dim": args["start_dim"]},
            start=start,
            end=end,
            shape=shown(arriving),
        )
    middle = product(shape[start : end + 1])
    return (Tensor((*shape[:start], middle, *shape[end + 1 :]), arriving.dtype),)


def _unflattened(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    sizes = args["unflattened_size"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    shape = arriving.shape
    parts = _parts(shape[axis], sizes)
    return (Tensor((*shape[:axis], *parts, *shape[axis + 1 :]), arriving.dtype),)


def _parts(whole: Dim, sizes: tuple[int, ...]) -> Shape:
    if sizes.count(-1) > 1:
        raise ShapeError(
            "{node} has several -1 in unflattened_size; only one can be what is left.",
        )
    rest = quotient(whole, prod(size for size in sizes if size != -1))
    if rest is None or (-1 not in sizes and rest != 1):
        raise ShapeError(
            "{node} cannot split {whole}, which {source} brings, into {sizes}: the "
            "product has to be {whole}. A -1 stands for what is left.",
            port="input",
            whole=str(whole),
            sizes=text(sizes),
        )
    return tuple(rest if size == -1 else size for size in sizes)


def _upsampled(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    axes = arriving.rank - 2
    _mode_fits(args, axes, arriving)
    _one_of(args)
    spatial = arriving.shape[2:]
    name = "size" if args["size"] is not None else "scale_factor"
    given = args[name]
    if isinstance(given, tuple) and len(given) != axes:
        raise ShapeError(
            "{node} has {count} numbers in {name}, but {source} brings {axes} spatial "
            "axes ({shape}). Give one for each.",
            port="input",
            fix={name: (given[0],) * axes},
            count=len(given),
            name=name,
            axes=axes,
            shape=shown(arriving),
        )
    values = given if isinstance(given, tuple) else (given,) * axes
    if name == "scale_factor":
        values = tuple(map(scaled, spatial, values))
    if any(value < 1 for value in values):
        raise ShapeError(
            "{node} would leave {sides}: scale_factor {factor} is too small for what "
            "{source} brings ({shape}).",
            port="input",
            fix={"scale_factor": 1.0},
            sides=text(values),
            factor=given,
            shape=shown(arriving),
        )
    return (Tensor((*arriving.shape[:2], *values), arriving.dtype),)


def _mode_fits(args: Args, axes: int, arriving: Tensor) -> None:
    mode = args["mode"]
    if axes not in (1, 2, 3):
        raise ShapeError(
            "{node} works on N×C×L, N×C×H×W or N×C×D×H×W, but {source} brings {shape}. "
            "Reshape it before.",
            port="input",
            shape=shown(arriving),
        )
    if axes not in _MODES[mode]:
        raise ShapeError(
            "{node} cannot use {mode} on {shape} from {source}: for {axes} spatial "
            "axes choose {better} or nearest.",
            port="input",
            fix={"mode": _SMOOTH[axes]},
            mode=mode,
            shape=shown(arriving),
            axes=axes,
            better=_SMOOTH[axes],
        )
    if args["align_corners"] is not None and mode not in _ALIGNED:
        raise ShapeError(
            "{node} can align corners only with linear, bilinear, bicubic or "
            "trilinear, not with {mode}. Set align_corners to none.",
            fix={"align_corners": None},
            mode=mode,
        )


def _one_of(args: Args) -> None:
    """Insist on a size or a scale_factor, and not both.

    Raises:
        ShapeError: both are given, or neither is.
    """
    size, factor = args["size"], args["scale_factor"]
    if size is None and factor is None:
        raise ShapeError(
            "{node} needs a size or a scale_factor.", fix={"scale_factor": 2.0}
        )
    if size is not None and factor is not None:
        raise ShapeError(
            "{node} has both a size and a scale_factor, and they could disagree. Set "
            "one of them to none.",
            fix={"scale_factor": None},
        )
    if size is not None and args["recompute_scale_factor"]:
        raise ShapeError(
            "{node} has a size, so there is no scale factor to recompute. Set "
            "recompute_scale_factor to none.",
            fix={"recompute_scale_factor": None},
        )


def _upsample_brief(args: Args) -> str:
    if args["size"] is not None:
        size = args["size"]
        return f"to {text(size) if isinstance(size, tuple) else size}, {args['mode']}"
    factor = args["scale_factor"]
    several = factor if isinstance(factor, tuple) else (factor,)
    shown = "×".join("?" if each is None else f"{each:g}" for each in several)
    return f"× {shown}, {args['mode']}"


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="flatten",
        title="Flatten",
        family="Shape",
        target="torch.nn.Flatten",
        doc="Makes one axis of several.",
        help=Help(
            what=(
                "Joins the axes from start_dim to end_dim into one; values stay in "
                "order."
            ),
            formula=r"(N, C, H, W) \to (N, C \cdot H \cdot W)",
            when="Between convolutions and the first Linear.",
            mind="start_dim 1 leaves the batch alone.",
            source="torch.nn.Flatten",
            link=page("torch.nn.Flatten"),
        ),
        params=(
            Int("start_dim", 1, low=-16, high=15, doc="First axis to join."),
            Int("end_dim", -1, low=-16, high=15, doc="Last axis to join."),
        ),
        inputs=(Port("input"),),
        shape=_flattened,
        brief=lambda args: f"axes {args['start_dim']} to {args['end_dim']}",
        aliases=("reshape", "ravel", "vector"),
    ),
    Layer(
        kind="unflatten",
        title="Unflatten",
        family="Shape",
        target="torch.nn.Unflatten",
        doc="Makes several axes of one.",
        help=Help(
            what=(
                "Splits axis dim into unflattened_size, whose product must be its size."
            ),
            formula=r"(N, C \cdot H \cdot W) \to (N, C, H, W)",
            when="Before convolutions, to make an image of features.",
            mind="One -1 stands for what is left.",
            source="torch.nn.Unflatten",
            link=page("torch.nn.Unflatten"),
        ),
        params=(
            Int("dim", 1, low=-16, high=15, doc="The axis to split."),
            Ints("unflattened_size", (1, -1), low=-1, doc="Its new sizes."),
        ),
        inputs=(Port("input"),),
        shape=_unflattened,
        brief=lambda args: f"axis {args['dim']} to {text(args['unflattened_size'])}",
        aliases=("reshape", "split"),
    ),
    Layer(
        kind="upsample",
        title="Upsample",
        family="Shape",
        target="torch.nn.Upsample",
        doc="Enlarges sequences, images or volumes by a fixed rule.",
        help=Help(
            what=(
                "Repeats or interpolates values to reach size, or scale_factor times "
                "it."
            ),
            formula=r"L' = \lfloor L \cdot \mathrm{scale\_factor} \rfloor",
            when="In decoders, before a convolution: no checkerboard, no weights.",
            mind=(
                "Give size or scale_factor, not both. linear is for N×C×L, bilinear "
                "and bicubic for N×C×H×W, trilinear for N×C×D×H×W."
            ),
            source="Odena et al. 2016, Deconvolution and checkerboard artifacts",
            link=page("torch.nn.Upsample"),
        ),
        params=(
            Ints("size", None, low=1, most=3, optional=True, doc="Sizes that leave."),
            Floats(
                "scale_factor",
                2.0,
                low=0.0,
                above=True,
                most=3,
                optional=True,
                doc="Factor for all spatial axes, or one for each.",
            ),
            Choice(
                "mode", "nearest", options=tuple(_MODES), doc="How values are made."
            ),
            Bool(
                "align_corners",
                None,
                optional=True,
                doc=(
                    "Whether corner values stay; only for the linear modes and bicubic."
                ),
            ),
            Bool(
                "recompute_scale_factor",
                None,
                optional=True,
                doc="Interpolate by the factor that the rounded size gives.",
            ),
        ),
        shape=_upsampled,
        brief=_upsample_brief,
        aliases=("interpolate", "resize", "enlarge", "nearest", "bilinear"),
    ),
)
