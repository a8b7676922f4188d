"""What rows share: promotion, messages, and the help that stands on every row."""

from __future__ import annotations

import itertools

import pytest
import torch

from engine.catalog import OPERATORS
from engine.catalog.dims import FLOATS, INTEGERS, Tensor, symbol
from engine.catalog.rules import divisor, promoted
from engine.design.evaluate import evaluate
from engine.errors import ParamError, ShapeError
from tests.engine.drawn_layers import KINDS

F = "float32"
N = symbol("N", 5)
DTYPES = (*FLOATS, *INTEGERS, "bool")


def refused(kind: str, params: dict, *tensors: Tensor) -> ShapeError:
    row = OPERATORS[kind]
    names = [port.name for port in row.input_ports({**row.defaults, **params})]
    arriving = tuple(zip(names, tensors, strict=False))
    error = evaluate((kind, tuple(sorted(params.items()))), arriving)
    assert isinstance(error, ShapeError)
    return error


@pytest.mark.parametrize("ranks", [*itertools.product((0, 2), repeat=2)])
@pytest.mark.parametrize(("left", "right"), [*itertools.product(DTYPES, repeat=2)])
def test_dtypes_meet_as_in_torch(left, right, ranks):
    ours = [Tensor((1,) * r, d) for d, r in zip((left, right), ranks, strict=True)]
    theirs = [torch.ones(t.shape, dtype=getattr(torch, t.dtype)) for t in ours]
    assert promoted(ours) == str(torch.result_type(*theirs))[6:]


@pytest.mark.parametrize(
    ("limit", "numbers", "found"), [(3, (12, 8), 2), (5, (10,), 5), (9, (7, 3), 1)]
)
def test_the_largest_divisor_within_a_limit(limit, numbers, found):
    assert divisor(limit, *numbers) == found


