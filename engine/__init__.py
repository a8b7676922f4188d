"""The engine: everything Fanin knows, without a screen.

For a notebook or a script: `load`, `save`, `check`, `build`, `measure`, `to_python`.
Each is imported when it is first asked for, so that looking at a file does not load
torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.check import check
    from engine.design.file import load, save
    from engine.measure.signal import measure
    from engine.model.build import build
    from engine.model.capture import from_module
    from engine.model.reading import from_python
    from engine.model.source import to_python

_HOMES = {
    "build": "engine.model.build",
    "check": "engine.check.check",
    "from_module": "engine.model.capture",
    "from_python": "engine.model.reading",
    "load": "engine.design.file",
    "measure": "engine.measure.signal",
    "save": "engine.design.file",
    "to_python": "engine.model.source",
}

__all__ = [
    "build",
    "check",
    "from_module",
    "from_python",
    "load",
    "measure",
    "save",
    "to_python",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'engine' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
