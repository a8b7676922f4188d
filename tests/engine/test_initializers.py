"""Every initializer: its call is torch's, its theory is what a million draws show."""

from __future__ import annotations

import inspect
import math
import warnings
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.dims import Tensor
from engine.catalog.gains import NONLINEARITIES, gain
from engine.catalog.initializers_shared import torch_fans
from engine.catalog.params import Choice, Float, Int, Param
from engine.catalog.spec import Call, Init, Initializer, TensorSpec, Theory
from tests.engine.formulas import drawn

torch.set_num_threads(1)

DEFAULT = Init("uniform", (("a", -0.25), ("b", 0.25)))
OURS = {"default", "lecun_normal", "lecun_uniform", "fan_in_uniform"}  # no target
TORCHS = [kind for kind in INITIALIZERS if kind not in OURS]


def spec(*shape: int, fan_in: int = 0, fan_out: int = 0, name: str = "weight", **more):
    family = "bias" if name == "bias" else "weight"
    return TensorSpec(name, shape, family, fan_in, fan_out, DEFAULT, **more)


# A million values each. torch lays a kernel out as (out, in / groups, *kernel) and a
# transposed one as (in, out / groups, *kernel); the fans here are counted by hand.
TENSORS = {
    "linear": spec(800, 1250, fan_in=1250, fan_out=800),
    "conv2d": spec(320, 125, 5, 5, fan_in=125 * 25, fan_out=320 * 25),
    "grouped": spec(800, 50, 5, 5, fan_in=50 * 25, fan_out=100 * 25),
    "depthwise": spec(40_000, 1, 5, 5, fan_in=25, fan_out=25),
    "transposed": spec(125, 320, 5, 5, fan_in=125 * 25, fan_out=320 * 25),
    "transposed grouped": spec(400, 100, 5, 5, fan_in=50 * 25, fan_out=100 * 25),
    "bias": spec(1_000_000, fan_in=64, fan_out=16, name="bias"),
}

# Beside the defaults, what shows every parameter at work.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "normal": [{"mean": -0.3, "std": 0.05}],
    "uniform": [{"a": -0.5, "b": 0.25}],
    "trunc_normal": [
        {"std": 0.02},
        {"mean": 0.5, "std": 1.0, "a": 0.0, "b": 3.0},
        {"mean": -1.0, "std": 1.0, "a": 0.5, "b": 1.0},
        {"mean": 2.0, "std": 0.5, "a": -0.5, "b": 1.5},
    ],
    "xavier_normal": [{"gain": 5 / 3}],
    "xavier_uniform": [{"gain": 5 / 3}],
    "kaiming_normal": [
        {"nonlinearity": "relu", "a": 3.0},
        {"a": 0.2, "mode": "fan_out"},
        {"nonlinearity": "tanh"},
    ],
    "kaiming_uniform": [{"a": math.sqrt(5)}, {"mode": "fan_out"}],
    "orthogonal": [{"gain": 2.0}],
    "sparse": [{"sparsity": 0.35, "std": 0.1}],
    "dirac": [{"groups": 8}],
    "constant": [{"val": -2.5}],
}

# These do not look at the tensor: a matrix and a bias say all.
BLIND = ("normal", "uniform", "trunc_normal", "zeros", "ones", "constant", "default")

CASES = {
    f"{kind}-{params or 'defaults'}-{name}": (row, params, tensor)
    for kind, row in INITIALIZERS.items()
    for params in ({}, *VARIANTS.get(kind, ()))
    for name, tensor in TENSORS.items()
    if name in ("linear", "bias") or kind not in BLIND
    if row.refuses(row.complete(tuple(params.items())), tensor) is None
}


def fill(call: Call, tensor: TensorSpec, seed: int = 1) -> torch.Tensor:
    """The tensor after `call`, from memory full of NaN."""
    function = getattr(torch.nn.init, call.function)
    values = torch.full(tensor.shape, math.nan)
    torch.manual_seed(seed)  # sparse_ takes its zeros from the global generator
    generator = torch.Generator().manual_seed(seed)
    seeded = "generator" in inspect.signature(function).parameters
    return function(
        values, **dict(call.args), **{"generator": generator} if seeded else {}
    )


def phi(z: torch.Tensor) -> torch.Tensor:
    return torch.special.ndtr(z)


