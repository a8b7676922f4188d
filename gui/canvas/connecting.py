"""Wires by keyboard: what the selected node can feed, and be fed by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QIcon

from engine.design import edits
from engine.design.model import Node, Wire
from gui.canvas.fitting import fitting_inputs, reachable, wire_for
from gui.canvas.offers import Offer
from gui.canvas.outcome import outcome, rewired
from gui.panels.glyphs import glyph_icon
from gui.panels.search import Words, words_of
from gui.words import say

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

NEAR = 400  # nodes that are offered: the nearest
TOLD = 40  # of those that do not fit, so many say why
BESIDE = 24.0


class Connecting(QObject):
    """Ctrl+K: two selected nodes are wired; one asks which."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._session = desk.session

    def connect_nodes(self) -> None:
        """Wire two selected nodes, left to right; for one, offer what it can feed."""
        ids, document = self._session.selection.ids, self._session.document
        if len(ids) == 2:
            first, last = self._ordered(ids)
            self._join(first, last)
            return
        one = self._session.selection.one
        node = document.design.nodes.get(one or "")
        if node is None or not node.outputs:
            self._session.tell(self.tr("Select a node that gives something on."))
            return
        body = self._desk.canvas.stage.body(node.id)
        corner = self._desk.mapFromScene(body.topRight() + QPointF(BESIDE, 0))
        about = self.tr("Connect {name} to").format(name=node.name)
        self._desk.reveal([node.id])
        self._desk.finder.open(corner, list(self._offers(node)), about)

    def _ordered(self, ids: frozenset[str]) -> tuple[str, str]:
        """Along the wires where one leads to the other, else from left to right."""
        spots = self._desk.canvas.stage.spots
        first, last = sorted(ids, key=lambda key: spots[key])
        if first in reachable(self._session.document.design, last):
            return last, first
        return first, last

    def _join(self, first: str, last: str) -> None:
        document = self._session.document
        nodes = document.design.nodes
        for port in nodes[first].outputs:
            anchor = (first, port.name, False)
            wire = wire_for(document.design, document.checked, anchor, last)
            if wire is not None:
                self._wire(wire, ())
                return
        said = self.tr("{name} has no input for it.").format(name=nodes[last].name)
        self._session.tell(said)

    def _wire(self, wire: Wire, _: tuple[str, ...]) -> None:
        document = self._session.document
        nodes = document.design.nodes
        text = self.tr("Connect {source} to {target}").format(
            source=nodes[wire.source].name, target=nodes[wire.target].name
        )
        document.attempt(rewired, None, wire, text=text)

    # What is offered

    def _offers(self, node: Node) -> Iterator[Offer]:
        """Every input that a wire from `node` can end at, the nearest first."""
        design = self._session.document.design
        behind = reachable(design, node.id, upstream=True)
        near = [key for key in self._by_distance(node.id) if key not in behind]
        told = 0
        for port in node.outputs:
            source = (node.id, port.name)
            checked = self._session.document.checked
            fits = fitting_inputs(design, checked, source, near[:NEAR])
            for key in fits:
                for entry in self._entries(design.nodes[key]):
                    wire = Wire(*source, key, entry)
                    if wire in design.wires:
                        continue
                    fitting = (entry, True) in fits[key]
                    told += not fitting
                    yield self._offer(wire, fitting=fitting, tell=told < TOLD)

    def _by_distance(self, key: str) -> list[str]:
        spots = self._desk.canvas.stage.spots
        x, y = spots[key]

        def far(other: str) -> float:
            return abs(spots[other][0] - x) + abs(spots[other][1] - y)

        return sorted(spots, key=far)

    def _entries(self, node: Node) -> Iterator[str]:
        """The inputs of a node; where all are taken, one more if it takes one."""
        taken = self._session.document.design.graph.incoming.get(node.id, {})
        names = [port.name for port in node.inputs]
        yield from sorted(names, key=lambda name: name in taken)
        further = edits.further_input(node) if len(taken) >= len(names) else None
        if further:
            yield further

    def _offer(self, wire: Wire, *, fitting: bool, tell: bool) -> Offer:
        document = self._session.document
        design = document.design
        node, source = design.nodes[wire.target], design.nodes[wire.source]
        several = len(node.inputs) > 1
        title = f"{node.name}.{wire.input}" if several else node.name
        if len(source.outputs) > 1:
            title = f"{wire.output} → {title}"
        blocked = ""
        if not fitting:
            answer = outcome(design, document.checked, None, wire) if tell else None
            reason = (answer.refused or answer.wrong) if answer else None
            further = wire.input not in node.entries
            blocked = say(reason) if reason else ""
            if not blocked and not further:
                blocked = self.tr("What it gives does not fit there.")
        before = design.graph.incoming.get(node.id, {}).get(wire.input)
        doc = self.tr("{port} of {title}").format(port=wire.input, title=node.title)
        if before is not None:
            name = design.nodes[before.source].name
            doc = self.tr("In the place of the wire from {name}").format(name=name)
        row = node.row
        near = words_of(row).near if row else ()
        words = Words(title, (node.name.lower(), node.title.lower(), *near))
        icon = glyph_icon(row, self._session.theme) if row else QIcon()
        take = partial(self._wire, wire)
        return Offer("", words, icon, node.title, doc, take, None, blocked)
