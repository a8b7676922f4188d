"""Blocks built and written: the same modules, names, numbers and results."""

from __future__ import annotations

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.file import save
from engine.design.model import Design
from engine.errors import EditError
from engine.measure.parameters import parameters
from engine.measure.received import received
from engine.measure.summary import summary
from engine.measure.weights import weights
from engine.model.build import build
from engine.model.sample import sample_inputs
from engine.model.source import to_python
from main import main
from tests.engine.drawn_networks import (
    NARROW,
    body,
    gpt2,
    of,
    resnet18,
    resnet50,
    wired,
)
from tests.engine.drawn_networks import chain as grown
from tests.engine.test_blocks import hidden, repeated
from tests.engine.test_source import residual
from tests.engine.test_source_rows import same, tidy, written
from tests.strategies import chain, tutorial

torch.set_num_threads(1)


def results(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> list:
    with torch.no_grad():
        made = network(*inputs)
    return [made] if isinstance(made, torch.Tensor) else list(made)


def agrees(design: Design) -> None:
    """Fail unless builder and code are the same to the last bit."""
    checked = check(design)
    built, network = build(design, seed=3), written(design)()
    assert str(network) == str(built)
    assert list(network.state_dict()) == list(built.state_dict())
    if built.state_dict():
        network.init(seed=3)
    for name, tensor in built.state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor), name
    for module in (built, network):
        numbers = sum(part.numel() for part in module.parameters())
        assert numbers == checked.parameters
    inputs = sample_inputs(design, checked)
    assert same(results(network.eval(), inputs), results(built.eval(), inputs))
    promised = [checked.tensor(*end) for end in checked.results]
    for tensor, made in zip(promised, results(built, inputs), strict=True):
        assert [d if isinstance(d, int) else d.value for d in tensor.shape] == list(
            made.shape
        )


def side(design: Design) -> Design:
    """A body of two inputs and two results: x + rest, and x."""
    design = edits.add(design, "input", name="rest", params={"shape": ("N", 8)})
    design = grown(
        design, "x", ("linear", "fc", {"out_features": 8}), ("add", "sum", {})
    )
    design = wired(design, "rest", "sum.in2")
    design = wired(design, "sum", "output")
    design = edits.add(design, "output", name="before")
    return wired(design, "fc", "before")


def two_ways(times: int, *, shared: bool) -> Design:
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 8)})
    design, key = body(design, "Side")
    design = edits.inside(design, key, side)
    given = {"repeat": times, "shared": shared}
    design = grown(design, "x", ("Side", "sides", given), ("linear", "head", {}))
    design = wired(design, "x", "sides.rest")
    design = grown(design, "sides.before", ("add", "end", {}))
    design = wired(design, "head", "end.in2")
    return edits.set_params(design, [of(design, "head")], {"out_features": 8})


def growing(design: Design) -> Design:
    design = grown(
        design,
        "x",
        ("conv2d", "conv", {"out_channels": "=growth", "kernel_size": 1}),
        ("concatenate", "join", {"dim": 1}),
    )
    design = wired(design, "x", "join.in2")
    return wired(design, "join", "output")


def dense() -> Design:
    """Layers that see all before them, as DenseNet's do: each takes more channels."""
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 3, 4, 4)})
    design, key = body(design, "Dense", ("growth", 2))
    design = edits.inside(design, key, growing)
    return grown(
        design,
        "x",
        ("Dense", "first", {"repeat": 4}),
        ("Dense", "second", {"repeat": 3, "growth": 5}),
    )


def split(design: Design) -> Design:
    design = grown(design, "x", ("reshape", "heads", {"shape": ("N", "=heads", -1)}))
    return wired(design, "heads", "output")


def reshaped() -> Design:
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 24)})
    design, key = body(design, "Split", ("heads", 2))
    design = edits.inside(design, key, split)
    return grown(
        design,
        "x",
        ("Split", "two", {}),
        ("flatten", "flat", {}),
        ("Split", "three", {"heads": 3}),
    )


NETWORKS = {
    "one use": hidden()[0],
    "a repeat": repeated(3)[0],
    "shared repeats": repeated(3, shared=True)[0],
    "two ways": two_ways(3, shared=False),
    "two ways, shared": two_ways(3, shared=True),
    "two ways, once": two_ways(1, shared=False),
    "growing": dense(),
    "reshaped": reshaped(),
    "resnet18": resnet18(NARROW, 32),
    "resnet50": resnet50(NARROW, 32),
    "gpt2": gpt2(64, 3, 50, 6),
}


@pytest.mark.parametrize("design", NETWORKS.values(), ids=NETWORKS)
def test_builder_and_code_agree_to_the_last_bit(design):
    agrees(design)
    double = edits.set_dtype(design, "float64")
    if check(double).ok:
        agrees(double)


def test_code_reads_as_ruff_would_have_it(tmp_path):
    for name, design in NETWORKS.items():
        path = tmp_path / f"{name.replace(' ', '_').replace(',', '')}.py"
        path.write_text(to_python(design), encoding="utf-8")
    tidy(tmp_path)


@pytest.mark.parametrize(
    ("network", "count"),
    [(resnet18, 11_689_512), (resnet50, 25_557_032), (gpt2, 124_439_808)],
)
def test_known_networks_have_their_published_counts_and_few_nodes(network, count):
    design = network()
    assert check(design).parameters == count
    assert check(design).problems == ()
    levels = [design.graph, *(block.graph for block in design.blocks.values())]
    assert max(len(level.nodes) for level in levels) <= 25


def test_another_width_still_counts_right():
    wide = resnet50(128)
    assert check(wide).ok
    assert check(wide).parameters == 98_004_072  # four times, but for the ends


