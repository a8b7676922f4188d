"""Every named parameter of the model: shape, initializer, statistics, values."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from engine.catalog import INITIALIZERS
from engine.check import Checked
from engine.design.model import Design
from gui.panels.labels import Label, grouped, panel_sheet, short
from gui.panels.lazy import LazyPanel
from gui.panels.table import Cell, Column, Line, TableModel, TableView
from gui.panels.values import ValuesView
from gui.session import Session

if TYPE_CHECKING:
    from engine.service import ParameterRow

WAITING = Cell("…", "")


class ParametersPanel(LazyPanel):
    """Names and shapes at once from the check; the numbers from the worker."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setAccessibleName(self.tr("Parameters"))
        self._rows: dict[str, ParameterRow] = {}
        self.model = TableModel(self._columns(), session.theme, self)
        self.table = TableView(self.model, self)
        self.table.setObjectName("parameterTable")
        self.table.setAccessibleName(self.tr("Named parameters"))
        tip = self.tr("Select a row to see its values; Ctrl+C copies the table.")
        self.table.setToolTip(tip)
        self.values = ValuesView(session, self)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.table)
        split.addWidget(self.values)
        split.setStretchFactor(0, 1)
        split.setSizes([680, 260])
        split.setChildrenCollapsible(False)
        self.note = Label("", "small", self)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 6)
        foot.addWidget(self.note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.setSpacing(0)
        layout.addWidget(split, 1)
        layout.addLayout(foot)
        self.table.chosen.connect(session.selection.set)
        self.table.selectionModel().currentRowChanged.connect(self._show_values)
        session.selection.changed.connect(self._follow_selection)
        self.recolour()

    def recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self.session.theme))
        self.values.recolour()
        self.table.viewport().update()

    def refresh(self) -> None:
        """Show what the check knows now and ask for the numbers."""
        document = self.session.document
        design, checked = document.design, document.checked
        self._rows = {}
        self.model.fill(self._own_lines(design, checked))
        self.table.follow(self.session.selection.ids)
        self._show_values()
        self.session.worker.cancel("parameters")
        if not self.model.lines:
            said = self.tr("No parameters: nothing here learns yet.")
            if not checked.ok:
                said = self.tr("No parameters are known yet, see Problems.")
            self.note.setText(said)
        elif not checked.ok:
            said = self.tr(
                "The numbers follow once the errors are mended, see Problems."
            )
            self.note.setText(said)
        else:
            self._ask(design)

    def _ask(self, design: Design) -> None:
        from engine.service import AskParameters

        self.note.setText(self.tr("drawing …"))
        self.session.worker.ask(
            AskParameters(design),
            lambda rows: self._show(design, rows),
            self.note.setText,
            owner=self,
        )

    def _show(self, design: Design, rows: tuple[ParameterRow, ...]) -> None:
        now = self.session.document.design
        if design.graph is not now.graph or design.settings != now.settings:
            return  # an answer about a design that is gone
        self._rows = {row.name: row for row in rows}
        self.model.fill([self._drawn_line(row) for row in rows])
        self.table.follow(self.session.selection.ids)
        said = self.tr("{count} tensors, {numbers} numbers, drawn with seed {seed}")
        self.note.setText(
            said.format(
                count=grouped(len(rows)),
                numbers=grouped(sum(prod(row.shape) for row in rows)),
                seed=design.settings.seed,
            )
        )
        self._show_values()

    def _columns(self) -> tuple[Column, ...]:
        tr = self.tr
        return (
            Column(tr("Name"), tr("In the state_dict."), mono=True, width=140),
            Column(
                tr("Shape"), tr("As torch keeps it."), mono=True, muted=True, width=60
            ),
            Column(tr("Initializer"), tr("What drew it."), muted=True, width=110),
            Column(tr("Mean"), tr("Of the drawn numbers."), number=True, width=80),
            Column(tr("Std"), tr("Of the drawn numbers."), number=True, width=80),
            Column(tr("Min"), tr("Of the drawn numbers."), number=True, width=80),
            Column(tr("Max"), tr("Of the drawn numbers."), number=True, width=80),
        )

    def _own_lines(self, design: Design, checked: Checked) -> list[Line]:
        lines = []
        for key in checked.order:
            known = checked.known(key)
            for spec in known.tensors if known else ():
                if spec.family == "buffer":
                    continue
                init = checked.init_of(key, spec)
                row = INITIALIZERS.get(init.kind)
                title = row.title if row else init.kind
                if init is spec.default:
                    title = self.tr("torch's default")
                name = f"{design.nodes[key].name}.{spec.name}"
                cells = (
                    Cell(name, name),
                    _shape(spec.shape),
                    Cell(title, title),
                    *(WAITING,) * 4,
                )
                lines.append(Line(key, cells))
        return lines

    def _drawn_line(self, row: ParameterRow) -> Line:
        figures = (row.mean, row.std, row.low, row.high)
        return Line(
            row.node,
            (
                Cell(row.name, row.name),
                _shape(row.shape),
                Cell(row.init, row.init),
                *(Cell(short(number), number) for number in figures),
            ),
        )

    def _show_values(self, *_: object) -> None:
        """The values of the current row, or of the first selected one."""
        index = self.table.currentIndex()
        chosen = self.table.selectionModel().selectedRows()
        if chosen and index.row() not in {other.row() for other in chosen}:
            index = chosen[0]
        row = None
        name = ""
        if index.isValid():
            line = self.model.lines[self.table.sorted.mapToSource(index).row()]
            name = line.cells[0].text
            row = self._rows.get(name)
        self.values.display(name, row)
        self.values.setVisible(bool(name))  # all the room for the table until then

    def _follow_selection(self) -> None:
        if self.isVisible() and not self.table.hasFocus():
            self.table.follow(self.session.selection.ids)
            self._show_values()


def _shape(shape: tuple[int, ...]) -> Cell:
    text = "×".join(str(size) for size in shape) or "1"
    return Cell(text, float(prod(shape)))
