"""Losses that are fed what they do not want: one function per rule.

Each rule is about a loss and what really feeds its input, through what changes no
value. What arrives at the target is not looked at: it is the data's affair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from engine.catalog.dims import Sym, agree, sample, text
from engine.check.rules.kinds import UNCHANGED
from engine.check.rules.rule import Finds, Rule, Said, said, use
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.model import Design, Node, Wire
from engine.errors import Fix, Message, Problem, Severity

SHARES = frozenset({"softmax", "softmin", "softmax2d"})
BOUNDED = SHARES | {"sigmoid", "hardsigmoid"}
LOGARITHMS = frozenset({"log_softmax", "log_sigmoid", "log"})


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
        if stretched := _stretched(node, at):
            yield STRETCHES.problem(stretched)
        if fed := _fed(design, node, at):
            yield from of_fed(fed)


def of_fed(fed: Fed) -> Iterator[Problem]:
    """The warnings about a loss and what feeds it."""
    for rule in _about(fed.loss.kind):
        if found := rule.speaks(fed):
            yield rule.problem(found)


def _fed(design: Design, node: Node, at: Known) -> Fed | None:
    """What feeds the input of a loss, looking through what changes no value."""
    incoming, outgoing = design.graph.incoming, design.graph.outgoing
    last = wire = incoming[node.id][node.inputs[0].name]
    first, alone = design.nodes[wire.source], True
    while True:
        alone = alone and len(outgoing[first.id]) == 1
        entering = incoming.get(first.id)
        if first.kind not in UNCHANGED or not entering:
            before = next(iter(entering.values())) if entering else None
            return Fed(node, at, first, before, last, alone)
        first = design.nodes[next(iter(entering.values())).source]


def _said(fed: Fed, template: str, fix: Fix | None, **values: object) -> Said:
    return said(fed.loss, template, fix, "", first=fed.first.called, **values)


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


def _floored(fed: Fed) -> Said | None:
    """Scores within [0, 1] leave even a perfect answer at ln(e + C - 1) - 1."""
    if fed.first.kind not in BOUNDED:
        return None
    shape = fed.at.inputs["input"].shape
    count = sample(shape[1] if len(shape) > 1 else shape[0])
    return _said(
        fed,
        "{node} takes raw scores and turns them into probabilities itself. {first} "
        "before it keeps them within 0 and 1, so with {count} classes the loss cannot "
        "fall below {floor}. Take {first} out.",
        _without(fed),
        count=count,
        floor=f"{math.log(math.e + count - 1) - 1:.3f}",
    )


def _redundant(fed: Fed) -> Said | None:
    if fed.first.kind != "log_softmax":
        return None
    return _said(
        fed,
        "{node} computes the LogSoftmax itself, and a second one changes nothing. Take "
        "{first} out.",
        _without(fed),
    )


def _no_logarithm(fed: Fed) -> Said | None:
    """NLLLoss and KLDivLoss add up logarithms that somebody has to take."""
    kind = fed.first.kind
    if kind in LOGARITHMS or fed.first.row is None:
        return None
    if kind in SHARES:
        return _said(
            fed,
            "{node} wants logarithms of probabilities, but {first} gives the "
            "probabilities themselves. Use LogSoftmax.",
            use(fed.first, "log_softmax"),
        )
    if fed.loss.kind != "nll_loss" or not fed.at.inputs or not _scores(fed.first):
        return None
    return _said(
        fed,
        "{node} wants logarithms of probabilities, but {first} gives raw numbers, so "
        "the loss falls without end. Use CrossEntropyLoss, which takes them.",
        use(fed.loss, "cross_entropy_loss"),
    )


def _squeezed(fed: Fed) -> Said | None:
    """A sigmoid of what lies within 0 and 1 lies within 0.5 and 0.731."""
    if fed.first.kind not in BOUNDED:
        return None
    return _said(
        fed,
        "{node} applies a sigmoid itself, which squeezes what {first} gives to between "
        "0.5 and 0.731: it can never say no. Take {first} out.",
        _without(fed),
    )


def _unbounded(fed: Fed) -> Said | None:
    if fed.first.kind in BOUNDED or not _scores(fed.first):
        return None
    return _said(
        fed,
        "{node} wants probabilities from 0 to 1, but {first} gives any numbers, which "
        "torch refuses. Use BCEWithLogitsLoss, or put a Sigmoid between them.",
        use(fed.loss, "bce_with_logits_loss"),
    )


def _scores(node: Node) -> bool:
    """Whether a node gives numbers of any size: a layer that ends in a sum."""
    row = node.row
    return row is not None and row.role == "layer" and row.family in SUMS


def _one_class(fed: Fed) -> Said | None:
    shape = fed.at.inputs["input"].shape
    if len(shape) < 2 or isinstance(shape[1], Sym) or sample(shape[1]) != 1:
        return None
    return _said(
        fed,
        "{node} compares the scores of several classes, but {first} gives one number, "
        "of which the softmax is always 1. Give it a number for each class, or use "
        "BCEWithLogitsLoss.",
        None,
    )


def _bounded(fed: Fed) -> Said | None:
    """A few numbers: a picture may well be compared by squares within 0 and 1."""
    shape = fed.at.inputs["input"].shape
    if fed.first.kind not in BENT or len(shape) > 2 or not shape:
        return None
    if sample(shape[-1]) > FEW:
        return None
    return _said(
        fed,
        "{node} is a loss for numbers of any size, but {first} keeps them within "
        "bounds and passes little gradient at those. Take it out for a regression; "
        "for classes, take a loss of classes.",
        _without(fed),
    )


def _stretched(node: Node, at: Known) -> Said | None:
    """N against N×1 makes N×N, which torch only warns of."""
    if node.kind not in STRETCHING:
        return None
    left, right = at.inputs["input"].shape, at.inputs["target"].shape
    if len(left) == len(right) and all(map(agree, left, right)):
        return None
    return said(
        node,
        "{node} compares {left} with a target of {right}, so values are "
        "repeated to fit, and each is compared with several. Make the shapes "
        "equal.",
        None,
        "target",
        left=text(left),
        right=text(right),
    )


FEW = 16  # numbers: a regression rather than a picture
BENT = frozenset({"relu", "relu6", "sigmoid", "hardsigmoid", "tanh"})
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


@dataclass(frozen=True, kw_only=True)
class Feeds(Rule):
    """A rule about a loss and what feeds it.

    Args:
        losses: the kinds of the loss.
        speaks: what it says of them.
    """

    losses: frozenset[str]
    speaks: Callable[[Fed], Said | None]


LOSSES = (
    Feeds(
        name="bounded-scores",
        severity=Severity.WARNING,
        title="Softmax or Sigmoid before CrossEntropyLoss",
        why="The loss takes raw scores. Scores within 0 and 1 leave even a perfect "
        "answer at ln(e + C - 1) - 1.",
        source="PyTorch, torch.nn.CrossEntropyLoss",
        losses=frozenset({"cross_entropy_loss"}),
        speaks=_floored,
    ),
    Feeds(
        name="log-softmax-twice",
        severity=Severity.ADVICE,
        title="LogSoftmax before CrossEntropyLoss",
        why="The loss computes one itself, and a second changes nothing.",
        source="PyTorch, torch.nn.CrossEntropyLoss",
        losses=frozenset({"cross_entropy_loss"}),
        speaks=_redundant,
    ),
    Feeds(
        name="one-class",
        severity=Severity.WARNING,
        title="CrossEntropyLoss of a single number",
        why="The softmax of one number is 1 and its loss is 0, whatever the network "
        "says: nothing is learned.",
        source="Bishop 2006, Pattern recognition and machine learning, 4.3",
        losses=frozenset({"cross_entropy_loss"}),
        speaks=_one_class,
    ),
    Feeds(
        name="no-logarithm",
        severity=Severity.WARNING,
        title="NLLLoss or KLDivLoss without logarithms",
        why="These losses add up logarithms that somebody has to take before.",
        source="PyTorch, torch.nn.NLLLoss and torch.nn.KLDivLoss",
        losses=frozenset({"nll_loss", "kl_div_loss"}),
        speaks=_no_logarithm,
    ),
    Feeds(
        name="sigmoid-twice",
        severity=Severity.WARNING,
        title="Sigmoid before BCEWithLogitsLoss",
        why="The loss applies a sigmoid itself; one of what lies within 0 and 1 lies "
        "within 0.5 and 0.731.",
        source="PyTorch, torch.nn.BCEWithLogitsLoss",
        losses=frozenset({"bce_with_logits_loss", "multi_label_soft_margin_loss"}),
        speaks=_squeezed,
    ),
    Feeds(
        name="no-sigmoid",
        severity=Severity.WARNING,
        title="BCELoss without a sigmoid",
        why="The loss takes the logarithms of probabilities, and torch refuses what is "
        "not within 0 and 1.",
        source="PyTorch, torch.nn.BCELoss",
        losses=frozenset({"bce_loss"}),
        speaks=_unbounded,
    ),
    Feeds(
        name="bounded-regression",
        severity=Severity.ADVICE,
        title="A regression that ends in an activation",
        why="Numbers outside the range of the last activation can never be met, and at "
        "its ends there is no gradient that would tell.",
        source="Goodfellow, Bengio and Courville 2016, Deep Learning, 6.2.2.1",
        losses=frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}),
        speaks=_bounded,
    ),
)

STRETCHES = Finds(
    name="loss-stretches",
    severity=Severity.WARNING,
    title="A target of another shape",
    why="N against N×1 is stretched to N×N: each result is compared with the targets "
    "of all samples.",
    source="PyTorch, torch.nn.functional.mse_loss warns of it",
    speaks=_stretched,
)


@cache
def _about(kind: str) -> tuple[Feeds, ...]:
    return tuple(rule for rule in LOSSES if kind in rule.losses)
