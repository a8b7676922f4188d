"""Opening, saving, exporting, and the question before something is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from engine.design import file
from engine.design.model import Design
from engine.errors import EngineError
from gui.canvas.inks import Inks
from gui.fresh import placed
from gui.rescue import Found
from gui.session import Session
from gui.theme import RESOURCES
from gui.words import say

if TYPE_CHECKING:
    from gui.picture_dialog import PictureDialog

SUFFIX, SOURCE = ".fanin", ".py"
EXAMPLES = RESOURCES / "examples"
FIRST = "tutorial"  # what a first start shows, and its sigmoid selected
RECENT = 10


Stamp = tuple[int, int]  # when a file was changed, and how long it is


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class Files(QObject):
    """The File menu's work on one window's document."""

    trouble = Signal(str)  # why a file could not be read or written; "" once one was

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._document = session.document
        self._window = window
        self._stamp: Stamp | None = None  # of the document's file as it was known last

    def new(self) -> None:
        """An empty design in place of this one."""
        if self.may_leave():
            self._document.replace(Design())

    def open(self, path: Path | None = None) -> bool:
        """Open a file, by dialog unless it is given; False when nothing was opened."""
        if path is None:
            path = self._ask_open()
        if path is None or not self.may_leave():
            return False
        design = self._read(path)
        if design is None:
            return False
        if path.suffix.lower() == SOURCE:  # it has no file of its own yet
            self._document.replace(design, name=path.stem, modified=True)
            self._stamp = None
            return True
        self._document.replace(design, path.absolute())
        self._stamp = _stamp(path)
        self._remember(path.absolute())
        return True

    def open_example(self, path: Path) -> None:
        """Open an example as a design that has no file yet."""
        if self.may_leave():
            design = self._read(path)
            if design is not None:
                self._document.replace(design, name=path.stem)

    def open_first(self) -> None:
        """What a first start shows: the tutorial, with its sigmoid selected."""
        design = self._read(EXAMPLES / f"{FIRST}{SUFFIX}")
        if design is None:
            return
        self._document.replace(design, name=FIRST)
        sigmoids = [n.id for n in design.nodes.values() if n.kind == "sigmoid"]
        self._session.selection.set(sigmoids[:1])

    def restore(self, found: Found) -> bool:
        """Open what a crash left behind, as unsaved changes to its own file."""
        if not self.may_leave():
            return False
        try:
            design = found.load()
        except EngineError as error:
            self.trouble.emit(say(error.message))
            return False
        self._document.replace(design, found.path, name=found.name, modified=True)
        self._stamp = None  # what it was when the lost window opened it, nobody knows
        found.drop()
        return True

    def save(self) -> bool:
        """Write to the document's file; False when it was not written."""
        path = self._document.path
        if path is None:
            return self.save_as()
        return self._may_overwrite(path) and self._write(path)

    def save_as(self) -> bool:
        """Ask for a name and write; False when it was not written."""
        path = self._ask_save(self.tr("Save the design"), SUFFIX)
        return path is not None and self._write(path)

    def export_python(self) -> None:
        """Write the source beside the design."""
        if not self._document.whole_checked.ok:
            said = self.tr("The code can be written once the errors are mended.")
            self._session.tell(said)
            self._session.run("see_problems")
            return
        path = self._ask_save(self.tr("Export"), ".py")
        if path is not None and self._tried(lambda: self._write_source(path)):
            said = self.tr("Exported {name}.").format(name=path.name)
            self._session.tell(said)

    def export_picture(self, dialog: PictureDialog) -> None:
        """Write the picture that a dialog shows, and close it."""
        from gui.picture_dialog import export

        path = self._ask_save(self.tr("Export"), dialog.suffix)
        if path is None:
            return
        if self._tried(lambda: export(self._session, dialog, path)):
            said = self.tr("Exported {name}.").format(name=path.name)
            self._session.tell(said)
        dialog.accept()

    def may_leave(self) -> bool:
        """Whether this design may be replaced: unchanged, saved now, or given up."""
        if not self._document.modified:
            return True
        box = QMessageBox(self._window)
        box.setObjectName("unsavedQuestion")
        name = self._document.name
        box.setText(self.tr("Save the changes to “{name}”?").format(name=name))
        box.setInformativeText(self.tr("Without saving, they are lost."))
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)
        answer = box.exec()
        box.deleteLater()
        if answer == button.Save:
            return self.save()
        return answer == button.Discard

    def fill_recent(self, menu: QMenu) -> None:
        """The files opened last, newest first."""
        menu.clear()
        paths = self.recent()
        for path in paths:
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setStatusTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self.open(path))
        if not paths:
            menu.addAction(self.tr("Nothing yet")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Forget these")).triggered.connect(self._forget)

    def recent(self) -> list[Path]:
        """The files opened last that are still there, newest first."""
        known = QSettings().value("recent") or []
        names = [known] if isinstance(known, str) else list(known)
        return [Path(name) for name in names if Path(name).is_file()]

    def _read(self, path: Path) -> Design | None:
        try:
            design = self._loaded(path)
        except EngineError as error:
            self.trouble.emit(say(error.message))
            return None
        self.trouble.emit("")
        return design

    def _loaded(self, path: Path) -> Design:
        """A design as it was saved, or read back from the code it was exported as."""
        if path.suffix.lower() == SOURCE:
            from engine.model.reading import from_python

            design = from_python(file.read_text(path))
        else:
            design = file.load(path)
        return placed(design, Inks(self._session.theme))

    def _write(self, path: Path) -> bool:
        design = self._document.whole
        if not self._tried(lambda: file.save(design, path)):
            return False
        self._document.saved(path)
        self._stamp = _stamp(path)
        self._remember(path)
        self._session.tell(self.tr("Saved {name}.").format(name=path.name))
        return True

    def _write_source(self, path: Path) -> None:
        from engine.model.source import to_python

        text = to_python(self._document.whole, self._document.whole_checked)
        file.write_text(path, text)

    def _tried(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except EngineError as error:
            self.trouble.emit(say(error.message))
            return False
        self.trouble.emit("")
        return True

    def _ask_open(self) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Open a design"),
            str(self._folder()),
            self._readable(),
        )
        return Path(name) if name else None

    def _ask_save(self, title: str, suffix: str) -> Path | None:
        start = self._folder() / f"{self._document.name}{suffix}"
        kinds = self._filter() if suffix == SUFFIX else f"*{suffix}"
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(start), kinds)
        if not name:
            return None
        path = Path(name).absolute()
        if path.suffix.lower() == suffix:
            return path
        # Qt asked about the name without the suffix; a file of the full name would
        # be overwritten unasked.
        full = path.with_name(path.name + suffix)
        return full if not full.exists() or self._may_replace(full) else None

    def _may_overwrite(self, path: Path) -> bool:
        """Whether the file holds what was opened, or may be lost if it does not."""
        now = _stamp(path)
        if self._stamp is None or now is None or now == self._stamp:
            return True
        said = self.tr(
            "“{name}” was changed by another program or window since it was opened "
            "here. Replace it?"
        ).format(name=path.name)
        title = self.tr("Replace the file?")
        answer = QMessageBox.question(self._window, title, said)
        return answer == QMessageBox.StandardButton.Yes

    def _may_replace(self, path: Path) -> bool:
        said = self.tr("“{name}” exists already. Replace it?").format(name=path.name)
        title = self.tr("Replace the file?")
        answer = QMessageBox.question(self._window, title, said)
        return answer == QMessageBox.StandardButton.Yes

    def _filter(self) -> str:
        return self.tr("Fanin designs (*.fanin)")

    def _readable(self) -> str:
        """What can be opened: designs, and the code that they were exported as."""
        every = self.tr("Fanin designs and their code (*.fanin *.py)")
        return f"{every};;{self._filter()}"

    def _folder(self) -> Path:
        if self._document.path is not None:
            return self._document.path.parent
        last = str(QSettings().value("folder") or "")
        return Path(last) if last and Path(last).is_dir() else Path.home()

    def _remember(self, path: Path) -> None:
        others = [known for known in self.recent() if known != path]
        settings = QSettings()
        settings.setValue("recent", [str(p) for p in (path, *others)][:RECENT])
        settings.setValue("folder", str(path.parent))

    def _forget(self) -> None:
        QSettings().remove("recent")
