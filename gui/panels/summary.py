"""The table of layers: torchinfo's rows, beside what Fanin counts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSettings,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.check.costs import MEASURES, Measure
from engine.design.model import Design
from gui.panels.columns import ColumnMenu, choices
from gui.panels.labels import Line, grouped, panel_sheet
from gui.panels.lazy import LazyPanel
from gui.panels.summary_rows import (
    IF_ROOM,
    SHARE,
    USUAL,
    columns,
    number,
    own_lines,
    sized,
    torch_lines,
)
from gui.panels.table import SORT, TableModel
from gui.panels.tree import TreeTable
from gui.place import node_at
from gui.session import Session
from gui.words import say

if TYPE_CHECKING:
    from engine.service import Summary

TOTALS = 150  # pixels that the totals keep beside a reason
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own: as wide as there is room
NAMED = 3  # nodes in the note, before "and 4 more"


class SummaryPanel(LazyPanel):
    """Fills at once from the check; torchinfo's figures arrive from the worker."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setAccessibleName(self.tr("Summary"))
        self.model = TableModel(columns(self.tr), session.theme, self)
        self.table = TreeTable(self.model, self)
        self.table.setObjectName("summaryTable")
        self.table.setAccessibleName(self.tr("Layers"))
        self.table.setToolTip(
            self.tr(
                "Click a heading to sort, a row to select its node; ← and → close and "
                "open a block, Ctrl+C copies."
            )
        )
        self.table.setItemDelegateForColumn(SHARE, ShareDelegate(session, self.table))
        self.measure = _remembered()
        self._summary: Summary | None = None
        self.columns = ColumnMenu(
            self.table, "summary/columns", USUAL, IF_ROOM, self._offer_shares
        )
        self.totals = Line("", "body", self)
        self.totals.setObjectName("summaryTotals")
        self.note = Line("", "small", self)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 3, 12, 5)
        foot.setSpacing(16)
        foot.addWidget(self.totals)
        foot.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        self.table.chosen.connect(self._choose)
        session.selection.changed.connect(self._follow_selection)
        self.recolour()

    def recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self.session.theme))
        self.table.viewport().update()

    def refresh(self) -> None:
        """Show our own rows now and ask for torchinfo's."""
        document = self.session.document
        design, checked = document.design, document.checked
        self._summary = None
        self.model.fill(own_lines(design, checked, self.measure))
        self.table.follow(self.session.selection.ids)
        self._total()
        self.session.worker.cancel("summary")
        if not design.nodes:
            self.note.setText(self.tr("Nothing to count yet."))
        elif not checked.ok:
            said = self.tr("What is known so far: the design has errors, see Problems.")
            self.note.setText(said)
        else:
            self._ask(design)

    def _ask(self, design: Design) -> None:
        from engine.service import AskSummary

        self.note.setText(self.tr("asking torchinfo …"))
        self.session.worker.ask(
            AskSummary(design),
            lambda summary: self._show(design, summary),
            self._failed,
            owner=self,
        )

    def _show(self, design: Design, summary: Summary) -> None:
        if design.graph is not self.session.document.design.graph:
            return  # an answer about a design that is gone
        checked = self.session.document.checked
        self._summary = summary
        self.model.fill(torch_lines(checked, summary, self.measure))
        self.table.follow(self.session.selection.ids)
        self._explain()

    def _failed(self, sentence: str) -> None:
        self.note.setText(sentence)

    def _explain(self) -> None:
        """Why torchinfo counts otherwise: at the selected node, or all over."""
        summary = self._summary
        if summary is None:
            return
        ids, design = self.session.selection.ids, self.session.document.design
        for at in summary.differences:
            node = node_at(design, at.node)
            within = any(f"{at.node}/".startswith(f"{key}/") for key in ids)
            if within and node is not None:
                said = self.tr("{name}: {why}")
                self.note.setText(said.format(name=node.name, why=say(at.why)))
                self._share_foot(reason=True)
                return
        self._share_foot(reason=False)
        note = self.tr("torchinfo counts {work} over the batch")
        said = note.format(work=number(summary.torchinfo_mult_adds).text)
        self.note.setText(summary.note or said + self._differing(summary))

    def _share_foot(self, *, reason: bool) -> None:
        """A reason is read in full; the totals, which stand elsewhere too, give way."""
        most = QWIDGETSIZE_MAX
        if reason:
            most = max(TOTALS, self.width() - self.note.sizeHint().width() - 60)
        self.totals.setMaximumWidth(most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def _differing(self, summary: Summary) -> str:
        """Which layers make its count another than ours, beyond batch and biases."""
        design = self.session.document.design
        nodes = [node_at(design, at.node) for at in summary.differences]
        found = list(dict.fromkeys(node.name for node in nodes if node is not None))
        if not found:
            return self.tr(" and adds biases")
        names = ", ".join(found[:NAMED])
        if len(found) > NAMED:
            names = self.tr("{names} and {n} more").format(
                names=names, n=len(found) - NAMED
            )
        return self.tr(", in its own way for {names}").format(names=names)

    def _total(self) -> None:
        checked = self.session.document.checked
        costs, params = checked.costs, checked.parameters
        parts = [self.tr("{n} parameters").format(n=grouped(params))]
        if checked.trainable != params:
            parts.append(self.tr("{n} trainable").format(n=grouped(checked.trainable)))
        work = number(checked.mult_adds).text
        parts.append(self.tr("{n} mult-adds a sample").format(n=work))
        if costs.forward_bytes:
            said = self.tr("{out} of outputs, {all} to train")
            out, all_ = sized(costs.forward_bytes), sized(costs.training_bytes)
            parts.append(said.format(out=out, all=all_))
        self.totals.setText(" · ".join(parts))

    def _offer_shares(self, menu: QMenu) -> None:
        """What is open, and of which cost the bars show each layer's part."""
        menu.addSeparator()
        menu.addAction(self.tr("Close all blocks")).triggered.connect(
            self.table.close_all
        )
        menu.addAction(self.tr("Open all blocks")).triggered.connect(
            self.table.open_all
        )
        menu.addSeparator()
        texts = {
            "parameters": self.tr("Share of the parameters"),
            "mult_adds": self.tr("Share of the mult-adds"),
            "memory": self.tr("Share of the memory in training"),
        }
        choices(menu, texts, self.measure, self._choose_share)

    def _choose_share(self, measure: str) -> None:
        QSettings().setValue("summary/share", measure)
        self.measure = _remembered()
        document, summary = self.session.document, self._summary
        lines = own_lines(document.design, document.checked, self.measure)
        if summary is not None:
            lines = torch_lines(document.checked, summary, self.measure)
        self.model.fill(lines)

    def _choose(self, ids: list[str]) -> None:
        self.session.selection.set(ids)

    def _follow_selection(self) -> None:
        if self.isVisible():
            self._explain()
        if self.isVisible() and not self.table.hasFocus():
            self.table.follow(self.session.selection.ids)


def _remembered() -> Measure:
    """The cost whose shares are shown."""
    stored = QSettings().value("summary/share")
    return next((name for name in MEASURES if name == stored), "parameters")


class ShareDelegate(QStyledItemDelegate):
    """A bar as long as the row's share of all parameters."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The ground as in any other cell, then the bar in the place of the text."""
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        text, bare.text = bare.text, ""
        widget = bare.widget
        widget.style().drawControl(
            widget.style().ControlElement.CE_ItemViewItem, bare, painter, widget
        )
        share = float(index.data(SORT) or 0)
        if share <= 0:
            return
        theme = self._session.theme
        rect = QRectF(option.rect).adjusted(8, 0, -8, 0)
        room = max(rect.width() - 52, 10)
        bar = QRectF(rect.left(), rect.center().y() - 3.5, max(share * room, 2), 8)
        painter.save()
        painter.setClipRect(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.family("layer")))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(theme.muted)
        painter.setFont(theme.font("tiny"))
        where = QRectF(bar.right() + 6, rect.top(), 48, rect.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, str(text))
        painter.restore()
