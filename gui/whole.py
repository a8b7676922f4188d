"""The whole design, for panels that speak of all of it whatever stands open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.design.model import Design
from gui.document import Document
from gui.place import place_of, turns_of
from gui.selection import Selection
from gui.session import Session


class WholeDocument(Document):
    """Shows another document as if no block stood open."""

    def __init__(self, inner: Document) -> None:
        super().__init__(inner.whole, inner)
        self._inner = inner
        self.history.deleteLater()
        self.history = inner.history
        self._take_path()
        inner.whole_changed.connect(self._mirror)
        inner.path_changed.connect(self._take_path)
        inner.modified_changed.connect(self.modified_changed)
        self.refused.connect(inner.refused)

    def commit(self, design: Design, text: str, merge: str = "") -> None:
        self._inner.commit_whole(design, text, merge)

    def seal(self) -> None:
        self._inner.seal()

    def _mirror(self, before: Design, after: Design) -> None:
        self.whole = self.design = after
        self.whole_checked = self.checked = self._inner.whole_checked
        self.changed.emit(before, after)

    def _take_path(self) -> None:
        self.path, self._name = self._inner.path, self._inner.name
        self.path_changed.emit()


class WholeSelection(Selection):
    """The selected nodes by their paths; selecting one opens the block it stands in."""

    def __init__(self, document: WholeDocument, inner: Document, real: Selection):
        super().__init__(document, document)
        self._inner, self._real = inner, real
        real.changed.connect(self._tell)
        inner.place_changed.connect(self._tell)
        self._tell()

    def set(self, ids: Iterable[str], marks: Iterable[str] = ()) -> None:
        """Go to the first of these and select those beside it."""
        paths = list(ids)
        found = [place_of(path) for path in paths]
        if found:
            self._inner.open(found[0][0], turns_of(paths[0]))
        here = self._inner.here.place
        self._real.set(key for place, key in found if place == here)

    def _tell(self, *_: object) -> None:
        paths = frozenset(map(self._inner.path_to, self._real.ids))
        if paths != self._ids:
            self._ids = paths
            self.changed.emit(paths)

    def _forget(self, before: Design, after: Design) -> None:
        """The real selection forgets, and tells."""


def whole(session: Session) -> Session:
    """The session of a panel that speaks of the whole design."""
    document = WholeDocument(session.document)
    selection = WholeSelection(document, session.document, session.selection)
    return replace(session, document=document, selection=selection)
