"""Operations on numbers: quotients, sums, extremes, powers, limits, casts."""

from collections.abc import Callable

from engine.catalog.dims import FLOATS, INTEGERS, Tensor
from engine.catalog.operations import averaged, axes_brief, elementwise
from engine.catalog.params import Bool, Choice, Float, Int, Ints, Param
from engine.catalog.rules import index, page
from engine.catalog.spec import Args, Help, Inputs, Operation, Operator, Port
from engine.errors import ShapeError

_FLOAT = (Port("input", "float"),)


def _divided(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    (made,) = elementwise(args, inputs)
    return (made if made.floating else made._replace(dtype="float32"),)


def _summed(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    (made,) = averaged(args, inputs)
    return (made if made.floating else made._replace(dtype="int64"),)


def _extreme(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    axis = index(args["dim"], arriving.rank, "dim", "input", room=1)
    kept = (1,) * args["keepdim"] if arriving.rank else ()
    shape = (*arriving.shape[:axis], *kept, *arriving.shape[axis + 1 :])
    return Tensor(shape, arriving.dtype), Tensor(shape, "int64")


def _limited(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    if args["min"] is None and args["max"] is None:
        raise ShapeError(
            "{node} needs a least or a largest value. Set min or max.", fix={"min": 0.0}
        )
    return (inputs["input"],)


def _cast(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    return (inputs["input"]._replace(dtype=args["dtype"]),)


def _one(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    return (inputs["input"],)


def _function(
    name: str,
    title: str,
    formula: str,
    doc: str,
    when: str,
    mind: str,
    *params: Param,
    brief: Callable[[Args], str] = lambda args: "",
    shape: Callable[[Args, Inputs], tuple[Tensor, ...]] = _one,
    aliases: tuple[str, ...] = (),
) -> Operation:
    """An operation on each number by itself."""
    target = f"torch.{name}"
    return Operation(
        kind=name,
        title=title,
        family="Functions",
        target=target,
        doc=doc,
        help=Help(doc, formula, "", when, mind, target, page(target)),
        params=params,
        inputs=_FLOAT,
        shape=shape,
        brief=brief,
        aliases=aliases,
    )


def _most(name: str, word: str) -> Operation:
    return Operation(
        kind=name,
        title=name.title(),
        family="Arithmetic",
        target=f"torch.{name}",
        doc=f"The {word} value along an axis, and where it stands.",
        help=Help(
            what=f"Keeps the {word} value along dim; a second output says its place.",
            formula=rf"y = \{name}_i x_i",
            when="To pool over a sequence or a set of any length.",
            mind="Only the value that is kept gets a gradient.",
            source=f"torch.{name}",
            link=page(f"torch.{name}"),
        ),
        params=(
            Int("dim", -1, low=-16, high=15, place="forward", doc="The axis."),
            Bool("keepdim", False, place="forward", doc="Keep it with size 1."),
        ),
        inputs=(Port("input"),),
        outputs=(Port("values"), Port("indices", doc="Where each was found.")),
        shape=_extreme,
        brief=lambda args: f"axis {args['dim']}",
        aliases=("extreme", f"arg{name}", "reduce", "pool"),
    )


def _limits(args: Args) -> str:
    low, high = ("" if args[n] is None else f"{args[n]:g}" for n in ("min", "max"))
    return f"{low} to {high}".strip()


ROWS: tuple[Operator, ...] = (
    Operation(
        kind="divide",
        title="Divide",
        family="Arithmetic",
        target="torch.div",
        doc="The first over the second, stretching axes of size 1.",
        help=Help(
            what="Divides the first input by the second, element by element.",
            formula=r"y = \frac{x_1}{x_2}",
            when="To scale by what the network itself gives: norms, temperatures.",
            mind="Nothing guards against 0: add a small Fixed value to the divisor.",
            source="torch.div",
            link=page("torch.div"),
        ),
        inputs=(Port("in1"), Port("in2")),
        shape=_divided,
        style="fold",
        sign="/",
        aliases=("/", "quotient", "ratio", "over"),
    ),
    Operation(
        kind="sum",
        title="Sum",
        family="Arithmetic",
        target="torch.sum",
        doc="The sum over one or more axes.",
        help=Help(
            what="Adds up over the axes dim, which disappear unless keepdim is on.",
            formula=r"y = \sum_{i=1}^{n} x_i",
            when="For weighted mixtures, and to add up what many places say.",
            mind="It grows with the axis; Mean does not. Whole numbers become int64.",
            source="torch.sum",
            link=page("torch.sum"),
        ),
        params=(
            Ints(
                "dim",
                (-1,),
                low=-16,
                high=15,
                optional=True,
                place="forward",
                doc="Axes to add up; none is all.",
            ),
            Bool("keepdim", False, place="forward", doc="Keep them with size 1."),
        ),
        inputs=(Port("input"),),
        shape=_summed,
        brief=axes_brief("dim"),
        aliases=("total", "reduce", "add up"),
    ),
    _most("max", "largest"),
    _most("min", "smallest"),
    _function(
        "abs",
        "Abs",
        r"y = |x|",
        "The value without its sign.",
        "For sizes and distances.",
        "Its slope jumps at 0.",
        aliases=("absolute", "magnitude"),
    ),
    _function(
        "exp",
        "Exp",
        r"y = e^{x}",
        "e to the power of each value.",
        "To make what must be positive: variances, rates.",
        "Above 88 it overflows in float32.",
        aliases=("exponential",),
    ),
    _function(
        "log",
        "Log",
        r"y = \ln x",
        "The natural logarithm of each value.",
        "To bring products and wide ranges down to sums.",
        "It is minus infinity at 0 and nothing below: keep values positive.",
        aliases=("logarithm", "ln"),
    ),
    _function(
        "sqrt",
        "Sqrt",
        r"y = \sqrt{x}",
        "The square root of each value.",
        "For lengths and standard deviations.",
        "At 0 its slope is infinite, below 0 it is nothing.",
        aliases=("root",),
    ),
    _function(
        "pow",
        "Pow",
        r"y = x^{p}",
        "Each value to a power.",
        "For squares and other powers.",
        "A negative value to a broken power is nothing.",
        Float("exponent", 2.0, place="forward", doc="The power p."),
        brief=lambda args: f"to the {args['exponent']:g}",
        aliases=("power", "square", "exponent"),
    ),
    _function(
        "clamp",
        "Clamp",
        r"y = \min(\max(x, a), b)",
        "Each value, kept within limits.",
        "To keep logarithms and variances in a sane range.",
        "Outside the limits nothing gets a gradient.",
        Float("min", 0.0, optional=True, place="forward", doc="The least value."),
        Float("max", None, optional=True, place="forward", doc="The largest value."),
        shape=_limited,
        brief=_limits,
        aliases=("clip", "limit", "hardtanh"),
    ),
    Operation(
        kind="cast",
        title="Cast",
        family="Functions",
        target="torch.Tensor.to",
        doc="The same values as another kind of number.",
        help=Help(
            what="Changes the dtype; the shape stays.",
            formula=r"y = x",
            when="Between whole numbers, truth values and real numbers.",
            mind="To whole numbers it cuts off what is behind the point, and no "
            "gradient passes.",
            source="torch.Tensor.to",
            link=page("torch.Tensor.to"),
        ),
        params=(
            Choice(
                "dtype",
                "float32",
                options=(*FLOATS, *INTEGERS, "bool"),
                place="forward",
                doc="What kind of numbers leave.",
            ),
        ),
        inputs=(Port("input"),),
        shape=_cast,
        style="method",
        brief=lambda args: args["dtype"],
        aliases=("dtype", "convert", "to", "float", "half"),
    ),
)
