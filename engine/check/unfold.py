"""A design without its blocks: every node where it stands, wired past all borders.

Repeats that are one and the same stand once and say how many they are, so that a
thousand of them cost no more than three: the first, one of those between, the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from engine.design.evaluate import Known
from engine.design.model import Graph, Node
from engine.design.within import Found, Pass

Place = tuple[int, str]  # the number of a plain node, and one of its output ports


class Plain(NamedTuple):
    """A node that is no use of a block.

    Args:
        path: of ids; repeats that are alike go by the first of them.
        node: the node.
        known: what is known of it.
        sources: input port -> what it is fed by; an open port follows another one.
        times: how many nodes it stands for.
        copies: how many of them have a path of their own, as repeats that share no
            weights do.
        own: whether its weights are its own; else they are those of a repeat before.
        frozen: whether it or a block around it is frozen.
    """

    path: str
    node: Node
    known: Known
    sources: Mapping[str, Place]
    times: int
    copies: int
    own: bool
    frozen: bool


class Around(NamedTuple):
    """What holds for all nodes of a body."""

    prefix: str = ""
    times: int = 1
    copies: int = 1
    own: bool = True
    frozen: bool = False


@dataclass
class Unfolded:
    """The plain nodes in the order of computation, and which repeats are alike.

    Args:
        nodes: by their numbers.
        copies: of uses and repeats, by path: how many the path stands for.
        alike: path of a repeat -> of the one that stands for it.
    """

    nodes: list[Plain] = field(default_factory=list)
    copies: dict[str, int] = field(default_factory=dict)
    alike: dict[str, str] = field(default_factory=dict)

    def canonical(self, path: str) -> str:
        """The path that stands for a path: n5/7/n2 is n5/1/n2 of a hundred repeats."""
        if not self.alike:
            return path
        walked = ""
        for part in path.split("/"):
            walked = f"{walked}/{part}" if walked else part
            walked = self.alike.get(walked, walked)
        return walked


def unfolded(graph: Graph, found: Mapping[str, Found]) -> Unfolded:
    """The known nodes of a graph and of all blocks within."""
    made = Unfolded()
    _graph(made, graph, found, {}, Around())
    return made


def _graph(
    made: Unfolded,
    graph: Graph,
    found: Mapping[str, Found],
    given: Mapping[str, Place],
    around: Around,
) -> dict[tuple[str, str], Place]:
    """Add the nodes of a graph; where what leaves each of its nodes comes from."""
    places: dict[tuple[str, str], Place] = {}
    for key, known in found.items():
        if not isinstance(known, Known):
            continue
        node = graph.nodes[key]
        if key in given:
            places[key, "output"] = given[key]
            continue
        sources = _sources(graph, node, places)
        if known.inside is None:
            number = len(made.nodes)
            frozen = around.frozen or node.frozen
            _, times, copies, own, _ = around
            path = f"{around.prefix}{key}"
            plain = Plain(path, node, known, sources, times, copies, own, frozen)
            made.nodes.append(plain)
            places.update({(key, port): (number, port) for port in known.outputs})
        else:
            leaving = _use(made, node, known, sources, around)
            places.update({(key, port): at for port, at in leaving.items()})
    return places


def _use(
    made: Unfolded,
    node: Node,
    known: Known,
    sources: Mapping[str, Place],
    around: Around,
) -> dict[str, Place]:
    """Add what is within a use; what leaves it by each port."""
    inside, at = known.inside, f"{around.prefix}{node.id}"
    assert inside is not None  # noqa: S101 - the caller has looked
    made.copies[at] = around.copies
    flowing, leaving = dict(sources), dict[str, Place]()
    for place, times, one in _runs(inside.passes):
        prefix = f"{at}/{place}/" if inside.indexed else f"{at}/"
        if inside.indexed:
            alike = range(place + 1, place + times)
            made.alike.update({f"{at}/{n}": f"{at}/{place}" for n in alike})
            made.copies[f"{at}/{place}"] = around.copies * times
        within = Around(
            prefix,
            around.times * times,
            around.copies * (times if inside.indexed else 1),
            around.own and (place == 0 or not inside.shared),
            around.frozen or node.frozen,
        )
        ports = [port.name for port in node.inputs if port.name in flowing]
        given = {
            key: flowing[port]
            for key, port in zip(one.block.entering, known.inputs, strict=False)
            if port in flowing
        }
        places = _graph(made, one.block.graph, one.found, given, within)
        leaving = {
            end.port: places[end.source, end.leaving]
            for end in one.block.leaving
            if (end.source, end.leaving) in places
        }
        if ports and leaving:
            flowing[ports[0]] = next(iter(leaving.values()))
    return leaving


def _runs(passes: tuple[Pass, ...]) -> Iterator[tuple[int, int, Pass]]:
    """The first pass, runs of alike ones between, the last; each with its length."""
    yield 0, 1, passes[0]
    place = 1
    for _, run in groupby(passes[1:-1], key=id):
        alike = list(run)
        yield place, len(alike), alike[0]
        place += len(alike)
    if len(passes) > 1:
        yield place, 1, passes[-1]


def _sources(
    graph: Graph, node: Node, places: Mapping[tuple[str, str], Place]
) -> dict[str, Place]:
    wires = graph.incoming.get(node.id, {})
    found: dict[str, Place] = {}
    for port in node.inputs:
        wire = wires.get(port.name)
        place = places.get((wire.source, wire.output)) if wire else None
        if place is not None:
            found[port.name] = place
        elif port.follows in found:
            found[port.name] = found[port.follows]
    return found
