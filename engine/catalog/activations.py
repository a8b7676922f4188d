"""The activations of torch.nn."""

from engine.catalog.params import Bool, Int
from engine.catalog.rules import same
from engine.catalog.spec import Activation, Help, Operator

ROWS: tuple[Operator, ...] = (
    Activation(
        kind="relu",
        title="ReLU",
        family="Rectifiers",
        target="torch.nn.ReLU",
        doc="Zero for negative inputs, the input itself for positive ones.",
        help=Help(what="Keeps what is positive.", formula=r"f(x) = \max(0, x)"),
        params=(Bool("inplace", False, doc="Overwrite the input."),),
        shape=same,
    ),
    Activation(
        kind="sigmoid",
        title="Sigmoid",
        family="Squashing",
        target="torch.nn.Sigmoid",
        doc="Squeezes any input into (0, 1).",
        help=Help(what="Squeezes.", formula=r"\sigma(x) = \frac{1}{1 + e^{-x}}"),
        shape=same,
        saturates=lambda args: ((-float("inf"), -6.0), (6.0, float("inf"))),
    ),
    Activation(
        kind="softmax",
        title="Softmax",
        family="Over a dimension",
        target="torch.nn.Softmax",
        doc="Turns scores into probabilities that sum to 1.",
        help=Help(what="Probabilities.", formula=r"\frac{e^{x_i}}{\sum_j e^{x_j}}"),
        params=(Int("dim", -1, low=-16, high=15, doc="The axis that sums to 1."),),
        shape=same,
        over="dim",
    ),
)
