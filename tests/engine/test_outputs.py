"""What a node makes of one input, against the module itself."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import torch

from engine.design import edits
from engine.design.model import Design
from engine.errors import MeasureError
from engine.measure.outputs import output
from engine.measure.signals import Asked
from engine.model.build import build
from tests.strategies import chain, tutorial

torch.set_num_threads(1)


def image() -> Design:
    design = edits.add(Design(), "input", name="x", params={"shape": ("N", 3, 8, 6)})
    return edits.insert_after(design, "conv2d", "n1")


def given(shape: tuple[int, ...]) -> torch.Tensor:
    rng = torch.Generator().manual_seed(zlib.crc32(b"0/input/x"))
    return torch.randn(shape, generator=rng)


def test_the_values_are_those_of_the_module():
    got = output(image(), "n2", "", Asked(batch=2))
    wanted = build(image(), 0)(given((2, 3, 8, 6)))[0].detach().double().numpy()
    assert got.shape == wanted.shape == (32, 6, 4)
    np.testing.assert_allclose(got.values, wanted.ravel(), rtol=1e-6)
    assert got.mean == pytest.approx(wanted.mean())
    assert got.std == pytest.approx(wanted.std())
    assert (got.low, got.high) == (wanted.min(), wanted.max())
    assert got.counts.sum() == wanted.size


def test_an_image_is_shown_channel_by_channel():
    got = output(image(), "n2", "", Asked(batch=2))
    wanted = got.values.reshape(got.shape)
    assert got.picture.shape == (4 * 7, 4 * 5)
    np.testing.assert_array_equal(got.picture[7:13, 5:9], wanted[5])
    assert np.isnan(got.picture[6]).all()


def test_an_input_and_a_row_of_numbers_can_be_looked_at():
    got = output(tutorial(), "n1", "", Asked(batch=2))
    np.testing.assert_allclose(got.values, given((2, 3))[0].numpy())
    assert got.picture is None
    assert output(tutorial(), "n7", "", Asked(batch=2)).values.sum() == pytest.approx(1)


def test_what_leaves_a_block_can_be_looked_at():
    design = edits.make_block(tutorial(), ["n2", "n3"], "Body")
    use = design.newest
    inner = output(tutorial(), "n3", "", Asked(batch=2)).values
    own = output(design, use, "", Asked(batch=2))
    assert own.shape == (3,)
    assert len(inner) == len(own.values)


def test_what_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(MeasureError, match="leads nowhere"):
        output(tutorial(), "n99", "", Asked(batch=2))
    whole = edits.set_params(chain("embedding"), ["n1"], {"dtype": "int64"})
    with pytest.raises(MeasureError, match="No real numbers"):
        output(whole, "n1", "", Asked(batch=2))
