"""Weights go to .safetensors files and come back, by name and by order."""

from __future__ import annotations

import json
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from engine.check import check
from engine.design import edits
from engine.design.file import load, save
from engine.errors import EditError, EngineError, FileError
from engine.measure.models import built
from engine.measure.parameters import parameters
from engine.measure.weights import weights
from engine.model.build import build
from engine.model.draws import matched
from engine.model.store import save_weights
from engine.model.weights import Held, held, match
from main import main
from tests.engine.drawn_networks import gpt2
from tests.strategies import designs, tutorial

torch.set_num_threads(1)


def filled(design, path, seed=7):
    """The design with the weights that another seed draws for it, in a file."""
    save_weights(build(design, seed), path)
    return edits.set_weights(design, str(path))


def alike(one, other):
    theirs = other.state_dict()
    pairs = [(tensor, theirs[name]) for name, tensor in one.state_dict().items()]
    return bool(pairs) and all(torch.equal(a, b) for a, b in pairs)


def test_weights_come_back_as_they_were_written(tmp_path):
    design = tutorial()
    loaded = filled(design, tmp_path / "w.safetensors")
    assert alike(build(loaded), build(design, 7))
    assert not alike(build(loaded), build(design))


@given(design=designs())
def test_every_network_takes_its_own_weights_by_name(design, tmp_path_factory):
    checked = check(design)
    if not checked.ok or not checked.parameters:
        return
    path = tmp_path_factory.mktemp("w") / "w.safetensors"
    loaded = filled(design, path)
    found = matched(loaded, check(loaded))
    assert set(found) == {found.by_name, ()}
    assert alike(build(loaded), build(design, 7))


def test_a_tensor_that_two_layers_share_is_written_once(tmp_path):
    design = gpt2(24, 1, tokens=11, length=8)
    loaded = filled(design, tmp_path / "w.safetensors")
    written = load_file(tmp_path / "w.safetensors")
    assert len(written) < len(build(design).state_dict())
    assert alike(build(loaded), build(design, 7))


def test_a_file_of_other_names_is_taken_by_the_order_of_its_shapes(tmp_path):
    design, path = tutorial(), tmp_path / "w.safetensors"
    theirs = build(design, 7).state_dict()
    renamed = {f"net.{n}.{k.split('.')[1]}": v for n, (k, v) in _numbered(theirs)}
    save_file(renamed, path)
    loaded = edits.set_weights(design, str(path))
    found = matched(loaded, check(loaded))
    assert len(found.by_order) == len(theirs)
    assert (found.missing, found.unused) == ((), ())
    assert alike(build(loaded), build(design, 7))


def _numbered(state):
    layers = list(dict.fromkeys(name.split(".")[0] for name in state))
    return [(layers.index(k.split(".")[0]), (k, v)) for k, v in state.items()]


def test_what_does_not_fit_is_said_and_drawn_as_ever(tmp_path):
    design, path = tutorial(), tmp_path / "w.safetensors"
    state = build(design, 7).state_dict()
    first = next(iter(state))
    other = {**state, first: torch.zeros(9, 9), "extra": torch.zeros(4)}
    save_file(other, path)
    loaded = edits.set_weights(design, str(path))
    found = matched(loaded, check(loaded))
    assert found.missing == (first,)
    assert set(found.unused) == {first, "extra"}
    assert found.differing == ((first, tuple(state[first].shape), (9, 9)),)
    network = build(loaded)
    assert torch.equal(network.state_dict()[first], build(design).state_dict()[first])


names = st.text("abc.012", min_size=1, max_size=6)
shapes = st.lists(st.integers(1, 3), max_size=2).map(tuple)
holdings = st.dictionaries(names, shapes, max_size=8).map(
    lambda found: [Held(*pair) for pair in found.items()]
)


@given(ours=holdings, theirs=holdings)
def test_a_match_pairs_equal_shapes_and_loses_nothing(ours, theirs):
    found = match(ours, theirs)
    mine, others = dict(ours), dict(theirs)
    assert all(mine[a] == others[b] for a, b in found.sources.items())
    assert len(set(found.sources.values())) == len(found.sources)
    assert {*found.sources, *found.missing} == set(mine)
    assert {*found.sources.values(), *found.unused} == set(others)


def test_loaded_weights_are_shown_as_any_others(tmp_path):
    design = filled(tutorial(), tmp_path / "w.safetensors")
    rows = parameters(design)
    assert {row.init for row in rows} == {"w.safetensors"}
    drawn = {row.name: row for row in parameters(edits.set_seed(tutorial(), 7))}
    assert [row.mean for row in rows] == [drawn[row.name].mean for row in rows]
    shown = weights(design, "n2", "weight")
    values = build(tutorial(), 7).state_dict()[shown.name].double().flatten()
    assert shown.ticks.tolist() == values.tolist()
    assert not shown.redraws  # a file holds one draw, and nobody knows of what


def test_a_file_that_is_written_anew_is_read_anew(tmp_path):
    path = tmp_path / "w.safetensors"
    design = filled(tutorial(), path)
    before = {name: t.clone() for name, t in built(design).state_dict().items()}
    time.sleep(0.01)  # some disks count in milliseconds
    save_weights(build(tutorial(), 8), path)
    after = built(design).state_dict()
    assert any(not torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 7, b"not weights at all", (2**60).to_bytes(8, "little")]
)
def test_a_file_that_is_no_weights_is_refused_in_a_sentence(tmp_path, data):
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"w\.safetensors cannot be read"):
        build(edits.set_weights(tutorial(), str(path)))


def test_a_file_that_is_gone_is_missed_in_a_sentence(tmp_path):
    design = filled(tutorial(), tmp_path / "w.safetensors")
    (tmp_path / "w.safetensors").unlink()
    with pytest.raises(EngineError, match=r"go on with the initializers"):
        build(design)


def test_other_kinds_of_files_are_not_weights():
    with pytest.raises(EditError, match="safetensors"):
        edits.set_weights(tutorial(), "weights.pt")


def test_a_design_keeps_its_weights_beside_it(tmp_path):
    design = filled(tutorial(), tmp_path / "w.safetensors")
    save(design, tmp_path / "a.fanin")
    raw = json.loads((tmp_path / "a.fanin").read_text())
    assert (raw["version"], raw["weights"]) == (2, "w.safetensors")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("a.fanin", "w.safetensors"):
        (tmp_path / name).rename(moved / name)
    again = load(moved / "a.fanin")
    assert alike(build(again), build(tutorial(), 7))
    assert len(held(again.settings.weights)) == len(raw["nodes"]) - 1


def test_weights_are_written_by_the_command_line(tmp_path, capsys):
    save(tutorial(), tmp_path / "a.fanin")
    out = tmp_path / "w.safetensors"
    verb = ["export", str(tmp_path / "a.fanin"), str(out), "--seed", "3"]
    assert main(verb) == 0
    state = build(tutorial(), 3).state_dict()
    written = load_file(out)
    assert all(torch.equal(state[name], tensor) for name, tensor in written.items())
    assert main([*verb[:2], str(tmp_path / "nowhere" / "w.safetensors")]) == 2
    assert "could not be written" in capsys.readouterr().err
