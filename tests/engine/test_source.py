"""Generated code: how it reads, and that it stands alone."""

from __future__ import annotations

import keyword
import subprocess
import sys
from typing import Any

import pytest
import torch
from hypothesis import given

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import BuildError, EditError
from engine.model.build import build
from engine.model.layout import Group, row, statement, sum_statement
from engine.model.naming import TAKEN
from engine.model.sample import sample_inputs
from engine.model.source import class_name, to_python
from tests.engine.standing import inputs_of, run, standing
from tests.engine.test_source_rows import RUFF, same, tidy, written
from tests.strategies import chain, designs, tutorial

torch.set_num_threads(1)


def lines(design: Design) -> list[str]:
    return [line.strip() for line in to_python(design).splitlines()]


def wired(design: Design, *pairs: tuple[str, str, str]) -> Design:
    """With wires "name.port" -> name, port; outputs default to `output`."""
    for source, target, port in pairs:
        name, _, leaving = source.partition(".")
        ends = design.named(name), design.named(target)
        wire = Wire(ends[0].id, leaving or "output", ends[1].id, port)
        design = edits.connect(design, wire)
    return design


def made(*nodes: tuple[str, str, dict[str, Any]]) -> Design:
    design = edits.set_symbol(Design(), "N", 4)
    for kind, name, params in nodes:
        design = edits.add(design, kind, name=name)
        design = edits.set_params(design, [design.newest], params)
    return design


def residual() -> Design:
    """Two inputs: a residual pair of Linear layers, and an LSTM branch joined to it."""
    design = made(
        ("input", "image", {"shape": ("N", 8)}),
        ("input", "words", {"shape": ("N", "T", 5)}),
        ("linear", "first", {"out_features": 8}),
        ("relu", "relu", {}),
        ("linear", "second", {"out_features": 8}),
        ("add", "skip", {}),
        ("lstm", "reader", {"hidden_size": 6, "batch_first": True}),
        ("mean", "pool", {"dim": (1,)}),
        ("concatenate", "join", {}),
        ("linear", "head", {"out_features": 2}),
    )
    return wired(
        design,
        ("image", "first", "input"),
        ("first", "relu", "input"),
        ("relu", "second", "input"),
        ("second", "skip", "in1"),
        ("image", "skip", "in2"),
        ("words", "reader", "input"),
        ("reader", "pool", "input"),
        ("skip", "join", "in1"),
        ("pool", "join", "in2"),
        ("join", "head", "input"),
    )


def test_tutorial_is_written_as_a_person_would():
    text = to_python(tutorial())
    assert 'nn.init.xavier_normal_(self.hidden1.weight, generator=rng("hidden1' in text
    for line in (
        "self.hidden1 = nn.Linear(3, 3)",
        "self.hidden2 = nn.Linear(3, 2)",
        "self.softmax = nn.Softmax(dim=-1)",
        "def forward(self, x: Tensor) -> Tensor:",
        "x = self.hidden1(x)",
        "return self.softmax(x)",
        "x = torch.randn(5, 3)",
    ):
        assert line in lines(tutorial())


def test_branches_have_names_and_what_nobody_uses_has_none():
    text = lines(residual())
    assert "def forward(self, image: Tensor, words: Tensor) -> Tensor:" in text
    assert "skip = x + image" in text  # a name that a person gave is kept
    assert any(line.endswith(", _ = self.reader(words)") for line in text)
    assert any(line.endswith(", dim=1)") and "torch.mean(" in line for line in text)
    reader = next(place for place, line in enumerate(text) if "self.reader(" in line)
    assert text.index("skip = x + image") < reader  # one branch, then the other
    assert any(
        line.startswith("join = torch.cat((") and "dim=1" in line for line in text
    )


def test_residual_network_with_a_branch_runs_the_same_built_and_written():
    design = residual()
    built, network = build(design), written(design)()
    network.init()
    inputs = sample_inputs(design, check(design))
    assert same([network(*inputs)], [built(*inputs)])


@pytest.mark.parametrize(
    "design", [tutorial(), residual()], ids=["tutorial", "residual"]
)
def test_code_runs_as_it_stands(design, tmp_path):
    path = tmp_path / "network.py"
    path.write_text(to_python(design), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", path], capture_output=True, text=True, check=True
    )
    *tree, count, shape = done.stdout.strip().splitlines()
    assert tree[0] == "Network("
    assert count == f"{check(design).parameters:,} parameters"
    assert shape == str((design.settings.symbols["N"], 2))


