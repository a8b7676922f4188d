"""The window: the canvas, the panels around it, and when each of them comes.

The first paint shows a frame of menus and empty places, and needs neither the engine
nor a panel; `furnish` then brings the document and what everybody looks at first,
and the rest follows a step at a time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, QSize, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton

from gui import sketch
from gui.menus import titles
from gui.screen import NO_SCREEN, application
from gui.theme import SCHEMES, Theme, load_fonts

if TYPE_CHECKING:
    from gui.banner import Banner
    from gui.canvas.view import CanvasView
    from gui.docks import Docks
    from gui.document import Document
    from gui.files import Files
    from gui.rescue import Rescue
    from gui.session import Session
    from gui.status import StatusBar
    from gui.verbs import Verbs
    from gui.worker import Worker

SIZE = QSize(1440, 900)
FRAME = QSize(16, 48)  # what a window manager may put around a window
MENU_HEIGHT = 33
STATUS_HEIGHT = 26


class Window(QMainWindow):
    """One document with everything around it.

    Args:
        theme: the look, shared by all windows.
        worker: an engine to share; without one the window starts its own, after
            its first paint.
    """

    furnished = Signal()  # there is a document
    completed = Signal()  # everything is built

    document: Document
    docks: Docks
    session: Session
    worker: Worker
    files: Files
    rescue: Rescue
    verbs: Verbs
    canvas: CanvasView
    banner: Banner
    status: StatusBar

    def __init__(self, theme: Theme, worker: Worker | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.theme = theme
        self._given_worker = worker
        self._path: Path | None = None  # to open once there is a document
        self._furnished = False
        self._steps: list[Callable[[], None]] | None = None
        self.menuBar().setFixedHeight(MENU_HEIGHT)
        self._menus = titles(self.menuBar())
        self.setCentralWidget(sketch.Sketch(self))
        self.statusBar().setFixedHeight(STATUS_HEIGHT)
        self.statusBar().setSizeGripEnabled(False)
        self.setWindowTitle("Fanin")
        self._restore()

    # --- the first seconds ---------------------------------------------------

    def begin(self, path: Path | None) -> None:
        """Open this, or what the person had last, or the tutorial; soon."""
        self._path = path
        if self._fits:
            self.show()
        else:
            self.showMaximized()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._steps is None:
            self._plan()
            QTimer.singleShot(0, self, self._step)

    def furnish(self) -> None:
        """Bring the document, the canvas, the palette, the inspector and the menus."""
        if self._furnished:
            return
        self._furnished = True
        self.setUpdatesEnabled(False)
        load_fonts()
        self._make_session()
        self._make_canvas()
        self._make_docks()
        self._make_menus()
        self._connect()
        self.furnished.emit()

    def complete(self) -> None:
        """Build now what would be built in the next moments."""
        self._plan()
        while self._steps:
            self._steps.pop(0)()

    def _plan(self) -> None:
        if self._steps is None:
            self._steps = [
                self.furnish,
                self._settle,
                self._start_worker,
                self._icons,
                self._finish_status,
                self._open_library,
                self._plan_panels,
            ]

    def _step(self) -> None:
        """One thing at a time: the window answers in between."""
        if self._steps:
            self._steps.pop(0)()
            QTimer.singleShot(0, self, self._step)

    def _make_session(self) -> None:
        from gui.document import Document
        from gui.exchange import Exchange
        from gui.files import Files
        from gui.keeping import Keeper
        from gui.library import Library
        from gui.rescue import Rescue
        from gui.selection import Selection
        from gui.session import Session
        from gui.status import StatusBar
        from gui.verbs import Verbs
        from gui.worker import Worker

        self.document = Document(parent=self)
        selection = Selection(self.document, self)
        self.worker = self._given_worker or Worker(self)
        self.session = Session(
            self.document, selection, self.worker, self.theme, Library(self)
        )
        keeper = Keeper(self.session, self)
        self.session.keep_block = keeper.keep_block
        self.session.keep_part = keeper.keep_part
        self.files = Files(self.session, self)
        self.exchange = Exchange(self.session, self)
        self.rescue = Rescue(self.document, self)
        self.verbs = Verbs(self)
        self.status = StatusBar(self.session, self)
        self.status.setFixedHeight(STATUS_HEIGHT)
        self.setStatusBar(self.status)
        self.session.tell = self.status.tell
        self.session.run = self.run
        self.session.initialize = self.verbs.initialize
        self.session.help = self.verbs.help

    def _open_library(self) -> None:
        self.session.library.open()

    def _make_canvas(self) -> None:
        from gui.banner import Banner
        from gui.canvas.view import CanvasView
        from gui.docks import Place

        centre = Place(600, 400, self)
        self.banner = Banner(centre)
        self.canvas = CanvasView(self.session, centre)
        self.session.place = self.canvas.place
        centre.hold(self.banner)
        centre.hold(self.canvas)
        self.setCentralWidget(centre)  # the sketch goes

    def _make_docks(self) -> None:
        from gui.docks import Docks

        self.docks = Docks(self, self.session)
        self.docks.fill_first()

    def _settle(self) -> None:
        """Docks that have just come have no sizes to change before a first layout."""
        QApplication.sendPostedEvents()
        self.docks.settle()
        state = QSettings().value("docks")
        if isinstance(state, QByteArray):
            self.docks.restore(state)
            self.docks.stretch()
        for name, dock in self.docks.switched().items():
            action = self.actions_by_id[name]
            action.setChecked(not dock.isHidden())
            # A panel closed by its own bar is as hidden as by the menu.
            dock.visibilityChanged.connect(
                lambda _, dock=dock, action=action: action.setChecked(
                    not dock.isHidden()
                )
            )
        self._open_first()
        if self.focusWidget() is None:
            self.canvas.setFocus()  # Tab and letters search from the first moment
        self.setUpdatesEnabled(True)

    def _make_menus(self) -> None:
        from gui import actions
        from gui.acts import acts

        self.actions_by_id = actions.make(self, self.verbs)
        fillers = {
            "recent": self.files.fill_recent,
        }
        self.submenus = actions.fill(self._menus, self.actions_by_id, fillers)
        for act in acts():
            holder = self.canvas if act.on_canvas else self
            holder.addAction(self.actions_by_id[act.id])
        made = self.actions_by_id
        made[f"look_{self.theme.scheme}"].setChecked(True)
        made["heat_none"].setChecked(True)
        made["signal_none"].setChecked(True)
        self._corner()

    def _corner(self) -> None:
        """The button that finds any command, at the end of the menu bar."""
        from PySide6.QtCore import Qt  # see gui.sketch

        action = self.actions_by_id["commands"]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button = QToolButton(self)
        button.setObjectName("commandsButton")
        button.setText(self.tr("Commands…   {keys}").format(keys=keys))
        button.setToolTip(action.statusTip())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(action.trigger)
        self.menuBar().setCornerWidget(button)
        button.show()

    def _connect(self) -> None:
        document = self.document
        document.changed.connect(self.docks.count_problems)
        document.changed.connect(self._enable)
        document.refused.connect(self.status.tell)
        document.path_changed.connect(self._name)
        document.modified_changed.connect(self._name)
        document.history.indexChanged.connect(self._name_undo)
        self.session.selection.changed.connect(self._enable)
        self.session.selection.changed.connect(self.docks.follow)
        self.worker.state.connect(self._enable)
        self.worker.lost.connect(self.status.tell)
        self.files.trouble.connect(self.banner.say)
        self.theme.changed.connect(self.repaint_look)
        self._name()
        self._name_undo()
        self._enable()

    def _open_first(self) -> None:
        recent = self.files.recent()
        path = self._path or (recent[0] if recent else None)
        if path is None or not self.files.open(path):
            self.files.open_first()

    def _start_worker(self) -> None:
        self.worker.start()

    def _finish_status(self) -> None:
        self.status.complete()

    def _plan_panels(self) -> None:
        """Once there are docks: one step for each panel out of sight."""
        if self._steps is not None:
            self._steps += [
                *self.docks.later(),
                self.docks.count_problems,
                self._offer_rescue,
                self.completed.emit,
            ]

    def _icons(self) -> None:
        from gui import actions

        actions.paint(self.actions_by_id, self.submenus, self.theme)

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

        said = self.tr("Fanin ended unexpectedly. “{name}” has unsaved changes.")
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
        if self._furnished:
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
        selection = self.session.selection
        chosen = bool(selection.ids)
        for name in ("cut", "copy", "duplicate", "delete", "zoom_selection"):
            self.actions_by_id[name].setEnabled(chosen or bool(selection.marks))
        for name in ("delete_and_reconnect", "freeze", "make_block"):
            self.actions_by_id[name].setEnabled(chosen)
        count = len(self.session.selection.ids)
        for name, action in self.actions_by_id.items():
            if name.startswith("align_"):
                least = 3 if name in ("align_across", "align_down") else 2
                action.setEnabled(count >= least)
        uses = self.canvas.grouping.uses
        for name in ("ungroup", "detach", "keep_block", "look_inside"):
            self.actions_by_id[name].setEnabled(bool(uses))
        named = selection.one or selection.one_mark
        self.actions_by_id["rename"].setEnabled(named is not None)
        self.actions_by_id["stop"].setEnabled(self.worker.current == "busy")

    def _restore(self) -> None:
        """The size as it was left, or as it should first be."""
        room = self.screen().availableGeometry().size()
        self.resize(SIZE.expandedTo(room * 0.75).boundedTo(room))
        geometry = QSettings().value("geometry")
        known = isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)
        self._fits = known or SIZE.boundedTo(room - FRAME) == SIZE

    # --- events ----------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._furnished:
            self.docks.stretch()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc that nothing had a use for leads back to the canvas."""
        from PySide6.QtCore import Qt  # see gui.sketch

        if event.key() == Qt.Key.Key_Escape and self._furnished:
            self.verbs.to_canvas()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._path = None
        if self._furnished and not self.files.may_leave():
            event.ignore()
            return
        settings = QSettings()
        settings.setValue("geometry", self.saveGeometry())
        self._steps = []
        if self._furnished:
            settings.setValue("docks", self.docks.state())
            sketch.remember(self.docks.sizes())
            self.rescue.drop()
            if self._given_worker is None:
                self.worker.stop()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        path = _dragged(event)
        if path is not None:
            event.acceptProposedAction()
            said = self.tr("Open {name}").format(name=path.name)
            at = self.canvas.viewport().mapFrom(self, event.position().toPoint())
            self.canvas.cue.say(said, at)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.canvas.cue.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dragged(event)
        self.canvas.cue.hide()
        if path is not None:
            event.acceptProposedAction()
            # The other program waits for the drop to end; a question may follow.
            QTimer.singleShot(0, self, lambda: self.files.open(path))


