"""Where torchinfo's mult-adds are others than Fanin's, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from engine.catalog.dims import Sym, sample, single
from engine.check import Checked, Known
from engine.check.walk import walk
from engine.errors import Message
from engine.measure.results import Difference, SummaryRow

SLACK = 0.02  # of a node's count: less is rounding
TELLING = 0.01  # of the whole: less is not worth a word

_WEIGHTS = "torchinfo counts each of its weights once, whatever it does with them"
_PRODUCTS = "torchinfo does not see its products: no module of their own makes them"
_REASONS: Mapping[str, str] = {
    "Attention": _PRODUCTS,
    "Transformer": _PRODUCTS,
    "Recurrent": "torchinfo multiplies weights and biases by the first two sizes "
    "of the output",
    "Normalization": "torchinfo counts scale and shift, which sum no products",
    "Embedding": "torchinfo counts the whole table, of which rows are only picked",
    "Convolution": "torchinfo takes the output's places, where a transposed "
    "convolution works on the input's",
    "Linear": "torchinfo counts each weight once a sample, whatever the further axes",
}


def differences(checked: Checked, rows: Sequence[SummaryRow]) -> tuple[Difference, ...]:
    """The nodes that torchinfo counts otherwise, the largest difference first.

    That its count is over the batch and adds biases is no difference.
    """
    theirs: dict[str, int] = {}
    for row in rows:
        if row.node:
            theirs[row.node] = theirs.get(row.node, 0) + row.mult_adds
    batch = _batch(checked)
    whole = max(checked.mult_adds * batch, sum(theirs.values()), 1)
    places = {at.path: at for at in walk(checked) if not at.known.inside}
    found = []
    for key, count in theirs.items():
        at = places.get(key)
        if at is None or _same(at.known, count, batch):
            continue
        ours = at.known.mult_adds * batch
        if abs(count - ours) >= TELLING * whole:
            family = at.node.row.family if at.node.row else ""
            why = Message(_REASONS.get(family, _WEIGHTS), {})
            found.append(Difference(key, ours, count, why))
    return tuple(sorted(found, key=lambda at: -abs(at.ours - at.theirs)))


def _same(known: Known, theirs: int, batch: int) -> bool:
    """Whether ours over the batch, with or without an addition for each bias, is it."""
    least = known.mult_adds * batch
    biases = any(spec.family == "bias" for spec in known.tensors)
    made = sum(prod(single(tensor.shape)) for tensor in known.outputs.values())
    most = least + (made * batch if biases and known.mult_adds else 0)
    return least * (1 - SLACK) <= theirs <= most * (1 + SLACK)


def _batch(checked: Checked) -> int:
    """How many samples torchinfo is shown."""
    tensors = (checked.tensor(key, "output") for key in checked.inputs)
    dims = (dim for tensor in tensors if tensor for dim in tensor.shape)
    counts = (sample(d) // max(d.single, 1) for d in dims if isinstance(d, Sym))
    return max(counts, default=1)
