"""Another initializer and activation throughout a network, or in a part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.catalog.spec import Activation, Init
from engine.design.bodies import inside
from engine.design.flow import flow
from engine.design.model import Design
from engine.design.values import replace_kind, set_init

DEFAULT = "default"


def tried(
    design: Design,
    initializer: Init | None,
    activation: str,
    ids: Collection[str] = (),
) -> Design:
    """The design with this initializer on its weights and this hidden activation.

    Weights are those of two axes and more; activations are the elementwise ones whose
    output goes on to another layer, so that a network's last one stays.

    Args:
        design: the whole, or the body of a block.
        initializer: of the weights; None leaves them as they are.
        activation: kind; "" leaves them as they are.
        ids: only these nodes; without any, all of them, those within blocks too.

    Raises:
        EditError: the initializer does not fit a tensor.
    """
    design = _tried(design, initializer, activation, ids)
    for key in () if ids else tuple(design.blocks):
        design = inside(design, key, _tried, initializer, activation, ())
    return design


def _tried(
    design: Design, initializer: Init | None, activation: str, ids: Collection[str]
) -> Design:
    chosen = [key for key in design.nodes if not ids or key in ids]
    if activation:
        for key in _hidden(design, chosen):
            design = replace_kind(design, key, activation)
    if initializer is not None:
        init = None if initializer.kind == DEFAULT else initializer
        for key in list(_weighted(design, chosen)):
            design = set_init(design, [key], "weight", init)
    return design


def weighted(design: Design, ids: Collection[str] = ()) -> tuple[str, ...]:
    """The nodes whose weights a trial draws anew, of a graph by itself."""
    return tuple(_weighted(design, [k for k in design.nodes if not ids or k in ids]))


def _weighted(design: Design, ids: Collection[str]) -> Iterator[str]:
    found = flow(design)
    for key in ids:
        node = design.nodes[key]
        row = node.row
        if row is None or row.role != "layer" or node.block or "weight" in node.ties:
            continue
        tensors = getattr(found.get(key), "tensors", ())
        if any(s.family == "weight" and len(s.shape) > 1 for s in tensors):
            yield key


def _hidden(design: Design, ids: Collection[str]) -> Iterator[str]:
    """The elementwise activations behind which another layer stands."""
    outgoing = design.graph.outgoing
    for key in ids:
        row = design.nodes[key].row
        if not isinstance(row, Activation) or row.over:
            continue
        after = [design.nodes[wire.target].row for wire in outgoing.get(key, ())]
        within = design.scope.block and after  # what follows a block is not known here
        if any(one and one.role in ("layer", "operation") for one in after) or within:
            yield key
