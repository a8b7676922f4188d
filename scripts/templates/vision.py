"""Networks that look at an image as at a sequence of patches."""

from __future__ import annotations

from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import ZEROS, Part, conv, init, linear, part, use
from scripts.templates.residual import IMAGE
from scripts.templates.template import Template
from scripts.templates.transformers import HEADS, WIDTH

SMALL = init("normal", std=0.02)


def vit_b_16() -> Design:
    """Patches of 16 x 16 pixels and a token for the class; twelve encoder blocks."""
    sheet = Sheet()
    block = sheet.define(
        "EncoderBlock",
        _encoder_block,
        "Every patch looks at all others, then thinks by itself.\nNorms stand before "
        "what is added to the stream.",
        heads=(12, HEADS),
        width=(768, WIDTH),
    )
    patches = sheet.chain(
        sheet.input("x", IMAGE),
        _small(conv(768, 16, "conv_proj", stride=16)),
        part("flatten", "flatten", start_dim=2),
        part("permute", "sequence", dims=(0, 2, 1)),
    )
    token = part("parameter", "class_token", shape=(1, 1, 768)).drawn(weight=ZEROS)
    token_id = sheet.put(token)
    each = sheet.put(part("expand", "each", size=("N", 1, -1)), token_id)
    places = part("parameter", "pos_embedding", shape=(1, 197, 768))
    places_id = sheet.put(places.drawn(weight=SMALL))
    joined = part("concatenate", "cat", dim=1)
    x = sheet.put(joined, each, patches)
    x = sheet.put(part("add", "add"), x, places_id)
    sheet.chain(
        x,
        use(block, "layers", heads=12, width=768, repeat=12),
        part("layer_norm", "ln", eps=1e-6),
        part("select", "of_class", dim=1, index=0),
        _small(linear(1000, "head")),
    )
    return sheet.design


def _small(layer: Part) -> Part:
    return layer.drawn(weight=SMALL, bias=ZEROS)


def _encoder_block(body: Sheet) -> None:
    x = body.input("x", ("N", 197, 768))
    attention = part(
        "multihead_attention",
        "self_attention",
        num_heads="=heads",
        batch_first=True,
        need_weights=False,
    )
    seen = body.chain(x, part("layer_norm", "ln_1", eps=1e-6), _small(attention))
    x = body.put(part("add", "add1"), x, seen)
    thought = body.chain(
        x,
        part("layer_norm", "ln_2", eps=1e-6),
        _small(linear("=4*width", "fc1")),
        part("gelu", "gelu"),
        _small(linear("=width", "fc2")),
    )
    body.put(part("add", "add2"), x, thought)


TEMPLATES = {
    "vit_b_16": Template(
        "ViT-B/16",
        "An image of 224x224 becomes 196 patches of 16x16 pixels, each a vector of "
        "768 numbers; one more, class_token, is learned and has no place in the "
        "image. Positions are learned and added, then twelve encoder blocks let all "
        "look at all. What stands at the place of the class token in the end is "
        "scored. Heads and width can be set.",
        86_567_656,
        (("N", 1000),),
        "Dosovitskiy et al. 2021, An image is worth 16x16 words; torchvision",
        vit_b_16,
    ),
}
