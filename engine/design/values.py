"""Edits of what a node holds: parameters, initializers, kind; and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.catalog.dims import FLOATS
from engine.catalog.params import LARGEST, NAME, Value
from engine.catalog.spec import Init, Operator, Port, no_tensors
from engine.design import names
from engine.design.block import KIND
from engine.design.evaluate import Known
from engine.design.fitting import coerced, coerced_init, node_at, refusal, row_of
from engine.design.flow import Found, flow
from engine.design.model import DEVICES, MODES, Design, Node, Wire
from engine.errors import EditError, Message, ParamError


def set_params(
    design: Design, ids: Iterable[str], values: Mapping[str, Value]
) -> Design:
    """Give parameters of one or several nodes other values.

    Wires on ports that the new values do away with are dropped.

    Raises:
        EditError: a node does not have such a parameter.
        ParamError: a value does not fit.
    """
    changed = []
    for key in ids:
        node, row = _known_kind(design, key)
        params = {k: v for k, v in node.params.items() if k not in values}
        params.update(coerced(row, values, design.scope))
        changed.append(replace(node, params=dict(sorted(params.items()))))
    return _changed(design, changed)


def reset_params(design: Design, ids: Iterable[str], params: Iterable[str]) -> Design:
    """Give parameters their defaults again, and drop those a node should not have."""
    dropped = set(params)
    changed = []
    for key in ids:
        node, _ = _known_kind(design, key)
        kept = {k: v for k, v in node.params.items() if k not in dropped}
        changed.append(replace(node, params=kept))
    return _changed(design, changed)


def set_init(
    design: Design, ids: Iterable[str], tensor: str, init: Init | None
) -> Design:
    """Choose what draws a tensor, or a family of them; None is torch's default.

    Raises:
        EditError: a node has no such tensor, or the initializer does not fit it.
        ParamError: a value of the initializer does not fit.
    """
    init = coerced_init(init) if init is not None else None
    found = flow(design)
    changed = []
    for key in ids:
        node, row = _known_kind(design, key)
        choice = {name: kept for name, kept in node.init.items() if name != tensor}
        if init is not None:
            choice[tensor] = init
            _fits(node, row, tensor, init, found.get(key))
        changed.append(replace(node, init=dict(sorted(choice.items()))))
    return _changed(design, changed)


def set_frozen(design: Design, ids: Iterable[str], frozen: bool) -> Design:
    """Keep what nodes have learned as it is, or let them learn again.

    Nodes without anything to learn are passed over.

    Raises:
        EditError: none of the nodes has anything to learn.
    """
    nodes = [node_at(design, key) for key in ids]
    able = [node for node in nodes if _learns(node) or node.frozen]
    if nodes and not able:
        raise EditError(
            "{node} has nothing to learn, so there is nothing to freeze.",
            node=nodes[0].called,
        )
    return _changed(design, [replace(node, frozen=frozen) for node in able])


def replace_kind(design: Design, key: str, kind: str) -> Design:
    """Make a node another operator; it keeps what both have.

    Wires stay on ports of the same position, parameters and initializers where the
    new kind has them, the name unless it was a default one.

    Raises:
        EditError: an unknown kind.
    """
    node, row = node_at(design, key), row_of(kind)
    if node.kind == kind:
        return design
    name = node.name
    if names.by_default(node):
        name = names.fresh(kind, names.all_names(design) - {name})
    kept = {k: v for k, v in node.params.items() if _takes(row, k, v, design)}
    frozen = node.frozen and row.tensors is not no_tensors
    fresh = replace(
        node,
        kind=kind,
        name=name,
        params=kept,
        init={},
        frozen=frozen,
        block=None,
        ties={},
    )
    wires = _rewired(design.wires, node, fresh)
    design = design.with_graph({**design.nodes, key: fresh}, wires)
    if node.init:
        found = flow(design).get(key)
        choice = {k: v for k, v in node.init.items() if not _unfit(row, k, v, found)}
        fresh = replace(fresh, init=choice)
        design = design.with_graph({**design.nodes, key: fresh})
    if key in design.look.docked and row.role != "activation":
        docked = {k: v for k, v in design.look.docked.items() if k != key}
        design = replace(design, look=replace(design.look, docked=docked))
    return design


def set_seed(design: Design, seed: int) -> Design:
    """Draw every tensor from another seed.

    Raises:
        EditError: it is no whole number from 0 to 2**63 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise EditError("The seed is a whole number from 0 to 2**63 - 1.")
    if seed == design.settings.seed:
        return design
    return replace(design, settings=replace(design.settings, seed=seed))


def set_symbol(design: Design, name: str, value: int | None) -> Design:
    """Give a symbol such as N another sample value; None forgets it.

    Raises:
        EditError: it is no name, or no whole number from 1.
    """
    if not NAME.match(name) or len(name) > 24:
        raise EditError(
            "'{name}' is no name for a size: use one like N or T.", name=name
        )
    symbols = {k: v for k, v in design.settings.symbols.items() if k != name}
    if value is not None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise EditError("{name} stands for a whole number.", name=name)
        if not 1 <= value <= LARGEST:
            raise EditError(
                "{name} stands for a whole number from 1 to {most}.",
                name=name,
                most=LARGEST,
            )
        symbols[name] = value
    if symbols == design.settings.symbols:
        return design
    symbols = dict(sorted(symbols.items()))
    return replace(design, settings=replace(design.settings, symbols=symbols))


def set_dtype(design: Design, dtype: str) -> Design:
    """Compute in another kind of real numbers, wherever no node says another.

    Raises:
        EditError: no such kind.
    """
    return _set(design, "dtype", dtype, FLOATS)


