"""Pictures as files: .svg and .pdf, which scale, and .png; with no window or screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QSize,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from engine.design.file import write_bytes
from engine.design.model import Design
from engine.errors import FileError
from gui.canvas.picture import WHOLE, Picture, Shot
from gui.canvas.svg import clean
from gui.theme import Theme

SUFFIXES = (".svg", ".pdf", ".png")
BIGGEST = 16_000  # pixels of a side; Qt's raster engine ends at 32,767
MOST_PIXELS = 60_000_000  # of a picture: 240 MB, which other programs still open
INCH = 0.0254  # metres
DPI = 96.0  # of a picture at its own size
FARTHEST = 14_400.0  # points: a page of a PDF is no larger


class Form(NamedTuple):
    """How a picture is written.

    Args:
        scale: pixels of a .png for one of the canvas.
        text: whether the words of a .svg stay text; else they are outlines.
        title: what the file says it shows.
    """

    scale: float = 2.0
    text: bool = False
    title: str = "Network"


USUAL = Form()


def save_picture(
    design: Design,
    path: str | Path,
    theme: Theme,
    shot: Shot = WHOLE,
    form: Form = USUAL,
) -> None:
    """Write a design as .svg, .pdf or .png, by the suffix.

    Raises:
        FileError: another suffix, or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(
            "A picture is a .svg, a .pdf or a .png, not {name}.", name=path.name
        )
    picture = Picture(design, theme, shot)
    if suffix == ".svg":
        data = svg(picture, form)
    else:
        data = pdf(picture, form) if suffix == ".pdf" else png(picture, form)
    write_bytes(path, data)


def export_picture(
    design: Design,
    path: str | Path,
    shot: Shot = WHOLE,
    form: Form = USUAL,
    *,
    dark: bool = False,
) -> None:
    """Write a design as a picture, from the command line as well.

    Raises:
        FileError: another suffix, or the file cannot be written.
    """
    running = QGuiApplication.instance()
    if running is None:
        # Fonts need an application, but nothing here needs a screen.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        running = QGuiApplication(["fanin"])
    theme = Theme("dark" if dark else "light")
    save_picture(design, path, theme, shot, form)
    theme.deleteLater()


def svg(picture: Picture, form: Form = USUAL) -> bytes:
    """The picture as SVG 1.1."""
    from PySide6.QtSvg import QSvgGenerator

    area = picture.area
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(round(DPI))
    generator.setSize(area.size().toSize())
    generator.setViewBox(area)
    painter = QPainter(generator)
    picture.paint(painter)
    painter.end()
    return clean(_bytes(buffer), area, form.title, outlines=not form.text)


def pdf(picture: Picture, form: Form = USUAL) -> bytes:
    """The picture as one page of its own size, its typefaces embedded."""
    area = picture.area
    points = min(72.0 / DPI, FARTHEST / max(area.width(), area.height()))
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(form.title)
    writer.setCreator("Fanin")
    writer.setResolution(1200)
    writer.setPageSize(
        QPageSize(
            QSizeF(area.width() * points, area.height() * points),
            QPageSize.Unit.Point,
            "",
            QPageSize.SizeMatchPolicy.ExactMatch,
        )
    )
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    _painted(picture, QPainter(writer), points / 72.0 * 1200)
    return _bytes(buffer)


def png(picture: Picture, form: Form = USUAL) -> bytes:
    """The picture as pixels, which say how large they are meant.

    Raises:
        FileError: it is larger than any memory is meant for.
    """
    made = image(picture, form.scale)
    made.setText("Title", form.title)
    made.setText("Software", "Fanin")
    buffer = _buffer()
    if made.isNull() or not made.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise FileError("This picture is too large; take a smaller scale.")
    return _bytes(buffer)


def image(picture: Picture, scale: float) -> QImage:
    """The picture as pixels, at a scale that memory allows."""
    area = picture.area
    scale = min(scale, scale_limit(area.size()))
    size = QSize(round(area.width() * scale), round(area.height() * scale))
    made = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    for setter in (made.setDotsPerMeterX, made.setDotsPerMeterY):
        setter(round(DPI * scale / INCH))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    _painted(picture, painter, scale)
    return made


def scale_limit(size: QSizeF) -> float:
    """The largest scale at which a picture of this size can be painted."""
    wide, high = max(size.width(), 1.0), max(size.height(), 1.0)
    most: float = (MOST_PIXELS / (wide * high)) ** 0.5
    return min(most, BIGGEST / max(wide, high))


def _painted(picture: Picture, painter: QPainter, scale: float) -> None:
    painter.scale(scale, scale)
    painter.translate(-picture.area.topLeft())
    picture.paint(painter)
    painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _bytes(buffer: QBuffer) -> bytes:
    buffer.close()
    return bytes(buffer.data().data())
