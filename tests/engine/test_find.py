"""Nodes are found by whatever stands on them."""

import pytest

from engine.catalog.spec import Init
from engine.design import edits
from engine.design.find import find, find_within
from engine.design.model import Design, Wire
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


def nested() -> Design:
    """x → twice (step → step) → linear3, where a step is a Linear and its ReLU."""
    design = chain("linear", "relu", "linear", "relu", "linear")
    design = edits.make_block(design, ["n2", "n3"], "Step")
    return edits.make_block(design, [design.newest, "n4", "n5"], "Twice")


def ways(design: Design, text: str, place: tuple[str, ...] = ()) -> list[str]:
    told = []
    for steps in find_within(design, text, place):
        names, nodes = [], design.nodes
        for key in steps:
            node = nodes.get(key)
            block = node.block if node else design.blocks[key]
            names.append(node.name if node else block.name)
            nodes = block.graph.nodes if block else nodes
        told.append("/".join(names))
    return told


def test_what_a_block_holds_is_found_behind_its_use():
    design = nested()
    assert ways(design, "linear") == [
        "twice1/step1/linear1",
        "twice1/linear2",
        "linear3",
    ]
    assert ways(design, "relu") == ["twice1/step1/relu1", "twice1/relu2"]
    assert ways(design, "") == []


def test_a_block_is_searched_once_by_the_use_that_stands_open():
    design = nested()
    (twice,) = (node.id for node in design.nodes.values() if node.block)
    block = design.nodes[twice].block
    design = edits.add(design, "block", (900, 0), block=block.id)
    second = design.newest
    first = ways(design, "relu2")
    assert first == ["twice1/relu2"]
    assert ways(design, "relu2", (second,)) == ["twice2/relu2"]


def test_a_block_that_nothing_uses_is_found_by_itself():
    design = nested()
    (twice,) = (node.id for node in design.nodes.values() if node.block)
    assert ways(edits.remove(design, [twice]), "relu2") == ["Twice/relu2"]


def test_rows_are_read_one_after_the_other_as_text_is():
    design = chain("linear", "relu", "linear", "relu", "linear")
    rows = {"n1": (0, 0), "n2": (200, 0), "n3": (400, 8)}
    rows |= {"n4": (0, 150), "n5": (200, 150), "n6": (400, 150)}
    design = edits.move(design, rows)
    assert find(design, "linear") == ("n2", "n4", "n6")
    assert find(design, "relu") == ("n3", "n5")


def test_a_branch_beside_the_main_line_is_no_row_of_its_own():
    design = chain("linear", "relu", "linear")
    design = edits.add(design, "linear", (200, 120))
    branch = design.newest
    design = edits.connect(design, Wire("n1", "output", branch, "input"))
    design = edits.add(design, "add", (800, 0))
    design = edits.connect(design, Wire("n4", "output", design.newest, "in1"))
    design = edits.connect(design, Wire(branch, "output", design.newest, "in2"))
    spots = {"n1": (0, 0), "n2": (200, 0), "n3": (400, 0), "n4": (600, 0)}
    design = edits.move(design, spots)
    assert find(design, "linear") == ("n2", branch, "n4")