def share_below(theory: Theory, x: torch.Tensor) -> torch.Tensor:
    """The share of draws that the theory puts below x."""
    if theory.density == "uniform":
        return ((x - theory.low) / (theory.high - theory.low)).clamp(0, 1)
    centre = theory.mean if theory.centre is None else theory.centre
    z = (x - centre) / theory.spread
    if theory.density != "truncated":
        return phi(z)
    ends = torch.tensor([theory.low, theory.high], dtype=torch.float64)
    below, above = phi((ends - centre) / theory.spread)
    return (phi(z) - below) / (above - below)


def distance(theory: Theory, values: torch.Tensor) -> float:
    """Kolmogorov's, at 2,000 places: the largest gap between theory and sample."""
    reach = 5 * theory.spread
    low, high = (
        max(theory.low, theory.mean - reach),
        min(theory.high, theory.mean + reach),
    )
    counts = torch.histc(values, 2000, low, high).cumsum(0)
    below = (values < low).sum()
    edges = torch.linspace(low, high, 2001, dtype=torch.float64)[1:]
    return float(
        (share_below(theory, edges) - (counts + below) / len(values)).abs().max()
    )


# --- the list -------------------------------------------------------------------


def test_the_catalogue_holds_the_initializers_that_torch_has():
    found = {name for name in dir(torch.nn.init) if name[0] != "_" and name[-1] == "_"}
    targets = {row.target for row in INITIALIZERS.values() if row.kind not in OURS}
    assert targets == {f"torch.nn.init.{name}" for name in found}
    assert {kind for kind, row in INITIALIZERS.items() if not row.target} == OURS


@pytest.mark.parametrize("kind", TORCHS)
def test_parameters_are_those_of_the_function(kind):
    row = INITIALIZERS[kind]
    function = getattr(torch.nn.init, row.target.rpartition(".")[2])
    torchs = dict(inspect.signature(function).parameters)
    del torchs["tensor"]
    torchs.pop("generator", None)
    assert [param.name for param in row.params] == list(torchs)
    for param in row.params:
        if torchs[param.name].default is not inspect.Parameter.empty:
            assert param.default == torchs[param.name].default
        assert param.coerce(param.default) == param.default
        assert param.doc


@pytest.mark.parametrize("row", INITIALIZERS.values(), ids=INITIALIZERS)
def test_help_says_what_when_what_to_mind_and_its_source(row):
    text = row.help
    assert all(len(part) > 15 for part in (text.what, text.when, text.mind))
    assert text.source
    assert text.link.startswith("https://docs.pytorch.org/")
    assert row.doc.endswith(".")
    assert len(row.short) <= 8
    assert drawn(text.formula)


def test_gains_are_those_of_torch():
    assert set(NONLINEARITIES) == options("kaiming_normal", "nonlinearity")
    for name in NONLINEARITIES:
        for slope in (0.01, 0.2, 3.0):
            assert gain(name, slope).value == torch.nn.init.calculate_gain(name, slope)
        assert drawn(gain(name).formula)


def options(kind: str, name: str) -> set[str]:
    param = INITIALIZERS[kind].param(name)
    assert isinstance(param, Choice)
    return {*param.options}


# --- a million draws ------------------------------------------------------------


@pytest.mark.parametrize(("row", "params", "tensor"), CASES.values(), ids=CASES)
def test_a_million_draws_are_what_the_theory_says(row, params, tensor):
    args = row.complete(tuple(params.items()))
    theory = row.theory(args, tensor)
    values = fill(row.lower(args, tensor), tensor).flatten().double()
    assert len(values) == 1_000_000

    settled = theory.density == "point" or row.kind in ("eye", "dirac")
    mean = pytest.approx(theory.mean, abs=1e-7 if settled else theory.std / 200)
    assert float(values.mean()) == mean
    assert float(values.std(correction=0)) == pytest.approx(theory.std, rel=4e-3)
    room = 1e-6 * max(1.0, abs(theory.low), abs(theory.high))  # float32
    assert values.min() >= theory.low - room
    assert values.max() <= theory.high + room
    check_density(theory, values)


