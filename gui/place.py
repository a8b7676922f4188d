"""Which part of a design is looked at: all of it, or the body of a block."""

from __future__ import annotations

from typing import NamedTuple

from engine.check import Checked, check
from engine.design.bodies import opened
from engine.design.model import Design, Node

Place = tuple[str, ...]  # ids of the uses that lead there; () is the whole design


class Here(NamedTuple):
    """What stands open.

    Args:
        place: how to get there.
        prefix: what stands before the id of a node here in its path: "n5/0/".
        design: the body as a design, or the whole.
        checked: what is known of it on what arrives at the use it was opened by.
    """

    place: Place
    prefix: str
    design: Design
    checked: Checked


def look(whole: Design, checked: Checked, place: Place) -> Here:
    """What stands at a place, or as far on the way there as there still is one.

    Of a use that is repeated, the first repeat is looked into. Where nothing arrives
    yet, and of a definition opened by its own id, the Inputs show their samples.
    """
    here = Here((), "", whole, checked)
    for key in place:
        node = here.design.nodes.get(key)
        block = node.block if node else whole.blocks.get(key)
        if block is None:
            return here
        deeper = here.checked.inside(key)
        view = opened(whole, block.id, deeper.design.scope if deeper else None)
        inside = getattr(here.checked.found.get(key), "inside", None)
        step = f"{key}/0/" if inside and inside.indexed else f"{key}/"
        here = Here((*here.place, key), here.prefix + step, view, deeper or check(view))
    return here


def place_of(path: str) -> tuple[Place, str]:
    """The place of a node within blocks, and its id, from its path."""
    keys = [part for part in path.split("/") if not part.isdigit()]
    return tuple(keys[:-1]), keys[-1] if keys else ""


def called(whole: Design, place: Place) -> tuple[str, ...]:
    """The names of the blocks that a place leads through."""
    names: list[str] = []
    nodes = whole.nodes
    for key in place:
        node = nodes.get(key)
        block = node.block if node else whole.blocks.get(key)
        if block is None:
            break
        names.append(block.name)
        nodes = block.graph.nodes
    return tuple(names)


def node_at(whole: Design, path: str) -> Node | None:
    """The node that a path leads to."""
    place, key = place_of(path)
    nodes = whole.nodes
    for step in place:
        use = nodes.get(step)
        if use is None or use.block is None:
            return None
        nodes = use.block.graph.nodes
    return nodes.get(key)
