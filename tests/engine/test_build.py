"""The built model: every tensor drawn once, by its own generator, in any order."""

from __future__ import annotations

import time
from math import prod
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from engine.errors import BuildError
from engine.model import memory
from engine.model.build import build, build_meta
from engine.model.draws import draw_of, draws, seed_of
from engine.model.plan import plan
from engine.model.resolve import resolve
from engine.model.sample import sample_inputs
from tests.engine.standing import KINDS, inputs_of, standing, variants
from tests.strategies import chain, designs, tutorial

torch.set_num_threads(1)


def equal(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().items(), right.state_dict().items(), strict=True)
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


@pytest.fixture
def dirty(monkeypatch):
    """Memory full of what nobody drew, as a machine may hand it out."""
    clean = nn.Module.to_empty

    def to_empty(self, **kwargs):
        module = clean(self, **kwargs)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.data.fill_(float("nan") if tensor.is_floating_point() else -77)
        return module

    monkeypatch.setattr(nn.Module, "to_empty", to_empty)


@pytest.mark.parametrize("kind", KINDS)
def test_no_tensor_is_left_as_memory_had_it(kind, dirty):
    for design in variants(kind):
        network = build(design)
        for name, tensor in (*network.named_parameters(), *network.named_buffers()):
            assert not tensor.isnan().any(), name
            assert not (tensor == -77).any(), name


@pytest.mark.parametrize("kind", KINDS)
def test_torchs_own_module_has_the_same_tensors(kind):
    for design in variants(kind):
        checked = check(design)
        for step in plan(design, checked).made:
            child = build(design).get_submodule(step.node.name)
            found = {name: tuple(t.shape) for name, t in child.state_dict().items()}
            said = {spec.name: spec.shape for spec in step.known.tensors}
            assert found == said


def test_a_tensor_is_drawn_from_the_seed_of_its_name():
    network = build(tutorial(), seed=7)
    generator = torch.Generator().manual_seed(seed_of(7, "hidden1.weight"))
    expected = nn.init.xavier_normal_(torch.empty(3, 3), generator=generator)
    assert torch.equal(network.hidden1.weight, expected)


def test_seed_is_the_designs_unless_said():
    design = edits.set_seed(tutorial(), 5)
    assert equal(build(design), build(tutorial(), seed=5))
    assert not equal(build(design), build(tutorial()))


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_change_no_number(threads):
    design = chain(*["linear", "relu"] * 12)
    assert equal(build(design, threads=threads), build(design))


def test_editing_a_layer_leaves_the_others_draws():
    before = build(tutorial())
    node = tutorial().named("hidden2").id
    after = build(edits.set_params(tutorial(), [node], {"out_features": 9}))
    assert torch.equal(after.hidden1.weight, before.hidden1.weight)
    assert torch.equal(after.out.bias, before.out.bias) is False  # its fan changed
    assert after.hidden2.weight.shape == (9, 3)


def test_a_layer_before_it_leaves_a_draw_as_it_was():
    before = build(tutorial())
    wire = tutorial().wires[0]
    longer = edits.add(tutorial(), "layer_norm", name="calm")
    longer = edits.splice(longer, longer.newest, wire)
    after = build(longer)
    assert after.calm is not None
    for name, tensor in before.state_dict().items():
        assert torch.equal(after.state_dict()[name], tensor)


@pytest.mark.parametrize("kind", sorted(INITIALIZERS))
def test_every_initializer_draws_what_torch_draws(kind):
    design = edits.set_params(chain("linear"), ["n2"], {"out_features": 8})
    if kind == "dirac":
        design = standing("conv1d")
    node = "n2"
    design = edits.set_init(design, [node], "weight", Init(kind))
    draw = draw_of(design, check(design), node, "weight")
    function = resolve(f"torch.nn.init.{draw.call.function}")
    generator = torch.Generator().manual_seed(seed_of(0, draw.name))
    given = dict(draw.call.args)
    if "generator" in function.__annotations__:
        given["generator"] = generator
    torch.manual_seed(generator.initial_seed())  # sparse_ draws from both
    expected = function(torch.empty(draw.spec.shape), **given)
    assert torch.equal(build(design).get_parameter(draw.name), expected)


def test_padding_row_of_an_embedding_is_zero():
    design = standing("embedding", padding_idx=2, num_embeddings=9)
    weight = build(design).get_submodule(design.nodes["n2"].name).weight
    assert (weight[2] == 0).all()
    assert (weight[3] != 0).all()


