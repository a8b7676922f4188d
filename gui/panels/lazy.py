"""A panel that works only while it can be seen."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from engine.design.model import Design
from gui.session import Session


class LazyPanel(QWidget):
    """Follows the document while it is shown; catches up when it is shown again.

    Subclasses give `refresh`, and `touches` when not every edit matters to them.

    Args:
        session: whose document is followed.
        delay: milliseconds to wait for the next keystroke before refreshing.
    """

    def __init__(
        self, session: Session, parent: QWidget | None, delay: int = 0
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay)
        self._timer.timeout.connect(self._catch_up)
        session.document.changed.connect(self._follow)
        session.document.place_changed.connect(self._moved)
        session.theme.changed.connect(self.recolour)

    def refresh(self) -> None:
        """Show the document as it is now."""
        raise NotImplementedError

    def touches(self, before: Design, after: Design) -> bool:
        """Whether this edit changes what the panel shows; looks never do."""
        return (
            before.graph is not after.graph
            or before.settings != after.settings
            or before.blocks is not after.blocks
            or before.scope != after.scope
        )

    def recolour(self) -> None:
        """Take the theme's new colours."""
        self.update()

    def sizeHint(self) -> QSize:
        """Modest, so that a dock never takes the canvas's room for its own."""
        return QSize(320, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 60)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _follow(self, before: Design, after: Design) -> None:
        if self.touches(before, after):
            self.stale = True
            if self.isVisible():
                self._timer.start()

    def _moved(self) -> None:
        """Another use or repeat is looked at, which has weights of its own."""
        self.stale = True
        if self.isVisible():
            self._timer.start()

    def _catch_up(self) -> None:
        if self.stale and self.isVisible():
            self.stale = False
            self._timer.stop()
            self.refresh()
