"""The theory's curve, against closed forms and against wide networks."""

from __future__ import annotations

import math

import pytest
import torch

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation, Init
from engine.design import edits
from engine.design.model import Design
from engine.measure.quadrature import Function
from engine.measure.signal import signal
from engine.measure.signals import Asked, Signal, middle
from scripts.golden import deep
from tests.engine.drawn_networks import chain, wired

torch.set_num_threads(1)

CURVED = [
    row for row in OPERATORS.values() if isinstance(row, Activation) and not row.over
]


def through(kind: str, **params):
    row = OPERATORS[kind]
    return Function(row, {**row.defaults, **params})


def test_quadrature_agrees_with_closed_forms():
    relu = through("relu").through(0.0, 3.0)
    assert relu.mean == pytest.approx(math.sqrt(3 / (2 * math.pi)), rel=1e-3)
    assert relu.second == pytest.approx(1.5, rel=1e-3)
    assert relu.slope == pytest.approx(0.5, rel=1e-3)
    line = through("leaky_relu", negative_slope=1.0).through(2.0, 9.0)
    assert (line.mean, line.second) == (pytest.approx(2), pytest.approx(13, rel=1e-3))


@pytest.mark.parametrize(
    ("kind", "forward", "backward"),
    [
        ("relu", 1.414, 1.414),
        ("elu", 1.245, 1.223),
        ("selu", 1.000, 0.966),
        ("gelu", 1.534, 1.481),
        ("silu", 1.677, 1.623),
        ("mish", 1.487, 1.445),
        ("tanh", 1.593, 1.467),
        ("sigmoid", 1.846, 4.723),
        ("softsign", 2.338, 2.096),
        ("hardswish", 1.737, 1.670),
    ],
)
def test_gains_at_a_variance_of_one(kind, forward, backward):
    found = through(kind).through(0.0, 1.0)
    assert found.second**-0.5 == pytest.approx(forward, abs=2e-3)
    assert found.slope**-0.5 == pytest.approx(backward, abs=2e-3)


@pytest.mark.parametrize("row", CURVED, ids=lambda row: row.kind)
@pytest.mark.parametrize("variance", [1e-6, 1.0, 1e6])
def test_quadrature_agrees_with_a_million_draws(row, variance):
    function = through(row.kind)
    z = torch.randn(1_000_000, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        drawn = function._module(z * variance**0.5).square().mean().item()
    found = function.through(0.0, variance).second
    assert found == pytest.approx(drawn, rel=0.01, abs=1e-12)


def test_two_samples_share_what_the_arc_cosine_kernel_says():
    """Cho and Saul 2009: the covariance behind a ReLU, in closed form."""
    for rho in (0.0, 0.3, 0.9, 1.0):
        angle = math.acos(rho)
        wanted = (math.sin(angle) + (math.pi - angle) * rho) / (2 * math.pi)
        assert through("relu").shared(0.0, 1.0, rho) == pytest.approx(wanted, rel=5e-3)


def agrees(found: Signal, rel: float, *, least: int = 1) -> None:
    """Wherever theory says something it is what was sampled, both ways."""
    said = 0
    for layer in found.layers:
        for one in layer.leaving:
            pairs = ((one.ahead, one.forward), (one.behind, one.backward))
            for predicted, spread in pairs:
                if predicted.second is None or spread is None:
                    continue
                said += 1
                sampled = middle(spread.second)
                assert predicted.second == pytest.approx(sampled, rel=rel), layer
    assert said >= least


def image(*steps, sides=(12, 12), channels=48) -> Design:
    shape = ("N", channels, *sides)
    design = edits.add(Design(), "input", name="x", params={"shape": shape})
    return chain(design, "x", *steps)


def conv(name, width=48, **params):
    return "conv2d", name, {"out_channels": width, **params}


WIDE = {
    "padding of zeros": lambda: image(
        conv("a", padding=1),
        ("relu", "r", {}),
        conv("b", padding=1),
        ("tanh", "t", {}),
        conv("c", padding=1),
    ),
    "stride, dilation and groups": lambda: image(
        conv("a", stride=2, padding=2, kernel_size=5),
        ("relu", "r", {}),
        conv("b", dilation=2, padding=1, groups=4),
        ("relu", "s", {}),
        conv("c", padding="same"),
    ),
    "other borders": lambda: image(
        conv("a", padding=1, padding_mode="circular"),
        ("relu", "r", {}),
        conv("b", padding=1, padding_mode="reflect"),
        ("relu", "s", {}),
        conv("c", padding=1, padding_mode="replicate"),
    ),
    "transposed": lambda: image(
        ("conv_transpose2d", "a", {"out_channels": 48, "stride": 2, "padding": 1}),
        ("relu", "r", {}),
        ("conv_transpose2d", "b", {"out_channels": 48, "kernel_size": 4, "groups": 2}),
    ),
    "batch norms": lambda: image(
        conv("a", padding=1, bias=False),
        ("batch_norm2d", "n", {}),
        ("relu", "r", {}),
        conv("b", padding=1),
        ("batch_norm2d", "m", {}),
        ("gelu", "g", {}),
        conv("c"),
    ),
    "group norm and pooling": lambda: image(
        conv("a"),
        ("group_norm", "n", {"num_groups": 2}),
        ("relu", "r", {}),
        ("max_pool2d", "p", {}),
        conv("b", padding=1),
        ("relu", "s", {}),
        ("avg_pool2d", "q", {"kernel_size": 2}),
        ("flatten", "f", {}),
        ("linear", "l", {"out_features": 200}),
    ),
    "layer and root-mean-square norms": lambda: chain(
        edits.add(Design(), "input", name="x", params={"shape": ("N", 6, 256)}),
        "x",
        ("linear", "a", {"out_features": 256}),
        ("layer_norm", "n", {}),
        ("gelu", "g", {}),
        ("linear", "b", {"out_features": 256}),
        ("rms_norm", "m", {}),
        ("silu", "s", {}),
        ("linear", "c", {"out_features": 256}),
    ),
    "dropouts": lambda: chain(
        edits.add(Design(), "input", name="x", params={"shape": ("N", 400)}),
        "x",
        ("linear", "a", {"out_features": 400}),
        ("relu", "r", {}),
        ("dropout", "d", {"p": 0.3}),
        ("linear", "b", {"out_features": 400}),
        ("selu", "s", {}),
        ("alpha_dropout", "e", {"p": 0.2}),
        ("linear", "c", {"out_features": 400}),
    ),
}


@pytest.mark.parametrize("name", WIDE)
def test_theory_is_what_wide_layers_do(name):
    agrees(signal(WIDE[name](), Asked(seeds=6, batch=32)), 0.12, least=7)


@pytest.mark.parametrize("row", CURVED, ids=lambda row: row.kind)
def test_theory_follows_every_activation_through_wide_layers(row):
    if row.kind in ("rrelu", "threshold"):  # drawn anew each time; without a scale
        return
    design = deep("relu", Init("lecun_normal"), 400, 3)
    for key in ("n3", "n5"):
        if row.kind != "relu":
            design = edits.replace_kind(design, key, row.kind)
    agrees(signal(design, Asked(seeds=3, batch=64)), 0.1, least=10)


def residual() -> Design:
    """x + f(x), before any activation, with a Linear at the end of f."""
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 400)})
    design = chain(
        design,
        "x",
        ("linear", "stem", {"out_features": 400}),
        ("layer_norm", "n", {}),
        ("linear", "a", {"out_features": 400}),
        ("relu", "r", {}),
        ("linear", "b", {"out_features": 400}),
        ("add", "sum", {}),
        ("relu", "s", {}),
        ("linear", "last", {"out_features": 400}),
    )
    return wired(design, "stem", f"sum.{design.named('sum').inputs[1].name}")


