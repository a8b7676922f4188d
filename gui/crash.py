"""A bug shows itself, is written down, and costs nobody their work."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from gui.rescue import home

log = logging.getLogger("fanin")


def log_path() -> Path:
    """The file that bugs are written to."""
    return home() / "fanin.log"


def log_to_file() -> None:
    """Write warnings and worse to the log file; without one, do without.

    Called once all is built, or when a bug comes first: the handler's modules cost as
    much to import as the canvas takes to draw.
    """
    root = logging.getLogger()
    if any(handler.name == "fanin" for handler in root.handlers):
        return
    from logging.handlers import RotatingFileHandler

    try:
        home().mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            log_path(), maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        return
    handler.name = "fanin"
    handler.setLevel(logging.WARNING)
    layout = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(logging.Formatter(layout))
    root.addHandler(handler)


class Catcher(QObject):
    """Takes what nobody caught: logs it, keeps the design, shows it once.

    Args:
        keep: makes a copy of the unsaved design; True when there is one.
        window: what the dialog belongs to.
    """

    _elsewhere = Signal(str)  # from another thread

    def __init__(self, keep: Callable[[], bool], window: QWidget) -> None:
        super().__init__(window)
        self._keep = keep
        self._window = window
        self._dialog: CrashDialog | None = None
        kind = Qt.ConnectionType.QueuedConnection
        self._elsewhere.connect(self._show, kind)

    def install(self) -> None:
        """From now on, exceptions that nobody catches come here."""
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self.caught(
            args.exc_type, args.exc_value, args.exc_traceback
        )

    def caught(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Deal with one exception; the program goes on."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log_to_file()
        log.error("%s", text)
        if sys.stderr is not None:
            sys.stderr.write(text)
        # Never from inside the paint or the event that failed.
        self._elsewhere.emit(text)

    def _show(self, text: str) -> None:
        kept = self._keep()
        if self._dialog is None:
            self._dialog = CrashDialog(self._window)
            self._dialog.finished.connect(self._closed)
        self._dialog.add(text, kept=kept)
        self._dialog.show()

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


class CrashDialog(QDialog):
    """What happened, as a text to copy; the window stays usable."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("crashDialog")
        self.setWindowTitle(self.tr("Something went wrong in Fanin"))
        self.resize(640, 380)
        self._said = QLabel(self)
        self._said.setWordWrap(True)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details of the error"))
        role = QDialogButtonBox.ButtonRole
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton(self.tr("Copy"), role.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._said)
        layout.addWidget(self.details)
        layout.addWidget(buttons)

    def add(self, text: str, *, kept: bool) -> None:
        """Show one more traceback."""
        said = self.tr("This is a mistake in Fanin, not in your design.")
        if kept:
            said += " " + self.tr("Your unsaved changes were put aside safely.")
        logged = self.tr("The text below is also in {path}.").format(path=log_path())
        self._said.setText(f"{said} {logged}")
        before = self.details.toPlainText()
        if not before:
            before = (
                f"Python {platform.python_version()}, Qt {qVersion()}, "
                f"{platform.platform()}\n"
            )
        self.details.setPlainText(f"{before}\n{text}"[-100_000:])

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
