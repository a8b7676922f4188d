"""The field that stands in for a node's name while it is typed anew."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from engine.design import edits
from gui.canvas.camera import Camera
from gui.canvas.node_item import NodeItem


class RenameField(QLineEdit):
    """Enter renames, Esc does not; a refused name stays to be mended."""

    def __init__(self, camera: Camera, item: NodeItem, name: str) -> None:
        super().__init__(name, camera)
        self.setObjectName("canvasRename")
        self.setAccessibleName(self.tr("Name of the node"))
        self._camera = camera
        self._id = item.id
        self._was = name
        font = QFont(camera.canvas.inks.fonts["name"])
        font.setPixelSize(max(11, round(font.pixelSize() * camera.zoom)))
        self.setFont(font)
        self._sit(item)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        camera.looked.connect(self.leave)
        camera.canvas.session.document.changed.connect(self.leave)

    def _sit(self, item: NodeItem) -> None:
        """Over the name, or below a node that shows none."""
        body = item.body
        top = body.top() + 8 if item.face.form in ("card", "tag") else body.bottom()
        corner = self._camera.mapFromScene(QPointF(body.left(), top))
        frame = QRectF(0, 0, body.width() * self._camera.zoom, 0).toRect()
        wide = max(110, frame.width())
        high = max(24, self.sizeHint().height())
        self.setGeometry(corner.x(), corner.y(), wide, high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rename()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._rename()
            self.leave()

    def leave(self, *_: object) -> None:
        """Go away; the canvas has the keyboard again."""
        if self.isHidden():
            return
        had = self.hasFocus()
        self.hide()
        self.deleteLater()
        if had:
            self._camera.setFocus()

    def _rename(self) -> None:
        """Ask for the name; a refusal leaves the field open and its reason told."""
        name = self.text().strip()
        if self.isHidden():
            return
        if name == self._was:
            self.leave()
            return
        text = self.tr("Rename {old} to {new}").format(old=self._was, new=name)
        document = self._camera.canvas.session.document
        if document.attempt(edits.rename, self._id, name, text=text):
            self.leave()
        else:
            self.selectAll()
