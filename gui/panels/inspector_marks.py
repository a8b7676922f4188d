"""The form of the selected frames and comments: title or text, colour, size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.design import edits
from engine.design.marks import (
    COLOURS,
    LONGEST_TITLE,
    SIZES,
    Comment,
    Frame,
    Mark,
)
from gui.panels.labels import Heading, Label
from gui.session import Session
from gui.theme import Theme
from gui.words import NAMES

SWATCH = 18


class MarksForm(QWidget):
    """Edits what is selected beside the graph."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._heading = Label("", "title", self)
        self._said = Label("", "muted", self)
        self.title = TitleEdit(session, self)
        self.text = TextEdit(session, self)
        self._titles = Heading(self.tr("Title"), self)
        self._texts = Heading(self.tr("Text"), self)
        self.colours = Choice(COLOURS, self)
        self.colours.setAccessibleName(self.tr("Colour"))
        self.sizes = Choice(SIZES, self)
        self.sizes.setAccessibleName(self.tr("Size of the text"))
        self._sizing = Heading(self.tr("Size of the text"), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        for widget in (
            *(self._heading, self._said, self._titles, self.title),
            *(self._texts, self.text, Heading(self.tr("Colour"), self)),
            *(self.colours, self._sizing, self.sizes),
        ):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.colours.chosen(self._recolour)
        self.sizes.chosen(self._resize)

    @property
    def marks(self) -> list[Mark]:
        """The selected ones, as they are now."""
        marks = self._session.document.design.look.marks
        chosen = self._session.selection.marks
        return [mark for key, mark in marks.items() if key in chosen]

    def display(self, ids: Sequence[str]) -> None:
        """Show the selected marks as they are now."""
        marks = self.marks
        one = marks[0] if len(marks) == 1 else None
        frame = one if isinstance(one, Frame) else None
        comment = one if isinstance(one, Comment) else None
        self._heading.setText(self._headed(one, len(marks)))
        self._said.setText(self._members(frame))
        self._said.setVisible(frame is not None)
        _show((self._titles, self.title), frame is not None)
        _show((self._texts, self.text), comment is not None)
        self.title.display(frame)
        self.text.display(comment)
        theme = self._session.theme
        self.colours.dress(theme, {name: theme.mark(name) for name in COLOURS})
        self.sizes.dress(theme)
        self.colours.display({mark.colour for mark in marks})
        sizes = {mark.size for mark in marks if isinstance(mark, Comment)}
        _show((self._sizing, self.sizes), bool(sizes))
        self.sizes.display(sizes)

    def _headed(self, one: Mark | None, count: int) -> str:
        if isinstance(one, Frame):
            return self.tr("Frame")
        if isinstance(one, Comment):
            return self.tr("Comment")
        return self.tr("{count} frames and comments").format(count=count)

    def _members(self, frame: Frame | None) -> str:
        if frame is None:
            return ""
        if not frame.members:
            return self.tr("No node is in it. Drag some in, or stretch it over them.")
        nodes = self._session.document.design.nodes
        names = ", ".join(nodes[key].name for key in frame.members[:12])
        if len(frame.members) > 12:
            names += ", …"
        said = self.tr("{count} nodes move with it: {names}")
        if len(frame.members) == 1:
            said = self.tr("{names} moves with it.")
        return said.format(count=len(frame.members), names=names)

    def _recolour(self, colour: str) -> None:
        text = self.tr("Colour it {colour}").format(colour=_named(colour).lower())
        keys = [mark.id for mark in self.marks]
        self._session.document.attempt(edits.recolour, keys, colour, text=text)

    def _resize(self, size: str) -> None:
        text = self.tr("Set the size of the text")
        keys = [mark.id for mark in self.marks]
        self._session.document.attempt(edits.set_size, keys, size, text=text)


class TitleEdit(QLineEdit):
    """The title of a frame; a stretch of typing is one undo step."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._key = ""
        self.setObjectName("frameTitleEdit")
        self.setAccessibleName(self.tr("Title of the frame"))
        self.setToolTip(self.tr("Stands at the top of the frame (F2)"))
        self.setPlaceholderText(self.tr("What do these nodes do?"))
        self.setMaxLength(LONGEST_TITLE)
        self.textEdited.connect(self._typed)

    def display(self, frame: Frame | None) -> None:
        """Show the title, leaving what is being typed alone."""
        self._key = frame.id if frame else ""
        title = frame.title if frame else ""
        if " ".join(self.text().split()) != title:
            self.setText(title)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._session.document.seal()

    def _typed(self, title: str) -> None:
        key = self._key
        self._session.document.attempt(
            edits.set_title, key, title, text=self.tr("Set title"), merge=f"title {key}"
        )


class TextEdit(QPlainTextEdit):
    """The text of a comment; a stretch of typing is one undo step."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._key = ""
        self.setObjectName("commentTextEdit")
        self.setAccessibleName(self.tr("Text of the comment"))
        self.setToolTip(self.tr("What the comment says (F2)"))
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)  # the document's own undo is the only one
        self.setMinimumHeight(72)
        self.textChanged.connect(self._typed)

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def display(self, comment: Comment | None) -> None:
        """Show the text, leaving the cursor alone where nothing changed."""
        self._key = comment.id if comment else ""
        if comment and comment.text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(comment.text)
            self.blockSignals(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._session.document.seal()

    def _typed(self) -> None:
        if self._key:
            key, text = self._key, self.tr("Write a comment")
            self._session.document.attempt(
                *(edits.set_text, key, self.toPlainText()),
                text=text,
                merge=f"text {key}",
            )


class Choice(QWidget):
    """Buttons of which one is down: a few words, or colours once it is dressed."""

    def __init__(self, words: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._words = tuple(words)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for place, word in enumerate(self._words):
            button = QToolButton(self)
            button.setObjectName(f"choice:{word}")
            button.setText(_named(word))
            button.setAccessibleName(_named(word))
            button.setToolTip(_named(word))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._group.addButton(button, place)
            line.addWidget(button)
        line.addStretch(1)

    def chosen(self, told: Callable[[str], None]) -> None:
        """Have a person's choice told, by its word."""
        self._group.idClicked.connect(lambda place: told(self._words[place]))

    def display(self, words: set[str]) -> None:
        """Show what is chosen; nothing where it is not one."""
        self._group.setExclusive(False)
        for button, word in zip(self._group.buttons(), self._words, strict=True):
            button.setChecked(words == {word})
        self._group.setExclusive(True)

    def dress(self, theme: Theme, colours: dict[str, QColor] | None = None) -> None:
        """Take the theme's colours; with `colours`, show those in place of words."""
        chosen, edge = theme.selected.name(), theme.accent.name()
        self.setStyleSheet(
            "QToolButton { border: 1px solid transparent; border-radius: 6px;"
            " padding: 3px 6px; }"
            f"QToolButton:hover {{ background: {theme.hover.name()}; }}"
            f"QToolButton:focus {{ border-color: {edge}; }}"
            f"QToolButton:checked {{ background: {chosen}; border-color: {edge}; }}"
        )
        if colours is None:
            return
        for button, word in zip(self._group.buttons(), self._words, strict=True):
            button.setIcon(QIcon(_swatch(colours[word], self.devicePixelRatioF())))
            button.setIconSize(QSize(SWATCH, SWATCH))
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)


def _show(widgets: tuple[QWidget, ...], shown: bool) -> None:
    for widget in widgets:
        widget.setVisible(shown)


def _swatch(colour: QColor, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(SWATCH, SWATCH) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(2, 2, SWATCH - 4, SWATCH - 4)
    painter.end()
    return picture


def _named(word: str) -> str:
    return QCoreApplication.translate("marks", NAMES[word])
