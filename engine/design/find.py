"""Nodes of a design by what stands on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalog import INITIALIZERS
from engine.catalog.params import Value
from engine.catalog.spec import no_brief
from engine.design.model import Design, Graph, Look, Node
from engine.design.reading_order import reading_order

Steps = tuple[str, ...]  # ids of the uses that lead to a node, and its own


def find(design: Design, text: str) -> tuple[str, ...]:
    """The ids of the nodes that hold every word of `text`, in the order of reading.

    A word is found in the name, the label, the kind and its title, in parameters
    (64, out_features=64) and in the initializers. Order is row by row where the design
    is folded into rows, in each from left to right and down.
    """
    return tuple(_found(design.graph, design.look, text.casefold().split()))


def find_within(whole: Design, text: str, place: Steps = ()) -> tuple[Steps, ...]:
    """Where in a design and its blocks nodes hold every word of `text`.

    What a block holds is found once, however often the block is used: by the first use
    of it, or by the one that stands open. It follows that use in the order of reading;
    blocks that nothing uses come last.

    Args:
        whole: the design.
        text: the words.
        place: ids of the uses that lead to the block that stands open.
    """
    words = text.casefold().split()
    if not words:
        return ()
    opened, graph = dict[str, Steps](), whole.graph
    for depth, key in enumerate(place):
        node = graph.nodes.get(key)
        block = node.block if node else whole.blocks.get(key)
        if block is None:
            break
        opened[block.id], graph = place[: depth + 1], block.graph
    done: set[str] = set()
    found = list(_within(whole.graph, whole.look, words, (), opened, done))
    for key, block in whole.blocks.items():
        if key not in done:
            done.add(key)
            found += _within(block.graph, block.look, words, (key,), opened, done)
    return tuple(found)


def _within(
    graph: Graph,
    look: Look,
    words: list[str],
    steps: Steps,
    opened: Mapping[str, Steps],
    done: set[str],
) -> Iterator[Steps]:
    """What is found in a graph and in the blocks it uses that were not looked at."""
    matching = set(_found(graph, look, words))
    for key in reading_order(graph, look):
        if key in matching:
            yield (*steps, key)
        block = graph.nodes[key].block
        here = (*steps, key)
        if block is None or block.id in done or opened.get(block.id, here) != here:
            continue
        done.add(block.id)
        yield from _within(block.graph, block.look, words, here, opened, done)


def _found(graph: Graph, look: Look, words: list[str]) -> Iterator[str]:
    for key in reading_order(graph, look) if words else ():
        said = " ".join(_said(graph.nodes[key])).casefold()
        if all(word in said for word in words):
            yield key


def _said(node: Node) -> Iterator[str]:
    yield from (node.name, node.label, node.kind, node.title)
    if node.row:
        yield node.row.family
        if node.row.brief is not no_brief:
            yield node.row.brief(node.args)
    for name, value in node.args.items():
        yield f"{name}={_plain(value)}"
    for tensor, init in node.init.items():
        row = INITIALIZERS.get(init.kind)
        yield from (tensor, init.kind, row.title if row else "")
        yield from (f"{name}={_plain(value)}" for name, value in init.params)
    if node.frozen:
        yield "frozen"


def _plain(value: Value) -> str:
    """A value as one types it: 3×3 for a pair of numbers."""
    if isinstance(value, tuple):
        return "×".join(str(part) for part in value)
    return str(value)
