"""Operations that cut along an axis: into parts, to a stretch of it, to one place."""

from engine.catalog.dims import Dim, Tensor, quotient, sample
from engine.catalog.operations_axes import ANY, along, without
from engine.catalog.params import Int, Ints
from engine.catalog.rules import fixed, index, page, shown
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError


def _split(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, sizes = inputs["input"], args["split_size_or_sections"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    whole = fixed(arriving.shape[axis], "places to split", "input")
    if whole != sum(sizes):
        raise ShapeError(
            "{node} splits into {sizes}, which is {total} in all, but {source} brings "
            "{whole} on axis {axis} ({shape}). Make the sizes add up to that.",
            port="input",
            sizes=" + ".join(map(str, sizes)),
            total=sum(sizes),
            whole=whole,
            axis=axis,
            shape=shown(arriving),
        )
    return tuple(
        Tensor(without(arriving.shape, axis, size), arriving.dtype) for size in sizes
    )


def _chunked(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, count = inputs["input"], args["chunks"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    size = arriving.shape[axis]
    part = quotient(size, count)
    if part is None or sample(part) < 1:
        raise ShapeError(
            "{node} cuts an axis into {count} equal parts, but {source} brings {size} "
            "there ({shape}), which {count} does not divide. Split takes sizes that "
            "differ.",
            port="input",
            count=count,
            size=str(size),
            shape=shown(arriving),
        )
    made = Tensor(without(arriving.shape, axis, part), arriving.dtype)
    return tuple(made for _ in range(count))


def _sliced(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, step = inputs["input"], args["step"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    size = arriving.shape[axis]
    first = _bound(args["start"], size, 0)
    last = _bound(args["stop"], size, size)
    count = (last - first + step - 1) // step
    if sample(last) <= sample(first):
        raise ShapeError(
            "{node} takes places {first} to {last} of an axis, but {source} brings "
            "{size} there ({shape}): nothing is left. Change start or stop.",
            port="input",
            fix={"start": 0, "stop": None},
            first=args["start"],
            last="the end" if args["stop"] is None else args["stop"],
            size=str(size),
            shape=shown(arriving),
        )
    return (Tensor(without(arriving.shape, axis, count), arriving.dtype),)


def _bound(place: int | None, size: Dim, default: Dim) -> Dim:
    """A place counted from the front, within 0 and `size`, as Python slices."""
    if place is None:
        return default
    found: Dim = place if place >= 0 else size + place
    if sample(found) < 0:
        return 0
    return size if sample(found) > sample(size) else found


def _selected(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, place = inputs["input"], args["index"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    size = sample(arriving.shape[axis])
    if not -size <= place < size:
        raise ShapeError(
            "{node} takes place {place} of an axis, but {source} brings {size} there "
            "({shape}), numbered from 0 (or from -1 backwards).",
            port="input",
            fix={"index": size - 1 if place > 0 else 0},
            place=place,
            size=str(arriving.shape[axis]),
            shape=shown(arriving),
        )
    return (Tensor(without(arriving.shape, axis), arriving.dtype),)


def _parts(args: Args) -> tuple[Port, ...]:
    sizes = args.get("split_size_or_sections", ())
    count = args.get("chunks") or len(sizes)
    return tuple(Port(f"part{number + 1}") for number in range(count))


def _slice_brief(args: Args) -> str:
    stop = "" if args["stop"] is None else args["stop"]
    step = f":{args['step']}" if args["step"] > 1 else ""
    return f"axis {args['dim']}, {args['start']}:{stop}{step}"


ROWS: tuple[Operator, ...] = (
    Operation(
        kind="split",
        title="Split",
        family="Arithmetic",
        target="torch.split",
        doc="Cuts an axis into parts of given sizes.",
        help=Help(
            what="Gives one output for each size, one after the other along dim.",
            formula=r"(N, a + b) \to (N, a), (N, b)",
            when="To send channels different ways, or take queries, keys and values "
            "out of one Linear.",
            mind="The sizes must add up to the axis.",
            source="torch.split",
            link=page("torch.split"),
        ),
        params=(
            Ints(
                "split_size_or_sections",
                (1, 1),
                low=1,
                least=2,
                place="forward",
                doc="The size of each part.",
            ),
            along(),
        ),
        inputs=ANY,
        outputs=_parts,
        shape=_split,
        brief=lambda args: " + ".join(map(str, args["split_size_or_sections"])),
        aliases=("cut", "parts", "branch"),
    ),
    Operation(
        kind="chunk",
        title="Chunk",
        family="Arithmetic",
        target="torch.chunk",
        doc="Cuts an axis into equal parts.",
        help=Help(
            what="Gives chunks outputs, each an equal part of axis dim.",
            formula=r"(N, 2 D) \to (N, D), (N, D)",
            when="To halve channels (ShuffleNetV2), or for queries, keys and values.",
            mind="Fanin wants it to come out even; torch would make the last smaller.",
            source="torch.chunk",
            link=page("torch.chunk"),
        ),
        params=(
            Int("chunks", 2, low=2, high=16, place="forward", doc="How many parts."),
            along(),
        ),
        inputs=ANY,
        outputs=_parts,
        shape=_chunked,
        brief=lambda args: f"{args['chunks']} parts, axis {args['dim']}",
        aliases=("split", "halves", "parts"),
    ),
    Operation(
        kind="slice",
        title="Slice",
        family="Arithmetic",
        target="torch.narrow",
        doc="Takes places from start to stop of an axis.",
        help=Help(
            what="Takes every step-th place of axis dim, from start up to before stop.",
            formula=r"y_i = x_{\mathrm{start} + i \cdot \mathrm{step}}",
            when="To crop, to drop a border, to take the first steps of a sequence.",
            mind="Negative places count from the end, as in Python. The axis stays, "
            "even with one place; Select drops it.",
            source="Python's own slices: x[:, 1:5]",
            link=page("torch.narrow"),
        ),
        params=(
            along(),
            Int("start", 0, low=-(2**24), place="forward", doc="The first place."),
            Int(
                "stop",
                None,
                low=-(2**24),
                optional=True,
                place="forward",
                doc="The place after the last; none is the end.",
            ),
            Int("step", 1, low=1, place="forward", doc="Every how many-th place."),
        ),
        inputs=ANY,
        shape=_sliced,
        style="index",
        brief=_slice_brief,
        aliases=("crop", "cut", "narrow", "index"),
    ),
    Operation(
        kind="select",
        title="Select",
        family="Arithmetic",
        target="torch.select",
        doc="Takes one place of an axis, which disappears.",
        help=Help(
            what="Takes what stands at index along axis dim.",
            formula=r"y = x_{\cdot\, \mathrm{index}\, \cdot}",
            when="For the class token of a ViT, or the last step of a sequence (-1).",
            mind="Negative places count from the end. The axis goes; Slice keeps it.",
            source="torch.select",
            link=page("torch.select"),
        ),
        params=(
            along(),
            Int("index", 0, low=-(2**24), place="forward", doc="Which place."),
        ),
        inputs=ANY,
        shape=_selected,
        style="index",
        brief=lambda args: f"axis {args['dim']}, place {args['index']}",
        aliases=("index", "last step", "class token", "take"),
    ),
)
