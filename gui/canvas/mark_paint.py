"""Draws frames and comments: the same strokes on the canvas and in pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout

from engine.design.marks import Box, Comment, Frame, Mark
from gui.canvas.inks import Inks, pen

CORNER = 10.0
FOLD = 6.0  # corner of a comment
INSET = 12.0  # from a frame's corner to its title
HEAD = 30.0  # the part of a frame that holds its title, and by which it is dragged
EDGE = 10.0  # from a comment's edge to its text
LEGIBLE = 9.5  # pixels of the screen: titles grow with the distance to stay so
DUST = 5.0  # pixels below which text is not drawn
TALLEST = 40.0  # a title that grew never reaches into the nodes
PIXELS = {"small": 11, "medium": 13, "large": 20}  # of a comment's text
GRIP = 7.0  # side of a handle, in pixels of the screen


class MarkMood(NamedTuple):
    """What a gesture or the pointer does to a mark's looks for a while."""

    selected: bool = False
    hovered: bool = False
    target: bool = False  # what is dragged would belong to it


STILL = MarkMood()


def paint_mark(
    painter: QPainter,
    mark: Mark,
    inks: Inks,
    zoom: float,
    mood: MarkMood = STILL,
) -> None:
    """A frame or a comment, at the scene's coordinates."""
    box = rect(mark.box)
    if isinstance(mark, Frame):
        _paint_frame(painter, box, mark, inks, zoom, mood)
    else:
        _paint_comment(painter, box, mark, inks, zoom, mood)
    if mood.selected:
        _paint_grips(painter, box, inks, zoom)


def rect(box: Box) -> QRectF:
    return QRectF(*box)


def mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """The ground with a share of a colour in it: opaque, so that it prints."""
    parts = zip(_parts(ground), _parts(colour), strict=True)
    return QColor.fromRgbF(*(part + share * (other - part) for part, other in parts))


def _parts(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def wash(inks: Inks, colour: str) -> QColor:
    """The ground of a comment."""
    return mixed(inks.canvas, inks.theme.mark(colour), 0.18)


def _paint_frame(
    painter: QPainter,
    box: QRectF,
    frame: Frame,
    inks: Inks,
    zoom: float,
    mood: MarkMood,
) -> None:
    colour = inks.theme.mark(frame.colour)
    share = 0.13 if mood.hovered or mood.target else 0.07
    line = pen(mixed(inks.canvas, colour, 0.5), 1.2)
    if mood.selected or mood.target:
        line = pen(inks.accent if mood.selected else colour, 2.0 / min(zoom, 1.0))
    painter.setPen(line)
    painter.setBrush(mixed(inks.canvas, colour, share))
    painter.drawRoundedRect(box, CORNER, CORNER)
    _paint_title(painter, box, frame.title, mixed(inks.text, colour, 0.45), inks, zoom)


def _paint_title(
    painter: QPainter, box: QRectF, title: str, ink: QColor, inks: Inks, zoom: float
) -> None:
    """The title, larger the further away, while there is room for it."""
    font = title_font(inks, zoom)
    if not title or font.pixelSize() * zoom < DUST:
        return
    room = box.width() - 2 * INSET
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
    if room < font.pixelSize() or metrics.height() > box.height():
        return
    painter.setFont(font)
    painter.setPen(ink)
    high = max(metrics.height() + 4, HEAD)
    base = box.top() + (high + metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(box.left() + INSET, base), text)


def title_font(inks: Inks, zoom: float) -> QFont:
    """The face of a frame's title at this zoom."""
    font = QFont(inks.fonts["name"])
    usual = font.pixelSize()
    font.setPixelSize(round(min(max(usual, LEGIBLE / max(zoom, 1e-3)), TALLEST)))
    return font


def _paint_comment(
    painter: QPainter,
    box: QRectF,
    comment: Comment,
    inks: Inks,
    zoom: float,
    mood: MarkMood,
) -> None:
    colour = inks.theme.mark(comment.colour)
    line = pen(mixed(inks.canvas, colour, 0.7 if mood.hovered else 0.35), 1.0)
    if mood.selected:
        line = pen(inks.accent, 2.0 / min(zoom, 1.0))
    painter.setPen(line)
    painter.setBrush(wash(inks, comment.colour))
    painter.drawRoundedRect(box, FOLD, FOLD)
    font = text_font(inks, comment.size)
    if font.pixelSize() * zoom < DUST:
        return
    painter.setFont(font)
    painter.setPen(inks.text)
    inner = box.adjusted(EDGE, EDGE - 2, -EDGE, -EDGE + 2)
    metrics = QFontMetricsF(font)
    step, y = metrics.lineSpacing(), inner.top() + metrics.ascent()
    lines = broken(comment.text, font.toString(), inner.width())
    for place, text in enumerate(lines):
        if y + metrics.descent() > inner.bottom() + 1:
            return
        last = y + step + metrics.descent() > inner.bottom() + 1
        if last and place + 1 < len(lines):
            right = Qt.TextElideMode.ElideRight
            text = metrics.elidedText(text + " …", right, inner.width())
        painter.drawText(QPointF(inner.left(), y), text)
        y += step


def text_font(inks: Inks, size: str) -> QFont:
    """The face of a comment of this size."""
    font = QFont(inks.fonts["small"])
    font.setPixelSize(PIXELS[size])
    return font


def height_of(comment: Comment, inks: Inks) -> float:
    """How high a comment must be to show all of its text."""
    font = text_font(inks, comment.size)
    lines = broken(comment.text, font.toString(), comment.box.width - 2 * EDGE)
    return max(1, len(lines)) * QFontMetricsF(font).lineSpacing() + 2 * EDGE


@lru_cache(maxsize=512)
def broken(text: str, face: str, width: float) -> tuple[str, ...]:
    """A text in lines that are no wider than this, broken between words.

    Lines are drawn one by one, so that a picture holds them as text in its place.
    """
    font = QFont()
    font.fromString(face)
    found: list[str] = []
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph or " ", font)
        layout.beginLayout()
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(max(width, 1.0))
            start = line.textStart()
            found.append(paragraph[start : start + line.textLength()].rstrip())
            line = layout.createLine()
        layout.endLayout()
    return tuple(found)


def _paint_grips(painter: QPainter, box: QRectF, inks: Inks, zoom: float) -> None:
    """The handles by which a selected mark is resized."""
    side = min(GRIP / zoom, box.width() / 3, box.height() / 3)
    painter.setPen(pen(inks.accent, 1.2 / zoom))
    painter.setBrush(inks.node)
    for corner in (
        box.topLeft(),
        box.topRight(),
        box.bottomLeft(),
        box.bottomRight(),
    ):
        painter.drawRect(
            QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side)
        )
