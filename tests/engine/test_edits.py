"""Edits are pure: they share what they do not touch and never change what they get."""

import copy
import pickle
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import OPERATORS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits, names
from engine.design.model import Design, Node, Wire
from engine.errors import EditError, ParamError
from tests.strategies import chain, designs, tutorial


def wires(design):
    """The wires as text, by name: "x > linear1", the port where it is not the first."""
    return sorted(
        f"{design.nodes[w.source].name} > {design.nodes[w.target].name}"
        + ("" if w.input in ("input", "in1") else f".{w.input}")
        for w in design.wires
    )


def test_an_added_node_has_a_name_a_place_and_the_newest_id():
    design = edits.add(Design(), "linear", (3, 4), params={"out_features": 7})
    assert design.newest == "n1"
    assert design.nodes["n1"] == Node("n1", "linear", "linear1", {"out_features": 7})
    assert design.look.positions == {"n1": (3.0, 4.0)}


def test_default_names_count_up_and_the_first_input_is_x():
    design = Design()
    for kind in ("input", "input", "linear", "linear", "output"):
        design = edits.add(design, kind)
    found = [node.name for node in design.nodes.values()]
    assert found == ["x", "x2", "linear1", "linear2", "output1"]


def test_an_id_is_never_reused():
    design = edits.remove(chain("relu"), ["n2"])
    assert edits.add(design, "relu").newest == "n3"


def test_a_value_equal_to_the_default_is_not_kept():
    design = chain("linear")
    changed = edits.set_params(design, ["n2"], {"out_features": 16, "bias": False})
    assert changed.nodes["n2"].params == {"bias": False}
    assert edits.reset_params(changed, ["n2"], ["bias"]).nodes["n2"].params == {}


@pytest.mark.parametrize("kind", sorted(OPERATORS))
def test_every_kind_can_be_added_inserted_removed_and_replaced(kind):
    design = edits.insert_after(chain("linear", "relu"), kind, "n2")
    assert design.nodes["n4"].kind == kind
    assert check(design).state("n2") == "known"
    assert edits.remove(design, ["n4"]).nodes.keys() == {"n1", "n2", "n3"}
    assert edits.replace_kind(design, "n4", "relu").nodes["n4"].kind == "relu"


def test_adding_refuses_what_is_not_there():
    with pytest.raises(EditError, match="does not know the operator 'lineer'"):
        edits.add(Design(), "lineer")
    with pytest.raises(EditError, match="Linear has no parameter 'neurons'"):
        edits.add(Design(), "linear", params={"neurons": 3})
    with pytest.raises(ParamError, match="out_features is a whole number"):
        edits.add(Design(), "linear", params={"out_features": 0})
    with pytest.raises(EditError, match="cannot be put at nan"):
        edits.add(Design(), "linear", (float("nan"), 0))


def test_removing_takes_wires_places_and_docking_along():
    design = edits.dock(chain("linear", "relu"), "n3", "n2")
    assert design.look.docked == {"n3": "n2"}
    gone = edits.remove(design, ["n2", "n99"])
    assert gone.wires == ()
    assert gone.look.positions.keys() == {"n1", "n3"}
    assert gone.look.docked == {}
    assert edits.remove(gone, ["n2"]) is gone


def test_removing_and_reconnecting_closes_the_gap():
    design = chain("linear", "relu", "dropout", "linear")
    closed = edits.remove_and_reconnect(design, ["n3", "n4"])
    assert wires(closed) == ["linear1 > linear2", "x > linear1"]


def test_pulling_out_closes_the_gap_and_keeps_the_nodes_together():
    design = chain("linear", "relu", "dropout", "linear")
    out = edits.pull_out(design, ["n3", "n4"])
    assert wires(out) == ["linear1 > linear2", "relu1 > dropout1", "x > linear1"]
    assert out.nodes == design.nodes
    assert edits.pull_out(out, ["n3", "n4"]) is out


def test_reconnecting_leaves_an_input_open_where_nothing_came_in():
    design = edits.disconnect(chain("linear", "relu"), chain("linear").wires)
    assert edits.remove_and_reconnect(design, ["n2"]).wires == ()


def test_reconnecting_within_a_loop_ends():
    design = chain("relu", "relu", "linear")
    looped = (*design.wires[1:], Wire("n3", "output", "n2", "input"))
    broken = edits.remove_and_reconnect(design.with_graph(wires=looped), ["n2", "n3"])
    assert broken.wires == ()


