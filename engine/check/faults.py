"""What is wrong at single nodes and wires: one function per kind of error.

A node that merely waits for another one says nothing: the first error speaks alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Init
from engine.check import loops
from engine.check.resize import Resized, resized
from engine.design import edits, names, ties
from engine.design.evaluate import Known
from engine.design.fitting import coerced_init, refusal
from engine.design.flow import Found
from engine.design.model import Design, Node, Wire
from engine.design.within import UnsoundError, bound
from engine.errors import (
    EngineError,
    Fix,
    Message,
    ParamError,
    Problem,
    Severity,
    ShapeError,
)


@dataclass
class Faults:
    """The errors of a design, and what they make wrong."""

    problems: list[Problem] = field(default_factory=list)
    nodes: frozenset[str] = frozenset()
    wires: frozenset[Wire] = frozenset()


def faults(design: Design, found: Mapping[str, Found]) -> Faults:
    """Every error that belongs to a node or a wire."""
    wrong: set[str] = set()
    dashed: set[Wire] = set()
    problems: list[Problem] = []
    if len(found) < len(design.nodes):
        for loop in loops.loops(design.graph):
            problems.append(_looping(design, loop))
            wrong.update(wire.target for wire in loop)
            dashed.update(loop)
    problems += _misnamed(design)
    incoming = design.graph.incoming
    for key, node in design.nodes.items():
        wires, at = incoming.get(key, {}), found.get(key)
        if isinstance(at, Known):
            if wires.keys() <= at.inputs.keys() and not node.init and not node.ties:
                continue
            own = [*_astray(design, node, wires), *_drawn(node, at)]
            own += _tied(design, node, found)
        elif isinstance(at, UnsoundError):
            own = list(_astray(design, node, wires))  # what is wrong is inside
        else:
            own = [*_astray(design, node, wires), *_at(design, node, at, found)]
            if own:
                wrong.add(key)
        problems += own
        dashed.update(wires[p.port] for p in own if p.port in wires)
    return Faults(problems, frozenset(wrong), frozenset(dashed))


def _error(
    rule: str,
    node: str,
    template: str,
    values: Mapping[str, object],
    fix: Fix | None = None,
    port: str = "",
) -> Problem:
    message = Message(template, values)
    return Problem(Severity.ERROR, rule, node, message, fix, port)


def _looping(design: Design, loop: tuple[Wire, ...]) -> Problem:
    """The error of nodes that feed each other; the wire drawn last is in question."""
    last = max(loop, key=design.wires.index)
    ids = [wire.target for wire in loop]
    return _error(
        "loop",
        last.target,
        "{nodes} feed each other in a loop, so none of them can begin. Take away one "
        "of the wires between them.",
        {"nodes": listed([design.nodes[key].name for key in ids])},
        Fix(
            Message(
                "Take away the wire from '{source}' to '{target}'",
                {
                    "source": design.nodes[last.source].name,
                    "target": design.nodes[last.target].name,
                },
            ),
            partial(edits.disconnect, wires=(last,)),
        ),
        last.input,
    )


def _misnamed(design: Design) -> Iterator[Problem]:
    """Names that cannot be attributes, and names that two nodes have."""
    taken: set[str] = set()
    everyone = names.all_names(design)
    if len(everyone) == len(design.nodes) and not any(map(names.fault, everyone)):
        return
    for key, node in design.nodes.items():
        reason = names.fault(node.name)
        if reason is None and node.name in taken:
            reason = Message(
                "another node is called '{name}' too.", {"name": node.name}
            )
        taken.add(node.name)
        if reason is None:
            continue
        name = names.free(names.cleaned(node.name, node.kind), everyone)
        fix = Fix(
            Message("Rename it to '{name}'", {"name": name}),
            partial(edits.rename, key=key, name=name),
        )
        values = {"node": node.called, "reason": reason}
        yield _error("name", key, "{node}: {reason}", values, fix)


def _at(
    design: Design, node: Node, at: Found, found: Mapping[str, Found]
) -> Iterator[Problem]:
    """Why nothing is known of a node, where that is its own fault."""
    if node.row is None:
        yield _error(
            "unknown-operator",
            node.id,
            "This Fanin does not know the operator '{kind}' of '{name}'. It is kept as "
            "it is: open the design with the Fanin that wrote it, or put another layer "
            "in its place.",
            {"kind": node.kind, "name": node.name},
        )
    elif wrong := bound(node, dict(design.scope.values))[1]:
        for name, error in wrong.items():
            yield _misfit(node, name, error)
    elif isinstance(at, ShapeError):
        yield _shape(design, node, at, found)
    else:
        yield from _unconnected(design, node, found)


def _misfit(node: Node, name: str, error: ParamError) -> Problem:
    """A parameter that the row does not take: from a file, or by its formula."""
    param = node.row.param(name) if node.row else None
    if param is None:
        label = Message("Remove {param}", {"param": name})
    else:
        label = Message(
            "Set {param} to {value}",
            {"param": name, "value": param.format(param.default)},
        )
    return _error(
        "parameter",
        node.id,
        "{node}: {reason}",
        {"node": node.called, "reason": error.message},
        Fix(label, partial(edits.reset_params, ids=(node.id,), params=(name,))),
    )


def _shape(
    design: Design, node: Node, error: ShapeError, found: Mapping[str, Found]
) -> Problem:
    """An operator that cannot take what arrives."""
    wires = design.graph.incoming.get(node.id, {})
    ports = {port.name: port for port in node.inputs}
    port = error.port if error.port in wires else ""
    if error.port in ports and not port:
        port = ports[error.port].follows
    wire = wires.get(port) or next(iter(wires.values()), None)
    source = design.nodes[wire.source].name if wire else node.name
    message = error.message.filled(node=node.called, source=f"'{source}'")
    fix = _parameters_fix(node, error) if error.fix else None
    if not error.fix and len(wires) > 1:
        change = resized(design, node, port, found)
        if change is not None:
            fix = _resize(change)
            message = Message(
                "{reason} {label}.", {"reason": message, "label": fix.label}
            )
    return Problem(Severity.ERROR, "shape", node.id, message, fix, port)


def _resize(change: Resized) -> Fix:
    layer, param, value = change
    return Fix(
        Message(
            "Set {param} of '{layer}' to {value}",
            {"param": param, "layer": layer.name, "value": value},
        ),
        partial(edits.set_params, ids=(layer.id,), values={param: value}),
    )


def _parameters_fix(node: Node, error: ShapeError) -> Fix | None:
    row = node.row
    parts = []
    for name, value in error.fix.items():
        param = row.param(name) if row else None
        if param is None:
            return None
        try:
            parts.append(f"{name} to {param.format(param.coerce(value))}")
        except EngineError:
            return None
    return Fix(
        Message("Set {params}", {"params": ", ".join(parts)}),
        partial(edits.set_params, ids=(node.id,), values=error.fix),
    )


def _unconnected(
    design: Design, node: Node, found: Mapping[str, Found]
) -> Iterator[Problem]:
    """Inputs that need a wire and have none."""
    wires = design.graph.incoming.get(node.id, {})
    bare = [p.name for p in node.inputs if not p.optional and p.name not in wires]
    if not bare:
        return
    where = listed(bare) if len(node.inputs) > 1 else "its input"
    values: dict[str, object] = {"node": node.called, "ports": where}
    source = _candidate(design, node, found)
    if source is None:
        template = "{node} has nothing on {ports}. Drag a wire to it from another node."
        yield _error("unconnected", node.id, template, values, None, bare[0])
        return
    fix = Fix(
        Message("Wire it to '{source}'", {"source": source.name}),
        partial(
            edits.connect,
            wire=Wire(source.id, source.outputs[0].name, node.id, bare[0]),
        ),
    )
    template = "{node} has nothing on {ports}. Drag a wire from '{source}' to it."
    values["source"] = source.name
    yield _error("unconnected", node.id, template, values, fix, bare[0])


def _candidate(design: Design, node: Node, found: Mapping[str, Found]) -> Node | None:
    """The node whose loose end is likely meant: the newest whose shape is known."""
    leaving = design.graph.outgoing
    for key in reversed(tuple(found)):
        other = design.nodes[key]
        if isinstance(found[key], Known) and key not in leaving and other.outputs:
            return other  # it is known and `node` is not, so this makes no loop
    return None


def _astray(design: Design, node: Node, wires: Mapping[str, Wire]) -> Iterator[Problem]:
    """Wires from or to a port that is not there, as an edited file may bring."""
    for wire in wires.values():
        source = design.nodes.get(wire.source)
        lost = ""
        if node.row and wire.input not in node.entries:
            lost, at = wire.input, node
        elif source is not None and source.row and wire.output not in source.exits:
            lost, at = wire.output, source
        if lost:
            yield _error(
                "port",
                node.id,
                "A wire is tied to '{port}' of {node}, which is not there. Take it "
                "away, or drag its end to a port that is.",
                {"port": lost, "node": at.called},
                Fix(
                    Message("Take the wire away"),
                    partial(edits.disconnect, wires=(wire,)),
                ),
                wire.input,
            )


def _drawn(node: Node, at: Known) -> Iterator[Problem]:
    """Initializers that cannot draw the tensor they were chosen for."""
    for tensor, init in node.init.items():
        reason = _undrawable(tensor, init, at)
        if reason is not None:
            yield _error(
                "initializer",
                node.id,
                "{node}: {reason}",
                {
                    "node": node.called,
                    "reason": reason.filled(node=node.called, tensor=tensor),
                },
                Fix(
                    Message("Draw {tensor} by torch's default", {"tensor": tensor}),
                    partial(edits.set_init, ids=(node.id,), tensor=tensor, init=None),
                ),
            )


def _tied(design: Design, node: Node, found: Mapping[str, Found]) -> Iterator[Problem]:
    """Tensors that cannot be another node's."""
    for tensor, to in node.ties.items():
        reason = ties.fault(design.nodes, found, node.id, tensor, to)
        if reason is not None:
            label = Message("Give {tensor} its own numbers", {"tensor": tensor})
            edit = partial(edits.untie, key=node.id, tensor=tensor)
            yield _error(
                "tie", node.id, reason.template, reason.values, Fix(label, edit)
            )


def _undrawable(tensor: str, init: Init, at: Known) -> Message | None:
    if at.inside:
        return Message("a block's layers are drawn as it says inside.")
    row = INITIALIZERS.get(init.kind)
    if row is None:
        return Message(
            "this Fanin does not know the initializer '{kind}' of {tensor}.",
            {"kind": init.kind},
        )
    try:
        coerced_init(init)
    except EngineError as error:
        return error.message
    specs = [
        spec
        for spec in at.tensors
        if spec.family != "buffer" and tensor in (spec.name, spec.family)
    ]
    if not specs:
        return Message("an initializer is chosen for {tensor}, which it does not have.")
    return next(filter(None, (refusal(init, spec) for spec in specs)), None)


def listed(parts: list[str]) -> str:
    """Names as a sentence lists them: 'a', 'b' and 'c'."""
    quoted = [f"'{part}'" for part in parts]
    if len(quoted) > 6:
        quoted = [*quoted[:5], f"{len(quoted) - 5} more"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
