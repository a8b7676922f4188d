"""Layers that change shape only: Flatten and Unflatten."""

from math import prod

from engine.catalog.dims import Dim, Shape, Tensor, product, quotient, text
from engine.catalog.params import Int, Ints
from engine.catalog.rules import index, page, shown
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError


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
)
