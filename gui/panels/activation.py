"""What an activation does: formulas, curve and derivative, or its bars."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.catalog import OPERATORS
from engine.catalog.spec import Activation
from engine.design.model import Design, Node
from engine.service import AskReceived, Received
from gui.panels.activation_curve import NEAR, TUTORIAL, CurvePlot
from gui.panels.activation_overlays import Overlays
from gui.panels.activation_range import RangeEnds
from gui.panels.activation_series import Params
from gui.panels.bars import BarsView
from gui.panels.fold import Fold
from gui.panels.formula import FormulaView
from gui.panels.plot import number
from gui.panels.plot_parts import Key, Link, Sheet, Words
from gui.session import Session

MANY = 0.3  # a share of dead or saturated values worth a warning's colour


def params_of(node: Node) -> Params:
    """What differs from the row's defaults, as requests carry it."""
    return tuple(sorted(node.params.items()))


def activation_of(design: Design, chosen: str | None) -> str | None:
    """The activation a selected node leads to: itself, docked to it, or after it."""
    node = design.nodes.get(chosen or "")
    if node is None or chosen is None:
        return None
    if isinstance(node.row, Activation):
        return chosen
    for activation, layer in design.look.docked.items():
        if layer == chosen and activation in design.nodes:
            return activation
    for wire in design.graph.outgoing.get(chosen, ()):
        if isinstance(design.nodes[wire.target].row, Activation):
            return wire.target
    return None


