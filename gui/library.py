"""A person's own blocks: a folder of files beside the settings, one for each block.

Every window reads the same folder and follows what another one does there. A file that
holds no block is told in a sentence and skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QFile, QFileSystemWatcher, QObject, QTimer, Signal

from engine.catalog.spec import Operator
from engine.design import file, library
from engine.design.block import Block
from engine.design.model import Design
from engine.errors import EditError, EngineError, FileError
from gui.rescue import home
from gui.words import say

SUFFIX = ".fanin"
MINE = "mine:"  # before the name of a file, where a kind or a block's id could stand
SOON = 120  # ms: a file that is being replaced changes its folder several times
DEVICES = frozenset({"con", "prn", "aux", "nul", "com", "lpt"})  # names Windows keeps


class Shelved(NamedTuple):
    """A block of the library.

    Args:
        path: its file.
        part: the packed block.
    """

    path: Path
    part: Design

    @property
    def id(self) -> str:
        """What `Session.place` and the search take for it."""
        return f"{MINE}{self.path.name}"

    @property
    def block(self) -> Block:
        return library.block_of(self.part)

    @property
    def row(self) -> Operator:
        return self.block.row


class Library(QObject):
    """Reads and writes the folder; `open` reads it for the first time."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = home() / "blocks"
        self.shelf: tuple[Shelved, ...] = ()
        self.faults: tuple[str, ...] = ()  # sentences about files that hold no block
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._read: dict[Path, Shelved | str] = {}
        self._watcher: QFileSystemWatcher | None = None
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.refresh)

    def open(self) -> None:
        """Read the folder, and follow from now on what happens in it."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.directoryChanged.connect(lambda _: self._soon.start())
            self._watcher.fileChanged.connect(lambda _: self._soon.start())
        self.refresh()

    def refresh(self) -> None:
        """Read what has changed in the folder since it was read last."""
        self._soon.stop()
        stamps = self._found()
        if stamps != self._stamps:
            kept = {
                path: self._read[path]
                for path, stamp in stamps.items()
                if self._stamps.get(path) == stamp and path in self._read
            }
            self._stamps = stamps
            self._read = {path: kept.get(path) or _read(path) for path in stamps}
            found = self._read.values()
            shelf = [entry for entry in found if isinstance(entry, Shelved)]
            shelf.sort(key=lambda one: (one.block.name.casefold(), one.path.name))
            self.shelf = tuple(shelf)
            self.faults = tuple(said for said in found if isinstance(said, str))
            self.changed.emit()
        self._watch()

    def get(self, key: str) -> Shelved | None:
        """The block with this id."""
        return next((one for one in self.shelf if one.id == key), None)

    def like(self, part: Design) -> Shelved | None:
        """The block of this name, whatever is in it."""
        name = library.block_of(part).name
        return next((one for one in self.shelf if one.block.name == name), None)

    def keep(self, part: Design, over: Shelved | None = None) -> Shelved:
        """Write a packed block, in the place of another one or beside the others.

        Raises:
            FileError: it could not be written; the folder is as it was.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(
                "{file} could not be made: {reason}.",
                file=str(self.folder),
                reason=error.strerror or str(error),
            ) from error
        path = over.path if over else self._free(library.block_of(part).name)
        file.save(part, path)
        self.refresh()
        return next(one for one in self.shelf if one.path == path)

    def rename(self, one: Shelved, name: str) -> Shelved:
        """Give a block of the library another name, and its file too.

        Raises:
            EngineError: the name cannot be, or the file could not be written.
        """
        if name.strip() == one.block.name:
            return one
        part = library.renamed(one.part, name)
        if self.like(part):
            raise EditError(
                "Another of your blocks is called '{name}' already; take another name.",
                name=name.strip(),
            )
        made = self.keep(part)
        _drop(one.path)
        self.refresh()
        return made

    def remove(self, one: Shelved) -> bool:
        """Put a block's file in the trash; whether there is one."""
        trashed = QFile(str(one.path)).moveToTrash()
        if not trashed:
            _drop(one.path)
        self.refresh()
        return trashed

    def _free(self, name: str) -> Path:
        """A file for a block of this name, on systems that know no capitals too."""
        taken = {path.stem.casefold() for path in self._stamps}
        plain = name if name.casefold().rstrip("0123456789") not in DEVICES else ""
        stem, number = plain or f"{name}-block", 2
        while stem.casefold() in taken:
            stem, number = f"{name}-{number}", number + 1
        return self.folder / f"{stem}{SUFFIX}"

    def _found(self) -> dict[Path, tuple[int, int]]:
        """The files that are there, with when each was changed and how long it is."""
        stamps = {}
        try:
            paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        except OSError:
            return {}
        for path in paths:
            try:
                at = path.stat()
            except OSError:  # it has gone this moment
                continue
            if not path.name.startswith("."):
                stamps[path] = (at.st_mtime_ns, at.st_size)
        return stamps

    def _watch(self) -> None:
        """Follow the folder, or while there is none, the one it would stand in."""
        if self._watcher is None:
            return
        place = self.folder
        while not place.is_dir() and place != place.parent:
            place = place.parent
        wanted = {str(place), *map(str, self._stamps)}
        known = {*self._watcher.directories(), *self._watcher.files()}
        if known - wanted:
            self._watcher.removePaths(sorted(known - wanted))
        if wanted - known:  # a file that was replaced is no longer followed
            self._watcher.addPaths(sorted(wanted - known))


def _read(path: Path) -> Shelved | str:
    """The block in a file, or the sentence why there is none."""
    try:
        part = file.load(path)
        library.block_of(part, path.name)
    except EngineError as error:
        return say(error.message)
    return Shelved(path, part)


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
