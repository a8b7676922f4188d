"""Advice sees through the borders of blocks: what is unwise stays so in a block."""

from __future__ import annotations

import pytest

from engine.check import check
from engine.design import edits
from engine.design.model import Design, Node
from engine.errors import Problem, Severity
from tests.engine.drawn_networks import body, wired
from tests.engine.drawn_networks import chain as grown
from tests.engine.test_losses import judged
from tests.strategies import chain

GOOD = ("linear", "tanh", "linear", "relu", "linear")
CHAINS = [
    ("linear", "sigmoid", "linear"),
    ("linear", "sigmoid", "dropout", "linear"),
    ("linear", "softmax", "linear"),
    ("linear", "relu", "tanh", "linear"),
    ("linear", "linear", "sigmoid"),
    ("linear", "dropout", "linear", "sigmoid"),
    ("linear", "batch_norm1d", "tanh", "linear"),
    ("linear", "dropout", "batch_norm1d", "linear"),
    ("linear", "flatten", "relu"),
    GOOD,
]
JUDGED = [
    ("softmax", "cross_entropy_loss"),
    ("log_softmax", "cross_entropy_loss"),
    ("softmax", "identity", "nll_loss"),
    ("nll_loss",),
]


def node_at(design: Design, path: str) -> Node:
    nodes, node = design.nodes, None
    for key in (part for part in path.split("/") if not part.isdigit()):
        node = nodes[key]
        nodes = node.block.graph.nodes if node.block else {}
    assert node is not None
    return node


def told(design: Design) -> set[tuple[str, str]]:
    """The rules that speak, each with the name of the node it speaks of."""
    return {
        (problem.rule, node_at(design, problem.node).name if problem.node else "")
        for problem in check(design).problems
    }


def pieces(design: Design, kinds: tuple[str, ...]) -> list[Design]:
    """The design with each stretch of these nodes in a block, and in a block in it."""
    ids = [key for key, node in design.nodes.items() if node.kind in kinds]
    made = []
    for start in range(len(ids)):
        for end in range(start + 1, len(ids) + 1):
            once = edits.make_block(design, ids[start:end], "Part")
            made += [once, edits.make_block(once, [once.newest], "Around")]
    return made


@pytest.mark.parametrize("kinds", CHAINS)
def test_a_chain_is_as_unwise_in_blocks_as_it_is_loose(kinds):
    design = chain(*kinds)
    loose = told(design)
    assert bool(loose) is (kinds is not GOOD)
    for packed in pieces(design, kinds):
        assert told(packed) == loose


@pytest.mark.parametrize("kinds", JUDGED)
def test_a_loss_knows_what_feeds_it_out_of_a_block(kinds):
    design = judged(*kinds)
    loose = told(design)
    assert loose
    for packed in pieces(design, ("linear", *kinds[:-1])):
        assert told(packed) == loose


@pytest.mark.parametrize(("kinds", "rule"), [(CHAINS[6], "bias-before-norm")])
def test_what_is_mended_within_a_block_is_mended(kinds, rule):
    design = edits.make_block(chain(*kinds), ["n2"], "Part")
    (problem,) = [one for one in check(design).problems if one.rule == rule]
    assert problem.node.endswith("/n2")
    assert problem.fix is not None
    assert (rule, "linear1") not in told(problem.fix.edit(design))
    assert check(problem.fix.edit(design)).ok


def test_a_fix_that_would_change_other_uses_is_not_offered():
    design = edits.make_block(chain("linear", "batch_norm1d"), ["n2"], "Part")
    (block,) = design.blocks
    design = edits.add(design, "block", block=block)
    design = edits.append_to(design, design.newest, "n3")
    problem = faults(design, "bias-before-norm")
    assert problem.fix is None
    assert "In 'part1' (Part): The bias of" in str(problem.message)


def faults(design: Design, rule: str) -> Problem:
    (problem,) = [one for one in check(design).problems if one.rule == rule]
    return problem


def test_the_softmax_of_a_block_is_taken_out_from_before_the_loss():
    design = judged("softmax", "cross_entropy_loss")
    design = edits.make_block(design, ["n2", "n3"], "Head")
    problem = faults(design, "bounded-scores")
    assert problem.fix is not None
    mended = problem.fix.edit(design)
    assert check(mended).ok
    assert "bounded-scores" not in {rule for rule, _ in told(mended)}


def repeated(*kinds: str, times: int) -> Design:
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 16)})
    design, key = body(design, "Step")

    def drawn(view: Design) -> Design:
        steps = [(kind, f"{kind}_{at}", {}) for at, kind in enumerate(kinds)]
        view = grown(view, "x", *steps)
        return wired(view, steps[-1][1], "output")

    design = edits.inside(design, key, drawn)
    return grown(design, "x", ("Step", "steps", {"repeat": times}))


def test_one_repeat_feeds_the_next():
    assert ("no-activation-between", "linear_0") not in told(
        repeated("linear", times=1)
    )
    assert ("no-activation-between", "linear_0") in told(repeated("linear", times=3))
    good = repeated("linear", "tanh", times=3)
    assert "no-activation-between" not in {rule for rule, _ in told(good)}


def test_a_table_in_a_block_is_too_short_for_the_inputs_numbers():
    design = edits.add(
        Design(),
        "input",
        params={"shape": ("N", 5), "dtype": "int64", "high": 500},
    )
    design = edits.insert_after(design, "embedding", "n1")
    design = edits.set_params(design, ["n2"], {"num_embeddings": 100})
    loose = faults(design, "range")
    assert loose.severity is Severity.ERROR
    packed = edits.make_block(design, ["n2"], "Words")
    problem = faults(packed, "range")
    assert problem.node.endswith("/n2")
    assert problem.fix is not None
    mended = problem.fix.edit(packed)
    assert check(mended).ok
