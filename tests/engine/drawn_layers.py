"""Cases for the layer rows: parameters drawn from their kinds, inputs mostly legal.

A case is `(params, inputs)`: what differs from the row's defaults, and a `Tensor` for
each wired port. Most cases fit; some do not, and torch says which.
"""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from engine.catalog import OPERATORS
from engine.catalog.dims import FLOATS, INTEGERS, Tensor
from engine.catalog.params import (
    Bool,
    Choice,
    Dims,
    Float,
    Floats,
    Int,
    Ints,
    Param,
    Size,
    Value,
)
from engine.catalog.spec import Operator

Case = tuple[dict[str, Value], dict[str, Tensor]]
Draw = st.DrawFn

KINDS = tuple(
    kind
    for kind, row in OPERATORS.items()
    if row.role in ("layer", "operation", "loss")
    and row.target
    and row.style != "value"  # what nothing feeds has no cases
)
SIZES = st.integers(1, 9)
ANY_DTYPE = st.sampled_from((*FLOATS, "int64", "int32", "bool"))

# what a parameter is drawn from where its kind alone would seldom fit
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "groups": st.sampled_from((1, 1, 1, 2, 3)),
    "num_groups": st.sampled_from((1, 1, 2, 3)),
    "num_heads": st.sampled_from((1, 1, 2, 3)),
    "num_layers": st.integers(1, 3),
    "nhead": st.sampled_from((1, 1, 2, 3)),
    "num_encoder_layers": st.integers(1, 2),
    "num_decoder_layers": st.integers(1, 2),
    "blank": st.integers(0, 2),
    "ignore_index": st.integers(-3, 3),
    "is_causal": st.sampled_from((False, False, False, True)),
    "src_is_causal": st.sampled_from((False, False, False, True)),
    "tgt_is_causal": st.sampled_from((False, False, False, True)),
    "memory_is_causal": st.sampled_from((False, False, False, True)),
    "enable_nested_tensor": st.just(False),  # meta tensors cannot be nested
    "proj_size": st.sampled_from((0, 0, 1, 2, 5)),
    "axes": st.integers(1, 3),
    "padding_idx": st.none() | st.integers(-9, 9),
    "output_ratio": st.sampled_from((0.3, 0.5, 0.7, 1.2)),
}


@st.composite
def cases(draw: Draw, kind: str) -> Case:
    """A case for the row `kind`."""
    row = OPERATORS[kind]
    params = {param.name: draw(values(param)) for param in row.params}
    inputs = draw(_inputs(row, params))
    params |= draw(_fitting(kind, params, inputs))
    found = {param.name: param.coerce(params[param.name]) for param in row.params}
    changed = {k: v for k, v in found.items() if v != row.defaults[k]}
    return changed, inputs


def values(param: Param) -> st.SearchStrategy[Any]:
    """Values of a parameter, by its kind; small, and None where it may be."""
    drawn = SPECIAL.get(param.name, _by_kind(param))
    return st.none() | drawn if param.optional else drawn


def _by_kind(param: Param) -> st.SearchStrategy[Any]:
    match param:
        case Bool():
            return st.booleans()
        case Int(low=low, high=high):
            near = max(low, -4)
            return st.integers(near, min(high, near + 8))
        case Float():
            return st.floats(0.125, 1.0)
        case Choice(options=options):
            return st.sampled_from(options)
        case Size():
            return _sizes(param)
        case Floats(most=most):
            each = st.sampled_from((0.3, 0.5, 1.0, 1.5, 1.7, 2.0, 3.0))
            return each | st.lists(each, min_size=1, max_size=most).map(tuple)
        case Ints(low=low, least=least, most=most):
            each = st.integers(max(low, -3), 5)
            few = max(least, 1)
            return st.lists(each, min_size=few, max_size=min(most, 3)).map(tuple)
        case Dims():
            return st.just((3, -1))  # names need an Input; see the test of reshape
        case _:
            return st.just(param.default)


