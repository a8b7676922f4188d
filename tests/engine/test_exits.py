"""Models in the forms of others: they answer as the built network does."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from engine.check import check
from engine.design.file import load
from engine.errors import BuildError, FileError
from engine.model.build import build
from engine.model.exits import EXITS
from engine.model.sample import sample_inputs
from tests.engine.drawn_networks import gpt2
from tests.engine.test_source import residual
from tests.strategies import tutorial

torch.set_num_threads(1)
EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


NETWORKS = {
    "tutorial": tutorial,
    "residual": residual,
    "lenet5": lambda: load(EXAMPLES / "lenet5.fanin"),
    "gpt2": lambda: gpt2(24, 1, tokens=11, length=8),
}


def written(design, path, seed=3):
    EXITS[path.suffix].write(design, check(design), path, seed)
    return path


def asked(design, batch):
    """Inputs of a batch, and the network's answers."""
    inputs = sample_inputs(design, check(design), seed=1, batch=batch)
    with torch.no_grad():
        answers = build(design, 3).eval()(*inputs)
    return inputs, answers if isinstance(answers, tuple) else (answers,)


@pytest.mark.parametrize("name", NETWORKS)
def test_onnx_answers_as_the_network_for_any_batch(name, tmp_path):
    design = NETWORKS[name]()
    path = written(design, tmp_path / "a.onnx")
    onnx.checker.check_model(path)
    session = onnxruntime.InferenceSession(path)
    wanted = [design.nodes[key].name for key in check(design).inputs]
    assert [each.name for each in session.get_inputs()] == wanted
    assert [each.shape[0] for each in session.get_inputs()] == [
        str(check(design).tensor(key, "output").shape[0])
        for key in check(design).inputs
    ]
    for batch in (2, 5):
        inputs, answers = asked(design, batch)
        given = {n: t.numpy() for n, t in zip(wanted, inputs, strict=True)}
        for mine, theirs in zip(answers, session.run(None, given), strict=True):
            np.testing.assert_allclose(theirs, mine.numpy(), atol=1e-5)
    assert [each.name for each in tmp_path.iterdir()] == ["a.onnx"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_program_answers_as_the_network_for_any_batch(name, tmp_path):
    design = NETWORKS[name]()
    program = torch.export.load(written(design, tmp_path / "a.pt2"))
    assert program.state_dict.keys() == build(design).state_dict().keys()
    for batch in (2, 5):
        inputs, answers = asked(design, batch)
        theirs = program.module()(*inputs)
        theirs = theirs if isinstance(theirs, tuple) else (theirs,)
        assert all(map(torch.equal, theirs, answers))


def test_onnx_without_its_packages_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    monkeypatch.setattr(
        "engine.model.program.find_spec",
        lambda name: None if name == "onnxscript" else name,
    )
    with pytest.raises(BuildError, match=r"requirements-interchange\.txt"):
        written(tutorial(), tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", EXITS)
def test_a_folder_that_is_not_there_is_named_in_a_sentence(suffix, tmp_path):
    with pytest.raises(FileError, match="could not be written"):
        written(tutorial(), tmp_path / "nowhere" / f"a{suffix}")
