"""Places for what came without any: designs that were imported, not drawn."""

from __future__ import annotations

from engine.check import check
from engine.design import edits
from engine.design.model import Design
from gui.canvas.face import Measures
from gui.tidy import tidied


def placed(design: Design, inks: Measures) -> Design:
    """The design with a tidy layout on every level that has no places at all."""
    if _bare(design):
        design = edits.arrange(design, tidied(design, check(design), inks))
    for key in design.blocks:
        body = edits.opened(design, key)
        if _bare(body):
            spots = tidied(body, check(body), inks)
            design = edits.inside(design, key, edits.arrange, spots)
    return design


def _bare(design: Design) -> bool:
    return bool(design.nodes) and not design.look.positions
