"""Edits of ties: a tensor that is another node's, as tied embeddings are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.catalog.spec import TensorSpec
from engine.design.evaluate import Known
from engine.design.fitting import node_at
from engine.design.flow import Found, flow
from engine.design.model import Design, Node
from engine.errors import EditError, Message

Tie = tuple[str, str]  # node id, tensor
MOST_FAR = 12  # tensors that do not fit, which are told with the reason


def tie(design: Design, key: str, tensor: str, source: str, of: str) -> Design:
    """Make a node's tensor another node's: drawn there, learnt there, counted once.

    Args:
        design: the design.
        key: the node whose tensor it will be no longer.
        tensor: its name.
        source: the node whose tensor it is.
        of: that tensor's name.

    Raises:
        EditError: there is no such tensor, or the two differ in shape.
    """
    node = node_at(design, key)
    source, of = origin(design.nodes, (node_at(design, source).id, of))
    if (source, of) == (key, tensor):
        raise EditError("{node} has that tensor already.", node=node.called)
    if node.ties.get(tensor) == (source, of):
        return design
    if reason := fault(design.nodes, flow(design), key, tensor, (source, of)):
        raise EditError(reason.template, **reason.values)
    ties = dict(sorted({**node.ties, tensor: (source, of)}.items()))
    init = {name: kept for name, kept in node.init.items() if name != tensor}
    fresh = replace(node, ties=ties, init=init)
    return design.with_graph({**design.nodes, key: fresh})


def untie(design: Design, key: str, tensor: str) -> Design:
    """Give a node a tensor of its own again."""
    node = node_at(design, key)
    if tensor not in node.ties:
        return design
    ties = {name: kept for name, kept in node.ties.items() if name != tensor}
    return design.with_graph({**design.nodes, key: replace(node, ties=ties)})


def origin(nodes: Mapping[str, Node], end: Tie) -> Tie:
    """The tensor that a chain of ties ends at; where it goes round, where it began."""
    start, seen = end, {end}
    while end[0] in nodes and end[1] in nodes[end[0]].ties:
        end = nodes[end[0]].ties[end[1]]
        if end in seen:
            return start
        seen.add(end)
    return end


def fault(
    nodes: Mapping[str, Node],
    found: Mapping[str, Found],
    key: str,
    tensor: str,
    to: Tie,
) -> Message | None:
    """Why a tensor cannot be another's, as far as shapes are known."""
    values = {"node": nodes[key].called, "tensor": tensor, "other": to[1]}
    if to[0] not in nodes or origin(nodes, to)[0] == key:
        return Message(
            "{node}: its {tensor} cannot be shared in a circle or with a node that is "
            "gone.",
            values,
        )
    values["source"] = nodes[to[0]].called
    own, other = _spec(found.get(key), tensor), _spec(found.get(to[0]), to[1])
    for spec, name, whose in (
        (own, tensor, values["node"]),
        (other, to[1], values["source"]),
    ):
        if spec is _MISSING:
            return Message(
                "{whose} has no tensor '{name}' to share.",
                {"whose": whose, "name": name},
            )
    if own is None or other is None or own is _MISSING or other is _MISSING:
        return None
    if own.shape != other.shape:
        return Message(
            "{node}: its {tensor} is {shape}, but {other} of {source} is {theirs}, so "
            "that they cannot be one.",
            {**values, "shape": _shape(own), "theirs": _shape(other)},
        )
    return None


Offer = tuple[Tie, Message | None]  # a tensor, and why it cannot be taken


def offers(
    nodes: Mapping[str, Node], found: Mapping[str, Found], key: str
) -> dict[str, tuple[Offer, ...]]:
    """The tensors that a node's could be instead of its own.

    Args:
        nodes: of the design.
        found: what is known of them.
        key: the node.

    Returns:
        For each tensor that some other would fit, or that is another's now: those that
        fit, then those of its kind and name that do not, each with the reason.
    """
    node, made = nodes[key], dict[str, tuple[Offer, ...]]()
    for own in _learnt(found.get(key)):
        if len(own.shape) < 2 and not node.ties:
            continue  # biases and scales are shared where weights are
        near: list[Offer] = []
        far: list[Offer] = []
        for to, spec in _others(nodes, found, key):
            alike = to[1] == own.name and nodes[to[0]].kind == node.kind
            if spec.shape != own.shape and (not alike or len(far) >= MOST_FAR):
                continue
            reason = fault(nodes, found, key, own.name, to)
            (near if reason is None else far).append((to, reason))
        if near or own.name in node.ties:
            made[own.name] = (*near, *far)
    return made


def _others(
    nodes: Mapping[str, Node], found: Mapping[str, Found], key: str
) -> Iterator[tuple[Tie, TensorSpec]]:
    """The tensors that other nodes of the level have of their own."""
    for other, node in nodes.items():
        if other != key and node.block is None:
            for spec in _learnt(found.get(other)):
                if spec.name not in node.ties:
                    yield (other, spec.name), spec


def sharers(nodes: Mapping[str, Node], key: str) -> tuple[tuple[str, str, str], ...]:
    """Who has tensors of this node: the node, its tensor, and the one that it is."""
    return tuple(
        (other, tensor, of)
        for other, node in nodes.items()
        for tensor, (source, of) in node.ties.items()
        if source == key
    )


def _learnt(found: Found) -> list[TensorSpec]:
    """The tensors that a node could share."""
    if not isinstance(found, Known):
        return []
    return [spec for spec in found.tensors if spec.family != "buffer"]


_MISSING = TensorSpec("", (), "buffer", 0, 0, None)  # type: ignore[arg-type]


def _spec(found: Found, tensor: str) -> TensorSpec | None:
    """The tensor of a node; None while it is not known."""
    if not isinstance(found, Known):
        return None
    specs = (spec for spec in found.tensors if spec.family != "buffer")
    return next((spec for spec in specs if spec.name == tensor), _MISSING)


def _shape(spec: TensorSpec) -> str:
    return "×".join(map(str, spec.shape))
