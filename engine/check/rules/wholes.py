"""Rules about a design as a whole, and those that other parts of the check apply."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache

from engine.check.rules.kinds import PLAIN_DROPOUTS
from engine.check.rules.rule import Finds, Rule, Said, Seen, said, use, without
from engine.design.evaluate import Known
from engine.design.model import Design, Node
from engine.errors import Problem, Severity

MUCH = 1_000_000  # numbers: less is not worth a word
MOST = 0.6  # of all numbers
GIGABYTE = 1 << 30


def whole(design: Design, known: Seen) -> Iterator[Problem]:
    """What there is to say of the design as a whole."""
    parameters = size = layers = 0
    largest, key = 0, ""
    for one, at in known.items():
        if at is None or not at.tensors:
            continue
        count = at.parameters
        parameters, size = parameters + count, size + at.weight_bytes
        layers += 1
        if count > largest:
            largest, key = count, one
    if layers > 1 and largest >= MUCH and largest > MOST * parameters:
        found = _holds_most(design.nodes[key], known[key], parameters)
        if found:
            yield HOLDS_MOST.problem(found)
    if size > GIGABYTE and design.settings.device == "cpu":
        memory = machine_bytes()
        if memory and 2 * size > memory:
            yield TOO_LARGE.problem(_too_large(2 * size, memory))


def _holds_most(node: Node, at: Known | None, parameters: int) -> Said | None:
    """Of a block, the layer within it; a table of words is as it has to be."""
    layer, around = node, ""
    while at and at.inside and len(at.inside.passes) == 1:
        around, one = f" in '{node.name}'", at.inside.passes[0]
        inner = {key: a for key, a in one.found.items() if isinstance(a, Known)}
        key = max(inner, key=lambda key: inner[key].parameters)
        layer, at = one.block.graph.nodes[key], inner[key]
    count = at.parameters if at else 0
    if layer.kind != "linear" or count < MUCH or count <= MOST * parameters:
        return None
    return said(
        node,
        "{layer}{around} holds {share} of all parameters ({count}). Make it narrower, "
        "or pool more before it, where that need not be.",
        layer=layer.called,
        around=around,
        share=f"{count / parameters:.0%}",
        count=f"{count:,}",
    )


def _too_large(needed: int, memory: int) -> Said:
    return said(
        None,
        "The weights and their gradients take {needed} GiB, more than the {memory} GiB "
        "of memory that this machine has. It cannot train this network.",
        needed=f"{needed / GIGABYTE:.1f}",
        memory=f"{memory / GIGABYTE:.1f}",
    )


@lru_cache(maxsize=1)
def machine_bytes() -> int:
    """The memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def dropout_before(dropout: Node, norm: Node) -> Problem:
    """The advice on a dropout that feeds a batch norm."""
    found = said(
        dropout,
        "{node} stands before {norm}, which learns a variance that is another one when "
        "dropout is off. Put the dropout behind it.",
        norm=norm.called,
    )
    return DROPOUT_BEFORE_NORM.problem(found)


def dropout_after(dropout: Node, selu: Node) -> Problem:
    """The advice on a plain dropout that SELU feeds."""
    found = said(
        dropout,
        "{node} sets values behind {selu} to 0, which moves their mean and variance "
        "away from 0 and 1. Alpha dropout keeps both.",
        use(dropout, PLAIN_DROPOUTS[dropout.kind]),
        selu=selu.called,
    )
    return SELU_DROPOUT.problem(found)


def rectified_output(node: Node) -> Problem:
    """The advice on a ReLU at the very end."""
    found = said(
        node,
        "{node} ends the network, so that no result is ever below zero and a unit that "
        "is dead gives no gradient. For a regression, end with the layer before it.",
        without(node),
    )
    return RECTIFIED_OUTPUT.problem(found)


HOLDS_MOST = Finds(
    name="holds-most-parameters",
    severity=Severity.ADVICE,
    title="One layer with most of the parameters",
    why="A wide layer behind a flattened picture learns most of the numbers and "
    "overfits first; averaging each map instead needs none.",
    source="Lin, Chen and Yan 2014, Network in network, 3.2",
    speaks=_holds_most,
)
TOO_LARGE = Finds(
    name="too-large",
    severity=Severity.WARNING,
    title="Too large for this machine",
    why="Training holds every weight and its gradient in memory at once, and an "
    "optimizer such as Adam twice as much again.",
    source="Rajbhandari et al. 2020, ZeRO, 3.1",
    speaks=_too_large,
)
DROPOUT_BEFORE_NORM = Finds(
    name="dropout-before-norm",
    severity=Severity.ADVICE,
    title="Dropout before a batch norm",
    why="Dropout changes the variance in training but not afterwards, and the norm "
    "goes on with the one that it saw in training.",
    source="Li et al. 2019, Understanding the disharmony between dropout and batch "
    "normalization by variance shift",
    speaks=dropout_before,
)
SELU_DROPOUT = Finds(
    name="selu-dropout",
    severity=Severity.ADVICE,
    title="Plain dropout after SELU",
    why="SELU keeps mean 0 and variance 1 by itself; zeros among its values undo that.",
    source="Klambauer et al. 2017, Self-normalizing neural networks",
    speaks=dropout_after,
)
RECTIFIED_OUTPUT = Finds(
    name="rectified-output",
    severity=Severity.ADVICE,
    title="A ReLU at the end",
    why="Results can then not be below 0, and a unit that is off for all inputs gets "
    "no gradient to come back by.",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, 6.2.2.1",
    speaks=rectified_output,
)
WHOLES = (HOLDS_MOST, TOO_LARGE, DROPOUT_BEFORE_NORM, SELU_DROPOUT, RECTIFIED_OUTPUT)

UNUSED = Rule(
    name="unused",
    severity=Severity.WARNING,
    title="A result that nobody uses",
    why="What leads to no result is computed in vain and learns nothing.",
    source="Nikanjam et al. 2021, Automatic fault detection for deep learning "
    "programs using graph transformations",
)
