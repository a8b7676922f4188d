"""The canvas against plain graphics items: fill, redraw, pan, drag, close up.

    python -m tests.bench.canvas [SIZES...]

Cases take turns in one run, so that the ratios hold on a busy machine as well.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsItem,
    QGraphicsView,
)

import gui.window
from engine.design.model import Design
from gui.canvas.camera import Camera
from gui.canvas.scene import CanvasScene
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.library import Library
from gui.selection import Selection
from gui.session import Session
from gui.theme import Theme
from gui.worker import Worker
from tests.bench.large import SIZES, alternate, report, residual
from tests.bench.plain import PlainView

PLAIN = QGraphicsItem.CacheMode.NoCache
CACHED = QGraphicsItem.CacheMode.DeviceCoordinateCache
SIZE = 1200, 800
ROUNDS = 15
Rows = list[tuple[str, int, float, float, float]]


class Bench(QObject):
    """Both canvases with one design."""

    def __init__(self, app: QApplication, theme: Theme, design: Design) -> None:
        super().__init__()
        self.painted = False
        self.app, self.design = app, design
        self.leave: list[QGraphicsView] = []
        keys = list(design.nodes)
        self.middle = keys[len(keys) // 2]
        document = Document(design, theme)
        selection = Selection(document, document)
        worker = Worker(document)  # is never started
        self.session = Session(document, selection, worker, theme, Library(document))
        self.ours = CanvasView(self.session)
        self.plain = PlainView(design, PLAIN)
        self.cached = PlainView(design, CACHED)
        for view in (self.ours, self.plain, self.cached):
            view.resize(*SIZE)
            view.show()
        self.settle()

    def settle(self, most: float = 30.0) -> None:
        """Wait until nothing is left to be made between frames."""
        until = time.monotonic() + most
        self.app.processEvents()
        while self.ours._pictures._later.isActive() and time.monotonic() < until:
            self.app.processEvents()

    def look(self, zoom: float | None = None) -> None:
        """Look at all of it, or at the middle at a zoom."""
        self.ours.fit()
        if zoom is not None:
            self.ours.zoom_to(zoom)
            self.ours.centerOn(self.ours.canvas.content.center())
        for view in (self.plain, self.cached):
            view.setTransform(self.ours.transform())
            view.centerOn(self.ours.middle)
        self.settle()

    def fill(self, turn: int) -> None:
        """From a design to the first frame; the ways of many wires are found later."""
        scene = CanvasScene(self.session, self.session.document)
        self._show(Camera(scene, None))

    def fill_plain(self, turn: int) -> None:
        self._show(PlainView(self.design, PLAIN))

    def _show(self, view: QGraphicsView) -> None:
        view.resize(*SIZE)
        view.setTransform(self.ours.transform())
        view.centerOn(self.ours.middle)
        view.grab()
        self.leave.append(view)

    def sweep(self) -> None:
        """Delete what was filled."""
        for view in self.leave:
            view.deleteLater()
        self.leave.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def redraw(self, view: QGraphicsView) -> None:
        view.viewport().repaint()

    def frame(self, view: QGraphicsView) -> None:
        """Wait until what changed is painted."""
        self.painted = False
        view.viewport().installEventFilter(self)
        while not self.painted:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        view.viewport().removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.painted = self.painted or event.type() == QEvent.Type.Paint
        return False

    def pan(self, view: QGraphicsView, turn: int) -> None:
        bar = view.horizontalScrollBar()
        bar.setValue(bar.value() + (8 if turn // 2 % 2 else -8))
        self.frame(view)

    def drag(self, turn: int) -> None:
        key = self.middle
        x, y = self.design.look.positions[key]
        self.ours.canvas.put({key: QPointF(x + 10 * turn, y)})
        self.frame(self.ours)

    def drag_plain(self, turn: int) -> None:
        item = self.plain.nodes[self.middle]
        x, y = self.design.look.positions[self.middle]
        item.setPos(x + 10 * turn, y)
        for wire in item.wires:
            wire.lay()
        self.frame(self.plain)

    def close(self) -> None:
        for view in (self.ours, self.plain, self.cached):
            view.close()
            view.deleteLater()
        self.session.document.deleteLater()
        self.app.processEvents()


def measure(app: QApplication, theme: Theme, count: int) -> Rows:
    """All rows of one size."""
    bench = Bench(app, theme, residual(count))
    bench.look()
    few = 3 if count > 1000 else 7
    filled = alternate({"ours": bench.fill, "floor": bench.fill_plain}, few)
    bench.sweep()
    bench.look()
    ours, plain, cached = bench.ours, bench.plain, bench.cached
    drawn = alternate(
        {
            "ours": lambda _: bench.redraw(ours),
            "floor": lambda _: bench.redraw(plain),
            "cached": lambda _: bench.redraw(cached),
        },
        ROUNDS,
    )
    panned = alternate(
        {
            "ours": lambda turn: bench.pan(ours, turn),
            "floor": lambda turn: bench.pan(plain, turn),
        },
        ROUNDS,
    )
    dragged = alternate({"ours": bench.drag, "floor": bench.drag_plain}, ROUNDS)
    rows: Rows = []
    if count > 100:
        rows.append(("fill the canvas", count, filled["ours"], filled["floor"], 1.5))
        goal = 0.15 if count <= 1000 else 0.1
        rows.append(("redraw all", count, drawn["ours"], drawn["floor"], goal))
    else:
        bench.look(0.55)
        shown = alternate(
            {
                "ours": lambda _: bench.redraw(ours),
                "plain": lambda _: bench.redraw(plain),
                "cached": lambda _: bench.redraw(cached),
            },
            ROUNDS,
        )
        rows.append(("whole frame, fit", count, drawn["ours"], drawn["floor"], 0.84))
        rows.append(("whole frame, 55 %", count, shown["ours"], shown["plain"], 0.84))
        what = "the same, cached items"
        rows.append((what, count, shown["ours"], shown["cached"], 1.4))
    rows.append(("pan step", count, panned["ours"], panned["floor"], 1.0))
    rows.append(("drag one node", count, dragged["ours"], dragged["floor"], 1.0))
    bench.close()
    return rows


def main(sizes: list[int]) -> int:
    app = QApplication(["bench", "-style", "fusion"])
    theme = Theme("light", app)
    gui.window.dress(theme)
    rows: Rows = []
    for count in sizes:
        rows += measure(app, theme, count)
    return 0 if report("The canvas, 1200 x 800", rows) else 1


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(given or list(SIZES)))
