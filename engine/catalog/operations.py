"""Functions of tensors: arithmetic, joining and averages."""

from collections.abc import Callable

from engine.catalog.dims import (
    Dim,
    Tensor,
    agree,
)
from engine.catalog.params import Bool, Int, Ints
from engine.catalog.rules import (
    axes_named,
    broadcast,
    index,
    page,
    promoted,
    same_dtype,
    shown,
    work_size,
)
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError

_PAIR = (Port("in1"), Port("in2"))
_COUNT = Int(
    "inputs", 2, low=2, high=16, doc="How many tensors meet here.", place="design"
)


def numbered(args: Args) -> tuple[Port, ...]:
    """Ports in1, in2, ... as many as the parameter `inputs` says."""
    return tuple(Port(f"in{number + 1}") for number in range(args["inputs"]))


def elementwise(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    """All inputs stretched to one shape."""
    # from left to right, as the operators are: a sum of two may change the third's part
    ports = list(inputs)
    result = inputs[ports[0]]
    for port in ports[1:]:
        other = inputs[port]
        shape = broadcast((result.shape, other.shape), ("", port))
        result = Tensor(shape, promoted((result, other)))
    return (result,)


def _subtracted(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    for port, tensor in inputs.items():
        if tensor.dtype == "bool":
            raise ShapeError(
                "{node} cannot subtract true and false, but {source} brings bool. Make "
                "that Input a number.",
                port=port,
            )
    return elementwise(args, inputs)


def _multiplied(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    left, right = inputs["in1"], inputs["in2"]
    for port, tensor in inputs.items():
        if not tensor.rank:
            raise ShapeError(
                "{node} multiplies matrices and vectors, but {source} brings a single "
                "number. Multiply takes that.",
                port=port,
            )
    same_dtype(inputs, "in1", "in2")
    if left.dtype == "bool":
        raise ShapeError(
            "{node} cannot multiply matrices of true and false; make the Inputs "
            "numbers."
        )
    _inner(left, right)
    front = broadcast((left.shape[:-2], right.shape[:-2]), ("", "in2"))
    rows = left.shape[-2:-1] if left.rank > 1 else ()
    columns = right.shape[-1:] if right.rank > 1 else ()
    return (Tensor((*front, *rows, *columns), left.dtype),)


def _inner(left: Tensor, right: Tensor) -> None:
    across, down = left.shape[-1], right.shape[-2 if right.rank > 1 else -1]
    if agree(across, down):
        return
    turned = right.rank > 1 and agree(across, right.shape[-1])
    raise ShapeError(
        "{node} multiplies {left} by {right} from {source}: the last axis of the first "
        "({across}) must equal the {which} of the second ({down}). {hint}",
        port="in2",
        left=shown(left),
        right=shown(right),
        across=str(across),
        which="last but one" if right.rank > 1 else "only axis",
        down=str(down),
        hint="Permute the second's last two axes." if turned else "Change one of them.",
    )


def _matmul_work(args: Args, inputs: Inputs) -> int:
    (made,) = _multiplied(args, inputs)
    return work_size(made) * work_size(Tensor(inputs["in1"].shape[-1:]))


def _joined(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    ports = list(inputs)
    first = inputs[ports[0]]
    for port in ports:
        _same_rank(first, inputs[port], port)
    axis = index(args["dim"], first.rank, "dim", ports[0])
    for port in ports[1:]:
        _only_differs(first, inputs[port], axis, port)
    total: Dim = 0
    for tensor in inputs.values():
        total = tensor.shape[axis] + total
    shape = (*first.shape[:axis], total, *first.shape[axis + 1 :])
    return (Tensor(shape, promoted(inputs.values())),)


def _same_rank(first: Tensor, other: Tensor, port: str) -> None:
    if not other.rank:
        raise ShapeError(
            "{node} joins tensors along an axis, but {source} brings a single number.",
            port=port,
        )
    if first.rank != other.rank:
        raise ShapeError(
            "{node} joins tensors with as many axes each, but the first is {left} and "
            "{source} brings {right}. Reshape one of them.",
            port=port,
            left=shown(first),
            right=shown(other),
        )


def _only_differs(first: Tensor, other: Tensor, axis: int, port: str) -> None:
    """Refuse tensors that differ anywhere but on the axis they are joined along.

    Raises:
        ShapeError: says where, and along which axis they would fit.
    """
    pairs = zip(first.shape, other.shape, strict=True)
    apart = [place for place, pair in enumerate(pairs) if not agree(*pair)]
    if all(place == axis for place in apart):
        return
    place = next(place for place in apart if place != axis)
    raise ShapeError(
        "{node} joins along axis {axis}, so all others must be equal, but the first is "
        "{left} and {source} brings {right}: axis {place} is {a} and {b}. {hint}",
        port=port,
        fix={"dim": place} if len(apart) == 1 else {},
        axis=axis,
        left=shown(first),
        right=shown(other),
        place=place,
        a=str(first.shape[place]),
        b=str(other.shape[place]),
        hint=f"Join along dim = {place}." if len(apart) == 1 else "Make them equal.",
    )


def averaged(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    """What is left when axes are summed up: they go, or stay with size 1."""
    arriving = inputs["input"]
    gone = axes_named(args["dim"], arriving.rank, "input")
    shape: list[Dim] = []
    for axis, dim in enumerate(arriving.shape):
        if axis not in gone:
            shape.append(dim)
        elif args["keepdim"]:
            shape.append(1)
    return (Tensor(tuple(shape), arriving.dtype),)


def axes_brief(name: str) -> Callable[[Args], str]:
    """The line on a node that works along axes."""

    def brief(args: Args) -> str:
        dims = args[name]
        return "all axes" if dims is None else "axes " + ", ".join(map(str, dims))

    return brief


_STRETCH = (
    "Shapes are aligned at their last axes, and axes of size 1 are stretched: N×1 and "
    "5 make N×5, which is not always meant."
)


ROWS: tuple[Operator, ...] = (
    Operation(
        kind="add",
        title="Add",
        family="Arithmetic",
        target="torch.add",
        doc="Adds tensors, stretching axes of size 1.",
        help=Help(
            what="Adds its inputs element by element.",
            formula=r"y = x_1 + x_2 + \cdots",
            when=(
                "To join branches: the skip of a residual network, positions to tokens."
            ),
            mind=_STRETCH,
            source="He et al. 2016, Deep residual learning; torch.add",
            link=page("torch.add"),
        ),
        params=(_COUNT,),
        inputs=numbered,
        shape=elementwise,
        style="fold",
        sign="+",
        aliases=("+", "sum", "plus", "residual", "skip"),
    ),
    Operation(
        kind="subtract",
        title="Subtract",
        family="Arithmetic",
        target="torch.sub",
        doc="The first minus the second, stretching axes of size 1.",
        help=Help(
            what="Subtracts the second input from the first, element by element.",
            formula="y = x_1 - x_2",
            when="For differences: errors, contrasts, comparing two branches.",
            mind=_STRETCH,
            source="torch.sub",
            link=page("torch.sub"),
        ),
        inputs=_PAIR,
        shape=_subtracted,
        style="fold",
        sign="-",
        aliases=("-", "minus", "difference"),
    ),
    Operation(
        kind="multiply",
        title="Multiply",
        family="Arithmetic",
        target="torch.mul",
        doc="Multiplies element by element, stretching axes of size 1.",
        help=Help(
            what="Multiplies its inputs element by element.",
            formula=r"y = x_1 \odot x_2 \odot \cdots",
            when=(
                "For gates and attention: one branch says how much of the other passes."
            ),
            mind=_STRETCH + " For a matrix product take Matmul.",
            source="Hu et al. 2018, Squeeze-and-excitation networks; torch.mul",
            link=page("torch.mul"),
        ),
        params=(_COUNT,),
        inputs=numbered,
        shape=elementwise,
        style="fold",
        sign="*",
        aliases=("*", "times", "product", "gate", "hadamard"),
    ),
    Operation(
        kind="matmul",
        title="Matmul",
        family="Arithmetic",
        target="torch.matmul",
        doc="The matrix product of two tensors, for every sample.",
        help=Help(
            what=(
                "Multiplies the last two axes as matrices; the axes before them are "
                "stretched to fit. A vector is a row on the left, a column on the "
                "right."
            ),
            formula=r"y_{ij} = \sum_k a_{ik} b_{kj}",
            when="When both factors come from the network, as scores in attention do.",
            mind=(
                "The last axis of the first must equal the last but one of the second."
            ),
            source="torch.matmul",
            link=page("torch.matmul"),
        ),
        inputs=_PAIR,
        shape=_multiplied,
        mult_adds=_matmul_work,
        aliases=("@", "matrix product", "dot", "bmm", "scores"),
    ),
    Operation(
        kind="concatenate",
        title="Concatenate",
        family="Arithmetic",
        target="torch.cat",
        doc="Joins tensors along an axis; all others must be equal.",
        help=Help(
            what="Puts its inputs one after the other along axis dim.",
            formula=r"(N, C_1, \ldots), (N, C_2, \ldots) \to (N, C_1 + C_2, \ldots)",
            when="To keep what several branches found: U-Net skips, inception blocks.",
            mind="It grows the axis, so the next layer costs more; Add does not.",
            source="torch.cat",
            link=page("torch.cat"),
        ),
        params=(
            Int(
                "dim",
                1,
                low=-16,
                high=15,
                place="forward",
                doc="The axis that grows; 1 holds features and channels.",
            ),
            _COUNT,
        ),
        inputs=numbered,
        shape=_joined,
        style="gather",
        brief=lambda args: f"axis {args['dim']}",
        aliases=("cat", "concat", "join", "stack", "merge"),
    ),
    Operation(
        kind="mean",
        title="Mean",
        family="Arithmetic",
        target="torch.mean",
        doc="The mean over one or more axes.",
        help=Help(
            what="Averages over the axes dim, which disappear unless keepdim is on.",
            formula=r"y = \frac{1}{n} \sum_{i=1}^{n} x_i",
            when="For global pooling, and to sum up a sequence into one vector.",
            mind="Without dim it averages everything, the batch too.",
            source="torch.mean",
            link=page("torch.mean"),
        ),
        params=(
            Ints(
                "dim",
                (-1,),
                low=-16,
                high=15,
                optional=True,
                place="forward",
                doc="Axes to average over; none is all.",
            ),
            Bool("keepdim", False, place="forward", doc="Keep them with size 1."),
        ),
        inputs=(Port("input", "float"),),
        shape=averaged,
        brief=axes_brief("dim"),
        aliases=("average", "pool", "reduce"),
    ),
)
