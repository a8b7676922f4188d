"""Rules about many layers in a row with neither norm nor residual between them.

A stack is followed back from its deepest layer; what normalizes, joins or is no plain
layer ends it, and so does the border of a block.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.spec import Init
from engine.check.rules.kinds import ACTIVATIONS, LINEAR, PASSIVE, RECTIFIERS
from engine.check.rules.rule import Finds, Said, drawn, growth, rectified, said
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, Node
from engine.errors import Fix, Message, Problem, Severity

LEAST = 3  # layers: fewer are no stack
DEEP = 5
VERY_DEEP = 20
DEAD_SHARE = 0.1
VANISHED = 1e-3  # of the standard deviation; its inverse has exploded
SATURATING = frozenset(
    {"sigmoid", "tanh", "softsign", "hardsigmoid", "hardtanh", "logsigmoid"}
)
POOLS = frozenset(k for k, row in OPERATORS.items() if row.family == "Pooling")
CARRIES = (ACTIVATIONS - {"glu"}) | PASSIVE | POOLS  # what a stack goes on through


_LINEAR = dict.fromkeys(CARRIES, 0) | dict.fromkeys(LINEAR, 1)


class Layer(NamedTuple):
    """A layer of a stack and the activation behind it.

    Args:
        node: the layer.
        at: what is known of it.
        activation: what follows it; None where no one does.
        pooled: whether a pooling follows too.
    """

    node: Node
    at: Known
    activation: Node | None
    pooled: bool


Stack = list[Layer]


def stacked(design: Design, known: Mapping[str, Known | None]) -> Iterator[Problem]:
    """What the rules say of every stack of a graph."""
    spoken: set[tuple[str, str]] = set()
    for stack in _stacks(design, known):
        for rule in STACKS:
            found = rule.speaks(stack)
            if not isinstance(found, Said):
                continue
            problem = rule.problem(found)
            if (rule.name, problem.node) not in spoken:
                spoken.add((rule.name, problem.node))
                yield problem


def _stacks(design: Design, known: Mapping[str, Known | None]) -> Iterator[Stack]:
    """The stacks of a graph, each from its deepest layer back."""
    nodes, incoming = design.nodes, design.graph.incoming
    depth: dict[str, int] = {}
    extended: set[str] = set()
    for key in design.graph.order:
        linear = _LINEAR.get(nodes[key].kind)
        if linear is None or known[key] is None:
            continue
        for source, *_ in incoming[key].values():
            extended.add(source)
            depth[key] = linear + depth.get(source, 0)
            break
    for key, count in depth.items():
        if count >= LEAST and key not in extended:
            yield _layers(design, known, key, depth)


def _layers(
    design: Design,
    known: Mapping[str, Known | None],
    key: str,
    depth: Mapping[str, int],
) -> Stack:
    """The layers that lead to a node, the first of them first."""
    nodes, incoming = design.nodes, design.graph.incoming
    stack: Stack = []
    activation, pooled = None, False
    while depth.get(key, 0) > 0:
        node, at = nodes[key], known[key]
        if node.kind in LINEAR and at is not None:
            stack.append(Layer(node, at, activation, pooled))
            activation, pooled = None, False
        elif node.kind in ACTIVATIONS:
            activation = node
        elif node.kind in POOLS:
            pooled = True
        key = next(iter(incoming[key].values())).source
    stack.reverse()
    return stack


def _ids(nodes: Iterable[Node | None]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes if node is not None)


def _by_torch(stack: Stack) -> Stack:
    """The layers that torch's default draws and a rectifier follows."""
    return [
        layer
        for layer in stack
        if layer.activation is not None
        and layer.activation.kind in RECTIFIERS
        and "weight" not in layer.node.init
    ]


def _default(stack: Stack) -> Said | None:
    layers = _by_torch(stack)
    if len(layers) < DEEP:
        return None
    return said(
        layers[-1].node,
        "{node} is the last of {count} layers in a row that torch's default draws and "
        "a ReLU follows. Each leaves a sixth of the variance, all of them one part in "
        "{part}.",
        Fix(
            Message("Draw all of them by He normal"),
            partial(
                edits.set_init,
                ids=_ids(layer.node for layer in layers),
                tensor="weight",
                init=Init("kaiming_normal"),
            ),
        ),
        count=len(layers),
        part=f"{6.0 ** min(len(layers), 300):.2g}",
    )


def _saturating(stack: Stack) -> Said | None:
    hidden = [layer.activation for layer in stack[:-1]]
    squashing = [one for one in hidden if one is not None and one.kind in SATURATING]
    if len(squashing) < DEEP:
        return None
    return said(
        squashing[-1],
        "{node} is the last of {count} activations in a row that flatten out on both "
        "sides, so that little of the gradient reaches the first layers. ReLU with He "
        "normal lets it through.",
        Fix(
            Message("Use ReLU and He normal in all of them"),
            partial(rectified, ids=_ids(squashing), drawn=True),
        ),
        count=len(squashing),
    )


