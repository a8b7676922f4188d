"""Unsaved work survives a crash: a copy beside the settings, offered back."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer

from engine.design import file
from engine.design.model import Design
from engine.errors import EngineError
from gui.document import Document

AFTER = 2_000  # ms from a change to its copy

log = logging.getLogger(__name__)


def home() -> Path:
    """Where Fanin keeps what is not a setting."""
    place = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(place))


@dataclass(frozen=True)
class Found:
    """A design that a window left behind when it ended without asking.

    Args:
        name: what it was called.
        path: its own file, where it had one.
        copy: the file that holds it now.
    """

    name: str
    path: Path | None
    copy: Path

    def load(self) -> Design:
        return file.load(self.copy)

    def drop(self) -> None:
        """Forget it for good."""
        for suffix in (".fanin", ".json", ".lock"):
            self.copy.with_suffix(suffix).unlink(missing_ok=True)


class Rescue(QObject):
    """Keeps a copy of one document while it has unsaved changes."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = home() / "unsaved"
        self._copy = self._folder / f"{os.urandom(8).hex()}.fanin"
        self._lock: QLockFile | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER)
        self._timer.timeout.connect(self.keep)
        document.whole_changed.connect(self._wait)
        document.modified_changed.connect(self._settle)

    def keep(self) -> bool:
        """Write the copy now; False when there was nothing to keep or no room."""
        self._timer.stop()
        if not self._document.modified:
            return False
        try:
            self._claim()
            file.save(self._document.whole, self._copy)
        except (EngineError, OSError) as error:
            log.warning("no copy of the unsaved design: %s", error)
            return False
        return True

    def drop(self) -> None:
        """The work is saved or was given up: no copy is needed."""
        self._timer.stop()
        for suffix in (".fanin", ".json"):
            with suppress(OSError):  # there may never have been room for one
                self._copy.with_suffix(suffix).unlink()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def left_behind(self) -> list[Found]:
        """Copies whose window is gone, newest first."""
        copies = [copy for copy in self._folder.glob("*.fanin") if copy != self._copy]
        copies.sort(key=lambda copy: copy.stat().st_mtime, reverse=True)
        return [self._found(copy) for copy in copies if _abandoned(copy)]

    def _claim(self) -> None:
        """Say whose copy this is, and that its window is alive."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = _lock(self._copy)
            self._lock.tryLock(0)
        path = self._document.path
        about = {"name": self._document.name, "path": str(path) if path else ""}
        self._copy.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")

    def _found(self, copy: Path) -> Found:
        try:
            about = json.loads(copy.with_suffix(".json").read_text(encoding="utf-8"))
            name, path = str(about["name"]), str(about["path"])
        except (OSError, ValueError, KeyError, TypeError):
            name, path = copy.stem[:6], ""
        return Found(name, Path(path) if path else None, copy)

    def _wait(self) -> None:
        # Not restarted by each change: steady work is copied every two seconds.
        if self._document.modified and not self._timer.isActive():
            self._timer.start()

    def _settle(self, modified: bool) -> None:
        if modified:
            self._wait()
        else:
            self.drop()


def _lock(copy: Path) -> QLockFile:
    lock = QLockFile(str(copy.with_suffix(".lock")))
    lock.setStaleLockTime(0)  # only the death of its process makes it stale
    return lock


def _abandoned(copy: Path) -> bool:
    lock = _lock(copy)
    if not lock.tryLock(0):
        return False
    lock.unlock()
    return True