def test_a_wire_takes_the_place_of_the_one_on_its_input():
    design = edits.add(chain("linear", "relu"), "linear")
    design = edits.connect(design, Wire("n1", "output", "n4", "input"))
    design = edits.connect(design, Wire("n4", "output", "n3", "input"))
    assert wires(design) == ["linear2 > relu1", "x > linear1", "x > linear2"]
    assert edits.connect(design, design.wires[-1]) is design
    assert edits.disconnect(design, []) is design


@pytest.mark.parametrize(
    ("wire", "sentence"),
    [
        (("n9", "output", "n2", "input"), "no node n9"),
        (("n1", "result", "n2", "input"), "Input 'x' has no output 'result'"),
        (("n1", "output", "n2", "in7"), "Linear 'linear1' has no input 'in7'"),
        (("n3", "output", "n3", "input"), "ReLU 'relu1' cannot feed itself"),
        (("n3", "output", "n2", "input"), "from ReLU 'relu1' to Linear 'linear1'"),
    ],
)
def test_a_wire_that_cannot_be_is_refused(wire, sentence):
    with pytest.raises(EditError, match=sentence):
        edits.connect(chain("linear", "relu"), Wire(*wire))


def test_splicing_puts_a_node_into_a_wire():
    design = edits.add(chain("linear", "linear"), "relu")
    design = edits.splice(design, "n4", Wire("n2", "output", "n3", "input"))
    assert wires(design) == ["linear1 > relu1", "relu1 > linear2", "x > linear1"]


def test_splicing_refuses_what_does_not_fit_into_a_wire():
    design = edits.add(chain("linear", "linear"), "input")
    wire = design.wires[1]
    with pytest.raises(EditError, match="Input 'x2' cannot be put into a wire"):
        edits.splice(design, "n4", wire)
    with pytest.raises(EditError, match="Linear 'linear1' cannot be put"):
        edits.splice(design, "n2", wire)
    with pytest.raises(EditError, match="not there any more"):
        edits.splice(design, "n4", Wire("n1", "output", "n3", "input"))


def test_inserting_in_a_chain_moves_what_follows_and_makes_room():
    design = edits.insert_after(chain("linear", "linear"), "relu", "n2")
    assert wires(design) == ["linear1 > relu1", "relu1 > linear2", "x > linear1"]
    spots = design.look.positions
    assert spots["n2"][0] < spots["n4"][0] < spots["n3"][0]


def test_inserting_at_a_branch_adds_another_branch():
    design = edits.insert_after(chain("linear"), "relu", "n1", (0, 90))
    design = edits.disconnect(design, design.wires)
    for target in ("n2", "n3"):
        design = edits.connect(design, Wire("n1", "output", target, "input"))
    design = edits.insert_after(design, "tanh", "n1")
    assert wires(design) == ["x > linear1", "x > relu1", "x > tanh1"]


def test_inserting_where_no_wire_can_go_only_adds():
    design = edits.insert_after(chain("relu", "output"), "linear", "n3")
    design = edits.insert_after(design, "input", "n2")
    assert wires(design) == ["relu1 > output1", "x > relu1"]


def test_appending_needs_a_free_input_and_an_output():
    design = chain("relu", "output")
    with pytest.raises(EditError, match="ReLU 'relu1' has no free input"):
        edits.append_to(design, "n2", "n1")
    design = edits.add(design, "tanh")
    with pytest.raises(EditError, match="Output 'output1' gives nothing on"):
        edits.append_to(design, "n4", "n3")
    free = edits.disconnect(design, design.wires[:1])
    behind = edits.append_to(free, "n4", "n2")
    with pytest.raises(EditError, match="would make a loop"):
        edits.append_to(behind, "n2", "n4")


def test_an_output_for_each_loose_end():
    design = edits.insert_after(chain("linear"), "tanh", "n1", (0, 90))
    design = edits.add(design, "relu")
    design = edits.connect(design, Wire("n1", "output", "n4", "input"))
    design = edits.add_outputs(design, ["n2", "n4"])
    assert [w for w in wires(design) if "output" in w] == [
        "linear1 > output1",
        "relu1 > output2",
    ]
    with pytest.raises(EditError, match="gives nothing on"):
        edits.add_outputs(design, ["n5"])


