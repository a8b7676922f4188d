"""Max, average and adaptive pooling over one, two and three axes."""

from collections.abc import Callable, Sequence

from engine.catalog.dims import Dim, Shape, Tensor, sample, text
from engine.catalog.params import Bool, Int, Param, Size
from engine.catalog.rules import (
    COUNT,
    axes_of,
    folded,
    page,
    require_rank,
    spread,
    times,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError

Rule = Callable[[Args, Inputs], tuple[Tensor, ...]]

_OUTPUT = (Port("output"),)
_WITH_INDICES = (Port("output"), Port("indices", doc="Where each maximum was found."))


def _outputs(args: Args) -> tuple[Port, ...]:
    return _WITH_INDICES if args["return_indices"] else _OUTPUT


def _checked(arriving: Tensor, axes: int, stem: str) -> tuple[Shape, Shape]:
    """The axes in front and the spatial ones.

    Raises:
        ShapeError: there are too few or too many.
    """
    rank = arriving.rank
    hint = (
        f"{stem}{rank - 2}d takes that." if rank in (3, 4, 5) else "Reshape it before."
    )
    wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
    require_rank(arriving, (axes + 1, axes + 2), wanted, hint)
    return arriving.shape[:-axes], arriving.shape[-axes:]


def _with_indices(args: Args, made: Tensor) -> tuple[Tensor, ...]:
    if args.get("return_indices"):
        return made, Tensor(made.shape, "int64")
    return (made,)


def _pooled(axes: int, stem: str) -> Rule:
    """Compute ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.

    With ceil_mode the quotient is rounded up, but no window starts in the border
    behind.
    """

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        front, spatial = _checked(arriving, axes, stem)
        kernel, padding = (
            spread(args["kernel_size"], axes),
            spread(args["padding"], axes),
        )
        _half(kernel, padding)
        strides = args["kernel_size"] if args["stride"] is None else args["stride"]
        stride, dilation = spread(strides, axes), spread(args.get("dilation", 1), axes)
        columns = list(zip(kernel, stride, padding, dilation, strict=True))
        sides = tuple(
            _windows(size, *column, args["ceil_mode"])
            for size, column in zip(spatial, columns, strict=True)
        )
        # torch wants a whole window inside AvgPool3d's input, whatever the border
        whole = axes == 3 and stem == "AvgPool"
        short = any(size < k for size, k in zip(spatial, kernel, strict=True))
        if any(side < 1 for side in sides) or (whole and short):
            _too_large(spatial, columns, arriving, border=not whole)
        return _with_indices(args, Tensor((*front, *sides), arriving.dtype))

    return shape


def _windows(size: Dim, k: int, s: int, p: int, d: int, ceil: bool) -> Dim:
    count = (size + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil else 0)) // s + 1
    if ceil and sample(count - 1) * s >= sample(size) + p:
        count = count - 1
    return count


