"""Losses of regression and of pairs: numbers against numbers, like against like."""

from engine.catalog.dims import Shape, agree
from engine.catalog.losses_shared import INPUT, REDUCTION, TARGET, loss, stretched
from engine.catalog.params import Bool, Float
from engine.catalog.rules import broadcast, require_rank, shown
from engine.catalog.spec import Args, Inputs, Operator, Port
from engine.errors import ShapeError

_NUMBERS, _PAIRS = "Of numbers", "Of likeness"
_TWO = (Port("input1", "float"), Port("input2", "float"))
_SIGN = Port("target", "float", doc="1 or -1 for each sample.")


def _varied(shape: Shape, var: Shape) -> bool:
    """Whether a variance is for each number, each row, or all along one axis."""
    if len(var) < len(shape):
        return len(var) == len(shape) - 1 and all(map(agree, shape, var))
    pairs = list(zip(shape, var, strict=False))
    apart = [size for whole, size in pairs if not agree(whole, size)]
    return len(var) == len(shape) and (not apart or apart == [1])


def _gaussian(args: Args, inputs: Inputs) -> Shape:
    arriving, var = inputs["input"], inputs["var"]
    if not _varied(arriving.shape, var.shape):
        raise ShapeError(
            "{node} needs a variance for each number: {wanted}, one axis of it 1 at "
            "most, but {source} brings {shape}.",
            port="var",
            wanted=shown(arriving),
            shape=shown(var),
        )
    shapes = (arriving.shape, inputs["target"].shape)
    return broadcast(shapes, ("input", "target"))


def _cosine(args: Args, inputs: Inputs) -> Shape:
    first, second, target = (inputs[p] for p in ("input1", "input2", "target"))
    require_rank(first, (1, 2), "N×D or D", "Flatten it before.", "input1")
    require_rank(
        second, (first.rank,), "as many axes as input1", "Reshape it.", "input2"
    )
    hint = "One number, 1 or -1, for each sample."
    require_rank(target, (first.rank - 1,), "N, or one number", hint, "target")
    met = broadcast((first.shape, second.shape), ("input1", "input2"))
    return broadcast((met[:-1], target.shape), ("input1", "target"))


def _ranked(args: Args, inputs: Inputs) -> Shape:
    first = inputs["input1"]
    for port in ("input2", "target"):
        require_rank(
            inputs[port], (first.rank,), "as many axes as input1", "Reshape it.", port
        )
    return stretched(args, inputs)


def _triplet(args: Args, inputs: Inputs) -> Shape:
    first = inputs["anchor"]
    for port in ("positive", "negative"):
        require_rank(
            inputs[port], (first.rank,), "as many axes as anchor", "Reshape it.", port
        )
    return stretched(args, inputs)[:-1]


def _number(name: str, default: float, doc: str, *, above: bool = False) -> Float:
    return Float(name, default, low=0.0, above=above, doc=doc)


