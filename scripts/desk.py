"""A person at a screen: eyes that read the accessibility tree, a mouse and a keyboard.

Nothing here calls into the program: it looks where a screen reader looks, and what it
does goes through the X server. Needs Xvfb, openbox, xdotool, xclip, a session bus and
the system Python's pyatspi, all of which Debian packages.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import pyatspi

PATIENCE = 20.0  # seconds until a person gives up waiting for something to appear
T = TypeVar("T")


class Box(NamedTuple):
    """A rectangle on the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class NotSeenError(Exception):
    """What the person looked for did not come."""


def until(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """The first thing `look` returns that is not None or False.

    Raises:
        NotSeenError: it did not come in time.
    """
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise NotSeenError(f"waited {patience:.0f} s for {what}")


class Hands:
    """Mouse and keyboard, through the X server."""

    def __init__(self, display: str) -> None:
        self._environment = {"DISPLAY": display, "PATH": "/usr/bin:/bin"}

    def move(self, x: float, y: float) -> None:
        self._do("mousemove", str(round(x)), str(round(y)))

    def click(self, x: float, y: float, times: int = 1, button: int = 1) -> None:
        self.move(x, y)
        self._do("click", "--repeat", str(times), "--delay", "60", str(button))
        time.sleep(0.15)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at `start`, travel in steps as a hand does, release at `end`."""
        self.move(*start)
        self._do("mousedown", "1")
        for step in range(1, 13):
            share = step / 12
            self.move(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))
            time.sleep(0.02)
        time.sleep(0.1)
        self._do("mouseup", "1")
        time.sleep(0.2)

    def key(self, *keys: str) -> None:
        self._do("key", "--clearmodifiers", *keys)
        time.sleep(0.15)

    def type(self, text: str) -> None:
        self._do("type", "--delay", "15", text)
        time.sleep(0.15)

    def clipboard(self) -> str:
        """What was copied last."""
        return self._run("xclip", "-selection", "clipboard", "-out")

    def _do(self, *words: str) -> None:
        self._run("xdotool", *words)

    def _run(self, *words: str) -> str:
        ran = subprocess.run(
            words,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return ran.stdout


class Eyes:
    """Finds what is visible by its accessible name and role."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def window(self) -> Any:
        """The program, once it has shown a window."""
        return until(self._application, "the program's window", 60)

    def _application(self) -> Any:
        for application in pyatspi.Registry.getDesktop(0):
            if application and application.get_process_id() == self._pid:
                application.clear_cache()  # what was seen before may have gone
                return application if application.childCount else None
        return None

    def all(self, name: str = "", role: str = "") -> Iterator[Any]:
        """What is showing with this name (a part is enough) and role."""
        for thing in _below(self.window()):
            try:
                fits = name.lower() in thing.name.lower() and (
                    not role or thing.getRoleName() == role
                )
                if fits and thing.getState().contains(pyatspi.STATE_SHOWING):
                    yield thing
            except Exception:  # noqa: BLE001, S112  it vanished while we looked
                continue

    def find(self, name: str, role: str = "") -> Any:
        """The first such thing, waiting until it is there."""
        what = f"'{name}' {role}".strip()
        return until(lambda: next(self.all(name, role), None), what)

    def where(self, name: str, role: str = "") -> Box:
        return box(self.find(name, role))

    def sees(self, name: str, role: str = "") -> bool:
        return next(self.all(name, role), None) is not None


def box(thing: Any) -> Box:
    """Where a thing is on the screen."""
    place = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return Box(place.x, place.y, place.width, place.height)


def read(thing: Any) -> str:
    """The text in a field."""
    text = thing.queryText()
    return str(text.getText(0, text.characterCount))


def _below(thing: Any) -> Iterator[Any]:
    try:
        children = [thing.getChildAtIndex(i) for i in range(min(thing.childCount, 300))]
    except Exception:  # noqa: BLE001  it vanished while we looked
        return
    for child in children:
        if child is not None:
            yield child
            yield from _below(child)
