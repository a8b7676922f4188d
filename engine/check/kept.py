"""What the backward pass of each operator keeps from the forward pass.

A derivative needs some of the values it was computed with, and autograd holds on to
them until the backward pass: they, not the weights, are most of what training takes.

Source:
    torch's derivatives.yaml, which names for every operator what its derivative reads;
    the tests count what torch really saves on the CPU, through its hooks. On a GPU
    masks are smaller and statistics of half precision larger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Literal, NamedTuple

from engine.catalog import OPERATORS
from engine.catalog.dims import BYTES, Tensor, sampled
from engine.design.evaluate import Known

# inputs: all of them. weight: the input, while the weights learn. other: each factor,
# while the other one has a gradient. last: the last input alone.
What = Literal["nothing", "inputs", "weight", "other", "last", "output", "both"]
Extra = Callable[[Known], int]  # bytes that are neither an input nor an output


class Kept(NamedTuple):
    """What an operator's backward pass reads.

    Args:
        what: of what passes by.
        besides: bytes of its own: masks, indices, statistics.
        sure: whether a test has found torch to agree to the byte.
    """

    what: What
    besides: Extra
    sure: bool = True


def count(tensor: Tensor) -> int:
    """How many numbers it has at the sample sizes."""
    return prod(sampled(tensor.shape))


def size(tensor: Tensor) -> int:
    """Its bytes at the sample sizes."""
    return count(tensor) * BYTES[tensor.dtype]


def kept(kind: str, known: Known) -> Kept:
    """What the backward pass of `kind` keeps; inputs and outputs where nobody knows."""
    if kind in _TO_SIZE and _to_one(known):
        return Kept("nothing", _nothing)
    if kind == "upsample" and known.args["mode"] == "area":
        return Kept("inputs", _nothing)
    found = _TABLE.get(kind, _UNKNOWN)
    if known.args.get("padding_mode", "zeros") != "zeros":
        return found._replace(sure=False)  # the border is a copy, kept or not
    return found


def is_view(kind: str, known: Known, *, training: bool) -> bool:
    """Whether what comes out lies where the input lies, so that it takes no memory."""
    if known.args.get("inplace") is True:
        return True
    return kind in _VIEWS or (kind in _DROPOUTS and not training)


def _nothing(known: Known) -> int:
    return 0


def _first(known: Known) -> Tensor:
    return next(iter(known.inputs.values()))


def _made(known: Known) -> Tensor:
    return next(iter(known.outputs.values()))


def _precise(tensor: Tensor) -> int:
    """Bytes of a statistic: half precision is too coarse for sums."""
    return max(4, BYTES[tensor.dtype])


def _like_input(known: Known) -> int:
    return size(_first(known))


def _channels(known: Known) -> int:
    """A number for each channel of each sample."""
    return prod(sampled(_first(known).shape)[:2])


def _channel_mask(known: Known) -> int:
    return _channels(known) * BYTES[_first(known).dtype]


def _indices(known: Known) -> int:
    """Where each maximum was; where a port gives it away, that is what is read."""
    return 0 if "indices" in known.outputs else 8 * count(_made(known))


def _batch_statistics(known: Known) -> int:
    """Mean and deviation of each channel."""
    arriving = _first(known)
    return 2 * sampled(arriving.shape)[1] * _precise(arriving)


def _instance_statistics(known: Known) -> int:
    """Mean and deviation; weight and running ones, each repeated for each sample."""
    repeated = (known.args["affine"] is True) + 2 * (
        known.args["track_running_stats"] is True
    )
    return (2 + repeated) * _channels(known) * _precise(_first(known))


def _group_statistics(known: Known) -> int:
    arriving = _first(known)
    groups = sampled(arriving.shape)[0] * int(known.args["num_groups"])
    return 2 * groups * _precise(arriving)


def _rows(known: Known) -> int:
    """How many vectors a layer normalization scales."""
    wanted = known.args["normalized_shape"]
    axes = len(wanted) if isinstance(wanted, tuple) else 1
    shape = sampled(_first(known).shape)
    return prod(shape[: len(shape) - axes])


def _layer_statistics(known: Known) -> int:
    return 2 * _rows(known) * BYTES[_first(known).dtype]


def _root_mean_square(known: Known) -> int:
    """1/rms of each vector, and the scaled vectors that the weight multiplies."""
    scaled = _like_input(known) if known.tensors else 0
    return _rows(known) * BYTES[_first(known).dtype] + scaled


def _lp(known: Known) -> int:
    """The powers, their means, and what stands between them and the root."""
    return _like_input(known) + 4 * size(_made(known))


def _attention(known: Known) -> int:
    """Queries, keys and values, their scores, and the mixture before the projection.

    Source:
        Vaswani et al. 2017, "Attention is all you need", section 3.2.
    """
    query, key = known.inputs["query"], known.inputs["key"]
    batch_first = known.args["batch_first"] is True
    axis = 1 if batch_first and query.rank == 3 else 0
    long, far = sampled(query.shape)[axis], sampled(key.shape)[axis]
    batch = 1 if query.rank == 2 else sampled(query.shape)[1 - axis]
    scores = batch * int(known.args["num_heads"]) * long * far
    return 3 * size(query) + 2 * size(key) + scores * BYTES[query.dtype]


_GATES = {"gru": 9, "lstm": 20}  # numbers a unit keeps in a step: seen on the CPU


def _recurrent(kind: str) -> Extra:
    """Gates and states of every step, layer and direction: H numbers each.

    Source:
        Hochreiter and Schmidhuber 1997, "Long short-term memory"; Cho et al. 2014.
    """

    def extra(known: Known) -> int:
        arriving, args = _first(known), known.args
        steps = count(arriving) // sampled(arriving.shape)[-1]
        ways = 2 if args["bidirectional"] is True else 1
        units = int(args["hidden_size"]) * int(args["num_layers"]) * ways
        return steps * units * _GATES[kind] * BYTES[arriving.dtype]

    return extra


def _to_one(known: Known) -> bool:
    """Whether an adaptive average is a plain mean, whose slope needs no input."""
    wanted = known.args["output_size"]
    return set(wanted if isinstance(wanted, tuple) else (wanted,)) == {1}


def _axes(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}{axes}d" for stem in stems for axes in (1, 2, 3))


_DROPOUTS = frozenset(
    {*_axes("dropout"), "dropout", "alpha_dropout", "feature_alpha_dropout"}
)
_TO_SIZE = frozenset(_axes("adaptive_avg_pool"))
_VIEWS = frozenset({"flatten", "unflatten", "reshape", "permute", "identity"})

_BY_WHAT: Mapping[What, tuple[str, ...]] = {
    "nothing": (
        *("add", "subtract", "concatenate", "mean", "channel_shuffle", "fold"),
        *("pixel_shuffle", "pixel_unshuffle", "unfold", "upsample"),
        *("upsampling_bilinear2d", "upsampling_nearest2d"),
        *_axes("circular_pad", "constant_pad", "zero_pad"),
        *_VIEWS,
    ),
    "inputs": (
        *("bilinear", "embedding", "celu", "elu", "gelu", "glu", "hardshrink"),
        *("hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "mish", "prelu"),
        *("relu6", "selu", "silu", "softplus", "softshrink", "threshold"),
        *_axes("avg_pool", "adaptive_avg_pool", "conv", "conv_transpose"),
        *_axes("reflection_pad", "replication_pad"),
    ),
    "weight": ("linear",),
    "other": ("multiply", "matmul"),
    "last": _axes("max_unpool"),
    "output": (
        *("relu", "sigmoid", "tanh", "softmax", "log_softmax", "softmin", "softmax2d"),
    ),
    "both": ("cross_map_lrn2d",),
}
_WITH_MORE: Mapping[str, Kept] = {
    **{
        kind: Kept("inputs", _indices)
        for kind in (
            *_axes("max_pool", "adaptive_max_pool"),
            *("fractional_max_pool2d", "fractional_max_pool3d"),
        )
    },
    **{kind: Kept("inputs", _batch_statistics) for kind in _axes("batch_norm")},
    **{kind: Kept("inputs", _instance_statistics) for kind in _axes("instance_norm")},
    **{kind: Kept("nothing", _channel_mask) for kind in _axes("dropout")},
    **{kind: Kept("inputs", _lp, sure=False) for kind in _axes("lp_pool")},
    **{kind: Kept("inputs", _recurrent(kind), sure=False) for kind in _GATES},
    "group_norm": Kept("inputs", _group_statistics),
    "layer_norm": Kept("inputs", _layer_statistics),
    "rms_norm": Kept("inputs", _root_mean_square, sure=False),
    "dropout": Kept("nothing", _like_input),
    "alpha_dropout": Kept("nothing", _like_input),
    "feature_alpha_dropout": Kept("nothing", _channel_mask),
    "rrelu": Kept("inputs", _like_input),
    "logsigmoid": Kept("inputs", _like_input),
    "softsign": Kept("inputs", _like_input),
    "tanhshrink": Kept("nothing", _like_input),
    "embedding_bag": Kept("inputs", _like_input, sure=False),
    "multihead_attention": Kept("inputs", _attention, sure=False),
}
_TABLE: Mapping[str, Kept] = {
    **{
        kind: Kept(what, _nothing) for what, kinds in _BY_WHAT.items() for kind in kinds
    },
    **_WITH_MORE,
}
_UNKNOWN = Kept("both", _nothing, sure=False)
SURE = frozenset(kind for kind, at in _TABLE.items() if at.sure and kind in OPERATORS)
