"""Every layer and operation against torch: shapes, refusals, tensors, costs."""

from __future__ import annotations

import inspect
import string
import warnings
from functools import reduce
from math import prod
from typing import Any, get_overloads

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from engine.catalog import OPERATORS
from engine.catalog.dims import Sym, Tensor, sampled, symbol
from engine.catalog.exceptions import excepted
from engine.catalog.spec import Operator, Part
from engine.check import Known
from engine.design.evaluate import evaluate
from engine.errors import ShapeError
from tests.engine.drawn_layers import KINDS, Case, cases

torch.set_num_threads(1)

# the number of cases is the profile's: few in everyday runs, many in thorough ones
quick = settings(database=None, suppress_health_check=list(HealthCheck))


def known(kind: str, params: dict[str, Any], inputs: dict[str, Tensor]) -> Any:
    return evaluate((kind, tuple(sorted(params.items()))), tuple(inputs.items()))


def resolved(target: str) -> Any:
    return reduce(getattr, target.split(".")[1:], torch)


# torch's answer -------------------------------------------------------------


def derived(row: Operator, args: dict[str, Any], inputs: dict[str, Tensor]) -> Any:
    """What a person would give torch by hand, read off the shapes without our rules."""
    ports = list(inputs)
    first = inputs[ports[0]].shape
    key = inputs.get("key", inputs[ports[0]]).shape
    value = inputs.get("value", inputs.get("key", inputs[ports[0]])).shape
    axes = int(row.kind[-2]) if row.kind[-2].isdigit() else 0
    guesses = {
        "in_features": first[-1:],
        "in1_features": first[-1:],
        "in2_features": inputs[ports[-1]].shape[-1:],
        "input_size": first[-1:],
        "in_channels": first[-axes - 1 :],
        "num_features": first[-axes - 1 :] if "instance" in row.kind else first[1:],
        "num_channels": first[1:],
        "embed_dim": first[-1:],
        "kdim": key[-1:],
        "vdim": value[-1:],
    }
    found = {name: (guesses.get(name) or (1,))[0] for name in row.derived}
    if row.family == "Transformer":
        found |= transformed(row, args, first[-1] if first else 1)
    if "normalized_shape" in found:
        count = args["axes"]
        found["normalized_shape"] = (
            first[-count:] if count <= len(first) else (1,) * count
        )
    return found


def transformed(row: Operator, args: dict[str, Any], wide: int) -> dict[str, Any]:
    """The layer that an encoder or decoder copies, and its width."""
    if "d_model" in row.derived:
        return {"d_model": wide}
    which = next(iter(row.derived)).partition("_")[0].title()
    layer = getattr(torch.nn, f"Transformer{which}Layer")
    names = list(inspect.signature(layer).parameters)[1:]
    copied = layer(wide, **{name: args[name] for name in names if name in args})
    norm = torch.nn.LayerNorm(wide, args["layer_norm_eps"], bias=args["bias"])
    return {
        f"{which.lower()}_layer": copied,
        "norm": norm if args["final_norm"] else None,
    }


def made(row: Operator, args: dict[str, Any], dtype: str, device: str) -> Any:
    places = {param.name: param.place for param in row.params}
    given = {k: v for k, v in args.items() if places.get(k, "init") == "init"}
    takes = inspect.signature(resolved(row.target)).parameters
    if "dtype" in takes or row.kind in ("lstm", "gru", "rnn"):
        given["dtype"] = getattr(torch, dtype)
    with torch.device(device):
        parts = {
            k: resolved(v.target)(**dict(v.args), dtype=getattr(torch, dtype))
            for k, v in given.items()
            if isinstance(v, Part)
        }
        module = resolved(row.target)(**{**given, **parts})
    # in evaluation a Dropout looks at nothing, in training a BatchNorm wants a batch
    return module.train(row.family == "Dropout")


def tensor(kind: Tensor, device: str) -> torch.Tensor:
    return torch.zeros(
        sampled(kind.shape), dtype=getattr(torch, kind.dtype), device=device
    )


