"""Layers that move values about: windows to columns and back, pixels and channels."""

from math import prod

from engine.catalog.dims import Dim, Tensor, agree, product, sample, text
from engine.catalog.params import Int, Param, Size
from engine.catalog.rules import (
    divisor,
    fixed,
    folded,
    page,
    require_rank,
    shown,
    spread,
    times,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError


def _steps(args: Args, spatial: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """How many windows fit along each axis; may come out below 1."""
    columns = zip(
        spatial,
        *(spread(args[name], 2) for name in ("kernel_size", "dilation", "padding")),
        spread(args["stride"], 2),
        strict=True,
    )
    return tuple(
        (size + 2 * p - d * (k - 1) - 1) // s + 1 for size, k, d, p, s in columns
    )


def _reach(args: Args) -> tuple[int, ...]:
    kernel, dilation = spread(args["kernel_size"], 2), spread(args["dilation"], 2)
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def _unfolded(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    hint = "Reshape it before; for other ranks take slices."
    require_rank(arriving, (3, 4), "N×C×H×W or C×H×W", hint)
    *front, channels = arriving.shape[:-2]
    spatial = arriving.shape[-2:]
    steps = _steps(args, spatial)
    if any(sample(step) < 1 for step in steps):
        d, p = spread(args["dilation"], 2), spread(args["padding"], 2)
        sizes = [sample(size) for size in spatial]
        kernel = spread(args["kernel_size"], 2)
        columns = zip(kernel, sizes, d, p, strict=True)
        best = [min(k, (size + 2 * b - 1) // e + 1) for k, size, e, b in columns]
        raise ShapeError(
            "{node} has windows of {reach}, but {source} brings only {size} "
            "({shape}). Make kernel_size at most {best}.",
            port="input",
            fix={"kernel_size": folded(best)},
            reach=text(_reach(args)),
            size=text(spatial),
            shape=shown(arriving),
            best=text(tuple(best)),
        )
    window = prod(spread(args["kernel_size"], 2))
    return (Tensor((*front, channels * window, product(steps)), arriving.dtype),)


def _folded_back(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    require_rank(arriving, (2, 3), "N×C·k×L or C·k×L", "Unfold makes such columns.")
    *front, rows, columns = arriving.shape
    window = prod(spread(args["kernel_size"], 2))
    height = fixed(rows, "rows", "input")
    if height % window:
        raise ShapeError(
            "{node} lays windows of {kernel} ({window} values), but {source} brings "
            "columns of {height}, which {window} does not divide. Choose the "
            "kernel_size of the Unfold.",
            port="input",
            kernel=times(args["kernel_size"], 2),
            window=window,
            height=height,
        )
    size = spread(args["output_size"], 2)
    steps = [sample(step) for step in _steps(args, size)]
    if min(steps) < 1 or not agree(columns, prod(steps)):
        raise ShapeError(
            "{node} has room for {count} windows in {size}, but {source} brings "
            "{columns} ({shape}). Choose the sizes that the Unfold had.",
            port="input",
            count=prod(max(step, 0) for step in steps),
            size=text(size),
            columns=str(columns),
            shape=shown(arriving),
        )
    return (Tensor((*front, height // window, *size), arriving.dtype),)


def _images(arriving: Tensor) -> tuple[Dim, ...]:
    if arriving.rank < 3:
        raise ShapeError(
            "{node} works on N×C×H×W or C×H×W, but {source} brings {shape}. Reshape it "
            "before.",
            port="input",
            shape=shown(arriving),
        )
    return arriving.shape[:-3]


def _spread_out(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, factor = inputs["input"], args["upscale_factor"]
    front = _images(arriving)
    channels, height, width = arriving.shape[-3:]
    if sample(channels) % factor**2:
        count = sample(channels)
        best = max(f for f in range(1, factor + 1) if count % f**2 == 0)
        raise ShapeError(
            "{node} makes {square} pixels of as many channels, but {source} brings "
            "{channels} channels, which {square} does not divide. Choose "
            "upscale_factor = {best}.",
            port="input",
            fix={"upscale_factor": best},
            square=factor**2,
            channels=str(channels),
            best=best,
        )
    sides = (channels // factor**2, height * factor, width * factor)
    return (Tensor((*front, *sides), arriving.dtype),)


def _drawn_in(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, factor = inputs["input"], args["downscale_factor"]
    front = _images(arriving)
    channels, height, width = arriving.shape[-3:]
    if sample(height) % factor or sample(width) % factor:
        best = divisor(factor, sample(height), sample(width))
        raise ShapeError(
            "{node} makes channels of {factor}×{factor} pixels, but {source} brings "
            "{height}×{width}, which {factor} does not divide. Choose "
            "downscale_factor = {best}.",
            port="input",
            fix={"downscale_factor": best},
            factor=factor,
            height=str(height),
            width=str(width),
            best=best,
        )
    sides = (channels * factor**2, height // factor, width // factor)
    return (Tensor((*front, *sides), arriving.dtype),)


def _shuffled(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, groups = inputs["input"], args["groups"]
    if arriving.rank < 3:
        raise ShapeError(
            "{node} works on N×C×..., with a place at least, but {source} brings "
            "{shape}. Reshape it before.",
            port="input",
            shape=shown(arriving),
        )
    channels = arriving.shape[1]
    if sample(channels) % groups:
        better = divisor(groups, sample(channels))
        raise ShapeError(
            "{node} mixes {groups} groups, but {source} brings {channels} channels, "
            "which {groups} does not divide. Choose groups = {better}.",
            port="input",
            fix={"groups": better},
            groups=groups,
            channels=str(channels),
            better=better,
        )
    return (arriving,)


def _windows(last: str) -> tuple[Param, ...]:
    return (
        Size("kernel_size", 3, axes=2, low=1, doc="Side of the window."),
        Size("dilation", 1, axes=2, low=1, doc="Distance of window points."),
        Size("padding", 0, axes=2, doc="Border of zeros."),
        Size("stride", 1, axes=2, low=1, doc=last),
    )


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="unfold",
        title="Unfold",
        family="Shape",
        target="torch.nn.Unfold",
        doc="Makes a column of every window of an image (im2col).",
        help=Help(
            what=(
                "Slides a window over N×C×H×W and lays each one's C·k values down as a "
                "column: N×C·k×L for L windows."
            ),
            formula=r"L = \prod_i \left\lfloor \frac{S_i + 2p - d(k - 1) - 1}{s} "
            r"\right\rfloor + 1",
            when="For patches as tokens, and local layers that convolution lacks.",
            mind="Windows that overlap repeat their values: it takes memory.",
            source="torch.nn.Unfold",
            link=page("torch.nn.Unfold"),
        ),
        params=_windows("Step from window to window."),
        shape=_unfolded,
        brief=lambda args: times(args["kernel_size"], 2),
        aliases=("im2col", "patches", "windows"),
    ),
    Layer(
        kind="fold",
        title="Fold",
        family="Shape",
        target="torch.nn.Fold",
        doc="Adds columns up to an image again (col2im).",
        help=Help(
            what=(
                "Lays every column back as a window of an image of output_size; where "
                "windows overlap, values are added."
            ),
            formula=r"y_{\mathrm{place}} = \sum_{\mathrm{windows}} x",
            when="After working on windows that Unfold made.",
            mind="Fold after Unfold counts overlaps as often as they were taken.",
            source="torch.nn.Fold",
            link=page("torch.nn.Fold"),
        ),
        params=(
            Size("output_size", 8, axes=2, low=1, doc="Height and width that leave."),
            *_windows("Step of the windows."),
        ),
        shape=_folded_back,
        brief=lambda args: "to " + times(args["output_size"], 2),
        aliases=("col2im", "patches", "windows"),
    ),
    Layer(
        kind="pixel_shuffle",
        title="PixelShuffle",
        family="Shape",
        target="torch.nn.PixelShuffle",
        doc="Makes an image r times as large out of r² times the channels.",
        help=Help(
            what="Lays r² channels of a place out as r×r pixels.",
            formula=r"(N, C r^2, H, W) \to (N, C, H r, W r)",
            when="To enlarge images after a convolution: super-resolution.",
            mind="r² must divide the channels.",
            source="Shi et al. 2016, Real-time single image and video super-resolution",
            link=page("torch.nn.PixelShuffle"),
        ),
        params=(Int("upscale_factor", 2, low=1, high=4096, doc="r: how much larger."),),
        inputs=(Port("input"),),
        shape=_spread_out,
        brief=lambda args: f"× {args['upscale_factor']}",
        aliases=("depth to space", "super-resolution", "subpixel"),
    ),
    Layer(
        kind="pixel_unshuffle",
        title="PixelUnshuffle",
        family="Shape",
        target="torch.nn.PixelUnshuffle",
        doc="Makes r² channels of every r×r pixels.",
        help=Help(
            what="Undoes PixelShuffle: r×r pixels become r² channels of one place.",
            formula=r"(N, C, H r, W r) \to (N, C r^2, H, W)",
            when="To shrink images without losing a value.",
            mind="r must divide height and width.",
            source="Shi et al. 2016, Real-time single image and video super-resolution",
            link=page("torch.nn.PixelUnshuffle"),
        ),
        params=(
            Int("downscale_factor", 2, low=1, high=4096, doc="r: how much smaller."),
        ),
        inputs=(Port("input"),),
        shape=_drawn_in,
        brief=lambda args: f"÷ {args['downscale_factor']}",
        aliases=("space to depth",),
    ),
    Layer(
        kind="channel_shuffle",
        title="ChannelShuffle",
        family="Shape",
        target="torch.nn.ChannelShuffle",
        doc="Mixes the channels of several groups, in a fixed order.",
        help=Help(
            what="Takes one channel of each group in turn, so that groups meet.",
            formula=r"(g, C / g) \to (C / g, g) \to C",
            when="Between grouped convolutions, as in ShuffleNet.",
            mind="groups must divide the channels.",
            source="Zhang et al. 2018, ShuffleNet",
            link=page("torch.nn.ChannelShuffle"),
        ),
        params=(Int("groups", 2, low=1, doc="How many groups meet."),),
        inputs=(Port("input"),),
        shape=_shuffled,
        brief=lambda args: f"{args['groups']} groups",
        aliases=("shufflenet", "permute"),
    ),
)
