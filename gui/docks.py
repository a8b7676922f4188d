"""Where the panels live: fixed places first, so that nothing jumps, panels later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QGraphicsView,
    QMainWindow,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.session import Session
from gui.sketch import first

MOST = 0.52  # of the right side's height that is the inspector's
VERSION = 1  # of the saved places: one more whenever docks come, go or are renamed
GROWTH = 240  # pixels that a section's plot may gain where there is room


class Place(QWidget):
    """Room of a settled size for what is not built yet."""

    def __init__(self, width: int, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = QSize(width, height)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)

    def sizeHint(self) -> QSize:
        return self._size

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def hold(self, widget: QWidget) -> None:
        """Fill the room."""
        layout = self.layout()
        if layout is not None:
            layout.addWidget(widget)


class Docks:
    """The docks of one window; some are filled at once, the others by `later`.

    Args:
        window: whose docks they are.
        session: what the panels are given.
    """

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self._window = window
        self._session = session
        area = Qt.DockWidgetArea
        corner = Qt.Corner
        window.setCorner(corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(corner.BottomRightCorner, area.RightDockWidgetArea)
        window.setDockOptions(QMainWindow.DockOption.AnimatedDocks)
        tr = window.tr
        self.palette = self._dock("palette", tr("Palette"), area.LeftDockWidgetArea)
        self.inspector = self._dock(
            "inspector", tr("Inspector"), area.RightDockWidgetArea
        )
        self.insight = self._dock("insight", tr("Insight"), area.RightDockWidgetArea)
        self.results = self._dock(
            "results", tr("Tables and code"), area.BottomDockWidgetArea
        )
        self.history: QDockWidget | None = None
        self.places = {
            self.palette: Place(120, 500),
            self.inspector: Place(260, 320),
            self.insight: Place(260, 400),
        }
        for dock, place in self.places.items():
            dock.setWidget(place)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.setAccessibleName(tr("Tables and code"))
        self.tabs.tabBar().setAccessibleName(tr("Tables and code"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.pages: dict[str, Place] = {}
        self._add_pages()
        self.results.setWidget(self.tabs)
        for dock in (*self.places, self.results):
            dock.show()  # the window may be open already
        self._wanted = 0  # the height that the inspector asks for
        self._later = QTimer(window)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._share_again)
        self._usual = window.saveState(VERSION)
        # What the person has moved stays as it is, in the next window too.
        self._kept = {side: _kept(side) for side in ("sizes", "split")}
        Hand(window, self._sizes, self._keep)

    @cached_property
    def _whole(self) -> Session:
        """For the panels that speak of all blocks, whichever stands open."""
        from gui.whole import whole

        return whole(self._session)

    def settle(self) -> None:
        """Give every dock its first size."""
        size = first(self._window.size())
        flat, tall = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        across = [self.palette, self.inspector]
        self._window.resizeDocks(across, [size["left"], size["right"]], flat)
        self._window.resizeDocks([self.results], [size["below"]], tall)

    def stretch(self) -> None:
        """Follow the window's size, unless the person has chosen other sizes."""
        if not self._kept["sizes"]:
            self.settle()
        self.share()

    def share(self, wanted: int = 0) -> None:
        """Let the inspector be as high as what it shows; the plots have the rest."""
        self._wanted = wanted or self._wanted
        above, whole = self._shared()
        if self._kept["split"] or not self._wanted or 0 in (above, whole - above):
            return
        self._divide(min(self._wanted, round(MOST * whole)), whole)
        # What Qt is about to lay out comes after this and would have the last word.
        self._later.start(0)

    def _share_again(self) -> None:
        above, whole = self._shared()
        part = min(self._wanted, round(MOST * whole))
        if 0 not in (above, whole - above) and not self._kept["split"]:
            self._divide(part, whole)

    def _divide(self, part: int, whole: int) -> None:
        pair, tall = [self.inspector, self.insight], Qt.Orientation.Vertical
        if self.inspector.height() != part and not self._loose(*pair):
            self._window.resizeDocks(pair, [part, whole - part], tall)

    def _loose(self, *docks: QDockWidget) -> bool:
        """Whether one of them floats, or was put where it is not at home."""
        area = self._window.dockWidgetArea
        home = Qt.DockWidgetArea.RightDockWidgetArea
        return any(dock.isFloating() or area(dock) != home for dock in docks)

    def restore(self, state: QByteArray) -> bool:
        """The places as a window left them; the usual ones where they are no good."""
        if self._window.restoreState(state, VERSION):
            return True
        self.reset()
        return False

    def reset(self) -> None:
        """The usual layout: every panel in its place, at its first size."""
        self._kept = dict.fromkeys(self._kept, False)
        self._window.restoreState(self._usual, VERSION)
        if self.history is not None:
            self.history.hide()
        self.settle()
        self.share()

    def state(self) -> QByteArray:
        """What `restore` takes."""
        return self._window.saveState(VERSION)

    def arrange(self, on: bool) -> None:
        """Give the panels title bars to be moved, floated and closed by, or not."""
        feature = QDockWidget.DockWidgetFeature
        loose = feature.DockWidgetClosable | feature.DockWidgetMovable
        loose |= feature.DockWidgetFloatable
        for dock in (*self.places, self.results):
            dock.setFeatures(loose if on else feature.NoDockWidgetFeatures)
            dock.setTitleBarWidget(None if on else _bare(dock))  # type: ignore[arg-type]

    def _sizes(self) -> tuple[tuple[int, ...], int]:
        """What a person can move: the docks' sizes, and the border on the right."""
        return tuple(self.sizes().values())[:3], self.inspector.height()

    def _keep(self, before: tuple[object, int], after: tuple[object, int]) -> None:
        self._kept["sizes"] |= before[0] != after[0]
        self._kept["split"] |= before[1] != after[1] and before[0] == after[0]

    def _shared(self) -> tuple[int, int]:
        """The height of the inspector, and of it and what is below it together."""
        docks = self.inspector, self.insight
        above, below = (0 if dock.isHidden() else dock.height() for dock in docks)
        return above, above + below

    def fill_first(self) -> None:
        """The panels that everybody looks at first."""
        from gui.panels.inspector import InspectorPanel
        from gui.panels.palette import PalettePanel

        self.panel = PalettePanel(self._session, self.places[self.palette])
        self.places[self.palette].hold(self.panel)
        self.column = Column(self.places[self.insight])
        self.column.setObjectName("insight")
        self.places[self.insight].hold(self.column)
        place = self.places[self.inspector]
        inspector = InspectorPanel(self._session, place)
        inspector.wanted.connect(self.share)
        place.hold(inspector)

    def later(self) -> list[Callable[[], None]]:
        """What is built after the first paint, a step at a time."""
        return [
            self._summary,
            self._signal,
            self._lab,
            self._problems,
            self._parameters,
            self._code,
            self._activation,
            self._weights,
        ]

    def switched(self) -> dict[str, QDockWidget]:
        """The docks by the action that shows and hides them."""
        return {
            "show_palette": self.palette,
            "show_inspector": self.inspector,
            "show_insight": self.insight,
            "show_results": self.results,
        }

    def sizes(self) -> dict[str, int]:
        """What the next start should leave room for."""
        shown = {
            "left": (self.palette, self.palette.width()),
            "right": (self.inspector, self.inspector.width()),
            "below": (self.results, self.results.height()),
        }
        found = {
            side: 0 if dock.isHidden() else size for side, (dock, size) in shown.items()
        }
        return {**found, **{side: int(kept) for side, kept in self._kept.items()}}

    def panes(self) -> Iterator[tuple[QWidget, str, Callable[[], object]]]:
        """Each part that holds controls: it, its name, and what brings it into view."""
        for dock in (self.palette, self.inspector, self.insight):
            yield self.places[dock], dock.windowTitle(), dock.show
        for name, page in self.pages.items():
            title = self.tabs.tabText(self.tabs.indexOf(page))
            yield page, title.partition(" (")[0], partial(self.see, name)

    def see(self, page: str) -> None:
        """Bring a page of the tables to the front."""
        self.results.show()
        self.tabs.setCurrentWidget(self.pages[page])

    def look_at(self, name: str) -> None:
        """Bring a section of the right side into view, by its objectName."""
        self.insight.show()
        panel = self.column.findChild(QWidget, name)
        if panel is not None:
            self.column.reveal(panel)

    def follow(self) -> None:
        """A selected layer's weights, a selected activation's curve: into view."""
        document, one = self._session.document, self._session.selection.one
        known = document.checked.known(one) if one else None
        if one is None or known is None or self.insight.isHidden():
            return
        row = document.design.nodes[one].row
        if row is not None and row.role == "activation":
            self.look_at("activationPanel")
        elif known.tensors:
            self.look_at("weightsPanel")

    def show_history(self, shown: bool) -> None:
        """Show or hide the list of changes, which is built when first asked for."""
        if self.history is None and shown:
            area = Qt.DockWidgetArea.LeftDockWidgetArea
            tr = self._window.tr
            self.history = self._dock("history", tr("History"), area, titled=True)
            from PySide6.QtWidgets import QUndoView

            view = QUndoView(self._session.document.history, self.history)
            view.setObjectName("historyView")
            view.setAccessibleName(tr("Every change; choose one to go back to it"))
            view.setToolTip(tr("Click a change to go back to it, or forth"))
            view.setEmptyLabel(tr("As it was opened"))
            view.setCleanIcon(self._session.theme.icon("save"))
            self.history.setWidget(view)
            self._window.restoreDockWidget(self.history)
        if self.history is not None:
            self.history.setVisible(shown)

    def count_problems(self) -> None:
        """Say on the tab how many problems there are."""
        hearing = self._session.hearing
        count = len(self._session.document.whole_checked.problems)
        count += len(hearing.problems()) if hearing else 0
        text = self._window.tr("Problems")
        at = self.tabs.indexOf(self.pages["problems"])
        self.tabs.setTabText(at, f"{text} ({count})" if count else text)

    def _dock(
        self, name: str, title: str, area: Qt.DockWidgetArea, *, titled: bool = False
    ) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"{name}Dock")
        feature = QDockWidget.DockWidgetFeature
        if titled:
            dock.setFeatures(feature.DockWidgetClosable | feature.DockWidgetMovable)
        else:
            dock.setFeatures(feature.NoDockWidgetFeatures)
            dock.setTitleBarWidget(_bare(dock))
        self._window.addDockWidget(area, dock)
        return dock

    def _add_pages(self) -> None:
        tr = self._window.tr
        titles = {
            "summary": tr("Summary"),
            "signal": tr("Signal"),
            "lab": tr("Init lab"),
            "problems": tr("Problems"),
            "parameters": tr("Parameters"),
            "code": tr("Code"),
        }
        for name, title in titles.items():
            self.pages[name] = Place(600, 100, self.tabs)
            self.tabs.addTab(self.pages[name], title)

    def _summary(self) -> None:
        from gui.panels.summary import SummaryPanel

        page = self.pages["summary"]
        page.hold(SummaryPanel(self._whole, page))

    def _signal(self) -> None:
        from gui.panels.signal import SignalPanel

        page = self.pages["signal"]
        page.hold(SignalPanel(self._whole, self._session.ear, page))

    def _lab(self) -> None:
        from gui.panels.lab import LabPanel

        page = self.pages["lab"]
        page.hold(LabPanel(self._session, page))

    def _problems(self) -> None:
        from gui.panels.problems import ProblemsPanel

        page = self.pages["problems"]
        panel = ProblemsPanel(self._whole, page, self._session.ear)
        panel.count_changed.connect(self.count_problems)
        page.hold(panel)

    def _parameters(self) -> None:
        from gui.panels.parameters import ParametersPanel

        page = self.pages["parameters"]
        page.hold(ParametersPanel(self._whole, page))

    def _code(self) -> None:
        from gui.panels.code import CodePanel

        page = self.pages["code"]
        page.hold(CodePanel(self._whole, page))

    def _activation(self) -> None:
        from gui.panels.activation import ActivationPanel

        panel = ActivationPanel(self._session, self.column.inside)
        self.column.add(panel)
        self._session.peek = panel.peek

    def _weights(self) -> None:
        from gui.panels.weights import WeightsPanel

        self.column.add(WeightsPanel(self._session, self.column.inside))


