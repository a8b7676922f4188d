"""Networks in which every element of a sequence looks at the others."""

from __future__ import annotations

from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import linear, part, use
from scripts.templates.template import Template

HEADS = "Looks at once, each on its share of the features; divides the width."
WIDTH = "Features of each element."
SEQUENCE = ("N", 100, 512)


def transformer_encoder() -> Design:
    """Six encoder layers, each a row of the catalogue."""
    sheet = Sheet()

    def layer(body: Sheet) -> None:
        row = part(
            "transformer_encoder_layer", "layer", nhead="=heads", batch_first=True
        )
        body.chain(body.input("src", SEQUENCE), row)

    block = sheet.define(
        "EncoderLayer",
        layer,
        "Self-attention and two Linear layers, each with a skip and a norm.",
        heads=(8, HEADS),
    )
    sheet.chain(sheet.input("src", SEQUENCE), use(block, "layers", repeat=6))
    return sheet.design


def transformer_encoder_parts() -> Design:
    """Six encoder layers, drawn from what they are made of."""
    sheet = Sheet()
    block = sheet.define(
        "EncoderLayer",
        _encoder_layer,
        "Every element looks at all others, then thinks by itself.\nBoth are added to "
        "what came in, and normalized behind the sum.",
        heads=(8, HEADS),
        width=(512, WIDTH),
    )
    sheet.chain(sheet.input("src", SEQUENCE), use(block, "layers", repeat=6))
    return sheet.design


def _encoder_layer(body: Sheet) -> None:
    x = body.input("src", SEQUENCE)
    attention = part(
        "multihead_attention",
        "self_attn",
        num_heads="=heads",
        dropout=0.1,
        batch_first=True,
        need_weights=False,
    )
    seen = body.chain(x, attention, part("dropout", "dropout1", p=0.1))
    x = body.put(part("add", "add1"), x, seen)
    x = body.chain(x, part("layer_norm", "norm1"))
    thought = body.chain(
        x,
        linear("=4*width", "linear1"),
        part("relu", "relu"),
        part("dropout", "dropout", p=0.1),
        linear("=width", "linear2"),
        part("dropout", "dropout2", p=0.1),
    )
    x = body.put(part("add", "add2"), x, thought)
    body.chain(x, part("layer_norm", "norm2"))


def transformer() -> Design:
    """torch.nn.Transformer as it comes, batch first."""
    sheet = Sheet()
    source = sheet.input("src", ("N", 100, 512))
    target = sheet.input("tgt", ("N", 80, 512))
    whole = part("transformer", "transformer", batch_first=True)
    sheet.put(whole, source, into={"tgt": target})
    return sheet.design


_VASWANI = "Vaswani et al. 2017, Attention is all you need"
_ENCODER = (
    "Six layers that let every element of a sequence look at all the others: eight "
    "heads of attention over 512 features, then two Linear layers, each beside a skip "
    "and followed by a norm. It knows no order, so add positions to what goes in. "
)

TEMPLATES = {
    "transformer_encoder": Template(
        "Transformer encoder",
        _ENCODER + "The layer is torch's own; the next template shows what is in it.",
        6 * 3_152_384,
        (("N", 100, 512),),
        _VASWANI + "; torch.nn.TransformerEncoderLayer(512, 8)",
        transformer_encoder,
    ),
    "transformer_encoder_parts": Template(
        "Transformer encoder, from its parts",
        _ENCODER + "The layer is drawn from its parts, to be read and changed: open "
        "it. Number of heads and width can be set.",
        6 * 3_152_384,
        (("N", 100, 512),),
        _VASWANI + "; torch.nn.TransformerEncoderLayer(512, 8)",
        transformer_encoder_parts,
    ),
    "transformer": Template(
        "Transformer",
        "The network that began it all: an encoder of six layers reads src, a decoder "
        "of six layers looks at what it made and at tgt, which is written so far. It "
        "takes vectors: put an Embedding with positions before both inputs, and a "
        "Linear to the vocabulary behind. To learn to write, the decoder needs a "
        "causal mask at tgt_mask.",
        44_140_544,
        (("N", 80, 512),),
        _VASWANI + "; torch.nn.Transformer()",
        transformer,
    ),
}
