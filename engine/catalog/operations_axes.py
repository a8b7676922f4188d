"""Operations that arrange axes: cutting, stacking, swapping, stretching, padding."""

from engine.catalog.dims import Dim, Shape, Tensor, agree, quotient, sample, text
from engine.catalog.operations import numbered
from engine.catalog.padding import WIDEST, bordered
from engine.catalog.params import Choice, Dims, Float, Int, Ints
from engine.catalog.rules import (
    axes_named,
    broadcast,
    fixed,
    index,
    page,
    promoted,
    shown,
)
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError

_ANY = (Port("input"),)


def _dim(name: str = "dim", default: int = 1, doc: str = "The axis.") -> Int:
    return Int(name, default, low=-16, high=15, place="forward", doc=doc)


def _without(shape: Shape, axis: int, *put: Dim) -> Shape:
    return (*shape[:axis], *put, *shape[axis + 1 :])


def _transposed(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    one = index(args["dim0"], arriving.rank, "dim0", "input", room=1)
    other = index(args["dim1"], arriving.rank, "dim1", "input", room=1)
    shape = list(arriving.shape)
    if shape:
        shape[one], shape[other] = shape[other], shape[one]
    return (Tensor(tuple(shape), arriving.dtype),)


def _squeezed(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    named = axes_named(args["dim"], arriving.rank, "input")
    shape = tuple(
        dim
        for axis, dim in enumerate(arriving.shape)
        if axis not in named or sample(dim) != 1
    )
    return (Tensor(shape, arriving.dtype),)


def _unsqueezed(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    axis = index(args["dim"], arriving.rank + 1, "dim", "input")
    return (
        Tensor((*arriving.shape[:axis], 1, *arriving.shape[axis:]), arriving.dtype),
    )


def _stacked(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    ports = list(inputs)
    first = inputs[ports[0]]
    for port in ports[1:]:
        other = inputs[port]
        pairs = zip(first.shape, other.shape, strict=False)
        if other.rank != first.rank or not all(agree(a, b) for a, b in pairs):
            raise ShapeError(
                "{node} stacks tensors of one shape, but the first is {left} and "
                "{source} brings {right}. Concatenate joins them along an axis.",
                port=port,
                left=shown(first),
                right=shown(other),
            )
    axis = index(args["dim"], first.rank + 1, "dim", ports[0])
    shape = (*first.shape[:axis], len(ports), *first.shape[axis:])
    return (Tensor(shape, promoted(inputs.values())),)


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
        Tensor(_without(arriving.shape, axis, size), arriving.dtype) for size in sizes
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
    made = Tensor(_without(arriving.shape, axis, part), arriving.dtype)
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
    return (Tensor(_without(arriving.shape, axis, count), arriving.dtype),)


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
    return (Tensor(_without(arriving.shape, axis), arriving.dtype),)


def _rolled(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, dims = inputs["input"], args["dims"]
    if len(dims) != len(args["shifts"]):
        raise ShapeError(
            "{node} has {count} shifts and {axes} dims. Give one shift for each axis.",
            fix={"dims": (dims * len(args["shifts"]))[: len(args["shifts"])]},
            count=len(args["shifts"]),
            axes=len(dims),
        )
    for dim in dims:
        index(dim, arriving.rank, "dims", "input")
    return (arriving,)


def _expanded(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, wanted = inputs["input"], args["size"]
    lacking = len(wanted) - arriving.rank
    kept = (1,) * lacking + arriving.shape
    if lacking < 0 or -1 in wanted[:lacking]:
        raise ShapeError(
            "{node} stretches to {wanted}, but {source} brings {shape}. Name a size "
            "for each axis; a -1 keeps one that arrives.",
            port="input",
            wanted=text(wanted),
            shape=shown(arriving),
        )
    shape = tuple(
        have if want == -1 else want for have, want in zip(kept, wanted, strict=True)
    )
    made = broadcast((shape, arriving.shape), ("", "input"))
    for have, want in zip(made, shape, strict=True):
        if not agree(have, want):
            raise ShapeError(
                "{node} stretches to {wanted}, but {source} brings {shape}: only axes "
                "of size 1 can be stretched.",
                port="input",
                wanted=text(wanted),
                shape=shown(arriving),
            )
    return (Tensor(shape, arriving.dtype),)


def _padded(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, pads, mode = inputs["input"], args["pad"], args["mode"]
    axes = len(pads) // 2
    if len(pads) % 2 or axes > arriving.rank:
        raise ShapeError(
            "{node} needs two widths for an axis, the last axis first, but has {count} "
            "for {shape} from {source}.",
            port="input",
            fix={"pad": (1, 1)} if arriving.rank else {},
            count=len(pads),
            shape=shown(arriving),
        )
    if mode == "constant":
        return (bordered(arriving, pads, mode),)
    if not arriving.floating or arriving.rank not in (axes + 1, axes + 2) or axes > 3:
        raise ShapeError(
            "{node} can fill a border with {mode} on real numbers only, with one or "
            "two axes before those that are padded, but {source} brings {shape} "
            "({dtype}). Use mode constant.",
            port="input",
            fix={"mode": "constant"},
            mode=mode,
            shape=shown(arriving),
            dtype=arriving.dtype,
        )
    if args["value"] != 0:
        raise ShapeError(
            "{node} fills its border from the input, so value means nothing with mode "
            "{mode}. Set value to 0.",
            fix={"value": 0.0},
            mode=mode,
        )
    return (bordered(arriving, pads, mode),)


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
        kind="transpose",
        title="Transpose",
        family="Shape",
        target="torch.transpose",
        doc="Swaps two axes.",
        help=Help(
            what="Axis dim0 of the input becomes axis dim1, and the other way round.",
            formula=r"y_{ji} = x_{ij}",
            when="To turn matrices, and to bring heads before the sequence.",
            mind="It moves no value; Reshape does not swap axes, this does.",
            source="torch.transpose",
            link=page("torch.transpose"),
        ),
        params=(_dim("dim0", 1, "One axis."), _dim("dim1", 2, "The other axis.")),
        inputs=_ANY,
        shape=_transposed,
        brief=lambda args: f"{args['dim0']} ⇄ {args['dim1']}",
        aliases=("swap", "permute", "turn"),
    ),
    Operation(
        kind="squeeze",
        title="Squeeze",
        family="Shape",
        target="torch.squeeze",
        doc="Drops axes of size 1.",
        help=Help(
            what="Drops the axes dim where their size is 1; others stay.",
            formula=r"(N, 1, D) \to (N, D)",
            when="After a pooling to one place, or a Linear to one number.",
            mind="An axis of another size stays, without a word.",
            source="torch.squeeze",
            link=page("torch.squeeze"),
        ),
        params=(
            Ints(
                "dim",
                (-1,),
                low=-16,
                high=15,
                place="forward",
                doc="Axes to drop, where their size is 1.",
            ),
        ),
        inputs=_ANY,
        shape=_squeezed,
        brief=lambda args: ", ".join(map(str, args["dim"])),
        aliases=("drop", "axis", "flatten"),
    ),
    Operation(
        kind="unsqueeze",
        title="Unsqueeze",
        family="Shape",
        target="torch.unsqueeze",
        doc="Puts in an axis of size 1.",
        help=Help(
            what="The new axis stands at dim; the values stay.",
            formula=r"(N, D) \to (N, 1, D)",
            when="Before values are stretched along it, or a channel is needed.",
            mind="dim may be one more than the last axis.",
            source="torch.unsqueeze",
            link=page("torch.unsqueeze"),
        ),
        params=(_dim(doc="Where the new axis stands."),),
        inputs=_ANY,
        shape=_unsqueezed,
        brief=lambda args: f"axis {args['dim']}",
        aliases=("add axis", "new axis"),
    ),
    Operation(
        kind="stack",
        title="Stack",
        family="Arithmetic",
        target="torch.stack",
        doc="Puts tensors of one shape side by side on a new axis.",
        help=Help(
            what="Makes an axis at dim, with a place for each input.",
            formula=r"(N, D), (N, D) \to (N, 2, D)",
            when="To make a sequence of steps, or a set of views.",
            mind="Concatenate joins along an axis that is there; this makes one.",
            source="torch.stack",
            link=page("torch.stack"),
        ),
        params=(
            _dim(doc="Where the new axis stands."),
            Int("inputs", 2, low=2, high=16, place="design", doc="How many meet."),
        ),
        inputs=numbered,
        shape=_stacked,
        style="gather",
        brief=lambda args: f"axis {args['dim']}",
        aliases=("join", "new axis"),
    ),
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
            _dim(),
        ),
        inputs=_ANY,
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
            _dim(),
        ),
        inputs=_ANY,
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
            _dim(),
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
        inputs=_ANY,
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
            _dim(),
            Int("index", 0, low=-(2**24), place="forward", doc="Which place."),
        ),
        inputs=_ANY,
        shape=_selected,
        style="index",
        brief=lambda args: f"axis {args['dim']}, place {args['index']}",
        aliases=("index", "last step", "class token", "take"),
    ),
    Operation(
        kind="roll",
        title="Roll",
        family="Shape",
        target="torch.roll",
        doc="Moves values along axes; what leaves at one end enters at the other.",
        help=Help(
            what="Moves values by shifts places along dims, in a ring.",
            formula=r"y_i = x_{(i - s) \bmod L}",
            when="For shifted windows, as in Swin, and for rings of data.",
            mind="One shift for each axis; negative shifts move towards the front.",
            source="torch.roll",
            link=page("torch.roll"),
        ),
        params=(
            Ints("shifts", (1,), low=-(2**24), place="forward", doc="By how much."),
            Ints("dims", (1,), low=-16, high=15, place="forward", doc="Which axes."),
        ),
        inputs=_ANY,
        shape=_rolled,
        brief=lambda args: "by " + ", ".join(map(str, args["shifts"])),
        aliases=("shift", "ring", "swin", "cyclic"),
    ),
    Operation(
        kind="expand",
        title="Expand",
        family="Shape",
        target="torch.broadcast_to",
        doc="Stretches axes of size 1 to a shape, without copying.",
        help=Help(
            what="Repeats axes of size 1; further axes are put in front.",
            formula=r"(1, 1, D) \to (N, 1, D)",
            when="To give every sample the class token before a Concatenate.",
            mind="Add and its kin stretch by themselves; Concatenate and Stack do not. "
            "Names such as N must be those of an Input.",
            source="torch.broadcast_to",
            link=page("torch.broadcast_to"),
        ),
        params=(
            Dims(
                "size",
                ("N", -1),
                low=-1,
                open=16,
                place="forward",
                doc="The sizes: N, numbers, and -1 for each that stays.",
            ),
        ),
        inputs=_ANY,
        shape=_expanded,
        brief=lambda args: text(tuple(args["size"])),
        aliases=("broadcast", "repeat", "stretch", "class token"),
    ),
    Operation(
        kind="pad",
        title="Pad",
        family="Shape",
        target="torch.nn.functional.pad",
        doc="Puts a border around the last axes.",
        help=Help(
            what="Two widths for each axis, before and behind, the last axis first.",
            formula=r"L' = L + p_{\mathrm{before}} + p_{\mathrm{behind}}",
            when="To bring tensors to one size; the padding layers say it with names.",
            mind="A negative width cuts. reflect, replicate and circular want one or "
            "two axes before those they pad.",
            source="torch.nn.functional.pad",
            link=page("torch.nn.functional.pad"),
        ),
        params=(
            Ints(
                "pad",
                (1, 1),
                low=-WIDEST,
                high=WIDEST,
                least=2,
                place="forward",
                doc="Before and behind, the last axis first.",
            ),
            Choice(
                "mode",
                "constant",
                options=("constant", "reflect", "replicate", "circular"),
                place="forward",
                doc="What the border holds.",
            ),
            Float("value", 0.0, place="forward", doc="With mode constant."),
        ),
        inputs=_ANY,
        shape=_padded,
        brief=lambda args: ", ".join(map(str, args["pad"])),
        aliases=("border", "frame", "zeros"),
    ),
)
