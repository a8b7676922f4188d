"""The ready designs as they are drawn, with the sizes that nodes have on the canvas."""

from itertools import combinations

import pytest

from engine.check import check
from engine.design.bodies import opened
from gui.canvas.face import face_of
from gui.canvas.inks import Inks
from gui.theme import Theme
from scripts.templates import TEMPLATES


@pytest.fixture
def inks(qapp):  # fonts are measured
    return Inks(Theme("light"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_node_of_a_template_covers_another(name, inks):
    design = TEMPLATES[name].design
    for level in (design, *(opened(design, key) for key in design.blocks)):
        checked = check(level)
        boxes = {
            node.name: face_of(node, checked, inks).space.translated(
                *level.look.positions[key]
            )
            for key, node in level.nodes.items()
        }
        covering = [
            pair
            for pair in combinations(boxes, 2)
            if boxes[pair[0]].intersects(boxes[pair[1]])
        ]
        assert covering == []
