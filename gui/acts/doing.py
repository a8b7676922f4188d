"""What the menus File, Edit and Design do to a design."""

from __future__ import annotations

from gui.acts.kinds import Act, Entry, Submenu, act, edit

FILE: tuple[Entry, ...] = (
    act("new", "&New", "Start an empty design", "Ctrl+N", icon="file-plus"),
    act("open", "&Open…", "Open a design", "Ctrl+O", icon="folder-open"),
    Act(
        "templates",
        "&Templates…",
        "Choose among ready designs by their pictures",
        ("Ctrl+Shift+N",),
        "image",
    ),
    Submenu("recent", "Open &recent", "history"),
    Submenu("examples", "&Examples", "book-open"),
    None,
    act("save", "&Save", "Save the design", "Ctrl+S", icon="save"),
    act(
        "save_as",
        "Save &as…",
        "Save the design under another name",
        "Ctrl+Shift+S",
        icon="save-all",
    ),
    None,
    act(
        "export_python",
        "Export &Python…",
        "Write the design as a PyTorch module",
        "Ctrl+E",
        icon="file-code",
    ),
    act(
        "export_svg",
        "Export S&VG…",
        "Write a picture of the design that scales",
        icon="file-image",
    ),
    act(
        "export_png", "Export PN&G…", "Write a picture of the design", icon="file-image"
    ),
    None,
    act("quit", "&Quit", "Leave Fanin", "Ctrl+Q", icon="log-out", slot="close"),
)

EDIT: tuple[Entry, ...] = (
    act(
        "undo",
        "&Undo",
        "Take back the last change",
        "Ctrl+Z",
        icon="undo-2",
        slot="document.undo",
    ),
    act(
        "redo",
        "&Redo",
        "Do again what was taken back",
        "Ctrl+Shift+Z",
        "Ctrl+Y",
        icon="redo-2",
        slot="document.redo",
    ),
    None,
    edit(
        "cut", "Cu&t", "Move the selection to the clipboard", "Ctrl+X", icon="scissors"
    ),
    edit("copy", "&Copy", "Copy the selection as text", "Ctrl+C", icon="copy"),
    edit(
        "paste",
        "&Paste",
        "Add what the clipboard holds",
        "Ctrl+V",
        icon="clipboard-paste",
    ),
    edit(
        "duplicate",
        "D&uplicate",
        "Add a copy of the selection",
        "Ctrl+D",
        icon="copy-plus",
    ),
    None,
    edit(
        "delete", "&Delete", "Remove the selection", "Del", "Backspace", icon="trash-2"
    ),
    edit(
        "delete_and_reconnect",
        "Delete and reco&nnect",
        "Remove the selection and join its neighbours",
        "Ctrl+Del",
        "Ctrl+Backspace",
        icon="unlink",
    ),
    None,
    edit(
        "select_all",
        "Select &all",
        "Select every node",
        "Ctrl+A",
        icon="square-dashed-mouse-pointer",
    ),
    act("rename", "Rena&me…", "Give the selected node a name", "F2", icon="pencil"),
    act(
        "find",
        "&Find in the design…",
        "Find nodes by name, kind, parameter or initializer",
        "Ctrl+F",
        icon="search",
        slot="canvas.find_nodes",
    ),
    edit(
        "freeze",
        "Free&ze or unfreeze",
        "Hold what the selected layers have learned, or let them learn again",
        "Ctrl+Shift+F",
    ),
    None,
    act(
        "commands",
        "C&ommands…",
        "Find any command by its name",
        "Ctrl+Shift+P",
        icon="command",
    ),
)

DESIGN: tuple[Entry, ...] = (
    Act(
        "make_block",
        "Make a &block…",
        "Make a block of the selected nodes, to be used many times",
        ("Ctrl+G",),
        "layers",
        "canvas.grouping.group",
        on_canvas=True,
    ),
    Act(
        "ungroup",
        "&Ungroup",
        "Put what is inside the selected block in its place",
        ("Ctrl+Shift+G",),
        slot="canvas.grouping.ungroup",
        on_canvas=True,
    ),
    Act(
        "detach",
        "&Detach",
        "Give the selected use of a block a copy of its own",
        slot="canvas.grouping.detach",
    ),
    Act(
        "keep_block",
        "&Keep in my blocks",
        "Keep the selected block for all designs",
        slot="canvas.grouping.keep",
    ),
    act(
        "import_blocks",
        "I&mport blocks…",
        "Take the blocks of other designs among yours",
    ),
    Act(
        "look_inside",
        "Look &inside",
        "Open the selected block; Esc goes back",
        slot="canvas.levels.enter",
    ),
    None,
    Act(
        "frame",
        "&Frame",
        "Draw a titled frame around what is selected, or where the pointer is",
        ("Ctrl+J",),
        "frame",
        "canvas.marking.frame",
        on_canvas=True,
    ),
    Act(
        "comment",
        "&Comment",
        "Write a comment on the canvas",
        ("Ctrl+M",),
        "sticky-note",
        "canvas.marking.comment",
        on_canvas=True,
    ),
    Act(
        "next_mark",
        "&Next frame or comment",
        "Select the next frame or comment, in the order of reading",
        ("Ctrl+Shift+J",),
        slot="canvas.marking.next",
        on_canvas=True,
    ),
    None,
    act(
        "tidy",
        "&Tidy layout",
        "Put the nodes in order, from left to right",
        "Ctrl+L",
        icon="workflow",
    ),
    None,
    act(
        "reroll",
        "&Re-roll the weights",
        "Draw all weights anew, with the next seed",
        "Ctrl+R",
        icon="dices",
    ),
    act(
        "settings",
        "&Batch size and seed…",
        "Set the batch size and the seed",
        "Ctrl+B",
        icon="sliders-horizontal",
    ),
)
