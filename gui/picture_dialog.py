"""The dialog that makes a picture of the network: what is in it, how, and a preview."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.design.framing import carried
from gui.canvas.picture import EDGE, Picture, Shot
from gui.canvas.picture_file import DPI, Form, image, png, scale_limit, svg
from gui.panels.checkbox import CheckBox
from gui.session import Session
from gui.theme import Theme

FORMATS = (".svg", ".pdf", ".png")
SCALES = (1.0, 2.0, 4.0)
PREVIEW = QSize(520, 360)
LARGE = 1500  # nodes: more would take a while to draw at every click
SQUARE = 8  # of the pattern that shows through a transparent ground
MM = 25.4 / DPI


class PictureDialog(QDialog):
    """Chooses; `wanted` asks for a file, with its suffix."""

    wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pictureDialog")
        self.setWindowTitle(self.tr("Picture of the network"))
        self._session = session
        self._themes: dict[bool, Theme] = {}
        self._picture: Picture | None = None
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(self.draw)
        self.preview = QLabel(self)
        self.preview.setObjectName("picturePreview")
        self.preview.setAccessibleName(self.tr("Preview"))
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setMinimumSize(PREVIEW)
        policy = QSizePolicy.Policy.Expanding
        self.preview.setSizePolicy(policy, policy)
        self.size_said = QLabel(self)
        self.size_said.setProperty("role", "small")
        self._make_fields()
        self._recall()
        self._lay_out()
        self._listen()

    # What was chosen

    @property
    def shot(self) -> Shot:
        """What is in the picture."""
        shot = Shot(
            labels=self.shapes.isChecked(),
            notes=self.frames.isChecked(),
            margin=float(self.margin.value()),
            transparent=self.transparent.isChecked(),
        )
        return selected(self._session, shot) if self.what.currentIndex() else shot

    @property
    def form(self) -> Form:
        """How it is written."""
        scale = SCALES[self.scale.currentIndex()]
        return Form(scale, self.text.isChecked(), self._session.document.name)

    @property
    def dark(self) -> bool:
        return self.look.currentIndex() == 1

    @property
    def suffix(self) -> str:
        return FORMATS[self.kind.currentIndex()]

    def picture(self) -> Picture:
        """What would be written."""
        if self._picture is None:
            design = self._session.document.design
            self._picture = Picture(design, self._theme(self.dark), self.shot)
        return self._picture

    # The fields

    def _make_fields(self) -> None:
        tr = self.tr
        whole = tr("All of it"), tr("What is selected")
        self.what = self._combo("pictureWhat", tr("In the picture"), whole)
        selection = self._session.selection
        something = bool(selection.ids or selection.marks)
        self.what.setEnabled(something)
        self.what.setCurrentIndex(int(something))
        kinds = tr("SVG, scales"), tr("PDF, scales"), tr("PNG, pixels")
        self.kind = self._combo("pictureKind", tr("Kind of file"), kinds)
        scales = tr("1 × (96 dpi)"), tr("2 × (192 dpi)"), tr("4 × (384 dpi)")
        self.scale = self._combo("pictureScale", tr("Scale"), scales)
        self.scale.setCurrentIndex(SCALES.index(2.0))
        looks = tr("Light"), tr("Dark")
        self.look = self._combo("pictureLook", tr("Look"), looks)
        self.transparent = self._check("pictureTransparent", tr("Transparent ground"))
        self.shapes = self._check("pictureShapes", tr("Shapes on the wires"), on=True)
        self.frames = self._check("pictureFrames", tr("Frames and comments"), on=True)
        self.text = self._check("pictureText", tr("Words stay text"))
        self.text.setToolTip(
            tr("Else they are outlines, which look alike in every program.")
        )
        self.margin = QSpinBox(self)
        self.margin.setObjectName("pictureMargin")
        self.margin.setAccessibleName(tr("Margin"))
        self.margin.setToolTip(tr("Room around the network, in pixels"))
        self.margin.setRange(0, 400)
        self.margin.setValue(round(EDGE))

    def _listen(self) -> None:
        for field in (self.what, *self._fields):
            if isinstance(field, QComboBox):
                field.currentIndexChanged.connect(self._chosen)
            elif isinstance(field, QCheckBox):
                field.toggled.connect(self._chosen)
            else:
                field.valueChanged.connect(self._chosen)
        self._chosen()

    def _combo(self, name: str, said: str, words: tuple[str, ...]) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(said)
        box.setToolTip(said)
        box.addItems(words)
        return box

    def _check(self, name: str, said: str, *, on: bool = False) -> QCheckBox:
        box = CheckBox(said, self)
        box.setObjectName(name)
        box.setToolTip(said)
        box.setChecked(on)
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("In the picture"), self.what)
        form.addRow(self.tr("Kind of file"), self.kind)
        form.addRow(self.tr("Scale"), self.scale)
        form.addRow(self.tr("Look"), self.look)
        form.addRow(self.tr("Margin"), self.margin)
        for box in (self.transparent, self.shapes, self.frames, self.text):
            form.addRow(box)
        form.addRow(self.size_said)
        buttons = QDialogButtonBox(self)
        roles = QDialogButtonBox.ButtonRole
        export = buttons.addButton(self.tr("Export…"), roles.AcceptRole)
        copy = buttons.addButton(self.tr("Copy"), roles.ActionRole)
        close = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        for button, name, tip in (
            (export, "pictureExport", self.tr("Choose a file and write the picture")),
            (copy, "pictureCopy", self.tr("Put the picture on the clipboard")),
            (close, "pictureClose", self.tr("Close without writing (Esc)")),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
        export.setDefault(True)
        export.clicked.connect(self._export)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.reject)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.preview, 1)
        line.addLayout(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.addLayout(line, 1)
        layout.addWidget(buttons)

    # The preview

    def _chosen(self, *_: object) -> None:
        """Something else was chosen: draw it soon."""
        self._picture = None
        self.scale.setEnabled(self.suffix == ".png")
        self.text.setEnabled(self.suffix == ".svg")
        self._timer.start()

    def draw(self) -> None:
        """Show what would be written, and how large."""
        self._timer.stop()
        if len(self._session.document.design.nodes) > LARGE:
            self.preview.setText(self.tr("Too large a network to be shown here."))
            self.size_said.clear()
            return
        picture = self.picture()
        size = picture.area.size()
        wide, high = self.preview.width() - 16, self.preview.height() - 16
        ratio = self.devicePixelRatioF()
        scale = min(wide / size.width(), high / size.height(), 2.0)
        drawn = image(picture, scale * ratio)
        drawn.setDevicePixelRatio(1)
        pixmap = QPixmap(drawn.size())
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        if self.transparent.isChecked():
            _chequer(painter, pixmap.size(), round(SQUARE * ratio), self.dark)
        painter.drawImage(0, 0, drawn)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        self.preview.setPixmap(pixmap)
        said, times = self.tr("{wide} × {high} mm"), MM
        if self.suffix == ".png":
            said = self.tr("{wide} × {high} pixels")
            times = min(self.form.scale, scale_limit(size))
        across, down = round(size.width() * times), round(size.height() * times)
        self.size_said.setText(said.format(wide=across, high=down))

    def _theme(self, dark: bool) -> Theme:
        if dark not in self._themes:
            self._themes[dark] = Theme("dark" if dark else "light", self)
        return self._themes[dark]

    # What it leads to

    def _export(self) -> None:
        self._remember()
        self.wanted.emit(self.suffix)

    def _copy(self) -> None:
        self._remember()
        to_clipboard(self.picture(), self.form)
        self._session.tell(self.tr("The picture is on the clipboard."))

    def _remember(self) -> None:
        """The next picture begins with these choices."""
        settings = QSettings()
        for field in self._fields:
            settings.setValue(f"picture/{field.objectName()}", _value(field))

    def _recall(self) -> None:
        settings = QSettings()
        for field in self._fields:
            kept = settings.value(f"picture/{field.objectName()}", _value(field))
            number = int(str(kept))
            if isinstance(field, QComboBox):
                field.setCurrentIndex(number)
            elif isinstance(field, QCheckBox):
                field.setChecked(bool(number))
            else:
                field.setValue(number)

    @property
    def _fields(self) -> tuple[QComboBox | QCheckBox | QSpinBox, ...]:
        boxes = self.kind, self.scale, self.look
        checks = self.transparent, self.shapes, self.frames, self.text
        return (*boxes, *checks, self.margin)


def _value(field: QComboBox | QCheckBox | QSpinBox) -> int:
    if isinstance(field, QComboBox):
        return field.currentIndex()
    return int(field.isChecked()) if isinstance(field, QCheckBox) else field.value()


def selected(session: Session, shot: Shot) -> Shot:
    """The shot of what is selected; of all of it where nothing is."""
    selection = session.selection
    if not selection.ids and not selection.marks:
        return shot
    nodes, marks = carried(session.document.design, selection.marks)
    return replace(shot, nodes=selection.ids | nodes, marks=marks)


def to_clipboard(picture: Picture, form: Form) -> None:
    """As pixels for most programs, and as SVG for those that take it."""
    data = QMimeData()
    data.setImageData(image(picture, form.scale))
    data.setData("image/png", png(picture, form))
    data.setData("image/svg+xml", svg(picture, form))
    QGuiApplication.clipboard().setMimeData(data)


def export(session: Session, dialog: PictureDialog, path: Path) -> None:
    """Write what a dialog shows.

    Raises:
        FileError: the file cannot be written.
    """
    from gui.canvas.picture_file import export_picture

    design = session.document.design
    export_picture(design, path, dialog.shot, dialog.form, dark=dialog.dark)


def _chequer(painter: QPainter, size: QSize, side: int, dark: bool) -> None:
    light, shade = (QColor(g, g, g) for g in ((40, 52) if dark else (255, 236)))
    painter.fillRect(0, 0, size.width(), size.height(), light)
    for row in range(0, size.height(), side):
        for column in range(row // side % 2 * side, size.width(), 2 * side):
            painter.fillRect(column, row, side, side, shade)
