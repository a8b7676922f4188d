"""What stands in brackets behind a tensor: places, slices, new axes."""

from __future__ import annotations

from typing import Any

from engine.model.capture.draft import Draft, Sizes, UnfitError, between, drafted
from engine.model.capture.record import Call, Value


def indexed(call: Call, sizes: Sizes) -> list[Draft]:
    """A node for each part of the index that does something.

    Raises:
        UnfitError: a part is a tensor, or grows with the batch.
    """
    first, index = call.args
    parts = list(index) if isinstance(index, tuple) else [index]
    if not isinstance(first, Value) or any(_odd(part) for part in parts):
        raise UnfitError("index")
    steps = _steps(first, parts)
    if not steps:
        raise UnfitError("index")
    drafts: list[Draft] = []
    flowing = first
    for place, (kind, params) in enumerate(steps):
        args = {"input": flowing}
        if place == len(steps) - 1:
            drafts.append(drafted(None, kind, params, args, call.made, sizes,
                                  call.where, hint=kind))  # fmt: skip
        else:
            drafts.append(between(kind, params, args, sizes, call.where))
            flowing = drafts[-1].made["output"]
    return drafts


def _odd(part: Any) -> bool:
    if isinstance(part, slice):
        return any(
            end is not None and type(end) is not int
            for end in (part.start, part.stop, part.step)
        )
    return part is not None and part is not ... and type(part) is not int


def _steps(first: Value, parts: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Kind and parameters of what each part does, from left to right."""
    named = sum(part is not None and part is not ... for part in parts)
    if ... not in [part for part in parts if part is ...]:
        parts = [*parts, ...]
    steps: list[tuple[str, dict[str, Any]]] = []
    axis = 0
    for part in parts:
        if part is ...:
            axis += len(first.shape) - named
        elif part is None:
            steps.append(("unsqueeze", {"dim": axis}))
            axis += 1
        elif isinstance(part, slice):
            if part != slice(None):
                steps.append(("slice", _slice(part, axis)))
            axis += 1
        else:
            steps.append(("select", {"dim": axis, "index": part}))
    return steps


def _slice(part: slice, axis: int) -> dict[str, Any]:
    given: dict[str, Any] = {"dim": axis, "start": part.start or 0}
    if part.stop is not None:
        given["stop"] = part.stop if abs(part.stop) < 2**24 else None
    if part.step not in (None, 1):
        given["step"] = part.step
    return given