def set_mode(design: Design, mode: str) -> Design:
    """Measure the network as it trains, or as it is used.

    Raises:
        EditError: neither "train" nor "eval".
    """
    return _set(design, "mode", mode, MODES)


def set_device(design: Design, device: str) -> Design:
    """Run the network elsewhere.

    Raises:
        EditError: no such device.
    """
    return _set(design, "device", device, DEVICES)


def set_weights(design: Design, path: str) -> Design:
    """Take tensors from a .safetensors file where they fit; "" draws them all again.

    Raises:
        EditError: the path ends in something else.
    """
    if path and not path.lower().endswith(".safetensors"):
        raise EditError("Weights are read from .safetensors files alone.")
    if path == design.settings.weights:
        return design
    return replace(design, settings=replace(design.settings, weights=path))


def mute(design: Design, rule: str, node: str = "") -> Design:
    """Have a rule of the advisor say nothing more of a node, or of the whole design.

    Raises:
        EditError: there is no such node.
    """
    if node:
        found = node_at(design, node)
        muted = tuple(sorted({*found.muted, rule}))
        return _changed(design, [replace(found, muted=muted)])
    return _muting(design, tuple(sorted({*design.settings.muted, rule})))


def unmute(design: Design, rule: str, node: str = "") -> Design:
    """Let a rule speak again of a node, or of the whole design.

    Raises:
        EditError: there is no such node.
    """
    if node:
        found = node_at(design, node)
        muted = tuple(name for name in found.muted if name != rule)
        return _changed(design, [replace(found, muted=muted)])
    kept = tuple(name for name in design.settings.muted if name != rule)
    return _muting(design, kept)


def _muting(design: Design, muted: tuple[str, ...]) -> Design:
    if muted == design.settings.muted:
        return design
    return replace(design, settings=replace(design.settings, muted=muted))


def _set(design: Design, name: str, value: str, known: tuple[str, ...]) -> Design:
    if value not in known:
        raise EditError(
            "The {name} is one of {known}.", name=name, known=", ".join(known)
        )
    if value == getattr(design.settings, name):
        return design
    settings = replace(design.settings, **{name: value})  # type: ignore[arg-type]
    return replace(design, settings=settings)


def _learns(node: Node) -> bool:
    return node.row is not None and node.row.tensors is not no_tensors


def _known_kind(design: Design, key: str) -> tuple[Node, Operator]:
    node = node_at(design, key)
    if node.row is None:
        raise EditError(
            "This Fanin does not know the operator of {node}; it is kept as it is.",
            node=node.called,
        )
    return node, node.row


def _changed(design: Design, changed: Iterable[Node]) -> Design:
    """The design with these nodes, without the wires on ports they no longer have."""
    fresh = {n.id: n for n in changed if n != design.nodes[n.id]}
    if not fresh:
        return design
    dropped = {
        wire
        for key, node in fresh.items()
        for wire in (
            *design.graph.outgoing.get(key, ()),
            *design.graph.incoming.get(key, {}).values(),
        )
        if _lost(wire, design.nodes[key], node)
    }
    wires = tuple(w for w in design.wires if w not in dropped) if dropped else None
    return design.with_graph({**design.nodes, **fresh}, wires)


def _lost(wire: Wire, before: Node, after: Node) -> bool:
    """Whether the wire's port went away with this change."""
    if wire.source == after.id:
        old, new, port = before.outputs, after.outputs, wire.output
    else:
        old, new, port = before.inputs, after.inputs, wire.input
    return port in _names(old) and port not in _names(new)


def _rewired(wires: Iterable[Wire], before: Node, after: Node) -> tuple[Wire, ...]:
    """The wires on `after`, on ports of the same position; the others as they are."""
    entering = dict(zip(_names(before.inputs), _names(after.inputs), strict=False))
    leaving = dict(zip(_names(before.outputs), _names(after.outputs), strict=False))
    kept = []
    for wire in wires:
        source, output, target, port = wire
        if source == after.id:
            output = leaving.get(output, "")
        if target == after.id:
            port = entering.get(port, "")
        if output and port:
            same = (output, port) == (wire.output, wire.input)
            kept.append(wire if same else Wire(source, output, target, port))
    return tuple(kept)


def _names(ports: Iterable[Port]) -> list[str]:
    return [port.name for port in ports]


def _takes(row: Operator, name: str, value: Value, design: Design) -> bool:
    try:
        coerced(row, {name: value}, design.scope)
    except (EditError, ParamError):
        return False
    return True


def _fits(node: Node, row: Operator, tensor: str, init: Init, found: Found) -> None:
    """Refuse an initializer that cannot draw the tensor.

    Raises:
        EditError: says why.
    """
    if reason := _unfit(row, tensor, init, found):
        refused = reason.filled(node=node.called, tensor=tensor)
        raise EditError(refused.template, **refused.values)


def _unfit(row: Operator, tensor: str, init: Init, found: Found) -> Message | None:
    """Why `init` cannot be chosen for the tensor, as far as shapes are known."""
    if row.kind == KIND:
        return Message(
            "{node} is a block: look inside it to choose what draws its layers.",
            {"node": row.title},
        )
    if row.tensors is no_tensors:
        return Message("{node} has no numbers to draw.", {"node": row.title})
    if not isinstance(found, Known):
        return None
    specs = [
        spec
        for spec in found.tensors
        if spec.family != "buffer" and tensor in (spec.name, spec.family)
    ]
    if not specs:
        return Message(
            "{node} has no tensor '{tensor}' to draw.",
            {"node": row.title, "tensor": tensor},
        )
    return next(filter(None, (refusal(init, spec) for spec in specs)), None)
