"""From a row's target to the thing in torch it names."""

import re
from functools import cache
from typing import Any

import torch
from torch.overrides import get_overridable_functions

from engine.catalog.torch_call import TARGET
from engine.errors import BuildError


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


# Functions that torch does not list as those of tensors, because they make them.
_MAKERS = frozenset(
    {"arange", "eye", "full", "linspace", "logspace", "ones", "tril_indices"}
    | {"triu_indices", "zeros"}
)


@cache
def function(path: str) -> Any:
    """The function of tensors that a text in a design names.

    It has to be on torch's own list of such functions, all of which compute and none
    of which reads or writes anything but tensors.

    Raises:
        BuildError: torch has no such function.
    """
    place, _, word = path.rpartition(".")
    owner = {"torch.Tensor": torch.Tensor}.get(place)
    if re.fullmatch(TARGET, path):
        if place == "torch" and word in _MAKERS:
            return getattr(torch, word)
        owner = owner or resolve(place)
        listed = get_overridable_functions().get(owner, ())
        found = getattr(owner, word, None)
        if found is not None and any(found == one for one in listed):
            return found
        if place == "torch" and word in ("einsum", "meshgrid", "split", "norm"):
            return getattr(torch, word)
    raise BuildError(
        "torch has no function of tensors called {path}. Write another one, such as "
        "torch.cumsum.",
        path=path,
    )
