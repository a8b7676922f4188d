"""One problem: how much it matters, the sentence, where, and its remedy."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.check.muting import mutable
from engine.check.rules import RULES
from engine.design import edits
from engine.design.model import Node
from engine.errors import EngineError, Message, Problem, Severity
from gui.panels.labels import Label, breakable
from gui.session import Session
from gui.words import say

WIDEST = 220  # of a button's text, in pixels
ICONS = {
    Severity.ERROR: "circle-x",
    Severity.WARNING: "triangle-alert",
    Severity.ADVICE: "lightbulb",
}


class ProblemCard(QFrame):
    """Shows a problem; its button applies the fix as one undo step.

    What is advice can be asked why, and be switched off, by the button with dots.

    Args:
        named: whether to say which node it is about.
    """

    grown = Signal()

    def __init__(
        self, session: Session, parent: QWidget, *, named: bool = True
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._named = named
        self._problem: Problem | None = None
        self.setProperty("role", "card")
        self._sign = QLabel(self)
        self._sign.setFixedSize(QSize(16, 16))
        self.sentence = Label("", "body", self)
        self.where = Label("", "small", self)
        self.where.setVisible(named)
        self.why = Label("", "small", self)
        self.why.setVisible(False)
        self.more = self._made_more()
        self.fix = QPushButton(self)
        self.fix.setObjectName("fixButton")
        self.fix.clicked.connect(self._apply)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.sentence)
        words.addWidget(self.where)
        words.addWidget(self.why)
        words.addStretch(1)
        layout = QHBoxLayout(self) if named else QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setSpacing(8 if named else 2)
        if isinstance(layout, QHBoxLayout):
            layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
            layout.addLayout(words, 1)
            layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignVCenter)
            layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            line = QHBoxLayout()
            line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
            line.addLayout(words, 1)
            layout.addLayout(line)
            below = QHBoxLayout()
            below.addStretch(1)
            below.addWidget(self.fix)
            below.addWidget(self.more)
            layout.addLayout(below)

    def display(self, problem: Problem) -> None:
        """Show this problem."""
        if self._problem is None or self._problem.rule != problem.rule:
            self.why.setVisible(False)
        self._problem = problem
        said = say(problem.message)
        self.sentence.setText(breakable(said))
        theme = self._session.theme
        colour = {
            Severity.ERROR: theme.error,
            Severity.WARNING: theme.warning,
            Severity.ADVICE: theme.accent,
        }[problem.severity]
        self._sign.setPixmap(theme.pixmap(ICONS[problem.severity], 16, colour))
        self._sign.setAccessibleName(self.severity())
        self.setToolTip(f"{self.severity()} ({problem.rule})")
        self.setAccessibleName(f"{self.severity()}: {said}")
        node = self._node()
        self._fill_more(node)
        self.where.setText(f"{node.name} · {node.title}" if node else self.tr("design"))
        self.fix.setVisible(problem.fix is not None)
        if problem.fix is not None:
            label = say(problem.fix.label)
            cut = self.fix.fontMetrics().elidedText(
                label, Qt.TextElideMode.ElideMiddle, WIDEST
            )
            self.fix.setText(cut)
            tip = self.tr("Mends this; one step to undo")
            self.fix.setToolTip(tip if cut == label else f"{label}\n{tip}")

    def severity(self) -> str:
        """The word for how much it matters."""
        if self._problem is None:
            return ""
        return {
            Severity.ERROR: self.tr("Error"),
            Severity.WARNING: self.tr("Warning"),
            Severity.ADVICE: self.tr("Advice"),
        }[self._problem.severity]

    def _node(self) -> Node | None:
        """What the problem is about; None for the whole design."""
        problem, design = self._problem, self._session.document.design
        if problem is None:
            return None
        block = design.blocks.get(problem.block)
        nodes = block.graph.nodes if block else design.nodes
        return nodes.get(problem.node.rpartition("/")[2])

    def _made_more(self) -> QToolButton:
        more = QToolButton(self)
        more.setObjectName("moreButton")
        more.setText("⋯")
        more.setAutoRaise(True)
        more.setProperty("flat", True)
        more.setFixedSize(24, 22)
        more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        more.setToolTip(self.tr("Why this is said, and how to switch it off"))
        more.setAccessibleName(self.tr("More about this advice"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(QMenu(more))
        return more

    def _fill_more(self, node: Node | None) -> None:
        """Offer the reason, and silence where the problem lets the design be built."""
        problem, menu = self._problem, self.more.menu()
        able = problem is not None and mutable(problem)
        self.more.setVisible(able)
        menu.clear()
        if problem is None or not able:
            return
        rule = RULES[problem.rule]
        why, source = say(Message(rule.why)), rule.source
        self.why.setText(self.tr("{why} ({source})").format(why=why, source=source))
        shown = menu.addAction(self.tr("Why?"))
        shown.setCheckable(True)
        shown.setChecked(not self.why.isHidden())
        shown.toggled.connect(self._explain)
        menu.addSeparator()
        if node is not None:
            said = self.tr("Switch off for '{name}'").format(name=node.name)
            menu.addAction(said, partial(self._mute, node.id))
        menu.addAction(self.tr("Switch off in this design"), partial(self._mute, ""))

    def _explain(self, shown: bool) -> None:
        self.why.setVisible(shown)
        self.updateGeometry()
        self.grown.emit()

    def _mute(self, node: str) -> None:
        problem, document = self._problem, self._session.document
        if problem is None:
            return
        title = say(Message(RULES[problem.rule].title))
        after = edits.inside(
            document.design,
            problem.block if node else "",
            edits.mute,
            problem.rule,
            node,
        )
        document.commit(after, self.tr("Switch off '{title}'").format(title=title))

    def _apply(self) -> None:
        problem = self._problem
        if problem is None or problem.fix is None:
            return
        document = self._session.document
        try:
            after = problem.fix.edit(document.design)
        except EngineError as error:
            self._session.tell(say(error.message))
        else:
            document.commit(after, say(problem.fix.label))
