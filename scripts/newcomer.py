"""A newcomer's first hour, in a real window with a real mouse and keyboard.

From an empty canvas to a two-input residual network with an LSTM branch; it is broken,
mended from what the messages say, saved, its worker killed, the file reopened, and the
exported code run. Nothing calls into the program: `desk.py` looks where a screen reader
looks, and acts through the X server.

Run `python scripts/newcomer.py`; it arranges a screen and a session bus. Exit code 0
when the whole story held.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DISPLAY = os.environ.get("FANIN_DESK", ":97")
SIZE = "1440x900x24"
SYSTEM = "/usr/bin/python3"  # the one that Debian's pyatspi belongs to
NEEDED = ("Xvfb", "openbox", "xdotool", "xclip", "dbus-run-session", "import", SYSTEM)


def main() -> int:
    """Let the newcomer sit down at a desk."""
    return at_a_desk(Path(__file__).with_name("newcomer_story.py"))


def at_a_desk(story: Path, *arguments: str) -> int:
    """Arrange a screen and a session bus, and run a story there; its exit code."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print(f"This needs {', '.join(missing)}.", file=sys.stderr)
        return 2
    screen = subprocess.Popen(
        ["Xvfb", DISPLAY, "-screen", "0", SIZE], stderr=subprocess.DEVNULL
    )
    try:
        return subprocess.run(
            ["dbus-run-session", "--", SYSTEM, story, *arguments],
            env=_environment(),
            timeout=600,
            check=False,
        ).returncode
    finally:
        screen.kill()


def _environment() -> dict[str, str]:
    """A home of its own, and the Python that runs the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "XDG_"))}
    return {
        **kept,
        "FANIN_PYTHON": sys.executable,
        "DISPLAY": DISPLAY,
        "HOME": tempfile.mkdtemp(prefix="newcomer-"),
        "LANG": "C.UTF-8",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }


if __name__ == "__main__":
    sys.exit(main())
