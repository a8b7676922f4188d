"""Rules that need a measurement; `engine.measure.advice` puts them to a signal."""

from __future__ import annotations

from engine.check.rules.rule import Rule
from engine.errors import Severity

DEAD_UNITS = Rule(
    name="dead-units",
    severity=Severity.WARNING,
    title="Measured: most units of a layer are dead",
    why="A unit that is off for every sample gets no gradient, so that nothing will "
    "ever wake it.",
    source="Lu et al. 2020, Dying ReLU and initialization; Amazon SageMaker Debugger, "
    "dead_relu: more than half of a layer",
)
VANISHES = Rule(
    name="measured-vanishing",
    severity=Severity.WARNING,
    title="Measured: the signal or its gradient vanishes",
    why="Where the signal all but disappears, the layers behind see the same of every "
    "input; where the gradient does, the layers before do not learn.",
    source="Glorot and Bengio 2010; He et al. 2015, Delving deep into rectifiers",
)
EXPLODES = Rule(
    name="measured-explosion",
    severity=Severity.WARNING,
    title="Measured: the signal or its gradient explodes",
    why="Numbers that grow with every layer overflow, or make the first step of "
    "training ruin what was drawn.",
    source="Glorot and Bengio 2010; He et al. 2015, Delving deep into rectifiers",
)
MEASURED = (DEAD_UNITS, VANISHES, EXPLODES)
