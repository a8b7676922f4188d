"""How much memory a design's weights take, and how much there is."""

from __future__ import annotations

import os
from pathlib import Path

from engine.check import Checked
from engine.errors import BuildError

MEMINFO = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")
LEFT = 0.1  # the share of free memory that is left to everyone else
UNKNOWN = 4 << 30  # what a machine that tells nothing is trusted with


def weight_bytes(checked: Checked) -> int:
    """Bytes of all parameters and buffers."""
    return checked.weight_bytes


def available() -> int:
    """Bytes that can be taken without pushing anyone else out."""
    limits = [limit for limit in (_machine(), _group()) if limit is not None]
    return min(limits, default=UNKNOWN)


def _machine() -> int | None:
    """Free memory as the system tells it."""
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _group() -> int | None:
    """What a container's own limit leaves."""
    try:
        limit = (GROUP / "memory.max").read_text().strip()
        used = (GROUP / "memory.current").read_text().strip()
        return int(limit) - int(used)
    except (OSError, ValueError):  # none, or "max"
        return None


def fits(checked: Checked) -> bool:
    """Whether the weights can be held in memory now."""
    return weight_bytes(checked) <= available() * (1 - LEFT)


def reserve(checked: Checked) -> None:
    """Refuse weights that do not fit, before any memory is taken.

    Raises:
        BuildError: says how much is wanted and how much there is.
    """
    if not fits(checked):
        raise BuildError(
            "The weights need {needed} and {free} are free: shapes and counts can be "
            "shown, values cannot. Make the largest layer smaller to build it.",
            needed=readable(weight_bytes(checked)),
            free=readable(available()),
        )


def readable(count: int) -> str:
    """Bytes in a unit that people read: 1.5 GB."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"
