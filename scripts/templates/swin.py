"""Swin: attention within windows of an image, which move from block to block."""

from __future__ import annotations

from collections.abc import Callable

from engine.catalog.params import Value
from engine.design.model import Design
from scripts.templates.drawing import Sheet, Source
from scripts.templates.parts import ZEROS, Part, conv, init, linear, part, use
from scripts.templates.residual import IMAGE
from scripts.templates.template import Template
from scripts.templates.transformers import HEADS, WIDTH

SIZE = "Height and width of the image that arrives, in pixels."
MAP = ("N", 56, 56, 96)
WINDOWS = ("N", 64, 49, 96)
SMALL = init("trunc_normal", std=0.02)
CUT: tuple[Value, ...] = ("N", "=size//7", 7, "=size//7", 7, "=width")


def swin_t() -> Design:
    """Four stages; in all but the last, every second block moves the windows."""
    sheet = Sheet()
    block, pair = _blocks(sheet)
    merge = sheet.define(
        "PatchMerging",
        _merge,
        "Sets four neighbouring pixels beside each other, and halves what they make.",
        width=(96, WIDTH),
        size=(56, SIZE),
    )
    x = sheet.chain(
        sheet.input("x", IMAGE),
        _spread(conv(96, 4, "patches", stride=4)),
        part("permute", "channels_last", dims=(0, 2, 3, 1)),
        part("layer_norm", "norm0"),
    )
    for place, count in enumerate((1, 1, 3)):
        given = {"width": 96 << place, "size": 56 >> place}
        stage = use(pair, f"stage{place + 1}", heads=3 << place, repeat=count, **given)
        x = sheet.chain(x, stage, use(merge, f"merge{place + 1}", **given))
    sheet.chain(
        x,
        use(block, "stage4", heads=24, width=768, size=7, repeat=2),
        part("layer_norm", "norm"),
        part("mean", "average", dim=(1, 2)),
        _spread(linear(1000, "head")),
    )
    return sheet.design


def _blocks(sheet: Sheet) -> tuple[str, str]:
    """The block with windows at rest, and the pair of one at rest and one moved."""
    heads, width, size = (3, HEADS), (96, WIDTH), (56, SIZE)
    bias = sheet.define(
        "RelativeBias",
        _relative_bias,
        "A learned number for each head and each way from one pixel to another.\n"
        "Ways go from -6 to 6 in both directions: 13 times 13 rows of a table.",
        heads=heads,
    )
    mask = sheet.define(
        "ShiftMask",
        _shift_mask,
        "Minus 100 where two pixels of a window are neighbours by the roll alone.\n"
        "Pixels that were in one window before the roll are at most 6 apart.",
    )
    attention = sheet.define(
        "WindowAttention",
        _attention,
        "Each pixel looks at all in its window. Heads have 32 features, so scores are "
        "divided by the root of 32.",
        heads=heads,
        width=width,
    )
    cut = sheet.define(
        "ToWindows",
        _to_windows,
        "Cuts the image into windows of 7x7 pixels, each a sequence of 49.",
        width=width,
        size=size,
    )
    whole = sheet.define(
        "FromWindows",
        _from_windows,
        "Puts the windows together again.",
        width=width,
        size=size,
    )
    inner = (bias, mask, attention, cut, whole)
    knobs = {"heads": heads, "width": width, "size": size}
    rest = sheet.define(
        "SwinBlock",
        _block(inner, moved=False),
        "Attention within windows, then two Linear layers on each pixel; both are "
        "added to the stream.",
        **knobs,
    )
    moved = sheet.define(
        "ShiftedBlock",
        _block(inner, moved=True),
        "A SwinBlock whose windows lie 3 pixels further: the image is rolled before, "
        "and back behind.",
        **knobs,
    )

    def pair(body: Sheet) -> None:
        same = {name: f"={name}" for name in knobs}
        body.chain(
            body.input("x", MAP), use(rest, "rest", **same), use(moved, "moved", **same)
        )

    notes = "A block with windows at rest, and one with windows moved."
    return rest, sheet.define("SwinPair", pair, notes, **knobs)


def _spread(layer: Part) -> Part:
    """The layer, drawn as Liu et al. do."""
    return layer.drawn(weight=SMALL, bias=ZEROS)


def _block(inner: tuple[str, ...], *, moved: bool) -> Callable[[Sheet], None]:
    bias, mask, attention, cut, whole = inner
    sizes = {"width": "=width", "size": "=size"}

    def draw(body: Sheet) -> None:
        x = body.input("x", MAP)
        seen = body.chain(x, part("layer_norm", "norm1"))
        if moved:
            seen = body.chain(seen, _roll("shift", -3))
        seen = body.chain(seen, use(cut, "windows", **sizes))
        ways = body.put(use(bias, "bias", heads="=heads"), seen)
        if moved:
            hidden = body.put(use(mask, "mask"), x)
            ways = body.put(part("add", "ways"), ways, hidden)
        attend = use(attention, "attn", heads="=heads", width="=width")
        seen = body.put(attend, seen, ways)
        seen = body.chain(seen, use(whole, "image", **sizes))
        if moved:
            seen = body.chain(seen, _roll("back", 3))
        x = body.put(part("add", "add1"), x, seen)
        thought = body.chain(
            x,
            part("layer_norm", "norm2"),
            _spread(linear("=4*width", "fc1")),
            part("gelu", "gelu"),
            _spread(linear("=width", "fc2")),
        )
        body.put(part("add", "add2"), x, thought)

    return draw


def _roll(name: str, by: int) -> Part:
    return part("roll", name, shifts=(by, by), dims=(1, 2))


