"""Shape rules and small arithmetic that rows of several families share."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from math import gcd, prod

from engine.catalog.dims import FLOATS, Dim, Shape, Sym, Tensor, agree, single, text
from engine.catalog.spec import Args, Init, Inputs, TensorSpec
from engine.errors import ShapeError

ONES, ZEROS = Init("ones"), Init("zeros")
LETTERS = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
COUNT = {1: "one axis", 2: "two axes", 3: "three axes"}


def page(target: str) -> str:
    """The address of torch's page about a class or function."""
    return f"https://docs.pytorch.org/docs/stable/generated/{target}.html"


def same(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    """What comes out is shaped like the first input."""
    return (next(iter(inputs.values())),)


def fixed(dim: Dim, what: str, port: str) -> int:
    """`dim`, which a module needs as a number when it is made.

    Raises:
        ShapeError: it is a symbol.
    """
    if isinstance(dim, Sym):
        raise ShapeError(
            "{node} needs a fixed number of {what}, but {source} brings {dim}, which "
            "is known only when the network runs. Give the Input a number there.",
            port=port,
            what=what,
            dim=str(dim),
        )
    return dim


def features(port: str) -> Callable[[Args, Inputs], int]:
    """The size of the last axis of `port`, as a derived argument."""

    def derived(args: Args, inputs: Inputs) -> int:
        arriving = inputs[port]
        if not arriving.rank:
            raise ShapeError(
                "{node} needs at least one axis of features, but {source} brings a "
                "single number.",
                port=port,
            )
        return fixed(arriving.shape[-1], "features", port)

    return derived


def uniform_default(fan: int) -> Init:
    """The default of torch for Linear, convolutions and their biases: U(±1/√fan)."""
    bound = fan**-0.5 if fan else 0.0
    return Init("uniform", (("a", -bound), ("b", bound)))


def scale_and_shift(
    shape: tuple[int, ...], *, weight: bool, bias: bool
) -> tuple[TensorSpec, ...]:
    """The learned factor γ and summand β of a normalization; each sees one input."""
    specs = (
        TensorSpec("weight", shape, "weight", 1, 1, ONES),
        TensorSpec("bias", shape, "bias", 1, 1, ZEROS),
    )
    return tuple(spec for spec, kept in zip(specs, (weight, bias), strict=True) if kept)


def work_shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape of one sample: the batch symbol N counts once, wherever it is."""
    return single(tensor.shape)


def work_size(tensor: Tensor) -> int:
    """How many numbers one sample of `tensor` holds."""
    return prod(work_shape(tensor))


def spread(value: object, axes: int) -> tuple[int, ...]:
    """A `Size` as one number for each axis."""
    return tuple(value) if isinstance(value, tuple) else (value,) * axes  # type: ignore[return-value]


def folded(values: Sequence[int]) -> int | tuple[int, ...]:
    """One number for each axis as a `Size` keeps it: equal ones are one."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def divisor(limit: int, *numbers: int) -> int:
    """The largest common divisor of `numbers` that is at most `limit`, at least 1."""
    common = reduce(gcd, numbers)
    return next(d for d in range(min(limit, common), 0, -1) if common % d == 0)


def index(dim: int, rank: int, name: str, port: str, *, room: int = 0) -> int:
    """The axis that `dim` names, counted from the front.

    Args:
        dim: negative numbers count from the end.
        rank: how many axes there are.
        name: the parameter that holds `dim`, for the message.
        port: where the tensor arrives.
        room: 1 lets `dim` of a single number be 0 or -1, as torch does.

    Raises:
        ShapeError: there is no such axis.
    """
    axes = max(rank, room)
    if -axes <= dim < axes:
        return dim % axes
    if not axes:
        raise ShapeError(
            "{node} works along axes, but {source} brings a single number.", port=port
        )
    raise ShapeError(
        "{node} is told {param} = {dim}, but {source} brings {rank} axes, which are "
        "numbered 0 to {last} (or -1 to {first} from the end).",
        port=port,
        fix={} if name.endswith("s") else {name: axes - 1 if dim > 0 else 0},
        param=name,
        dim=dim,
        rank=rank,
        last=axes - 1,
        first=-axes,
    )


def axes_named(dims: tuple[int, ...] | None, rank: int, port: str) -> set[int]:
    """The axes that the parameter `dim` names; None names all.

    Raises:
        ShapeError: one is not there, or is named twice.
    """
    if dims is None:
        return set(range(rank))
    places = [index(dim, rank, "dims", port, room=1) for dim in dims]
    if len(set(places)) < len(places):
        raise ShapeError(
            "{node} is told the same axis twice in dim = {dims}. Name it once.",
            fix={"dim": tuple(dict.fromkeys(places))},
            dims=", ".join(map(str, dims)),
        )
    return set(places)


def axes_of(axes: int, lead: str = "N×C×") -> str:
    """The axes a family works on, for a message: N×C×H×W."""
    return lead + "×".join(LETTERS[axes])


def require_rank(
    arriving: Tensor, ranks: Iterable[int], wanted: str, hint: str, port: str = "input"
) -> None:
    """Refuse a tensor of the wrong number of axes.

    Args:
        arriving: the tensor.
        ranks: the numbers of axes that will do.
        wanted: these in letters: "N×C×H×W or C×H×W".
        hint: what would help.
        port: where it arrives.

    Raises:
        ShapeError: says what is wanted, what came and what fits that.
    """
    if arriving.rank not in ranks:
        raise ShapeError(
            "{node} works on {wanted}, but {source} brings {shape}. {hint}",
            port=port,
            wanted=wanted,
            shape=shown(arriving),
            hint=hint,
        )


def same_dtype(inputs: Inputs, *ports: str) -> None:
    """Refuse inputs of different dtypes, which torch will not multiply.

    Raises:
        ShapeError: names the second one.
    """
    first, *others = (port for port in ports if port in inputs)
    for port in others:
        if inputs[port].dtype != inputs[first].dtype:
            raise ShapeError(
                "{node} multiplies its inputs, so they must have one dtype, but "
                "{first} is {left} and {source} brings {right}. Give the Inputs the "
                "same dtype.",
                port=port,
                first=first,
                left=inputs[first].dtype,
                right=inputs[port].dtype,
            )


def promoted(tensors: Iterable[Tensor]) -> str:
    """The dtype that torch computes in when these meet.

    A floating tensor wins over whole numbers and these over booleans; within a kind,
    tensors with axes win over single numbers, and wide ones over narrow ones.
    """
    dims: dict[bool, str] = {}
    for tensor in tensors:
        ranked = bool(tensor.rank)
        known = dims.get(ranked)
        dims[ranked] = _wider(known, tensor.dtype) if known else tensor.dtype
    if len(dims) == 1:
        return next(iter(dims.values()))
    return dims[False] if _kind(dims[False]) > _kind(dims[True]) else dims[True]


def broadcast(shapes: Sequence[Shape], ports: Sequence[str]) -> Shape:
    """The shape that all `shapes` stretch to, aligned at their last axes.

    Raises:
        ShapeError: two sizes differ and neither is 1.
    """
    result: tuple[Dim, ...] = ()
    for shape, port in zip(shapes, ports, strict=True):
        result = _stretched(result, shape, port)
    return result


def shown(tensor: Tensor) -> str:
    """A tensor's shape for a message: N×3."""
    return text(tensor.shape)


def times(value: object, axes: int = 1) -> str:
    """A `Size` as the line on a node shows it: 3×3, or same; 3 with one axis."""
    return value if isinstance(value, str) else "×".join(map(str, spread(value, axes)))


def _stretched(left: Shape, right: Shape, port: str) -> Shape:
    if left == right:
        return left
    rank = max(len(left), len(right))
    padded = [(1,) * (rank - len(shape)) + shape for shape in (left, right)]
    return tuple(
        _stretch(a, b, rank - axis, left, right, port)
        for axis, (a, b) in enumerate(zip(*padded, strict=True))
    )


def _stretch(a: Dim, b: Dim, back: int, left: Shape, right: Shape, port: str) -> Dim:
    if b == 1 or agree(a, b):
        return a
    if a == 1:
        return b
    raise ShapeError(
        "{node} cannot match {left} with {right} from {source}: on axis -{back} the "
        "one has {a} and the other {b}. Sizes must be equal, or one of them 1.",
        port=port,
        left=text(left),
        right=text(right),
        back=back,
        a=str(a),
        b=str(b),
    )


_WIDTH = {
    "bool": 0,
    "int32": 1,
    "int64": 2,
    "float16": 3,
    "bfloat16": 3,
    "float32": 4,
    "float64": 5,
}


def _kind(dtype: str) -> int:
    return 2 if dtype in FLOATS else int(dtype != "bool")


def _wider(left: str, right: str) -> str:
    if left != right and _WIDTH[left] == _WIDTH[right]:
        return "float32"  # the two half precisions meet in the next wider one
    return max(left, right, key=_WIDTH.__getitem__)
