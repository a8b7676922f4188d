"""The PyTorch source of the design, live."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtGui import QColor, QGuiApplication, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from gui.panels.highlight import PythonHighlighter
from gui.panels.labels import Label, grouped, panel_sheet
from gui.panels.lazy import LazyPanel
from gui.session import Session
from gui.words import say

DELAY = 120  # ms after the last keystroke before the source is written anew


class CodePanel(LazyPanel):
    """Shows what File > Export writes; keeps the last good source while it cannot."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, DELAY)
        self.setAccessibleName(self.tr("Code"))
        self._source = ""
        self._good = True
        self.view = self._made_view()
        self._colours = PythonHighlighter(self.view.document(), session.theme)
        self.note = Label("", "small", self)
        self.note.setObjectName("codeNote")
        self.copy_button = self._button(
            "copy", self.tr("Copy"), self.tr("Copy the whole source"), self.copy
        )
        self.save_button = self._button(
            "save",
            self.tr("Save as…"),
            self.tr("Save the source as a .py file"),
            self.save,
        )
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 10, 4)
        head.addWidget(self.note, 1)
        head.addWidget(self.copy_button)
        head.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        session.selection.changed.connect(self._mark)
        self.recolour()

    @property
    def source(self) -> str:
        """The last source that could be written."""
        return self._source

    def refresh(self) -> None:
        """Write the source anew, or say why it stands still."""
        from engine import to_python

        document = self.session.document
        self._good = False
        if not document.design.nodes:
            self._put("")
            self.note.setText(self.tr("The source appears with the first layer."))
        elif not document.checked.ok:
            self.note.setText(self._excuse())
        else:
            try:
                self._put(to_python(document.design, document.checked))
            except EngineError as error:
                self.note.setText(say(error.message))
            else:
                self._good = True
                said = self.tr("{lines} lines of PyTorch, as File > Export writes them")
                lines = grouped(self._source.count("\n"))
                self.note.setText(said.format(lines=lines))
        self.copy_button.setEnabled(bool(self._source))
        self.save_button.setEnabled(bool(self._source))
        self._dim()
        self._mark()

    def recolour(self) -> None:
        theme = self.session.theme
        self.setStyleSheet(panel_sheet(theme))
        self.view.setFont(theme.font("code"))
        width = self.view.fontMetrics().horizontalAdvance(" ")
        self.view.setTabStopDistance(4 * width)
        self._colours.recolour(self._source)
        self._dim()
        self._mark()

    def copy(self) -> None:
        """Put the whole source on the clipboard."""
        QGuiApplication.clipboard().setText(self._source)
        self.session.tell(self.tr("Copied the source."))

    def save(self) -> None:
        """Ask where, and write the source there."""
        path = self.session.document.path
        name = f"{path.stem}.py" if path else "network.py"
        title, kind = self.tr("Save the source"), self.tr("Python (*.py)")
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, kind)
        if chosen:
            self.write(Path(chosen))

    def write(self, path: Path) -> None:
        """Write the source to `path`, and say how that went."""
        try:
            path.write_text(self._source, encoding="utf-8")
        except OSError as error:
            said = self.tr("Could not write {name}: {reason}.")
            reason = error.strerror or str(error)
            self.session.tell(said.format(name=path.name, reason=reason))
        else:
            self.session.tell(self.tr("Saved {name}.").format(name=path.name))

    def _made_view(self) -> QPlainTextEdit:
        view = QPlainTextEdit(self)
        view.setObjectName("codeView")
        view.setAccessibleName(self.tr("Source"))
        view.setToolTip(self.tr("The lines of the selected nodes are marked."))
        view.setReadOnly(True)
        view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        view.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        view.document().setDocumentMargin(12)
        return view

    def _button(self, icon: str, text: str, tip: str, does: object) -> QPushButton:
        button = QPushButton(self.session.theme.icon(icon), text, self)
        button.setObjectName(f"code:{icon}")
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.clicked.connect(does)
        return button

    def _excuse(self) -> str:
        problem = self.session.document.checked.problems[0]
        if self._source:
            said = self.tr("This is the source before the last error: {problem}")
        else:
            said = self.tr("No source yet: {problem}")
        return said.format(problem=say(problem.message))

    def _put(self, source: str) -> None:
        """Show the source without losing the place that is being read."""
        if source == self._source:
            return
        self._source = source
        bars = (self.view.verticalScrollBar(), self.view.horizontalScrollBar())
        places = [bar.value() for bar in bars]
        self._colours.lex(source)
        self.view.setPlainText(source)
        for bar, place in zip(bars, places, strict=True):
            bar.setValue(place)

    def _dim(self) -> None:
        """Grey source is not the design's any more."""
        theme = self.session.theme
        ground = theme.panel if self._good else theme.field
        text = theme.text if self._good else theme.faint
        sheet = f"background: {ground.name()}; color: {text.name()};"
        self.view.setStyleSheet(f"QPlainTextEdit {{ {sheet} border: none; }}")
        self.note.setProperty("role", "small" if self._good else "warning")
        self.note.style().polish(self.note)

    def _mark(self, *_: object) -> None:
        """Softly mark the lines that speak of the selected nodes."""
        if not self.isVisible():
            self.view.setExtraSelections([])
            return
        nodes = self.session.document.design.nodes
        chosen = self.session.selection.ids
        names = [nodes[key].name for key in chosen if key in nodes]
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        marks = []
        block = self.view.document().begin()
        while names and block.isValid():
            if words.search(block.text()):
                marks.append(self._marked(QTextCursor(block)))
            block = block.next()
        self.view.setExtraSelections(marks)

    def _marked(self, cursor: QTextCursor) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        ground = QColor(self.session.theme.selected)
        mark.format.setBackground(ground)
        full = QTextFormat.Property.FullWidthSelection
        mark.format.setProperty(full, True)
        return mark
