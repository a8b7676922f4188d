"""Whether two designs say the same: ids, looks and what has no effect aside.

Leaves out what changes nothing: a choice that is what would be chosen anyway, a mark
on what it does not touch, a wire that an open port would follow by itself, the sample
of a size that no Input has, a definition that nothing uses, a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init, TensorSpec
from engine.check.check import Checked, check
from engine.check.walk import walk
from engine.design.block import REPEAT, SHARED, Block
from engine.design.expression import formulas, tidy
from engine.design.fitting import chosen_init
from engine.design.flow import UNSET
from engine.design.model import Design, Graph, Node, by_age
from engine.design.ties import origin

Specs = Mapping[tuple[str, str], tuple[TensorSpec, ...]]


def alike(one: Design, other: Design) -> bool:
    """Whether two designs are the same network with the same settings."""
    return bool(meaning(one) == meaning(other))


def meaning(design: Design) -> Any:
    """What a design says, as nested plain values that can be compared."""
    checked = check(design)
    settings, specs = design.settings, _specs(checked)
    used = _symbols(design.graph)
    symbols = {name: settings.symbols.get(name, UNSET) for name in used}
    return {
        "graph": _graph(design.graph, "", specs),
        "blocks": {
            block.name: _block(block, specs) for block in _used(design.graph)
        },
        "notes": design.notes,
        "settings": (
            settings.seed, symbols, settings.dtype, settings.mode, settings.device
        ),
    }  # fmt: skip


def _specs(checked: Checked) -> Specs:
    """(id of the block around it, node) -> its tensors, as of the first use."""
    found: dict[tuple[str, str], tuple[TensorSpec, ...]] = {}
    blocks = {
        key: block.id
        for block in _used(checked.design.graph)
        for key in block.graph.nodes
    }
    for at in walk(checked):
        found.setdefault((blocks.get(at.node.id, ""), at.node.id), at.known.tensors)
    return found


def _used(graph: Graph) -> list[Block]:
    found: dict[str, Block] = {}
    waiting = [graph]
    while waiting:
        for node in waiting.pop().nodes.values():
            if node.block and node.block.id not in found:
                found[node.block.id] = node.block
                waiting.append(node.block.graph)
    return list(found.values())


def _symbols(graph: Graph) -> set[str]:
    """The sizes that Inputs name."""
    inputs = (node for node in graph.nodes.values() if node.kind == "input")
    parts = (part for node in inputs for part in node.args["shape"])  # type: ignore[union-attr]
    return {part for part in parts if isinstance(part, str)}


def _block(block: Block, specs: Specs) -> Any:
    return (block.params, block.notes, _graph(block.graph, block.id, specs))


def _graph(graph: Graph, block: str, specs: Specs) -> Any:
    nodes = graph.nodes
    return {
        "nodes": {
            node.name: _node(node, nodes, specs.get((block, key), ()))
            for key, node in nodes.items()
        },
        "wires": sorted(_wires(graph)),
        "ends": [
            nodes[key].name
            for kind in ("input", "output")
            for key in sorted(nodes, key=by_age)
            if nodes[key].kind == kind
        ],
    }


def _wires(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    """The wires by names, without those that say what an open port would do."""
    for wire in graph.wires:
        source, target = graph.nodes[wire.source], graph.nodes[wire.target]
        ports = {port.name: port for port in target.inputs}
        entering, port = graph.incoming[wire.target], ports.get(wire.input)
        port = ports.get(port.follows) if port else None
        while port and port.name not in entering:
            port = ports.get(port.follows)
        if port is None or entering[port.name][:2] != wire[:2]:
            yield source.name, wire.output, target.name, wire.input


def _node(node: Node, nodes: Mapping[str, Node], specs: tuple[TensorSpec, ...]) -> Any:
    params = dict(node.params)
    if node.block and params.get(REPEAT, 1) == 1 and not params.get(SHARED):
        params.pop(REPEAT, None)
    own = [spec for spec in specs if spec.name not in node.ties]
    learned = any(spec.family != "buffer" for spec in own)
    ties = {name: origin(nodes, (node.id, name)) for name in node.ties}
    return (
        node.kind,
        node.block.name if node.block else "",
        {name: tidy(v) if any(formulas(v)) else v for name, v in params.items()},
        {} if node.block else dict(_inits(node, own)),
        {name: (nodes[key].name, tensor) for name, (key, tensor) in ties.items()},
        node.frozen and learned,
    )


def _inits(node: Node, specs: list[TensorSpec]) -> Iterator[tuple[str, Any]]:
    """Tensor -> what draws it, where that is not torch's own way."""
    for spec in specs:
        chosen, usual = _whole(chosen_init(node, spec)), _whole(spec.default)
        if chosen not in (usual, _whole(Init("default"))):
            yield spec.name, chosen


def _whole(init: Init) -> tuple[str, Any]:
    row = INITIALIZERS.get(init.kind)
    return init.kind, row.complete(init.params) if row else init.params
