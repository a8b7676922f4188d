"""Requests are frozen data, answers plain data; nothing else crosses to the worker."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.catalog.spec import Init
from engine.errors import MeasureError, Message
from engine.service import (
    AskBars,
    AskCurve,
    AskDevices,
    AskLab,
    AskOutput,
    AskParameters,
    AskReceived,
    AskSignal,
    AskSummary,
    AskWeights,
    answer,
)
from tests.strategies import tutorial

REQUESTS = [
    AskDevices(),
    AskOutput(tutorial(), "n3"),
    AskLab(tutorial(), (Init("xavier_normal"), Init("dirac")), ("tanh",)),
    AskCurve("tanh", (), -2, 2, points=5),
    AskBars("softmax", (), (1.0, 2.0)),
    AskSummary(tutorial()),
    AskParameters(tutorial()),
    AskWeights(tutorial(), "n2", "weight"),
    AskReceived(tutorial(), "n3"),
    AskSignal(tutorial()),
]
PLAIN = (str, int, float, bool, type(None), Message)


def plain(value: object) -> bool:
    """Whether a value is made of nothing but data."""
    if isinstance(value, PLAIN):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype == np.float64
    if isinstance(value, tuple):
        return all(plain(part) for part in value)
    assert is_dataclass(value), value
    own = [field.name for field in fields(value) if field.init]
    return all(plain(getattr(value, name)) for name in own)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: type(r).__name__)
def test_requests_and_answers_travel(request_):
    arrived = pickle.loads(pickle.dumps(request_))
    assert arrived == request_
    got = answer(arrived)
    assert plain(got)
    assert plain(pickle.loads(pickle.dumps(got)))


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: type(r).__name__)
def test_requests_are_frozen_and_have_a_slot(request_):
    assert request_.slot
    with pytest.raises(FrozenInstanceError):
        request_.slot = "other"


def test_slots_differ_by_default():
    assert len({request.slot for request in REQUESTS}) == len(REQUESTS)


def test_refusals_travel_too():
    with pytest.raises(MeasureError) as refused:
        answer(AskCurve("linear", (), -1, 1))
    again = pickle.loads(pickle.dumps(refused.value))
    assert str(again) == str(refused.value)


def test_unknown_requests_are_refused():
    with pytest.raises(MeasureError, match="str"):
        answer("what?")


ANSWERED_AFTER_WARMING = """
import sys
from engine import service
from tests.engine.test_service import REQUESTS
service.warm()
before = set(sys.modules)
for request in REQUESTS:
    service.answer(request)
print(*(set(sys.modules) - before))
"""


def test_no_answer_loads_anything_that_warming_did_not():
    """An import in the midst of an answer makes the first one late."""
    ran = subprocess.run(
        [sys.executable, "-c", ANSWERED_AFTER_WARMING],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.split() == []
