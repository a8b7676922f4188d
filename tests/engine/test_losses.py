"""Pairs of activation and loss: what is warned of, and how it is mended."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import Severity

torch.set_num_threads(1)


def judged(*kinds: str, classes: int = 4, target: str = "int64") -> Design:
    """A Linear, these kinds after it, the last of them a loss with a target."""
    *between, loss = kinds
    design = edits.add(Design(), "input", params={"shape": ("N", 3)})
    design = edits.add(design, "linear", params={"out_features": classes})
    design = edits.connect(design, Wire("n1", "output", "n2", "input"))
    for kind in (*between, loss):
        design = edits.add(design, kind)
        port = design.nodes[design.newest].inputs[0].name
        before = f"n{design.last_id - 1}"
        design = edits.connect(design, Wire(before, "output", design.newest, port))
    loss_id = design.newest
    shape = ("N",) if target == "int64" else ("N", classes)
    design = edits.add(design, "input", params={"shape": shape, "dtype": target})
    wire = Wire(design.newest, "output", loss_id, "target")
    return edits.connect(design, wire)


def rules(design: Design) -> dict[str, Severity]:
    return {problem.rule: problem.severity for problem in check(design).problems}


@pytest.mark.parametrize(
    ("kinds", "target", "rule", "severity"),
    [
        (("softmax", "cross_entropy_loss"), "int64", "bounded-scores", "warning"),
        (("sigmoid", "cross_entropy_loss"), "int64", "bounded-scores", "warning"),
        (("log_softmax", "cross_entropy_loss"), "int64", "log-softmax-twice", "advice"),
        (("softmax", "nll_loss"), "int64", "no-logarithm", "warning"),
        (("nll_loss",), "int64", "no-logarithm", "warning"),
        (("softmax", "kl_div_loss"), "float32", "no-logarithm", "warning"),
        (("sigmoid", "bce_with_logits_loss"), "float32", "sigmoid-twice", "warning"),
        (
            ("sigmoid", "multi_label_soft_margin_loss"),
            "float32",
            "sigmoid-twice",
            "warning",
        ),
        (("bce_loss",), "float32", "no-sigmoid", "warning"),
        (("softmax", "identity", "cross_entropy_loss"), "int64", "bounded-scores",
         "warning"),
    ],
)  # fmt: skip
def test_a_wrong_pair_is_warned_of_and_its_fix_mends_it(kinds, target, rule, severity):
    design = judged(*kinds, target=target)
    found = [problem for problem in check(design).problems if problem.rule == rule]
    (problem,) = found
    assert problem.severity is Severity(severity)
    assert problem.node == f"n{2 + len(kinds)}"

    mended = problem.fix.edit(design)
    assert check(mended).ok
    assert rule not in rules(mended)


@pytest.mark.parametrize(
    ("kinds", "target"),
    [
        (("cross_entropy_loss",), "int64"),
        (("relu", "cross_entropy_loss"), "int64"),
        (("log_softmax", "nll_loss"), "int64"),
        (("bce_with_logits_loss",), "float32"),
        (("sigmoid", "bce_loss"), "float32"),
        (("softmax", "bce_loss"), "float32"),
        (("log_softmax", "kl_div_loss"), "float32"),
        (("softmax", "mse_loss"), "float32"),
        (("mse_loss",), "float32"),
    ],
)
def test_a_right_pair_is_left_in_peace(kinds, target):
    design = judged(*kinds, target=target)
    assert check(design).ok
    assert not check(design).of(f"n{2 + len(kinds)}")


def test_probabilities_as_a_target_are_no_fault():
    design = judged("cross_entropy_loss", target="float32")
    design = edits.add(design, "softmax")
    design = edits.splice(design, design.newest, design.wires[-1])
    assert check(design).ok
    assert "bounded-scores" not in rules(design)


def test_a_softmax_that_is_shown_too_stays_when_the_loss_is_wired_past_it():
    design = judged("softmax", "cross_entropy_loss")
    design = edits.add_outputs(design, ["n3", "n4"])
    (problem,) = (p for p in check(design).problems if p.rule == "bounded-scores")
    mended = problem.fix.edit(design)
    assert mended.nodes["n3"].kind == "softmax"
    assert Wire("n2", "output", "n4", "input") in mended.wires
    assert check(mended).ok


@pytest.mark.parametrize(("classes", "floor"), [(4, 0.744), (10, 1.461)])
def test_the_floor_is_where_torch_stops(classes, floor):
    problems = check(judged("softmax", "cross_entropy_loss", classes=classes)).problems
    (problem,) = (p for p in problems if p.rule == "bounded-scores")
    assert problem.message.values["floor"] == f"{floor:.3f}"

    perfect = torch.eye(classes)  # a softmax that is as sure as can be
    reached = nn.CrossEntropyLoss()(perfect, torch.arange(classes)).item()
    assert reached == pytest.approx(math.log(math.e + classes - 1) - 1)
    assert reached == pytest.approx(floor, abs=5e-4)


def test_a_target_that_stretches_is_warned_of():
    design = judged("mse_loss", target="float32")
    design = edits.set_params(design, ["n4"], {"shape": ("N", 1)})
    assert check(design).ok
    assert rules(design)["loss-stretches"] is Severity.WARNING