def test_a_chosen_initializer_has_its_own_line_and_defaults_share_theirs():
    design = chain("linear", "relu", "linear")
    init = Init("trunc_normal", (("std", 0.02),))
    design = edits.set_init(design, ["n4"], "weight", init)
    text = to_python(design)
    name = design.nodes["n4"].name
    assert f'self.{name}.weight, std=0.02, generator=rng("{name}.weight")\n' in text
    assert "# torch's defaults" in text
    assert text.count("nn.init.uniform_(") == 2  # 8 and 16 inputs


def test_size_of_a_batch_is_read_from_the_input():
    design = edits.set_params(chain("reshape"), ["n1"], {"shape": ("N", 4, 3)})
    text = lines(design)
    assert "batch = x.shape[0]" in text
    assert "return torch.reshape(x, (batch, -1))" in text


def test_several_results_leave_under_the_names_of_their_outputs():
    design = made(
        ("input", "x", {"shape": ("N", 3)}),
        ("linear", "body", {"out_features": 4}),
        ("linear", "head", {"out_features": 2}),
        ("output", "features", {}),
        ("output", "scores", {}),
    )
    design = wired(
        design,
        ("x", "body", "input"),
        ("body", "head", "input"),
        ("body", "features", "input"),
        ("head", "scores", "input"),
    )
    text = lines(design)
    assert "def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:" in text
    assert "features = self.body(x)" in text
    assert "return features, scores" in text
    built, network = build(design), written(design)()
    network.init()
    x = torch.randn(2, 3)
    assert same(list(network(x)), list(built(x)))


def test_states_of_a_recurrent_layer_travel_nested():
    design = made(
        ("input", "words", {"shape": ("T", "N", 5)}),
        ("lstm", "encoder", {"hidden_size": 6}),
        ("lstm", "decoder", {"hidden_size": 6}),
        ("gru", "last", {"hidden_size": 6}),
    )
    design = wired(
        design,
        ("words", "encoder", "input"),
        ("encoder", "decoder", "input"),
        ("encoder.h_n", "decoder", "h_0"),
        ("encoder.c_n", "decoder", "c_0"),
        ("decoder", "last", "input"),
        ("decoder.h_n", "last", "h_0"),
    )
    design = with_output(design, "last")
    assert check(design).ok, [str(p.message) for p in check(design).problems]
    built, network = build(design), written(design)()
    network.init()
    inputs = sample_inputs(design, check(design))
    assert same([network(*inputs)], [built(*inputs)])


def with_output(design: Design, name: str) -> Design:
    design = edits.add(design, "output", name="result")
    return wired(design, (name, "result", "input"))


def test_attention_takes_key_and_value_of_its_own():
    design = made(
        ("input", "query", {"shape": ("T", "N", 6)}),
        ("input", "memory", {"shape": ("S", "N", 4)}),
        ("multihead_attention", "look", {"num_heads": 2, "need_weights": False}),
    )
    design = wired(design, ("query", "look", "query"), ("memory", "look", "key"))
    design = with_output(design, "look")
    text = to_python(design)
    assert "self.look(query, memory, memory, need_weights=False)" in text
    assert "nn.MultiheadAttention(6, 2, kdim=4, vdim=4)" in text
    built, network = build(design), written(design)()
    network.init()
    inputs = sample_inputs(design, check(design))
    assert same([network(*inputs)], [built(*inputs)])


def test_layers_off_the_way_to_the_result_are_kept_but_not_run():
    design = made(
        ("input", "x", {"shape": ("N", 3)}),
        ("linear", "aside", {}),
        ("linear", "main", {}),
        ("output", "y", {}),
    )
    design = wired(
        design, ("x", "aside", "input"), ("x", "main", "input"), ("main", "y", "input")
    )
    text = to_python(design)
    assert "self.aside = nn.Linear(3, 16)" in text
    assert "        # _ = self.aside(x)\n        return self.main(x)\n" in text
    assert written(design)()(torch.ones(2, 3)).shape == (2, 16)


def test_no_name_of_the_design_gets_in_the_way(tmp_path):
    taken = []
    for name in ("print", "torch", "nn", "list", "batch", "zlib", "network", "result"):
        design = chain("linear", "reshape", "relu")
        try:
            design = edits.rename(design, "n1", name)
        except EditError:
            continue  # the design does not take it either
        taken.append(name)
        network = written(design)()
        assert network(torch.ones(2, 8)).shape == (2, 16)
        (tmp_path / f"{name}.py").write_text(to_python(design), encoding="utf-8")
    assert "batch" in taken
    assert "network" in taken
    tidy(tmp_path)