def _sizes(param: Size) -> st.SearchStrategy[Any]:
    least = max(param.low, -2)
    each = st.integers(least, least + (2 if param.low >= 0 else 4))
    part = st.none() | each if param.holes else each
    several = st.lists(part, min_size=param.axes, max_size=param.axes).map(tuple)
    words = st.sampled_from(param.words) if param.words else st.nothing()
    return each | several | words


@st.composite
def shapes(draw: Draw, ranks: tuple[int, ...]) -> tuple[int, ...]:
    """A shape of one of `ranks`, and now and then of any other."""
    rank = draw(st.sampled_from(ranks))
    if draw(st.integers(0, 7)) == 7:
        rank = draw(st.integers(0, 5))
    return tuple(draw(SIZES) for _ in range(rank))


def natural(kind: str) -> tuple[int, ...]:
    """The numbers of axes that a row is made for."""
    if kind == "batch_norm1d":
        return (2, 3)
    if kind == "dropout2d":
        return (3, 4)
    if kind.startswith(("upsampling", "cross_map")):
        return (4,)
    if kind.endswith("d") and kind[-2].isdigit():
        axes = int(kind[-2])
        return (axes + 2,) if kind.startswith("batch") else (axes + 1, axes + 2)
    known = {
        "upsample": (3, 4, 5),
        "local_response_norm": (3, 4, 5),
        "unfold": (3, 4),
        "interpolate": (3, 4, 5),
        "chunk": (2, 3, 4),
        "pixel_shuffle": (3, 4, 5),
        "pixel_unshuffle": (3, 4, 5),
        "channel_shuffle": (3, 4, 5),
        "group_norm": (2, 3, 4),
        "layer_norm": (2, 3, 4),
        "rms_norm": (2, 3, 4),
        "permute": (2, 3, 4),
        "lstm": (2, 3),
        "gru": (2, 3),
        "rnn": (2, 3),
        "multihead_attention": (2, 3),
    }
    return known.get(kind, (1, 2, 3, 4))


def _inputs(row: Operator, params: dict[str, Any]) -> st.SearchStrategy[Any]:
    special = {
        "bilinear": _bilinear,
        "matmul": _matmul,
        "concatenate": _joined,
        **dict.fromkeys(("max_unpool1d", "max_unpool2d", "max_unpool3d"), _unpooled),
        "fold": _columns,
        "stack": _stacked,
        "attend": _attended,
        "embedding_bag": _bags,
        "lstm": _recurrent,
        "gru": _recurrent,
        "rnn": _recurrent,
        "lstm_cell": _one_step,
        "gru_cell": _one_step,
        "rnn_cell": _one_step,
        "multihead_attention": _attention,
        **dict.fromkeys((kind for kind in KINDS if "former" in kind), _transformed),
    }
    if row.role == "loss":
        return _judged(row, params)
    if row.kind in special:
        return special[row.kind](row, params)
    if len(row.input_ports({**row.defaults, **params})) > 1:
        return _stretched(row, params)
    return _single(row, params)


@st.composite
def _single(draw: Draw, row: Operator, params: dict[str, Any]) -> dict[str, Tensor]:
    (port,) = row.input_ports(row.defaults)
    dtypes = {
        "float": st.sampled_from(("float32", "float32", "float64", "int64")),
        "int": st.sampled_from(("int64", "int64", "int32", "float32")),
        "any": ANY_DTYPE,
    }
    shape = draw(shapes(natural(row.kind)))
    if row.kind.startswith("fractional") and draw(st.integers(0, 5)):
        shape = tuple(size + 3 for size in shape)  # room for a fraction of it
    if row.kind.startswith("pixel") and len(shape) > 2 and draw(st.integers(0, 3)):
        factor = params.get("upscale_factor", 1) ** 2
        side = params.get("downscale_factor", 1)
        *front, channels, height, width = shape
        shape = (*front, channels * factor, height * side, width * side)
    return {port.name: Tensor(shape, draw(dtypes[port.dtype]))}


