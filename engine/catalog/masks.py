"""Masks of attention: who may look at whom, and what is only filling."""

from collections.abc import Sequence

from engine.catalog.dims import Dim, Shape, Tensor, agree, text
from engine.catalog.params import Bool
from engine.catalog.rules import shown
from engine.catalog.spec import Args, Inputs, Port
from engine.errors import ShapeError

_ATTENTION = "L×S: true, or minus infinity, where a query may not look."
_PADDING = "N×S: true, or minus infinity, where a sequence is only filled up."


def mask_port(name: str) -> Port:
    """The place for a mask, given to torch by name."""
    doc = _PADDING if name.endswith("key_padding_mask") else _ATTENTION
    return Port(name, optional=True, keyword=True, doc=doc)


def causal(name: str = "is_causal", default: bool | None = False) -> Bool:
    """The hint that a mask is the causal one."""
    return Bool(
        name,
        default,
        optional=default is None,
        place="forward",
        doc="A hint that the mask is the causal one, so that torch may be faster"
        + ("; none looks at it." if default is None else "."),
    )


def check_mask(
    inputs: Inputs, port: str, batch: Shape, heads: int, sizes: tuple[Dim, Dim]
) -> None:
    """Refuse a mask that is not queries × keys, for all or for each head.

    Args:
        inputs: the wired ports.
        port: of the mask; nothing is said when it is open.
        batch: () for a single sequence.
        heads: of the attention.
        sizes: how many queries and keys.

    Raises:
        ShapeError: says which shape it has to have.
    """
    if port not in inputs:
        return
    mask = inputs[port]
    samples: Dim = batch[0] if batch else 1
    if not _is(mask, sizes) and not _is(mask, (samples * heads, *sizes)):
        raise ShapeError(
            "{node} needs a mask of {wanted} (queries × keys; or with batch × heads in "
            "front), but {source} brings {shape}.",
            port=port,
            wanted=text(sizes),
            shape=shown(mask),
        )
    _dtype(inputs, port)


def check_padding(inputs: Inputs, port: str, batch: Shape, keys: Dim) -> None:
    """Refuse a padding mask that has not one value for each key of each sample.

    Raises:
        ShapeError: says which shape it has to have.
    """
    if port not in inputs:
        return
    wanted = (*batch, keys)
    if not _is(inputs[port], wanted):
        raise ShapeError(
            "{node} needs a padding mask of {wanted} (batch × keys), but {source} "
            "brings {shape}.",
            port=port,
            wanted=text(wanted),
            shape=shown(inputs[port]),
        )
    _dtype(inputs, port)


def check_hint(args: Args, inputs: Inputs, hint: str, port: str) -> None:
    """Refuse the hint that a mask is causal where there is none.

    Raises:
        ShapeError: names the mask.
    """
    if args[hint] and port not in inputs:
        raise ShapeError(
            "{node} is told that its mask is causal ({hint}), but nothing is wired to "
            "{mask}. Wire a causal mask to it, or set {hint} to False.",
            fix={hint: False},
            hint=hint,
            mask=port,
        )


def _is(tensor: Tensor, wanted: Sequence[Dim]) -> bool:
    fits = zip(tensor.shape, wanted, strict=False)
    return tensor.rank == len(wanted) and all(agree(a, b) for a, b in fits)


def _dtype(inputs: Inputs, port: str) -> None:
    known = next(iter(inputs.values())).dtype
    if inputs[port].dtype not in ("bool", known):
        raise ShapeError(
            "{node} takes masks of bool or of its own {known}, but {source} brings "
            "{dtype}.",
            port=port,
            known=known,
            dtype=inputs[port].dtype,
        )
