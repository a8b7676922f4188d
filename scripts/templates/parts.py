"""Words for the nodes that architectures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.catalog.params import Value
from engine.catalog.spec import Init


class Part(NamedTuple):
    """A node that is not on a sheet yet.

    Args:
        kind: of its row.
        name: "" is a default one.
        params: what differs from the defaults; within a block, formulas too.
        init: tensor or family -> what draws it.
        block: id of the block it is a use of.
    """

    kind: str
    name: str = ""
    params: Mapping[str, Value] = {}
    init: Mapping[str, Init] = {}
    block: str = ""

    def drawn(self, **choice: Init) -> Part:
        """The part with initializers: `conv(...).drawn(weight=HE_OUT)`."""
        return self._replace(init={**self.init, **choice})


def part(kind: str, name: str = "", **params: Value) -> Part:
    """A node of any row: its kind, its name and what differs from its defaults."""
    return Part(kind, name, params)


def use(block: str, name: str = "", **params: Value) -> Part:
    """A use of a block by its id, with values for its parameters, repeat and shared."""
    return Part("block", name, params, block=block)


def conv(
    out: int | str,
    kernel: Value = 3,
    name: str = "",
    *,
    stride: Value = 1,
    **rest: Value,
) -> Part:
    """A Conv2d; no padding unless it is said."""
    given = {"out_channels": out, "kernel_size": kernel, "stride": stride, **rest}
    return Part("conv2d", name, given)


def linear(out: int | str, name: str = "", **rest: Value) -> Part:
    """A Linear."""
    return Part("linear", name, {"out_features": out, **rest})


def bn(name: str = "", **rest: Value) -> Part:
    """A BatchNorm2d."""
    return Part("batch_norm2d", name, rest)


def relu(name: str = "") -> Part:
    """A ReLU."""
    return Part("relu", name)


def maxpool(kernel: Value, stride: Value = None, name: str = "", **rest: Value) -> Part:
    """A MaxPool2d."""
    return Part("max_pool2d", name, {"kernel_size": kernel, "stride": stride, **rest})


def init(kind: str, **params: Value) -> Init:
    """An initializer of any row, with what differs from its defaults."""
    return Init(kind, tuple(sorted(params.items())))


# He et al. 2015, eq. 10 and 14: what torchvision draws convolutions before ReLU from.
HE_OUT = init("kaiming_normal", mode="fan_out", nonlinearity="relu")
HE_IN = init("kaiming_normal", nonlinearity="relu")
ZEROS = init("zeros")
