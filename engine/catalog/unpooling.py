"""Max unpooling: each maximum goes back to where it was found."""

from collections.abc import Callable

from engine.catalog.dims import Dim, Tensor, agree, sample, text
from engine.catalog.params import Ints, Size
from engine.catalog.rules import (
    axes_of,
    page,
    require_rank,
    shown,
    spread,
    times,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError


def _unpooled(axes: int) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    """Compute (in − 1)·stride − 2·padding + kernel, or leave a size close to it."""

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving, indices = inputs["input"], inputs["indices"]
        rank = arriving.rank
        near = f"MaxUnpool{rank - 2}d takes that."
        wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
        hint = near if rank in (3, 4, 5) else "Reshape it before."
        require_rank(arriving, (axes + 1, axes + 2), wanted, hint)
        _indices(arriving, indices)
        kernel, padding = (
            spread(args["kernel_size"], axes),
            spread(args["padding"], axes),
        )
        strides = args["kernel_size"] if args["stride"] is None else args["stride"]
        stride = spread(strides, axes)
        front, spatial = arriving.shape[:-axes], arriving.shape[-axes:]
        columns = zip(spatial, kernel, stride, padding, strict=True)
        sides: tuple[Dim, ...] = tuple(
            (size - 1) * s - 2 * p + k for size, k, s, p in columns
        )
        wanted_size = args["output_size"]
        if wanted_size is not None:
            _near(wanted_size, sides, stride)
            sides = wanted_size
        if any(sample(side) < 1 for side in sides):
            raise ShapeError(
                "{node} cuts {padding} off every side, which leaves nothing of what "
                "{source} brings ({shape}). Pad as the pooling did.",
                port="input",
                fix={"padding": 0},
                padding=text(padding),
                shape=shown(arriving),
            )
        return (Tensor((*front, *sides), arriving.dtype),)

    return shape


def _indices(arriving: Tensor, indices: Tensor) -> None:
    if indices.dtype != "int64":
        raise ShapeError(
            "{node} needs places as int64, but {source} brings {dtype}. Wire it to the "
            "indices of the max pooling.",
            port="indices",
            dtype=indices.dtype,
        )
    pairs = zip(arriving.shape, indices.shape, strict=False)
    if arriving.rank != indices.rank or not all(agree(a, b) for a, b in pairs):
        raise ShapeError(
            "{node} needs a place for each value, but the values are {left} and "
            "{source} brings {right}. Wire it to the indices of the max pooling that "
            "it undoes.",
            port="indices",
            left=shown(arriving),
            right=shown(indices),
        )


def _near(
    given: tuple[int, ...], sides: tuple[Dim, ...], stride: tuple[int, ...]
) -> None:
    if len(given) != len(sides):
        raise ShapeError(
            "{node} has {count} numbers in output_size, but {axes} axes to fill. Give "
            "one for each, or none.",
            fix={"output_size": None},
            count=len(given),
            axes=len(sides),
        )
    for want, side, step in zip(given, sides, stride, strict=True):
        if not sample(side) - step < want < sample(side) + step:
            raise ShapeError(
                "{node} can leave sizes less than a stride ({step}) away from {side}, "
                "not {want}. Set output_size to the pooling's input, or to none.",
                fix={"output_size": None},
                step=step,
                side=str(side),
                want=want,
            )


def _max_unpool(axes: int) -> Layer:
    target = f"torch.nn.MaxUnpool{axes}d"
    return Layer(
        kind=f"max_unpool{axes}d",
        title=f"MaxUnpool{axes}d",
        family="Pooling",
        target=target,
        doc="Puts each maximum back where the pooling found it, zeros elsewhere.",
        help=Help(
            what=(
                "The partial inverse of MaxPool: values go to the places that its "
                "indices name; everything else is 0."
            ),
            formula=(r"y_{\mathrm{indices}_i} = x_i, \quad L' = (L - 1) s - 2 p + k"),
            when="In decoders that mirror an encoder, such as SegNet.",
            mind=(
                "Give it the pooling's kernel, stride and padding. Several sizes pool "
                "to one: output_size says which it was."
            ),
            source="Zeiler and Fergus 2014, Visualizing and understanding "
            "convolutional networks",
            link=page(target),
        ),
        params=(
            Size("kernel_size", 2, axes=axes, low=1, doc="The pooling's."),
            Size(
                "stride",
                None,
                axes=axes,
                low=1,
                optional=True,
                doc="The pooling's; none is the kernel's size.",
            ),
            Size("padding", 0, axes=axes, doc="The pooling's."),
            Ints(
                "output_size",
                None,
                low=1,
                most=axes,
                optional=True,
                place="forward",
                doc="The sizes that leave; none is the smallest that fit.",
            ),
        ),
        inputs=(
            Port("input", "float"),
            Port("indices", "int", doc="What the max pooling gave beside its output."),
        ),
        shape=_unpooled(axes),
        brief=lambda args: times(args["kernel_size"], axes),
        aliases=("inverse", "upsample", "segnet", "decoder"),
    )


ROWS: tuple[Operator, ...] = tuple(_max_unpool(axes) for axes in (1, 2, 3))
