"""Initializers against activations on the person's own network: which pair carries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import isfinite, nan

from engine.catalog.spec import Init
from engine.check import check
from engine.design import edits
from engine.design.model import Design
from engine.design.trials import tried
from engine.errors import EngineError, MeasureError
from engine.measure.signal import signal
from engine.measure.signals import Asked, Cell, Lab, Layer, Signal, middle

BAND = 10.0  # a spread survives while it is within this factor of where it began


def lab(
    design: Design,
    initializers: Sequence[Init],
    activations: Sequence[str],
    asked: Asked,
    *,
    block: str = "",
    ids: Collection[str] = (),
    tell: Callable[[int, int, Cell], None] = lambda done, of, cell: None,
) -> Lab:
    """Try every pair.

    Args:
        design: without errors.
        initializers: the rows of the matrix.
        activations: its columns; "" is the network's own.
        asked: how each is measured.
        block: id of the definition that `ids` stand in; "" is the design itself.
        ids: only these nodes are changed; without any, all.
        tell: is told how many of how many are done, and the newest.

    Raises:
        MeasureError: the design cannot be measured at all.
    """
    if not check(design).ok:
        raise MeasureError("The design has errors; mend them first.")
    cells: list[Cell] = []
    pairs = [(init, kind) for init in initializers for kind in activations]
    for init, kind in pairs:
        try:
            edit = partial(tried, initializer=init, activation=kind, ids=ids)
            found = cell(edits.inside(design, block, edit), init, kind, asked)
        except EngineError as error:
            found = Cell(init, kind, refused=error.message)
        cells.append(found)
        tell(len(cells), len(pairs), found)
    return Lab(tuple(initializers), tuple(activations), tuple(cells))


def cell(design: Design, init: Init, kind: str, asked: Asked) -> Cell:
    """What a pair makes of the network."""
    found = signal(design, asked)
    layers = found.weighted
    return Cell(
        init,
        kind,
        forward=_mean(layer.forward_factor for layer in layers),
        backward=_mean(layer.backward_factor for layer in layers),
        survives=survives(layers),
        survives_back=survives(tuple(reversed(layers)), back=True),
        layers=len(layers),
        signal=_light(found),
    )


def survives(layers: Sequence[Layer], *, back: bool = False) -> int:
    """How many layers a signal gets through before its spread is 10 times another."""
    if not layers:
        return 0
    start = layers[0].backward_std if back else layers[0].forward_std
    for count, layer in enumerate(layers):
        std = layer.backward_std if back else layer.forward_std
        if not (isfinite(std) and start / BAND <= std <= start * BAND and start > 0):
            return count
    return len(layers)


def _mean(factors: Iterable[tuple[float, ...]]) -> float:
    """The geometric mean over the layers of the median over the seeds."""
    found = [middle(values) for values in factors if values]
    if not found or not all(isfinite(value) and value >= 0 for value in found):
        return nan
    product = 1.0
    for value in found:
        product *= value ** (1 / len(found))
    return product


def _light(found: Signal) -> Signal:
    """Only what curves are drawn of."""
    return replace(found, aliases=())