class Hand(QObject):
    """Notices when the person moves a border between docks.

    Args:
        window: whose borders they are; it gets the mouse's events there.
        measure: says where they are.
        moved: told where they were and are.
    """

    def __init__(
        self,
        window: QMainWindow,
        measure: Callable[[], tuple[tuple[int, ...], int]],
        moved: Callable[[tuple[object, int], tuple[object, int]], None],
    ) -> None:
        super().__init__(window)
        self._measure = measure
        self._moved = moved
        self._before = measure()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._before = self._measure()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            after = self._measure()
            if after != self._before:
                self._moved(self._before, after)
        return False


class Column(QScrollArea):
    """Sections under each other, scrolled together where they do not fit.

    A section is as high as what it holds; where there is room left, plots grow.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inside = QWidget(self)
        self.inside.setObjectName("insightInside")
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.setWidget(self.inside)
        self._sections: dict[QWidget, QScrollArea] = {}  # by what they hold
        self._sought: QWidget | None = None
        self.verticalScrollBar().rangeChanged.connect(self._seek)
        self.verticalScrollBar().actionTriggered.connect(self._forget)

    def add(self, section: QScrollArea) -> None:
        """Put a section at the end; it scrolls with the column, not by itself."""
        if self._sections:
            line = QFrame(self.inside)
            line.setObjectName("hairline")
            line.setFixedHeight(1)
            self._layout.insertWidget(self._layout.count() - 1, line)
        section.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._layout.insertWidget(self._layout.count() - 1, section)
        body = section.widget()
        if body is not None:
            self._sections[body] = section
            body.installEventFilter(self)
            self._fit()

    def reveal(self, section: QWidget) -> None:
        """Scroll to a section's top, unless all of it can be seen."""
        self._sought = section
        self._seek()

    def _seek(self) -> None:
        """Again when sections have grown, until the person looks elsewhere."""
        section = self._sought
        if section is None:
            return
        bar, top = self.verticalScrollBar(), section.y()
        bottom = top + section.height()
        if top < bar.value() or bottom > bar.value() + self.viewport().height():
            bar.setValue(top)

    def _forget(self) -> None:
        self._sought = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._forget()
        super().wheelEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched in self._sections:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Make every section as high as it must be, and share out what is left."""
        least = {body: _least(body, self.viewport().width()) for body in self._sections}
        spare = self.viewport().height() - sum(least.values()) - len(least) + 1
        growing = [body for body in least if _grows(body)]
        for left, body in zip(range(len(growing), 0, -1), growing, strict=True):
            more = min(GROWTH, max(spare, 0) // left)
            least[body] += more
            spare -= more
        for body, height in least.items():
            section = self._sections[body]
            if section.minimumHeight() != height or section.maximumHeight() != height:
                section.setFixedHeight(height)


def _bare(dock: QDockWidget) -> QWidget:
    """A title bar that takes no room."""
    bare = QWidget(dock)
    bare.setFixedHeight(0)
    return bare


def _kept(side: str) -> bool:
    return bool(int(str(QSettings().value(f"places/{side}", 0))))


def _least(body: QWidget, width: int) -> int:
    """How high a section's contents must be at this width."""
    layout = body.layout()
    if layout is None:
        return 0
    if layout.hasHeightForWidth():
        return layout.totalMinimumHeightForWidth(width)
    return layout.totalMinimumSize().height()


def _grows(body: QWidget) -> bool:
    """Whether something in a section gains by more height: a plot that is shown."""
    views = body.findChildren(QGraphicsView)
    return any(view.isVisibleTo(body) for view in views)
