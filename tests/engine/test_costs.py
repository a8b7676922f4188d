"""What a design costs, beside what torch really takes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.check import check
from engine.check.costs import MEASURES
from engine.check.kept import SURE, kept
from engine.design import edits
from engine.design.model import Design, Wire
from engine.model.build import build
from tests.engine.standing import KINDS, inputs_of, variants
from tests.strategies import chain, tutorial

torch.set_num_threads(1)


def saved(design: Design) -> int:
    """Bytes that autograd holds after a forward pass, besides weights and buffers."""
    network = build(design).train()
    own = (*network.parameters(), *network.buffers())
    known = {tensor.untyped_storage().data_ptr() for tensor in own}
    found: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            found[storage.data_ptr()] = storage.nbytes()
        kept_alive.append(tensor)
        return tensor

    kept_alive: list[torch.Tensor] = []
    inputs = inputs_of(design)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        network(*inputs)
    return sum(found.values())


def learned(design: Design) -> Design:
    """With a PReLU behind every Input of real numbers: a gradient arrives."""
    checked = check(design)
    for key in checked.inputs:
        tensor = checked.tensor(key, "output")
        wires = design.graph.outgoing.get(key, ())
        if tensor and tensor.floating and wires:
            design = edits.add(design, "prelu")
            design = edits.splice(design, design.newest, wires[0])
    return design


def frozen(design: Design) -> Design:
    ids = [key for key, node in design.nodes.items() if node.row and node.row.target]
    able = [key for key in ids if (at := check(design).known(key)) and at.parameters]
    return edits.set_frozen(design, able, True) if able else design


@pytest.mark.parametrize("kind", KINDS)
def test_backward_keeps_what_torch_saves(kind):
    for design in variants(kind):
        (node,) = [node for node in design.nodes.values() if node.kind == kind]
        known = check(design).known(node.id)
        for each in (design, learned(design), frozen(design)):
            if kept(kind, known).sure:
                assert check(each).costs.kept_bytes == saved(each), node.params


@pytest.mark.parametrize("kind", ["multihead_attention", "lstm", "gru", "rms_norm"])
def test_an_estimate_is_of_the_right_size(kind):
    for design in list(variants(kind))[:4]:
        ours, theirs = check(design).costs.kept_bytes, saved(design)
        assert theirs / 2.5 <= ours <= theirs * 2.5


def test_estimates_are_few_and_say_so():
    unsure = {kind for kind in KINDS if kind not in SURE}
    assert len(unsure) < len(KINDS) / 2
    lstm = chain("lstm", shape=("T", "N", 4))
    assert check(lstm).costs.nodes["n2"].sure is False
    assert check(tutorial()).costs.nodes["n2"].sure is True


KINDS_IN_A_ROW = st.lists(
    st.tuples(
        st.sampled_from(
            ["linear", "relu", "gelu", "dropout", "layer_norm", "tanh", "identity"]
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


@given(KINDS_IN_A_ROW, st.sampled_from(["float32", "float64", "bfloat16"]))
def test_a_network_keeps_what_torch_saves_frozen_or_not(row, dtype):
    design = edits.set_dtype(chain(*(kind for kind, _ in row)), dtype)
    cold = [f"n{place}" for place, (_, off) in enumerate(row, start=2) if off]
    cold = [key for key in cold if check(design).known(key).parameters]
    design = edits.set_frozen(design, cold, True) if cold else design
    costs = check(design).costs
    assert costs.kept_bytes == saved(design)
    network = build(design)
    learning = [part for part in network.parameters() if part.requires_grad]
    assert check(design).trainable == sum(part.numel() for part in learning)
    assert costs.nodes.keys() == design.nodes.keys()
    assert sum(at.gradient_bytes for at in costs.nodes.values()) == sum(
        part.nbytes for part in learning
    )
    tensors = (*network.parameters(), *network.buffers())
    assert costs.weight_bytes == sum(part.nbytes for part in tensors)


def test_a_skip_is_kept_once():
    design = chain("linear", "relu", "linear")
    design = edits.add(design, "multiply")
    join = design.newest
    for port, source in (("in1", "n4"), ("in2", "n2")):
        design = edits.connect(design, Wire(source, "output", join, port))
    assert check(design).ok
    assert check(design).costs.kept_bytes == saved(design)


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("kinds", [("linear", "dropout"), ("flatten", "linear")])
def test_outputs_are_counted_once_and_views_not_at_all(kinds, mode):
    design = edits.set_mode(chain(*kinds, shape=("N", 2, 4)), mode)
    network = build(design).train(mode == "train")
    found: dict[int, int] = {}
    alive: list[torch.Tensor] = []

    def note(_module: object, _args: object, made: torch.Tensor) -> None:
        alive.append(made)
        found[made.untyped_storage().data_ptr()] = made.untyped_storage().nbytes()

    for child in network.children():
        child.register_forward_hook(note)
    inputs = inputs_of(design)
    note(None, None, *inputs)
    network(*inputs)
    assert check(design).costs.forward_bytes == sum(found.values())


def test_memory_grows_with_the_batch_and_work_does_not():
    small, large = (
        check(edits.set_symbol(tutorial(), "N", batch)).costs for batch in (5, 50)
    )
    assert large.kept_bytes == 10 * small.kept_bytes
    assert large.weight_bytes == small.weight_bytes
    for key, at in small.nodes.items():
        assert at.mult_adds == large.nodes[key].mult_adds


def test_double_precision_takes_twice_the_memory():
    single, double = (
        check(edits.set_dtype(tutorial(), dtype)).costs
        for dtype in ("float32", "float64")
    )
    assert double.training_bytes == 2 * single.training_bytes
    assert double.forward_bytes == 2 * single.forward_bytes


def test_what_is_frozen_costs_no_gradient_and_what_is_before_it_keeps_nothing():
    before = check(tutorial()).costs
    after = check(edits.set_frozen(tutorial(), ["n2"], True)).costs
    assert (after.nodes["n2"].parameters, after.nodes["n2"].trainable) == (12, 0)
    assert after.nodes["n2"].gradient_bytes == 0 < before.nodes["n2"].gradient_bytes
    assert after.nodes["n1"].kept_bytes == 0 < before.nodes["n1"].kept_bytes


@pytest.mark.parametrize("measure", MEASURES)
def test_shares_sum_to_one(measure):
    assert sum(check(tutorial()).costs.shares(measure).values()) == pytest.approx(1)
    assert set(check(chain()).costs.shares(measure).values()) == {0.0}
