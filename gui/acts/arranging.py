"""Standing nodes in line: the entries of Design > Align and distribute."""

from __future__ import annotations

from gui.acts.kinds import Act, Group

TWO = "Select two nodes or more first."
THREE = "Select three nodes or more first."


def _align(name: str, text: str, tip: str, needs: str = TWO) -> Act:
    slot = f"canvas.aligning.{name}"
    return Act(f"align_{name}", text, tip, slot=slot, needs=needs)


ARRANGE = Group(
    "&Align and distribute",
    (
        _align("left", "Align &left", "Put the left edges of the selection in line"),
        _align("centre", "Align in a &column", "Put the selection in one column"),
        _align("right", "Align &right", "Put the right edges in line"),
        None,
        _align("top", "Align &top", "Put the upper edges in line"),
        _align("middle", "Align in a ro&w", "Put the selection in one row"),
        _align("bottom", "Align &bottom", "Put the lower edges in line"),
        None,
        _align(
            "across",
            "Distribute &across",
            "Make the room from left to right even",
            THREE,
        ),
        _align(
            "down", "Distribute &down", "Make the room from top to bottom even", THREE
        ),
    ),
)
