"""Every activation of torch.nn, as torch has it."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.catalog import OPERATORS
from engine.catalog.curves import bars, curve
from engine.catalog.dims import Sym, Tensor, symbol
from engine.catalog.params import Bool, Choice, Float, Int, Param
from engine.catalog.spec import Activation
from engine.errors import ShapeError
from tests.engine.formulas import drawn, sides

torch.set_num_threads(1)

ROWS = {row.kind: row for row in OPERATORS.values() if isinstance(row, Activation)}
CURVED = {kind: row for kind, row in ROWS.items() if not row.over}
WIDE = torch.linspace(-60, 60, 120_001, dtype=torch.float64)

# What torch asks for although Fanin leaves it to the design, or what torch has
# deprecated in favour of the names beside it.
NOT_OURS = {"device", "dtype", "min_value", "max_value", "args", "kwargs"}


def of(row: Activation, **params: Any) -> torch.nn.Module:
    cls = getattr(torch.nn, row.target.rpartition(".")[2])
    return cls(**{**row.defaults, **params}).eval()


def slopes(row: Activation, x: torch.Tensor, **params: Any) -> torch.Tensor:
    """|f′| at x, by autograd."""
    x = x.clone().requires_grad_()
    made = of(row, **params).double()(x.clone())  # a leaf cannot be overwritten
    (slope,) = torch.autograd.grad(made.sum(), x)
    return slope.abs()


def refusal(row: Activation, shape: tuple[int | Sym, ...], **params: Any) -> ShapeError:
    with pytest.raises(ShapeError) as refused:
        row.shape({**row.defaults, **params}, {"input": Tensor(shape)})
    return refused.value


def sentence(error: ShapeError) -> str:
    return str(error.message.filled(node="act1", source="linear1"))


# --- the list -------------------------------------------------------------------


def test_the_catalogue_holds_the_activations_that_torch_has():
    torchs = {*torch.nn.modules.activation.__all__} - {"MultiheadAttention"}
    assert {row.target for row in ROWS.values()} == {f"torch.nn.{x}" for x in torchs}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_parameters_are_those_of_the_constructor(row):
    cls = getattr(torch.nn, row.title)
    torchs = inspect.signature(cls).parameters
    taken = {name: given for name, given in torchs.items() if name not in NOT_OURS}
    assert [param.name for param in row.params] == list(taken)
    for param in row.params:
        default = taken[param.name].default
        if default in (inspect.Parameter.empty, None):  # Threshold; softmax's dim
            continue
        assert param.default == default
        assert type(param.default) is type(default)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_defaults_pass_their_own_gate(row):
    assert {param.name: param.coerce(param.default) for param in row.params} == dict(
        row.defaults
    )


# --- what F1 shows --------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_help_says_what_when_what_to_mind_and_its_source(row):
    text = row.help
    assert all(len(part) > 30 for part in (text.what, text.when, text.mind))
    assert text.source
    assert text.link.endswith(f"{row.target}.html")
    assert row.doc.endswith(".")
    assert isinstance(row.brief(row.defaults), str)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_formulas_can_be_set_as_mathematics(row):
    assert drawn(row.help.formula)
    assert drawn(row.help.derivative)


# The letters of the formulas, where they are not the parameter's own name.
LETTERS = {
    "leaky_relu": lambda args, x: {"a": args["negative_slope"]},
    "prelu": lambda args, x: {"a": args["init"]},
    "rrelu": lambda args, x: {"a": (args["lower"] + args["upper"]) / 2},
    "threshold": lambda args, x: {"t": args["threshold"], "v": args["value"]},
    "selu": lambda args, x: {
        "lambda_": 1.0507009873554805,
        "alpha": 1.6732632423543772,
    },
    "mish": lambda args, x: {"s": math.log1p(math.exp(x))},
    "hardtanh": lambda args, x: {"a": args["min_val"], "b": args["max_val"]},
    "hardshrink": lambda args, x: {"lambda_": args["lambd"]},
    "softshrink": lambda args, x: {"lambda_": args["lambd"]},
}

UNUSUAL = {
    "elu": {"alpha": 0.5},
    "celu": {"alpha": 2.0},
    "softplus": {"beta": 1.5},
    "leaky_relu": {"negative_slope": 0.3},
    "hardtanh": {"min_val": -2.0, "max_val": 0.7},
    "threshold": {"threshold": -1.0, "value": 2.0},
}


@pytest.mark.parametrize("kind", CURVED)
def test_the_formulas_compute_what_torch_computes(kind):
    row = CURVED[kind]
    for params in ({}, UNUSUAL.get(kind, {})):
        args = {**row.defaults, **params}
        letters = LETTERS.get(kind, lambda args, x: {})
        x = torch.arange(-7.95, 8, 0.3, dtype=torch.float64, requires_grad=True)
        f = of(row, **params).double()(x)
        (df,) = torch.autograd.grad(f.sum(), x)
        for formula, truth in ((row.help.formula, f), (row.help.derivative, df)):
            assert sides(formula)
            for side in sides(formula):
                found = [side(at, {**args, **letters(args, at)}) for at in x.tolist()]
                assert found == pytest.approx(truth.tolist(), abs=1e-6)


# --- shapes ---------------------------------------------------------------------


def values_of(param: Param) -> st.SearchStrategy[Any]:
    if isinstance(param, Bool):
        return st.booleans()
    if isinstance(param, Choice):
        return st.sampled_from(param.options)
    if isinstance(param, Int):
        return st.integers(max(param.low, -6), min(param.high, 6))
    assert isinstance(param, Float)
    low = max(param.low, -4.0)
    return st.one_of(
        st.just(param.default),
        st.floats(low, 4.0, exclude_min=param.above, allow_subnormal=False),
    )


@st.composite
def arguments(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    return {p.name: p.coerce(draw(values_of(p))) for p in ROWS[kind].params}


def torch_makes(row: Activation, args: Any, sample: torch.Tensor) -> Any:
    """Shape and dtype forward and backward through torch; None where it refuses."""
    source = sample.clone().requires_grad_()
    try:
        module = getattr(torch.nn, row.title)(**args).to(sample.dtype)
        for training in (True, False):
            made = module.train(training)(source.clone())
            made.sum().backward()
    except (RuntimeError, ValueError, IndexError, AssertionError):
        return None
    return tuple(made.shape), str(made.dtype).removeprefix("torch.")


def ours(row: Activation, args: Any, tensor: Tensor) -> Any:
    try:
        (made,) = row.shape(args, {"input": tensor})
    except ShapeError:
        return None
    return made.shape, made.dtype


@pytest.mark.parametrize("kind", ROWS)
@given(st.data())
def test_shapes_and_refusals_are_those_of_torch(kind, data):
    row, args = ROWS[kind], data.draw(arguments(kind))
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    shape = tuple(data.draw(st.lists(st.integers(1, 6), max_size=5)))
    expected = torch_makes(row, args, torch.randn(shape, dtype=getattr(torch, dtype)))
    assert ours(row, args, Tensor(shape, dtype)) == expected


@pytest.mark.parametrize(
    ("kind", "params", "shape"),
    [
        ("hardtanh", {"min_val": 2.0}, (5, 4)),
        ("rrelu", {"lower": 0.5}, (5, 4)),
        ("leaky_relu", {"negative_slope": -0.1, "inplace": True}, (5, 4)),
        ("softmax", {"dim": 2}, (5, 4)),
        ("log_softmax", {"dim": -3}, (5, 4)),
        ("softmin", {"dim": 1}, (4,)),
        ("glu", {"dim": 2}, (5, 4)),
        ("glu", {}, (4, 5)),
        ("prelu", {"num_parameters": 3}, (5, 4)),
        ("prelu", {"num_parameters": 3}, (4,)),
    ],
)
def test_a_proposed_fix_is_a_fix(kind, params, shape):
    error = refusal(ROWS[kind], shape, **params)
    args = {**ROWS[kind].defaults, **params, **error.fix}
    (made,) = ROWS[kind].shape(args, {"input": Tensor(shape)})
    assert made.shape[-1] in (4, 2, 5)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_batch_keeps_its_name(row):
    (made,) = row.shape(row.defaults, {"input": Tensor((symbol("N", 5), 4, 8, 6))})
    assert made.shape[:3] == (symbol("N", 5), 4, 8)
    assert made.shape[3] == (3 if row.kind == "glu" else 6)


def test_glu_halves_a_named_dimension_and_offers_an_even_one():
    batch = symbol("N", 4)
    (made,) = ROWS["glu"].shape({"dim": 0}, {"input": Tensor((batch, 3))})
    assert made.shape == (batch // 2, 3)

    error = refusal(ROWS["glu"], (batch, 4, 3))
    assert error.fix == {"dim": -2}
    assert "3 is odd" in sentence(error)


def test_prelu_has_one_slope_or_one_for_each_channel():
    prelu = ROWS["prelu"]
    error = refusal(prelu, (symbol("N", 5), 8, 3), num_parameters=4)
    assert error.fix == {"num_parameters": 8}
    assert "8 channels" in sentence(error)
    refusal(prelu, (symbol("N", 5), symbol("C", 4)), num_parameters=4)

    (weight,) = prelu.tensors({"num_parameters": 8, "init": 0.1}, {})
    assert (weight.name, weight.shape, weight.family) == ("weight", (8,), "weight")
    assert weight.default.params == (("val", 0.1),)


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind != "prelu"])
def test_other_activations_learn_nothing_and_multiply_nothing(kind):
    row, inputs = ROWS[kind], {"input": Tensor((3, 4, 4))}
    assert not row.tensors(row.defaults, inputs)
    assert not list(of(row).state_dict())
    assert row.mult_adds(row.defaults, inputs) == 0


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("hardtanh", {"min_val": 2.0}, "not below"),
        ("hardtanh", {"min_val": 1.0}, "not below"),
        ("rrelu", {"lower": 0.5}, "above upper"),
        ("leaky_relu", {"negative_slope": -0.1, "inplace": True}, "inplace off"),
        ("softmax", {"dim": 2}, "0 to 1"),
        ("softmax2d", {}, "N×C×H×W"),
    ],
)
def test_a_refusal_says_what_to_change(kind, params, words):
    assert words in sentence(refusal(ROWS[kind], (5, 4), **params))


# --- curves ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", CURVED)
def test_the_shipped_curve_is_torchs(kind):
    line = curve(kind)
    assert (line.x[0], line.x[-1]) == (-20.0, 20.0)
    assert all(left < right for left, right in zip(line.x, line.x[1:], strict=False))

    x = torch.tensor(line.x, dtype=torch.float64, requires_grad=True)
    f = of(CURVED[kind]).double()(x)
    (df,) = torch.autograd.grad(f.sum(), x)
    assert torch.allclose(torch.tensor(line.f).double(), f, atol=2e-6, rtol=0)
    assert torch.allclose(torch.tensor(line.df).double(), df, atol=2e-6, rtol=0)


@pytest.mark.parametrize("kind", sorted({*ROWS} - {*CURVED}))
def test_the_shipped_bars_are_torchs(kind):
    shown, row = bars(kind), ROWS[kind]
    scores = torch.tensor(shown.before)
    if kind == "softmax2d":
        scores = scores[:, None, None]
    assert torch.allclose(
        torch.tensor(shown.after), of(row)(scores).flatten(), atol=2e-6
    )
    assert curve(kind) is None


def test_softmax_of_the_tutorials_scores_sums_to_one():
    shown = bars("softmax")
    assert shown.before == (0.2, 0.02, 0.15, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75)
    assert sum(shown.after) == pytest.approx(1, abs=1e-5)
    assert max(shown.after) == shown.after[9]
    assert bars("relu") is None


def test_curves_need_neither_torch_nor_numpy():
    code = (
        "import sys; from engine.catalog.curves import curve; assert curve('tanh');"
        "sys.exit(len({'torch', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- flat zones -----------------------------------------------------------------


def within(zone: tuple[float, float]) -> torch.Tensor:
    low, high = zone
    return (low < WIDE) & (high > WIDE)


@pytest.mark.parametrize("kind", [k for k, row in CURVED.items() if row.saturates])
def test_a_zone_is_flat_and_ends_where_the_slope_begins(kind):
    row = CURVED[kind]
    slope = slopes(row, WIDE)
    largest = slope.max()
    for zone in row.saturates(row.defaults):
        assert slope[within(zone)].max() < 0.01 * largest
        for edge, outwards in zip(zone, (-1, 1), strict=True):
            if math.isfinite(edge):
                beyond = slopes(row, torch.tensor([edge + 0.05 * outwards]).double())
                assert beyond > 0.01 * largest


@pytest.mark.parametrize("kind", [k for k, row in CURVED.items() if row.params])
@given(st.data())
def test_a_zone_is_flat_whatever_the_parameters(kind, data):
    row, args = CURVED[kind], data.draw(arguments(kind))
    if kind == "prelu":
        args["num_parameters"] = 1  # the line below is one channel
    assume(ours(row, args, Tensor((5, 1))) is not None)
    slope = slopes(row, WIDE, **args)
    for zone in row.saturates(args):
        inside = slope[within(zone)]
        assert not len(inside) or inside.max() <= 0.0101 * slope.max()


def test_the_zones_of_the_textbook():
    sigmoid, tanh, relu = (CURVED[kind] for kind in ("sigmoid", "tanh", "relu"))
    assert sigmoid.saturates({}) == ((-math.inf, -6), (6, math.inf))
    assert tanh.saturates({}) == ((-math.inf, -3), (3, math.inf))
    assert relu.saturates({}) == ((-math.inf, 0),)
    assert not CURVED["leaky_relu"].saturates(CURVED["leaky_relu"].defaults)
    assert slopes(sigmoid, WIDE).max() == pytest.approx(0.25)
    assert slopes(tanh, WIDE).max() == pytest.approx(1)
