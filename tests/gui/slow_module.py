"""Takes as long to import as a part of torch does, and counts how often it began."""

import os
import time
from pathlib import Path

BEGUN = int(os.environ.get("FANIN_TEST_BEGUN", "0")) + 1
os.environ["FANIN_TEST_BEGUN"] = str(BEGUN)
Path(os.environ["FANIN_TEST_TOUCH"]).touch()
_end = time.monotonic() + 0.15
while time.monotonic() < _end:
    time.sleep(0.005)
