"""EmbeddingBag: the sum, mean or maximum of embeddings, bag by bag."""

from engine.catalog.dims import Dim, Tensor, agree, sample
from engine.catalog.embedding import padded_row, table
from engine.catalog.params import LARGEST, Bool, Choice, Float, Int
from engine.catalog.rules import page, require_rank, shown, work_size
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port
from engine.errors import ShapeError


def _bagged(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    padded_row(args)
    _mode_fits(args)
    arriving = inputs["input"]
    require_rank(arriving, (1, 2), "N×L, or all numbers in one row", "Reshape it.")
    weights = inputs.get("per_sample_weights")
    if weights is not None:
        _weighted(args, arriving, weights)
    bags = _bags(args, inputs)
    dtype = weights.dtype if weights else args.get("dtype", "float32")
    return (Tensor((bags, args["embedding_dim"]), dtype),)


def _bags(args: Args, inputs: Inputs) -> Dim:
    arriving, offsets = inputs["input"], inputs.get("offsets")
    if arriving.rank == 2:
        if offsets is not None:
            raise ShapeError(
                "{node} takes offsets only with all numbers in one row, but its input "
                "is {shape}, where each row is a bag. Take the wire away.",
                port="offsets",
                shape=shown(arriving),
            )
        return arriving.shape[0]
    if offsets is None:
        raise ShapeError(
            "{node} needs to know where each bag begins, because {source} brings one "
            "row of numbers ({shape}). Wire offsets too, or bring N×L.",
            port="input",
            shape=shown(arriving),
        )
    require_rank(offsets, (1,), "one row of offsets", "Flatten them.", "offsets")
    count = offsets.shape[0]
    if not args["include_last_offset"]:
        return count
    if sample(count) == 1:  # torch would write outside its memory
        raise ShapeError(
            "{node} has a last offset and no first one: {source} brings one number. "
            "Set include_last_offset to False.",
            port="offsets",
            fix={"include_last_offset": False},
        )
    return count - 1


def _weighted(args: Args, arriving: Tensor, weights: Tensor) -> None:
    if args["mode"] != "sum":
        raise ShapeError(
            "{node} weighs its vectors only where it sums them, but mode is {mode}. "
            "Set mode to sum.",
            port="per_sample_weights",
            fix={"mode": "sum"},
            mode=args["mode"],
        )
    pairs = zip(arriving.shape, weights.shape, strict=False)
    if weights.rank != arriving.rank or not all(agree(a, b) for a, b in pairs):
        raise ShapeError(
            "{node} needs a weight for each number, but the input is {left} and "
            "{source} brings {right}.",
            port="per_sample_weights",
            left=shown(arriving),
            right=shown(weights),
        )


def _mode_fits(args: Args) -> None:
    for name, what in (
        ("scale_grad_by_freq", "divide gradients by counts"),
        ("sparse", "give sparse gradients"),
    ):
        if args["mode"] == "max" and args[name]:
            raise ShapeError(
                "{node} cannot {what} of a maximum. Set {name} to False, or another "
                "mode.",
                fix={name: False},
                what=what,
                name=name,
            )


def _work(args: Args, inputs: Inputs) -> int:
    """A weighted sum multiplies; a plain one, a mean and a maximum do not."""
    if "per_sample_weights" not in inputs:
        return 0
    return work_size(inputs["input"]) * int(args["embedding_dim"])


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="embedding_bag",
        title="EmbeddingBag",
        family="Embedding",
        target="torch.nn.EmbeddingBag",
        doc="Looks up a vector for every number and sums each bag up to one.",
        help=Help(
            what=(
                "An Embedding followed by the sum, mean or maximum over each bag, "
                "without making the single vectors. A bag is a row of N×L, or what "
                "lies between two offsets."
            ),
            formula=r"y_n = \sum_{i \in \mathrm{bag}_n} a_i W_{x_i}",
            when="For bags of words and features that come in any number.",
            mind=(
                "The order within a bag is lost. Weights go with mode sum only. Bags "
                "of different lengths need offsets."
            ),
            source="Joulin et al. 2017, Bag of tricks for efficient text "
            "classification",
            link=page("torch.nn.EmbeddingBag"),
        ),
        params=(
            Int("num_embeddings", 1000, low=1, doc="Rows: how many different numbers."),
            Int("embedding_dim", 64, low=1, doc="Length of each vector."),
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
            Choice(
                "mode",
                "mean",
                options=("sum", "mean", "max"),
                doc="What sums a bag up.",
            ),
            Bool("sparse", False, doc="Sparse gradients; few optimizers take them."),
            Bool(
                "include_last_offset", False, doc="The last offset ends the last bag."
            ),
            Int(
                "padding_idx",
                None,
                low=-LARGEST,
                optional=True,
                doc="The row that stays zero and counts in no bag.",
            ),
        ),
        inputs=(
            Port("input", "int", doc="N×L, a bag in each row; or one row of all."),
            Port(
                "offsets",
                "int",
                optional=True,
                keyword=True,
                doc="Where each bag begins in one row.",
            ),
            Port(
                "per_sample_weights",
                "float",
                optional=True,
                keyword=True,
                doc="A factor for each number; with mode sum.",
            ),
        ),
        shape=_bagged,
        tensors=lambda args, inputs: (table(args),),
        mult_adds=_work,
        brief=lambda args: (
            f"{args['num_embeddings']} × {args['embedding_dim']}, {args['mode']}"
        ),
        aliases=("bag of words", "fasttext", "lookup", "table"),
        makes_reals=True,
    ),
)