def _plain(stack: Stack) -> Said | None:
    if len(stack) < VERY_DEEP:
        return None
    return said(
        stack[-1].node,
        "{node} is the last of {count} layers in a row without a norm or a way round "
        "them. Networks that deep train badly; put norms between them, or add what "
        "enters a few layers to what leaves them.",
        count=len(stack),
    )


def _narrow(stack: Stack) -> Said | None:
    """A layer of n units is all off, for one input, in 2^-n of all draws."""
    narrow = [
        layer
        for layer in stack
        if layer.node.kind == "linear"
        and layer.activation is not None
        and layer.activation.kind == "relu"
    ]
    if len(narrow) < LEAST:
        return None
    alive = math.prod(1 - 0.5 ** layer.at.tensors[0].shape[0] for layer in narrow)
    if 1 - alive <= DEAD_SHARE:
        return None
    return said(
        narrow[-1].node,
        "{node} is the last of {count} layers in a row that are so narrow that in "
        "{share} of all draws some layer's ReLU passes nothing of an input. LeakyReLU "
        "always lets something through.",
        Fix(
            Message("Use LeakyReLU in all of them"),
            partial(_leaky, ids=_ids(layer.activation for layer in narrow)),
        ),
        count=len(narrow),
        share=f"{1 - alive:.0%}",
    )


def _leaky(design: Design, ids: tuple[str, ...]) -> Design:
    for key in ids:
        design = edits.replace_kind(design, key, "leaky_relu")
    return design


def _factor(stack: Stack) -> Said | None:
    """What the layers make of the spread together; exact where f(cx) = c f(x)."""
    if len(_by_torch(stack)) >= DEEP:
        return None  # there is a rule that says more
    if any(layer.pooled for layer in stack[:-1]):
        return None
    total, count = 0.0, 0
    for layer in stack[:-1]:
        found, half = drawn(layer.node, layer.at), _kept(layer.activation)
        by = growth(*found) if found else None
        if by is None or half is None or by <= 0:
            return None
        total += math.log10(by * half) / 2
        count += 1
    if count < LEAST or abs(total) < -math.log10(VANISHED):
        return None
    last = stack[-2].node
    wrong = [one.node for one in stack[:-1] if "weight" in one.node.init]
    template = (
        "Through the {count} layers up to {node} the signal grows by a factor of about "
        "10^{power}, and gradients on the way back with it."
        if total > 0
        else "Through the {count} layers up to {node} the signal shrinks to about one "
        "part in 10^{power}, and gradients on the way back with it."
    )
    fix = Fix(
        Message("Draw all of them by He normal"),
        partial(
            edits.set_init,
            ids=_ids(wrong),
            tensor="weight",
            init=Init("kaiming_normal"),
        ),
    )
    rectified_all = all(one.activation is not None for one in stack[:-1])
    return said(
        last,
        template,
        fix if wrong and rectified_all else None,
        count=count,
        power=round(abs(total)),
    )


def _kept(activation: Node | None) -> float | None:
    """E f(Z)² for Z ~ N(0, 1), where it holds at every scale."""
    if activation is None:
        return 1.0
    if activation.kind == "relu":
        return 0.5
    if activation.kind == "leaky_relu":
        slope = activation.args["negative_slope"]
        return (1 + float(slope) ** 2) / 2 if isinstance(slope, float) else None
    return None


STACKS = (
    Finds(
        name="default-in-deep-stack",
        severity=Severity.ADVICE,
        title="torch's default under ReLU in a deep stack",
        why="The default of Linear and Conv draws from U(±1/√fan_in), whose variance "
        "is 1/(3 fan_in); ReLU takes half, so that a sixth is left at each layer.",
        source="He et al. 2015, Delving deep into rectifiers",
        speaks=_default,
    ),
    Finds(
        name="saturating-stack",
        severity=Severity.ADVICE,
        title="Sigmoid or tanh in a deep stack",
        why="Where an activation is flat its slope is next to 0, and the slopes of all "
        "layers are multiplied on the way back.",
        source="Glorot and Bengio 2010; Hochreiter 1991",
        speaks=_saturating,
    ),
    Finds(
        name="very-deep-plain",
        severity=Severity.ADVICE,
        title="Neither norm nor residual in a very deep stack",
        why="Deeper plain networks end with a higher error than shallow ones, in "
        "training too; norms and residual connections mend that.",
        source="He et al. 2016, Deep residual learning; Ioffe and Szegedy 2015",
        speaks=_plain,
    ),
    Finds(
        name="narrow-relu",
        severity=Severity.ADVICE,
        title="Narrow layers of ReLU behind each other",
        why="All n units of a layer are off for an input in 2^-n of all draws, and "
        "behind such a layer nothing of that input is left.",
        source="Lu et al. 2020, Dying ReLU and initialization",
        speaks=_narrow,
    ),
    Finds(
        name="signal-factor",
        severity=Severity.WARNING,
        title="A signal that explodes or vanishes",
        why="Each layer multiplies the mean square by fan_in · E w² and by what its "
        "activation leaves; over many layers only a factor near 1 holds.",
        source="He et al. 2015; Schoenholz et al. 2017, Deep information propagation",
        speaks=_factor,
    ),
)
