"""Curves, bars and histograms against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation, Theory
from engine.errors import MeasureError
from engine.measure.curves import bars, curve
from engine.measure.density import density
from engine.measure.histogram import EXACT, histogram

torch.set_num_threads(1)

ROWS = [row for row in OPERATORS.values() if isinstance(row, Activation)]
CURVED = sorted(row.kind for row in ROWS if not row.over)
OVER = sorted(row.kind for row in ROWS if row.over)
SCORES = (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FORMS = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "silu": (
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    ),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "rrelu": (
        lambda x: np.where(x < 0, x * (1 / 8 + 1 / 3) / 2, x),
        lambda x: np.where(x < 0, (1 / 8 + 1 / 3) / 2, 1.0),
    ),
    "prelu": (
        lambda x: np.where(x < 0, x / 4, x),
        lambda x: np.where(x < 0, 0.25, 1.0),
    ),
}


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_curve_is_the_closed_form(kind):
    f, df = FORMS[kind]
    got = curve(kind, (), -19.99, 20.01, 500)  # beside 0, where ReLU has a corner
    assert got.x[0] == -19.99
    assert got.x[-1] == 20.01
    np.testing.assert_allclose(got.f, f(got.x), atol=1e-12)
    np.testing.assert_allclose(got.df, df(got.x), atol=1e-12)


@pytest.mark.parametrize("kind", CURVED)
def test_derivative_is_the_slope_of_the_curve(kind):
    got = curve(kind, (), -8, 8, 4001)
    assert got.f.dtype == got.df.dtype == np.float64
    between = np.diff(got.f) / np.diff(got.x)
    ends = np.sort(np.stack([got.df[:-1], got.df[1:]]), axis=0)
    # By the mean value theorem, but for the pieces that hold a corner or a jump.
    off = (between < ends[0] - 1e-3) | (between > ends[1] + 1e-3)
    assert off.sum() <= 4


@pytest.mark.parametrize("kind", CURVED)
def test_overwriting_its_input_changes_no_curve(kind):
    if OPERATORS[kind].param("inplace") is None:
        return
    plain, inplace = (curve(kind, p, -4, 4, 50) for p in ((), (("inplace", True),)))
    np.testing.assert_array_equal(plain.f, inplace.f)
    np.testing.assert_allclose(plain.df, inplace.df, rtol=1e-12)


def test_parameters_shape_the_curve():
    got = curve("leaky_relu", (("negative_slope", 0.2),), -5, -1, 9)
    np.testing.assert_allclose(got.f, 0.2 * got.x)
    shared = curve("prelu", (("num_parameters", 7), ("init", 0.5)), -5, -1, 9)
    np.testing.assert_allclose(shared.f, 0.5 * shared.x)


def test_flat_zones_end_where_the_range_does():
    zones = curve("sigmoid", (), -20, 7, 11).saturated
    assert zones[0][0] == -20
    assert zones[-1][1] == 7
    assert curve("sigmoid", (), -1, 1, 11).saturated == ()
    assert curve("relu", (), 1, 2, 11).saturated == ()


@pytest.mark.parametrize(("low", "high", "points"), [(1, 1, 9), (2, 1, 9), (0, 1, 1)])
def test_range_without_extent_is_refused(low, high, points):
    with pytest.raises(MeasureError, match="range"):
        curve("relu", (), low, high, points)


@pytest.mark.parametrize("kind", OVER)
def test_what_works_over_a_dimension_has_bars_and_no_curve(kind):
    got = bars(kind, (), SCORES)
    assert tuple(got.before) == SCORES
    assert len(got.after) == (5 if kind == "glu" else 10)
    with pytest.raises(MeasureError, match="bars"):
        curve(kind, (), -1, 1, 9)


def test_softmax_of_the_tutorials_scores():
    got = bars("softmax", (("dim", 3),), SCORES)
    shares = np.exp(SCORES) / np.exp(SCORES).sum()
    np.testing.assert_allclose(got.after, shares)
    np.testing.assert_allclose(bars("softmax2d", (), SCORES).after, shares)
    np.testing.assert_allclose(bars("log_softmax", (), SCORES).after, np.log(shares))
    assert got.after.sum() == pytest.approx(1)


def test_glu_wants_an_even_number_of_scores():
    with pytest.raises(MeasureError, match="even number of them, not 3"):
        bars("glu", (), (1.0, 2.0, 3.0))


@pytest.mark.parametrize("kind", ["linear", "no such"])
def test_only_activations_have_curves(kind):
    with pytest.raises(MeasureError, match=kind):
        curve(kind, (), -1, 1, 9)


def test_small_histogram_is_numpys():
    values = torch.randn(10_000, generator=torch.Generator().manual_seed(1))
    got = histogram(values, 40)
    counts, edges = np.histogram(values.double().numpy(), 40)
    np.testing.assert_allclose(got.edges, edges)
    assert abs(got.counts - counts).max() <= 1  # a value upon an edge
    assert got.counts.sum() == 10_000
    assert not got.sampled


def test_large_histogram_is_a_sample_over_the_true_range():
    values = torch.randn(5_000_003, generator=torch.Generator().manual_seed(1))
    values[-1], values[7] = 9.5, -9.5
    got = histogram(values, 60)
    assert got.sampled
    assert (got.low, got.high) == (-9.5, 9.5)
    assert got.counts.sum() == pytest.approx(len(values))
    exact, _ = np.histogram(values.numpy(), got.edges)
    assert abs(got.counts - exact).max() <= 0.02 * exact.max()
    assert len(values) > EXACT


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0, 1e-30, 1e20])
def test_one_value_has_a_bin_around_it(value):
    got = histogram(torch.full((50,), value, dtype=torch.float64), 10)
    assert got.counts.sum() == got.counts.max() == 50
    assert got.edges[0] < value < got.edges[-1]
    assert (np.diff(got.edges) > 0).all()


EDGES = np.linspace(-0.5, 0.5, 51)
BELL = Theory("normal", 0.1, 0.2, -math.inf, math.inf)


def test_density_of_a_bell_has_the_area_of_the_histogram():
    x, y = density(BELL, 1000, EDGES)
    assert np.trapezoid(y, x) == pytest.approx(1000 * 0.02, rel=1e-3)
    assert x[y.argmax()] == pytest.approx(0.1, abs=0.02)


def test_density_of_a_box_is_level_between_its_bounds():
    x, y = density(Theory("uniform", 0, 1 / 12**0.5, -0.5, 0.5), 1000, EDGES)
    assert tuple(x) == (-0.5, -0.5, 0.5, 0.5)
    np.testing.assert_allclose(y, (0, 20, 20, 0))


def test_density_of_a_cut_bell_ends_at_the_cuts():
    theory = Theory("truncated", 0.2, 0.1, 0.0, 0.4, spread=0.3)
    x, y = density(theory, 1000, EDGES, centre=0.1)
    assert (x[0], x[-1]) == (0.0, 0.4)
    assert np.trapezoid(y, x) == pytest.approx(1000 * 0.02, rel=1e-3)
    assert x[y.argmax()] == pytest.approx(0.1, abs=0.01)


def test_density_of_a_thinned_bell_leaves_out_the_zeros():
    theory = Theory("sparse", 0.0, 0.05, -math.inf, math.inf, spread=0.1, zeros=0.75)
    x, y = density(theory, 1000, EDGES)
    assert np.trapezoid(y, x) == pytest.approx(250 * 0.02, rel=1e-3)


@pytest.mark.parametrize("kind", ["point", "other"])
def test_no_density_is_drawn_where_none_is_known(kind):
    x, y = density(Theory(kind, 1.0, 0.0, 1.0, 1.0), 1000, EDGES)
    assert len(x) == len(y) == 0
