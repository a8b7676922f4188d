"""What lies over the canvas and does not move with it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from gui.canvas.camera import Camera
from gui.canvas.minimap import Minimap

OFFSET = 12  # from the edge


class Overlays(QObject):
    """The minimap, the zoom, and what to do with an empty canvas."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._session = camera.canvas.session
        self.minimap = Minimap(camera)
        self._zoom = self._label("canvasZoom")
        self._hint = self._label("canvasHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setText(
            self.tr(
                "Drag a layer here from the left,\n"
                "or press Tab and type what you need: input, linear, relu…"
            )
        )
        self._session.theme.changed.connect(self._paint)
        self._session.document.changed.connect(self.lay)
        camera.looked.connect(self.lay)
        camera.canvas.arranged.connect(self.lay)
        self._paint()

    def lay(self, *_: object) -> None:
        """Put everything in its corner."""
        camera, design = self._camera, self._session.document.design
        area = camera.viewport().rect()
        roomy = area.width() > 420 and area.height() > 260
        # With all of it in view there is nowhere else to look.
        out = not camera.seen.contains(camera.canvas.content)
        self.minimap.setVisible(bool(design.nodes) and roomy and out)
        self.minimap.move(
            area.width() - self.minimap.width() - OFFSET,
            area.height() - self.minimap.height() - OFFSET,
        )
        batch = design.settings.symbols.get("N")
        parts = [self.tr("{percent} %").format(percent=round(camera.zoom * 100))]
        if batch is not None and design.nodes:
            parts.insert(0, self.tr("batch {count}").format(count=batch))
        self._zoom.setText(" · ".join(parts))
        self._zoom.adjustSize()
        self._zoom.setVisible(area.width() > 260 and area.height() > 160)
        self._zoom.move(area.width() - self._zoom.width() - OFFSET, OFFSET)
        self._hint.adjustSize()
        self._hint.move(area.center() - self._hint.rect().center())
        self._hint.setVisible(not design.nodes and not design.look.marks)

    def _label(self, name: str) -> QLabel:
        # On the viewport: a sibling over it would keep Qt from scrolling by copying.
        label = QLabel(self._camera.viewport())
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return label

    def _paint(self) -> None:
        theme = self._session.theme
        for label in (self._zoom, self._hint):
            label.setFont(theme.font("small"))
            label.setStyleSheet(f"color: {theme.muted.name()}; background: none;")
        faded = QColor(theme.accent)
        faded.setAlpha(120)
        edge = faded.name(QColor.NameFormat.HexArgb)
        self._camera.setStyleSheet(
            "QGraphicsView#canvas { border: 1px solid transparent; }"
            f"QGraphicsView#canvas:focus {{ border-color: {edge}; }}"
        )
        self.lay()