def _half(kernel: tuple[int, ...], padding: tuple[int, ...]) -> None:
    if any(p > k // 2 for k, p in zip(kernel, padding, strict=True)):
        best = [min(p, k // 2) for k, p in zip(kernel, padding, strict=True)]
        raise ShapeError(
            "{node} pads by {padding}, more than half of its kernel {kernel}: some "
            "windows would see nothing. Make padding at most {best}.",
            fix={"padding": folded(best)},
            padding=text(padding),
            kernel=text(kernel),
            best=text(tuple(best)),
        )


def _too_large(
    spatial: Shape,
    columns: Sequence[tuple[int, ...]],
    arriving: Tensor,
    *,
    border: bool,
) -> None:
    sizes = [sample(size) for size in spatial]
    best = [
        min(k, (size + 2 * p * border - 1) // d + 1)
        for size, (k, _, p, d) in zip(sizes, columns, strict=True)
    ]
    fits = all(2 * p <= k for k, (_, _, p, _) in zip(best, columns, strict=True))
    raise ShapeError(
        "{node} has windows of {reach}, but {source} brings only {size} ({shape}). "
        "Make kernel_size at most {best}, or pool less before.",
        port="input",
        fix={"kernel_size": folded(best)} if fits else {},
        reach=text(tuple(d * (k - 1) + 1 for k, _, _, d in columns)),
        size=text(spatial),
        shape=text(arriving.shape),
        best=text(tuple(best)),
    )


def _adaptive(axes: int, stem: str) -> Rule:
    """Whatever arrives, output_size leaves; none keeps an axis as it is."""

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        front, spatial = _checked(arriving, axes, stem)
        wanted = spread(args["output_size"], axes)
        sides = tuple(
            size if want is None else want
            for size, want in zip(spatial, wanted, strict=True)
        )
        return _with_indices(args, Tensor((*front, *sides), arriving.dtype))

    return shape


def _brief(axes: int) -> Callable[[Args], str]:
    def brief(args: Args) -> str:
        parts = [times(args["kernel_size"], axes)]
        if args["stride"] is not None:
            parts.append(f"stride {times(args['stride'])}")
        if args["padding"]:
            parts.append(f"padding {times(args['padding'])}")
        return ", ".join(parts)

    return brief


def _adaptive_brief(axes: int) -> Callable[[Args], str]:
    def brief(args: Args) -> str:
        sizes = spread(args["output_size"], axes)
        return "to " + "×".join("·" if size is None else str(size) for size in sizes)

    return brief


def _windowed(axes: int) -> tuple[Param, ...]:
    return (
        Size("kernel_size", 2, axes=axes, low=1, doc="Side of the window."),
        Size(
            "stride",
            None,
            axes=axes,
            low=1,
            optional=True,
            doc="Step from window to window; none is the kernel's size.",
        ),
        Size("padding", 0, axes=axes, doc="Border; at most half of the kernel."),
    )


_CEIL = Bool("ceil_mode", False, doc="Keep a last window that is not full.")
_INDICES = Bool("return_indices", False, doc="Also give where each maximum was.")


def _max_pool(axes: int) -> Layer:
    target = f"torch.nn.MaxPool{axes}d"
    return Layer(
        kind=f"max_pool{axes}d",
        title=f"MaxPool{axes}d",
        family="Pooling",
        target=target,
        doc=f"Keeps the largest value of every window ({axes_of(axes)}).",
        help=Help(
            what=f"Slides a window over {COUNT[axes]} and keeps its largest value.",
            formula=(
                r"y_i = \max_{0 \le j < k} x_{s i + d j - p}, \quad "
                r"L' = \left\lfloor \frac{L + 2p - d(k - 1) - 1}{s} \right\rfloor + 1"
            ),
            when="To shrink maps while keeping that a pattern was there.",
            mind=(
                "Only the largest value of a window gets a gradient. Without stride, "
                "windows lie side by side. The border counts as minus infinity."
            ),
            source=f"Riesenhuber and Poggio 1999; {target}",
            link=page(target),
        ),
        params=(
            *_windowed(axes),
            Size("dilation", 1, axes=axes, low=1, doc="Distance of window points."),
            _INDICES,
            _CEIL,
        ),
        outputs=_outputs,
        shape=_pooled(axes, "MaxPool"),
        brief=_brief(axes),
        aliases=("maximum", "subsampling", "downsample"),
    )


def _avg_pool(axes: int) -> Layer:
    target = f"torch.nn.AvgPool{axes}d"
    divisor = Int(
        "divisor_override",
        None,
        low=1,
        optional=True,
        doc="Divide by this instead of the window's size.",
    )
    include = Bool(
        "count_include_pad", True, doc="The border's zeros count in the mean."
    )
    return Layer(
        kind=f"avg_pool{axes}d",
        title=f"AvgPool{axes}d",
        family="Pooling",
        target=target,
        doc=f"Keeps the mean of every window ({axes_of(axes)}).",
        help=Help(
            what=f"Slides a window over {COUNT[axes]} and keeps its mean.",
            formula=(
                r"y_i = \frac{1}{k} \sum_{j=0}^{k-1} x_{s i + j - p}, \quad "
                r"L' = \left\lfloor \frac{L + 2p - k}{s} \right\rfloor + 1"
            ),
            when="To shrink maps smoothly: every value gets its share of the gradient.",
            mind="With padding, edges darken unless count_include_pad is off.",
            source=f"LeCun et al. 1998, Gradient-based learning; {target}",
            link=page(target),
        ),
        params=(*_windowed(axes), _CEIL, include, *((divisor,) if axes > 1 else ())),
        shape=_pooled(axes, "AvgPool"),
        brief=_brief(axes),
        aliases=("mean", "average", "subsampling", "downsample"),
    )


def _adaptive_pool(axes: int, word: str) -> Layer:
    stem, most = f"Adaptive{word}Pool", word == "Max"
    target = f"torch.nn.{stem}{axes}d"
    value = "largest value" if most else "mean"
    size = Size(
        "output_size",
        1,
        axes=axes,
        low=1,
        holes=axes > 1,
        doc="Sizes that leave" + ("; none keeps that axis." if axes > 1 else "."),
    )
    return Layer(
        kind=f"adaptive_{word.lower()}_pool{axes}d",
        title=f"{stem}{axes}d",
        family="Pooling",
        target=target,
        doc=f"Divides the input into output_size cells and keeps each one's {value}.",
        help=Help(
            what=(
                f"Chooses the windows so that output_size cells leave, whatever size "
                f"arrives, and keeps each cell's {value}."
            ),
            formula=(
                r"y_i = "
                + (r"\max" if most else r"\mathrm{mean}")
                + r"\left(x_{\lfloor i L / L' \rfloor}, \ldots, "
                r"x_{\lceil (i + 1) L / L' \rceil - 1}\right)"
            ),
            when=(
                "Before the last Linear, with output_size 1, so that images of any "
                "size give the same number of features (global pooling)."
            ),
            mind="Cells may overlap when the sizes do not divide.",
            source=f"Lin et al. 2014, Network in network; {target}",
            link=page(target),
        ),
        params=(size, _INDICES) if most else (size,),
        outputs=_outputs if most else _OUTPUT,
        shape=_adaptive(axes, stem),
        brief=_adaptive_brief(axes),
        aliases=("global pooling", "gap", "average" if word == "Avg" else "maximum"),
    )


ROWS: tuple[Operator, ...] = (
    *(_max_pool(axes) for axes in (1, 2, 3)),
    *(_avg_pool(axes) for axes in (1, 2, 3)),
    *(_adaptive_pool(axes, "Avg") for axes in (1, 2, 3)),
    *(_adaptive_pool(axes, "Max") for axes in (1, 2, 3)),
)
