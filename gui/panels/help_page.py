"""One page of the reference: what a row computes, when to choose it, what to mind."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from engine.catalog.params import Param
from engine.catalog.spec import Initializer
from gui.panels.formula import FormulaView
from gui.panels.glyphs import Row
from gui.panels.labels import Heading, Label, link_button
from gui.session import Session


class HelpPage(QWidget):
    """The help of one row at a time."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)

    def show_row(self, row: Row, *, parameters: bool = True) -> None:
        """Show this row's help; `parameters` adds their table."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        text = row.help
        self._layout.addWidget(self._text(text.what, "body"))
        formulas = [text.formula, text.derivative]
        self._add_formulas([formula for formula in formulas if formula])
        if parameters and row.params:
            self._layout.addWidget(Heading(self.tr("Parameters"), self))
            self._layout.addWidget(self._table(row.params))
        for title, said in (
            (self.tr("When to choose it"), text.when),
            (self.tr("What to mind"), text.mind),
            (self.tr("Source"), text.source),
        ):
            if said:
                self._layout.addWidget(Heading(title, self))
                self._layout.addWidget(self._text(said, "body"))
        self._add_link(text.link)
        target = row.target or (
            self.tr("Fanin's own") if isinstance(row, Initializer) else ""
        )
        if target and parameters:
            self._layout.addWidget(self._text(target, "faint-mono"))
        self._layout.addStretch(1)

    def _add_formulas(self, formulas: list[str]) -> None:
        if formulas:
            view = FormulaView(self._session.theme, self)
            view.show_formulas(*formulas)
            self._layout.addWidget(view)

    def _add_link(self, link: str) -> None:
        if not link.startswith("https://"):
            return
        button = link_button(self.tr("Read more ↗"), link, self)
        button.setObjectName("helpLink")
        button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(link)))
        self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _table(self, params: tuple[Param, ...]) -> QWidget:
        holder = QFrame(self)
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(2, 1)
        for line, param in enumerate(params):
            name = Label(param.name, "mono", holder)
            name.setWordWrap(False)
            value = Label(param.format(param.default), "faint-mono", holder)
            value.setWordWrap(False)
            said = param.doc or param.wanted
            words = Label(said, "muted", holder)
            words.setToolTip(param.wanted)
            for column, label in enumerate((name, value, words)):
                grid.addWidget(label, line, column, Qt.AlignmentFlag.AlignTop)
        return holder

    def _text(self, text: str, role: str) -> Label:
        label = Label(text, role, self)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label