def check_density(theory: Theory, values: torch.Tensor) -> None:
    """The spread of the values, where the theory knows it in closed form."""
    if theory.density == "sparse":
        zeros = values == 0
        assert float(zeros.double().mean()) == pytest.approx(theory.zeros, abs=1e-9)
        values = values[~zeros]
    if theory.density == "point":
        assert values.unique().tolist() == [pytest.approx(theory.mean)]
    elif theory.density != "other":  # Kolmogorov: a gap above this once in 10,000
        assert distance(theory, values) < 2.23 / math.sqrt(len(values))


def test_the_distance_tells_a_wrong_width_from_a_right_one():
    values = torch.randn(1_000_000, generator=torch.Generator().manual_seed(3)).double()
    right = Theory("normal", 0, 1, -math.inf, math.inf, 1)
    assert distance(right, values) < 2.23e-3
    assert distance(right._replace(spread=1.02), values) > 2.23e-3


def test_cut_at_two_deviations_a_normal_keeps_880_thousandths_of_its_std():
    row = INITIALIZERS["trunc_normal"]
    assert row.theory(row.defaults, TENSORS["linear"]).std == pytest.approx(
        0.880, abs=5e-4
    )
    narrow = row.complete((("std", 0.02),))
    assert row.theory(narrow, TENSORS["linear"]).std == pytest.approx(0.02)


def test_a_sliver_of_a_normal_is_a_box():
    row = INITIALIZERS["trunc_normal"]
    args = row.complete((("a", 0.5), ("b", 0.5001)))
    theory = row.theory(args, TENSORS["linear"])
    assert theory.std == pytest.approx(0.0001 / math.sqrt(12), rel=1e-3)
    wider = row.theory(row.complete((("a", 0.5), ("b", 0.502))), TENSORS["linear"])
    assert wider.std == pytest.approx(0.002 / math.sqrt(12), rel=1e-3)


# --- fans -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "read"),
    [
        (torch.nn.ConvTranspose2d(64, 128, 3).weight, (1152, 576)),
        (torch.nn.Conv2d(128, 128, 3, groups=128).weight, (9, 1152)),
        (torch.nn.Linear(7, 3).weight, (7, 3)),
        (torch.nn.Bilinear(2, 3, 4).weight, (6, 12)),
    ],
)
def test_fans_read_off_a_shape_are_those_torch_reads(weight, read):
    assert torch_fans(tuple(weight.shape)) == read
    assert torch.nn.init._calculate_fan_in_and_fan_out(weight) == read


@pytest.mark.parametrize("kind", ["xavier_normal", "kaiming_normal", "lecun_uniform"])
def test_where_torch_reads_the_fans_rightly_its_own_function_is_called(kind):
    row = INITIALIZERS[kind]
    for name in ("linear", "conv2d"):
        call = row.lower(row.defaults, TENSORS[name])
        assert call.function.startswith(("xavier_", "kaiming_"))
        assert not call.note


def test_only_what_differs_from_torchs_default_is_written():
    def call(kind: str, **params: Any) -> Call:
        row = INITIALIZERS[kind]
        return row.lower(row.complete(tuple(params.items())), TENSORS["linear"])

    assert call("kaiming_normal") == Call("kaiming_normal_")
    assert call("kaiming_normal", nonlinearity="relu", a=0.3) == Call(
        "kaiming_normal_", (("nonlinearity", "relu"),)
    )
    assert call("xavier_normal", gain=2.0) == Call("xavier_normal_", (("gain", 2.0),))
    assert call("uniform") == Call("uniform_")
    assert call("uniform", b=0.5) == Call("uniform_", (("a", 0.0), ("b", 0.5)))
    assert call("constant") == Call("constant_", (("val", 0.1),))
    assert call("lecun_normal") == Call(
        "kaiming_normal_", (("nonlinearity", "linear"),)
    )


@pytest.mark.parametrize(
    ("kind", "params", "name"),
    [
        ("kaiming_normal", {}, "transposed"),
        ("kaiming_normal", {"mode": "fan_out"}, "depthwise"),
        ("kaiming_uniform", {}, "transposed grouped"),
        ("lecun_normal", {}, "transposed"),
        ("xavier_uniform", {}, "grouped"),
    ],
)
def test_where_torch_misreads_the_fans_the_number_is_written_and_the_reason(
    kind, params, name
):
    row, tensor = INITIALIZERS[kind], TENSORS[name]
    args = row.complete(tuple(params.items()))
    call = row.lower(args, tensor)
    assert call.function in ("normal_", "uniform_")
    assert "torch reads" in call.note

    # torch's own function would miss the theory that the true fans give.
    plain = {"lecun_normal": "kaiming_normal"}.get(kind, kind)
    more = (
        (("nonlinearity", "linear"),)
        if kind == "lecun_normal"
        else tuple(params.items())
    )
    missed = fill(Call(f"{plain}_", more), tensor)
    assert abs(float(missed.std()) / row.theory(args, tensor).std - 1) > 0.1


