"""The initializers: torch's default, torch.nn.init, LeCun's and U(±1/√d)."""

from __future__ import annotations

from engine.catalog import (
    initializers_fans,
    initializers_plain,
    initializers_shaped,
)
from engine.catalog.initializers_shared import docs
from engine.catalog.spec import (
    Args,
    Call,
    Help,
    Initializer,
    Step,
    TensorSpec,
    Theory,
)

_CHOSEN = (
    *initializers_fans.ROWS,
    *initializers_plain.ROWS,
    *initializers_shaped.ROWS,
)
_BY_KIND = {row.kind: row for row in _CHOSEN}


def _meant(tensor: TensorSpec) -> tuple[Initializer, Args]:
    """The initializer that torch itself uses for this tensor, and its arguments."""
    row = _BY_KIND[tensor.default.kind]
    return row, row.complete(tensor.default.params)


def _lower(args: Args, tensor: TensorSpec) -> Call:
    row, meant = _meant(tensor)
    return row.lower(meant, tensor)


def _theory(args: Args, tensor: TensorSpec) -> Theory:
    row, meant = _meant(tensor)
    return row.theory(meant, tensor)


def _why(args: Args, tensor: TensorSpec) -> tuple[Step, ...]:
    row, meant = _meant(tensor)
    return row.why(meant, tensor)


ROWS: tuple[Initializer, ...] = (
    Initializer(
        kind="default",
        title="torch's default",
        short="default",
        doc="What torch draws for this layer when nothing is said.",
        help=Help(
            what=(
                "Draws as the layer's own constructor does: U(±1/√d) for Linear, "
                "convolutions and their biases, U(±1/√hidden) for recurrent layers, "
                "N(0, 1) for embeddings, 1 and 0 for normalization."
            ),
            formula=(
                r"w \sim U\left(-\frac{1}{\sqrt{d}}, \frac{1}{\sqrt{d}}\right)"
                r"\quad \text{for most layers}"
            ),
            when="To start with, and with normalization layers, which forgive much.",
            mind=(
                "Too small for deep plain networks: Linear's is kaiming_uniform with "
                "a = √5, and under ReLU the variance falls by 6 with each layer."
            ),
            source="torch.nn, reset_parameters of each layer",
            link=docs("kaiming_uniform_"),
        ),
        picture="torch",
        lower=_lower,
        theory=_theory,
        why=_why,
        aliases=("none", "standard", "reset"),
    ),
    *_CHOSEN,
)
