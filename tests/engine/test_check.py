"""The check: shapes before an error stay, the first error speaks alone, and helps."""

import pickle
import statistics
import subprocess
import sys
import time

import pytest
from hypothesis import given

import engine
from engine.catalog.dims import Tensor, symbol
from engine.catalog.spec import Init
from engine.check import Known, check, faults
from engine.check.ends import ends
from engine.design import edits
from engine.design.file import decode
from engine.design.model import Design, Node, Wire
from engine.errors import EngineError, Severity, ShapeError
from tests.strategies import chain, designs, mlp, tutorial

N = symbol("N", 8)


def rules(design):
    return [problem.rule for problem in check(design).problems]


def errors(design):
    found = check(design).problems
    return {p.rule: p for p in found if p.severity is Severity.ERROR}


def sentence(design, rule):
    return str(errors(design)[rule].message)


def mended(design, rule):
    """The design after the fix of the error by this rule."""
    return errors(design)[rule].fix.edit(design)


def test_the_tutorial_is_known_from_end_to_end():
    checked = check(tutorial())
    assert checked.ok
    assert (checked.parameters, checked.mult_adds) == (26, 19)
    assert checked.order == ("n1", "n2", "n3", "n4", "n5", "n6", "n7")
    assert checked.tensor("n4", "output") == Tensor((symbol("N", 5), 2))
    assert (checked.inputs, checked.outputs) == (("n1",), ("n7",))
    assert checked.results == (("n7", "output"),)
    assert checked.wrong_wires == frozenset()
    assert [p.rule for p in checked.problems] == ["hidden-sigmoid"]
    assert checked.worst("n3") is Severity.ADVICE
    assert checked.worst("n2") is None


def test_which_initializer_draws_a_tensor():
    design = edits.set_init(tutorial(), ["n4"], "bias", Init("zeros"))
    checked = check(design)
    weight, bias = checked.known("n4").tensors
    assert checked.init_of("n4", weight) == Init("kaiming_normal")
    assert checked.init_of("n4", bias) == Init("zeros")
    assert checked.init_of("n6", checked.known("n6").tensors[0]).kind == "uniform"
    design = chain("batch_norm1d")
    buffers = [s for s in check(design).known("n2").tensors if s.family == "buffer"]
    assert all(check(design).init_of("n2", spec) == spec.default for spec in buffers)
    assert buffers


def test_a_name_wins_over_a_family():
    design = chain("lstm", shape=("N", 4, 3))
    design = edits.set_init(design, ["n2"], "weight", Init("zeros"))
    design = edits.set_init(design, ["n2"], "weight_ih_l0", Init("ones"))
    checked = check(design)
    chosen = {
        s.name: checked.init_of("n2", s).kind for s in checked.known("n2").tensors
    }
    assert chosen["weight_ih_l0"] == "ones"


def test_before_an_error_everything_keeps_its_shape_and_behind_it_nothing_speaks():
    design = chain("linear", "conv2d", "relu", "linear")
    checked = check(design)
    assert [checked.state(f"n{i}") for i in range(1, 6)] == [
        "known",
        "known",
        "wrong",
        "waiting",
        "waiting",
    ]
    assert [p.node for p in checked.problems] == ["n3"]
    assert checked.wrong_wires == {design.wires[1]}
    assert "Conv2d 'conv2d1'" in sentence(design, "shape")
    assert "'linear1'" in sentence(design, "shape")
    assert checked.tensor("n4", "output") is None
    assert not checked.ok


def test_a_shape_error_offers_its_parameters_as_a_fix():
    design = chain("conv2d", shape=("N", 3, 4, 4))
    design = edits.set_params(design, ["n2"], {"kernel_size": 7})
    fix = errors(design)["shape"].fix
    assert str(fix.label).startswith("Set ")
    assert check(pickle.loads(pickle.dumps(fix)).edit(design)).ok


@pytest.mark.parametrize("proposal", [{"magic": 1}, {"kernel_size": "huge"}])
def test_a_fix_that_the_row_would_not_take_is_not_offered(proposal):
    node = chain("conv2d").nodes["n2"]
    assert faults._parameters_fix(node, ShapeError("no", fix=proposal)) is None