def test_moving_shares_the_graph():
    design = tutorial()
    moved = edits.move(design, {"n2": (1, 2)})
    assert moved.graph is design.graph
    assert moved.look.positions["n2"] == (1.0, 2.0)
    assert edits.arrange(moved, {"n2": (1.0, 2.0)}) is moved
    assert edits.move(design, {"n2": (1e30, 0)}).look.positions["n2"] == (1e7, 0.0)


def test_docking_is_for_activations_on_layers():
    design = chain("linear", "relu")
    docked = edits.dock(design, "n3", "n2")
    assert docked.graph is design.graph
    assert edits.dock(docked, "n3", None).look.docked == {}
    assert edits.dock(docked, "n3", "n2") is docked
    with pytest.raises(EditError, match="Linear 'linear1' cannot be docked"):
        edits.dock(design, "n2", "n3")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("2nd", "letters, digits"),
        ("", "letters, digits"),
        ("_hidden", "beginning with a letter"),
        ("a" * 65, "at most 64"),
        ("größe", "letters, digits"),
        ("lambda", "Python's own"),
        ("forward", "torch.nn.Module"),
        ("x", "called 'x' already"),
    ],
)
def test_a_name_that_cannot_be_an_attribute_is_refused(name, sentence):
    with pytest.raises(EditError, match=sentence):
        edits.rename(chain("relu"), "n2", name)


def test_renaming_and_labels():
    design = edits.rename(chain("relu"), "n2", " act ")
    assert design.nodes["n2"].name == "act"
    assert edits.rename(design, "n2", "act") is design
    labelled = edits.set_label(design, "n2", "  the\nfirst ")
    assert labelled.nodes["n2"].label == "the first"
    assert edits.set_label(labelled, "n2", "the first") is labelled
    with pytest.raises(EditError, match="half a character"):
        edits.set_label(design, "n2", "\ud800")
    with pytest.raises(EditError, match="201 characters long; 200 fit"):
        edits.set_label(design, "n2", "a" * 201)


def test_reserved_names_are_those_of_torch():
    public = {name for name in dir(torch.nn.Module()) if not name.startswith("_")}
    assert public == names.MODULE


@given(st.text(max_size=80), st.sampled_from(["linear", "our kind", "input"]))
def test_a_cleaned_name_can_be_a_name(text, kind):
    assert names.fault(names.cleaned(text, kind)) is None
    assert names.cleaned("!", "our kind") == "node1"


@given(st.from_regex(r"[a-z][a-z0-9]{0,70}", fullmatch=True))
def test_a_free_name_is_new_and_can_be_a_name(name):
    found = names.free(name[:64], {name[:64]})
    assert found != name[:64]
    assert len(found) <= 64


def test_parameters_of_several_nodes_at_once():
    design = chain("linear", "relu", "linear")
    changed = edits.set_params(design, ["n2", "n4"], {"out_features": 4})
    assert {n.params.get("out_features") for n in changed.nodes.values()} == {None, 4}
    assert edits.set_params(changed, ["n2"], {"out_features": 4}) is changed
    with pytest.raises(EditError, match="ReLU has no parameter 'out_features'"):
        edits.set_params(design, ["n2", "n3"], {"out_features": 4})


def test_dropping_ports_drops_their_wires():
    design = edits.insert_after(chain("linear"), "add", "n2")
    design = edits.set_params(design, ["n3"], {"inputs": 3})
    for port in ("in2", "in3"):
        design = edits.connect(design, Wire("n1", "output", "n3", port))
    fewer = edits.reset_params(design, ["n3"], ["inputs"])
    assert wires(fewer) == ["linear1 > add1", "x > add1.in2", "x > linear1"]


def test_dropping_an_output_drops_its_wires():
    design = chain("max_pool2d", shape=("N", 3, 8, 8))
    design = edits.set_params(design, ["n2"], {"return_indices": True})
    port = design.nodes["n2"].outputs[1].name
    design = edits.add(design, "output")
    design = edits.connect(design, Wire("n2", port, "n3", "input"))
    assert len(edits.reset_params(design, ["n2"], ["return_indices"]).wires) == 1


def test_choosing_an_initializer_and_giving_it_up():
    design = edits.set_init(
        chain("linear"), ["n2"], "weight", Init("uniform", (("b", 2),))
    )
    assert design.nodes["n2"].init == {"weight": Init("uniform", (("b", 2.0),))}
    assert edits.set_init(design, ["n2"], "weight", None).nodes["n2"].init == {}
    assert edits.set_init(design, ["n2"], "bias", None) is design


