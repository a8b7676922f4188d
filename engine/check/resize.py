"""Which layer further up, given another size, would make tensors meet again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.catalog.dims import Shape, Tensor
from engine.catalog.params import Value
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.flow import Found, flow
from engine.design.model import Design, Node, Wire
from engine.errors import EngineError, ShapeError

# What a layer calls the size of what it makes; of two that would do, the first.
SIZES = ("out_features", "out_channels", "embedding_dim", "hidden_size", "proj_size")
FURTHEST = 64  # nodes between the error and the layer; further is not what was meant
TRIALS = 24  # designs worked out for one answer


class Resized(NamedTuple):
    """A layer's parameter and the value that would mend it."""

    layer: Node
    param: str
    value: int


def resized(
    design: Design, node: Node, port: str, found: Mapping[str, Found]
) -> Resized | None:
    """What mends a node whose inputs do not match, each known by itself.

    The branch that arrives at fault is tried first, then the others. A change that
    mends this node and makes no other one wrong wins over one that moves the error on.

    Args:
        design: the design.
        node: what is wrong.
        port: the input at fault; "" where all are.
        found: what is known of the design.
    """
    wires = design.graph.incoming.get(node.id, {})
    arriving = {name: _leaving(wire, found) for name, wire in wires.items()}
    ports = sorted(arriving, key=lambda name: name != port)
    second_best: Resized | None = None
    trials = 0
    try:
        for each in _candidates(design, ports, wires, arriving, found):
            if trials == TRIALS:
                break
            trials += 1
            moved = _moved_on(design, node, each, found)
            if moved == 0:
                return each
            if moved is not None and second_best is None:
                second_best = each
    finally:
        if trials:
            flow(design)  # which remembers the latest design asked about
    return second_best


def _candidates(
    design: Design,
    ports: list[str],
    wires: Mapping[str, Wire],
    arriving: Mapping[str, Tensor | None],
    found: Mapping[str, Found],
) -> Iterator[Resized]:
    for port in ports:
        here = arriving[port]
        others = [
            tensor.shape
            for name in ports
            if name != port and (tensor := arriving[name])
        ]
        layer = _maker(design, wires[port].source)
        at = found.get(layer.id) if layer else None
        if layer is None or here is None or not isinstance(at, Known):
            continue
        for param in SIZES:
            now = at.args.get(param)
            if isinstance(now, int) and not isinstance(now, bool):
                for value in _values(now, here.shape, others):
                    yield Resized(layer, param, value)


def _values(now: int, here: Shape, others: list[Shape]) -> Iterator[int]:
    """Sizes worth a try: what the others have, then in proportion (bidirectional)."""
    given = set()
    pairs = [
        (a, b)
        for other in others
        for a, b in zip(reversed(here), reversed(other), strict=False)
        if isinstance(a, int) and isinstance(b, int) and a != b
    ]
    inner = [dim for other in others for dim in other if isinstance(dim, int)]
    near = [b for _, b in pairs]
    scaled = [now * b // a for a, b in pairs if a and now * b % a == 0]
    for value in (*near, *scaled, *inner):
        if value != now and value > 0 and value not in given:
            given.add(value)
            yield value


def _leaving(wire: Wire, found: Mapping[str, Found]) -> Tensor | None:
    source = found.get(wire.source)
    return source.outputs.get(wire.output) if isinstance(source, Known) else None


def _maker(design: Design, key: str) -> Node | None:
    """The nearest layer at or before `key` that says how large its output is."""
    for _ in range(FURTHEST):
        node = design.nodes[key]
        if any(param in SIZES for param in node.args):
            return node
        wires = design.graph.incoming.get(key, {})
        if len(wires) != 1:
            return None
        key = next(iter(wires.values())).source
    return None


def _moved_on(
    design: Design, node: Node, change: Resized, found: Mapping[str, Found]
) -> int | None:
    """How many nodes the change makes wrong; None if `node` stays so, or one breaks."""
    values: dict[str, Value] = {change.param: change.value}
    try:
        after = flow(edits.set_params(design, (change.layer.id,), values))
    except EngineError:
        return None
    if not isinstance(after.get(node.id), Known):
        return None
    moved = 0
    for key, at in after.items():
        was = found.get(key)
        if not isinstance(at, Known) and isinstance(was, Known):
            return None
        moved += isinstance(at, ShapeError) and not isinstance(was, ShapeError)
    return moved
