"""Colours, type and icons, read from resources/style."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Literal

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)

RESOURCES = Path(__file__).parent.parent / "resources"
FACES = {"sans": "Inter", "mono": "JetBrains Mono"}
FIRST_FONT = "Inter-Regular.otf"  # the only one that the first paint shows
POINTS = 0.75  # sizes are told in pixels of a 96 dpi screen

Scheme = Literal["light", "dark", "system"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")

# What a heading of the catalogue is coloured as; what is not named is a layer.
GROUPS = {
    "Recurrent": "sequence",
    "Attention": "sequence",
    "Transformer": "sequence",
    "Normalization": "normalization",
    "Dropout": "normalization",
    "Activation": "activation",
    "Activations": "activation",
    "Initializer": "initializer",
    "Initializers": "initializer",
    "Operation": "operation",
    "Operations": "operation",
    "Shaping": "operation",
    "Blocks": "block",
    "Input": "port",
    "Output": "port",
    "input": "port",
    "output": "port",
    "Ports": "port",
    "Port": "port",
    "Design": "port",
}


class Theme(QObject):
    """The look: one set of tokens at a time, switched as a whole.

    Args:
        scheme: "system" follows the desktop.
        parent: Qt's.
        all_fonts: False leaves all but the first face for `load_fonts`, later.
    """

    changed = Signal()

    surface: QColor  # menus, bars, docks
    panel: QColor
    canvas: QColor
    field: QColor  # ground of what is typed into, and of plots
    hover: QColor
    line: QColor  # hairlines and borders
    dots: QColor  # the canvas's grid
    text: QColor
    muted: QColor  # second rank
    faint: QColor  # third rank, still readable
    accent: QColor
    on_accent: QColor
    selected: QColor  # ground of a selected row
    node: QColor
    wire: QColor
    error: QColor
    warning: QColor
    good: QColor
    curve: QColor  # f
    derivative: QColor  # f′
    arriving: QColor  # what a layer receives
    density: QColor  # theory over a histogram
    shadow: QColor
    keyword: QColor
    string: QColor
    number: QColor
    comment: QColor

    def __init__(
        self,
        scheme: Scheme = "system",
        parent: QObject | None = None,
        *,
        all_fonts: bool = True,
    ) -> None:
        super().__init__(parent)
        self.scheme: Scheme = scheme
        self._families: dict[str, QColor] = {}
        self._marks: dict[str, QColor] = {}
        self._looked = False
        load_font(FIRST_FONT)
        if all_fonts:
            load_fonts()
        self._read()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def dark(self) -> bool:
        """Whether the colours now in use are the dark ones."""
        if self.scheme != "system":
            return self.scheme == "dark"
        if not self._looked:  # the palette is still the desktop's own
            palette = QGuiApplication.palette()
            return palette.window().color().lightness() < 128
        from PySide6.QtCore import Qt  # see gui.sketch

        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def choose(self, scheme: Scheme) -> None:
        """Switch now; `changed` once, and only when the colours are others."""
        self.scheme = scheme
        self._follow()

    def family(self, name: str) -> QColor:
        """The colour of a heading of the catalogue, or of a role of a row."""
        group = GROUPS.get(name, name)
        return self._families.get(group, self._families["layer"])

    def mark(self, name: str) -> QColor:
        """The colour of frames and comments that a design calls so."""
        return self._marks[name]

    def font(self, role: str) -> QFont:
        """The font of a role: body, strong, small, caption, title, mono, code..."""
        pixels, weight, face = scale()["type"][role]
        font = QFont(FACES[face])
        font.setPointSizeF(pixels * POINTS)
        font.setWeight(QFont.Weight(weight))
        if face == "mono":
            font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def space(self, step: str) -> int:
        """A gap in pixels: xs, s, m, l, xl."""
        return int(scale()["space"][step])

    def icon(self, name: str, colour: QColor | None = None) -> QIcon:
        """A Lucide icon in the colours of text, or in `colour`; grey when disabled."""
        icon = QIcon()
        shades = {
            QIcon.Mode.Normal: colour or self.muted,
            QIcon.Mode.Selected: colour or self.text,
            QIcon.Mode.Active: colour or self.text,
            QIcon.Mode.Disabled: self.line,
        }
        for mode, shade in shades.items():
            for side in (16, 32):
                icon.addPixmap(self.pixmap(name, side, shade), mode)
        return icon

    def pixmap(self, name: str, side: int, colour: QColor) -> QPixmap:
        """An icon as a picture of side × side pixels."""
        from PySide6.QtSvg import QSvgRenderer  # not needed for the first paint

        text = _svg(name).replace("currentColor", colour.name())
        pixmap = QPixmap(QSize(side, side))
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        QSvgRenderer(text.encode()).render(painter)
        painter.end()
        return pixmap

    def palette(self) -> QPalette:
        """Qt's palette in these colours, for Fusion."""
        role = QPalette.ColorRole
        colours = {
            role.Window: self.surface,
            role.WindowText: self.text,
            role.Base: self.panel,
            role.AlternateBase: self.field,
            role.ToolTipBase: self.surface,
            role.ToolTipText: self.text,
            role.PlaceholderText: self.faint,
            role.Text: self.text,
            role.Button: self.field,
            role.ButtonText: self.text,
            role.BrightText: self.error,
            role.Highlight: self.accent,
            role.HighlightedText: self.on_accent,
            role.Link: self.accent,
            role.LinkVisited: self.accent,
            role.Accent: self.accent,
            role.Light: self.surface,
            role.Midlight: self.hover,
            role.Mid: self.line,
            role.Dark: self.line,
            role.Shadow: self.line,
        }
        palette = QPalette()
        for where, colour in colours.items():
            palette.setColor(where, colour)
        for where in (role.Text, role.WindowText, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, where, self.faint)
        return palette

    def sheet(self) -> str:
        """The style sheet in these colours."""
        values: dict[str, str] = {
            name: getattr(self, name).name() for name in colour_names()
        }
        sizes = scale()
        values["icons"] = (RESOURCES / "icons").as_posix()
        values["scheme"] = "dark" if self.dark else "light"
        for group in ("space", "radius"):
            values |= {f"{group}_{key}": str(px) for key, px in sizes[group].items()}
        for key, (pixels, _, _) in sizes["type"].items():
            values[f"size_{key}"] = f"{pixels * POINTS:g}pt"
        values |= {"sans": FACES["sans"], "mono": FACES["mono"]}
        return _template().substitute(values)

    def _follow(self) -> None:
        was, self._looked = self._tokens, True
        self._read()
        if self._tokens is not was:
            self.changed.emit()

    def _read(self) -> None:
        self._tokens = tokens("dark" if self.dark else "light")
        for name in colour_names():
            setattr(self, name, QColor(self._tokens[name]))
        families = self._tokens["families"]
        self._families = {name: QColor(code) for name, code in families.items()}
        marks = self._tokens["marks"]
        self._marks = {name: QColor(code) for name, code in marks.items()}


def colour_names() -> tuple[str, ...]:
    """The names of the colours a scheme must give."""
    return tuple(
        name for name, kind in Theme.__annotations__.items() if kind == "QColor"
    )


@cache
def tokens(scheme: str) -> dict[str, Any]:
    """A scheme's colours as its file gives them."""
    text = (RESOURCES / "style" / f"{scheme}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def scale() -> dict[str, Any]:
    """Sizes of type, gaps and corners, alike in all schemes."""
    return tokens("scale")


def load_fonts() -> None:
    """Make all vendored faces known to Qt."""
    for path in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
        load_font(path.name)


@cache
def load_font(name: str) -> None:
    """Make one vendored face known to Qt, once."""
    QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))


@cache
def _template() -> Template:
    return Template((RESOURCES / "style" / "fanin.qss").read_text(encoding="utf-8"))


@cache
def _svg(name: str) -> str:
    return (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
