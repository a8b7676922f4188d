"""Padding: a border around sequences, images and volumes."""

from collections.abc import Callable, Sequence

from engine.catalog.dims import Dim, Tensor, sample, text
from engine.catalog.params import Float, Param, Size
from engine.catalog.rules import COUNT, axes_of, page, require_rank, shown, spread
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError

# torch crashes on borders near 2**63, and a larger one than this is never meant.
WIDEST = 65_536
_SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))


def bordered(arriving: Tensor, pads: Sequence[int], mode: str) -> Tensor:
    """`arriving` with a border, as torch.nn.functional.pad makes it.

    Args:
        arriving: what is padded.
        pads: before and behind, the last axis first; a negative one cuts.
        mode: constant, reflect, replicate or circular.

    Raises:
        ShapeError: a border is wider than what it is taken from, or nothing is left.
    """
    shape = list(arriving.shape)
    for place in range(len(pads) // 2):
        axis = len(shape) - 1 - place
        before, behind = pads[2 * place : 2 * place + 2]
        cut = min(before, 0) + min(behind, 0) if mode == "circular" else 0
        _reaches(shape[axis] + cut, max(before, behind), mode, arriving)
        _leaves(shape[axis], before, behind, mode, arriving)
        shape[axis] = shape[axis] + before + behind
    return Tensor(tuple(shape), arriving.dtype)


def _reaches(size: Dim, widest: int, mode: str, arriving: Tensor) -> None:
    """Refuse a border that would need more of the input than there is."""
    slack = {"reflect": 1, "circular": 0}.get(mode)
    if slack is None or widest + slack <= sample(size):
        return
    raise ShapeError(
        "{node} takes its border from the input itself, but {source} brings only "
        "{size} where it pads by {widest} ({shape}). Pad by at most {most}.",
        port="input",
        size=str(size),
        widest=widest,
        shape=shown(arriving),
        most=sample(size) - slack,
    )


def _leaves(size: Dim, before: int, behind: int, mode: str, arriving: Tensor) -> None:
    """Refuse to cut off everything."""
    cut = min(before, 0) + min(behind, 0)
    fits = mode not in ("constant", "circular") or sample(size) + cut >= 0
    if fits and sample(size) + before + behind >= 1:
        return
    raise ShapeError(
        "{node} cuts {cut} off an axis of {size} that {source} brings ({shape}), so "
        "nothing is left. Cut less.",
        port="input",
        cut=-cut,
        size=str(size),
        shape=shown(arriving),
    )


def _padded(axes: int, mode: str) -> Callable[[Args, Inputs], tuple[Tensor, ...]]:
    def shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
        arriving = inputs["input"]
        if mode != "constant":
            wanted = f"{axes_of(axes)} or {axes_of(axes, 'C×')}"
            hint = _hint(arriving.rank, mode)
            require_rank(arriving, (axes + 1, axes + 2), wanted, hint)
        elif arriving.rank < axes:
            raise ShapeError(
                "{node} pads the last {axes}, but {source} brings {shape}. Reshape it "
                "before.",
                port="input",
                axes=COUNT[axes],
                shape=shown(arriving),
            )
        return (bordered(arriving, spread(args["padding"], 2 * axes), mode),)

    return shape


def _hint(rank: int, mode: str) -> str:
    stem = next(stem for stem, (known, *_) in _MODES.items() if known == mode)
    return f"{stem}Pad{rank - 2}d takes that." if rank in (3, 4, 5) else "Reshape it."


def _brief(axes: int) -> Callable[[Args], str]:
    def brief(args: Args) -> str:
        given = args["padding"]
        line = text(given) if isinstance(given, tuple) else str(given)
        return f"{line}, value {args['value']:g}" if args.get("value") else line

    return brief


# stem -> torch's name of the mode, what the border is made of, formula, when, source
_MODES = {
    "Reflection": (
        "reflect",
        "the input mirrored at its edge; the edge itself is not repeated",
        r"y_i = x_{|i - p|}",
        "Before convolutions that make images: no dark frame, no seam.",
        "The border must be smaller than the input.",
    ),
    "Replication": (
        "replicate",
        "the nearest value at the edge, repeated",
        r"y_i = x_{\min(\max(i - p,\, 0),\, L - 1)}",
        "Before convolutions over data whose edge goes on as it is.",
        "A wide border repeats one value and says nothing new.",
    ),
    "Circular": (
        "circular",
        "the input's other end, as if it were a ring",
        r"y_i = x_{(i - p) \bmod L}",
        "For angles, panoramas, textures that tile, periodic simulations.",
        "The border must not be larger than the input.",
    ),
    "Constant": (
        "constant",
        "one value",
        r"y_i = x_{i - p} \text{ inside},\quad v \text{ outside}",
        "To bring data to one size, with a value that stands for nothing.",
        "Convolutions pad with zeros by themselves: see their padding.",
    ),
    "Zero": (
        "constant",
        "zeros",
        r"y_i = x_{i - p} \text{ inside},\quad 0 \text{ outside}",
        "For borders that differ from side to side, which a convolution lacks.",
        "Convolutions pad with zeros by themselves: see their padding.",
    ),
}
_VALUE = Float("value", 0.0, doc="What the border holds.")


def _pad(stem: str, axes: int) -> Layer:
    mode, made_of, formula, when, mind = _MODES[stem]
    target = f"torch.nn.{stem}Pad{axes}d"
    sides = [side for pair in _SIDES[:axes] for side in pair]
    border = Size(
        "padding",
        1,
        axes=2 * axes,
        low=-WIDEST,
        high=WIDEST,
        doc=f"One width, or {', '.join(sides)}; negative cuts.",
    )
    params: tuple[Param, ...] = (border, _VALUE) if stem == "Constant" else (border,)
    return Layer(
        kind=f"{stem.lower()}_pad{axes}d",
        title=f"{stem}Pad{axes}d",
        family="Padding",
        target=target,
        doc=f"Puts a border of {made_of} around the last {COUNT[axes]}.",
        help=Help(
            what=f"Widens the last {COUNT[axes]} by a border: {made_of}.",
            formula=formula,
            when=when,
            mind=mind + " A negative width cuts that side.",
            source=target,
            link=page(target),
        ),
        params=params,
        # what mirrors or repeats needs real numbers; what only copies does not
        inputs=(Port("input", "any" if mode == "constant" else "float"),),
        shape=_padded(axes, mode),
        brief=_brief(axes),
        aliases=("pad", "border", "frame", mode),
    )


ROWS: tuple[Operator, ...] = tuple(
    _pad(stem, axes) for stem in _MODES for axes in (1, 2, 3)
)
