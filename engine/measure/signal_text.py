"""A signal as the command line tells it: JSON, or a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from engine.measure.signals import Layer, Leaving, Predicted, Signal, Spread, middle

HEAD = ("layer", "forward std", "×", "backward std", "×", "dead", "saturated")


def as_json(signal: Signal) -> dict[str, Any]:
    """Every figure, the median over the seeds; null where there is none."""
    return {
        "seeds": list(signal.seeds),
        "batch": signal.batch,
        "source": signal.source,
        "backward": signal.backward,
        "sampled": any(_sampled(layer) for layer in signal.layers),
        "note": str(signal.note) if signal.note else None,
        "layers": [_layer(at, signal) for at in signal.layers if _a_layer(at)],
        "others": [_layer(at, signal) for at in signal.layers if not _a_layer(at)],
    }


def _a_layer(layer: Layer) -> bool:
    """Whether it is what torch calls a layer, and no input, sum or loss."""
    return layer.role in ("layer", "activation")


def _layer(layer: Layer, signal: Signal) -> dict[str, Any]:
    main = layer.main or Leaving("", None, None)
    return {
        "node": layer.node,
        "name": layer.name,
        "kind": layer.kind,
        "weighted": layer.weighted,
        **_spread("forward", main.forward),
        "forward_factor": _median(layer.forward_factor),
        "forward_from": layer.after or None,
        **_spread("backward", main.backward),
        "backward_factor": _median(layer.backward_factor),
        "backward_from": layer.before or None,
        "dead": _median(layer.dead),
        "saturated": _median(layer.saturated),
        "weight_norm": _median(layer.weight_norm),
        "gradient_norm": _median(layer.gradient_norm),
        **_theory("forward", main.ahead, signal, layer.after),
        **_theory("backward", main.behind, signal, layer.before),
    }


def _spread(way: str, spread: Spread | None) -> dict[str, Any]:
    found = spread or Spread((), (), ())
    return {
        f"{way}_mean": _median(found.mean),
        f"{way}_std": _median(found.std),
        f"{way}_second": _median(found.second),
    }


def _theory(
    way: str, predicted: Predicted, signal: Signal, other: str
) -> dict[str, Any]:
    """What theory says, and of the factor, where it says something of both."""
    layer = signal.layer(other) if other else None
    its = layer.main if layer else None
    before = (its.ahead if way == "forward" else its.behind) if its else Predicted()
    factor = None
    if predicted.second is not None and before.second and predicted.start != other:
        factor = _number(predicted.second / before.second)
    return {
        f"theory_{way}_std": _number(predicted.std),
        f"theory_{way}_factor": factor,
        f"theory_{way}_gap": str(predicted.why) if predicted.why else None,
    }


def _sampled(layer: Layer) -> bool:
    return any(one.forward is not None and one.forward.sampled for one in layer.leaving)


def _median(values: Iterable[float]) -> float | None:
    return _number(middle(values))


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def table(signal: Signal) -> str:
    """The layers, one to a line."""
    lines = [HEAD, *(_cells(layer) for layer in signal.layers)]
    wide = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    told = [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join((*told, *_footing(signal)))


def _cells(layer: Layer) -> tuple[str, ...]:
    return (
        layer.name,
        _said(layer.forward_std),
        _said(middle(layer.forward_factor)),
        _said(layer.backward_std),
        _said(middle(layer.backward_factor)),
        _share(middle(layer.dead)),
        _share(middle(layer.saturated)),
    )


def _footing(signal: Signal) -> Iterator[str]:
    seeds = ", ".join(map(str, signal.seeds))
    yield ""
    yield f"Batch of {signal.batch}, input {signal.source}, seed {seeds}."
    yield "×: second moment over that of the weighted layer before, in each direction."
    if any(_sampled(layer) for layer in signal.layers):
        yield "Large tensors are sampled; --exact reads every value."
    if signal.note:
        yield str(signal.note)


def _said(value: float) -> str:
    return f"{value:.3g}" if isfinite(value) else "–"


def _share(value: float) -> str:
    return f"{value:.1%}" if isfinite(value) else ""
