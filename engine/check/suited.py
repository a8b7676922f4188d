"""Which initializer goes with the activation that really follows a layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.catalog.spec import Activation, Init
from engine.design.model import Design

HE, XAVIER, LECUN = Init("kaiming_normal"), Init("xavier_normal"), Init("lecun_normal")

# Rectifiers lose half of the second moment and what bends like them nearly so: He et
# al. 2015. What is odd and steep at 0 loses none there: Glorot and Bengio 2010. SELU
# keeps its fixed point under 1 / fan_in alone: Klambauer et al. 2017.
SUITED: Mapping[str, Init] = {
    **dict.fromkeys(("relu", "relu6", "prelu", "rrelu", "elu", "celu"), HE),
    **dict.fromkeys(("gelu", "silu", "mish", "hardswish"), HE),
    **dict.fromkeys(("tanh", "sigmoid", "softsign", "hardtanh", "hardsigmoid"), XAVIER),
    "selu": LECUN,
}


class Suited(NamedTuple):
    """An activation that follows, by its node, and what goes with it."""

    activation: str
    init: Init


def suited(design: Design, key: str) -> Suited | None:
    """What goes with the activation behind a layer; None where none follows.

    A norm or a dropout between them is passed over.
    """
    graph, seen = design.graph, {key}
    while True:
        wires = graph.outgoing.get(key, ())
        if len(wires) != 1 or wires[0].target in seen:
            return None
        key = wires[0].target
        seen.add(key)
        node = design.nodes.get(key)
        row = node.row if node else None
        if node is None or row is None:
            return None
        if isinstance(row, Activation):
            return _with(node.kind, key, node.args)
        if row.family not in ("Normalization", "Dropout"):
            return None


def _with(kind: str, key: str, args: Mapping[str, object]) -> Suited | None:
    if kind == "leaky_relu":
        slope = float(str(args["negative_slope"]))
        return Suited(key, Init("kaiming_normal", (("a", slope),) if slope else ()))
    init = SUITED.get(kind)
    return Suited(key, init) if init else None