@pytest.mark.parametrize("kind", sorted(INITIALIZERS))
def test_every_initializer_is_written_as_it_is_drawn(kind, tmp_path):
    design = standing("conv1d" if kind == "dirac" else "linear")
    design = edits.set_init(design, ["n2"], "weight", Init(kind))
    built, network = build(design, seed=2), written(design)()
    torch.manual_seed(99)  # nobody draws from torch's own generator
    network.init(seed=2)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, built.state_dict()[name])
    (tmp_path / "drawn.py").write_text(to_python(design), encoding="utf-8")
    tidy(tmp_path)


def test_words_of_python_are_never_variables():
    assert keyword.iskeyword("class")
    assert "class" in TAKEN
    assert "print" in TAKEN


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("my net 2", "MyNet2"),
        ("résumé", "RSum"),
        ("3d", "Network3d"),
        ("", "Network"),
        ("Tensor", "TensorModule"),
    ],
)
def test_class_is_named_after_what_it_is_called(given, expected):
    assert class_name(given) == expected
    assert f"class {expected}(nn.Module):" in to_python(tutorial(), name=given)


def test_a_design_with_an_error_is_refused_in_the_words_of_the_error():
    design = edits.add(tutorial(), "linear", name="lonely")
    problem = check(design).problems[0]
    with pytest.raises(BuildError) as refused:
        to_python(design)
    assert str(problem.message) in str(refused.value)


def test_nothing_at_all_is_refused_with_what_to_do():
    with pytest.raises(BuildError, match="Input"):
        to_python(Design())


