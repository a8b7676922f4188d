"""What the search on the canvas is opened for, and what a choice in it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QIcon

from engine.catalog.spec import Operator
from engine.design import edits
from engine.design.model import Design, Wire
from gui.canvas.finder import Finder
from gui.canvas.offers import Offer, Source, feeds, refusal, through
from gui.canvas.placing import (
    added,
    added_after,
    added_between,
    taken_in,
    used,
    wired_from,
    wired_to,
)
from gui.canvas.typed import read
from gui.panels.glyphs import glyph_icon
from gui.placeables import Placeable, placeables

if TYPE_CHECKING:
    from gui.canvas.desk import Desk

Anchor = tuple[str, str, bool]  # node, port, and whether the port is an input
Edit = Callable[[Design], Design]
BESIDE = 24.0  # between a node and the search that was opened for it


class Searching(QObject):
    """Opens the search; every choice is one undo step.

    Args:
        desk: the canvas it is over.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._session = desk.session
        self.finder = Finder(desk.session.theme, desk.session.added, desk.viewport())

    def open(
        self, at: QPointF | None = None, anchor: Anchor | None = None, text: str = ""
    ) -> None:
        """What can be added at a point, after the selected node, or at a port's end.

        Args:
            at: in the scene; without it, beside the selected node or at the pointer.
            anchor: the port that a wire was drawn from; only what fits it is offered.
            text: what was typed already.
        """
        after = self._after() if anchor is None and at is None else None
        if anchor is not None:
            self._for_port(anchor, at or self._desk.spot(), text)
        elif after is not None:
            self._after_node(after, text)
        else:
            self._anywhere(at or self._desk.spot(), text)

    def into(self, wire: Wire, at: QPointF) -> None:
        """What can be put into a wire."""
        source = Source(wire.source, wire.output)
        offers = [
            self._offer(one, partial(self._splice, one, wire, at))
            for one in placeables(self._session)
            if through(one) and not self._refusal(one, source)
        ]
        names = (self._name(wire.source), self._name(wire.target))
        about = self.tr("Add between {source} and {target}")
        about = about.format(source=names[0], target=names[1])
        self.finder.open(self._desk.mapFromScene(at), offers, about)

    # The three places

    def _after(self) -> Source | None:
        """The output that what is added next would follow."""
        one = self._session.selection.one
        node = self._session.document.design.nodes.get(one or "")
        return Source(node.id, node.outputs[0].name) if node and node.outputs else None

    def _after_node(self, source: Source, text: str) -> None:
        body = self._desk.canvas.stage.body(source.node)
        offers = [
            self._offer(one, partial(self._append, one, source), source)
            for one in placeables(self._session)
        ]
        offers += self._initializers()
        about = self.tr("Add after {name}").format(name=self._name(source.node))
        self._desk.reveal([source.node])
        corner = body.topRight() + QPointF(BESIDE, 0)
        self.finder.open(self._desk.mapFromScene(corner), offers, about, text)

    def _anywhere(self, at: QPointF, text: str) -> None:
        offers = [
            self._offer(one, partial(self._put, one, at))
            for one in placeables(self._session)
        ]
        offers += self._initializers()
        about = self.tr("Add a layer")
        self.finder.open(self._desk.mapFromScene(at), offers, about, text)

    def _for_port(self, anchor: Anchor, at: QPointF, text: str) -> None:
        key, port, entering = anchor
        fits = partial(self._fits_before if entering else self._fits_after, key, port)
        offers = [
            self._offer(one, partial(self._wire, one, anchor, at))
            for one in placeables(self._session)
            if fits(one)
        ]
        about = (
            self.tr("Add before {name}") if entering else self.tr("Add after {name}")
        )
        said = about.format(name=self._name(key))
        self.finder.open(self._desk.mapFromScene(at), offers, said, text)

    def _fits_after(self, key: str, port: str, one: Placeable) -> bool:
        row = one.row
        takes = isinstance(row, Operator) and bool(row.input_ports(row.defaults))
        return takes and not self._refusal(one, Source(key, port))

    def _fits_before(self, key: str, port: str, one: Placeable) -> bool:
        entries = self._session.document.design.nodes[key].inputs
        wanted = next((entry for entry in entries if entry.name == port), None)
        return wanted is not None and feeds(one, wanted)

    # What is offered

    def _offer(
        self,
        one: Placeable,
        take: Callable[[tuple[str, ...]], object],
        source: Source | None = None,
    ) -> Offer:
        row = one.row
        blocked = ""
        if source is not None and isinstance(row, Operator):
            alone = not row.input_ports(row.defaults)
            blocked = "" if alone else self._refusal(one, source)
        operator = row if isinstance(row, Operator) else None
        icon = self._icon(one)
        return Offer(
            one.key, one.words, icon, one.origin, row.doc, take, operator, blocked
        )

    def _initializers(self) -> Iterator[Offer]:
        """Those that the selected layers could have, where there are any."""
        checked, ids = self._session.document.checked, self._session.selection.ids
        known = [checked.known(key) for key in ids]
        if not any(at is not None and at.tensors for at in known):
            return
        names = (
            ", ".join(map(self._name, sorted(ids))) if len(ids) < 3 else str(len(ids))
        )
        side = self.tr("weight of {name}").format(name=names)
        for one in placeables(self._session, initializers=True):
            if one.initializer:
                take = partial(self._initialize, one.key)
                yield self._offer(one._replace(origin=side), take)

    def _icon(self, one: Placeable) -> QIcon:
        return glyph_icon(one.row, self._session.theme)

    def _refusal(self, one: Placeable, source: Source) -> str:
        document = self._session.document
        return refusal(one, source, document.design, document.checked)

    # What a choice does

    def _put(self, one: Placeable, at: QPointF, values: tuple[str, ...]) -> None:
        """At a free spot near a point, wired to nothing."""
        self._grow(one, partial(self._made(one), at=at), values)

    def _append(self, one: Placeable, source: Source, values: tuple[str, ...]) -> None:
        """After a node; what has no input stands by itself, below it."""
        row = one.row
        body = self._desk.plan().boxes[source.node]
        below = QPointF(body.center().x(), body.bottom() + 60)
        if not isinstance(row, Operator) or not row.input_ports(row.defaults):
            self._put(one, below, values)
        elif one.block is not None:
            edit = partial(self._made(one), at=below, after=source.node)
            self._grow(one, edit, values)
        else:
            plan = self._desk.plan()
            edit = partial(added_after, kind=one.key, after=source.node, plan=plan)
            self._grow(one, edit, values)

    def _splice(
        self, one: Placeable, wire: Wire, at: QPointF, values: tuple[str, ...]
    ) -> None:
        plan = self._desk.plan()
        edit: Edit = partial(added_between, kind=one.key, wire=wire, at=at, plan=plan)
        if one.block is not None:
            edit = partial(self._made(one), at=at, wire=wire)
        self._grow(one, edit, values)

    def _wire(
        self, one: Placeable, anchor: Anchor, at: QPointF, values: tuple[str, ...]
    ) -> None:
        """At the end of a wire that was drawn from a port."""
        key, port, entering = anchor
        plan = self._desk.plan()
        wired = wired_to if entering else wired_from
        edit: Edit = partial(wired, kind=one.key, port=(key, port), at=at, plan=plan)
        if one.block is not None:
            edit = partial(self._made(one), at=at, anchor=anchor)
        self._grow(one, edit, values)

    def _made(self, one: Placeable) -> Callable[..., Design]:
        """What adds it, wherever that will be."""
        plan = self._desk.plan()
        if one.part is not None:
            return partial(taken_in, part=one.part, plan=plan)
        if one.block is not None:
            return partial(used, block=one.key, plan=plan)
        return partial(added, kind=one.key, plan=plan)

    def _grow(self, one: Placeable, edit: Edit, values: tuple[str, ...]) -> None:
        row = one.row
        given = read(row, values) if isinstance(row, Operator) else None

        def whole(design: Design) -> Design:
            grown = edit(design)
            if given and given.params:
                grown = edits.set_params(grown, [grown.newest], given.params)
            return grown

        text = self.tr("Add {title}").format(title=one.words.title)
        self._desk.grow(whole, text)
        if given and given.wrong:
            self._session.tell(given.wrong)

    def _initialize(self, kind: str, _: tuple[str, ...]) -> None:
        self._session.initialize(kind)

    def _name(self, key: str) -> str:
        return self._session.document.design.nodes[key].name
