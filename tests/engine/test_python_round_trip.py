"""Exported code read back: the same design, and from it the same text."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check import check
from engine.check.alike import alike, meaning
from engine.design import edits
from engine.design.model import Design
from engine.errors import EditError, FileError
from engine.model.reading import first_difference, from_python
from engine.model.source import to_python
from scripts.templates import TEMPLATES
from tests.engine.standing import KINDS, standing, variants
from tests.engine.test_block_code import NETWORKS
from tests.engine.test_source import made, residual, wide, wired, with_output
from tests.engine.test_source_rows import tidy
from tests.strategies import chain, designs, tutorial


def comes_back(design: Design) -> Design:
    """Fail unless the design survives its own code, which says the same again."""
    text = to_python(design)
    back = from_python(text)
    assert meaning(back) == meaning(design)
    assert to_python(back) == text
    assert first_difference(text, back) == 0
    return back


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_ready_design_comes_back_from_its_code(name):
    comes_back(TEMPLATES[name].design)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_comes_back_with_every_choice(kind):
    for design in variants(kind):
        comes_back(design)


@pytest.mark.parametrize("name", NETWORKS)
def test_blocks_come_back_with_parameters_and_repeats(name):
    comes_back(NETWORKS[name])


@given(designs(most=12))
def test_any_design_without_errors_comes_back(design):
    if check(design).ok and check(design).results:
        comes_back(design)


NAMES = ("x", "y1", "sum_", "add3", "list", "batch", "result", "torch_", "name", "turn")
ENDED = 'Ends """ here\\'
BLOCKS = ("Pair", "my_block", "Tensor", "Network", "nn_", "x")
HOSTILE = (
    "",
    "Two lines.\nThe second \\ with a backslash",
    '"""\nimport os\nos.system("true")\n"""',
    ENDED,
    "Args:\n    width: not one\n\nReturns:",
    " spaces  at  both ends \t",
    "Maps x (N, 3) to y.",
    "long " * 60,
    "w" * 300,
    "r\x00\x0b\u2028\u202e\U0001f600 é 中文",
    "# named evil\r\nx = 1",
    "Measured in eval mode.",
    "\n\n",
    "{x} %s \\u0041 \\N{DASH}",
)


@st.composite
def networks(draw: st.DrawFn) -> Design:
    """Networks that run: branches, names of all kinds, choices, blocks, free text."""
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 8)})
    texts = st.sampled_from(HOSTILE)
    kinds = st.sampled_from(
        ["linear", "relu", "add", "multiply", "identity", "abs", "batch_norm1d", "max"]
    )
    for _ in range(draw(st.integers(1, 7))):
        kind = draw(kinds)
        able = [n for n in design.nodes.values() if n.outputs]
        source = draw(st.sampled_from(able))
        fresh = edits.add(design, kind)
        if kind == "linear":
            fresh = edits.set_params(fresh, [fresh.newest], {"out_features": 8})
        if kind == "max":
            given = {"dim": 1, "keepdim": True}
            fresh = edits.set_params(fresh, [fresh.newest], given)
        for port in fresh.nodes[fresh.newest].inputs:
            leaving = f"{source.name}.{draw(st.sampled_from(source.outputs)).name}"
            wire = (leaving, fresh.nodes[fresh.newest].name, port.name)
            fresh = wired(fresh, wire)
            source = draw(st.sampled_from(able))
        design = fresh
        name = draw(st.none() | st.sampled_from(NAMES))
        with suppress(EditError):
            design = edits.rename(design, design.newest, name) if name else design
    bodies = [n.id for n in design.nodes.values() if n.kind != "input"]
    for key in draw(st.lists(st.sampled_from(bodies), max_size=2)):
        init = Init(draw(st.sampled_from(sorted(INITIALIZERS))))
        with suppress(EditError):
            design = edits.set_init(design, [key], "weight", init)
            design = edits.set_frozen(design, [key], True)
    if draw(st.booleans()):
        chosen = draw(st.sets(st.sampled_from(bodies), min_size=1))
        with suppress(EditError):
            design = edits.make_block(design, chosen, draw(st.sampled_from(BLOCKS)))
            for block in design.blocks:
                design = edits.set_block_notes(design, block, draw(texts))
    if draw(st.booleans()):
        source = draw(st.sampled_from([n for n in design.nodes.values() if n.outputs]))
        leaving = f"{source.name}.{draw(st.sampled_from(source.outputs)).name}"
        design = edits.add(design, "output", name=draw(st.sampled_from(["out", "y"])))
        design = wired(design, (leaving, design.nodes[design.newest].name, "input"))
    design = edits.set_mode(design, draw(st.sampled_from(["train", "eval"])))
    design = edits.set_dtype(design, draw(st.sampled_from(["float32", "float64"])))
    return edits.set_notes(design, draw(texts))


