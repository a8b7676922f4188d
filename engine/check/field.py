"""Receptive fields: how much of the input a value deep in a network can see.

A field is followed along every axis by itself. An axis that is still the input's own
has the field (1, 1, 0); a convolution or a pooling widens it; what mixes a whole axis
(a Linear, a Flatten, a normalization over it) ends it, and so does a transposed
convolution, where the field depends on the place.

Source:
    Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural
    networks", Distill, eqs. 1 and 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from engine.catalog.dims import Dim, Tensor
from engine.catalog.rules import spread
from engine.catalog.spec import Activation
from engine.design.evaluate import Known
from engine.design.model import Node


class Field(NamedTuple):
    """What a value sees along one axis of the input.

    The value at place i sees the input from `start + i * jump` on, `size` places far;
    what lies outside of the input is its border.

    Args:
        size: how many places it sees.
        jump: how far the next value's field lies from this one's: the total stride.
        start: the first place that the first value sees; below 0 in the border.
        seen: whether a window has passed over the axis.
    """

    size: int = 1
    jump: int = 1
    start: int = 0
    seen: bool = False


Fields = tuple[Field | None, ...]  # one for each axis of a tensor; None: not followed


def followed(node: Node, known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """The fields of a node's outputs.

    Args:
        node: the node.
        known: what is known of it.
        arriving: input port -> the fields of what comes there.
    """
    if not arriving:
        first = next(iter(known.outputs.values()))
        return (Field(),) * first.rank
    rule = _RULES.get(node.kind)
    if rule is None:
        rule = _activated if isinstance(node.row, Activation) else _ended
    return rule(known, arriving)


def spatial(fields: Fields) -> tuple[Field, ...]:
    """The fields of the axes that windows have passed over; () where one was ended."""
    return tuple(field for field in fields if field is not None and field.seen)


_Rule = Callable[[Known, Mapping[str, Fields]], Fields]


def _ended(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    return _none(next(iter(known.outputs.values()), None))


def _none(tensor: Tensor | None) -> Fields:
    return (None,) * (tensor.rank if tensor else 0)


def _kept(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """Every value depends on the one at its own place."""
    return _first(arriving)


def _first(arriving: Mapping[str, Fields]) -> Fields:
    return next(iter(arriving.values()))


def _activated(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """An elementwise function keeps all; one over a dimension mixes that."""
    fields = _first(arriving)
    made = next(iter(known.outputs.values()))
    if made.rank != len(fields):
        return _none(made)
    if "dim" in known.args:
        dim = known.args["dim"]
        return _without(fields, [dim]) if isinstance(dim, int) else _none(made)
    return fields


def _mixed(first: int) -> _Rule:
    """All axes from `first` on are mixed: -1 is the last one alone."""

    def rule(known: Known, arriving: Mapping[str, Fields]) -> Fields:
        fields = _first(arriving)
        return (*fields[:first], *(None,) * -first)

    return rule


def _windowed(axes: int) -> _Rule:
    """Compute size + (k − 1)·d·jump, jump·s and start − p·jump, along every axis."""

    def rule(known: Known, arriving: Mapping[str, Fields]) -> Fields:
        args, fields = known.args, _first(arriving)
        channels = (None,) if "out_channels" in args else fields[-axes - 1 : -axes]
        if args.get("padding_mode", "zeros") not in ("zeros", "replicate"):
            return (*fields[: -axes - 1], *channels, *(None,) * axes)
        kernel = spread(args["kernel_size"], axes)
        stride = args["stride"]
        steps = kernel if stride is None else spread(stride, axes)
        spacing = spread(args.get("dilation", 1), axes)
        borders = _borders(args.get("padding", 0), kernel, spacing)
        made = [
            _step(*column)
            for column in zip(
                fields[-axes:], kernel, steps, spacing, borders, strict=True
            )
        ]
        return (*fields[: -axes - 1], *channels, *made)

    return rule


def _borders(
    padding: object, kernel: Sequence[int], spacing: Sequence[int]
) -> tuple[int, ...]:
    """The border in front; "same" puts the odd place of it behind, as torch does."""
    if padding == "same":
        return tuple(d * (k - 1) // 2 for k, d in zip(kernel, spacing, strict=True))
    if padding == "valid":
        return (0,) * len(kernel)
    return spread(padding, len(kernel))


def _step(field: Field | None, k: int, s: int, d: int, p: int) -> Field | None:
    if field is None:
        return None
    return Field(
        field.size + (k - 1) * d * field.jump,
        field.jump * s,
        field.start - p * field.jump,
        seen=True,
    )


def _adaptive(axes: int) -> _Rule:
    """Windows side by side where the sizes divide; else they are of several sizes."""

    def rule(known: Known, arriving: Mapping[str, Fields]) -> Fields:
        fields = _first(arriving)
        arrived = next(iter(known.inputs.values())).shape[-axes:]
        made = next(iter(known.outputs.values())).shape[-axes:]
        sides = (
            _shrunk(*column)
            for column in zip(fields[-axes:], arrived, made, strict=True)
        )
        return (*fields[:-axes], *sides)

    return rule


def _shrunk(field: Field | None, before: Dim, after: Dim) -> Field | None:
    if before == after:
        return field
    if not isinstance(before, int) or not isinstance(after, int) or before % after:
        return None
    return _step(field, before // after, before // after, 1, 0)


def _padded(axes: int, *, mirrored: bool) -> _Rule:
    """A border in front moves the start; one taken from the input ends the field."""

    def rule(known: Known, arriving: Mapping[str, Fields]) -> Fields:
        fields = _first(arriving)
        front = spread(known.args["padding"], 2 * axes)[::2][::-1]
        sides = tuple(
            None
            if mirrored or field is None
            else field._replace(start=field.start - p * field.jump)
            for field, p in zip(fields[-axes:], front, strict=True)
        )
        return (*fields[:-axes], *sides)

    return rule


def _joined(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """Several paths together see what each of them sees, where they stay in step."""
    made = next(iter(known.outputs.values()))
    mixed = []
    if "dim" in known.args:  # values side by side along this axis
        dim = known.args["dim"]
        mixed = [dim % made.rank] if isinstance(dim, int) and made.rank else []
    shapes = [known.inputs[port].shape for port in arriving]
    found: list[Field | None] = []
    for axis in range(made.rank):
        back = axis - made.rank
        sides = [
            fields[back] for fields in arriving.values() if len(fields) + back >= 0
        ]
        sizes = {shape[back] for shape in shapes if len(shape) + back >= 0}
        alike = len(sides) == len(arriving) and len(sizes) == 1
        found.append(_union(sides) if alike and axis not in mixed else None)
    return tuple(found)


def _union(fields: Sequence[Field | None]) -> Field | None:
    known = [field for field in fields if field is not None]
    if len(known) < len(fields) or len({field.jump for field in known}) > 1:
        return None
    start = min(field.start for field in known)
    end = max(field.start + field.size for field in known)
    return Field(end - start, known[0].jump, start, any(f.seen for f in known))


def _reduced(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """The axes that are averaged over go, or hold one value of all."""
    fields = _first(arriving)
    wanted = known.args["dim"]
    dims = [wanted] if isinstance(wanted, int) else list(wanted or range(len(fields)))
    gone = {dim % len(fields) for dim in dims}
    if known.args["keepdim"]:
        return _without(fields, gone)
    return tuple(field for axis, field in enumerate(fields) if axis not in gone)


def _permuted(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    fields = _first(arriving)
    return tuple(fields[axis] for axis in known.args["dims"])


def _flattened(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    fields = _first(arriving)
    start, end = (
        int(known.args[name]) % len(fields) for name in ("start_dim", "end_dim")
    )
    if start == end:
        return fields
    return (*fields[:start], None, *fields[end + 1 :])


def _normalized(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    wanted = known.args["normalized_shape"]
    return _mixed(-len(wanted) if isinstance(wanted, tuple) else -1)(known, arriving)


def _within_samples(known: Known, arriving: Mapping[str, Fields]) -> Fields:
    """Each sample is normalized by statistics of all its places."""
    fields = _first(arriving)
    return (*fields[:1], *(None,) * (len(fields) - 1))


def _without(fields: Fields, axes: Iterable[int]) -> Fields:
    gone = {axis % len(fields) for axis in axes}
    return tuple(None if axis in gone else field for axis, field in enumerate(fields))


def _over_axes(stem: str, rule: Callable[[int], _Rule]) -> dict[str, _Rule]:
    return {f"{stem}{axes}d": rule(axes) for axes in (1, 2, 3)}


def _all(rule: _Rule, *kinds: str) -> dict[str, _Rule]:
    return dict.fromkeys(kinds, rule)


# A batch normalization is taken as it is in use, where it is a scale and a shift.
_RULES: Mapping[str, _Rule] = {
    **_over_axes("conv", _windowed),
    **_over_axes("max_pool", _windowed),
    **_over_axes("avg_pool", _windowed),
    **_over_axes("lp_pool", _windowed),
    **_over_axes("adaptive_avg_pool", _adaptive),
    **_over_axes("adaptive_max_pool", _adaptive),
    **_over_axes("zero_pad", lambda axes: _padded(axes, mirrored=False)),
    **_over_axes("constant_pad", lambda axes: _padded(axes, mirrored=False)),
    **_over_axes("replication_pad", lambda axes: _padded(axes, mirrored=False)),
    **_over_axes("reflection_pad", lambda axes: _padded(axes, mirrored=True)),
    **_over_axes("circular_pad", lambda axes: _padded(axes, mirrored=True)),
    **_over_axes("batch_norm", lambda axes: _kept),
    **_over_axes("dropout", lambda axes: _kept),
    **_over_axes("instance_norm", lambda axes: _within_samples),
    **_all(_kept, "identity", "dropout", "alpha_dropout", "feature_alpha_dropout"),
    **_all(_kept, "output"),
    **_all(_joined, "add", "subtract", "multiply", "divide", "concatenate"),
    **_all(_within_samples, "group_norm"),
    "layer_norm": _normalized,
    "rms_norm": _normalized,
    "linear": _mixed(-1),
    "mean": _reduced,
    "permute": _permuted,
    "flatten": _flattened,
}
