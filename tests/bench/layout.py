"""The tidy layout beside fast-sugiyama, which orders layers but knows no sizes.

    python tests/bench/layout.py [NODES]

Residual networks and networks whose skips lead further; the ratio is to the library's
time in the same run, cases in turn, as medians.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from fast_sugiyama import from_edges

from engine.design.model import Wire
from gui.canvas.layout import Box, Drawing, Shape, tidy

ROUNDS = 9
BOX = Box(-60.0, -30.0, 60.0, 30.0)


def residual(nodes: int) -> list[tuple[int, int]]:
    """Blocks of six nodes in a chain, and a skip from each block to the next."""
    edges = [(place, place + 1) for place in range(nodes - 1)]
    return edges + [(place, place + 6) for place in range(0, nodes - 6, 6)]


def skipping(nodes: int) -> list[tuple[int, int]]:
    """A chain, and a skip over up to 30 nodes from every fifth."""
    drawn = random.Random(0)
    edges = [(place, place + 1) for place in range(nodes - 1)]
    skips = (
        (place, min(nodes - 1, place + drawn.randint(2, 30)))
        for place in range(0, nodes - 3, 5)
    )
    return sorted({*edges, *skips})


def drawing(nodes: int, edges: list[tuple[int, int]]) -> Drawing:
    """The same as nodes with ports, sizes and labels."""
    entering: dict[int, int] = {}
    wires = []
    for source, target in edges:
        port = entering[target] = entering.get(target, -1) + 1
        wires.append(Wire(f"n{source}", "o", f"n{target}", f"i{port}"))
    shapes = {
        f"n{place}": Shape(
            BOX,
            {f"i{p}": (-60.0, p * 20.0) for p in range(entering.get(place, 0) + 1)},
            {"o": (60.0, 0.0)},
        )
        for place in range(nodes)
    }
    return Drawing(shapes, wires, {(key, "o"): 60.0 for key in shapes})


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def main(nodes: int) -> None:
    for name, edges in (("residual", residual(nodes)), ("skips", skipping(nodes))):
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(timed(lambda edges=edges: from_edges(edges).to_list()))
            drawn = drawing(nodes, edges)
            ours.append(timed(lambda drawn=drawn: tidy(drawn)))
        mine, floor = statistics.median(ours), statistics.median(theirs)
        sys.stdout.write(
            f"{name:10}{nodes:7} nodes   tidy {mine:8.1f} ms   "
            f"library {floor:8.1f} ms   ratio {mine / floor:.2f} (goal 1.2)\n"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
