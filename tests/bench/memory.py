"""What a node takes on the canvas, in a process of its own for each case.

python -m tests.bench.memory [NODES]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.large import residual, say

MOST = 10_000  # bytes of a node


def resident() -> int:
    """Bytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def grown(case: str, count: int) -> float:
    """Bytes that each node adds to a process; `case` is ours or plain."""
    import gc

    from PySide6.QtWidgets import QApplication, QGraphicsItem

    import gui.window
    from gui.theme import Theme
    from tests.bench.canvas import Bench
    from tests.bench.plain import PlainView

    app = QApplication(["bench", "-style", "fusion"])
    theme = Theme("light", app)
    gui.window.dress(theme)
    bench = Bench(app, theme, residual(10))
    design = residual(count)
    document = bench.session.document
    for _ in range(2):  # the check, and all that is made once
        document.replace(residual(10))
    before, kept = resident(), None
    if case == "ours":
        document.replace(design)
        bench.ours.fit()
        bench.settle()
    else:
        kept = PlainView(design, QGraphicsItem.CacheMode.NoCache)
    gc.collect()
    after = resident()
    del kept
    return (after - before) / count


def main(count: int) -> int:
    found = {}
    for case in ("ours", "plain"):
        command = [sys.executable, "-m", "tests.bench.memory", case, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[case] = float(done.stdout.split()[-1])
    say(
        f"a node with its wires and its check: {found['ours'] / 1000:.1f} kB; "
        f"as plain items: {found['plain'] / 1000:.1f} kB; goal: {MOST / 1000:.0f} kB"
    )
    return 0 if found["ours"] <= MOST else 1


if __name__ == "__main__":
    if len(sys.argv) > 2:
        say(str(grown(sys.argv[1], int(sys.argv[2]))))
        sys.stdout.flush()
        os._exit(0)
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
