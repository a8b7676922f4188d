"""Whose tensor a node's tensor is: its own, or another's, learnt and counted once."""

from __future__ import annotations

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.design import edits
from engine.design.flow import flow
from engine.design.model import Node
from engine.design.ties import Offer, Tie, offers, sharers
from engine.errors import EngineError
from gui.panels.fields import NAMES, Combo
from gui.panels.labels import Heading, Label, link_button
from gui.session import Session
from gui.words import say


class TiesBox(QWidget):
    """A chooser for each tensor that some other node's could be, and who shares it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tiesBox")
        self._session = session
        self._key = ""
        self._shown: object = None
        self.combos: dict[str, Combo] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(Heading(self.tr("Shared weights"), self))
        layout.addLayout(self._rows)
        self._why = Label("", "error", self)
        self._why.setObjectName("error:ties")
        self._why.hide()
        layout.addWidget(self._why)
        self._parts: list[QWidget] = []

    def display(self, nodes: list[Node]) -> None:
        """Show what one node shares; nothing of several, or of what cannot."""
        document = self._session.document
        node = nodes[0] if len(nodes) == 1 and not nodes[0].block else None
        found = flow(document.design) if node else {}
        offered = offers(document.design.nodes, found, node.id) if node else {}
        users = sharers(document.design.nodes, node.id) if node else ()
        names = {key: other.name for key, other in document.design.nodes.items()}
        self._key = node.id if node else ""
        shown = (self._key, offered, users, tuple(names.items()))
        if shown != self._shown:
            self._shown = shown
            self._build(offered, users, names)
        for tensor, combo in self.combos.items():
            self._show(combo, node.ties.get(tensor) if node else None)

    def _show(self, combo: Combo, now: Tie | None) -> None:
        held = [combo.itemData(place) for place in range(combo.count())]
        known = [tuple(to) if to else None for to in held]  # Qt makes lists of tuples
        if now not in known:
            combo.addItem(".".join(now or ()), now)  # no longer there
            known.append(now)
        combo.setCurrentIndex(known.index(now))

    def _build(
        self,
        offered: dict[str, tuple[Offer, ...]],
        users: tuple[tuple[str, str, str], ...],
        names: dict[str, str],
    ) -> None:
        self._clear()
        self.setVisible(bool(offered or users))
        for tensor, choices in offered.items():
            self._add(tensor, choices)
        for key, tensor, of in users:
            said = self.tr("its {of} is also {name}.{tensor}")
            text = said.format(of=of, name=names[key], tensor=tensor)
            button = link_button(text, self.tr("Select that node"), self)
            button.clicked.connect(
                lambda _=False, key=key: self._session.selection.set([key])
            )
            self._put(button)

    def _add(self, tensor: str, choices: tuple[Offer, ...]) -> None:
        nodes = self._session.document.design.nodes
        combo = self.combos[tensor] = Combo(self)
        combo.setObjectName(f"tie:{tensor}")
        said = self.tr("Whose {tensor} it is").format(tensor=tensor)
        combo.setAccessibleName(said)
        combo.setToolTip(
            self.tr("{whose}; one that is shared is learnt and counted once").format(
                whose=said
            )
        )
        combo.addItem(self.tr("its own"), None)
        for (key, of), reason in choices:
            combo.addItem(f"{nodes[key].name}.{of}", (key, of))
            model = combo.model()
            if reason is not None and isinstance(model, QStandardItemModel):
                item = model.item(combo.count() - 1)
                item.setEnabled(False)
                item.setToolTip(say(reason))
        combo.activated.connect(lambda place: self._choose(tensor, place))
        name = Label(tensor, "muted", self)
        name.setFixedWidth(NAMES)
        name.setBuddy(combo)
        holder = QWidget(self)
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(name)
        line.addWidget(combo, 1)
        line.addSpacing(24)
        self._put(holder)

    def _choose(self, tensor: str, place: int) -> None:
        document = self._session.document
        to = self.combos[tensor].itemData(place)
        name = document.design.nodes[self._key].name
        self._why.hide()
        try:
            if to is None:
                after = edits.untie(document.design, self._key, tensor)
                text = self.tr("Give {name} a {tensor} of its own")
            else:
                after = edits.tie(document.design, self._key, tensor, *to)
                text = self.tr("Share the {tensor} of {name}")
        except EngineError as error:
            self._why.setText(say(error.message))
            self._why.show()
            return
        document.commit(after, text.format(name=name, tensor=tensor))

    def _put(self, part: QWidget) -> None:
        self._parts.append(part)
        self._rows.addWidget(part)
        part.show()

    def _clear(self) -> None:
        for part in self._parts:
            self._rows.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts, self.combos = [], {}
        self._why.hide()
