"""What every part of the window is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.design.model import Design
from gui.document import Document
from gui.habits import COMMON, Habits
from gui.library import Library
from gui.selection import Selection
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.hearing import Hearing
    from gui.worker import Worker


def _quiet(_: object) -> None:
    """Nobody listens yet."""


@dataclass
class Session:
    """One open document and what surrounds it.

    Args:
        document: the design.
        selection: which of its nodes are selected.
        worker: the engine's process.
        theme: the look.
        library: the person's own blocks.
        tell: puts one sentence in the status bar.
        run: runs an action of `gui.acts` by its id: "delete", "zoom_fit".
        place: adds a node of this kind at the canvas's centre, wired after the
            selected one; what Enter on a palette row does.
        initialize: gives the selected nodes' weights this initializer.
        peek: shows the curve of an activation that stands in no design; any other
            kind, or none, shows the selected one's again.
        help: shows the reference of an operator or initializer by its kind.
        keep_block: keeps a definition of the design, by its id, in the library.
        keep_part: keeps a packed block there.
        added: what the person adds often, and added last.
        hearing: listens to the signal through the whole design; the window makes it.
    """

    document: Document
    selection: Selection
    worker: Worker
    theme: Theme
    library: Library
    tell: Callable[[str], None] = _quiet
    run: Callable[[str], None] = _quiet
    place: Callable[[str], None] = _quiet
    initialize: Callable[[str], None] = _quiet
    peek: Callable[[str], None] = _quiet
    help: Callable[[str], None] = _quiet
    keep_block: Callable[[str], None] = _quiet
    keep_part: Callable[[Design], None] = _quiet
    added: Habits = field(default_factory=lambda: Habits("add", COMMON))
    hearing: Hearing | None = None

    @property
    def ear(self) -> Hearing:
        """What listens to the signal, made when it is first wanted."""
        if self.hearing is None:
            from gui.hearing import Hearing

            self.hearing = Hearing(self.document, self.worker, self.document)
        return self.hearing
