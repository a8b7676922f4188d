"""The gallery of templates: ready designs, each with a picture and a paragraph."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QPainter, QPen, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.design import file
from engine.design.model import Design
from engine.errors import EngineError
from gui.theme import Theme

CARD = QSize(272, 226)
PICTURE = QSize(248, 116)
TEMPLATE = Qt.ItemDataRole.UserRole
IMAGE = Qt.ItemDataRole.UserRole + 1
_Place = QModelIndex | QPersistentModelIndex
LONGEST_TITLE = 60  # characters; what is longer is a paragraph
HEAD = 64  # lines before the nodes; the notes are one of them

_pictures: dict[tuple[str, bool, float], QImage] = {}


class Template(NamedTuple):
    """One design of the gallery."""

    path: Path
    title: str
    words: str  # the first paragraph of its notes


def templates(folder: Path) -> list[Template]:
    """The designs of a folder, by name, as far as the heads of their files say it.

    The whole files are read one by one, as their pictures are drawn.
    """
    notes = ((path, _notes(path)) for path in sorted(folder.glob("*.fanin")))
    return [Template(path, *_told(path, text)) for path, text in notes if text]


def _notes(path: Path) -> str:
    """The notes of a design; "" where the file does not begin as one."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            head = [line.strip().removesuffix(",") for line in islice(lines, HEAD)]
        if '"format": "fanin"' not in head:
            return ""
        found = next((line for line in head if line.startswith('"notes": ')), "")
        notes = json.loads(found.removeprefix('"notes": ')) if found else ""
    except (OSError, ValueError):  # opening it by hand says why
        return ""
    return notes if isinstance(notes, str) and notes.strip() else path.stem


def _told(path: Path, notes: str) -> tuple[str, str]:
    """Title and first paragraph: notes may begin with a title of their own."""
    first, *rest = (" ".join(part.split()) for part in notes.strip().split("\n\n"))
    if rest and len(first) < LONGEST_TITLE and not first.endswith("."):
        return first, rest[0]
    name = path.stem.replace("_", " ").replace("-", " ")
    return name[:1].upper() + name[1:], first


class Gallery(QDialog):
    """A grid of pictures and a search field; choosing one emits `chosen`.

    Args:
        theme: the look.
        folder: where the templates are.
        parent: the window.
    """

    chosen = Signal(Path)

    def __init__(self, theme: Theme, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setWindowTitle(self.tr("Templates"))
        self.resize(884, 640)
        self._theme = theme
        self.search = QLineEdit(self)
        self.search.setObjectName("gallerySearch")
        self.search.setPlaceholderText(self.tr("Find a network…"))
        self.search.setAccessibleName(self.tr("Search the templates"))
        self.search.setClearButtonEnabled(True)
        self.cards = QListWidget(self)
        self.cards.setObjectName("galleryCards")
        self.cards.setAccessibleName(self.tr("Templates"))
        self.cards.setViewMode(QListWidget.ViewMode.IconMode)
        self.cards.setMovement(QListWidget.Movement.Static)
        self.cards.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.cards.setUniformItemSizes(True)
        self.cards.setSpacing(6)
        self.cards.setFrameShape(QFrame.Shape.NoFrame)
        self.cards.setMouseTracking(True)
        self.cards.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.cards.setItemDelegate(Card(theme, self.cards))
        self.nothing = QLabel(self.tr("No template is called that."), self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 10)
        for part in (self.search, self.cards, self.nothing):
            layout.addWidget(part)
        layout.setStretch(1, 1)
        self.search.textChanged.connect(self._filter)
        self.cards.itemDoubleClicked.connect(self._choose)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._paint_next)
        self._fill(folder)

    def _fill(self, folder: Path) -> None:
        for template in templates(folder):
            item = QListWidgetItem(template.title, self.cards)
            item.setData(TEMPLATE, template)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, template.words)
            item.setToolTip(template.words)
            item.setSizeHint(CARD)
        self.cards.setCurrentRow(0)
        self._timer.start()

    def _paint_next(self) -> None:
        """One picture at a time, what is seen first: the dialog answers in between."""
        cards = [self.cards.item(place) for place in range(self.cards.count())]
        waiting = [item for item in cards if item.data(IMAGE) is None]
        room = self.cards.viewport().rect()
        seen = (i for i in waiting if self.cards.visualItemRect(i).intersects(room))
        item = next(seen, waiting[0] if waiting else None)
        if item is None:
            self._timer.stop()
            return
        template: Template = item.data(TEMPLATE)
        image = picture(template.path, self._theme, self.devicePixelRatioF())
        if image is None:  # it is no design after all
            self.cards.takeItem(self.cards.row(item))
        else:
            item.setData(IMAGE, image)

    def _filter(self, text: str) -> None:
        words, first = text.lower().split(), -1
        for place in range(self.cards.count()):
            item = self.cards.item(place)
            template: Template = item.data(TEMPLATE)
            said = f"{template.title} {template.words}".lower()
            fits = all(word in said for word in words)
            item.setHidden(not fits)
            if fits and first < 0:
                first = place
        self.cards.setVisible(first >= 0)
        self.nothing.setVisible(first < 0)
        self.cards.setCurrentRow(first)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and not item.isHidden():
            self.close()
            self.chosen.emit(item.data(TEMPLATE).path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.cards.currentItem())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.search.hasFocus():
            self.cards.setFocus()
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        super().closeEvent(event)
        self.deleteLater()