class ActivationPanel(Sheet):
    """The selected activation, or the one after the selected layer."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, parent)
        self.setObjectName("activationPanel")
        self.setAccessibleName(self.tr("Activation"))
        self.node: str | None = None  # whose curve this is; None for the palette's
        self.kind = ""
        self._back: str | None = None  # whose it was before the palette's
        self._params: Params = ()
        self._asked: object = None  # what the histogram was asked for
        self._lay_out()
        self._connect()

    @property
    def doc(self) -> str:
        """The line below the title."""
        return self._doc.text()

    @property
    def refusal(self) -> str:
        """Why there is no curve, where there is none."""
        return self._note.text() if self._note.isVisible() else ""

    # What is shown ----------------------------------------------------------------

    def peek(self, kind: str) -> None:
        """Show an activation that stands in no design; anything else ends that."""
        if isinstance(OPERATORS.get(kind), Activation):
            self._back = self.node or self._back
            self.show_kind(kind)
        elif self.node is None and self.kind:
            self.node, self.kind = self._back, ""
            self.refresh()

    def show_kind(self, kind: str, params: Params = ()) -> None:
        """Show an activation of the catalogue that stands in no design."""
        if isinstance(OPERATORS.get(kind), Activation):
            self.node = None
            if self.isVisible():
                self._show(kind, params)
            else:
                self.kind, self._params = kind, params

    def refresh(self) -> None:
        """Follow the selection and the design; hidden, wait until shown."""
        if not self.isVisible():
            return
        self._choose()
        if self.node is not None:
            node = self.session.document.design.nodes[self.node]
            self._show(node.kind, params_of(node))
        elif self.kind:
            self._show(self.kind, self._params)
        else:
            self._show_nothing()

    def _choose(self) -> None:
        """Take the selected activation, keep the last one, or take the first."""
        design = self.session.document.design
        found = activation_of(design, self.session.selection.one)
        if found is not None:
            self.node = found
        elif not self._stands() and (self.node or not self.kind):
            rows = ((key, design.nodes[key].row) for key in design.graph.order)
            first = (key for key, row in rows if isinstance(row, Activation))
            self.node = next(first, None)
            self.kind = self.kind if self.node else ""

    def _stands(self) -> bool:
        """Whether what was shown last is still an activation of the design."""
        node = self.session.document.design.nodes.get(self.node or "")
        return node is not None and isinstance(node.row, Activation)

    def _show(self, kind: str, params: Params) -> None:
        row = OPERATORS[kind]
        if not isinstance(row, Activation):
            return
        other = (kind, params) != (self.kind, self._params)
        self.kind, self._params = kind, params
        self._title.setText(row.title)
        self._where.setText(self._place())
        self._doc.say(row.doc)
        self._formulas.show_formulas(row.help.formula, row.help.derivative)
        self._headline(bars=bool(row.over))
        if row.over:
            self.bars.show_activation(kind, params)
            return
        if other:
            self._note.say("")
        self.plot.show_activation(kind, params)
        self.plot.ask()
        self.overlays.set_main(kind)
        self._ask_received()

    def _show_nothing(self) -> None:
        self.kind = ""
        self._title.setText(self.tr("Activation"))
        self._where.setText("")
        self._doc.say(
            self.tr(
                "No activation yet. Drag one from the palette onto a layer, and its"
                " curve and derivative appear here."
            )
        )
        self._formulas.show_formulas()
        for part in (self._about, self._doc):
            part.show()
        self._bar.hide()
        self._stack.hide()

    def _headline(self, *, bars: bool) -> None:
        """What it is, unless the inspector says so right above; what can be done."""
        selected = self.node is not None and self.session.selection.one == self.node
        for part in (self._about, self._doc):
            part.setVisible(not selected)
        self._fold.setText(self.tr("BARS") if bars else self.tr("CURVE"))
        self._bar.show()
        for link in self._links:
            link.setVisible(not bars)
        for part in (self._formulas, self._stack):
            part.setVisible(self._fold.isChecked())
        self._curves.setVisible(not bars)
        self.bars.setVisible(bars)

    def _place(self) -> str:
        """Where it stands: after which layer."""
        design = self.session.document.design
        if self.node is None:
            return self.tr("in the catalogue")
        name = design.nodes[self.node].name
        wires = design.graph.incoming.get(self.node, {})
        source = next((wire.source for wire in wires.values()), None)
        if source is None or source not in design.nodes:
            return name
        text = self.tr("{name} · after {source}")
        return text.format(name=name, source=design.nodes[source].name)

    # What arrives -----------------------------------------------------------------

    def _ask_received(self) -> None:
        """Ask what reaches the node, if the design can be run."""
        document = self.session.document
        path = document.path_to(self.node or "")
        asked = (path, document.whole.graph, document.whole.settings)
        if self.node is None or not document.whole_checked.ok:
            self._asked = None
            self.session.worker.cancel("received")
            self._show_received(None)
            return
        if self._asked is not None and self._same(asked):
            return
        self._asked = asked
        self.plot.fade_received()

        def done(received: Received) -> None:
            if self._asked is asked:
                self._show_received(received)

        def refused(words: str) -> None:
            if self._asked is asked:
                self._show_received(None)
                self._share.setToolTip(words)

        request = AskReceived(document.whole, path, slot="received")
        self.session.worker.ask(request, done, refused, owner=self)

    def _same(self, asked: tuple[object, ...]) -> bool:
        old = self._asked
        return (
            isinstance(old, tuple)
            and old[0] == asked[0]
            and old[1] is asked[1]
            and old[2] == asked[2]
        )

    def _show_received(self, received: Received | None) -> None:
        self.plot.receive(received)
        self._arriving.setVisible(received is not None)
        self._through.say("" if received is None else self._passes(received))
        if received is None:
            self._share.say("")
            return
        self._say_share(received)
        tip = self.tr(
            "For a seeded N(0, 1) batch: mean {mean}, std {std} arriving here"
        )
        self._share.setToolTip(
            tip.format(mean=number(received.mean), std=number(received.std))
        )

    def _passes(self, received: Received) -> str:
        """What comes out, and what the derivative does to the gradient."""
        if received.slope != received.slope:
            return ""
        said = self.tr(
            "in {mean} ± {std}  →  out {out} ± {spread}  ·  "
            "gradient\u00a0×\u00a0{factor}"
        )
        return said.format(
            mean=number(received.mean),
            std=number(received.std),
            out=number(received.out_mean),
            spread=number(received.out_std),
            factor=number(received.slope**0.5),
        )

    def _say_share(self, received: Received) -> None:
        """Dead units if there are any, else how much falls into the flat zones."""
        share = received.saturated
        colour = "warning" if share >= MANY else "good"
        if received.dead > 0:
            share, colour = received.dead, "warning"
            text = self.tr("{share} % of units dead")
        elif self.plot.zones_are_dead:  # half of it below zero is what a ReLU is for
            text, colour = self.tr("{share} % at zero"), "muted"
        else:
            text = self.tr("{share} % saturated")
        self._share.say(text.format(share=number(100 * share, 2)), colour)

    # Building ---------------------------------------------------------------------

    def _lay_out(self) -> None:
        theme = self.theme
        self._title = Words(theme, self.body, "title", "text")
        self._where = Words(theme, self.body, "small", "muted", wrap=True)
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._doc = Words(theme, self.body, "small", "muted", wrap=True)
        self._formulas = FormulaView(theme, self.body, card=True)
        self._formulas.setObjectName("activationFormula")
        self._stack = QWidget(self.body)
        self._curves = QWidget(self._stack)
        self.bars = BarsView(self.session, self._stack)
        pages = QVBoxLayout(self._stack)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.addWidget(self._curves)
        pages.addWidget(self.bars)
        self._lay_out_curves()
        self._about = QWidget(self.body)
        head = QHBoxLayout(self._about)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._title)
        head.addWidget(self._where, 1)
        self.column.addWidget(self._about)
        self.column.addWidget(self._doc)
        self.column.addWidget(self._headed())
        self.column.addWidget(self._formulas)
        self.column.addWidget(self._stack, 1000)
        self.column.addStretch(1)
        self._fold.over(self._formulas, self._stack)

    def _headed(self) -> QWidget:
        """The line with the section's name and its links."""
        self._bar = QWidget(self.body)
        self._fold = Fold(self.theme, self._bar, self.tr("CURVE"))
        self._fold.setObjectName("activationFold")
        self._links = [*self._range_links(), self.overlays.add_button]
        head = QHBoxLayout(self._bar)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(self._fold)
        head.addStretch(1)
        for link in self._links:
            head.addWidget(link)
        return self._bar

    def _lay_out_curves(self) -> None:
        theme, parent = self.theme, self._curves
        self.plot = CurvePlot(self.session, parent)
        self.overlays = Overlays(theme, parent)
        self.ends = RangeEnds(self.session, self.plot)
        self._note = Words(theme, parent, "small", "error", wrap=True)
        self._through = Words(theme, parent, "small", "muted", wrap=True)
        self._through.setObjectName("activationThrough")
        self._through.setToolTip(
            self.tr("Mean and spread; the root of the mean of f′² scales the gradient")
        )
        self._through.hide()
        self._note.hide()
        column = QVBoxLayout(parent)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.plot, 1000)
        column.addLayout(self._legend())
        column.addWidget(self._through)
        column.addWidget(self.overlays)
        column.addWidget(self._note)
        column.addStretch(1)

    def _range_links(self) -> list[Link]:
        theme, parent = self.theme, self._bar
        far = Link(theme, parent, "[−20, 20]", self.tr("The tutorial's range of x"))
        near = Link(theme, parent, "[−6, 6]", self.tr("A nearer look"))
        fit = Link(
            theme,
            parent,
            self.tr("fit"),
            self.tr("The range of what arrives, or where the derivative changes"),
        )
        far.setObjectName("activationFar")
        near.setObjectName("activationNear")
        fit.setObjectName("activationFit")
        far.clicked.connect(lambda: self.plot.look_at(TUTORIAL))
        near.clicked.connect(lambda: self.plot.look_at(NEAR))
        fit.clicked.connect(self._fit)
        return [far, near, fit]

    def _legend(self) -> QHBoxLayout:
        theme, parent = self.theme, self._curves
        f = Key(theme, parent, "f", self.tr("Show or hide the function"))
        df = Key(theme, parent, "f′", self.tr("Show or hide the derivative"))
        self._arriving = Key(
            theme,
            parent,
            self.tr("arriving here"),
            self.tr("What reaches this node, for a seeded N(0, 1) batch"),
        )
        f.stroke(lambda: theme.curve)
        df.stroke(lambda: theme.derivative, dashed=True)
        self._arriving.stroke(lambda: theme.arriving)
        self._arriving.hide()
        self._share = Words(theme, parent, "small", "good")
        self._share.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        for key, what in ((f, "f"), (df, "df"), (self._arriving, "arriving")):
            key.setObjectName(f"activationShow_{what}")
            key.toggled.connect(partial(self.plot.toggle, what))
            row.addWidget(key)
        row.addStretch(1)
        row.addWidget(self._share)
        return row

    def _connect(self) -> None:
        session = self.session
        session.selection.changed.connect(self._selected)
        self.plot.fit_asked.connect(self._fit)
        self.plot.failed.connect(self._note.say)
        self.overlays.changed.connect(self.plot.overlay)

    def _selected(self) -> None:
        """Another node may carry another activation; the palette's one gives way."""
        design = self.session.document.design
        if activation_of(design, self.session.selection.one) is not None:
            self.refresh()

    def _fit(self) -> None:
        self.plot.look_at(self.plot.fitting())
