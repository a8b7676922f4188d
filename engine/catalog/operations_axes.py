"""Operations that arrange axes: stacking, swapping, stretching, padding."""

from engine.catalog.dims import Dim, Shape, Tensor, agree, sample, text
from engine.catalog.operations import numbered
from engine.catalog.padding import WIDEST, bordered
from engine.catalog.params import Choice, Dims, Float, Int, Ints
from engine.catalog.rules import (
    axes_named,
    broadcast,
    index,
    page,
    promoted,
    shown,
)
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError

ANY = (Port("input"),)


def along(name: str = "dim", default: int = 1, doc: str = "The axis.") -> Int:
    """The parameter that names an axis."""
    return Int(name, default, low=-16, high=15, place="forward", doc=doc)


def without(shape: Shape, axis: int, *put: Dim) -> Shape:
    """A shape without an axis, or with others in its place."""
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
        params=(along("dim0", 1, "One axis."), along("dim1", 2, "The other axis.")),
        inputs=ANY,
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
        inputs=ANY,
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
        params=(along(doc="Where the new axis stands."),),
        inputs=ANY,
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
            along(doc="Where the new axis stands."),
            Int("inputs", 2, low=2, high=16, place="design", doc="How many meet."),
        ),
        inputs=numbered,
        shape=_stacked,
        style="gather",
        brief=lambda args: f"axis {args['dim']}",
        aliases=("join", "new axis"),
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
        inputs=ANY,
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
        inputs=ANY,
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
        inputs=ANY,
        shape=_padded,
        brief=lambda args: ", ".join(map(str, args["pad"])),
        aliases=("border", "frame", "zeros"),
    ),
)
