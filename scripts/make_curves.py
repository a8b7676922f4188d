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

# low, high, points: 0.1 and 0.2 apart, so that the usual kinks (0, ±0.5, ±1, ±3, 6)
# fall on a point.
GRIDS = {"icon": (-4.0, 4.0, 81), "wide": (-20.0, 20.0, 201)}

SCORES = (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)  # the tutorial's


def made(row: Activation) -> torch.nn.Module:
    """The module at the row's defaults, in evaluation (RReLU draws in training)."""
    module: torch.nn.Module = getattr(torch.nn, row.title)(**row.defaults)
    return module.double().eval()


def curve(row: Activation, low: float, high: float, points: int) -> dict[str, list]:
    """f and f′ by autograd, rounded to what a picture needs."""
    x = torch.linspace(low, high, points, dtype=torch.float64)
    x = x.round(decimals=6).requires_grad_()
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
        "grids": GRIDS,
        "scores": SCORES,
        "curves": {
            row.kind: {name: curve(row, *grid) for name, grid in GRIDS.items()}
            for row in rows
            if not row.over
        },
        "bars": {row.kind: bars(row) for row in rows if row.over},
    }


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(contents(), separators=(",", ":")) + "\n", "utf-8")
    print(f"wrote {FILE.name}, {FILE.stat().st_size:,} bytes")