def test_defaults_are_distributed_as_torchs_own():
    design = chain("linear")
    design = edits.set_params(design, ["n1"], {"shape": ("N", 400)})
    design = edits.set_params(design, ["n2"], {"out_features": 400})
    ours = build(design).get_submodule(design.nodes["n2"].name).weight
    theirs = nn.Linear(400, 400).weight
    assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.02)
    assert ours.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.01)


def test_a_draw_that_torch_lacks_is_refused_by_name(monkeypatch):
    def lacking(tensor, gain=1, generator=None):
        raise RuntimeError('"geqrf_cpu" not implemented for "Half"')

    design = edits.set_init(chain("linear"), ["n2"], "weight", Init("orthogonal"))
    monkeypatch.setattr(nn.init, "orthogonal_", lacking)
    with pytest.raises(BuildError, match=r"Orthogonal.*linear1\.weight.*float32"):
        build(design)


def huge() -> Design:
    """One Linear of ten thousand million weights."""
    design = chain("linear")
    design = edits.set_params(design, ["n1"], {"shape": ("N", 100_000)})
    return edits.set_params(design, ["n2"], {"out_features": 100_000})


@pytest.fixture
def small_machine(monkeypatch):
    monkeypatch.setattr(memory, "_machine", lambda: 8 << 30)


def test_what_does_not_fit_is_refused_before_memory_is_taken(small_machine):
    started = time.perf_counter()
    with pytest.raises(BuildError, match=r"40\.0 GB.*8\.6 GB are free"):
        build(huge())
    assert time.perf_counter() - started < 5


def test_what_does_not_fit_has_its_shapes_all_the_same():
    network = build_meta(huge())
    (x,) = sample_inputs(huge(), check(huge()), device="meta")
    assert network(x).shape == (x.shape[0], 100_000)
    assert sum(p.numel() for p in network.parameters()) == 10**10 + 10**5
    assert all(p.is_meta for p in network.parameters())


def test_weights_are_counted_in_bytes():
    assert memory.weight_bytes(check(tutorial())) == 26 * 4
    double = standing("batch_norm1d", dtype="float64")
    assert memory.weight_bytes(check(double)) == 4 * 4 * 8 + 8


def test_memory_is_asked_of_whoever_knows(monkeypatch, tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9 kB\nMemAvailable:    1000 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", meminfo)
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory.available() == 1_024_000

    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("100\n")
    assert memory.available() == 1_024_000

    (tmp_path / "memory.max").write_text("5100\n")
    assert memory.available() == 5000

    monkeypatch.setattr(memory, "MEMINFO", Path(tmp_path / "none"))
    monkeypatch.setattr(memory, "GROUP", tmp_path / "none")
    assert memory.available() > 0

    monkeypatch.delattr(memory.os, "sysconf")
    assert memory.available() == memory.UNKNOWN


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 bytes"), (4 * 10**10, "40.0 GB"), (2_500, "2.5 kB")]
)
def test_bytes_are_said_in_units(count, text):
    assert memory.readable(count) == text


def test_wrong_number_of_inputs_is_said_plainly():
    with pytest.raises(TypeError, match="takes 1 tensors"):
        build(tutorial())()


def test_nothing_outside_torch_is_ever_resolved():
    with pytest.raises(LookupError):
        resolve("os.system")


def test_a_size_no_input_names_is_refused():
    design = chain("conv1d", "reshape", shape=("N", 4, "T"))
    design = edits.set_params(design, ["n2"], {"stride": 2, "out_channels": 6})
    design = edits.set_symbol(edits.set_symbol(design, "T", 21), "K", 10)
    for shape in (("N", 2, 3, "K"), ("N", -1, "K"), ("K", -1), ("N", 6, "T")):
        design = edits.set_params(design, ["n3"], {"shape": shape})
        with pytest.raises(BuildError, match=r"\b[KT]\b"):
            build(design)


def test_unknown_tensor_has_no_draw():
    design = tutorial()
    assert draw_of(design, check(design), "n2", "nonsense") is None
    assert draw_of(design, check(design), "n99", "weight") is None


@settings(max_examples=40)
@given(designs(most=12))
def test_any_design_without_errors_builds_and_runs(design):
    checked = check(design)
    if not checked.ok or not checked.results:
        with pytest.raises(BuildError):
            build(design)
        return
    if memory.weight_bytes(checked) > 1 << 24:
        return
    network = build(design)
    specs = {draw.name: prod(draw.spec.shape) for draw in draws(design, checked)}
    state = {name: tensor.numel() for name, tensor in network.state_dict().items()}
    assert state == specs
    result = network.eval()(*inputs_of(design))
    results = result if isinstance(result, tuple) else (result,)
    assert len(results) == len(checked.results)
