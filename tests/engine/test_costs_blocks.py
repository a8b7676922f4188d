"""What blocks cost: the sum of their inside, exact wherever plain nodes are."""

from __future__ import annotations

import pytest

from engine.check import check
from engine.check.costs import Cost
from engine.design import edits
from engine.design.model import Design
from tests.engine.drawn_networks import body, of, wired
from tests.engine.drawn_networks import chain as grown
from tests.engine.test_block_code import dense, two_ways
from tests.engine.test_blocks import repeated
from tests.engine.test_costs import saved
from tests.strategies import chain


def convolved(*, repeat: int = 1, stride: int = 1, shared: bool = False) -> Design:
    """x → stage (conv 3×3, batch norm, ReLU, each `repeat` times) → a convolution."""
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 4, 32, 32)})
    design, key = body(design, "Stage")
    design = edits.inside(design, key, layered, stride)
    given = {"repeat": repeat, "shared": shared}
    conv = {"out_channels": 2, "kernel_size": 3}
    return grown(design, "x", ("Stage", "stage", given), ("conv2d", "last", conv))


def layered(design: Design, stride: int) -> Design:
    conv = {"out_channels": 4, "kernel_size": 3, "padding": 1, "stride": stride}
    design = grown(
        design,
        "x",
        ("conv2d", "conv", {**conv, "bias": False}),
        ("batch_norm2d", "bn", {}),
        ("relu", "relu", {}),
    )
    return wired(design, "relu", "output")


NETWORKS = {
    "one block": lambda: convolved(),
    "three times": lambda: convolved(repeat=3),
    "six times": lambda: convolved(repeat=6),
    "six times shared": lambda: convolved(repeat=6, shared=True),
    "two inputs and two results": lambda: two_ways(4, shared=False),
    "two inputs, shared": lambda: two_ways(4, shared=True),
    "another shape at each repeat": dense,
    "linear layers": lambda: repeated(5)[0],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_backward_keeps_of_a_block_what_torch_saves(name):
    design = NETWORKS[name]()
    costs = check(design).costs
    assert all(cost.sure for cost in costs.nodes.values())
    assert costs.kept_bytes == saved(design)


@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_a_block_costs_what_its_nodes_cost_loose(times):
    design = convolved(repeat=times)
    flat = check(edits.ungroup(design, of(design, "stage"))).costs
    deep = check(design).costs
    for measure in ("parameters", "trainable", "mult_adds", "gradient_bytes"):
        assert deep.total(lambda c, m=measure: getattr(c, m)) == flat.total(
            lambda c, m=measure: getattr(c, m)
        )
    assert (deep.kept_bytes, deep.forward_bytes) == (
        flat.kept_bytes,
        flat.forward_bytes,
    )


def test_each_repeat_has_its_part_by_its_path():
    design = convolved(repeat=9)
    use, costs = of(design, "stage"), check(design).costs
    parts = [costs.at(f"{use}/{place}") for place in range(9)]
    whole = costs.at(use)
    assert sum(part.parameters for part in parts) == whole.parameters
    assert sum(part.kept_bytes for part in parts) == whole.kept_bytes
    inner = next(iter(design.blocks.values())).graph.nodes
    conv = next(key for key, node in inner.items() if node.kind == "conv2d")
    works = {costs.at(f"{use}/{place}/{conv}").mult_adds for place in range(9)}
    assert works == {whole.mult_adds // 9}
    assert costs.at("n99/3") == Cost()


def test_fields_go_on_through_a_block_and_its_repeats():
    design = convolved(repeat=3)
    use, costs = of(design, "stage"), check(design).costs
    assert [field.size for field in costs.at(use).field] == [7, 7]
    inner = next(iter(design.blocks.values())).graph.nodes
    conv = next(key for key, node in inner.items() if node.kind == "conv2d")
    sizes = [costs.at(f"{use}/{place}/{conv}").field[0].size for place in range(3)]
    assert sizes == [3, 5, 7]
    assert costs.at(of(design, "last")).field[0].size == 9
    flat = edits.ungroup(design, use)
    assert (
        check(flat).costs.at(of(flat, "last")).field
        == costs.at(of(design, "last")).field
    )


def test_strides_within_a_block_add_up():
    design = convolved(repeat=3, stride=2)
    field = check(design).costs.at(of(design, "stage")).field[0]
    assert (field.size, field.jump) == (15, 8)


def test_a_thousand_repeats_are_counted_without_a_thousand_walks():
    design = chain("linear", "relu")
    design = edits.set_params(design, ["n1"], {"shape": ("N", 16)})  # 16 in, 16 out
    design = edits.make_block(design, ["n2", "n3"], "Step")
    use = design.newest
    many = edits.set_params(design, [use], {"repeat": 1000})
    costs = check(many).costs
    one = check(design).costs.at(use)
    assert costs.at(use).parameters == 1000 * one.parameters
    assert costs.at(f"{use}/500").parameters == one.parameters
    assert len(costs.paths) < 30
