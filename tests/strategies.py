"""Designs for tests: the tutorial's, chains, and any that a person could draw."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Init
from engine.design import edits
from engine.design.marks import COLOURS, SIZES, Box
from engine.design.model import Design, Wire
from engine.errors import EditError


def tutorial() -> Design:
    """The network that the program opens with."""
    design = edits.set_symbol(Design(), "N", 5)
    design = edits.add(design, "input", (0, 0), name="x")
    steps = [
        ("linear", "hidden1", {"out_features": 3}, Init("xavier_normal"), 142),
        ("sigmoid", "sigmoid", {}, None, 274),
        ("linear", "hidden2", {"out_features": 2}, Init("kaiming_normal"), 406),
        ("relu", "relu", {}, None, 538),
        ("linear", "out", {"out_features": 2}, None, 662),
        ("softmax", "softmax", {}, None, 786),
    ]
    for kind, name, params, init, x in steps:
        design = edits.insert_after(design, kind, design.newest, (x, 0))
        design = edits.rename(design, design.newest, name)
        design = edits.set_params(design, [design.newest], params)
        if init:
            design = edits.set_init(design, [design.newest], "weight", init)
    return edits.set_notes(
        design,
        "A first network: three features in, two hidden layers, two classes out.",
    )


def annotated(design: Design) -> Design:
    """A design of two nodes at least, with a frame around two and a comment."""
    design = edits.frame_nodes(design, list(design.nodes)[:2], "First layers", "teal")
    return edits.add_comment(design, Box(0, 90, 180, 60), "See\nhere", size="small")


def chain(*kinds: str, shape: tuple[int | str, ...] = ("N", 8)) -> Design:
    """An Input and one node of each kind behind the other: n1, n2, ..."""
    design = edits.add(Design(), "input", params={"shape": shape})
    for kind in kinds:
        design = edits.insert_after(design, kind, design.newest)
    return design


def mlp(layers: int) -> Design:
    """`layers` times Linear and ReLU, as one graph made at once."""
    design = chain("linear", "relu")
    first, second = design.nodes["n2"], design.nodes["n3"]
    nodes, wires = dict(design.nodes), list(design.wires)
    for number in range(4, 2 * layers + 2):
        like = (first, second)[number % 2]
        key, before = f"n{number}", f"n{number - 1}"
        nodes[key] = type(like)(key, like.kind, f"{like.kind}_{number}")
        wires.append(Wire(before, "output", key, "input"))
    design = design.with_graph(nodes, tuple(wires))
    return Design(design.graph, design.look, design.settings, last_id=2 * layers + 1)


TEXT = st.text(st.characters(codec="utf-8"), max_size=9)
COORDINATES = st.integers(-2000, 2000).map(float)


@st.composite
def designs(draw: st.DrawFn, most: int = 8) -> Design:
    """Any design that a few edits can make: finished, broken, branched, or empty."""
    design = Design()
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(sorted(OPERATORS)))
        spot = (draw(COORDINATES), draw(COORDINATES))
        design = edits.add(design, kind, spot)
    for _ in range(draw(st.integers(0, most)) if design.nodes else 0):
        source, target = (
            design.nodes[draw(st.sampled_from(sorted(design.nodes)))] for _ in "ab"
        )
        if source.outputs and target.inputs:
            wire = Wire(
                source.id,
                draw(st.sampled_from(source.outputs)).name,
                target.id,
                draw(st.sampled_from(target.inputs)).name,
            )
            try:
                design = edits.connect(design, wire)
            except EditError:
                continue
    for key in list(design.nodes)[::3]:
        chosen = Init(draw(st.sampled_from(sorted(INITIALIZERS))))
        try:
            design = edits.set_init(design, [key], "weight", chosen)
        except EditError:
            continue
    design = draw(_with_marks(design))
    design = edits.set_seed(design, draw(st.integers(0, 9)))
    return edits.set_notes(design, draw(TEXT))


BOXES = st.builds(
    Box, COORDINATES, COORDINATES, st.floats(24, 3000), st.integers(24, 900).map(float)
)


@st.composite
def _with_marks(draw: st.DrawFn, design: Design) -> Design:
    """The design with a few frames and comments, of nodes or of nothing."""
    for _ in range(draw(st.integers(0, 2))):
        box, colour = draw(BOXES), draw(st.sampled_from(COLOURS))
        design = edits.add_frame(design, box, draw(TEXT), colour)
    for _ in range(draw(st.integers(0, 1))):
        size = draw(st.sampled_from(SIZES))
        design = edits.add_comment(design, draw(BOXES), draw(TEXT), size=size)
    return design
