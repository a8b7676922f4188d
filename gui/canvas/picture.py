"""A design as a picture: on any painter, as SVG or as PNG, without a window."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from engine.check import check
from engine.design.marks import Comment, Frame
from engine.design.model import Design, Wire
from engine.errors import FileError
from gui.canvas.face import Face, face_of, tensor_text
from gui.canvas.inks import Inks
from gui.canvas.layout.measure import leaning
from gui.canvas.mark_paint import paint_mark, rect
from gui.canvas.mood import CALM
from gui.canvas.painter import paint_node
from gui.canvas.wire_item import WireItem, WireLook
from gui.canvas.wire_paint import LABEL_EDGE
from gui.canvas.wiring import Line, Wiring
from gui.theme import Theme

EDGE = 24.0
BIGGEST = 16_000  # pixels of a side; Qt's raster engine ends at 32,767


class Picture:
    """Faces and wires of a design, laid out as on the canvas."""

    def __init__(self, design: Design, theme: Theme) -> None:
        self.inks = Inks(theme)
        self._design = design
        self._checked = check(design)
        self._faces = {
            key: face_of(node, self._checked, self.inks)
            for key, node in design.nodes.items()
        }
        self.wires = self._drawn()

    @property
    def area(self) -> QRectF:
        """What the picture covers, with an edge around it."""
        whole = QRectF()
        for key, face in self._faces.items():
            whole = whole.united(face.reach.translated(self._spot(key)))
        for wire in self.wires:
            whole = whole.united(wire.boundingRect())
        for mark in self._design.look.marks.values():
            whole = whole.united(rect(mark.box))
        if whole.isEmpty():
            whole = QRectF(0, 0, 160, 90)
        return whole.marginsAdded(QMarginsF(EDGE, EDGE, EDGE, EDGE))

    @property
    def spaces(self) -> list[QRectF]:
        """What nodes cover."""
        parts = [(self._spot(k), f) for k, f in self._faces.items()]
        found = [face.space.translated(spot) for spot, face in parts]
        return found + [f.spills.translated(spot) for spot, f in parts if f.spills]

    def paint(self, painter: QPainter, *, transparent: bool = False) -> None:
        """Draw at the scene's coordinates; wires first, so that nodes lie on top."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not transparent:
            painter.fillRect(self.area, self.inks.canvas)
        marks = list(self._design.look.marks.values())
        frames = [mark for mark in marks if isinstance(mark, Frame)]
        frames.sort(key=lambda frame: -frame.box.width * frame.box.height)
        for mark in frames:
            paint_mark(painter, mark, self.inks, 1.0)
        for wire in sorted(self.wires, key=WireItem.zValue):
            wire.draw(painter, 1.0)
        for comment in marks:
            if isinstance(comment, Comment):
                paint_mark(painter, comment, self.inks, 1.0)
        for key, face in self._faces.items():
            painter.save()
            painter.translate(self._spot(key))
            mood = CALM._replace(wired=self._wired(key))
            paint_node(painter, face, self.inks, 1.0, mood)
            painter.restore()

    def _spot(self, key: str) -> QPointF:
        return QPointF(*self._design.look.positions.get(key, (0.0, 0.0)))

    def _wired(self, key: str) -> frozenset[tuple[str, bool]]:
        graph = self._design.graph
        entering = {(port, True) for port in graph.incoming.get(key, {})}
        return frozenset(
            entering | {(w.output, False) for w in graph.outgoing.get(key, ())}
        )

    def _drawn(self) -> list[WireItem]:
        """The wires on their ways, as the canvas has them."""
        wiring = Wiring()
        for key, face in self._faces.items():
            wiring.cover(key, face, *self._spot(key).toTuple())
        items = {wire: self._item(wire) for wire in self._design.wires}
        lines = {wire: self._line(item) for wire, item in items.items()}
        for wire, laid in wiring.lay(lines).items():
            items[wire].lay(laid)
        return list(items.values())

    def _item(self, wire: Wire) -> WireItem:
        item = WireItem(wire, self.inks)
        tensor = self._checked.tensor(wire.source, wire.output)
        usual = self._design.settings.dtype
        text = ""
        if tensor:
            text = tensor_text(tensor.shape, tensor.dtype, sampling=True, usual=usual)
        item.say(WireLook(text, wire in self._checked.wrong_wires), self.inks)
        return item

    def _line(self, item: WireItem) -> Line:
        wire, text = item.wire, item.look.text
        start = self._end(wire.source, wire.output, entering=False)
        end = self._end(wire.target, wire.input, entering=True)
        room = self.inks.width("label", text) + 2 * LABEL_EDGE if text else 0.0
        lean = leaning(wire, self._faces[wire.source], self._faces[wire.target])
        points = (start.x(), start.y()), (end.x(), end.y())
        return Line(*points, room, item.look.wrong, lean)

    def _end(self, key: str, port: str, *, entering: bool) -> QPointF:
        face: Face = self._faces[key]
        dot = face.dot(port, entering=entering)
        return self._spot(key) + (dot.at if dot else QPointF())


