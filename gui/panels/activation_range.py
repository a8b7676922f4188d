"""The two ends of a plot's x axis, to be typed where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import QDoubleSpinBox

from gui.panels.activation_curve import FARTHEST, CurvePlot
from gui.session import Session

if TYPE_CHECKING:
    from PySide6.QtGui import QValidator

WIDE, HIGH = 46, 18  # of a field, in pixels


class _End(QDoubleSpinBox):
    """A number with a real minus sign, as on the axis beside it."""

    def textFromValue(self, value: float) -> str:
        return super().textFromValue(value).replace("-", "−")

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(text.replace("−", "-"))

    def validate(self, text: str, at: int) -> object:
        found = super().validate(text.replace("−", "-"), at)
        state, *_ = cast("tuple[QValidator.State, str, int]", found)
        return state, text, at


class RangeEnds(QObject):
    """Fields on the axis itself: quiet as its numbers until they are pointed at."""

    def __init__(self, session: Session, plot: CurvePlot) -> None:
        super().__init__(plot)
        self._session = session
        self._plot = plot
        self.low = self._made("activationLow", self.tr("Left end of x"))
        self.high = self._made("activationHigh", self.tr("Right end of x"))
        self.high.setAlignment(Qt.AlignmentFlag.AlignRight)
        plot.keep_ends_clear(WIDE)
        plot.range_changed.connect(self.display)
        plot.getPlotItem().vb.sigResized.connect(self._place)
        session.theme.changed.connect(self._dress)
        self._dress()
        self.display(*plot.x_range())
        self._place()

    def display(self, low: float, high: float) -> None:
        """Show this range."""
        for box, value in ((self.low, low), (self.high, high)):
            with QSignalBlocker(box):
                fine = 3 if high - low < 1 else 2 if high - low < 10 else 1
                box.setDecimals(0 if round(value, fine).is_integer() else fine)
                box.setValue(value)

    def _place(self) -> None:
        """Stay below the ends of the data, wherever those are."""
        area = self._plot.data_area.toRect()
        top = area.bottom() + 1
        self.low.move(max(0, area.left() - WIDE // 2), top)
        right = min(self._plot.width(), area.right() + WIDE // 4)
        self.high.move(right - WIDE, top)

    def _made(self, name: str, said: str) -> QDoubleSpinBox:
        box = _End(self._plot)
        box.setObjectName(name)
        box.setRange(-FARTHEST, FARTHEST)
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setKeyboardTracking(False)
        box.setAccessibleName(said)
        box.setToolTip(said)
        box.setFixedSize(WIDE, HIGH)
        box.editingFinished.connect(self._typed)
        return box

    def _typed(self) -> None:
        low, high = self.low.value(), self.high.value()
        if low < high:
            self._plot.look_at((low, high))
        else:
            self.display(*self._plot.x_range())
            self._session.tell(
                self.tr("The left end of the range must be below the right.")
            )

    def _dress(self) -> None:
        theme = self._session.theme
        font = theme.font("tick")
        sheet = (
            "QDoubleSpinBox { border: 1px solid transparent; border-radius: 3px;"
            " background: transparent; padding: 0 2px; min-height: 0;"
            f" color: {theme.text.name()}; font-size: {font.pointSizeF():g}pt }}"
            f"QDoubleSpinBox:hover {{ border-color: {theme.line.name()} }}"
            f"QDoubleSpinBox:focus {{ border-color: {theme.accent.name()};"
            f" background: {theme.panel.name()} }}"
        )
        for box in (self.low, self.high):
            box.setStyleSheet(sheet)
