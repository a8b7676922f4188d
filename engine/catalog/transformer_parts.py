"""What transformer layers are made of: their tensors, their work, their rules."""

from collections.abc import Iterator

from engine.catalog.attention import axes_of_sequence, divides
from engine.catalog.dims import Shape, Tensor, agree, single, text
from engine.catalog.masks import check_hint, check_mask, check_padding
from engine.catalog.params import Bool, Choice, Float, Int, Param, Place, Value
from engine.catalog.rules import (
    ONES,
    ZEROS,
    fixed,
    require_rank,
    same_dtype,
    shown,
    uniform_default,
)
from engine.catalog.spec import Args, Init, Inputs, Part, TensorSpec
from engine.errors import ShapeError

XAVIER = Init("xavier_uniform", (("gain", 1.0),))
_LAYER = (
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "batch_first",
    "norm_first",
    "bias",
)


def layer_params(*, within: bool = False) -> tuple[Param, ...]:
    """The arguments of one layer; `within`: of the layer that an encoder copies."""
    place: Place = "design" if within else "init"
    return (
        Int("nhead", 8, low=1, high=4096, place=place, doc="Must divide features."),
        Int(
            "dim_feedforward",
            2048,
            low=1,
            place=place,
            doc="Width between the two Linear layers.",
        ),
        Float("dropout", 0.1, low=0.0, high=1.0, place=place, doc="Dropped values."),
        Choice(
            "activation",
            "relu",
            options=("relu", "gelu"),
            place=place,
            doc="Between the two Linear layers.",
        ),
        Float(
            "layer_norm_eps",
            1e-5,
            low=0.0,
            above=True,
            place=place,
            doc="Added to the variance in the norms.",
        ),
        Bool("batch_first", False, place=place, doc="N×L×E instead of torch's L×N×E."),
        Bool("norm_first", False, place=place, doc="Normalize before, not behind."),
        Bool("bias", True, place=place, doc="Whether Linear layers and norms learn β."),
    )


def depth_params() -> tuple[Param, ...]:
    """How an encoder or a decoder stacks its layers."""
    return (
        Int("num_layers", 6, low=1, high=256, doc="Layers on top of each other."),
        Bool("final_norm", True, place="design", doc="A LayerNorm at the end."),
    )


def width(args: Args, inputs: Inputs, port: str) -> int:
    """The features that arrive: d_model.

    Raises:
        ShapeError: what arrives is no sequence.
    """
    wanted = "N×L×E or L×E" if args["batch_first"] else "L×N×E or L×E"
    hint = "Reshape it before: a sequence is one axis, its features another."
    require_rank(inputs[port], (2, 3), wanted, hint, port)
    return fixed(inputs[port].shape[-1], "features", port)


def layer_of(target: str, args: Args, features: int) -> Part:
    """The layer that an encoder or a decoder copies."""
    given = tuple((name, args[name]) for name in _LAYER)
    return Part(target, (("d_model", features), *given))


def norm_of(args: Args, features: int) -> Part | None:
    """The LayerNorm at the end of a stack."""
    if not args["final_norm"]:
        return None
    given = (("eps", args["layer_norm_eps"]), ("bias", args["bias"]))
    return Part("torch.nn.LayerNorm", (("normalized_shape", features), *given))


def stack_params(args: Args) -> dict[str, Value]:
    """The parameters of an encoder or a decoder, from the modules it is made of."""
    layer = args.get("encoder_layer", args.get("decoder_layer"))
    assert isinstance(layer, Part)  # noqa: S101 - what the constructor takes
    given = dict(layer.args)
    found = {name: given[name] for name in _LAYER if name in given}
    return {**found, "final_norm": args.get("norm") is not None}


def one_sequence(args: Args, inputs: Inputs, port: str, hint: str, mask: str) -> None:
    """Check what an encoder layer takes: heads, masks and the causal hint."""
    features = width(args, inputs, port)
    divides(features, args["nhead"], "nhead", port)
    batch, length = axes_of_sequence(args, inputs[port])
    check_mask(inputs, mask, batch, args["nhead"], (length, length))
    check_padding(inputs, f"{port}_key_padding_mask", batch, length)
    check_hint(args, inputs, hint, mask)


