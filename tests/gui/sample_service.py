"""A service with bad manners, for the tests of the worker."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import MeasureError
from tests import fragile


@dataclass(frozen=True)
class Ask:
    slot: str
    what: str
    value: Any = None


progress: Callable[[Any], None] | None = None


def answer(request: Ask) -> Any:
    return globals()[f"_{request.what}"](request.value)


def _echo(value: Any) -> Any:
    return value


def _pid(value: Any) -> int:
    return os.getpid()


def _modules(value: Any) -> list[str]:
    return [name for name in value if name in sys.modules]


def _count(value: int) -> int:
    """Tell of each step."""
    for step in range(value):
        if progress is not None:
            progress((step, value))
    return value


def _sleep(value: float) -> float:
    """A Python loop: it can be stopped."""
    end = time.monotonic() + value
    while time.monotonic() < end:
        time.sleep(0.01)
    return value


def _load(value: str) -> int:
    """Import a module that takes its time and touches the file `value` first.

    Returns:
        How often its import was begun.
    """
    os.environ["FANIN_TEST_TOUCH"] = value
    from tests.gui import slow_module

    return slow_module.BEGUN


def _toggle(value: float) -> None:
    """Set a state and reset it, again and again, and work as long in between."""
    end = time.monotonic() + value
    while time.monotonic() < end:
        with fragile.Fragile():
            pass
        pause = time.perf_counter() + 0.002
        while time.perf_counter() < pause:
            pass


def _left_open(value: Any) -> int:
    return len(fragile.open_now)


def _hang(value: float) -> float:
    """As a call deep in C would: deaf to everything but a kill."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    return _sleep(value)


def _die(value: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse(value: Any) -> None:
    raise MeasureError("{node} cannot be measured.", node=value)


def _starve(value: Any) -> None:
    raise MemoryError


def _crash(value: Any) -> Any:
    return {}[value]


def _unpicklable(value: Any) -> Any:
    return lambda: value
