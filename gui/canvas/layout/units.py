"""What moves as one: a layer with the activation docked to it, or a node alone."""

from __future__ import annotations

from typing import NamedTuple

from gui.canvas.layout.shapes import Box, Drawing, Point

DOCKED = 16.0  # between a layer and the activation docked to it


class Unit(NamedTuple):
    """Nodes that stand together; the first one's position is the unit's."""

    members: tuple[tuple[str, Point], ...]  # id, and its offset
    box: Box
    now: Point | None  # where the person has it


class Link(NamedTuple):
    """A wire between two units: from `leaves` to `arrives`, below their origins."""

    source: int
    target: int
    leaves: float
    arrives: float
    room: float  # that its label needs


def gathered(drawing: Drawing) -> tuple[list[Unit], list[Link]]:
    """Units, each after its sources, and the links from earlier to later ones."""
    behind = _behind(drawing)
    docked = {key for key, _, _ in behind.values()}
    units: list[Unit] = []
    at: dict[str, int] = {}
    offsets: dict[str, Point] = {}
    for key in drawing.shapes:
        if key in docked:
            continue
        members, box = _joined(drawing, key, behind)
        for member, offset in members:
            at[member], offsets[member] = len(units), offset
        units.append(Unit(tuple(members), box, drawing.spots.get(key)))
    links = []
    for wire in drawing.wires:
        source, target = at.get(wire.source), at.get(wire.target)
        if source is None or target is None or source == target:
            continue
        leaves = drawing.shapes[wire.source].outs.get(wire.output, (0.0, 0.0))
        arrives = drawing.shapes[wire.target].ins.get(wire.input, (0.0, 0.0))
        room = drawing.labels.get((wire.source, wire.output), 0.0)
        links.append(
            Link(
                source,
                target,
                leaves[1] + offsets[wire.source][1],
                arrives[1] + offsets[wire.target][1],
                room,
            )
        )
    return _sorted(units, links)


Follower = tuple[str, str, str]  # a docked node, the output it is fed by, its input


def _behind(drawing: Drawing) -> dict[str, Follower]:
    """What stands right behind a node: docked to it, or to the same layer as it."""
    if not drawing.docked:
        return {}
    last: dict[str, str] = {}
    found: dict[str, Follower] = {}
    fed = {(wire.source, wire.target): wire for wire in drawing.wires}
    for key in drawing.shapes:
        layer = drawing.docked.get(key)
        if layer is None or layer not in drawing.shapes or layer in drawing.docked:
            continue
        before = last.get(layer, layer)
        wire = fed.get((before, key))
        if wire is not None:
            found[before] = (key, wire.output, wire.input)
            last[layer] = key
    return found


def _joined(
    drawing: Drawing, key: str, behind: dict[str, Follower]
) -> tuple[list[tuple[str, Point]], Box]:
    """A node and what is docked to it, from left to right."""
    members: list[tuple[str, Point]] = [(key, (0.0, 0.0))]
    box = drawing.shapes[key].box
    while key in behind:
        first = drawing.shapes[key]
        key, output, port = behind[key]
        second = drawing.shapes[key]
        x = box.right + DOCKED - second.box.left
        y = members[-1][1][1]
        y += first.outs.get(output, (0.0, 0.0))[1]
        y -= second.ins.get(port, (0.0, 0.0))[1]
        members.append((key, (x, y)))
        box = box.united(second.box.moved(x, y))
    return members, box


def _sorted(units: list[Unit], links: list[Link]) -> tuple[list[Unit], list[Link]]:
    """Every unit after its sources; links that close a loop are left out.

    Docking joins nodes that are apart in the order, so it is made anew.
    """
    if all(link.source < link.target for link in links):
        return units, links
    waiting = [0] * len(units)
    ahead: list[list[int]] = [[] for _ in units]
    for link in links:
        waiting[link.target] += 1
        ahead[link.source].append(link.target)
    ready = [place for place, count in enumerate(waiting) if not count]
    for place in ready:  # grows while it is walked
        for target in ahead[place]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    met = set(ready)
    ready += [place for place in range(len(units)) if place not in met]  # on a loop
    new = {old: place for place, old in enumerate(ready)}
    moved = [
        link._replace(source=new[link.source], target=new[link.target])
        for link in links
    ]
    kept = [link for link in moved if link.source < link.target]
    return [units[old] for old in ready], kept