def two_sequences(args: Args, inputs: Inputs, first: str, second: str) -> None:
    """Check what attends and what is attended to: ranks, features, batches.

    Raises:
        ShapeError: names the second.
    """
    left, right = inputs[first], inputs[second]
    if left.rank != right.rank or not agree(left.shape[-1], right.shape[-1]):
        raise ShapeError(
            "{node} needs {first} and {second} with as many axes and features each, "
            "but {first} is {left} and {source} brings {right}.",
            port=second,
            first=first,
            second=second,
            left=shown(left),
            right=shown(right),
        )
    batch, _ = axes_of_sequence(args, left)
    other, _ = axes_of_sequence(args, right)
    if not all(map(agree, batch, other)):
        raise ShapeError(
            "{node} works within each sample, but {first} has a batch of {left} and "
            "{source} brings {right} ({shape}). With batch_first {switch}, the batch "
            "is axis {axis}.",
            port=second,
            first=first,
            left=text(batch),
            right=text(other),
            shape=shown(right),
            switch="on" if args["batch_first"] else "off",
            axis=0 if args["batch_first"] else 1,
        )
    same_dtype(inputs, first, second)


def crossed(args: Args, inputs: Inputs, memory: str) -> None:
    """Check the masks of the attention from `tgt` to `memory`."""
    batch, length = axes_of_sequence(args, inputs["tgt"])
    _, keys = axes_of_sequence(args, inputs[memory])
    sizes = (length, keys)
    check_mask(inputs, "memory_mask", batch, args["nhead"], sizes)
    check_padding(inputs, "memory_key_padding_mask", batch, keys)
    check_hint(args, inputs, "memory_is_causal", "memory_mask")


def _linear(name: str, taken: int, made: int, *, bias: bool) -> Iterator[TensorSpec]:
    draw = uniform_default(taken)
    yield TensorSpec(f"{name}.weight", (made, taken), "weight", taken, made, draw)
    if bias:
        yield TensorSpec(f"{name}.bias", (made,), "bias", taken, made, draw)


def _attention(name: str, width: int, *, bias: bool) -> Iterator[TensorSpec]:
    draw, rows = uniform_default(width), 3 * width
    yield TensorSpec(
        f"{name}.in_proj_weight", (rows, width), "weight", width, rows, XAVIER
    )
    if bias:
        yield TensorSpec(f"{name}.in_proj_bias", (rows,), "bias", width, rows, ZEROS)
    spec = TensorSpec(
        f"{name}.out_proj.weight", (width, width), "weight", width, width, draw
    )
    yield spec
    if bias:
        yield TensorSpec(f"{name}.out_proj.bias", (width,), "bias", width, width, ZEROS)


def norm_tensors(name: str, width: int, *, bias: bool) -> Iterator[TensorSpec]:
    """The γ and β of a LayerNorm."""
    # not of the family "weight": what draws matrices cannot draw a γ
    yield TensorSpec(f"{name}.weight", (width,), "scale", 1, 1, ONES)
    if bias:
        yield TensorSpec(f"{name}.bias", (width,), "bias", 1, 1, ZEROS)


def layer_tensors(args: Args, width: int, *, decoder: bool) -> Iterator[TensorSpec]:
    """The tensors of one layer, in torch's order."""
    bias, inner = args["bias"], args["dim_feedforward"]
    yield from _attention("self_attn", width, bias=bias)
    if decoder:
        yield from _attention("multihead_attn", width, bias=bias)
    yield from _linear("linear1", width, inner, bias=bias)
    yield from _linear("linear2", inner, width, bias=bias)
    for number in range(3 if decoder else 2):
        yield from norm_tensors(f"norm{number + 1}", width, bias=bias)


def stacked(args: Args, width: int, count: int, *, decoder: bool) -> list[TensorSpec]:
    """The tensors of `count` layers."""
    once = list(layer_tensors(args, width, decoder=decoder))
    return [
        spec._replace(name=f"layers.{number}.{spec.name}")
        for number in range(count)
        for spec in once
    ]


def encoder_work(args: Args, inputs: Inputs, port: str) -> int:
    """Mult-adds of one encoder layer: projections, attention, the two Linears."""
    samples, length, width = _sizes(args, inputs[port])
    return samples * _layer_work(length, length, width, args["dim_feedforward"], 0)


def decoder_work(args: Args, inputs: Inputs, memory: str) -> int:
    """Mult-adds of one decoder layer, which attends twice."""
    samples, length, width = _sizes(args, inputs["tgt"])
    _, keys, _ = _sizes(args, inputs[memory])
    return samples * _layer_work(length, keys, width, args["dim_feedforward"], 1)


def _sizes(args: Args, tensor: Tensor) -> tuple[int, ...]:
    batch, length = axes_of_sequence(args, tensor)
    sizes: Shape = (*(batch or (1,)), length, tensor.shape[-1])
    return single(sizes)


def _layer_work(length: int, keys: int, width: int, inner: int, crossing: int) -> int:
    own = length * width * (4 * width + 2 * length)
    other = 2 * width * (length * width + keys * width + length * keys)
    return own + crossing * other + 2 * length * width * inner
