"""Expected and drawn side by side, and the steps that lead to the expected."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from math import prod

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.catalog.spec import Args, Initializer, Step, TensorSpec, Theory
from engine.service import WeightReport
from gui.panels.formula import FormulaView
from gui.panels.histogram import extremes
from gui.panels.plot import number
from gui.panels.plot_parts import Words
from gui.theme import Theme

NOTHING = "–"

# How the formulas of the catalogue write parameters that have longer names.
GREEK = {"mean": r"\mu", "std": r"\sigma", "sparsity": "s"}


# Where the statistics stand: row and first of three columns of the grid.
PLACES = {"std": (1, 0), "mean": (2, 0), "min": (1, 4), "max": (2, 4), "fans": (3, 0)}


class StatisticsTable(QWidget):
    """mean, std, min and max: what the initializer promises, what was drawn."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("weightTable")
        self._theme = theme
        self._cells: dict[tuple[str, str], Words] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        titles = {
            "std": self.tr("std"),
            "mean": self.tr("mean"),
            "min": self.tr("min"),
            "max": self.tr("max"),
            "fans": self.tr("fan in · fan out"),
        }
        for name, (row, column) in PLACES.items():
            label = Words(theme, self, "small", "muted")
            label.setText(titles[name])
            grid.addWidget(label, row, column, 1, 1 if column or row < 3 else 2)
            self._add_cells(grid, name, row, column)
        for column in (1, 2, 5, 6):
            head = Words(theme, self, "tick", "faint")
            head.setText(self.tr("expected") if column in (1, 5) else self.tr("drawn"))
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnStretch(column, 1)
        grid.setColumnMinimumWidth(3, 4)

    def _add_cells(self, grid: QGridLayout, name: str, row: int, column: int) -> None:
        """What is expected and what was drawn; fans are only counted."""
        right, theme = Qt.AlignmentFlag.AlignRight, self._theme
        if name == "fans":
            cell = Words(theme, self, "tiny", "text")
            grid.addWidget(cell, row, 2, 1, 5, right)  # two large numbers
            self._keep(name, "expected", cell)
            return
        for place, side in ((column + 1, "expected"), (column + 2, "drawn")):
            cell = Words(theme, self, "tiny", "text" if side == "expected" else "muted")
            grid.addWidget(cell, row, place, right)
            self._keep(name, side, cell)

    def _keep(self, name: str, side: str, cell: Words) -> None:
        cell.setObjectName(f"weight_{name}_{side}")
        self._cells[name, side] = cell

    def expect(self, theory: Theory, spec: TensorSpec) -> None:
        """Fill the column of what is expected; the other one empties."""
        known = theory.density != "other" or math.isfinite(theory.mean)
        self._put("mean", "expected", number(theory.mean) if known else NOTHING)
        self._put("std", "expected", number(theory.std))
        ends = extremes(theory, prod(spec.shape))
        exact = theory.density == "point"
        for name, place, sign in (("min", 0, "≈ "), ("max", 1, "≈ ")):
            text = NOTHING if ends is None else number(ends[place])
            self._put(name, "expected", text if exact or ends is None else sign + text)
        fans = f"{spec.fan_in:,} · {spec.fan_out:,}" if spec.fan_in else NOTHING
        self._put("fans", "expected", fans)
        for name in ("mean", "std", "min", "max"):
            self._put(name, "drawn", "")

    def drew(self, report: WeightReport) -> None:
        """Fill the column of what was drawn."""
        self._put("mean", "drawn", number(report.mean))
        self._put("std", "drawn", number(report.std) if report.count > 1 else NOTHING)
        self._put("min", "drawn", number(report.low))
        self._put("max", "drawn", number(report.high))

    def text(self, name: str, side: str) -> str:
        """What a cell says."""
        return self._cells[name, side].text()

    def _put(self, name: str, side: str, text: str) -> None:
        self._cells[name, side].setText(text)


