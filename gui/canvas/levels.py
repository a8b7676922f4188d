"""Going into blocks and out again on the same canvas; a breadcrumb says where.

Each level keeps the view it was left with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from engine.design.blocks import uses
from gui.place import Place, called

if TYPE_CHECKING:
    from gui.canvas.camera import Camera

OFFSET = 12  # from the edge


class Levels(QObject):
    """Opens and leaves blocks; remembers where each level was looked at."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._camera = camera
        self._session = camera.canvas.session
        self._now: Place = ()
        self._looks: dict[Place, tuple[float, QPointF]] = {}
        self.breadcrumb = Breadcrumb(self, camera.viewport())
        document = self._session.document
        document.place_changed.connect(self._moved)
        document.whole_changed.connect(self._follow)
        document.path_changed.connect(self._follow)
        self._session.theme.changed.connect(self._follow)
        camera.looked.connect(self.breadcrumb.stay)  # scrolling takes children along
        self._follow()

    def enter(self, key: str | None = None) -> bool:
        """Open a block, the selected one without an id; False where it is none."""
        key = key or self._session.selection.one
        document = self._session.document
        node = document.design.nodes.get(key or "")
        if node is None or node.block is None or key is None:
            return False
        self._keep()
        document.open((*document.here.place, key))
        return True

    def leave(self) -> bool:
        """Go back to where the open block is used; False in the whole design."""
        place = self._session.document.here.place
        if place:
            self.go(place[:-1])
        return bool(place)

    def go(self, place: Place) -> None:
        """Look at a place; one that led here has its use selected."""
        here = self._session.document.here.place
        self._keep()
        self._session.document.open(place)
        if here[: len(place)] == place and here != place:
            self._session.selection.set([here[len(place)]])
        self._camera.setFocus()

    def show(self, place: Place) -> None:
        """Look at a place, and leave the keyboard where it is."""
        if place != self._session.document.here.place:
            self._keep()
            self._session.document.open(place)

    def _keep(self) -> None:
        camera = self._camera
        self._looks[self._now] = camera.zoom, camera.middle

    def _moved(self) -> None:
        self._now = self._session.document.here.place
        camera, kept = self._camera, self._looks.get(self._now)
        if kept is None:
            camera.fit_first()
        else:
            camera.zoom_to(kept[0])
            camera.centerOn(kept[1])
            camera.looked.emit()
        self._follow()

    def _follow(self, *_: object) -> None:
        if not self._session.document.history.count() and not self._now:
            self._looks.clear()  # of the document before
        self.breadcrumb.display()


class Breadcrumb(QFrame):
    """design › Stage › Bottleneck, each a button that goes there; gone at the top."""

    def __init__(self, levels: Levels, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumb")
        self.setAccessibleName(self.tr("Which block stands open"))
        self._levels = levels
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(6, 3, 10, 3)
        self._line.setSpacing(2)
        self.move(OFFSET, OFFSET)
        self.hide()

    def stay(self) -> None:
        """Keep to the corner."""
        self.move(OFFSET, OFFSET)

    def display(self) -> None:
        """Say where we are."""
        document = self._levels._session.document
        place = document.here.place
        self.setVisible(bool(place))
        self._clear()
        if not place:
            return
        self._dress()
        names = (document.name, *called(document.whole, place))
        for depth, name in enumerate(names):
            if depth:
                self._line.addWidget(self._said("›"))
            self._line.addWidget(self._step(name, place[:depth], depth == len(place)))
        count = len(uses(document.whole, document.design.scope.block))
        if count > 1:
            text = self.tr("edits change all {count} uses").format(count=count)
            self._line.addSpacing(8)
            self._line.addWidget(self._said(text))
        for widget in self.findChildren(QWidget):
            if self._line.indexOf(widget) >= 0:
                widget.show()
        self.adjustSize()
        self.stay()
        self.raise_()

    def _step(self, name: str, place: Place, here: bool) -> QToolButton:
        button = QToolButton(self)
        button.setText(name.replace("&", "&&"))
        button.setAutoRaise(True)
        button.setEnabled(not here)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setObjectName(f"crumb{len(place)}")
        if not here:
            button.setToolTip(self.tr("Back to {name} (Esc)").format(name=name))
        button.clicked.connect(lambda: self._levels.go(place))
        return button

    def _said(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "small")
        return label

    def _clear(self) -> None:
        while self._line.count():
            item = self._line.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _dress(self) -> None:
        theme = self._levels._session.theme
        self.setFont(theme.font("small"))
        self.setStyleSheet(
            f"QFrame#breadcrumb {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 8px; }}"
            f"QToolButton {{ color: {theme.accent.name()}; border: none;"
            f" padding: 2px 5px; border-radius: 4px; background: transparent; }}"
            f"QToolButton:hover {{ background: {theme.hover.name()}; }}"
            f"QToolButton:disabled {{ color: {theme.text.name()};"
            " font-weight: 600; }"
            f"QLabel {{ color: {theme.muted.name()}; background: transparent; }}"
        )
