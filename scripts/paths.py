"""How long is the way: a person builds LeNet-5 from nothing, and is counted.

Run `python scripts/paths.py mouse` (or `keys`, or both without an argument). A real
window on a screen of its own is driven by real events, as in `newcomer.py`; what is
printed are the clicks, drags and keys of the way, and how long a practised person takes
for them by the keystroke-level model (Card, Moran and Newell 1980).
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

from newcomer import at_a_desk

WAYS = ("mouse", "keys")
HERE = Path(__file__)
INSIDE = "--inside"
PARAMETERS = "61,706"  # of LeNet-5, as published


def main(arguments: list[str]) -> int:
    """Arrange a desk and let the person sit down at it, once for each way."""
    if INSIDE in arguments:
        return _walk(arguments[-1])
    ways = [way for way in arguments or WAYS if _there(way)]
    return max((at_a_desk(HERE, INSIDE, way) for way in ways), default=2)


def _there(way: str) -> bool:
    return HERE.with_name(f"paths_{way}.py").exists()


def _walk(way: str) -> int:
    """Go one way, by the module of its name: `build(person)`."""
    from paths_person import Person

    subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    person = Person(os.environ["FANIN_PYTHON"])
    try:
        person.begins()
        importlib.import_module(f"paths_{way}").build(person)
        person.eyes.find(f"{PARAMETERS} params")
        sys.stdout.write(f"LeNet-5 by {way}: {person.count}\n")
    except BaseException:
        picture = Path(os.environ["HOME"]) / "paths.png"
        subprocess.run(["import", "-window", "root", str(picture)], check=False)
        sys.stdout.write(f"It did not hold; the screen as it was: {picture}\n")
        raise
    finally:
        person.program.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
