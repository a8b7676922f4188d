"""Which nodes the person is looking at, and which frames and comments."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.design.model import Design
from gui.document import Document


class Selection(QObject):
    """The selected nodes and marks; forgets those that leave the design."""

    changed = Signal(object)  # frozenset[str]: the nodes

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._ids: frozenset[str] = frozenset()
        self._marks: frozenset[str] = frozenset()
        document.changed.connect(self._forget)

    @property
    def ids(self) -> frozenset[str]:
        return self._ids

    @property
    def marks(self) -> frozenset[str]:
        """The selected frames and comments."""
        return self._marks

    @property
    def one(self) -> str | None:
        """The selected node, if it is the only one."""
        return next(iter(self._ids)) if len(self._ids) == 1 else None

    @property
    def one_mark(self) -> str | None:
        """The selected frame or comment, if nothing else is selected."""
        alone = len(self._marks) == 1 and not self._ids
        return next(iter(self._marks)) if alone else None

    def set(self, ids: Iterable[str], marks: Iterable[str] = ()) -> None:
        """Select exactly these, as far as they are in the design."""
        design = self._document.design
        chosen = frozenset(ids) & design.nodes.keys()
        marked = frozenset(marks) & design.look.marks.keys()
        if (chosen, marked) != (self._ids, self._marks):
            self._ids, self._marks = chosen, marked
            self.changed.emit(chosen)

    def _forget(self, before: Design, after: Design) -> None:
        same_nodes = before.graph.nodes is after.graph.nodes
        if not same_nodes or before.look.marks is not after.look.marks:
            self.set(self._ids, self._marks)