def test_the_sum_of_swapped_fans_is_right_so_xavier_stays_torchs():
    for kind in ("xavier_normal", "xavier_uniform"):
        row = INITIALIZERS[kind]
        assert row.lower(row.defaults, TENSORS["transposed"]) == Call(f"{kind}_")


LAYERS = {
    "linear": ({"out_features": 96}, (512, 64)),
    "conv2d": ({"out_channels": 48}, (8, 16, 12, 12)),
    "conv2d grouped": ({"out_channels": 48, "groups": 4}, (8, 16, 12, 12)),
    "conv2d depthwise": ({"out_channels": 48, "groups": 48}, (8, 48, 12, 12)),
    "conv_transpose2d": ({"out_channels": 48}, (8, 16, 12, 12)),
    "conv_transpose2d grouped": ({"out_channels": 48, "groups": 4}, (8, 16, 12, 12)),
}


@pytest.mark.parametrize("case", LAYERS)
def test_lecun_keeps_the_variance_through_every_kind_of_layer(case):
    """The true fans are true: the interior of the output has variance 1."""
    row = OPERATORS[case.split()[0]]
    params, shape = LAYERS[case]
    args: dict[str, Any] = {**row.defaults, **params, "bias": False}
    inputs = {"input": Tensor(shape)}
    args.update((name, derive(args, inputs)) for name, derive in row.derived.items())
    (tensor,) = row.tensors(args, inputs)

    module = getattr(torch.nn, row.title)(**args)
    lecun = INITIALIZERS["lecun_normal"]
    squares = []
    for seed in range(16):
        weight = fill(lecun.lower(lecun.defaults, tensor), tensor, seed)
        with torch.no_grad():
            module.weight.copy_(weight)
            torch.manual_seed(1000 + seed)  # the weights came from `seed` itself
            made = module(torch.randn(shape))
        inner = made[..., 3:-3, 3:-3] if made.ndim == 4 else made
        squares.append(float(inner.square().mean()))
    assert sum(squares) / 16 == pytest.approx(1, rel=0.05)


# --- what is refused ------------------------------------------------------------


def values_of(param: Param) -> st.SearchStrategy[Any]:
    if isinstance(param, Choice):
        return st.sampled_from(param.options)
    if isinstance(param, Int):
        return st.integers(param.low, 4)
    assert isinstance(param, Float)
    low, high = max(param.low, -3.0), min(param.high, 3.0)
    hundredths = st.integers(round(low * 100) + param.above, round(high * 100))
    return st.one_of(
        st.just(param.default), hundredths.map(lambda number: number / 100)
    )


def torch_takes(row: Initializer, args: Any, tensor: TensorSpec) -> bool:
    """Whether torch's own function fills the tensor without a complaint."""
    name = row.target.rpartition(".")[2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            getattr(torch.nn.init, name)(torch.empty(tensor.shape), **args)
        except (RuntimeError, ValueError, UserWarning, ZeroDivisionError):
            return False
    return True


@pytest.mark.parametrize("kind", TORCHS)
@given(st.data())
def test_what_torch_refuses_is_refused_and_nothing_else(kind, data):
    row = INITIALIZERS[kind]
    args = {p.name: p.coerce(data.draw(values_of(p))) for p in row.params}
    shape = data.draw(st.lists(st.integers(1, 4), max_size=6))
    tensor = spec(*shape, fan_in=3, fan_out=2)
    refused = row.refuses(args, tensor)
    if refused is None:
        assert torch_takes(row, args, tensor)
        call = row.lower(args, tensor)
        assert not fill(call, tensor).isnan().any()
        assert math.isfinite(row.theory(args, tensor).std)
    else:
        assert "{" not in str(refused)
        assert kind == "trunc_normal" or not torch_takes(row, args, tensor)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("uniform", {"a": 2.0}),
        ("trunc_normal", {"a": 2.0}),
        ("trunc_normal", {"mean": 9.0}),
        ("trunc_normal", {"std": 0.001, "a": 0.002, "b": 3.0}),
        ("dirac", {"groups": 3}),
    ],
)
def test_numbers_that_make_no_sense_together_are_refused(kind, params):
    row = INITIALIZERS[kind]
    assert row.refuses(row.complete(tuple(params.items())), TENSORS["conv2d"])