def test_the_code_of_a_block_stands_once_and_takes_what_uses_differ_in():
    text = to_python(resnet50())
    for line in (
        "class Bottleneck(nn.Module):",
        "    def __init__(self, width: int = 64) -> None:",
        "        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)",
        "        self.rest = nn.Sequential(*(Bottleneck(width=width) for _ in "
        "range(depth - 1)))",
        "        self.stage3 = Stage(in_channels=512, width=256, depth=6)",
    ):
        assert f"{line}\n" in text
    assert text.count("class ") == 4
    assert "    def __init__(self) -> None:\n" in to_python(gpt2())  # nothing differs
    assert "self.lm_head.weight = self.wte.weight" in to_python(gpt2())


def test_repeats_are_written_as_loops():
    assert "nn.Sequential(*(Hidden() for _ in range(3)))" in to_python(repeated(3)[0])
    own = to_python(two_ways(3, shared=False))
    assert "self.sides = nn.ModuleList(Side() for _ in range(3))" in own
    assert "        for block in self.sides:\n" in own
    shared = to_python(two_ways(3, shared=True))
    assert "        for _ in range(3):\n" in shared
    grows = to_python(dense())
    assert "for in_channels in range(3, 11, 2)" in grows
    assert "self.heads = heads" in to_python(reshaped())


@given(st.data())
def test_a_block_computes_what_its_nodes_did(data):
    design = data.draw(
        st.sampled_from([tutorial(), residual(), chain("linear", "relu")])
    )
    inner = [k for k, n in design.nodes.items() if n.kind not in ("input", "output")]
    chosen = data.draw(st.sets(st.sampled_from(inner), min_size=1))
    try:
        grouped = edits.make_block(design, chosen, "Group")
    except EditError:
        return
    flat, deep = build(design), build(grouped)
    loaded = {
        name: flat.state_dict()[name.removeprefix("group1.")]
        for name in deep.state_dict()
    }
    deep.load_state_dict(loaded)
    inputs = sample_inputs(design, check(design))
    assert same(results(flat, inputs), results(deep, inputs))


def test_initializers_chosen_within_a_block_hold_in_every_use():
    design, key, use = repeated(4)
    init = Init("normal", (("std", 0.5),))
    design = edits.inside(design, key, edits.set_init, ["n2"], "weight", init)
    agrees(design)
    with pytest.raises(EditError, match="look inside it"):
        edits.set_init(design, [use], "weight", init)
    assert '(f"hidden1.{i}.linear1.weight" for i in range(4))' in to_python(design)


def test_frozen_layers_within_a_block_learn_nothing():
    design, key, _use = repeated(2)
    frozen = edits.inside(design, key, edits.set_frozen, ["n2"], True)
    checked = check(frozen)
    built, network = build(frozen), written(frozen)()
    for module in (built, network):
        learns = sum(p.numel() for p in module.parameters() if p.requires_grad)
        assert learns == checked.trainable == check(design).trainable // 2
    assert summary(frozen).trainable_params == checked.trainable


def test_summary_shows_the_hierarchy_with_paths():
    design, _key, use = repeated(2)
    rows = {row.name: row for row in summary(design).rows}
    assert [row.depth for row in rows.values()] == [0, 1, 2, 3, 3, 3, 2, 3, 3, 3, 1]
    assert rows["hidden1.1"].kind == "Hidden"
    assert rows["hidden1.1.linear2"].node == f"{use}/1/n4"
    assert rows["hidden1"].params == 2 * rows["hidden1.0"].params
    tied = summary(gpt2(64, 2, 50, 6))
    assert tied.total_params == check(gpt2(64, 2, 50, 6)).parameters
    assert [row.params for row in tied.rows if row.name == "lm_head"] == [0]


def test_measurements_find_layers_within_blocks():
    design, _key, use = repeated(2)
    assert [row.name for row in parameters(design)][:2] == [
        "hidden1.0.linear1.weight",
        "hidden1.0.linear1.bias",
    ]
    assert parameters(design)[0].node == f"{use}/0/n2"
    drawn = build(design).state_dict()["hidden1.1.linear2.weight"]
    report = weights(design, f"{use}/1/n4", "weight")
    assert report.name == "hidden1.1.linear2.weight"
    assert report.mean == pytest.approx(float(drawn.mean()), abs=1e-6)
    assert weights(design, use, "1.linear2.weight").mean == report.mean
    assert received(design, f"{use}/1/n3").counts.sum() > 0
    tied = gpt2(64, 1, 50, 6)
    report = weights(tied, of(tied, "lm_head"), "weight")
    assert report.name == "wte.weight"


def test_costs_of_a_block_are_those_of_its_layers():
    design, _key, use = repeated(3)
    flat = check(edits.ungroup(design, use)).costs
    deep = check(design).costs
    assert deep.weight_bytes == flat.weight_bytes
    assert deep.forward_bytes == flat.forward_bytes
    shared = check(repeated(3, shared=True)[0]).costs
    assert shared.weight_bytes * 3 == deep.weight_bytes
    assert shared.forward_bytes == deep.forward_bytes


def test_the_command_line_tells_paths(tmp_path, capsys):
    design, _key, use = repeated(2)
    path = tmp_path / "repeated.fanin"
    save(design, path)
    assert main(["summary", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = {row["id"]: row for row in found["nodes"]}
    assert rows[use]["block"] == "Hidden"
    assert rows[f"{use}/1/n4"]["name"] == "hidden1.1.linear2"
    outer = [row["params"] for row in rows.values() if not row["depth"]]
    assert sum(outer) == found["total_params"]
