"""What the person adds and runs often, and did last: kept from start to start."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import log2

from PySide6.QtCore import QSettings

MOST = 8  # how many uses ago still counts as lately
KEPT = 200  # things remembered
OFTEN = 6.0  # doublings after which more uses add nothing

# What most designs are made of: what stands in nobody's habits yet is offered so.
COMMON = frozenset(
    (
        *("linear", "conv2d", "max_pool2d", "batch_norm2d", "dropout", "lstm"),
        *("multihead_attention", "relu", "leaky_relu", "gelu", "sigmoid", "tanh"),
        *("softmax", "xavier_normal", "xavier_uniform", "kaiming_normal"),
        *("kaiming_uniform", "orthogonal", "zeros", "add", "concatenate", "reshape"),
    )
)


class Habits:
    """Counts by key, and the order of the last uses.

    Args:
        name: under which they are kept: "add", "run".
        common: keys that are a little liked from the first day.
    """

    def __init__(self, name: str, common: Iterable[str] = ()) -> None:
        self._name = f"habits/{name}"
        self._common = frozenset(common)
        self._counts: dict[str, int] | None = None  # read when first asked for

    def used(self, key: str) -> None:
        """Note one more use."""
        counts = self._read()
        counts[key] = counts.pop(key, 0) + 1  # the last one stands last
        while len(counts) > KEPT:
            counts.pop(next(iter(counts)))
        QSettings().setValue(self._name, json.dumps(counts))

    @property
    def lately(self) -> tuple[str, ...]:
        """What was used last, the very last first."""
        return tuple(reversed(self._read()))[:MOST]

    @property
    def liked(self) -> dict[str, float]:
        """How much each key is to be preferred among equals, 0 to 1."""
        last = {key: 1 - place / MOST for place, key in enumerate(self.lately)}
        counts = self._read()
        return {
            key: 0.2 * (key in self._common)
            + 0.45 * last.get(key, 0.0)
            + 0.35 * min(1.0, log2(1 + counts.get(key, 0)) / OFTEN)
            for key in self._common | counts.keys()
        }

    def _read(self) -> dict[str, int]:
        if self._counts is None:
            self._counts = {}
            try:  # a settings file may be edited, or broken
                found = json.loads(str(QSettings().value(self._name, "{}")))
                self._counts = {str(key): int(n) for key, n in found.items()}
            except (ValueError, TypeError, AttributeError):
                pass
        return self._counts
