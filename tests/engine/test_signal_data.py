"""A person's own data in the place of noise: read where possible, else one sentence."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from engine.design import edits
from engine.design.model import Design
from engine.errors import MeasureError
from engine.measure.signal import signal
from engine.measure.signals import Asked

torch.set_num_threads(1)


def network(*shape, kind="linear", **params) -> Design:
    design = edits.add(
        Design(), "input", name="x", params={"shape": ("N", *shape), **params}
    )
    return edits.insert_after(design, kind, "n1")


def entered(design, path, batch=64, name=""):
    """Mean and std of what enters."""
    found = signal(design, Asked(batch=batch, source=((name, str(path)),)))
    spread = found.layers[0].main.forward
    assert found.source == str(path)
    return spread.mean[0], spread.std[0]


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(3, 2, (64, 6))


def test_an_array_is_read(tmp_path, rows):
    np.save(tmp_path / "x.npy", rows)
    mean, std = entered(network(6), tmp_path / "x.npy")
    assert (mean, std) == (pytest.approx(rows.mean()), pytest.approx(rows.std()))


def test_the_array_of_the_inputs_name_is_read_from_an_archive(tmp_path, rows):
    np.savez(tmp_path / "all.npz", other=rows * 0, x=rows)
    mean, _ = entered(network(6), tmp_path / "all.npz", name="x")
    assert mean == pytest.approx(rows.mean())


def test_a_table_is_read_with_or_without_a_heading(tmp_path, rows):
    np.savetxt(tmp_path / "bare.csv", rows, delimiter=",")
    np.savetxt(
        tmp_path / "named.csv", rows, delimiter=",", header="a,b,c,d,e,f", comments=""
    )
    bare = entered(network(6), tmp_path / "bare.csv")
    assert bare == entered(network(6), tmp_path / "named.csv")
    assert bare[0] == pytest.approx(rows.mean())


def test_images_are_brought_to_the_inputs_size(tmp_path):
    for name, grey in (("a.png", 0), ("b.jpg", 255)):
        Image.new("RGB", (20, 30), (grey,) * 3).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    mean, std = entered(network(3, 8, 8, kind="conv2d"), tmp_path, batch=8)
    assert (mean, std) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.5, abs=0.01))


def test_too_few_samples_are_taken_again(tmp_path, rows):
    np.save(tmp_path / "x.npy", rows[:3])
    assert entered(network(6), tmp_path / "x.npy", batch=9)[0] == pytest.approx(
        rows[:3].mean()
    )


def test_whole_numbers_are_taken_for_an_embedding(tmp_path):
    np.save(tmp_path / "t.npy", np.arange(40).reshape(10, 4))
    design = network(4, kind="embedding", dtype="int64", high=1000)
    found = signal(design, Asked(batch=5, source=(("", str(tmp_path / "t.npy")),)))
    assert found.layers[-1].forward_std > 0
    design = network(4, kind="embedding", dtype="int64", high=30)
    design = edits.set_params(design, ["n2"], {"num_embeddings": 30})
    with pytest.raises(MeasureError, match="does not get through"):
        signal(design, Asked(batch=10, source=(("", str(tmp_path / "t.npy")),)))


class Trap:
    def __reduce__(self):
        return print, ("this must never run",)


def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path, rows, capsys):
    np.save(
        tmp_path / "objects.npy", np.array([Trap()], dtype=object), allow_pickle=True
    )
    (tmp_path / "pickled.npy").write_bytes(pickle.dumps(Trap()))
    (tmp_path / "pickled.npz").write_bytes(pickle.dumps(Trap()))
    (tmp_path / "cut.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'")
    np.save(tmp_path / "shape.npy", rows[:, :5])
    np.save(tmp_path / "words.npy", np.array([["a", "b"]]))
    np.save(tmp_path / "nan.npy", rows * np.nan)
    np.save(tmp_path / "none.npy", rows[:0])
    np.savez(tmp_path / "none.npz")
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    (tmp_path / "words.csv").write_text("1,2\nx,4\n")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "other.txt").write_text("1")
    (tmp_path / "folder").mkdir()
    for path in [*tmp_path.iterdir(), tmp_path / "missing.npy"]:
        with pytest.raises(MeasureError) as refused:
            entered(network(6), path)
        said = str(refused.value)
        assert said.endswith("."), said
        assert "\n" not in said
    assert "never" not in capsys.readouterr().out


def test_images_that_are_none_are_refused_in_one_sentence(tmp_path):
    design = network(3, 8, 8, kind="conv2d")
    with pytest.raises(MeasureError, match="no images"):
        entered(design, tmp_path)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    with pytest.raises(MeasureError):
        entered(design, tmp_path)


def test_whole_numbers_are_wanted_where_the_input_is_whole(tmp_path, rows):
    np.save(tmp_path / "x.npy", rows)
    with pytest.raises(MeasureError, match="whole ones"):
        entered(network(6, kind="embedding", dtype="int64"), tmp_path / "x.npy")