@pytest.mark.parametrize(
    ("kind", "dtype", "expected"),
    [
        (
            "linear",
            "int64",
            "Linear 'linear1' computes with real numbers, but 'x' brings",
        ),
        ("embedding", "float32", "looks things up by whole numbers, but 'x' brings"),
    ],
)
def test_a_tensor_of_the_wrong_kind(kind, dtype, expected):
    design = edits.set_params(chain(kind), ["n1"], {"dtype": dtype})
    assert expected in sentence(design, "shape")
    assert errors(design)["shape"].port == "input"


def test_an_error_at_a_port_that_follows_another_is_at_the_other():
    design = chain("multihead_attention", shape=("N", 4, 8))
    node = design.nodes["n2"]
    port = next(port for port in node.inputs if port.follows)
    error = ShapeError("{node} and {source}.", port=port.name)
    problem = faults._shape(design, node, error, {})
    assert problem.port == port.follows
    assert str(problem.message) == "MultiheadAttention 'multihead_attention1' and 'x'."


def test_an_open_input_names_what_could_feed_it():
    design = edits.add(chain("linear"), "relu")
    assert sentence(design, "unconnected") == (
        "ReLU 'relu1' has nothing on its input. Drag a wire from 'linear1' to it."
    )
    assert check(mended(design, "unconnected")).ok


def test_an_open_input_among_several_is_named():
    design = edits.insert_after(chain("linear"), "add", "n2")
    assert "has nothing on 'in2'" in sentence(design, "unconnected")
    assert errors(design)["unconnected"].port == "in2"
    alone = edits.add(Design(), "relu")
    assert "from another node" in sentence(alone, "unconnected")
    assert errors(alone)["unconnected"].fix is None


def test_optional_inputs_may_stay_open():
    assert check(chain("lstm", shape=("N", 4, 3))).ok


def looped():
    design = chain("relu", "tanh", "linear", "linear")
    wires = (
        Wire("n3", "output", "n2", "input"),
        *design.wires[1:],
    )
    return design.with_graph(wires=wires)


def test_a_loop_names_its_nodes_and_is_opened_by_its_fix():
    design = looped()
    assert sentence(design, "loop").startswith(
        "'relu1' and 'tanh1' feed each other"
    ) or (sentence(design, "loop").startswith("'tanh1' and 'relu1' feed each other"))
    checked = check(design)
    assert [checked.state(f"n{i}") for i in (2, 3, 4)] == ["wrong", "wrong", "waiting"]
    assert checked.wrong_wires == set(design.wires[:2])
    assert len(errors(design)) == 1
    assert len(mended(design, "loop").wires) == len(design.wires) - 1
    assert "loop" not in rules(mended(design, "loop"))


def test_a_node_that_feeds_itself_is_a_loop():
    design = chain("relu").with_graph(wires=(Wire("n2", "output", "n2", "input"),))
    assert "'relu1' feed" in sentence(design, "loop")


def test_two_loops_are_two_problems():
    design = chain("relu", "tanh", "add", "sigmoid", "linear")
    wires = (
        Wire("n2", "output", "n3", "input"),
        Wire("n3", "output", "n2", "input"),
        Wire("n3", "output", "n4", "in1"),
        Wire("n5", "output", "n4", "in2"),
        Wire("n4", "output", "n5", "input"),
        Wire("n5", "output", "n6", "input"),
    )
    assert rules(design.with_graph(wires=wires)).count("loop") == 2
    assert check(design.with_graph(wires=wires)).state("n6") == "waiting"


def test_a_wire_on_a_port_that_is_not_there():
    design = chain("linear", "relu")
    wires = (*design.wires, Wire("n1", "output", "n3", "gate"))
    broken = design.with_graph(wires=wires)
    assert "tied to 'gate' of ReLU 'relu1'" in sentence(broken, "port")
    assert check(broken).state("n3") == "known"
    assert check(mended(broken, "port")).ok
    broken = design.with_graph(wires=(design.wires[0], Wire("n2", "h", "n3", "input")))
    assert "tied to 'h' of Linear 'linear1'" in sentence(broken, "port")
    assert check(broken).state("n3") == "wrong"
    assert check(broken).wrong_wires == {broken.wires[1]}


