"""The inspector: what is selected, as a form; with nothing selected, the design."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.design.block import Block
from engine.design.model import Design, Node
from gui.panels.inspector_block import BlockForm
from gui.panels.inspector_design import DesignForm
from gui.panels.inspector_marks import MarksForm
from gui.panels.inspector_nodes import NodesForm
from gui.panels.labels import panel_sheet
from gui.panels.lazy import LazyPanel
from gui.session import Session

Form = BlockForm | DesignForm | MarksForm | NodesForm


class InspectorPanel(LazyPanel):
    """Shows one form at a time; builds another only when other kinds are selected.

    While only values change the form stays, and with it focus, cursor and selection.
    """

    wanted = Signal(int)  # the height at which nothing has to be scrolled

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName("inspector")
        self.setAccessibleName(self.tr("Inspector"))
        self._shown: tuple[object, ...] | None = None
        self._form: Form | None = None
        self._height = 0
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._scroll.setHorizontalScrollBarPolicy(never)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self.recolour()
        session.selection.changed.connect(self._selected)

    def touches(self, before: Design, after: Design) -> bool:
        alike = before.notes == after.notes and before.look.marks == after.look.marks
        return not alike or super().touches(before, after)

    def refresh(self) -> None:
        """Show the selected nodes as they are now."""
        design = self.session.document.design
        ids = [key for key in design.nodes if key in self.session.selection.ids]
        kinds = tuple(sorted({design.nodes[key].kind for key in ids}))
        block = block_of([design.nodes[key] for key in ids])
        open_block = design.blocks.get(design.scope.block)
        marked = bool(self.session.selection.marks)
        names = tuple((p.name, p.low) for p in open_block.params) if open_block else ()
        shown = (kinds, marked, _form_of(block), design.scope.block, names)
        if shown != self._shown or self._form is None:
            self._shown = shown
            self._form = self._built(kinds, block)
        self._form.display(ids)
        _settle(self._form)
        self._measure()

    def recolour(self) -> None:
        self.setStyleSheet(panel_sheet(self.session.theme))
        if self._form is not None and self.isVisible():
            self._shown = None  # pictures and formulas are drawn in the new colours
            self.refresh()

    def _built(self, kinds: tuple[str, ...], block: Block | None) -> Form:
        form: Form
        if kinds:
            form = NodesForm(self.session, kinds, self._scroll, block)
        elif self.session.selection.marks:
            form = MarksForm(self.session, self._scroll)
        elif self.session.document.here.place:
            form = BlockForm(self.session, self._scroll)
        else:
            form = DesignForm(self.session, self._scroll)
        self._scroll.setWidget(form)  # deletes the one before
        form.installEventFilter(self)
        return form

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._measure()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()  # another width breaks lines elsewhere

    def _measure(self) -> None:
        layout = self._form.layout() if self._form is not None else None
        if layout is None:
            return
        layout.activate()
        height = layout.totalHeightForWidth(self._scroll.width())
        if height != self._height:
            self._height = height
            self.wanted.emit(height)

    def _selected(self) -> None:
        self.stale = True
        self._catch_up()


def block_of(nodes: list[Node]) -> Block | None:
    """The block of which all these nodes are uses."""
    first = nodes[0].block if nodes else None
    return first if all(node.block is first for node in nodes) else None


def _form_of(block: Block | None) -> object:
    """What of a block decides which fields there are."""
    return (block.id, tuple(p.row for p in block.params)) if block else None


def _settle(form: QWidget) -> None:
    """Let what was just built take its place now, not some events later.

    Else the form would have one height after the other, and its dock with it.
    """
    for widget in form.findChildren(QWidget):
        # A layout shows what is added to it by a call in the queue.
        QCoreApplication.sendPostedEvents(widget, QEvent.Type.MetaCall.value)
        layout = widget.layout()
        if layout is not None:
            layout.activate()
