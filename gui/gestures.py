"""Every gesture of the canvas, as a table: what Help shows, and what tests go through.

The texts are English; they are translated, in the context "Gestures", where they are
shown. Shortcuts stand in `gui.acts` and are read from there.
"""

from __future__ import annotations

from typing import NamedTuple


class Gesture(NamedTuple):
    """One thing to do with the pointer or the keyboard on the canvas.

    Args:
        id: what a test calls it.
        family: the heading under which it stands.
        how: what one does.
        what: what comes of it.
    """

    id: str
    family: str
    how: str
    what: str


def _family(name: str, *rows: tuple[str, str, str]) -> tuple[Gesture, ...]:
    return tuple(Gesture(key, name, how, what) for key, how, what in rows)


GESTURES: tuple[Gesture, ...] = (
    *_family(
        "Adding",
        (
            "palette_drag",
            "Drag a row of the palette onto the canvas",
            "adds the node where its ghost stands",
        ),
        (
            "palette_use",
            "Double-click a row, or Enter on it",
            "adds it after the selected node",
        ),
        (
            "drop_on_wire",
            "Drop onto a wire",
            "splices it in; the neighbours make room",
        ),
        (
            "drop_on_node",
            "Drop onto a node",
            "puts it after that node; an activation is docked",
        ),
        (
            "drop_initializer",
            "Drop an initializer onto a layer",
            "sets the weight; with Shift the bias",
        ),
        (
            "drop_alone",
            "Alt while dropping or dragging",
            "leaves wires and lines alone",
        ),
        (
            "search",
            "Double-click empty canvas, Tab, or any letter",
            "searches, and adds at the pointer",
        ),
        ("drop_file", "Drop a design onto the window", "opens it"),
    ),
    *_family(
        "Wiring",
        (
            "wire",
            "Drag from a port to a port or a node",
            "connects; what fits lights up, what does not fades",
        ),
        (
            "wire_search",
            "Let a wire go on empty canvas",
            "searches for what fits, and wires it",
        ),
        (
            "wire_take",
            "Drag a wire by its end",
            "leads it elsewhere; let go on nothing it is gone",
        ),
        (
            "wire_cut",
            "Click a wire, then Delete",
            "takes the wire away",
        ),
    ),
    *_family(
        "Moving",
        (
            "move",
            "Drag nodes",
            "moves them; they fall into line and into even gaps",
        ),
        ("move_axis", "Shift while dragging", "keeps to an axis"),
        ("copy", "Ctrl while dragging", "drags copies"),
        (
            "splice",
            "Drag a node without wires onto a wire",
            "puts it in; the neighbours make room",
        ),
        ("border", "Drag to the border", "the canvas goes on underneath"),
        (
            "nudge",
            "Ctrl and an arrow",
            "moves the selection a little; with Shift by one pixel",
        ),
    ),
    *_family(
        "Selecting",
        ("click", "Click", "selects; on empty canvas selects nothing"),
        ("toggle", "Ctrl and click", "adds it, or takes it out"),
        (
            "path",
            "Shift and click",
            "adds the path from what was selected",
        ),
        (
            "band",
            "Drag on empty canvas",
            "selects what it touches; Shift adds, Ctrl turns round",
        ),
        ("arrows", "An arrow", "goes to the neighbour along the wires"),
    ),
    *_family(
        "Frames and comments",
        (
            "frame_draw",
            "Ctrl+J with nodes selected",
            "draws a frame around them and asks for its title",
        ),
        (
            "frame_move",
            "Drag a frame by its title, a comment by all of it",
            "moves it, and what is in the frame",
        ),
        (
            "frame_join",
            "Drag nodes into a frame, or out of it",
            "they belong to it, or no longer",
        ),
        (
            "frame_size",
            "Drag an edge or a corner; Shift and an arrow",
            "resizes it; what it reaches belongs to it",
        ),
        (
            "frame_title",
            "Double-click a frame's title or a comment, or Enter",
            "writes it anew",
        ),
    ),
    *_family(
        "Looking",
        (
            "wheel",
            "Wheel, or pinch",
            "zooms at the pointer; with Shift the wheel goes sideways",
        ),
        ("fingers", "Two fingers on a touchpad", "pan; with Ctrl they zoom"),
        ("pan", "Drag with the middle button, or with Space held", "pans"),
        ("help", "Rest on anything", "says what it is and what is wrong with it"),
    ),
    *_family(
        "Names, blocks, menus",
        ("rename", "Double-click a node, or F2", "renames it where it stands"),
        ("open_block", "Double-click a block, or Enter", "looks inside"),
        (
            "other_use",
            "Alt+PgDn and Alt+PgUp in a block",
            "show its next or last repeat or use, as its breadcrumb says",
        ),
        ("menu", "Right button on anything, or Shift+F10", "offers all it can do"),
        (
            "escape",
            "Esc",
            "gives up the gesture; then the selection; then leaves the block",
        ),
    ),
)
