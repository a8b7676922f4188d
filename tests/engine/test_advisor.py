"""The advisor over a labelled set: every rule speaks where it must, and only there.

Each case is a chain from an Input, with what is set on its nodes, and whether the rule
must speak. Run with -s for the true and false alarms of each rule.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from engine.catalog.spec import Init
from engine.check import check
from engine.check.muting import all_muted, mutable
from engine.check.rules import RULES, wholes
from engine.check.rules.measured import MEASURED
from engine.design import edits
from engine.design.file import decode, encode, load
from engine.design.model import Design, Wire
from engine.errors import Problem, Severity
from tests.engine.test_losses import judged
from tests.strategies import chain

torch.set_num_threads(1)
EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


@dataclass(frozen=True)
class Case:
    """A labelled design.

    Args:
        rule: whose label it is.
        speaks: whether it must speak.
        kinds: of a chain; one that ends in a loss has a Linear before it and a target.
        params: node -> what is set on it.
        init: node -> initializer of its weight, with parameters.
        bias: node -> constant that its bias begins at.
        shape: of the Input.
        target: dtype of the target of a loss.
        classes: features of the Linear before a loss.
        skip: two nodes, whose first is added to what enters the second's `in2`.
        loose: kind of a node that nothing uses.
    """

    rule: str
    speaks: bool
    kinds: tuple[str, ...]
    params: dict[str, dict] = field(default_factory=dict)
    init: dict[str, tuple] = field(default_factory=dict)
    bias: dict[str, float] = field(default_factory=dict)
    shape: tuple = ("N", 8)
    target: str = ""
    classes: int = 4
    skip: tuple[str, str] = ()
    loose: str = ""

    def __str__(self) -> str:
        kinds = "-".join(dict.fromkeys(self.kinds))
        return f"{self.rule}:{'yes' if self.speaks else 'no'}:{kinds}"

    def design(self) -> Design:
        if self.target:
            design = judged(*self.kinds, target=self.target, classes=self.classes)
        else:
            design = chain(*self.kinds, shape=self.shape)
        for key, values in self.params.items():
            design = edits.set_params(design, [key], values)
        if self.skip:
            wire = Wire(self.skip[0], "output", self.skip[1], "in2")
            design = edits.connect(design, wire)
        for key, (kind, *given) in self.init.items():
            init = Init(kind, tuple(given))
            design = edits.set_init(design, [key], "weight", init)
        for key, value in self.bias.items():
            init = Init("constant", (("val", value),))
            design = edits.set_init(design, [key], "bias", init)
        if self.loose:
            design = edits.add_outputs(design, [design.newest])
            design = edits.add(design, self.loose)
            design = edits.connect(design, Wire("n2", "output", design.newest, "input"))
        return design


def yes(rule: str, *kinds: str, **given) -> Case:
    return Case(rule, True, kinds, **given)


def no(rule: str, *kinds: str, **given) -> Case:
    return Case(rule, False, kinds, **given)


IMAGE = ("N", 4, 12, 12)


def deep(kind: str, count: int) -> tuple[str, ...]:
    return ("linear", kind) * count + ("linear",)


def wide(count: int, first: int = 2, features: int = 64) -> dict[str, dict]:
    """`features` at every Linear of `deep` but the last."""
    return {f"n{first + 2 * i}": {"out_features": features} for i in range(count)}


def drawn(count: int, *init: object) -> dict[str, tuple]:
    return {f"n{2 + 2 * i}": init for i in range(count)}


ALIKE = {"n2": ("constant", ("val", 0.1))}
HE, XAVIER, LECUN = ("kaiming_normal",), ("xavier_normal",), ("lecun_normal",)
CUT = (("a", -0.04), ("b", 0.04), ("std", 0.02))
BIG = {"n2": {"out_features": 1500}, "n4": {"out_features": 2}}

CASES = [
    yes("symmetric-weights", "linear", "tanh", "linear", init=ALIKE),
    yes("symmetric-weights", "linear", "relu", "linear", init={"n2": ("zeros",)}),
    yes("symmetric-weights", "conv2d", "relu", shape=IMAGE, init=ALIKE),
    no("symmetric-weights", "linear", "tanh", "linear", bias={"n2": 0.0}),
    no("symmetric-weights", "batch_norm1d", "linear", init={"n2": ("zeros",)}),
    no(
        "symmetric-weights", "linear", "relu", "linear", "add",
        params={"n4": {"out_features": 8}}, skip=("n1", "n5"),
        init={"n4": ("zeros",)},
    ),
    yes(
        "off-centre-weights", "linear", "relu", "linear", params=wide(1),
        init={"n2": ("uniform",)},
    ),
    yes("off-centre-weights", "linear", "tanh", init={"n2": ("uniform",)}),
    no(
        "off-centre-weights", "linear", "tanh",
        init={"n2": ("uniform", ("a", -0.3), ("b", 0.3))},
    ),
    no("off-centre-weights", "batch_norm1d", "linear", init={"n2": ("uniform",)}),
    no("off-centre-weights", "linear", "tanh", init=drawn(1, *XAVIER)),
    yes(
        "too-wide-weights", "linear", "tanh", "linear", shape=("N", 256),
        init={"n2": ("normal",)},
    ),
    yes(
        "too-wide-weights", "linear", "relu", "linear", shape=("N", 64),
        init={"n2": ("normal",)},
    ),
    no("too-wide-weights", "linear", "tanh", shape=("N", 8), init={"n2": ("normal",)}),
    no(
        "too-wide-weights", "linear", "tanh", shape=("N", 256),
        init={"n2": ("normal", ("std", 0.02))},
    ),
    no(
        "too-wide-weights", "linear", "batch_norm1d", "tanh", shape=("N", 256),
        init={"n2": ("normal",)}, params={"n2": {"bias": False}},
    ),
    yes("dead-relu", "linear", "relu", "linear", bias={"n2": -20.0}),
    no("dead-relu", "linear", "relu", "linear", bias={"n2": -0.1}),
    no("dead-relu", "linear", "relu", "linear", bias={"n2": 20.0}),
    no("dead-relu", "linear", "leaky_relu", "linear", bias={"n2": -20.0}),
    yes("bounds-cut-nothing", "linear", "tanh",
        init={"n2": ("trunc_normal", ("std", 0.02))}),
    no("bounds-cut-nothing", "linear", "tanh", init={"n2": ("trunc_normal",)}),
    no("bounds-cut-nothing", "linear", "tanh", init={"n2": ("trunc_normal", *CUT)}),
    no("bounds-cut-nothing", "linear", "tanh",
       init={"n2": ("normal", ("std", 0.02))}),
    yes(
        "fan-of-transposed", "conv_transpose2d", shape=("N", 256, 4, 4),
        params={"n2": {"out_channels": 3}},
    ),
    no(
        "fan-of-transposed", "conv_transpose2d", shape=("N", 8, 4, 4),
        params={"n2": {"out_channels": 8}},
    ),
    no(
        "fan-of-transposed", "conv_transpose2d", shape=("N", 256, 4, 4),
        params={"n2": {"out_channels": 3}}, init=drawn(1, *HE),
    ),
    no("fan-of-transposed", "conv2d", shape=("N", 256, 4, 4)),
    yes("hidden-sigmoid", "linear", "sigmoid", "linear"),
    yes("hidden-sigmoid", "linear", "sigmoid", "linear", init=drawn(1, *XAVIER)),
    no("hidden-sigmoid", "linear", "relu", "linear", "sigmoid"),
    no(
        "hidden-sigmoid", "linear", "sigmoid", "multiply", "linear",
        params={"n2": {"out_features": 8}}, skip=("n1", "n4"),
    ),
    yes("hidden-softmax", "linear", "softmax", "linear"),
    yes("hidden-softmax", "linear", "log_softmax", "dropout", "linear"),
    no("hidden-softmax", "linear", "relu", "linear", "softmax"),
    yes("two-activations", "linear", "relu", "tanh", "linear"),
    yes("two-activations", "linear", "relu", "dropout", "relu", "linear"),
    no("two-activations", "linear", "relu", "batch_norm1d", "relu", "linear"),
    yes("no-activation-between", "linear", "linear"),
    yes("no-activation-between", "conv2d", "dropout", "conv2d", shape=IMAGE),
    no(
        "no-activation-between", "conv2d", "conv2d", shape=IMAGE,
        params={"n2": {"out_channels": 4, "groups": 4}},
    ),
    no("no-activation-between", "linear", "tanh", "linear"),
    yes("bias-before-norm", "conv2d", "batch_norm2d", "relu", "conv2d", shape=IMAGE),
    no(
        "bias-before-norm", "conv2d", "batch_norm2d", "relu", "conv2d", shape=IMAGE,
        params={"n2": {"bias": False}},
    ),
    no("bias-before-norm", "linear", "layer_norm", "relu", "linear"),
    yes("dropout-before-norm", "linear", "relu", "dropout", "batch_norm1d", "linear"),
    no("dropout-before-norm", "linear", "relu", "batch_norm1d", "dropout", "linear"),
    yes("initializer-for-activation", "linear", "relu", "linear",
        init=drawn(1, *XAVIER)),
    yes("initializer-for-activation", "linear", "relu", "linear",
        init=drawn(1, *LECUN)),
    yes("initializer-for-activation", "linear", "tanh", "linear", init=drawn(1, *HE)),
    no("initializer-for-activation", "linear", "relu", "linear", init=drawn(1, *HE)),
    no("initializer-for-activation", "linear", "tanh", "linear",
       init=drawn(1, *XAVIER)),
    no("initializer-for-activation", "linear", "relu", "linear",
       init=drawn(1, "xavier_normal", ("gain", 1.414))),
    yes("selu-initializer", "linear", "selu", "linear"),
    yes("selu-initializer", "linear", "selu", "linear", init=drawn(1, *HE)),
    no("selu-initializer", "linear", "selu", "linear", init=drawn(1, *LECUN)),
    no("selu-initializer", "linear", "selu", "linear",
       init=drawn(1, "kaiming_normal", ("nonlinearity", "linear"))),
    no("selu-initializer", "linear", "elu", "linear"),
    yes("selu-dropout", "linear", "selu", "dropout", "linear", init=drawn(1, *LECUN)),
    no("selu-dropout", "linear", "selu", "alpha_dropout", "linear",
       init=drawn(1, *LECUN)),
    no("selu-dropout", "linear", "relu", "dropout", "linear"),
    yes("default-in-deep-stack", *deep("relu", 6), params=wide(6)),
    yes("default-in-deep-stack", *deep("leaky_relu", 8), params=wide(8)),
    no("default-in-deep-stack", *deep("relu", 6), params=wide(6), init=drawn(6, *HE)),
    no("default-in-deep-stack", *deep("relu", 3), params=wide(3)),
    no("default-in-deep-stack", *("linear", "layer_norm", "relu") * 8, "linear"),
    yes("saturating-stack", *deep("tanh", 6), init=drawn(6, *XAVIER)),
    yes("saturating-stack", *deep("softsign", 8)),
    no("saturating-stack", *deep("tanh", 2), init=drawn(2, *XAVIER)),
    no("saturating-stack", *deep("elu", 8)),
    no("saturating-stack", *("linear", "layer_norm", "tanh") * 8, "linear"),
    yes("very-deep-plain", *deep("elu", 24)),
    no("very-deep-plain", *deep("elu", 9)),
    no("very-deep-plain", *("linear", "layer_norm", "elu") * 24),
    yes("narrow-relu", *deep("relu", 4), params=wide(4, features=3),
        init=drawn(4, *HE)),
    no("narrow-relu", *deep("relu", 4), params=wide(4), init=drawn(4, *HE)),
    no("narrow-relu", *deep("leaky_relu", 4), params=wide(4, features=3),
       init=drawn(4, *HE)),
    no("narrow-relu", *deep("relu", 1), params=wide(1, features=2)),
    yes("signal-factor", *deep("relu", 6), params=wide(6), shape=("N", 64),
        init=drawn(6, "normal", ("std", 0.01))),
    yes("signal-factor", *deep("relu", 6), params=wide(6, features=24),
        shape=("N", 24), init=drawn(6, "normal")),
    no("signal-factor", *deep("relu", 6), params=wide(6), shape=("N", 64),
       init=drawn(6, *HE)),
    no("signal-factor", *deep("tanh", 4), params=wide(4), shape=("N", 64),
       init=drawn(4, "normal", ("std", 0.01))),
    yes("softmax-over-batch", "linear", "softmax", params={"n3": {"dim": 0}}),
    no("softmax-over-batch", "linear", "softmax", params={"n3": {"dim": -1}}),
    no("softmax-over-batch", "linear", "softmax", shape=(4, 8),
       params={"n3": {"dim": 0}}),
    yes("softmax-of-one", "linear", "softmax", params={"n2": {"out_features": 1}}),
    no("softmax-of-one", "linear", "softmax", params={"n2": {"out_features": 2}}),
    no("softmax-of-one", "linear", "sigmoid", params={"n2": {"out_features": 1}}),
    yes("bounded-scores", "softmax", "cross_entropy_loss", target="int64"),
    no("bounded-scores", "cross_entropy_loss", target="int64"),
    no("bounded-scores", "tanh", "mse_loss", target="float32"),
    yes("log-softmax-twice", "log_softmax", "cross_entropy_loss", target="int64"),
    no("log-softmax-twice", "log_softmax", "nll_loss", target="int64"),
    yes("one-class", "cross_entropy_loss", target="int64", classes=1),
    no("one-class", "cross_entropy_loss", target="int64", classes=2),
    no("one-class", "bce_with_logits_loss", target="float32", classes=1),
    yes("no-logarithm", "softmax", "nll_loss", target="int64"),
    yes("no-logarithm", "nll_loss", target="int64"),
    no("no-logarithm", "log_softmax", "nll_loss", target="int64"),
    yes("sigmoid-twice", "sigmoid", "bce_with_logits_loss", target="float32"),
    no("sigmoid-twice", "bce_with_logits_loss", target="float32"),
    yes("no-sigmoid", "bce_loss", target="float32"),
    no("no-sigmoid", "sigmoid", "bce_loss", target="float32"),
    yes("bounded-regression", "relu", "mse_loss", target="float32"),
    yes("bounded-regression", "sigmoid", "huber_loss", target="float32", classes=1),
    no("bounded-regression", "mse_loss", target="float32"),
    no("bounded-regression", "sigmoid", "mse_loss", target="float32", classes=784),
    yes("loss-stretches", "mse_loss", target="float32",
        params={"n4": {"shape": ("N", 1)}}),
    no("loss-stretches", "mse_loss", target="float32"),
    yes("rectified-output", "linear", "relu"),
    no("rectified-output", "linear", "relu", "linear"),
    yes("holds-most-parameters", "flatten", "linear", "relu", "linear",
        shape=("N", 3, 64, 64),
        params={"n3": {"out_features": 512}, "n5": {"out_features": 10}}),
    no("holds-most-parameters", "linear", "relu", "linear", params=BIG),
    no("holds-most-parameters", "linear", shape=("N", 12288),
       params={"n2": {"out_features": 512}}),
    yes("too-large", "linear", "relu", "linear", shape=("N", 200_000),
        params={"n2": {"out_features": 200_000}}),
    no("too-large", "linear", "relu", "linear", shape=("N", 20_000),
       params={"n2": {"out_features": 20_000}}),
    yes("unused", "linear", "relu", "linear", loose="tanh"),
    no("unused", "linear", "relu", "linear"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _a_machine_of_64_gib(monkeypatch):
    monkeypatch.setattr(wholes, "machine_bytes", lambda: 64 << 30)


def unwise(design: Design) -> list[Problem]:
    return [one for one in check(design).problems if one.severity != Severity.ERROR]


def told(design: Design) -> set[str]:
    return {one.rule for one in unwise(design)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_speaks_where_it_must_and_only_there(case):
    design = case.design()
    assert check(design).ok
    assert (case.rule in told(design)) is case.speaks


@pytest.mark.parametrize("case", [c for c in CASES if c.speaks], ids=str)
def test_every_fix_removes_its_problem_and_brings_no_other(case):
    design = case.design()
    before = Counter(one.rule for one in unwise(design))
    for problem in unwise(design):
        if problem.fix is None:
            continue
        after = problem.fix.edit(design)
        left = check(after)
        assert left.ok
        assert (problem.rule, problem.node) not in {
            (p.rule, p.node) for p in left.problems
        }
        now = Counter(one.rule for one in unwise(after))
        assert not now - before, (problem.rule, now - before)


def test_every_rule_has_its_designs_and_says_why_it_speaks():
    labels = Counter((case.rule, case.speaks) for case in CASES)
    measured = {rule.name for rule in MEASURED}  # see test_advice_measured.py
    assert {rule for rule, _ in labels} | measured == RULES.keys()
    for rule in RULES.values():
        assert rule.name in measured or labels[rule.name, True]
        assert rule.name in measured or labels[rule.name, False]
        assert rule.severity is not Severity.ERROR
        assert rule.title
        assert rule.why.endswith(".")
        assert rule.source


def test_what_is_unwise_is_always_a_rules():
    for case in CASES:
        for problem in unwise(case.design()):
            assert RULES[problem.rule].severity is problem.severity


def test_alarms_over_the_whole_set():
    """How often each rule spoke where it must, must not, and where nobody asked."""
    asked, true, false, more = Counter(), Counter(), Counter(), Counter()
    for case in CASES:
        spoken = told(case.design())
        asked[case.rule] += case.speaks
        true[case.rule] += case.speaks and case.rule in spoken
        false[case.rule] += not case.speaks and case.rule in spoken
        more.update(spoken - {case.rule})
    for name in asked:
        sys.stdout.write(
            f"\n{name:28} true {true[name]}/{asked[name]} false {false[name]} "
            f"beside others {more[name]}"
        )
    assert true == asked
    assert not +false


# What the examples are told, each time for a reason that the rule's source gives.
ADVISED = {
    "alexnet": {"holds-most-parameters"},
    "autoencoder": {"hidden-sigmoid", "no-activation-between"},
    "convnext_tiny": {"bounds-cut-nothing"},
    "efficientnet_b0": {"initializer-for-activation"},
    "googlenet": {"bounds-cut-nothing"},
    "inception_v3": {"bounds-cut-nothing"},
    "mnist": {"holds-most-parameters"},
    "swin_t": {"bounds-cut-nothing"},
    "tutorial": {"hidden-sigmoid"},
    "vgg16": {"holds-most-parameters"},
    "vgg16_bn": {"bias-before-norm", "holds-most-parameters"},
}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.fanin")), ids=lambda p: p.stem)
def test_no_published_architecture_is_wrong(path):
    problems = check(load(path)).problems
    assert not [one for one in problems if one.severity is not Severity.ADVICE]
    assert {one.rule for one in problems} == ADVISED.get(path.stem, set())


def test_a_rule_is_switched_off_for_one_node_or_for_all_and_on_again():
    design = chain("linear", "sigmoid", "linear", "sigmoid", "linear")
    one = edits.mute(design, "hidden-sigmoid", "n3")
    assert [p.node for p in unwise(one)] == ["n5"]
    every = edits.mute(design, "hidden-sigmoid")
    assert unwise(every) == []
    assert [m.rule for m in all_muted(every)] == ["hidden-sigmoid"]
    assert edits.unmute(every, "hidden-sigmoid") == design
    assert edits.unmute(one, "hidden-sigmoid", "n3") == design


def test_what_is_switched_off_stays_so_in_the_file():
    design = edits.mute(chain("linear", "sigmoid", "linear"), "hidden-sigmoid", "n3")
    design = edits.mute(design, "no-activation-between")
    again = decode(encode(design))
    assert again == design
    assert '"version": 2' in encode(design)
    assert unwise(again) == []


def test_what_stops_the_build_cannot_be_switched_off():
    design = edits.mute(chain("linear", "conv2d"), "shape")
    (problem,) = (one for one in check(design).problems if one.rule == "shape")
    assert not mutable(problem)


def test_a_rule_is_switched_off_within_a_block_and_at_its_border():
    design = chain("linear", "sigmoid", "linear")
    design = edits.make_block(design, ["n2", "n3"], "Part")
    (problem,) = unwise(design)
    quiet = edits.inside(
        design, problem.block, edits.mute, problem.rule, problem.node.split("/")[-1]
    )
    assert unwise(quiet) == []
    assert [m.block for m in all_muted(quiet)] == [problem.block]


def test_the_share_of_draws_that_pass_nothing_is_what_sampling_finds():
    """Four layers of three units, drawn 20,000 times, with one input each."""
    case = next(c for c in CASES if c.rule == "narrow-relu" and c.speaks)
    (problem,) = (p for p in unwise(case.design()) if p.rule == "narrow-relu")
    said = float(str(problem.message.values["share"]).rstrip("%")) / 100
    draw = torch.Generator().manual_seed(0)
    values, draws = torch.randn(20_000, 1, 8, generator=draw), 20_000
    for _ in range(4):
        weight = torch.randn(draws, values.shape[2], 3, generator=draw)
        values = (values @ weight).relu()
    dead = (values.sum((1, 2)) == 0).float().mean().item()
    assert dead == pytest.approx(said, abs=0.015)


@pytest.mark.parametrize(("std", "grows"), [(0.01, False), (1.0, True)])
def test_the_factor_of_a_stack_is_what_sampling_finds(std, grows):
    design = Case(
        "signal-factor", True, deep("relu", 6), wide(6, features=256),
        drawn(6, "normal", ("std", std)), shape=("N", 256),
    ).design()  # fmt: skip
    (problem,) = (p for p in unwise(design) if p.rule == "signal-factor")
    draw = torch.Generator().manual_seed(0)
    first = values = torch.randn(64, 256, generator=draw, dtype=torch.float64)
    for _ in range(6):
        weight = torch.randn(256, 256, generator=draw, dtype=torch.float64) * std
        values = (values @ weight).relu()
    power = math.log10(values.square().mean().sqrt() / first.square().mean().sqrt())
    assert (power > 0) is grows
    assert abs(power) == pytest.approx(problem.message.values["power"], abs=0.6)
