"""Upsampling: larger sequences, images and volumes by a fixed rule."""

from collections.abc import Callable
from dataclasses import replace

from engine.catalog.dims import Tensor, scaled, text
from engine.catalog.params import Bool, Choice, Floats, Ints, Param, Size
from engine.catalog.rules import page, require_rank, shown
from engine.catalog.spec import Args, Help, Inputs, Layer, Operation, Operator
from engine.errors import ShapeError

# mode -> the number of spatial axes it works on
MODES = {
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


def upsampled(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
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
    if axes not in MODES[mode]:
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


def upsample_brief(args: Args) -> str:
    if args["size"] is not None:
        size = args["size"]
        return f"to {text(size) if isinstance(size, tuple) else size}, {args['mode']}"
    factor = args["scale_factor"]
    several = factor if isinstance(factor, tuple) else (factor,)
    shown = "×".join("?" if each is None else f"{each:g}" for each in several)
    return f"× {shown}, {args['mode']}"


def _image(mode: str) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    fixed = {"mode": mode, "align_corners": None, "recompute_scale_factor": None}

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        require_rank(inputs["input"], (4,), "N×C×H×W", "Upsample takes other ranks.")
        return upsampled({**args, **fixed}, inputs)

    return shape


def _upsampling(word: str, mode: str) -> Layer:
    target = f"torch.nn.Upsampling{word}2d"
    params: tuple[Param, ...] = (
        Size("size", None, axes=2, low=1, optional=True, doc="Sizes that leave."),
        Floats(
            "scale_factor",
            2.0,
            low=0.0,
            above=True,
            most=2,
            optional=True,
            doc="Factor for both axes, or one for each.",
        ),
    )
    aligned = " with the corners aligned" if mode == "bilinear" else ""
    return Layer(
        kind=f"upsampling_{word.lower()}2d",
        title=f"Upsampling{word}2d",
        family="Shape",
        target=target,
        doc=f"Enlarges images by {mode} interpolation{aligned}.",
        help=Help(
            what=f"The same as Upsample with mode {mode}{aligned}, for N×C×H×W only.",
            formula=r"L' = \lfloor L \cdot \mathrm{scale\_factor} \rfloor",
            when="In older networks; new ones take Upsample.",
            mind="torch keeps it for old code and recommends interpolate.",
            source=target,
            link=page(target),
        ),
        params=params,
        shape=_image(mode),
        brief=lambda args: upsample_brief({**args, "mode": mode}),
        aliases=("interpolate", "resize", "enlarge", mode),
    )


def _interpolated(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    if args["antialias"] and args["mode"] not in ("bilinear", "bicubic"):
        raise ShapeError(
            "{node} can smooth only bilinear and bicubic, not {mode}. Set antialias to "
            "False.",
            fix={"antialias": False},
            mode=args["mode"],
        )
    return upsampled(args, inputs)


def _interpolate() -> Operation:
    upsample = _UPSAMPLE
    target = "torch.nn.functional.interpolate"
    params = tuple(replace(param, place="forward") for param in upsample.params)
    smooth = Bool(
        "antialias",
        False,
        place="forward",
        doc="Smooth before shrinking; for bilinear and bicubic.",
    )
    return Operation(
        kind="interpolate",
        title="Interpolate",
        family="Shape",
        target=target,
        doc="Makes sequences, images or volumes larger or smaller by a fixed rule.",
        help=replace(
            upsample.help,
            what="The same as Upsample, as a function, and smooth when it shrinks.",
            when="In decoders, and to bring branches to one size.",
            link=page(target),
        ),
        params=(*params, smooth),
        shape=_interpolated,
        brief=upsample_brief,
        aliases=("resize", "upsample", "shrink", "bilinear"),
    )


_UPSAMPLE = Layer(
    kind="upsample",
    title="Upsample",
    family="Shape",
    target="torch.nn.Upsample",
    doc="Enlarges sequences, images or volumes by a fixed rule.",
    help=Help(
        what=(
            "Repeats or interpolates values to reach size, or scale_factor times it."
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
        Choice("mode", "nearest", options=tuple(MODES), doc="How values are made."),
        Bool(
            "align_corners",
            None,
            optional=True,
            doc=("Whether corner values stay; only for the linear modes and bicubic."),
        ),
        Bool(
            "recompute_scale_factor",
            None,
            optional=True,
            doc="Interpolate by the factor that the rounded size gives.",
        ),
    ),
    shape=upsampled,
    brief=upsample_brief,
    aliases=("interpolate", "resize", "enlarge", "nearest", "bilinear"),
)

ROWS: tuple[Operator, ...] = (
    _UPSAMPLE,
    _upsampling("Nearest", "nearest"),
    _upsampling("Bilinear", "bilinear"),
    _interpolate(),
)
