"""Every action of the window, as a table: menus, shortcuts and the palette read it.

The texts of the table are translated, in the context "Actions", where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.menus import spoken

if TYPE_CHECKING:
    from gui.theme import Theme


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


class Submenu(NamedTuple):
    """A menu that the window fills when it opens: the id names the filler."""

    id: str
    text: str
    icon: str = ""


Entry = Act | Submenu | None  # None is a separator


def _act(name: str, text: str, tip: str, *keys: str, **more: str | bool) -> Act:
    return Act(name, text, tip, keys, **more)  # type: ignore[arg-type]


def _edit(name: str, text: str, tip: str, *keys: str, icon: str = "") -> Act:
    return Act(name, text, tip, keys, icon, f"canvas.{name}", on_canvas=True)


FILE: tuple[Entry, ...] = (
    _act("new", "&New", "Start an empty design", "Ctrl+N", icon="file-plus"),
    _act("open", "&Open…", "Open a design", "Ctrl+O", icon="folder-open"),
    Submenu("recent", "Open &recent", "history"),
    Submenu("examples", "&Examples", "book-open"),
    None,
    _act("save", "&Save", "Save the design", "Ctrl+S", icon="save"),
    _act(
        "save_as",
        "Save &as…",
        "Save the design under another name",
        "Ctrl+Shift+S",
        icon="save-all",
    ),
    None,
    _act(
        "export_python",
        "Export &Python…",
        "Write the design as a PyTorch module",
        "Ctrl+E",
        icon="file-code",
    ),
    _act(
        "export_svg",
        "Export S&VG…",
        "Write a picture of the design that scales",
        icon="file-image",
    ),
    _act(
        "export_png", "Export PN&G…", "Write a picture of the design", icon="file-image"
    ),
    None,
    _act("quit", "&Quit", "Leave Fanin", "Ctrl+Q", icon="log-out", slot="close"),
)

EDIT: tuple[Entry, ...] = (
    _act(
        "undo",
        "&Undo",
        "Take back the last change",
        "Ctrl+Z",
        icon="undo-2",
        slot="document.undo",
    ),
    _act(
        "redo",
        "&Redo",
        "Do again what was taken back",
        "Ctrl+Shift+Z",
        "Ctrl+Y",
        icon="redo-2",
        slot="document.redo",
    ),
    None,
    _edit(
        "cut", "Cu&t", "Move the selection to the clipboard", "Ctrl+X", icon="scissors"
    ),
    _edit("copy", "&Copy", "Copy the selection as text", "Ctrl+C", icon="copy"),
    _edit(
        "paste",
        "&Paste",
        "Add what the clipboard holds",
        "Ctrl+V",
        icon="clipboard-paste",
    ),
    _edit(
        "duplicate",
        "D&uplicate",
        "Add a copy of the selection",
        "Ctrl+D",
        icon="copy-plus",
    ),
    None,
    _edit(
        "delete", "&Delete", "Remove the selection", "Del", "Backspace", icon="trash-2"
    ),
    _edit(
        "delete_and_reconnect",
        "Delete and reco&nnect",
        "Remove the selection and join its neighbours",
        "Ctrl+Del",
        "Ctrl+Backspace",
        icon="unlink",
    ),
    None,
    _edit(
        "select_all",
        "Select &all",
        "Select every node",
        "Ctrl+A",
        icon="square-dashed-mouse-pointer",
    ),
    _act("rename", "Rena&me…", "Give the selected node a name", "F2", icon="pencil"),
    _act(
        "find",
        "&Find in the design…",
        "Find nodes by name, kind, parameter or initializer",
        "Ctrl+F",
        icon="search",
        slot="canvas.find_nodes",
    ),
    _edit(
        "freeze",
        "Free&ze or unfreeze",
        "Hold what the selected layers have learned, or let them learn again",
        "Ctrl+Shift+F",
    ),
    None,
    _act(
        "commands",
        "C&ommands…",
        "Find any command by its name",
        "Ctrl+Shift+P",
        icon="command",
    ),
)

VIEW: tuple[Entry, ...] = (
    _act("zoom_in", "Zoom &in", "Come nearer", "Ctrl++", "Ctrl+=", icon="zoom-in"),
    _act("zoom_out", "Zoom &out", "Step back", "Ctrl+-", icon="zoom-out"),
    _act(
        "zoom_fit",
        "&Fit the design",
        "Show the whole design",
        "Ctrl+0",
        icon="maximize",
        slot="canvas.fit",
    ),
    _act(
        "zoom_selection",
        "Fit the &selection",
        "Show all that is selected",
        "Ctrl+Shift+0",
        icon="scan",
        slot="canvas.fit_selection",
    ),
    _act("zoom_one", "&100 %", "Show the design at its own size", "Ctrl+1"),
    None,
    _act(
        "look_system",
        "Look of the s&ystem",
        "Light or dark as the desktop",
        icon="monitor",
        group="look",
    ),
    _act("look_light", "&Light look", "Always light", icon="sun", group="look"),
    _act("look_dark", "&Dark look", "Always dark", icon="moon", group="look"),
    None,
    _act(
        "show_palette",
        "&Palette",
        "Show or hide what can be added",
        "Ctrl+Alt+P",
        checkable=True,
        icon="panel-left",
    ),
    _act(
        "show_inspector",
        "&Inspector and insight",
        "Show or hide the panels on the right",
        "Ctrl+Alt+I",
        checkable=True,
        icon="panel-right",
    ),
    _act(
        "show_results",
        "&Tables and code",
        "Show or hide the panels below",
        "Ctrl+Alt+T",
        checkable=True,
        icon="panel-bottom",
    ),
    _act(
        "show_history",
        "&History",
        "Show every change, to go back to any of them",
        "Ctrl+H",
        checkable=True,
        icon="history",
    ),
)

DESIGN: tuple[Entry, ...] = (
    _act(
        "tidy",
        "&Tidy layout",
        "Put the nodes in order, from left to right",
        "Ctrl+L",
        icon="workflow",
    ),
    None,
    _act(
        "reroll",
        "&Re-roll the weights",
        "Draw all weights anew, with the next seed",
        "Ctrl+R",
        icon="dices",
    ),
    _act(
        "settings",
        "&Batch size and seed…",
        "Set the batch size and the seed",
        "Ctrl+B",
        icon="sliders-horizontal",
    ),
)

INSIGHT: tuple[Entry, ...] = (
    _act(
        "see_summary",
        "&Summary",
        "Show the table of layers",
        "Ctrl+Alt+1",
        icon="table",
    ),
    _act(
        "see_problems",
        "&Problems",
        "Show what is wrong or unwise",
        "Ctrl+Alt+2",
        icon="triangle-alert",
    ),
    _act(
        "see_parameters",
        "P&arameters",
        "Show every named parameter",
        "Ctrl+Alt+3",
        icon="list",
    ),
    _act("see_code", "&Code", "Show the PyTorch source", "Ctrl+Alt+4", icon="code"),
    _act(
        "see_activation",
        "Activation c&urve",
        "Show the curve of the selected activation",
        "Ctrl+Alt+5",
        icon="chart-spline",
    ),
    _act(
        "see_weights",
        "&Weight histogram",
        "Show the weights of the selected layer",
        "Ctrl+Alt+6",
        icon="chart-column",
    ),
    None,
    _act(
        "heat_none",
        "Heat: n&one",
        "Draw the nodes in their own colours",
        slot="canvas.heat.none",
        group="heat",
    ),
    _act(
        "heat_parameters",
        "Heat: &parameters",
        "Tint each node by its share of the parameters",
        slot="canvas.heat.parameters",
        group="heat",
    ),
    _act(
        "heat_mult_adds",
        "Heat: &mult-adds",
        "Tint each node by its share of the work",
        slot="canvas.heat.mult_adds",
        group="heat",
    ),
    _act(
        "heat_memory",
        "Heat: m&emory",
        "Tint each node by its share of the memory that training takes",
        slot="canvas.heat.memory",
        group="heat",
    ),
    None,
    _act(
        "stop",
        "S&top computing",
        "Stop what the engine is working on",
        "Esc",
        icon="circle-stop",
    ),
)

HELP: tuple[Entry, ...] = (
    _act(
        "reference",
        "&Reference",
        "Explain what is selected",
        "F1",
        icon="circle-help",
    ),
    _act(
        "next_pane",
        "&Next pane",
        "Move the keyboard to the next part of the window",
        "F6",
    ),
    None,
    _act("about", "&About Fanin", "Version, licences and where files are", icon="info"),
)

MENUS: tuple[tuple[Entry, ...], ...] = (FILE, EDIT, VIEW, DESIGN, INSIGHT, HELP)


def acts() -> Iterator[Act]:
    """Every action, in the order of the menus."""
    for entries in MENUS:
        yield from (entry for entry in entries if isinstance(entry, Act))


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
            else:
                submenus[entry.id] = _submenu(menu, entry, fillers[entry.id])
    return submenus


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
