"""What the initializer would be for the activation that really follows."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init, TensorSpec
from engine.check.suited import suited
from engine.design import edits
from engine.design.fitting import coerced_init
from gui.panels.plot import number
from gui.panels.plot_parts import Link, Words
from gui.session import Session

ALIKE = 0.01  # of the spread: less of a difference is none


class Better(QWidget):
    """A sentence with both numbers, and a link that sets the better one."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._offer: tuple[str, str, Init] | None = None
        self.setObjectName("weightBetter")
        self.words = Words(session.theme, self, "small", "muted", wrap=True)
        self.link = Link(
            session.theme, self, self.tr("use it"), self.tr("Set this initializer")
        )
        self.link.clicked.connect(self._take)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.link)
        self.hide()

    def compare(self, key: str, spec: TensorSpec, init: Init) -> None:
        """Say what would go with the activation behind a tensor's layer."""
        self._offer = None
        self.hide()
        design = self._session.document.design
        found = suited(design, key)
        own = not spec.tied
        matrix = own and spec.family == "weight" and len(spec.shape) > 1
        if found is None or not matrix or key not in design.nodes:
            return
        better = coerced_init(found.init)
        row, now = INITIALIZERS[better.kind], INITIALIZERS[init.kind]
        if row.refuses(row.complete(better.params), spec) is not None:
            return
        wanted = row.theory(row.complete(better.params), spec).std
        std = now.theory(now.complete(init.params), spec).std
        if abs(std - wanted) <= ALIKE * wanted:
            return
        self._offer = key, spec.name, better
        said = self.tr("For {activation}, which follows: {init}, std {std}, not {now}.")
        self.words.say(
            said.format(
                activation=design.nodes[found.activation].title,
                init=row.title,
                std=number(wanted),
                now=number(std),
            )
        )
        self.show()

    def _take(self) -> None:
        if self._offer is None:
            return
        key, tensor, init = self._offer
        text = self.tr("Use {init}").format(init=INITIALIZERS[init.kind].title)
        self._session.document.attempt(edits.set_init, [key], tensor, init, text=text)
