"""Which activations are laid over the shown one: a menu and removable chips."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QLayout,
    QLayoutItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation
from gui.panels.activation_series import overlay_colour
from gui.panels.plot_parts import Link, stroke
from gui.theme import Theme

MOST = 7  # colours that can be told apart


def elementwise() -> list[Activation]:
    """The activations that have a curve, in the catalogue's order."""
    rows = (row for row in OPERATORS.values() if isinstance(row, Activation))
    return [row for row in rows if not row.over]


class Flow(QLayout):
    """Widgets in reading order, wrapped where the line ends."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arranged(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.sizeHint() for item in self._items]
        width = max((size.width() for size in sizes), default=0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arranged(area, move=True)

    def _arranged(self, area: QRect, *, move: bool) -> int:
        """The height the items take in `area`; `move` puts them there."""
        x, y, line = area.left(), area.top(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > area.left() and x + size.width() > area.right() + 1:
                x, y, line = area.left(), y + line + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - area.top()


class Overlays(QWidget):
    """The chips; the button that adds another stands where the panel puts it."""

    changed = Signal(list)  # kinds, in the order of their colours

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._main = ""
        self._chips: dict[str, QToolButton] = {}
        self._flow = Flow(self, 4)
        self.add_button = Link(
            theme,
            self,
            self.tr("+ compare"),
            self.tr("Lay another activation over this one"),
        )
        self.add_button.setObjectName("activationCompare")
        self.add_button.clicked.connect(self._open_menu)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def kinds(self) -> list[str]:
        """What is laid over, in order."""
        return list(self._chips)

    def set_main(self, kind: str) -> None:
        """The shown activation is not laid over itself."""
        self._main = kind
        self.remove(kind)

    def add(self, kind: str) -> None:
        """Lay this one over as well."""
        if kind in self._chips or kind == self._main or len(self._chips) >= MOST:
            return
        chip = QToolButton(self)
        title = OPERATORS[kind].title
        chip.setText(f"{title} ×")
        chip.setToolTip(self.tr("Take {name} away").format(name=title))
        chip.setAccessibleName(chip.toolTip())
        chip.setObjectName(f"overlay_{kind}")
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIconSize(QSize(18, 8))
        chip.clicked.connect(lambda: self.remove(kind))
        self._chips[kind] = chip
        self._flow.addWidget(chip)
        chip.show()
        self._told()

    def remove(self, kind: str) -> None:
        """Take this one away."""
        chip = self._chips.pop(kind, None)
        if chip is not None:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
            self._told()

    def _told(self) -> None:
        self._dress()
        self.add_button.setEnabled(len(self._chips) < MOST)
        self._flow.invalidate()
        self.setVisible(bool(self._chips))
        self.updateGeometry()
        self.changed.emit(self.kinds)

    def _dress(self) -> None:
        theme = self._theme
        for place, chip in enumerate(self._chips.values()):
            chip.setFont(theme.font("small"))
            chip.setIcon(QIcon(stroke(overlay_colour(theme, place))))
            chip.setStyleSheet(
                f"QToolButton {{ border: 1px solid {theme.line.name()};"
                f" border-radius: 9px; background: {theme.field.name()};"
                f" color: {theme.muted.name()}; padding: 1px 6px 1px 5px }}"
                f"QToolButton:hover {{ color: {theme.text.name()};"
                f" border-color: {theme.muted.name()} }}"
                f"QToolButton:focus {{ border-color: {theme.accent.name()} }}"
            )

    def menu(self) -> QMenu:
        """Every activation with a curve, by family; those laid over are ticked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        families: dict[str, QMenu] = {}
        for row in elementwise():
            if row.kind == self._main:
                continue
            if row.family not in families:
                families[row.family] = menu.addMenu(row.family)
            action = families[row.family].addAction(row.title)
            action.setCheckable(True)
            action.setChecked(row.kind in self._chips)
            action.setToolTip(row.doc)
            action.toggled.connect(
                lambda on, kind=row.kind: self.add(kind) if on else self.remove(kind)
            )
        return menu

    def _open_menu(self) -> None:
        button = self.add_button
        self.menu().popup(button.mapToGlobal(QPoint(0, button.height())))
