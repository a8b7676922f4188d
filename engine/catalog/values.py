"""Values of the network's own: learned, fixed, or counted off a size."""

from engine.catalog.dims import FLOATS, INTEGERS, Tensor, agree, text
from engine.catalog.masks import check_mask, mask_port
from engine.catalog.params import Bool, Choice, Float, Int, Ints
from engine.catalog.rules import index, page, same_dtype, shown, work_size
from engine.catalog.spec import (
    Args,
    Help,
    Init,
    Inputs,
    Operation,
    Operator,
    Port,
    TensorSpec,
)
from engine.errors import ShapeError

VALUE = "value"  # the name of the one tensor of such a node


def _own(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    return (Tensor(args["shape"], str(args.get("dtype", "float32"))),)


def _learned(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    draw = Init("normal", (("mean", 0.0), ("std", 0.02)))
    # it is added to something or stands beside it: an output has a single input
    return (TensorSpec(VALUE, args["shape"], "weight", 1, 1, draw),)


def _fixed(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    dtype = "" if args["dtype"] in FLOATS else args["dtype"]
    draw = Init("constant", (("val", args["fill_value"]),))
    return (TensorSpec(VALUE, args["shape"], "buffer", 0, 0, draw, dtype),)


def _counted(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    return (Tensor((arriving.shape[axis],), "int64"),)


def _causal(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    axis = index(args["dim"], arriving.rank, "dim", "input")
    dtype = arriving.dtype if arriving.floating else str(args.get("dtype", "float32"))
    return (Tensor((arriving.shape[axis],) * 2, dtype),)


def _attended(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    query, key, value = (inputs[port] for port in ("query", "key", "value"))
    for port in ("query", "key", "value"):
        front = inputs[port].shape[:-2]
        fits = len(front) == query.rank - 2 and all(map(agree, front, query.shape))
        if inputs[port].rank < 3 or not fits:
            raise ShapeError(
                "{node} works on N×H×L×E, with the same front axes on all three "
                "inputs, but query is {query} and {source} brings {shape}.",
                port=port,
                query=shown(query),
                shape=shown(inputs[port]),
            )
    same_dtype(inputs, "query", "key", "value")
    if not agree(query.shape[-1], key.shape[-1]):
        raise ShapeError(
            "{node} compares queries with keys, so both need as many features, but "
            "query is {query} and {source} brings {shape}.",
            port="key",
            query=shown(query),
            shape=shown(key),
        )
    if not agree(key.shape[-2], value.shape[-2]):
        raise ShapeError(
            "{node} needs one value for each key, but key is {key} and {source} brings "
            "{shape}.",
            port="value",
            key=shown(key),
            shape=shown(value),
        )
    if args["is_causal"] and "attn_mask" in inputs:
        raise ShapeError(
            "{node} makes the causal mask itself, so it takes no other one. Take the "
            "wire away, or set is_causal to False.",
            port="attn_mask",
            fix={"is_causal": False},
        )
    check_mask(inputs, "attn_mask", (), 1, (query.shape[-2], key.shape[-2]))
    return (Tensor((*query.shape[:-1], value.shape[-1]), query.dtype),)


def _work(args: Args, inputs: Inputs) -> int:
    """The scores, and the weighted sum of the values."""
    query, key, value = (inputs[port] for port in ("query", "key", "value"))
    pairs = work_size(Tensor((*query.shape[:-1], key.shape[-2])))
    wide = work_size(Tensor((query.shape[-1],))) + work_size(Tensor((value.shape[-1],)))
    return pairs * wide


_DIM = Int(
    "dim", 1, low=-16, high=15, place="forward", doc="The axis whose size it is."
)

ROWS: tuple[Operator, ...] = (
    Operation(
        kind="parameter",
        title="Parameter",
        family="Values",
        target="torch.nn.Parameter",
        doc="A learned tensor that nothing feeds: a class token, positions.",
        help=Help(
            what=(
                "A tensor of the network itself, drawn by its initializer and learned "
                "with the rest. Its name is its key in the state_dict."
            ),
            formula=r"y = \theta",
            when=(
                "For a class token, position embeddings, learned queries, scales: wire "
                "it into Add, Multiply, Matmul or, after an Expand, Concatenate."
            ),
            mind=(
                "Without an initializer it is drawn from N(0, 0.02), as BERT and ViT "
                "draw theirs; torch itself has no default."
            ),
            source="Devlin et al. 2019, BERT; torch.nn.Parameter",
            link=page("torch.nn.parameter.Parameter"),
        ),
        params=(
            Ints("shape", (1, 1, 64), low=1, least=0, place="design", doc="Its shape."),
        ),
        inputs=(),
        shape=_own,
        tensors=_learned,
        style="value",
        brief=lambda args: text(args["shape"]),
        aliases=("learned", "class token", "position", "embedding", "theta", "scale"),
        makes_reals=True,
    ),
    Operation(
        kind="fixed_value",
        title="Fixed value",
        family="Values",
        target="torch.full",
        doc="A fixed tensor of one value, kept with the network.",
        help=Help(
            what="A buffer filled with one value: it moves with the network and stays.",
            formula=r"y = c",
            when="To scale, to shift, to add a small number before a Divide.",
            mind="It is not learned. A scalar (no shape) stretches to everything.",
            source="torch.full",
            link=page("torch.full"),
        ),
        params=(
            Ints(
                "shape",
                (),
                low=1,
                least=0,
                place="design",
                doc="Its shape; nothing is a single number.",
            ),
            Float("fill_value", 1.0, place="design", doc="What it holds."),
            Choice(
                "dtype",
                "float32",
                options=(*FLOATS, *INTEGERS, "bool"),
                place="design",
                doc="Its kind; float32 is the design's own dtype.",
            ),
        ),
        inputs=(),
        shape=_own,
        tensors=_fixed,
        style="value",
        brief=lambda args: f"{args['fill_value']:g}",
        aliases=("constant", "number", "scalar", "buffer", "full"),
        makes_reals=True,
    ),
    Operation(
        kind="arange",
        title="Arange",
        family="Values",
        target="torch.arange",
        doc="The numbers 0, 1, 2... up to the size of an axis.",
        help=Help(
            what="Counts the places of axis dim: whole numbers from 0.",
            formula=r"y = (0, 1, \ldots, L - 1)",
            when="Before an Embedding of positions, as in GPT-2.",
            mind="Only the size of the input matters, not its values.",
            source="torch.arange",
            link=page("torch.arange"),
        ),
        params=(_DIM,),
        inputs=(Port("input", doc="Whose size is counted."),),
        shape=_counted,
        style="sized",
        brief=lambda args: f"axis {args['dim']}",
        aliases=("positions", "count", "range", "index"),
    ),
    Operation(
        kind="causal_mask",
        title="Causal mask",
        family="Values",
        target="torch.nn.Transformer.generate_square_subsequent_mask",
        doc="A mask that lets each place see only itself and what came before.",
        help=Help(
            what="L×L numbers: 0 on and below the diagonal, minus infinity above.",
            formula=r"m_{ij} = \begin{cases} 0 & j \le i \\ "
            r"-\infty & \text{otherwise} \end{cases}",
            when="For the mask of attention in networks that write: GPT, decoders.",
            mind="Only the size of the input matters, not its values.",
            source="torch.nn.Transformer.generate_square_subsequent_mask",
            link=page("torch.nn.Transformer")
            + "#torch.nn.Transformer.generate_square_subsequent_mask",
        ),
        params=(_DIM,),
        inputs=(Port("input", doc="The sequence that is masked."),),
        shape=_causal,
        style="sized",
        brief=lambda args: f"axis {args['dim']}",
        aliases=("triangle", "tril", "autoregressive", "subsequent"),
        makes_reals=True,
    ),
    Operation(
        kind="attend",
        title="Attend",
        family="Arithmetic",
        target="torch.nn.functional.scaled_dot_product_attention",
        doc="Attention alone: mixes values by the likeness of queries and keys.",
        help=Help(
            what=(
                "Multiplies queries with keys, makes weights of the scores by a "
                "softmax, and mixes the values with them. Nothing is learned."
            ),
            formula=r"\mathrm{softmax}\left(\frac{Q K^{\top}}{\sqrt{E}} + M\right) V",
            when="To build attention from Linears, as GPT-2 and Llama do.",
            mind="Heads are an axis before the sequence: N×H×L×E. is_causal needs no "
            "mask.",
            source="Vaswani et al. 2017, Attention is all you need",
            link=page("torch.nn.functional.scaled_dot_product_attention"),
        ),
        params=(
            Bool("is_causal", False, place="forward", doc="See only what came before."),
            Float(
                "scale",
                None,
                low=0.0,
                above=True,
                optional=True,
                place="forward",
                doc="Factor of the scores; none is one over the root of E.",
            ),
        ),
        inputs=(
            Port("query", "float", doc="N×H×L×E."),
            Port("key", "float", doc="N×H×S×E."),
            Port("value", "float", doc="N×H×S×V."),
            mask_port("attn_mask"),
        ),
        shape=_attended,
        mult_adds=_work,
        brief=lambda args: "causal" if args["is_causal"] else "",
        aliases=("attention", "sdpa", "flash", "scores"),
    ),
)
