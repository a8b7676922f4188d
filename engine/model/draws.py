"""How every tensor is drawn: the builder does it, the generator writes it down."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Call, Init, TensorSpec
from engine.check import Checked
from engine.design.model import Design
from engine.model.plan import floating

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
        node: id of the node it belongs to.
        init: the initializer behind the call.
        chosen: whether a person chose it; else it is torch's default.
        dtype: of its values.
        zero_row: a row that is set to zeros after the draw: an embedding's padding.
    """

    name: str
    spec: TensorSpec
    call: Call
    node: str
    init: Init
    chosen: bool
    dtype: str
    zero_row: int | None = None

    @property
    def title(self) -> str:
        """What drew it, for people."""
        return INITIALIZERS[self.init.kind if self.chosen else DEFAULT].title


def draws(design: Design, checked: Checked) -> list[Draw]:
    """Every parameter and buffer, in the order of the state_dict's nodes."""
    return [
        _draw(design, checked, key, spec)
        for key in checked.order
        for spec in _specs(checked, key)
    ]


def draw_of(design: Design, checked: Checked, node: str, tensor: str) -> Draw | None:
    """How one tensor of one node is drawn; None when there is no such tensor."""
    for spec in _specs(checked, node):
        if spec.name == tensor:
            return _draw(design, checked, node, spec)
    return None


def seed_of(seed: int, name: str) -> int:
    """The seed of a tensor's own generator, so that no draw moves another."""
    return zlib.crc32(f"{seed}/{name}".encode())


def _specs(checked: Checked, key: str) -> tuple[TensorSpec, ...]:
    known = checked.known(key)
    return known.tensors if known else ()


def _draw(design: Design, checked: Checked, key: str, spec: TensorSpec) -> Draw:
    node, known = design.nodes[key], checked.known(key)
    init = checked.init_of(key, spec)
    row = INITIALIZERS[init.kind]
    own = node.row is not None and node.row.style == "value"
    return Draw(
        name=node.name if own else f"{node.name}.{spec.name}",
        spec=spec,
        call=row.lower(row.complete(init.params), spec),
        node=key,
        init=init,
        chosen=init.kind != DEFAULT and (own or init != spec.default),
        dtype=spec.dtype or (floating(known) if known else "float32"),
        zero_row=spec.zero_row,
    )
