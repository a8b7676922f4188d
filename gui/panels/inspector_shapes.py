"""What arrives at a node and what leaves it, port by port."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.catalog.dims import Tensor, text
from engine.design.model import Node
from gui.panels.labels import Heading, Label, Line
from gui.session import Session

FEW = 2  # lines that need no heading

Ends = tuple[str, str, str]  # port, shape, the other end


class ShapesBox(QWidget):
    """The ports of one node with the tensors on them."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shapes")
        self._session = session
        self._shown: list[Ends] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(2, 1)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._labels: list[Label] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._heading = Heading(self.tr("Shapes"), self)
        layout.addWidget(self._heading)
        layout.addLayout(self._grid)

    def display(self, nodes: list[Node]) -> None:
        """Show what is on the ports of the only node; nothing for several."""
        lines = self._lines(nodes[0]) if len(nodes) == 1 else []
        self.setVisible(bool(lines))
        if lines == self._shown:
            return
        self._shown = lines
        self._heading.setVisible(len(lines) > FEW)
        for label in self._labels:
            self._grid.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for row, line in enumerate(lines):
            roles = ("muted", "mono", "small")
            for column, (said, role) in enumerate(zip(line, roles, strict=True)):
                # A long name gives way; a shape never does.
                label = (Line if column == 2 else Label)(said, role, self)
                label.setWordWrap(False)
                self._grid.addWidget(label, row, column)
                self._labels.append(label)

    def _lines(self, node: Node) -> list[Ends]:
        document = self._session.document
        design, checked = document.design, document.checked
        known = checked.known(node.id)
        wires = design.graph.incoming.get(node.id, {})
        lines = []
        for port in node.inputs:
            wire = wires.get(port.name)
            if wire is None:
                optional = (
                    self.tr("optional") if port.optional else self.tr("not wired")
                )
                tensor, end = known.inputs.get(port.name) if known else None, optional
            else:
                tensor = checked.tensor(wire.source, wire.output)
                end = "← " + design.nodes[wire.source].name
            lines.append((port.name, _shape(tensor), end))
        leaving = design.graph.outgoing.get(node.id, ())
        for port in node.outputs:
            ends = [w.target for w in leaving if w.output == port.name]
            names = ", ".join(design.nodes[key].name for key in ends)
            shape = _shape(checked.tensor(node.id, port.name))
            lines.append((port.name, shape, f"→ {names}" if names else ""))
        return lines


def _shape(tensor: Tensor | None) -> str:
    if tensor is None:
        return "?"
    shape = text(tensor.shape)
    return shape if tensor.dtype == "float32" else f"{shape} {tensor.dtype}"
