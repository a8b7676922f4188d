"""Sizes that do not meet: the layer further up that would make them meet is named."""

import pytest

from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from tests.strategies import chain


def branch(design: Design, source: str, *steps: tuple[str, dict]) -> Design:
    """A chain of new nodes behind `source`; the last one is the design's newest."""
    at = source
    for kind, params in steps:
        design = edits.add(design, kind, params=params)
        wire = Wire(
            at, "output", design.newest, design.nodes[design.newest].inputs[0].name
        )
        design = edits.connect(design, wire)
        at = design.newest
    return design


def joined(design: Design, kind: str, *sources: str, **params) -> Design:
    design = edits.add(design, kind, params={"inputs": len(sources), **params})
    return wired(design, *sources)


def wired(design: Design, *sources: str) -> Design:
    target = design.nodes[design.newest]
    for source, port in zip(sources, target.inputs, strict=True):
        wire = Wire(source, "output", target.id, port.name)
        design = edits.connect(design, wire)
    return design


def mended(design: Design, label: str) -> Design:
    """The design after the fix of its only error, which has to be called so."""
    (problem,) = [p for p in check(design).problems if p.severity == "error"]
    assert str(problem.fix.label) == label
    assert str(problem.message).endswith(f"{label}.")
    design = problem.fix.edit(design)
    assert check(design).ok
    return design


def skip(*steps: tuple[str, dict], shape=("N", 16)) -> Design:
    """An Input of 16, `steps` beside it, and their sum."""
    design = branch(chain(shape=shape), "n1", *steps)
    return joined(design, "add", "n1", design.newest)


def test_the_layer_of_the_branch_at_fault_is_resized():
    design = skip(("linear", {"out_features": 8}), ("relu", {}))
    mended(design, "Set out_features of 'linear1' to 16")


def test_the_other_branch_is_resized_where_the_one_at_fault_is_an_input():
    design = branch(chain(), "n1", ("linear", {"out_features": 16}))
    design = joined(design, "add", design.newest, "n1")
    mended(design, "Set out_features of 'linear1' to 8")


def test_channels_meet_behind_norms_and_activations():
    image = ("N", 16, 8, 8)
    steps = (("conv2d", {"out_channels": 32, "padding": 1}), ("batch_norm2d", {}))
    mended(
        skip(*steps, ("relu", {}), shape=image),
        "Set out_channels of 'conv2d1' to 16",
    )


def test_a_bidirectional_branch_is_resized_by_half():
    design = skip(
        ("lstm", {"hidden_size": 5, "bidirectional": True, "batch_first": True}),
        shape=("N", 7, 16),
    )
    mended(design, "Set hidden_size of 'lstm1' to 8")


def test_the_nearest_layer_is_resized_and_no_other():
    linear = ("linear", {"out_features": 8})
    design = mended(
        skip(linear, ("tanh", {}), linear), "Set out_features of 'linear2' to 16"
    )
    assert check(design).tensor("n2", "output").shape[-1] == 8


def test_an_operators_own_parameter_comes_first():
    image = ("N", 3, 4, 8)
    design = branch(chain(shape=image), "n1", ("linear", {"out_features": 5}))
    design = joined(design, "concatenate", "n1", design.newest, dim=2)
    (problem,) = check(design).problems
    assert str(problem.fix.label) == "Set dim to 3"


def test_images_are_joined_once_their_other_axes_meet():
    design = branch(chain(shape=("N", 3, 4, 8)), "n1", ("linear", {"out_features": 5}))
    design = branch(design, "n1", ("conv2d", {"padding": 1, "out_channels": 6}))
    design = joined(design, "concatenate", "n2", "n3")
    (problem,) = [p for p in check(design).problems if p.severity == "error"]
    assert str(problem.fix.label) == "Set out_features of 'linear1' to 8"


def test_factors_meet():
    design = branch(chain(shape=("N", 4, 6)), "n1", ("linear", {"out_features": 5}))
    design = wired(edits.add(design, "matmul"), "n2", "n1")
    mended(design, "Set out_features of 'linear1' to 4")


def test_a_change_that_breaks_nothing_else_wins():
    """linear1 feeds a second sum that its present size is right for."""
    design = branch(chain(shape=("N", 16)), "n1", ("linear", {"out_features": 8}))
    design = branch(design, "n1", ("linear", {"out_features": 8}))
    design = joined(design, "add", "n2", "n3")  # fits at 8
    design = branch(design, "n1", ("linear", {"out_features": 4}))
    design = joined(design, "add", "n5", "n2")  # 4 and 8: n2 must not change
    design = joined(design, "multiply", "n4", "n6")
    mended(design, "Set out_features of 'linear3' to 8")


@pytest.mark.parametrize("sizes", [(8, 16), (16, 8)])
def test_axes_that_no_layer_sets_are_left_to_the_person(sizes):
    design = edits.add(Design(), "input", params={"shape": ("N", sizes[0])})
    design = edits.add(design, "input", params={"shape": ("N", sizes[1])})
    design = joined(design, "add", "n1", "n2")
    (problem,) = [p for p in check(design).problems if p.severity == "error"]
    assert problem.fix is None