def test_a_bias_is_told_what_suits_it():
    bias = spec(16, fan_in=8, fan_out=16, name="bias")
    for kind in (
        "xavier_normal",
        "kaiming_uniform",
        "lecun_normal",
        "orthogonal",
        "eye",
    ):
        row = INITIALIZERS[kind]
        refused = str(row.refuses(row.defaults, bias))
        assert "bias" in refused
        assert "Zeros" in refused
    # Its layer's inputs are known, and torch draws a bias this way by itself.
    row = INITIALIZERS["fan_in_uniform"]
    assert row.refuses(row.defaults, bias) is None
    assert row.theory(row.defaults, bias).high == pytest.approx(8**-0.5)
    assert "Zeros" in str(row.refuses(row.defaults, spec(16)))


def test_whole_numbers_are_set_and_never_drawn():
    count = spec(dtype="int64", name="num_batches_tracked")
    allowed = {
        kind
        for kind, row in INITIALIZERS.items()
        if row.refuses(row.complete((("val", 2.0),) if row.param("val") else ()), count)
        is None
    }
    assert allowed == {"default", "zeros", "ones", "constant"}
    assert INITIALIZERS["constant"].refuses({"val": 0.5}, count)


def test_a_tensor_without_values_is_refused_where_fans_would_be_zero():
    empty = spec(0, 4)
    for kind in ("xavier_normal", "kaiming_uniform", "orthogonal", "sparse", "eye"):
        row = INITIALIZERS[kind]
        assert "no values" in str(row.refuses(row.defaults, empty))


def test_a_sparse_draw_may_be_all_zeros_or_have_none():
    row, tensor = INITIALIZERS["sparse"], spec(8, 4)
    for params, kind in (({"sparsity": 1.0}, "point"), ({"sparsity": 0.0}, "normal")):
        args = {**row.defaults, **params}
        assert row.theory(args, tensor).density == kind
        zeros = fill(row.lower(args, tensor), tensor) == 0
        assert bool(zeros.all()) == (kind == "point")
        assert bool(zeros.any()) == (kind == "point")


# --- why this number ------------------------------------------------------------


@pytest.mark.parametrize(("row", "params", "tensor"), CASES.values(), ids=CASES)
def test_the_steps_lead_to_the_numbers_of_the_theory(row, params, tensor):
    args = row.complete(tuple(params.items()))
    steps = row.why(args, tensor)
    theory = row.theory(args, tensor)
    assert math.isclose(
        steps[-1].value, theory.mean if theory.density == "point" else theory.std
    )
    for step in steps:
        assert step.name
        assert seen(step.formula)


@cache
def seen(formula: str) -> bool:
    return drawn(formula)


def test_he_tells_of_fan_gain_and_std():
    row = INITIALIZERS["kaiming_normal"]
    tensor = spec(32, 64, 3, 3, fan_in=576, fan_out=288)
    fan, factor, std = row.why(row.defaults, tensor)
    assert (fan.name, fan.value) == ("fan_in", 576)
    assert fan.formula.endswith(r"= 64 \cdot 3 \cdot 3")
    assert factor.value == pytest.approx(math.sqrt(2))
    assert std.value == pytest.approx(math.sqrt(2 / 576))


def test_the_default_speaks_for_what_torch_draws():
    row = INITIALIZERS["default"]
    torch.manual_seed(0)
    linear = torch.nn.Linear(1250, 800)
    bound = 1250**-0.5
    tensor = TENSORS["linear"]._replace(
        default=Init("uniform", (("a", -bound), ("b", bound)))
    )
    theory = row.theory({}, tensor)
    assert float(linear.weight.detach().std()) == pytest.approx(theory.std, rel=4e-3)
    assert float(linear.weight.detach().max()) <= theory.high
    assert row.lower({}, tensor).args == (("a", -bound), ("b", bound))
    assert row.why({}, tensor)[-1].value == pytest.approx(theory.std)