@st.composite
def _stretched(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    """Shapes that stretch to each other, until one axis is spoiled."""
    whole = draw(st.lists(SIZES, max_size=4))
    found = {}
    for port in row.input_ports({**row.defaults, **params}):
        cut = draw(st.integers(0, len(whole)))
        shape = [draw(st.sampled_from((dim, dim, dim, 1))) for dim in whole[cut:]]
        if shape and draw(st.integers(0, 9)) == 9:
            shape[0] += 1
        dtype = st.sampled_from(("float32",) * 5 + ("float64",))
        dtype = dtype if port.dtype == "float" else ANY_DTYPE
        found[port.name] = Tensor(tuple(shape), draw(dtype))
    return found


@st.composite
def _stacked(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    base = draw(shapes((0, 1, 2, 3)))
    found = {}
    for port in row.input_ports(params):
        shape = list(base)
        if shape and draw(st.integers(0, 11)) == 11:
            shape[draw(st.integers(0, len(shape) - 1))] += 1
        found[port.name] = Tensor(tuple(shape), draw(ANY_DTYPE))
    return found


@st.composite
def _attended(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    front = draw(shapes((1, 2, 2)))
    length, keys, wide, deep = (draw(SIZES) for _ in range(4))
    whole = {"query": (length, wide), "key": (keys, wide), "value": (keys, deep)}
    found = {}
    for port, end in whole.items():
        shape = [*front, *end]
        if draw(st.integers(0, 11)) == 11:
            shape[draw(st.integers(len(front), len(shape) - 1))] += 1
        dtype = draw(st.sampled_from(("float32",) * 9 + ("float64",)))
        found[port] = Tensor(tuple(shape), dtype)
    if draw(st.integers(0, 3)) == 3:
        dtype = draw(st.sampled_from(("bool", "float32")))
        found["attn_mask"] = Tensor((length, keys), dtype)
    return found


@st.composite
def _columns(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    """The columns that a Fold wants, mostly."""
    names = ("output_size", "kernel_size", "dilation", "padding", "stride")
    size, *window = ((v, v) if isinstance(v := params[n], int) else v for n in names)
    steps = [
        max((o + 2 * p - d * (k - 1) - 1) // s + 1, 0)
        for o, k, d, p, s in zip(size, *window, strict=True)
    ]
    rows = draw(SIZES) * prod(window[0]) + draw(st.sampled_from((0,) * 8 + (1,)))
    columns = prod(steps) + draw(st.sampled_from((0,) * 8 + (1,)))
    front = draw(st.sampled_from(((), (2,), (3,), (1, 2))))
    return {"input": Tensor((*front, rows, columns or 1), "float32")}


@st.composite
def _bags(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    shape = draw(shapes((1, 2)))
    found = {"input": Tensor(shape, "int64")}
    if (len(shape) == 1) != (draw(st.integers(0, 7)) == 7):
        count = draw(st.integers(1, 4))
        rank = draw(st.sampled_from((1, 1, 1, 1, 1, 2)))
        found["offsets"] = Tensor((count,) * rank, draw(st.sampled_from(INTEGERS)))
    if draw(st.integers(0, 2)) == 2 and (params["mode"] == "sum" or draw(SIZES) == 9):
        other = draw(st.sampled_from((shape, shape, shape, shape[1:], (*shape, 1))))
        dtype = draw(st.sampled_from(("float32", "float32", "float64")))
        found["per_sample_weights"] = Tensor(other, dtype)
    return found


@st.composite
def _bilinear(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    front = draw(shapes((0, 1, 2)))
    spoilt = (front[1:], (*front, 1), (*front[:-1], 2))
    other = draw(st.sampled_from((front,) * 7 + spoilt))
    dtype = draw(st.sampled_from(("float32",) * 7 + ("float64",)))
    return {
        "input1": Tensor((*front, draw(SIZES)), "float32"),
        "input2": Tensor((*other, draw(SIZES)), dtype),
    }


@st.composite
def _matmul(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    inner, other = draw(SIZES), draw(SIZES)
    inner2 = draw(st.sampled_from((inner, inner, inner, inner, other)))
    batch = draw(st.lists(SIZES, max_size=2))
    left = draw(st.sampled_from(([], [draw(SIZES)], [*batch, draw(SIZES)])))
    right = draw(st.sampled_from(([], batch, [1] * len(batch), batch[1:])))
    columns = [draw(SIZES)] if right or draw(st.booleans()) else []
    dtype = draw(st.sampled_from(("float32", "float64", "int64", "bool")))
    second = draw(st.sampled_from((dtype, dtype, dtype, "float32")))
    return {
        "in1": Tensor((*left, inner), dtype),
        "in2": Tensor((*right, inner2, *columns), second),
    }


@st.composite
def _joined(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    base = draw(shapes((1, 2, 3)))
    axis = params["dim"] if -len(base) <= params["dim"] < len(base) else 0
    found = {}
    for port in row.input_ports({**row.defaults, **params}):
        shape = list(base)
        if shape:
            shape[axis] = draw(SIZES)
            if draw(st.integers(0, 9)) == 9:
                shape[0] += 1
        if draw(st.integers(0, 19)) == 19:
            shape.append(2)
        found[port.name] = Tensor(tuple(shape), draw(ANY_DTYPE))
    return found


@st.composite
def _unpooled(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    shape = draw(shapes(natural(row.kind)))
    other = [*shape]
    if other and draw(st.integers(0, 9)) == 9:
        other[draw(st.integers(0, len(other) - 1))] += 1
    dtype = draw(st.sampled_from(("int64",) * 7 + ("int32",)))
    return {"input": Tensor(shape, "float32"), "indices": Tensor(tuple(other), dtype)}


@st.composite
def _recurrent(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    arriving = Tensor(draw(shapes((2, 3))), "float32")
    found = {"input": arriving}
    if arriving.rank < 2 or not draw(st.booleans()):
        return found
    layers = params["num_layers"] * (1 + params["bidirectional"])
    batch = arriving.shape[0 if params["batch_first"] else 1 : arriving.rank - 1][:1]
    batch = batch if arriving.rank == 3 else ()
    projected = params.get("proj_size") or params["hidden_size"]
    for port, width in (("h_0", projected), ("c_0", params["hidden_size"])):
        if port == "c_0" and row.kind != "lstm":
            continue
        shape = [layers, *batch, width]
        if draw(st.integers(0, 9)) == 9:
            shape[draw(st.integers(0, len(shape) - 1))] += 1
        dtype = draw(st.sampled_from(("float32",) * 7 + ("float64",)))
        found[port] = Tensor(tuple(shape), dtype)
    return found


@st.composite
def _attention(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    heads = params["num_heads"]
    query = list(draw(shapes((2, 3))))
    if query and draw(st.integers(0, 5)):
        query[-1] *= heads
    found = {"query": Tensor(tuple(query), "float32")}
    if len(query) < 2 or not draw(st.booleans()):
        return found
    length = draw(SIZES)
    for port in ("key", "value"):
        shape = [*query[:-1], draw(st.sampled_from((query[-1], draw(SIZES))))]
        place = 1 if params["batch_first"] and len(query) == 3 else 0
        shape[place] = length
        if draw(st.integers(0, 9)) == 9:
            shape[draw(st.integers(0, len(shape) - 2))] += 1
        if draw(st.integers(0, 14)) == 14:
            shape = shape[1:]
        dtype = draw(st.sampled_from(("float32",) * 7 + ("float64",)))
        found[port] = Tensor(tuple(shape), dtype)
        if port == "key" and draw(st.integers(0, 4)) == 4:
            break
    return found | draw(_masked(row, params, found, "num_heads"))


@st.composite
def _masked(
    draw: Draw, row: Operator, params: dict[str, Any], found: Any, heads: str
) -> Any:
    """Masks for some of the ports that take them, mostly of the right shape."""
    ports = [port.name for port in row.input_ports(params) if port.keyword]
    first, *_, last = (*found.values(), *found.values())
    if first.rank != last.rank or first.rank not in (2, 3) or not draw(st.booleans()):
        return {}
    batched = first.rank == 3
    time = 1 if params["batch_first"] and batched else 0
    batch = (first.shape[1 - time],) if batched else ()
    by_name = {"src": first, "tgt": found.get("tgt", first)}
    masks = {}
    for name in draw(st.lists(st.sampled_from(ports), unique=True, max_size=2)):
        stem = name.partition("_")[0]
        own = by_name.get(stem, first if stem == "mask" else last)
        if row.kind == "transformer" and stem == "memory":
            own = first
        keys, queries = own.shape[time], own.shape[time]
        if stem in ("attn", "memory"):
            queries = by_name["tgt"].shape[time]
        shape = (*batch, keys)
        if not name.endswith("key_padding_mask"):
            several = (batch[0] if batch else 1) * params[heads]
            front = draw(st.sampled_from(((), (), (several,))))
            shape = (*front, queries, keys)
        if draw(st.integers(0, 11)) == 11:
            shape = (*shape[:-1], shape[-1] + 1)
        dtype = draw(st.sampled_from(("bool",) * 4 + ("float32",) * 2 + ("int64",)))
        masks[name] = Tensor(shape, dtype)
    return masks


@st.composite
def _transformed(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    heads = params["nhead"]
    shape = list(draw(shapes((2, 3))))
    if shape and draw(st.integers(0, 7)):
        shape[-1] *= heads
    ports = [port.name for port in row.input_ports(params) if not port.optional]
    found = {ports[0]: Tensor(tuple(shape), "float32")}
    if len(ports) > 1:
        other = list(shape)
        if shape:
            other[1 if params["batch_first"] and len(shape) == 3 else 0] = draw(SIZES)
        if shape and draw(st.integers(0, 9)) == 9:
            other[draw(st.integers(0, len(other) - 1))] += 1
        if draw(st.integers(0, 14)) == 14:
            other = other[1:]
        dtype = draw(st.sampled_from(("float32",) * 7 + ("float64",)))
        found[ports[1]] = Tensor(tuple(other), dtype)
    return found | draw(_masked(row, params, found, "nhead"))


# Losses that name classes: how their targets are made of the scores' shape.
NAMED = ("cross_entropy_loss", "nll_loss", "multi_margin_loss")


@st.composite
def _judged(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    """What a loss is given: like shapes, until one of them is spoilt."""
    if row.kind == "ctc_loss":
        return draw(_aligned())
    ranks = (2,) if row.kind.startswith("multi") else (1, 2, 3)
    if row.kind == "cosine_embedding_loss":
        ranks = (1, 2)
    whole = draw(shapes(ranks))
    found = {}
    for port in row.input_ports(params):
        shape = [*whole]
        dtype = "int64" if port.dtype == "int" else "float32"
        if port.name == "target" and row.kind == "cosine_embedding_loss":
            shape = shape[:-1]
        elif port.name == "target" and row.kind in NAMED and draw(st.integers(0, 4)):
            shape, dtype = shape[:1] * (len(shape) > 1) + shape[2:], "int64"
        elif port.name == "var":
            shape = draw(st.sampled_from((shape, shape[:-1], [*shape[:-1], 1])))
        if shape and draw(st.integers(0, 11)) == 11:
            place = draw(st.integers(0, len(shape) - 1))
            shape[place] = draw(st.sampled_from((1, shape[place] + 1)))
        if draw(st.integers(0, 19)) == 19:
            shape = [1, *shape]
        if draw(st.integers(0, 19)) == 19:
            dtype = draw(st.sampled_from(("float64", "int32", "int64")))
        found[port.name] = Tensor(tuple(shape), dtype)
    return found


@st.composite
def _aligned(draw: Draw) -> Any:
    """Log-probabilities and labels for CTCLoss."""
    steps, batch, sizes, labels = (draw(st.integers(1, 9)) for _ in range(4))
    shapes_ = {
        "log_probs": (steps, batch, sizes),
        "targets": (batch, labels),
        "input_lengths": (batch,),
        "target_lengths": (batch,),
    }
    found = {}
    for port, shape in shapes_.items():
        if draw(st.integers(0, 14)) == 14:
            shape = (*shape[:-1], shape[-1] + 1)
        dtype = "int64" if port != "log_probs" else "float32"
        if draw(st.integers(0, 14)) == 14:
            dtype = draw(st.sampled_from(("int32", "float64")))
        found[port] = Tensor(shape, dtype)
    return found


@st.composite
def _one_step(draw: Draw, row: Operator, params: dict[str, Any]) -> Any:
    arriving = Tensor(draw(shapes((1, 2))), "float32")
    found = {"input": arriving}
    if not arriving.rank or not draw(st.booleans()):
        return found
    for port in ("h_0", "c_0") if row.kind == "lstm_cell" else ("hx",):
        shape = [*arriving.shape[:-1], params["hidden_size"]]
        if draw(st.integers(0, 9)) == 9:
            shape[draw(st.integers(0, len(shape) - 1))] += 1
        if draw(st.integers(0, 14)) == 14:
            shape = [1, *shape]
        dtype = draw(st.sampled_from(("float32",) * 7 + ("float64",)))
        found[port] = Tensor(tuple(shape), dtype)
    return found


@st.composite
def _fitting(
    draw: Draw, kind: str, params: dict[str, Any], inputs: dict[str, Tensor]
) -> dict[str, Any]:
    """Parameters that depend on what arrives: mostly right."""
    if not draw(st.integers(0, 5)):
        return {}
    shape = next(iter(inputs.values())).shape
    if kind == "permute":
        return {"dims": tuple(draw(st.permutations(range(len(shape))))) or (0,)}
    if kind in ("split", "chunk", "slice", "select", "roll") and shape:
        return _cut(draw, kind, params, shape)
    if kind == "expand":
        wide = tuple(draw(st.sampled_from((1, 3, 5))) if d == 1 else d for d in shape)
        more = draw(st.sampled_from(((), (), (2,))))
        kept = (draw(st.sampled_from((side, -1))) for side in wide)
        return {"size": (*more, *kept)}
    if kind == "pad" and shape:
        axes = draw(st.integers(1, min(len(shape), 3)))
        widths = st.lists(st.integers(-1, 3), min_size=2 * axes, max_size=2 * axes)
        mode = draw(st.sampled_from(("constant", params["mode"])))
        value = params["value"] if mode == "constant" else 0.0
        return {"pad": tuple(draw(widths)), "mode": mode, "value": value}
    if kind == "squeeze":
        axes = st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True, min_size=1)
        return {"dim": draw(axes.map(tuple))}
    if kind == "interpolate":
        smooth = {"antialias": False}
        return _upsampling(draw, params, max(len(shape) - 2, 1)) | smooth
    if kind == "concatenate":
        fits = -len(shape) <= params["dim"] < len(shape)
        return {"dim": params["dim"] if fits else 0}
    if kind.startswith(("max_pool", "avg_pool")):
        return {"padding": _half(params["kernel_size"])}
    if kind.startswith("max_unpool"):
        axes = int(kind[-2])
        near = st.lists(st.integers(1, 9), min_size=axes, max_size=axes).map(tuple)
        padding = draw(st.sampled_from((0, 0, 0, params["padding"])))
        return {"output_size": draw(st.none() | near), "padding": padding}
    if kind.startswith("fractional"):
        axes = int(kind[-2])
        sizes = st.lists(st.integers(1, 4), min_size=axes, max_size=axes).map(tuple)
        ratio = st.sampled_from((0.3, 0.5, 0.7))
        one = {"output_size": draw(sizes), "output_ratio": None}
        return draw(
            st.sampled_from((one, {"output_size": None, "output_ratio": draw(ratio)}))
        )
    if kind.startswith("conv_transpose"):
        return {"output_padding": 0, "groups": draw(st.sampled_from((1, 1, 2)))}
    if kind in ("mean", "sum"):
        axes = st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True, min_size=1)
        return {"dim": draw(st.none() | axes.map(tuple))}
    if kind == "reshape":
        order = draw(st.permutations(shape))
        cut = draw(st.integers(0, len(order)))
        hole = draw(st.sampled_from((-1, -1, *order[:1], 1)))
        return {"shape": (*order[:cut], hole, *order[cut + 1 :])}
    if kind == "unflatten" and shape:
        axis = draw(st.integers(-len(shape), len(shape) - 1))
        whole = shape[axis]
        part = draw(st.sampled_from([d for d in range(1, 10) if whole % d == 0]))
        tail = draw(st.sampled_from((-1, whole // part)))
        return {"dim": axis, "unflattened_size": (part, tail)}
    if kind.startswith("upsampling"):
        one = {"size": None, "scale_factor": params["scale_factor"] or 2.0}
        other = {"size": params["size"] or 3, "scale_factor": None}
        return draw(st.sampled_from((one, other)))
    if kind == "unfold":
        return {"kernel_size": draw(st.integers(1, 2)), "dilation": 1}
    if kind == "upsample":
        return _upsampling(draw, params, max(len(shape) - 2, 1))
    return {}


def _cut(
    draw: Draw, kind: str, params: dict[str, Any], shape: tuple[int, ...]
) -> dict[str, Any]:
    """Parameters of what takes parts of an axis."""
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    size = shape[dim]
    if kind == "select":
        return {"dim": dim, "index": draw(st.integers(-size, size - 1))}
    if kind == "slice":
        start = draw(st.integers(-size - 1, size - 1))
        stop = draw(st.none() | st.integers(-size, size + 2))
        return {"dim": dim, "start": start, "stop": stop}
    if kind == "roll":
        return {"dims": (dim,), "shifts": params["shifts"][:1]}
    if kind == "chunk":
        fits = [count for count in range(2, 10) if size % count == 0]
        return {"dim": dim, "chunks": draw(st.sampled_from(fits or [2]))}
    if size < 2:
        return {"dim": dim}
    first = draw(st.integers(1, size - 1))
    return {"dim": dim, "split_size_or_sections": (first, size - first)}


def _half(kernel: Any) -> Any:
    several = isinstance(kernel, tuple)
    return tuple(k // 2 for k in kernel) if several else kernel // 2


def _upsampling(draw: Draw, params: dict[str, Any], axes: int) -> dict[str, Any]:
    fitting = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}
    modes = ["nearest", "area", "nearest-exact", *fitting.get(axes, [])]
    mode = draw(st.sampled_from(modes))
    found: dict[str, Any] = {"mode": mode}
    if "linear" not in mode and mode != "bicubic":
        found["align_corners"] = None
    if draw(st.booleans()):
        sizes = st.lists(SIZES, min_size=axes, max_size=axes).map(tuple)
        return found | {
            "size": draw(sizes),
            "scale_factor": None,
            "recompute_scale_factor": draw(st.sampled_from((None, False))),
        }
    factor = params["scale_factor"] if params["scale_factor"] is not None else 2.0
    return found | {"size": None, "scale_factor": factor}
