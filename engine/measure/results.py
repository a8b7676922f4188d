"""What is measured, as plain data; NumPy arrays, no torch and no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from engine.catalog.spec import Step, Theory
from engine.errors import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """An elementwise activation over a range.

    Args:
        x: where.
        f: f(x).
        df: f′(x), by autograd.
        saturated: the flat zones within the range, as (low, high).
    """

    x: Array
    f: Array
    df: Array
    saturated: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Bars:
    """An activation over a dimension: what goes in and what comes out."""

    before: Array
    after: Array


@dataclass(frozen=True)
class SummaryRow:
    """One row of torchinfo, with our own count beside its.

    Args:
        node: id; "" for the network itself.
        name: of the module within the network: attention1.out_proj.
        kind: torchinfo's word for it, the class.
        depth: 0 for the network.
        output_shape: with the sample sizes; empty where torchinfo knows none.
        params: all within it.
        trainable: those that learn.
        mult_adds: torchinfo's figure, over the batch.
        own_mult_adds: ours, per sample.
        share: of all parameters, from 0 to 1.
    """

    node: str
    name: str
    kind: str
    depth: int
    output_shape: tuple[int, ...]
    params: int
    trainable: int
    mult_adds: int
    own_mult_adds: int
    share: float


@dataclass(frozen=True)
class Difference:
    """A node whose mult-adds torchinfo counts differently, beyond batch and biases.

    Args:
        node: id.
        ours: per sample, times the batch.
        theirs: torchinfo's.
        why: in one clause.
    """

    node: str
    ours: int
    theirs: int
    why: Message


@dataclass(frozen=True)
class Summary:
    """The torchinfo table and its totals.

    Args:
        rows: in torchinfo's order.
        total_params: torchinfo's.
        trainable_params: torchinfo's.
        mult_adds: ours, per sample.
        torchinfo_mult_adds: torchinfo's, over the batch.
        input_bytes: of the sample input.
        forward_bytes: of all that the layers put out, forward and backward.
        param_bytes: of the parameters.
        note: what a reader has to know; "" for nothing.
        differences: the nodes whose mult-adds torchinfo counts otherwise.
    """

    rows: tuple[SummaryRow, ...]
    total_params: int
    trainable_params: int
    mult_adds: int
    torchinfo_mult_adds: int
    input_bytes: int
    forward_bytes: int
    param_bytes: int
    note: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class ParameterRow:
    """One named tensor of the built model.

    Args:
        name: in the state_dict.
        node: id.
        shape: whole numbers.
        init: title of what drew it.
        family: weight, bias, recurrent or buffer.
        mean: of its values.
        std: of its values, about their own mean.
        low: the smallest.
        high: the largest.
        values: in its shape; None above 1,000 of them.
    """

    name: str
    node: str
    shape: tuple[int, ...]
    init: str
    family: str
    mean: float
    std: float
    low: float
    high: float
    values: Array | None


@dataclass(frozen=True)
class WeightReport:
    """One tensor of the built model beside what its initializer promises.

    Args:
        name: in the state_dict.
        shape: whole numbers.
        count: how many values it has.
        edges: of the histogram's bins.
        counts: values in each bin: the tensor's, or those of all redraws together.
        ticks: the values themselves, when there are fewer than 1,000.
        redraws: whether `counts` pools further seeded draws, because one has too few
            values to show a shape.
        expected: what the initializer promises.
        mean: of the tensor.
        std: of the tensor, about its own mean.
        low: its smallest value.
        high: its largest value.
        density_x: where the expected density is given.
        density_y: values expected in a bin there, so that it lies over `counts`;
            empty where there is no closed form.
        fan_in: true number of inputs of an output unit.
        fan_out: true number of outputs an input unit reaches.
        torch_fans: what torch reads off the shape; (0, 0) where it refuses to.
        steps: how the number comes about.
        call: the call that drew it, as it stands in the code.
        init: the initializer's title.
        sampled: whether `counts`, mean and std are estimated from part of the values.
    """

    name: str
    shape: tuple[int, ...]
    count: int
    edges: Array
    counts: Array
    ticks: Array | None
    redraws: bool
    expected: Theory
    mean: float
    std: float
    low: float
    high: float
    density_x: Array
    density_y: Array
    fan_in: int
    fan_out: int
    torch_fans: tuple[int, int]
    steps: tuple[Step, ...]
    call: str
    init: str = ""
    sampled: bool = False


@dataclass(frozen=True)
class Received:
    """What reaches an activation for a seeded batch of N(0, 1) samples.

    Args:
        edges: of the histogram's bins.
        counts: values in each bin.
        saturated: share of the values in a flat zone of the activation.
        dead: share of the units whose gradient is zero for the whole batch.
        mean: of what arrives.
        std: of what arrives.
        out_mean: of what comes out of it.
        out_std: of what comes out of it.
        slope: mean of f′²: what it multiplies the gradient's second moment by; NaN
            where it is no elementwise function.
    """

    edges: Array
    counts: Array
    saturated: float
    dead: float
    mean: float = 0.0
    std: float = 0.0
    out_mean: float = nan
    out_std: float = nan
    slope: float = nan


@dataclass(frozen=True)
class Output:
    """What leaves a node for one input.

    Args:
        node: path of ids.
        shape: of one sample.
        mean: of its values.
        std: of its values.
        low: the smallest.
        high: the largest.
        edges: of the histogram's bins.
        counts: values in each bin.
        picture: of an image its channels side by side, of a matrix itself; None else.
        values: all of them, where there are up to 1,000.
    """

    node: str
    shape: tuple[int, ...]
    mean: float
    std: float
    low: float
    high: float
    edges: Array
    counts: Array
    picture: Array | None
    values: Array | None
