"""A sheet to draw a design on: public edits, one after the other.

Nodes are put where the tidy layout puts them; nothing is placed by hand.

    sheet = Sheet()
    x = sheet.input("x", ("N", 64, 56, 56))
    y = sheet.chain(x, conv(64, padding=1), bn(), relu())
    y = sheet.put(part("add"), x, y)
    design = sheet.design
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from engine.catalog.params import Value
from engine.check import check
from engine.design.blocks import expose, set_block_notes, set_block_param
from engine.design.bodies import inside
from engine.design.edits import (
    add,
    arrange,
    connect,
    dock,
    frame_nodes,
    make_block,
    refit,
    remove,
    set_params,
)
from engine.design.model import Design, Wire
from gui.canvas.face import face_of
from gui.canvas.marking import box_of as marked
from gui.tidy import tidied
from scripts.templates.parts import Part
from scripts.templates.ruler import Ruler

Source = str | tuple[str, str]  # node id, by its first output; or with a port
Setting = int | tuple[int, str] | tuple[int, str, int]  # of a block's parameter


class Sheet:
    """One level of a design while it is drawn."""

    def __init__(self, design: Design | None = None) -> None:
        self._design = design or Design()
        self._frames: list[tuple[str, str, tuple[str, ...]]] = []

    @property
    def design(self) -> Design:
        """The design as drawn so far, tidy, with its frames."""
        design, checked, ruler = self._design, check(self._design), Ruler()
        spans = {
            key: marked(face_of(node, checked, ruler).space)
            for key, node in design.nodes.items()
        }
        design = arrange(design, tidied(design, checked, ruler))
        for title, colour, ids in self._frames:
            design = frame_nodes(design, ids, title, colour, spans)
        return refit(design, spans)

    @contextmanager
    def framed(self, title: str, colour: str) -> Iterator[None]:
        """Draw a frame around what is put meanwhile, once all is in its place."""
        before = set(self._design.nodes)
        yield
        fresh = tuple(key for key in self._design.nodes if key not in before)
        self._frames.append((title, colour, fresh))

    def input(
        self,
        name: str,
        shape: tuple[int | str, ...],
        **rest: Value,
    ) -> str:
        """An Input: of the network, or a port of the block being drawn."""
        given: dict[str, Value] = {"shape": shape, **rest}
        return self.put(Part("input", name, given))

    def output(self, source: Source, name: str = "") -> str:
        """An Output: only where there are several, or one needs a name."""
        return self.put(Part("output", name), source)

    def put(
        self,
        what: Part,
        *sources: Source,
        into: Mapping[str, Source] | None = None,
    ) -> str:
        """Add a node and wire its inputs; an activation docks to a layer before it.

        Args:
            what: the node.
            sources: what feeds its inputs, in order.
            into: what feeds inputs by name.

        Returns:
            Its id.
        """
        kind, name, params, init, block = what
        self._design = add(
            self._design, kind, name=name, params=params, init=init, block=block
        )
        key = self._design.newest
        ports = [port.name for port in self._design.nodes[key].inputs]
        wired = {**dict(zip(ports, sources, strict=False)), **(into or {})}
        if len(sources) > len(ports):
            raise ValueError(f"{what} takes {len(ports)} wires, not {len(sources)}")
        for port in sorted(wired):  # as files have them
            self._wired(key, port, wired[port])
        host = self._host(key, [_node(end) for end in wired.values()])
        if host:
            self._design = dock(self._design, key, host)
        return key

    def chain(self, source: Source, *parts: Part) -> str:
        """Add nodes one after another, by their first inputs; the id of the last."""
        for what in parts:
            source = self.put(what, source)
        return _node(source)

    def define(
        self,
        name: str,
        draw: Callable[[Sheet], object],
        notes: str = "",
        **params: Setting,
    ) -> str:
        """Make a block, whose body `draw` draws; on the sheet of the network only.

        Args:
            name: its class in the code.
            draw: puts Inputs, nodes and Outputs on a sheet; formulas such as "=4*width"
                speak of the parameters.
            notes: what it is; the first line stands in the palette.
            params: what each use may set: its default, a line about it, and the least
                it may be, which is 1 or the default where that is less.

        Returns:
            Its id, for `use`.
        """
        design = add(self._design, "linear")  # a block begins as one of something
        design = make_block(design, [design.newest], name)
        made = design.newest
        key = max(design.blocks, key=lambda block: int(block[1:]))
        body = design.blocks[key].graph.nodes
        (seed,) = (inner for inner, node in body.items() if node.kind == "linear")
        for param, said in params.items():
            default, doc, *low = said if isinstance(said, tuple) else (said, "")
            design = inside(design, key, set_params, (seed,), {"out_features": 1})
            design = expose(design, key, seed, "out_features", param)
            design = set_block_param(
                design, key, param, default=default, low=min(default, 1, *low), doc=doc
            )
        design = remove(design, [made])
        design = inside(design, key, _redrawn, draw)
        self._design = set_block_notes(design, key, notes)
        return key

    def _wired(self, key: str, port: str, end: Source) -> None:
        source, leaving = end if isinstance(end, tuple) else (end, "")
        leaving = leaving or self._design.nodes[source].outputs[0].name
        self._design = connect(self._design, Wire(source, leaving, key, port))

    def _host(self, key: str, feeding: list[str]) -> str:
        """The layer that an activation is drawn as part of; "" for none."""
        nodes = self._design.nodes
        row = nodes[key].row
        if row is None or row.role != "activation" or not feeding:
            return ""
        before = nodes[feeding[0]].row
        free = before is not None and before.role in ("layer", "operation")
        taken = feeding[0] in self._design.look.docked.values()
        return feeding[0] if free and not taken else ""


def _node(end: Source) -> str:
    return end if isinstance(end, str) else end[0]


def _redrawn(view: Design, draw: Callable[[Sheet], object]) -> Design:
    sheet = Sheet(remove(view, tuple(view.nodes)))
    draw(sheet)
    return sheet.design