def dress(theme: Theme) -> None:
    """Give the whole application this look."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setPalette(theme.palette())
        app.setFont(theme.font("body"))
        app.setStyleSheet(theme.sheet())


def run(path: Path | None, no_screen: str = NO_SCREEN) -> int:
    """Open the window, on a design if one is given, and stay until it is closed.

    Args:
        path: the design.
        no_screen: what to say, with exit code 2, where there is nowhere to paint.
    """
    # A large design is a million small objects: to look through them all for what is
    # left over, every time that a few hundred were added, takes longer than adding.
    gc.set_threshold(50_000, 20, 50)
    app = application(no_screen)
    app.setOrganizationName("Fanin")
    app.setApplicationName("Fanin")
    look = QSettings().value("look")
    theme = Theme(look if look in SCHEMES else "system", app, all_fonts=False)
    dress(theme)
    window = Window(theme)
    window.furnished.connect(lambda: _guard(window))
    window.begin(path)
    return app.exec()


def _guard(window: Window) -> None:
    """From now on a bug is shown and logged, and the design is kept."""
    from gui.crash import Catcher, log_to_file

    window.completed.connect(log_to_file)
    Catcher(window.rescue.keep, window).install()


def _dragged(event: QDropEvent) -> Path | None:
    """The one design that is dragged, if that is what it is."""
    from gui.files import SUFFIX

    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() == SUFFIX else None