def test_a_wire_from_nowhere_does_no_harm():
    design = chain("linear", "relu")
    wires = (Wire("n9", "output", "n2", "input"), Wire("n2", "output", "n8", "input"))
    checked = check(design.with_graph(wires=wires))
    assert checked.state("n2") == "waiting"
    assert checked.order == ("n1", "n2", "n3")


def test_names_from_a_file():
    nodes = dict(chain("linear", "linear", "relu").nodes)
    for key, name in {"n2": "a", "n3": "a", "n4": "no name"}.items():
        nodes[key] = Node(key, nodes[key].kind, name)
    design = chain("linear", "linear", "relu").with_graph(nodes)
    found = [str(p.message) for p in check(design).problems if p.rule == "name"]
    assert found[0] == "Linear 'a': another node is called 'a' too."
    assert "'no name' cannot be a name" in found[1]
    for problem in check(design).problems:
        if problem.rule == "name":
            design = problem.fix.edit(design)
    assert [n.name for n in design.nodes.values()] == ["x", "a", "a1", "no_name"]


@pytest.mark.parametrize(
    ("tensor", "init", "expected"),
    [
        (
            "weight",
            {"kind": "magic"},
            "does not know the initializer 'magic' of weight",
        ),
        ("gamma", {"kind": "zeros"}, "is chosen for gamma, which it does not have"),
        ("bias", {"kind": "xavier_normal"}, "bias"),
        ("weight", {"kind": "normal", "params": {"std": -1}}, "std is a number"),
        ("weight", {"kind": "zeros", "params": {"a": 1}}, "no parameter 'a'"),
    ],
)
def test_an_initializer_from_a_file_that_does_not_fit(tensor, init, expected):
    design = chain("linear")
    node = design.nodes["n2"]
    chosen = Init(init["kind"], tuple(init.get("params", {}).items()))
    nodes = {
        **design.nodes,
        "n2": Node("n2", node.kind, node.name, {}, {tensor: chosen}),
    }
    design = design.with_graph(nodes)
    assert expected in sentence(design, "initializer")
    assert sentence(design, "initializer").startswith("Linear 'linear1': ")
    assert check(design).state("n2") == "known"
    assert check(mended(design, "initializer")).ok


def test_what_is_missing_of_a_network():
    assert "no network yet" in sentence(Design(), "empty")
    assert "an Input but no layer" in sentence(chain(), "empty")
    constant = chain("linear")
    assert "no-input" not in errors(constant)
    alone = edits.remove(constant, ["n1"])
    assert list(errors(alone)) == ["unconnected"]


def test_a_design_with_nothing_to_call_it_with():
    found = ends(edits.remove(chain("linear"), ["n1"]), {"n2": None}, clean=True)
    assert [p.rule for p in found.problems] == ["no-input"]


def branched():
    design = edits.insert_after(chain("linear"), "tanh", "n2")
    design = edits.add(design, "linear")
    return edits.connect(design, Wire("n2", "output", "n4", "input"))


def test_several_loose_ends_need_outputs():
    design = branched()
    assert sentence(design, "loose-ends").startswith("Nothing follows 'tanh1' and")
    checked = check(design)
    assert (checked.outputs, checked.results) == ((), ())
    checked = check(mended(design, "loose-ends"))
    assert checked.ok
    assert checked.outputs == ("n5", "n6")
    assert checked.results == (("n3", "output"), ("n4", "output"))


def test_a_loose_end_beside_an_output_is_not_used():
    design = edits.add_outputs(branched(), ["n3"])
    problem = check(design).of("n4")[0]
    assert (problem.rule, problem.severity) == ("unused", Severity.WARNING)
    assert check(design).ok
    assert rules(problem.fix.edit(design)) == []