def called(row: Operator, args: dict[str, Any], inputs: dict[str, Tensor], device: str):
    """What torch makes of it, flattened to (shape, dtype) for each result."""
    options = {p.name: args[p.name] for p in row.params if p.place == "forward"}
    values = {port: tensor(kind, device) for port, kind in inputs.items()}
    for port in row.input_ports(args):
        if port.name not in values and port.follows in values:
            values[port.name] = values[port.follows]
    ports = {port.name: port for port in row.input_ports(args)}
    for name in [name for name in values if ports[name].keyword]:
        options[name] = values.pop(name)
    given: list[Any] = list(values.values())
    if row.kind in ("lstm", "lstm_cell") and len(given) > 1:
        assume("h_0" in values and "c_0" in values)
        given = [values["input"], (values["h_0"], values["c_0"])]
    if row.role == "operation":
        function = resolved(row.target)
        if row.style == "index":
            result = given[0][place(options, given[0].ndim)]
        elif row.style == "sized":
            result = function(given[0].shape[options["dim"]], device=device)
            dtype = next((t.dtype for t in inputs.values() if t.floating), "float32")
            if result.is_floating_point():
                result = result.to(getattr(torch, dtype))
        elif row.style == "method":
            result = function(given[0], getattr(torch, options["dtype"]))
        elif row.style == "gather":
            result = function(tuple(given), **options)
        elif row.style == "fold":
            result = folded(row.sign, given)
        else:
            result = function(*given, **options)
    else:
        dtype = next((t.dtype for t in inputs.values() if t.floating), "float32")
        result = made(row, args, dtype, device)(*given, **options)
    return [(tuple(part.shape), str(part.dtype)[6:]) for part in flat(result)]


def place(options: dict[str, Any], rank: int) -> tuple[Any, ...]:
    """The brackets of an index, or of a slice, written out for every axis."""
    inside: list[Any] = [slice(None)] * rank
    part = options.get("index")
    if part is None:
        part = slice(options["start"], options["stop"], options["step"])
    inside[options["dim"]] = part
    return tuple(inside)


def folded(sign: str, values: list[torch.Tensor]) -> torch.Tensor:
    result = values[0]
    for value in values[1:]:
        result = {
            "+": torch.Tensor.__add__,
            "-": torch.Tensor.__sub__,
            "*": torch.Tensor.__mul__,
            "/": torch.Tensor.__truediv__,
        }[sign](result, value)
    return result


