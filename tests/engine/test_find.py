"""Nodes are found by whatever stands on them."""

import pytest

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.find import find
from engine.design.model import Design
from tests.strategies import chain, tutorial


def found(design: Design, text: str) -> list[str]:
    return [design.nodes[key].name for key in find(design, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hidden1", ["hidden1"]),
        ("HIDDEN", ["hidden1", "hidden2"]),
        ("linear", ["hidden1", "hidden2", "out"]),
        ("Sigmoid", ["sigmoid"]),
        ("xavier", ["hidden1"]),
        ("kaiming normal", ["hidden2"]),
        ("out_features=3", ["hidden1"]),
        ("linear kaiming", ["hidden2"]),
        ("activation", []),
        ("nothing like it", []),
        ("   ", []),
        ("", []),
    ],
)
def test_every_word_has_to_be_on_the_node(text, names):
    assert found(tutorial(), text) == names


def test_labels_shapes_and_what_is_frozen_are_found():
    design = chain("conv2d", shape=("N", 3, 8, 8))
    design = edits.set_label(design, "n2", "Stem of it all")
    assert find(design, "stem") == ("n2",)
    assert find(design, "N×3×8") == ("n1",)
    assert find(design, "3×3") == ("n2",)
    assert find(edits.set_frozen(design, ["n2"], True), "frozen") == ("n2",)


def test_parameters_of_initializers_are_found():
    init = Init("trunc_normal", (("std", 0.02),))
    design = edits.set_init(tutorial(), ["n6"], "weight", init)
    assert found(design, "std=0.02") == ["out"]


def test_nodes_are_found_in_the_order_of_reading():
    design = edits.move(tutorial(), {"n6": (-50.0, 0.0)})
    assert found(design, "linear") == ["out", "hidden1", "hidden2"]


def test_an_unknown_operator_is_found_by_its_kind():
    design = chain("linear")
    node = design.nodes["n2"]
    strange = type(node)("n2", "from_the_future", "later", {"wings": 2})
    design = design.with_graph({**design.nodes, "n2": strange})
    assert find(design, "future") == find(design, "wings=2") == ("n2",)