def test_theory_goes_through_skips():
    found = signal(residual(), Asked(seeds=3, batch=64))
    agrees(found, 0.1, least=14)
    by_name = {layer.name: layer.main for layer in found.layers}
    whole = by_name["sum"].ahead.second
    assert whole == pytest.approx(
        by_name["stem"].ahead.second + by_name["b"].ahead.second
    )
    assert by_name["sum"].ahead.start == ""
    assert by_name["stem"].behind.second is not None


def test_a_value_added_to_itself_is_a_gap_with_a_reason():
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 16)})
    design = chain(
        design, "x", ("linear", "a", {"out_features": 16}), ("add", "sum", {})
    )
    design = wired(design, "a", f"sum.{design.named('sum').inputs[1].name}")
    made = signal(design, Asked(batch=8)).layers[-1].main
    assert made.ahead.second is None
    assert "same draws" in str(made.ahead.why)


@pytest.mark.parametrize("init", ["ones", "uniform", "constant"])
def test_weights_with_a_mean_are_a_gap_with_a_reason(init):
    design = deep("relu", Init(init), 16, 2)
    made = signal(design, Asked(batch=8)).weighted[0].main
    assert made.ahead.second is None
    assert "mean" in str(made.ahead.why)


def test_behind_a_gap_theory_goes_on_from_what_was_sampled():
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 10, 64)})
    design = chain(
        design,
        "x",
        ("lstm", "lstm", {"hidden_size": 300, "batch_first": True}),
        ("linear", "a", {"out_features": 300}),
        ("relu", "r", {}),
        ("linear", "b", {"out_features": 300}),
    )
    found = signal(design, Asked(batch=32))
    by_name = {layer.name: layer.main for layer in found.layers}
    assert by_name["lstm"].ahead.second is None
    assert "LSTM" in str(by_name["lstm"].ahead.why)
    assert by_name["a"].ahead.start == found.layers[1].node
    assert by_name["b"].ahead.second == pytest.approx(
        by_name["b"].forward.second[0], rel=0.1
    )


def test_with_a_persons_data_theory_starts_from_their_size(tmp_path):
    import numpy as np

    np.save(tmp_path / "x.npy", np.random.default_rng(0).uniform(0, 10, (64, 400)))
    source = (("", str(tmp_path / "x.npy")),)
    found = signal(deep("relu", Init("kaiming_normal"), 400, 3), Asked(source=source))
    first = found.weighted[0].main
    assert first.ahead.second == pytest.approx(2 * 100 / 3, rel=0.05)
    assert first.forward.second[0] == pytest.approx(first.ahead.second, rel=0.2)
