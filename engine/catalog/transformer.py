"""Transformer: layers, encoder, decoder and the whole."""

from engine.catalog.dims import Tensor
from engine.catalog.masks import causal, mask_port
from engine.catalog.params import Bool, Int
from engine.catalog.rules import page
from engine.catalog.spec import (
    Args,
    Help,
    Inputs,
    Layer,
    Operator,
    Port,
    TensorSpec,
)
from engine.catalog.transformer_parts import (
    XAVIER,
    crossed,
    decoder_work,
    depth_params,
    encoder_work,
    layer_of,
    layer_params,
    layer_tensors,
    norm_of,
    norm_tensors,
    one_sequence,
    stack_params,
    stacked,
    two_sequences,
    width,
)

_SRC = Port("src", "float", doc="The sequence: L×N×E, or N×L×E with batch_first.")
_TGT = Port("tgt", "float", doc="What is written so far: T×N×E.")
_MEMORY = Port("memory", "float", doc="What the encoder made: L×N×E.")
_VASWANI = "Vaswani et al. 2017, Attention is all you need"
_MIND = (
    "nhead must divide the features. batch_first is off by default, as in torch. It "
    "knows no order: add positions. "
)
_ALIKE = (
    "torch copies one layer, so that all begin alike; Fanin draws each layer by itself."
)
_MASKS = ("tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask")