def test_writing_code_needs_no_torch():
    script = (
        "import sys; from tests.strategies import tutorial;"
        "from engine.model.source import to_python; to_python(tutorial());"
        "import engine.service;"
        "print({'torch', 'numpy', 'torchinfo'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_branch_is_called_after_the_layer_it_leaves():
    design = chain("linear", "relu", "linear", "add")
    design = wired(design, ("relu1", "add1", "in2"))
    text = lines(design)
    assert "relu1 = self.relu1(x)" in text
    assert "x = self.linear2(relu1)" in text
    assert "return x + relu1" in text


@pytest.mark.parametrize(
    ("dtype", "line"),
    [
        ("int64", "x = torch.randint(7, (4, 3))"),
        ("int32", "x = torch.randint(7, (4, 3), dtype=torch.int32)"),
        ("bool", "x = torch.rand((4, 3)) < 0.5"),
        ("float64", "x = torch.randn(4, 3, dtype=torch.float64)"),
    ],
)
def test_sample_is_of_the_dtype_the_input_declares(dtype, line):
    design = made(
        ("input", "x", {"shape": ("N", 3), "dtype": dtype, "high": 7}),
        ("identity", "same", {}),
    )
    design = wired(design, ("x", "same", "input"))
    assert line in lines(design)
    assert run(written(design)(), inputs_of(design))[0].shape == (4, 3)


def test_statements_break_where_ruff_breaks_them(tmp_path):
    text: list[str] = []
    for width in range(60, 95):
        name = "a" * width
        text += statement(0, "x = ", Group((name,), "f("))
        text += statement(0, "x = ", Group((Group((name,), "g("),), "f("))
        text += statement(0, "x = ", Group((row(name, "b"),), "f("))
        text += statement(0, "", Group((name, row("b", "c")), "f("))
        text += statement(0, "x = ", row(name, "b"))
        text += statement(0, f"{name[:80]} = ", Group(("a", "b"), "longer("))
        text += sum_statement(0, "target = ", "+", [name, "b"])
        text += sum_statement(0, "x = ", "*", [name[:40], name[:40], "c", "d", "e"])
    (tmp_path / "wide.py").write_text("\n".join(text) + "\n")
    done = subprocess.run(
        [RUFF, "format", "--isolated", "--diff", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:3000]


def wide(inputs: int, letters: int) -> Design:
    """Many inputs with long names, added up and stacked, and as many results."""
    names = [f"{'longish_name_' * letters}{number}" for number in range(inputs)]
    design = made(
        *(("input", name, {"shape": ("N", 4)}) for name in names),
        ("add", "total", {"inputs": inputs}),
        ("concatenate", "all_of_them", {"inputs": inputs}),
        *(("linear", f"{name}_out", {"out_features": 3}) for name in names),
        *(("output", f"{name}_result", {}) for name in names),
        ("output", "sum_of_all", {}),
        ("output", "joined", {}),
    )
    pairs = [
        pair
        for number, name in enumerate(names, 1)
        for pair in (
            (name, "total", f"in{number}"),
            (name, "all_of_them", f"in{number}"),
            (name, f"{name}_out", "input"),
            (f"{name}_out", f"{name}_result", "input"),
        )
    ]
    ends = [("total", "sum_of_all", "input"), ("all_of_them", "joined", "input")]
    return wired(design, *pairs, *ends)


def test_long_lines_break_where_ruff_breaks_them(tmp_path):
    for inputs in (2, 3, 5, 9):
        for letters in (1, 2, 3):
            source = to_python(wide(inputs, letters))
            (tmp_path / f"wide_{inputs}_{letters}.py").write_text(source)
    for shape in ((2,) * 8, (1,) * 12):
        design = chain("linear", "reshape")
        design = edits.set_params(design, ["n2"], {"out_features": 256})
        design = edits.set_params(design, ["n3"], {"shape": ("N", *shape, -1)})
        (tmp_path / f"reshape_{len(shape)}.py").write_text(to_python(design))
    (tmp_path / "residual.py").write_text(to_python(residual()))
    (tmp_path / "tutorial.py").write_text(to_python(tutorial()))
    tidy(tmp_path)


@given(designs(most=12))
def test_any_design_is_written_or_refused_in_a_sentence(design):
    if not check(design).ok or not check(design).results:
        with pytest.raises(BuildError, match=r"\.$"):
            to_python(design)
        return
    built, network = build(design), written(design)()
    assert list(network.state_dict()) == list(built.state_dict())


def half_frozen(design: Design) -> Design:
    """Every other node with weights is frozen."""
    checked = check(design)
    able = [key for key in checked.order if checked.known(key).parameters]
    return edits.set_frozen(design, able[::2], True)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("design", [tutorial(), residual()], ids=["tutorial", "skip"])
def test_frozen_layers_and_the_dtype_are_the_same_built_and_written(design, dtype):
    design = edits.set_dtype(half_frozen(design), dtype)
    built, network = build(design), written(design)()
    network.init()
    pairs = zip(built.named_parameters(), network.named_parameters(), strict=True)
    for (name, ours), (their_name, theirs) in pairs:
        assert (name, ours.dtype, ours.requires_grad) == (
            their_name,
            theirs.dtype,
            theirs.requires_grad,
        )
        assert str(ours.dtype) == f"torch.{dtype}"
    learning = [part for part in built.parameters() if part.requires_grad]
    assert sum(part.numel() for part in learning) == check(design).trainable
    assert check(design).trainable < check(design).parameters
    inputs = sample_inputs(design, check(design))
    assert same([network(*inputs)], [built(*inputs)])


@pytest.mark.parametrize("kind", ["embedding", "batch_norm2d", "lstm", "prelu"])
def test_rows_follow_the_designs_dtype_built_and_written(kind):
    design = edits.set_dtype(standing(kind), "float64")
    assert "self.to(torch.float64)" in lines(design)
    built, network = build(design).eval(), written(design)().eval()
    network.init()
    floats = [t for t in built.state_dict().values() if t.is_floating_point()]
    assert {tensor.dtype for tensor in floats} == {torch.float64}
    assert same(run(network, inputs_of(design)), run(built, inputs_of(design)))


def test_where_dtypes_are_mixed_each_layer_says_its_own():
    design = made(
        ("input", "fine", {"dtype": "float64", "shape": ("N", 4)}),
        ("input", "coarse", {"shape": ("N", 4)}),
        ("linear", "left", {"out_features": 2}),
        ("linear", "right", {"out_features": 2}),
        ("output", "first", {}),
        ("output", "second", {}),
    )
    design = wired(
        design,
        ("fine", "left", "input"),
        ("coarse", "right", "input"),
        ("left", "first", "input"),
        ("right", "second", "input"),
    )
    design = edits.set_dtype(design, "bfloat16")
    assert "self.left = nn.Linear(4, 2, dtype=torch.float64)" in lines(design)
    assert "self.right = nn.Linear(4, 2, dtype=torch.bfloat16)" in lines(design)
    network = written(design)()
    network.init()
    inputs = sample_inputs(design, check(design))
    assert same(list(network(*inputs)), list(build(design)(*inputs)))


def test_a_frozen_layer_is_one_line_more():
    design = edits.set_frozen(tutorial(), ["n2"], True)
    assert set(lines(design)) - set(lines(tutorial())) == {
        "self.hidden1.requires_grad_(False)"
    }


def test_code_for_cuda_runs_where_there_is_none(tmp_path):
    design = edits.set_device(edits.rename(tutorial(), "n1", "device"), "cuda")
    path = tmp_path / "network.py"
    path.write_text(to_python(design), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", path], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "(5, 2)"
    assert "network.eval().to(device)" in lines(design)
