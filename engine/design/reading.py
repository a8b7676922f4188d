"""Raw JSON to a `Design`, refusing with a reason whatever is not one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.dims import FLOATS
from engine.catalog.params import LARGEST, NAME, Param, Value
from engine.catalog.spec import Init, Operator
from engine.design import names
from engine.design.block import KIND, OWN, Block, BlockParam
from engine.design.model import (
    DEVICES,
    LAST_ID,
    MODES,
    Design,
    Graph,
    Look,
    Node,
    Settings,
    Wire,
)
from engine.design.reading_marks import MARKS, marks_of
from engine.design.strictly import (
    UnreadableError,
    count_of,
    dict_of,
    list_of,
    only,
    text_of,
)
from engine.errors import ParamError

DEEPEST = 16  # lists in lists; no parameter needs more than three
_TEXT = frozenset({str})
_REAL = frozenset({int, float})
_NO_WIRE = Wire(*(None,) * 4)  # type: ignore[arg-type]  # refused as any other
Seen = dict[tuple[str, str], Mapping[str, Value]]
ID = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
BLOCK_ID = re.compile(r"b[0-9]{1,31}\Z")
NODE = frozenset(
    ("id", "kind", "name", "params", "init", "label", "frozen", "at", "dock")
) | {"block", "ties", "muted"}
KNOWN = (
    "format", "version", "last_id", "notes", "seed", "symbols", "dtype", "mode",
    "device", "weights", "muted", "blocks", "nodes", "wires", *MARKS,
)  # fmt: skip
DEEPEST_BLOCK = 32  # within each other; see bodies.DEEPEST


def design_of(raw: Mapping[str, object]) -> Design:
    """The design that a file of the newest version holds.

    Raises:
        UnreadableError: something in it is not as the format has it.
    """
    only(raw, KNOWN, "the file")
    ids: set[str] = set()
    blocks = definitions(list_of(raw, "blocks"), ids)
    graph, look = graph_of(raw, blocks, ids)
    return Design(
        graph,
        look,
        Settings(
            count_of(raw, "seed", 0, 2**63 - 1, 0),
            _symbols(raw),
            _one_of(raw, "dtype", FLOATS, Settings.dtype),
            _one_of(raw, "mode", MODES, Settings.mode),
            _one_of(raw, "device", DEVICES, Settings.device),
            text_of(raw, "weights", "the file", ""),
            _muted(raw),
        ),
        max([count_of(raw, "last_id", 0, LAST_ID, 0), *map(_taken, ids)]),
        text_of(raw, "notes", "the file", ""),
        blocks,
    )


def graph_of(
    raw: Mapping[str, object], blocks: Mapping[str, Block], ids: set[str]
) -> tuple[Graph, Look]:
    """The nodes and wires of a design or of a block's body.

    Args:
        raw: what holds them.
        blocks: the definitions that a node may be a use of.
        ids: those that are taken; the ids read are added.

    Raises:
        UnreadableError: something in it is not as the format has it.
    """
    nodes: dict[str, Node] = {}
    positions: dict[str, tuple[float, float]] = {}
    docked: dict[str, str] = {}
    seen: Seen = {}
    for row in list_of(raw, "nodes"):
        if not isinstance(row, dict):
            raise UnreadableError("a node is not written as one")
        node = node_of(row, blocks, seen)
        if node.id in ids:
            raise UnreadableError("two nodes have the id {id}", id=node.id)
        ids.add(node.id)
        nodes[node.id] = node
        if "at" in row:
            positions[node.id] = _spot(row["at"], node.id)
        if "dock" in row:
            docked[node.id] = text_of(row, "dock", f"node {node.id}")
    for key, layer in docked.items():
        if layer not in nodes:
            raise UnreadableError(
                "node {id} is docked to a node that is not there", id=key
            )
    wires = wires_of(list_of(raw, "wires"), nodes)
    return Graph(nodes, wires), Look(positions, docked, marks_of(raw, nodes, ids))


def definitions(rows: list[object], ids: set[str]) -> dict[str, Block]:
    """The blocks, each read when the first that uses it asks for it.

    Raises:
        UnreadableError: one is malformed, stands twice, or within itself.
    """
    waiting: dict[str, Mapping[str, object]] = {}
    for row in rows:
        key = row.get("id") if isinstance(row, dict) else None
        if (
            not isinstance(key, str)
            or not BLOCK_ID.match(key)
            or not isinstance(row, dict)
        ):
            raise UnreadableError("a block has no proper id")
        if key in waiting or number_of(key) > LAST_ID:
            raise UnreadableError("two blocks have the id {id}", id=key)
        waiting[key] = row
    done: dict[str, Block] = {}
    for key in waiting:
        _define(key, waiting, done, ids, ())
    if len({block.name for block in done.values()}) < len(done):
        raise UnreadableError("two blocks have one name")
    ids.update(done)
    return {key: done[key] for key in waiting}


def _define(
    key: str,
    waiting: Mapping[str, Mapping[str, object]],
    done: dict[str, Block],
    ids: set[str],
    around: tuple[str, ...],
) -> None:
    """Read a block, those it uses before it."""
    if key in done:
        return
    if key in around or len(around) >= DEEPEST_BLOCK:
        raise UnreadableError("block {id} stands within itself, or too deep", id=key)
    row, where = waiting[key], f"block {key}"
    for node in list_of(row, "nodes"):
        inner = node.get("block") if isinstance(node, dict) else None
        if isinstance(inner, str) and inner in waiting:
            _define(inner, waiting, done, ids, (*around, key))
    only(row, ("id", "name", "params", "notes", "nodes", "wires", *MARKS), where)
    name = text_of(row, "name", where)
    if names.fault(name):
        raise UnreadableError("{where} has no proper name", where=where)
    graph, look = graph_of(row, done, ids)
    params = tuple(_block_param(part, where) for part in list_of(row, "params"))
    if len({param.name for param in params}) < len(params):
        raise UnreadableError("two parameters of {where} have one name", where=where)
    notes = text_of(row, "notes", where, "")
    done[key] = Block(key, name, graph, look, params, notes)


def _block_param(raw: object, where: str) -> BlockParam:
    if not isinstance(raw, dict):
        raise UnreadableError(
            "a parameter of {where} is not written as one", where=where
        )
    only(raw, ("name", "default", "low", "doc"), f"a parameter of {where}")
    name = text_of(raw, "name", where)
    if names.fault(name) or name in OWN:
        raise UnreadableError("a parameter of {where} has no proper name", where=where)
    low = count_of(raw, "low", -LARGEST, LARGEST, 1)
    default = count_of(raw, "default", low, LARGEST)
    return BlockParam(name, default, low, text_of(raw, "doc", where, ""))


def node_of(row: Mapping[str, object], blocks: Mapping[str, Block], seen: Seen) -> Node:
    """One node.

    Args:
        row: as the file has it.
        blocks: the definitions that it may be a use of.
        seen: the parameters of the nodes before it.

    Raises:
        UnreadableError: it is not as the format has it.
    """
    key = row.get("id")
    if not isinstance(key, str) or not ID.match(key) or number_of(key) > LAST_ID:
        raise UnreadableError("a node has no proper id")
    where = f"node {key}"
    if not row.keys() <= NODE:
        only(row, tuple(NODE), where)
    kind = text_of(row, "kind", where)
    block = _used(row, kind, blocks, where) if "block" in row else None
    given = dict_of(row, "params", where)
    known = block.row if block else OPERATORS.get(kind)
    params = _remembered(block or kind, known, given, where, seen) if given else {}
    chosen = dict_of(row, "init", where) if "init" in row else {}
    init = {tensor: _init(given, where) for tensor, given in sorted(chosen.items())}
    label = text_of(row, "label", where, "")
    frozen = row.get("frozen", False)
    if not isinstance(frozen, bool):
        raise UnreadableError("'frozen' of {where} is not true or false", where=where)
    tied = dict_of(row, "ties", where) if "ties" in row else {}
    ties = {name: _tie(tie, where) for name, tie in tied.items()}
    name = text_of(row, "name", where)
    muted = _muted(row) if "muted" in row else ()
    return Node(key, kind, name, params, init, label, block, ties, frozen, muted)


def _used(
    row: Mapping[str, object], kind: str, blocks: Mapping[str, Block], where: str
) -> Block:
    block = blocks.get(text_of(row, "block", where))
    if block is None or kind != KIND:
        raise UnreadableError("{where} uses a block that is not there", where=where)
    return block


def _tie(raw: object, where: str) -> tuple[str, str]:
    if isinstance(raw, list) and len(raw) == 2:
        source, tensor = raw
        if isinstance(source, str) and isinstance(tensor, str):
            return source, tensor
    raise UnreadableError("a tie of {where} is not written as one", where=where)


def wires_of(rows: list[object], nodes: Mapping[str, Node]) -> tuple[Wire, ...]:
    """The wires, in the order of the file.

    Raises:
        UnreadableError: one is malformed, leads nowhere, or shares an input.
    """
    wires: dict[tuple[str, str], Wire] = {}
    for row in rows:
        wire = Wire(*row) if isinstance(row, list) and len(row) == 4 else _NO_WIRE
        if not set(map(type, wire)) <= _TEXT:
            raise UnreadableError("a wire is not written as one")
        for key in (wire.source, wire.target):
            if key not in nodes:
                raise UnreadableError(
                    "a wire leads to {id}, which is not there", id=key
                )
        if (wire.target, wire.input) in wires:
            raise UnreadableError(
                "two wires lead to the input '{port}' of node {id}",
                port=wire.input,
                id=wire.target,
            )
        wires[wire.target, wire.input] = wire
    return tuple(wires.values())


def _remembered(
    of: Block | str,
    row: Operator | None,
    raw: Mapping[str, object],
    where: str,
    seen: Seen,
) -> Mapping[str, Value]:
    """Parameters; nodes of one kind that are written alike share them."""
    key = (of if isinstance(of, str) else of.id), repr(raw)
    found = seen.get(key)
    if found is None:
        found = seen[key] = _params(row, raw, where)
    return found


def _params(
    row: Operator | None, raw: Mapping[str, object], where: str
) -> dict[str, Value]:
    """Parameters as their row keeps them; what does not fit is kept as it came."""
    if row is None:
        return {name: _value(raw[name], where, objects=True) for name in raw}
    params: dict[str, Value] = {}
    for name in sorted(raw):
        param = row.param(name)
        value = _kept(param, _value(raw[name], where))
        if param is None or not _same(param.default, value):
            params[name] = value
    return params


def _kept(param: Param | None, value: Value) -> Value:
    if param is None:
        return value
    try:
        return param.coerce(value)
    except ParamError:
        return value


def _init(raw: object, where: str) -> Init:
    if not isinstance(raw, dict):
        raise UnreadableError(
            "an initializer of {where} is not written as one", where=where
        )
    only(raw, ("kind", "params"), f"an initializer of {where}")
    kind = text_of(raw, "kind", f"an initializer of {where}")
    row = INITIALIZERS.get(kind)
    kept = []
    for name, given in sorted(dict_of(raw, "params", where).items()):
        value = _value(given, where)
        param = row.param(name) if row else None
        value = _kept(param, value)
        if param is None or not _same(param.default, value):
            kept.append((name, value))
    return Init(kind, tuple(kept))


def _value(raw: object, where: str, depth: int = 0, *, objects: bool = False) -> Value:
    """A JSON value with tuples for lists; objects only where they are kept unread."""
    if depth > DEEPEST:
        raise UnreadableError("{where} nests too deeply", where=where)
    if isinstance(raw, list):
        return tuple(_value(part, where, depth + 1, objects=objects) for part in raw)
    if isinstance(raw, dict):
        if not objects:
            raise UnreadableError("a value of {where} is an object", where=where)
        return {  # type: ignore[return-value]  # never read, only written back
            name: _value(part, where, depth + 1, objects=True)
            for name, part in raw.items()
        }
    return raw  # type: ignore[return-value]  # JSON has nothing else


def _same(default: Value, value: Value) -> bool:
    return type(default) is type(value) and default == value


def _muted(raw: Mapping[str, object]) -> tuple[str, ...]:
    """Names of rules; one that this version does not know is kept as it came."""
    found = list_of(raw, "muted")
    rules = {name for name in found if isinstance(name, str) and len(name) <= 64}
    if len(rules) < len(found):
        raise UnreadableError("its 'muted' is no list of different names")
    return tuple(sorted(rules))


def _symbols(raw: Mapping[str, object]) -> dict[str, int]:
    if "symbols" not in raw:
        return dict(Settings().symbols)
    found = dict_of(raw, "symbols", "the file")
    for name in found:
        if not NAME.match(name) or len(name) > 24:
            raise UnreadableError("'{name}' is no name for a size", name=name[:40])
    return {name: count_of(found, name, 1, LARGEST) for name in sorted(found)}


def _spot(raw: object, key: str) -> tuple[float, float]:
    if isinstance(raw, list) and len(raw) == 2:
        x, y = raw
        if type(x) in _REAL and type(y) in _REAL and abs(x) <= 1e7 and abs(y) <= 1e7:
            return float(x), float(y)
    raise UnreadableError("node {id} has no proper place", id=key)


def number_of(key: str) -> int:
    """The number in an id such as n12 or b3; 0 for one that no edit would give."""
    digits = key[1:]
    if key[:1] not in ("n", "b") or not (digits.isascii() and digits.isdigit()):
        return 0
    return int(digits)


def _taken(key: str) -> int:
    """The number that no fresh id may have, of a node, block or mark, because of it."""
    number = number_of(f"n{key[1:]}") if key[0] in "nbfc" else 0
    return number if number <= LAST_ID else 0


def _one_of(
    raw: Mapping[str, object], key: str, known: tuple[str, ...], default: str
) -> str:
    found = raw.get(key, default)
    if isinstance(found, str) and found in known:
        return found
    raise UnreadableError(
        "its '{key}' is none of {known}", key=key, known=", ".join(known)
    )
