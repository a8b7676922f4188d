"""Help > Advice lists every rule of the advisor and finds them by their words."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from engine.check.rules import RULES
from gui.panels.labels import Label
from gui.rules_sheet import RulesSheet

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_every_rule_is_told_with_its_reason_and_source(qtbot, window):
    window.actions_by_id["rules"].trigger()
    sheet = window.findChild(RulesSheet)
    assert sheet.isVisible()
    assert sheet.shown == list(RULES)
    texts = {label.text() for label in sheet.findChildren(Label)}
    for rule in RULES.values():
        assert {rule.why, rule.source} <= texts


def test_a_rule_is_found_by_its_words(qtbot, window):
    window.actions_by_id["rules"].trigger()
    sheet = window.findChild(RulesSheet)
    QTest.keyClicks(sheet.search, "klambauer dropout")
    assert sheet.shown == ["selu-dropout"]
    sheet.search.clear()
    assert sheet.shown == list(RULES)
