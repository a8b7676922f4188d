"""A mapping whose values are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lazy(Mapping[K, V]):
    """Has all keys of `known`, and the values that somebody wanted.

    Args:
        known: the keys, as they are now.
        make: the value for a key.
    """

    def __init__(self, known: Collection[K], make: Callable[[K], V]) -> None:
        self._known = known
        self._make = make
        self.made: dict[K, V] = {}  # those that are there

    def __getitem__(self, key: K) -> V:
        found = self.made.get(key)
        if found is None:
            if key not in self._known:
                raise KeyError(key)
            found = self.made[key] = self._make(key)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[K]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
