"""The form of one or several nodes, generated from their rows of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.catalog import OPERATORS
from engine.catalog.params import Bool, Param, Value
from engine.catalog.spec import Operator
from engine.check import Known
from engine.design import edits
from engine.design.block import Block
from engine.design.model import Design, Node
from engine.errors import EngineError
from gui.canvas.freezing import has_weights
from gui.panels.fields import Field, field_for
from gui.panels.inspector_formulas import Formulas
from gui.panels.inspector_help import HelpFold
from gui.panels.inspector_init import InitBox
from gui.panels.inspector_names import NameBox
from gui.panels.inspector_shapes import ShapesBox
from gui.panels.inspector_ties import TiesBox
from gui.panels.labels import Heading, Label
from gui.panels.problem_card import ProblemCard
from gui.session import Session
from gui.words import say

FAMILIES = ("weight", "bias", "recurrent")
SHOWN_PROBLEMS = 3


class NodesForm(QWidget):
    """What nodes of these kinds have in common, and all of it for one kind.

    Args:
        kinds: sorted, of the selected nodes; the form holds for any nodes of them.
        block: of which all of them are uses.
    """

    def __init__(
        self,
        session: Session,
        kinds: tuple[str, ...],
        parent: QWidget,
        block: Block | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = [block.row] if block else [OPERATORS.get(kind) for kind in kinds]
        self._session = session
        self._ids: list[str] = []
        self.fields: dict[str, Field] = {}
        self.inits: dict[str, InitBox] = {}
        self._cards: list[ProblemCard] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(5)
        self._add_head(kinds, layout)
        self._problems = QVBoxLayout()
        layout.addLayout(self._problems)
        self._names = NameBox(session, self)
        layout.addWidget(self._names)
        self._formulas = Formulas(session, self)
        self._frozen = self._made_frozen(layout)
        self._reset_all = self._add_params(kinds, layout)
        self._add_inits(layout)
        self._ties = TiesBox(session, self)
        layout.addWidget(self._ties)
        self._shapes = ShapesBox(session, self)
        layout.addWidget(self._shapes)
        self._help = HelpFold(session, self._rows[0], self)
        self._help.setVisible(len(kinds) == 1 and block is None)
        layout.addWidget(self._help)
        layout.addStretch(1)

    def display(self, ids: Sequence[str]) -> None:
        """Show these nodes as they are now."""
        document = self._session.document
        design, checked = document.design, document.checked
        if list(ids) != self._ids:
            document.seal()
        self._ids = list(ids)
        nodes = [design.nodes[key] for key in ids]
        known = [checked.known(key) for key in ids]
        self._show_head(nodes)
        self._show_problems(ids)
        self._names.display(nodes)
        learning = [node for node in nodes if has_weights(node)]
        self._frozen.setVisible(bool(learning))
        self._frozen.display([node.frozen for node in learning])
        changed = False
        for name, field in self.fields.items():
            values = [node.written.get(name) for node in nodes]
            field.display(values)
            self._formulas.show(field, nodes, known)
            changed |= any(value != field.default for value in values)
        self._reset_all.setVisible(changed)
        self._show_derived(nodes, known)
        self._show_inits(ids, nodes, known)
        self._ties.display(nodes)
        self._shapes.display(nodes)

    # The head

    def _add_head(self, kinds: tuple[str, ...], layout: QVBoxLayout) -> None:
        row = self._rows[0] if len(kinds) == 1 else None
        self._title = Label("", "title", self)
        self._title.setWordWrap(False)
        self._where = Label("", "small", self)
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight)
        line = QHBoxLayout()
        line.addWidget(self._title)
        line.addWidget(self._where, 1)
        layout.addLayout(line)
        self._doc = Label(row.doc if row else "", "muted", self)
        self._doc.setVisible(bool(row))
        layout.addWidget(self._doc)

    def _show_head(self, nodes: list[Node]) -> None:
        node = nodes[0]
        same = len({node.kind for node in nodes}) == 1
        if len(nodes) > 1:
            title = self.tr("{count} nodes").format(count=len(nodes))
            self._title.setText(f"{title} · {node.title}" if same else title)
            names = ", ".join(node.name for node in nodes)
            self._where.setText(names if len(names) < 40 else "")
            self._where.setToolTip(names)
            return
        self._title.setText(node.title)
        where = self.tr("unknown to this Fanin")
        if node.row is not None:
            where = f"{node.row.role} · {node.row.family}"
        self._where.setText(where)
        self._where.setToolTip("")

    def _show_problems(self, ids: Sequence[str]) -> None:
        """What is wrong here, with its remedy, above the fields at fault."""
        checked = self._session.document.checked
        found = [problem for key in ids for problem in checked.of(key)]
        found = found[:SHOWN_PROBLEMS]
        for card in self._cards[len(found) :]:
            self._problems.removeWidget(card)
            card.deleteLater()
        del self._cards[len(found) :]
        while len(self._cards) < len(found):
            self._cards.append(ProblemCard(self._session, self, named=False))
            self._problems.addWidget(self._cards[-1])
        for card, problem in zip(self._cards, found, strict=True):
            card.display(problem)

    def _made_frozen(self, layout: QVBoxLayout) -> Field:
        doc = self.tr("Held as it is: no gradient, and not counted as trainable.")
        field = field_for(Bool("frozen", False, doc=doc), False, self)
        field.edited.connect(lambda _, value: self._freeze(frozen=bool(value)))
        field.restored.connect(lambda _: self._freeze(frozen=False))
        layout.addWidget(field)
        return field

    def _freeze(self, *, frozen: bool) -> None:
        text = self.tr("Freeze") if frozen else self.tr("Unfreeze")
        self._attempt(
            self._frozen.complain,
            lambda design: edits.set_frozen(design, self._ids, frozen),
            text,
        )

    # Parameters

    def _add_params(self, kinds: tuple[str, ...], layout: QVBoxLayout) -> QToolButton:
        heading = Heading(self.tr("Parameters"), self)
        reset = heading.button(
            self.tr("Reset all"), self.tr("Give every parameter its default again")
        )
        reset.setObjectName("resetAll")
        reset.clicked.connect(self._restore_all)
        layout.addWidget(heading)
        self._derived = Label("", "faint-mono", self)
        self._derived.setObjectName("derived")
        tip = self.tr("Follows from the shapes; nothing to set.")
        self._derived.setToolTip(tip)
        layout.addWidget(self._derived)
        for param in shared_params(self._rows):
            field = field_for(param, param.default, self)
            field.edited.connect(self._set)
            field.left.connect(self._session.document.seal)
            field.restored.connect(self._restore)
            self._formulas.offer(field)
            self.fields[param.name] = field
            layout.addWidget(field)
        heading.setVisible(bool(self.fields))
        self._heading = heading
        return reset

    def _show_derived(self, nodes: list[Node], known: list[Known | None]) -> None:
        """in_features = 3, follows from 'x'."""
        first = known[0]
        lines = []
        if first is not None and len(nodes) == 1:
            source = self._source(nodes[0])
            said = self.tr("{name}  {value}   follows from '{source}'")
            bare = self.tr("{name}  {value}   follows from the inputs")
            for name in first.derived:
                form = said if source else bare
                value = str(first.args[name])
                lines.append(form.format(name=name, value=value, source=source))
        self._derived.setText("\n".join(lines))
        self._derived.setVisible(bool(lines))
        self._heading.setVisible(bool(lines or self.fields))

    def _source(self, node: Node) -> str:
        design = self._session.document.design
        wires = design.graph.incoming.get(node.id, {})
        port = node.inputs[0].name if node.inputs else ""
        return design.nodes[wires[port].source].name if port in wires else ""

    def _set(self, name: str, value: Value) -> None:
        text = self.tr("Set {param}").format(param=name)
        self._attempt(
            self.fields[name].refuse,
            lambda design: edits.set_params(design, self._ids, {name: value}),
            text,
            merge=f"param {name} {' '.join(self._ids)}",
        )

    def _restore(self, name: str) -> None:
        field = self.fields[name]
        text = self.tr("Reset {param}").format(param=name)
        field.edit.clearFocus()
        self._attempt(
            field.complain,
            lambda design: edits.reset_params(design, self._ids, [name]),
            text,
        )

    def _restore_all(self) -> None:
        self._attempt(
            self._session.tell,
            lambda design: edits.reset_params(design, self._ids, list(self.fields)),
            self.tr("Reset all parameters"),
        )

    def _attempt(
        self,
        refuse: Callable[[str], None],
        edit: Callable[[Design], Design],
        text: str,
        merge: str = "",
    ) -> None:
        """Commit the edit, or say beside the field why it was refused."""
        document = self._session.document
        try:
            after = edit(document.design)
        except EngineError as error:
            refuse(say(error.message))
        else:
            document.commit(after, text, merge)

    # Initializers

    def _add_inits(self, layout: QVBoxLayout) -> None:
        self._init_heading = Heading(self.tr("Initializers"), self)
        layout.addWidget(self._init_heading)
        self._inits = QVBoxLayout()
        self._inits.setSpacing(8)
        layout.addLayout(self._inits)

    def _show_inits(
        self, ids: Sequence[str], nodes: list[Node], known: list[Known | None]
    ) -> None:
        """A chooser for each family of tensors that one of the nodes has."""
        # A block's weights are drawn as the layers inside it say.
        own = [it for it, node in zip(known, nodes, strict=True) if not node.block]
        present: set[str] = {
            spec.family for it in own if it for spec in it.tensors if not spec.tied
        }
        present |= {name for node in nodes for name in node.init if name in FAMILIES}
        for family in FAMILIES:
            box = self.inits.get(family)
            if family in present:
                if box is None:
                    box = self.inits[family] = InitBox(self._session, family, self)
                    self._inits.addWidget(box)
                box.display(ids)
            if box is not None:
                box.setVisible(family in present)
        self._init_heading.setVisible(bool(present & set(FAMILIES)))


def shared_params(rows: Sequence[Operator | None]) -> list[Param]:
    """The parameters that all these rows have alike, in the first's order."""
    if not rows or rows[0] is None:
        return []
    return [
        param
        for param in rows[0].params
        if all(row is not None and _alike(row.param(param.name), param) for row in rows)
    ]


def _alike(other: Param | None, param: Param) -> bool:
    return (
        other is not None
        and type(other) is type(param)
        and (other.wanted == param.wanted and other.default == param.default)
    )