def _encoded(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    mask = "mask" if "num_layers" in args else "src_mask"  # as torch calls them
    one_sequence(args, inputs, "src", "is_causal", mask)
    return (inputs["src"],)


def _decoded(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    two_sequences(args, inputs, "tgt", "memory")
    one_sequence(args, inputs, "tgt", "tgt_is_causal", "tgt_mask")
    crossed(args, inputs, "memory")
    return (inputs["tgt"],)


def _translated(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    two_sequences(args, inputs, "src", "tgt")
    one_sequence(args, inputs, "src", "src_is_causal", "src_mask")
    one_sequence(args, inputs, "tgt", "tgt_is_causal", "tgt_mask")
    crossed(args, inputs, "src")
    return (inputs["tgt"],)


def _stack_tensors(
    args: Args, inputs: Inputs, port: str, *, decoder: bool
) -> tuple[TensorSpec, ...]:
    wide = width(args, inputs, port)
    specs = stacked(args, wide, args["num_layers"], decoder=decoder)
    if args["final_norm"]:
        specs += norm_tensors("norm", wide, bias=args["bias"])
    return tuple(specs)


def _whole_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    """Both stacks; torch draws every matrix of the whole by Xavier uniform."""
    wide = width(args, inputs, "src")
    specs = []
    for name in ("encoder", "decoder"):
        count = args[f"num_{name}_layers"]
        own = stacked(args, wide, count, decoder=name == "decoder")
        own += norm_tensors("norm", wide, bias=args["bias"])
        specs += [spec._replace(name=f"{name}.{spec.name}") for spec in own]
    return tuple(
        spec._replace(default=XAVIER) if len(spec.shape) > 1 else spec for spec in specs
    )


def _brief(args: Args) -> str:
    heads = f"{args['nhead']} head{'s' if args['nhead'] > 1 else ''}"
    if "num_encoder_layers" in args:
        return f"{args['num_encoder_layers']} + {args['num_decoder_layers']}, {heads}"
    return f"{args['num_layers']} ×, {heads}" if "num_layers" in args else heads


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="transformer_encoder_layer",
        title="TransformerEncoderLayer",
        family="Transformer",
        target="torch.nn.TransformerEncoderLayer",
        doc="Self-attention and two Linear layers, each with a skip and a norm.",
        help=Help(
            what=(
                "Every element looks at all others (MultiheadAttention), then passes "
                "two Linear layers by itself; both are added to what came in and "
                "normalized."
            ),
            formula=(
                r"\begin{aligned} z &= \mathrm{LN}(x + \mathrm{MHA}(x, x, x)) \\ "
                r"y &= \mathrm{LN}(z + W_2 f(W_1 z + b_1) + b_2) \end{aligned}"
            ),
            when="For text, patches of images, sets: BERT and ViT are stacks of it.",
            mind=_MIND
            + "norm_first trains more calmly in deep stacks; GPT-2 and ViT have it.",
            source=_VASWANI,
            link=page("torch.nn.TransformerEncoderLayer"),
        ),
        params=(*layer_params(), causal()),
        inputs=(_SRC, mask_port("src_mask"), mask_port("src_key_padding_mask")),
        shape=_encoded,
        derived={"d_model": lambda args, inputs: width(args, inputs, "src")},
        tensors=lambda args, inputs: tuple(
            layer_tensors(args, args["d_model"], decoder=False)
        ),
        mult_adds=lambda args, inputs: encoder_work(args, inputs, "src"),
        brief=_brief,
        aliases=("bert", "vit", "attention", "self-attention"),
    ),
    Layer(
        kind="transformer_decoder_layer",
        title="TransformerDecoderLayer",
        family="Transformer",
        target="torch.nn.TransformerDecoderLayer",
        doc="Self-attention, attention to a memory, and two Linear layers.",
        help=Help(
            what=(
                "Every element of tgt looks at tgt, then at memory (what an encoder "
                "made), then passes two Linear layers; each with a skip and a norm."
            ),
            formula=(
                r"\begin{aligned} z &= \mathrm{LN}(x + \mathrm{MHA}(x, x, x)) \\ "
                r"u &= \mathrm{LN}(z + \mathrm{MHA}(z, m, m)) \\ "
                r"y &= \mathrm{LN}(u + W_2 f(W_1 u + b_1) + b_2) \end{aligned}"
            ),
            when="To write one sequence while reading another: translation, captions.",
            mind=_MIND + "To write, wire a causal mask to tgt_mask.",
            source=_VASWANI,
            link=page("torch.nn.TransformerDecoderLayer"),
        ),
        params=(*layer_params(), causal("tgt_is_causal"), causal("memory_is_causal")),
        inputs=(_TGT, _MEMORY, *map(mask_port, _MASKS)),
        shape=_decoded,
        derived={"d_model": lambda args, inputs: width(args, inputs, "tgt")},
        tensors=lambda args, inputs: tuple(
            layer_tensors(args, args["d_model"], decoder=True)
        ),
        mult_adds=lambda args, inputs: decoder_work(args, inputs, "memory"),
        brief=_brief,
        aliases=("cross-attention", "seq2seq", "translation"),
    ),
    Layer(
        kind="transformer_encoder",
        title="TransformerEncoder",
        family="Transformer",
        target="torch.nn.TransformerEncoder",
        doc="Encoder layers on top of each other.",
        help=Help(
            what="Passes a sequence through num_layers TransformerEncoderLayers.",
            formula=r"y = \mathrm{LN}(f_n(\cdots f_1(x)))",
            when="For text and patches, when the layers need no look inside.",
            mind=_MIND + _ALIKE,
            source=_VASWANI,
            link=page("torch.nn.TransformerEncoder"),
        ),
        params=(
            *depth_params(),
            # torch's True warns unless batch_first is on and nothing else is unusual
            Bool("enable_nested_tensor", False, doc="Skip padding in evaluation."),
            Bool("mask_check", True, doc="See whether that can be done."),
            *layer_params(within=True),
            causal(default=None),
        ),
        inputs=(_SRC, mask_port("mask"), mask_port("src_key_padding_mask")),
        shape=_encoded,
        derived={
            "encoder_layer": lambda args, inputs: layer_of(
                "torch.nn.TransformerEncoderLayer", args, width(args, inputs, "src")
            ),
            "norm": lambda args, inputs: norm_of(args, width(args, inputs, "src")),
        },
        undo=stack_params,
        tensors=lambda args, inputs: _stack_tensors(args, inputs, "src", decoder=False),
        mult_adds=lambda args, inputs: (
            args["num_layers"] * encoder_work(args, inputs, "src")
        ),
        brief=_brief,
        aliases=("bert", "vit", "attention", "stack"),
    ),
    Layer(
        kind="transformer_decoder",
        title="TransformerDecoder",
        family="Transformer",
        target="torch.nn.TransformerDecoder",
        doc="Decoder layers on top of each other.",
        help=Help(
            what="Passes a sequence through num_layers TransformerDecoderLayers.",
            formula=r"y = \mathrm{LN}(f_n(\cdots f_1(x, m), m))",
            when="To write one sequence while reading another.",
            mind=_MIND + _ALIKE,
            source=_VASWANI,
            link=page("torch.nn.TransformerDecoder"),
        ),
        params=(
            *depth_params(),
            *layer_params(within=True),
            causal("tgt_is_causal", default=None),
            causal("memory_is_causal"),
        ),
        inputs=(_TGT, _MEMORY, *map(mask_port, _MASKS)),
        shape=_decoded,
        derived={
            "decoder_layer": lambda args, inputs: layer_of(
                "torch.nn.TransformerDecoderLayer", args, width(args, inputs, "tgt")
            ),
            "norm": lambda args, inputs: norm_of(args, width(args, inputs, "tgt")),
        },
        undo=stack_params,
        tensors=lambda args, inputs: _stack_tensors(args, inputs, "tgt", decoder=True),
        mult_adds=lambda args, inputs: (
            args["num_layers"] * decoder_work(args, inputs, "memory")
        ),
        brief=_brief,
        aliases=("cross-attention", "seq2seq", "stack"),
    ),
    Layer(
        kind="transformer",
        title="Transformer",
        family="Transformer",
        target="torch.nn.Transformer",
        doc="An encoder that reads src and a decoder that writes tgt.",
        help=Help(
            what=(
                "A TransformerEncoder over src, whose result is the memory of a "
                "TransformerDecoder over tgt; each ends with a LayerNorm."
            ),
            formula=r"y = \mathrm{dec}(\mathrm{tgt}, \mathrm{enc}(\mathrm{src}))",
            when="For translation and whatever maps one sequence to another.",
            mind=_MIND + "It has neither embeddings nor a last Linear: add both.",
            source=_VASWANI,
            link=page("torch.nn.Transformer"),
        ),
        params=(
            layer_params()[0],
            Int("num_encoder_layers", 6, low=1, high=256, doc="Layers that read."),
            Int("num_decoder_layers", 6, low=1, high=256, doc="Layers that write."),
            *layer_params()[1:],
            causal("src_is_causal", default=None),
            causal("tgt_is_causal", default=None),
            causal("memory_is_causal"),
        ),
        inputs=(
            _SRC,
            _TGT,
            *map(mask_port, ("src_mask", "src_key_padding_mask", *_MASKS)),
        ),
        shape=_translated,
        derived={"d_model": lambda args, inputs: width(args, inputs, "src")},
        tensors=_whole_tensors,
        mult_adds=lambda args, inputs: (
            args["num_encoder_layers"] * encoder_work(args, inputs, "src")
            + args["num_decoder_layers"] * decoder_work(args, inputs, "src")
        ),
        brief=_brief,
        aliases=("seq2seq", "translation", "attention"),
    ),
)