def test_an_input_that_nothing_takes_is_not_used():
    design = edits.add(chain("linear"), "input")
    assert check(design).of("n3")[0].rule == "unused"
    assert check(design).outputs == ("n2",)


def test_an_unfinished_node_beside_the_network_does_not_take_its_result():
    design = edits.add(chain("linear"), "relu")
    assert check(design).outputs == ("n2",)
    assert list(errors(design)) == ["unconnected"]


def test_many_names_are_cut_short():
    design = chain("linear")
    for _ in range(9):
        design = edits.add(design, "relu")
        design = edits.connect(design, Wire("n2", "output", design.newest, "input"))
    assert "'relu5' and 4 more" in sentence(design, "loose-ends")


def test_symbols_take_their_sample_from_the_settings():
    design = edits.set_symbol(chain("linear", shape=("N", "T", 3)), "T", 4)
    assert check(design).tensor("n2", "output").shape[1] == symbol("T", 4)
    unset = edits.set_symbol(design, "T", None)
    assert check(unset).tensor("n2", "output").shape[1] == symbol("T", 8)
    other = edits.set_symbol(design, "T", 5)
    assert check(other).tensor("n2", "output").shape[1] == symbol("T", 5)


def test_counts_have_no_limit():
    design = chain(*["linear"] * 3, shape=("N", 2**24))
    design = edits.set_params(design, ["n2", "n3", "n4"], {"out_features": 2**24})
    assert check(design).parameters == 3 * (2**48 + 2**24)


def test_the_same_graph_is_checked_once():
    design = tutorial()
    assert check(edits.move(design, {"n1": (9, 9)})) is check(design)


@given(designs())
def test_any_design_is_checked_and_every_fix_is_an_edit(design):
    checked = check(design)
    assert checked.nodes.keys() == design.nodes.keys()
    travelled = pickle.loads(pickle.dumps(checked.problems))
    assert [p.message for p in travelled] == [p.message for p in checked.problems]
    for problem in checked.problems:
        assert "{" not in str(problem.message)
        if problem.fix:
            try:
                after = problem.fix.edit(design)
            except EngineError as error:
                pytest.fail(f"{problem.message} {problem.fix.label}: {error}")
            assert after is not design
    worst = [("error", "warning", "advice").index(p.severity) for p in checked.problems]
    assert worst == sorted(worst)
    for key in design.nodes:
        known = checked.state(key) == "known"
        assert known == isinstance(checked.known(key), Known)


@given(designs(), designs())
def test_what_is_remembered_changes_no_answer(first, second):
    check(first)
    remembered = check(second)
    fresh = decode_fresh(second)
    assert remembered.nodes == fresh.nodes
    assert [p.message for p in remembered.problems] == [
        p.message for p in fresh.problems
    ]


def decode_fresh(design):
    """The check of `design` right after that of an empty one."""
    check(Design())
    return check(design)


def edit_seconds(layers):
    design, times = mlp(layers), []
    check(design)
    for features in range(40, 47):
        design = edits.set_params(design, ["n2"], {"out_features": features})
        start = time.perf_counter()
        checked = check(design)
        times.append(time.perf_counter() - start)
        assert checked.ok
    return statistics.median(times)


def test_one_edit_of_a_deep_network_is_checked_within_a_frame():
    assert edit_seconds(1000) < 0.05  # 5 ms when nothing else runs


def test_the_face_is_lazy():
    code = (
        "import sys, engine; assert 'engine.check' not in sys.modules;"
        "d = engine.load(sys.argv[1]); assert engine.check(d).ok;"
        "from engine import check; assert check(d).parameters == 26;"
        "assert 'torch' not in sys.modules"
    )
    path = "resources/examples/tutorial.fanin"
    subprocess.run([sys.executable, "-c", code, path], check=True)
    assert engine.check(Design()).problems
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        engine.paint()


def test_the_face_offers_what_a_notebook_needs():
    for name in engine.__all__:
        assert callable(getattr(engine, name))


def test_decoding_and_checking_agree_on_nothing_known():
    text = '{"format": "fanin", "version": 1, "nodes": [], "wires": []}'
    assert check(decode(text)).problems[0].rule == "empty"
