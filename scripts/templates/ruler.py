"""How wide text is, by a table: files must not depend on a machine's fonts."""

from __future__ import annotations

from gui.canvas.inks import TYPE

# Advances of Inter Medium from space to tilde, in hundredths of the type's size.
ADVANCES = (
    26,
    29,
    40,
    64,
    64,
    83,
    65,
    22,
    38,
    38,
    52,
    67,
    29,
    46,
    28,
    37,
    65,
    47,
    61,
    64,
    65,
    62,
    64,
    58,
    63,
    64,
    28,
    29,
    67,
    67,
    67,
    53,
    97,
    70,
    65,
    74,
    72,
    60,
    59,
    75,
    74,
    27,
    55,
    66,
    56,
    90,
    75,
    77,
    64,
    77,
    64,
    64,
    65,
    74,
    70,
    98,
    67,
    68,
    64,
    38,
    37,
    38,
    48,
    46,
    50,
    57,
    63,
    57,
    63,
    59,
    37,
    62,
    60,
    25,
    25,
    56,
    25,
    88,
    60,
    60,
    62,
    62,
    38,
    54,
    37,
    59,
    57,
    82,
    55,
    57,
    55,
    38,
    34,
    38,
    67,
)
WEIGHT = {"name": 1.02, "small": 0.98}  # bolder and lighter ones against Medium
MONO = 0.6  # of the type's size is every sign of the monospaced face
OTHER = 66  # signs that are not in the table: ×, →, Greek


class Ruler:
    """Measures as `Inks` does, about."""

    def width(self, role: str, text: str) -> float:
        """In scene units, for a role of `inks.TYPE`."""
        pixels, _, face = TYPE[role]
        if face == "mono":
            return MONO * pixels * len(text)
        signs = sum(_advance(sign) for sign in text)
        return signs * pixels / 100 * WEIGHT.get(role, 1.0)


def _advance(sign: str) -> int:
    place = ord(sign) - 32
    return ADVANCES[place] if 0 <= place < len(ADVANCES) else OTHER
