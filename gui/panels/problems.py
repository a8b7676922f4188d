"""The list of what is wrong or unwise about the design."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.check.muting import Muted, all_muted
from engine.check.rules import RULES
from engine.design import edits
from engine.errors import Message, Problem
from gui.hearing import Hearing
from gui.panels.labels import Label, grouped, panel_sheet
from gui.panels.lazy import LazyPanel
from gui.panels.problem_card import ProblemCard
from gui.session import Session
from gui.words import say

MOST = 200  # cards; a design with more problems has the same ones many times over
NODE = Qt.ItemDataRole.UserRole


class ProblemsPanel(LazyPanel):
    """Shows problems, the worst first; a click selects the node, a button mends it.

    Args:
        hearing: what listens to the signal, where it is not the session's.
    """

    count_changed = Signal(int)

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        super().__init__(session, parent)
        self._hearing = hearing or session.ear
        self.setObjectName("problems")
        self.setAccessibleName(self.tr("Problems"))
        self._shown: tuple[object, ...] | None = None
        self._count = -1
        self.list = _List(self)
        self._well = Label(
            self.tr("✓  All is well: the design can be built."), "good", self
        )
        self._well.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._well.setObjectName("allIsWell")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._well, 1)
        self.off = self._made_off()
        layout.addWidget(self.off)
        self.list.activated.connect(self._select)
        self.list.clicked.connect(self._select)
        session.document.changed.connect(self._tell_count)
        self._hearing.changed.connect(self._hear)
        self.recolour()

    @property
    def count(self) -> int:
        """How many problems there are, whether or not the panel can be seen."""
        return len(self._problems())

    def refresh(self) -> None:
        """Show the problems there are now; the same ones are left alone."""
        problems = self._problems()
        nodes = self.session.document.design.nodes
        names = {key: node.name for key, node in nodes.items()}
        shown = tuple((_key(p), names.get(p.node)) for p in problems)
        if shown != self._shown:
            self._shown = shown
            self._fill(problems)
        self._fill_off()
        self._tell_count()

    def _problems(self) -> tuple[Problem, ...]:
        """Those of the design, and what the signal through it says."""
        return (*self.session.document.checked.problems, *self._hearing.problems())

    def recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self.session.theme))
        self._shown = None
        if self.isVisible():
            self.refresh()

    def _fill(self, problems: tuple[Problem, ...]) -> None:
        empty = not problems
        self._well.setVisible(empty)
        self.list.setVisible(not empty)
        place = self.list.currentRow()
        self.list.clear()
        for problem in problems[:MOST]:
            item = QListWidgetItem(self.list)
            item.setData(NODE, problem.node)
            card = ProblemCard(self.session, self.list)
            card.display(problem)
            card.grown.connect(self.list.fit)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, card.accessibleName())
            self.list.setItemWidget(item, card)
        if len(problems) > MOST:
            more = self.tr("and {count} more").format(
                count=grouped(len(problems) - MOST)
            )
            self.list.addItem(more)
        self.list.fit()
        self.list.setCurrentRow(min(place, self.list.count() - 1))

    def _made_off(self) -> QToolButton:
        off = QToolButton(self)
        off.setObjectName("switchedOff")
        off.setAccessibleName(self.tr("Switched off"))
        off.setVisible(False)
        off.setAutoRaise(True)
        off.setProperty("flat", True)
        off.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        off.setToolTip(self.tr("Advice that was switched off; choose it to hear it"))
        off.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        off.setMenu(QMenu(off))
        return off

    def _fill_off(self) -> None:
        """List what is switched off, each with the way back."""
        muted = list(all_muted(self.session.document.design))
        self.off.setVisible(bool(muted))
        said = self.tr("{count} switched off…").format(count=len(muted))
        self.off.setText(said)
        self.off.setAccessibleName(said)
        menu = self.off.menu()
        menu.clear()
        for one in muted:
            where = one.node.name if one.node else self.tr("everywhere")
            text = self.tr("{title} · {where}")
            menu.addAction(
                text.format(title=_title(one), where=where), partial(self._unmute, one)
            )

    def _unmute(self, muted: Muted) -> None:
        document = self.session.document
        node = muted.node.id if muted.node else ""
        after = edits.inside(
            document.design, muted.block, edits.unmute, muted.rule, node
        )
        text = self.tr("Switch on '{title}'").format(title=_title(muted))
        document.commit(after, text)

    def _select(self, index: QModelIndex) -> None:
        node = index.data(NODE)
        if node:
            self.session.selection.set([node])
            self.session.run("zoom_selection")

    def _hear(self) -> None:
        """A signal has come, or went out of date."""
        if self.isVisible():
            self.refresh()
        else:
            self.stale = True
            self._tell_count()

    def _tell_count(self, *_: object) -> None:
        if self.count != self._count:
            self._count = self.count
            self.count_changed.emit(self._count)


class _List(QListWidget):
    """Keeps every card as high as its sentence needs at this width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("problemList")
        self.setAccessibleName(self.tr("Problems"))
        self.setToolTip(self.tr("Click a problem to see its node."))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(never)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSpacing(1)

    def fit(self) -> None:
        """Give every item its card's height."""
        width = self.viewport().width() - 4
        for place in range(self.count()):
            item = self.item(place)
            card = self.itemWidget(item)
            if card is not None:
                item.setSizeHint(QSize(width, card.heightForWidth(width) + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def _title(muted: Muted) -> str:
    """A rule by its title; one of a newer Fanin by its name."""
    rule = RULES.get(muted.rule)
    return say(Message(rule.title)) if rule else muted.rule


def _key(problem: Problem) -> tuple[object, ...]:
    """What can be compared of a problem; the edit of a fix cannot."""
    fix = str(problem.fix.label) if problem.fix else ""
    return problem.severity, problem.rule, problem.node, str(problem.message), fix
