"""Which of the selected nodes can be frozen, and whether they are."""

from __future__ import annotations

from engine.catalog.spec import no_tensors
from engine.design.model import Node
from gui.session import Session


def has_weights(node: Node) -> bool:
    """Whether there is something in the node that learns, or could."""
    return node.row is not None and node.row.tensors is not no_tensors


def freezable(session: Session) -> list[str]:
    """The selected nodes that have weights."""
    nodes = session.document.design.nodes
    ids = session.selection.ids
    return [key for key in nodes if key in ids and has_weights(nodes[key])]


def all_frozen(session: Session) -> bool:
    """Whether none of them is left to freeze."""
    nodes = session.document.design.nodes
    return all(nodes[key].frozen for key in freezable(session))
