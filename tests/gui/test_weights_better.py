"""What the initializer would be for the activation that really follows."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation, Init
from engine.check.suited import SUITED, suited
from engine.design import edits
from engine.design.model import Design
from gui.panels.weights_better import Better
from tests.strategies import chain

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def spec_of(session, key):
    return session.document.checked.known(key).tensors[0]


@pytest.fixture
def better(qtbot, session) -> Better:
    session.document.replace(chain("linear", "batch_norm1d", "relu", shape=("N", 32)))
    made = Better(session, None)
    qtbot.addWidget(made)
    return made


def test_both_numbers_are_told_and_a_click_sets_the_better_one(better, session, qtbot):
    spec = spec_of(session, "n2")
    better.compare("n2", spec, spec.default)
    assert better.isVisible()
    said = better.words.text()
    assert f"std {math.sqrt(2 / 32):.3g}" in said
    assert f"not {1 / math.sqrt(3 * 32):.3g}" in said
    QTest.mouseClick(better.link, Qt.MouseButton.LeftButton)
    node = session.document.design.nodes["n2"]
    assert node.init == {"weight": Init("kaiming_normal")}
    better.compare("n2", spec, node.init["weight"])
    assert not better.isVisible()


def test_nothing_is_said_of_a_bias_or_where_nothing_follows(better, session):
    bias = session.document.checked.known("n2").tensors[1]
    better.compare("n2", bias, bias.default)
    assert not better.isVisible()
    session.document.replace(chain("linear", shape=("N", 32)))
    spec = spec_of(session, "n2")
    better.compare("n2", spec, spec.default)
    assert not better.isVisible()


def test_what_goes_with_an_activation_is_found_past_norms_and_dropout():
    design = chain("linear", "batch_norm1d", "dropout", "tanh", shape=("N", 8))
    assert suited(design, "n2") == ("n5", Init("xavier_normal"))
    assert suited(chain("linear", "linear", "tanh", shape=("N", 8)), "n2") is None
    assert suited(Design(), "n2") is None
    leaky = chain("linear", "leaky_relu", shape=("N", 8))
    leaky = edits.set_params(leaky, ["n3"], {"negative_slope": 0.2})
    assert suited(leaky, "n2").init == Init("kaiming_normal", (("a", 0.2),))


def test_every_suited_activation_is_an_elementwise_one_of_the_catalogue():
    rows = [OPERATORS[kind] for kind in SUITED]
    assert all(isinstance(row, Activation) and not row.over for row in rows)
