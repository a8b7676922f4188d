"""The tidy layout: of the ready designs, and of any graph."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.design import edits
from engine.design.model import Wire
from gui.canvas.inks import Inks
from gui.canvas.layout import Box, Drawing, Shape, tidy
from gui.canvas.wiring import Line, Wiring
from scripts.templates import TEMPLATES
from scripts.tidiness import counted, levels, runs_over, tidied

PITCH = 20.0


@pytest.fixture(scope="module")
def inks(theme):
    return Inks(theme)


@pytest.mark.parametrize("name", TEMPLATES)
def test_ready_designs_are_tidy_as_shipped_and_when_laid_out_anew(name, inks, theme):
    for _, level in levels(TEMPLATES[name].design):
        for shown in (level, tidied(level, inks)):
            count = counted(shown, theme)
            assert count.over_nodes == 0
            assert count.label_on_label == count.label_on_node == 0
            assert count.together == count.unsaid == 0
            assert count.crossings <= 2


def test_a_wire_under_a_node_and_labels_upon_each_other_are_counted(inks, theme):
    design = TEMPLATES["tutorial"].design
    keys = list(design.nodes)
    heap = edits.arrange(design, dict.fromkeys(keys, (0.0, 0.0)))
    assert counted(heap, theme).over_nodes > 0
    apart = {key: (200.0 * place, 0.0) for place, key in enumerate(keys)}
    line = edits.arrange(design, apart)
    assert counted(line, theme).over_nodes == 0


class Sketch:
    """Collects nodes of drawn sizes, and wires."""

    def __init__(self, draw):
        self.draw = draw
        self.drawing = Drawing({}, [], {})

    def add(self, *sources, ins=0, outs=1):
        """A node of any size fed by the first outputs of others; its id."""
        key, ins = f"n{len(self.drawing.shapes)}", max(len(sources), ins, 1)
        half = self.draw(st.sampled_from((22.0, 32.0, 60.0, 108.0)))
        high = max(self.draw(st.sampled_from((22.0, 48.0))), ins * PITCH / 2 + 4)
        below = self.draw(st.sampled_from((0.0, 20.0)))
        self.drawing.shapes[key] = Shape(
            Box(-half, -high, half, high + below),
            {f"i{port}": (-half, _height(port, ins)) for port in range(ins)},
            {f"o{port}": (half, _height(port, outs)) for port in range(outs)},
        )
        for port in range(outs):
            label = self.draw(st.sampled_from((0.0, 30.0, 90.0)))
            self.drawing.labels[key, f"o{port}"] = label
        for port, source in enumerate(sources):
            self.wire(source, "o0", key, port)
        return key

    def chain(self, source, most):
        for _ in range(self.draw(st.integers(1, most))):
            source = self.add(source)
        return source

    def wire(self, source, output, key, port):
        self.drawing.wires.append(Wire(source, output, key, f"i{port}"))


@st.composite
def drawings(draw):
    """Graphs of nodes of any size, each fed by any earlier ones or by none."""
    sketch = Sketch(draw)
    for place in range(draw(st.integers(1, 14))):
        ins = draw(st.integers(0, 3))
        key = sketch.add(ins=ins, outs=draw(st.integers(1, 2)))
        for port in range(ins if place else 0):
            source = f"n{draw(st.integers(0, place - 1))}"
            outputs = sorted(sketch.drawing.shapes[source].outs)
            if draw(st.booleans()) or port == 0:
                sketch.wire(source, draw(st.sampled_from(outputs)), key, port)
    return sketch.drawing


@st.composite
def networks(draw):
    """What people draw: chains, with skips over some nodes and parallel branches."""
    sketch = Sketch(draw)
    last = sketch.add()
    for _ in range(draw(st.integers(1, 7))):
        shape = draw(st.sampled_from(("chain", "skip", "path", "branches")))
        if shape == "chain":
            last = sketch.chain(last, 3)
        elif shape == "branches":
            ends = [sketch.chain(last, 3) for _ in range(draw(st.integers(2, 4)))]
            last = sketch.add(*ends)
        else:
            ends = [last, sketch.chain(last, 4)]
            last = sketch.add(*(ends if shape == "skip" else ends[::-1]))
    return sketch.drawing


def _height(port: int, count: int) -> float:
    return (port - (count - 1) / 2) * PITCH


def boxes(drawing, spots):
    return {key: drawing.shapes[key].box.moved(*spots[key]) for key in spots}


@given(drawings())
def test_no_node_of_any_graph_lies_upon_another(drawing):
    spots = tidy(drawing)
    assert spots.keys() == drawing.shapes.keys()
    for one, other in combinations(boxes(drawing, spots).values(), 2):
        assert not one.meets(other)


@given(drawings())
def test_wires_lead_to_the_right_unless_they_begin_a_row(drawing):
    spots = tidy(drawing)
    for wire in drawing.wires:
        forward = spots[wire.source][0] < spots[wire.target][0]
        assert forward or spots[wire.source][1] < spots[wire.target][1]


@given(drawings())
def test_no_wire_of_any_graph_runs_over_a_node(drawing):
    over_nothing(drawing, tidy(drawing))


def over_nothing(drawing, spots):
    """No wire and no label lies over a node."""
    wiring = Wiring()
    for key, box in boxes(drawing, spots).items():
        wiring.ground.put(key, box)
    laid = wiring.lay({wire: _line(drawing, spots, wire) for wire in drawing.wires})
    for wire, (way, label) in laid.items():
        points = way.points()
        xs, ys = [x for x, _ in points], [y for _, y in points]
        around = Box(min(xs), min(ys) - 1, max(xs), max(ys) + 1)
        for key, box in wiring.ground.near(around).items():
            assert not runs_over(points, box.grown(-1.0)), (wire, key)
        if label is not None:
            assert not wiring.ground.near(Box(*label, *label).grown(8.0))


def _line(drawing, spots, wire):
    (x, y), (to_x, to_y) = spots[wire.source], spots[wire.target]
    out = drawing.shapes[wire.source].outs[wire.output]
    into = drawing.shapes[wire.target].ins[wire.input]
    label = drawing.labels[wire.source, wire.output]
    return Line((x + out[0], y + out[1]), (to_x + into[0], to_y + into[1]), label)


@given(drawings())
def test_the_same_drawing_gives_the_same_places(drawing):
    assert tidy(drawing) == tidy(drawing)


@given(networks())
def test_what_is_tidy_stays_as_it_is(drawing):
    spots = tidy(drawing)
    assert tidy(drawing._replace(spots=spots)) == spots


@given(networks())
def test_one_node_more_at_the_end_leaves_the_others_in_their_order(drawing):
    before = tidy(drawing)
    last = list(drawing.shapes)[-1]
    leaf = Shape(Box(-32, -32, 32, 32), {"i0": (-32, 0)}, {"o0": (32, 0)})
    grown = drawing._replace(
        shapes={**drawing.shapes, "leaf": leaf},
        wires=[*drawing.wires, Wire(last, "o0", "leaf", "i0")],
        labels={**drawing.labels, ("leaf", "o0"): 0.0},
        spots=before,
    )
    after = tidy(grown)
    old, new = boxes(drawing, before), boxes(drawing, {k: after[k] for k in before})
    for one, other in permutations(before, 2):
        assert not (_over(old[one], old[other]) and _over(new[other], new[one]))


def _over(one: Box, other: Box) -> bool:
    """Whether one stands above the other, in one column."""
    return one.bottom <= other.top and one.left < other.right and other.left < one.right


def test_a_chain_with_skips_within_skips_is_drawn_as_a_u():
    count, ends = 11, [(1, 9), (2, 8), (3, 7), (4, 6)]
    box, ins = Box(-80, -30, 80, 30), {"across": (-80.0, -10.0), "below": (-80.0, 10.0)}
    keys = [f"n{place}" for place in range(count)]
    shapes = {key: Shape(box, ins, {"o": (80.0, 0.0)}) for key in keys}
    chain = [Wire(a, "o", b, "below") for a, b in pairwise(keys)]
    skips = [Wire(keys[a], "o", keys[b], "across") for a, b in ends]
    drawing = Drawing(shapes, [*chain, *skips])
    spots = tidy(drawing)

    assert len({spots[keys[a]][0] for a, _ in ends}) == 1  # down on one side
    assert len({spots[keys[b]][0] for _, b in ends}) == 1  # up on the other
    for a, b in ends:
        assert spots[keys[a]][1] == spots[keys[b]][1] - 10  # level, port to port
    heights = [spots[keys[a]][1] for a, _ in ends]
    assert heights == sorted(heights)
    assert spots[keys[5]][1] > heights[-1]  # the bottom
    assert tidy(drawing._replace(spots=spots)) == spots
    for one, other in combinations(boxes(drawing, spots).values(), 2):
        assert not one.meets(other)
    # Two skips, one within the other, are no U yet.
    flat = tidy(drawing._replace(wires=[*chain, *skips[:2]]))
    assert flat[keys[1]][0] != flat[keys[2]][0]


@pytest.mark.parametrize("skips", [False, True])
def test_very_many_nodes_are_in_rows_that_fill_a_canvas(skips):
    box, ends = Box(-60, -30, 60, 30), {"o0": (60.0, 0.0)}
    keys = [f"n{place}" for place in range(600)]
    wires = [Wire(a, "o0", b, "i0") for a, b in pairwise(keys)]
    joins = keys[6::6] if skips else []  # of blocks, one right behind the other
    wires += [Wire(a, "o0", b, "i1") for a, b in zip(keys[::6], joins, strict=False)]
    plain, two = {"i0": (-60.0, 0.0)}, {"i0": (-60.0, -10.0), "i1": (-60.0, 10.0)}
    shapes = {key: Shape(box, two if key in joins else plain, ends) for key in keys}
    drawing = Drawing(shapes, wires, {(key, "o0"): 60.0 for key in keys})
    spots = tidy(drawing)
    wide = max(x for x, _ in spots.values()) - min(x for x, _ in spots.values())
    high = max(y for _, y in spots.values()) - min(y for _, y in spots.values())
    assert 0.8 < wide / high < 2.4
    over_nothing(drawing, spots)


def test_the_order_of_branches_that_the_person_gave_stays():
    ends = {"o0": (30.0, 0.0)}
    box = Box(-30, -20, 30, 20)
    shapes = {
        "x": Shape(box, {}, ends),
        "a": Shape(box, {"i": (-30.0, 0.0)}, ends),
        "b": Shape(box, {"i": (-30.0, 0.0)}, ends),
    }
    wires = [Wire("x", "o0", "a", "i"), Wire("x", "o0", "b", "i")]
    for first, second in (("a", "b"), ("b", "a")):
        now = {"x": (0.0, 0.0), first: (200.0, 0.0), second: (200.0, 300.0)}
        spots = tidy(Drawing(shapes, wires, spots=now))
        assert spots[first][1] < spots[second][1]
