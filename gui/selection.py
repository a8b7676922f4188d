"""Which nodes the person is looking at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.design.model import Design
from gui.document import Document


class Selection(QObject):
    """The selected nodes; forgets those that leave the design."""

    changed = Signal(object)  # frozenset[str]

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._ids: frozenset[str] = frozenset()
        document.changed.connect(self._forget)

    @property
    def ids(self) -> frozenset[str]:
        return self._ids

    @property
    def one(self) -> str | None:
        """The selected node, if it is the only one."""
        return next(iter(self._ids)) if len(self._ids) == 1 else None

    def set(self, ids: Iterable[str]) -> None:
        """Select exactly these, as far as they are in the design."""
        chosen = frozenset(ids) & self._document.design.nodes.keys()
        if chosen != self._ids:
            self._ids = chosen
            self.changed.emit(chosen)

    def _forget(self, before: Design, after: Design) -> None:
        if before.graph.nodes is not after.graph.nodes:
            self.set(self._ids)
