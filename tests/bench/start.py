"""Start to the first painted window and to the painted network, against a bare window.

Fresh processes, alternating, warm; prints the medians and their ratios. The first
paint is the frame; the canvas with the network on it follows in the next steps.

    python tests/bench/start.py [ROUNDS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "pyqtgraph", "torchinfo")

# The clock starts before Python does: the parent passes its own monotonic time.
BARE = """
import sys, time, json
from PySide6.QtWidgets import QApplication, QMainWindow
from PySide6.QtCore import QTimer

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self.painted)

    def painted(self):
        if hasattr(self, "told"):
            return
        self.told = True
        at, cpu = time.monotonic(), time.process_time()
        print(json.dumps({"at": at, "cpu": cpu, "heavy": []}), flush=True)
        QApplication.exit()

app = QApplication([])
window = Window()
window.resize(1200, 800)
window.show()
app.exec()
"""

FANIN = """
import sys, time, json
sys.path.insert(0, {root!r})
import gui.window as module
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

class Window(module.Window):
    def paintEvent(self, event):
        if not {network}:
            QTimer.singleShot(0, self.painted)  # before the window's own first step
        super().paintEvent(event)

    def furnish(self):
        super().furnish()
        if {network}:
            self.canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched, event):
        if {network} and event.type() == QEvent.Type.Paint:
            if watched is self.canvas.viewport() and self.document.design.nodes:
                QTimer.singleShot(0, self.painted)
        return super().eventFilter(watched, event)

    def painted(self):
        if hasattr(self, "told"):
            return
        self.told = True
        heavy = [name for name in {heavy!r} if name in sys.modules]
        at, cpu = time.monotonic(), time.process_time()
        print(json.dumps({{"at": at, "cpu": cpu, "heavy": heavy}}), flush=True)
        self.complete = self._step = lambda: None
        QApplication.exit()

if __name__ == "__main__":
    module.Window = Window
    module.run(None)
"""


class Paint(NamedTuple):
    """One start: seconds to the first painted window, of the clock and of the CPU."""

    wall: float
    cpu: float
    heavy: list[str]


def first_paint(code: str, home: str) -> Paint:
    """Start a fresh process and wait for its first painted window."""
    env = os.environ | {"XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Warm means compiled, whatever this shell says, and not into the sources.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(Path(home) / "compiled")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return Paint(told["at"] - began, told["cpu"], told["heavy"])


def measure(rounds: int) -> list[tuple[Paint, Paint, Paint]]:
    """Bare, frame and network in turn; a first one of each warms the disk."""
    frame, network = (
        FANIN.format(root=str(ROOT), heavy=HEAVY, network=network)
        for network in (False, True)
    )
    with tempfile.TemporaryDirectory() as home:
        starts = [
            tuple(first_paint(code, home) for code in (BARE, frame, network))
            for _ in range(rounds + 1)
        ]
    return starts[1:]


def report(starts: list[tuple[Paint, Paint, Paint]]) -> str:
    """Medians, and medians of each start's ratio, which a busy machine moves least."""
    lines = []
    for place, what in ((1, "frame"), (2, "network")):
        for clock in ("wall", "cpu"):
            bare = [getattr(start[0], clock) for start in starts]
            full = [getattr(start[place], clock) for start in starts]
            ratio = statistics.median(b / a for a, b in zip(bare, full, strict=True))
            lines.append(
                f"{what} painted, {clock}: bare {1000 * statistics.median(bare):.0f} "
                f"ms, Fanin {1000 * statistics.median(full):.0f} ms, ratio {ratio:.2f}"
            )
    heavy = sorted({name for start in starts for name in start[1].heavy})
    return "\n".join([*lines, f"heavy modules by the first: {heavy or 'none'}"])


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    sys.stdout.write(report(measure(rounds)) + "\n")
