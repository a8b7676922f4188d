"""Weights in files: .safetensors in and out, and which tensor of a file is whose.

No torch here: what a file holds is read off its header, so that a design's draws can
say where their numbers come from before any number is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from engine.errors import FileError

SUFFIX = ".safetensors"


class Held(NamedTuple):
    """A tensor that a file holds or a network wants: its name and shape."""

    name: str
    shape: tuple[int, ...]


class Match(NamedTuple):
    """Which tensor of a file goes where.

    Args:
        by_name: tensors that the network and the file call the same.
        by_order: the network's name and the file's, where shapes follow each other
            in the same order under other names.
        missing: of the network, not in the file.
        unused: of the file, wanted by nobody.
        differing: named alike, with the network's shape and the file's.
    """

    by_name: tuple[str, ...]
    by_order: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    differing: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]

    @property
    def sources(self) -> dict[str, str]:
        """The file's name of each tensor of the network that it fills."""
        return {**{name: name for name in self.by_name}, **dict(self.by_order)}


def held(path: str) -> tuple[Held, ...]:
    """The tensors of a .safetensors file, off its header alone.

    Raises:
        FileError: there is no such file, or it is none of this kind.
    """
    try:
        found = Path(path).stat()
    except OSError as error:
        raise _unread(path, error.strerror or "it is not there") from error
    return _held(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=8)
def _held(path: str, _changed: int, _size: int) -> tuple[Held, ...]:
    from safetensors import SafetensorError, safe_open  # not before it is needed

    try:
        with safe_open(path, framework="numpy") as file:
            return tuple(
                Held(name, tuple(file.get_slice(name).get_shape()))
                for name in file.keys()  # noqa: SIM118 - it is no mapping
            )
    except (SafetensorError, OSError, ValueError) as error:
        raise _unread(path, "it is damaged, or not of this kind") from error


def _unread(path: str, reason: str) -> FileError:
    return FileError(
        "The weights in {file} cannot be read: {reason}. Choose another .safetensors "
        "file, or go on with the initializers.",
        file=Path(path).name,
        reason=reason,
    )


def match(wanted: Iterable[Held], found: Iterable[Held]) -> Match:
    """Pair tensors by name, and those that are left by the order of their shapes."""
    theirs = dict(found)
    ours = dict(wanted)
    alike = [name for name in ours if name in theirs]
    by_name = tuple(name for name in alike if ours[name] == theirs[name])
    named = set(by_name)
    left = [Held(name, shape) for name, shape in ours.items() if name not in named]
    over = [Held(name, shape) for name, shape in theirs.items() if name not in named]
    by_order = _in_order(left, over)
    filled, used = dict(by_order), {name for _, name in by_order}
    missing = tuple(one.name for one in left if one.name not in filled)
    return Match(
        by_name,
        by_order,
        missing,
        tuple(one.name for one in over if one.name not in used),
        tuple((n, ours[n], theirs[n]) for n in alike if n in missing),
    )


def _in_order(left: list[Held], over: list[Held]) -> tuple[tuple[str, str], ...]:
    """Pairs of the same shape in the same order; the file's order is tried in turn.

    A file keeps no order of its own (its writers sort by size and name), so the order
    of names with their numbers read as numbers is the likeliest.
    """
    orders: Sequence[Callable[[Held], object]] = (_counting, lambda one: 0)
    best: list[tuple[str, str]] = []
    for order in orders:
        sorted_over = sorted(over, key=order)  # type: ignore[arg-type]
        pairs = _aligned(left, sorted_over)
        best = max(best, pairs, key=len)
    return tuple(best)


def _aligned(left: list[Held], over: list[Held]) -> list[tuple[str, str]]:
    matcher = SequenceMatcher(
        None, [one.shape for one in left], [one.shape for one in over], autojunk=False
    )
    return [
        (left[block.a + step].name, over[block.b + step].name)
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]


def _counting(one: Held) -> tuple[tuple[int, int | str], ...]:
    """A key that puts layer.2 before layer.10, and weight before bias as torch does."""
    parts: list[tuple[int, int | str]] = []
    for part in re.split(r"(\d+)|\.", one.name):
        if part:
            digits = part.isdigit()
            parts.append((0, int(part)) if digits else (1, _FIRST.get(part, part)))
    return tuple(parts)


_FIRST = {"weight": "", "bias": "\0"}
