"""Losses that are fed what they do not want: one function per rule.

Each rule is about a loss and what really feeds its input, through what changes no
value. What arrives at the target is not looked at: it is the data's affair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import agree, sample, text
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, Node, Wire
from engine.errors import Fix, Message, Problem, Severity

PROBABILITIES = frozenset({"softmax", "softmin", "softmax2d"})
BOUNDED = PROBABILITIES | {"sigmoid", "hardsigmoid"}
LOGARITHMS = frozenset({"log_softmax", "log_sigmoid", "log"})
PASSIVE = frozenset({"identity", "flatten", "unflatten", "reshape", "permute"})


class Fed(NamedTuple):
    """A loss and what feeds its input.

    Args:
        loss: the loss.
        at: what is known of it.
        first: what feeds it.
        before: the wire into `first`, where it has one.
        last: the wire into the loss.
        alone: `first` feeds nothing else.
    """

    loss: Node
    at: Known
    first: Node
    before: Wire | None
    last: Wire
    alone: bool


def losses(design: Design, known: Mapping[str, Known | None]) -> Iterator[Problem]:
    """Every warning about the losses of a design."""
    for key, node in design.nodes.items():
        at = known[key]
        if at is None or node.row is None or node.row.role != "loss":
            continue
        yield from _stretched(node, at)
        if fed := _fed(design, node, at):
            yield from of_fed(fed)


def of_fed(fed: Fed) -> Iterator[Problem]:
    """The warnings about a loss and what feeds it."""
    for rule in RULES.get(fed.loss.kind, ()):
        if problem := rule(fed):
            yield problem


def _fed(design: Design, node: Node, at: Known) -> Fed | None:
    """What feeds the input of a loss, looking through what changes no value."""
    incoming, outgoing = design.graph.incoming, design.graph.outgoing
    last = wire = incoming[node.id][node.inputs[0].name]
    first, alone = design.nodes[wire.source], True
    while True:
        alone = alone and len(outgoing[first.id]) == 1
        entering = incoming.get(first.id)
        if first.kind not in PASSIVE or not entering:
            before = next(iter(entering.values())) if entering else None
            return Fed(node, at, first, before, last, alone)
        first = design.nodes[next(iter(entering.values())).source]


def _problem(
    severity: Severity, rule: str, fed: Fed, template: str, fix: Fix, **values: object
) -> Problem:
    named = {"node": fed.loss.called, "first": fed.first.called, **values}
    return Problem(severity, rule, fed.loss.id, Message(template, named), fix)


def _without(fed: Fed) -> Fix:
    """Take what stands before the loss out of its way; elsewhere it stays."""
    if fed.alone or fed.before is None:
        return Fix(
            Message("Take '{name}' out", {"name": fed.first.name}),
            partial(edits.remove_and_reconnect, ids=(fed.first.id,)),
        )
    wire = Wire(fed.before.source, fed.before.output, fed.loss.id, fed.last.input)
    return Fix(
        Message("Wire '{name}' past it", {"name": fed.loss.name}),
        partial(edits.connect, wire=wire),
    )


def _use(node: Node, kind: str) -> Fix:
    return Fix(
        Message("Use {title}", {"title": OPERATORS[kind].title}),
        partial(edits.replace_kind, key=node.id, kind=kind),
    )


def _floored(fed: Fed) -> Problem | None:
    """Scores within [0, 1] leave even a perfect answer at ln(e + C - 1) - 1."""
    if fed.first.kind not in BOUNDED:
        return None
    shape = fed.at.inputs["input"].shape
    count = sample(shape[1] if len(shape) > 1 else shape[0])
    return _problem(
        Severity.WARNING,
        "bounded-scores",
        fed,
        "{node} takes raw scores and turns them into probabilities itself. {first} "
        "before it keeps them within 0 and 1, so with {count} classes the loss cannot "
        "fall below {floor}. Take {first} out.",
        _without(fed),
        count=count,
        floor=f"{math.log(math.e + count - 1) - 1:.3f}",
    )


def _redundant(fed: Fed) -> Problem | None:
    if fed.first.kind != "log_softmax":
        return None
    return _problem(
        Severity.ADVICE,
        "log-softmax-twice",
        fed,
        "{node} computes the LogSoftmax itself, and a second one changes nothing. Take "
        "{first} out.",
        _without(fed),
    )


def _no_logarithm(fed: Fed) -> Problem | None:
    """NLLLoss and KLDivLoss add up logarithms that somebody has to take."""
    kind = fed.first.kind
    if kind in LOGARITHMS or fed.first.row is None:
        return None
    if kind in PROBABILITIES:
        return _problem(
            Severity.WARNING,
            "no-logarithm",
            fed,
            "{node} wants logarithms of probabilities, but {first} gives the "
            "probabilities themselves. Use LogSoftmax.",
            _use(fed.first, "log_softmax"),
        )
    if fed.loss.kind != "nll_loss" or not fed.at.inputs or not _scores(fed.first):
        return None
    return _problem(
        Severity.WARNING,
        "no-logarithm",
        fed,
        "{node} wants logarithms of probabilities, but {first} gives raw numbers, so "
        "the loss falls without end. Use CrossEntropyLoss, which takes them.",
        _use(fed.loss, "cross_entropy_loss"),
    )


def _squeezed(fed: Fed) -> Problem | None:
    """A sigmoid of what lies within 0 and 1 lies within 0.5 and 0.731."""
    if fed.first.kind not in BOUNDED:
        return None
    return _problem(
        Severity.WARNING,
        "sigmoid-twice",
        fed,
        "{node} applies a sigmoid itself, which squeezes what {first} gives to between "
        "0.5 and 0.731: it can never say no. Take {first} out.",
        _without(fed),
    )


def _unbounded(fed: Fed) -> Problem | None:
    if fed.first.kind in BOUNDED or not _scores(fed.first):
        return None
    return _problem(
        Severity.WARNING,
        "no-sigmoid",
        fed,
        "{node} wants probabilities from 0 to 1, but {first} gives any numbers, which "
        "torch refuses. Use BCEWithLogitsLoss, or put a Sigmoid between them.",
        _use(fed.loss, "bce_with_logits_loss"),
    )


def _scores(node: Node) -> bool:
    """Whether a node gives numbers of any size: a layer that ends in a sum."""
    row = node.row
    return row is not None and row.role == "layer" and row.family in SUMS


def _stretched(node: Node, at: Known) -> Iterator[Problem]:
    """N against N×1 makes N×N, which torch only warns of."""
    if node.kind not in STRETCHING:
        return
    left, right = at.inputs["input"].shape, at.inputs["target"].shape
    same = len(left) == len(right) and all(map(agree, left, right))
    if not same:
        yield Problem(
            Severity.WARNING,
            "loss-stretches",
            node.id,
            Message(
                "{node} compares {left} with a target of {right}, so values are "
                "repeated to fit, and each is compared with several. Make the shapes "
                "equal.",
                {"node": node.called, "left": text(left), "right": text(right)},
            ),
            None,
            "target",
        )


SUMS = frozenset({"Linear", "Convolution", "Normalization"})
STRETCHING = frozenset(
    {
        "mse_loss",
        "l1_loss",
        "smooth_l1_loss",
        "huber_loss",
        "kl_div_loss",
        "poisson_nll_loss",
        "gaussian_nll_loss",
        "soft_margin_loss",
        "multi_label_soft_margin_loss",
        "hinge_embedding_loss",
    }
)

Rule = Callable[[Fed], Problem | None]

RULES: Mapping[str, tuple[Rule, ...]] = {
    "cross_entropy_loss": (_floored, _redundant),
    "nll_loss": (_no_logarithm,),
    "kl_div_loss": (_no_logarithm,),
    "bce_with_logits_loss": (_squeezed,),
    "multi_label_soft_margin_loss": (_squeezed,),
    "bce_loss": (_unbounded,),
}
