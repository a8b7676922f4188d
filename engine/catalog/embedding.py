"""Embedding: a learned vector for each whole number."""

from engine.catalog.dims import Tensor
from engine.catalog.params import LARGEST, Bool, Float, Int
from engine.catalog.rules import page
from engine.catalog.spec import (
    Args,
    Help,
    Init,
    Inputs,
    Layer,
    Operator,
    Port,
    TensorSpec,
)
from engine.errors import ShapeError


def padded_row(args: Args) -> None:
    """Refuse a padding_idx that no row has.

    Raises:
        ShapeError: says which rows there are.
    """
    rows, padding = args["num_embeddings"], args["padding_idx"]
    if padding is not None and not -rows <= padding < rows:
        raise ShapeError(
            "{node} keeps row {padding} at zero, but its rows are numbered 0 to "
            "{last}. Choose padding_idx among them, or none.",
            fix={"padding_idx": 0},
            padding=padding,
            last=rows - 1,
        )


def table(args: Args) -> TensorSpec:
    """The vectors, a row for each number."""
    rows, width = args["num_embeddings"], args["embedding_dim"]
    padding = args["padding_idx"]
    draw = Init("normal", (("mean", 0.0), ("std", 1.0)))
    # one row is picked, nothing is summed: an output has a single input
    weight = TensorSpec("weight", (rows, width), "weight", 1, width, draw)
    return weight._replace(zero_row=None if padding is None else padding % rows)


def _looked_up(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    padded_row(args)
    shape = (*inputs["input"].shape, args["embedding_dim"])
    return (Tensor(shape, args.get("dtype", "float32")),)


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="embedding",
        title="Embedding",
        family="Embedding",
        target="torch.nn.Embedding",
        doc="Looks up a learned vector for every whole number.",
        help=Help(
            what=(
                "A table of num_embeddings vectors; every number that arrives is "
                "replaced by its row. The same as a Linear on one-hot vectors, without "
                "making them."
            ),
            formula=r"y = W_{x}, \quad W \in \mathbb{R}^{V \times d}",
            when="First, for tokens, classes, positions: anything that is counted.",
            mind=(
                "Numbers must lie below num_embeddings. torch draws N(0, 1), which is "
                "large before a transformer: GPT-2 uses N(0, 0.02). The row "
                "padding_idx starts at zero and gets no gradient; max_norm shortens "
                "rows in place."
            ),
            source="Bengio et al. 2003, A neural probabilistic language model",
            link=page("torch.nn.Embedding"),
        ),
        params=(
            Int("num_embeddings", 1000, low=1, doc="Rows: how many different numbers."),
            Int("embedding_dim", 64, low=1, doc="Length of each vector."),
            Int(
                "padding_idx",
                None,
                low=-LARGEST,
                optional=True,
                doc="The row that stays zero.",
            ),
            Float(
                "max_norm",
                None,
                low=0.0,
                above=True,
                optional=True,
                doc="Longer vectors are shortened to this when they are used.",
            ),
            Float("norm_type", 2.0, low=0.0, above=True, doc="The p of that norm."),
            Bool("scale_grad_by_freq", False, doc="Divide gradients by a row's count."),
            Bool("sparse", False, doc="Sparse gradients; few optimizers take them."),
        ),
        inputs=(Port("input", "int", doc="Whole numbers of any shape."),),
        shape=_looked_up,
        tensors=lambda args, inputs: (table(args),),
        brief=lambda args: f"{args['num_embeddings']} × {args['embedding_dim']}",
        aliases=("lookup", "token", "word", "vocabulary", "table"),
        makes_reals=True,
    ),
)
