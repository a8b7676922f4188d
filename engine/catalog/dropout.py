"""Dropout of values and of channels, and the one that goes with SELU."""

from engine.catalog.dims import Tensor
from engine.catalog.params import Bool, Float
from engine.catalog.rules import page, same, shown
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator
from engine.errors import ShapeError

_PARAMS = (
    Float("p", 0.5, low=0.0, high=1.0, doc="Probability of dropping."),
    Bool("inplace", False, doc="Overwrite the input."),
)
_MIND = (
    "It acts in training only: call eval() before you use the network. It belongs "
    "after batch normalization, never before: the variances of training and evaluation "
    "differ."
)


def _brief(args: Args) -> str:
    return f"p = {args['p']:g}"


def _channelled(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    if arriving.rank < 2:
        raise ShapeError(
            "{node} drops channels of N×C×..., but {source} brings {shape}. Dropout "
            "takes that.",
            port="input",
            shape=shown(arriving),
        )
    return (arriving,)


def _sequence(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    if arriving.rank not in (2, 3):
        raise ShapeError(
            "{node} drops channels of N×C×L or C×L, but {source} brings {shape}. "
            "{better} takes that.",
            port="input",
            shape=shown(arriving),
            better="Dropout2d" if arriving.rank == 4 else "Dropout",
        )
    return (arriving,)


def _channels(axes: int) -> Layer:
    """Dropout1d and Dropout3d."""
    what, letters = {1: ("a sequence", "L"), 3: ("a volume", "D×H×W")}[axes]
    target = f"torch.nn.Dropout{axes}d"
    warns = "" if axes == 1 else " torch warns unless N×C×D×H×W arrives."
    return Layer(
        kind=f"dropout{axes}d",
        title=f"Dropout{axes}d",
        family="Dropout",
        target=target,
        doc=f"In training, sets whole channels of {what} to zero at random.",
        help=Help(
            what=f"Drops whole channels ({letters}) with probability p, scales the "
            "rest.",
            formula=r"y_c = \frac{m_c}{1 - p} x_c, \quad "
            r"m_c \sim \mathrm{Bernoulli}(1 - p)",
            when="After convolutions, where neighbours are too alike to drop singly.",
            mind=_MIND + warns,
            source="Tompson et al. 2015, Efficient object localization",
            link=page(target),
        ),
        params=_PARAMS,
        shape=_sequence if axes == 1 else _channelled,
        brief=_brief,
        aliases=("spatial dropout", "channel"),
    )


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="dropout",
        title="Dropout",
        family="Dropout",
        target="torch.nn.Dropout",
        doc="In training, sets values to zero at random and scales up the rest.",
        help=Help(
            what=(
                "Drops each value with probability p and divides the others by 1 - p, "
                "so that the expected sum stays."
            ),
            formula=(
                r"y = \frac{m \odot x}{1 - p}, \quad m_i \sim \mathrm{Bernoulli}(1 - "
                r"p)"
            ),
            when=(
                "Against overfitting in Linear layers: 0.5 there, 0.1 in transformers."
            ),
            mind=_MIND,
            source=(
                "Srivastava et al. 2014, Dropout: a simple way to prevent overfitting"
            ),
            link=page("torch.nn.Dropout"),
        ),
        params=_PARAMS,
        shape=same,
        brief=_brief,
        aliases=("regularization",),
    ),
    Layer(
        kind="dropout2d",
        title="Dropout2d",
        family="Dropout",
        target="torch.nn.Dropout2d",
        doc="In training, sets whole channels of an image to zero at random.",
        help=Help(
            what="Drops whole channels (H×W maps) with probability p, scales the rest.",
            formula=r"y_c = \frac{m_c}{1 - p} x_c, \quad "
            r"m_c \sim \mathrm{Bernoulli}(1 - p)",
            when="After convolutions, where neighbours are too alike to drop singly.",
            mind=_MIND + " torch warns unless N×C×H×W arrives.",
            source="Tompson et al. 2015, Efficient object localization",
            link=page("torch.nn.Dropout2d"),
        ),
        params=_PARAMS,
        shape=_channelled,
        brief=_brief,
        aliases=("spatial dropout", "channel"),
    ),
    Layer(
        kind="alpha_dropout",
        title="AlphaDropout",
        family="Dropout",
        target="torch.nn.AlphaDropout",
        doc="Dropout that keeps mean 0 and variance 1, for networks of SELU.",
        help=Help(
            what=(
                "Sets values to SELU's saturation value α' instead of zero, then "
                "scales and shifts so that mean and variance stay."
            ),
            formula=r"y = a\left(m \odot x + (1 - m)\alpha'\right) + b, \quad "
            r"\alpha' = -\lambda\alpha \approx -1.758",
            when="With SELU and LeCun normal weights (self-normalizing networks).",
            mind="Use small p, 0.05 to 0.1. It acts in training only.",
            source="Klambauer et al. 2017, Self-normalizing neural networks",
            link=page("torch.nn.AlphaDropout"),
        ),
        params=_PARAMS,
        shape=same,
        brief=_brief,
        aliases=("selu", "self-normalizing"),
    ),
    _channels(1),
    _channels(3),
    Layer(
        kind="feature_alpha_dropout",
        title="FeatureAlphaDropout",
        family="Dropout",
        target="torch.nn.FeatureAlphaDropout",
        doc="AlphaDropout of whole channels, for convolutional networks of SELU.",
        help=Help(
            what=(
                "Sets whole channels to SELU's saturation value, then scales and "
                "shifts so that mean and variance stay."
            ),
            formula=r"y = a\left(m_c x + (1 - m_c)\alpha'\right) + b, \quad "
            r"\alpha' = -\lambda\alpha \approx -1.758",
            when="After convolutions with SELU and LeCun normal weights.",
            mind="Use small p, 0.05 to 0.1. It acts in training only.",
            source="Klambauer et al. 2017, Self-normalizing neural networks",
            link=page("torch.nn.FeatureAlphaDropout"),
        ),
        params=_PARAMS,
        shape=_channelled,
        brief=_brief,
        aliases=("selu", "self-normalizing", "channel"),
    ),
)
