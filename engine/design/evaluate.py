"""One operator on given inputs: its outputs, tensors and costs, remembered.

Alike nodes with alike inputs share one evaluation, so that a check of a thousand
layers costs little more than a check of the different ones among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import TYPE_CHECKING

from engine.catalog import OPERATORS
from engine.catalog.dims import BYTES, FLOATS, INTEGERS, Tensor
from engine.catalog.params import Value
from engine.catalog.spec import Args, Inputs, Port, TensorSpec
from engine.errors import ShapeError

if TYPE_CHECKING:
    from engine.design.within import Inside

Key = tuple[object, ...]  # Node.key
Arriving = tuple[tuple[str, Tensor], ...]  # port name and tensor, in port order


@dataclass(frozen=True)
class Known:
    """All that is known of a node whose inputs are known.

    Args:
        args: every argument, derived ones included, as torch will get them.
        derived: names of the arguments that follow from the inputs.
        inputs: port name -> tensor; an open port that follows another has its tensor.
        outputs: port name -> tensor, in port order.
        tensors: parameters and buffers, in torch's order.
        mult_adds: per sample.
        inside: of a block, what is known within it.
    """

    args: Args
    derived: tuple[str, ...]
    inputs: Inputs
    outputs: Mapping[str, Tensor]
    tensors: tuple[TensorSpec, ...]
    mult_adds: int
    inside: Inside | None = None

    @cached_property
    def parameters(self) -> int:
        """How many numbers it learns, without those of tensors that are another's."""
        return sum(
            prod(spec.shape)
            for spec in self.tensors
            if spec.family != "buffer" and not spec.tied
        )

    @cached_property
    def trainable(self) -> int:
        """How many of them get a gradient, where the node itself is not frozen."""
        return sum(prod(spec.shape) for spec in self.tensors if spec.learns)

    @cached_property
    def weight_bytes(self) -> int:
        """Of its parameters and buffers."""
        return sum(
            prod(s.shape) * BYTES[s.dtype or self.floating]
            for s in self.tensors
            if not s.tied
        )

    @cached_property
    def learned_bytes(self) -> int:
        """Of its parameters alone: as many as their gradients take."""
        real = self.floating
        learned = (spec for spec in self.tensors if spec.learns)
        return sum(prod(s.shape) * BYTES[s.dtype or real] for s in learned)

    @cached_property
    def floating(self) -> str:
        """The dtype of its weights: that of the real numbers it takes or makes."""
        passing = (*self.inputs.values(), *self.outputs.values())
        return next((t.dtype for t in passing if t.dtype in FLOATS), "float32")


@lru_cache(maxsize=1 << 16)
def evaluate(key: Key, arriving: Arriving) -> Known | ShapeError:
    """What the operator makes of what arrives; a `ShapeError` is an answer too."""
    try:
        return _evaluated(key, dict(arriving))
    except ShapeError as error:
        return error


def _evaluated(key: Key, inputs: dict[str, Tensor]) -> Known:
    kind, params = key
    row = OPERATORS[str(kind)]
    args: dict[str, Value] = {**row.defaults, **dict(params)}  # type: ignore[call-overload]
    ports = row.input_ports(args)
    for port in ports:
        if port.name not in inputs and port.follows in inputs:
            inputs[port.name] = inputs[port.follows]
    accept(ports, inputs)
    for name, derive in row.derived.items():
        args[name] = derive(args, inputs)
    names = [port.name for port in row.output_ports(args)]
    made = row.shape(args, inputs)
    return Known(
        args=args,
        derived=tuple(row.derived),
        inputs=inputs,
        outputs=dict(zip(names or ["output"], made, strict=True)),
        tensors=row.tensors(args, inputs),
        mult_adds=row.mult_adds(args, inputs),
    )


def accept(ports: tuple[Port, ...], inputs: Inputs) -> None:
    """Refuse a tensor of a kind that its port does not take.

    Raises:
        ShapeError: names the port and what would help.
    """
    for port in ports:
        arriving = inputs.get(port.name)
        if arriving is None or port.dtype == "any":
            continue
        if port.dtype == "float" and not arriving.floating:
            raise ShapeError(
                "{node} computes with real numbers, but {source} brings {dtype}. Put "
                "an Embedding between them, or make that Input float32.",
                port=port.name,
                dtype=arriving.dtype,
            )
        if port.dtype == "int" and arriving.dtype not in INTEGERS:
            raise ShapeError(
                "{node} looks things up by whole numbers, but {source} brings {dtype}. "
                "Make that Input int64.",
                port=port.name,
                dtype=arriving.dtype,
            )
