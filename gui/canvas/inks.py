"""Colours, pens and fonts of one theme, made once instead of at every paint."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen

from gui.canvas.kinds import LINES, Kind, styled
from gui.theme import FACES, Theme

# role -> pixels, weight, face. In pixels, so that a picture of any resolution has the
# same proportions as the screen.
TYPE: dict[str, tuple[int, QFont.Weight, str]] = {
    "name": (13, QFont.Weight.DemiBold, "sans"),
    "title": (12, QFont.Weight.Medium, "sans"),
    "small": (11, QFont.Weight.Normal, "sans"),
    "chip": (10, QFont.Weight.Medium, "sans"),
    "mono": (11, QFont.Weight.Normal, "mono"),
    "label": (10, QFont.Weight.Normal, "mono"),
    "sign": (20, QFont.Weight.Normal, "sans"),
}

MANY = 20_000  # cut texts that are remembered

TONES = 8  # steps of the scale of spreads, to both sides


class Inks:
    """What the painters dip into."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.canvas = QColor(theme.canvas)
        self.node = QColor(theme.node)
        self.line = QColor(theme.line)
        self.text = QColor(theme.text)
        self.muted = QColor(theme.muted)
        self.faint = QColor(theme.faint)
        self.accent = QColor(theme.accent)
        self.error = QColor(theme.error)
        self.warning = QColor(theme.warning)
        self.dots = QColor(theme.dots)
        self.on_badge = QColor(theme.canvas)
        self.initializer = QColor(theme.family("Initializer"))
        self.fonts = {role: _font(*spec) for role, spec in TYPE.items()}
        self._metrics = {role: QFontMetricsF(font) for role, font in self.fonts.items()}
        self._widths: dict[tuple[str, str], float] = {}
        self._cuts: dict[tuple[str, str, int], str] = {}
        self._families: dict[str, QColor] = {}
        self._threads: dict[tuple[Kind, int], QPen] = {}
        self.wire = pen(theme.wire, 2.0)
        self.wire_bold = pen(theme.accent, 3.0)
        self.wire_hover = pen(theme.muted, 2.5)
        self.wire_waiting = pen(theme.faint, 1.6)
        self.wire_wrong = pen(theme.error, 2.0)
        self.wire_wrong.setDashPattern([3.0, 2.5])
        self.card = pen(theme.line, 1.0)
        self.halo = pen(theme.accent, 2.0)
        self.wrong = pen(theme.error, 1.6)
        self.hover = pen(theme.muted, 1.2)
        self.found = pen(theme.warning, 2.5)
        self.heat = QColor(theme.curve)
        self.faded = QColor("#4aa3ff" if theme.dark else "#0a5fc4")
        self.grown = QColor("#ff7a1a" if theme.dark else "#d4500a")
        self._tones: dict[int, QPen] = {}
        self.ground = QBrush(self.canvas)

    def family(self, name: str) -> QColor:
        """The colour of a family or role."""
        if name not in self._families:
            self._families[name] = QColor(self.theme.family(name))
        return self._families[name]

    def heated(self, share: float) -> QColor:
        """The ground of a node with this part of the greatest cost, from 0 to 1.

        Text stays readable on it: it goes no further than a part of the way.
        """
        ground, heat = self.node, self.heat
        furthest = 0.42 if ground.lightnessF() > 0.5 else 0.28
        way = furthest * max(0.0, min(share, 1.0)) ** 0.7  # so that small parts show
        return QColor.fromRgbF(
            *(
                part + way * (hot - part)
                for part, hot in zip(
                    (ground.redF(), ground.greenF(), ground.blueF()),
                    (heat.redF(), heat.greenF(), heat.blueF()),
                    strict=True,
                )
            )
        )

    def thread(self, kind: Kind, axes: int) -> QPen:
        """The pen of a wire on which such a tensor travels."""
        found = self._threads.get((kind, axes))
        if found is None:
            colour = self.theme.mark(LINES[kind][0]) if kind in LINES else self.line
            found = self._threads[kind, axes] = styled(self.wire, kind, axes, colour)
        return found

    def toned(self, step: int) -> QColor:
        """The colour of a spread: 0 is healthy, -TONES has faded, TONES exploded.

        Blue, grey and orange stay apart for colour-blind eyes.
        """
        ground, end = self.wire.color(), self.faded if step < 0 else self.grown
        way = min(abs(step) / TONES * 1.6, 1.0)  # soon seen, long before the end
        return _between(ground, end, way)

    def tone(self, step: int) -> QPen:
        """The pen of a wire whose signal has this spread."""
        if step not in self._tones:
            self._tones[step] = pen(self.toned(step), 3.0)
        return self._tones[step]

    def width(self, role: str, text: str) -> float:
        """How wide `text` is, in scene units; remembered, since measuring is dear."""
        key = (role, text)
        found = self._widths.get(key)
        if found is None:
            found = self._widths[key] = self._metrics[role].horizontalAdvance(text)
        return found

    def cut(self, role: str, text: str, room: float) -> str:
        """`text` cut to a room; remembered, as a room that hardly changes is asked."""
        key = (role, text, int(room))
        found = self._cuts.get(key)
        if found is None:
            if len(self._cuts) > MANY:
                self._cuts.clear()
            found = self._cuts[key] = self.elided(role, text, int(room))
        return found

    def elided(self, role: str, text: str, room: float) -> str:
        """`text`, or as much of it as fits and an ellipsis."""
        if self.width(role, text) <= room:
            return text
        return self._metrics[role].elidedText(text, Qt.TextElideMode.ElideRight, room)


def _between(one: QColor, other: QColor, way: float) -> QColor:
    """A colour between two."""
    starts = one.redF(), one.greenF(), one.blueF()
    ends = other.redF(), other.greenF(), other.blueF()
    pairs = zip(starts, ends, strict=True)
    return QColor.fromRgbF(*(a + way * (b - a) for a, b in pairs))


def pen(colour: QColor, width: float) -> QPen:
    """A pen with round ends and joins."""
    made = QPen(QColor(colour), width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def _font(pixels: int, weight: QFont.Weight, face: str) -> QFont:
    font = QFont(FACES[face])
    font.setPixelSize(pixels)
    font.setWeight(weight)
    # Hinted glyphs change their spacing while zooming; these scale evenly.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if face == "mono":
        font.setStyleHint(QFont.StyleHint.Monospace)
    return font
