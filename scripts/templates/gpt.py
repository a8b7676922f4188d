"""GPT-2: a transformer that writes, one token after the other."""

from __future__ import annotations

from engine.design.edits import set_symbol, tie
from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import ZEROS, Part, init, linear, part, use
from scripts.templates.template import Template
from scripts.templates.transformers import HEADS, WIDTH

TOKENS, PLACES, LAYERS = 50_257, 1024, 12
SMALL = init("normal", std=0.02)
# Radford et al. weaken what is added to the stream by the root of how often it is.
ADDED = init("normal", std=round(0.02 / (2 * LAYERS) ** 0.5, 6))


def gpt2() -> Design:
    """GPT-2 small: twelve blocks; the scores share the matrix of the tokens."""
    sheet = Sheet(set_symbol(Design(), "T", 128))
    attention = sheet.define(
        "CausalSelfAttention",
        _attention,
        "Each token mixes what those before it say, by how well they answer it.\n"
        "c_attn makes queries, keys and values at once; they are cut into heads, and "
        "the heads become an axis before the tokens. Training also drops 0.1 of the "
        "weights of attention, which is left out here.",
        heads=(12, HEADS),
        width=(768, WIDTH),
    )
    block = sheet.define(
        "Block",
        lambda body: _block(body, attention),
        "Each token looks at those before it, then thinks by itself.\nBoth are added "
        "to the stream, which no norm stands in: norms stand before each of the two.",
        heads=(12, HEADS),
        width=(768, WIDTH),
    )
    tokens = sheet.input("tokens", ("N", "T"), dtype="int64", high=TOKENS)
    words = sheet.put(_table("wte", TOKENS), tokens)
    places = part("arange", "positions", dim=1)
    places_id = sheet.chain(tokens, places, _table("wpe", PLACES))
    x = sheet.put(part("add", "add"), words, places_id)
    head_id = sheet.chain(
        x,
        part("dropout", "drop", p=0.1),
        use(block, "h", heads=12, width=768, repeat=LAYERS),
        part("layer_norm", "ln_f"),
        linear(TOKENS, "lm_head", bias=False),
    )
    return tie(sheet.design, head_id, "weight", words, "weight")


def _table(name: str, rows: int) -> Part:
    table = part("embedding", name, num_embeddings=rows, embedding_dim=768)
    return table.drawn(weight=SMALL)


def _attention(body: Sheet) -> None:
    heads = body.chain(
        body.input("x", ("N", "T", 768)),
        _drawn(linear("=3*width", "c_attn")),
        part("unflatten", "heads_of_all", dim=2, unflattened_size=("=3*heads", -1)),
        part("transpose", "heads_first", dim0=1, dim1=2),
    )
    parts = body.put(part("chunk", "chunk", chunks=3, dim=1), heads)
    ends = [(parts, f"part{place}") for place in (1, 2, 3)]
    body.chain(
        body.put(part("attend", "attend", is_causal=True), *ends),
        part("transpose", "tokens_first", dim0=1, dim1=2),
        part("flatten", "flatten", start_dim=2),
        _added("c_proj"),
    )


def _block(body: Sheet, attention: str) -> None:
    x = body.input("x", ("N", "T", 768))
    seen = body.chain(
        x,
        part("layer_norm", "ln_1"),
        use(attention, "attn", heads="=heads", width="=width"),
        part("dropout", "resid_dropout", p=0.1),
    )
    x = body.put(part("add", "add1"), x, seen)
    thought = body.chain(
        x,
        part("layer_norm", "ln_2"),
        _drawn(linear("=4*width", "c_fc")),
        part("gelu", "gelu", approximate="tanh"),
        _added("c_proj"),
        part("dropout", "dropout", p=0.1),
    )
    body.put(part("add", "add2"), x, thought)


def _drawn(layer: Part) -> Part:
    return layer.drawn(weight=SMALL, bias=ZEROS)


def _added(name: str) -> Part:
    return linear("=width", name).drawn(weight=ADDED, bias=ZEROS)


TEMPLATES = {
    "gpt2": Template(
        "GPT-2 small",
        "Twelve blocks in which each of up to 1024 tokens looks at those before it. "
        "Norms stand before what is added, not in the stream; a tanh-GELU between the "
        "Linear layers; weights begin at N(0, 0.02), those that are added to the "
        "stream weaker by the root of 24. lm_head, which scores the next token, shares "
        "its matrix with wte: one tensor, counted once. Heads and "
        "width of the block can be set.",
        124_439_808,
        (("N", "T", TOKENS),),
        "Radford et al. 2019, Language models are unsupervised multitask learners",
        gpt2,
    ),
}
