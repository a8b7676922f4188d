"""Help > Gestures and shortcuts: one list of them all, made from the tables."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import plain
from gui.acts import MENUS, acts_of
from gui.gestures import GESTURES
from gui.menus import TITLES, spoken

Row = tuple[str, str, str]  # heading, what one does, what comes of it


def rows() -> Iterator[Row]:
    """Every gesture, then every shortcut under its menu."""
    for gesture in GESTURES:
        yield _said(gesture.family), _said(gesture.how), _said(gesture.what)
    for title, entries in zip(TITLES, MENUS, strict=True):
        for act in acts_of(entries):
            if act.keys:
                native = QKeySequence.SequenceFormat.NativeText
                keys = [QKeySequence(key).toString(native) for key in act.keys]
                what = plain(spoken(act.text))
                yield plain(spoken(title)), "   ".join(keys), what


def _said(text: str) -> str:
    return QCoreApplication.translate("Gestures", text)


class GestureSheet(QDialog):
    """Stays beside the window, so that one can try what it says."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("gestureSheet")
        self.setWindowTitle(self.tr("Gestures and shortcuts"))
        self.setModal(False)
        self.resize(760, 680)
        self.search = QLineEdit(self)
        self.search.setObjectName("gestureSearch")
        self.search.setPlaceholderText(self.tr("Find a gesture or a shortcut…"))
        self.search.setAccessibleName(self.tr("Find a gesture or a shortcut"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.list = self._made_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self._fill()

    def _made_list(self) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setObjectName("gestureList")
        made.setAccessibleName(self.tr("Gestures and shortcuts"))
        made.setColumnCount(2)
        made.setHeaderHidden(True)
        made.setRootIsDecorated(False)
        made.setIndentation(10)
        made.setStyleSheet("QTreeWidget::item { padding: 3px 0; }")
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        return made

    def _fill(self) -> None:
        headings: dict[str, QTreeWidgetItem] = {}
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        for heading, how, what in rows():
            above = headings.get(heading)
            if above is None:
                above = headings[heading] = QTreeWidgetItem(self.list, [heading])
                above.setFont(0, bold)
                above.setFirstColumnSpanned(True)
                above.setFlags(Qt.ItemFlag.ItemIsEnabled)
                above.setExpanded(True)
            QTreeWidgetItem(above, [how, what])

    def event(self, event: QEvent) -> bool:
        """Esc closes the list, also while the window would stop computing by it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def _find(self, text: str) -> None:
        """Show the rows that have every word of it."""
        words = text.casefold().split()
        for index in range(self.list.topLevelItemCount()):
            heading = self.list.topLevelItem(index)
            if heading is None:
                continue
            some = False
            for place in range(heading.childCount()):
                row = heading.child(place)
                said = f"{heading.text(0)} {row.text(0)} {row.text(1)}".casefold()
                fits = all(word in said for word in words)
                row.setHidden(not fits)
                some = some or fits
            heading.setHidden(not some)


def show_gestures(window: QWidget) -> None:
    """Open the sheet, or bring it to the front."""
    sheet = window.findChild(GestureSheet) or GestureSheet(window)
    sheet.show()
    sheet.raise_()
    sheet.activateWindow()
    sheet.search.setFocus(Qt.FocusReason.PopupFocusReason)
