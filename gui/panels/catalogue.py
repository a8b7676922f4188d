"""The catalogue as a tree for the palette: sections, families, rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.spec import Initializer, Operator
from gui.habits import COMMON, Habits
from gui.panels.search import Index, Match, Row

OPERATOR_MIME = "application/x-fanin-operator"
INITIALIZER_MIME = "application/x-fanin-initializer"

ROW = 3  # the level of what can be dragged
FEW = 4  # rows that are not worth folding away

ENTRY = Qt.ItemDataRole.UserRole  # the Entry behind an index

_Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()  # what Qt's own signatures have as the default


@dataclass(eq=False)
class Entry:
    """A heading with children, or a row of the catalogue.

    Args:
        title: what is shown.
        level: 0 is a section, 1 all that is less common in it, 2 a family, 3 a row.
        row: the catalogue's row; None for a heading.
        match: while searching, why it is shown.
    """

    title: str
    level: int
    row: Row | None = None
    parent: Entry | None = None
    children: list[Entry] = field(default_factory=list)
    place: int = 0  # among its siblings
    match: Match | None = None
    key: int = 0  # what an index carries; a pointer would outlive its entry

    def add(self, child: Entry) -> Entry:
        child.parent, child.place = self, len(self.children)
        self.children.append(child)
        return child

    @property
    def count(self) -> int:
        """How many rows stand below a heading."""
        return sum(child.count for child in self.children) if not self.row else 1


class CatalogueModel(QAbstractItemModel):
    """Every row under its headings or, while searching, the matches, best first."""

    def __init__(
        self, parent: QObject | None = None, habits: Habits | None = None
    ) -> None:
        super().__init__(parent)
        self._habits = habits
        self._index: Index | None = None  # cut up when the first letter is typed
        self._entries: dict[int, Entry] = {}
        self._whole = self._grouped()
        self._root = self._whole
        self._register(self._root)
        self.query = ""

    def search(self, query: str) -> None:
        """Show what matches `query`; everything when it is empty."""
        query = query.strip()
        if query == self.query:
            return
        self.beginResetModel()
        self.query = query
        self._root = self._whole
        if query:
            self._root = Entry("", -1)
            for row, match in self._ranked(query):
                self._root.add(Entry(row.title, ROW, row, match=match))
        self._register(self._root)
        self.endResetModel()

    def find(self, kind: str) -> QModelIndex:
        """Where the row with this kind stands now; invalid when it is filtered out."""
        for entry in self._rows(self._root):
            if entry.row is not None and entry.row.kind == kind:
                return self.createIndex(entry.place, 0, entry.key)
        return QModelIndex()

    def _ranked(self, query: str) -> list[tuple[Row, Match]]:
        if self._index is None:
            self._index = Index([*OPERATORS.values(), *INITIALIZERS.values()])
        return self._index.find(query, self._habits.liked if self._habits else None)

    def _register(self, root: Entry) -> None:
        """Give every entry below `root` its key; older ones are forgotten."""
        self._entries.clear()
        waiting = list(root.children)
        for entry in waiting:  # grows while it is walked
            entry.key = len(self._entries) + 1
            self._entries[entry.key] = entry
            waiting.extend(entry.children)

    def _rows(self, entry: Entry) -> list[Entry]:
        if entry.row is not None:
            return [entry]
        return [row for child in entry.children for row in self._rows(child)]

    def _grouped(self) -> Entry:
        root = Entry("", -1)
        sections = (
            (self.tr("In and out"), ("input", "output")),
            (self.tr("Layers"), ("layer",)),
            (self.tr("Activations"), ("activation",)),
            (self.tr("Initializers"), ()),
            (self.tr("Operations"), ("operation",)),
            (self.tr("Losses"), ("loss",)),
        )
        for title, roles in sections:
            rows: list[Row] = [r for r in OPERATORS.values() if r.role in roles]
            self._fill(root.add(Entry(title, 0)), rows or [*INITIALIZERS.values()])
        return root

    def _fill(self, section: Entry, rows: list[Row]) -> None:
        """The common rows, then the others; families only where there are several."""
        rest = [row for row in rows if row.kind not in COMMON]
        if len(rest) < FEW:
            rest = []
        for row in rows:
            if row not in rest:
                section.add(Entry(row.title, ROW, row))
        if not rest:
            return
        more = section.add(Entry(self.tr("More"), 1))
        families: dict[str, list[Row]] = {}
        for row in rest:
            family = row.family if isinstance(row, Operator) else ""
            families.setdefault(family, []).append(row)
        for family, members in families.items():
            heading = more.add(Entry(family, 2)) if len(families) > 1 else more
            for row in members:
                heading.add(Entry(row.title, ROW, row))

    # What QAbstractItemModel asks for

    def entry(self, index: _Place) -> Entry:
        known = self._entries.get(index.internalId()) if index.isValid() else None
        return self._root if known is None else known

    def index(self, row: int, column: int, parent: _Place = _NOWHERE) -> QModelIndex:
        children = self.entry(parent).children
        if column or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, column, children[row].key)

    def parent(self, child: _Place = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        above = self.entry(child).parent if child.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.place, 0, above.key)

    def rowCount(self, parent: _Place = _NOWHERE) -> int:
        return len(self.entry(parent).children)

    def columnCount(self, parent: _Place = _NOWHERE) -> int:
        return 1

    def data(self, index: _Place, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entry(index)
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.title if entry.row else f"{entry.title}, {entry.count}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and entry.row:
            return entry.row.doc
        if role == Qt.ItemDataRole.ToolTipRole and entry.row:
            return self._tip(entry.row)
        return None

    def _tip(self, row: Row) -> str:
        if isinstance(row, Initializer):
            use = self.tr(
                "Drag it onto a layer to set its weight (Shift: its bias), or press "
                "Enter to set it on the selected layers. F1 explains it."
            )
        else:
            use = self.tr(
                "Drag it onto the canvas or a wire, or press Enter to add it after the "
                "selected node. F1 explains it."
            )
        return f"{row.title}\n{row.doc}\n\n{use}"

    def flags(self, index: _Place) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.entry(index).row is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return flags

    def mimeTypes(self) -> list[str]:
        return [OPERATOR_MIME, INITIALIZER_MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # type: ignore[override]
        data = QMimeData()
        for index in indexes:
            row = self.entry(index).row
            if row is not None:
                kind = QByteArray(row.kind.encode())
                initial = isinstance(row, Initializer)
                data.setData(INITIALIZER_MIME if initial else OPERATOR_MIME, kind)
                data.setText(row.title)
        return data
