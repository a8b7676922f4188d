"""What the canvas says in words: tooltips, and what to do when it is empty."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication

from engine.catalog.dims import text as shape_text
from engine.design.model import Wire
from gui.canvas.face import Dot
from gui.canvas.kinds import kind_of, words
from gui.canvas.scene import Hit
from gui.document import Document
from gui.words import say


def tooltip(hit: Hit, document: Document) -> str:
    """The tooltip of what lies under the pointer, as safe rich text."""
    if hit.node and hit.dot:
        return _safe(_of_port(hit.node.id, hit.dot, document))
    if hit.node:
        return _safe(_of_node(hit.node.id, document))
    return _safe(_of_wire(hit.wire.wire, document)) if hit.wire else ""


def _of_node(key: str, document: Document) -> list[str]:
    node, checked = document.design.nodes[key], document.checked
    known = checked.known(key)
    lines = [f"{node.name} · {node.title}" if node.name != node.title else node.name]
    lines += [say(problem.message) for problem in checked.of(key)]
    if node.row:
        lines.append(node.row.doc)
    if node.block:
        lines.append(_tr("Double-click to look inside."))
    if known and known.parameters:
        said = _tr("{count} parameters")
        lines.append(said.format(count=f"{known.parameters:,}"))
    return lines


def _of_port(key: str, dot: Dot, document: Document) -> list[str]:
    port, checked = dot.port, document.checked
    lines = [port.name if not port.optional else f"{port.name} · " + _tr("optional")]
    if port.doc:
        lines.append(port.doc)
    known = checked.known(key)
    tensors = (known.inputs if dot.entering else known.outputs) if known else {}
    if tensor := tensors.get(port.name):
        lines.append(f"{shape_text(tensor.shape)} {tensor.dtype}")
    elif port.dtype == "int":
        lines.append(_tr("takes whole numbers"))
    wrong = [p for p in checked.of(key) if p.port and p.port == port.name]
    return lines + [say(problem.message) for problem in wrong if dot.entering]


def _of_wire(wire: Wire, document: Document) -> list[str]:
    nodes, checked = document.design.nodes, document.checked
    lines = [f"{nodes[wire.source].name} → {nodes[wire.target].name}"]
    tensor = checked.tensor(wire.source, wire.output)
    if tensor:
        lines.append(f"{shape_text(tensor.shape)} {tensor.dtype}")
        lines += filter(None, [words(kind_of(wire, tensor))])
    else:
        lines.append(_tr("Its shape is not known yet."))
    if wire in checked.wrong_wires:
        lines += [say(problem.message) for problem in checked.of(wire.target)]
    return lines


def _safe(lines: list[str]) -> str:
    """Lines as rich text in which names are only names."""
    head, *rest = (html.escape(line) for line in lines)
    return "<br>".join([f"<b>{head}</b>", *rest])


def _tr(text: str) -> str:
    return QCoreApplication.translate("canvas", text)
