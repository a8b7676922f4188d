"""Tensors of the network's own, learned and fixed, and what is counted off a size."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.model.build import build
from engine.model.draws import seed_of
from engine.model.source import to_python

torch.set_num_threads(1)


def wired(design: Design, source: str, target: str, port: str) -> Design:
    return edits.connect(design, Wire(source, "output", target, port))


def patches() -> Design:
    """A class token before the patches, positions on all of them: the head of a ViT."""
    design = edits.add(Design(), "input", params={"shape": ("N", 196, 16)})
    design = edits.add(design, "parameter", name="cls", params={"shape": (1, 1, 16)})
    design = edits.add(design, "expand", params={"size": ("N", 1, -1)})
    design = wired(design, "n2", "n3", "input")
    design = edits.add(design, "concatenate")
    design = wired(design, "n3", "n4", "in1")
    design = wired(design, "n1", "n4", "in2")
    design = edits.add(design, "parameter", name="pos", params={"shape": (1, 197, 16)})
    design = edits.add(design, "add")
    design = wired(design, "n4", "n6", "in1")
    return wired(design, "n5", "n6", "in2")


def written(design: Design) -> Any:
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(to_python(design), "generated.py", "exec"), namespace)
    return namespace["Network"]()


def test_a_parameter_is_known_by_its_name_alone():
    network = build(patches())
    assert list(network.state_dict()) == ["cls", "pos"]
    assert network.cls.shape == (1, 1, 16)
    assert isinstance(network.pos, nn.Parameter)
    assert check(patches()).parameters == 198 * 16


def test_a_class_token_meets_every_sample():
    network, x = build(patches()), torch.randn(3, 196, 16)
    result = network(x)
    assert torch.equal(result[:, 0], (network.cls + network.pos)[:, 0].expand(3, -1))
    assert torch.equal(result[:, 1:], x + network.pos[:, 1:])


def test_its_code_is_what_a_person_writes():
    source = to_python(patches())
    assert "self.cls = nn.Parameter(torch.empty(1, 1, 16))" in source
    assert "torch.broadcast_to(self.cls, (batch, 1, -1))" in source
    assert "+ self.pos" in source


@pytest.mark.parametrize("init", [None, Init("zeros"), Init("xavier_normal")])
def test_it_is_drawn_as_every_other_tensor(init):
    design = patches()
    if init:
        design = edits.set_init(design, ["n5"], "weight", init)
    generator = torch.Generator().manual_seed(seed_of(0, "pos"))
    expected = torch.empty(1, 197, 16)
    if init is None:
        nn.init.normal_(expected, 0.0, 0.02, generator=generator)
    built, network = build(design), written(design)
    network.init(seed=0)
    assert torch.equal(built.pos, network.pos)
    if init is None:
        assert torch.equal(built.pos, expected)
    if init == Init("zeros"):
        assert not built.pos.any()


def test_a_frozen_one_gets_no_gradient():
    design = edits.set_frozen(patches(), ["n2"], frozen=True)
    for network in (build(design), written(design)):
        assert not network.cls.requires_grad
        assert network.pos.requires_grad


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_of_the_designs_dtype(dtype):
    design = edits.set_dtype(patches(), dtype)
    for network in (build(design), written(design)):
        assert str(network.cls.dtype) == f"torch.{dtype}"
        x = torch.randn(2, 196, 16, dtype=getattr(torch, dtype))
        assert str(network(x).dtype) == f"torch.{dtype}"


def test_a_constant_scales_and_is_not_learned():
    design = edits.add(Design(), "input", params={"shape": ("N", 3)})
    design = edits.add(design, "fixed_value", name="scale", params={"fill_value": 0.5})
    design = edits.add(design, "multiply")
    design = wired(wired(design, "n1", "n3", "in1"), "n2", "n3", "in2")
    for network in (build(design), written(design)):
        x = torch.randn(4, 3)
        assert torch.equal(network(x), x / 2)
        assert not list(network.parameters())
        assert list(network.state_dict()) == ["scale"]


def test_a_size_that_no_input_has_is_named():
    design = edits.set_params(patches(), ["n3"], {"size": ("M", 1, -1)})
    (problem,) = (p for p in check(design).problems if p.rule == "size")
    assert problem.node == "n3"
    assert "M" in str(problem.message)
    assert not check(design).ok


def test_positions_are_counted_where_the_tensor_is():
    design = edits.add(Design(), "input")
    params = {"shape": ("N", "T"), "dtype": "int64", "high": 9}
    design = edits.set_params(design, ["n1"], params)
    design = edits.add(design, "arange")
    design = wired(design, "n1", "n2", "input")
    design = edits.add(design, "embedding", params={"num_embeddings": 99})
    design = wired(design, "n2", "n3", "input")
    source = to_python(design)
    assert "torch.arange(x.shape[1], device=x.device)" in source
    table = build(design)(torch.zeros(2, 7, dtype=torch.int64))
    assert table.shape == (7, 64)


@pytest.mark.parametrize(
    ("kind", "params", "code"),
    [
        ("slice", {"start": 1, "stop": -1}, "x[:, 1:-1]"),
        ("slice", {"dim": -1, "step": 2}, "x[..., ::2]"),
        ("slice", {"dim": -2, "start": 1}, "x[..., 1:, :]"),
        ("select", {"index": 0}, "x[:, 0]"),
        ("cast", {"dtype": "float64"}, "x.to(torch.float64)"),
        ("transpose", {}, "torch.transpose(x, 1, 2)"),
        ("pad", {"pad": (0, 1)}, 'nn.functional.pad(x, (0, 1), mode="constant", value'),
        ("clamp", {}, "torch.clamp(x, min=0.0)"),
    ],
)
def test_operations_are_written_as_people_write_them(kind, params, code):
    design = edits.add(Design(), "input", params={"shape": ("N", 5, 6)})
    design = edits.add(design, kind, params=params)
    assert code in to_python(wired(design, "n1", "n2", "input"))
