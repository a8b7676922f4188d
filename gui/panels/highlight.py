"""Colours Python source by Pygments' tokens and the theme's colours."""

from __future__ import annotations

from typing import Any

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from PySide6.QtGui import (
    QColor,
    QFont,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)

from gui.theme import Theme

Span = tuple[int, int, QTextCharFormat]  # column, length, format


class PythonHighlighter(QSyntaxHighlighter):
    """Lexes the whole text once, then hands each line its spans.

    Qt asks line by line, and a lexer of single lines would lose docstrings.
    """

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._lexer = PythonLexer(stripnl=False, ensurenl=False)
        self._lines: list[list[Span]] = []
        self._formats = self._made_formats()

    def lex(self, text: str) -> None:
        """Read `text`, which is about to be put into the document."""
        self._lines = [[]]
        column = 0
        for token, value in self._lexer.get_tokens(text):
            form = self._format(token)
            for index, part in enumerate(value.split("\n")):
                if index:
                    self._lines.append([])
                    column = 0
                if part and form is not None:
                    self._lines[-1].append((column, len(part), form))
                column += len(part)

    def recolour(self, text: str) -> None:
        """Take the theme's new colours."""
        self._formats = self._made_formats()
        self.lex(text)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        place = self.currentBlock().blockNumber()
        if place < len(self._lines):
            for column, length, form in self._lines[place]:
                self.setFormat(column, length, form)

    # Any: Pygments' tokens are untyped.
    def _format(self, token: Any) -> QTextCharFormat | None:
        return next((f for kind, f in self._formats if token in kind), None)

    def _made_formats(self) -> list[tuple[Any, QTextCharFormat]]:
        theme = self._theme
        return [
            (Comment, _format(theme.comment)),
            (String, _format(theme.string)),
            (Number, _format(theme.number)),
            (Keyword, _format(theme.keyword)),
            (Operator.Word, _format(theme.keyword)),
            (Name.Class, _format(theme.accent, bold=True)),
            (Name.Function, _format(theme.accent, bold=True)),
            (Name.Function.Magic, _format(theme.accent, bold=True)),
            (Name.Builtin.Pseudo, _format(theme.muted)),
            (Name.Builtin, _format(theme.keyword)),
            (Name.Decorator, _format(theme.number)),
        ]


def _format(colour: QColor, *, bold: bool = False) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(colour)
    if bold:
        form.setFontWeight(QFont.Weight.DemiBold)
    return form
