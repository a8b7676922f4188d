"""Advice: each rule speaks where it should, is silent where it should, and helps."""

import pytest

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from tests.strategies import chain

IMAGE = ("N", 3, 16, 16)


def advised(design):
    return {problem.rule: problem for problem in check(design).problems}


def drawn(design, key, kind, **params):
    init = Init(kind, tuple(params.items()))
    return edits.set_init(design, [key], "weight", init)


@pytest.mark.parametrize(
    ("kinds", "rule"),
    [
        (("linear", "sigmoid", "linear"), "hidden-sigmoid"),
        (("linear", "sigmoid", "dropout", "linear"), "hidden-sigmoid"),
        (("linear", "softmax", "linear"), "hidden-softmax"),
        (("linear", "log_softmax", "linear"), "hidden-softmax"),
        (("linear", "relu", "tanh"), "two-activations"),
        (("linear", "linear"), "no-activation-between"),
        (("linear", "dropout", "linear"), "no-activation-between"),
        (("linear", "batch_norm1d"), "bias-before-norm"),
        (("linear", "dropout", "batch_norm1d"), "dropout-before-norm"),
        (("linear", "relu"), "rectified-output"),
    ],
)
def test_a_chain_that_is_unwise(kinds, rule):
    design = chain(*kinds)
    problem = advised(design)[rule]
    assert check(design).ok
    assert problem.node in design.nodes
    if problem.fix:
        after = problem.fix.edit(design)
        assert rule not in advised(after)
        assert check(after).ok


@pytest.mark.parametrize(
    "kinds",
    [
        ("linear", "relu", "linear"),
        ("linear", "relu", "linear", "softmax"),
        ("linear", "sigmoid"),
        ("linear", "relu", "dropout", "linear", "tanh"),
        ("linear", "gelu", "batch_norm1d", "linear"),
        ("flatten", "linear"),
        ("dropout", "linear"),
        ("embedding",),
    ],
)
def test_a_chain_with_nothing_to_say(kinds):
    assert advised(chain(*kinds)).keys() <= {"shape"}


def test_a_gate_is_no_hidden_sigmoid():
    design = chain("linear", "sigmoid", "multiply", "linear")
    design = edits.connect(design, Wire("n1", "output", "n4", "in2"))
    design = edits.set_params(design, ["n2"], {"out_features": 8})
    assert advised(design) == {}


def test_separable_convolutions_need_no_activation_between():
    design = chain("conv2d", "conv2d", shape=IMAGE)
    assert "no-activation-between" in advised(design)
    grouped = edits.set_params(design, ["n2"], {"out_channels": 6, "groups": 3})
    assert advised(grouped) == {}


def test_a_branch_between_two_layers_keeps_the_first_worth_having():
    design = edits.add(chain("linear", "linear"), "tanh")
    design = edits.connect(design, Wire("n2", "output", "n4", "input"))
    assert "no-activation-between" not in advised(design)
    design = edits.add_outputs(chain("linear", "batch_norm1d"), ["n2", "n3"])
    assert "bias-before-norm" not in advised(design)


def test_a_softmax_over_the_batch():
    design = edits.set_params(chain("linear", "softmax"), ["n3"], {"dim": 0})
    problem = advised(design)["softmax-over-batch"]
    assert "Softmax 'softmax1' works over the batch" in str(problem.message)
    assert advised(problem.fix.edit(design)) == {}
    numbered = edits.set_params(
        chain("linear", "softmax", shape=(4, 3)), ["n3"], {"dim": 0}
    )
    assert advised(numbered) == {}


@pytest.mark.parametrize(
    ("init", "value"),
    [
        (("zeros", {}), "0"),
        (("ones", {}), "1"),
        (("constant", {"val": 0.5}), "0.5"),
        (("uniform", {"a": 1.0, "b": 1.0}), "1"),
        (("normal", {"mean": 2.0, "std": 0.0}), "2"),
    ],
)
def test_weights_that_are_all_alike(init, value):
    design = drawn(chain("linear"), "n2", init[0], **init[1])
    problem = advised(design)["symmetric-weights"]
    assert str(problem.message).startswith(
        f"Every number in weight of Linear 'linear1' begins as {value},"
    )
    assert advised(problem.fix.edit(design)) == {}


