"""What the rows of losses share: reduction, shapes, dtypes."""

from collections.abc import Callable

from engine.catalog.dims import Dim, Shape, Tensor, agree
from engine.catalog.params import Choice, Param
from engine.catalog.rules import broadcast, page, shown
from engine.catalog.spec import Args, Help, Inputs, Loss, Port
from engine.errors import ShapeError

Rule = Callable[[Args, Inputs], tuple[Tensor, ...]]
Each = Callable[[Args, Inputs], Shape]

REDUCTION = Choice(
    "reduction",
    "mean",
    options=("none", "mean", "sum"),
    doc="One number for all, by mean or sum; or a number for each.",
)
INPUT = Port("input", "float", doc="What the network says.")
TARGET = Port("target", "float", doc="What is right.")


def reduced(each: Each) -> Rule:
    """A rule that gives one number, or with reduction none a number for each.

    Args:
        each: the shape before it is summed up; raises `ShapeError`.
    """

    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        first = next(iter(inputs.values()))
        alike(inputs)
        whole = each(args, inputs)
        kept = whole if args["reduction"] == "none" else ()
        return (Tensor(kept, first.dtype),)

    return shape


def alike(inputs: Inputs) -> None:
    """Refuse real numbers of different kinds, which torch compares only sometimes.

    Raises:
        ShapeError: names the second.
    """
    first, *others = (port for port, tensor in inputs.items() if tensor.floating)
    for port in others:
        if inputs[port].dtype != inputs[first].dtype:
            raise ShapeError(
                "{node} compares numbers of one dtype, but {first} is {left} and "
                "{source} brings {right}. Give the Inputs the same dtype.",
                port=port,
                first=first,
                left=inputs[first].dtype,
                right=inputs[port].dtype,
            )


def stretched(args: Args, inputs: Inputs) -> Shape:
    """Everything stretched to everything, axes of size 1 first."""
    shapes = [tensor.shape for tensor in inputs.values()]
    return broadcast(shapes, list(inputs))


def equal(args: Args, inputs: Inputs) -> Shape:
    """The shape that input and target both have to have.

    Raises:
        ShapeError: they differ.
    """
    left, right = inputs["input"], inputs["target"]
    pairs = zip(left.shape, right.shape, strict=False)
    if left.rank != right.rank or not all(agree(a, b) for a, b in pairs):
        raise ShapeError(
            "{node} needs a target for each number, but input is {left} and {source} "
            "brings {right}. Make them equal.",
            port="target",
            left=shown(left),
            right=shown(right),
        )
    return left.shape


def classes(inputs: Inputs) -> Shape:
    """The shape of targets that name a class: the input without its class axis.

    Raises:
        ShapeError: the input has no axis of classes, or the target another shape.
    """
    arriving, target = inputs["input"], inputs["target"]
    scored(arriving)
    wanted: tuple[Dim, ...] = arriving.shape[:1] + arriving.shape[2:]
    wanted = wanted if arriving.rank > 1 else ()
    pairs = zip(target.shape, wanted, strict=False)
    if target.rank != len(wanted) or not all(agree(a, b) for a, b in pairs):
        raise ShapeError(
            "{node} needs one class for each sample: {wanted} for an input of {shape}, "
            "but {source} brings {given}. Classes stand on axis {axis} of the input.",
            port="target",
            wanted=shown(Tensor(wanted)),
            shape=shown(arriving),
            given=shown(target),
            axis=1 if arriving.rank > 1 else 0,
        )
    whole(target)
    return wanted


def scored(arriving: Tensor) -> None:
    """Refuse an input without an axis of classes."""
    if not arriving.rank:
        raise ShapeError(
            "{node} needs a score for each class, N×C, but {source} brings a single "
            "number.",
            port="input",
        )


def whole(target: Tensor, port: str = "target") -> None:
    """Refuse classes that are not int64, the only kind torch counts them in."""
    if target.dtype != "int64":
        raise ShapeError(
            "{node} needs classes as int64, but {source} brings {dtype}. Make that "
            "Input int64.",
            port=port,
            dtype=target.dtype,
        )


def matrix(arriving: Tensor) -> None:
    """Insist on a row of scores for each sample."""
    if arriving.rank != 2:
        raise ShapeError(
            "{node} works on N×C, a row of scores for each sample, but {source} brings "
            "{shape}. Reshape it before.",
            port="input",
            shape=shown(arriving),
        )


def loss(
    name: str,
    doc: str,
    told: tuple[str, str, str, str, str],
    shape: Each,
    *params: Param,
    family: str,
    inputs: tuple[Port, ...] = (INPUT, TARGET),
    aliases: tuple[str, ...] = (),
) -> Loss:
    """A row for a loss of torch.nn.

    Args:
        name: of the class.
        doc: one line.
        told: what it computes, its formula, when to take it, what to mind, its source.
        shape: the shape of the single losses, before they are summed up.
        params: all arguments, reduction included, in torch's order.
        family: the heading.
        inputs: the ports; input and target.
        aliases: further words.
    """
    what, formula, when, mind, source = told
    target = f"torch.nn.{name}"
    words = name.removesuffix("Loss")
    return Loss(
        kind=f"{snake(words)}_loss",
        title=name,
        family=family,
        target=target,
        doc=doc,
        help=Help(what, formula, "", when, mind, source, page(target)),
        params=params,
        inputs=inputs,
        shape=reduced(shape),
        brief=lambda args: args["reduction"],
        aliases=("loss", "criterion", *aliases),
    )


def snake(name: str) -> str:
    """MultiLabelMargin as multi_label_margin; BCEWithLogits as bce_with_logits."""
    found = ""
    for index, letter in enumerate(name):
        after = name[index + 1 : index + 2]
        starts = letter.isupper() and (
            name[index - 1 : index].islower() or after.islower()
        )
        found += ("_" if index and starts else "") + letter.lower()
    return found
