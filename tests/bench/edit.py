"""One edit in a chain of layers to updated shapes, totals and problems.

Beside it torchinfo.summary of the same net, on the meta device and on the CPU.

    python tests/bench/edit.py [LAYERS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QCoreApplication

from engine.design import edits
from engine.design.model import Design, Wire
from gui.document import Document

ROUNDS = 15


def chain(layers: int) -> Design:
    """An input and alternating Linear and ReLU, each on the one before."""
    design = edits.add(Design(), "input", params={"shape": ("N", 64)})
    last = design.newest
    for count in range(layers):
        row = ("linear", {"out_features": 64}) if count % 2 == 0 else ("relu", None)
        design = edits.add(design, row[0], params=row[1])
        design = edits.connect(design, Wire(last, "output", design.newest, "input"))
        last = design.newest
    return design


def median(act: Callable[[int], object]) -> float:
    """Milliseconds that a call takes, as the median of several."""
    times = []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        act(turn)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def main(layers: int) -> None:
    app = QCoreApplication([])
    document = Document(chain(layers), app)
    shown: list[object] = []
    document.changed.connect(
        lambda before, after: shown.append(
            (document.checked.parameters, document.checked.problems)
        )
    )
    linears = [n.id for n in document.design.nodes.values() if n.kind == "linear"]
    first, middle = linears[0], linears[len(linears) // 2]

    def width(turn: int) -> None:  # new each time: nothing is remembered
        values = {"out_features": 65 + turn}
        document.attempt(edits.set_params, [first], values, text="Width")

    def bias(turn: int) -> None:  # no shape changes
        document.attempt(
            edits.set_params, [middle], {"bias": turn % 2 == 0}, text="Bias"
        )

    def move(turn: int) -> None:
        document.attempt(edits.move, {first: (float(turn + 1), 0.0)}, text="Move")

    ours = {
        "a width near the input": median(width),
        "a bias in the middle": median(bias),
        "moving a node": median(move),
    }
    assert len(shown) >= 2 * ROUNDS
    for name, taken in ours.items():
        say(f"{name}: {taken:.2f} ms")
    compare(document.design, ours["a width near the input"])


def compare(design: Design, ours: float) -> None:
    """torchinfo on the same net, which it needs built."""
    import torch
    import torchinfo

    sizes = [n for n in design.nodes.values() if n.kind in {"linear", "relu"}]
    for device in ("meta", "cpu"):
        parts = [
            torch.nn.Linear(64, 64, device=device)
            if node.kind == "linear"
            else torch.nn.ReLU()
            for node in sizes
        ]
        net = torch.nn.Sequential(*parts)
        data = torch.empty(8, 64, device=device)

        def summarize(
            turn: int, net: torch.nn.Module = net, data: torch.Tensor = data
        ) -> object:
            device = str(data.device)
            return torchinfo.summary(net, input_data=data, device=device, verbose=0)

        theirs = median(summarize)
        say(f"torchinfo.summary ({device}): {theirs:.0f} ms, {theirs / ours:.0f} times")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
