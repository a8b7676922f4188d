"""Which operators the rules speak of, as sets of kinds."""

from __future__ import annotations

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation

DROPOUTS = frozenset(k for k, row in OPERATORS.items() if row.family == "Dropout")
PLAIN_DROPOUTS = {
    "dropout": "alpha_dropout",
    "dropout1d": "feature_alpha_dropout",
    "dropout2d": "feature_alpha_dropout",
    "dropout3d": "feature_alpha_dropout",
}
UNCHANGED = frozenset({"identity", "flatten", "unflatten", "reshape", "permute"})
PASSIVE = DROPOUTS | UNCHANGED
NORMS = frozenset({"batch_norm1d", "batch_norm2d", "batch_norm3d"})
NORMALIZING = NORMS | frozenset(
    {"layer_norm", "group_norm", "rms_norm"}
    | {f"instance_norm{axes}d" for axes in (1, 2, 3)}
)
CONVOLUTIONS = frozenset(f"conv{axes}d" for axes in (1, 2, 3))
TRANSPOSED = frozenset(f"conv_transpose{axes}d" for axes in (1, 2, 3))
LINEAR = CONVOLUTIONS | TRANSPOSED | {"linear", "bilinear"}
RECTIFIERS = frozenset({"relu", "relu6", "leaky_relu", "prelu", "rrelu"})
SQUASHING = frozenset({"sigmoid", "tanh", "softsign"})
PROBABILITIES = frozenset({"softmax", "log_softmax", "softmin", "softmax2d"})
ACTIVATIONS = frozenset(k for k, row in OPERATORS.items() if row.role == "activation")
OVER = frozenset(
    kind
    for kind, row in OPERATORS.items()
    if isinstance(row, Activation) and row.over == "dim" and kind != "glu"
)
