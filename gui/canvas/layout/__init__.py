"""Where nodes stand and wires run: plain numbers in, plain numbers out, no widgets.

`tidy` gives every node a place, `Ways` every wire a way, `Labels` every shape a spot.
"""

from gui.canvas.layout.shapes import Box, Drawing, Point, Shape
from gui.canvas.layout.tidy import tidy

__all__ = ["Box", "Drawing", "Point", "Shape", "tidy"]
