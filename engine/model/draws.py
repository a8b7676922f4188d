"""How every tensor is drawn: the builder does it, the generator writes it down."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Call, Init, TensorSpec
from engine.check import Checked
from engine.check.walk import At, walk
from engine.design.fitting import chosen_init
from engine.design.model import Design, Node
from engine.design.ties import origin
from engine.model.step import floating
from engine.model.weights import Held, Match, held, match

# torch.nn.init.sparse_ takes a generator for its values, yet chooses its zeros by the
# global one, which therefore has to be seeded for the time of the call.
GLOBAL = frozenset({"sparse_"})
DEFAULT = "default"  # the initializer that says: whatever torch does


class Draw(NamedTuple):
    """One tensor of the model and the call that fills it.

    Args:
        name: in the state_dict: linear1.weight.
        spec: its shape and fans.
        call: of torch.nn.init.
        node: id of the node it belongs to, or the path to it.
        init: the initializer behind the call.
        chosen: whether a person chose it; else it is torch's default.
        dtype: of its values.
        zero_row: a row that is set to zeros after the draw: an embedding's padding.
        source: the .safetensors file that it is read from instead, and its name there.
    """

    name: str
    spec: TensorSpec
    call: Call
    node: str
    init: Init
    chosen: bool
    dtype: str
    zero_row: int | None = None
    source: tuple[str, str] | None = None

    @property
    def owner(self) -> str:
        """The module whose tensor it is, or its own name where it is the network's."""
        return self.name.removesuffix(f".{self.spec.name}")

    @property
    def title(self) -> str:
        """What drew it, for people."""
        if self.source:
            return Path(self.source[0]).name
        return INITIALIZERS[self.init.kind if self.chosen else DEFAULT].title


def draws(design: Design, checked: Checked) -> list[Draw]:
    """Every parameter and buffer that is a node's own, in the order of the nodes."""
    found = [draw for at in walk(checked) for draw in _draws(at)]
    path = design.settings.weights
    return _sourced(found, path) if path else found


def draw_of(design: Design, checked: Checked, node: str, tensor: str) -> Draw | None:
    """How one tensor of one node is drawn; None when there is no such tensor.

    Args:
        design: the design.
        checked: its check.
        node: the node's id, or the path to it within blocks.
        tensor: its name within the node; of a block, dotted.
    """
    inside = f"{node}/"
    at = next((at for at in walk(checked) if at.path == node), None)
    if at is None:
        return None
    name = f"{at.name}.{tensor}"
    if tensor in at.node.ties:
        before, _, last = node.rpartition("/")
        around = checked.inside(before) if before else checked
        nodes = around.design.nodes if around else {}
        source, of = origin(nodes, (last, tensor))
        path = f"{before}/{source}" if before else source
        return draw_of(design, checked, path, of) if source != last else None
    if design.settings.weights:  # which names a file's tensors get hangs on them all
        return next((one for one in draws(design, checked) if one.name == name), None)
    for other in walk(checked):
        if other.path == node or other.path.startswith(inside):
            for draw in _draws(other):
                if draw.name == name:
                    return draw
    return None


def tensor_name(name: str, node: Node, tensor: str) -> str:
    """The name of a node's tensor, where `name` is that of its module."""
    own = node.row is not None and node.row.style == "value"
    return name if own else f"{name}.{tensor}"


def matched(design: Design, checked: Checked) -> Match:
    """How the design's file of weights fits it.

    Raises:
        FileError: the file cannot be read.
    """
    drawn = (draw for at in walk(checked) for draw in _draws(at))
    return _match(drawn, design.settings.weights)


def _match(found: Iterable[Draw], path: str) -> Match:
    return match((Held(one.name, one.spec.shape) for one in found), held(path))


def _sourced(found: list[Draw], path: str) -> list[Draw]:
    sources = _match(found, path).sources
    return [
        one._replace(source=(path, sources[one.name])) if one.name in sources else one
        for one in found
    ]


def seed_of(seed: int, name: str) -> int:
    """The seed of a tensor's own generator, so that no draw moves another."""
    return zlib.crc32(f"{seed}/{name}".encode())


def _draws(at: At) -> Iterator[Draw]:
    """How the tensors of one node are drawn, without those that are another's."""
    for spec in () if at.known.inside else at.known.tensors:
        if spec.tied:
            continue
        init = chosen_init(at.node, spec)
        row = INITIALIZERS[init.kind]
        own = at.node.row is not None and at.node.row.style == "value"
        yield Draw(
            name=tensor_name(at.name, at.node, spec.name),
            spec=spec,
            call=row.lower(row.complete(init.params), spec),
            node=at.path,
            init=init,
            chosen=init.kind != DEFAULT and (own or init != spec.default),
            dtype=spec.dtype or floating(at.known),
            zero_row=spec.zero_row,
        )
