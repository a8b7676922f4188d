"""torchinfo's rows, each with its node, and totals that are known from elsewhere."""

from __future__ import annotations

import time

import pytest
import torch
import torchinfo
from torch import nn

from engine.check import check
from engine.design import edits
from engine.design.model import Wire
from engine.errors import BuildError
from engine.measure import summary as measured
from engine.measure.summary import summary, table
from engine.model import memory
from engine.model.build import build_meta
from scripts.templates import TEMPLATES
from tests.engine.standing import KINDS, standing, variants
from tests.engine.test_build import huge
from tests.engine.test_source import residual
from tests.strategies import chain, tutorial

torch.set_num_threads(1)


class Tutorial(nn.Module):
    """The tutorial's network, written by hand."""

    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(3, 3)
        self.sigmoid = nn.Sigmoid()
        self.hidden2 = nn.Linear(3, 2)
        self.relu = nn.ReLU()
        self.out = nn.Linear(2, 2)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x):
        x = self.relu(self.hidden2(self.sigmoid(self.hidden1(x))))
        return self.softmax(self.out(x))


def test_tutorial_is_what_torchinfo_says_of_one_written_by_hand():
    expected = torchinfo.summary(Tutorial(), input_data=torch.randn(5, 3), verbose=0)
    got = summary(tutorial())
    assert got.total_params == expected.total_params == 26
    assert got.trainable_params == expected.trainable_params
    assert got.torchinfo_mult_adds == expected.total_mult_adds
    assert got.input_bytes == expected.total_input
    assert got.forward_bytes == expected.total_output_bytes
    assert got.param_bytes == expected.total_param_bytes == 104
    assert got.note == ""
    for row, info in zip(got.rows[1:], expected.summary_list[1:], strict=True):
        assert (row.name, row.kind) == (info.var_name, info.class_name)
        assert list(row.output_shape) == info.output_size
        assert (row.params, row.trainable) == (info.num_params, info.trainable_params)
        assert row.mult_adds == info.macs


def test_rows_know_their_nodes_and_our_count():
    got = summary(tutorial())
    network, *rows = got.rows
    assert (network.node, network.depth, network.share) == ("", 0, 1.0)
    assert (network.own_mult_adds, network.mult_adds) == (19, got.torchinfo_mult_adds)
    for row in rows:
        assert tutorial().nodes[row.node].name == row.name
        assert row.own_mult_adds == check(tutorial()).known(row.node).mult_adds
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert got.mult_adds == 9 + 6 + 4


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # which kernel it takes
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_summed_up_as_the_check_counts_it(kind):
    for design in variants(kind):
        got = summary(design)
        assert got.total_params == check(design).parameters
        assert got.mult_adds == check(design).mult_adds


def test_modules_within_a_layer_belong_to_its_node():
    got = summary(standing("multihead_attention"))
    rows = [row for row in got.rows if row.kind == "MultiheadAttention"]
    assert [row.node for row in rows] == ["n2"]
    assert all(row.node == "n2" for row in got.rows[1:])


def test_branches_and_several_inputs_are_summed_up():
    design = residual()
    got = summary(design)
    assert got.total_params == check(design).parameters
    kinds = [row.kind for row in got.rows[1:]]
    assert sorted(kinds) == ["LSTM", "Linear", "Linear", "Linear", "ReLU"]


def test_small_and_large_networks_are_summed_up_alike(monkeypatch):
    small = summary(residual())
    monkeypatch.setattr(measured, "LIGHT", 0)
    assert summary(residual()) == small


def test_a_token_without_an_embedding_keeps_nothing_from_being_counted():
    design = standing("embedding", num_embeddings=9, embedding_dim=4)
    entry = next(iter(design.nodes))
    design = edits.insert_after(design, "add", entry)  # sums may pass the last row
    design = edits.connect(design, Wire(entry, "output", design.newest, "in2"))
    got = summary(edits.set_symbol(design, "N", 100))
    assert got.total_params == 36
    assert got.rows[1].output_shape == (100, 5, 4)


def test_what_does_not_fit_is_summed_up_with_a_note(monkeypatch):
    monkeypatch.setattr(memory, "_machine", lambda: 8 << 30)
    started = time.perf_counter()
    got = summary(huge())
    assert got.total_params == 10**10 + 10**5
    assert "40.0 GB" in got.note
    assert time.perf_counter() - started < 5


def test_table_is_torchinfos_own_text():
    text = table(tutorial())
    assert "Total params: 26" in text
    assert "Linear: 1-1" in text


def test_a_network_without_parameters_has_no_shares():
    got = summary(chain("relu"))
    assert got.total_params == 0
    assert {row.share for row in got.rows} == {0.0}


def test_an_unfinished_design_is_refused():
    with pytest.raises(BuildError):
        summary(edits.add(tutorial(), "linear"))


def test_what_is_frozen_is_not_counted_as_trainable():
    design = edits.set_frozen(tutorial(), ["n2"], True)
    found = summary(design)
    assert (found.total_params, found.trainable_params) == (26, 14)
    (row,) = [row for row in found.rows if row.node == "n2"]
    assert (row.params, row.trainable) == (12, 0)


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_a_batch_norm_over_one_value_is_counted_in_either_mode(mode):
    design = edits.set_symbol(chain("batch_norm1d"), "N", 1)
    assert summary(edits.set_mode(design, mode)).total_params == 16


@pytest.mark.parametrize("kind", ["linear", "conv2d", "relu", "max_pool2d"])
def test_batch_and_biases_alone_are_no_difference(kind):
    assert summary(standing(kind)).differences == ()


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("multihead_attention", "does not see its products"),
        ("conv_transpose2d", "transposed"),
        ("lstm", "first two sizes"),
        ("embedding", "whole table"),
        ("layer_norm", "scale and shift"),
    ],
)
def test_a_layer_that_torchinfo_counts_in_its_own_way_says_why(kind, why):
    found = summary(standing(kind))
    (at,) = found.differences
    known = check(standing(kind)).known(at.node)
    assert at.ours == 3 * known.mult_adds  # the batch is 3
    assert at.theirs == found.torchinfo_mult_adds
    assert why in str(at.why)


def test_a_linear_layer_on_a_sequence_is_counted_once_a_sample_by_torchinfo():
    (at,) = summary(chain("linear", shape=("N", 5, 8))).differences
    assert at.theirs < at.ours / 4
    assert "further axes" in str(at.why)


@pytest.mark.parametrize("name", ["transformer", "gpt2", "vit_b_16"])
def test_the_bytes_of_parameters_are_those_of_the_network(name):
    design = TEMPLATES[name].design
    parameters = build_meta(design).parameters()  # one that is shared stands once
    assert summary(design).param_bytes == sum(p.nbytes for p in parameters)


def test_bytes_follow_the_dtype_of_shared_tensors_too():
    design = edits.set_dtype(TEMPLATES["gpt2"].design, "float64")
    parameters = build_meta(design).parameters()
    told = summary(design).param_bytes
    assert told == sum(p.nbytes for p in parameters)
    assert f"Params size (MB): {told / 1e6:.2f}\n" in table(design)
