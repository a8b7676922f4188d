"""One problem: how much it matters, the sentence, where, and its remedy."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError, Problem, Severity
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

    Args:
        named: whether to say which node it is about.
    """

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
        self.fix = QPushButton(self)
        self.fix.setObjectName("fixButton")
        self.fix.clicked.connect(self._apply)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.sentence)
        words.addWidget(self.where)
        words.addStretch(1)
        layout = QHBoxLayout(self) if named else QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setSpacing(8 if named else 2)
        if isinstance(layout, QHBoxLayout):
            layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
            layout.addLayout(words, 1)
            layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            line = QHBoxLayout()
            line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
            line.addLayout(words, 1)
            layout.addLayout(line)
            layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignRight)

    def display(self, problem: Problem) -> None:
        """Show this problem."""
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
        design = self._session.document.design
        block = design.blocks.get(problem.block)
        nodes = block.graph.nodes if block else design.nodes
        node = nodes.get(problem.node.rpartition("/")[2])
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
