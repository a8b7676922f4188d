"""A session, a worker that is shared, a window, and a look at what is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.design.model import Design
from gui.document import Document
from gui.library import Library
from gui.selection import Selection
from gui.session import Session
from gui.theme import Theme
from gui.worker import Worker
from tests.gui.hands import Hand

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.window import Window


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    QCoreApplication.setOrganizationName("Fanin")
    QCoreApplication.setApplicationName("Fanin")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    return QApplication


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["fanin", "-style", "fusion"]


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a widget, a running timer or a thread behind."""
    if "qapp" not in request.fixturenames and "qtbot" not in request.fixturenames:
        yield
        return
    app: QApplication = request.getfixturevalue("qapp")
    widgets = set(app.topLevelWidgets())
    threads = set(threading.enumerate())
    yield
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget for widget in app.topLevelWidgets() if widget not in widgets]
    timers = [timer for timer in app.findChildren(QTimer) if timer.isActive()]
    running = [thread for thread in threading.enumerate() if thread not in threads]
    said = f"left open: {left}; still ticking: {timers}; still running: {running}"
    for widget in left:
        if widget.parent() is None:  # the others go with theirs
            widget.deleteLater()
    assert [*left, *timers, *running] == [], said


@pytest.fixture(autouse=True)
def _without_animations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The canvas is there at once, as for those who switched animations off."""
    monkeypatch.setattr("gui.canvas.glide.LONGEST", 0)


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Each test finds the settings of a first start."""
    yield
    QSettings().clear()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Iterator[Theme]:
    """One look for all tests, light, as the fonts need to be read only once."""
    from gui.window import dress

    made = Theme("light")
    dress(made)
    yield made
    made.deleteLater()


@pytest.fixture(scope="session")
def worker(qapp: QApplication) -> Iterator[Worker]:
    """The real engine, one process for all tests: torch loads once."""
    made = Worker()
    made.start()
    yield made
    made.stop()
    made.deleteLater()


@pytest.fixture
def document(qapp: QApplication) -> Iterator[Document]:
    """An empty document."""
    made = Document()
    yield made
    made.deleteLater()


@pytest.fixture
def session(document: Document, theme: Theme, worker: Worker) -> Session:
    """What a panel is given; the sentences it tells are collected in `told`."""
    selection = Selection(document, document)
    return Session(document, selection, worker, theme, Library(document))


@pytest.fixture
def told(session: Session, document: Document) -> list[str]:
    """The sentences that reached the status bar."""
    sentences: list[str] = []
    session.tell = sentences.append
    document.refused.connect(sentences.append)
    return sentences


@pytest.fixture
def canvas(session: Session, qtbot: QtBot) -> Iterator[CanvasView]:
    """The canvas by itself."""
    from gui.canvas.view import CanvasView

    view = CanvasView(session)
    view.resize(1000, 700)
    view.show()
    session.place = view.place
    QApplication.processEvents()
    yield view
    view.minimap._later.stop()
    view.cancel()
    view.close()
    view.deleteLater()


@pytest.fixture
def hand(canvas: CanvasView) -> Hand:
    """Reaches the canvas with real events."""
    return Hand(canvas)


@pytest.fixture
def open_window(
    qtbot: QtBot, worker: Worker, theme: Theme
) -> Iterator[Callable[..., Window]]:
    """Opens full windows, which close without asking when the test ends."""
    from gui.window import Window

    windows: list[Window] = []

    def opened(design: Design | None = None) -> Window:
        window = Window(theme, worker)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.begin(None)
        window.complete()
        if design is not None:
            window.document.replace(design)
        return window

    yield opened
    for window in windows:
        window.document.history.setClean()
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    worker.cancel_all()


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A full window on the tutorial network."""
    return open_window()


def children(parent: QObject, name: str) -> QObject:
    """The child with this objectName, which must be there."""
    found = parent.findChild(QObject, name)
    assert found is not None, f"nothing is called {name}"
    return found
