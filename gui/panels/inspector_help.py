"""The help of a row, folded away at the end of the inspector's form."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.catalog.spec import Operator
from gui.panels.labels import Heading
from gui.session import Session


class HelpFold(QWidget):
    """A heading that opens the row's reference; built when first opened."""

    def __init__(self, session: Session, row: Operator | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._row = row
        self._page: QWidget | None = None
        heading = Heading(self.tr("About"), self)
        self._toggle = heading.button(
            self.tr("Show"), self.tr("What it computes, when to choose it, its source")
        )
        self._toggle.setObjectName("helpToggle")
        self._toggle.clicked.connect(self._fold)
        wider = heading.button(self.tr("Reference (F1)"), self.tr("Open its own page"))
        wider.setObjectName("helpPage")
        if row is not None:
            wider.clicked.connect(lambda: session.help(row.kind))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(heading)
        self.setVisible(row is not None)

    def _fold(self) -> None:
        from gui.panels.help_page import HelpPage

        if self._page is None and self._row is not None:
            self._page = HelpPage(self._session, self)
            self._page.show_row(self._row, parameters=False)
            self._page.hide()
            self._layout.addWidget(self._page)
        if self._page is not None:
            opened = self._page.isHidden()
            self._page.setVisible(opened)
            self._toggle.setText(self.tr("Hide") if opened else self.tr("Show"))
