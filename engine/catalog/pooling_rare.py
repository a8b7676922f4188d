"""Power-average and fractional pooling."""

from collections.abc import Callable

from engine.catalog.dims import Dim, Tensor, sample, scaled, text
from engine.catalog.params import Bool, Float, Floats, Size
from engine.catalog.rules import (
    COUNT,
    axes_of,
    folded,
    page,
    require_rank,
    shown,
    spread,
    times,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError

_OUTPUT = (Port("output"),)
_WITH_INDICES = (Port("output"), Port("indices", doc="Where each maximum was found."))


def _ranked(arriving: Tensor, axes: int, stem: str) -> None:
    rank = arriving.rank
    least = 2 if stem == "Fractional" else 1
    near = f"{'FractionalMax' if stem == 'Fractional' else 'LP'}Pool{rank - 2}d"
    hint = f"{near} takes that." if least <= rank - 2 <= 3 else "Reshape it before."
    wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
    require_rank(arriving, (axes + 1, axes + 2), wanted, hint)


def _powered(axes: int) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    """Compute ⌊(in − kernel) / stride⌋ + 1, rounded up with ceil_mode."""

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        _ranked(arriving, axes, "LP")
        spatial = arriving.shape[-axes:]
        kernel = spread(args["kernel_size"], axes)
        strides = args["kernel_size"] if args["stride"] is None else args["stride"]
        stride, ceil = spread(strides, axes), args["ceil_mode"]
        columns = zip(spatial, kernel, stride, strict=True)
        sides = tuple(_windows(size, k, s, ceil) for size, k, s in columns)
        short = any(sample(d) < k for d, k in zip(spatial, kernel, strict=True))
        if any(sample(side) < 1 for side in sides) or (short and axes == 3):
            best = [min(k, sample(d)) for d, k in zip(spatial, kernel, strict=True)]
            raise ShapeError(
                "{node} has windows of {kernel}, but {source} brings only {size} "
                "({shape}). Make kernel_size at most {best}.",
                port="input",
                fix={"kernel_size": folded(best)},
                kernel=text(kernel),
                size=text(spatial),
                shape=shown(arriving),
                best=text(tuple(best)),
            )
        return (Tensor((*arriving.shape[:-axes], *sides), arriving.dtype),)

    return shape


def _windows(size: Dim, k: int, s: int, ceil: bool) -> Dim:
    count = (size - k + (s - 1 if ceil else 0)) // s + 1
    if ceil and sample(count - 1) * s >= sample(size):
        count = count - 1
    return count


def _lp_pool(axes: int) -> Layer:
    target = f"torch.nn.LPPool{axes}d"
    return Layer(
        kind=f"lp_pool{axes}d",
        title=f"LPPool{axes}d",
        family="Pooling",
        target=target,
        doc=f"Keeps the p-norm of every window ({axes_of(axes)}).",
        help=Help(
            what=(
                f"Slides a window over {COUNT[axes]} and keeps the p-th root of the "
                "sum of p-th powers."
            ),
            formula=(r"y_i = \left(\sum_{j=0}^{k-1} x_{s i + j}^{p}\right)^{1/p}"),
            when="Between sum pooling (p = 1) and max pooling (p very large).",
            mind=(
                "It is a sum, not a mean: larger windows give larger values. Where all "
                "of a window is 0 the gradient is set to 0."
            ),
            source="Sermanet et al. 2012, Convolutional neural networks applied to "
            "house numbers",
            link=page(target),
        ),
        params=(
            Float("norm_type", 2.0, low=0.0, above=True, doc="The p of the norm."),
            Size("kernel_size", 2, axes=axes, low=1, doc="Side of the window."),
            Size(
                "stride",
                None,
                axes=axes,
                low=1,
                optional=True,
                doc="Step from window to window; none is the kernel's size.",
            ),
            Bool("ceil_mode", False, doc="Keep a last window that is not full."),
        ),
        shape=_powered(axes),
        brief=lambda args: (
            f"p = {args['norm_type']:g}, {times(args['kernel_size'], axes)}"
        ),
        aliases=("power average", "norm pooling", "l2 pooling"),
    )


def _fractional(axes: int) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        _ranked(arriving, axes, "Fractional")
        _one_of(args, axes)
        spatial = arriving.shape[-axes:]
        sides = _sides(args, axes, spatial)
        kernel = spread(args["kernel_size"], axes)
        columns = list(zip(spatial, sides, kernel, strict=True))
        spare = int(axes == 3)  # torch's kernel for volumes wants one more
        if any(out < 1 for out in sides) or any(
            sample(out) + k - 1 > sample(size) - spare for size, out, k in columns
        ):
            _too_many(args, columns, arriving, spare)
        made = Tensor((*arriving.shape[:-axes], *sides), arriving.dtype)
        return (made, Tensor(made.shape, "int64"))[: 1 + args["return_indices"]]

    return shape


def _sides(args: Args, axes: int, spatial: tuple[Dim, ...]) -> tuple[Dim, ...]:
    if args["output_size"] is not None:
        return spread(args["output_size"], axes)
    ratio = args["output_ratio"]
    ratios = ratio if isinstance(ratio, tuple) else (ratio,) * axes
    return tuple(map(scaled, spatial, ratios))


def _one_of(args: Args, axes: int) -> None:
    size, ratio = args["output_size"], args["output_ratio"]
    if (size is None) == (ratio is None):
        both = size is not None
        raise ShapeError(
            "{node} has both an output_size and an output_ratio. Set one of them to "
            "none."
            if both
            else "{node} needs an output_size or an output_ratio.",
            fix={"output_size": None} if both else {"output_ratio": 0.5},
        )
    ratios = ratio if isinstance(ratio, tuple) else (ratio,) * axes
    fits = ratio is None or all(0 < each < 1 for each in ratios)
    if not fits or len(ratios) != axes:
        raise ShapeError(
            "{node} keeps a share of each of its {axes} axes: output_ratio is one "
            "number between 0 and 1, or {axes} of them.",
            fix={"output_ratio": 0.5},
            axes=axes,
        )


def _too_many(
    args: Args,
    columns: list[tuple[Dim, Dim, int]],
    arriving: Tensor,
    spare: int,
) -> None:
    room = [sample(size) - spare for size, _, _ in columns]
    best = [
        max(1, min(sample(out), size - k + 1))
        for size, (_, out, k) in zip(room, columns, strict=True)
    ]
    small = any(k > size for size, (_, _, k) in zip(room, columns, strict=True))
    fix: dict[str, object] = {"output_size": folded(best)}
    if min(room) < 1:
        hint, fix = "Bring a larger input.", {}
    elif small:
        pairs = zip(room, columns, strict=True)
        fix = {"kernel_size": folded([min(k, size) for size, (_, _, k) in pairs])}
        hint = "Choose a smaller kernel_size."
    else:
        hint = "Choose another output_size."
        if args["output_ratio"] is not None:
            fix["output_ratio"] = None
    raise ShapeError(
        "{node} cannot place windows of {kernel} so that {out} leave: {source} brings "
        "only {size} ({shape}). {hint}",
        port="input",
        fix=fix,
        kernel=text(tuple(k for _, _, k in columns)),
        out=text(tuple(out for _, out, _ in columns)),
        size=text(tuple(size for size, _, _ in columns)),
        shape=shown(arriving),
        hint=hint,
    )


def _fractional_pool(axes: int) -> Layer:
    target = f"torch.nn.FractionalMaxPool{axes}d"

    def brief(args: Args) -> str:
        if args["output_size"] is not None:
            return (
                f"{times(args['kernel_size'], axes)}, to {times(args['output_size'])}"
            )
        ratio = args["output_ratio"]
        several = ratio if isinstance(ratio, tuple) else (ratio,)
        shares = "×".join("?" if each is None else f"{each:g}" for each in several)
        return f"{times(args['kernel_size'], axes)}, × {shares}"

    return Layer(
        kind=f"fractional_max_pool{axes}d",
        title=f"FractionalMaxPool{axes}d",
        family="Pooling",
        target=target,
        doc=f"Max pooling by a fraction, with windows drawn at random ({COUNT[axes]}).",
        help=Help(
            what=(
                "Places windows of kernel_size at random distances so that a size "
                "between the input's and half of it can leave, and keeps each "
                "window's largest value."
            ),
            formula=r"L' = \lfloor r L \rfloor, \quad 0 < r < 1",
            when="To shrink maps more gently than by two, and to regularize.",
            mind=(
                "It draws its windows anew in every call, in evaluation too. Give "
                "output_size or output_ratio, not both."
            ),
            source="Graham 2014, Fractional max-pooling",
            link=page(target),
        ),
        params=(
            Size("kernel_size", 2, axes=axes, low=1, doc="Side of the window."),
            Size(
                "output_size",
                None,
                axes=axes,
                low=1,
                optional=True,
                doc="Sizes that leave.",
            ),
            Floats(
                "output_ratio",
                0.5,
                low=0.0,
                above=True,
                most=axes,
                optional=True,
                doc="Or the share of each size that leaves, below 1.",
            ),
            Bool("return_indices", False, doc="Also give where each maximum was."),
        ),
        outputs=lambda args: _WITH_INDICES if args["return_indices"] else _OUTPUT,
        shape=_fractional(axes),
        brief=brief,
        aliases=("random pooling", "stochastic", "subsampling"),
    )


ROWS: tuple[Operator, ...] = (
    *(_lp_pool(axes) for axes in (1, 2, 3)),
    *(_fractional_pool(axes) for axes in (2, 3)),
)