@given(networks())
def test_networks_with_branches_names_and_blocks_come_back(design):
    if check(design).ok:
        comes_back(design)


def test_hostile_text_is_written_as_ruff_would_write_it(tmp_path):
    for number, text in enumerate(HOSTILE):
        design = edits.set_notes(residual(), text)
        design = edits.make_block(design, [design.named("relu").id], "Inner")
        design = edits.set_block_notes(design, next(iter(design.blocks)), text)
        comes_back(design)
        path = tmp_path / f"text_{number}.py"
        path.write_text(to_python(design), encoding="utf-8")
    tidy(tmp_path)


@pytest.mark.parametrize("kind", sorted(INITIALIZERS))
def test_every_initializer_comes_back(kind):
    design = standing("conv1d" if kind == "dirac" else "linear")
    row = INITIALIZERS[kind]
    init = Init(kind)
    for name, value in {"std": 0.3, "gain": 2.0, "val": 0.7, "a": 0.2}.items():
        if row.param(name):
            init = Init(kind, ((name, value),))
    chosen = edits.set_init(design, ["n2"], "weight", init)
    (node,) = (n for n in comes_back(chosen).nodes.values() if n.kind != "input")
    assert node.init == ({} if kind == "default" else {"weight": init})


def test_families_and_single_tensors_keep_what_draws_them():
    design = standing("lstm")
    chosen = edits.set_init(design, ["n2"], "weight", Init("xavier_normal"))
    chosen = edits.set_init(chosen, ["n2"], "recurrent", Init("orthogonal"))
    chosen = edits.set_init(chosen, ["n2"], "bias_hh_l0", Init("ones"))
    comes_back(chosen)


def tied() -> Design:
    """Tokens whose embedding is the last layer's matrix too, and one is frozen."""
    design = made(
        ("input", "tokens", {"shape": ("N", "T"), "dtype": "int64", "high": 50}),
        ("embedding", "wte", {"num_embeddings": 50, "embedding_dim": 8}),
        ("parameter", "pos", {"shape": (1, 1, 8)}),
        ("fixed_value", "less", {"fill_value": 0.5}),
        ("add", "moved", {}),
        ("multiply", "scaled", {}),
        ("linear", "head", {"out_features": 50, "bias": False}),
    )
    design = wired(
        design,
        ("tokens", "wte", "input"),
        ("wte", "moved", "in1"),
        ("pos", "moved", "in2"),
        ("moved", "scaled", "in1"),
        ("less", "scaled", "in2"),
        ("scaled", "head", "input"),
    )
    ids = {node.name: node.id for node in design.nodes.values()}
    design = edits.tie(design, ids["head"], "weight", ids["wte"], "weight")
    return edits.set_frozen(design, [ids["pos"]], True)


def test_ties_frozen_tensors_symbols_seed_and_settings_come_back():
    design = edits.set_symbol(tied(), "T", 7)
    design = edits.set_seed(edits.set_device(design, "cuda"), 41)
    back = comes_back(edits.set_dtype(edits.set_mode(design, "eval"), "bfloat16"))
    assert back.settings.symbols["T"] == 7
    assert back.settings == design.settings.__class__(
        41, {"N": 4, "T": 7}, "bfloat16", "eval", "cuda"
    )
    assert back.named("head").ties == {"weight": (back.named("wte").id, "weight")}
    assert back.named("pos").frozen


def test_what_leads_nowhere_is_kept_in_comments():
    design = made(
        ("input", "x", {"shape": ("N", 4)}),
        ("linear", "main", {"out_features": 4}),
        ("reshape", "laid", {"shape": ("N", 2, 2)}),
        ("add", "twice", {}),
        ("linear", "aside", {}),
        ("output", "y", {}),
    )
    design = wired(
        design,
        ("x", "main", "input"),
        ("main", "y", "input"),
        ("main", "laid", "input"),
        ("laid", "twice", "in1"),
        ("laid", "twice", "in2"),
        ("main", "aside", "input"),
    )
    comes_back(design)
    assert "# batch = x.shape[0]" in to_python(design)


