"""Every action of the window, as tables: menus, shortcuts and the palette read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gui.acts.doing import DESIGN, EDIT, FILE
from gui.acts.kinds import Act, Entry, Group, Submenu
from gui.acts.seeing import HELP, INSIGHT, VIEW

MENUS: tuple[tuple[Entry, ...], ...] = (FILE, EDIT, VIEW, DESIGN, INSIGHT, HELP)


def acts() -> Iterator[Act]:
    """Every action, in the order of the menus."""
    for entries in MENUS:
        yield from acts_of(entries)


def acts_of(entries: Iterable[Entry]) -> Iterator[Act]:
    """The actions of one menu, those of its groups among them."""
    for entry in entries:
        if isinstance(entry, Act):
            yield entry
        elif isinstance(entry, Group):
            yield from (inner for inner in entry.entries if inner is not None)


__all__ = ["MENUS", "Act", "Entry", "Group", "Submenu", "acts", "acts_of"]