class Why(QWidget):
    """The initializer's steps as formulas with their values: why this number."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        caption = Words(theme, self, "caption")
        caption.setText(self.tr("WHY THIS NUMBER"))
        self.title = Words(theme, self, "small", "muted", wrap=True)
        self.formulas = FormulaView(theme, self, size=13.0)
        self.formulas.setObjectName("weightWhy")
        self._note = Words(theme, self, "small", "warning", wrap=True)
        self._note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        for widget in (caption, self.title, self.formulas, self._note):
            column.addWidget(widget)

    def explain(
        self, row: Initializer, args: Args, spec: TensorSpec, *, default: bool = False
    ) -> None:
        """Show how this initializer, perhaps torch's own choice, gets its numbers."""
        text = self.tr("{title}: {doc}")
        if default:
            text = self.tr("torch's default, {title}: {doc}")
        self.title.setText(text.format(title=row.title, doc=row.doc))
        symbols = {
            GREEK.get(name, name): float(value)
            for name, value in args.items()
            if isinstance(value, int | float)
        }
        lines = []
        for step in row.why(args, spec):
            lines.append(equation(step, symbols))
            if defined(step):
                symbols[defined(step)] = step.value
        self.formulas.show_formulas(*lines, alike=True)
        self._note.say("")

    def note_fans(self, ours: tuple[int, int], torchs: tuple[int, int]) -> None:
        """Say where torch reads other fans off the shape than the layer has."""
        if torchs == ours or 0 in torchs:
            self._note.say("")
            return
        text = self.tr(
            "torch reads fan_in {a:,} and fan_out {b:,} off this tensor's shape; a"
            " unit of this layer truly has {c:,} inputs and {d:,} outputs."
        )
        a, b = torchs
        c, d = ours
        self._note.say(text.format(a=a, b=b, c=c, d=d))

    @property
    def note(self) -> str:
        """What is said about torch's own reading; "" where it agrees."""
        return self._note.text()


def equation(step: Step, symbols: Mapping[str, float]) -> str:
    """A step as LaTeX: its name, the formula, the formula with numbers, the value.

    Args:
        step: of an initializer.
        symbols: what is known before this step, as LaTeX -> value.
    """
    name = step.name.replace("_", r"\_").replace(" ", r"\ ")
    parts = [step.formula.strip() or rf"\mathrm{{{name}}}"]
    right = parts[0].rpartition("=")[2].strip()
    filled = with_numbers(right, symbols)
    value = _latex(step.value)
    if filled not in (right, value):
        parts.append(filled)
    if right != value:
        parts.append(value)
    return rf"\mathrm{{{name}}} \enspace " + " = ".join(parts)


def with_numbers(formula: str, symbols: Mapping[str, float]) -> str:
    """`formula` with the values of the symbols that are known put in."""
    for symbol, value in sorted(symbols.items(), key=lambda item: -len(item[0])):
        text = _latex(value)
        text = f"({{-}}{text[1:]})" if text.startswith("-") else text
        whole = rf"(?<![A-Za-z\\]){re.escape(symbol)}(?![A-Za-z_])"
        formula = re.sub(whole, text.replace("\\", r"\\"), formula)
    # 3 √2 and 3 4 would read as one number: 3 · √2, 3 · 4.
    formula = re.sub(r"(?<=\d)\s*(\\,)?\s*(?=\\sqrt|\\frac)", r" \\cdot ", formula)
    formula = re.sub(r"\(\((\{-\}[^()]*)\)\)", r"(\1)", formula)
    return re.sub(r"(?<=\d)\s*\\,\s*(?=\d)", r" \\cdot ", formula)


def defined(step: Step) -> str:
    """The symbol a step gives a value to; "" for none."""
    return step.formula.partition("=")[0].strip()


def _latex(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e9:
        return str(int(value))
    text = number(value, 4).replace("−", "-").replace("∞", r"\infty")
    mantissa, _, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{power}}}" if power else text
