"""How alike two tensors are: cosine similarity and distance."""

from engine.catalog.dims import Tensor
from engine.catalog.params import Bool, Float, Int
from engine.catalog.rules import broadcast, index, page, promoted
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port

_PAIR = (Port("x1", "float"), Port("x2", "float"))


def _met(inputs: Inputs) -> Tensor:
    left, right = inputs["x1"], inputs["x2"]
    shape = broadcast((left.shape, right.shape), ("x1", "x2"))
    return Tensor(shape, promoted((left, right)))


def _cosine(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    met = _met(inputs)
    axis = index(args["dim"], met.rank, "dim", "x1", room=1)
    # here torch takes a single number's dtype for as good as any
    dtype = promoted(tensor._replace(shape=(1,)) for tensor in inputs.values())
    return (Tensor((*met.shape[:axis], *met.shape[axis + 1 :]), dtype),)


def _distance(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    met = _met(inputs)
    last = (1,) * min(met.rank, 1) if args["keepdim"] else ()
    return (Tensor((*met.shape[:-1], *last), met.dtype),)


ROWS: tuple[Operator, ...] = (
    Layer(
        kind="cosine_similarity",
        title="CosineSimilarity",
        family="Distance",
        target="torch.nn.CosineSimilarity",
        doc="The cosine of the angle between two vectors: 1 alike, -1 opposite.",
        help=Help(
            what="Divides the dot product along dim by both lengths.",
            formula=r"y = \frac{x_1 \cdot x_2}{\max(\|x_1\| \|x_2\|,\, \epsilon)}",
            when="To compare embeddings whose length says nothing.",
            mind="dim is 1 by default, the features of N×C; it disappears.",
            source="torch.nn.CosineSimilarity",
            link=page("torch.nn.CosineSimilarity"),
        ),
        params=(
            Int("dim", 1, low=-16, high=15, doc="The axis of the vectors."),
            Float("eps", 1e-8, low=0.0, doc="Least product of the lengths."),
        ),
        inputs=_PAIR,
        shape=_cosine,
        brief=lambda args: f"axis {args['dim']}",
        aliases=("angle", "likeness", "siamese", "contrastive"),
    ),
    Layer(
        kind="pairwise_distance",
        title="PairwiseDistance",
        family="Distance",
        target="torch.nn.PairwiseDistance",
        doc="The distance of two vectors, by the p-norm of their difference.",
        help=Help(
            what="Takes the p-norm of the difference along the last axis.",
            formula=r"y = \left(\sum_i |x_{1i} - x_{2i} + \epsilon|^p\right)^{1/p}",
            when="In siamese networks, and to compare points.",
            mind="eps is added to the difference itself: equal vectors are not at 0.",
            source="torch.nn.PairwiseDistance",
            link=page("torch.nn.PairwiseDistance"),
        ),
        params=(
            Float("p", 2.0, doc="2 is the straight line, 1 the city block."),
            Float("eps", 1e-6, doc="Added to the difference."),
            Bool("keepdim", False, doc="Keep the last axis with size 1."),
        ),
        inputs=_PAIR,
        shape=_distance,
        brief=lambda args: f"p = {args['p']:g}",
        aliases=("euclidean", "norm", "siamese", "metric"),
    ),
)
