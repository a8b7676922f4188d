"""Where the panels live: fixed places first, so that nothing jumps, panels later."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QMainWindow,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.session import Session
from gui.sketch import BELOW, LEFT, RIGHT, SHARE


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
            self.palette: Place(LEFT, 500),
            self.inspector: Place(RIGHT, 320),
            self.insight: Place(RIGHT, 400),
        }
        for dock, place in self.places.items():
            dock.setWidget(place)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.pages: dict[str, Place] = {}
        self._add_pages()
        self.results.setWidget(self.tabs)
        for dock in (*self.places, self.results):
            dock.show()  # the window may be open already

    def settle(self) -> None:
        """Give every dock its first size."""
        window, dock = self._window, self.inspector
        flat, tall = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        window.resizeDocks([self.palette, dock], [LEFT, RIGHT], flat)
        height = window.height() - 60
        above = round(height * SHARE)
        window.resizeDocks([dock, self.insight], [above, height - above], tall)
        window.resizeDocks([self.results], [BELOW], tall)

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
        place.hold(InspectorPanel(self._session, place))

    def later(self) -> list[Callable[[], None]]:
        """What is built after the first paint, a step at a time."""
        return [
            self._summary,
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
            "show_results": self.results,
        }

    def sizes(self) -> dict[str, int]:
        """What the next start should leave room for."""
        shown = {
            "left": (self.palette, self.palette.width()),
            "right": (self.inspector, self.inspector.width()),
            "below": (self.results, self.results.height()),
        }
        return {
            side: 0 if dock.isHidden() else size for side, (dock, size) in shown.items()
        }

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
            view.setEmptyLabel(tr("As it was opened"))
            self.history.setWidget(view)
        if self.history is not None:
            self.history.setVisible(shown)

    def count_problems(self) -> None:
        """Say on the tab how many problems there are."""
        count = len(self._session.document.checked.problems)
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
            bare = QWidget(dock)
            bare.setFixedHeight(0)
            dock.setTitleBarWidget(bare)
        self._window.addDockWidget(area, dock)
        return dock

    def _add_pages(self) -> None:
        tr = self._window.tr
        titles = {
            "summary": tr("Summary"),
            "problems": tr("Problems"),
            "parameters": tr("Parameters"),
            "code": tr("Code"),
        }
        for name, title in titles.items():
            self.pages[name] = Place(600, BELOW - 40, self.tabs)
            self.tabs.addTab(self.pages[name], title)

    def _summary(self) -> None:
        from gui.panels.summary import SummaryPanel

        page = self.pages["summary"]
        page.hold(SummaryPanel(self._session, page))

    def _problems(self) -> None:
        from gui.panels.problems import ProblemsPanel

        page = self.pages["problems"]
        page.hold(ProblemsPanel(self._session, page))

    def _parameters(self) -> None:
        from gui.panels.parameters import ParametersPanel

        page = self.pages["parameters"]
        page.hold(ParametersPanel(self._session, page))

    def _code(self) -> None:
        from gui.panels.code import CodePanel

        page = self.pages["code"]
        page.hold(CodePanel(self._session, page))

    def _activation(self) -> None:
        from gui.panels.activation import ActivationPanel

        panel = ActivationPanel(self._session, self.column.inside)
        self.column.add(panel)
        self._session.peek = panel.peek

    def _weights(self) -> None:
        from gui.panels.weights import WeightsPanel

        self.column.add(WeightsPanel(self._session, self.column.inside))


class Column(QScrollArea):
    """Sections under each other, each as high as what it holds, scrolled together."""

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
        self._sections: dict[QObject, QScrollArea] = {}

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
            self._fit(body)

    def reveal(self, section: QWidget) -> None:
        """Scroll to a section's top, unless all of it can be seen."""
        bar, top = self.verticalScrollBar(), section.y()
        bottom = top + section.height()
        if top < bar.value() or bottom > bar.value() + self.viewport().height():
            bar.setValue(top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit(watched)
        return super().eventFilter(watched, event)

    def _fit(self, body: QObject) -> None:
        """Make a section as high as its contents are at the present width."""
        section = self._sections.get(body)
        layout = body.layout() if isinstance(body, QWidget) else None
        if section is None or layout is None:
            return
        height = layout.totalMinimumSize().height()
        if layout.hasHeightForWidth():
            height = max(height, layout.totalHeightForWidth(section.width()))
        if section.minimumHeight() != height:
            section.setFixedHeight(height)
