"""Wires say what travels on them by their lines, for eyes of every kind."""

from __future__ import annotations

from itertools import combinations

import pytest

from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.hints import tooltip
from gui.canvas.inks import Inks
from gui.canvas.kinds import LINES
from gui.canvas.scene import Hit
from scripts.templates import TEMPLATES


def look(window, design, source, target):
    """The item of the wire between two nodes, by their names."""
    window.document.replace(design)
    ids = {node.name: key for key, node in window.document.design.nodes.items()}
    items = window.canvas.canvas.wire_items
    (wire,) = (w for w in items if (w.source, w.target) == (ids[source], ids[target]))
    return items[wire]


def test_kinds_differ_in_more_than_colour(theme):
    inks = Inks(theme)
    lines = [inks.thread(kind, 2) for kind in (*LINES, "values")]
    lines.append(inks.wire_wrong)
    for one, other in combinations(lines, 2):
        assert (one.dashPattern(), one.widthF()) != (
            other.dashPattern(),
            other.widthF(),
        )


def test_more_axes_make_a_wider_line(theme):
    inks = Inks(theme)
    widths = [inks.thread("values", axes).widthF() for axes in (2, 3, 4, 5)]
    assert widths[0] < widths[1] < widths[2] == widths[3]


@pytest.mark.parametrize(
    ("name", "source", "target", "kind"),
    [
        ("gpt2", "tokens", "wte", "indices"),
        ("gpt2", "drop", "h", "values"),
        ("bilstm", "lstm", "h_n", "state"),
    ],
)
def test_what_travels_is_seen_on_the_wire(window, name, source, target, kind):
    item = look(window, TEMPLATES[name].design, source, target)
    assert item.look.kind == kind
    assert item.stroke == item.inks.thread(kind, item.look.axes)


def test_what_is_right_and_masks_have_lines_of_their_own(window):
    design = Design()
    for name, dtype in (("x", "float32"), ("y", "float32"), ("hidden", "bool")):
        shape = ("N", 3) if dtype == "float32" else (4, 4)
        params = {"shape": shape, "dtype": dtype}
        design = edits.add(design, "input", name=name, params=params)
    design = edits.add(design, "mse_loss", name="loss")
    design = edits.add(design, "transformer_encoder_layer", name="layer")
    for ends in (
        ("n1", "output", "n4", "input"),
        ("n2", "output", "n4", "target"),
        ("n3", "output", "n5", "src_mask"),
    ):
        design = edits.connect(design, Wire(*ends))
    assert look(window, design, "y", "loss").look.kind == "target"
    mask = look(window, design, "hidden", "layer")
    assert mask.look.kind == "mask"
    said = tooltip(Hit(wire=mask), window.document)
    assert "True or false" in said
