"""What an action of the window is, and how the tables write one down.

The texts are English; they are translated, in the context "Actions", where they are
shown.
"""

from __future__ import annotations

from typing import NamedTuple


class Act(NamedTuple):
    """One action.

    Args:
        id: what `Session.run` takes; the QAction's objectName.
        text: with its mnemonic; English, translated where it is shown.
        tip: the status tip, a sentence.
        keys: shortcuts, the first one is shown.
        icon: of resources/icons.
        slot: dotted path from the window's `Verbs`: "canvas.delete"; "" is the id.
        group: actions of which one is checked.
        checkable: whether it is switched on and off.
        on_canvas: its keys work only while the canvas has the keyboard, so that they
            stay free in text fields and tables.
        needs: what it lacks while it is disabled, a sentence.
        also: further words that find it.
    """

    id: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    slot: str = ""
    group: str = ""
    checkable: bool = False
    on_canvas: bool = False
    needs: str = ""
    also: tuple[str, ...] = ()


class Submenu(NamedTuple):
    """A menu that the window fills when it opens: the id names the filler."""

    id: str
    text: str
    icon: str = ""


class Group(NamedTuple):
    """A menu within a menu, whose entries are always the same."""

    text: str
    entries: tuple[Act | None, ...]


Entry = Act | Submenu | Group | None  # None is a separator


def act(
    name: str, text: str, tip: str, *keys: str, **more: str | bool | tuple[str, ...]
) -> Act:
    return Act(name, text, tip, keys, **more)  # type: ignore[arg-type]


def edit(
    name: str, text: str, tip: str, *keys: str, icon: str = "", needs: str = ""
) -> Act:
    slot = f"canvas.{name}"
    return Act(name, text, tip, keys, icon, slot, on_canvas=True, needs=needs)