@pytest.mark.parametrize(
    ("kind", "params", "tensors", "said", "fix"),
    [
        ("conv2d", {"kernel_size": 5}, [Tensor((N, 3, 2, 9), F)],
         "conv1 has a kernel that reaches over 5×5, but x brings only 2×9 (N×3×2×9, "
         "padding included). Make kernel_size 2×5, or add padding.",
         {"kernel_size": (2, 5)}),
        ("conv2d", {"groups": 4}, [Tensor((N, 6, 8, 8), F)],
         "does not divide both the 6 that arrive and the 32 that leave. Choose groups "
         "= 2", {"groups": 2}),
        ("conv2d", {}, [Tensor((N, 784), F)],
         "works on N×C×H×W or C×H×W, but x brings N×784. A Linear takes that", {}),
        ("conv2d", {}, [Tensor((N, 1, 3, 4, 5), F)], "Conv3d takes that.", {}),
        ("max_pool2d", {}, [Tensor((N, 1, 3, 4, 5), F)], "MaxPool3d takes that.", {}),
        ("batch_norm2d", {}, [Tensor((N, 10), F)], "BatchNorm1d takes that.", {}),
        ("multihead_attention", {"num_heads": 5}, [Tensor((9, N, 12), F)],
         "splits the 12 features of x over 5 heads, but 5 does not divide 12. Choose "
         "num_heads = 4.", {"num_heads": 4}),
        ("group_norm", {"num_groups": 32}, [Tensor((N, 48, 4, 4), F)],
         "Choose num_groups = 24.", {"num_groups": 24}),
        ("add", {}, [Tensor((N, 3), F), Tensor((N, 4), F)],
         "conv1 cannot match N×3 with N×4 from x: on axis -1 the one has 3 and the "
         "other 4.", {}),
        ("concatenate", {}, [Tensor((N, 3, 8), F), Tensor((N, 3, 9), F)],
         "axis 2 is 8 and 9. Join along dim = 2.", {"dim": 2}),
        ("linear", {}, [Tensor((3, N), F)], "needs a fixed number of features", {}),
        ("linear", {}, [Tensor((3,), "int64")], "Put an Embedding between them", {}),
        ("lstm", {}, [Tensor((7, N, 8), F), Tensor((1, N, 64), F)],
         "wire c_0 too, or neither.", {}),
        ("max_pool2d", {"padding": 2}, [Tensor((N, 3, 8, 8), F)],
         "Make padding at most 1×1.", {"padding": 1}),
        ("upsample", {"size": (4, 4)}, [Tensor((N, 3, 8, 8), F)],
         "both a size and a scale_factor", {"scale_factor": None}),
        ("reshape", {"shape": ("N", 7)}, [Tensor((N, 3, 4), F)],
         "cannot lay N×3×4, which x brings (12*N values), out as N×7.", {}),
        ("reshape", {"shape": ("T", -1)}, [Tensor((N, 3, 4), F)],
         "nothing is called T", {}),
        ("unflatten", {"unflattened_size": (-1, -1)}, [Tensor((N, 6), F)],
         "several -1 in unflattened_size", {}),
        ("upsample", {"scale_factor": None}, [Tensor((N, 3, 8), F)],
         "needs a size or a scale_factor.", {"scale_factor": 2.0}),
        ("upsample",
         {"size": (4,), "scale_factor": None, "recompute_scale_factor": True},
         [Tensor((N, 3, 8), F)], "no scale factor to recompute",
         {"recompute_scale_factor": None}),
        ("subtract", {}, [Tensor((N,), F), Tensor((N,), "bool")],
         "cannot subtract true and false", {}),
        ("concatenate", {}, [Tensor((N, 2), F), Tensor((), F)],
         "but x brings a single number.", {}),
        ("permute", {"dims": (0, 0, 1)}, [Tensor((N, 2, 3), F)],
         "name each of its 3 axes, 0 to 2, exactly once.", {"dims": (0, 1, 2)}),
        ("unflatten", {}, [Tensor((), F)], "but x brings a single number.", {}),
        ("matmul", {}, [Tensor((N, 3, 4), F), Tensor((N, 3, 4), F)],
         "Permute the second's last two axes.", {}),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_change(kind, params, tensors, said, fix):
    error = refused(kind, params, *tensors)
    assert said in str(error.message.filled(node="conv1", source="x"))
    assert error.fix == fix


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_explains_itself(kind):
    row = OPERATORS[kind]
    assert row.doc.endswith(".")
    for words in (row.help.what, row.help.when, row.help.mind):
        assert words.endswith(".")
    assert row.help.source
    pages = "https://docs.pytorch.org/docs/stable/generated"
    owner = row.target.rpartition(".")[0]  # a method stands on its class's page
    on_class = f"{pages}/{owner}.html#{row.target}"
    assert row.help.link in (f"{pages}/{row.target}.html", on_class)
    assert all(param.doc for param in row.params)


@pytest.mark.parametrize("kind", KINDS)
def test_every_formula_can_be_typeset(kind):
    ziamath = pytest.importorskip("ziamath")
    assert ziamath.Latex(OPERATORS[kind].help.formula).svg().startswith("<svg")


@pytest.mark.parametrize(
    ("kind", "params", "line"),
    [
        ("conv2d", {"out_channels": 64, "stride": 2}, "3×3, 64, stride 2"),
        ("conv2d", {"kernel_size": (1, 3), "padding": "same"}, "1×3, 32, padding same"),
        ("conv2d", {"groups": 4, "dilation": 2}, "3×3, 32, dilation 2, 4 groups"),
        ("max_pool2d", {}, "2×2"),
        ("max_pool2d", {"stride": 1, "padding": 1}, "2×2, stride 1, padding 1"),
        ("upsample", {"scale_factor": (1.5, 2.0)}, "× 1.5×2, nearest"),
        ("mean", {"dim": None}, "all axes"),
        ("adaptive_avg_pool2d", {"output_size": (None, 7)}, "to ·×7"),
        ("linear", {"in_features": 3}, "3 → 16"),
        (
            "lstm",
            {"num_layers": 2, "bidirectional": True},
            "? → 64, 2 layers, both ways",
        ),
        ("upsample", {}, "× 2, nearest"),
        ("upsample", {"size": (4, 5)}, "to 4×5, nearest"),
        ("multihead_attention", {"num_heads": 8}, "8 heads"),
        ("reshape", {}, "N×-1"),
        ("dropout", {}, "p = 0.5"),
    ],
)
def test_the_line_on_a_node_says_what_matters(kind, params, line):
    row = OPERATORS[kind]
    assert row.brief({**row.defaults, **params}) == line


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_on_a_node_needs_no_known_inputs(kind):
    row = OPERATORS[kind]
    assert isinstance(row.brief(row.defaults), str)


def test_a_scale_is_one_number_or_one_for_each_axis():
    scale = OPERATORS["upsample"].param("scale_factor")
    assert scale.parse("2") == 2.0
    assert scale.parse("1.5, 2") == (1.5, 2.0)
    assert scale.parse("none") is None
    for wrong in ("0", "-1, 2", "1, 2, 3, 4", "big"):
        with pytest.raises(ParamError, match="scale_factor is a number above 0"):
            scale.parse(wrong)


def test_none_for_all_axes_stays_a_list_because_torch_takes_no_bare_none():
    size = OPERATORS["adaptive_avg_pool2d"].param("output_size")
    assert size.coerce((None, None)) == (None, None)
    assert size.coerce(None) == (None, None)
    assert size.coerce((None, 7)) == (None, 7)
    assert size.coerce((7, 7)) == 7
