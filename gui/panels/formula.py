"""Formulas drawn as mathematics."""

from __future__ import annotations

import re
import warnings
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import Theme

if TYPE_CHECKING:
    from ziamath.zmath import Latex

SIZE = 15.0  # px of an x-height-and-a-bit: what reads well beside 13 px text
GAP = 10.0  # px between two formulas
PADDING = 12.0  # px inside a card
SMALLEST = 0.72  # a formula is broken over lines before it is drawn smaller than this
SHRUNK = 0.86  # of their size, so that two formulas stand beside each other

# Where a long formula may go on in the next line.
BREAK = re.compile(r"(?<![<>!:^_])=|(?<=\S)\s[+-]\s|\\approx\b|\\cdot\b")
QUAD = re.compile(r"\\q?quad\b")
ENVIRONMENT = re.compile(r"\\(begin|end)\{\w+\*?\}|\\(left|right)\b")


class Drawn(NamedTuple):
    """One line of mathematics, or of plain text where it could not be read."""

    width: float
    height: float
    svg: bytes  # b"" draws `text`
    text: str


@cache
def _typesetter() -> type[Latex]:
    """Ziamath, made ready for Qt: the first formula pays its 0.3 s of import."""
    with warnings.catch_warnings():
        # It opens its font in a way that Python 3.11 alone calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziamath.config import config
        from ziamath.zmath import Latex
    config.svg2 = False  # QSvgRenderer shows the glyphs of SVG 2 as blanks
    return Latex


@lru_cache(maxsize=1024)
def drawn(latex: str, size: float, colour: str) -> Drawn:
    """`latex` as a picture.

    Args:
        latex: one formula, without dollar signs.
        size: of the type, in px.
        colour: #rrggbb.
    """
    try:
        picture = _typesetter()(latex, size=size, color=colour)
        width, height = picture.getsize()
        svg = picture.svg().encode()
    except Exception:  # noqa: BLE001 - a parser fails in as many ways as there are texts
        return _plain(latex, size)
    return Drawn(width + 2.0, height + 2.0, svg, "")  # ziamath's own margin of 1 px


def _plain(latex: str, size: float) -> Drawn:
    metrics = QFontMetricsF(_text_font(size))
    return Drawn(metrics.horizontalAdvance(latex) + 2, metrics.height(), b"", latex)


def _text_font(size: float) -> QFont:
    font = QFont("serif")
    font.setPixelSize(max(1, round(size)))
    return font


def clauses(latex: str) -> list[str]:
    """`latex` cut where its writer left a wide gap: the formula, then its symbols."""
    return [part for part in _cut(latex, QUAD, skip=True) if part]


def pieces(latex: str) -> list[str]:
    """`latex` cut where a line may end: before = + − at the top level only."""
    return [part for part in _cut(latex, BREAK, skip=False) if part]


def _cut(latex: str, where: re.Pattern[str], *, skip: bool) -> list[str]:
    """`latex` cut before every match outside of groups; `skip` leaves the match out."""
    depth, parts, start = _depths(latex), [], 0
    for found in where.finditer(latex):
        if found.start() and not depth[found.start()]:
            parts.append(latex[start : found.start()].strip())
            start = found.end() if skip else found.start()
    return [*parts, latex[start:].strip()]


def _depths(latex: str) -> list[int]:
    """How many groups are open at each character."""
    steps = [0] * (len(latex) + 1)
    for index, sign in enumerate(latex):
        if index and latex[index - 1] == "\\":
            continue
        steps[index] += (sign in "{([") - (sign in "})]")
    for found in ENVIRONMENT.finditer(latex):
        steps[found.start()] += 1 if found[0][1] in "bl" else -1
    depth, depths = 0, []
    for step in steps:
        depth += step
        depths.append(depth)
    return depths


class Placed(NamedTuple):
    """A line of mathematics and where it stands."""

    picture: Drawn
    area: QRectF