def render(
    design: Design,
    target: QPainter | str | Path,
    theme: Theme,
    scale: float = 2.0,
    *,
    transparent: bool = False,
) -> None:
    """Draw a design on a painter, or into a file by its suffix (see `save_picture`)."""
    if isinstance(target, QPainter):
        picture = Picture(design, theme)
        target.translate(-picture.area.topLeft())
        picture.paint(target, transparent=transparent)
    else:
        save_picture(design, target, theme, scale, transparent=transparent)


def save_picture(
    design: Design,
    path: str | Path,
    theme: Theme,
    scale: float = 2.0,
    *,
    transparent: bool = False,
) -> None:
    """Write a design as .svg or .png.

    Args:
        design: the design.
        path: the file; its suffix says which kind.
        theme: the colours.
        scale: pixels of a .png for one of the canvas.
        transparent: whether the ground is left out.

    Raises:
        FileError: another suffix, or the file cannot be written.
    """
    path = Path(path)
    picture = Picture(design, theme)
    if path.suffix.lower() == ".svg":
        _save_svg(picture, path, transparent=transparent)
    elif path.suffix.lower() == ".png":
        _save_png(picture, path, scale, transparent=transparent)
    else:
        raise FileError("A picture is a .svg or a .png, not {name}.", name=path.name)


def export_picture(design: Design, path: str | Path, *, dark: bool = False) -> None:
    """Write a design as .svg or .png, from the command line as well.

    Raises:
        FileError: another suffix, or the file cannot be written.
    """
    running = QGuiApplication.instance()
    if running is None:
        # Fonts need an application, but nothing here needs a screen.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        running = QGuiApplication(["fanin"])
    theme = Theme("dark" if dark else "light")
    save_picture(design, path, theme)
    theme.deleteLater()


def _save_svg(picture: Picture, path: Path, *, transparent: bool) -> None:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtSvg import QSvgGenerator

    area = picture.area
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    painter = QPainter(generator)
    painter.translate(-area.topLeft())
    picture.paint(painter, transparent=transparent)
    painter.end()
    buffer.close()
    try:
        path.write_bytes(bytes(data.data()))
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(
            "{name} was not written: {reason}.", name=path.name, reason=reason
        ) from None


def _save_png(picture: Picture, path: Path, scale: float, *, transparent: bool) -> None:
    area = picture.area
    scale = min(scale, BIGGEST / max(area.width(), area.height()))
    size = QSize(round(area.width() * scale), round(area.height() * scale))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    picture.paint(painter, transparent=transparent)
    painter.end()
    if not image.save(str(path)):
        raise FileError(
            "{name} was not written: the folder is not there or is closed to you.",
            name=path.name,
        )
