"""Bodies of one key as one block, with the numbers that differ as its parameters."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from engine.catalog import OPERATORS
from engine.catalog.params import Value as Plain
from engine.design import names
from engine.design.block import KIND, OWN, REPEAT, SHARED, Block, BlockParam
from engine.design.model import Graph, Node, Wire
from engine.model.capture.bodies import Body, Path, Use
from engine.model.capture.record import Value

End = tuple[str, str]


@dataclass(eq=False)
class Form:
    """All bodies of one key.

    Args:
        bodies: them.
        formulas: path of a number that differs -> the formula for it.
        params: name -> the path of a number that it is.
        block: what they become.
    """

    bodies: list[Body] = field(default_factory=list)
    formulas: dict[Path, str] = field(default_factory=dict)
    params: dict[str, Path] = field(default_factory=dict)
    block: Block | None = None


class Builder:
    """Makes blocks and the design's graph of bodies.

    Args:
        shapes: of the values that enter a body, as its Inputs have them.
        rows: values that are looked up, and how many rows there are.
    """

    def __init__(
        self, shapes: Mapping[Value, tuple[Plain, ...]], rows: Mapping[Value, int]
    ) -> None:
        self._shapes = shapes
        self._rows = rows
        self._forms: dict[Hashable, Form] = {}
        self._names: set[str] = set()
        self.ids = count(1)

    def gather(self, body: Body) -> None:
        """Note a body and all within it by their keys."""
        for use in body.uses:
            for inner in use.bodies:
                self.gather(inner)
                form = self._forms.setdefault(inner.key, Form())
                form.bodies.append(inner)

    @property
    def blocks(self) -> dict[str, Block]:
        """The blocks, by id, those within others first."""
        made = [form.block for form in self._forms.values() if form.block]
        return {block.id: block for block in made}

    def graph(self, body: Body, formulas: Mapping[Path, str]) -> Graph:
        """The nodes and wires of a body, its Inputs and Outputs around them."""
        nodes: dict[str, Node] = {}
        wires: list[Wire] = []
        ends: dict[Value, End] = {}
        for place, value in enumerate(body.group.inputs):
            key = f"n{next(self.ids)}"
            name = f"x{place + 1}" if place else "x"
            nodes[key] = Node(key, "input", name, self._entrance(value))
            ends[value] = (key, "output")
        ids = []
        for index, use in enumerate(body.uses):
            node = self._node(index, use, formulas)
            key = f"n{next(self.ids)}"
            ids.append(key)
            nodes[key] = replace(node, id=key)
            entering, leaving = self._ports(use, nodes[key])
            for port, value in zip(entering, use.args, strict=True):
                wires.append(Wire(*ends[value], key, port))
            for port, value in zip(leaving, use.made, strict=False):
                ends[value] = (key, port)
        for (index, tensor), (source, of) in sorted(body.ties.items()):
            node = nodes[ids[index]]
            ties = {**node.ties, tensor: (ids[source], of)}
            nodes[node.id] = replace(node, ties=dict(sorted(ties.items())))
        return self._ended(body, nodes, wires, ends)

    def _entrance(self, value: Value) -> dict[str, Plain]:
        params: dict[str, Plain] = {}
        if self._shapes[value] != OPERATORS["input"].defaults["shape"]:
            params["shape"] = self._shapes[value]
        if value.dtype != "float32":
            params["dtype"] = value.dtype
        if value in self._rows:
            params["high"] = self._rows[value]
        return params

    def _ended(
        self,
        body: Body,
        nodes: dict[str, Node],
        wires: list[Wire],
        ends: Mapping[Value, End],
    ) -> Graph:
        """With an Output for each result, where there is more than a loose end."""
        used = {wire.source for wire in wires}
        loose = [k for k, n in nodes.items() if k not in used and n.kind != "input"]
        results = [ends[value] for value in body.group.outputs]
        alone = len(results) == 1 and loose == [results[0][0]]
        if alone and nodes[loose[0]].outputs[:1] == ():
            alone = False
        if not alone:
            taken = {node.name for node in nodes.values()}
            for end in results:
                key = f"n{next(self.ids)}"
                name = names.fresh("output", taken)
                taken.add(name)
                nodes[key] = Node(key, "output", name)
                wires.append(Wire(*end, key, "input"))
        return Graph(nodes, tuple(wires))

    def _ports(self, use: Use, node: Node) -> tuple[list[str], list[str]]:
        if use.draft:
            return list(use.draft.args), list(use.draft.made)
        return [p.name for p in node.inputs], [p.name for p in node.outputs]

    def _node(self, index: int, use: Use, formulas: Mapping[Path, str]) -> Node:
        if use.draft:
            params = _filled(use, index, formulas)
            return Node("", use.kind, use.name, params)
        form = self._forms[use.bodies[0].key]
        block = self._block(form)
        given: dict[str, Plain] = {}
        for name, path in form.params.items():
            here = (index, *path)
            value: Plain = formulas.get(here, use.bodies[0].numbers[path])
            if value != block.defaults[name]:
                given[name] = value
        if len(use.bodies) > 1:
            given[REPEAT] = formulas.get((index, "repeat"), len(use.bodies))
            if use.shared:
                given[SHARED] = True
        return Node("", KIND, use.name, dict(sorted(given.items())), block=block)

    def _block(self, form: Form) -> Block:
        """The block of a form, made when it is first used."""
        if form.block:
            return form.block
        first = form.bodies[0]
        params = self._expose(form)
        graph = self.graph(first, form.formulas)
        name = _class_name(first)
        name = names.free(name, self._names)
        self._names.add(name)
        key = f"b{next(self.ids)}"
        form.block = Block(key, name, graph, params=params)
        return form.block

    def _expose(self, form: Form) -> tuple[BlockParam, ...]:
        """The numbers that differ, as few parameters as tell them all."""
        vectors: dict[tuple[int, ...], str] = {}
        found: list[BlockParam] = []
        first = form.bodies[0].numbers
        differing = [
            (tuple(body.numbers[path] for body in form.bodies), path) for path in first
        ]
        differing = [pair for pair in differing if len(set(pair[0])) > 1]
        for vector, path in sorted(differing, key=lambda pair: sum(map(abs, pair[0]))):
            text = _formula(vector, vectors)
            if not text:
                taken = {param.name for param in found} | set(OWN)
                name = names.free(_param_name(path), taken)
                low = min(1, *vector)
                found.append(BlockParam(name, vector[0], low))
                form.params[name] = path
                vectors[vector] = name
                text = f"={name}"
            form.formulas[path] = text
        return tuple(found)


def _formula(vector: tuple[int, ...], known: Mapping[tuple[int, ...], str]) -> str:
    """A vector of numbers by another: the same, or so many times it."""
    for other, name in known.items():
        if other == vector:
            return f"={name}"
        if not other[0] or vector[0] % other[0]:
            continue
        times = vector[0] // other[0]
        if times > 1 and all(
            b == times * a for a, b in zip(other, vector, strict=True)
        ):
            return f"={times} * {name}"
    return ""


def _filled(use: Use, index: int, formulas: Mapping[Path, str]) -> dict[str, Plain]:
    """The parameters of a node, with formulas where its numbers differ."""
    assert use.draft is not None  # noqa: S101 - the caller looked
    row = OPERATORS[use.kind]
    given: dict[str, Plain] = {}
    for name, value in {**row.defaults, **use.draft.params}.items():
        here: Plain = formulas.get((index, name), value)
        if isinstance(value, tuple):
            here = tuple(
                formulas.get((index, name, place), part)
                for place, part in enumerate(value)
            )
        if here != row.defaults[name] or type(here) is not type(row.defaults[name]):
            given[name] = here
    return given


def _param_name(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    name = words[-1] if words else "size"
    return "depth" if name == "repeat" else names.cleaned(name, "size")


def _class_name(body: Body) -> str:
    """What a block is called: like the class, or where that says nothing, the path."""
    name = type(body.group.module).__name__
    if name in ("Sequential", "ModuleList", "Module"):
        last = body.group.path.rpartition(".")[2]
        words = re.findall(r"[A-Za-z0-9]+", last)
        name = "".join(word[:1].upper() + word[1:] for word in words)
        name = name if name[:1].isalpha() else f"Part{name}"
    return names.cleaned(name, "Block")


def walk(body: Body, before: str = "") -> Iterator[tuple[str, Value]]:
    """The tensors of the whole design, by their names in its state_dict."""
    for name, value in body.tensors():
        yield before + name, value