def _to_windows(body: Sheet) -> None:
    body.chain(
        body.input("x", MAP),
        part("reshape", "cut", shape=CUT),
        part("permute", "windows_first", dims=(0, 1, 3, 2, 4, 5)),
        part("reshape", "sequences", shape=("N", -1, 49, "=width")),
    )


def _from_windows(body: Sheet) -> None:
    shape = ("N", "=size//7", "=size//7", 7, 7, "=width")
    body.chain(
        body.input("x", WINDOWS),
        part("reshape", "squares", shape=shape),
        part("permute", "rows_together", dims=(0, 1, 3, 2, 4, 5)),
        part("reshape", "image", shape=("N", "=size", "=size", "=width")),
    )


def _merge(body: Sheet) -> None:
    shape = ("N", "=size//2", 2, "=size//2", 2, "=width")
    body.chain(
        body.input("x", MAP),
        part("reshape", "fours", shape=shape),
        part("permute", "beside", dims=(0, 1, 3, 4, 2, 5)),
        part("flatten", "flatten", start_dim=3),
        part("layer_norm", "norm"),
        linear("=2*width", "reduction", bias=False).drawn(weight=SMALL),
    )


def _attention(body: Sheet) -> None:
    x = body.input("x", WINDOWS)
    above = part("input", "bias", shape=(3, 49, 49))
    bias = body.put(above)
    heads = body.chain(
        x,
        _spread(linear("=3*width", "qkv")),
        part("unflatten", "heads_of_all", dim=3, unflattened_size=("=3*heads", -1)),
        part("transpose", "heads_first", dim0=2, dim1=3),
    )
    parts = body.put(part("chunk", "chunk", chunks=3, dim=2), heads)
    keys = part("transpose", "keys", dim0=3, dim1=4)
    across = body.put(keys, (parts, "part2"))
    scores = body.put(part("matmul", "scores"), (parts, "part1"), across)
    root = body.put(_number("scale", 32**-0.5))
    scaled = body.put(part("multiply", "scaled"), scores, root)
    scored = body.put(part("add", "add"), bias, scaled)
    shares = body.put(part("softmax", "softmax", dim=-1), scored)
    mixed = body.put(part("matmul", "mixed"), shares, (parts, "part3"))
    body.chain(
        mixed,
        part("transpose", "pixels_first", dim0=2, dim1=3),
        part("flatten", "flatten", start_dim=3),
        _spread(linear("=width", "proj")),
    )


def _relative_bias(body: Sheet) -> None:
    """13 * (rows apart + 6) + columns apart + 6 is the row of the table."""
    steps = body.chain(
        body.input("x", WINDOWS),
        part("arange", "places", dim=2),
        part("slice", "steps", dim=0, stop=7),
    )
    column = body.put(part("unsqueeze", "column", dim=1), steps)
    apart = body.put(part("subtract", "apart"), column, steps)
    six = body.put(_number("six", 6, "int64"))
    way = body.put(part("add", "from_0_to_12"), apart, six)
    rows = body.put(_shaped("rows", 7, 1, 7, 1), way)
    wide = body.put(_number("thirteen", 13, "int64"))
    rows = body.put(part("multiply", "of_13"), rows, wide)
    columns = body.put(_shaped("columns", 1, 7, 1, 7), way)
    table = part("embedding", "table", num_embeddings=169, embedding_dim="=heads")
    body.chain(
        body.put(part("add", "index"), rows, columns),
        _shaped("pairs", 49, 49),
        table.drawn(weight=SMALL),
        part("permute", "heads_first", dims=(2, 0, 1)),
    )


def _shift_mask(body: Sheet) -> None:
    places = body.chain(
        body.input("x", MAP),
        part("arange", "rows", dim=1),
        part("roll", "shift", shifts=(-3,), dims=(0,)),
        part("cast", "real"),
    )
    here = body.put(_shaped("here", -1, 7, 1), places)
    there = body.put(_shaped("there", -1, 1, 7), places)
    far = body.chain(
        body.put(part("subtract", "apart"), here, there),
        part("abs", "abs"),
        part("clamp", "six_or_more", min=6.0, max=7.0),
    )
    six: Source = body.put(_number("six", 6))
    far = body.put(part("subtract", "too_far"), far, six)
    cost = body.put(_number("cost", -100))
    hidden = body.put(part("multiply", "hidden"), far, cost)
    rows = body.put(_shaped("by_row", -1, 1, 7, 1, 7, 1), hidden)
    columns = body.put(_shaped("by_column", 1, -1, 1, 7, 1, 7), hidden)
    both = body.put(part("add", "either"), rows, columns)
    body.put(_shaped("pairs", -1, 1, 49, 49), both)


def _number(name: str, value: float, dtype: str = "float32") -> Part:
    return part("fixed_value", name, fill_value=float(value), dtype=dtype)


def _shaped(name: str, *shape: int) -> Part:
    return part("reshape", name, shape=shape)


TEMPLATES = {
    "swin_t": Template(
        "Swin-T",
        "Attention over a whole image costs the square of its pixels; here each looks "
        "only at the 49 of its window. So that windows hear of each other, every "
        "second block rolls the image by 3 pixels first; a mask keeps apart what the "
        "roll alone has brought together. Where two pixels lie to each other is a "
        "learned number for each head. Between stages, four neighbours become one "
        "pixel with twice the channels. torchvision also drops whole blocks at random "
        "while it trains (stochastic depth); that changes nothing when it is used, "
        "and is left out here.",
        28_288_354,
        (("N", 1000),),
        "Liu et al. 2021, Swin transformer: hierarchical vision transformer using "
        "shifted windows; torchvision",
        swin_t,
    ),
}
