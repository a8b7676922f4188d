"""A tensor beside what its initializer promises, and what reaches an activation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import BuildError, EngineError, MeasureError
from engine.measure import received as arriving
from engine.measure.models import KEPT, built, content
from engine.measure.parameters import parameters
from engine.measure.received import received
from engine.measure.weights import weights
from engine.model import memory
from engine.model.build import build
from engine.model.draws import draws
from engine.model.sample import sample_inputs
from tests.engine.standing import KINDS, standing
from tests.engine.test_build import huge
from tests.strategies import chain, tutorial

torch.set_num_threads(1)


def drawn(kind: str, features: int = 64, **params: float) -> Design:
    """A square Linear with this initializer."""
    design = edits.set_params(chain("linear"), ["n1"], {"shape": ("N", features)})
    design = edits.set_params(design, ["n2"], {"out_features": features})
    if kind == "dirac":
        design = standing("conv1d")
    return edits.set_init(design, ["n2"], "weight", Init(kind, tuple(params.items())))


@pytest.mark.parametrize("kind", sorted(INITIALIZERS))
def test_report_tells_of_the_built_tensor(kind):
    design = drawn(kind)
    report = weights(design, "n2", "weight")
    values = build(design).get_submodule(design.nodes["n2"].name).weight.double()
    assert report.shape == tuple(values.shape)
    assert report.count == values.numel()
    assert report.mean == pytest.approx(values.mean().item(), abs=1e-9)
    assert report.std == pytest.approx(values.std(correction=0).item(), abs=1e-9)
    assert (report.low, report.high) == (values.min().item(), values.max().item())
    assert report.init == INITIALIZERS[kind].title
    assert report.call.startswith("nn.init.")
    assert report.name in report.call
    assert len(report.edges) == 61
    total = 20_000 if report.redraws else report.count
    assert report.counts.sum() >= total


@pytest.mark.parametrize(
    "kind", ["normal", "uniform", "xavier_uniform", "kaiming_normal", "trunc_normal"]
)
def test_expected_density_lies_over_the_histogram(kind):
    report = weights(drawn(kind, features=400), "n2", "weight", bins=30)
    middle = (report.edges[1:] + report.edges[:-1]) / 2
    expected = np.interp(middle, report.density_x, report.density_y)
    assert abs(expected - report.counts).max() < 0.05 * report.counts.max()


def test_few_values_are_ticks_over_a_pool_of_redraws():
    report = weights(tutorial(), tutorial().named("hidden1").id, "weight")
    values = build(tutorial()).hidden1.weight.detach().double().flatten()
    assert report.redraws
    np.testing.assert_array_equal(report.ticks, values.numpy())
    assert report.counts.sum() >= 20_000
    assert report.edges[0] <= report.low <= report.high <= report.edges[-1]
    assert report.mean == pytest.approx(values.mean().item())
    again = weights(tutorial(), tutorial().named("hidden1").id, "weight")
    np.testing.assert_array_equal(report.counts, again.counts)


def test_certain_values_are_not_drawn_again():
    design = edits.set_init(tutorial(), ["n2"], "bias", Init("zeros"))
    report = weights(design, "n2", "bias")
    assert not report.redraws
    assert report.counts.sum() == 3
    assert report.expected.density == "point"


def test_many_values_need_no_ticks():
    report = weights(drawn("normal"), "n2", "weight")
    assert report.ticks is None
    assert not report.redraws


def test_of_very_many_values_a_part_is_counted():
    report = weights(drawn("normal", features=1100), "n2", "weight")
    assert report.sampled
    assert report.counts.sum() == pytest.approx(1100 * 1100)


def test_fans_are_the_true_ones_beside_torchs():
    design = standing("conv_transpose2d", groups=2)
    report = weights(design, "n2", "weight")
    spec = check(design).known("n2").tensors[0]
    value = torch.empty(spec.shape)
    assert (report.fan_in, report.fan_out) == (spec.fan_in, spec.fan_out)
    assert report.torch_fans == torch.nn.init._calculate_fan_in_and_fan_out(value)
    assert report.torch_fans != (report.fan_in, report.fan_out)
    assert weights(design, "n2", "bias").torch_fans == (0, 0)


def test_steps_lead_to_the_number():
    report = weights(drawn("xavier_normal"), "n2", "weight")
    values = [step.value for step in report.steps]
    assert any(value == pytest.approx(report.expected.std) for value in values)


def test_default_is_called_so():
    assert weights(tutorial(), "n6", "weight").init == INITIALIZERS["default"].title


def test_a_node_can_be_looked_at_while_another_is_wrong():
    design = edits.add(tutorial(), "linear", name="lonely")
    assert weights(design, "n2", "weight").count == 9


@pytest.mark.parametrize(("node", "tensor"), [("n2", "nonsense"), ("n99", "weight")])
def test_no_such_tensor_is_refused(node, tensor):
    with pytest.raises(MeasureError, match=tensor):
        weights(tutorial(), node, tensor)


def test_a_tensor_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "_machine", lambda: 8 << 30)
    with pytest.raises(MeasureError, match=r"linear1\.weight needs 40\.0 GB"):
        weights(huge(), "n2", "weight")
    with pytest.raises(BuildError, match=r"40\.0 GB"):
        parameters(huge())


def test_every_tensor_has_a_row_with_its_numbers():
    rows = parameters(tutorial())
    state = build(tutorial()).state_dict()
    assert [row.name for row in rows] == list(state)
    assert sum(row.values.size for row in rows) == 26
    for row in rows:
        value = state[row.name].double()
        np.testing.assert_array_equal(row.values, value.numpy())
        assert row.mean == pytest.approx(value.mean().item())
        assert row.std == pytest.approx(value.std(correction=0).item())
        assert (row.low, row.high) == (value.min().item(), value.max().item())
        node = tutorial().nodes[row.node]
        assert row.name.startswith(f"{node.name}.")
    assert rows[0].init == "Xavier normal"
    assert rows[-1].init == INITIALIZERS["default"].title


def test_buffers_have_rows_and_large_tensors_no_values():
    rows = {row.name.partition(".")[2]: row for row in parameters(batch_norm())}
    assert rows["running_mean"].family == "buffer"
    assert rows["num_batches_tracked"].shape == ()
    assert rows["num_batches_tracked"].values == 0
    (weight, _) = parameters(drawn("normal"))
    assert weight.values is None
    assert weight.std == pytest.approx(1, rel=0.05)


def batch_norm() -> Design:
    return standing("batch_norm2d")


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_has_its_tensors_listed(kind):
    design = standing(kind)
    names = [row.name for row in parameters(design)]
    assert names == list(build(design).state_dict())
    assert set(names) == {draw.name for draw in draws(design, check(design))}


def test_models_are_kept_while_nothing_they_depend_on_changes():
    design = tutorial()
    moved = edits.move(edits.set_label(design, "n2", "first"), {"n2": (9.0, 9.0)})
    assert built(moved) is built(design)
    assert content(moved) == content(design)

    first = built(design)
    for seed in range(1, KEPT + 1):
        assert built(edits.set_seed(design, seed)) is not first
    assert built(design) is not first
    assert built(design) is built(design)


def test_what_reaches_an_activation_is_what_the_layer_before_it_says():
    design = edits.set_init(chain("linear", "tanh"), ["n2"], "weight", Init("eye"))
    design = edits.set_params(design, ["n2"], {"out_features": 8, "bias": False})
    got = received(design, "n3")
    assert got.counts.sum() == arriving.SAMPLES * 8
    assert got.std == pytest.approx(1, rel=0.03)
    assert got.mean == pytest.approx(0, abs=0.05)
    assert got.dead == 0


def test_saturated_share_counts_the_flat_zones():
    init = Init("constant", (("val", 50.0),))
    design = edits.set_init(chain("linear", "sigmoid"), ["n2"], "weight", init)
    calm = received(chain("linear", "sigmoid"), "n3")
    assert received(design, "n3").saturated > 0.9
    assert calm.saturated < 0.01


def test_units_that_never_pass_a_gradient_are_dead():
    init = Init("constant", (("val", -100.0),))
    design = edits.set_init(chain("linear", "relu"), ["n2"], "bias", init)
    assert received(design, "n3").dead == 1
    assert received(chain("linear", "relu"), "n3").dead == 0


def test_softmax_has_neither_flat_zones_nor_dead_units():
    got = received(chain("linear", "softmax"), "n3")
    assert (got.saturated, got.dead) == (0, 0)


def test_looking_changes_nothing():
    design = chain("batch_norm1d", "dropout", "relu", shape=("N", 8))
    before = {k: v.clone() for k, v in built(design).state_dict().items()}
    first, again = received(design, "n4"), received(design, "n4")
    np.testing.assert_array_equal(first.counts, again.counts)
    assert first.std == pytest.approx(2**0.5, rel=0.05)  # kept values are doubled
    for name, tensor in built(design).state_dict().items():
        assert torch.equal(tensor, before[name])


def test_batch_is_looked_for_where_it_is():
    design = chain("lstm", shape=("T", "N", 6))
    design = edits.set_params(design, ["n2"], {"hidden_size": 5})
    design = edits.set_symbol(design, "T", 3)
    design = edits.insert_after(design, "relu", "n2")
    got = received(design, "n3")
    assert got.counts.sum() == 3 * arriving.SAMPLES * 5


def test_without_a_batch_the_first_axis_stands_for_it():
    init = Init("constant", (("val", -100.0),))
    design = chain("linear", "relu", shape=(4, 8))
    got = received(edits.set_init(design, ["n2"], "bias", init), "n3")
    assert got.counts.sum() == 4 * 16
    assert got.dead == 1


def test_a_batch_that_does_not_get_through_is_refused():
    design = chain("batch_norm1d", "relu", shape=(1, 4))
    with pytest.raises(MeasureError, match="relu1: Expected more than 1 value"):
        received(design, "n3")


def test_a_whole_image_fits_because_fewer_are_taken(monkeypatch):
    monkeypatch.setattr(arriving, "available", lambda: 100_000)
    design = chain("linear", "relu")
    assert arriving.batch_of(check(design)) == 100_000 // 4 // (8 * (8 + 16 + 16))
    monkeypatch.setattr(arriving, "available", lambda: 700)
    assert arriving.batch_of(check(design)) == arriving.FEWEST
    monkeypatch.setattr(arriving, "available", lambda: 600)
    with pytest.raises(MeasureError, match=r"320 bytes.*600 bytes are free"):
        received(design, "n3")


def test_signal_that_overflows_is_refused_with_what_would_help():
    init = Init("constant", (("val", 1e30),))
    design = edits.set_init(chain("linear", "linear", "relu"), ["n2"], "weight", init)
    design = edits.set_init(design, ["n3"], "weight", init)
    with pytest.raises(MeasureError, match="relu1"):
        received(design, "n4")


@pytest.mark.parametrize("node", ["n2", "n99"])
def test_only_activations_receive(node):
    with pytest.raises(MeasureError, match="activation"):
        received(tutorial(), node)


def test_an_activation_off_the_way_receives_nothing():
    design = chain("linear", "relu")
    design = edits.add(design, "output", name="y")
    design = edits.connect(design, Wire("n2", "output", "n4", "input"))
    with pytest.raises(MeasureError, match="relu1"):
        received(design, "n3")


def test_inputs_are_seeded_and_within_what_they_declare():
    design = standing("embedding")
    design = edits.set_params(design, ["n1"], {"high": 4})
    (tokens,) = sample_inputs(design, check(design), batch=400)
    assert tokens.dtype == torch.int64
    assert set(tokens.unique().tolist()) == {0, 1, 2, 3}
    (again,) = sample_inputs(design, check(design), batch=400)
    assert torch.equal(tokens, again)
    (other,) = sample_inputs(design, check(design), batch=400, seed=1)
    assert not torch.equal(tokens, other)


def test_truth_values_are_drawn_as_such():
    design = edits.set_params(chain("identity"), ["n1"], {"dtype": "bool"})
    (flags,) = sample_inputs(design, check(design), batch=99)
    assert flags.dtype == torch.bool
    assert 0.3 < flags.double().mean() < 0.7


def test_an_input_without_a_shape_is_refused():
    design = tutorial()
    checked = replace(check(design), nodes={})
    with pytest.raises(MeasureError, match="x"):
        sample_inputs(design, checked)


def test_refusals_are_sentences():
    with pytest.raises(EngineError, match=r"\.$"):
        parameters(edits.add(tutorial(), "linear"))


def test_dropout_thins_out_what_arrives_in_training_only():
    design = chain("dropout", "relu")
    trained, used = (
        received(design, "n3"),
        received(edits.set_mode(design, "eval"), "n3"),
    )
    zero = int(np.searchsorted(trained.edges, 0.0, side="right")) - 1
    assert trained.counts[zero] > 4 * used.counts[zero]
    assert received(design, "n3").std == trained.std  # the model trains on


def test_a_device_that_is_not_there_is_the_cpu():
    design = edits.set_device(chain("linear", "relu"), "cuda")
    assert received(design, "n3").std > 0
    assert arriving.device_of(design.settings) in arriving.devices()


def test_freezing_and_dtype_make_another_model():
    frozen = edits.set_frozen(tutorial(), ["n2"], True)
    double = edits.set_dtype(tutorial(), "float64")
    assert len({content(tutorial()), content(frozen), content(double)}) == 3


def test_what_comes_out_of_an_activation_and_what_it_does_to_the_gradient():
    """Against the definition: f and f′ of the values that arrive."""
    design = chain("linear", "tanh")
    network = built(design)
    caught = []
    tanh = next(m for m in network.modules() if isinstance(m, torch.nn.Tanh))
    hook = tanh.register_forward_pre_hook(lambda _, args: caught.append(args[0]))
    got = received(design, "n3")
    hook.remove()
    arriving_here = caught[0].detach().double()
    out = arriving_here.tanh()
    assert got.out_mean == pytest.approx(out.mean().item(), abs=1e-6)
    assert got.out_std == pytest.approx(out.std(correction=0).item(), rel=1e-5)
    slope = (1 - out**2).square().mean().item()
    assert got.slope == pytest.approx(slope, rel=1e-5)
    assert math.isnan(received(chain("linear", "softmax"), "n3").slope)