def test_where_weights_may_be_alike():
    one = edits.set_params(chain("linear"), ["n2"], {"out_features": 1})
    assert advised(drawn(one, "n2", "zeros")) == {}
    assert advised(drawn(chain("linear"), "n2", "normal")) == {}
    norm = drawn(chain("batch_norm1d"), "n2", "zeros")
    assert advised(norm) == {}
    residual = chain("linear", "add")
    residual = edits.set_params(residual, ["n2"], {"out_features": 8})
    residual = edits.connect(residual, Wire("n1", "output", "n3", "in2"))
    assert advised(drawn(residual, "n2", "zeros")) == {}
    assert "symmetric-weights" in advised(drawn(residual, "n2", "ones"))


@pytest.mark.parametrize("kind", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize(("out", "alike"), [(3, False), (6, True)])
def test_channels_convolved_by_themselves_may_begin_alike(kind, out, alike):
    """Each of three units sees its own channel; of six, two see the same one."""
    design = edits.set_params(chain(kind), ["n1"], {"shape": ("N", 3, 8, 8)})
    design = edits.set_params(design, ["n2"], {"out_channels": out, "groups": 3})
    design = drawn(design, "n2", "constant", val=1e-6)
    assert ("symmetric-weights" in advised(design)) is alike


@pytest.mark.parametrize(
    ("kind", "activation", "better"),
    [
        ("xavier_normal", "leaky_relu", "kaiming_normal"),
        ("xavier_uniform", "prelu", "kaiming_uniform"),
        ("kaiming_normal", "tanh", "xavier_normal"),
        ("kaiming_uniform", "sigmoid", "xavier_uniform"),
    ],
)
def test_an_initializer_made_for_another_activation(kind, activation, better):
    design = drawn(chain("linear", activation), "n2", kind)
    problem = advised(design)["initializer-for-activation"]
    after = problem.fix.edit(design)
    assert after.nodes["n2"].init["weight"] == Init(better)
    assert advised(after) == {}


@pytest.mark.parametrize(
    ("activation", "kind", "params"),
    [
        ("tanh", "xavier_normal", {}),
        ("leaky_relu", "kaiming_normal", {}),
        ("leaky_relu", "xavier_normal", {"gain": 1.4}),
        ("tanh", "kaiming_normal", {"nonlinearity": "tanh"}),
        ("tanh", "orthogonal", {}),
    ],
)
def test_an_initializer_that_is_meant(activation, kind, params):
    design = drawn(chain("linear", activation), "n2", kind, **params)
    assert advised(design) == {}


def test_an_initializer_of_the_bias_says_nothing_of_the_weight():
    design = edits.set_init(chain("linear", "tanh"), ["n2"], "bias", Init("zeros"))
    assert advised(design) == {}


def test_one_operator_gets_each_advice_once():
    design = edits.add(chain("linear", "sigmoid", "linear"), "linear")
    design = edits.connect(design, Wire("n3", "output", "n5", "input"))
    found = [p.rule for p in check(design).problems]
    assert found.count("hidden-sigmoid") == 1


def test_behind_an_error_nothing_is_advised():
    design = chain("linear", "conv2d", "sigmoid", "linear", "linear")
    assert advised(design).keys() == {"shape"}


@pytest.mark.parametrize(("kind", "alike"), [("multiply", False), ("matmul", True)])
def test_a_learned_scale_may_begin_as_one_number_but_a_matrix_may_not(kind, alike):
    design = edits.add(Design(), "input", params={"shape": ("N", 4)})
    design = edits.add(design, "parameter", params={"shape": (4, 4)})
    if kind == "multiply":
        design = edits.set_params(design, ["n2"], {"shape": (4, 1)})
        design = edits.set_params(design, ["n1"], {"shape": ("N", 4, 4)})
    design = edits.add(design, kind)
    first, second = (port.name for port in design.nodes["n3"].inputs)
    design = edits.connect(design, Wire("n1", "output", "n3", first))
    design = edits.connect(design, Wire("n2", "output", "n3", second))
    design = edits.set_init(design, ["n2"], "weight", Init("ones"))
    assert check(design).ok
    assert ("symmetric-weights" in advised(design)) is alike
