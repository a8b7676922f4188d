"""Functions of tensors: arithmetic, joining and reshaping."""

from engine.catalog.params import Int
from engine.catalog.rules import same
from engine.catalog.spec import Args, Help, Operation, Operator, Port


def numbered(args: Args) -> tuple[Port, ...]:
    """Ports in1, in2, ... as many as the parameter `inputs` says."""
    return tuple(Port(f"in{index + 1}") for index in range(args["inputs"]))


ROWS: tuple[Operator, ...] = (
    Operation(
        kind="add",
        title="Add",
        family="Arithmetic",
        target="torch.add",
        doc="Adds tensors, stretching axes of size 1.",
        help=Help(what="Adds its inputs element by element.", formula="y = a + b"),
        params=(Int("inputs", 2, low=2, high=16, doc="How many.", place="design"),),
        inputs=numbered,
        shape=same,
        style="fold",
        sign="+",
        aliases=("+", "sum", "plus", "residual", "skip"),
    ),
)
