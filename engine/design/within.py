"""A node where it stands: its formulas resolved, its block's body worked out.

A body is worked out on what arrives at its use, once for each repeat. What one pass
gives is remembered on the block, so that alike uses and repeats share one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import Dim, Tensor, symbol
from engine.catalog.params import Dims, Value
from engine.catalog.spec import Args, Inputs, TensorSpec
from engine.design.block import REPEAT, SHARED, Block
from engine.design.evaluate import Arriving, Key, Known, accept, evaluate
from engine.design.expression import filled
from engine.design.fitting import chosen_init
from engine.design.model import Node, Scope, Settings, Wire
from engine.errors import ParamError, ShapeError

REAL = "float32"  # what real numbers are where nobody says otherwise
UNSET = 8  # the sample of a symbol that the settings do not name
MOST = 200_000  # nodes that a block may unfold into
KEPT = 256  # passes remembered on a block

Found = Known | ShapeError | None  # None: what it needs is not known


@dataclass(eq=False)
class Pass:
    """One run of a body on given inputs.

    Args:
        block: whose body.
        scope: the values and inputs it ran with.
        symbols: sample value of each symbol.
        dtype: of real numbers where nobody says another.
        found: what is known at its nodes, in order.
        outputs: port -> tensor; None where something inside is not known.
        tensors: of all nodes, by dotted names.
        mult_adds: per sample.
        size: how many nodes it comes to, blocks within it unfolded.
    """

    block: Block
    scope: Scope
    symbols: Mapping[str, int]
    dtype: str
    found: Mapping[str, Found]
    outputs: Mapping[str, Tensor] | None
    tensors: tuple[TensorSpec, ...]
    mult_adds: int
    size: int
    memo: dict[Any, Any] = field(default_factory=dict)  # what others make of it


class Inside(NamedTuple):
    """What is known within a use of a block.

    Args:
        block: its definition.
        passes: one for each repeat; alike ones are the same object.
        shared: whether all repeats have the same weights.
        indexed: whether the repeats have numbers in names and paths: 0.fc.weight.
    """

    block: Block
    passes: tuple[Pass, ...]
    shared: bool
    indexed: bool

    @property
    def modules(self) -> tuple[tuple[str, Pass], ...]:
        """The modules it is made of: the index of each, "" for a single one."""
        if self.indexed:
            return tuple((str(i), one) for i, one in enumerate(self.passes))
        return (("", self.passes[0]),)


class UnsoundError(ShapeError):
    """A use whose body cannot be computed; what is wrong is inside."""

    inside: Inside


class Env(NamedTuple):
    """A scope as nodes ask for it.

    Args:
        values: of the block's parameters.
        given: Input id -> what arrives.
        axes: the sizes that the body can read off its inputs; None for a network,
            whose symbols are its own.
        symbols: sample value of each symbol.
        dtype: of real numbers where nobody says another.
    """

    values: Mapping[str, int]
    given: Mapping[str, Tensor]
    axes: frozenset[str] | None
    symbols: Mapping[str, int]
    dtype: str


def env_of(scope: Scope, symbols: Mapping[str, int], dtype: str = REAL) -> Env:
    """The scope, ready to be asked."""
    given = dict(scope.given)
    axes = frozenset(str(dim) for t in given.values() for dim in t.shape)
    return Env(dict(scope.values), given, axes if given else None, symbols, dtype)


def bound(
    node: Node, values: Mapping[str, int]
) -> tuple[Node, Mapping[str, ParamError]]:
    """The node with numbers in the place of formulas, and what does not fit."""
    if not node.formulas or node.row is None:
        return node, node.misfits
    params, wrong = dict(node.params), dict(node.misfits)
    for name in node.formulas:
        param = node.row.param(name)
        try:
            if param is None:
                raise ParamError("There is no parameter {param}.", param=name)
            params[name] = param.coerce(filled(params[name], values))
        except ParamError as error:
            wrong[name] = error
            del params[name]
    return replace(node, params=params), wrong


def at(
    node: Node, wires: Mapping[str, Wire], found: Mapping[str, Found], env: Env
) -> Found:
    """What is known of a node, from what is known of those before it."""
    if node.row is None:
        return None
    plain, wrong = bound(node, env.values) if node.formulas else (node, node.misfits)
    if wrong:
        return None
    if env.given and node.id in env.given:
        return _entered(plain, env.given[node.id])
    arriving: list[tuple[str, Tensor]] = []
    for port in plain.inputs:
        wire = wires.get(port.name)
        if wire is None:
            if port.optional:
                continue
            return None
        source = found.get(wire.source)
        tensor = source.outputs.get(wire.output) if isinstance(source, Known) else None
        if tensor is None:
            return None
        arriving.append((port.name, tensor))
    if node.block is not None:
        answer = _used(node, plain, tuple(arriving), env)
    elif env.axes is not None and (lost := _unreadable(plain, env.axes)):
        return lost
    else:
        answer = evaluate(resolved(plain, env.symbols, env.dtype), tuple(arriving))
    return _tied(node, answer) if node.ties else answer


def of_row(block: Block, args: Args, inputs: Inputs) -> Known:
    """What a use makes of what arrives, as a row's functions are asked for it.

    Raises:
        ShapeError: its body cannot take it.
    """
    node = Node("", "block", block.name, args, block=block)
    env = env_of(Scope(), Settings().symbols)
    answer = _used(node, node, tuple(inputs.items()), env)
    if isinstance(answer, ShapeError):
        raise answer
    return answer


def passed(
    block: Block,
    values: tuple[tuple[str, int], ...],
    given: tuple[tuple[str, Tensor], ...],
    symbols: Mapping[str, int],
    dtype: str = REAL,
) -> Pass:
    """One run of a body, remembered.

    Args:
        block: whose body.
        values: of its parameters.
        given: Input id and tensor.
        symbols: sample value of each symbol.
        dtype: of real numbers where nobody says another.
    """
    key = (values, given, tuple(symbols.items()), dtype)
    known: Pass | None = block.memo.get(key)
    if known is None:
        if len(block.memo) >= KEPT:
            block.memo.clear()
        scope = Scope(block.id, values, given)
        known = block.memo[key] = _passed(block, env_of(scope, symbols, dtype), scope)
    return known


def _passed(block: Block, env: Env, scope: Scope) -> Pass:
    graph = block.graph
    found: dict[str, Found] = {}
    for key in graph.order:
        found[key] = at(graph.nodes[key], graph.incoming.get(key, {}), found, env)
    knowns = {key: one for key, one in found.items() if isinstance(one, Known)}
    outputs = {
        end.port: knowns[end.source].outputs[end.leaving]
        for end in block.leaving
        if end.source in knowns
    }
    whole = len(knowns) == len(graph.nodes) and len(outputs) == len(block.leaving)
    return Pass(
        block=block,
        scope=scope,
        symbols=env.symbols,
        dtype=env.dtype,
        found=found,
        outputs=outputs if whole else None,
        tensors=tuple(_named(graph.nodes, knowns)),
        mult_adds=sum(one.mult_adds for one in knowns.values()),
        size=sum(map(_size, knowns.values())),
    )


def _size(known: Known) -> int:
    return sum(one.size for one in known.inside.passes) if known.inside else 1


def _named(
    nodes: Mapping[str, Node], knowns: Mapping[str, Known]
) -> Iterable[TensorSpec]:
    """The tensors of a body by dotted names, each with what draws it by default."""
    for key, known in knowns.items():
        node = nodes[key]
        for spec in known.tensors:
            drawn = chosen_init(node, spec)
            yield spec._replace(
                name=f"{node.name}.{spec.name}",
                default=drawn,
                chosen=spec.chosen or drawn != spec.default,
                dtype=spec.dtype or known.floating,
                frozen=spec.frozen or node.frozen,
            )


def _used(node: Node, plain: Node, arriving: Arriving, env: Env) -> Known | ShapeError:
    """What a use makes of what arrives."""
    try:
        return _unfolded(node, plain, dict(arriving), env)
    except ShapeError as error:
        return error


def _unfolded(node: Node, plain: Node, inputs: dict[str, Tensor], env: Env) -> Known:
    block, args = node.block, plain.args
    assert block is not None  # noqa: S101 - `at` asks for uses only
    accept(plain.inputs, inputs)
    shared, repeat = bool(args[SHARED]), int(str(args[REPEAT]))
    if repeat > 1 and not (plain.inputs and plain.outputs):
        raise ShapeError(
            "{node} cannot be repeated: the result of one pass feeds the next, and it "
            "has no input or no output. Set repeat to 1.",
            fix={REPEAT: 1},
        )
    indexed = not shared and (repeat > 1 or REPEAT in node.formulas)
    values = tuple((param.name, int(str(args[param.name]))) for param in block.params)
    passes: list[Pass] = []
    flowing, size = inputs, 0
    for _ in range(repeat):
        given = tuple(zip(block.entering, _ordered(plain, flowing), strict=True))
        passes.append(passed(block, values, given, env.symbols, env.dtype))
        outputs, size = passes[-1].outputs, size + passes[-1].size
        inside = Inside(
            block, tuple(passes) if outputs is None else (), shared, indexed
        )
        if outputs is None:
            raise _unsound(inside)
        if size > MOST:
            raise ShapeError(
                "{node} unfolds into more than {most} layers. Repeat it less often.",
                most=f"{MOST:,}",
            )
        if repeat > 1:
            first = next(iter(outputs.values()))
            flowing = {**flowing, plain.inputs[0].name: first}
    inside = Inside(block, tuple(passes), shared, indexed)
    return Known(
        args=args,
        derived=(),
        inputs=inputs,
        outputs=passes[-1].outputs or {},
        tensors=_tensors(inside),
        mult_adds=sum(one.mult_adds for one in passes),
        inside=inside,
    )


def _ordered(plain: Node, flowing: Mapping[str, Tensor]) -> list[Tensor]:
    return [flowing[port.name] for port in plain.inputs]


def _unsound(inside: Inside) -> UnsoundError:
    error = UnsoundError("{node} cannot compute: look inside it for what is wrong.")
    error.inside = inside
    return error


def _tensors(inside: Inside) -> tuple[TensorSpec, ...]:
    """The tensors of all repeats, or of the one set they share.

    Raises:
        ShapeError: the repeats cannot share, because their tensors differ.
    """
    first = inside.passes[0].tensors
    if inside.shared and any(
        one.tensors != first for one in inside.passes if one is not inside.passes[0]
    ):
        raise ShapeError(
            "The repeats of {node} cannot share their weights: what comes out of the "
            "first has another shape than what goes in, so that the second needs other "
            "ones.",
            fix={SHARED: False},
        )
    if not inside.indexed:
        return first
    return tuple(
        spec._replace(name=f"{index}.{spec.name}")
        for index, one in inside.modules
        for spec in one.tensors
    )


def _entered(node: Node, tensor: Tensor) -> Known:
    """An Input of a body: what arrives, in the place of its sample."""
    args: dict[str, Any] = {**node.args, "shape": tensor.shape, "dtype": tensor.dtype}
    return Known(args, (), {}, {"output": tensor}, (), 0)


def _tied(node: Node, answer: Known | ShapeError) -> Known | ShapeError:
    if isinstance(answer, ShapeError):
        return answer
    tensors = tuple(
        spec._replace(tied=True) if spec.name in node.ties else spec
        for spec in answer.tensors
    )
    return replace(answer, tensors=tensors)


def _unreadable(node: Node, axes: frozenset[str]) -> ShapeError | None:
    """A size in a body's shapes that cannot be read off what arrives there."""
    if node.kind == "input":
        return None
    for name in _shapes(node.kind):
        value = node.args[name]
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, str) and part not in axes:
                return ShapeError(
                    "{node} speaks of the size {name}, which no input of its block has "
                    "as an axis here. Write -1, or a parameter of the block.",
                    name=part,
                )
    return None


def resolved(node: Node, symbols: Mapping[str, int], dtype: str = REAL) -> Key:
    """The node's key with a `Sym` for every name in a shape, defaults included.

    Where the node makes real numbers and says no kind of them, they are of `dtype`.
    """
    shapes = _shapes(node.kind)
    says = dtype != REAL and OPERATORS[node.kind].makes_reals
    if not shapes and not says:
        return node.key
    given: dict[str, Value] = {**node.params}
    if says:
        given.setdefault("dtype", dtype)
    for name in shapes:
        value = node.args[name]
        if isinstance(value, tuple):
            given[name] = tuple(_dim(part, symbols) for part in value)  # type: ignore[arg-type, misc]
    return node.kind, tuple(sorted(given.items()))


def _dim(part: int | str, symbols: Mapping[str, int]) -> Dim:
    return symbol(part, symbols.get(part, UNSET)) if isinstance(part, str) else part


@lru_cache(maxsize=1024)
def _shapes(kind: str) -> tuple[str, ...]:
    """The names of the parameters that may hold symbols."""
    return tuple(p.name for p in OPERATORS[kind].params if isinstance(p, Dims))
