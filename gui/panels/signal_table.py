"""The signal as a table: for reading, copying and screen readers."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from engine.measure.signals import Layer, Predicted, Signal, Spread, middle
from gui.panels.labels import short
from gui.panels.table import Cell, Column, Line
from gui.words import say

Tr = Callable[[str], str]
NONE = Cell("–", float("-inf"))


def columns(tr: Tr) -> tuple[Column, ...]:
    """The headings."""
    return (
        Column(tr("Layer"), tr("The layer's name in the network"), width=160),
        Column(tr("Forward"), tr("Standard deviation of what leaves it"), number=True),
        Column("×", tr("Second moment over the weighted layer before"), number=True),
        Column(tr("Theory"), tr("What theory expects"), number=True),
        Column(
            tr("Backward"), tr("Standard deviation of the gradient there"), number=True
        ),
        Column("×", tr("Second moment over the weighted layer after"), number=True),
        Column(tr("Theory"), tr("What theory expects"), number=True),
        Column(tr("Dead"), tr("Units without any gradient"), number=True),
        Column(tr("Saturated"), tr("Values in a flat zone"), number=True),
        Column(tr("|W|"), tr("Norm of the weights"), number=True),
        Column(tr("|∇W|"), tr("Norm of the weights' gradient"), number=True),
    )


def lines(signal: Signal, tr: Tr) -> tuple[Line, ...]:
    """A line for each call."""
    return tuple(_line(layer, tr) for layer in signal.layers if layer.main)


def _line(layer: Layer, tr: Tr) -> Line:
    main = layer.main
    assert main is not None  # noqa: S101 - the caller asks for these only
    return Line(
        layer.node,
        (
            Cell(layer.name, layer.name),
            _std(main.forward, tr),
            _number(layer.forward_factor),
            _theory(main.ahead),
            _std(main.backward, tr),
            _number(layer.backward_factor),
            _theory(main.behind),
            _share(layer.dead if layer.role == "activation" else ()),
            _share(layer.saturated if layer.role == "activation" else ()),
            _number(layer.weight_norm),
            _number(layer.gradient_norm),
        ),
    )


def _std(spread: Spread | None, tr: Tr) -> Cell:
    if spread is None:
        return NONE
    values = " · ".join(short(value) for value in spread.std)
    tip = tr("By seed: {values}").format(values=values)
    return _number(spread.std)._replace(tip=tip)


def _number(values: tuple[float, ...]) -> Cell:
    value = middle(values)
    return Cell(short(value), value) if isfinite(value) else NONE


def _theory(said: Predicted) -> Cell:
    if said.std is None:
        return NONE._replace(tip=say(said.why) if said.why else "")
    return Cell(short(said.std), said.std)


def _share(values: tuple[float, ...]) -> Cell:
    value = middle(values)
    return Cell(f"{value:.1%}", value) if isfinite(value) else NONE
