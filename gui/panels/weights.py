"""What an initializer does to a tensor: drawn, expected, and why."""

from __future__ import annotations

from math import prod

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init, TensorSpec
from engine.design import edits
from engine.design.model import Design, Node
from engine.service import AskWeights, WeightReport
from gui.panels.fold import Fold
from gui.panels.histogram import HistogramPlot
from gui.panels.plot_parts import Elided, Link, Sheet, Words
from gui.panels.weights_better import Better
from gui.panels.weights_table import StatisticsTable, Why
from gui.session import Session

BINS = 60
FEWEST = 14  # bins of a plot that is easily read
SEEDS = 2**31 - 1


class WeightsPanel(Sheet):
    """The tensors of the selected node."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, parent)
        self.setObjectName("weightsPanel")
        self.setAccessibleName(self.tr("Weights"))
        self.node: str | None = None
        self._tensor = "weight"  # what was chosen last: kept from layer to layer
        self._shown: tuple[object, ...] | None = (
            None  # what the numbers on the panel belong to
        )
        self._lay_out()
        session.selection.changed.connect(self.refresh)

    @property
    def label(self) -> str:
        """What is said below the plot."""
        return self._label.text()

    @property
    def words(self) -> str:
        """What is said where there is nothing to draw."""
        return self._words.text()

    # What is shown ----------------------------------------------------------------

    def refresh(self) -> None:
        """Follow the selection and the design; hidden, wait until shown."""
        if not self.isVisible():
            return
        self._choose()
        design = self.session.document.design
        with QSignalBlocker(self.seed):
            self.seed.setValue(design.settings.seed)
        node = design.nodes.get(self.node or "")
        if node is None:
            self._show_nothing(self.tr("No layer with weights yet."))
            return
        specs = self._specs(node)
        if specs is None:
            self._show_nothing(
                self.tr(
                    "The sizes of {name} are not known yet: something before it is"
                    " unfinished."
                ).format(name=node.name)
            )
        elif specs:
            self._words.say("")
            self._hide_neighbours()
            self._show_node(node, specs)
        else:
            self._show_nearest(node)

    def _show_nearest(self, node: Node) -> None:
        """A node without weights: say so, and show those of the layer before it."""
        nodes = self.session.document.design.nodes
        before = self._nearest(node.id, forward=False)
        other = nodes.get(before or self._nearest(node.id, forward=True) or "")
        specs = self._specs(other) if other else None
        if other is None or not specs:
            text = self.tr("{name} ({title}) has no weights to draw.")
            self._show_nothing(text.format(name=node.name, title=node.title))
            return
        if before:
            text = self.tr("{name} has no weights; this is {other}, before it.")
        else:
            text = self.tr("{name} has no weights; this is {other}, after it.")
        self._words.say(text.format(name=node.name, other=other.name))
        self._show_neighbours()
        self._show_node(other, specs)

    def _choose(self) -> None:
        """Take the selected node, keep the last one, or take the first with weights."""
        design = self.session.document.design
        chosen = self.session.selection.one
        if chosen is not None:
            self.node = chosen
        elif self.node not in design.nodes:
            order = design.graph.order
            self.node = next((k for k in order if self._specs(design.nodes[k])), None)

    def _specs(self, node: Node) -> tuple[TensorSpec, ...] | None:
        """The tensors a node draws; None while its shapes are not known."""
        known = self.session.document.checked.known(node.id)
        if known is None:
            return None
        return tuple(spec for spec in known.tensors if spec.family != "buffer")

    def _show_nothing(self, words: str) -> None:
        self._shown = None
        self.session.worker.cancel("weights")
        self._caption.setText("")
        self._content.hide()
        self._fold.over()
        self._words.say(words)
        self._show_neighbours()

    def _show_node(self, node: Node, specs: tuple[TensorSpec, ...]) -> None:
        self._fold.over(self._content)
        self._content.setVisible(self._fold.isChecked())
        names = [spec.name for spec in specs]
        kept = names.index(self._tensor) if self._tensor in names else 0
        with QSignalBlocker(self.tensors):
            self.tensors.clear()
            for spec in specs:
                self.tensors.addItem(self._described(node, spec), spec.name)
            self.tensors.setCurrentIndex(kept)
        self.tensors.setEnabled(len(specs) > 1)
        self._show_tensor(node, specs[kept])

    def _described(self, node: Node, spec: TensorSpec) -> str:
        shape = "×".join(f"{size:,}" for size in spec.shape)
        init, drawn = self._init(node, spec), self._drawn(node, spec)
        kind = "default" if _usual(init, drawn) else init.kind
        return f"{spec.name}   {shape}   {INITIALIZERS[kind].short}"

    def _init(self, node: Node, spec: TensorSpec) -> Init:
        return self.session.document.checked.init_of(node.id, spec)

    def _drawn(self, node: Node, spec: TensorSpec) -> TensorSpec:
        """The tensor as it is drawn: another node's, where it is shared."""
        return self.session.document.checked.drawn(node.id, spec)[1]

    def _show_tensor(self, node: Node, spec: TensorSpec) -> None:
        self._caption.setText(node.name)
        init = self._init(node, spec)
        design = self.session.document.design
        drawn = self._drawn(node, spec)
        path = self.session.document.path_to(node.id)  # repeats are drawn differently
        about = (design.graph, design.settings, path, drawn, init)
        if self._same(about):
            return
        row = INITIALIZERS[init.kind]
        args = row.complete(init.params)
        if self._shown is None or self._shown[2:] != about[2:]:
            theory = row.theory(args, drawn)
            self.plot.expect(theory, self._family(node, spec))
            self.table.expect(theory, drawn)
            default = _usual(init, drawn)
            if default and _is_root(init, drawn):
                row, args = INITIALIZERS["fan_in_uniform"], {}
            self.why.explain(row, args, drawn, default=default)
            self._label.say("")
        self.better.compare(node.id, spec, init)
        self._shown = about
        self._ask(design, node, spec)

    def _same(self, about: tuple[object, ...]) -> bool:
        old = self._shown
        return (
            old is not None
            and old[0] is about[0]
            and tuple(old[1:]) == tuple(about[1:])
        )

    def _family(self, node: Node, spec: TensorSpec) -> str:
        """The colour's name: the node's own."""
        row = node.row
        if row is None:
            return "layer"
        return "activation" if row.role == "activation" else row.family

    # Asking -----------------------------------------------------------------------

    def _ask(self, design: Design, node: Node, spec: TensorSpec) -> None:
        count = prod(spec.shape)
        bins = min(BINS, max(FEWEST, round(self.plot.width() / 6)))
        document = self.session.document
        path = document.path_to(node.id)
        request = AskWeights(document.whole, path, spec.name, bins, slot="weights")
        about = self._shown

        def done(report: WeightReport) -> None:
            if self._shown is about:
                self._show_report(report, node, spec)

        def refused(words: str) -> None:
            if self._shown is about:
                self.plot.set_busy(False)
                self._label.say(words, "warning")

        self.plot.set_busy(count > 0)
        self.session.worker.ask(request, done, refused, owner=self)

    def _show_report(self, report: WeightReport, node: Node, spec: TensorSpec) -> None:
        self.plot.set_busy(False)
        self.plot.say("")
        self.plot.show_report(report, self._family(node, spec))
        self.table.drew(report)
        self.why.note_fans((spec.fan_in, spec.fan_out), report.torch_fans)
        if report.redraws:
            text = self.tr(
                "{count:,} values as ticks; behind them, many seeded redraws pooled"
            )
        else:
            text = self.tr("{count:,} values")
        self._label.say(text.format(count=report.count), "faint")

    def _tensor_chosen(self) -> None:
        self._tensor = str(self.tensors.currentData())
        self.refresh()

    # Seed -------------------------------------------------------------------------

    def reroll(self) -> None:
        """Draw all weights anew, from the next seed."""
        seed = self.session.document.design.settings.seed
        self._set_seed((seed + 1) % (SEEDS + 1))

    def _set_seed(self, seed: int) -> None:
        text = self.tr("Seed {seed}").format(seed=seed)
        self.session.document.attempt(edits.set_seed, seed, text=text)

    # A node without weights -------------------------------------------------------

    def _show_neighbours(self) -> None:
        design = self.session.document.design
        before = self._nearest(self.node, forward=False)
        after = self._nearest(self.node, forward=True)
        said = self.tr("Select {name}")
        for link, key in ((self._back, before), (self._forth, after)):
            link.setVisible(key is not None)
            if key is not None:
                text = said.format(name=design.nodes[key].name)
                link.setToolTip(text)
                link.setAccessibleName(text)
                link.setProperty("node", key)

    def _hide_neighbours(self) -> None:
        for link in (self._back, self._forth):
            link.hide()

    def _nearest(self, start: str | None, *, forward: bool) -> str | None:
        """The first node with weights along the wires from `start`."""
        graph = self.session.document.design.graph
        waiting, seen = [start or ""], {start or ""}
        for key in waiting:  # grows while it is walked
            wires = (
                graph.outgoing.get(key, ())
                if forward
                else graph.incoming.get(key, {}).values()
            )
            for wire in wires:
                other = wire.target if forward else wire.source
                if other in seen or other not in graph.nodes:
                    continue
                if self._specs(graph.nodes[other]):
                    return other
                seen.add(other)
                waiting.append(other)
        return None

    def _go(self) -> None:
        link = self.sender()
        if link is not None:
            self.session.selection.set([str(link.property("node"))])

    # Building ---------------------------------------------------------------------

    def _lay_out(self) -> None:
        theme = self.theme
        self._fold = Fold(theme, self.body, self.tr("WEIGHTS"))
        self._fold.setObjectName("weightsFold")
        self._caption = Elided(theme, self.body, "small")
        self._words = Words(theme, self.body, "small", "muted", wrap=True)
        self._back = Link(theme, self.body, "←", "")
        self._forth = Link(theme, self.body, "→", "")
        self._back.setObjectName("weightBefore")
        self._forth.setObjectName("weightAfter")
        for link in (self._back, self._forth):
            link.clicked.connect(self._go)
        self._content = QWidget(self.body)
        self._lay_out_content()
        links = QHBoxLayout()
        links.setSpacing(2)
        links.addWidget(self._words, 1)
        links.addWidget(self._back)
        links.addWidget(self._forth)
        self.column.addLayout(self._head())
        self.column.addLayout(links)
        self.column.addWidget(self._content, 1000)
        self.column.addStretch(1)

    def _head(self) -> QHBoxLayout:
        theme = self.theme
        self.seed = QSpinBox(self.body)
        self.seed.setObjectName("weightSeed")
        self.seed.setRange(0, SEEDS)
        self.seed.setPrefix(self.tr("seed "))
        self.seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.seed.setKeyboardTracking(False)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(
            self.tr("Every tensor is drawn from this seed and its own name")
        )
        self.seed.setFixedWidth(76)
        self.seed.setFont(theme.font("small"))
        self.seed.valueChanged.connect(self._set_seed)
        roll = Link(
            theme, self.body, self.tr("re-roll"), self.tr("Draw all weights anew")
        )
        roll.setObjectName("weightReroll")
        roll.setIconSize(QSize(13, 13))
        roll.clicked.connect(self.reroll)
        self._reroll = roll
        self._dress()
        theme.changed.connect(self._dress)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._fold)
        row.addWidget(self._caption, 1)
        row.addWidget(self.seed)
        row.addWidget(roll)
        return row

    def _dress(self) -> None:
        self._reroll.setIcon(self.theme.icon("dices", self.theme.accent))

    def _lay_out_content(self) -> None:
        theme, parent = self.theme, self._content
        self.tensors = QComboBox(parent)
        self.tensors.setObjectName("weightTensor")
        self.tensors.setAccessibleName(self.tr("Tensor"))
        self.tensors.setToolTip(self.tr("Which tensor: name, shape, initializer"))
        self.tensors.setMinimumContentsLength(12)
        self.tensors.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.tensors.activated.connect(self._tensor_chosen)
        self.plot = HistogramPlot(theme, parent)
        self._label = Words(theme, parent, "tick", "faint", wrap=True)
        self.table = StatisticsTable(theme, parent)
        self.why = Why(theme, parent)
        self.better = Better(self.session, parent)
        column = QVBoxLayout(parent)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.tensors)
        column.addWidget(self.plot, 1000)
        for widget in (self._label, self.table, self.why, self.better):
            column.addWidget(widget)
        column.addStretch(1)


def _usual(init: Init, spec: TensorSpec) -> bool:
    """Whether nobody chose this, on the node or within its block."""
    return init == spec.default and not spec.chosen


def _is_root(init: Init, spec: TensorSpec) -> bool:
    """Whether torch's default for a tensor is U(±1/√fan_in), which explains more."""
    given = dict(init.params)
    if init.kind != "uniform" or not spec.fan_in:
        return False
    bound = spec.fan_in**-0.5
    return given == {"a": -bound, "b": bound}
