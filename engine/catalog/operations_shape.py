"""Operations that say the same numbers in another shape: reshape and permute."""

from engine.catalog.dims import (
    Dim,
    Shape,
    Sym,
    Tensor,
    product,
    quotient,
    text,
)
from engine.catalog.params import Dims, Ints
from engine.catalog.rules import (
    page,
    shown,
)
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError


def _reshaped(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    wanted = [_named(part, arriving) for part in args["shape"]]
    holes = [place for place, part in enumerate(wanted) if part == -1]
    rest = _left_over(arriving, [part for part in wanted if part != -1])
    if rest is None or (not holes and rest != 1):
        raise ShapeError(
            "{node} cannot lay {given}, which {source} brings ({count} values), out as "
            "{wanted}. {hint}",
            port="input",
            given=shown(arriving),
            count=str(product(arriving.shape)),
            wanted=text(tuple(args["shape"])),
            hint="A -1 stands for what is left; its axis must come out even."
            if holes
            else "The product of the sizes has to stay.",
        )
    made: Shape = tuple(rest if part == -1 else part for part in wanted)
    return (Tensor(made, arriving.dtype),)


def _named(part: int | str | Sym, arriving: Tensor) -> Dim:
    """The dimension a name such as N stands for, found in what arrives.

    Raises:
        ShapeError: nothing there is called so.
    """
    if not isinstance(part, str):
        return part
    for dim in arriving.shape:
        if isinstance(dim, Sym) and str(dim) == part:
            return dim
    raise ShapeError(
        "{node} names {part} in its shape, but {source} brings {shape}, where nothing "
        "is called {part}. Use a number, or -1.",
        port="input",
        part=part,
        shape=shown(arriving),
    )


def _left_over(arriving: Tensor, known: list[Dim]) -> Dim | None:
    """The values of `arriving` for each of the `known` axes; None if uneven."""
    numbers = product(dim for dim in known if isinstance(dim, int))
    rest: Dim | None = quotient(product(arriving.shape), numbers)
    for dim in known:
        if isinstance(dim, Sym) and rest is not None:
            rest = quotient(rest, dim)
    return rest


def _permuted(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    dims, rank = args["dims"], arriving.rank
    places = [dim % rank if rank and -rank <= dim < rank else None for dim in dims]
    if None in places or sorted(places) != list(range(rank)):  # type: ignore[type-var]
        raise ShapeError(
            "{node} is told dims {dims}, but {source} brings {shape}: name each of its "
            "{rank} axes, 0 to {last}, exactly once.",
            port="input",
            fix=_permutation(dims, rank),
            dims=", ".join(map(str, dims)),
            shape=shown(arriving),
            rank=rank,
            last=rank - 1,
        )
    shape = tuple(arriving.shape[place] for place in places if place is not None)
    return (Tensor(shape, arriving.dtype),)


def _permutation(dims: tuple[int, ...], rank: int) -> dict[str, tuple[int, ...]]:
    """The nearest permutation: what is right stays, the rest follows in order."""
    if not rank:
        return {}
    kept = dict.fromkeys(dim % rank for dim in dims if -rank <= dim < rank)
    return {"dims": (*kept, *(axis for axis in range(rank) if axis not in kept))}


ROWS: tuple[Operator, ...] = (
    Operation(
        kind="reshape",
        title="Reshape",
        family="Shape",
        target="torch.reshape",
        doc="Lays the same values out in another shape.",
        help=Help(
            what="Keeps the values and their order, and gives them new axes.",
            formula=r"\prod_i s_i = \prod_j s'_j",
            when="To split heads, join axes, make images of vectors and back.",
            mind=(
                "It does not move values: to swap axes take Permute. Names such as N "
                "stand for the size that arrives, one -1 for what is left."
            ),
            source="torch.reshape",
            link=page("torch.reshape"),
        ),
        params=(
            Dims(
                "shape",
                ("N", -1),
                low=-1,
                place="forward",
                doc="The new sizes: N, numbers, and one -1 for what is left.",
            ),
        ),
        inputs=(Port("input"),),
        shape=_reshaped,
        brief=lambda args: text(tuple(args["shape"])),
        aliases=("view", "flatten", "resize"),
    ),
    Operation(
        kind="permute",
        title="Permute",
        family="Shape",
        target="torch.permute",
        doc="Puts the axes into another order.",
        help=Help(
            what="Axis dims[i] of the input becomes axis i of the output.",
            formula=r"y_{i_0 i_1 i_2} = x_{i_{\pi(0)} i_{\pi(1)} i_{\pi(2)}}",
            when=(
                "To bring features to the last axis or channels to the second, and "
                "between N×L×F and L×N×F."
            ),
            mind="Each axis must be named exactly once.",
            source="torch.permute",
            link=page("torch.permute"),
        ),
        params=(
            Ints(
                "dims",
                (0, 2, 1),
                low=-16,
                high=15,
                place="forward",
                doc="The old axes in their new order.",
            ),
        ),
        inputs=(Port("input"),),
        shape=_permuted,
        brief=lambda args: ", ".join(map(str, args["dims"])),
        aliases=("transpose", "swap", "axes", "channels last"),
    ),
)
