"""GPT-2: a transformer that writes, one token after the other."""

from __future__ import annotations

from engine.design.edits import set_symbol, tie
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import ZEROS, Part, init, linear, part, use
from scripts.templates.residual import JOIN, PATH, SKIP
from scripts.templates.template import Template
from scripts.templates.transformers import HEADS, WIDTH

TOKENS, PLACES, LAYERS = 50_257, 1024, 12
SMALL = init("normal", std=0.02)
# Radford et al. weaken what is added to the stream by the root of how often it is.
ADDED = init("normal", std=round(0.02 / (2 * LAYERS) ** 0.5, 6))


def gpt2() -> Design:
    """GPT-2 small: twelve blocks; the scores share the matrix of the tokens."""
    sheet = Sheet(set_symbol(Design(), "T", 128))
    block = sheet.define(
        "Block",
        _block,
        "Each token looks at those before it, then thinks by itself.\nBoth are added "
        "to the stream, which no norm stands in: norms stand before each of the two.",
        heads=(12, HEADS),
        width=(768, WIDTH),
    )
    tokens = sheet.input("tokens", ("N", "T"), dtype="int64", high=TOKENS)
    words = sheet.put(_table("wte", TOKENS), tokens)
    places = sheet.input("positions", ("T",), row=PATH, dtype="int64", high=PLACES)
    x = sheet.put(part("add", "add"), words, sheet.put(_table("wpe", PLACES), places))
    x = sheet.chain(x, part("dropout", "drop", p=0.1))
    mask = sheet.input("mask", ("T", "T"), row=2)
    stack = use(block, "h", heads=12, width=768, repeat=LAYERS)
    x = sheet.put(stack, x, mask, row=SKIP)
    head = linear(TOKENS, "lm_head", bias=False)
    head_id = sheet.chain(x, part("layer_norm", "ln_f"), head)
    return tie(sheet.design, head_id, "weight", words, "weight")


def _table(name: str, rows: int) -> Part:
    table = part("embedding", name, num_embeddings=rows, embedding_dim=768)
    return table.drawn(weight=SMALL)


def _block(body: Sheet) -> None:
    x = body.input("x", ("N", "T", 768))
    mask = body.input("mask", ("T", "T"), row=2)
    norm = body.put(part("layer_norm", "ln_1"), x, row=PATH)
    attention = part(
        "multihead_attention",
        "attn",
        num_heads="=heads",
        dropout=0.1,
        batch_first=True,
        need_weights=False,
    ).drawn(weight=SMALL, bias=ZEROS, **{"out_proj.weight": ADDED})
    seen = body.put(attention, norm, into={"attn_mask": mask})
    seen = body.chain(seen, part("dropout", "resid_dropout", p=0.1))
    x = body.put(part("add", "add1"), x, seen, row=JOIN)
    thought = body.chain(
        x,
        part("layer_norm", "ln_2"),
        _drawn(linear("=4*width", "c_fc")),
        part("gelu", "gelu", approximate="tanh"),
        linear("=width", "c_proj").drawn(weight=ADDED, bias=ZEROS),
        part("dropout", "dropout", p=0.1),
        row=PATH,
    )
    body.put(part("add", "add2"), x, thought, row=JOIN)


def _drawn(layer: Part) -> Part:
    return layer.drawn(weight=SMALL, bias=ZEROS)


TEMPLATES = {
    "gpt2": Template(
        "GPT-2 small",
        "Twelve blocks in which each of up to 1024 tokens looks at those before it. "
        "Norms stand before what is added, not in the stream; a tanh-GELU between the "
        "Linear layers; weights begin at N(0, 0.02), those that are added to the "
        "stream weaker by the root of 24. lm_head, which scores the next token, shares "
        "its matrix with wte: one tensor, counted once. Give positions from 0, and as "
        "mask a square of zeros with minus infinity above the diagonal. Heads and "
        "width of the block can be set.",
        124_439_808,
        (("N", "T", TOKENS),),
        "Radford et al. 2019, Language models are unsupervised multitask learners",
        gpt2,
    ),
}
