"""Help > Advice: every rule of the advisor, why it speaks, and on whose authority."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from engine.check.rules import RULES, Rule
from engine.errors import Message, Severity
from gui.panels.labels import Label, panel_sheet
from gui.session import Session
from gui.words import say


class RulesSheet(QDialog):
    """A list to read and search; never modal."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self.setObjectName("rulesSheet")
        self.setWindowTitle(self.tr("Advice"))
        self.setModal(False)
        self.resize(680, 640)
        self.search = QLineEdit(self)
        self.search.setObjectName("rulesSearch")
        self.search.setPlaceholderText(self.tr("Find a rule…"))
        self.search.setAccessibleName(self.tr("Find a rule"))
        self.search.setToolTip(self.tr("Every word is looked for in all of a rule"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self._rows: dict[str, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self._made_list(), 1)
        session.theme.changed.connect(self._recolour)
        self._recolour()

    @property
    def shown(self) -> list[str]:
        """The names of the rules that fit what is searched for."""
        return [name for name, row in self._rows.items() if not row.isHidden()]

    def _made_list(self) -> QScrollArea:
        area, inside = QScrollArea(self), QWidget(self)
        area.setAccessibleName(self.tr("The advisor's rules"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(4, 4, 8, 4)
        layout.setSpacing(12)
        for name, rule in RULES.items():
            self._rows[name] = self._row(rule, inside)
            layout.addWidget(self._rows[name])
        layout.addStretch(1)
        area.setWidget(inside)
        return area

    def _row(self, rule: Rule, parent: QWidget) -> QWidget:
        row = QWidget(parent)
        layout = QVBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        warns = rule.severity is Severity.WARNING
        severity = self.tr("Warning") if warns else self.tr("Advice")
        title = say(Message(rule.title))
        layout.addWidget(
            Label(
                self.tr("{title} · {severity}").format(title=title, severity=severity),
                "title",
                row,
            )
        )
        layout.addWidget(Label(say(Message(rule.why)), "body", row))
        layout.addWidget(Label(rule.source, "small", row))
        row.setAccessibleName(title)
        return row

    def _recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self._session.theme))

    def event(self, event: QEvent) -> bool:
        """Esc closes the list, also while the window would stop computing by it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def _find(self, text: str) -> None:
        """Show the rules that have every word of it."""
        words = text.casefold().split()
        for name, row in self._rows.items():
            rule = RULES[name]
            said = (
                f"{name} {say(Message(rule.title))} {say(Message(rule.why))} "
                f"{rule.source}"
            ).casefold()
            row.setHidden(not all(word in said for word in words))


def show_rules(session: Session, window: QWidget) -> None:
    """Open the list, or bring it to the front."""
    sheet = window.findChild(RulesSheet) or RulesSheet(session, window)
    sheet.show()
    sheet.raise_()
    sheet.activateWindow()
    sheet.search.setFocus(Qt.FocusReason.PopupFocusReason)
