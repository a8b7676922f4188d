"""The look: complete, readable, told apart by everybody, switched at once."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QRawFont

from engine.design.marks import COLOURS
from gui.acts import MENUS, Act, Submenu
from gui.theme import RESOURCES, Theme, colour_names, scale, tokens

SCHEMES = ("light", "dark")


def luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour.getRgbF()[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_gives_every_colour_and_no_other(scheme):
    found = set(tokens(scheme)) - {"families", "marks"}
    assert found == set(colour_names())
    assert all(QColor(tokens(scheme)[name]).isValid() for name in found)
    assert set(tokens(scheme)["families"]) == set(tokens("light")["families"])
    assert tuple(tokens(scheme)["marks"]) == COLOURS


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "ground", ["surface", "panel", "canvas", "field", "selected", "hover", "node"]
)
def test_text_can_be_read(qapp, scheme, ground):
    """WCAG's 4.5 for every colour that words are printed in, on every ground."""
    theme = Theme(scheme)
    below = getattr(theme, ground)
    said = ("text", "muted", "faint", "accent", "error", "warning", "good")
    for name in (*said, "keyword", "string", "number", "comment"):
        assert contrast(getattr(theme, name), below) >= 4.5, name
    assert contrast(theme.on_accent, theme.accent) >= 4.5


# In linear RGB, what is left without one cone: Viénot, Brettel and Mollon 1999, who
# leave out the third; that of Machado, Oliveira and Fernandes 2009.
BLIND = {
    "protan": (
        (0.11238, 0.88762, 0.0),
        (0.11238, 0.88762, -0.0),
        (0.00401, -0.00401, 1),
    ),
    "deutan": (
        (0.29275, 0.70725, 0.0),
        (0.29275, 0.70725, -0.0),
        (-0.02234, 0.02234, 1),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}


def seen_by(kind: str, colour: QColor) -> tuple[float, float, float]:
    """CIE Lab of a colour as such an eye sees it; kind "" is an ordinary one."""
    rgb = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in colour.getRgbF()[:3]
    ]
    if kind:
        rgb = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in BLIND[kind]]
    red, green, blue = (min(max(v, 0.0), 1.0) for v in rgb)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089

    def root(value: float) -> float:
        return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116

    fx, fy, fz = root(x), root(y), root(z)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("eye", ["", "protan", "deutan", "tritan"])
def test_families_are_told_apart_by_every_eye(scheme, eye):
    colours = {n: QColor(c) for n, c in tokens(scheme)["families"].items()}
    for (one, first), (other, second) in combinations(colours.items(), 2):
        pair = zip(seen_by(eye, first), seen_by(eye, second), strict=True)
        apart = sum((a - b) ** 2 for a, b in pair) ** 0.5
        assert apart >= 12, f"{one} and {other}: {apart:.1f}"


def test_the_vendored_faces_are_found_and_hold_the_signs_we_print(qapp, theme):
    for role in scale()["type"]:
        font = theme.font(role)
        wanted = "JetBrains Mono" if role in {"mono", "tiny", "code"} else "Inter"
        assert QFontInfo(font).family().startswith(wanted)
        face = QRawFont.fromFont(font)
        for sign in "×→−√±′σμ·…–≤≥∞αβγλ“”é":
            assert face.supportsCharacter(ord(sign)), f"{role}: {sign}"


def test_the_fonts_stay_small_and_bring_their_licence():
    folder = RESOURCES / "fonts"
    assert all(path.stat().st_size < 150_000 for path in folder.glob("*.[ot]tf"))
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
    assert "ISC License" in (RESOURCES / "icons" / "LICENSE").read_text()
    assert QFontDatabase.hasFamily("Inter")


def test_an_icon_takes_the_colours_of_the_scheme(qapp):
    for scheme in SCHEMES:
        theme = Theme(scheme)
        image = theme.pixmap("save", 32, theme.text).toImage()
        drawn = {
            image.pixelColor(x, y).name()
            for x in range(32)
            for y in range(32)
            if image.pixelColor(x, y).alpha() == 255
        }
        assert drawn == {theme.text.name()}


def test_every_icon_that_an_action_names_exists():
    entries = [entry for entries in MENUS for entry in entries]
    named = {e.icon for e in entries if isinstance(e, Act | Submenu) and e.icon}
    missing = {n for n in named if not (RESOURCES / "icons" / f"{n}.svg").is_file()}
    assert not missing


def test_switching_tells_once_and_only_when_the_colours_change(qapp):
    theme = Theme("light")
    told: list[str] = []
    theme.changed.connect(lambda: told.append(theme.surface.name()))
    theme.choose("light")
    assert told == []
    theme.choose("dark")
    theme.choose("dark")
    assert told == [tokens("dark")["surface"]]
    assert theme.dark


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_style_sheet_is_filled_and_qt_understands_it(qapp, qtbot, scheme):
    sheet = Theme(scheme).sheet()
    assert "$" not in sheet
    before = qapp.styleSheet()
    qapp.setStyleSheet(sheet)  # a sheet that cannot be parsed warns, which fails
    qapp.setStyleSheet(before)


def test_the_schemes_are_plain_json():
    for path in (RESOURCES / "style").glob("*.json"):
        assert isinstance(json.loads(path.read_text()), dict)
