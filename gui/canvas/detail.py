"""Level of detail: what is drawn at which zoom, faded and never switched.

Small text goes first, then the dots of the ports; names grow on the card so that they
stay readable, and go last, when no letter of theirs could be told. Where they are gone
a card is a rectangle in its family's colour: exactly what the picture of the far design
shows, so that one follows the other unseen.
"""

from __future__ import annotations

FAR = 0.2  # below this zoom the design is painted as a whole

Ramp = tuple[float, float]  # unseen up to the first zoom, whole from the second

SMALL: Ramp = (0.45, 0.53)  # parameters, chips, counts, names of ports
LABELS: Ramp = (0.45, 0.53)  # shapes on wires
CAPTIONS: Ramp = (0.44, 0.58)  # a name below a shape grows into the room there
ALONE: Ramp = (0.36, 0.45)  # a name moves to the middle once nothing small is there
DOTS: Ramp = (0.24, 0.4)
NAMES: Ramp = (0.21, 0.27)
CARD: Ramp = (FAR, 0.28)  # the ground of a card instead of its family's colour
READABLE = 8.0  # pixels of the screen: smaller letters are noise
STEADY = 9.5  # a name does not shrink below this while its card has room
RING = 2.4  # pixels between a node and the line around it, seen from afar
THIN = 0.9  # pixels: no line is thinner on the screen


def seen(ramp: Ramp, zoom: float) -> float:
    """How much of something shows at a zoom, from 0 to 1."""
    low, high = ramp
    if zoom >= high:
        return 1.0
    return max(0.0, (zoom - low) / (high - low))