def flat(result: Any) -> list[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        return [result]
    return [part for each in result or () for part in flat(each)]


REFUSALS = (
    *(RuntimeError, ValueError, TypeError, AssertionError, IndexError),
    ZeroDivisionError,  # of an interpolation to no size at all
)


def looks_at_values(row: Operator, args: dict[str, Any], inputs: Any) -> bool:
    """Whether torch has to see values, which meta tensors have not."""
    if row.kind in ("ctc_loss", "gaussian_nll_loss"):
        return True
    hints = [name for name in args if name.endswith("is_causal") and args[name] is None]
    return row.family == "Transformer" and bool(hints) and len(inputs) > 1


def answer(row: Operator, args: dict[str, Any], inputs: dict[str, Tensor]) -> Any:
    """Torch's result, or the exception. The meta device and the CPU must both accept.

    Each lets through what the other refuses: meta multiplies matrices of different
    dtypes, the CPU makes tensors without values.
    """
    results = []
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            for device in ("meta", "cpu"):
                with torch.device(device):
                    args = {**args, **derived(row, args, inputs)}
                if device == "cpu" or not looks_at_values(row, args, inputs):
                    results.append(called(row, args, inputs, device))
    except REFUSALS as error:
        return error
    assert results[0] == results[-1]
    if any(0 in shape for shape, _ in results[0]):
        return ValueError("a tensor without values, which some devices refuse")
    return results[0]


# shapes ---------------------------------------------------------------------


def strict_loss(row: Operator, inputs: dict[str, Tensor]) -> bool:
    """Losses compare like with like; torch does so on one device and not on another."""
    ports = {port.name: port.dtype for port in row.input_ports(row.defaults)}
    floats = {tensor.dtype for tensor in inputs.values() if tensor.floating}
    wrong = any(
        (ports[name] == "float") != tensor.floating
        for name, tensor in inputs.items()
        if ports[name] != "any"
    )
    narrow = any(tensor.dtype == "int32" for tensor in inputs.values())
    if row.kind in ("multi_margin_loss", "multi_label_margin_loss"):
        narrow |= inputs["input"].rank != 2
    if row.kind == "multi_label_soft_margin_loss":
        narrow |= inputs["input"].rank != inputs["target"].rank
    if row.kind == "ctc_loss":
        narrow |= inputs["log_probs"].rank != 3
    if row.kind == "nll_loss":  # meta and CPU differ about a single sample
        narrow |= inputs["input"].rank == 1 and inputs["target"].rank == 1
    return wrong or narrow or len(floats) > 1


def flattened(size: Any) -> tuple[int, ...]:
    return size if isinstance(size, tuple) else (size,)


def strict(row: Operator, params: dict[str, Any], inputs: dict[str, Tensor]) -> bool:
    """Whether we refuse what torch's layer happens to let through."""
    if row.kind == "adaptive_avg_pool2d" and inputs["input"].rank == 2:
        return True  # torch skips its own check of ranks where output_size is 1
    if row.role == "loss":
        return strict_loss(row, inputs)
    if row.kind == "embedding_bag" and params.get("include_last_offset"):
        offsets = inputs.get("offsets")
        if offsets and offsets.shape[:1] == (1,):
            return True  # torch would write outside its memory
    if row.kind.endswith("_cell"):
        kinds = {(tensor.rank, tensor.dtype) for tensor in inputs.values()}
        if len(kinds) > 1:
            return True  # torch would read outside its memory where hidden_size is 1
    hinted = any(name.endswith("is_causal") and params[name] for name in params)
    cut = (
        row.kind.startswith("circular") and min(flattened(params.get("padding", 1))) < 0
    )
    if hinted or cut:  # torch looks at no mask then; it may wrap around what it cut
        return isinstance(known(row.kind, params, inputs), ShapeError)
    if row.kind == "chunk":  # torch makes the last part smaller, or leaves it out
        return isinstance(known(row.kind, params, inputs), ShapeError)
    if row.kind in ("attend", "pad"):  # torch lets some ranks and dtypes through
        return isinstance(known(row.kind, params, inputs), ShapeError)
    if row.shape.__name__ == "_channelled" and inputs["input"].rank < 2:
        return True  # with p = 1 torch looks at nothing
    if row.kind.startswith("upsampling") and inputs["input"].rank != 4:
        return True  # documented for images; interpolate behind it takes more
    ports = {port.name: port.dtype for port in row.input_ports(row.defaults)}
    return any(
        ports.get(name) == "float" and not kind.floating
        for name, kind in inputs.items()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_and_refusals_are_those_of_torch(kind):
    row = OPERATORS[kind]

    @quick
    @given(cases(kind))
    def compare(case: Case) -> None:
        params, inputs = case
        ours = known(kind, params, inputs)
        if strict(row, params, inputs):
            assert isinstance(ours, ShapeError)
            return
        theirs = answer(row, {**row.defaults, **params}, inputs)
        if isinstance(theirs, Exception):
            assert isinstance(ours, ShapeError), f"torch refuses: {theirs}"
            return
        assert isinstance(ours, Known), f"we refuse: {ours.message.template}"
        assert [(t.shape, t.dtype) for t in ours.outputs.values()] == theirs

    compare()


@pytest.mark.parametrize("kind", KINDS)
def test_most_of_the_cases_drawn_for_a_row_are_legal(kind):
    """Else the comparison above would compare refusals with refusals."""
    legal = []

    @quick
    @given(cases(kind))
    def count(case: Case) -> None:
        legal.append(isinstance(known(kind, *case), Known))

    count()
    assert sum(legal) >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_symbol_gives_the_shape_that_its_sample_gives(kind):
    @quick
    @given(cases(kind), st.sampled_from("NT"))
    def compare(case: Case, name: str) -> None:
        params, inputs = case
        numbers = known(kind, params, inputs)
        assume(isinstance(numbers, Known))
        named = {port: symbolic(kind, name) for port, kind in inputs.items()}
        forms = known(kind, params, named)
        if isinstance(forms, Known):
            for port, form in forms.outputs.items():
                assert sampled(form.shape) == numbers.outputs[port].shape
            assert forms.parameters == numbers.parameters
            if name == "T":
                assert forms.mult_adds == numbers.mult_adds

    compare()


def symbolic(kind: Tensor, name: str) -> Tensor:
    if not kind.rank:
        return kind
    return Tensor((symbol(name, kind.shape[0]), *kind.shape[1:]), kind.dtype)


# what is said ---------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_can_be_read_and_its_fix_mends_it(kind):
    row = OPERATORS[kind]

    @settings(quick, max_examples=60)
    @given(cases(kind))
    def read(case: Case) -> None:
        params, inputs = case
        error = known(kind, params, inputs)
        if isinstance(error, Known):
            return
        message = error.message
        fields = {name for _, name, _, _ in string.Formatter().parse(message.template)}
        assert "node" in fields
        assert ("source" in fields) <= bool(error.port)
        said = str(message.filled(node="conv1", source="x"))
        assert said.endswith(".")
        assert "{" not in said
        if error.fix:
            mended = {**params}
            for name, value in error.fix.items():
                mended[name] = row.param(name).coerce(value)
            again = known(kind, mended, inputs)
            assert isinstance(again, Known) or again.message != message, said

    read()


# tensors --------------------------------------------------------------------

WEIGHTY = [kind for kind in KINDS if OPERATORS[kind].tensors.__name__ != "no_tensors"]


@pytest.mark.parametrize("kind", WEIGHTY)
def test_tensors_are_those_of_torch(kind):
    row = OPERATORS[kind]

    @quick
    @given(cases(kind))
    def compare(case: Case) -> None:
        params, inputs = case
        ours = known(kind, params, inputs)
        assume(isinstance(ours, Known))
        dtype = next((t.dtype for t in inputs.values() if t.floating), "float32")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = made(row, dict(ours.args), dtype, "meta")
        state = module.state_dict()
        assert [
            (spec.name, spec.shape, spec.dtype or dtype) for spec in ours.tensors
        ] == [
            (name, tuple(value.shape), str(value.dtype)[6:])
            for name, value in state.items()
        ]
        learned = {name for name, _ in module.named_parameters()}
        assert learned == {s.name for s in ours.tensors if s.family != "buffer"}
        count = sum(value.numel() for value in module.parameters())
        assert ours.parameters == count

    compare()


F = "float32"
LARGE: dict[str, tuple[dict[str, Any], dict[str, Tensor]]] = {
    "linear": ({"out_features": 60}, {"input": Tensor((2, 70), F)}),
    "bilinear": (
        {"out_features": 30},
        {"input1": Tensor((2, 20), F), "input2": Tensor((2, 5), F)},
    ),
    "embedding": ({"padding_idx": -3}, {"input": Tensor((2,), "int64")}),
    "embedding_bag": ({"padding_idx": 3}, {"input": Tensor((2, 2), "int64")}),
    "lstm": (
        {"hidden_size": 50, "num_layers": 2, "bidirectional": True, "proj_size": 20},
        {"input": Tensor((3, 2, 30), F)},
    ),
    "gru": ({"hidden_size": 50}, {"input": Tensor((3, 2, 30), F)}),
    "rnn": ({"hidden_size": 50}, {"input": Tensor((3, 2, 30), F)}),
    "lstm_cell": ({"hidden_size": 50}, {"input": Tensor((2, 30), F)}),
    "gru_cell": ({"hidden_size": 50}, {"input": Tensor((2, 30), F)}),
    "rnn_cell": ({"hidden_size": 50}, {"input": Tensor((2, 30), F)}),
    "transformer_encoder_layer": ({}, {"src": Tensor((3, 2, 64), F)}),
    "transformer_encoder": ({"num_layers": 2}, {"src": Tensor((3, 2, 64), F)}),
    "transformer_decoder_layer": (
        {},
        {"tgt": Tensor((3, 2, 64), F), "memory": Tensor((3, 2, 64), F)},
    ),
    "transformer_decoder": (
        {"num_layers": 2},
        {"tgt": Tensor((3, 2, 64), F), "memory": Tensor((3, 2, 64), F)},
    ),
    "transformer": (
        {"num_encoder_layers": 1, "num_decoder_layers": 1},
        {"src": Tensor((3, 2, 64), F), "tgt": Tensor((3, 2, 64), F)},
    ),
    "multihead_attention": (
        {"add_bias_kv": True},
        {"query": Tensor((3, 2, 300), F), "key": Tensor((3, 2, 40), F)},
    ),
    "layer_norm": ({}, {"input": Tensor((2, 70), F)}),
    "group_norm": ({}, {"input": Tensor((2, 70), F)}),
    "rms_norm": ({}, {"input": Tensor((2, 70), F)}),
}
for _axes in (1, 2, 3):
    _sides = (5,) * _axes
    _grouped = {"out_channels": 48, "groups": 4}
    LARGE[f"conv{_axes}d"] = (_grouped, {"input": Tensor((2, 24, *_sides), F)})
    LARGE[f"conv_transpose{_axes}d"] = (
        _grouped,
        {"input": Tensor((2, 24, *_sides), F)},
    )
    LARGE[f"batch_norm{_axes}d"] = ({}, {"input": Tensor((2, 24, *_sides), F)})
    LARGE[f"instance_norm{_axes}d"] = (
        {"affine": True, "track_running_stats": True},
        {"input": Tensor((2, 24, *_sides), F)},
    )


@pytest.mark.parametrize("kind", WEIGHTY)
def test_defaults_are_what_torch_draws(kind):
    torch.manual_seed(0)
    ours = known(kind, *LARGE[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of nn.Transformer about its own encoder
        module = made(OPERATORS[kind], dict(ours.args), "float32", "cpu")
    state = module.state_dict()
    for spec in ours.tensors:
        matches(state[spec.name], spec)


def matches(drawn: torch.Tensor, spec: Any) -> None:
    """The tensor that torch drew looks like the default that the row gives."""
    name, given = spec.default.kind, dict(spec.default.params)
    if spec.zero_row is not None:
        assert not drawn[spec.zero_row].any()
        drawn = torch.cat((drawn[: spec.zero_row], drawn[spec.zero_row + 1 :]))
    if name in ("zeros", "ones"):
        assert drawn.eq(name == "ones").all()
        return
    if name == "normal":
        assert drawn.std().item() == pytest.approx(given["std"], rel=0.2)
        return
    bound = given.get("b")
    if name == "xavier_uniform":
        bound = given["gain"] * (6 / (spec.fan_in + spec.fan_out)) ** 0.5
    high = drawn.abs().max().item()
    # of n uniform draws the largest stays below 1 - 10/n with probability e**-10
    assert bound * (1 - 10 / drawn.numel()) <= high <= bound * (1 + 1e-6)


def test_the_fans_of_transposed_and_grouped_kernels_are_the_true_ones():
    image = {"input": Tensor((1, 64, 8, 8), F)}
    up = known("conv_transpose2d", {"out_channels": 128}, image).tensors[0]
    assert (up.fan_in, up.fan_out) == (576, 1152)

    deep = known("conv2d", {"out_channels": 64, "groups": 64}, image).tensors[0]
    assert (deep.fan_in, deep.fan_out) == (9, 9)


@pytest.mark.parametrize(
    ("kind", "params", "inputs", "count"),
    [
        ("linear", {"out_features": 3}, {"input": Tensor((5, 3), F)}, 12),
        (
            "lstm",
            {"hidden_size": 256, "num_layers": 2, "bidirectional": True},
            {"input": Tensor((7, 1, 128), F)},
            2_367_488,
        ),
        (
            "conv2d",
            {"out_channels": 6, "kernel_size": 5},
            {"input": Tensor((1, 1, 28, 28), F)},
            156,
        ),
        (
            "embedding",
            {"num_embeddings": 50257, "embedding_dim": 768},
            {"input": Tensor((1,), "int64")},
            38_597_376,
        ),
        (
            "multihead_attention",
            {"num_heads": 8},
            {"query": Tensor((10, 1, 512), F)},
            1_050_624,
        ),
        (
            "transformer_encoder_layer",
            {},
            {"src": Tensor((10, 1, 512), F)},
            3_152_384,
        ),
        (
            "transformer_decoder_layer",
            {},
            {"tgt": Tensor((10, 1, 512), F), "memory": Tensor((7, 1, 512), F)},
            4_204_032,
        ),
        (
            "transformer",
            {},
            {"src": Tensor((10, 1, 512), F), "tgt": Tensor((7, 1, 512), F)},
            44_140_544,
        ),
    ],
)
def test_parameter_counts_that_are_published(kind, params, inputs, count):
    assert known(kind, params, inputs).parameters == count


# costs ----------------------------------------------------------------------

COUNTED = [
    kind
    for kind in KINDS
    if OPERATORS[kind].mult_adds.__name__ != "no_work"
    # flop_counter says 0 for these
    and kind not in ("lstm", "gru", "rnn", "bilinear", "embedding_bag")
    and not kind.endswith("_cell")
]


@pytest.mark.parametrize("kind", COUNTED)
def test_mult_adds_are_half_of_torch_s_flops(kind):
    row = OPERATORS[kind]

    @quick
    @given(cases(kind))
    def compare(case: Case) -> None:
        params, inputs = case
        ours = known(kind, params, inputs)
        assume(isinstance(ours, Known))
        assume(kind != "matmul" or all(t.rank > 1 for t in inputs.values()))
        assert counted(row, ours, inputs) == 2 * ours.mult_adds

    compare()


def counted(row: Operator, ours: Known, inputs: dict[str, Tensor]) -> int:
    # the eval-mode fast path of attention counts nothing, so this runs in train mode
    with warnings.catch_warnings(), FlopCounterMode(display=False) as counter:
        warnings.simplefilter("ignore")
        # torch asks of the values of a mask whether it is a causal one
        device = "cpu" if any("mask" in port for port in ours.inputs) else "meta"
        values = {port: tensor(ours.inputs[port], device) for port in ours.inputs}
        ports = row.input_ports(ours.args)
        named = {
            p.name: values.pop(p.name) for p in ports if p.keyword & (p.name in values)
        }
        if row.role == "operation":
            resolved(row.target)(*values.values())
        else:
            options = {
                p.name: ours.args[p.name] for p in row.params if p.place == "forward"
            }
            dtype = next(iter(inputs.values())).dtype
            module = made(row, dict(ours.args), dtype, device).train()
            module(*values.values(), **named, **options)
    return counter.get_total_flops()


@pytest.mark.parametrize(
    ("kind", "params", "inputs", "expected"),
    [
        (
            "conv_transpose2d",
            {"out_channels": 8},
            {"input": Tensor((symbol("N", 5), 3, 8, 8), F)},
            13_824,
        ),
        (
            "lstm",
            {"hidden_size": 16},
            {"input": Tensor((10, symbol("N", 5), 8), F)},
            15_360,
        ),
        ("lstm", {"hidden_size": 16}, {"input": Tensor((10, 8), F)}, 15_360),
        ("rnn", {"hidden_size": 16}, {"input": Tensor((10, 8), F)}, 3_840),
        ("lstm_cell", {"hidden_size": 16}, {"input": Tensor((3, 8), F)}, 3 * 1536),
        ("gru_cell", {"hidden_size": 16}, {"input": Tensor((8,), F)}, 1152),
        ("rnn_cell", {"hidden_size": 16}, {"input": Tensor((8,), F)}, 384),
        (
            "lstm",
            {"hidden_size": 16, "proj_size": 4, "num_layers": 2, "bidirectional": True},
            {"input": Tensor((10, 8), F)},
            # each of 2 cells: 4 gates over 8 or 2*4 features and 4 states; 16 -> 4
            10 * 4 * (64 * (8 + 4) + 16 * 4),
        ),
        (
            "gru",
            {"hidden_size": 16},
            {"input": Tensor((10, 2, 8), F)},
            2 * 10 * 3 * 16 * 24,
        ),
        (
            "linear",
            {"out_features": 4},
            {"input": Tensor((symbol("N", 5), 7, 3), F)},
            84,
        ),
        (
            "linear",
            {"out_features": 4},
            {"input": Tensor((7, symbol("N", 5), 3), F)},
            84,
        ),
        (
            "linear",
            {"out_features": 4},
            {"input": Tensor((symbol("N", 5) * 7, 3), F)},
            84,
        ),
        # y_k = sum_ij a_i A_ijk b_j: first over i, then over j
        (
            "bilinear",
            {"out_features": 4},
            {"input1": Tensor((1, 2), F), "input2": Tensor((1, 3), F)},
            4 * (2 * 3 + 3),
        ),
        ("batch_norm2d", {}, {"input": Tensor((2, 3, 4, 4), F)}, 0),
        ("embedding_bag", {}, {"input": Tensor((5, 3), "int64")}, 0),
        (
            "embedding_bag",
            {"mode": "sum", "embedding_dim": 4},
            {
                "input": Tensor((symbol("N", 5), 3), "int64"),
                "per_sample_weights": Tensor((symbol("N", 5), 3), F),
            },
            12,
        ),
    ],
)
def test_mult_adds_are_counted_per_sample(kind, params, inputs, expected):
    assert known(kind, params, inputs).mult_adds == expected


# arguments ------------------------------------------------------------------

# defaults of torch that cannot run, or that no network wants
OWN_DEFAULT = {
    ("upsample", "scale_factor"),  # None with size None is refused
    ("fractional_max_pool2d", "output_ratio"),  # likewise
    ("fractional_max_pool3d", "output_ratio"),
    ("upsampling_nearest2d", "scale_factor"),
    ("upsampling_bilinear2d", "scale_factor"),
    ("transformer_encoder", "enable_nested_tensor"),  # True warns
    ("kl_div_loss", "reduction"),  # so does mean
}


def arguments(row: Operator) -> dict[str, inspect.Parameter]:
    target = resolved(row.target)
    spoken = get_overloads(target.__init__)  # recurrent layers say theirs twice
    found = dict(inspect.signature(spoken[0] if spoken else target).parameters)
    found.pop("self", None)
    return {
        name: each
        for name, each in found.items()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        and not excepted(row.target, name)
    }


LAYERS = [kind for kind in KINDS if OPERATORS[kind].role in ("layer", "loss")]


@pytest.mark.parametrize("kind", LAYERS)
def test_arguments_are_torch_s_own_in_its_order_with_its_defaults(kind):
    row = OPERATORS[kind]
    theirs = arguments(row)
    typed = [param.name for param in row.params if param.place == "init"]

    assert set(typed) | set(row.derived) == set(theirs)
    assert not set(typed) & set(row.derived)
    assert typed == [name for name in theirs if name in typed]
    for param in row.params:
        own = theirs.get(param.name)
        if own is None or own.default is own.empty:
            continue
        # an activation is a function there and its name here
        default = own.default.__name__ if callable(own.default) else own.default
        if (kind, param.name) not in OWN_DEFAULT:
            assert param.default == default, param.name


@pytest.mark.parametrize("kind", LAYERS)
def test_arguments_of_the_call_are_those_of_forward(kind):
    row = OPERATORS[kind]
    forward = inspect.signature(resolved(row.target).forward).parameters
    for param in row.params:
        if param.place == "forward":
            assert param.default == forward[param.name].default


@pytest.mark.parametrize("kind", KINDS)
def test_every_default_passes_its_own_gate(kind):
    for param in OPERATORS[kind].params:
        assert param.coerce(param.default) == param.default


@pytest.mark.parametrize("kind", KINDS)
def test_ports_and_nests_name_each_other(kind):
    row = OPERATORS[kind]
    ports = row.input_ports(row.defaults)
    inputs = {port.name for port in ports if not port.keyword}
    most = {**row.defaults}
    for name in ("return_indices", "need_weights"):
        if name in most:
            most[name] = True
    outputs = {port.name for port in row.output_ports(most)}
    if row.takes:
        assert leaves(row.takes) == inputs
    if row.returns:
        assert leaves(row.returns) == outputs


def leaves(nest: Any) -> set[str]:
    if isinstance(nest, str):
        return {nest}
    return {name for part in nest for name in leaves(part)}


def test_a_symbol_where_a_number_is_needed_is_named():
    error = known("linear", {}, {"input": Tensor((3, symbol("T", 4)), F)})
    assert "T" in str(error.message.filled(node="linear1", source="x"))
    assert error.port == "input"


def test_a_product_of_symbols_is_a_form_and_not_a_number():
    made = known("flatten", {"start_dim": 0}, {"input": Tensor((symbol("N", 5), 3), F)})
    (dim,) = made.outputs["output"].shape
    assert isinstance(dim, Sym)
    assert str(dim) == "3*N"
    assert dim.value == prod((5, 3))


def test_a_reshape_keeps_the_symbols_it_names():
    arriving = {"input": Tensor((symbol("N", 5), symbol("T", 7), 8), F)}
    named = known("reshape", {"shape": ("N", -1)}, arriving)
    assert str(named.outputs["output"].shape) == "(N, 8*T)"

    apart = known("reshape", {"shape": ("N", "T", 2, -1)}, arriving)
    assert str(apart.outputs["output"].shape) == "(N, T, 2, 4)"
