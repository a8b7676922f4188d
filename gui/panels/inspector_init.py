"""The choice of an initializer for one family of a node's tensors."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.catalog import INITIALIZERS
from engine.catalog.params import Value
from engine.catalog.spec import Init, TensorSpec
from engine.design import edits
from engine.errors import EngineError
from gui.panels.fields import NAMES, Combo, Field, field_for
from gui.panels.glyphs import glyph_icon
from gui.panels.labels import Label, link_button, short
from gui.session import Session
from gui.words import say

Choice = Init | None  # None: what torch does by itself


class InitBox(QWidget):
    """A combo with pictures, the initializer's own parameters, what it will draw."""

    def __init__(self, session: Session, family: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"init:{family}")
        self._session = session
        self.family = family
        self._ids: list[str] = []
        self._choices: list[Choice] = []
        self._kind: str | None = None
        self.fields: dict[str, Field] = {}
        self.combo = self._made_combo()
        self._why = Label("", "error", self)
        self._why.setObjectName(f"error:init:{family}")
        self._theory = Label("", "faint-mono", self)
        self._theory.setToolTip(self.tr("What a draw is expected to look like."))
        self._own = QVBoxLayout()
        self._own.setSpacing(6)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        name = Label(family, "muted", self)
        name.setFixedWidth(NAMES)
        name.setBuddy(self.combo)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(name)
        line.addWidget(self.combo, 1)
        line.addSpacing(24)
        layout.addLayout(line)
        for label in (self._why, self._theory):
            inset = QHBoxLayout()
            inset.addSpacing(NAMES + 4)
            inset.addWidget(label, 1)
            layout.addLayout(inset)
        layout.addLayout(self._fields)
        layout.addLayout(self._own)
        self._overrides: list[QWidget] = []

    def display(self, ids: Sequence[str]) -> None:
        """Show what these nodes have chosen."""
        self._ids = list(ids)
        nodes = self._session.document.design.nodes
        self._choices = [_choice(nodes[key].init.get(self.family)) for key in ids]
        kinds = {choice.kind if choice else "" for choice in self._choices}
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        self.combo.setCurrentIndex(-1 if kind is None else self.combo.findData(kind))
        if kind != self._kind:
            self._kind = kind
            self._build_fields()
        for name, field in self.fields.items():
            field.display([self._value(choice, name) for choice in self._choices])
        specs = self._specs()
        self._allow(specs)
        self._show_theory(specs)
        self._show_overrides()

    def _made_combo(self) -> Combo:
        combo = Combo(self)
        combo.setObjectName(f"initCombo:{self.family}")
        said = self.tr("Initializer of the {family}").format(family=self.family)
        combo.setAccessibleName(said)
        combo.setToolTip(said)
        combo.setPlaceholderText(self.tr("mixed"))
        combo.addItem(self.tr("torch's default"), "")
        for row in INITIALIZERS.values():
            icon = glyph_icon(row, self._session.theme)
            if row.picture == "torch":  # the same as choosing nothing
                combo.setItemIcon(0, icon)
            else:
                combo.addItem(icon, row.title, row.kind)
        combo.setMaxVisibleItems(20)
        combo.activated.connect(self._chosen)
        combo.was_left.connect(self._session.document.seal)
        return combo

    def _specs(self) -> list[tuple[str, TensorSpec]]:
        """The tensors of this family, with their nodes, as far as they are known."""
        checked = self._session.document.checked
        known = {key: checked.known(key) for key in self._ids}
        return [
            (key, spec)
            for key, at in known.items()
            for spec in (at.tensors if at else ())
            if spec.family == self.family
        ]

    def _allow(self, specs: list[tuple[str, TensorSpec]]) -> None:
        """Only what fits can be chosen; the others say why when pointed at."""
        model = self.combo.model()
        if not isinstance(model, QStandardItemModel):
            return
        current = self.combo.currentData()
        self._why.hide()
        for place in range(1, self.combo.count()):
            kind = self.combo.itemData(place)
            params = self._params() if kind == current else {}
            reason = self._refusal(kind, params, specs)
            item = model.item(place)
            if item.isEnabled() == bool(reason):
                item.setEnabled(not reason)
            item.setToolTip(reason or INITIALIZERS[kind].doc)
            if kind == current and reason:
                self._why.setText(reason)
                self._why.show()

    def _refusal(
        self,
        kind: str,
        params: dict[str, Value],
        specs: list[tuple[str, TensorSpec]],
    ) -> str:
        row = INITIALIZERS[kind]
        args = row.complete(tuple(params.items()))
        for spec in {spec for _, spec in specs}:
            message = row.refuses(args, spec)
            if message is not None:
                return say(message)
        return ""

    def _show_theory(self, specs: list[tuple[str, TensorSpec]]) -> None:
        """The spread of the first tensor's draw: std 0.577."""
        self._theory.hide()
        if not specs or self._kind is None or not self._why.isHidden():
            return
        key, spec = specs[0]
        init = self._session.document.checked.init_of(key, spec)
        row = INITIALIZERS.get(init.kind)
        if row is None:
            return
        theory = row.theory(row.complete(init.params), spec)
        said = self.tr("mean {mean} · std {std}")
        if theory.mean == 0:
            said = self.tr("std {std}")
        if theory.density == "point":
            said = self.tr("all {mean}")
        text = said.format(mean=short(theory.mean), std=short(theory.std))
        if not self._kind:
            text = f"{row.title} · {text}"
        self._theory.setText(text)
        self._theory.show()

    def _show_overrides(self) -> None:
        """Tensors of this family that have a choice of their own, and a way back."""
        for widget in self._overrides:
            self._own.removeWidget(widget)
            widget.deleteLater()
        self._overrides = []
        nodes = self._session.document.design.nodes
        own = {
            spec.name: nodes[key].init[spec.name]
            for key, spec in self._specs()
            if spec.name in nodes[key].init and spec.name != self.family
        }
        for name, init in own.items():
            row = INITIALIZERS.get(init.kind)
            title = row.title if row else init.kind
            said = self.tr("{name} has {title} of its own ×").format(
                name=name, title=title
            )
            tip = self.tr("Let it follow the family's choice again")
            button = link_button(said, tip, self)
            button.clicked.connect(lambda _=False, name=name: self._commit(None, name))
            self._own.addWidget(button)
            self._overrides.append(button)

    def _build_fields(self) -> None:
        for field in self.fields.values():
            self._fields.removeWidget(field)
            field.hide()
            field.deleteLater()
        self.fields = {}
        row = INITIALIZERS.get(self._kind or "")
        for param in row.params if row else ():
            field = field_for(param, param.default, self)
            field.edited.connect(self._edited)
            field.restored.connect(lambda name: self._edited(name, None, restore=True))
            field.left.connect(self._session.document.seal)
            self.fields[param.name] = field
            self._fields.addWidget(field)

    def _value(self, choice: Choice, name: str) -> Value:
        row = INITIALIZERS[self._kind or ""]
        value: Value = row.complete(choice.params if choice else ())[name]
        return value

    def _params(self) -> dict[str, Value]:
        choice = self._choices[0] if self._choices else None
        return dict(choice.params) if choice else {}

    def _chosen(self, index: int) -> None:
        kind = self.combo.itemData(index)
        kinds = {choice.kind if choice else "" for choice in self._choices}
        if kinds == {kind}:
            return
        self._commit(Init(kind) if kind else None, self.family)

    def _edited(self, name: str, value: Value, restore: bool = False) -> None:
        """Each node keeps its other parameters."""
        params = self._params()
        params.pop(name, None)
        if not restore:
            params[name] = value
        init = Init(self._kind or "", tuple(sorted(params.items())))
        self._commit(init, self.family, self.fields[name])

    def _commit(self, init: Choice, tensor: str, field: Field | None = None) -> None:
        document = self._session.document
        try:
            after = edits.set_init(document.design, self._ids, tensor, init)
        except EngineError as error:
            self._refuse(say(error.message), field)
            return
        what = field.param.name if field else "choice"
        merge = f"init {tensor} {what} {' '.join(self._ids)}"
        title = INITIALIZERS[init.kind].title if init else self.tr("torch's default")
        text = self.tr("Set {tensor} to {title}").format(tensor=tensor, title=title)
        document.commit(after, text, merge)

    def _refuse(self, sentence: str, field: Field | None) -> None:
        if field is not None:
            field.refuse(sentence)
            return
        self.display(self._ids)  # the combo goes back
        self._why.setText(sentence)
        self._why.show()


def _choice(init: Init | None) -> Choice:
    """What was chosen; torch's default by its own name is no choice."""
    row = INITIALIZERS.get(init.kind) if init else None
    return None if row is not None and row.picture == "torch" else init
