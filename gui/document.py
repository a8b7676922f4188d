"""The one place where a design is replaced by the next, and which part is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.check import Checked, check
from engine.design.bodies import closed
from engine.design.model import Design
from engine.errors import EngineError
from gui.place import Here, Place, look
from gui.words import say

MERGING = 1  # the id of steps that may merge; -1 is Qt's for those that never do


class Document(QObject):
    """Owns the current `Design`; the only object that replaces it.

    `design` and `checked` are what is looked at: the whole, or the body of the block
    that stands open. What is committed there is edited in the block, and every use of
    it follows.
    """

    changed = Signal(object, object)  # before: Design, after: Design, of what is seen
    whole_changed = Signal(object, object)  # likewise, of all of it
    place_changed = Signal()  # another block or repeat was opened, or left
    path_changed = Signal()
    modified_changed = Signal(bool)
    refused = Signal(str)  # why an edit was not done, one sentence

    def __init__(
        self, design: Design | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.whole = design or Design()
        self.whole_checked: Checked = check(self.whole)
        self.here = Here((), "", self.whole, self.whole_checked)
        self.design, self.checked = self.whole, self.whole_checked
        self.path: Path | None = None
        self._name = ""
        self.history = QUndoStack(self)
        self.history.cleanChanged.connect(self._tell_modified)
        self._sealed = False
        self._turns: dict[Place, int] = {}

    @property
    def name(self) -> str:
        """What the design is called in the title bar."""
        return self.path.stem if self.path else self._name or self.tr("untitled")

    @property
    def modified(self) -> bool:
        """Whether closing now would lose something."""
        return not self.history.isClean()

    def commit(self, design: Design, text: str, merge: str = "") -> None:
        """Make `design` the current one, as one undo step.

        Args:
            design: what an edit of `self.design` returned; that itself is no step.
            text: the step's name in the Edit menu: "Move 3 nodes".
            merge: steps in a row with the same key become one, until `seal`.
        """
        if design is self.design:
            return
        if self.here.place:
            try:
                design = closed(self.whole, design.scope.block, design)
            except EngineError as error:  # a block would stand within itself
                self.refused.emit(say(error.message))
                return
        self.commit_whole(design, text, merge)

    def commit_whole(self, design: Design, text: str, merge: str = "") -> None:
        """Make `design` the whole, as one undo step; see `commit`."""
        if design is self.whole:
            return
        step = _Step(self, design, text, merge, sealed=self._sealed)
        self._sealed = False
        self.history.push(step)

    def attempt(
        self,
        edit: Callable[..., Design],
        *args: object,
        text: str,
        merge: str = "",
        **values: object,
    ) -> bool:
        """Commit `edit(design, *args, **values)`; False and `refused` if it refuses."""
        try:
            after = edit(self.design, *args, **values)
        except EngineError as error:
            self.refused.emit(say(error.message))
            return False
        self.commit(after, text, merge)
        return True

    def attempt_whole(
        self, edit: Callable[..., Design], *args: object, text: str
    ) -> bool:
        """Commit `edit(whole, *args)`; see `attempt`."""
        try:
            after = edit(self.whole, *args)
        except EngineError as error:
            self.refused.emit(say(error.message))
            return False
        self.commit_whole(after, text)
        return True

    def open(self, place: Place, turns: Mapping[Place, int] | None = None) -> None:
        """Look into a block: the ids of the uses that lead there; () is the whole.

        A definition that nothing uses is opened by its own id.

        Args:
            place: where.
            turns: which repeats of the uses on the way to look into; where nothing is
                said, those that were looked into last.
        """
        self._turns.update(turns or {})
        here = look(self.whole, self.whole_checked, place, self._turns)
        for depth, turn in enumerate(here.turns, 1):
            self._turns[place[:depth]] = turn
        if here.place != self.here.place or here.turns != self.here.turns:
            self.seal()
            self._enter(here)

    def path_to(self, key: str) -> str:
        """The path from the whole to a node of what is seen: n5/0/n2."""
        return f"{self.here.prefix}{key}"

    def seal(self) -> None:
        """End the current merged step: a drag was dropped, a field was left."""
        self._sealed = True

    def undo(self) -> None:
        self.seal()
        self.history.undo()

    def redo(self) -> None:
        self.seal()
        self.history.redo()

    def replace(
        self,
        design: Design,
        path: Path | None = None,
        *,
        name: str = "",
        modified: bool = False,
    ) -> None:
        """Open another document: the history starts anew.

        Args:
            design: the document.
            path: the file it came from.
            name: what it is called while it has no file, as an example has none.
            modified: whether it differs from that file, as a recovered design does.
        """
        self.history.clear()
        self._sealed = False
        self._turns.clear()
        self._show(design)
        self._name = name
        self.path = path
        self.path_changed.emit()
        if modified:
            self.history.resetClean()
        self._tell_modified()

    def saved(self, path: Path) -> None:
        """Note that the current design is what the file at `path` holds."""
        self.path = path
        self.path_changed.emit()
        self.history.setClean()
        self._tell_modified()

    def _tell_modified(self) -> None:
        self.modified_changed.emit(self.modified)

    def _show(self, after: Design, place: Place = ()) -> None:
        before = self.whole
        # Looks never change a shape: moving a node of a large net checks nothing.
        alike = after.graph is before.graph and after.settings == before.settings
        if not alike:
            self.whole_checked = check(after)
        self.whole = after
        self._enter(look(after, self.whole_checked, place, self._turns))
        self.whole_changed.emit(before, after)

    def _enter(self, here: Here) -> None:
        """Show another place, or the same one as it is now."""
        before, was = self.design, (self.here.place, self.here.turns)
        self.here, self.design, self.checked = here, here.design, here.checked
        self.changed.emit(before, here.design)
        if was != (here.place, here.turns):
            self.place_changed.emit()


class _Step(QUndoCommand):
    """One undo step: the design before and after."""

    def __init__(
        self, document: Document, after: Design, text: str, key: str, *, sealed: bool
    ) -> None:
        super().__init__(text)
        self.before = document.whole
        self.after = after
        self._place = document.here.place  # where to go, to see what it undoes
        self._show = document._show
        self._key = key
        self._sealed = sealed

    def id(self) -> int:
        return MERGING if self._key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other._key != self._key or other._sealed:
            return False
        if other._place != self._place:
            return False
        self.after = other.after
        self.setText(other.text())
        # Dragged away and back again: nothing is left to undo.
        self.setObsolete(self.after == self.before)
        return True

    def undo(self) -> None:
        self._show(self.before, self._place)

    def redo(self) -> None:
        self._show(self.after, self._place)
