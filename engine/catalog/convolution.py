"""Convolutions and their transposes over one, two and three axes."""

from collections.abc import Callable
from math import prod

from engine.catalog.dims import Dim, Shape, Tensor, text
from engine.catalog.params import Bool, Choice, Int, Param, Size
from engine.catalog.rules import (
    COUNT,
    LETTERS,
    axes_of,
    divisor,
    fixed,
    folded,
    page,
    require_rank,
    spread,
    times,
    uniform_default,
    work_shape,
    work_size,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, TensorSpec
from engine.errors import ShapeError

Rule = Callable[[Args, Inputs], tuple[Tensor, ...]]

_DATA = {1: "a sequence", 2: "an image", 3: "a volume"}


def _channels(axes: int, stem: str) -> Callable[[Args, Inputs], int]:
    """in_channels: the axis before the spatial ones."""

    def derived(args: Args, inputs: Inputs) -> int:
        arriving = inputs["input"]
        wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
        hint = _fitting(arriving.rank, stem)
        require_rank(arriving, (axes + 1, axes + 2), wanted, hint)
        return fixed(arriving.shape[-axes - 1], "channels", "input")

    return derived


def _fitting(rank: int, stem: str) -> str:
    if rank == 2:
        return "A Linear takes that; or make spatial axes with an Unflatten."
    if rank in (3, 4, 5):
        return f"{stem}{rank - 2}d takes that."
    return "Reshape it before."


def _groups_divide(args: Args) -> None:
    inside, outside = args["in_channels"], args["out_channels"]
    groups = args["groups"]
    if inside % groups or outside % groups:
        raise ShapeError(
            "{node} splits its channels into {groups} groups, but {groups} does not "
            "divide both the {inside} that arrive and the {outside} that leave. Choose "
            "groups = {better}, or other out_channels.",
            fix={"groups": divisor(groups, inside, outside)},
            groups=groups,
            inside=inside,
            outside=outside,
            better=divisor(groups, inside, outside),
        )


def _convolved(axes: int) -> Rule:
    """Compute ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1."""

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        _groups_divide(args)
        spatial = arriving.shape[-axes:]
        if args["padding"] == "same":
            sides = _same(args, axes, spatial)
        else:
            sides = _slid(args, axes, spatial, arriving)
        front = arriving.shape[: -axes - 1]
        return (Tensor((*front, args["out_channels"], *sides), arriving.dtype),)

    return shape


def _same(args: Args, axes: int, spatial: Shape) -> Shape:
    if args["stride"] not in (1, (1,) * axes):
        raise ShapeError(
            "{node} cannot keep the size (padding = same) while it strides. Set stride "
            "to 1, or give padding as numbers.",
            fix={"stride": 1},
        )
    kernel, dilation = spread(args["kernel_size"], axes), spread(args["dilation"], axes)
    border = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    # torch puts the odd one behind: that side is the larger
    _wraps(args, spatial, [total - total // 2 for total in border])
    return spatial


def _slid(args: Args, axes: int, spatial: Shape, arriving: Tensor) -> Shape:
    named = args["padding"] == "valid"
    padding = (0,) * axes if named else spread(args["padding"], axes)
    kernel, stride, dilation = (
        spread(args[name], axes) for name in ("kernel_size", "stride", "dilation")
    )
    if not named:
        _wraps(args, spatial, padding)
    padded = [size + 2 * p for size, p in zip(spatial, padding, strict=True)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(size < need for size, need in zip(padded, reach, strict=True)):
        _too_large(args, axes, padded, dilation, reach, arriving)
    return tuple(
        (size - need) // s + 1
        for size, need, s in zip(padded, reach, stride, strict=True)
    )


def _too_large(
    args: Args,
    axes: int,
    padded: list[Dim],
    dilation: tuple[int, ...],
    reach: list[int],
    arriving: Tensor,
) -> None:
    sizes = [size if isinstance(size, int) else size.value for size in padded]
    kernel = spread(args["kernel_size"], axes)
    best = [
        min(k, (size - 1) // d + 1)
        for k, size, d in zip(kernel, sizes, dilation, strict=True)
    ]
    raise ShapeError(
        "{node} has a kernel that reaches over {reach}, but {source} brings only "
        "{size} ({shape}, padding included). Make kernel_size {best}, or add padding.",
        port="input",
        fix={"kernel_size": folded(best)},
        reach=text(tuple(reach)),
        size=text(tuple(padded)),
        shape=text(arriving.shape),
        best=text(tuple(best)),
    )


def _wraps(args: Args, spatial: Shape, padding: tuple[int, ...] | list[int]) -> None:
    """Refuse a border that mirrors or wraps more than there is.

    Raises:
        ShapeError: reflect needs padding < size, circular padding <= size.
    """
    mode = args["padding_mode"]
    slack = {"reflect": 1, "circular": 0}.get(mode)
    if slack is None or not any(padding):
        return
    for size, border in zip(spatial, padding, strict=True):
        if size < border + slack:
            raise ShapeError(
                "{node} pads by {border} with {mode}, which takes the border from the "
                "input itself, but {source} brings only {size} there. Pad less, or "
                "with padding_mode = zeros.",
                port="input",
                fix={"padding_mode": "zeros"},
                border=border,
                mode=mode,
                size=str(size),
            )


def _unfolded(axes: int) -> Rule:
    """Compute (in − 1)·stride − 2·padding + dilation·(kernel − 1) + extra + 1."""

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        _groups_divide(args)
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        columns = list(zip(*(spread(args[n], axes) for n in names), strict=True))
        _extra_fits(columns)
        spatial = arriving.shape[-axes:]
        sides = tuple(
            (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
            for size, (k, s, p, extra, d) in zip(spatial, columns, strict=True)
        )
        if any(side < 1 for side in sides):
            _vanished(spatial, columns, sides)
        front = arriving.shape[: -axes - 1]
        return (Tensor((*front, args["out_channels"], *sides), arriving.dtype),)

    return shape


def _extra_fits(columns: list[tuple[int, ...]]) -> None:
    limits = [max(s, d) - 1 for _, s, _, _, d in columns]
    extra = [column[3] for column in columns]
    if any(e > limit for e, limit in zip(extra, limits, strict=True)):
        best = [min(e, limit) for e, limit in zip(extra, limits, strict=True)]
        raise ShapeError(
            "{node} has output_padding {extra}, which must be smaller than the stride "
            "or the dilation: at most {best}.",
            fix={"output_padding": folded(best)},
            extra=text(tuple(extra)),
            best=text(tuple(limits)),
        )


def _vanished(spatial: Shape, columns: list[tuple[int, ...]], sides: Shape) -> None:
    best = [
        min(p, ((size if isinstance(size, int) else size.value) - 1) * s // 2)
        for size, (_, s, p, _, _) in zip(spatial, columns, strict=True)
    ]
    raise ShapeError(
        "{node} would leave {sides}: its padding takes more away than there is. Make "
        "padding at most {best}.",
        port="input",
        fix={"padding": folded(best)},
        sides=text(sides),
        best=text(tuple(best)),
    )


def _tensors(args: Args, axes: int, *, transposed: bool) -> tuple[TensorSpec, ...]:
    inside, outside = args["in_channels"], args["out_channels"]
    groups, kernel = args["groups"], spread(args["kernel_size"], axes)
    fan_in = inside // groups * prod(kernel)
    fan_out = outside // groups * prod(kernel)
    if transposed:
        shape = (inside, outside // groups, *kernel)
        draw = uniform_default(fan_out)  # torch reads fan_in off this shape's axis 1
    else:
        shape = (outside, inside // groups, *kernel)
        draw = uniform_default(fan_in)
    weight = TensorSpec("weight", shape, "weight", fan_in, fan_out, draw)
    bias = TensorSpec("bias", (outside,), "bias", fan_in, fan_out, draw)
    return (weight, bias) if args["bias"] else (weight,)


def _work(axes: int) -> Callable[[Args, Inputs], int]:
    """Every output value sums in_channels/groups kernels."""
    rule = _convolved(axes)

    def mult_adds(args: Args, inputs: Inputs) -> int:
        (made,) = rule(args, inputs)
        kernel = prod(spread(args["kernel_size"], axes))
        each: int = args["in_channels"] // args["groups"]
        return work_size(made) * each * kernel

    return mult_adds


def _work_transposed(axes: int) -> Callable[[Args, Inputs], int]:
    """Every input value is spread over out_channels/groups kernels."""

    def mult_adds(args: Args, inputs: Inputs) -> int:
        values = prod(work_shape(inputs["input"]))
        kernel = prod(spread(args["kernel_size"], axes))
        each: int = args["out_channels"] // args["groups"]
        return values * each * kernel

    return mult_adds


def _brief(axes: int) -> Callable[[Args], str]:
    def brief(args: Args) -> str:
        parts = [times(args["kernel_size"], axes), str(args["out_channels"])]
        for name, plain in (("stride", 1), ("padding", 0), ("dilation", 1)):
            if args[name] != plain:
                parts.append(f"{name} {times(args[name])}")
        if args["groups"] != 1:
            parts.append(f"{args['groups']} groups")
        return ", ".join(parts)

    return brief


def _params(axes: int, *, transposed: bool) -> tuple[Param, ...]:
    words = () if transposed else ("valid", "same")
    out = Int("out_channels", 32, low=1, doc="Number of kernels: channels that leave.")
    kernel = Size("kernel_size", 3, axes=axes, low=1, doc="Side of the kernel.")
    stride = Size("stride", 1, axes=axes, low=1, doc="Step from one place to the next.")
    padding = Size(
        "padding",
        0,
        axes=axes,
        words=words,
        doc="Border added on both sides"
        + ("." if transposed else "; same keeps the size."),
    )
    dilation = Size("dilation", 1, axes=axes, low=1, doc="Distance of kernel points.")
    groups = Int("groups", 1, low=1, doc="Channels are split into this many groups.")
    bias = Bool("bias", True, doc="Whether to add a learnable bias to each channel.")
    modes = ("zeros",) if transposed else ("zeros", "reflect", "replicate", "circular")
    mode = Choice("padding_mode", "zeros", options=modes, doc="What the border holds.")
    if transposed:
        extra = Size(
            "output_padding", 0, axes=axes, doc="Added to one side of the output."
        )
        return (out, kernel, stride, padding, extra, groups, bias, dilation, mode)
    return (out, kernel, stride, padding, dilation, groups, bias, mode)


def _conv(axes: int) -> Layer:
    target = f"torch.nn.Conv{axes}d"
    sides = axes_of(axes)
    return Layer(
        kind=f"conv{axes}d",
        title=f"Conv{axes}d",
        family="Convolution",
        target=target,
        doc=f"Slides out_channels kernels over {_DATA[axes]} ({sides}).",
        help=Help(
            what=(
                f"Every kernel is a small pattern that is compared with each place of "
                f"{_DATA[axes]}; it works on {COUNT[axes]} ({'×'.join(LETTERS[axes])}) "
                "and sums over all channels of its group."
            ),
            formula=(
                r"y_{o} = b_o + \sum_{c} w_{o,c} \star x_{c}, \quad "
                r"L' = \left\lfloor \frac{L + 2p - d(k - 1) - 1}{s} \right\rfloor + 1"
            ),
            when=(
                "Wherever the same pattern may appear at any place. Two kernels of 3 "
                "in a row see as far as one of 5 and cost less."
            ),
            mind=(
                "With an odd kernel and stride 1, padding = same keeps the size. A "
                "bias right before a batch normalization is useless. Groups equal to "
                "the channels make it depthwise."
            ),
            source="LeCun et al. 1989, Backpropagation applied to handwritten zip code "
            f"recognition; {target}",
            link=page(target),
        ),
        params=_params(axes, transposed=False),
        shape=_convolved(axes),
        derived={"in_channels": _channels(axes, "Conv")},
        tensors=lambda args, inputs: _tensors(args, axes, transposed=False),
        mult_adds=_work(axes),
        brief=_brief(axes),
        aliases=("convolution", "kernel", "filter", "cnn", "depthwise", "same"),
    )


def _conv_transpose(axes: int) -> Layer:
    target = f"torch.nn.ConvTranspose{axes}d"
    return Layer(
        kind=f"conv_transpose{axes}d",
        title=f"ConvTranspose{axes}d",
        family="Convolution",
        target=target,
        doc=f"Spreads every value of {_DATA[axes]} over a kernel: learned upsampling.",
        help=Help(
            what=(
                "The transpose of a convolution: every input value is multiplied with "
                "the kernel and added to the output at its place, stride apart."
            ),
            formula=r"L' = (L - 1)s - 2p + d(k - 1) + p_{out} + 1",
            when="To make small maps large again: decoders, generators, segmentation.",
            mind=(
                "A kernel that the stride does not divide leaves a checkerboard. "
                "output_padding chooses among the sizes a strided convolution could "
                "have come from; it must be smaller than stride or dilation."
            ),
            source="Zeiler et al. 2010, Deconvolutional networks; Odena et al. 2016, "
            "Deconvolution and checkerboard artifacts",
            link=page(target),
        ),
        params=_params(axes, transposed=True),
        shape=_unfolded(axes),
        derived={"in_channels": _channels(axes, "ConvTranspose")},
        tensors=lambda args, inputs: _tensors(args, axes, transposed=True),
        mult_adds=_work_transposed(axes),
        brief=_brief(axes),
        aliases=("deconvolution", "upconvolution", "fractionally strided", "decoder"),
    )


ROWS: tuple[Operator, ...] = (
    *(_conv(axes) for axes in (1, 2, 3)),
    *(_conv_transpose(axes) for axes in (1, 2, 3)),
)
