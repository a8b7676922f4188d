"""The signal on the canvas: wires tinted by its spread, nodes told what they lose."""

from __future__ import annotations

from math import isfinite, log10
from typing import Literal

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.design.model import Wire
from engine.measure.signals import Layer, Leaving, middle
from gui.canvas.camera import Camera
from gui.canvas.inks import TONES

Way = Literal["forward", "backward"]

OFFSET = 12  # from the edges of the canvas
BAR = QSize(150, 8)
DECADES = 4.0  # powers of ten from healthy to the end of the scale
DEAD = 0.01  # share of dead units that is worth a badge
SATURATED = 0.2  # share of values in flat zones, of what is no rectifier


class SignalTint(QObject):
    """Tints the wires of a canvas by the spread of what they carry; off by default."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._session = camera.canvas.session
        self.way: Way | None = None
        self.legend = ToneLegend(camera)
        self._session.document.changed.connect(self._show)
        self._session.document.place_changed.connect(self._show)
        self._session.theme.changed.connect(self._show)
        camera.looked.connect(self._lay)

    def none(self) -> None:
        """Show the wires in their own colour."""
        self._choose(None)

    def forward(self) -> None:
        self._choose("forward")

    def backward(self) -> None:
        self._choose("backward")

    def _choose(self, way: Way | None) -> None:
        before, self.way = self.way, way
        hearing = self._session.ear
        if before is None and way is not None:
            hearing.changed.connect(self._show)
        if before is not None and way is None:
            hearing.changed.disconnect(self._show)
            self._clear()
        hearing.want(self, way is not None)
        self._show()

    def _clear(self) -> None:
        scene = self._camera.canvas
        scene.tint({})
        for key in scene.node_items:
            scene.feel(key, lost="")
        scene.overview.forget()
        self.legend.hide()

    def _show(self, *_: object) -> None:
        if self.way is None:
            return
        hearing = self._session.ear
        signal = hearing.signal
        self.legend.tell(self.way, hearing.words, waiting=hearing.stale)
        self._lay()
        if signal is None:
            return
        document, scene = self._session.document, self._camera.canvas
        tones: dict[Wire, int] = {}
        for wire in document.design.wires:
            leaving = signal.leaving(document.path_to(wire.source), wire.output)
            tone = _tone(leaving, self.way)
            if tone is not None and wire in scene.strands.strokes:
                tones[wire] = tone
        scene.tint(tones)
        for key in scene.node_items:
            layer = signal.at(document.path_to(key))
            scene.feel(key, lost=self._lost(layer) if layer else "")
        scene.overview.forget()

    def _lost(self, layer: Layer) -> str:
        """What a badge says of an activation; "" where there is nothing to mind."""
        if layer.role != "activation" or not layer.dead:
            return ""
        dead, saturated = middle(layer.dead), middle(layer.saturated)
        if isfinite(dead) and dead >= DEAD:
            return self.tr("{share} dead").format(share=f"{dead:.0%}")
        node = self._session.document.design.nodes.get(layer.node.rpartition("/")[2])
        row = node.row if node else None
        if row is None or row.family == "Rectifiers":
            return ""  # half of what reaches them is meant to be cut off
        if isfinite(saturated) and saturated >= SATURATED:
            return self.tr("{share} saturated").format(share=f"{saturated:.0%}")
        return ""

    def _lay(self) -> None:
        area, legend = self._camera.viewport().rect(), self.legend
        legend.resize(legend.sizeHint())
        legend.move(
            (area.width() - legend.width()) // 2,
            area.height() - legend.height() - OFFSET,
        )
        roomy = area.width() > legend.width() + 2 * OFFSET and area.height() > 120
        legend.setVisible(self.way is not None and roomy)


def _tone(leaving: Leaving | None, way: Way) -> int | None:
    """The step on the scale of what a wire carries; None where nothing is known."""
    spread = None
    if leaving is not None:
        spread = leaving.forward if way == "forward" else leaving.backward
    if spread is None:
        return None
    std = middle(spread.std)
    if std != std:  # it overflowed in some run
        return TONES
    if std <= 0:
        return -TONES
    return max(-TONES, min(TONES, round(log10(std) / DECADES * TONES)))


class ToneLegend(QWidget):
    """The scale, with its healthy middle."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera.viewport())
        self.setObjectName("signalLegend")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._camera = camera
        self.text = ""
        self.hide()

    def tell(self, way: Way, words: str, *, waiting: bool) -> None:
        """Say which way is shown, or why nothing is."""
        names = {
            "forward": self.tr("Spread of the signal"),
            "backward": self.tr("Spread of the gradient"),
        }
        self.text = words or names[way]
        if waiting and not words:
            self.text = self.tr("{what}, measuring …").format(what=names[way])
        ends = self.tr("blue fades below 0.1, grey is healthy, orange grows beyond 10")
        self.setAccessibleName(f"{self.text}: {ends}")
        self.update()

    @property
    def _ends(self) -> tuple[str, str, str]:
        return "10⁻⁴", self.tr("healthy 0.1 to 10"), "10⁴"

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        low, middle_, high = (metrics.horizontalAdvance(text) for text in self._ends)
        bar = max(BAR.width(), middle_) + low + high + 44
        wide = max(bar, metrics.horizontalAdvance(self.text) + 24)
        return QSize(wide, 2 * metrics.height() + 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        inks = self._camera.canvas.inks
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(inks.card)
        painter.setBrush(inks.ground)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, 6, 6)
        painter.setPen(inks.text)
        line = self.fontMetrics().height()
        top = QRectF(whole.left(), whole.top() + 5, whole.width(), line)
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, self.text)
        self._draw_scale(painter, top.bottom() + 5)
        painter.end()

    def _draw_scale(self, painter: QPainter, top: float) -> None:
        inks, metrics = self._camera.canvas.inks, self.fontMetrics()
        low, healthy, high = self._ends
        left = 14.0 + metrics.horizontalAdvance(low)
        right = self.width() - 14.0 - metrics.horizontalAdvance(high)
        bar = QRectF(left, top, right - left, BAR.height())
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(-TONES, TONES + 1):
            ramp.setColorAt((step + TONES) / (2 * TONES), inks.toned(step))
        painter.setPen(inks.card)
        painter.setBrush(ramp)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(inks.muted)
        middle_ = Qt.AlignmentFlag.AlignVCenter
        ends = QRectF(9.0, top - 4, self.width() - 18.0, BAR.height() + 8)
        painter.drawText(ends, middle_ | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(ends, middle_ | Qt.AlignmentFlag.AlignRight, high)
        below = QRectF(0, bar.bottom() + 1, self.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, healthy)
