"""A person whose every movement is counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from desk import Eyes, Hands

ROOT = Path(__file__).parent.parent

# Seconds, of Card, Moran and Newell 1980: a key of an average typist, pointing at
# something, a button down or up, a hand from mouse to keyboard, making up one's mind.
KEY, POINT, BUTTON, HOME, THINK = 0.28, 1.1, 0.1, 0.4, 1.35


@dataclass
class Count:
    """What a way took."""

    clicks: int = 0
    doubles: int = 0
    triples: int = 0
    drags: int = 0
    keys: int = 0
    reaches: int = 0  # between mouse and keyboard
    thoughts: int = 0  # one for every unit of the plan
    began: float = 0.0

    @property
    def seconds(self) -> float:
        """What a practised person takes, by the keystroke-level model."""
        presses = self.clicks + 2 * self.doubles + 3 * self.triples + self.drags
        points = self.clicks + self.doubles + self.triples + 2 * self.drags
        return (
            KEY * self.keys
            + POINT * points
            + 2 * BUTTON * presses
            + HOME * self.reaches
            + THINK * self.thoughts
        )

    def __str__(self) -> str:
        ran = time.monotonic() - self.began
        minutes, seconds = divmod(round(self.seconds), 60)
        return (
            f"{self.clicks} clicks, {self.doubles} double and {self.triples} triple "
            f"clicks, {self.drags} drags, {self.keys} keys; {minutes}:{seconds:02d} "
            f"minutes for a practised person ({ran:.0f} s for this script)"
        )


class CountedHands(Hands):
    """Does, and counts."""

    def __init__(self, display: str, count: Count) -> None:
        super().__init__(display)
        self._count = count
        self._on_mouse = True

    def click(self, x: float, y: float, times: int = 1, button: int = 1) -> None:
        self._reach(mouse=True)
        name = {1: "clicks", 2: "doubles", 3: "triples"}[times]
        setattr(self._count, name, getattr(self._count, name) + 1)
        super().click(x, y, times, button)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._reach(mouse=True)
        self._count.drags += 1
        super().drag(start, end)

    def key(self, *keys: str) -> None:
        self._reach(mouse=False)
        self._count.keys += sum(len(key.split("+")) for key in keys)
        super().key(*keys)

    def type(self, text: str) -> None:
        self._reach(mouse=False)
        self._count.keys += len(text)
        super().type(text)

    def _reach(self, *, mouse: bool) -> None:
        self._count.reaches += mouse != self._on_mouse
        self._on_mouse = mouse


class Person:
    """Sits down before the program as it first starts."""

    def __init__(self, python: str) -> None:
        self.program = subprocess.Popen(
            [python, str(ROOT / "main.py")], stderr=sys.stderr, text=True
        )
        self.count = Count()
        self.hands = CountedHands(os.environ["DISPLAY"], self.count)
        self.eyes = Eyes(self.program.pid)

    def begins(self) -> None:
        """Wait until the window is there; then time runs."""
        self.eyes.find("Canvas")
        self.eyes.find("engine ready")
        self.count.began = time.monotonic()

    def thinks(self) -> None:
        """Make up one's mind what comes next."""
        self.count.thoughts += 1