class FormulaView(QWidget):
    """One or more formulas in the theme's colours, as sharp as the screen.

    Side by side where they fit, else one below the other; a long one is broken at its
    top-level signs, then drawn smaller.

    Args:
        theme: colours; a change of scheme repaints.
        parent: Qt's.
        card: draw a sunken card around them.
        size: of the type, in px.
    """

    def __init__(
        self, theme: Theme, parent: QWidget, *, card: bool = False, size: float = SIZE
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._card = card
        self._size = size
        self._formulas: tuple[str, ...] = ()
        self._alike = False
        self._renderers: dict[bytes, QSvgRenderer] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._recolour)
        self.hide()

    @property
    def formulas(self) -> tuple[str, ...]:
        """What is shown, as LaTeX."""
        return self._formulas

    @property
    def unread(self) -> tuple[str, ...]:
        """Those that are shown as plain text, since they could not be read."""
        colour = self._theme.text.name()
        return tuple(
            latex
            for latex in self._formulas
            if not drawn(latex, self._size, colour).svg
        )

    def show_formulas(self, *formulas: str, alike: bool = False) -> None:
        """Show these, the first in the text's colour, the others muted or `alike`."""
        wanted = tuple(formula for formula in formulas if formula)
        if wanted == self._formulas and alike == self._alike:
            return
        self._formulas, self._alike = wanted, alike
        self.setVisible(bool(self._formulas))
        self.setAccessibleName("; ".join(self._formulas))
        self._recolour()
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        placed = self.placed(float(width))
        bottom = max((line.area.bottom() for line in placed), default=0.0)
        return int(bottom + self._padding + 0.999)

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.heightForWidth(max(self.width(), 200)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._card:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.field)
            painter.drawRoundedRect(self.rect(), 6, 6)
        for line in self.placed(float(self.width())):
            self._draw(painter, line)

    @property
    def _padding(self) -> float:
        return PADDING if self._card else 1.0

    def _recolour(self) -> None:
        for renderer in self._renderers.values():
            renderer.deleteLater()
        self._renderers.clear()
        self.update()

    def _colour(self, index: int) -> QColor:
        return self._theme.text if self._alike or index == 0 else self._theme.muted

    def _pictures(self, index: int, latex: str, room: float) -> list[Drawn]:
        """The lines of one formula, none wider than `room` where that can be had."""
        colour = self._colour(index).name()
        whole = drawn(latex, self._size, colour)
        if whole.width * SMALLEST <= room:
            return [whole]
        lines: list[str] = []
        for clause in clauses(latex):
            lines += self._filled(clause, room, colour)
        return [drawn(line, self._size, colour) for line in lines]

    def _filled(self, clause: str, room: float, colour: str) -> list[str]:
        """A clause in lines, each as full as it can be."""
        lines: list[str] = []
        for piece in pieces(clause):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and drawn(longer, self._size, colour).width <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
        return lines

    def placed(self, width: float) -> list[Placed]:
        """Every line with its place in a widget this wide."""
        room = max(20.0, width - 2 * self._padding)
        formulas = [
            self._pictures(index, latex, room)
            for index, latex in enumerate(self._formulas)
        ]
        if self._alike:
            return self._flowing(formulas, room)
        beside = self._beside(formulas, width)
        return beside or self._stacked(formulas, room, self._padding)

    def _beside(self, formulas: list[list[Drawn]], width: float) -> list[Placed]:
        """Two formulas on one line, a little smaller if they must be; or nothing."""
        if len(formulas) != 2 or any(len(lines) > 1 for lines in formulas):
            return []
        (left,), (right,) = formulas
        room = width - 2 * self._padding - GAP
        scale = min(1.0, room / (left.width + right.width))
        if scale < SHRUNK:
            return []
        middle = self._padding + scale * max(left.height, right.height) / 2
        start = width - self._padding - scale * right.width
        placed = []
        for one, x in ((left, self._padding), (right, start)):
            wide, high = scale * one.width, scale * one.height
            placed.append(Placed(one, QRectF(x, middle - high / 2, wide, high)))
        return placed

    def _flowing(self, formulas: list[list[Drawn]], room: float) -> list[Placed]:
        """As many short formulas on a line as fit, then the next line."""
        placed: list[Placed] = []
        y = self._padding
        for row in self._rows(formulas, room):
            alone = len(row) == 1
            placed += self._stacked(row, room, y) if alone else self._in_a_row(row, y)
            y = max(line.area.bottom() for line in placed) + GAP - 2
        return placed

    @staticmethod
    def _rows(formulas: list[list[Drawn]], room: float) -> list[list[list[Drawn]]]:
        rows: list[list[list[Drawn]]] = []
        left = 0.0
        for lines in formulas:
            width = lines[0].width + 2 * GAP
            if rows and len(lines) == 1 and width - 2 * GAP <= left:
                rows[-1].append(lines)
            else:
                rows.append([lines])
                left = room if len(lines) == 1 else 0.0
            left -= width
        return rows

    def _in_a_row(self, row: list[list[Drawn]], y: float) -> list[Placed]:
        placed, x = [], self._padding
        height = max(one.height for (one,) in row)
        for (one,) in row:
            top = y + (height - one.height) / 2
            placed.append(Placed(one, QRectF(x, top, one.width, one.height)))
            x += one.width + 2 * GAP
        return placed

    def _stacked(
        self, formulas: list[list[Drawn]], room: float, top: float
    ) -> list[Placed]:
        placed, y = [], top
        for lines in formulas:
            for number, line in enumerate(lines):
                indent = 16.0 if number else 0.0
                scale = min(1.0, max(0.1, (room - indent) / line.width))
                height = line.height * scale
                area = QRectF(self._padding + indent, y, line.width * scale, height)
                placed.append(Placed(line, area))
                y += height + 4
            y += GAP - 4
        return placed

    def _draw(self, painter: QPainter, line: Placed) -> None:
        picture, area = line
        if picture.svg:
            renderer = self._renderers.get(picture.svg)
            if renderer is None:
                renderer = QSvgRenderer(QByteArray(picture.svg), self)
                self._renderers[picture.svg] = renderer
            renderer.render(painter, area)
            return
        scale = area.width() / picture.width
        painter.setPen(self._theme.muted)
        painter.setFont(_text_font(self._size * scale))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, picture.text)
