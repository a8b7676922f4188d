"""The torchinfo table of a design, from shapes alone: no weight takes memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torchinfo

from engine.check import Checked, check
from engine.design.model import Design
from engine.errors import Message
from engine.measure.results import Summary, SummaryRow
from engine.measure.sample import sample_inputs
from engine.model.build import build_meta
from engine.model.memory import available, fits, readable, weight_bytes

COLUMNS = ("output_size", "num_params", "mult_adds")
DEEP = 99  # every module within a module


def summary(design: Design) -> Summary:
    """The rows of torchinfo, each with the node it belongs to and our count beside it.

    Raises:
        BuildError: the design has an error.
    """
    checked = check(design)
    found = _statistics(design, checked)
    ids = {node.name: key for key, node in design.nodes.items()}
    rows = [_row(info, ids, checked, found) for info in found.summary_list]
    return Summary(
        rows=tuple(rows),
        total_params=found.total_params,
        trainable_params=found.trainable_params,
        mult_adds=checked.mult_adds,
        torchinfo_mult_adds=found.total_mult_adds,
        input_bytes=found.total_input,
        forward_bytes=found.total_output_bytes,
        param_bytes=found.total_param_bytes,
        note=_note(checked),
    )


def table(design: Design) -> str:
    """The text of torchinfo itself.

    Raises:
        BuildError: the design has an error.
    """
    return str(_statistics(design, check(design)))


def _statistics(design: Design, checked: Checked) -> torchinfo.ModelStatistics:
    # On the meta device torchinfo sees the same modules and shapes as on the CPU, at
    # no cost; its cache_forward_pass would confuse classes of one name.
    return torchinfo.summary(
        build_meta(design, checked=checked),
        input_data=list(sample_inputs(design, checked, device="meta")),
        device="meta",
        col_names=COLUMNS,
        depth=DEEP,
        verbose=0,
    )


def _row(info: Any, ids: Mapping[str, str], checked: Checked, found: Any) -> SummaryRow:
    path = _path(info)
    node = ids[path[0]] if path else ""
    known = checked.known(node)
    own = known.mult_adds if known and len(path) == 1 else 0
    return SummaryRow(
        node=node,
        name=".".join(path) or info.var_name,
        kind=info.class_name,
        depth=info.depth,
        output_shape=_shape(info.output_size),
        params=info.num_params,
        trainable=info.trainable_params,
        mult_adds=_work(info, found),
        own_mult_adds=own if path else checked.mult_adds,
        share=info.num_params / found.total_params if found.total_params else 0.0,
    )


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
