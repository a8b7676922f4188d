"""Multi-head attention."""

from engine.catalog.dims import Dim, Shape, Tensor, agree, single, text
from engine.catalog.masks import (
    causal,
    check_hint,
    check_mask,
    check_padding,
    mask_port,
)
from engine.catalog.params import Bool, Float, Int, Value
from engine.catalog.rules import (
    ZEROS,
    divisor,
    fixed,
    page,
    require_rank,
    same_dtype,
    shown,
    uniform_default,
)
from engine.catalog.spec import (
    Args,
    Help,
    Init,
    Inputs,
    Layer,
    Operator,
    Port,
    TensorSpec,
)
from engine.errors import ShapeError

_XAVIER = Init("xavier_uniform", (("gain", 1.0),))


def _embed_dim(args: Args, inputs: Inputs) -> int:
    query = inputs["query"]
    wanted = "N×L×E or L×E" if args["batch_first"] else "L×N×E or L×E"
    hint = "Reshape it before: a sequence is one axis, its features another."
    require_rank(query, (2, 3), wanted, hint, "query")
    for port in ("key", "value"):
        if inputs[port].rank != query.rank:
            raise ShapeError(
                "{node} needs query, key and value with as many axes each, but query "
                "is {query} and {source} brings {shape}.",
                port=port,
                query=shown(query),
                shape=shown(inputs[port]),
            )
    return fixed(query.shape[-1], "features", "query")


def _kdim(args: Args, inputs: Inputs) -> Value:
    """None, as torch has it, where the key is as wide as the query."""
    return _width(args, inputs, "key")


def _vdim(args: Args, inputs: Inputs) -> Value:
    return _width(args, inputs, "value")


def _width(args: Args, inputs: Inputs, port: str) -> Value:
    width = fixed(inputs[port].shape[-1], "features", port)
    return None if width == args["embed_dim"] else width


def axes_of_sequence(args: Args, tensor: Tensor) -> tuple[tuple[Dim, ...], Dim]:
    """The batch, () when there is none, and the length of the sequence."""
    if tensor.rank == 2:
        return (), tensor.shape[0]
    first, second = tensor.shape[:2]
    return ((first,), second) if args["batch_first"] else ((second,), first)


def divides(embed: int, heads: int, name: str, port: str) -> None:
    """Refuse heads that do not share the features evenly.

    Raises:
        ShapeError: says how many heads would.
    """
    if embed % heads:
        better = divisor(heads, embed)
        raise ShapeError(
            "{node} splits the {embed} features of {source} over {heads} heads, but "
            "{heads} does not divide {embed}. Choose {name} = {better}.",
            port=port,
            fix={name: better},
            embed=embed,
            heads=heads,
            name=name,
            better=better,
        )


