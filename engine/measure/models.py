"""Built models, kept for as long as the panels go on asking about the same design."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

from torch import nn

from engine.check import check
from engine.design.merging import likeness
from engine.design.model import Design
from engine.model.build import build

KEPT = 2  # the design on the screen and the one before the last edit

_models: OrderedDict[Hashable, nn.Module] = OrderedDict()


def content(design: Design) -> Hashable:
    """What a built model depends on: not the looks, labels or notes."""
    nodes = tuple(
        (
            *(key, node.kind, node.name, node.frozen),
            *(_sorted(node.params), _sorted(node.init), _sorted(node.ties)),
            likeness(node.block) if node.block else None,
        )
        for key, node in design.nodes.items()
    )
    settings = design.settings
    chosen = settings.seed, settings.dtype, _sorted(settings.symbols)
    return nodes, design.wires, chosen, _file(settings.weights)


def built(design: Design) -> nn.Module:
    """The design's model, built once. Nobody changes it.

    Raises:
        BuildError: it cannot be built.
    """
    key = content(design)
    if key not in _models:
        if len(_models) >= KEPT:  # before the next takes its memory
            _models.popitem(last=False)
        _models[key] = build(design, checked=check(design))
    _models.move_to_end(key)
    return _models[key]


def _file(path: str) -> Hashable:
    """A file of weights as it is now: it may be written anew under its name."""
    try:
        found = Path(path).stat() if path else None
    except OSError:
        found = None
    return path, found and (found.st_mtime_ns, found.st_size)


def _sorted(mapping: object) -> Hashable:
    assert hasattr(mapping, "items")  # noqa: S101 - mappings of a design
    return tuple(sorted(mapping.items()))
