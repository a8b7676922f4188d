"""The training script: it runs alone, goes on, and runs in two processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.check import check
from engine.design import edits
from engine.design.file import load, save
from engine.design.model import Design, Wire
from engine.errors import BuildError
from engine.model.training import to_training
from main import main
from tests.engine.test_source_rows import tidy
from tests.strategies import tutorial

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.fanin"))


def run(script, *options, by=(sys.executable,)):
    done = subprocess.run(
        [*by, str(script), *map(str, options)],
        capture_output=True,
        text=True,
        cwd=script.parent,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def losses(said):
    return [float(line.rpartition(" ")[2]) for line in said.splitlines()]


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(to_training(tutorial()))
    return path


def test_every_ready_design_has_a_script_that_reads_as_written_by_hand(tmp_path):
    for name in NAMES:
        text = to_training(load(EXAMPLES / f"{name}.fanin"))
        ast.parse(text)
        (tmp_path / f"{name}.py").write_text(text)
    tidy(tmp_path)


def guess(design):
    text = to_training(design)
    return text[text.index("def loss_of") : text.index("def mean_over")]


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("tutorial", "nll_loss(result.clamp_min(1e-12).log(), target)"),
        ("mnist", "nll_loss(result, target)"),
        ("lenet5", "cross_entropy(result, target)"),
        ("gpt2", "cross_entropy(result.flatten(0, -2), target.flatten())"),
        ("xor", "binary_cross_entropy(result, target)"),
        ("autoencoder", "mse_loss(result, target)"),
        ("dcgan_generator", "mse_loss(result, target)"),
        ("unet", "cross_entropy(result, target)"),
    ],
)
def test_the_loss_follows_from_the_last_layer_and_says_why(name, loss):
    said = guess(load(EXAMPLES / f"{name}.fanin"))
    assert loss in said
    assert "chosen because" in said


def test_a_design_with_a_loss_of_its_own_trains_that():
    design = edits.add(Design(), "input", params={"shape": ("N", 4)})
    design = edits.insert_after(design, "linear", "n1")
    design = edits.add(design, "input", name="wanted", params={"shape": ("N", 4)})
    design = edits.insert_after(design, "mse_loss", "n2")
    design = edits.set_params(design, ["n2"], {"out_features": 4})
    design = edits.connect(design, Wire("n3", "output", "n4", "target"))
    assert check(design).ok
    assert "return result.mean()" in guess(design)


def test_it_learns_goes_on_and_takes_bfloat16(script):
    first = losses(run(script, "--epochs", 2, "--lr", 0.05))
    assert len(first) == 2
    further = losses(run(script, "--epochs", 4, "--lr", 0.05, "--amp"))
    assert len(further) == 2
    assert further[-1] < first[0]
    assert run(script, "--epochs", 4) == ""  # the checkpoint has seen them all
    assert sorted(path.name for path in script.parent.iterdir()) == [
        "checkpoint.pt",
        "train.py",
    ]


def test_a_person_s_own_samples_are_learnt(script):
    x = np.random.default_rng(0).standard_normal((64, 3)).astype("float32")
    np.savez(script.parent / "mine.npz", x=x, target=(x[:, 0] > 0).astype("int64"))
    said = losses(
        run(script, "--data", "mine.npz", "--epochs", 30, "--lr", 0.05, "--batch", 8)
    )
    assert said[-1] < 0.4  # of random guesses: ln 2 = 0.69


@pytest.mark.slow
def test_two_processes_train_together(script):
    by = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2")
    said = losses(run(script, "--epochs", 2, by=(*by, "--standalone")))
    assert len(said) == 2  # one of the two speaks


def test_what_cannot_be_trained_is_refused_in_a_sentence():
    design = edits.add(Design(), "input", params={"shape": ("T", 4)})
    design = edits.insert_after(design, "linear", "n1")
    with pytest.raises(BuildError, match=r"give the Input 'x' a first axis N"):
        to_training(design)
    frozen = edits.set_frozen(tutorial(), tutorial().nodes.keys(), frozen=True)
    with pytest.raises(BuildError, match="nothing to train"):
        to_training(frozen)


def test_the_command_line_writes_it(tmp_path, capsys):
    save(tutorial(), tmp_path / "a.fanin")
    out = tmp_path / "train.py"
    assert main(["export", str(tmp_path / "a.fanin"), str(out), "--training"]) == 0
    assert out.read_text() == to_training(tutorial())
    wrong = ["export", str(tmp_path / "a.fanin"), "a.onnx", "--training"]
    assert main(wrong) == 2
    assert "is not a .py" in capsys.readouterr().err
