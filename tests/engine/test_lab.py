"""Which initializer goes with which activation, tried on a network."""

from __future__ import annotations

import math

import pytest
import torch

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from engine.design.trials import tried
from engine.errors import MeasureError
from engine.measure.lab import cell, lab
from engine.measure.signal import signal
from engine.measure.signals import Asked
from scripts.golden import deep
from tests.engine.drawn_networks import resnet18
from tests.strategies import tutorial

torch.set_num_threads(1)
HE, XAVIER, DEFAULT = Init("kaiming_normal"), Init("xavier_normal"), Init("default")


def kinds(design: Design) -> list[str]:
    return [node.kind for node in design.nodes.values()]


def test_a_trial_changes_hidden_activations_and_weights_alone():
    after = tried(tutorial(), HE, "tanh")
    wanted = [k if k not in ("relu", "sigmoid") else "tanh" for k in kinds(tutorial())]
    assert kinds(after) == wanted
    linears = [node for node in after.nodes.values() if node.kind == "linear"]
    assert all(node.init["weight"] == HE for node in linears)
    assert check(after).ok
    assert tried(tutorial(), None, "") == tutorial()


def test_a_trial_can_take_torchs_default_again():
    after = tried(tried(tutorial(), HE, ""), DEFAULT, "")
    assert all("weight" not in node.init for node in after.nodes.values())


def test_a_trial_keeps_to_the_selected_nodes():
    after = tried(tutorial(), HE, "tanh", ("n2", "n3"))
    changed = [key for key in after.nodes if after.nodes[key] != tutorial().nodes[key]]
    assert changed == ["n3"] or changed == ["n2", "n3"]
    assert after.nodes["n2"].init["weight"] == HE
    assert after.nodes["n5"] == tutorial().nodes["n5"]


def test_a_trial_reaches_into_blocks():
    after = tried(resnet18(width=4, size=32), XAVIER, "silu")
    assert check(after).ok
    found = signal(after, Asked(batch=2))
    drawn = {layer.kind for layer in found.layers if layer.role == "activation"}
    assert drawn == {"silu"}


def test_a_cell_is_what_the_signal_of_the_changed_network_is():
    design = deep("relu", None, 48, 5)
    asked = Asked(seeds=2, batch=64)
    (found,) = lab(design, [XAVIER], ["tanh"], asked).cells
    alone = signal(deep("tanh", XAVIER, 48, 5), asked)
    assert [x.forward_std for x in found.signal.weighted] == [
        x.forward_std for x in alone.weighted
    ]
    first, last = (alone.weighted[at].main.forward.second for at in (0, -1))
    assert found.forward == pytest.approx((last[0] / first[0]) ** (1 / 4), rel=0.1)
    assert (found.layers, found.survives, found.survives_back) == (5, 5, 5)


def test_what_fades_survives_fewer_layers():
    design = deep("sigmoid", None, 48, 12)
    default, he = lab(design, [DEFAULT, HE], ["relu"], Asked(batch=64)).cells
    assert default.forward == pytest.approx(1 / 6, rel=0.2)
    assert default.survives < 5
    assert he.survives == 12


def test_every_cell_is_told_when_it_is_done_and_a_misfit_says_why():
    told = []
    found = lab(
        tutorial(),
        [HE, Init("dirac")],
        ["relu", "tanh"],
        Asked(batch=8),
        tell=lambda *what: told.append(what),
    )
    assert [what[:2] for what in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert tuple(what[2] for what in told) == found.cells
    assert [bool(one.refused) for one in found.cells] == [False, False, True, True]
    assert "Dirac" in str(found.cells[2].refused)
    assert math.isnan(found.cells[2].forward)


def test_a_design_with_errors_is_refused():
    with pytest.raises(MeasureError, match="errors"):
        lab(edits.add(Design(), "linear"), [HE], ["relu"], Asked())


def test_a_part_within_a_block_can_be_tried():
    design = edits.make_block(deep("relu", None, 8, 3), ["n3", "n4"], "Body")
    (block,) = design.blocks
    nodes = design.blocks[block].graph.nodes
    inner = next(key for key, node in nodes.items() if node.kind == "relu")
    place = {"block": block, "ids": (inner,)}
    (found,) = lab(design, [HE], ["tanh"], Asked(batch=8), **place).cells
    shown = [x.kind for x in found.signal.layers if x.role == "activation"]
    assert sorted(shown) == ["relu", "tanh"]
    assert cell(design, HE, "", Asked(batch=8)).layers == 3
