"""The fields that stand in for a title or a comment while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from engine.design import edits
from engine.design.marks import LONGEST_TITLE, Comment, Frame
from gui.canvas.mark_item import MarkItem
from gui.canvas.mark_paint import HEAD, height_of, text_font, title_font, wash

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
SMALLEST = 11  # pixels of a letter while it is typed
NARROWEST = 140


class TitleField(QLineEdit):
    """The title of a frame: Enter takes it, Esc does not."""

    def __init__(self, desk: Desk, item: MarkItem, frame: Frame) -> None:
        super().__init__(frame.title, desk)
        self.setObjectName("frameTitle")
        self.setAccessibleName(self.tr("Title of the frame"))
        self.setToolTip(self.tr("Enter takes the title, Esc leaves it as it was"))
        self.setPlaceholderText(self.tr("Title"))
        self.setMaxLength(LONGEST_TITLE)
        self._desk, self._frame = desk, frame
        self.setFont(_scaled(title_font(desk.canvas.inks, desk.zoom), desk.zoom))
        area = _seen(desk, item)
        high = max(24, round(HEAD * desk.zoom), self.sizeHint().height())
        self.setGeometry(area.left(), area.top(), max(NARROWEST, area.width()), high)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        desk.looked.connect(self.leave)
        desk.session.document.changed.connect(self.leave)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in ENTER:
            self._take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._take()

    def leave(self, *_: object) -> None:
        """Go away; the canvas has the keyboard again."""
        _gone(self, self._desk)

    def _take(self) -> None:
        if self.isHidden():
            return
        said = self.tr("Call the frame “{title}”").format(title=self.text().strip())
        document = self._desk.session.document
        key = self._frame.id
        merge = f"mark {key}"  # a frame that was just drawn: one step with its title
        document.attempt(edits.set_title, key, self.text(), text=said, merge=merge)
        document.seal()
        self.leave()


class CommentField(QPlainTextEdit):
    """The text of a comment: leaving it or Ctrl+Enter takes it, Esc does not."""

    def __init__(self, desk: Desk, item: MarkItem, comment: Comment) -> None:
        super().__init__(comment.text, desk)
        self.setObjectName("commentText")
        self.setAccessibleName(self.tr("Text of the comment"))
        self.setToolTip(self.tr("Ctrl+Enter takes the text, Esc leaves it as it was"))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._desk, self._comment = desk, comment
        inks = desk.canvas.inks
        self.setFont(_scaled(text_font(inks, comment.size), desk.zoom))
        self.document().setDocumentMargin(max(2.0, 5 * desk.zoom))
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {wash(inks, comment.colour).name()};"
            f" color: {inks.text.name()};"
            f" border: 1px solid {inks.accent.name()}; border-radius: 6px; }}"
        )
        self._area = _seen(desk, item)
        self._fit()
        self.textChanged.connect(self._fit)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        desk.looked.connect(self._look)
        desk.session.document.changed.connect(self.leave)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self._take(self._comment.text)
        elif event.key() in ENTER and ctrl:
            self._take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._take()

    def leave(self, *_: object) -> None:
        """Go away; the canvas has the keyboard again."""
        _gone(self, self._desk)

    def _look(self) -> None:
        self._take()

    def _fit(self) -> None:
        """As high as its text, while there is room below."""
        lines = int(self.document().size().height())
        text = lines * self.fontMetrics().lineSpacing()
        wanted = text + 2 * int(self.document().documentMargin()) + 4
        high = max(self._area.height(), min(wanted, self._desk.height() // 2), 28)
        wide = max(self._area.width(), NARROWEST)
        self.setGeometry(self._area.left(), self._area.top(), wide, high)

    def _take(self, text: str | None = None) -> None:
        """Keep the text; a comment that says nothing goes."""
        if self.isHidden():
            return
        text = self.toPlainText().rstrip() if text is None else text
        key = self._comment.id
        document = self._desk.session.document
        merge = f"mark {key}"  # a comment that was just put down: one step with it
        if not text:
            said = self.tr("Delete an empty comment")
            document.attempt(edits.remove_marks, [key], text=said, merge=merge)
        elif text != self._comment.text:
            marks = document.design.look.marks
            now = marks.get(key, self._comment)
            assert isinstance(now, Comment)  # noqa: S101 -- its id says so
            high = height_of(_saying(now, text), self._desk.canvas.inks)
            said = self.tr("Write a comment")
            document.attempt(edits.set_text, key, text, high, text=said, merge=merge)
        document.seal()
        self.leave()


def _saying(comment: Comment, text: str) -> Comment:
    return Comment(comment.id, comment.box, text, comment.colour, comment.size)


def _scaled(font: QFont, zoom: float) -> QFont:
    """The font as large as it looks on the canvas, but readable."""
    scaled = QFont(font)
    scaled.setPixelSize(max(SMALLEST, round(font.pixelSize() * zoom)))
    return scaled


def _seen(desk: Desk, item: MarkItem) -> QRect:
    """Where a mark is in the view, as far as it can be seen."""
    area: QRect = desk.mapFromScene(item.box).boundingRect()
    return area.intersected(desk.viewport().rect().adjusted(4, 4, -4, -4))


def _gone(field: QLineEdit | QPlainTextEdit, desk: Desk) -> None:
    if field.isHidden():
        return
    had = field.hasFocus()
    field.hide()
    field.deleteLater()
    if had:
        desk.setFocus()
