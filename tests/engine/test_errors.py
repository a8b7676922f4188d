"""Errors are data: they fill in, travel to the worker and back, in one sentence."""

import pickle

import pytest

from engine import errors
from engine.design.strictly import UnreadableError

KINDS = [
    errors.EngineError,
    errors.EditError,
    errors.FileError,
    errors.ParamError,
    errors.ShapeError,
    errors.BuildError,
    errors.MeasureError,
    UnreadableError,
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_travels(kind):
    error = pickle.loads(pickle.dumps(kind("{node} is {what}.", what="odd", node="A")))
    assert type(error) is kind
    assert str(error) == "A is odd."
    assert error.message == errors.Message(
        "{node} is {what}.", {"what": "odd", "node": "A"}
    )


def test_a_shape_error_keeps_its_port_and_fix():
    error = errors.ShapeError("{node} no.", port="in2", fix={"dim": 1})
    again = pickle.loads(pickle.dumps(error))
    assert (again.port, again.fix) == ("in2", {"dim": 1})
    assert str(again.message.filled(node="X")) == "X no."
