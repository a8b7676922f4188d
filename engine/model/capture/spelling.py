"""Calls as text for the general node: the function's path, and literal arguments."""

from __future__ import annotations

import re
from typing import Any

import torch

from engine.catalog.torch_call import TARGET, Arguments, Dtype, Slot, said
from engine.model.capture.draft import UnfitError
from engine.model.capture.record import Call, Value
from engine.model.capture.words import word_of

_TARGET = re.compile(TARGET + r"\Z")
# What Python's signs call, as torch's functions are called.
SIGNS = {
    "eq": "torch.eq", "ne": "torch.ne", "lt": "torch.lt", "le": "torch.le",
    "gt": "torch.gt", "ge": "torch.ge", "neg": "torch.neg", "abs": "torch.abs",
    "invert": "torch.bitwise_not", "and": "torch.bitwise_and", "pow": "torch.pow",
    "or": "torch.bitwise_or", "xor": "torch.bitwise_xor", "mod": "torch.remainder",
    "floordiv": "torch.floor_divide", "matmul": "torch.matmul", "add": "torch.add",
    "sub": "torch.sub", "mul": "torch.mul", "truediv": "torch.div",
    "rsub": "torch.rsub", "getitem": "torch.Tensor.__getitem__",
}  # fmt: skip
DROPPED = frozenset({"device", "out", "memory_format", "requires_grad", "pin_memory"})
DROPPED_TOO = frozenset({"layout", "inplace", "non_blocking", "copy"})


def target_of(target: str) -> str:
    """The path that the general node may call; "" where it may not."""
    word = word_of(target)
    place = target.rpartition(".")[0]
    if target.rpartition(".")[2].startswith("__"):
        path = SIGNS.get(word, "")
    elif place in ("torch._C._nn", "torch.nn.functional"):
        path = f"torch.nn.functional.{word}"
    elif place.startswith("torch._C._"):
        path = place.replace("torch._C._", "torch.") + f".{word}"
    elif place in ("torch.functional", "torch._C._VariableFunctions", "torch"):
        path = f"torch.{word}"
    else:
        path = f"{place}.{word}"
    return path if _TARGET.match(path) else ""


def spelled(call: Call, tensors: list[Value]) -> str:
    """The arguments of a call as text, x1 for the first tensor.

    Raises:
        UnfitError: one is no literal.
    """
    args = tuple(_said(part, tensors) for part in call.args)
    dropped = DROPPED | DROPPED_TOO
    kwargs = {
        name: _said(part, tensors)
        for name, part in call.kwargs.items()
        if name not in dropped
    }
    return said(Arguments(args, kwargs))


def _said(value: Any, tensors: list[Value]) -> Any:
    """An argument as the general node has it."""
    if isinstance(value, Value):
        return Slot(tensors.index(value))
    if isinstance(value, torch.dtype):
        return Dtype(str(value).removeprefix("torch."))
    if isinstance(value, slice):
        ends = (value.start, value.stop, value.step)
        return slice(*(_said(end, tensors) for end in ends))
    if isinstance(value, list | tuple):
        return type(value)(_said(part, tensors) for part in value)
    if value is None or value is ... or type(value) in (int, float, bool, str):
        return value
    raise UnfitError(f"{type(value).__name__} as an argument")
