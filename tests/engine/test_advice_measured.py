"""Advice that needs a measurement: where it must speak, and where it must not."""

from __future__ import annotations

import pytest
import torch

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from engine.measure.advice import advise
from engine.measure.signal import signal
from engine.measure.signals import Asked
from tests.strategies import chain

torch.set_num_threads(1)
DEPTH = 8


def deep(activation: str, kind: str, bias: float | None = None, **given) -> Design:
    """Eight layers of 64 and a last one, drawn alike; `bias` is that of the first."""
    design = chain(*("linear", activation) * DEPTH, "linear", shape=("N", 64))
    ids = [key for key, node in design.nodes.items() if node.kind == "linear"]
    design = edits.set_params(design, ids, {"out_features": 64})
    design = edits.set_init(design, ids, "weight", Init(kind, tuple(given.items())))
    design = edits.set_init(design, ids, "bias", Init("zeros"))
    if bias is not None:
        init = Init("constant", (("val", bias),))
        design = edits.set_init(design, ids[:1], "bias", init)
    return design


def told(design: Design):
    checked = check(design)
    return advise(checked, signal(design, Asked(batch=64)))


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        (("relu", "kaiming_normal"), set()),
        (("tanh", "xavier_normal"), set()),
        (("relu", "kaiming_normal", -20.0), {"dead-units", "measured-vanishing"}),
        (("leaky_relu", "kaiming_normal", -1.0), set()),
    ],
)
def test_what_a_signal_says(given, rules):
    assert {problem.rule for problem in told(deep(*given))} == rules


@pytest.mark.parametrize(
    ("std", "rule"), [(0.01, "measured-vanishing"), (1.0, "measured-explosion")]
)
def test_a_signal_that_leaves_all_bounds_is_told_once_each_way(std, rule):
    problems = told(deep("relu", "normal", std=std))
    assert [problem.rule for problem in problems] == [rule, rule]
    forward, backward = problems
    assert "the signal, counted from the first layer" in str(forward.message)
    assert "the gradient, counted from the last layer" in str(backward.message)


def test_dead_units_are_mended_by_a_slope_below_zero():
    design = deep("relu", "kaiming_normal", -20.0)
    problem = next(one for one in told(design) if one.rule == "dead-units")
    assert problem.node == "n3"
    after = problem.fix.edit(design)
    assert after.nodes["n3"].kind == "leaky_relu"
    assert ("dead-units", "n3") not in {(one.rule, one.node) for one in told(after)}


def test_dead_units_within_a_block_are_found_and_mended_there():
    design = deep("relu", "kaiming_normal", -20.0)
    design = edits.make_block(design, ["n2", "n3"], "First")
    problem = next(one for one in told(design) if one.rule == "dead-units")
    assert problem.block in design.blocks
    after = problem.fix.edit(design)
    left = {(one.rule, one.node) for one in told(after)}
    assert (problem.rule, problem.node) not in left


def test_measured_advice_is_switched_off_as_any_other():
    design = deep("relu", "normal", std=0.01)
    assert told(edits.mute(design, "measured-vanishing")) == []