@pytest.mark.parametrize(
    ("key", "tensor", "init", "sentence"),
    [
        ("n2", "weight", Init("magic"), "does not know the initializer 'magic'"),
        ("n2", "weight", Init("zeros", (("a", 1),)), "has no parameter 'a'"),
        ("n2", "gamma", Init("zeros"), "Linear 'linear1' has no tensor 'gamma'"),
        ("n3", "weight", Init("zeros"), "ReLU 'relu1' has no numbers to draw"),
        ("n2", "bias", Init("xavier_normal"), "bias"),
    ],
)
def test_an_initializer_that_does_not_fit_is_refused(key, tensor, init, sentence):
    with pytest.raises(EditError, match=sentence):
        edits.set_init(chain("linear", "relu"), [key], tensor, init)


def test_an_initializer_waits_where_shapes_are_not_known():
    design = edits.add(Design(), "linear")
    design = edits.set_init(design, ["n1"], "weight", Init("dirac"))
    assert "weight" in design.nodes["n1"].init


def test_replacing_a_kind_keeps_what_both_have():
    design = edits.set_params(
        chain("conv2d", "relu", shape=("N", 3, 8, 8)),
        ["n2"],
        {
            "out_channels": 5,
            "kernel_size": 3,
            "groups": 1,
            "stride": 2,
        },
    )
    design = edits.set_init(design, ["n2"], "weight", Init("zeros"))
    other = edits.replace_kind(design, "n2", "conv_transpose2d")
    assert other.nodes["n2"].params == design.nodes["n2"].params
    assert other.nodes["n2"].init == design.nodes["n2"].init
    assert other.nodes["n2"].name == "conv_transpose2d1"
    assert wires(other)[0].startswith("conv_transpose2d1 >")
    linear = edits.replace_kind(edits.rename(design, "n2", "stem"), "n2", "linear")
    assert linear.nodes["n2"].params == {}
    assert linear.nodes["n2"].name == "stem"
    assert edits.replace_kind(design, "n2", "conv2d") is design


def test_replacing_drops_what_the_other_cannot_have():
    design = edits.set_init(chain("linear", "relu"), ["n2"], "weight", Init("zeros"))
    design = edits.dock(design, "n3", "n2")
    assert edits.replace_kind(design, "n2", "tanh").nodes["n2"].init == {}
    assert edits.replace_kind(design, "n3", "linear").look.docked == {}
    join = edits.insert_after(chain("linear"), "add", "n2")
    join = edits.connect(join, Wire("n1", "output", "n3", "in2"))
    assert wires(edits.replace_kind(join, "n3", "tanh")) == [
        "linear1 > tanh1",
        "x > linear1",
    ]
    assert "x > tanh1" in wires(
        edits.replace_kind(edits.replace_kind(chain("add"), "n2", "tanh"), "n2", "tanh")
    )


def test_unknown_operators_are_left_alone():
    node = Node("n1", "teleport", "t")
    design = Design().with_graph({"n1": node})
    assert node.title == "teleport"
    assert (node.inputs, node.outputs, node.args) == ((), (), node.params)
    with pytest.raises(EditError, match="does not know the operator of teleport 't'"):
        edits.set_params(design, ["n1"], {})
    assert edits.replace_kind(design, "n1", "relu").nodes["n1"].kind == "relu"


def test_the_settings():
    design = edits.set_symbol(edits.set_seed(Design(), 7), "T", 3)
    assert (design.settings.seed, design.settings.symbols) == (7, {"N": 8, "T": 3})
    assert edits.set_symbol(design, "T", None).settings.symbols == {"N": 8}
    assert edits.set_seed(design, 7) is design
    assert edits.set_symbol(design, "T", 3) is design
    assert edits.set_notes(design, "") is design
    assert edits.set_notes(design, "why").notes == "why"


@pytest.mark.parametrize("seed", [-1, 2**63, True, 1.0])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(EditError, match="The seed is a whole number"):
        edits.set_seed(Design(), seed)


@pytest.mark.parametrize(
    ("name", "value"), [("2", 1), ("N", 0), ("N", 1.5), ("N", True)]
)
def test_a_symbol_stands_for_a_whole_number(name, value):
    with pytest.raises(EditError, match=r"name for a size|stands for a whole number"):
        edits.set_symbol(Design(), name, value)