def _attended(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    embed, heads = args["embed_dim"], args["num_heads"]
    divides(embed, heads, "num_heads", "query")
    same_dtype(inputs, "query", "key", "value")
    batch, length = axes_of_sequence(args, inputs["query"])
    _match(args, inputs)
    _, keys = axes_of_sequence(args, inputs["key"])
    check_mask(inputs, "attn_mask", batch, heads, (length, keys))
    check_padding(inputs, "key_padding_mask", batch, keys)
    check_hint(args, inputs, "is_causal", "attn_mask")
    query = inputs["query"]
    if not args["need_weights"]:
        return (query,)
    several = () if args["average_attn_weights"] else (heads,)
    shape = (*batch, *several, length, _seen(args, inputs))
    return query, Tensor(shape, query.dtype)


def _match(args: Args, inputs: Inputs) -> None:
    """Refuse batches that differ, and keys that are not one for each value.

    Raises:
        ShapeError: names the input at fault.
    """
    batch, _ = axes_of_sequence(args, inputs["query"])
    keys, seen = axes_of_sequence(args, inputs["key"])
    values, given = axes_of_sequence(args, inputs["value"])
    for port, other in (("key", keys), ("value", values)):
        if not all(map(agree, batch, other)):
            raise ShapeError(
                "{node} attends within each sample, but query has a batch of {left} "
                "and {source} brings {right} ({shape}). With batch_first {first}, the "
                "batch is axis {axis}.",
                port=port,
                left=text(batch),
                right=text(other),
                shape=shown(inputs[port]),
                first="on" if args["batch_first"] else "off",
                axis=0 if args["batch_first"] else 1,
            )
    if not agree(seen, given):
        raise ShapeError(
            "{node} needs one value for each key, but there are {keys} keys and "
            "{source} brings {values} values.",
            port="value",
            keys=str(seen),
            values=str(given),
        )


def _seen(args: Args, inputs: Inputs) -> Dim:
    """How many keys each query looks at."""
    _, length = axes_of_sequence(args, inputs["key"])
    more = int(args["add_bias_kv"]) + int(args["add_zero_attn"])
    return length + more


def _projections(args: Args) -> tuple[TensorSpec, ...]:
    embed = args["embed_dim"]
    if args["kdim"] is None and args["vdim"] is None:
        shape = (3 * embed, embed)
        return (
            TensorSpec("in_proj_weight", shape, "weight", embed, 3 * embed, _XAVIER),
        )
    widths = {"q": embed, "k": args["kdim"] or embed, "v": args["vdim"] or embed}
    return tuple(
        TensorSpec(
            f"{which}_proj_weight", (embed, width), "weight", width, embed, _XAVIER
        )
        for which, width in widths.items()
    )


def _tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    embed = args["embed_dim"]
    specs = [*_projections(args)]
    if args["bias"]:
        shape: tuple[int, ...] = (3 * embed,)
        specs.append(TensorSpec("in_proj_bias", shape, "bias", embed, 3 * embed, ZEROS))
    if args["add_bias_kv"]:
        # torch draws them by Xavier normal, whose fans of (1, 1, E) are both E
        draw = Init("normal", (("mean", 0.0), ("std", embed**-0.5)))
        shape = (1, 1, embed)
        specs += [
            TensorSpec(name, shape, "bias", embed, embed, draw)
            for name in ("bias_k", "bias_v")
        ]
    shape, draw = (embed, embed), uniform_default(embed)
    specs.append(TensorSpec("out_proj.weight", shape, "weight", embed, embed, draw))
    if args["bias"]:
        specs.append(TensorSpec("out_proj.bias", (embed,), "bias", embed, embed, ZEROS))
    return tuple(specs)


def _work(args: Args, inputs: Inputs) -> int:
    """Projections in and out, the scores, and the weighted sum of values."""
    embed: int = args["embed_dim"]
    batch, length = axes_of_sequence(args, inputs["query"])
    _, keys = axes_of_sequence(args, inputs["key"])
    wide = (args["kdim"] or embed) + (args["vdim"] or embed)
    sizes: Shape = (*(batch or (1,)), length, keys, _seen(args, inputs))
    samples, queries, given, seen = single(sizes)
    projections = 2 * queries * embed * embed + given * wide * embed
    return samples * (projections + 2 * queries * seen * embed)


def _outputs(args: Args) -> tuple[Port, ...]:
    output = Port("output", doc="For each query, a mixture of values.")
    weights = Port("weights", doc="How much each query attends to each key.")
    return (output, weights) if args["need_weights"] else (output,)


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="multihead_attention",
        title="MultiheadAttention",
        family="Attention",
        target="torch.nn.MultiheadAttention",
        doc=(
            "Every query takes a weighted mixture of values, by likeness to their keys."
        ),
        help=Help(
            what=(
                "Compares each query with every key, turns the scores into weights by "
                "a softmax and mixes the values with them; num_heads times side by "
                "side on a share of the features. With only query wired it is "
                "self-attention."
            ),
            formula=(r"\mathrm{softmax}\left(\frac{Q K^{\top}}{\sqrt{d_k}}\right) V"),
            when="For sequences and sets where any part may matter to any other.",
            mind=(
                "num_heads must divide the features. The cost grows with the square of "
                "the length. It does not know order: add positions. batch_first is off "
                "by default. Without need_weights torch may use a faster kernel."
            ),
            source="Vaswani et al. 2017, Attention is all you need",
            link=page("torch.nn.MultiheadAttention"),
        ),
        params=(
            Int("num_heads", 1, low=1, high=4096, doc="Must divide the features."),
            Float("dropout", 0.0, low=0.0, high=1.0, doc="Dropped attention weights."),
            Bool("bias", True, doc="Whether the projections learn biases."),
            Bool("add_bias_kv", False, doc="Learn one more key and value."),
            Bool("add_zero_attn", False, doc="One more key and value of zeros."),
            Bool("batch_first", False, doc="N×L×E instead of torch's own L×N×E."),
            Bool(
                "need_weights",
                True,
                place="forward",
                doc="Also give the attention weights.",
            ),
            Bool(
                "average_attn_weights",
                True,
                place="forward",
                doc="Give their mean over the heads instead of one map a head.",
            ),
            causal(),
        ),
        inputs=(
            Port("query", "float", doc="Who asks: L×N×E."),
            Port("key", "float", optional=True, follows="query", doc="Who is asked."),
            Port("value", "float", optional=True, follows="key", doc="What is told."),
            mask_port("key_padding_mask"),
            mask_port("attn_mask"),
        ),
        outputs=_outputs,
        shape=_attended,
        derived={"embed_dim": _embed_dim, "kdim": _kdim, "vdim": _vdim},
        tensors=_tensors,
        mult_adds=_work,
        brief=lambda args: (
            f"{args['num_heads']} head{'s' if args['num_heads'] > 1 else ''}"
        ),
        takes=("query", "key", "value"),
        returns=("output", "weights"),
        aliases=("transformer", "self-attention", "mha", "cross-attention", "query"),
    ),
)
