"""The worker answers, is superseded, stops, dies and comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.worker import PATIENCE, Worker
from tests.gui.sample_service import Ask


class Answers(QObject):
    """Asks, and notes what comes back."""

    def __init__(self, worker: Worker, qtbot: QtBot) -> None:
        super().__init__(worker)
        self.worker = worker
        self.qtbot = qtbot
        self.done: list[Any] = []
        self.failed: list[str] = []

    def ask(self, what: str, value: Any = None, slot: str = "slot") -> None:
        request = Ask(slot, what, value)
        self.worker.ask(request, self.done.append, self.failed.append, owner=self)

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.worker.current == "ready", timeout=20_000)
        self.qtbot.waitUntil(lambda: self.worker.idle, timeout=20_000)


@pytest.fixture
def sample(qapp: QApplication) -> Iterator[Worker]:
    worker = Worker(service="tests.gui.sample_service")
    worker.start()
    yield worker
    worker.stop()
    worker.deleteLater()


@pytest.fixture
def answers(sample: Worker, qtbot: QtBot) -> Answers:
    return Answers(sample, qtbot)


def test_what_is_asked_while_it_starts_is_answered(answers):
    assert answers.worker.current == "starting"
    answers.ask("echo", ("shape", 3))
    answers.settle()
    assert answers.done == [("shape", 3)]


def test_the_newest_of_a_slot_wins_and_other_slots_are_answered(answers):
    for value in range(50):
        answers.ask("echo", value)
    answers.ask("echo", "other", slot="other")
    answers.settle()
    assert answers.done == [49, "other"]


def test_an_answer_tells_how_far_it_is(answers):
    heard = []
    answers.worker.ask(
        Ask("slot", "count", 3),
        answers.done.append,
        owner=answers,
        progress=heard.append,
    )
    answers.settle()
    assert heard == [(0, 3), (1, 3), (2, 3)]
    assert answers.done == [3]


def test_nobody_hears_how_far_a_cancelled_answer_is(answers):
    answers.settle()
    heard = []
    answers.worker.ask(
        Ask("slot", "count", 9),
        answers.done.append,
        owner=answers,
        progress=heard.append,
    )
    answers.worker.cancel("slot")
    answers.settle()
    assert heard == answers.done == []


@pytest.mark.skipif(sys.platform == "win32", reason="there the window kills")
def test_stopping_leaves_no_module_half_imported(answers, qtbot, tmp_path):
    answers.settle()
    pid = answers.worker.pid
    begun = tmp_path / "begun"
    answers.ask("load", str(begun))
    qtbot.waitUntil(begun.exists, timeout=10_000)
    answers.ask("load", str(begun))  # useless now: stopped, once it can be
    answers.settle()
    assert answers.done == [1]
    assert answers.worker.pid == pid


@pytest.mark.skipif(sys.platform == "win32", reason="there the window kills")
def test_stopping_leaves_no_state_half_set(answers):
    """torch turns gradients off and on in Python; off for ever would break it."""
    answers.settle()
    pid = answers.worker.pid
    for _ in range(8):
        answers.ask("toggle", 30.0)
        answers.ask("left_open")
        answers.settle()
    assert answers.done == [0] * 8
    assert answers.worker.pid == pid


def test_a_newer_question_interrupts_the_one_under_way(answers):
    answers.settle()
    pid = answers.worker.pid
    answers.ask("sleep", 30.0)
    answers.ask("echo", "newer")
    answers.settle()
    assert answers.done == ["newer"]
    assert answers.worker.pid == pid  # no restart, torch stays loaded


def test_a_long_call_shows_as_busy_and_a_short_one_does_not(answers):
    answers.settle()
    seen: list[str] = []
    answers.worker.state.connect(seen.append)
    answers.ask("echo", 1)
    answers.settle()
    assert seen == []
    answers.ask("sleep", 0.3)
    answers.qtbot.waitUntil(lambda: seen == ["busy", "ready"])
    assert answers.done == [1, 0.3]


def test_cancelling_is_told_at_once_and_keeps_the_process(answers):
    answers.settle()
    pid = answers.worker.pid
    answers.ask("sleep", 30.0)
    answers.ask("echo", "waiting", slot="other")
    answers.worker.cancel_all()
    assert answers.failed == ["Stopped.", "Stopped."]
    answers.settle()
    assert answers.done == []
    assert answers.worker.pid == pid


def test_a_call_that_does_not_stop_is_killed_and_the_next_is_answered(answers):
    answers.settle()
    pid = answers.worker.pid
    lost: list[str] = []
    answers.worker.lost.connect(lost.append)
    answers.ask("hang", 60.0)
    answers.qtbot.waitUntil(lambda: answers.worker.current == "busy")
    began = time.monotonic()
    answers.worker.cancel("slot")
    answers.qtbot.waitUntil(lambda: answers.worker.current == "starting")
    assert time.monotonic() - began < 3 * PATIENCE / 1000
    answers.ask("pid", slot="other")
    answers.settle()
    assert answers.done != [pid]
    assert lost == []  # it was asked for


def test_a_killed_process_comes_back_and_the_question_is_asked_again(answers):
    answers.settle()
    answers.ask("sleep", 0.4)
    answers.ask("echo", "waiting", slot="other")
    with answers.qtbot.waitSignal(answers.worker.lost) as lost:
        os.kill(answers.worker.pid, signal.SIGKILL)
    answers.settle()
    assert sorted(map(str, answers.done)) == ["0.4", "waiting"]
    assert lost.args[0].endswith(".")


def test_a_question_that_kills_twice_is_given_up_and_the_others_are_not(answers):
    answers.settle()
    answers.ask("die")
    answers.ask("echo", "innocent", slot="other")
    answers.settle()
    assert answers.done == ["innocent"]
    assert len(answers.failed) == 1


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("refuse", "hidden1 cannot be measured."),
        ("starve", "needs more memory"),
        ("crash", "KeyError: 'hidden1'"),
        ("unpicklable", "could not answer"),
    ],
)
def test_a_refusal_arrives_as_a_sentence(answers, what, says):
    answers.ask(what, "hidden1")
    answers.settle()
    assert says in answers.failed[0]
    answers.ask("echo", "still there")
    answers.settle()
    assert answers.done == ["still there"]


def test_nothing_is_told_to_an_owner_that_is_gone(answers, sample, qtbot):
    owner = QObject()
    heard: list[Any] = []
    sample.ask(Ask("a", "echo", 1), heard.append, heard.append, owner=owner)
    owner.deleteLater()
    qtbot.waitSignal(owner.destroyed)
    answers.ask("echo", 2, slot="b")
    answers.settle()
    assert answers.done == [2]
    assert heard == []


def test_the_process_holds_no_qt(answers):
    answers.ask("modules", ["PySide6", "PySide6.QtCore", "shiboken6", "pyqtgraph"])
    answers.settle()
    assert answers.done == [[]]


def test_a_service_that_does_not_start_is_said_once(qapp, qtbot):
    worker = Worker(service="tests.gui.no_such_service")
    answers, lost = Answers(worker, qtbot), []
    worker.lost.connect(lost.append)
    answers.ask("echo", 1)
    worker.start()
    qtbot.waitUntil(lambda: len(lost) == 2, timeout=20_000)
    assert "does not start" in lost[-1]
    assert "no_such_service" in answers.failed[0]
    assert worker.pid is None
    worker.stop()
    worker.deleteLater()


def test_a_service_that_did_not_start_is_tried_again_later(
    qapp, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr("gui.worker.REST", 50)
    monkeypatch.syspath_prepend(tmp_path)
    worker = Worker(service="late_service")
    answers, lost = Answers(worker, qtbot), []
    worker.lost.connect(lost.append)
    answers.ask("echo", "first")
    worker.start()
    qtbot.waitUntil(lambda: len(lost) == 2, timeout=20_000)
    assert "late_service" in answers.failed.pop(0)
    answers.ask("echo", "early", slot="other")
    assert answers.failed == ["The engine does not start."]

    (tmp_path / "late_service.py").write_text(
        "from tests.gui.sample_service import answer"
    )
    answers.settle()
    assert answers.done == ["first", "early"]
    assert len(lost) == 2
    worker.stop()
    worker.deleteLater()


def test_the_process_ends_with_the_window(tmp_path: Path):
    """Even when the window is killed and the process is deep in a call."""
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    here = Path(__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(here)}
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env
    ) as window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        window.kill()
    end = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


WINDOW = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from gui.worker import Worker
from tests.gui.sample_service import Ask

if __name__ == "__main__":
    app = QCoreApplication([])
    worker = Worker(service="tests.gui.sample_service")
    worker.ask(Ask("a", "hang", 60.0), print, print, owner=worker)
    def told(state):
        if state == "busy":
            print(worker.pid, flush=True)
    worker.state.connect(told)
    worker.start()
    app.exec()
"""