def test_long_lists_of_inputs_and_outputs_come_back():
    for inputs in (2, 9):
        comes_back(wide(inputs, 3))
    comes_back(with_output(tutorial(), "softmax"))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_dtypes_of_inputs_and_of_the_design_come_back(dtype):
    for own in ("float32", "float64", "bfloat16"):
        design = edits.set_dtype(chain("linear", "relu"), own)
        comes_back(edits.set_params(design, ["n1"], {"dtype": dtype}))


EVIL = 'open("/tmp/fanin-evil", "w").write("ran")'


def damaged() -> list[tuple[str, str]]:
    """Exported code with something put into it, and what the refusal should name."""
    text = to_python(tutorial())
    line = "        self.hidden1 = nn.Linear(3, 3)\n"
    assert line in text
    found = [
        ("import torch\n", f"import torch\nimport os; {EVIL}\n"),
        (line, f"{line}        {EVIL}\n"),
        (line, f"        self.hidden1 = {EVIL}\n"),
        (line, f"        self.hidden1 = nn.Linear(3, {EVIL})\n"),
        (line, '        self.hidden1 = nn.Linear(3, __import__("os").getpid())\n'),
        (line, "        self.hidden1 = nn.Linear(3, 9**9**9)\n"),
        (line, "        self.hidden1 = nn.Linear(3, 3, oops=1)\n"),
        (line, "        self.forward = nn.Linear(3, 3)\n"),
        (line, "        self.hidden1 = Unknown()\n"),
        ("x = self.hidden1(x)", f"x = self.hidden1({EVIL})"),
        ("x = self.hidden1(x)", "x = torch.load(x)"),
        ("x = self.hidden1(x)", "x = torch.ops.load_library(x)"),
        ("x = self.hidden1(x)", "x = eval(x)"),
        ("x = self.hidden1(x)", "x = nothing(x)"),
        ("class Network(nn.Module)", f"class Network({EVIL})"),
        ("    def forward", f"    @{EVIL}\n    def forward"),
        ("def forward(self, x: Tensor)", f"def forward(self, x={EVIL})"),
        ("nn.init.xavier_normal_(", "nn.init.evil_("),
        ('"""Maps x (N, 3)', f'"""Maps x ({EVIL}, 3)'),
        ('"""Maps x', '"""Charts x'),
    ]
    return [(text.replace(old, new, 1), new) for old, new in found]


@pytest.mark.parametrize(("text", "put"), damaged())
def test_what_is_not_of_the_dialect_is_refused_with_its_line_and_never_run(text, put):
    with pytest.raises(FileError, match=r"^Line \d+ .*\.$") as refused:
        from_python(text)
    line = int(str(refused.value).split()[1])
    first = text[: text.index(put)].count("\n") + 1
    assert line in range(first - 1, first + put.count("\n") + 2)
    assert not Path("/tmp/fanin-evil").exists()


@pytest.mark.parametrize(
    "text",
    ["", "x = 1", "def f(:", "\x00", "(" * 500, "-" * 9000 + "1", "'''doc'''", "é" * 9],
)
def test_other_files_are_refused_in_a_sentence(text):
    with pytest.raises(FileError, match=r"\.$"):
        from_python(text)


@given(st.data())
def test_any_change_of_a_letter_is_read_or_refused(data):
    text = to_python(TEMPLATES["gpt2"].design)
    place = data.draw(st.integers(0, len(text) - 1))
    size = data.draw(st.integers(0, 30))
    put = data.draw(st.sampled_from(["", "(", "x", '"', "\n", "self.", "0", " ", "#"]))
    changed = text[:place] + put + text[place + size :]
    with suppress(FileError):
        from_python(changed)


def test_a_change_by_hand_is_read_and_what_no_longer_fits_is_named():
    text = to_python(tutorial()).replace("nn.Linear(3, 3)", "nn.Linear(3, 7)")
    design = from_python(text)
    assert design.named("hidden1").args["out_features"] == 7
    line = text.splitlines()[first_difference(text, design) - 1]
    assert "parameters" in line  # it counted the old network's


def test_alike_sees_every_difference_that_matters():
    design = tied()
    assert alike(design, edits.move(design, {"n2": (3.0, 4.0)}))
    assert alike(design, edits.set_label(design, "n2", "shown"))
    changes = (
        edits.set_params(design, ["n7"], {"bias": True}),
        edits.rename(design, "n5", "other"),
        edits.untie(design, "n7", "weight"),
        edits.set_frozen(design, ["n2"], True),
        edits.set_init(design, ["n2"], "weight", Init("zeros")),
        edits.set_seed(design, 3),
        edits.set_symbol(design, "N", 9),
        edits.set_notes(design, "new"),
    )
    for changed in changes:
        assert not alike(design, changed)
