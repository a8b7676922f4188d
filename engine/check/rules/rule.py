"""A rule of the advisor as data, and what rules share.

A rule says when it speaks, in which words, how much that matters, and on whose
authority. What it found is a `Said`, which the rule makes a `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Init, TensorSpec, Theory
from engine.check.rules.kinds import PASSIVE, RECTIFIERS
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.fitting import chosen_init
from engine.design.model import Design, Node
from engine.errors import Fix, Message, Problem, Severity


class Said(NamedTuple):
    """What a rule has to tell of a node.

    Args:
        node: whose problem it is; None for the whole design.
        message: the sentence.
        fix: what would help.
        port: the input at fault, where one is.
    """

    node: Node | None
    message: Message
    fix: Fix | None = None
    port: str = ""


def said(
    node: Node | None,
    template: str,
    fix: Fix | None = None,
    port: str = "",
    **values: object,
) -> Said:
    """A sentence about a node, which it may call {node}."""
    called = {"node": node.called} if node else {}
    return Said(node, Message(template, {**called, **values}), fix, port)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Args:
        name: stable; it stands in files that switch it off.
        severity: of what it finds: a warning or advice, never an error.
        title: what it looks for, in a few words.
        why: why that is unwise.
        source: who found that out.
    """

    name: str
    severity: Severity
    title: str
    why: str
    source: str

    def problem(self, found: Said) -> Problem:
        """What the rule found, as one of a design's problems."""
        key = found.node.id if found.node else ""
        return Problem(
            self.severity, self.name, key, found.message, found.fix, found.port
        )


class Meeting(NamedTuple):
    """Two known operators, of which one feeds the other.

    Args:
        first: what feeds.
        second: what is fed.
        at_first: what is known of the first.
        at_second: what is known of the second.
        alone: the first feeds nothing else.
    """

    first: Node
    second: Node
    at_first: Known
    at_second: Known
    alone: bool


@dataclass(frozen=True, kw_only=True)
class Meets(Rule):
    """A rule about two operators that meet.

    Args:
        first: the kinds of the one that feeds.
        second: the kinds of the other; None is any.
        chosen: only where the first one's initializer was chosen.
        speaks: what it says of them.
    """

    first: frozenset[str]
    second: frozenset[str] | None
    chosen: bool = False
    speaks: Callable[[Meeting], Said | None]


class Spot(NamedTuple):
    """A known node by itself, and the graph it stands in."""

    design: Design
    node: Node
    at: Known


Seen = Mapping[str, Known | None]


@dataclass(frozen=True, kw_only=True)
class Finds(Rule):
    """A rule that finds what it speaks of in what it is given by its own table.

    Args:
        speaks: what it says; its table knows of what.
        kinds: which kinds it is about, where its table asks.
    """

    speaks: Callable[..., Any]
    kinds: frozenset[str] = field(default=frozenset())


def weights(at: Known) -> list[TensorSpec]:
    """The tensors that an operator multiplies what arrives with."""
    return [spec for spec in at.tensors if spec.family in ("weight", "recurrent")]


def drawn(node: Node, at: Known) -> tuple[Init, TensorSpec] | None:
    """What draws a layer's weight, and the weight."""
    for spec in at.tensors:
        if spec.name == "weight":
            return chosen_init(node, spec), spec
    return None


@lru_cache(maxsize=1 << 12)
def expected(init: Init, spec: TensorSpec) -> Theory | None:
    """What a draw looks like; None where the initializer does not say."""
    if init.kind == "default":
        init = spec.default
    row = INITIALIZERS.get(init.kind)
    if row is None or row.refuses(init_args(init), spec) is not None:
        return None
    theory = row.theory(init_args(init), spec)
    return None if theory.density == "other" else theory


def init_args(init: Init) -> Mapping[str, Any]:
    """An initializer's parameters, defaults included."""
    row = INITIALIZERS.get(init.kind)
    return row.complete(init.params) if row else {}


def growth(init: Init, spec: TensorSpec) -> float | None:
    """By how much a layer multiplies the mean square: fan_in · E w²."""
    theory = expected(init, spec)
    if theory is None or not spec.fan_in:
        return None
    return spec.fan_in * (theory.std**2 + theory.mean**2)


def following(design: Design, key: str) -> Node | None:
    """What a node feeds first, past what changes no value."""
    while True:
        wires = design.graph.outgoing.get(key, ())
        if not wires:
            return None
        node = design.nodes[wires[0].target]
        if node.kind not in PASSIVE:
            return node
        key = node.id


def better(follows: str) -> Init:
    """The initializer that keeps the variance for the activation that follows."""
    if follows in RECTIFIERS:
        return Init("kaiming_normal")
    if follows in ("tanh", "sigmoid", "softsign", "softmax", ""):
        return Init("xavier_normal")
    return Init("lecun_normal")


def draw_better(node: Node, follows: str) -> Fix:
    """Draw a layer's weight by what fits the activation that follows."""
    return draw_by(node, better(follows))


def draw_by(node: Node, init: Init) -> Fix:
    """Draw a layer's weight by an initializer."""
    return Fix(
        Message("Use {better}", {"better": INITIALIZERS[init.kind].title}),
        partial(edits.set_init, ids=(node.id,), tensor="weight", init=init),
    )


def use(node: Node, kind: str) -> Fix:
    """Make a node another operator."""
    return Fix(
        Message("Use {title}", {"title": OPERATORS[kind].title}),
        partial(edits.replace_kind, key=node.id, kind=kind),
    )


def without(node: Node) -> Fix:
    """Take a node out of its wire."""
    return Fix(
        Message("Take '{name}' out", {"name": node.name}),
        partial(edits.remove_and_reconnect, ids=(node.id,)),
    )


def set_params(node: Node, label: str, **values: Value) -> Fix:
    """Give parameters of a node other values."""
    return Fix(Message(label), partial(edits.set_params, ids=(node.id,), values=values))


def rectified(design: Design, ids: tuple[str, ...], *, drawn: bool = False) -> Design:
    """These activations as ReLU, with layers before them drawn to match.

    Args:
        design: the design.
        ids: the activations.
        drawn: whether layers that torch's default draws are to match too.
    """
    for key in ids:
        design = edits.replace_kind(design, key, "relu")
        layer = _before(design, key)
        if layer is None:
            continue
        init = layer.init.get("weight")
        made_for_others = init and init.kind.startswith(("xavier", "lecun"))
        if made_for_others or (drawn and init is None):
            form = "uniform" if init and init.kind.endswith("uniform") else "normal"
            design = edits.set_init(
                design, (layer.id,), "weight", Init(f"kaiming_{form}")
            )
    return design


def _before(design: Design, key: str) -> Node | None:
    """The layer with a weight that feeds a node, past what changes no value."""
    while True:
        wires = design.graph.incoming.get(key, {})
        if not wires:
            return None
        node = design.nodes[next(iter(wires.values())).source]
        if node.kind not in PASSIVE:
            return node if _weighs(node) else None
        key = node.id


def _weighs(node: Node) -> bool:
    return node.kind == "linear" or node.kind.startswith("conv")