ROWS: tuple[Operator, ...] = (
    loss(
        "MSELoss",
        "The square of the difference.",
        (
            "Squares how far each number is off.",
            r"\ell = (x - t)^2",
            "For regression: the usual choice.",
            "Large mistakes count most, so one wrong target weighs much.",
            "torch.nn.MSELoss",
        ),
        stretched,
        REDUCTION,
        family=_NUMBERS,
        aliases=("squared", "regression", "l2", "l2loss"),
    ),
    loss(
        "L1Loss",
        "The absolute difference.",
        (
            "Takes how far each number is off, without its sign.",
            r"\ell = |x - t|",
            "For regression with wrong targets among the right ones.",
            "Its gradient has one size everywhere, so it settles slowly.",
            "torch.nn.L1Loss",
        ),
        stretched,
        REDUCTION,
        family=_NUMBERS,
        aliases=("absolute", "regression", "mae", "median"),
    ),
    loss(
        "SmoothL1Loss",
        "Square near zero, absolute beyond beta.",
        (
            "A square up to beta, then a line of slope 1.",
            r"\ell = \begin{cases} (x - t)^2 / (2\beta) & |x - t| < \beta \\ "
            r"|x - t| - \beta / 2 & \text{otherwise} \end{cases}",
            "For regression with outliers: boxes in detection.",
            "It is HuberLoss divided by beta.",
            "Girshick 2015, Fast R-CNN",
        ),
        stretched,
        REDUCTION,
        _number("beta", 1.0, "Where the square ends."),
        family=_NUMBERS,
        aliases=("huber", "regression", "robust"),
    ),
    loss(
        "HuberLoss",
        "Square near zero, absolute beyond delta.",
        (
            "A square up to delta, then a line of slope delta.",
            r"\ell = \begin{cases} (x - t)^2 / 2 & |x - t| < \delta \\ "
            r"\delta (|x - t| - \delta / 2) & \text{otherwise} \end{cases}",
            "For regression with outliers.",
            "delta is in the units of the target.",
            "Huber 1964, Robust estimation of a location parameter",
        ),
        stretched,
        REDUCTION,
        _number("delta", 1.0, "Where the square ends.", above=True),
        family=_NUMBERS,
        aliases=("regression", "robust"),
    ),
    loss(
        "PoissonNLLLoss",
        "The surprise at a count, from its expected rate.",
        (
            "Minus the log-likelihood of a count under a Poisson distribution.",
            r"\ell = e^{x} - t x",
            "For counts: visits, photons, goals.",
            "The input is the logarithm of the rate, unless log_input is off.",
            "torch.nn.PoissonNLLLoss",
        ),
        stretched,
        Bool("log_input", True, doc="The input is the logarithm of the rate."),
        Bool("full", False, doc="Add what does not depend on the input."),
        _number("eps", 1e-8, "Kept from ln 0 where log_input is off.", above=True),
        REDUCTION,
        family=_NUMBERS,
        aliases=("count", "rate", "likelihood"),
    ),
    loss(
        "GaussianNLLLoss",
        "The surprise at a number, from an expected value and a variance.",
        (
            "Minus the log-likelihood under a normal distribution that the network "
            "says itself.",
            r"\ell = \frac{1}{2}\left(\ln v + \frac{(x - t)^2}{v}\right)",
            "For regression that says how sure it is.",
            "The variance must not be negative: end that branch with Softplus or Exp.",
            "Nix and Weigend 1994, Estimating the mean and variance of the target "
            "probability distribution",
        ),
        _gaussian,
        Bool("full", False, doc="Add what does not depend on the input."),
        _number("eps", 1e-6, "Least variance.", above=True),
        REDUCTION,
        family=_NUMBERS,
        inputs=(INPUT, TARGET, Port("var", "float", doc="The variance, above 0.")),
        aliases=("uncertainty", "variance", "likelihood"),
    ),
    loss(
        "CosineEmbeddingLoss",
        "Pairs that belong together should point the same way.",
        (
            "1 minus the cosine for target 1; what the cosine exceeds margin by for "
            "target -1.",
            r"\ell = \begin{cases} 1 - \cos(x_1, x_2) & t = 1 \\ "
            r"\max(0,\, \cos(x_1, x_2) - m) & t = -1 \end{cases}",
            "To learn embeddings from pairs.",
            "The target is 1 or -1, one for each pair.",
            "torch.nn.CosineEmbeddingLoss",
        ),
        _cosine,
        Float("margin", 0.0, low=-1.0, high=1.0, doc="From where -1 is good enough."),
        REDUCTION,
        family=_PAIRS,
        inputs=(*_TWO, _SIGN),
        aliases=("siamese", "contrastive", "similarity"),
    ),
    loss(
        "HingeEmbeddingLoss",
        "Distances small for pairs that belong together, large for others.",
        (
            "The distance itself for target 1; what it lacks to margin for target -1.",
            r"\ell = \begin{cases} x & t = 1 \\ \max(0,\, m - x) & t = -1 \end{cases}",
            "After a PairwiseDistance, to learn from pairs.",
            "The input is a distance, the target 1 or -1.",
            "torch.nn.HingeEmbeddingLoss",
        ),
        stretched,
        Float("margin", 1.0, doc="From where a distance is large enough."),
        REDUCTION,
        family=_PAIRS,
        aliases=("siamese", "contrastive", "distance"),
    ),
    loss(
        "MarginRankingLoss",
        "One score should lead the other by a margin.",
        (
            "What input1 lacks to lead input2 by margin; the other way for target -1.",
            r"\ell = \max(0,\, -t (x_1 - x_2) + m)",
            "To learn an order: search results, preferences.",
            "The target is 1 where input1 should be larger, else -1.",
            "torch.nn.MarginRankingLoss",
        ),
        _ranked,
        Float("margin", 0.0, doc="By how much it should lead."),
        REDUCTION,
        family=_PAIRS,
        inputs=(*_TWO, _SIGN),
        aliases=("rank", "preference", "order"),
    ),
    loss(
        "TripletMarginLoss",
        "An anchor nearer to its like than to another, by a margin.",
        (
            "What the distance to the negative lacks to exceed that to the positive by "
            "margin.",
            r"\ell = \max(0,\, d(a, p) - d(a, n) + m)",
            "To learn embeddings: faces, sentences.",
            "Choose negatives that are near, or it is soon 0.",
            "Schroff et al. 2015, FaceNet",
        ),
        _triplet,
        _number(
            "margin", 1.0, "By how much the negative should be farther.", above=True
        ),
        Float("p", 2.0, doc="Of the norm: 2 is the straight line."),
        Float("eps", 1e-6, doc="Added to the differences."),
        Bool(
            "swap", False, doc="Take the nearer of the two positives to the negative."
        ),
        REDUCTION,
        family=_PAIRS,
        inputs=(
            Port("anchor", "float"),
            Port("positive", "float", doc="Of the anchor's kind."),
            Port("negative", "float", doc="Of another kind."),
        ),
        aliases=("siamese", "metric", "facenet"),
    ),
)
