"""Writes resources/curves.json from torch: `python scripts/make_curves.py`.

Run it after adding an activation or changing a default.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.catalog import OPERATORS
from engine.catalog.curves import FILE
from engine.catalog.spec import Activation

# Tenths near zero, so that the usual kinks (0, ±0.5, ±1, ±3, 6) fall on a point;
# beyond that the curves are all but straight.
XS = (*range(-200, -70, 5), *range(-70, 71), *range(75, 201, 5))

SCORES = (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)  # the tutorial's


def made(row: Activation) -> torch.nn.Module:
    """The module at the row's defaults, in evaluation (RReLU draws in training)."""
    module: torch.nn.Module = getattr(torch.nn, row.title)(**row.defaults)
    return module.double().eval()


def curve(row: Activation) -> dict[str, list[float]]:
    """Both f and f′ by autograd, rounded to what a picture needs."""
    x = (torch.tensor(XS, dtype=torch.float64) / 10).requires_grad_()
    f = made(row)(x)
    (df,) = torch.autograd.grad(f.sum(), x)
    return {"f": rounded(f), "df": rounded(df)}


def bars(row: Activation) -> list[float]:
    """The activation of the tutorial's scores; as channels of one pixel for images."""
    scores = torch.tensor(SCORES, dtype=torch.float64)
    if row.over == "channels":
        scores = scores[:, None, None]
    return rounded(made(row)(scores).flatten())


def rounded(values: torch.Tensor) -> list[float]:
    """Six decimals, without a negative zero."""
    return [round(value, 6) + 0.0 for value in values.tolist()]


def contents() -> dict[str, object]:
    """All of the file."""
    rows = [row for row in OPERATORS.values() if isinstance(row, Activation)]
    return {
        "x": [tenth / 10 for tenth in XS],
        "scores": SCORES,
        "curves": {row.kind: curve(row) for row in rows if not row.over},
        "bars": {row.kind: bars(row) for row in rows if row.over},
    }


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(contents(), separators=(",", ":")) + "\n", "utf-8")
    print(f"wrote {FILE.name}, {FILE.stat().st_size:,} bytes")
