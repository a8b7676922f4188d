"""An Input's whole numbers have to have a row in every table they reach."""

import pytest

from engine import build
from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.check import check
from engine.check.ranges import CARRIES
from engine.design import edits
from engine.design.model import Design, Wire
from engine.model.sample import sample_inputs
from tests.strategies import chain


def tokens(*between: str, rows: int = 1000, **given: Value) -> Design:
    """Whole numbers, what stands between, and a table."""
    design = edits.add(Design(), "input", name="tokens")
    params = {"dtype": "int64", "shape": ("N", 4, 2, 2), **given}
    design = edits.set_params(design, ["n1"], params)
    for kind in (*between, "embedding"):
        design = edits.insert_after(design, kind, design.newest)
    return edits.set_params(design, [design.newest], {"num_embeddings": rows})


def beyond(design: Design):
    return [p for p in check(design).problems if p.rule == "range"]


def test_a_table_smaller_than_the_numbers_that_arrive_is_an_error():
    design = tokens(rows=50)
    (problem,) = beyond(design)
    assert (problem.node, problem.port) == ("n2", "input")
    assert str(problem.message) == (
        "Embedding 'embedding1' has rows 0 to 49, but 'tokens' brings whole numbers up "
        "to 999. Set high of 'tokens' to 50."
    )
    assert check(problem.fix.edit(design)).ok


def test_a_range_that_somebody_chose_is_what_the_table_is_made_for():
    design = tokens(high=32000)
    (problem,) = beyond(design)
    assert str(problem.fix.label) == "Set num_embeddings of 'embedding1' to 32000"
    assert check(problem.fix.edit(design)).ok


@pytest.mark.parametrize("rows", [1000, 1001])
def test_a_table_that_is_large_enough_is_none(rows):
    assert beyond(tokens(rows=rows)) == []


@pytest.mark.parametrize("kind", sorted(CARRIES))
def test_numbers_are_followed_through_what_hands_them_on(kind):
    assert kind in OPERATORS
    design = tokens(kind, rows=50)
    if kind == "concatenate":
        design = edits.connect(design, Wire("n1", "output", "n2", "in2"))
    if kind == "permute":
        design = edits.set_params(design, ["n2"], {"dims": (0, 2, 3, 1)})
    if kind == "unflatten":
        design = edits.set_params(
            design, ["n2"], {"dim": 1, "unflattened_size": (2, 2)}
        )
    if kind.endswith(("pad1d", "pad3d")):
        shape = ("N", 4, *[2] * int(kind[-2]))
        design = edits.set_params(design, ["n1"], {"shape": shape})
    assert check(design).known(design.newest)
    assert beyond(design)


def test_numbers_that_were_computed_with_are_not_judged():
    design = tokens("add", rows=50)
    design = edits.connect(design, Wire("n1", "output", "n2", "in2"))
    assert check(design).known("n3")
    assert beyond(design) == []


def test_real_numbers_have_no_range():
    assert beyond(chain("linear")) == []


def test_what_the_check_lets_through_runs():
    design = beyond(tokens(rows=7))[0].fix.edit(tokens(rows=7))
    network = build(design)
    assert network(*sample_inputs(design, check(design))).shape[-1] == 64
