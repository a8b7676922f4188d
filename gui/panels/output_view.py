"""What the selected node makes of one input: a picture, a histogram, numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.measure.results import Output
from gui.hearing import Hearing
from gui.panels.labels import Label
from gui.panels.plot import Plot, number
from gui.session import Session

FEW = 12  # values that are told one by one


class OutputView(QWidget):
    """Follows the selection while it is shown.

    Args:
        session: of the whole design.
        hearing: knows where the input comes from.
    """

    def __init__(self, session: Session, hearing: Hearing, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._hearing = hearing
        self.output: Output | None = None
        self._asked: object = None
        self.setObjectName("outputView")
        self.setAccessibleName(self.tr("Output of the selected node for one input"))
        self.words = Label("", "small", self)
        self.picture = Picture(session, self)
        self.histogram = Plot(session.theme, self)
        self.histogram.setAccessibleName(self.tr("Histogram of the output"))
        self.histogram.setMinimumHeight(60)
        self.histogram.getPlotItem().vb.setMouseEnabled(x=False, y=False)
        self._bars = pg.BarGraphItem(x0=[], x1=[], y0=0, height=[])
        self.histogram.addItem(self._bars, ignoreBounds=True)
        row = QHBoxLayout()
        row.addWidget(self.picture)
        row.addWidget(self.histogram, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row, 1)
        layout.addWidget(self.words)
        self.setMinimumWidth(220)
        session.selection.changed.connect(self.refresh)
        hearing.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Ask for the selected node's output, unless it is known."""
        if not self.isVisible():
            return
        document, ids = self.session.document, self.session.selection.ids
        node = next(iter(ids)) if len(ids) == 1 else ""
        if not node or not document.checked.ok:
            self._clear(self.tr("Select a node to see what it makes of one input."))
            return
        asked = (node, document.design.graph, self._hearing.asked)
        if asked == self._asked:
            return
        self._asked = asked
        self._ask(node, asked)

    def _ask(self, node: str, asked: object) -> None:
        from dataclasses import replace

        from engine.service import AskOutput

        how = replace(self._hearing.asked, seeds=1, batch=2, backward="noise")

        def done(output: Output) -> None:
            if self._asked is asked:
                self._show(output)

        def failed(sentence: str) -> None:
            if self._asked is asked:
                self._clear(sentence)

        self.words.setText(self.tr("computing …"))
        request = AskOutput(self.session.document.design, node, "", how)
        self.session.worker.ask(request, done, failed, owner=self)

    def _clear(self, sentence: str) -> None:
        self.output, self._asked = None, None
        self.picture.show_values(None)
        self.histogram.hide()
        self.words.setText(sentence)

    def _show(self, output: Output) -> None:
        self.output = output
        self.picture.show_values(output.picture)
        self.histogram.show()
        colour = QColor(self.session.theme.arriving)
        self._bars.setOpts(
            x0=output.edges[:-1],
            x1=output.edges[1:],
            y0=0,
            height=output.counts,
            width=None,
            brush=colour,
            pen=pg.mkPen(self.session.theme.field, width=0.5),
        )
        box = self.histogram.getPlotItem().vb
        box.setXRange(float(output.edges[0]), float(output.edges[-1]), padding=0.03)
        box.setYRange(0, 1.05 * float(np.max(output.counts)), padding=0)
        self.words.setText(self._said(output))

    def _said(self, output: Output) -> str:
        shape = "×".join(map(str, output.shape)) or self.tr("one number")
        said = self.tr("{shape}: mean {mean}, std {std}, from {low} to {high}")
        text = said.format(
            shape=shape,
            mean=number(output.mean),
            std=number(output.std),
            low=number(output.low),
            high=number(output.high),
        )
        if output.values is not None and len(output.values) <= FEW:
            text += "\n" + "  ".join(number(float(v)) for v in output.values)
        return text


class Picture(QWidget):
    """Numbers as shades: dark is the least, light the most."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.image: QImage | None = None
        self.setAccessibleName(self.tr("The output as a picture"))
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(130, 110)

    def show_values(self, values: Any) -> None:
        """Show these; None is no picture."""
        self.setVisible(values is not None)
        self.image = None if values is None else _image(values)
        self.setMinimumWidth(110 if values is not None else 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image is None:
            return
        painter = QPainter(self)
        shown = self.image.size().scaled(
            self.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        left, top = self.width() - shown.width(), self.height() - shown.height()
        painter.drawImage(
            QRect(left // 2, top // 2, shown.width(), shown.height()), self.image
        )
        painter.end()


def _image(values: Any) -> QImage:
    """Shades of grey from the least to the most; what is no number is clear."""
    known = np.isfinite(values)
    low, high = float(values[known].min()), float(values[known].max())
    shade = np.where(known, (values - low) / ((high - low) or 1.0), 0.0)
    grey = (255 * np.nan_to_num(shade)).astype(np.uint32)
    alpha = np.where(known, np.uint32(255), np.uint32(0))
    pixels = (alpha << 24) | (grey << 16) | (grey << 8) | grey
    high_, wide = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    format_ = QImage.Format.Format_ARGB32
    return QImage(data, wide, high_, 4 * wide, format_).copy()
