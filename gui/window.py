"""The window: the canvas, the panels around it, and what the menus do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import actions
from gui.banner import Banner
from gui.docks import Docks
from gui.document import Document
from gui.files import SUFFIX, Files
from gui.rescue import Rescue
from gui.selection import Selection
from gui.session import Session
from gui.status import StatusBar
from gui.theme import SCHEMES, Theme
from gui.verbs import Verbs
from gui.worker import Worker

SIZE = QSize(1440, 900)


class Window(QMainWindow):
    """One document with everything around it.

    Args:
        theme: the look, shared by all windows.
        worker: an engine to share; without one the window starts its own, after
            its first paint.
    """

    completed = Signal()  # everything is built

    def __init__(self, theme: Theme, worker: Worker | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.theme = theme
        self.document = Document(parent=self)
        selection = Selection(self.document, self)
        self.worker = worker or Worker(self)
        self._owns_worker = worker is None
        self.session = Session(self.document, selection, self.worker, theme)
        self.files = Files(self.session, self)
        self.rescue = Rescue(self.document, self)
        self.verbs = Verbs(self)
        self.actions_by_id = actions.make(self, self.verbs)
        self._build()
        self._connect()
        self._restore()
        self._steps: list[Callable[[], None]] | None = None

    def _build(self) -> None:
        from gui.canvas.view import CanvasView

        fillers = {
            "recent": self.files.fill_recent,
            "examples": self.files.fill_examples,
        }
        self._submenus = actions.fill(self.menuBar(), self.actions_by_id, fillers)
        self.status = StatusBar(self.session, self)
        self.setStatusBar(self.status)
        self.session.tell = self.status.tell
        self.session.run = self.run
        self.session.initialize = self.verbs.initialize
        self.session.help = self.verbs.help
        centre = QWidget(self)
        self.banner = Banner(centre)
        self.canvas = CanvasView(self.session, centre)
        self.session.place = self.canvas.place
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.canvas, 1)
        self.setCentralWidget(centre)
        self.docks = Docks(self, self.session)
        self.docks.fill_first()
        self._corner()
        for act in actions.acts():
            holder = self.canvas if act.on_canvas else self
            holder.addAction(self.actions_by_id[act.id])

    def _corner(self) -> None:
        """The button that finds any command, at the end of the menu bar."""
        action = self.actions_by_id["commands"]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button = QToolButton(self)
        button.setObjectName("commandsButton")
        button.setText(self.tr("Commands…   {keys}").format(keys=keys))
        button.setToolTip(action.statusTip())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(action.trigger)
        self.menuBar().setCornerWidget(button)

    def _connect(self) -> None:
        document = self.document
        document.changed.connect(self.docks.count_problems)
        document.changed.connect(self._enable)
        document.refused.connect(self.status.tell)
        document.path_changed.connect(self._name)
        document.modified_changed.connect(self._name)
        document.history.indexChanged.connect(self._name_undo)
        self.session.selection.changed.connect(self._enable)
        self.worker.state.connect(self._enable)
        self.worker.lost.connect(self.status.tell)
        self.files.trouble.connect(self.banner.say)
        self.theme.changed.connect(self.repaint_look)
        self._name()
        self._name_undo()
        self._enable()

    def begin(self, path: Path | None) -> None:
        """Open what the person asked for, what they had last, or the tutorial."""
        recent = self.files.recent()
        path = path or (recent[0] if recent else None)
        if path is None or not self.files.open(path):
            self.files.open_first()

    # --- the first seconds ---------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._steps is None:
            self._plan()
            QTimer.singleShot(0, self, self._step)

    def complete(self) -> None:
        """Build now what waits for the first paint."""
        self._plan()
        while self._steps:
            self._steps.pop(0)()

    def _plan(self) -> None:
        if self._steps is None:
            self._steps = [
                self._start_worker,
                self._icons,
                self.status.complete,
                *self.docks.later(),
                self.docks.count_problems,
                self._offer_rescue,
                self.completed.emit,
            ]

    def _step(self) -> None:
        """One thing at a time: the window answers in between."""
        if self._steps:
            self._steps.pop(0)()
            QTimer.singleShot(0, self, self._step)

    def _start_worker(self) -> None:
        self.worker.start()

    def _icons(self) -> None:
        actions.paint(self.actions_by_id, self._submenus, self.theme)

    def _offer_rescue(self) -> None:
        """Offer back what a window that ended badly left behind."""
        left = self.rescue.left_behind()
        if not left:
            return
        newest = left[0]

        def restore() -> None:
            if self.files.restore(newest):
                self._offer_rescue()

        def drop() -> None:
            newest.drop()
            self._offer_rescue()

        said = self.tr("“{name}” has unsaved changes from a Fanin that ended badly.")
        self.banner.say(
            said.format(name=newest.name),
            (self.tr("Restore"), restore),
            (self.tr("Throw away"), drop),
        )

    def run(self, name: str) -> None:
        """Do an action by its id, as its menu entry would."""
        self.actions_by_id[name].trigger()

    # --- looks and state -------------------------------------------------------

    def repaint_look(self) -> None:
        """Take the theme's new colours, all at once."""
        self.setUpdatesEnabled(False)
        dress(self.theme)
        if self._steps is not None:
            self._icons()
        self.setUpdatesEnabled(True)

    def _name(self) -> None:
        mark = " •" if self.document.modified else ""
        self.setWindowTitle(f"{self.document.name}{mark} – Fanin")
        path = self.document.path
        self.setWindowFilePath(str(path) if path else "")

    def _name_undo(self) -> None:
        history, made = self.document.history, self.actions_by_id
        undo, redo = history.undoText(), history.redoText()
        made["undo"].setEnabled(history.canUndo())
        made["redo"].setEnabled(history.canRedo())
        said = self.tr("&Undo: {text}"), self.tr("&Redo: {text}")
        made["undo"].setText(said[0].format(text=undo) if undo else self.tr("&Undo"))
        made["redo"].setText(said[1].format(text=redo) if redo else self.tr("&Redo"))

    def _enable(self) -> None:
        chosen = bool(self.session.selection.ids)
        names = ("cut", "copy", "duplicate", "delete", "delete_and_reconnect")
        for name in (*names, "zoom_selection"):
            self.actions_by_id[name].setEnabled(chosen)
        self.actions_by_id["rename"].setEnabled(self.session.selection.one is not None)
        # Esc belongs to the canvas and the fields while there is nothing to stop.
        self.actions_by_id["stop"].setEnabled(self.worker.current == "busy")

    def _restore(self) -> None:
        """Size, docks and look as they were left, or as they should first be."""
        settings = QSettings()
        screen = self.screen().availableGeometry()
        self.resize(SIZE.boundedTo(screen.size() - QSize(0, 32)))
        self.docks.settle()
        geometry, state = settings.value("geometry"), settings.value("docks")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            self.restoreGeometry(geometry)
            self.restoreState(state)
        made = self.actions_by_id
        made[f"look_{self.theme.scheme}"].setChecked(True)
        pairs = {
            "show_palette": self.docks.palette,
            "show_inspector": self.docks.inspector,
            "show_results": self.docks.results,
        }
        for name, dock in pairs.items():
            made[name].setChecked(not dock.isHidden())

    # --- events ----------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        settings = QSettings()
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("docks", self.saveState())
        self.rescue.drop()
        self._steps = []
        if self._owns_worker:
            self.worker.stop()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dragged(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dragged(event)
        if path is not None:
            event.acceptProposedAction()
            # The other program waits for the drop to end; a question may follow.
            QTimer.singleShot(0, self, lambda: self.files.open(path))


def dress(theme: Theme) -> None:
    """Give the whole application this look."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        if app.style().name() != "fusion":
            app.setStyle("Fusion")
        app.setPalette(theme.palette())
        app.setFont(theme.font("body"))
        app.setStyleSheet(theme.sheet())


def run(path: Path | None) -> int:
    """Open the window, on a design if one is given, and stay until it is closed."""
    app = QApplication(sys.argv[:1])
    app.setOrganizationName("Fanin")
    app.setApplicationName("Fanin")
    look = QSettings().value("look")
    theme = Theme(look if look in SCHEMES else "system", app)
    dress(theme)
    window = Window(theme)
    window.show()
    window.begin(path)
    return app.exec()


def _dragged(event: QDropEvent) -> Path | None:
    """The one design that is dragged, if that is what it is."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() == SUFFIX else None
