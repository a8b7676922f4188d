"""The torchinfo table of a design, from shapes alone: no weight takes memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import torchinfo

from engine.catalog.dims import BYTES, Dim, sample
from engine.check import Checked, check
from engine.check.walk import At, walk
from engine.design.model import Design
from engine.errors import Message
from engine.measure.differing import differences
from engine.measure.results import Summary, SummaryRow
from engine.model.build import build_meta
from engine.model.memory import available, fits, readable, weight_bytes
from engine.model.sample import passing_bytes, sample_inputs

COLUMNS = ("output_size", "num_params", "mult_adds")
LIGHT = 64 << 20  # bytes of weights and of what passes that are nothing to a machine
QUICK = 200_000_000  # mult-adds that are done before one looks
DEEP = 99  # every module within a module


def summary(design: Design) -> Summary:
    """The rows of torchinfo, each with the node it belongs to and our count beside it.

    Raises:
        BuildError: the design has an error.
    """
    checked = check(design)
    found = _statistics(design, checked)
    places = {at.name: at for at in walk(checked)}
    rows = [_row(info, places, checked, found) for info in found.summary_list]
    return Summary(
        rows=tuple(rows),
        total_params=checked.parameters,
        trainable_params=checked.trainable,
        mult_adds=checked.mult_adds,
        torchinfo_mult_adds=found.total_mult_adds,
        input_bytes=found.total_input,
        forward_bytes=found.total_output_bytes,
        param_bytes=_param_bytes(checked),
        note=_note(checked),
        differences=differences(checked, rows),
    )


def table(design: Design) -> str:
    """The text of torchinfo itself, with totals that are right.

    It counts a tensor that layers share twice, and leaves the projections of attention
    out of the bytes.

    Raises:
        BuildError: the design has an error.
    """
    checked = check(design)
    found = _statistics(design, checked)
    found.total_params, found.trainable_params = checked.parameters, checked.trainable
    found.total_param_bytes = _param_bytes(checked)
    return str(found)


def _param_bytes(checked: Checked) -> int:
    """Bytes of all that could learn, each tensor once, in its own dtype."""
    return sum(
        prod(spec.shape) * BYTES[spec.dtype or at.known.floating]
        for at in walk(checked)
        for spec in (() if at.known.inside else at.known.tensors)
        if spec.family != "buffer" and not spec.tied
    )


def _statistics(design: Design, checked: Checked) -> torchinfo.ModelStatistics:
    # The meta device shows torchinfo the same modules and shapes without memory or
    # work, but every call there is interpreted: small networks are faster on the CPU,
    # unless a sample meets something that only values can tell, such as a token
    # without an embedding.
    mode = design.settings.mode
    ways = [("cpu", mode)] if _small(checked) else []
    ways.append(("meta", mode))
    if mode == "train":  # a batch norm cannot train on one value: nothing to do about
        ways.append(("meta", "eval"))
    for device, each in ways[:-1]:
        try:
            return _run(design, checked, device, each)
        except (RuntimeError, ValueError):
            pass
    return _run(design, checked, *ways[-1])


def _run(
    design: Design, checked: Checked, device: str, mode: str
) -> torchinfo.ModelStatistics:
    # torchinfo's cache_forward_pass would confuse networks, which share a class.
    return torchinfo.summary(
        build_meta(design, checked=checked).to_empty(device=device),
        input_data=list(sample_inputs(design, checked, device=device)),
        device=device,
        mode=mode,
        col_names=COLUMNS,
        depth=DEEP,
        verbose=0,
    )


def _small(checked: Checked) -> bool:
    """Whether a run on the CPU takes less time than one would notice."""
    batch = max((sample(dim) for dim in _batches(checked)), default=1)
    light = weight_bytes(checked) + passing_bytes(checked) <= LIGHT
    return light and checked.mult_adds * batch <= QUICK


def _batches(checked: Checked) -> Iterator[Dim]:
    for key in checked.inputs:
        tensor = checked.tensor(key, "output")
        yield from tensor.shape[:1] if tensor else ()


def _row(
    info: Any, places: Mapping[str, At], checked: Checked, found: Any
) -> SummaryRow:
    path = _path(info)
    at, exact = _place(path, places)
    own = at.known.mult_adds if at and exact else 0
    params = at.known.parameters if at and exact else info.num_params
    if not path:
        params = checked.parameters
    return SummaryRow(
        node=at.path if at else "",
        name=".".join(path) or info.var_name,
        kind=info.class_name,
        depth=info.depth,
        output_shape=_shape(info.output_size),
        params=params,
        trainable=min(info.trainable_params, params),
        mult_adds=_work(info, found),
        own_mult_adds=own if path else checked.mult_adds,
        share=params / checked.parameters if checked.parameters else 0.0,
    )


def _place(path: tuple[str, ...], places: Mapping[str, At]) -> tuple[At | None, bool]:
    """The node that a module is or is part of, and which of the two.

    The modules of repeats stand for what they repeat: layer1.0 belongs to layer1.
    """
    for end in range(len(path), 0, -1):
        if at := places.get(".".join(path[:end])):
            return at, end == len(path)
    return None, False


def _work(info: Any, found: Any) -> int:
    """What torchinfo prints: it counts at the leaves, and in all."""
    if not info.depth:
        return int(found.total_mult_adds)
    return int(info.macs) if info.is_leaf_layer else 0


def _path(info: Any) -> tuple[str, ...]:
    """The module's attribute names from the network down; () is the network."""
    names: list[str] = []
    while info.depth:
        names.insert(0, info.var_name)
        info = info.parent_info
    return tuple(names)


def _shape(size: Any) -> tuple[int, ...]:
    """The shape; torchinfo gives the first of several, and none for no call."""
    return tuple(size)


def _note(checked: Checked) -> str:
    """A sentence on a network whose weights this machine cannot hold."""
    if fits(checked):
        return ""
    return str(
        Message(
            "The weights need {needed} and {free} are free: these are counts and "
            "shapes, worked out without them.",
            {
                "needed": readable(weight_bytes(checked)),
                "free": readable(available()),
            },
        )
    )