def picture(path: Path, theme: Theme, ratio: float) -> QImage | None:
    """The design as on the canvas, small; drawn once for each content and look."""
    try:
        data = path.read_bytes()
        key = (sha256(data).hexdigest(), theme.dark, ratio)
        if key not in _pictures:
            design = file.decode(data.decode("utf-8-sig"))
            _pictures[key] = _drawn(design, theme, ratio)
    except (OSError, UnicodeDecodeError, EngineError):
        return None
    return _pictures[key]


def _drawn(design: Design, theme: Theme, ratio: float) -> QImage:
    from gui.canvas.picture import Picture, Shot

    whole = Picture(design, theme, Shot(transparent=True))
    area = whole.area
    size = PICTURE * ratio
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.canvas)
    scale = min(size.width() / area.width(), size.height() / area.height(), ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.translate(size.width() / 2, size.height() / 2)
    painter.scale(scale, scale)
    painter.translate(-area.center())
    whole.paint(painter)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


class Card(QStyledItemDelegate):
    """Picture, title, and as much of the paragraph as there is room for."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Place
    ) -> None:
        theme, template = self._theme, index.data(TEMPLATE)
        box = QRectF(option.rect).adjusted(3.5, 3.5, -3.5, -3.5)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if chosen else theme.line, 2 if chosen else 1))
        painter.setBrush(theme.hover if hovered else theme.panel)
        painter.drawRoundedRect(box, 9, 9)
        frame = QRectF(box.left() + 9, box.top() + 9, box.width() - 18, 116)
        painter.fillRect(frame, theme.canvas)
        image = index.data(IMAGE)
        if image is not None:
            left = frame.center().x() - PICTURE.width() / 2
            spot = QRectF(left, frame.top(), PICTURE.width(), PICTURE.height())
            painter.drawImage(spot, image)
        self._words(painter, frame, box, template)
        painter.restore()

    def _words(
        self, painter: QPainter, frame: QRectF, box: QRectF, template: Template
    ) -> None:
        theme = self._theme
        title = QRectF(frame.left(), frame.bottom() + 6, frame.width(), 22)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.text)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, template.title)
        rest = QRectF(title.left(), title.bottom(), title.width(), 0)
        rest.setBottom(box.bottom() - 6)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.muted)
        wrap = QTextOption(Qt.AlignmentFlag.AlignTop)
        wrap.setWrapMode(QTextOption.WrapMode.WordWrap)
        high = painter.fontMetrics().lineSpacing()
        rest.setHeight(rest.height() // high * high)  # whole lines only
        painter.setClipRect(rest)
        painter.drawText(rest, template.words, wrap)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Place) -> QSize:
        return CARD
