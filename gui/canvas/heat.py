"""Heat: every node tinted by its share of a cost, with a legend; off by default."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.check.costs import Measure
from gui.canvas.camera import Camera

OFFSET = 12  # from the edges of the canvas
BAR = QSize(120, 8)
STOPS = 8  # of the gradient: its colours are not on a straight line


class Heat(QObject):
    """Tints the nodes of a canvas and keeps the tints in step with the design."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._session = camera.canvas.session
        self.measure: Measure | None = None
        self.legend = Legend(camera)
        self._session.document.changed.connect(self._show)
        self._session.theme.changed.connect(self._show)
        camera.looked.connect(self._lay)

    def none(self) -> None:
        """Show the nodes in their own colours."""
        self._choose(None)

    def parameters(self) -> None:
        self._choose("parameters")

    def mult_adds(self) -> None:
        self._choose("mult_adds")

    def memory(self) -> None:
        self._choose("memory")

    def _choose(self, measure: Measure | None) -> None:
        self.measure = measure
        scene = self._camera.canvas
        if measure is None:
            for key in scene.node_items:
                scene.feel(key, heat=None)
            scene.overview.forget()
            self.legend.hide()
        self._show()

    def _show(self) -> None:
        if self.measure is None:
            return
        shares = self._session.document.checked.costs.shares(self.measure)
        most = max(shares.values(), default=0.0)
        scene = self._camera.canvas
        for key in scene.node_items:
            scene.feel(key, heat=shares.get(key, 0.0) / most if most else 0.0)
        scene.overview.forget()
        self.legend.tell(self._named(self.measure), most)
        self._lay()

    def _named(self, measure: Measure) -> str:
        names = {
            "parameters": self.tr("of the parameters"),
            "mult_adds": self.tr("of the mult-adds"),
            "memory": self.tr("of the memory in training"),
        }
        if not self._session.document.here.place:
            return names[measure]
        return self.tr("{of} of this block").format(of=names[measure])

    def _lay(self) -> None:
        area, legend = self._camera.viewport().rect(), self.legend
        legend.resize(legend.sizeHint())
        legend.move(OFFSET, area.height() - legend.height() - OFFSET)
        roomy = area.width() > legend.width() + 2 * OFFSET and area.height() > 120
        legend.setVisible(self.measure is not None and roomy)


class Legend(QWidget):
    """The colours from nothing to the hottest node, and what they are a share of."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera.viewport())
        self.setObjectName("heatLegend")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._camera = camera
        self._most = 0.0
        self._of = ""
        self.hide()

    @property
    def text(self) -> str:
        """What the hot end stands for."""
        return f"{self._most:.0%} {self._of}"

    def tell(self, of: str, most: float) -> None:
        """Say what is shown and how large the largest share is."""
        self._of, self._most = of, most
        said = self.tr("Heat: the hottest node has {share}").format(share=self.text)
        self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(f"0 {self.text}")
        return QSize(BAR.width() + words + 38, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        inks = self._camera.canvas.inks
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(inks.card)
        painter.setBrush(inks.ground)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, 6, 6)
        painter.setPen(inks.muted)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(whole.adjusted(10, 0, 0, 0), middle, "0")
        left = 18 + self.fontMetrics().horizontalAdvance("0")
        bar = QRectF(left, (self.height() - BAR.height()) / 2, *BAR.toTuple())
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop in range(STOPS + 1):
            ramp.setColorAt(stop / STOPS, inks.heated(stop / STOPS))
        painter.setPen(inks.card)
        painter.setBrush(ramp)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(inks.muted)
        painter.drawText(whole.adjusted(bar.right() + 8, 0, 0, 0), middle, self.text)
        painter.end()
