"""Every command of the program: of the menus, the panels, the node, ready designs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from gui.actions import plain
from gui.acts import MENUS, Act, acts_of
from gui.menus import TITLES, spoken
from gui.panels.search import Words, described

if TYPE_CHECKING:
    from gui.window import Window


NODE = "nodeCommands"
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class Command(NamedTuple):
    """Something that can be done by name.

    Args:
        key: names it in the person's habits.
        title: what it is called.
        group: where else it is found: a menu, a panel.
        run: does it.
        keys: its shortcut, as it is shown.
        icon: its picture.
        about: a sentence about it.
        also: further words that find it.
        blocked: why it cannot be done now; "" where it can.
    """

    key: str
    title: str
    group: str
    run: Callable[[], object]
    keys: str = ""
    icon: QIcon | None = None
    about: str = ""
    also: tuple[str, ...] = ()
    blocked: str = ""

    @property
    def words(self) -> Words:
        named = described(f"{self.title} {self.group}")
        near = (*self.also, *sorted(named))
        return Words(self.title, near, described(self.about))


def commands(window: Window) -> list[Command]:
    """All that can be done, in the order of the menus; what lies in panels last."""
    return [
        *_of_menus(window),
        *_of_node(window),
        *_of_panels(window),
        *_of_submenus(window),
        *_of_designs(window),
    ]


def _of_menus(window: Window) -> Iterator[Command]:
    for title, entries in zip(TITLES, MENUS, strict=True):
        for act in acts_of(entries):
            yield _of_act(act, plain(spoken(title)), window)


def _of_act(act: Act, group: str, window: Window) -> Command:
    action = window.actions_by_id[act.id]
    needs = spoken(act.needs) if act.needs else _tr("Not possible now.")
    return Command(
        act.id,
        plain(action.text()),
        group,
        action.trigger,
        shown_keys(action),
        action.icon(),
        spoken(act.tip),
        tuple(spoken(word) for word in act.also),
        "" if action.isEnabled() else needs,
    )


def _of_submenus(window: Window) -> Iterator[Command]:
    """Recent files and the like: the submenus as they would open now."""
    for name, menu in window.submenus.items():
        menu.aboutToShow.emit()
        group = plain(menu.title())
        yield from _of_menu(menu, group, f"{name}:")


def _of_designs(window: Window) -> Iterator[Command]:
    """Each ready design by its title; the gallery has their pictures."""
    from gui.files import EXAMPLES
    from gui.gallery import templates

    icon = window.actions_by_id["templates"].icon()
    for template in templates(EXAMPLES):
        yield Command(
            f"design:{template.path.stem}",
            template.title,
            _tr("Templates"),
            partial(window.files.open_example, template.path),
            icon=icon,
            about=template.words,
            also=(template.path.stem,),
        )


def _of_node(window: Window) -> Iterator[Command]:
    """What the right button offers on the selected node, and no menu has."""
    from gui.canvas.menus import menu_of_node

    one = window.session.selection.one
    if one is None:
        return
    had = {plain(action.text()) for action in window.actions_by_id.values()}
    for old in window.canvas.findChildren(QMenu, NODE):
        old.deleteLater()
    menu = menu_of_node(window.canvas, one)
    menu.setObjectName(NODE)
    name = window.document.design.nodes[one].name
    for command in _of_menu(menu, name, "node:"):
        if command.title not in had:
            yield command


def _of_menu(menu: QMenu, group: str, key: str) -> Iterator[Command]:
    inner = {one.menuAction(): one for one in menu.findChildren(QMenu, options=DIRECT)}
    for action in menu.actions():
        title = plain(action.text())
        if action in inner:
            for command in _of_menu(inner[action], group, f"{key}{title}:"):
                yield command._replace(title=f"{title}: {command.title}")
        elif title and not action.isSeparator() and action.isEnabled():
            yield Command(
                f"{key}{title}",
                title,
                group,
                partial(_trigger, menu, action),
                shown_keys(action),
                action.icon(),
                action.statusTip(),
            )


def _trigger(_menu: QMenu, action: QAction) -> None:
    """The menu is named so that it lives as long as its command."""
    action.trigger()


def _of_panels(window: Window) -> Iterator[Command]:
    """The buttons of the panels that stand on the screen or behind a tab."""
    for pane, group, show in window.docks.panes():
        for button in pane.findChildren(QAbstractButton):
            title = button.accessibleName() or button.text()
            if _is_command(button, pane) and any(map(str.isalpha, title)):
                yield Command(
                    f"{group}:{button.objectName() or title}",
                    plain(title),
                    group,
                    partial(_press, show, button),
                    icon=button.icon(),
                    about=button.toolTip(),
                )


def _is_command(button: QAbstractButton, pane: QWidget) -> bool:
    reached = bool(button.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return reached and button.isVisibleTo(pane) and button.isEnabled()


def _press(show: Callable[[], object], button: QAbstractButton) -> None:
    show()
    button.click()


def shown_keys(action: QAction) -> str:
    """An action's shortcut as the person's system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)
