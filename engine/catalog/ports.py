"""Where data enters and leaves a design."""

from engine.catalog.dims import FLOATS, INTEGERS, Tensor
from engine.catalog.params import Choice, Dims, Int
from engine.catalog.spec import Args, Entrance, Exit, Help, Inputs, Operator, Port


def _entering(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    return (Tensor(tuple(args["shape"]), args["dtype"]),)


def _leaving(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    return (inputs["input"],)


ROWS: tuple[Operator, ...] = (
    Entrance(
        kind="input",
        title="Input",
        family="Ports",
        doc="Where data enters: its shape, with N for the batch, and its dtype.",
        help=Help(
            what=(
                "Declares a tensor that the network is called with. Letters such as N "
                "or T stand for sizes that are known only when it runs."
            ),
            when=(
                "Once for each argument of forward; their order is the order of calls."
            ),
            mind=(
                "Integer inputs (tokens, classes) carry a range, so that a sample can "
                "be drawn and an embedding checked."
            ),
        ),
        params=(
            Dims(
                "shape",
                ("N", 3),
                low=1,
                doc="Batch first: N, then the rest.",
                place="design",
            ),
            Choice(
                "dtype",
                "float32",
                options=(*FLOATS, *INTEGERS, "bool"),
                doc="What kind of numbers arrive; float32 is the design's own dtype.",
                place="design",
            ),
            Int(
                "high",
                1000,
                low=1,
                doc="Integers are drawn below this.",
                place="design",
            ),
        ),
        inputs=(),
        outputs=(Port("output"),),
        shape=_entering,
        aliases=("data", "x", "placeholder"),
        makes_reals=True,
    ),
    Exit(
        kind="output",
        title="Output",
        family="Ports",
        doc="Where a result leaves; needed only when there is more than one.",
        help=Help(
            what="Names a tensor that forward returns.",
            when=(
                "A single loose end is the output by itself; with several results, "
                "give each an Output. They are returned in their order."
            ),
        ),
        inputs=(Port("input"),),
        outputs=(),
        shape=_leaving,
        aliases=("result", "y", "return"),
    ),
)