EDITS = st.sampled_from(
    [
        lambda d, k: edits.remove(d, [k]),
        lambda d, k: edits.pull_out(d, [k]),
        lambda d, k: edits.remove_and_reconnect(d, [k]),
        lambda d, k: edits.insert_after(d, "linear", k),
        lambda d, k: edits.rename(d, k, "renamed"),
        lambda d, k: edits.move(d, {k: (5, 5)}),
        lambda d, k: edits.replace_kind(d, k, "tanh"),
        lambda d, k: edits.set_label(d, k, "seen"),
        lambda d, k: edits.disconnect(d, d.wires[:1]),
        lambda d, k: edits.set_init(d, [k], "bias", Init("zeros")),
    ]
)


@given(designs(), EDITS, st.randoms(use_true_random=False))
def test_an_edit_never_changes_its_argument_and_shares_what_it_leaves(
    design, edit, random
):
    if not design.nodes:
        return
    before, key = copy.deepcopy(design), random.choice(sorted(design.nodes))
    try:
        after = edit(design, key)
    except EditError:
        after = design
    assert design == before
    untouched = [n for n in after.nodes if n != key and n in design.nodes]
    assert all(after.nodes[n] is design.nodes[n] for n in untouched)
    assert after.graph is design.graph or after != design


def test_edits_travel_as_fixes():
    fix = partial(edits.set_params, ids=("n2",), values={"bias": False})
    design = pickle.loads(pickle.dumps(fix))(chain("linear"))
    assert design.nodes["n2"].params == {"bias": False}


def test_what_is_worked_out_does_not_travel():
    design = tutorial()
    small = len(pickle.dumps(design))
    check(design)
    assert len(pickle.dumps(design)) == small


def test_freezing_passes_over_what_has_nothing_to_learn():
    design = edits.set_frozen(tutorial(), ["n2", "n3", "n4"], True)
    assert [key for key, node in design.nodes.items() if node.frozen] == ["n2", "n4"]
    assert check(design).trainable == 6 < check(design).parameters == 26
    assert edits.set_frozen(design, ["n2"], True) is design
    assert edits.set_frozen(design, ["n2", "n4"], False) == tutorial()


def test_freezing_nothing_that_learns_is_refused():
    with pytest.raises(EditError, match="Sigmoid 'sigmoid' has nothing to learn"):
        edits.set_frozen(tutorial(), ["n3"], True)


def test_a_frozen_node_that_becomes_one_without_weights_is_not_frozen():
    design = edits.set_frozen(tutorial(), ["n2"], True)
    assert edits.replace_kind(design, "n2", "bilinear").nodes["n2"].frozen
    assert not edits.replace_kind(design, "n2", "identity").nodes["n2"].frozen


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        (edits.set_dtype, "float64"),
        (edits.set_mode, "eval"),
        (edits.set_device, "cuda"),
    ],
)
def test_settings_take_what_they_know(edit, value):
    design = edit(tutorial(), value)
    assert value in vars(design.settings).values()
    assert edit(design, value) is design
    with pytest.raises(EditError, match="is one of"):
        edit(design, "tpu")


def test_inputs_and_embeddings_follow_the_designs_dtype():
    design = edits.set_dtype(chain("embedding", "linear", shape=("N", 4)), "float64")
    assert check(design).tensor("n1", "output").dtype == "float64"
    design = edits.set_params(design, ["n1"], {"dtype": "int64"})
    assert check(design).tensor("n1", "output").dtype == "int64"
    assert check(design).tensor("n3", "output").dtype == "float64"
    back = edits.set_dtype(design, "float32")
    assert check(back).tensor("n3", "output").dtype == "float32"


@pytest.mark.parametrize("kind", ["add", "multiply", "concatenate"])
def test_what_joins_many_takes_one_more_up_to_its_limit(kind):
    design = edits.add(edits.add(Design(), "input"), kind)
    for number in range(1, 17):
        wire = Wire("n1", "output", "n2", f"in{number}")
        if number > 2:
            assert edits.further_input(design.nodes["n2"]) == wire.input
        design = edits.connect_further(design, wire)
    assert len(design.wires) == design.nodes["n2"].args["inputs"] == 16
    assert edits.further_input(design.nodes["n2"]) is None
    with pytest.raises(EditError, match="no input 'in17'"):
        edits.connect_further(design, Wire("n1", "output", "n2", "in17"))


def test_what_joins_two_takes_no_third():
    design = edits.add(edits.add(Design(), "input"), "subtract")
    assert edits.further_input(design.nodes["n2"]) is None
    with pytest.raises(EditError, match="no input 'in3'"):
        edits.connect_further(design, Wire("n1", "output", "n2", "in3"))
