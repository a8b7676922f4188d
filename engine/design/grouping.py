"""Making a block of nodes, and nodes of a block again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import Dim, Sym, Tensor, sample
from engine.catalog.params import NAME, Value
from engine.design import names
from engine.design.annotations import remove_marks
from engine.design.block import KIND, REPEAT, SHARED, Block, BlockParam
from engine.design.blocks import (
    copied,
    nameable_block,
    substituted_params,
    use_at,
    uses,
)
from engine.design.evaluate import Known
from engine.design.expression import is_formula, names_of
from engine.design.fitting import coerced
from engine.design.flow import flow
from engine.design.framing import settle
from engine.design.marks import Frame, shifted, without_members
from engine.design.model import Design, Graph, Look, Node, Wire
from engine.design.nodes import STEP, remove, with_ids
from engine.errors import EditError

PORTS = ("input", "output")
End = tuple[str, str]  # node id and output port


def make_block(design: Design, ids: Iterable[str], name: str) -> Design:
    """Make a named block of nodes and put one use of it in their place.

    Wires that cross the border become ports, and so do open inputs. Inputs and Outputs
    of the design stay outside. The use's id is the result's `newest`.

    Raises:
        EditError: nothing to take in, a name that cannot be, a path that leaves the
            selection and comes back, or a tensor shared across the border.
    """
    nameable_block(design, name)
    nodes = design.nodes
    chosen = {k for k in ids if k in nodes and nodes[k].kind not in PORTS}
    if not chosen:
        raise EditError("Select layers to make a block of; Inputs stay outside.")
    _keeps_together(design, chosen)
    _keeps_ties(design, chosen)
    border = _border(design, chosen)
    count = len(border.entering) + len(border.leaving)
    framed = _framed(design, chosen)
    first = design.last_id + 1
    design = with_ids(design, count + 2)
    ports = [f"n{first + place}" for place in range(count)]
    body = _body(design, chosen, border, ports)
    block = Block(f"b{first + count}", name, *body, _params(design, chosen))
    design = remove_marks(design, framed)
    return _replaced(design, chosen, border, block)


class _Border(NamedTuple):
    """The wires that cross it, by the value they bring: in the order of the ports."""

    entering: Mapping[End, tuple[Wire, ...]]
    leaving: Mapping[End, tuple[Wire, ...]]


def _keeps_together(design: Design, chosen: set[str]) -> None:
    """Refuse nodes between which a path leads outside: a block computes in one go.

    Raises:
        EditError: names a node on such a path.
    """
    outgoing = design.graph.outgoing
    waiting = list(chosen)
    behind: set[str] = set()
    while waiting:
        for wire in outgoing.get(waiting.pop(), ()):
            if wire.target not in behind and wire.target not in chosen:
                behind.add(wire.target)
                waiting.append(wire.target)
    for key in sorted(behind):
        if any(wire.target in chosen for wire in outgoing.get(key, ())):
            raise EditError(
                "These nodes cannot be one block: a path leaves them through {node} "
                "and comes back. Select {node} too.",
                node=design.nodes[key].called,
            )


def _keeps_ties(design: Design, chosen: set[str]) -> None:
    """Refuse a border between two nodes that share a tensor.

    Raises:
        EditError: names both.
    """
    for key, node in design.nodes.items():
        for source, _ in node.ties.values():
            if (key in chosen) != (source in chosen) and source in design.nodes:
                raise EditError(
                    "{node} shares a tensor with {source}: take both into the block, "
                    "or neither.",
                    node=node.called,
                    source=design.nodes[source].called,
                )


def _border(design: Design, chosen: set[str]) -> _Border:
    graph = design.graph
    entering: dict[End, list[Wire]] = {}
    leaving: dict[End, list[Wire]] = {}
    rest = [key for key in graph.nodes if key in chosen and key not in graph.order]
    for key in [*(key for key in graph.order if key in chosen), *rest]:
        node, wires = graph.nodes[key], graph.incoming.get(key, {})
        for port in node.inputs:
            wire = wires.get(port.name)
            if wire and wire.source not in chosen:
                entering.setdefault((wire.source, wire.output), []).append(wire)
            elif wire is None and not port.optional:  # to be wired at the use
                inner = Wire("", "", key, port.name)
                entering["", f"{key}/{port.name}"] = [inner]
        going = graph.outgoing.get(key, ())
        for out in node.outputs:
            for wire in going:
                if wire.output == out.name and wire.target not in chosen:
                    leaving.setdefault((key, out.name), []).append(wire)
        if not going and node.outputs:
            leaving[key, node.outputs[0].name] = []
    return _Border(
        {end: tuple(wires) for end, wires in entering.items()},
        {end: tuple(wires) for end, wires in leaving.items()},
    )


def _body(
    design: Design, chosen: set[str], border: _Border, ports: list[str]
) -> tuple[Graph, Look]:
    """The nodes with Inputs and Outputs where wires crossed the border."""
    nodes = {key: node for key, node in design.nodes.items() if key in chosen}
    spots = design.look.positions
    positions = {key: spot for key, spot in spots.items() if key in chosen}
    wires = [w for w in design.wires if w.source in chosen and w.target in chosen]
    taken = {node.name for node in nodes.values()}
    keys = iter(ports)
    left = min((x for x, _ in positions.values()), default=0.0) - STEP
    right = max((x for x, _ in positions.values()), default=0.0) + STEP
    for end, crossing in border.entering.items():
        key = next(keys)
        name = names.fresh("input", taken)
        nodes[key] = Node(key, "input", name, _sample(design, end))
        taken.add(name)
        positions[key] = (left, positions.get(crossing[0].target, (0.0, 0.0))[1])
        wires += [Wire(key, "output", wire.target, wire.input) for wire in crossing]
    for end in border.leaving:
        key = next(keys)
        name = "output" if "output" not in taken else names.fresh("output", taken)
        nodes[key] = Node(key, "output", name)
        taken.add(name)
        positions[key] = (right, positions.get(end[0], (0.0, 0.0))[1])
        wires.append(Wire(*end, key, "input"))
    docked = design.look.docked
    inner = {k: v for k, v in docked.items() if k in chosen and v in chosen}
    marks = {key: design.look.marks[key] for key in _framed(design, chosen)}
    return Graph(nodes, tuple(wires)), Look(positions, inner, marks)


def _framed(design: Design, chosen: set[str]) -> list[str]:
    """The frames that go into a block with their nodes."""
    return [
        key
        for key, mark in design.look.marks.items()
        if isinstance(mark, Frame) and mark.members and chosen.issuperset(mark.members)
    ]


def _sample(design: Design, end: End) -> Mapping[str, Value]:
    """The parameters of an Input that stands for what came over a wire."""
    known = flow(design).get(end[0])
    if not isinstance(known, Known):
        return {}
    source = design.nodes[end[0]]
    tensor: Tensor | None = known.outputs.get(end[1])
    if tensor is None:
        return {}
    high = {"high": source.params["high"]} if "high" in source.params else {}
    given = {"shape": tuple(map(_plain, tensor.shape)), "dtype": tensor.dtype, **high}
    return dict(sorted(coerced(OPERATORS["input"], given).items()))


def _plain(dim: Dim) -> int | str:
    """A size as a shape can be written: a name, or its sample."""
    text = str(dim)
    if isinstance(dim, Sym) and NAME.match(text) and len(text) <= 24:
        return text
    return max(sample(dim), 1)


def _params(design: Design, chosen: set[str]) -> tuple[BlockParam, ...]:
    """Parameters of the block around that formulas within speak of."""
    wanted = {
        name
        for key in chosen
        for param in design.nodes[key].formulas
        for name in names_of(design.nodes[key].params[param])
    }
    around = design.blocks.get(design.scope.block)
    return tuple(p for p in around.params if p.name in wanted) if around else ()


def _replaced(
    design: Design, chosen: set[str], border: _Border, block: Block
) -> Design:
    """The design with a use of the block in the place of the nodes."""
    spots = [design.look.positions.get(key, (0.0, 0.0)) for key in chosen]
    middle = tuple(sum(axis) / len(spots) for axis in zip(*spots, strict=True))
    entering = dict(zip(border.entering, block.row.inputs, strict=True))  # type: ignore[arg-type]
    leaving = dict(zip(border.leaving, block.leaving, strict=True))
    key = design.newest
    params = {param.name: f"={param.name}" for param in block.params}
    design = replace(design, blocks={**design.blocks, block.id: block})
    design = remove(design, chosen)
    name = names.fresh(names.stem(KIND, block), names.all_names(design))
    use = Node(key, KIND, name, params, block=block)
    wires = [Wire(*end, key, port.name) for end, port in entering.items() if end[0]]
    for end, crossing in border.leaving.items():
        port = leaving[end].port
        wires += [Wire(key, port, wire.target, wire.input) for wire in crossing]
    design = design.with_graph({**design.nodes, key: use}, (*design.wires, *wires))
    positions = {**design.look.positions, key: (middle[0], middle[1])}
    design = replace(design, look=replace(design.look, positions=positions))
    return settle(design, (key,))


def ungroup(design: Design, key: str) -> Design:
    """Put the nodes of a block in the place of one use of it, once for each repeat.

    The definition goes when that was its last use.

    Raises:
        EditError: it is no block; its repeats share their weights; or how often it is
            repeated is a formula.
    """
    node, block = use_at(design, key)
    if any(
        tie[0] == key for other in design.nodes.values() for tie in other.ties.values()
    ):
        raise EditError(
            "{node} shares a tensor with another node; untie it first.",
            node=node.called,
        )
    times = _times(node)
    given = {p.name: node.params.get(p.name, p.default) for p in block.params}
    x, y = design.look.positions.get(key, (0.0, 0.0))
    wires = design.graph.incoming.get(key, {})
    inputs: dict[str, End | None] = {
        port.name: (wires[port.name].source, wires[port.name].output)
        if port.name in wires
        else None
        for port in node.inputs
    }
    outside = design.graph.outgoing.get(key, ())
    results: dict[str, End | None] = {}
    design = remove(design, (key,))
    for place in range(times):
        design, results = _inlined(design, block, given, inputs, (x, y + 120.0 * place))
        if times > 1 and results and inputs:
            inputs = {**inputs, next(iter(inputs)): next(iter(results.values()))}
    onward = [
        Wire(*end, wire.target, wire.input)
        for wire in outside
        if (end := results.get(wire.output)) is not None
    ]
    design = design.with_graph(wires=(*design.wires, *onward))
    if uses(design, block.id):
        return design
    left = {other: kept for other, kept in design.blocks.items() if other != block.id}
    return replace(design, blocks=left)


def _times(node: Node) -> int:
    """How often the body has to be put down.

    Raises:
        EditError: that cannot be said.
    """
    repeat = node.written[REPEAT]
    if is_formula(repeat):
        raise EditError(
            "How often {node} is repeated is set by each use of the block around it; "
            "set repeat to a number first.",
            node=node.called,
        )
    times = int(str(repeat))
    if times > 1 and node.args[SHARED]:
        raise EditError(
            "The repeats of {node} share their weights, which loose nodes cannot. Set "
            "repeat to 1 first.",
            node=node.called,
        )
    return times


def _inlined(
    design: Design,
    block: Block,
    given: Mapping[str, Value],
    inputs: Mapping[str, End | None],
    spot: tuple[float, float],
) -> tuple[Design, dict[str, End | None]]:
    """The design with one copy of a body, and where each of its results comes from."""
    design, graph, look = copied(design, block.graph, block.look)
    fresh = replace(block, graph=graph, look=look)
    entering = {key: inputs.get(graph.nodes[key].name) for key in fresh.entering}
    ends = {key for key, node in graph.nodes.items() if node.kind in PORTS}
    taken = names.all_names(design)
    nodes = dict(design.nodes)
    for key, node in graph.nodes.items():
        if key not in ends:
            name = names.free(node.name, taken)
            taken.add(name)
            params = substituted_params(node, given)
            nodes[key] = replace(node, name=name, params=params)

    def origin(source: str, output: str) -> End | None:
        return entering.get(source, (source, output))

    wires = [
        Wire(*end, wire.target, wire.input)
        for wire in graph.wires
        if wire.target not in ends and (end := origin(wire.source, wire.output))
    ]
    results = {
        end.port: origin(end.source, end.leaving) if end.source else None
        for end in fresh.leaving
    }
    design = design.with_graph(nodes, (*design.wires, *wires))
    return replace(design, look=_beside(design.look, look, ends, spot)), results


def _beside(
    around: Look, look: Look, ends: set[str], spot: tuple[float, float]
) -> Look:
    """A look with that of a body in it, the middle of its nodes at `spot`."""
    inner = {key: at for key, at in look.positions.items() if key not in ends}
    count = max(len(inner), 1)
    x, y = (sum(at[axis] for at in inner.values()) / count for axis in (0, 1))
    dx, dy = spot[0] - x, spot[1] - y
    marks = without_members(look.marks, ends)
    return Look(
        {**around.positions, **{k: (a + dx, b + dy) for k, (a, b) in inner.items()}},
        {**around.docked, **look.docked},
        {**around.marks, **{k: shifted(mark, dx, dy) for k, mark in marks.items()}},
    )
