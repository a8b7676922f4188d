"""What the worker answers: frozen requests in, plain data out.

The window imports the requests, so nothing here loads torch or NumPy before the first
answer is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from engine.catalog.params import Value
from engine.catalog.spec import Init
from engine.design.model import Design
from engine.errors import MeasureError
from engine.measure.results import (
    Bars,
    Curve,
    Output,
    ParameterRow,
    Received,
    Summary,
    SummaryRow,
    WeightReport,
)
from engine.measure.signals import Asked, Cell, Lab, Signal

__all__ = [
    "AskBars",
    "AskCurve",
    "AskDevices",
    "AskExport",
    "AskLab",
    "AskOutput",
    "AskParameters",
    "AskReceived",
    "AskSignal",
    "AskSummary",
    "AskWeights",
    "Asked",
    "Bars",
    "Cell",
    "Curve",
    "Lab",
    "Output",
    "ParameterRow",
    "Received",
    "Signal",
    "Summary",
    "SummaryRow",
    "WeightReport",
    "answer",
    "warm",
]

Params = tuple[tuple[str, Value], ...]

# Told, while an answer takes its time, how far it is; set by whoever asked.
progress: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class AskCurve:
    """f and f′ of an elementwise activation, at `points` places from low to high."""

    kind: str
    params: Params
    low: float
    high: float
    points: int = 1001
    slot: str = "curve"


@dataclass(frozen=True)
class AskBars:
    """What an activation over a dimension makes of these scores."""

    kind: str
    params: Params
    scores: tuple[float, ...]
    slot: str = "bars"


@dataclass(frozen=True)
class AskSummary:
    """The torchinfo table of a design."""

    design: Design
    slot: str = "summary"


@dataclass(frozen=True)
class AskParameters:
    """Every named tensor of the built model."""

    design: Design
    slot: str = "parameters"


@dataclass(frozen=True)
class AskWeights:
    """One tensor of the built model, beside what its initializer promises."""

    design: Design
    node: str
    tensor: str
    bins: int = 60
    slot: str = "weights"


@dataclass(frozen=True)
class AskReceived:
    """What reaches an activation when the network is new."""

    design: Design
    node: str
    bins: int = 60
    slot: str = "received"


@dataclass(frozen=True)
class AskSignal:
    """The signal through the new network; progress is (runs done, runs in all)."""

    design: Design
    asked: Asked = field(default_factory=Asked)
    slot: str = "signal"


@dataclass(frozen=True)
class AskExport:
    """Write a model to a file, in the form that its ending says."""

    design: Design
    path: str
    slot: str = "export"


@dataclass(frozen=True)
class AskLab:
    """Every pair of initializer and activation; progress is (done, in all, cell)."""

    design: Design
    initializers: tuple[Init, ...]
    activations: tuple[str, ...]
    asked: Asked = field(default_factory=Asked)
    block: str = ""
    ids: tuple[str, ...] = ()
    slot: str = "lab"


@dataclass(frozen=True)
class AskOutput:
    """What leaves a node for one input."""

    design: Design
    node: str
    port: str = ""
    asked: Asked = field(default_factory=Asked)
    slot: str = "output"


@dataclass(frozen=True)
class AskDevices:
    """The devices of this machine that a design can run on."""

    slot: str = "devices"


@singledispatch
def answer(request: object) -> Any:
    """The answer to a request.

    Raises:
        EngineError: it was refused; the sentence says what would help.
    """
    raise MeasureError(
        "Nobody answers a request of type {kind}.", kind=type(request).__name__
    )


def warm() -> None:
    """Load what the answers need, so that the first one does not wait for it.

    torch loads much of itself only when it is first used, so a small model is built.
    """
    import torchinfo  # noqa: F401

    import engine.measure.curves
    import engine.measure.lab
    import engine.measure.outputs
    import engine.measure.received
    import engine.measure.signal
    import engine.measure.summary
    import engine.measure.weights  # noqa: F401
    from engine.design import edits

    small = edits.insert_after(edits.add(Design(), "input"), "linear", "n1")
    answer(AskParameters(small))


@answer.register
def _(request: AskExport) -> str:
    from pathlib import Path

    from engine.check import check
    from engine.model.exits import EXITS

    path = Path(request.path)
    design, seed = request.design, request.design.settings.seed
    EXITS[path.suffix.lower()].write(design, check(design), path, seed)
    return request.path


@answer.register
def _(request: AskDevices) -> tuple[str, ...]:
    from engine.measure.received import devices

    return devices()


@answer.register
def _(request: AskCurve) -> Curve:
    from engine.measure.curves import curve

    return curve(
        request.kind, request.params, request.low, request.high, request.points
    )


@answer.register
def _(request: AskBars) -> Bars:
    from engine.measure.curves import bars

    return bars(request.kind, request.params, request.scores)


@answer.register
def _(request: AskSummary) -> Summary:
    from engine.measure.summary import summary

    return summary(request.design)


@answer.register
def _(request: AskParameters) -> tuple[ParameterRow, ...]:
    from engine.measure.parameters import parameters

    return parameters(request.design)


@answer.register
def _(request: AskWeights) -> WeightReport:
    from engine.measure.weights import weights

    return weights(request.design, request.node, request.tensor, request.bins)


@answer.register
def _(request: AskReceived) -> Received:
    from engine.measure.received import received

    return received(request.design, request.node, request.bins)


@answer.register
def _(request: AskSignal) -> Signal:
    from engine.measure.signal import signal

    return signal(request.design, request.asked, _tell)


@answer.register
def _(request: AskOutput) -> Output:
    from engine.measure.outputs import output

    return output(request.design, request.node, request.port, request.asked)


@answer.register
def _(request: AskLab) -> Lab:
    from engine.measure.lab import lab

    return lab(
        request.design,
        request.initializers,
        request.activations,
        request.asked,
        block=request.block,
        ids=request.ids,
        tell=_tell,
    )


def _tell(*value: Any) -> None:
    if progress is not None:
        progress(value)
