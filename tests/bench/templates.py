"""Open, check and paint ready designs: the largest per node against the tutorial.

Each round opens every design anew, so that nothing is remembered of it; the cases
alternate. Nodes are counted with those inside blocks, as often as they are used.

    python tests/bench/templates.py [NAME ...]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from engine.check import check
from engine.check.walk import walk
from engine.design import file
from engine.design.evaluate import evaluate
from engine.design.model import Design
from gui.files import EXAMPLES

ROUNDS = 9
FIRST = "tutorial"
LARGE = ("googlenet", "inception_v3", "efficientnet_b0", "swin_t", "gpt2", "resnet50")


def opened(name: str) -> tuple[Design, dict[str, float]]:
    """A design, and the milliseconds that reading, checking and costs took."""
    taken, now = {}, time.perf_counter()
    design = file.load(EXAMPLES / f"{name}.fanin")
    taken["read"] = time.perf_counter() - now
    evaluate.cache_clear()
    now = time.perf_counter()
    checked = check(design)
    taken["check"] = time.perf_counter() - now
    now = time.perf_counter()
    assert checked.costs.nodes
    taken["costs"] = time.perf_counter() - now
    return design, {step: 1000 * seconds for step, seconds in taken.items()}


def painted(design: Design) -> float:
    """Milliseconds from a document to its first picture on a canvas."""
    from gui.canvas.view import CanvasView
    from gui.document import Document
    from gui.library import Library
    from gui.selection import Selection
    from gui.session import Session
    from gui.theme import Theme
    from gui.worker import Worker

    theme, document = Theme("light"), Document()
    worker = Worker()  # never started: nothing is measured here
    session = Session(
        document, Selection(document, document), worker, theme, Library(document)
    )
    view = CanvasView(session)
    view.resize(1200, 700)
    view.show()
    QApplication.processEvents()
    now = time.perf_counter()
    document.replace(design)
    view.grab()
    taken = 1000 * (time.perf_counter() - now)
    view.close()
    view.deleteLater()
    QApplication.processEvents()
    return taken


def main(names: list[str]) -> None:
    application = QApplication([])
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    from gui.theme import load_fonts

    load_fonts()
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    sizes: dict[str, tuple[int, int]] = {}
    for _ in range(ROUNDS):
        for name in names:
            design, taken = opened(name)
            sizes[name] = (
                len(design.nodes),
                sum(at.known.inside is None for at in walk(check(design))),
            )
            rounds[name].append({**taken, "paint": painted(design)})
    report(rounds, sizes)
    del application


def report(
    rounds: dict[str, list[dict[str, float]]], sizes: dict[str, tuple[int, int]]
) -> None:
    """The medians, and what a node takes of them against one of the tutorial's."""
    steps = list(rounds[FIRST][0])
    middle = {
        name: {step: statistics.median(one[step] for one in many) for step in steps}
        for name, many in rounds.items()
    }
    each = sum(middle[FIRST].values()) / sizes[FIRST][1]
    head = "".join(f"{step:>9}" for step in (*steps, "sum", "per node", "ratio"))
    say(f"{'ms':<18}{'nodes':>7}{'inside':>8}{head}")
    for name, taken in middle.items():
        level, inside = sizes[name]
        whole = sum(taken.values())
        row = "".join(f"{taken[step]:>9.2f}" for step in steps)
        node = whole / inside
        tail = f"{whole:>9.2f}{node:>9.3f}{node / each:>9.2f}"
        say(f"{name:<18}{level:>7}{inside:>8}{row}{tail}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(LARGE)
    main([FIRST, *(name for name in wanted if name != FIRST)])
