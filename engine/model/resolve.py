"""From a row's target to the thing in torch it names."""

from functools import cache
from typing import Any

import torch


@cache
def resolve(target: str) -> Any:
    """What the dotted path of a catalogue row names, such as torch.nn.Linear.

    Paths come from the catalogue alone, never from a file, and stay within torch.
    """
    package, *rest = target.split(".")
    if package != "torch":
        raise LookupError(target)
    found: Any = torch
    for name in rest:
        found = getattr(found, name)
    return found
