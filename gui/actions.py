"""The tables of `gui.acts` as QActions: menus, shortcuts, icons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.acts import MENUS, Act, Group, Submenu, acts
from gui.menus import spoken

if TYPE_CHECKING:
    from gui.theme import Theme


def plain(text: str) -> str:
    """Without mnemonic and dots: as a command is called in a list."""
    return text.replace("&", "").rstrip("…")


def make(window: QWidget, verbs: QObject) -> dict[str, QAction]:
    """The actions as QActions of `window`, by id, connected to the slots of `verbs`."""
    groups: dict[str, QActionGroup] = {}
    return {act.id: _made(act, window, verbs, groups) for act in acts()}


def _made(
    act: Act, window: QWidget, verbs: QObject, groups: dict[str, QActionGroup]
) -> QAction:
    action = QAction(spoken(act.text), window)
    action.setObjectName(act.id)
    action.setShortcuts([QKeySequence(keys) for keys in act.keys])
    if act.on_canvas:
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        action.setShortcutContext(context)
    tip = spoken(act.tip)
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setStatusTip(f"{tip}.")
    action.setToolTip(f"{tip} ({keys})" if keys else tip)
    action.setCheckable(act.checkable or bool(act.group))
    if act.group:
        groups.setdefault(act.group, QActionGroup(window)).addAction(action)
    action.triggered.connect(_call(verbs, act))
    return action


def _call(verbs: QObject, act: Act) -> Callable[[bool], None]:
    """Looks the slot up when it is called: the canvas is not there yet."""
    path = act.slot or act.id

    def called(checked: bool) -> None:
        slot = reduce(
            lambda found, name: attrgetter(name)(found), path.split("."), verbs
        )
        slot(checked) if act.checkable else slot()  # type: ignore[operator]

    return called


def fill(
    menus: list[QMenu],
    actions: dict[str, QAction],
    fillers: Mapping[str, Callable[[QMenu], None]],
) -> dict[str, QMenu]:
    """Give the menus their entries; the submenus by id."""
    submenus: dict[str, QMenu] = {}
    for menu, entries in zip(menus, MENUS, strict=True):
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            elif isinstance(entry, Act):
                menu.addAction(actions[entry.id])
            elif isinstance(entry, Group):
                add_group(menu, entry, actions)
            else:
                submenus[entry.id] = _submenu(menu, entry, fillers[entry.id])
    return submenus


def add_group(menu: QMenu, group: Group, actions: Mapping[str, QAction]) -> QMenu:
    """Give a menu an inner one with the actions of a group."""
    inner = menu.addMenu(spoken(group.text))
    for entry in group.entries:
        if entry is None:
            inner.addSeparator()
        else:
            inner.addAction(actions[entry.id])
    return inner


def _submenu(menu: QMenu, entry: Submenu, filler: Callable[[QMenu], None]) -> QMenu:
    found = menu.addMenu(spoken(entry.text))
    found.aboutToShow.connect(lambda: filler(found))
    return found


def paint(
    actions: dict[str, QAction], submenus: dict[str, QMenu], theme: Theme
) -> None:
    """Give everything its icon in the present colours."""
    for act in acts():
        if act.icon:
            actions[act.id].setIcon(theme.icon(act.icon))
    for entries in MENUS:
        for entry in entries:
            if isinstance(entry, Submenu) and entry.icon:
                submenus[entry.id].setIcon(theme.icon(entry.icon))
